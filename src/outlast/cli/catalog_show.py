"""The catalogue as a whole: its age, its sources, its counts and its caveats.

It knows what is counted and how it is shown. It does not know single models (``cli.models_show``).
"""

from collections import Counter
from pathlib import Path
from typing import Any

import click

from outlast.catalog.store import Catalog
from outlast.cli.models_text import line
from outlast.cli.options import Context
from outlast.cli.output import print_table

SOURCES = 12
"""Sources listed on a page, those with the most claims first; data has them all."""


def catalogue_document(knowledge: Catalog, file: Path, context: Context) -> dict[str, Any]:
    """Everything as data."""
    models = list(knowledge.models())
    claims = [claim for model in models for claim in model.claims]
    supplement = knowledge.supplement
    newest = max([knowledge.day, *(claim.seen for claim in supplement.claims), *(q.seen for q in supplement.quotes)])
    return {
        "day": knowledge.day,
        "age_days": (context.today - knowledge.day).days,
        "newest_statement": newest,
        "models": len(models),
        "claims": len(claims),
        "priced": sum(model.price is not None for model in models),
        "providers": dict(sorted(Counter(model.provider for model in models).items())),
        "supplement": {
            "file": str(file),
            "exists": file.exists(),
            "listings": len(supplement.listings),
            "claims": len(supplement.claims),
            "successors": len(supplement.successors),
            "quotes": len(supplement.quotes),
        },
        "sources": [
            {"says": says, "claims": count, "last_seen": max(c.seen for c in claims if c.source == says)}
            for says, count in Counter(claim.source for claim in claims).most_common()
        ],
        "caveats": list(knowledge.caveats),
    }


def print_catalogue(shown: dict[str, Any]) -> None:
    """The page for people."""
    for text in _summary(shown):
        click.echo(text)
    click.echo()
    rows = [
        (f"{source['claims']:,}", str(source["last_seen"]), source["says"]) for source in shown["sources"][:SOURCES]
    ]
    print_table("", ("claims", "last seen", "source"), rows)
    if more := len(shown["sources"]) - SOURCES:
        click.echo(f"and {more} more; --format json lists all" if more > 0 else "")
    click.echo("\nBear in mind")
    for caveat in shown["caveats"]:
        line(caveat, hang=2)


def print_catalogue_markdown(shown: dict[str, Any]) -> None:
    """The same for a page of text."""
    click.echo("# Catalogue\n")
    for text in _summary(shown):
        click.echo(f"- {text}")
    click.echo("\n| claims | last seen | source |\n|---|---|---|")
    for source in shown["sources"][:SOURCES]:
        click.echo(f"| {source['claims']} | {source['last_seen']} | {source['says'].replace('|', chr(92) + '|')} |")
    click.echo("\n## Bear in mind\n")
    for caveat in shown["caveats"]:
        click.echo(f"- {caveat}")


def _summary(shown: dict[str, Any]) -> tuple[str, ...]:
    taken = shown["supplement"]
    since = (
        f"Taken over from feeds: {taken['claims']:,} claims, {taken['quotes']:,} prices, {taken['successors']:,} "
        f"successors, {taken['listings']:,} listings, the newest of {shown['newest_statement']} ({taken['file']})"
        if taken["exists"]
        else "Nothing was taken over from feeds; `outlast catalog update FILE` does that"
    )
    providers = ", ".join(f"{name} {count:,}" for name, count in shown["providers"].items())
    return (
        f"The packaged data speaks as of {shown['day']}, {shown['age_days']} days ago",
        since,
        f"{shown['models']:,} models ({providers}), {shown['claims']:,} claims, {shown['priced']:,} with a price",
    )
