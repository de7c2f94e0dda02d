"""Contract: what an application relies on in an answer's form.

It knows JSON, schemas, tool calls, how an answer ends and whether one came at all. It does not know what is true
(``checks.facts``) nor how it sounds. Each check is a pass or a failure on each side, so that they pair.
"""

from outlast.checks.draw import Draw, Item, Said
from outlast.checks.schemas import misses_schema, not_json
from outlast.checks.shapes import PASS_FAIL, Agreement, Judge, Reason, SideCheck
from outlast.checks.toolcalls import compare_calls

__all__ = ["CONTRACT", "PASS_FAIL", "Judge", "Reason", "SideCheck"]


def _calls_differ(item: Item, reference: Said, said: Said) -> Reason:
    difference = compare_calls(reference.tool_calls, said.tool_calls, item.tools)
    return "" if difference == "same" else difference


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
    return not_json(_text(draw))


def _meets_schema(item: Item, draw: Draw) -> Reason:
    if draw.said is not None and draw.said.tool_calls:
        return ""
    return misses_schema(_text(draw), item.schema or b"{}")


CONTRACT: tuple[SideCheck | Agreement, ...] = (
    SideCheck(name="contract.answered", applies=_everything, judge=_not_empty),
    SideCheck(name="contract.complete", applies=_everything, judge=_not_truncated),
    SideCheck(name="contract.unfiltered", applies=_everything, judge=_not_filtered),
    SideCheck(name="contract.json", applies=lambda item: item.wants_json, judge=_is_json),
    SideCheck(name="contract.schema", applies=lambda item: item.schema is not None, judge=_meets_schema),
    Agreement(
        name="contract.tools",
        applies=lambda item, _said: bool(item.tools),
        differ=_calls_differ,
        needs_second=False,
        by_itself=frozenset({"unknown tool", "arguments are no JSON"}),
    ),
)
"""Those that need nothing but the answers; refusal and language come with ``tone``'s detectors (``checks.manner``)."""
