"""``outlast catalog``: take documents from outside over, see what is known and how old it is, hand it on.

It knows the three commands and their flags. It does not know formats (``catalog.feeds``) nor what is printed
(``cli.catalog_changes``, ``cli.catalog_show``).
"""

import datetime as dt
from pathlib import Path

import click

from outlast.catalog.feeds.document import Origin
from outlast.catalog.feeds.export import EXPORTS
from outlast.catalog.feeds.recognise import READERS, read_feed
from outlast.cli.catalog_changes import Taken, changes_document, print_changes
from outlast.cli.catalog_show import catalogue_document, print_catalogue, print_catalogue_markdown
from outlast.cli.options import Day, open_context, shared
from outlast.cli.output import note, print_json
from outlast.errors import ClaimRefused, SettingsInvalid
from outlast.wiring.feeding import catalogue_of_feeds, open_document, take_over, would_change
from outlast.wiring.reading import supplement_path

FORMATS = ("text", "json", "markdown")


@click.group()
def catalog() -> None:
    """The catalogue: take newer claims over, see its age and sources, hand it on."""


@catalog.command("update")
@click.argument("document", metavar="FILE|URL")
@click.option("--provider", metavar="NAME", default="", help="Whose models these are, where the document does not say.")
@click.option("--kind", type=click.Choice(("auto", *READERS)), default="auto", show_default=True, help="Its format.")
@click.option(
    "--seen", type=Day(), metavar="DATE", help="When it was obtained, where it does not say.  [default: today]"
)
@click.option("--source", metavar="TEXT", help="What its claims name as source.  [default: the file's name or the URL]")
@click.option("--accept-moved", is_flag=True, help="Add dates that differ from known ones as later claims.")
@click.option("--dry-run", is_flag=True, help="Show what would change and write nothing.")
@click.option("--offline", is_flag=True, help="Fetch nothing: only a file, or - for standard input.")
@click.option("--allow-private", is_flag=True, help="The URL may lead to this machine or this network.")
@shared(FORMATS)
def update_command(  # noqa: PLR0913 - one parameter per flag
    document: str,
    provider: str,
    kind: str,
    seen: dt.date | None,
    source: str | None,
    *,
    accept_moved: bool,
    dry_run: bool,
    offline: bool,
    allow_private: bool,
    config: Path | None,
    format_: str,
    today: dt.date | None,
    quiet: bool,
) -> None:
    """Take newer claims, prices and successors of a document over; nothing that was known is lost.

    Known are provider lists (/v1/models of OpenAI, Mistral, Anthropic, Google, OpenRouter, another Outlast),
    LiteLLM's price map, model-eol feeds and this catalogue's own format. A date that differs from a known
    one is never taken in silence: then nothing is written and the exit code is 1, until --accept-moved.

    \b
      outlast catalog update models.json --provider openai --dry-run
      outlast catalog update model_prices_and_context_window.json
      curl -s https://api.mistral.ai/v1/models -H "Authorization: Bearer $KEY" | outlast catalog update -
    """
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    if "/" in provider:
        raise SettingsInvalid(f"--provider {provider!r}: a provider's name has no slash")
    opened = open_document(document, offline=offline, allow_private=allow_private)
    origin = Origin(name=source or opened.name, seen=seen or context.today, provider=provider)
    recognised, draft = read_feed(opened.raw, origin, kind)
    if dry_run:
        changes, written = would_change(context.settings, draft.feed), False
    else:
        changes, written = take_over(context.settings, draft.feed, accept_moved=accept_moved)
    changes.passed_over = [*draft.passed_over, *changes.passed_over]
    taken = Taken(
        document=opened.name,
        kind=recognised,
        statements=len(draft.feed),
        changes=changes,
        written=written,
        dry_run=dry_run,
        file=supplement_path(context.settings),
    )
    if context.format == "json":
        print_json(changes_document(taken))
    else:
        print_changes(taken, markdown=context.format == "markdown")
    if changes.moves and not accept_moved:
        raise ClaimRefused(
            f"{len(changes.moves)} known dates would move; nothing was written. "
            "`--accept-moved` adds them as later claims, beside the old ones"
        )
    note(f"written to {taken.file}" if written else "nothing was written", quiet=context.quiet)


@catalog.command("show")
@shared(FORMATS)
def show_command(*, config: Path | None, format_: str, today: dt.date | None, quiet: bool) -> None:
    """How old the catalogue is, what it rests on, how much it holds, and what to bear in mind."""
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    shown = catalogue_document(catalogue_of_feeds(context.settings), supplement_path(context.settings), context)
    if context.format == "json":
        print_json(shown)
    elif context.format == "markdown":
        print_catalogue_markdown(shown)
    else:
        print_catalogue(shown)


@catalog.command("export")
@click.option("--kind", type=click.Choice(tuple(EXPORTS)), default="outlast", show_default=True, help="The format.")
@click.option("--provider", metavar="NAME", default="", help="Only this provider; a model-eol feed is of one.")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="Default: ./outlast.toml, if there.")
@click.option("--today", type=Day(), metavar="DATE", help="The day that a feed says it was made on (UTC).")
def export_command(*, kind: str, provider: str, config: Path | None, today: dt.date | None) -> None:
    """Write the claims, successors and prices as one document on stdout; `outlast catalog update` reads it.

    \b
      outlast catalog export --provider openai
      outlast catalog export --kind model-eol --provider anthropic
    """
    context = open_context(config=config, format_="json", today=today, quiet=True)
    models = [m for m in catalogue_of_feeds(context.settings).models() if m.provider == (provider or m.provider)]
    click.echo(EXPORTS[kind](models, provider, context.today), nl=False)
