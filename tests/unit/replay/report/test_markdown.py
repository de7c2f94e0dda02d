"""A report as Markdown: read by a parser, nothing in it is active."""

import pytest
from markdown_it import MarkdownIt
from tests.unit.replay.report.results import candidate, check, ratio, report
from tests.unit.replay.report.test_page import HOSTILE

from outlast.replay.report.document import document
from outlast.replay.report.markdown import markdown

MORE = (
    "[x](javascript:alert(1))",
    "![x](https://example.org/x.png)",
    "```\n# out\n```",
    "| a | b |",
    "https://example.org <https://example.org>",
)


@pytest.mark.parametrize("said", [*HOSTILE, *MORE])
def test_nothing_that_a_model_said_becomes_active(said: str) -> None:
    name = said.replace("\ud800", "")  # a name of the configuration is UTF-8
    one = candidate(check(f"user.{name}", reasons=((said, 3),)), target=name)
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown(report(one, gates=(name,), said=said)))
    kinds = {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "code_inline", "code_block"}
    assert sum(token.type == "heading_open" for token in tokens) == 6


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    one = candidate(check("a|b", reasons=(("c|d", 1),)), ratio())
    lines = [line for line in markdown(report(one)).splitlines() if line.startswith("|")]
    bars = [line.replace("\\|", "").count("|") for line in lines]
    assert min(bars) > 2
    tables = MarkdownIt("commonmark").enable("table").parse(markdown(report(one)))
    assert sum(token.type == "tr_open" for token in tables) == sum(not line.startswith("| ---") for line in lines)


def test_a_document_has_the_verdicts_sentences_plan_and_cases() -> None:
    made = document(report(candidate(check())))
    assert {"version", "plan_hash", "incumbent", "candidates", "remarks", "plan"} <= made.keys()
    ones = made["candidates"]
    assert isinstance(ones, list)
    [one] = ones
    assert {"verdict", "decided_by", "checks", "headline", "silent_gates", "cases"} <= one.keys()
