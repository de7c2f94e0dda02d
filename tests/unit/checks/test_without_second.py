"""Without the incumbent's second answer: what proves nothing may prevent a PASS and never causes a FAIL."""

import pytest

from outlast.checks.check import Outcome, Pair
from outlast.checks.composite import Whole
from outlast.checks.contract import CONTRACT
from outlast.checks.draw import Draw, Item, Said, Tool, ToolCall

TOOLS = (Tool("search", b'{"type":"object","properties":{"for":{"type":"string"}}}'),)
ASKED = Item(id="i", cluster="c", request=b"{}", tools=TOOLS)
[TOOL_CHECK] = [check for check in CONTRACT if check.name == "contract.tools"]


def says(*calls: tuple[str, str], text: str = "", finish: str = "stop") -> Draw:
    return Draw(said=Said(text=text, tool_calls=tuple(ToolCall(*call) for call in calls), finish=finish))


A = says(("search", '{"for":"cats"}'))


def outcome(candidate: Draw, second: Draw | None = None) -> Outcome:
    [found] = TOOL_CHECK.compare(Pair(item=ASKED, incumbent=A, candidate=candidate, second=second))
    return found


@pytest.mark.parametrize(
    ("candidate", "b"),
    [
        (A, 1.0),
        (says(("search", '{"for":"dogs"}')), None),
        (says(text="I do not need to search."), None),
        (says(("search", '{"for":"cats"}'), ("search", '{"for":"cats too"}')), None),
        (says(("fly", "{}")), 0.0),
        (says(("search", "{for: cats")), 0.0),
    ],
    ids=["same", "other words", "no call", "more calls", "a tool that was not offered", "no JSON"],
)
def test_only_a_fault_by_itself_counts_against_a_candidate(candidate: Draw, b: float | None) -> None:
    found = outcome(candidate)
    assert (found.a, found.b) == (1.0, b)
    assert bool(found.reason) == (b != 1.0)


def test_with_a_second_answer_every_departure_counts_on_both_sides() -> None:
    assert outcome(says(("search", '{"for":"dogs"}')), second=A).b == 0.0
    assert outcome(A, second=says(("search", '{"for":"dogs"}'))).a == 0.0


def test_a_failure_of_one_check_is_not_hidden_by_what_another_cannot_tell() -> None:
    whole = Whole(family="contract", members=CONTRACT)
    cut = says(("search", '{"for":"dogs"}'), finish="length")
    [found] = whole.compare(Pair(item=ASKED, incumbent=A, candidate=cut))
    assert found.b == 0.0
    [untold] = whole.compare(Pair(item=ASKED, incumbent=A, candidate=says(("search", '{"for":"dogs"}'))))
    assert untold.b is None
