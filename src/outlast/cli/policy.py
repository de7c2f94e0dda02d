"""``outlast policy``: what is promised to those who depend on one's own models, and whether it is kept.

It knows the two commands and how findings are shown. It does not know any rule (``policy.rules``).
"""

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import click

from outlast.catalog.port import Knowledge
from outlast.cli.exits import FINDINGS, FINE
from outlast.cli.options import Context, open_context, shared
from outlast.cli.output import note, print_json, printable
from outlast.errors import UnknownModel
from outlast.gateway.shadow import SHADOW
from outlast.horizon.record import NANOSECONDS_OF_A_DAY
from outlast.policy.catalogue import catalogue_retirements
from outlast.policy.own import own_retirements
from outlast.policy.page import PageFormat, page_of
from outlast.policy.retirement import Retirement
from outlast.policy.rules import Judged, judge
from outlast.wiring import open_knowledge, open_record

MARKS: Final = {"holds": "ok", "broken": "BROKEN", "unknown": "unknown", "open": "open"}
NOTHING: Final = """\
No model of one's own has an end. Next:
  [policy.models.NAME] retires = DATE     in outlast.toml sets one
  outlast policy check openai/gpt-4o      holds a provider's ends against the same rules"""


@click.group()
def policy() -> None:
    """Retire models of one's own as promised: check it before it is announced, and print the page."""


@policy.command()
@click.argument("models", metavar="[PROVIDER/MODEL]...", nargs=-1)
@click.option("--surface", metavar="SURFACE", help="Of the catalogue's models only this surface: api, chat-app …")
@shared()
def check(
    *,
    models: Sequence[str],
    surface: str | None,
    config: Path | None,
    format_: str,
    today: dt.date | None,
    quiet: bool,
) -> int:
    """Hold ends against [policy]; exit 1 where a promise is broken.

    Without a name: one's own models. With names (openai/gpt-4o, 'openai/*'): what the catalogue knows of their
    ends, held against the same rules. What nobody has said is unknown, and breaks nothing but one's own promises.
    """
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    found = [judge(one, context.settings.policy, context.today) for one in _retirements(models, surface, context)]
    broken = sum(each.broken for each in found)
    if context.format == "json":
        print_json({"today": context.today, "broken": broken, "retirements": [_document(each) for each in found]})
    else:
        click.echo("\n".join(line for each in found for line in _lines(each)) or NOTHING)
    if found:
        note(f"{broken} of {len(found)} ends break a promise", quiet=quiet)
    return FINDINGS if broken else FINE


@policy.command()
@shared(("html", "markdown"))
def page(*, config: Path | None, format_: PageFormat, today: dt.date | None, quiet: bool) -> None:
    """Print the page of one's own deprecations, from [policy]; it needs no other file.

    An end whose announcement lies ahead is not on it.
    """
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    click.echo(page_of(context.settings.policy, context.today, format_).encode(), nl=False)


def _retirements(names: Sequence[str], surface: str | None, context: Context) -> tuple[Retirement, ...]:
    settings = context.settings
    if not names:
        since = time.time_ns() - settings.policy.used_within * NANOSECONDS_OF_A_DAY
        seen = open_record(settings).seen_by_key(since)
        # What a rollout asked beside a call is nobody's use.
        return own_retirements(settings, [one for key, rows in seen.items() if key != SHADOW.name for one in rows])
    found = tuple(_of_catalogue(names, open_knowledge(settings), context.today))
    return tuple(one for one in found if surface is None or one.surface == surface)


def _of_catalogue(names: Sequence[str], knowledge: Knowledge, today: dt.date) -> Iterator[Retirement]:
    for name in names:
        model = knowledge.find(name)
        matching = (
            [model] if model is not None else [each for each in knowledge.models() if fnmatchcase(each.ref, name)]
        )
        if not matching:
            near = ", ".join(knowledge.closest(name))
            raise UnknownModel(f"the catalogue has no model {name!r}{f'; closest: {near}' if near else ''}")
        for each in matching:
            yield from catalogue_retirements(each, knowledge, today)


def _lines(judged: Judged) -> Iterator[str]:
    one = judged.retirement
    where = f" ({one.surface})" if one.surface else ""
    yield printable(f"{one.name}{where}: {'BROKEN' if judged.broken else 'nothing broken'}")
    width = max(len(each.rule) for each in judged.findings)
    for each in judged.findings:
        yield printable(f"  {MARKS[each.word]:<7}  {each.rule:<{width}}  {each.says}")


def _document(judged: Judged) -> dict[str, object]:
    one = judged.retirement
    return {
        "name": one.name,
        "surface": one.surface or None,
        "announced": one.announced,
        "ends": one.ends,
        "plans": dict(one.plans),
        "successor": one.successor.name if one.successor else None,
        "broken": judged.broken,
        "findings": [{"rule": each.rule, "word": each.word, "says": each.says} for each in judged.findings],
    }
