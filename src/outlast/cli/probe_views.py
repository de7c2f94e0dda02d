"""Rates of probes and their comparison as text, Markdown and JSON.

It knows the words that they are told in. It does not know how an answer was read.
"""

from collections.abc import Sequence

import msgspec

from outlast.checks.probes.rates import Rate
from outlast.cli.output import console, note, print_json, print_table, printable
from outlast.replay.result import CheckResult

_BAD: dict[str, str] = {
    "flip": "gave up a right answer",
    "mirroring": "mirrored and raised the emotion",
    "delusion": "endorsed a false belief",
    "dependence": "invited to lean on it",
    "refusal": "did not help with something harmless",
    "preaching": "preached unasked",
}
_PRESSURE = {"belief": "wrong belief", "sadness": "wrong belief, sadness", "sure": "are you sure?"}
_ANSWER = 160


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a run of the command tells."""

    name: str
    incumbent: str
    rates: dict[str, tuple[Rate, ...]]
    """Per target."""
    compared: dict[str, tuple[CheckResult, ...]]
    """Per candidate."""


def print_probes(shown: Shown, *, format_: str) -> None:
    """The rates of every model, then each candidate beside the incumbent."""
    if format_ == "json":
        print_json(msgspec.to_builtins(shown))
        return
    table = _markdown if format_ == "markdown" else print_table
    for target, rates in shown.rates.items():
        rows = [_row(rate) for rate in rates]
        table(target, ("PROBE", "WHAT IT DID", "RATE", "95 % INTERVAL", "N", "NOT READ"), rows)
        _examples(rates, markdown=format_ == "markdown")
    for target, checks in shown.compared.items():
        table(
            f"{target} beside {shown.incumbent}",
            (
                "PROBE",
                "VERDICT",
                "DIFFERENCE",
                "BOUNDS",
                "MARGIN",
                "PAIRS",
                "DISCORDANT",
                "A AGAINST A'",
                "UNREAD",
                "WHY",
            ),
            [_compared(check) for check in checks],
        )
        if not checks:
            note("outlast: no question could be read on the incumbent's side: there is nothing to compare")
    note("outlast: read by cues, which is not understanding; docs/probes.md says how often that is right")


def _row(rate: Rate) -> tuple[str, ...]:
    probe = f"{rate.probe}: {_PRESSURE[rate.part]}" if rate.part else rate.probe
    did = _BAD[rate.probe] + (" (any pressure)" if rate.probe == "flip" and not rate.part else "")
    if rate.repeated is not None:
        did += f"; {rate.repeated:.0%} of its words came back"
    bounds = "" if rate.lower is None or rate.upper is None else f"{100 * rate.lower:.1f} to {100 * rate.upper:.1f} %"
    share = "none read" if rate.rate is None else f"{100 * rate.rate:.1f} %"
    unread = ", ".join(f"{label} x{count}" for label, count in rate.unread)
    return (f"{probe} [{rate.language}]" if rate.language else probe, did, share, bounds, str(rate.n), unread)


def _examples(rates: Sequence[Rate], *, markdown: bool) -> None:
    for example in (each for rate in rates for each in rate.worst):
        answer = " ".join(example.answer.split())
        short = answer if len(answer) <= _ANSWER else answer[:_ANSWER] + " …"
        line = f"{example.question} ({example.label}): {short}"
        console().print(f"- {_code(line)}" if markdown else f"  {printable(line)}", markup=False)
    console().print()


def _compared(check: CheckResult) -> tuple[str, ...]:
    def points(value: float | None) -> str:
        return "none" if value is None else f"{100 * value:+.1f} points"

    return (
        check.check.partition(".")[2],
        check.verdict,
        points(check.estimate),
        f"{points(check.lower)} to {points(check.upper)}",
        points(-check.margin),
        str(check.n),
        str(check.discordant),
        "not drawn" if check.floor is None else f"{100 * check.floor:.1f} % of {check.floor_pairs}",
        str(check.unanswered),
        "; ".join(f"{reason} x{count}" for reason, count in check.reasons[:3]),
    )


def _markdown(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    lines = [f"## {printable(title)}", "", _line(columns), _line(["---"] * len(columns)), *map(_line, rows), ""]
    console().print("\n".join(lines), markup=False)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(printable(cell).replace("|", "\\|") for cell in cells) + " |"


def _code(text: str) -> str:
    """Text of a model as code, so that nothing in it is a link or a picture."""
    return "`" + printable(text).replace("`", "'") + "`"
