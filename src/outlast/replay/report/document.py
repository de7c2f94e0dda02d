"""A report as one document for programs.

It knows its keys (docs/replay.md lists them). It does not know JSON's encoding: a bound that is infinite is null there.
"""

from typing import Final

import msgspec

from outlast.replay.report import words
from outlast.replay.report.cases import Report
from outlast.replay.report.remarks import particular

VERSION: Final = 1
"""Grows when a key changes its meaning or goes; new keys may come at any time."""


def document(report: Report) -> dict[str, object]:
    """The result's own members, the plan, the sentences and the cases."""
    result, plan = report.result, report.plan
    return {
        "version": VERSION,
        **msgspec.to_builtins(result),
        "candidates": [
            {
                **msgspec.to_builtins(each),
                "headline": words.headline(each, result, plan),
                "decided": words.decided(each, plan),
                "outlook": words.outlook(each),
                "silent_gates": words.silent_gates(each, plan),
                "cases": msgspec.to_builtins(report.cases.get(each.target, ())),
            }
            for each in result.candidates
        ],
        "remarks": particular(report),
        "plan": msgspec.to_builtins(plan),
    }
