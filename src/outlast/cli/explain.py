"""``outlast explain NAME``: who would be asked today, in which order, and who would not, and why.

It knows how a plan is shown, and what each target speaks: clients of another dialect are translated for. It does not
know how a plan is made (``gateway.plan``).
"""

import datetime as dt
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import click

from outlast.catalog.port import Knowledge
from outlast.catalog.reference import Reference, reference
from outlast.cli.options import open_context, shared
from outlast.cli.output import note, print_json, print_table
from outlast.cli.standing_text import end_text
from outlast.errors import UnknownModel
from outlast.gateway.gone import recently_gone
from outlast.gateway.plan import Candidate, Dropped, Member, Plan, World, plan
from outlast.gateway.routes import closest_names
from outlast.settings import ModelSettings, Settings
from outlast.settings.vendors import speaks
from outlast.tone.persona import PERSONA_VERSION, instructions
from outlast.wiring import open_knowledge, open_record


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A plan and what it is a plan for."""

    name: str
    virtual: bool
    today: dt.date
    plan: Plan
    speaks: Mapping[str, tuple[str, ...]]
    """Of each provider table: in which dialects it is asked."""
    persona: str = ""
    voice: str = ""
    """What every call tells the model of how to talk."""


@click.command()
@click.argument("name")
@shared()
def explain(name: str, *, config: Path | None, format_: str, today: dt.date | None, quiet: bool) -> None:
    """Print the plan for a model NAME: every attempt in order, every dropped candidate with its reason."""
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    gone = frozenset[Reference]()
    if not context.rehearsed:
        gone = recently_gone(open_record(context.settings).observations(), time.time_ns())
    explained = explanation(name, context.settings, open_knowledge(context.settings), context.today, gone=gone)
    if context.format == "json":
        print_json(_document(explained))
    else:
        _print(explained, quiet=context.quiet)


def explanation(
    name: str,
    settings: Settings,
    knowledge: Knowledge,
    today: dt.date,
    *,
    gone: Collection[Reference] = (),
) -> Explanation:
    """The plan of a virtual model, or of a direct name, which is always asked as it is.

    Raises:
        UnknownModel: the configuration has neither a virtual model nor a provider of this name.
    """
    model = settings.models.get(name)
    virtual = model is not None
    if model is None:
        table, slash, rest = name.partition("/")
        if not (slash and rest and table in settings.providers):
            near = closest_names(name, settings.models, knowledge, tuple(settings.providers))
            hint = f"; closest: {', '.join(near)}" if near else "; outlast.toml declares [models.…] and [providers.…]"
            raise UnknownModel(f"{name!r} is neither a virtual model nor provider/model of this configuration{hint}")
        model = ModelSettings(declared=name, switch="manual")
    asked = (*(each.to for each in model.targets), *model.successors, *model.fallbacks)
    absent = {
        target for target in asked if reference(target, settings.providers, model.catalog_model_of(target)) in gone
    }
    world = World(providers=settings.providers, knowledge=knowledge, day=today, gone=absent)
    made = plan(model, world)
    dialects = {table: speaks(provider) for table, provider in settings.providers.items()}
    shown = made if virtual else _as_wire(made, name)
    persona = settings.personas.get(model.persona or "")
    return Explanation(
        name=name,
        virtual=virtual,
        today=today,
        plan=shown,
        speaks=dialects,
        persona="" if persona is None else model.persona or "",
        voice="" if persona is None else instructions(persona),
    )


def _as_wire(made: Plan, name: str) -> Plan:
    """A direct name is asked whatever the catalogue says."""
    return replace(made, attempts=(Candidate(name, "target"),), dropped=(), waiting=())


def _document(explained: Explanation) -> dict[str, object]:
    made = explained.plan
    return {
        "name": explained.name,
        "virtual": explained.virtual,
        "today": explained.today,
        "model": made.reference.ref,
        "surface": made.reference.surface,
        "status": made.standing.status,
        "ends": made.standing.ends,
        "precision": made.standing.precision,
        "switch_day": made.switch_day,
        "switched": made.switched,
        "targets": [_member_document(member) for member in made.members],
        "attempts": [
            {**_attempt_document(entry), "speaks": explained.speaks[_table(entry.target)]} for entry in made.attempts
        ],
        "dropped": [_row(entry) for entry in made.dropped],
        "waiting": [_row(entry) for entry in made.waiting],
        "chain": [
            {"model": step.model, "status": step.standing.status, "ends": step.standing.ends, "skipped": step.skipped}
            for step in made.chain.steps
        ],
        "chain_ends_at": made.chain.living,
        "persona": {"name": explained.persona, "version": PERSONA_VERSION, "text": explained.voice}
        if explained.voice
        else None,
    }


def _member_document(member: Member) -> dict[str, object]:
    return {
        "target": member.settings.to,
        "weight": member.settings.weight,
        "model": member.reference.ref,
        "surface": member.reference.surface,
        "status": member.standing.status,
        "ends": member.standing.ends,
        "precision": member.standing.precision,
    }


def _attempt_document(entry: Candidate) -> dict[str, object]:
    return {"target": entry.target, "reason": entry.reason, "weight": entry.weight}


def _table(target: str) -> str:
    return target.partition("/")[0]


def _row(entry: Dropped) -> dict[str, str]:
    return {"target": entry.target, "reason": entry.reason}


def _print(explained: Explanation, *, quiet: bool) -> None:
    made = explained.plan
    kind = "virtual model" if explained.virtual else "direct name: a wire, never switched or adapted"
    click.echo(f"{explained.name} on {explained.today}: {kind}")
    for member in made.members:
        standing = f"{member.standing.status}, {end_text(member.standing)}"
        click.echo(f"  stands for {member.reference.ref} on {member.reference.surface}: {standing}")
    rows = [(*row, ", ".join(explained.speaks[_table(row[1])])) for row in _attempt_rows(made)]
    rows += [("-", entry.target, f"dropped: {entry.reason}", "") for entry in made.dropped]
    rows += [("-", entry.target, f"waiting: {entry.reason}", "") for entry in made.waiting]
    print_table("", ("", "target", "reason", "speaks"), rows)
    if made.chain.steps:
        end = "" if made.chain.living else f" (no living successor: {made.chain.why_none})"
        steps = " -> ".join(step.model + (f" [{step.skipped}]" if step.skipped else "") for step in made.chain.steps)
        click.echo(f"The catalogue recommends: {steps}{end}")
    if sum(entry.reason == "target" for entry in made.attempts) > 1:
        note("Equal targets: the least busy for its weight is asked first, the others when it fails.", quiet=quiet)
    if explained.voice:
        click.echo(f"persona {explained.persona!r}: every call tells the model, before the caller's own words:")
        click.echo(f"  {explained.voice}")
    if not made.attempts:
        note("No candidate is left: calls are answered with 410, which says what to declare.", quiet=quiet)


def _attempt_rows(made: Plan) -> Iterator[tuple[str, str, str]]:
    """Equal targets share a place, and each says its share of an even load."""
    equals = [entry for entry in made.attempts if entry.reason == "target"]
    whole = sum(entry.weight for entry in equals)
    for entry in equals:
        share = f", weight {entry.weight}: {entry.weight / whole:.0%} of the calls" if len(equals) > 1 else ""
        yield "1", entry.target, f"{entry.reason}{share}"
    first = 2 if equals else 1
    for number, entry in enumerate(made.attempts[len(equals) :], first):
        yield str(number), entry.target, entry.reason
