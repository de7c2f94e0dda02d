"""``outlast verdict``: what the latest replay of a name found, or paired outcomes from a file judged by the same rule.

It knows the command's options and exit codes, and that the margin tells both apart: a replay's margins were declared
with its plan. It does not know any test (``stats``), nor how an answer looks (``cli.verdict_views``).
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from outlast.cli.exits import FINDINGS, FINE, UNFINISHED
from outlast.cli.options import Context, open_context
from outlast.cli.output import note, print_json
from outlast.cli.report import latest
from outlast.cli.report_views import print_report
from outlast.cli.verdict_views import document, print_verdict
from outlast.errors import EvidenceInvalid
from outlast.stats.assess import assess
from outlast.stats.rows import Range, read_rows
from outlast.stats.verdict import Rule, Word

EXITS: dict[Word, int] = {"PASS": FINE, "FAIL": FINDINGS, "NOT YET": UNFINISHED}

_SEVERITY = (FINE, UNFINISHED, FINDINGS)
_BLOCK = 1 << 20


class Share(click.ParamType[str]):
    """A margin, written ``0.05`` or ``5%``."""

    name = "margin"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Accept what can be read as a number; whether it fits the outcomes is settled with them."""
        text = str(value).strip()
        try:
            float(text.removesuffix("%"))
        except ValueError:
            self.fail(f"{value!r} is no margin; write it like 0.05 or 5%", param, ctx)
        return text


class ScoreRange(click.ParamType[Range]):
    """The lowest and highest possible score, written ``0:1``."""

    name = "range"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Range:
        """Read both ends, or say what a range looks like."""
        if isinstance(value, Range):
            return value
        low, colon, high = str(value).partition(":")
        try:
            found = Range(float(low), float(high), pass_fail=False)
        except ValueError:
            found = Range(1.0, 0.0)
        if not colon or not -1e300 < found.low < found.high < 1e300:
            self.fail(f"{value!r} is no range; write it like 0:1, lowest first", param, ctx)
        return found


@click.command()
@click.argument("what", metavar="NAME|PAIRS")
@click.option("--margin", type=Share(), help="For PAIRS: how much worse is still acceptable: 0.05, or 5% of the range.")
@click.option("--alpha", type=float, default=0.05, show_default=True, help="How often a wrong PASS is accepted.")
@click.option("--range", "scores", type=ScoreRange(), metavar="LOW:HIGH", help="Outcomes are scores, larger is better.")
@click.option("--sequential", is_flag=True, help="Rows are in the order of time; look as often as you like.")
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("--quiet", is_flag=True, help="Results only, no notes.")
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="For NAME. Default: ./outlast.toml, if there."
)
def verdict(
    what: str, *, margin: str | None, alpha: float, scores: Range | None, sequential: bool, format_: str, quiet: bool,
    config: Path | None,
) -> int:  # fmt: skip
    """May the candidate take over? Show the latest replay of NAME, or judge PAIRS.

    Without --margin: what the latest `outlast replay NAME` found, by the margins of its plan.

    With --margin: PAIRS is a JSON-lines file (- is standard input). A line is one request answered by both:
    {"id": "r1", "cluster": "chat-7", "a": 1, "b": 0}, with 1 for passed and 0 for failed, "b": null where the candidate
    gave no answer, and the conversation or user as cluster (without one, a row is its own).

    \b
      outlast verdict support
      outlast verdict pairs.jsonl --margin 5%
      outlast verdict scores.jsonl --margin 0.02 --range 0:1
      outlast verdict live.jsonl --margin 5% --sequential

    Exit code: 0 PASS, 1 FAIL, 3 NOT YET.
    """
    if margin is None:
        _refuse_file(what)
        return _latest(what, open_context(config=config, format_=format_, today=None, quiet=quiet))
    pairs = _file(what)
    allowed = scores or Range()
    rule = Rule(margin=_in_units(margin, allowed), alpha=alpha)
    answer = assess(read_rows(_blocks(pairs), allowed), rule, allowed, sequential=sequential)
    if format_ == "json":
        print_json(document(answer))
    else:
        for remark in print_verdict(answer, rule, allowed):
            note(remark, quiet=quiet)
    return EXITS[answer.verdict]


def _latest(name: str, context: Context) -> int:
    """The latest result of a name; several candidates are as good as the worst of them."""
    found = latest(context.settings, name)
    print_report(found, format_=context.format)
    return max((EXITS[each.verdict] for each in found.result.candidates), key=_SEVERITY.index)


def _refuse_file(what: str) -> None:
    if what == "-" or what.endswith((".jsonl", ".json")):
        raise click.UsageError(f"{what} is a file of pairs: --margin 5% says how much worse is still acceptable")


def _file(what: str) -> Path:
    path = Path(what)
    if what != "-" and not path.is_file():
        raise click.UsageError(
            f"{what!r} is no file of pairs; without --margin it is a name, whose margins its replay declared"
        )
    return path


def _in_units(margin: str, allowed: Range) -> float:
    """The margin in the outcomes' own unit; a percentage is of their range."""
    return float(margin[:-1]) / 100 * allowed.width if margin.endswith("%") else float(margin)


def _blocks(path: Path) -> Iterator[bytes]:
    """A file, or standard input, a piece at a time."""
    if str(path) == "-":
        yield from iter(lambda: sys.stdin.buffer.read(_BLOCK), b"")
        return
    try:
        with path.open("rb") as file:
            yield from iter(lambda: file.read(_BLOCK), b"")
    except OSError as error:
        raise EvidenceInvalid(f"{path}: {error.strerror}") from None
