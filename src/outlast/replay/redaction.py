"""What identifies people or opens doors, taken out of a request before it is kept: for good, nothing can put it back.

It knows how a request is walked through, and what the operator adds: patterns and names. It does not know what a
telephone number looks like (``personal``). It finds what has a form; a name that nobody listed stays, so what is left
is not anonymous. The same value becomes the same mark within one request, so that a conversation stays coherent.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import msgspec

from outlast.checks.draw import Draw, Said, ToolCall
from outlast.replay.addresses import ADDRESSES
from outlast.replay.kind import Kind
from outlast.replay.media import is_media
from outlast.replay.personal import BIRTH, IDS, MAIL, MONEY, NETWORK, PHONES
from outlast.replay.secret import SECRETS
from outlast.replay.sources.shape import UNREADABLE, Json, Object, decoded

KINDS: Final = (*SECRETS, *MAIL, *MONEY, *NETWORK, *IDS, *BIRTH, *PHONES, *ADDRESSES)
_WORTH_A_LOOK: Final = re.compile(
    r"\d|@|://|-----BEGIN|[-_a-z0-9]{20}|[(\[{ ]at[)\]} ]"
    r"|pass|pwd|secret|key|token|kennwort|contrase|wachtwoord|senha|密码|口令",
    re.IGNORECASE,
)
"""Without any of these a text has nothing that a pattern here could find."""
_SHORT: Final = 4_000
_MOST_CLEAN: Final = 4_000
_LARGEST_CARD: Final = 10**19
_SMALLEST_CARD: Final = 10**8


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is taken out: every kind that is known, and the operator's own."""

    kinds: tuple[Kind, ...] = KINDS
    own: tuple[Kind, ...] = ()
    clean: set[str] = field(default_factory=set)
    """Texts in which nothing is: prompts and tools come again and again."""

    def redactor(self) -> "Redactor":
        """One for each request, so that two requests cannot be joined by their marks."""
        return Redactor(self.own, self.kinds, self.clean)


def redaction_of(patterns: Sequence[str] = (), names: Sequence[str] = ()) -> Redaction:
    """With the operator's patterns, and names as whole words whatever their case.

    Raises:
        re.error: a pattern is none.
    """
    own = [Kind("own", re.compile(pattern)) for pattern in patterns]
    if names:
        longest_first = sorted({" ".join(name.split()) for name in names if name.strip()}, key=len, reverse=True)
        joined = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in longest_first)
        own.append(Kind("name", re.compile(rf"(?<!\w)(?:{joined})(?!\w)", re.IGNORECASE)))
    return Redaction(own=tuple(own))


@dataclass(slots=True)
class Redactor:
    """Takes marks for values within one request."""

    own: tuple[Kind, ...]
    kinds: tuple[Kind, ...]
    clean: set[str]
    _marks: dict[tuple[str, str], str] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)

    def text(self, text: str) -> str:
        """The text with marks in place of what was found: ``[mail 1]``."""
        if text in self.clean:
            return text
        kept = text
        for kind in self.own:
            kept = kind.pattern.sub(partial(self._mark, kind), kept)
        if _WORTH_A_LOOK.search(kept) is not None:
            kept = self._known(kept)
        if kept == text and len(text) < _SHORT and len(self.clean) < _MOST_CLEAN:
            self.clean.add(text)
        return kept

    def _known(self, text: str) -> str:
        lowered = text.lower()
        looked: dict[re.Pattern[str], bool] = {}
        for kind in self.kinds:
            if kind.words and not any(map(lowered.__contains__, kind.words)):
                continue
            if kind.near is not None:
                near = looked.get(kind.near)
                if near is None:
                    near = looked[kind.near] = kind.near.search(text) is not None
                if not near:
                    continue
            text = kind.pattern.sub(partial(self._mark, kind), text)
        return text

    def value(self, value: Json) -> Json:
        """Every text in a JSON value, names of members too. Pictures, sound and files stay as they are."""
        if isinstance(value, str):
            return self._string(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return value if is_media(value) else self._object(value)
        if type(value) is int and _SMALLEST_CARD <= abs(value) < _LARGEST_CARD:
            found = self.text(str(value))
            return value if found == str(value) else found
        return value

    def draw(self, draw: Draw) -> Draw:
        """An answer, with the marks of its request."""
        said = draw.said
        if said is None:
            return draw
        calls = tuple(ToolCall(self.text(call.name), self._string(call.arguments)) for call in said.tool_calls)
        kept = Said(text=self.text(said.text), refusal=self.text(said.refusal), tool_calls=calls, finish=said.finish)
        return msgspec.structs.replace(draw, said=kept)

    def _string(self, text: str) -> str:
        """A text; JSON inside it, as in a tool call's arguments, stays JSON."""
        if _is_json(text):
            try:
                inner = decoded(text)
            except UNREADABLE:
                return self.text(text)
            kept = self.value(inner)
            return text if kept == inner else msgspec.json.encode(kept).decode()
        return self.text(text)

    def _object(self, found: Object) -> Object:
        made: Object = {}
        for name, value in found.items():
            said = self.text(name)
            while said in made:
                said += "'"
            made[said] = self._member(name, value)
        return made

    def _member(self, name: str, value: Json) -> Json:
        """A member's value, looked at behind its name: that alone tells a day of birth or a password."""
        if not isinstance(value, str | int) or isinstance(value, bool) or len(name) > 40 or _is_json(value):
            return self.value(value)
        front = f"{name.replace('_', ' ')}: "
        seen = self.text(f"{front}{value}") if len(str(value)) < 200 else ""
        if not seen.startswith(front):
            return self.value(value)
        return value if seen == f"{front}{value}" else seen.removeprefix(front)

    def _mark(self, kind: Kind, match: re.Match[str]) -> str:
        found = match[0]
        if not found or (kind.holds is not None and not kind.holds(match)):
            return found
        value = match["value"] if "value" in kind.pattern.groupindex else found
        if not value:
            return found
        place = (kind.name, kind.plain(value))
        mark = self._marks.get(place)
        if mark is None:
            self._counts[kind.name] = number = self._counts.get(kind.name, 0) + 1
            mark = self._marks[place] = f"[{kind.name} {number}]"
        if value is found:
            return mark
        start, end = match.span("value")
        return found[: start - match.start()] + mark + found[end - match.start() :]


def _is_json(value: Json) -> bool:
    """Whether it looks like JSON inside a text."""
    return isinstance(value, str) and value[:1] in ("{", "[") and value[-1:] in ("}", "]")


def redact(body: bytes) -> bytes:
    """A JSON body without what identifies people; what is no JSON comes back empty: nobody could look through it."""
    try:
        value = decoded(body)
    except UNREADABLE:
        return b""
    return msgspec.json.encode(Redaction().redactor().value(value))
