"""The horizon as a page: the calendar that runs forward, its figures, and doors where nothing is known yet.

It knows what the page is made of. It does not know how the calendar comes about (``outlast.horizon``) nor how it is
read (``wiring.page_parts``).
"""

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from outlast.horizon.calendar import Horizon
from outlast.horizon.figures import SOON_DAYS, figures_of
from outlast.horizon.words import BASES, MARKS, marks
from outlast.web.pages.show import Show
from outlast.web.pages.timeline import timeline
from outlast.web.pages.visit import operator_of


@dataclass(frozen=True, slots=True)
class Outlook:
    """A calendar, and why it may lack traffic."""

    made: Horizon
    unread: str = ""
    """Why the record of calls could not be read; empty: it was."""


class Calendar(Protocol):
    """Where the page finds what it shows."""

    async def __call__(self) -> Outlook:
        """The calendar of this moment; nothing is raised for a record that cannot be read."""
        ...


class HorizonPage:
    """``GET /horizon``."""

    def __init__(self, show: Show, calendar: Calendar) -> None:
        self._show = show
        self._calendar = calendar

    @property
    def routes(self) -> list[BaseRoute]:
        """Where it is found."""
        return [Route("/horizon", self.see)]

    async def see(self, request: Request) -> Response:
        """The page of an operator."""
        operator_of(request)
        outlook = await self._calendar()
        made = outlook.made
        if not made.entries:
            address = f"{request.url.scheme}://{request.headers.get('host', '')}/v1"
            return self._show.page(request, "horizon_empty.html", made=made, unread=outlook.unread, address=address)
        return self._show.page(
            request,
            "horizon.html",
            made=made,
            unread=outlook.unread,
            figures=figures_of(made),
            soon=SOON_DAYS,
            picture=timeline(made),
            bases=BASES,
            marks_of={entry.label: tuple(marks(entry)) for entry in made.entries},
            meanings=MARKS,
        )
