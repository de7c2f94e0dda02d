"""``models list``: one row per model and surface, filtered.

It knows the rows, what they are filtered by and how they print. It does not know how a status or a chain comes
about (``catalog``).
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from outlast.catalog.chain import recommended
from outlast.catalog.claims import Precision, Standing
from outlast.catalog.models import Model
from outlast.catalog.notice import notices
from outlast.catalog.port import Chain
from outlast.catalog.store import Catalog
from outlast.cli.output import console, print_table

WIDE = 100
"""Columns from which a row has room for everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What must hold for a row to be shown; empty holds for all."""

    providers: tuple[str, ...] = ()
    surfaces: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    ending_within: int | None = None
    """Days from today, both ends included."""

    def takes_model(self, model: Model) -> bool:
        """Whether a model can have rows at all."""
        return (not self.providers or model.provider in self.providers) and (not self.kinds or model.kind in self.kinds)

    def takes(self, surface: str, standing: Standing, today: dt.date) -> bool:
        """Whether a model's row for a surface is shown."""
        if self.surfaces and surface not in self.surfaces:
            return False
        if self.statuses and standing.status not in self.statuses:
            return False
        if self.ending_within is None:
            return True
        return standing.ends is not None and 0 <= (standing.ends - today).days <= self.ending_within

    def unknown(self, knowledge: Catalog) -> Iterator[str]:
        """A sentence for every word of the filter that no model has: most likely misspelt."""
        every = list(knowledge.models())
        for name, asked, known in (
            ("provider", self.providers, {model.provider for model in every}),
            ("surface", self.surfaces, {surface for model in every for surface in model.surfaces}),
            ("kind", self.kinds, {model.kind for model in every if model.kind}),
        ):
            for word in sorted(set(asked) - known):
                yield f"no model has the {name} {word!r}; known: {', '.join(sorted(known))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One model on one surface."""

    model: Model
    surface: str
    standing: Standing
    chain: Chain
    notice_days: int | None

    @property
    def recommended(self) -> str | None:
        """The first link of the chain, dead or alive."""
        choice = recommended(self.model, self.surface)
        return choice.model if choice else None


def rows_of(knowledge: Catalog, today: dt.date, wanted: Filter) -> list[Row]:
    """The rows that a filter takes: by provider and id, or by end where ends are asked for."""
    rows = []
    for model in knowledge.models():
        if not wanted.takes_model(model):
            continue
        given = {notice.surface: notice.days for notice in notices(model.claims)}
        for surface in model.surfaces:
            standing = knowledge.standing(model.ref, surface, today)
            if wanted.takes(surface, standing, today):
                chain = knowledge.chain(model.ref, surface, today)
                rows.append(
                    Row(
                        model=model,
                        surface=surface,
                        standing=standing,
                        chain=chain,
                        notice_days=given.get(surface),
                    )
                )
    if wanted.ending_within is not None:
        rows.sort(key=lambda row: row.standing.ends or dt.date.max)
    return rows


def list_document(rows: Sequence[Row]) -> dict[str, object]:
    """The JSON document."""
    return {
        "models": [
            {
                "id": row.model.ref,
                "surface": row.surface,
                "status": row.standing.status,
                "unsure": row.standing.unsure,
                "announced": row.standing.announced,
                "deprecated": row.standing.deprecated,
                "ends": row.standing.ends,
                "precision": row.standing.precision,
                "notice_days": row.notice_days,
                "recommended": row.recommended,
                "successor": row.chain.living,
                "redirect_to": row.standing.redirect_to,
                "kind": row.model.kind or None,
            }
            for row in rows
        ]
    }


def print_list(rows: Sequence[Row]) -> None:
    """The table; on a narrow terminal with fewer columns, and the end's precision shown by a question mark."""
    if console().width >= WIDE:
        headings = ("model", "surface", "status", "told", "ends", "living successor")
        print_table("", headings, [_wide(row) for row in rows])
    else:
        print_table("", ("model", "surface", "status", "ends", "successor"), [_narrow(row) for row in rows])


def _wide(row: Row) -> tuple[str, ...]:
    standing = row.standing
    return (
        row.model.ref,
        row.surface,
        status_text(standing),
        str(standing.announced or standing.deprecated or ""),
        ends_text(standing.ends, standing.precision),
        row.chain.living or "",
    )


def _narrow(row: Row) -> tuple[str, ...]:
    ends = row.standing.ends
    return (
        row.model.ref,
        row.surface,
        row.standing.status,
        f"{ends}{'' if row.standing.switches else '?'}" if ends else "",
        (row.chain.living or "").removeprefix(f"{row.model.provider}/"),
    )


def status_text(standing: Standing) -> str:
    """The status; a question mark where it rests on a date that nobody stated as exact."""
    return f"{standing.status}{'?' if standing.unsure else ''}"


def ends_text(ends: dt.date | None, precision: Precision | None) -> str:
    """An end with what is not exact about it."""
    if ends is None:
        return ""
    if precision == "exact":
        return ends.isoformat()
    return f"not before {ends}" if precision == "not_before" else f"{ends} ({precision})"
