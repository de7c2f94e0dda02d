"""The page of one's own deprecations: what ends when, for whom, what takes over, and what is promised.

It knows the two templates and the rows that they show. It does not know whether a promise is kept (``policy.rules``).
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

import jinja2
from markupsafe import Markup

from outlast.policy.own import State, state_of
from outlast.policy.rules import per_cent
from outlast.settings.policy import OwnModel, PolicySettings

PageFormat = Literal["html", "markdown"]
_FILES: Final[dict[PageFormat, str]] = {"html": "page.html", "markdown": "page.md"}
_MARKED: Final = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_{}[]<>#|!"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One model of one's own."""

    name: str
    state: State
    announced: dt.date | None
    ends: dt.date | None
    plans: tuple[tuple[str, dt.date], ...]
    successor: str
    why: str
    days_left: int | None


def rows(policy: PolicySettings, today: dt.date) -> tuple[Row, ...]:
    """What ends first, then by name what nobody ends, then what has ended, the latest first.

    An end whose announcement lies ahead is not on the page: it would announce it.
    """
    found = [_row(name, model, policy, today) for name, model in policy.models.items()]
    return tuple(sorted(found, key=_place))


def page_of(policy: PolicySettings, today: dt.date, format_: PageFormat) -> str:
    """The page on a day, self-contained: no script, and nothing that a reader's machine would fetch."""
    template = _environment(format_).get_template(_FILES[format_])
    return template.render(
        policy=policy, rows=rows(policy, today), today=today, share=per_cent(Decimal(str(policy.max_usage_share)))
    )


def _row(name: str, model: OwnModel, policy: PolicySettings, today: dt.date) -> Row:
    state = state_of(model, today)
    told = state in ("deprecated", "retired")
    ends = model.retires if told else None
    return Row(
        name=name,
        state=state,
        announced=model.announced if told else None,
        ends=ends,
        plans=tuple((plan, model.plans[plan]) for plan in policy.plans if told and plan in model.plans),
        successor=(model.successor or "") if told else "",
        why=model.why if told else "",
        days_left=None if ends is None else (ends - today).days,
    )


def _place(row: Row) -> tuple[int, int, str]:
    order = 0 if row.ends is not None and row.state != "retired" else 2 if row.state == "retired" else 1
    day = row.ends.toordinal() if row.ends is not None else 0
    return order, -day if row.state == "retired" else day, row.name


def _visible(value: object) -> object:
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return "".join(sign if sign.isprintable() else "?" for sign in value)


@lru_cache(maxsize=2)
def _environment(format_: PageFormat) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("outlast.policy"),
        autoescape=format_ == "html",  # noqa: S701 - Markdown escapes by ``plain``
        undefined=jinja2.StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        keep_trailing_newline=True,
        lstrip_blocks=True,
    )
    environment.filters["plain"] = lambda text: str(_visible(text)).translate(_MARKED)
    return environment
