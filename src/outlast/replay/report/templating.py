"""The templates of pages: what they escape, and what they refuse.

It knows that every text which a template prints is made visible and escaped. It does not know any page.
"""

from typing import Final

import jinja2
from markupsafe import Markup

from outlast.replay.report.tables import Table
from outlast.replay.report.visible import one_line, visible


def _finalize(value: object) -> object:
    """Every text that a template prints: without hidden signs; it is escaped after that."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _is_figure(table: Table, column: int) -> bool:
    return column >= len(table.columns) - table.figures


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("outlast.replay.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
    )
    environment.globals["is_figure"] = _is_figure
    environment.filters["one_line"] = one_line
    return environment


ENVIRONMENT: Final = _environment()
"""Shared by all pages."""
