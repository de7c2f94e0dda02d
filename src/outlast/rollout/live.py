"""What one call was like, as numbers: one for each guard that it says something about.

It knows the guards' names and which reading of an answer each one is: those of replay's checks that look at one answer
alone. It does not know bodies on a wire: it is given the request and the reply in the canonical form. What a call says
nothing about is absent.
"""

from collections.abc import Collection, Iterator
from typing import Final

import msgspec

from outlast.checks.contract import CONTRACT
from outlast.checks.draw import Draw, Item, Tool
from outlast.checks.manner import MANNER, refused, tone_of
from outlast.checks.schemas import misses_schema
from outlast.checks.shapes import Agreement, SideCheck
from outlast.dialects.conversation.parts import Part, Refusal, Text, ToolCall
from outlast.dialects.conversation.reply import Candidate, Reply
from outlast.dialects.conversation.request import Request
from outlast.dialects.conversation.request import Tool as Offered
from outlast.dialects.said import Said
from outlast.dialects.said import ToolCall as Called
from outlast.exchange import PICO_PER_USD
from outlast.rollout.words import CHECK, TONE
from outlast.tone.measure import value_of

OF_WORDS: Final = ("contract", "refusals")
"""Guards that need what was said, beside checks and tones."""
_ENDS: Final = {"tool_calls": "tool_calls", "length": "length", "content_filter": "content_filter", "context": "length"}
_SIDES: Final = tuple(
    each for each in (*CONTRACT, *MANNER) if isinstance(each, SideCheck) and "refusal" not in each.name
)
_TOOLS: Final = "contract.tools"
_BY_NAME: Final = {each.name: each for each in (*CONTRACT, *MANNER)}


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """One call that has ended, without its words."""

    failed: bool
    """The model that was to answer did not, whoever did."""
    left: bool = False
    """Its caller left before the end."""
    total_s: float = 0.0
    first_s: float = 0.0
    """0: nothing came."""
    cost_pico_usd: int | None = None


def judged() -> tuple[str, ...]:
    """The checks that one answer alone can fail: those that ``check.NAME`` may name."""
    return (*(name for name, check in _BY_NAME.items() if isinstance(check, SideCheck)), _TOOLS)


def needs_words(guards: Collection[str]) -> bool:
    """Whether any of these guards reads what was said."""
    return any(name in OF_WORDS or name.startswith((CHECK, TONE)) for name in guards)


def measured(guards: Collection[str], facts: Facts, request: Request | None, reply: Reply | None) -> dict[str, float]:
    """The guards' values; ``request`` and ``reply`` where they could be read, and the model answered."""
    values = {name: value for name, value in _amounts(facts) if name in guards}
    if facts.failed or facts.left or request is None or reply is None or not reply.candidates:
        return values
    words = [name for name in guards if name in OF_WORDS or name.startswith((CHECK, TONE))]
    if words:
        item, draw = _item(request), Draw(said=_said(reply.candidates[0]))
        values.update((name, value) for name in words if (value := _of_words(name, item, draw)) is not None)
    return values


def _amounts(facts: Facts) -> Iterator[tuple[str, float]]:
    """What an answer cost and took. Who left before anything came had waited so long at least."""
    yield "errors", float(facts.failed)
    waited = facts.left and not facts.first_s
    if waited or not (facts.failed or facts.left):
        yield "latency", facts.total_s
        yield "latency_p95", facts.total_s
    first = facts.total_s if waited else facts.first_s
    if first and not facts.failed:
        yield "first_token", first
        yield "first_token_p95", first
    if facts.cost_pico_usd is not None and not (facts.failed or facts.left):
        yield "cost", facts.cost_pico_usd / PICO_PER_USD


def _of_words(name: str, item: Item, draw: Draw) -> float | None:
    if name == "refusals":
        return float(bool(refused(item, draw)))
    if name == "contract":
        return float(any(_fails(each, item, draw) for each in _SIDES) or bool(_called_badly(item, draw)))
    if name.startswith(TONE):
        tones = tone_of(item, draw)
        return None if tones is None else value_of(tones, name.removeprefix(TONE))
    return _check(name.removeprefix(CHECK), item, draw)


def _check(name: str, item: Item, draw: Draw) -> float | None:
    """One of replay's checks, as far as one answer alone can fail it."""
    check = _BY_NAME.get(name)
    if isinstance(check, SideCheck):
        return float(bool(check.judge(item, draw))) if check.applies(item) else None
    if isinstance(check, Agreement) and name == _TOOLS:
        return _called_badly(item, draw) if item.tools else None
    return None


def _fails(check: SideCheck, item: Item, draw: Draw) -> bool:
    return check.applies(item) and bool(check.judge(item, draw))


def _called_badly(item: Item, draw: Draw) -> float:
    """A tool that was not offered, or arguments that do not meet its schema."""
    if draw.said is None or not draw.said.tool_calls:
        return 0.0
    offered = {tool.name: tool.parameters for tool in item.tools}
    return float(any(_misses(call, offered) for call in draw.said.tool_calls))


def _misses(call: Called, offered: dict[str, bytes]) -> bool:
    if call.name not in offered:
        return True
    schema = offered[call.name]  # of a tool that takes free text there is none
    return bool(schema and misses_schema(call.arguments or "{}", schema))


def _item(request: Request) -> Item:
    """The request as checks want it."""
    users = [_text(message.parts) for message in request.messages if message.role == "user"]
    form = request.format
    return Item(
        id="",
        cluster="",
        request=b"",
        last_user=users[-1] if users else "",
        tools=tuple(
            Tool(each.name, b"" if each.custom else each.parameters)
            for each in request.tools
            if isinstance(each, Offered)
        ),
        schema=form.schema or None if form is not None else None,
        wants_json=form is not None and form.kind in ("json", "schema"),
    )


def _said(candidate: Candidate) -> Said:
    """What the first answer says."""
    end = candidate.finish.end if candidate.finish is not None else ""
    calls = tuple(Called(part.name, part.arguments) for part in candidate.parts if isinstance(part, ToolCall))
    declined = "".join(part.text for part in candidate.parts if isinstance(part, Refusal))
    return Said(
        text=_text(candidate.parts),
        refusal=declined or ("refusal" if end == "refusal" else ""),
        tool_calls=calls,
        finish=_ENDS.get(end, end),
    )


def _text(parts: Collection[Part]) -> str:
    return "".join(part.text for part in parts if isinstance(part, Text))
