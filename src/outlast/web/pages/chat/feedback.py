"""The page for operators that says, by model, what people were pleased with, beside how it sounds and how it flips.

What pleases and what is true are two columns. It knows how numbers are shown; a number that nobody measured is said to
be missing. It does not know whose feedback it was, nor how tone is measured (``chat.sounding``), which is loaded at the
first look.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from outlast.chat.ports import Pleased, Spoken
from outlast.web.pages.chat.seen import NOT_MEASURED
from outlast.web.pages.show import Show
from outlast.web.pages.visit import operator_of

if TYPE_CHECKING:
    from outlast.chat.sounding import Mean, Sound


MOST: Final = 30
"""Answers of one model that are measured, the newest."""
LOOKED: Final = 600
"""Answers of all models among which they are."""
LONGEST: Final = 4_000
"""Characters of one that are read."""


class Said(Protocol):
    """What of ``chat.ports.Chats`` this page reads."""

    async def pleased(self) -> tuple[Pleased, ...]:
        """Feedback of all people, by model."""
        ...

    async def spoken(self, *, looked: int, most: int, longest: int) -> tuple[Spoken, ...]:
        """Answers to all people."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One model."""

    served: str
    good: int
    bad: int
    pleased: str
    """The share of thumbs that were up, with how many there were."""
    won: str
    """The share of choices that it won, with how many there were."""
    answers: str
    """Of how many of its answers the tone is; empty: there are none."""
    tone: Sequence[str]
    """A feature each."""
    flips: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured of one model; empty: nothing."""

    sound: "Sound | None" = None
    flips: str = ""


class FeedbackPage:
    """``/feedback``."""

    def __init__(
        self,
        show: Show,
        said: Said,
        flips: Callable[[Collection[str]], Awaitable[Mapping[str, str]]],
    ) -> None:
        """``flips``: flip rates in words, of those models that were measured."""
        self._show = show
        self._said = said
        self._flips = flips
        self._measuring = asyncio.Lock()

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """Where it is."""
        return [Route("/feedback", self._page, methods=["GET"])]

    async def _page(self, request: Request) -> Response:
        operator_of(request)
        pleased = await self._said.pleased()
        sound = await self._sound()
        models = {each.served for each in pleased} | set(sound)
        flips = await self._flips(sorted(models))
        measured = {each: Measured(sound=sound.get(each), flips=flips.get(each, "")) for each in models}
        return self._show.page(request, "chat/feedback.html", rows=list(rows_of(pleased, measured)), most=MOST)

    async def _sound(self) -> "Mapping[str, Sound]":
        """Measured beside the loop, once at a time."""
        from outlast.chat.sounding import sounds  # noqa: PLC0415 - words of seven languages

        async with self._measuring:
            spoken = await self._said.spoken(looked=LOOKED, most=MOST, longest=LONGEST)
            return await asyncio.to_thread(sounds, spoken)


def rows_of(pleased: Sequence[Pleased], measured: Mapping[str, Measured]) -> Iterator[Row]:
    """A row for each model that anybody said something about, or that has answered."""
    said = {each.served: each for each in pleased}
    for served in sorted({*said, *measured}):
        each, known = said.get(served, Pleased(served=served)), measured.get(served, Measured())
        yield Row(
            served=each.served or "no model answered",
            good=each.good,
            bad=each.bad,
            pleased=share(each.good, each.bad),
            won=share(each.chosen, each.rejected),
            answers="" if known.sound is None else _counted(known.sound.answers),
            tone=() if known.sound is None else [_told(mean, known.sound.answers) for mean in known.sound.means],
            flips=known.flips or NOT_MEASURED,
        )


def share(yes: int, no: int) -> str:
    """A share is never shown without how many it is of."""
    count = yes + no
    return f"{100 * yes / count:.0f} % of {count:,}" if count else "none yet"


def _counted(answers: int) -> str:
    return f"{answers:,} {'answer' if answers == 1 else 'answers'}"


def _told(mean: "Mean", answers: int) -> str:
    """One feature; with how many answers it is of, where it could not be measured in all."""
    number = f"{mean.mean:.0%}".replace("%", " %") if mean.unit.startswith("share") else f"{mean.mean:.1f}"
    words = {
        "share of turns": f"{mean.feature} in {number} of answers",
        "share of lines": f"{mean.feature}: {number} of lines",
        "words": f"{mean.mean:.0f} words an answer",
    }.get(mean.unit, f"{mean.feature}: {number} {mean.unit}")
    return words if mean.answers == answers else f"{words} (n {mean.answers:,})"
