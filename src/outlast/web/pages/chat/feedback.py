"""The page for operators that says, by model, what people were pleased with, beside how it sounds and how it flips.

What pleases and what is true are two columns. It knows how numbers are shown; a number that nobody measured is said to
be missing. It does not know whose feedback it was.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from outlast.chat.ports import Pleased
from outlast.web.pages.chat.seen import NOT_MEASURED
from outlast.web.pages.show import Show
from outlast.web.pages.visit import operator_of


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
    tone: str
    flips: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the proof measured of one model, in words; empty: nothing."""

    tone: str = ""
    flips: str = ""


class FeedbackPage:
    """``/feedback``."""

    def __init__(
        self,
        show: Show,
        pleased: Callable[[], Awaitable[Sequence[Pleased]]],
        flips: Callable[[Collection[str]], Awaitable[Mapping[str, str]]],
    ) -> None:
        """``flips``: flip rates in words, of those models that were measured."""
        self._show = show
        self._pleased = pleased
        self._flips = flips

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """Where it is."""
        return [Route("/feedback", self._page, methods=["GET"])]

    async def _page(self, request: Request) -> Response:
        operator_of(request)
        pleased = await self._pleased()
        flips = await self._flips([each.served for each in pleased])
        rows = list(rows_of(pleased, {served: Measured(flips=words) for served, words in flips.items()}))
        return self._show.page(request, "chat/feedback.html", rows=rows)


def rows_of(pleased: Sequence[Pleased], measured: Mapping[str, Measured]) -> Iterator[Row]:
    """A row for each model that anybody said something about."""
    for each in sorted(pleased, key=lambda one: one.served):
        known = measured.get(each.served, Measured())
        yield Row(
            served=each.served or "no model answered",
            good=each.good,
            bad=each.bad,
            pleased=share(each.good, each.bad),
            won=share(each.chosen, each.rejected),
            tone=known.tone or NOT_MEASURED,
            flips=known.flips or NOT_MEASURED,
        )


def share(yes: int, no: int) -> str:
    """A share is never shown without how many it is of."""
    count = yes + no
    return f"{100 * yes / count:.0f} % of {count:,}" if count else "none yet"
