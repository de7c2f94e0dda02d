"""How a conversation's answers sound since its persona was changed, beside those before.

It knows which answers were asked for in which voice. It does not know how tone is measured (``tone.effect``), which is
loaded when there is something to compare.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from outlast.chat.conversation import Message, Persona
from outlast.web.pages.chat.seen import Heard, Tone

MOST: Final = 20
"""Answers of each side that are measured, the last ones."""
LONGEST: Final = 20_000
"""Characters of one that are."""


async def heard(path: Sequence[Message], persona: Persona) -> Heard:
    """Both sides, as far as there are two."""
    spoken = [each for each in path if each.role == "assistant" and each.text and each.by and each.by.voice]
    since = [each.text[:LONGEST] for each in spoken if each.by and each.by.voice == persona.key][-MOST:]
    before = [each.text[:LONGEST] for each in spoken if each.by and each.by.voice != persona.key][-MOST:]
    if not before or not since:
        return Heard(before=len(before), since=len(since))
    tones = await asyncio.to_thread(_compared, before, since)
    return Heard(before=len(before), since=len(since), tones=tones)


def _compared(before: Sequence[str], since: Sequence[str]) -> Sequence[Tone]:
    from outlast.tone.effect import effect  # noqa: PLC0415 - words of seven languages, for few pages
    from outlast.tone.feature import BY_NAME  # noqa: PLC0415 - see above

    return [
        Tone(
            name=bar.feature.replace("_", " "),
            means=f"{BY_NAME[bar.feature].means}, {BY_NAME[bar.feature].unit}",
            before=f"{bar.a:.2f}",
            after=f"{bar.b:.2f}",
        )
        for bar in effect(before, since).bars
        if bar.a is not None and bar.b is not None and (bar.a or bar.b)
    ]
