"""Profiles and bars as text, JSON and Markdown.

It knows how a feature's amount is written. It does not know how it was measured.
"""

from collections.abc import Mapping, Sequence

import click
import msgspec

from outlast.cli.output import note, print_json, print_table, printable
from outlast.tone.profile import Bar, Line, Profile

NOT_MEASURED = "not measured"
_WIDEST = 10
"""Signs of a bar on either side; two spreads fill it."""
_PER_SPREAD = 5


def print_profiles(profiles: Mapping[str, Profile], format_: str) -> None:
    """Each group's features."""
    if format_ == "json":
        print_json([{"of": name, **msgspec.to_builtins(profile)} for name, profile in profiles.items()])
        return
    for name, profile in profiles.items():
        languages = ", ".join(f"{language or 'not told'} {count}" for language, count in profile.languages)
        title = f"{name}: {profile.turns:,} turns, {profile.conversations:,} conversations; languages: {languages}"
        rows = [_row(line) for line in profile.lines]
        _print(title, ("FEATURE", "MEAN", "SPREAD", "UNIT", "TURNS", "NOT MEASURED"), rows, format_)


def print_bars(bars: Sequence[Bar], sides: tuple[str, str], format_: str) -> None:
    """Each feature of both sides, and how far apart they are."""
    if format_ == "json":
        print_json({"a": sides[0], "b": sides[1], "features": [msgspec.to_builtins(bar) for bar in bars]})
        return
    rows = [
        (
            bar.feature,
            amount(bar.a, bar.unit),
            amount(bar.b, bar.unit),
            bar.unit,
            "" if bar.difference is None else f"{bar.difference:+.2f}",
            drawn(bar.difference),
            f"{bar.turns_a:,}/{bar.turns_b:,}",
        )
        for bar in bars
    ]
    title = f"A: {sides[0]}; B: {sides[1]}; difference in units of the spread between A's conversations"
    _print(title, ("FEATURE", "A", "B", "UNIT", "DIFFERENCE", "LESS | MORE", "TURNS A/B"), rows, format_)
    for why, features in _reasons(bars).items():
        note(f"not measured, or not everywhere: {', '.join(features)}: {why}")


def amount(value: float | None, unit: str) -> str:
    """A feature's value as people read it."""
    if value is None:
        return NOT_MEASURED
    if unit.startswith("share"):
        return f"{100 * value:.0f} %"
    return f"{value:.0f}" if unit == "words" else f"{value:.1f}"


def drawn(difference: float | None) -> str:
    """A bar to the left for less, to the right for more; ``<`` or ``>`` where it goes on."""
    if difference is None:
        return ""
    signs = min(_WIDEST, round(abs(difference) * _PER_SPREAD))
    bar = "#" * signs
    over = abs(difference) * _PER_SPREAD > _WIDEST
    left = (("<" + bar[1:]) if over else bar) if difference < 0 else ""
    right = ((bar[:-1] + ">") if over else bar) if difference > 0 else ""
    return f"{left:>{_WIDEST}}|{right:<{_WIDEST}}"


def _row(line: Line) -> tuple[str, ...]:
    spread = "" if line.spread is None else amount(line.spread, line.unit)
    return (line.feature, amount(line.mean, line.unit), spread, line.unit, f"{line.turns:,}", line.why_not)


def _reasons(bars: Sequence[Bar]) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    for bar in bars:
        if bar.why_not:
            reasons.setdefault(bar.why_not, []).append(bar.feature)
    return reasons


def _print(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], format_: str) -> None:
    if format_ == "markdown":
        click.echo(f"### {_plain(title)}\n\n{_markdown(columns)}\n|{' --- |' * len(columns)}")
        for row in rows:
            click.echo(_markdown(row))
        click.echo()
        return
    print_table(printable(title), columns, rows)


def _markdown(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_plain(cell) for cell in cells) + " |"


def _plain(cell: str) -> str:
    """Text inside a Markdown table: what others wrote may neither end the cell nor be markup."""
    escaped = "".join(f"\\{sign}" if sign in "\\|`*_[]<>#" else sign for sign in printable(cell).strip())
    return escaped.replace("\\_", "_")
