"""What a document changed, or would change, as data and as pages of text or Markdown.

It knows wording and which changes are listed one by one. It does not know why something is a change.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import click

from outlast.catalog.amounts import usd_text
from outlast.catalog.claims import Claim
from outlast.catalog.feed import FeedClaim
from outlast.catalog.merge import Changes, Move, Repricing, Succession
from outlast.cli.output import printable

LISTED = 40
"""Rows of one heading on a page; data has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One document, and what became of it."""

    document: str
    kind: str
    statements: int
    changes: Changes
    written: bool
    dry_run: bool
    file: Path


def changes_document(taken: Taken) -> dict[str, object]:
    """Everything as data."""
    changes = taken.changes
    return {
        "document": taken.document,
        "kind": taken.kind,
        "statements": taken.statements,
        "written": taken.written,
        "dry_run": taken.dry_run,
        "file": str(taken.file),
        "new_models": changes.models,
        "new_claims": [_claim_document(claim) for claim in changes.claims],
        "moved": [_move_document(move) for move in changes.moves],
        "successors": [
            {"model": s.new.model, "surface": s.new.surface or None, "old": s.old, "new": s.new.successor}
            for s in changes.successions
        ],
        "prices": [
            {"model": r.model, "part": r.word, "old_usd": r.old, "new_usd": r.new, "source": r.source}
            for r in changes.repricings
        ],
        "older": changes.older,
        "passed_over": changes.passed_over,
    }


def _claim_document(claim: FeedClaim | Claim) -> dict[str, object]:
    said = claim.date if isinstance(claim, FeedClaim) else claim.said
    return {
        "model": claim.model,
        "surface": claim.surface,
        "event": claim.event,
        "date": said,
        "precision": claim.precision,
        "source": claim.source,
        "seen": claim.seen,
    }


def _move_document(move: Move) -> dict[str, object]:
    return {
        "model": move.new.model,
        "surface": move.new.surface,
        "event": move.new.event,
        "old": _claim_document(move.old),
        "new": _claim_document(move.new),
        "followed_if_accepted": not move.weaker,
    }


def print_changes(taken: Taken, *, markdown: bool) -> None:
    """The changes by heading; what moves comes first."""
    changes = taken.changes
    new = set(changes.models)
    known = [each for each in changes.repricings if each.model not in new]
    click.echo(f"{'# ' if markdown else ''}{printable(taken.document)}: {taken.kind}, {taken.statements:,} statements")
    sections: list[tuple[str, Sequence[str]]] = [
        ("Dates that move", [_move_text(move) for move in changes.moves]),
        ("New dates", [_claim_text(claim) for claim in changes.claims]),
        ("Successors", [_succession_text(each) for each in changes.successions]),
        ("Prices that change", [_price_text(each) for each in known if each.old is not None]),
        ("Prices that were not known", [_price_text(each) for each in known if each.old is None]),
        ("New models", list(_model_lines(changes))),
        ("Passed over", changes.passed_over),
    ]
    for heading, lines in sections:
        if lines:
            _print_section(heading, lines, markdown=markdown)
    if changes.older:
        click.echo(f"\n{changes.older:,} statements are older than what is known, and were left out")
    if not any(lines for heading, lines in sections if heading != "Passed over"):
        click.echo("\nNothing new")


def _print_section(heading: str, lines: Sequence[str], *, markdown: bool) -> None:
    bullet = "- " if markdown else "  "
    click.echo(f"\n## {heading} ({len(lines):,})\n" if markdown else f"\n{heading} ({len(lines):,})")
    for line in lines[:LISTED]:
        click.echo(f"{bullet}{printable(line)}")
    if len(lines) > LISTED:
        click.echo(f"{bullet}and {len(lines) - LISTED:,} more; --format json lists all")


def _move_text(move: Move) -> str:
    old, new = move.old, move.new
    kept = "; kept as disputed, not followed: it may be a floor" if move.weaker else ""
    return (
        f"{new.model} {new.event} on {new.surface}: {old.said} ({old.precision}, seen {old.seen}, {old.source}) -> "
        f"{new.date} ({new.precision}, seen {new.seen}, {new.source}){kept}"
    )


def _claim_text(claim: FeedClaim) -> str:
    return f"{claim.model} {claim.event} on {claim.surface}: {claim.date} ({claim.precision})"


def _succession_text(each: Succession) -> str:
    where = f" on {each.new.surface}" if each.new.surface else ""
    return f"{each.new.model}{where}: {each.old or 'none'} -> {each.new.successor}"


def _price_text(each: Repricing) -> str:
    word = each.word.replace("_", " ")
    return f"{each.model} {word}: {_usd(each.old)} -> {_usd(each.new)} USD per million tokens"


def _usd(amount: Decimal | None) -> str:
    return "none" if amount is None else usd_text(amount)


def _model_lines(changes: Changes) -> Iterator[str]:
    """Few by name, many by provider."""
    if len(changes.models) <= LISTED:
        yield from changes.models
        return
    for provider, count in sorted(Counter(ref.partition("/")[0] for ref in changes.models).items()):
        yield f"{provider}: {count:,}"
