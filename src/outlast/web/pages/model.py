"""One model as a page: all its clocks, what was said of each date, its price and successors, and who depends on it.

It knows what the page is made of. It does not know where anything was read (``wiring.page_parts``).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from outlast.catalog.models import Policy
from outlast.catalog.move import Move
from outlast.horizon.calendar import Entry
from outlast.horizon.life import Life
from outlast.web.pages.show import Show
from outlast.web.pages.visit import person_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of one model, on one day."""

    today: dt.date
    catalogue_day: str
    life: Life
    moves: Sequence[Move]
    """To each living successor, nearest first."""
    policies: Sequence[Policy]


class Library(Protocol):
    """Where the page finds what it shows."""

    def find(self, ref: str) -> Known | None:
        """What is known of ``provider/id``, or of an alias of it; None: nothing."""
        ...

    def configured(self, ref: str) -> bool:
        """Whether a name here stands for ``provider/id``, known or not."""
        ...

    async def dependants(self, ref: str) -> tuple[Sequence[Entry], str]:
        """The names here that stand for a model with their traffic, and why traffic may be missing."""
        ...


class ModelPage:
    """``GET /models/{provider}/{id}``; people may read it, dependants are for operators."""

    def __init__(self, show: Show, library: Library) -> None:
        self._show = show
        self._library = library

    @property
    def routes(self) -> list[BaseRoute]:
        """Where it is found: ids have slashes of their own."""
        return [Route("/models/{ref:path}", self.see)]

    async def see(self, request: Request) -> Response:
        """The page; that the catalogue has no facts about a model that is used here; or that nobody knows it."""
        person = person_of(request)
        ref = str(request.path_params["ref"])
        known = self._library.find(ref)
        if known is None and not self._library.configured(ref):
            raise HTTPException(404, "Nobody here knows a model of this name, neither the catalogue nor outlast.toml.")
        entries, unread = await self._library.dependants(ref) if person.operates else ((), "")
        if known is None:
            return self._show.page(request, "model_unknown.html", ref=ref, entries=entries, unread=unread)
        histories = groupby(known.life.histories, key=lambda history: history.surface)
        return self._show.page(
            request,
            "model.html",
            model=known.life.model,
            known=known,
            entries=entries,
            unread=unread,
            histories=[(surface, list(found)) for surface, found in histories],
        )
