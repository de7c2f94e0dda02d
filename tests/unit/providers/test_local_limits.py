"""What a call may cost the local provider: long texts, long pasts, answers without a word, weights that fail."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.omni.tiny import tiny_session, weights_file

from outlast.errors import ContextFull
from outlast.omni.engine import Event, Opening
from outlast.omni.label import Label
from outlast.providers.local import speaking
from outlast.providers.local.asked import Call
from outlast.providers.local.chat_request import read_chat
from outlast.providers.local.chat_wire import Counted, Known
from outlast.providers.local.conversation import push
from outlast.providers.local.giving import Given
from outlast.providers.local.refused import Refused
from outlast.providers.local.shelf import Shelf
from outlast.providers.local.work import Head, Stop, Stopped


class Silent:
    """An answer that ends before it said anything."""

    finish: Literal["stop", "length"] = "stop"

    def events(self) -> Iterator[Event]:
        yield from ()

    def counted(self) -> Counted:
        return Counted(read=1, patches=0, tiles=0, written=0, frames=0)


def test_an_answer_without_a_word_still_has_a_beginning_and_an_end() -> None:
    known = Known(id="a", created=1, model="m")
    given = Given(known=known, encoder=None, headers=(), stream=True, with_usage=False)
    first, *rest = given.of(Silent())
    assert isinstance(first, Head)
    assert first.status == 200
    assert b"".join(each for each in rest if isinstance(each, bytes)).endswith(b"data: [DONE]\n\n")


def test_nobody_computes_a_past_that_nobody_waits_for() -> None:
    asked = read_chat(
        msgspec.json.encode(
            {"model": "m", "messages": [{"role": "assistant", "content": "one"}, {"role": "user", "content": "two"}]}
        )
    )
    stop = Stop()
    stop.ask()
    session = tiny_session()
    before = session.remembered
    with pytest.raises(Stopped):
        push(session, asked.messages, stop)
    assert session.remembered == before


def test_a_text_that_has_no_room_is_not_even_cut_into_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    session = tiny_session(Opening())
    monkeypatch.setattr("outlast.omni.vocabulary.Vocabulary.encode", _never)
    with pytest.raises(ContextFull):
        session.push_text("a" * 1_000_000)
    with pytest.raises(ContextFull):
        session.recall("a" * 1_000_000)


def _never(*given: object) -> list[int]:
    raise AssertionError(given)


@given(st.text(st.sampled_from("ab .?!"), max_size=3_000))
def test_portions_hold_all_that_was_to_be_said_and_none_is_too_long(text: str) -> None:
    found = speaking.portions(text)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(0 < len(each) <= 400 for each in found)


def test_as_much_is_read_aloud_as_is_promised(tmp_path: Path) -> None:
    (tmp_path / "tiny.weights").write_bytes(weights_file())
    text = ("one two three. " * 400)[: speaking.MOST_CHARACTERS]
    body = msgspec.json.encode({"model": "tiny", "input": text, "response_format": "pcm"})
    shelf = Shelf.of_files([tmp_path / "tiny.weights"])
    call = Call(shelf=shelf, model="tiny", body=body, content_type="", id="0" * 32, created=1)
    running = speaking.answer(call, Stop())
    head = next(running)
    assert isinstance(head, Head)
    assert head.status == 200


def test_weights_that_fail_when_they_are_asked_are_told_to_the_log_and_no_path_to_the_caller(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cut.weights").write_bytes(weights_file()[:-1])
    shelf = Shelf.of_snapshots([(Label("tiny", "tiny", "2026-11-22"), tmp_path / "cut.weights")])
    call = Call(shelf=shelf, model="tiny", body=b"", content_type="", id="0" * 32, created=1)
    with caplog.at_level(logging.ERROR), pytest.raises(Refused) as found:
        _ = call.engine
    refusal = found.value.refusal
    assert (refusal.status, refusal.code) == (500, "weights_invalid")
    assert str(tmp_path) not in refusal.message
    assert str(tmp_path) in caplog.text
