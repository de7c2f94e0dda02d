"""The package's data says what the research catalogue says, fact by fact, with every source and precision."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from outlast.catalog.claims import Claim
from outlast.catalog.models import Model, Price, Statement, home_surface
from outlast.catalog.notice import notices
from outlast.catalog.store import Catalog

ROOT = Path(__file__).resolve().parents[3]
RESEARCH = ROOT.parent / "shared" / "data" / "catalog.json"
DATA = ROOT / "src" / "outlast" / "catalog" / "data"

pytestmark = pytest.mark.skipif(not RESEARCH.exists(), reason=f"no research catalogue at {RESEARCH}: NOT COMPARED")

DERIVED = {"status_on_2026-11-21", "status_by_surface", "notice_days", "replacement_chain"}


@pytest.fixture(scope="module")
def research() -> Any:
    found = json.loads(RESEARCH.read_bytes(), parse_float=Decimal)
    found["models"] += json.loads((ROOT / "tools" / "own_models.json").read_bytes(), parse_float=Decimal)["models"]
    return found


def without_empty(values: dict[str, Any]) -> dict[str, Any]:
    return {word: value for word, value in values.items() if value not in (None, "", [], {}, ())}


def own_id(model: Model, ref: str) -> str:
    return ref.removeprefix(f"{model.provider}/")


def lifecycle(model: Model) -> list[dict[str, Any]]:
    told = [c for c in model.claims if c.decides and not c.note.startswith("listed as retired without a day")]
    return [event(model, claim) for claim in told]


def event(model: Model, claim: Claim) -> dict[str, Any]:
    after = {
        "behaviour": "redirect",
        "to": own_id(model, claim.redirect_to or ""),
        "reasoning_effort": claim.redirect_effort,
        "billed_at": claim.redirect_billed_at,
    }
    return without_empty(
        {
            "event": claim.event,
            "surface": claim.surface,
            "date": claim.said,
            "precision": claim.precision,
            "source": claim.source,
            "basis": claim.basis,
            "provider_state": claim.provider_state,
            "note": claim.note,
            "after": without_empty(after) if claim.redirect_to else None,
        }
    )


def conflicts(model: Model) -> list[dict[str, Any]]:
    dated = [
        {
            "event": other.event,
            "surface": other.surface,
            "kept": next(
                c.said for c in model.claims if c.decides and (c.event, c.surface) == (other.event, other.surface)
            ),
            "other": other.said,
            "other_precision": other.precision,
            "other_source": other.source,
        }
        for other in model.claims
        if other.disputed
    ]
    fields = [
        {"field": c.field, "kept": c.kept, "other": c.other, "other_source": c.source, "reason": c.reason}
        for c in model.conflicts
    ]
    return dated + fields


def date_history(model: Model) -> list[tuple[str, str | None, str, str]]:
    rows: list[tuple[str, str | None, str, str]] = [
        (c.surface, c.said, c.precision, c.note) for c in model.claims if c.overtaken
    ]
    rows += [(s.surface, None, "", f"seen {s.date}; {s.says}") for s in model.statements if s.kind == "date-history"]
    return sorted(rows, key=str)


def research_date_history(entries: list[dict[str, Any]]) -> list[tuple[str, str | None, str, str]]:
    rows = [
        (
            e["surface"],
            e["date"],
            e.get("precision", ""),
            "; ".join([f"seen {e['seen']}", *filter(None, [e.get("note")])]),
        )
        for e in entries
    ]
    return sorted(rows, key=str)


def said(model: Model, kind: str) -> list[dict[str, Any]]:
    return [statement(model, s) for s in model.statements if s.kind == kind]


def statement(model: Model, s: Statement) -> dict[str, Any]:
    limits = own_id(model, s.limits_substitution_of)
    words = {
        word: getattr(s, word) for word in ("says", "source", "date", "precision", "surface", "overtaken_by", "kept")
    }
    return without_empty(words | {"limits_substitution_of": limits})


def text(model: Model, kind: str) -> str | None:
    found = [s.says for s in model.statements if s.kind == kind]
    assert len(found) <= 1
    return found[0] if found else None


def main_choice(model: Model) -> str | None:
    found = [r for r in model.recommendations if r.current and not r.alternative and not r.source]
    return own_id(model, found[0].model) if found else None


def by_surface(model: Model) -> dict[str, Any]:
    return {
        r.surface: {"value": own_id(model, r.model), "source": r.source}
        for r in model.recommendations
        if r.current and r.source
    }


def amounts(price: Price | None) -> dict[str, Decimal]:
    if price is None:
        return {}
    words = ("input", "cached_input", "cache_write", "output", "reasoning_output", "audio_input", "audio_output")
    return without_empty({word: getattr(price, word) for word in words}) | price.other


def long_context(model: Model) -> dict[str, Any]:
    price = model.price
    if price is None or price.above is None or price.above_tokens is None:
        return {}
    return {f"above_{price.above_tokens // 1000}k_tokens": amounts(price.above)}


def plans(model: Model) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for plan in model.plans:
        entry = {"date": plan.date, "plans": list(plan.plans), "source": plan.source}
        found.setdefault(plan.surface, []).append(entry)
    return found


def usage(model: Model) -> list[dict[str, Any]]:
    return [
        {"value": u.value, "of": u.of, "surface": u.surface, "date": u.date, "source": u.source} for u in model.usage
    ]


def listed(values: Any) -> Any:
    """Tuples as JSON has them."""
    return json.loads(json.dumps(values))


FACTS: dict[str, Callable[[Model], Any]] = {
    "id": lambda m: m.id,
    "provider": lambda m: m.provider,
    "name": lambda m: m.name if m.name != m.id else None,
    "family": lambda m: m.family,
    "kind": lambda m: m.kind,
    "aliases": lambda m: list(m.aliases),
    "points_to": lambda m: m.points_to,
    "modalities_in": lambda m: list(m.modalities_in),
    "modalities_out": lambda m: list(m.modalities_out),
    "modalities_basis": lambda m: m.modalities_basis,
    "context_window": lambda m: m.context_window,
    "max_input_tokens": lambda m: m.max_input_tokens,
    "max_output_tokens": lambda m: m.max_output_tokens,
    "supports": lambda m: listed(m.abilities),
    "price_usd_per_million": lambda m: amounts(m.price),
    "long_context_price": long_context,
    "other_price_usd": lambda m: m.price.per_unit if m.price else {},
    "price_note": lambda m: text(m, "price-note"),
    "lifecycle": lifecycle,
    "conflicts": conflicts,
    "date_history": date_history,
    "replacement": main_choice,
    "replacement_by_surface": by_surface,
    "replacement_options": lambda m: [own_id(m, r.model) for r in m.recommendations if r.alternative],
    "replacement_history": lambda m: [
        {"value": own_id(m, r.model), "seen": r.seen} for r in m.recommendations if not r.current
    ],
    "replacement_note": lambda m: text(m, "replacement-note"),
    "replacement_source_slug": lambda m: text(m, "replacement-slug"),
    "statements": lambda m: said(m, "statement"),
    "corrections": lambda m: said(m, "correction"),
    "notes": lambda m: [s.says for s in m.statements if s.kind == "note"],
    "usage_share": usage,
    "plans": plans,
    "channel_ids": lambda m: m.channel_ids,
    "knowledge_cutoff": lambda m: m.knowledge_cutoff,
    "open_weights": lambda m: m.open_weights,
    "source": lambda m: list(m.sources),
}


def as_research(field: str, value: Any) -> Any:
    if field == "date_history" and value:
        return research_date_history(value)
    if field == "lifecycle":
        return [without_empty(e | ({"after": without_empty(e["after"])} if "after" in e else {})) for e in value]
    return value


@pytest.mark.parametrize("field", FACTS)
def test_every_fact_of_a_field_carries_over(field: str, research: Any, catalog: Catalog) -> None:
    ours = {model.ref: FACTS[field](model) or None for model in catalog.models()}
    theirs = {f"{m['provider']}/{m['id']}": as_research(field, m.get(field)) or None for m in research["models"]}
    if field == "name":  # an entry without a name of its own goes by its id
        theirs = {ref: name if name != ref.partition("/")[2] else None for ref, name in theirs.items()}
    if field == "open_weights":
        ours = {model.ref: model.open_weights for model in catalog.models()}
        theirs = {f"{m['provider']}/{m['id']}": m.get(field) for m in research["models"]}
    assert any(value is not None for value in theirs.values())
    assert ours == theirs


def test_no_field_of_the_research_is_left_out(research: Any) -> None:
    assert {field for model in research["models"] for field in model} == FACTS.keys() | DERIVED


def test_policies_caveats_and_the_day_carry_over(research: Any, catalog: Catalog) -> None:
    meta = research["meta"]
    ours = [
        without_empty(
            {
                "provider": p.provider,
                "surface": p.surface,
                "audience": p.audience,
                "min_notice": p.min_notice,
                "source": p.source,
                "note": p.note,
            }
        )
        for provider in dict.fromkeys(policy["provider"] for policy in meta["policies"])
        for p in catalog.policies(provider)
    ]
    assert [policy for policy in meta["policies"] if policy not in ours] == []
    assert len(ours) == len(meta["policies"])
    assert list(catalog.caveats) == meta["caveats"]
    assert catalog.day.isoformat() == meta["generated"]


def test_a_day_in_a_sources_own_text_is_the_day_it_was_seen(catalog: Catalog) -> None:
    for model in catalog.models():
        for claim in model.claims:
            copied = re.search(r"copy of (\d{4}-\d\d-\d\d)", claim.source)
            if copied and "earlier notice" not in claim.source:
                assert claim.seen.isoformat() == copied[1]
            elif not re.search(r"\d{4}-\d\d-\d\d", claim.source + claim.note):
                assert claim.seen == catalog.day


def test_what_can_be_derived_is_not_stored() -> None:
    stored = "".join(path.read_text() for path in (DATA / "models").glob("*.json"))
    for word in ("status_on", "status_by_surface", "notice_days", "replacement_chain"):
        assert word not in stored


def test_the_committed_data_is_what_the_converter_writes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "tools/build_catalog.py", str(RESEARCH), str(tmp_path)], check=True, cwd=ROOT)
    written = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.json")}
    assert written == {path.relative_to(DATA): path.read_bytes() for path in DATA.rglob("*.json")}


def test_of_438_ending_models_344_have_a_chain_that_lives(research: Any, catalog: Catalog) -> None:
    """Ending by the research's own word; the chain on the surface that the provider's API is."""
    ends = {"retired", "deprecated", "past_scheduled_date"}
    ending = [f"{m['provider']}/{m['id']}" for m in research["models"] if m["status_on_2026-11-21"] in ends]
    chains = [catalog.chain(ref, api_of(catalog.find(ref)), catalog.day) for ref in ending]
    assert (len(ending), sum(chain.living is not None for chain in chains)) == (438, 344)


def api_of(model: Model | None) -> str:
    assert model is not None
    return home_surface(model.provider, model.kind, ())


def test_the_status_is_the_researchs_in_the_glossarys_words(research: Any, catalog: Catalog) -> None:
    words = {
        "retired": {"retired", "redirected"},
        "past_scheduled_date": {"retired"},
        "deprecated": {"deprecated", "extended"},
        "scheduled": {"active", "preview"},
        "active_with_floor": {"active", "preview"},
        "active_or_unknown": {"active", "preview", "unknown"},
    }
    for model in research["models"]:
        ref = f"{model['provider']}/{model['id']}"
        for surface, word in model.get("status_by_surface", {}).items():
            found = catalog.standing(ref, surface, catalog.day)
            assert found.status in words[word], (ref, surface, word, found)
            assert (
                found.unsure == (word in {"past_scheduled_date", "scheduled", "active_with_floor"})
                or found.ends is None
            )


def test_the_notice_given_is_the_researchs(research: Any, catalog: Catalog) -> None:
    for model in research["models"]:
        found = catalog.find(f"{model['provider']}/{model['id']}")
        assert found is not None
        ours = {notice.surface: notice.days for notice in notices(found.claims)}
        assert {surface: ours.get(surface) for surface in model.get("notice_days", {})} == model.get("notice_days", {})
