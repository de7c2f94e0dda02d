"""Documents from outside: each format is recognised and read exactly, and nothing worse than an error comes of any."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.catalog.feed import Feed, checked_amount
from outlast.catalog.feeds.document import Origin, per_million
from outlast.catalog.feeds.export import export_model_eol, export_outlast
from outlast.catalog.feeds.recognise import LOOKED_FOR, READERS, read_feed, recognised
from outlast.catalog.merge import merge
from outlast.catalog.store import Catalog
from outlast.catalog.supplement import encode_supplement, parse_supplement
from outlast.errors import CatalogInvalid
from outlast.settings import ProviderSettings, Settings
from outlast.web.models import Offers

TODAY = dt.date(2026, 11, 22)
HERE = Origin(name="feed.json", seen=TODAY)

OPENAI = {
    "object": "list",
    "data": [
        {"id": "gpt-4o", "object": "model", "created": 1715367049, "owned_by": "system", "shutdown_date": "2027-01-14"},
        {"id": "gpt-9", "object": "model", "created": 1790000000, "owned_by": "openai", "shutdown_date": None},
        {"id": "ft:gpt-4o:acme::x", "object": "model", "created": 1715367049, "owned_by": "acme"},
    ],
}
MISTRAL = {
    "object": "list",
    "data": [
        {
            "id": "mistral-small-2506",
            "name": "mistral-small-2506",
            "max_context_length": 131072,
            "aliases": ["mistral-small-x"],
            "deprecation": "2026-07-31T12:00:00Z",
            "deprecation_replacement_model": "mistral-small-2603",
            "capabilities": {"completion_chat": True},
        },
        {"id": "mistral-small-x", "name": "mistral-small-2506", "deprecation": "2026-07-31T12:00:00Z"},
    ],
}
OPENROUTER = {
    "data": [
        {
            "id": "openai/gpt-4o",
            "name": "OpenAI: GPT-4o",
            "created": 1715558400,
            "context_length": 128000,
            "pricing": {
                "prompt": "0.0000025",
                "completion": "0.00001",
                "input_cache_read": "0.00000125",
                "request": "0",
                "image": "0.003613",
                "internal_reasoning": "0",
                "discount": 0,
            },
            "top_provider": {"context_length": 128000, "max_completion_tokens": 16384, "is_moderated": True},
            "expiration_date": "2027-01-10",
        },
        {"id": "openrouter/auto", "name": "Auto", "pricing": {"prompt": "-1", "completion": "-1"}},
        {"id": "meta/llama:free", "name": "Free", "pricing": {"prompt": "0", "completion": "0"}},
    ]
}
ANTHROPIC = {
    "data": [
        {
            "type": "model",
            "id": "claude-9",
            "display_name": "Claude 9",
            "created_at": "2026-10-01T00:00:00Z",
            "max_input_tokens": 200000,
        },
        {"type": "model", "id": "claude-8", "display_name": "Claude 8", "created_at": "1970-01-01T00:00:00Z"},
    ],
    "has_more": False,
}
GOOGLE = {
    "models": [
        {
            "name": "models/gemini-9",
            "displayName": "Gemini 9",
            "inputTokenLimit": 1048576,
            "outputTokenLimit": 65536,
            "supportedGenerationMethods": ["generateContent"],
            "modelStatus": {"modelStage": "DEPRECATED", "retirementTime": "2027-03-01T00:00:00Z"},
        }
    ]
}
MODEL_EOL = {
    "spec": "model-eol/0.1",
    "publisher": "openai",
    "generated": "2026-11-21T10:00:00.123Z",
    "source": "https://example.com/deprecations",
    "models": [
        {
            "id": "o9",
            "aliases": ["o9-latest"],
            "announced": "2026-04-22",
            "shutdown": "2027-07-23",
            "replacement": "gpt-9",
            "replacement_options": ["gpt-8"],
            "distributions": [{"via": "azure-ai-foundry", "shutdown": "2027-12-26", "date_precision": "earliest"}],
        },
        {"id": "o8", "shutdown": "2027-01-01", "date_precision": "tentative"},
        {"id": "o7", "shutdown": "2027-02-01", "date_precision": "a word of a later version"},
        {"id": "o6"},
    ],
}
LITELLM = (
    b'{"sample_spec": {"litellm_provider": "one of ...", "deprecation_date": "date when", "input_cost_per_token": 0.0},'
    b'"gpt-9": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-06,'
    b' "cache_read_input_token_cost": 1.25e-07, "output_cost_per_token": 0.00001, "output_cost_per_token_flex": 5e-6,'
    b' "input_cost_per_token_above_200k_tokens": 2e-06, "output_cost_per_token_above_200k_tokens": 1.5e-05,'
    b' "input_cost_per_token_above_400k_tokens": 4e-06,'
    b' "max_input_tokens": 272000, "max_output_tokens": "many", "deprecation_date": "2027-01-14"},'
    b'"gemini/gemini-9": {"litellm_provider": "gemini", "input_cost_per_token": 0, "output_cost_per_token": 3e-7},'
    b'"gemini-9": {"litellm_provider": "vertex_ai-language-models", "input_cost_per_token": 9e-6,'
    b' "deprecation_date": "2027-05-01"},'
    b'"azure/eu/gpt-9": {"litellm_provider": "azure", "input_cost_per_token": 1e-06},'
    b'"us.amazon.nova-9": {"litellm_provider": "bedrock_converse", "input_cost_per_token": 1e-06},'
    b'"groq/maker/model": {"litellm_provider": "groq", "input_cost_per_token": 1e-06},'
    b'"deepinfra/x": {"litellm_provider": "deepinfra", "input_cost_per_token": 1e-06}}'
)
OURS = encode_supplement(parse_supplement(b'{"format": "outlast-catalogue/1"}', "x"))

EXAMPLES: dict[str, bytes] = {
    "openai": json.dumps(OPENAI).encode(),
    "mistral": json.dumps(MISTRAL).encode(),
    "openrouter": json.dumps(OPENROUTER).encode(),
    "anthropic": json.dumps(ANTHROPIC).encode(),
    "google": json.dumps(GOOGLE).encode(),
    "model-eol": json.dumps(MODEL_EOL).encode(),
    "litellm": LITELLM,
    "outlast": OURS,
}


def read(kind: str, **origin: Any) -> Feed:
    return read_feed(EXAMPLES[kind], _origin(**origin))[1].feed


def _origin(**changed: Any) -> Origin:
    return Origin(**{"name": HERE.name, "seen": HERE.seen, **changed})


def dates(feed: Feed) -> list[tuple[str, str, str, str, str]]:
    return [(c.model, c.surface, c.event, c.date, c.precision) for c in feed.claims if c.precision != "derived"]


def test_every_format_has_an_example_a_mark_and_a_reader() -> None:
    assert set(EXAMPLES) == set(READERS) == set(LOOKED_FOR)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_document_is_recognised_by_what_stands_in_it(kind: str) -> None:
    assert recognised(EXAMPLES[kind], "x") == kind


@pytest.mark.parametrize("kind", EXAMPLES)
def test_unknown_words_are_no_reason_to_refuse(kind: str) -> None:
    grown = json.loads(EXAMPLES[kind])
    grown["a word of tomorrow"] = {"deep": [1, None]} if kind != "litellm" else {"litellm_provider": "tomorrow"}
    assert read_feed(json.dumps(grown).encode(), HERE)[1].feed == read(kind)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_every_statement_names_its_source_and_day(kind: str) -> None:
    feed = read(kind)
    for said in (*feed.listings, *feed.claims, *feed.successors, *feed.quotes):
        assert said.source.startswith("feed.json")
        assert said.seen in (TODAY, dt.date(2026, 11, 21))


def test_openai_says_the_day_of_the_end() -> None:
    feed = read("openai")
    assert dates(feed) == [("openai/gpt-4o", "api", "retired", "2027-01-14", "exact")]
    assert [said.model for said in feed.listings] == ["openai/gpt-4o", "openai/gpt-9"]


def test_a_list_of_an_imitator_needs_to_be_told_whose_it_is() -> None:
    raw = json.dumps({"data": [{"id": "m", "owned_by": "somebody", "shutdown_date": "2027-01-14"}]}).encode()
    draft = read_feed(raw, HERE)[1]
    assert not len(draft.feed)
    assert "--provider" in draft.passed_over[0]
    assert dates(read_feed(raw, _origin(provider="house"))[1].feed)[0][0] == "house/m"


def test_mistral_says_when_calls_fail_and_what_to_use_instead() -> None:
    feed = read("mistral")
    assert dates(feed) == [("mistral/mistral-small-2506", "api", "retired", "2026-07-31", "exact")]
    assert [(s.model, s.successor) for s in feed.successors] == [
        ("mistral/mistral-small-2506", "mistral/mistral-small-2603")
    ]
    assert feed.listings[0].context_window == 131072


def test_a_resellers_clock_and_price_are_its_own() -> None:
    feed = read("openrouter")
    assert dates(feed) == [("openrouter/openai/gpt-4o", "api", "retired", "2027-01-10", "exact")]
    assert [(q.model, q.price) for q in feed.quotes] == [
        (
            "openrouter/openai/gpt-4o",
            {"input": Decimal("2.5"), "output": Decimal(10), "cached_input": Decimal("1.25")},
        ),
        ("openrouter/meta/llama:free", {"input": Decimal(0), "output": Decimal(0)}),
    ]


def test_lists_without_ends_still_say_names_limits_and_days_of_release() -> None:
    claude, _ = (feed := read("anthropic")).listings
    assert (claude.name, claude.max_input_tokens) == ("Claude 9", 200000)
    assert [(c.model, c.event, c.date, c.precision) for c in feed.claims] == [
        ("anthropic/claude-9", "released", "2026-10-01", "derived")
    ]
    gemini = read("google")
    assert gemini.listings[0].max_output_tokens == 65536
    assert dates(gemini) == [("google/gemini-9", "api", "retired", "2027-03-01", "exact")]


def test_a_model_eol_feed_has_a_clock_per_channel_and_floors_stay_floors() -> None:
    feed = read("model-eol")
    assert dates(feed) == [
        ("openai/o9", "api", "deprecated", "2026-04-22", "exact"),
        ("openai/o9", "api", "retired", "2027-07-23", "exact"),
        ("openai/o9", "azure", "retired", "2027-12-26", "not_before"),
        ("openai/o8", "api", "retired", "2027-01-01", "not_before"),
        ("openai/o7", "api", "retired", "2027-02-01", "unspecified"),
    ]
    assert {said.seen for said in feed.claims} == {dt.date(2026, 11, 21)}
    assert [(s.successor, s.alternative) for s in feed.successors] == [("openai/gpt-9", False), ("openai/gpt-8", True)]


def test_the_price_map_is_exact_per_million_and_its_dates_are_unspecified() -> None:
    feed = read("litellm")
    quotes = {quote.model: quote for quote in feed.quotes}
    assert quotes["openai/gpt-9"].price == {
        "input": Decimal(1),
        "cached_input": Decimal("0.125"),
        "output": Decimal(10),
        "flex_output": Decimal(5),
    }
    assert (quotes["openai/gpt-9"].above_tokens, quotes["openai/gpt-9"].above) == (
        200_000,
        {"input": Decimal(2), "output": Decimal(15)},
    )
    assert quotes["google/gemini-9"].price == {"output": Decimal("0.3")}, "zero is not filled in, and not free"
    assert set(quotes) == {"openai/gpt-9", "google/gemini-9", "groq/maker/model"}
    assert dates(feed) == [
        ("openai/gpt-9", "api", "retired", "2027-01-14", "unspecified"),
        ("google/gemini-9", "vertex-ai", "retired", "2027-05-01", "unspecified"),
    ]


def test_the_price_map_can_be_read_for_one_provider() -> None:
    assert {quote.model for quote in read("litellm", provider="groq").quotes} == {"groq/maker/model"}


def test_our_own_list_of_models_is_read_back_as_what_the_catalogue_knows(catalog: Catalog) -> None:
    """``GET /v1/models`` of a gateway, taken over by another: nothing is new and nothing moves."""
    settings_ = Settings(
        providers={
            "openai": ProviderSettings(kind="scripted"),
            "mine": ProviderSettings(kind="scripted", catalog="openai", surface="azure"),
        }
    )
    listed = Offers(settings_, catalog, lambda: TODAY).document()
    kind, draft = read_feed(listed, _origin(name="http://gateway/v1/models"))
    assert kind == "openai"
    assert not draft.passed_over
    ends = {(c.model, c.surface) for c in draft.feed.claims if c.event == "retired"}
    assert len({surface for _, surface in ends}) == 2
    assert len(ends) > 100
    changes = merge(draft.feed, catalog)
    assert (changes.models, changes.claims, changes.moves, changes.repricings) == ([], [], [], [])


def test_the_catalogue_is_read_back_as_itself(catalog: Catalog) -> None:
    raw = export_outlast(list(catalog.models()), "", TODAY)
    kind, draft = read_feed(raw, HERE)
    assert kind == "outlast"
    assert len(draft.feed.claims) > 1_300
    changes = merge(draft.feed, catalog)
    assert changes.passed_over == []
    assert (changes.models, changes.claims, changes.moves) == ([], [], [])
    assert (changes.successions, changes.repricings) == ([], [])


@pytest.mark.parametrize("provider", ["openai", "anthropic", "google", "mistral"])
def test_the_model_eol_feed_that_we_write_says_nothing_new(catalog: Catalog, provider: str) -> None:
    models = [model for model in catalog.models() if model.provider == provider]
    kind, draft = read_feed(export_model_eol(models, provider, TODAY), HERE)
    assert kind == "model-eol"
    assert len(draft.feed.claims) > 40
    changes = merge(draft.feed, catalog)
    assert (changes.models, changes.claims, changes.moves) == ([], [], [])


# What cannot be meant.

BROKEN = {
    "a day that is none": ("openai", b'"2027-01-14"', b'"2027-02-30"'),
    "a word for a day": ("openai", b'"2027-01-14"', b'"soon"'),
    "a day that nobody lives to see": ("openai", b'"2027-01-14"', b'"9999-12-31"'),
    "a number for a day": ("openai", b'"2027-01-14"', b"20270114"),
    "an id with a line break": ("openai", b'"gpt-4o"', b'"gpt\\n4o"'),
    "an id that is a list": ("openai", b'"gpt-4o"', b'["gpt-4o"]'),
    "a price that is a word": ("openrouter", b'"0.0000025"', b'"cheap"'),
    "a price that is not a number": ("openrouter", b'"0.0000025"', b'"NaN"'),
    "a price without end": ("openrouter", b'"0.0000025"', b'"1e999999999"'),
    "a price of endless decimals": ("openrouter", b'"0.0000025"', b'"1e-999999999"'),
    "a dear token": ("litellm", b"1e-06", b"11.5"),
    "a price that is a list": ("litellm", b"1e-06", b"[1]"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_an_entry_that_cannot_be_meant_is_named_and_the_others_are_taken(case: str) -> None:
    kind, old, new = BROKEN[case]
    whole = read_feed(EXAMPLES[kind], HERE)[1]
    broken = read_feed(EXAMPLES[kind].replace(old, new, 1), HERE, kind)[1]
    assert len(broken.passed_over) == len(whole.passed_over) + 1
    assert 0 < len(broken.feed.listings) == len(whole.feed.listings) - 1


UNREADABLE = {
    "nothing": b"",
    "no JSON": b"<html>",
    "half": b'{"data": [',
    "another document": b'{"hello": 1}',
    "a list": b"[1, 2]",
    "a number": b"1e400",
    "not UTF-8": b'{"data": "\xff"}',
    "deep": b'{"data":' + b"[" * 100_000,
    "a later format of ours": b'{"format": "outlast-catalogue/2"}',
    "a claim of an unknown event": b'{"format": "outlast-catalogue/1", "claims": [{"event": "exploded"}]}',
    "a feed of no day": b'{"spec": "model-eol/0.1", "publisher": "openai", "generated": "soon", "models": []}',
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_document_that_cannot_be_read_is_named_in_one_error(case: str) -> None:
    with pytest.raises(CatalogInvalid, match=r"^feed\.json"):
        read_feed(UNREADABLE[case], HERE)


def test_a_document_of_no_known_format_is_told_what_was_looked_for() -> None:
    with pytest.raises(CatalogInvalid) as caught:
        read_feed(b'{"hello": 1}', HERE)
    assert all(mark in str(caught.value) for mark in LOOKED_FOR.values())


KINDS = st.sampled_from(["auto", *READERS])


@given(raw=st.binary(max_size=400), kind=KINDS)
def test_any_bytes_are_a_feed_or_one_error(raw: bytes, kind: str) -> None:
    readable(raw, kind)


INNER = {"id", "pricing", "claims", "name", "date", "owned_by", "created", "deprecation", "litellm_provider", "via"}
WORDS = st.sampled_from(sorted({word for raw in EXAMPLES.values() for word in json.loads(raw)} | INNER))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["2027-01-14", "openai", "a/b"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=6),
    max_leaves=20,
)


@given(document=st.dictionaries(WORDS, VALUES, max_size=8), kind=KINDS)
@settings(max_examples=50)
def test_any_json_is_a_feed_or_one_error(document: dict[str, Any], kind: str) -> None:
    readable(json.dumps(document).encode(), kind)


@given(kind=st.sampled_from(sorted(EXAMPLES)), at=st.floats(0, 1), cut=st.binary(max_size=6), gone=st.integers(0, 8))
@settings(max_examples=300)
def test_a_real_document_with_a_wound_is_a_feed_or_one_error(kind: str, at: float, cut: bytes, gone: int) -> None:
    raw = EXAMPLES[kind]
    place = int(at * len(raw))
    readable(raw[:place] + cut + raw[place + gone :], "auto")
    readable(raw[:place] + cut + raw[place + gone :], kind)


def readable(raw: bytes, kind: str) -> None:
    try:
        draft = read_feed(raw, HERE, kind)[1]
    except CatalogInvalid:
        return
    assert parse_supplement(encode_supplement(draft.feed), "x") == draft.feed


@given(st.decimals(min_value=0, max_value=1, places=15))
def test_a_price_per_token_is_exact_per_million(amount: Decimal) -> None:
    assert per_million(amount) == amount * 1_000_000
    assert checked_amount(per_million(amount)) == per_million(amount)
