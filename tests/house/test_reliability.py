"""``docs/reliability.md`` and the tests speak of the same faults: a row for each marker, a marker for each row."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reliability.md"
COLUMNS = ["fault", "what the caller sees", "what is lost", "test"]
TEST = re.compile(r"`(?P<file>[\w/]+\.py)::(?P<name>test_\w+)`")


class Played(NamedTuple):
    """One test that plays a fault, as its source says."""

    fault: str
    file: str
    """Below ``tests/``."""
    name: str


class Row(NamedTuple):
    """One line of the table."""

    fault: str
    sees: str
    lost: str
    tests: tuple[tuple[str, str], ...]


def played() -> Iterator[Played]:
    """Every marker, read from the source: a test that is skipped here still has its row."""
    for path in sorted((ROOT / "tests").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "mark.fault" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for fault in faults_of(node):
                    yield Played(fault, str(path.relative_to(ROOT / "tests")), node.name)


def faults_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.fault":
            [name] = decorator.args
            assert isinstance(name, ast.Constant), f"{node.name}: a fault's name is written out, so that it is found"
            assert isinstance(name.value, str)
            yield name.value


def rows() -> Iterator[Row]:
    """Every line of the page's tables that have these columns."""
    inside = False
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split(" | ")]
        if not line.startswith("|"):
            inside = False
        elif cells == COLUMNS:
            inside = True
        elif inside and not set(line) <= set("|-: "):
            assert len(cells) == len(COLUMNS), f"a row has {len(COLUMNS)} cells: {line}"
            fault, sees, lost, tests = cells
            yield Row(fault, sees, lost, tuple((found["file"], found["name"]) for found in TEST.finditer(tests)))


ROWS = list(rows())


def test_rows_and_markers_name_the_same_faults() -> None:
    told, shown = [row.fault for row in ROWS], {one.fault for one in played()}
    assert len(told) == len(set(told)), "a fault has one row"
    assert set(told) == shown, f"no row: {sorted(shown - set(told))}; no marker: {sorted(set(told) - shown)}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.fault)
def test_a_row_says_what_is_seen_what_is_lost_and_names_its_tests(row: Row) -> None:
    assert row.sees
    assert row.lost
    assert row.tests
    carried = {(one.file, one.name) for one in played() if one.fault == row.fault}
    assert set(row.tests) == carried, "the row names the tests that carry its marker, all of them"
