"""How rollouts look: as tables, as documents, and on a screen that changes.

It knows columns and words. It does not know what follows a measurement (``rollout.guards``) nor where it is kept.
"""

import datetime as dt
import time
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from outlast.cli.output import console, print_table, printable
from outlast.exchange import PICO_PER_USD
from outlast.rollout.guards import Decision, Reading, decide, opened
from outlast.rollout.ports import Boards, Kept
from outlast.rollout.state import GUARDS, Transition

History = Sequence[tuple[Kept, Sequence[Transition]]]
LIVE: Final = ("running", "paused")
_EVERY_S: Final = 1.0
_GUARDS: Final = (
    "GUARD", "SIDE", "BLOCKS", "DIFFERENCE", "ALLOWED", "BREACH", "ROLLS BACK AT", "SAFE", "ADVANCES AT", "",
)  # fmt: skip
_SCALE_NOTE: Final = (
    "Differences are B minus A in points of a guard's scale from 0 to 100, where more is worse; a ratio's margin is "
    "taken off first."
)
_SIDES: Final = {"above": "more", "below": "less"}
_WORDS: Final = {
    "HOLD": "HOLD is no success: nothing advances until every guard is shown to hold, or an operator says so.",
    "ADVANCE": "Every guard is shown to hold: the gateway takes the next stage by itself.",
    "BREACH": "A guard is broken: the gateway rolls back by itself.",
}


def decision_of(kept: Kept, boards: Boards) -> Decision:
    """What the guards say of the stage that is under way; nothing is counted by asking."""
    return decide(kept.plan, boards.board(kept.id) or opened(kept.plan, kept.state.stage))


def said_of(kept: Kept) -> str:
    """Where a rollout is now and what comes next, in a sentence or two."""
    plan, state = kept.plan, kept.state
    name, stage = plan.model, plan.stages[state.stage]
    match state.phase:
        case "running" if not stage.share:
            return f"{name}: {plan.candidate} answers beside {plan.incumbent}, in the shadow; nobody sees it"
        case "running" if stage.guarded:
            return f"{name}: {stage.name} of {plan.by}s go to {plan.candidate}, the rest to {plan.incumbent}"
        case "running":
            return (
                f"{name}: everybody new has {plan.candidate}; nothing is left to compare with. Say "
                f"`outlast rollout done {name}` when it is to stay, or back"
            )
        case "paused":
            return f"{name}: paused at {stage.name}; who has {plan.candidate} keeps it, nobody new gets it"
        case "rolled back":
            return f"{name}: everybody has {plan.incumbent} again, from the next call on"
        case "done":
            return (
                f"{name}: {plan.candidate} is its model. Now say so in outlast.toml, [models.{name}] target = "
                f'"{plan.candidate}", and `outlast reload`'
            )


def overview_document(found: Sequence[Kept], boards: Boards) -> list[dict[str, object]]:
    """Every rollout, shortly."""
    return [_head(kept, decision_of(kept, boards)) for kept in found]


def print_overview(found: Sequence[Kept], boards: Boards) -> None:
    """The same as a table."""
    rows = [
        (
            kept.plan.model, kept.plan.incumbent, kept.plan.candidate, kept.state.phase,
            kept.plan.stages[kept.state.stage].name, _moment(kept.state.since_ns), _word(kept, boards),
        )
        for kept in found
    ]  # fmt: skip
    print_table("", ("MODEL", "FROM", "TO", "IS", "STAGE", "SINCE (UTC)", "GUARDS"), rows)


def detail_document(kept: Kept, boards: Boards) -> dict[str, object]:
    """One rollout, whole."""
    decision = decision_of(kept, boards)
    board = boards.board(kept.id)
    limit = kept.plan.max_shadow_pico_usd
    return {
        **_head(kept, decision),
        "why": decision.why,
        "conversations": 0 if board is None else board.conversations,
        "shadow_cost_usd": boards.shadow_spent(kept.id) / PICO_PER_USD,
        "shadow_limit_usd": None if limit is None else limit / PICO_PER_USD,
        "guards": [_reading_document(each) for each in decision.readings],
        "plan": msgspec.to_builtins(kept.plan),
    }


def print_detail(kept: Kept, boards: Boards) -> None:
    """One rollout as tables."""
    console().print(_detail(kept, boards))


def watch_detail(look: Callable[[], Kept], boards: Boards) -> None:
    """The same, drawn anew every second until ^C."""
    screen = console()
    try:
        with Live(console=screen, auto_refresh=False) as live:
            while True:
                live.update(_detail(look(), boards), refresh=True)
                time.sleep(_EVERY_S)
    except KeyboardInterrupt:
        return


def history_document(found: History) -> list[dict[str, object]]:
    """Rollouts with their steps."""
    return [
        {
            "id": kept.id, "model": kept.plan.model, "from": kept.plan.incumbent, "to": kept.plan.candidate,
            "plan_hash": kept.state.plan_hash, "steps": [_step_document(kept, each) for each in taken],
        }
        for kept, taken in found
    ]  # fmt: skip


def print_history(found: History) -> None:
    """A table for each rollout."""
    for kept, taken in found:
        title = f"{kept.plan.model}: {kept.plan.incumbent} to {kept.plan.candidate}, plan {kept.state.plan_hash[:12]}"
        rows = [
            (_moment(each.cause.at_ns), each.step, kept.plan.stages[each.after.stage].name, each.cause.by, _why(each))
            for each in taken
        ]
        print_table(printable(title), ("WHEN (UTC)", "STEP", "STAGE", "BY", "WHY"), rows)


def _head(kept: Kept, decision: Decision) -> dict[str, object]:
    plan, state = kept.plan, kept.state
    return {
        "id": kept.id,
        "model": plan.model,
        "from": plan.incumbent,
        "to": plan.candidate,
        "phase": state.phase,
        "stage": plan.stages[state.stage].name,
        "stages": [stage.name for stage in plan.stages],
        "since": _moment(state.since_ns),
        "steps": state.number,
        "by": plan.by,
        "plan_hash": state.plan_hash,
        "decision": decision.word if state.phase in LIVE else "",
    }


def _word(kept: Kept, boards: Boards) -> str:
    return decision_of(kept, boards).word if kept.state.phase in LIVE else ""


def _detail(kept: Kept, boards: Boards) -> Group:
    plan, state = kept.plan, kept.state
    decision, board = decision_of(kept, boards), boards.board(kept.id)
    stages = " ".join(f"[{one.name}]" if place == state.stage else one.name for place, one in enumerate(plan.stages))
    lines = [
        said_of(kept),
        f"{state.phase} since {_moment(state.since_ns)} UTC, stages {stages}, plan {state.plan_hash[:12]}",
        f"{0 if board is None else board.conversations:,} conversations counted in this stage",
        *_shadow(kept, boards),
    ]
    live = state.phase in LIVE
    parts = [Text(printable(line)) for line in lines]
    if not decision.readings:
        return Group(*parts)
    after = [_SCALE_NOTE, f"{decision.word}: {decision.why}", *([_WORDS[decision.word]] if live else [])]
    return Group(*parts, Text(), _table(decision.readings), Text(), *(Text(printable(line)) for line in after))


def _shadow(kept: Kept, boards: Boards) -> list[str]:
    if all(stage.share for stage in kept.plan.stages):
        return []
    limit = kept.plan.max_shadow_pico_usd
    of = "no limit was said" if limit is None else f"of {limit / PICO_PER_USD:.2f} USD"
    return [f"the shadow has cost {boards.shadow_spent(kept.id) / PICO_PER_USD:.4f} USD, {of}"]


def _table(readings: Sequence[Reading]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in _GUARDS:
        table.add_column(column, overflow="fold")
    for each in readings:
        table.add_row(*(Text(printable(cell)) for cell in _row(each)))
    return table


def _row(each: Reading) -> tuple[str, ...]:
    difference = "" if each.difference is None else f"{100 * each.difference:+.2f}"
    word = "broken" if each.breached else "holds" if each.shown_safe else "open"
    return (
        each.guard, _SIDES[each.side], f"{each.blocks:,}", difference, f"{100 * each.allowed:g}",
        f"{each.breach:.3g}", f"{each.breach_at:.3g}", f"{each.safe:.3g}", "" if each.watch else f"{each.safe_at:.3g}",
        word,
    )  # fmt: skip


def _reading_document(each: Reading) -> dict[str, object]:
    return {
        "guard": each.guard, "side": each.side, "watch": each.watch, "blocks": each.blocks,
        "difference": each.difference, "allowed": each.allowed, "breach": each.breach, "breach_at": each.breach_at,
        "safe": each.safe, "safe_at": each.safe_at, "breached": each.breached, "shown_safe": each.shown_safe,
    }  # fmt: skip


def _step_document(kept: Kept, taken: Transition) -> dict[str, object]:
    evidence = taken.cause.evidence
    return {
        "number": taken.after.number,
        "step": taken.step,
        "stage": kept.plan.stages[taken.after.stage].name,
        "phase": taken.after.phase,
        "at": _moment(taken.cause.at_ns),
        "by": taken.cause.by,
        "reason": taken.cause.reason,
        "unproven": taken.unproven,
        "evidence": None if evidence is None else {
            "decision": evidence.word,
            "stage": kept.plan.stages[evidence.stage].name,
            "why": evidence.why,
            "guards": [_reading_document(each) for each in evidence.readings],
        },
    }  # fmt: skip


def _why(taken: Transition) -> str:
    said = [taken.cause.reason] if taken.cause.reason else []
    if taken.unproven:
        said.append(f"unproven: {taken.unproven}")
    evidence = taken.cause.evidence
    if evidence is not None and taken.cause.by != GUARDS:
        said.append(f"guards said {evidence.word}")
    elif evidence is not None and taken.cause.reason == evidence.why:
        said = [f"{evidence.word}: {evidence.why}"]
    elif evidence is not None:
        said.append(f"{evidence.word}: {evidence.why}")
    return "; ".join(said)


def _moment(unix_ns: int) -> str:
    return dt.datetime.fromtimestamp(unix_ns // 10**9, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
