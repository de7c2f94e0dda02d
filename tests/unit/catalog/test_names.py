"""Which model a name means, and what is offered for a name that means none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.catalog.names import Name, Names
from outlast.catalog.store import Catalog

NAMES = Names(
    [
        Name("acme/one", aliases=("one-latest", "two")),
        Name("acme/two"),
        Name(
            "acme/three", aliases=("shared",), channel_ids={"azure": "three-on-azure", "aws-bedrock": "acme.three-v1"}
        ),
        Name("acme/four", aliases=("shared",)),
        Name("other/one"),
    ]
)


@pytest.mark.parametrize(
    ("name", "means"),
    [
        ("acme/one", "acme/one"),
        ("acme/one-latest", "acme/one"),
        ("acme/two", "acme/two"),
        ("azure/three-on-azure", "acme/three"),
        ("aws-bedrock/acme.three-v1", "acme/three"),
        ("amazon-bedrock/acme.three-v1", "acme/three"),
        ("acme/shared", None),
        ("acme/five", None),
        ("one", None),
        ("", None),
    ],
)
def test_an_own_id_comes_before_an_alias_and_a_shared_name_means_nobody(name: str, means: str | None) -> None:
    assert NAMES.resolve(name) == means


def test_an_id_without_a_provider_names_everyone_who_has_it() -> None:
    assert NAMES.with_id("one") == ("acme/one", "other/one")
    assert NAMES.with_id("three") == ("acme/three",)
    assert NAMES.with_id("five") == ()


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("openai/gpt4o", "openai/gpt-4o"),
        ("gpt-40-mini", "openai/gpt-4o-mini"),
        ("openai/chatgpt-4o-lates", "openai/chatgpt-4o-latest"),
        ("OpenAI/GPT-4o", "openai/gpt-4o"),
        ("anthropic/claude-opus-41", "anthropic/claude-opus-4-1"),
        ("openapi/gpt-4o", "openai/gpt-4o"),
    ],
)
def test_a_misspelt_name_finds_what_was_meant(misspelt: str, meant: str, catalog: Catalog) -> None:
    assert meant in catalog.closest(misspelt)


def test_nothing_is_offered_for_what_resembles_nothing(catalog: Catalog) -> None:
    assert catalog.closest("zzzzqqqq/zzzzzzzzzz") == ()


@given(st.text(max_size=300), st.integers(0, 5))
def test_any_text_gets_at_most_so_many_known_names(text: str, limit: int) -> None:
    found = NAMES.closest(text, limit)
    assert len(found) <= limit
    assert all(NAMES.resolve(name) == name for name in found)
