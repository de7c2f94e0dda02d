"""Tables of weights, folders and what a wish is; none of it needs torch."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.errors import MalformedRequest, ModelNotFound, RequestTooLarge, SettingsInvalid, Untranslatable
from outlast.providers.local.chat_request import read_chat
from outlast.providers.local.giving import Running
from outlast.providers.local.refused import Refused
from outlast.providers.local.work import Stop
from outlast.providers.transformers import library
from outlast.providers.transformers.generating import chance
from outlast.providers.transformers.pieces import Pieces
from outlast.providers.transformers.port import Sense, Told, Wish
from outlast.providers.transformers.reading import unused_by, wish_of
from outlast.providers.transformers.shelf import Shelf
from outlast.settings import parse_settings
from outlast.settings.weights import WeightsSettings


class Deaf:
    """A model that reads and speaks, and computes nothing."""

    hears: frozenset[Sense] = frozenset({"text"})
    voices = ("Chelsie", "Ethan")
    hertz = 24_000

    def answer(self, wish: Wish, stop: Stop) -> Running:
        raise NotImplementedError


def wished(**more: Any) -> tuple[Wish, tuple[str, ...]]:
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}]} | more
    request = read_chat(msgspec.json.encode(body))
    return wish_of(request, Deaf()), unused_by(request, Deaf())


def aloud(voice: str) -> dict[str, Any]:
    return {"modalities": ["text", "audio"], "audio": {"voice": voice, "format": "wav"}}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ('kind = "transformers"', "needs `weights`"),
        ('kind = "scripted"\nweights.a = { folder = "a" }', "has no `weights`"),
        ('kind = "transformers"\nweights.a = {}', "neither `folder` nor `hub`"),
        ('kind = "transformers"\nweights.a = { folder = "a", hub = "b/c" }', "both `folder` and `hub`"),
        ('kind = "transformers"\nweights.a = { folder = "a", fetch = true }', "of `hub` alone"),
        ('kind = "transformers"\nweights.a = { folder = "a", device = "tpu" }', "spread|cpu"),
        ('kind = "transformers"\nweights.a = { folder = "a", longest_speech = 0 }', "weights: Expected"),
    ],
    ids=range(7),
)
def test_a_table_that_cannot_be_meant_is_refused(words: str, said: str) -> None:
    with pytest.raises(SettingsInvalid, match=said):
        parse_settings(f"[providers.open]\n{words}\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file"),
        (b"{", "no description of a model"),
        (b"[]", "no description of a model"),
        (b'{"model_type": 3}', "which is no name"),
        (b'{"model_type": "moshi"}', "listens and speaks at once"),
    ],
    ids=range(5),
)
def test_a_folder_that_holds_no_model_is_refused_at_start(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "config.json").write_bytes(content)
    with pytest.raises(SettingsInvalid, match=said):
        Shelf({"a": WeightsSettings(folder=".")}, tmp_path)


def test_a_model_that_nobody_named_does_not_exist(tmp_path: Path) -> None:
    shelf = Shelf({"a": WeightsSettings(hub="b/c")}, tmp_path)
    assert shelf.name("a") == "a"
    with pytest.raises(ModelNotFound, match="this provider has: a"):
        shelf.name("b")


@pytest.mark.skipif(library.missing() == (), reason="the extra is installed")
def test_what_is_not_installed_is_named_with_the_way_to_it() -> None:
    with pytest.raises(SettingsInvalid, match=r"pip install 'outlast\[transformers\]'"):
        library.check_installed("open")


def test_a_developer_speaks_as_the_system_and_a_voice_is_known_by_its_name() -> None:
    wish, unused = wished(messages=[{"role": "developer", "content": "a"}, {"role": "user", "content": "b"}])
    assert wish.told == (Told("system", ("a",)), Told("user", ("b",)))
    assert (wish.aloud, unused) == (False, ())
    assert wished(**aloud("ethan"))[0].voice == "Ethan"
    wish, unused = wished(**aloud("alloy"), frequency_penalty=1)
    assert (wish.voice, unused) == ("Chelsie", ("frequency_penalty", "audio.voice"))


def test_no_heat_is_no_chance_and_silence_leaves_the_models_own() -> None:
    assert chance(None, None) == {}
    assert chance(0, 0.5) == {"do_sample": False}
    assert chance(0.5, None) == {"do_sample": True, "temperature": 0.5}
    assert chance(None, 0.5) == {"do_sample": True, "top_p": 0.5}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"temperature": 2.1}, "0 to 2"),
        ({"top_p": -0.1}, "0 to 1"),
        ({"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]}, "takes 'text'"),
        ({"messages": [{"role": "user", "content": [{"type": "file"}]}]}, "'file'"),
        ({"messages": [{"role": "assistant", "content": "a"}]}, "role 'user'"),
    ],
    ids=range(5),
)
def test_what_a_model_cannot_be_asked_is_refused(more: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        wished(**more)


class Bytes:
    """A tokeniser of bytes."""

    def decode(self, tokens: list[int], **_words: object) -> str:
        return bytes(tokens).decode(errors="replace")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\ufffd"), max_size=30))
def test_text_is_given_letter_by_letter_and_never_half_of_one(text: str) -> None:
    pieces = Pieces(Bytes())
    pieces.put(np.arange(5))  # the prompt
    for each in text.encode():
        pieces.put(np.array([each]))
    pieces.end()
    assert list(pieces) == list(text)


@given(st.binary(max_size=60))
def test_bytes_that_are_no_text_are_given_too(content: bytes) -> None:
    pieces = Pieces(Bytes())
    pieces.put(np.arange(5))
    for each in content:
        pieces.put(np.array([each]))
    pieces.end()
    assert bool(list(pieces)) == bool(content)


class Hears(Deaf):
    hears: frozenset[Sense] = frozenset({"text", "image_url", "input_audio"})


@given(st.sampled_from(["data:image/png;base64,", ""]), st.text(max_size=40), st.sampled_from(["wav", "pcm16", "?"]))
def test_any_part_is_read_or_refused(start: str, content: str, form: str) -> None:
    parts = [
        {"type": "image_url", "image_url": {"url": start + content}},
        {"type": "input_audio", "input_audio": {"data": content, "format": form}},
    ]
    for part in parts:
        body = {"model": "m", "messages": [{"role": "user", "content": [part]}]}
        try:
            wish_of(read_chat(msgspec.json.encode(body)), Hears())
        except (Refused, MalformedRequest, RequestTooLarge, Untranslatable):
            continue
