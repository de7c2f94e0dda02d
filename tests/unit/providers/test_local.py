"""Files of weights as models, bodies as conversations, and what is refused in words."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.omni.tiny import head, random_tensors, weights_file

from outlast.errors import MalformedRequest, ModelNotFound, SettingsInvalid
from outlast.omni.engine import Manner
from outlast.omni.weights import pack
from outlast.providers.local import chat, hearing, speaking
from outlast.providers.local.asked import Call
from outlast.providers.local.chat_request import Message, read_chat
from outlast.providers.local.conversation import manner_of
from outlast.providers.local.refused import Refused
from outlast.providers.local.shelf import Shelf
from outlast.providers.local.work import Head, Stop
from outlast.settings.chat import PersonaSettings
from outlast.settings.file import parse_settings
from outlast.tone.persona import instructions


def named(name: str, date: str) -> bytes:
    return pack(msgspec.structs.replace(head(), name=name, date=date), random_tensors())


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    file = tmp_path_factory.mktemp("local") / "tiny.weights"
    file.write_bytes(weights_file())
    return Shelf.of_files([file])


def call(shelf: Shelf, body: bytes) -> Call:
    return Call(shelf=shelf, model="tiny", body=body, content_type="", id="0" * 32, created=1)


def test_models_are_called_as_their_files_say_and_the_family_means_the_newest(tmp_path: Path) -> None:
    one, two = tmp_path / "a", tmp_path / "b"
    one.write_bytes(named("omni-mini-2", "2026-12-01"))
    two.write_bytes(named("omni-mini-1", "2026-11-22"))
    shelf = Shelf.of_files([one, two])
    assert shelf.name("omni-mini") == "omni-mini-2"
    assert shelf.engine("omni-mini-1") is shelf.engine(shelf.name("omni-mini-1"))
    with pytest.raises(ModelNotFound, match="omni-mini-2, omni-mini-1"):
        shelf.name("omni-large")
    with pytest.raises(SettingsInvalid, match="second file"):
        Shelf.of_files([one, one])


def test_a_file_that_is_missing_or_broken_is_refused_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="take `file` out"):
        Shelf.of_files([tmp_path / "none"])
    (tmp_path / "cut").write_bytes(weights_file()[:-1])
    with pytest.raises(SettingsInvalid, match="fetch or make the file again"):
        Shelf.of_files([tmp_path / "cut"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ('kind = "local"', "needs `file`"),
        ('kind = "local"\nfile = "a"\nfiles = ["b"]', "both"),
        ('kind = "scripted"\nfiles = ["b"]', "use `file`"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(words: str, said: str) -> None:
    with pytest.raises(SettingsInvalid, match=said):
        parse_settings(f"[providers.local]\n{words}\n", packaged=False)


def test_a_persona_becomes_control_tokens_and_other_system_text_is_told_to_be_unused() -> None:
    persona = instructions(PersonaSettings(base="candid", warmth="more", enthusiasm="less"))
    manner = Manner(base="candid", warmth="more", enthusiasm="less")
    assert manner_of([Message("system", persona), Message("user", "Be calm.")]) == (manner, False)
    assert manner_of([Message("system", persona), Message("developer", "You are a pirate.")]) == (manner, True)
    emoji = instructions(PersonaSettings(emoji="more"))
    assert manner_of([Message("system", emoji)]) == (Manner(), True)


def test_an_answers_persona_and_unused_words_are_said_in_its_head(shelf: Shelf) -> None:
    messages = [{"role": "system", "content": "You are a pirate."}, {"role": "user", "content": "hi"}]
    body = msgspec.json.encode({"model": "tiny", "messages": messages, "temperature": 0.2, "max_tokens": 1})
    first = next(chat.answer(call(shelf, body), Stop()))
    assert isinstance(first, Head)
    assert dict(first.headers)["x-unused"] == "temperature, system"


USER: Any = [{"role": "user", "content": "hi"}]
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"messages": []}, "empty array"),
    ({"frobnicate": 1}, "Unrecognized request argument supplied: frobnicate"),
    ({"n": 2}, "'n' does not support 2"),
    ({"max_tokens": 0}, "integer below minimum"),
    ({"tools": [{}]}, "tools is not supported in this model"),
    ({"response_format": {"type": "json_object"}}, "response_format"),
    ({"stop": "."}, "'stop' is not supported"),
    ({"modalities": ["audio"]}, "Supported values are"),
    ({"modalities": ["text", "audio"]}, "Missing required parameter: 'audio'"),
    ({"modalities": ["text", "audio"], "audio": {"voice": "a", "format": "aac"}}, "'aac'"),
    ({"modalities": ["text", "audio"], "audio": {"voice": "a", "format": "mp3"}, "stream": True}, "stream=true"),
    ({"messages": 3}, "Invalid type for 'messages'"),
]


@pytest.mark.parametrize(("more", "words"), REFUSED, ids=range(len(REFUSED)))
def test_parameters_are_refused_in_openais_words(more: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        read_chat(msgspec.json.encode({"model": "tiny", "messages": USER} | more))


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([{"role": "tool", "content": "x"}, *USER], "Invalid value: 'tool'"),
        ([{"role": "assistant", "audio": {"id": "audio_1"}}, *USER], "sound is not kept here"),
        ([{"role": "system", "content": "x"}], "role 'user'"),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:"}}] * 17}], "17 pictures"),
        ([{"role": "user", "content": [{"type": "file"}]}], "'file'"),
        ([{"role": "user", "content": [{"type": "text"}]}], "each with its member"),
    ],
    ids=range(6),
)
def test_conversations_that_cannot_be_had_are_refused(shelf: Shelf, messages: Any, words: str) -> None:
    body = msgspec.json.encode({"model": "tiny", "messages": messages})
    with pytest.raises(Refused, match=words):
        list(chat.answer(call(shelf, body), Stop()))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"input": " "}, "nothing to say"),
        ({"input": "a" * 4_097}, "4097 characters"),
        ({"response_format": "aac"}, "'aac'"),
        ({"speed": 2}, "'speed'"),
        ({"stream_format": "sse"}, "'stream_format'"),
    ],
    ids=range(5),
)
def test_speech_is_refused_in_words(shelf: Shelf, more: dict[str, Any], words: str) -> None:
    body = msgspec.json.encode({"model": "tiny", "voice": "alloy", "input": "a", "response_format": "wav"} | more)
    with pytest.raises(Refused, match=words):
        list(speaking.answer(call(shelf, body), Stop()))


def form(**given: str) -> bytes:
    parts = "".join(f'--b\r\ncontent-disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in given.items())
    return f"{parts}--b--\r\n".encode()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (form(model="tiny"), "'file'"),
        (form(file="x", stream="true"), "'stream'"),
        (form(file="x", response_format="srt"), "'srt'"),
        (form(file="x", chunking_strategy="auto"), "chunking_strategy"),
    ],
    ids=range(4),
)
def test_transcriptions_are_refused_in_words(shelf: Shelf, body: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        list(hearing.answer(call(shelf, body), Stop()))


@given(st.binary(max_size=80))
def test_any_body_is_refused_and_breaks_nothing(shelf: Shelf, body: bytes) -> None:
    for job in (chat.answer, speaking.answer, hearing.answer):
        with pytest.raises((Refused, MalformedRequest)):
            list(job(call(shelf, body), Stop()))
