"""The list of checks in the documentation is the list of checks."""

from pathlib import Path

from outlast.checks.explained import EXPLAINED, as_table, explained
from outlast.checks.suite import standard_suite

PAGE = Path(__file__).parents[3] / "docs" / "checks.md"


def test_every_check_is_explained_and_nothing_else_is() -> None:
    names = [check.name for check in standard_suite()]
    assert [name for name in names if explained(name) is None] == []
    assert [
        word
        for word in EXPLAINED
        if not any(name == word or (word[-1] == "." and name.startswith(word)) for name in names)
    ] == []


def test_the_page_has_the_list_as_it_is() -> None:
    assert as_table(standard_suite()) in PAGE.read_text("utf-8")
