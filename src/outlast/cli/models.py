"""``outlast models``: what the catalogue knows, as a list, of one model, or of two side by side.

It knows the three commands and how a name becomes a model. It does not know what is printed (``cli.models_list``,
``cli.models_show``, ``cli.models_diff``, ``cli.models_move``).
"""

import datetime as dt
from pathlib import Path
from typing import get_args

import click

from outlast.catalog.claims import Status
from outlast.catalog.models import Model
from outlast.catalog.reference import reference
from outlast.catalog.store import Catalog
from outlast.cli.exits import FINE
from outlast.cli.models_diff import diff_document, print_diff
from outlast.cli.models_list import Filter, list_document, print_list, rows_of
from outlast.cli.models_move import Source, judge
from outlast.cli.models_show import Subject, show_document
from outlast.cli.models_text import print_show
from outlast.cli.options import Context, Day, Days, open_context, shared
from outlast.cli.output import note, print_json
from outlast.errors import UnknownModel
from outlast.wiring import open_knowledge


@click.group()
def models() -> None:
    """What is known of models: life cycle per surface, successors, prices, abilities."""


@models.command("list")
@click.option("--provider", multiple=True, metavar="NAME", help="Only this provider; may be repeated.")
@click.option("--surface", multiple=True, metavar="NAME", help="Only this surface: api, chat-app, azure …")
@click.option("--status", multiple=True, type=click.Choice(get_args(Status)), help="Only this status.")
@click.option("--kind", multiple=True, metavar="NAME", help="Only this kind: chat, embedding …")
@click.option("--ending-within", type=Days(), metavar="90d", help="Only ends between today and then.")
@shared()
def list_command(  # noqa: PLR0913 - one parameter per flag
    provider: tuple[str, ...],
    surface: tuple[str, ...],
    status: tuple[str, ...],
    kind: tuple[str, ...],
    ending_within: int | None,
    *,
    config: Path | None,
    format_: str,
    today: dt.date | None,
    quiet: bool,
) -> None:
    """One row per model and surface.

    \b
      outlast models list --surface chat-app
      outlast models list --provider openai --ending-within 90d
    """
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    knowledge = open_knowledge(context.settings)
    wanted = Filter(providers=provider, surfaces=surface, statuses=status, kinds=kind, ending_within=ending_within)
    rows = rows_of(knowledge, context.today, wanted)
    if context.format == "json":
        print_json(list_document(rows))
    else:
        print_list(rows)
    for word in wanted.unknown(knowledge):
        note(word, quiet=context.quiet)


@models.command("show")
@click.argument("ref")
@shared()
def show_command(ref: str, *, config: Path | None, format_: str, today: dt.date | None, quiet: bool) -> None:
    """Everything known of one model: REF is provider/id, an alias, or an id that only one provider has."""
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    knowledge = open_knowledge(context.settings)
    subject = Subject(model=_find(ref, knowledge, context), knowledge=knowledge, today=context.today)
    if context.format == "json":
        print_json(show_document(subject))
    else:
        print_show(subject)


@models.command("diff")
@click.argument("first")
@click.argument("second")
@click.option("--request", type=click.Path(path_type=Path), metavar="FILE", help="Judge this request: a JSON object.")
@click.option("--traffic", type=click.Path(path_type=Path), metavar="FILE", help="Judge requests, one on each line.")
@click.option("--recorded", is_flag=True, help='Judge what was recorded of FIRST (record = "full").')
@click.option("--since", type=Day(), metavar="DATE", help="With --recorded: first day (UTC).")
@shared()
def diff_command(  # noqa: PLR0913 - one parameter per flag
    first: str,
    second: str,
    *,
    request: Path | None,
    traffic: Path | None,
    recorded: bool,
    since: dt.date | None,
    config: Path | None,
    format_: str,
    today: dt.date | None,
    quiet: bool,
) -> int:
    """Two models side by side: abilities, context, limits, price, modalities.

    With requests: what a move from FIRST to SECOND would refuse, lose or change in them, rule by rule. Lines may be
    bare requests of any dialect, or recordings and batches that hold one beside its path. Exit code 0: nothing
    breaks, 1: something does.

    \b
      outlast models diff openai/gpt-4o openai/gpt-5.1
      outlast models diff openai/gpt-4o anthropic/claude-opus-5-5 --traffic requests.jsonl
    """
    source = Source(request, traffic, recorded, since)
    judged = source.check()
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    knowledge = open_knowledge(context.settings)
    old, new = _find(first, knowledge, context), _find(second, knowledge, context)
    if judged:
        return judge(first, old, new, source, context)
    if context.format == "json":
        print_json(diff_document(old, new, knowledge))
    else:
        print_diff(old, new, knowledge)
    return FINE


def _find(ref: str, knowledge: Catalog, context: Context) -> Model:
    """The model that a name means here: of the catalogue, of a virtual model's target, or the only one with this id.

    Raises:
        UnknownModel: nobody knows it, or several providers have it; the message names the candidates.
    """
    declared = context.settings.models.get(ref)
    target = ref if declared is None else declared.target
    behind = reference(target, context.settings.providers, declared.catalog_model if declared else None)
    # The configuration's table may have any name; a name of the catalogue's own still means what it says there.
    for name in (behind.ref, target):
        if (found := knowledge.find(name)) is not None:
            return found
    same = knowledge.with_id(target)
    if len(same) == 1 and (only := knowledge.find(same[0])) is not None:
        return only
    if same:
        raise UnknownModel(f"{ref} is a model of several providers; say which: {', '.join(same)}")
    near = knowledge.closest(ref)
    raise UnknownModel(f"no model {ref} is known" + (f"; closest: {', '.join(near)}" if near else ""))
