"""The house keeps its measures: sizes of files and functions, a first sentence everywhere, one table of each kind."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from outlast import __version__, errors
from outlast.cli.exits import EXIT_CODES
from outlast.cli.exits import exit_code as code_of
from outlast.errors import OutlastError

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "src" / "outlast").rglob("*.py"))
LONGEST_MODULE = 600
LONGEST_BODY = 60
MOST_POSITIONAL = 6
"""Five, and ``self``."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def body_lines(function: Function) -> int:
    """Lines of a function without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_MODULE
    assert ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_function_is_long_or_takes_a_crowd(path: Path) -> None:
    long = [f"{f.name}: {body_lines(f)} lines" for f in functions(path) if body_lines(f) > LONGEST_BODY]
    crowded = [f.name for f in functions(path) if len(f.args.posonlyargs) + len(f.args.args) > MOST_POSITIONAL]
    assert (long, crowded) == ([], [])


def every_error() -> list[type[OutlastError]]:
    found = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, OutlastError)]
    assert len(found) > 10
    return found


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_every_error_has_an_exit_code_and_a_place_in_the_tree(kind: type[OutlastError]) -> None:
    assert code_of(kind("said")) in EXIT_CODES.values()
    assert kind.__name__ in (errors.__doc__ or "")


def test_the_version_is_the_changelogs() -> None:
    newest = next(
        line for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines() if line.startswith("## ")
    )
    assert newest == f"## {__version__}"
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
