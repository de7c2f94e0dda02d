"""What the processes of one gateway tell each other, and how several accounts become one.

It knows which numbers add up, and which only hold for the process that says them. It does not know how the accounts
travel (``wiring.board``) nor who asks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import Final

import msgspec

from outlast.gateway.counters import Counts
from outlast.ledger.recorder import RecorderStats
from outlast.web.gauges import STATES, TelemetryNumbers
from outlast.web.health import Check
from outlast.wiring.run_file import RunState

_OF_NOW: Final = frozenset({"lag", "unsynced"})
"""Numbers of the record that hold for a moment; the others count from the start."""
_ANY_WILL_DO: Final = frozenset({"callers"})
"""Checks that are fine as long as one process is: callers come to that one."""
_BY_CARE: Final = {state: care for care, state in enumerate(("closed", "half_open", "open"))}
assert set(_BY_CARE) == set(STATES)  # noqa: S101 - a state without its place here is a defect


class Target(msgspec.Struct, frozen=True):
    """How one target fares, as a breaker tells it."""

    target: str
    state: str
    pending: int


class Told(msgspec.Struct, kw_only=True):
    """The account of one process; what counts from the start includes those who had its place before."""

    pid: int
    at_ns: int
    """Monotonic clock."""
    counts: Counts
    journal: RecorderStats
    telemetry: TelemetryNumbers
    processor_seconds: float = 0.0
    connections: int = 0
    targets: tuple[Target, ...] = ()
    checks: tuple[Check, ...] = ()


class Crew(msgspec.Struct, frozen=True, kw_only=True):
    """The account of the process that holds the others together."""

    state: RunState
    pids: tuple[int, ...]
    """Of the processes that live, by place; 0: that one is being started again."""
    ended: int = 0
    """Processes that ended without having been told to, since the gateway started."""
    last_end: str = ""
    """How the last of them ended."""


encode = msgspec.msgpack.Encoder().encode
decode_told = msgspec.msgpack.Decoder(Told).decode
decode_crew = msgspec.msgpack.Decoder(Crew).decode


def add_counts(all_of_them: Iterable[Counts]) -> Counts:
    """Everything counted, as one; what was given stays as it is."""
    total = Counts()
    for each in all_of_them:
        total.merge(each)
    return total


def add_journals(now: Sequence[RecorderStats], before: Sequence[RecorderStats] = ()) -> RecorderStats:
    """Several records as one; of ``before``, only what counts from the start."""
    values = [asdict(each) for each in now]
    past = [asdict(each) for each in before]
    merged: dict[str, object] = {}
    for field in fields(RecorderStats):
        mine = [each[field.name] for each in values]
        if isinstance(mine[0], bool):
            merged[field.name] = all(mine)
        elif isinstance(mine[0], str):
            merged[field.name] = next((each for each in mine if each), "")
        else:
            counted = () if field.name in _OF_NOW else (each[field.name] for each in past)
            merged[field.name] = sum(mine) + sum(counted)
    return msgspec.convert(merged, RecorderStats)


def add_telemetry(all_of_them: Iterable[TelemetryNumbers]) -> TelemetryNumbers:
    """What anybody has missed."""
    listed = [asdict(each) for each in all_of_them]
    return TelemetryNumbers(
        **{field.name: sum(each[field.name] for each in listed) for field in fields(TelemetryNumbers)}
    )


def add_targets(all_of_them: Iterable[Sequence[Target]]) -> tuple[Target, ...]:
    """Calls at each target; of its states, the one that an operator wants to hear of."""
    merged: dict[str, Target] = {}
    for each in (target for targets in all_of_them for target in targets):
        known = merged.get(each.target, Target(each.target, "closed", 0))
        state = max(known.state, each.state, key=_BY_CARE.__getitem__)
        merged[each.target] = Target(each.target, state, known.pending + each.pending)
    return tuple(merged.values())


def add_checks(by_place: Sequence[tuple[int, Sequence[Check]]]) -> tuple[Check, ...]:
    """Every check once; where processes differ, each says its own."""
    names = dict.fromkeys(check.name for _, checks in by_place for check in checks)
    return tuple(_one_check(name, by_place) for name in names)


def _one_check(name: str, by_place: Sequence[tuple[int, Sequence[Check]]]) -> Check:
    found = [(place, check) for place, checks in by_place for check in checks if check.name == name]
    enough = any if name in _ANY_WILL_DO else all
    said = {check.says for _, check in found}
    says = said.pop() if len(said) == 1 else "; ".join(f"process {place}: {check.says}" for place, check in found)
    return Check(name, enough(check.ok for _, check in found), says)
