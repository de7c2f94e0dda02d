"""Results on paper and on terminals of any width, whatever the text in them is made of."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from outlast.catalog.claims import Standing
from outlast.cli.horizon_views import fitting_table, print_horizon
from outlast.cli.output import console, print_table, printable
from outlast.exchange import SeenModel, UsageRow
from outlast.horizon.calendar import Entry, Horizon
from outlast.horizon.record import add_up
from outlast.horizon.successors import Successor

TITLE = "\x1b]0;title\x07\x1b[31m"
"""What a terminal would obey: a window title, then red."""


def calendar(name: str = "chatgpt-4o-latest", answered: str = "") -> Horizon:
    row = UsageRow(
        name=name, calls=3, failed=0, cost_usd=Decimal("0.0012"), unpriced_calls=0,
        input_tokens=60, cached_tokens=0, cache_write_tokens=0, output_tokens=70, reasoning_tokens=0,
    )  # fmt: skip
    seen = SeenModel(requested=name, virtual=True, served="openai/x", row=row, redirected=1, answered=(answered,))
    entry = Entry(
        name=name,
        virtual=True,
        target=f"openai/{name}",
        model=f"openai/{name}",
        surface="api",
        standing=Standing(status="deprecated", ends=dt.date(2026, 2, 17), precision="exact"),
        days_left=7,
        switch_day=dt.date(2026, 2, 17),
        recorded=add_up([seen]),
        calls_share=Decimal(1),
        successor=Successor(
            ref="openai/gpt-5.1-chat-latest", target=None, basis="chain", standing=Standing(status="active")
        ),
        successor_monthly_cost_usd=Decimal("0.0007"),
    )
    return Horizon(today=dt.date(2026, 2, 10), entries=(entry,), calls=3)


@given(st.text())
def test_text_of_others_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    assert printable(text).isprintable()


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_ordinary_text_is_shown_as_it_is(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize("name", ["openai/[/nope]", "openai/[red]x[/red]", "openai/:smile:"])
def test_a_name_that_looks_like_markup_is_a_name(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_table("", ("name", "calls"), [(name, "1")])
    assert name in capsys.readouterr().out


def test_a_table_obeys_no_stranger_s_name(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("", ("name",), [(TITLE,)])
    assert capsys.readouterr().out.splitlines()[1].rstrip() == r"\x1b]0;title\x07\x1b[31m"


def test_the_calendar_obeys_no_upstream_that_names_its_model(capsys: pytest.CaptureFixture[str]) -> None:
    print_horizon(calendar(answered=TITLE))
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert r"answered in its place: \x1b]0;title" in said


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_a_calendar_on_any_terminal_shows_whole_days(width: int) -> None:
    out = Console(file=io.StringIO(), width=width)
    table = fitting_table(calendar(), out)
    with out.capture() as shown:
        out.print(table)
    assert "2026-02-17" in shown.get()
    assert "…" not in shown.get()
    assert max(map(len, shown.get().splitlines())) <= width


def test_a_calendar_with_room_leaves_nothing_out() -> None:
    assert len(fitting_table(calendar(), Console(file=io.StringIO(), width=200)).columns) == 9


def test_a_reader_who_leaves_early_is_told_by_the_pipe_alone() -> None:
    with pytest.raises(BrokenPipeError):
        console().on_broken_pipe()
