"""``outlast rollout``: a virtual model moves from A to B in stages, under guards, and back with one word.

It knows the commands, their options and exit codes, and that each is one step of ``rollout.state`` put on the disk. It
does not know what a plan says (``cli.rollout_words``), what follows a measurement (``rollout``) nor how it is shown
(``cli.rollout_views``).
"""

import getpass
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, get_args

import click

from outlast.cli.exits import FINE
from outlast.cli.keys_words import Money
from outlast.cli.options import Context, Days, open_context, shared
from outlast.cli.output import note, print_json
from outlast.cli.rollout_views import (
    detail_document,
    history_document,
    overview_document,
    print_detail,
    print_history,
    print_overview,
    said_of,
    watch_detail,
)
from outlast.cli.rollout_words import STAGES, Said, Seconds, default_guards, plan_of
from outlast.errors import RolloutRefused
from outlast.ledger.rollouts.store import RolloutStore
from outlast.rollout import state as steps
from outlast.rollout.guards import Decision, decide, opened
from outlast.rollout.plan import By
from outlast.rollout.ports import Kept
from outlast.rollout.state import GUARDS, Cause, Transition
from outlast.wiring.rollout_desk import open_rollouts, unheard_of

_TRIES: Final = 20
"""Of a word that is meant whatever step others take at the same moment."""


@click.group()
def rollout() -> None:
    """Move a virtual model from A to B in stages, watched by guards; and back, with one word.

    Every step is in effect within two seconds in every gateway that uses the same database, without a restart. None of
    these commands asks anything.
    """


@rollout.command()
@click.argument("name")
@click.option("--to", "candidate", required=True, metavar="PROVIDER/MODEL", help="B.")
@click.option("--stages", default=STAGES, show_default=True, help="Per cent of those who are drawn, rising to 100.")
@click.option("--by", type=click.Choice(get_args(By)), default="conversation", show_default=True, help="Who is drawn.")
@click.option("--guards", metavar="GUARDS", help=f"What B may be worse by.  [default: {default_guards()}]")
@click.option("--plans", "entries", metavar="PLAN:SHARE,…", help="From which share on keys of a plan take part.")
@click.option("--max-shadow-cost", "max_shadow", type=Money(), metavar="10USD", help="What the shadow may cost.")
@click.option("--require", type=click.Choice(("PASS",)), help="The verdict of `outlast replay` without which it ends.")
@click.option("--require-days", type=click.IntRange(1), metavar="N", help="How old it may be.  [default: 30]")
@click.option("--require-plan", metavar="HASH", help="Of which replay plan it has to be.")
@click.option("--persona", metavar="P", help="Of which persona it has to be.")
@click.option("--unproven", is_flag=True, help="Start without that verdict; what is missing is recorded.")
@click.option("--window", "window_s", type=Seconds(), default="60s", show_default=True, help="Observe so long.")
@click.option("--keep", "keep_days", type=Days(), default="30d", show_default=True, help="Keep unused assignments.")
@click.option("--reason", default="", help="Recorded with the step.")
@shared(today=False)
def start(
    name: str, *, config: Path | None, format_: str, quiet: bool, unproven: bool, reason: str, **said: object
) -> int:
    """Begin to move NAME's traffic to another model.

    The plan (stages, guards, margins, error rates) is settled and hashed before anybody gets B. A conversation keeps
    its model; raising the share moves nobody back. The guards advance it when every one of them is shown to hold, and
    roll it back on a breach; else it stays where it is.

    \b
      outlast rollout start support --to openai/gpt-5.1 --require PASS --guards errors=1%,latency_p95=1.2x
      outlast rollout start support --to openai/gpt-5.1 --stages 1,10,100 --by key --unproven
    """
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    plan, proof = plan_of(context.settings, name, Said(**said))  # type: ignore[arg-type]  # click read each of them
    first = steps.start(plan, _cause(reason), proof=proof, unproven=unproven)
    kept = Kept(id=secrets.token_hex(6), plan=plan, state=first.after)
    with open_rollouts(context.settings) as store:
        store.rollouts.begin(kept, first)
        _tell(store, kept, context)
    if plan.max_shadow_pico_usd is None and any(not stage.share for stage in plan.stages):
        note("No limit was said of what the shadow may cost; --max-shadow-cost 10USD says one.", quiet=quiet)
    unheard = unheard_of(context.settings, plan.candidate)
    if unheard:
        note(f"{unheard}, and take a mistake back with `outlast rollout back {name}`.", quiet=quiet)
    return FINE


@rollout.command()
@click.argument("name", required=False)
@click.option("--watch", is_flag=True, help="Show it anew every second, on a terminal; ^C ends.")
@shared(today=False)
def status(name: str | None, *, config: Path | None, format_: str, quiet: bool, watch: bool) -> int:
    """Show every rollout; of NAME with its guards, their evidence and what is still missing.

    HOLD is no success: nothing is shown yet, and nothing advances.
    """
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    with open_rollouts(context.settings) as store:
        if name is None:
            found = store.rollouts.situation()
            _show_all(found.rollouts, store, context)
        elif watch and context.format == "text" and sys.stdout.isatty():
            watch_detail(lambda: _newest(store, name), store.boards)
        else:
            kept = _newest(store, name)
            document = detail_document(kept, store.boards)
            print_json(document) if context.format == "json" else print_detail(kept, store.boards)
    return FINE


@rollout.command()
@click.argument("name")
@shared(today=False)
def history(name: str, *, config: Path | None, format_: str, quiet: bool) -> int:
    """Show every step of NAME's rollouts, the newest rollout first: who took it, when, why, on which evidence."""
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    with open_rollouts(context.settings) as store:
        found = store.rollouts.history(name)
    if context.format == "json":
        print_json(history_document(found))
    else:
        print_history(found)
    if not found:
        note(f"{name} was never moved.", quiet=quiet)
    return FINE


def _step_command(word: str, text: str, *, insist: bool) -> Callable[[Callable[[Kept, Cause], Transition]], None]:
    """Add a command that takes one step; ``insist``: also where others step at the same moment."""

    def decorate(make: Callable[[Kept, Cause], Transition]) -> None:
        @rollout.command(word, help=text)
        @click.argument("name")
        @click.argument("reason", default="")
        @shared(today=False)
        def command(name: str, reason: str, *, config: Path | None, format_: str, quiet: bool) -> int:
            context = open_context(config=config, format_=format_, today=None, quiet=quiet)
            with open_rollouts(context.settings) as store:
                _tell(store, _taken(store, name, reason, make, tries=_TRIES if insist else 1), context)
            return FINE

    return decorate


@_step_command("pause", "Nobody new of NAME gets B; who has it keeps it, and the guards go on watching.", insist=True)
def _pause(kept: Kept, cause: Cause) -> Transition:
    return steps.pause(kept.state, cause)


@_step_command("resume", "Go on from where NAME was paused.", insist=True)
def _resume(kept: Kept, cause: Cause) -> Transition:
    return steps.resume(kept.state, cause)


@_step_command(
    "advance",
    "Take NAME to its next stage on your word, whatever the guards have shown; what they had shown is recorded.",
    insist=False,
)
def _advance(kept: Kept, cause: Cause) -> Transition:
    return steps.advance(kept.plan, kept.state, cause)


@_step_command(
    "back",
    "Give everybody A again, from NAME's next call on. Streams under way finish; no pin is above it.",
    insist=True,
)
def _back(kept: Kept, cause: Cause) -> Transition:
    return steps.back(kept.state, cause)


@_step_command(
    "done",
    "At the last stage: B is NAME's model from now on. The configuration should then say so; `back` still works.",
    insist=False,
)
def _done(kept: Kept, cause: Cause) -> Transition:
    return steps.done(kept.plan, kept.state, cause)


def _taken(
    store: RolloutStore, name: str, reason: str, make: Callable[[Kept, Cause], Transition], *, tries: int
) -> Kept:
    """Take a step from wherever the rollout is; a word that is meant anyhow is said again after another's step."""
    while True:
        kept = _newest(store, name)
        evidence = decide(kept.plan, store.boards.board(kept.id) or opened(kept.plan, kept.state.stage))
        taken = make(kept, _cause(reason, evidence=evidence))
        tries -= 1
        try:
            store.rollouts.step(kept.id, taken)
        except RolloutRefused:
            if not tries:
                raise
        else:
            return _newest(store, name)


def _newest(store: RolloutStore, name: str) -> Kept:
    found = next((each for each in store.rollouts.situation().rollouts if each.plan.model == name), None)
    if found is None:
        raise RolloutRefused(f"{name!r} has no rollout; `outlast rollout start {name} --to PROVIDER/MODEL` begins one")
    return found


def _cause(reason: str, evidence: Decision | None = None) -> Cause:
    try:
        by = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        by = "operator"
    return Cause(by=f"user {by}" if by == GUARDS else by, at_ns=time.time_ns(), reason=reason, evidence=evidence)


def _tell(store: RolloutStore, kept: Kept, context: Context) -> None:
    if context.format == "json":
        print_json(detail_document(kept, store.boards))
    else:
        click.echo(said_of(kept))


def _show_all(found: tuple[Kept, ...], store: RolloutStore, context: Context) -> None:
    if context.format == "json":
        print_json(overview_document(found, store.boards))
    elif found:
        print_overview(found, store.boards)
    if not found:
        note("No rollout was begun yet; `outlast rollout start NAME --to PROVIDER/MODEL` does.", quiet=context.quiet)
