"""The rehearsal as a page of operators: the story's days, and a button that moves today.

It knows what the page is made of. It does not know how a day is played, and is there only where one is.
"""

import datetime as dt
from typing import Protocol

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from outlast.chat.rehearsal import Clock, Story
from outlast.web.pages.forms import form_of, text_of
from outlast.web.pages.show import Show
from outlast.web.pages.visit import operator_of


class Rehearsing(Protocol):
    """The played day, and the story it moves through."""

    @property
    def today(self) -> dt.date:
        """The day that is played."""
        ...

    @property
    def stories(self) -> tuple[Story, ...]:
        """As the catalogue tells them."""
        ...

    def clocks(self) -> tuple[Clock, ...]:
        """The cast today."""
        ...

    def move(self, day: dt.date) -> None:
        """Play another day."""
        ...


class RehearsalPage:
    """``GET /rehearsal`` and the form that moves the day."""

    def __init__(self, show: Show, rehearsing: Rehearsing | None) -> None:
        """None: the real day is served, or several processes share the work; then there is no such page."""
        self._show = show
        self._rehearsing = rehearsing

    @property
    def routes(self) -> list[BaseRoute]:
        """Where it is found."""
        if self._rehearsing is None:
            return []
        return [Route("/rehearsal", self.see, methods=["GET"]), Route("/rehearsal", self.move, methods=["POST"])]

    async def see(self, request: Request) -> Response:
        """The days."""
        operator_of(request)
        rehearsing = self._there()
        days = [step.day for story in rehearsing.stories for step in story.steps]
        today = rehearsing.today
        return self._show.page(
            request,
            "rehearsal.html",
            today=today,
            stories=rehearsing.stories,
            clocks=rehearsing.clocks(),
            before=max((day for day in days if day < today), default=None),
            after=min((day for day in days if day > today), default=None),
        )

    async def move(self, request: Request) -> Response:
        """Another day, and back to the page."""
        operator_of(request)
        form = await form_of(request)
        try:
            day = dt.date.fromisoformat(text_of(form, "day"))
        except ValueError:
            raise HTTPException(400, "This is no day; write it like 2026-02-13.") from None
        self._there().move(day)
        return RedirectResponse("/rehearsal", 303)

    def _there(self) -> Rehearsing:
        if self._rehearsing is None:
            raise HTTPException(404)
        return self._rehearsing
