"""How days, sums and texts of strangers are written on every page.

It knows notation. It does not know what is written.
"""

import datetime as dt
from decimal import Decimal
from typing import Final

import jinja2
from markupsafe import Markup

from outlast.catalog.amounts import format_decimal, month_text
from outlast.replay.report.visible import one_line

_CENT: Final = Decimal("0.01")


def equip(environment: jinja2.Environment) -> None:
    """Give these to all templates."""
    environment.filters |= {
        "day": day,
        "money": money,
        "percent": percent,
        "decimal": format_decimal,
        "source": source,
        "plain": one_line,
        "left": left,
    }


def day(value: dt.date) -> Markup:
    """A day as people write it, and as programs read it."""
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), f"{value.day} {value:%b %Y}")


def left(days: int) -> str:
    """How far away a day is, in words."""
    if days == 0:
        return "today"
    unit = "day" if abs(days) == 1 else "days"
    return f"in {days:,} {unit}" if days > 0 else f"{-days:,} {unit} ago"


def money(amount: Decimal | None) -> str:
    """A month's dollars; that they are not known, where nobody knows them."""
    if amount is None:
        return "not known"
    return "under $0.01" if 0 < amount < _CENT else f"${month_text(amount)}"


def percent(share: Decimal) -> str:
    """A fraction as per cent; what is there is never shown as nothing."""
    shown = f"{share:.1%}"
    return "under 0.1%" if share > 0 and shown == "0.0%" else shown


def source(text: str) -> str | Markup:
    """Where a claim was read: a link where it is an address of the web, else its own words."""
    shown = one_line(text)
    address, _, rest = shown.partition(" ")
    if not address.startswith("https://"):
        return shown
    short = address.removeprefix("https://").removeprefix("www.").rstrip("/")
    link = Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(address, short)
    return link + (f" {rest}" if rest else "")
