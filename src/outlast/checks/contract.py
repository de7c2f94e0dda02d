"""Contract: what an application relies on in an answer's form.

It knows JSON, schemas, tool calls, how an answer ends and whether one came at all. It does not know what is true
(``checks.facts``) nor how it sounds. Each check is a pass or a failure on each side, so that they pair.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import jsonschema
import msgspec
import referencing

from outlast.checks.check import Family, Measure, Outcome, Pair
from outlast.checks.draw import Draw, Item
from outlast.checks.toolcalls import compare_calls
from outlast.stats.rows import Range

PASS_FAIL = Range()
Reason = str
"""Why a side fails; empty: it passes."""
Judge = Callable[[Item, Draw], Reason]


@dataclass(frozen=True, slots=True, kw_only=True)
class SideCheck:
    """A check that looks at each answer alone."""

    name: str
    applies: Callable[[Item], bool]
    judge: Judge
    family: Family = "contract"
    measure: Measure = "share"
    range: Range = PASS_FAIL

    def compare(self, pair: Pair) -> Sequence[Outcome]:
        """One outcome where the check applies."""
        if not self.applies(pair.item):
            return ()
        failed = self.judge(pair.item, pair.incumbent)
        if pair.candidate.said is None:
            return (Outcome(a=float(not failed), b=None, reason=pair.candidate.error),)
        reason = self.judge(pair.item, pair.candidate)
        return (Outcome(a=float(not failed), b=float(not reason), reason=reason),)


@dataclass(frozen=True, slots=True)
class ToolCalls:
    """The candidate's tool calls against the incumbent's; the incumbent is held to its own second answer.

    ``a`` is whether A' agrees with A, ``b`` whether B agrees with A: their difference is what the candidate adds to
    the incumbent's own randomness. Without A' the incumbent is taken to agree with itself, which never favours the
    candidate.
    """

    name: str = "contract.tools"
    family: Family = "contract"
    measure: Measure = "share"
    range: Range = PASS_FAIL

    def compare(self, pair: Pair) -> Sequence[Outcome]:
        """One outcome where the request offers tools."""
        item, incumbent, candidate, second = pair.item, pair.incumbent.said, pair.candidate.said, pair.second
        if not item.tools or incumbent is None:
            return ()
        again = "same"
        if second is not None and second.said is not None:
            again = compare_calls(incumbent.tool_calls, second.said.tool_calls, item.tools)
        a = float(again == "same")
        if candidate is None:
            return (Outcome(a=a, b=None, reason=pair.candidate.error),)
        difference = compare_calls(incumbent.tool_calls, candidate.tool_calls, item.tools)
        return (Outcome(a=a, b=float(difference == "same"), reason="" if difference == "same" else difference),)


def _text(draw: Draw) -> str:
    return draw.said.text if draw.said is not None else ""


def _everything(_item: Item) -> bool:
    return True


def _not_empty(_item: Item, draw: Draw) -> Reason:
    said = draw.said
    return "" if said is not None and (said.text.strip() or said.tool_calls or said.refusal) else "empty answer"


def _not_truncated(_item: Item, draw: Draw) -> Reason:
    said = draw.said
    return "cut by its token limit" if said is not None and said.finish == "length" else ""


def _not_filtered(_item: Item, draw: Draw) -> Reason:
    said = draw.said
    return "cut by a content filter" if said is not None and said.finish == "content_filter" else ""


def _is_json(_item: Item, draw: Draw) -> Reason:
    if draw.said is not None and draw.said.tool_calls:
        return ""  # it called a tool instead: the tools check's business
    try:
        msgspec.json.decode(_text(draw))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return "in a code fence" if _text(draw).lstrip().startswith("```") else "not JSON"
    return ""


def _meets_schema(item: Item, draw: Draw) -> Reason:
    failed = _is_json(item, draw)
    if failed or (draw.said is not None and draw.said.tool_calls):
        return failed
    validator = _validator(item.schema or b"{}")
    if validator is None:
        return ""  # a schema that is none binds nobody
    try:
        error = jsonschema.exceptions.best_match(validator.iter_errors(msgspec.json.decode(_text(draw))))
    except (RecursionError, referencing.exceptions.Unresolvable):
        return ""
    return "" if error is None else f"schema: {error.validator}"


@lru_cache(maxsize=256)
def _validator(schema: bytes) -> jsonschema.Draft202012Validator | None:
    """Nothing that a schema refers to is fetched: an empty registry resolves no address."""
    try:
        document = msgspec.json.decode(schema)
        jsonschema.Draft202012Validator.check_schema(document)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, jsonschema.SchemaError):
        return None
    return jsonschema.Draft202012Validator(document, registry=referencing.Registry())


CONTRACT: tuple[SideCheck | ToolCalls, ...] = (
    SideCheck(name="contract.answered", applies=_everything, judge=_not_empty),
    SideCheck(name="contract.complete", applies=_everything, judge=_not_truncated),
    SideCheck(name="contract.unfiltered", applies=_everything, judge=_not_filtered),
    SideCheck(name="contract.json", applies=lambda item: item.wants_json, judge=_is_json),
    SideCheck(name="contract.schema", applies=lambda item: item.schema is not None, judge=_meets_schema),
    ToolCalls(),
)
"""Those that need nothing but the answers; refusal and language come with ``tone``'s detectors (``checks.manner``)."""
