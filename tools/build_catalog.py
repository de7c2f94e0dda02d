"""Turn the research catalogue into the package's data: ``python tools/build_catalog.py [CATALOG.json [FOLDER]]``.

It knows both shapes and carries every fact from one to the other; derived fields stay behind. Running it twice
writes the same bytes, so that a change of the research shows as a readable diff.
"""

import datetime as dt
import re
import sys
from collections.abc import Collection, Iterator
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from research_catalog import Conflict, EarlierDate, LifecycleEvent, ResearchCatalog, ResearchModel, Said, read_research

from outlast.catalog.models import home_surface
from outlast.catalog.records import (
    AboutFile,
    AfterRecord,
    ClaimRecord,
    FieldConflictRecord,
    LongContextRecord,
    ModelRecord,
    PlanRecord,
    PolicyRecord,
    RecommendationRecord,
    SourceRecord,
    StatementRecord,
    UsageRecord,
)

ROOT = Path(__file__).resolve().parents[1]
RESEARCH = ROOT.parent / "shared" / "data" / "catalog.json"
DATA = ROOT / "src" / "outlast" / "catalog" / "data"

DAY = r"(\d{4}-\d\d-\d\d)"
SEEN = tuple(
    re.compile(pattern)
    for pattern in (
        rf"earlier notice {DAY}",
        rf"copy of {DAY}",
        rf"(?:seen|on or after|copy after|page on|ms\.date) {DAY}",
        # A day that opens a bracket or stands alone after a comma is the source's own; one after a word ("API date
        # 2026-02-16", "says 2026-07-30") is what it speaks about.
        rf"[(;,] ?{DAY}(?=[/):])",
    )
)


def seen_in(text: str) -> dt.date | None:
    """The day on which a source says that it was so, where its own text gives one."""
    for pattern in SEEN:
        if found := pattern.search(text):
            return dt.date.fromisoformat(found[1])
    return None


class Sources:
    """The interned table: every distinct source text under a short readable key."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}

    def key(self, says: str) -> str:
        """The key of this text; the same text always has the same one."""
        if says not in self._keys:
            self._keys[says] = self._fresh(says)
        return self._keys[says]

    def _fresh(self, says: str) -> str:
        base, taken = _slug(says), set(self._keys.values())
        return next(key for key in (base, *(f"{base}-{n}" for n in range(2, 999))) if key not in taken)

    def table(self) -> dict[str, SourceRecord]:
        """Every key with its text and day, ordered by key."""
        return {key: SourceRecord(says, seen_in(says)) for says, key in sorted(self._keys.items(), key=lambda i: i[1])}


def _slug(says: str) -> str:
    """A key that names the site or package and the page: ``developers-openai-com-deprecations``."""
    if says.startswith("http"):
        url = urlsplit(says.split(" ", maxsplit=1)[0])
        says = f"{url.netloc.removeprefix('www.')} {url.path.rstrip('/').rsplit('/', 1)[-1].removesuffix('.md')}"
    words = re.findall(r"[a-z0-9]+", says.removeprefix("PyPI ").removeprefix("github:").lower())
    key = ""
    for word in words:
        if len(key) + len(word) > 44:
            break
        key = f"{key}-{word}" if key else word
    return key


def convert_event(event: LifecycleEvent, sources: Sources) -> ClaimRecord:
    """One life-cycle event as a claim that decides."""
    after = event.after
    return ClaimRecord(
        event=event.event,
        surface=event.surface,
        date=event.date,
        precision=event.precision,
        source=sources.key(event.source),
        basis=event.basis,
        provider_state=event.provider_state,
        note=event.note,
        after=AfterRecord(after.behaviour, after.to, after.billed_at, after.reasoning_effort) if after else None,
    )


def convert_dispute(model: ResearchModel, conflict: Conflict, sources: Sources) -> ClaimRecord:
    """The other side of a dated conflict: a claim that is shown and never decides."""
    assert conflict.event is not None  # noqa: S101 - the caller asked
    kept = {e.date for e in model.lifecycle if (e.event, e.surface) == (conflict.event, conflict.surface)}
    if kept != {conflict.kept}:
        raise SystemExit(f"{model.id}: the conflict keeps {conflict.kept}, the life cycle says {kept}")
    return ClaimRecord(
        event=conflict.event,
        surface=conflict.surface,
        date=str(conflict.other),
        precision=conflict.other_precision,
        source=sources.key(conflict.other_source),
        note=conflict.reason,
        disputed=True,
    )


def convert_earlier(entry: EarlierDate) -> ClaimRecord:
    """An earlier statement of the end, which a later one overtook."""
    assert entry.date is not None  # noqa: S101 - the caller asked
    return ClaimRecord(
        event="retired",
        surface=entry.surface,
        date=entry.date,
        precision=entry.precision,
        seen=entry.seen,
        note=entry.note,
        overtaken=True,
    )


def retired_without_a_day(model: ResearchModel, sources: Sources) -> ClaimRecord:
    """A few entries say "retired" and no day: then the day is the one on which the first source was seen saying so."""
    source = model.source[0]
    seen = seen_in(source)
    if seen is None:
        raise SystemExit(f"{model.id}: retired without a day, by a source without one: {source}")
    return ClaimRecord(
        event="retired",
        surface=home_surface(model.provider, model.kind or "", ()),
        date=seen.isoformat(),
        precision="derived",
        source=sources.key(source),
        note=f"listed as retired without a day; seen so on {seen}",
    )


def claims_of(model: ResearchModel, sources: Sources) -> Iterator[ClaimRecord]:
    """Life cycle, then what disputes it, then what it overtook."""
    for event in model.lifecycle:
        yield convert_event(event, sources)
    for conflict in model.conflicts:
        if conflict.event is not None:
            yield convert_dispute(model, conflict, sources)
    for entry in model.date_history:
        if entry.date is not None:
            yield convert_earlier(entry)
    if model.status_on == "retired" and not any(event.event == "retired" for event in model.lifecycle):
        yield retired_without_a_day(model, sources)


def recommendations_of(model: ResearchModel, sources: Sources) -> Iterator[RecommendationRecord]:
    """The current one, per surface where it differs, the alternatives, the earlier ones."""
    if model.replacement:
        yield RecommendationRecord(model.replacement)
    for surface, other in model.replacement_by_surface.items():
        yield RecommendationRecord(other.value, surface=surface, source=sources.key(other.source))
    for option in model.replacement_options:
        yield RecommendationRecord(option, alternative=True)
    for earlier in model.replacement_history:
        yield RecommendationRecord(earlier.value, seen=earlier.seen, current=False)


def said(kind: str, entry: Said, sources: Sources) -> StatementRecord:
    """A statement or correction with all that is known of it."""
    return StatementRecord(
        kind,
        entry.says,
        sources.key(entry.source),
        entry.date,
        precision=entry.precision,
        surface=entry.surface,
        overtaken_by=entry.overtaken_by,
        kept=entry.kept,
        limits_substitution_of=entry.limits_substitution_of,
    )


def named_in(text: str, ids: Collection[str]) -> tuple[str, ...]:
    """The models that a remark names, as its prose has them: ``gpt-4o's`` is gpt-4o."""
    words = (word.strip("(),.:;").removesuffix("'s") for word in text.split())
    return tuple(dict.fromkeys(word for word in words if word in ids))


def statements_of(model: ResearchModel, sources: Sources, ids: Collection[str]) -> Iterator[StatementRecord]:
    """What was said that is no date: statements, corrections, notes, and history without a day."""
    for entry in model.statements:
        yield said("statement", entry, sources)
    for entry in model.corrections:
        yield said("correction", entry, sources)
    for note in model.notes:
        yield StatementRecord("note", note)
    for kind, text in (
        ("price-note", model.price_note),
        ("replacement-note", model.replacement_note),
        ("replacement-slug", model.replacement_source_slug),
    ):
        if text:
            yield StatementRecord(kind, text, quotes=named_in(text, ids) if kind == "price-note" else ())
    for earlier in model.date_history:
        if earlier.date is None:
            yield StatementRecord("date-history", earlier.note, date=earlier.seen, surface=earlier.surface)


def long_context_of(model: ResearchModel) -> LongContextRecord | None:
    """``above_272k_tokens`` as a number of tokens; the data has one threshold per model."""
    if not model.long_context_price:
        return None
    ((word, price),) = model.long_context_price.items()
    found = re.fullmatch(r"above_(\d+)k_tokens", word)
    if found is None:
        raise SystemExit(f"{model.id}: cannot read the threshold {word}")
    return LongContextRecord(int(found[1]) * 1000, price)


def convert(model: ResearchModel, sources: Sources, ids: frozenset[str]) -> ModelRecord:
    """One model, whole."""
    return ModelRecord(
        id=model.id,
        name=model.name or "",
        family=model.family or "",
        kind=model.kind or "",
        aliases=model.aliases,
        points_to=model.points_to,
        channel_ids=model.channel_ids,
        modalities_in=model.modalities_in,
        modalities_out=model.modalities_out,
        modalities_basis=model.modalities_basis,
        context_window=model.context_window,
        max_input_tokens=model.max_input_tokens,
        max_output_tokens=model.max_output_tokens,
        knowledge_cutoff=model.knowledge_cutoff,
        open_weights=model.open_weights,
        abilities=model.supports,
        price=model.price_usd_per_million,
        long_context=long_context_of(model),
        price_per_unit=model.other_price_usd,
        claims=tuple(claims_of(model, sources)),
        recommendations=tuple(recommendations_of(model, sources)),
        statements=tuple(statements_of(model, sources, ids - {model.id})),
        conflicts=tuple(
            FieldConflictRecord(c.field, c.kept, c.other, sources.key(c.other_source), c.reason)
            for c in model.conflicts
            if c.event is None
        ),
        usage=tuple(UsageRecord(u.value, u.of, u.surface, u.date, sources.key(u.source)) for u in model.usage_share),
        plans=tuple(
            PlanRecord(surface, plan.plans, plan.date, sources.key(plan.source))
            for surface, plans in model.plans.items()
            for plan in plans
        ),
        sources=tuple(sources.key(source) for source in model.source),
    )


def about_of(research: ResearchCatalog, sources: Sources) -> AboutFile:
    """What holds for the whole catalogue; call it last, when every source has its key."""
    meta = research.meta
    policies = tuple(
        PolicyRecord(p.provider, p.surface, p.min_notice, sources.key(p.source), p.audience, p.note)
        for p in meta.policies
    )
    return AboutFile(
        day=dt.date.fromisoformat(meta.generated),
        currency=meta.currency,
        unit=meta.unit,
        caveats=meta.caveats,
        surfaces=meta.surfaces,
        precision=meta.precision_values,
        policies=policies,
        sources=sources.table(),
    )


def line(value: object) -> str:
    """One JSON value on one line; amounts keep all their digits and no exponent."""
    encoded = msgspec.json.Encoder(decimal_format="number").encode(value)
    plain = re.sub(rb"(?<=[:\[,])(\d(?:\.\d+)?)E-(\d+)(?=[,}\]])", _without_exponent, encoded)
    return msgspec.json.format(plain, indent=0).decode()


def _without_exponent(number: re.Match[bytes]) -> bytes:
    digits, shift = number[1].replace(b".", b""), int(number[2])
    return b"0." + b"0" * (shift - 1) + digits


def block(value: object, depth: int) -> str:
    """A list or mapping with one item a line, so that a changed fact is a changed line."""
    pad, plain = " " * depth, msgspec.to_builtins(value, builtin_types=(dt.date, Decimal))
    items = [f"{line(k)}: {line(v)}" for k, v in plain.items()] if isinstance(plain, dict) else [*map(line, plain)]
    left, right = ("{", "}") if isinstance(plain, dict) else ("[", "]")
    return f"{left}\n" + ",\n".join(f"{pad} {item}" for item in items) + f"\n{pad}{right}"


def record_text(record: ModelRecord) -> str:
    """One model: a line per field, and a line per fact where a field holds several."""
    fields = []
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if value in (None, "", (), {}):
            continue
        many = isinstance(value, tuple) and isinstance(value[0], msgspec.Struct)
        fields.append(f'  "{name}": {block(value, 2) if many else line(value)}')
    return " {\n" + ",\n".join(fields) + "\n }"


def write(research: ResearchCatalog, target: Path) -> None:
    """Every file of the package's data."""
    sources = Sources()
    (target / "models").mkdir(parents=True, exist_ok=True)
    for provider in sorted({model.provider for model in research.models}):
        mine = sorted((m for m in research.models if m.provider == provider), key=lambda model: model.id)
        ids = frozenset(model.id for model in mine)
        text = ",\n".join(record_text(convert(model, sources, ids)) for model in mine)
        document = f'{{"provider": {line(provider)}, "models": [\n{text}\n]}}\n'
        (target / "models" / f"{provider}.json").write_text(document, encoding="utf-8")
    about = about_of(research, sources)
    fields = []
    for name in about.__struct_fields__:
        value = getattr(about, name)
        fields.append(f' "{name}": {block(value, 1) if isinstance(value, tuple | dict) else line(value)}')
    (target / "about.json").write_text("{\n" + ",\n".join(fields) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    given = [Path(argument) for argument in sys.argv[1:]]
    write(read_research(given[0] if given else RESEARCH), given[1] if len(given) > 1 else DATA)
