"""``outlast price``: what models cost, and what moving from one to another changes.

It knows how names, flags and the record become two models and a mix. It does not know what a move costs
(``catalog.move``) nor how it is shown (``cli.price_page``, ``cli.price_document``).
"""

import datetime as dt
import time
from dataclasses import replace
from pathlib import Path

import click

from outlast.catalog.mix import Mix
from outlast.catalog.models import Model
from outlast.catalog.move import Move, move
from outlast.catalog.reference import Reference, reference
from outlast.catalog.store import Catalog
from outlast.catalog.usage_export import Export, read_usage_export
from outlast.cli.mix_flags import mix_flags
from outlast.cli.options import Context, open_context, shared
from outlast.cli.output import print_json
from outlast.cli.price_document import Offer, Side, move_document, offers_document
from outlast.cli.price_page import print_move, print_offers
from outlast.cli.price_usage import Pricing, bill_document, print_bill
from outlast.errors import UnknownModel
from outlast.horizon.dependants import Dependant, recorded_of_model, recorded_of_name
from outlast.horizon.record import add_up, window_start_ns
from outlast.horizon.successors import successor_of
from outlast.settings import Settings
from outlast.wiring import open_knowledge, open_record
from outlast.wiring.feeding import open_document


@click.command()
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option("--from", "old", metavar="MODEL", help="provider/id, or a virtual model's name.")
@click.option("--to", "new", metavar="MODEL", help="The same; without it, the successor that the horizon shows.")
@click.option("--usage", metavar="FILE.csv", help="A provider's usage export: every model in it, or only --from.")
@click.option("--provider", metavar="NAME", default="", help="Whose names stand in --usage, where it does not say.")
@mix_flags
@shared()
def price(  # noqa: PLR0913 - one parameter per flag
    models: tuple[str, ...],
    old: str | None,
    new: str | None,
    usage: str | None,
    provider: str,
    *,
    config: Path | None,
    format_: str,
    today: dt.date | None,
    quiet: bool,
    stated: Mix | None,
) -> None:
    """Show list prices of MODELs, or compare two: per million tokens, and per month on a token mix.

    Token counts are per month (10M, 20k), or per call with --calls. Without counts the mix is the record of the
    last 30 days: the calls of --from and of the virtual models that it serves, else all calls. Or it is the
    usage export (CSV) of OpenAI, Anthropic or anybody with columns like model, input_tokens, output_tokens.

    \b
      outlast price openai/gpt-4o openai/gpt-5.1 openai/gpt-5-mini
      outlast price --from openai/gpt-4o --to openai/gpt-5.1 --input 10M --cached 6M --output 2M
      outlast price --from chatgpt-4o-latest --calls 50k --input 1200 --output 300
      outlast price --usage usage.csv --provider openai
    """
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    knowledge = open_knowledge(context.settings)
    if usage is not None:
        if models or stated is not None:
            raise click.UsageError("--usage is the mix and names the models; leave MODEL and token counts out")
        _bill(usage, context, knowledge, provider=provider, old=old, new=new)
    elif old is not None and not models:
        _compare(old, new, context, knowledge, stated)
    elif models and old is None and new is None:
        offers = [_offer(_side(name, context, knowledge).model, knowledge) for name in models]
        print_json(offers_document(offers)) if context.format == "json" else print_offers(offers)
    else:
        raise click.UsageError("name the models to list, or compare two with --from A --to B")


def _bill(file: str, context: Context, knowledge: Catalog, *, provider: str, old: str | None, new: str | None) -> None:
    """The move of every model of a usage export, or of the one that ``--from`` names."""
    export = read_usage_export(open_document(file, offline=True).raw, Path(file).name)
    if old is not None:
        export = _only(export, old, context, knowledge)

    def successor(name: str, side: Side) -> Side | None:
        found = new or _living(name, side, context, knowledge)
        return _side(found, context, knowledge) if found else None

    pricing = Pricing(
        knowledge=knowledge,
        settings=context.settings,
        provider=provider,
        side=lambda name: _side(name, context, knowledge),
        successor=successor,
        move=lambda before, after, mix: _move(before, after, mix, knowledge),
    )
    bill = pricing.bill(export)
    print_json(bill_document(bill)) if context.format == "json" else print_bill(bill)


def _only(export: Export, name: str, context: Context, knowledge: Catalog) -> Export:
    """The rows of one model, by whichever of its names the file uses."""
    side = _side(name, context, knowledge)
    names = {name, side.model.ref, side.model.id, *side.model.aliases}
    kept = {each: counts for each, counts in export.models.items() if each in names}
    if not kept:
        raise UnknownModel(f"{export.name} has no rows of {name}; it has {', '.join(list(export.models)[:5])}")
    return replace(export, models=kept)


def _compare(old: str, new: str | None, context: Context, knowledge: Catalog, stated: Mix | None) -> None:
    before = _side(old, context, knowledge)
    after = _side(new or _successor(old, before, context, knowledge), context, knowledge)
    mix = stated or _recorded_mix(old, before, context.settings, knowledge)
    made = _move(before, after, mix, knowledge)
    instead = [offer for side in (before, after) for offer in _offer(side.model, knowledge).instead]
    if context.format == "json":
        print_json(move_document(made, before, after, instead))
    else:
        print_move(made, before, after, instead)


def _move(before: Side, after: Side, mix: Mix | None, knowledge: Catalog) -> Move:
    as_of = max(map(knowledge.price_day, (before.model.ref, after.model.ref)))
    return move(before.model, after.model, mix, as_of=as_of)


def _side(name: str, context: Context, knowledge: Catalog) -> Side:
    """The catalogue's model behind a virtual name, a configured target or a plain ``provider/id``."""
    settings = context.settings
    declared = settings.models.get(name)
    target = name if declared is None else declared.target
    behind = reference(target, settings.providers, declared.catalog_model if declared else None)
    model = knowledge.find(behind.ref)
    if model is None:
        near = knowledge.closest(behind.ref)
        raise UnknownModel(f"no model {behind.ref} is known" + (f"; closest: {', '.join(near)}" if near else ""))
    surface = behind.surface if target.partition("/")[0] in settings.providers else model.home
    return Side(model=model, surface=surface, standing=knowledge.standing(model.ref, surface, context.today))


def _successor(name: str, side: Side, context: Context, knowledge: Catalog) -> str:
    found = _living(name, side, context, knowledge)
    if found is None:
        raise UnknownModel(f"no living successor of {side.model.ref} is known on {side.surface}; name one with --to")
    return found


def _living(name: str, side: Side, context: Context, knowledge: Catalog) -> str | None:
    """Who takes over, as the horizon shows it."""
    dependant = Dependant(
        name=name,
        target=name,
        behind=Reference(side.model.ref, side.surface),
        declared=context.settings.models.get(name),
        recorded=add_up(()),
    )
    found = successor_of(dependant, context.settings.providers, knowledge, context.today)
    return None if found is None else found.ref


def _recorded_mix(name: str, side: Side, settings: Settings, knowledge: Catalog) -> Mix | None:
    seen = open_record(settings).seen(window_start_ns(time.time_ns()))
    if name in settings.models:
        own = recorded_of_name(name, seen).mix
    else:
        own = recorded_of_model(side.model, settings, seen, knowledge).mix
    if own is not None:
        return own
    every = add_up(seen).mix
    return every and replace(every, origin=f"{every.origin}, of every model: none of {name}")


def _offer(model: Model, knowledge: Catalog) -> Offer:
    """A model's price, and the prices of those that its price note quotes instead."""
    notes = [statement for statement in model.statements if statement.kind == "price-note"]
    found = (knowledge.find(ref) for note in notes for ref in note.quotes)
    instead = tuple(Offer(model=other) for other in found if other is not None)
    return Offer(model=model, notes=tuple(note.says for note in notes), instead=instead)
