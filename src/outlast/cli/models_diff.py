"""``models diff``: two models side by side.

It knows which facts stand beside each other. It does not know which difference is a loss (``catalog.abilities``)
nor what a move costs (``outlast price``).
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal

from outlast.catalog.abilities import abilities_of, differences
from outlast.catalog.amounts import format_decimal
from outlast.catalog.models import Ability, FieldConflict, Model, Price, Statement
from outlast.catalog.store import Catalog
from outlast.cli.models_text import Footnotes, ability_text, heading, line, print_sources, statement_text
from outlast.cli.output import print_table

LIMITS = ("context_window", "max_input_tokens", "max_output_tokens")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact of both models; None where nobody said."""

    group: str
    word: str
    old: Ability | Decimal | None
    new: Ability | Decimal | None
    verdict: str
    """``equal``, ``lost``, ``gained``, ``changed``, ``unknown``; for a price ``lower`` or ``higher``."""


def facts_of(old: Model, new: Model) -> Iterator[Fact]:
    """Limits, then prices, then abilities and modalities, in alphabetical order."""
    before, after = abilities_of(old), abilities_of(new)
    verdicts = {difference.ability: difference.verdict for difference in differences(old, new)}
    words = sorted(before.keys() | after.keys(), key=lambda word: (word not in LIMITS, word))
    sides = [(word, before.get(word), after.get(word)) for word in words]
    for word, one, other in sides[: len(LIMITS)]:
        if word in LIMITS:
            yield Fact(group="limit", word=word, old=one, new=other, verdict=verdicts.get(word, "equal"))
    cost_before, cost_after = amounts_of(old.price), amounts_of(new.price)
    for word in dict.fromkeys((*cost_before, *cost_after)):
        cheap, dear = cost_before.get(word), cost_after.get(word)
        yield Fact(group="price", word=word, old=cheap, new=dear, verdict=_cost_verdict(cheap, dear))
    for word, one, other in sides:
        if word not in LIMITS:
            yield Fact(group="ability", word=word, old=one, new=other, verdict=verdicts.get(word, "equal"))


def amounts_of(price: Price | None) -> dict[str, Decimal]:
    """Every published amount by its word, the long-context ones with their threshold."""
    if price is None:
        return {}
    main = {word: getattr(price, word) for word in ("input", "cached_input", "cache_write", "output")}
    more = {word: getattr(price, word) for word in ("reasoning_output", "audio_input", "audio_output")}
    found = {word: amount for word, amount in (main | more).items() if isinstance(amount, Decimal)}
    above = {f"{word} above {price.above_tokens:,}": amount for word, amount in amounts_of(price.above).items()}
    return found | price.other | above | price.per_unit


def _cost_verdict(old: Decimal | None, new: Decimal | None) -> str:
    if old is None or new is None:
        return "unknown"
    return "equal" if old == new else "lower" if new < old else "higher"


def disputes(old: Model, new: Model, knowledge: Catalog) -> list[tuple[str, FieldConflict]]:
    """What sources disagree on: of both, and of their variants (``gpt-5.1-chat-latest`` for ``gpt-5.1``)."""
    return [
        (model.ref, conflict)
        for model in knowledge.models()
        if any(model.ref == side.ref or model.ref.startswith(f"{side.ref}-") for side in (old, new))
        for conflict in model.conflicts
    ]


def said(*models: Model) -> list[tuple[str, Statement]]:
    """What was said about either, corrections included."""
    kinds = {"statement", "correction"}
    return [(model.ref, statement) for model in models for statement in model.statements if statement.kind in kinds]


def diff_document(old: Model, new: Model, knowledge: Catalog) -> dict[str, object]:
    """The JSON document."""
    return {
        "models": [old.ref, new.ref],
        "rows": [
            {"group": fact.group, "what": fact.word, "values": [fact.old, fact.new], "verdict": fact.verdict}
            for fact in facts_of(old, new)
        ],
        "statements": [{"model": ref, **asdict(statement)} for ref, statement in said(old, new)],
        "conflicts": [{"model": ref, **asdict(conflict)} for ref, conflict in disputes(old, new, knowledge)],
    }


def print_diff(old: Model, new: Model, knowledge: Catalog) -> None:
    """The table, then what was said and what is disputed."""
    rows = [
        (fact.word, _text(fact.old), _text(fact.new), "" if fact.verdict == "equal" else fact.verdict)
        for fact in facts_of(old, new)
    ]
    print_table("", ("", old.ref, new.ref, ""), rows)
    notes = Footnotes()
    remarks = [(ref, statement_text(statement), notes.mark(statement.source)) for ref, statement in said(old, new)]
    for ref, conflict in disputes(old, new, knowledge):
        text = f"{conflict.field}: {_text(conflict.kept)}; another says {_text(conflict.other)} ({conflict.reason})"
        remarks.append((ref, text, notes.mark(conflict.source)))
    if remarks:
        heading("Said of them")
        for ref, text, mark in remarks:
            line(f"{ref}: {text} {mark}", hang=4)
        print_sources(notes)


def _text(value: Ability | Decimal | None) -> str:
    if value is None:
        return "-"
    return format_decimal(value) if isinstance(value, Decimal) else ability_text(value)
