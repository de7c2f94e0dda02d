"""The successor chain of one model on one surface and day: followed to a living model, or to why there is none. Pure.

It knows recommendations and standings, and that nobody is moved from a generally available model to a preview. It
does not know where either is kept, nor who follows a chain.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from outlast.catalog.claims import Standing
from outlast.catalog.models import Model, Recommendation
from outlast.catalog.port import Chain, Step
from outlast.catalog.status import GONE, is_preview


class Book(Protocol):
    """What a chain is followed in."""

    def named(self, ref: str) -> Model | None:
        """The model that a recommendation means: as ``find``, and another maker's of this id if it is the only one."""
        ...

    def standing(self, ref: str, surface: str, day: dt.date) -> Standing:
        """As ``Knowledge.standing``."""
        ...


def recommended(model: Model, surface: str) -> Recommendation | None:
    """The current first choice on a surface: the operator's, the surface's own, else the provider's general one."""
    current = [r for r in model.recommendations if r.current and not r.alternative]
    for fits in (
        lambda r: r.origin == "user",
        lambda r: r.surface == surface,
        # ``chat-app-custom-gpts-…`` is a part of ``chat-app`` with a day of its own.
        lambda r: surface.startswith(f"{r.surface}-"),
        lambda r: r.surface == model.home,
    ):
        for recommendation in current:
            if fits(recommendation):
                return recommendation
    return None


@dataclass(frozen=True, slots=True)
class Walk:
    """One walk from a model, on a surface and day."""

    book: Book
    surface: str
    day: dt.date
    allow_preview: bool

    def step(self, ref: str) -> Step:
        """The step to a recommended model, with why it cannot be the last one."""
        model = self.book.named(ref)
        if model is None:
            return Step(ref, Standing(status="unknown"), "not in the catalogue")
        standing = self.book.standing(model.ref, self.surface, self.day)
        return Step(model.ref, standing, self._skipped(model, standing))

    def _skipped(self, model: Model, standing: Standing) -> str:
        if standing.status in GONE:
            return _gone(standing)
        if standing.status == "unknown" and model.home != self.surface:
            # Nothing is known of it here: then its provider's own clock is the best there is.
            home = self.book.standing(model.ref, model.home, self.day)
            if home.status in GONE:
                return f"{_gone(home)} on {model.home}, and nothing is known of it on {self.surface}"
        if not self.allow_preview and is_preview(model.id):
            return "preview"
        return ""


def follow(start: Model, book: Book, surface: str, day: dt.date) -> Chain:
    """Every step after ``start``, which is not one itself, and the living end if there is one."""
    walk = Walk(book, surface, day, allow_preview=is_preview(start.id))
    steps: list[Step] = []
    model, seen = start, [start.ref]
    while (choice := recommended(model, surface)) is not None:
        step = walk.step(choice.model)
        if step.model in seen:
            return Chain(tuple(steps), None, f"the recommendations go round: {' -> '.join((*seen, step.model))}")
        steps.append(step)
        seen.append(step.model)
        if not step.skipped:
            return Chain(tuple(steps), step.model)
        following = book.named(step.model)
        if following is None:
            return Chain(tuple(steps), None, f"{step.model} is recommended, and the catalogue does not have it")
        model = following
    return Chain(tuple(steps), None, f"no successor of {model.ref} is known{_because(steps)}")


def _because(steps: list[Step]) -> str:
    return f", which is itself passed over: {steps[-1].skipped}" if steps else ""


def _gone(standing: Standing) -> str:
    day = f" {standing.ends}" if standing.ends else ""
    return f"{standing.status}{day}{' (unsure)' if standing.unsure else ''}"
