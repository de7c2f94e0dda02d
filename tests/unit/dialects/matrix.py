"""``docs/dialects-matrix.md``, computed: what of each feature passes between each two dialects.

``python -m tests.unit.dialects.matrix`` writes it anew. A cell is never written by hand.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.unit.dialects.aspects import request_aspects
from tests.unit.dialects.crossing import (
    FRAMING,
    PATHS,
    Crossed,
    cross_events,
    cross_reply,
    cross_request,
    decoded,
    heard,
)
from tests.unit.dialects.features import ANSWERS, ERRORS, REQUESTS, Asks, Says

from outlast.dialects.conversation.collect import collect, unfold
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.reply import Reply
from outlast.dialects.conversation.request import Request
from outlast.dialects.dialect import Dialect, Fault
from outlast.dialects.registry import DIALECTS
from outlast.errors import Untranslatable
from outlast.gateway.counting import QUESTIONS

PAGE = Path(__file__).parents[3] / "docs" / "dialects-matrix.md"
COMMAND = "python -m tests.unit.dialects.matrix"
PASS, LOSS, REFUSED, SILENT, UNSAID, ESTIMATED = "pass", "loss:", "refused", "SILENT LOSS", "·", "estimated"
_RANKS = (PASS, ESTIMATED, LOSS, REFUSED, UNSAID, SILENT)
HEAD = f"""\
# What passes between which dialects

Computed by `{COMMAND}`; a test fails when a cell gets worse or this page is not what the code does.

One table for each dialect of a caller, one column for each dialect of a provider, one row for each feature. Within
one dialect everything is passed through as it came, and so is not shown.

* **pass**: it arrives; of an answer, also when the caller gives it back in the next request.
* **loss**: it does not arrive, or in another form, and `x-outlast-dropped` names what is listed (in a stream, whose
  head is gone by then, the record does). Under `strict = true` such a request is refused.
* **refused**: a clear error before the call.
* **{UNSAID}**: the side that would say it has no words for it.

What is no loss here (two forms of one thing) is listed in `tests/unit/dialects/aspects.py`.
"""

Cells = Mapping[tuple[str, str], Mapping[str, str]]
"""Caller and feature to target and cell."""


def cells() -> Cells:
    """Everything, computed."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for caller in DIALECTS.values():
        targets = [each for each in DIALECTS.values() if each is not caller]
        for group, asks in REQUESTS.items():
            for name, ask in asks.items():
                found[caller.name, f"{group}: {name}"] = {each.name: _asked(ask, caller, each) for each in targets}
        for group, says in ANSWERS.items():
            for name, say in says.items():
                found[caller.name, f"{group}: {name}"] = {each.name: _answered(say, each, caller) for each in targets}
        for status, kind in ERRORS:
            fault = Fault(status=status, type=kind, message="It failed.")
            found[caller.name, f"Errors: {status} {kind}"] = {
                each.name: _failed(fault, each, caller) for each in targets
            }
        found[caller.name, "Counting: tokens of a request"] = {each.name: _counted(caller) for each in targets}
    return found


def _asked(ask: Asks, caller: Dialect, target: Dialect) -> str:
    request = _said(ask(caller.name), caller)
    return UNSAID if request is None else _cell(cross_request(request, caller, target)[0])


def _said(request: Request, caller: Dialect) -> Request | None:
    """The request as its caller writes it; None where the caller's dialect has no words for it."""
    losses = Losses()
    try:
        body = caller.encode_request(request, losses)
    except Untranslatable:
        return None
    read = caller.decode_request(body, caller.peek(body, PATHS.get(caller.name, "")))
    same = request_aspects(read) == request_aspects(request) and read.extra.keys() >= request.extra.keys()
    return read if same and not losses and not _extended(body) else None


def _extended(body: bytes) -> bool:
    """It is only said in a place of our own."""
    return b"x_outlast" in body or b"outlast:" in body


def _answered(say: Says, target: Dialect, caller: Dialect) -> str:
    reply = say(target.name)
    losses = Losses()
    body = target.encode_reply(reply, FRAMING, losses)
    read = target.decode_reply(body)
    if losses or _extended(body) or heard(read) != heard(reply):
        return UNSAID
    whole = _cell(cross_reply(read, caller)[0])
    streamed = _streamed(reply, target, caller)
    return whole if streamed in (whole, UNSAID) else f"{whole}; streamed {streamed}"


def _streamed(reply: Reply, target: Dialect, caller: Dialect) -> str:
    losses = Losses()
    encoder = target.event_encoder(FRAMING, losses)
    stream = b"".join(map(encoder.event, unfold(reply)))
    events = decoded(target, stream)
    if losses or _extended(stream) or heard(collect(events)) != heard(reply):
        return UNSAID
    return _cell(cross_events(events, caller)[0])


def _failed(fault: Fault, target: Dialect, caller: Dialect) -> str:
    said = target.decode_fault(fault.status, target.encode_fault(fault, "call-1"))
    there = caller.decode_fault(said.status, caller.encode_fault(said, "call-1"))
    if (said.status, said.type, said.message) != (fault.status, fault.type, fault.message):
        return UNSAID
    return PASS if (there.status, there.type, there.message) == (said.status, said.type, said.message) else SILENT


def _counted(caller: Dialect) -> str:
    """Only the caller's own vendor can count in its words; others' tokens are estimated, and said to be."""
    return ESTIMATED if caller.name in QUESTIONS else UNSAID


def _cell(crossed: Crossed) -> str:
    match crossed.verdict:
        case "silent":
            return f"{SILENT} {' '.join(crossed.silent)}"
        case "loss":
            return f"{LOSS} {', '.join(f'`{name}`' for name in crossed.names)}"
        case "refused":
            return REFUSED
        case _:
            return PASS


def page(found: Cells) -> str:
    """The page."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Cells) -> Iterator[str]:
    yield HEAD
    yield from _totals(found)
    for caller in DIALECTS:
        targets = [name for name in DIALECTS if name != caller]
        yield f"\n## A caller of {caller}\n"
        yield f"| feature | {' | '.join(targets)} |"
        yield "|---" * (len(targets) + 1) + "|"
        for (whose, feature), row in found.items():
            if whose == caller and set(row.values()) != {UNSAID}:
                yield f"| {feature} | {' | '.join(row[target] for target in targets)} |"
        unsaid = [feature for (whose, feature), row in found.items() if whose == caller and {*row.values()} == {UNSAID}]
        if unsaid:
            yield f"\nNothing to pass: {', '.join(unsaid)}."


def _totals(found: Cells) -> Iterator[str]:
    """How many cells there are of each kind."""
    yield "| | cells |\n|---|---|"
    every = [cell for row in found.values() for cell in row.values()]
    for kind in _RANKS:
        yield f"| {kind.removesuffix(':')} | {sum(rank(cell) == _RANKS.index(kind) for cell in every)} |"


def rank(cell: str) -> int:
    """How bad it is: the worst word in it."""
    return max((place for place, word in enumerate(_RANKS) if word in cell), default=len(_RANKS))


def read(text: str) -> dict[tuple[str, str], dict[str, str]]:
    """The cells of a page."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    caller, targets = "", list[str]()
    for line in text.splitlines():
        if line.startswith("## A caller of "):
            caller = line.removeprefix("## A caller of ")
        elif caller and line.startswith("| feature |"):
            targets = [each.strip() for each in line.split("|")[2:-1]]
        elif caller and line.startswith("| "):
            feature, *row = (each.strip() for each in line.split("|")[1:-1])
            found[caller, feature] = dict(zip(targets, row, strict=True))
    return found


def worse(before: Cells, after: Cells) -> list[str]:
    """Each cell that got worse: a worse word, or more names of losses."""
    return [
        f"{caller} to {target}, {feature}: {cell!r} became {now!r}"
        for (caller, feature), row in before.items()
        for target, cell in row.items()
        for now in (after.get((caller, feature), {}).get(target, UNSAID),)
        if (rank(now), now.count("`")) > (rank(cell), cell.count("`"))
    ]


if __name__ == "__main__":
    PAGE.write_text(page(cells()), encoding="utf-8")
