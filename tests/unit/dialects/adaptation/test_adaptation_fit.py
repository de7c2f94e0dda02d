import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.catalog.models import Model
from outlast.dialects.adaptation import fits


def body(text: str, **more: object) -> bytes:
    return json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]} | more).encode()


def window(tokens: int | None) -> Model:
    return Model(provider="openai", id="m", name="", kind="chat", context_window=tokens)


@pytest.mark.parametrize(
    ("characters", "verdict"), [(100, "fits"), (3_000, "fits"), (6_000, "may not fit"), (13_000, "cannot fit")]
)
def test_only_what_is_surely_too_long_cannot_fit(characters: int, verdict: str) -> None:
    found = fits(body("x" * characters), window(1_000))
    assert (found.verdict, found.window) == (verdict, 1_000)


def test_an_unknown_window_says_nothing() -> None:
    assert fits(body("x" * 10_000), window(None)).verdict == "unknown"
    assert fits(body("x" * 10_000), None).verdict == "unknown"


def test_pictures_are_no_text() -> None:
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 50_000}}
    address = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 50_000}}
    for part in (picture, address):
        assert fits(body("hello", extra=[part]), window(1_000)).verdict == "fits"


def test_the_larger_of_two_stated_windows_counts() -> None:
    model = Model(provider="openai", id="m", name="", kind="chat", context_window=4_000, max_input_tokens=1_000)
    assert fits(body("x" * 13_000), model).verdict == "fits"


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.text(max_size=40) | st.integers(), lambda inner: st.lists(inner, max_size=4), max_leaves=10
)


@settings(max_examples=50)
@given(VALUES)
def test_the_least_is_never_above_the_estimate(value: Any) -> None:
    found = fits(json.dumps({"messages": value}).encode(), window(10))
    assert found.least <= found.estimated
    assert (found.verdict == "cannot fit") == (found.least > 10)
