"""How results reach a terminal, a pipe or a program: one JSON document, or a table.

It knows exact decimals in JSON and rich tables. It does not know what is printed.
"""

import sys
from collections.abc import Sequence
from decimal import Decimal

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from outlast.catalog.amounts import format_decimal


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return Decimal(format_decimal(value))
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def print_json(document: object) -> None:
    """One JSON document on stdout; decimals are numbers with all their digits, days are ISO strings."""
    encoded = msgspec.json.Encoder(decimal_format="number").encode(_plain(document))
    click.echo(msgspec.json.format(encoded, indent=2))


def printable(text: str) -> str:
    """Text that others wrote, without what a terminal would obey: control and direction characters as escapes."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


class _Page(Console):
    """A console whose reader may leave early."""

    def on_broken_pipe(self) -> None:
        """``head`` has had enough: no failure, and nothing for rich to exit over."""
        raise BrokenPipeError


def console() -> Console:
    """Stdout for tables: as wide as the terminal, or wide enough that nothing is cut in a pipe."""
    return _Page(width=None if sys.stdout.isatty() else 200, highlight=False, soft_wrap=not sys.stdout.isatty())


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with a title; amounts and counts are the caller's text, names may be a stranger's."""
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")  # an id cut short names nothing
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console().print(table)


def note(text: str, *, quiet: bool = False) -> None:
    """A remark beside the result, on stderr."""
    if not quiet:
        click.echo(text, err=True)
