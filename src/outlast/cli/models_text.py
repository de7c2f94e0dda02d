"""``models show`` for people: sections that are short where little is known, sources as numbered footnotes.

It knows headings, order and wording. It does not know where a fact comes from (``cli.models_show``, ``catalog``).
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

import click

from outlast.catalog.amounts import format_decimal
from outlast.catalog.claims import Claim
from outlast.catalog.models import Ability, Model, Price, Recommendation, Statement
from outlast.catalog.notice import notices
from outlast.catalog.port import Chain
from outlast.cli.models_list import ends_text, status_text
from outlast.cli.models_show import Subject
from outlast.cli.output import print_table, printable

REMARKS = ("statement", "correction", "note", "price-note", "replacement-note", "replacement-slug", "date-history")
LINE = 100
"""Columns of running text at most: it is read, not scanned."""


@dataclass(slots=True)
class Footnotes:
    """Sources in the order in which they were first needed."""

    texts: list[str] = field(default_factory=list)

    def mark(self, source: str) -> str:
        """The footnote's mark for a source; nothing for none."""
        if not source:
            return ""
        if source not in self.texts:
            self.texts.append(source)
        return f"[{self.texts.index(source) + 1}]"


def print_show(subject: Subject) -> None:
    """Every section that has something to say."""
    notes = Footnotes()
    for section in (head, clocks, chains, claims, sayings, use, prices, abilities, policies):
        section(subject, notes)
    print_sources(notes)


def print_sources(notes: Footnotes) -> None:
    """What the marks stand for."""
    heading("Sources")
    for number, text in enumerate(notes.texts, 1):
        line(f"[{number}] {text}", hang=5)


def head(subject: Subject, notes: Footnotes) -> None:
    """Who this is."""
    del notes
    model = subject.model
    name = "" if model.name == model.id else f"  {model.name}"
    click.secho(f"{model.ref}{name}", bold=True)
    facts = [model.kind, model.family and f"family {model.family}", model.points_to and f"points to {model.points_to}"]
    facts += [f"also {alias}" for alias in model.aliases]
    facts += [f"{surface} id {channel_id}" for surface, channel_id in model.channel_ids.items()]
    facts.append(model.knowledge_cutoff and f"knowledge to {model.knowledge_cutoff}")
    facts.append({True: "open weights", False: "closed weights", None: ""}[model.open_weights])
    line(", ".join(fact for fact in facts if fact))


def clocks(subject: Subject, notes: Footnotes) -> None:
    """One row per surface."""
    del notes
    model, today = subject.model, subject.today
    given = {notice.surface: f"{notice.days} days" for notice in notices(model.claims)}
    rows = []
    for surface in model.surfaces:
        standing = subject.knowledge.standing(model.ref, surface, today)
        told = standing.announced or standing.deprecated
        left = (standing.ends - today).days if standing.ends else -1
        ends = ends_text(standing.ends, standing.precision) + (f", in {left} days" if left >= 0 else "")
        rows.append((surface, status_text(standing), str(told or ""), ends, given.get(surface, "")))
    heading(f"On {today}, by surface")
    print_table("", ("surface", "status", "told", "ends", "notice given"), rows)


def chains(subject: Subject, notes: Footnotes) -> None:
    """What is recommended, and where that leads."""
    model = subject.model
    heading("Successors")
    for surface in model.surfaces:
        chain = subject.knowledge.chain(model.ref, surface, subject.today)
        line(f"{surface}: {chain_text(chain)}", hang=4)
    for recommendation in model.recommendations:
        if recommendation.source or recommendation.seen or recommendation.alternative:
            line(f"{recommendation_text(recommendation)} {notes.mark(recommendation.source)}", hang=4)


def chain_text(chain: Chain) -> str:
    """The links with why each was passed over, and the end."""
    links = [f"{step.model} ({step.skipped or step.standing.status})" for step in chain.steps]
    return " -> ".join(links if chain.living else [*links, f"none: {chain.why_none}"])


def recommendation_text(recommendation: Recommendation) -> str:
    """Where and when a successor was named."""
    kind = "alternative" if recommendation.alternative else "recommended" if recommendation.current else "earlier"
    seen = f", seen {recommendation.seen}" if recommendation.seen else ""
    return f"{kind} on {recommendation.surface}: {recommendation.model}{seen}"


def claims(subject: Subject, notes: Footnotes) -> None:
    """Every claim, by surface and day."""
    ordered = sorted(subject.model.claims, key=lambda claim: (claim.surface, claim.date, claim.seen))
    if ordered:
        heading("Claims")
    for surface, mine in groupby(ordered, key=lambda claim: claim.surface):
        line(surface)
        for claim in mine:
            facts = f"{claim.said:<10}  {claim.event:<15}  {claim.precision:<11}  seen {claim.seen}"
            click.echo(f"    {facts}  {notes.mark(claim.source)}")
            line(remark(claim), indent=16)


def remark(claim: Claim) -> str:
    """What a reader must know beside the date."""
    parts = [
        "" if claim.origin == "catalogue" else claim.origin,
        "disputed: shown, not followed" if claim.disputed else "",
        "overtaken" if claim.overtaken else "",
        f"then {claim.redirect_to} answers" if claim.redirect_to else "",
        f"with effort {claim.redirect_effort}" if claim.redirect_effort else "",
        f"billed at {claim.redirect_billed_at}" if claim.redirect_billed_at else "",
        f"by {claim.basis}" if claim.basis else "",
        f"provider says {claim.provider_state}" if claim.provider_state else "",
        claim.note,
    ]
    return "; ".join(part for part in parts if part)


def sayings(subject: Subject, notes: Footnotes) -> None:
    """Statements with what became of them, corrections, notes, and fields that sources disagree on."""
    model = subject.model
    if model.statements:
        heading("Said of it")
    for statement in sorted(model.statements, key=lambda s: (REMARKS.index(s.kind), s.date)):
        line(f"{statement_text(statement)} {notes.mark(statement.source)}", hang=4)
    if model.conflicts:
        heading("Sources disagree")
    for conflict in model.conflicts:
        reason = f" ({conflict.reason})" if conflict.reason else ""
        kept, other = ability_text(conflict.kept), ability_text(conflict.other)
        line(f"{conflict.field}: {kept}; another says {other}{reason} {notes.mark(conflict.source)}", hang=4)


def statement_text(statement: Statement) -> str:
    """When, where and what; then what became of it."""
    where = " ".join(part for part in (statement.date, statement.surface) if part)
    parts = [f"{statement.kind}{f', {where}' if where else ''}: {statement.says}"]
    parts += [f"overtaken by: {statement.overtaken_by}"] if statement.overtaken_by else []
    parts += [f"kept: {statement.kept}"] if statement.kept else []
    parts += (
        [f"cannot stand in for all of {statement.limits_substitution_of}"] if statement.limits_substitution_of else []
    )
    return "; ".join(parts)


def use(subject: Subject, notes: Footnotes) -> None:
    """Who still used it, and who still had it."""
    model = subject.model
    if model.usage or model.plans:
        heading("Use and plans")
    for share in model.usage:
        percent = format_decimal(share.value * 100)
        line(f"{percent} % of {share.of}, {share.surface}, {share.date} {notes.mark(share.source)}", hang=4)
    for plan in model.plans:
        line(f"plans {' and '.join(plan.plans)}, {plan.surface}, {plan.date} {notes.mark(plan.source)}", hang=4)


def prices(subject: Subject, notes: Footnotes) -> None:
    """Every published amount."""
    del notes
    price = subject.model.price
    heading("Price in USD per million tokens" if price else "Price: none is known")
    if price is None:
        return
    line(", ".join(amounts(price)) or "none")
    if price.above is not None:
        line(f"above {price.above_tokens:,} tokens of input: {', '.join(amounts(price.above))}", hang=4)
    if price.per_unit:
        units = (f"{word.replace('_', ' ')} {format_decimal(amount)}" for word, amount in price.per_unit.items())
        line(f"other units: {', '.join(units)}", hang=4)


def amounts(price: Price) -> Iterator[str]:
    """The main words always, ``none`` where nothing is published; the others where they are."""
    for word, amount in (("input", price.input), ("cached input", price.cached_input), ("output", price.output)):
        yield f"{word} {'none' if amount is None else format_decimal(amount)}"
    for word in ("cache_write", "reasoning_output", "audio_input", "audio_output"):
        amount = getattr(price, word)
        if amount is not None:
            yield f"{word.replace('_', ' ')} {format_decimal(amount)}"
    for word, amount in price.other.items():
        yield f"{word.replace('_', ' ')} {format_decimal(amount)}"


def abilities(subject: Subject, notes: Footnotes) -> None:
    """Limits, modalities and what the model is said to do; and what the entry as a whole rests on."""
    model = subject.model
    heading("Abilities (claims of data sets, not probes)")
    limits = (("context", model.context_window), ("input", model.max_input_tokens), ("output", model.max_output_tokens))
    line(", ".join(f"{word} {tokens:,} tokens" for word, tokens in limits if tokens is not None))
    line(_modalities(model))
    flags = {word: value for word, value in model.abilities.items() if isinstance(value, bool)}
    for label, wanted in (("yes", True), ("no", False)):
        words = [word for word, value in flags.items() if value is wanted]
        if words:
            line(f"{label}: {', '.join(words)}", hang=5)
    for word, value in model.abilities.items():
        if word not in flags:
            line(f"{word}: {ability_text(value)}", hang=4)
    if model.sources:
        line(f"These, prices and names come from {' '.join(map(notes.mark, model.sources))}", hang=4)


def _modalities(model: Model) -> str:
    basis = f" ({model.modalities_basis})" if model.modalities_basis else ""
    return f"reads {', '.join(model.modalities_in) or '?'}; writes {', '.join(model.modalities_out) or '?'}{basis}"


def ability_text(value: Ability | None) -> str:
    """An ability's value in words."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dict):
        return ", ".join(f"{word} {number:,}" for word, number in value.items())
    return value if isinstance(value, str) else ", ".join(value) or "nothing"


def policies(subject: Subject, notes: Footnotes) -> None:
    """What the provider promises about notice, and what its notices came to."""
    provider = subject.model.provider
    promised = subject.knowledge.policies(provider)
    observed = subject.knowledge.observed_notice(provider)
    if promised or observed:
        heading(f"Notice by {provider}")
    for policy in promised:
        words = "; ".join(f"{scope}: {span}" for scope, span in policy.min_notice.items())
        audience = f" for {policy.audience}" if policy.audience else ""
        remark_ = f" ({policy.note})" if policy.note else ""
        line(f"promised, {policy.surface}{audience}: {words}{remark_} {notes.mark(policy.source)}", hang=4)
    for entry in observed:
        span = f"median {entry.median}, {entry.shortest} to {entry.longest} days"
        line(f"given, {entry.surface}: {span} (n = {entry.count})", hang=4)


def heading(text: str) -> None:
    """A section's heading."""
    click.secho(f"\n{text}", bold=True)


def line(text: str, *, indent: int = 2, hang: int = 0) -> None:
    """Running text, wrapped at words; further lines hang. Nothing for an empty text."""
    if text.strip():
        width = min(LINE, shutil.get_terminal_size((LINE, 24)).columns)
        wrapped = click.wrap_text(text.strip(), width, " " * indent, " " * (indent + hang))
        click.echo("\n".join(map(printable, wrapped.split("\n"))))
