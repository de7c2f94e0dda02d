"""What answers say: any text measured, any transcript read, and any answer put together from a stream."""

import json
import random

from fuzz.target import Target

from outlast.dialects.said import Collector, read_said
from outlast.errors import EvidenceInvalid
from outlast.tone.feature import FEATURES, NAMES
from outlast.tone.language import language_of
from outlast.tone.measure import measure
from outlast.tone.transcript import read_lines, read_page

# ruff: noqa: E501 - words of other languages as bytes read best as rows
TONE_WORDS = (
    b"I'm sorry, but I can't help with that. ", b"Great question! ", b"**bold** ", b"# Heading\n", b"- item\n", b"1. ",
    b"| a | b |\n|---|---|\n", b"```python\nx = 1\n```\n", b"```", b"`code`", b"\xf0\x9f\x98\x80", b"\xf0\x9f\x91\xa8\xe2\x80\x8d",
    b"\xe4\xbd\xa0\xe5\xa5\xbd\xe3\x80\x82", b"Potresti forse dirmi perch\xc3\xa9? ", b"Je suis d\xc3\xa9sol\xc3\xa9. ", b"Es tut mir leid. ", b"Lo siento. ",
    b"!", b"?", b"\n\n", b"\n", b" ", b"\xe2\x80\x94", b"don't ", b"\xe2\x80\x99", b"you ", b"perhaps ", b"\xe2\x80\xae", b"\x00",
    b'{"messages":[{"role":"assistant","content":"', b'{"role":"assistant","content":', b'"}]}\n', b"{", b"}", b"[", b'"',
)  # fmt: skip
SAID_WORDS = (
    b'{"choices":[{"index":0,"delta":{', b'{"choices":[{"message":{', b'"content":"a"', b'"content":[{"type":"text","text":"b"}]',
    b'"refusal":"no"', b'"tool_calls":[{"index":0,"id":"c1","function":{"name":"f","arguments":"{"}}]', b'"tool_calls":[{',
    b'"function_call":{"name":"g","arguments":', b'"arguments":{"a":1}', b'"index":1', b'"id":"c2"', b"}}]}", b"\n",
    b'"finish_reason":"stop"', b"null", b",", b"[", b"]", b"{", b"}", b"data: ", b"data: [DONE]", b"\\ud800", b"-1",
)  # fmt: skip


def check_tone(data: bytes, rng: random.Random) -> str:
    """Every feature has a value or none; shares lie between 0 and 1, counts are not negative, and twice is the same."""
    text = data.decode("utf-8", "replace")
    language = rng.choice(("", "en", "it", "fr", "de", "es", "zh", "xx"))
    values = measure(text, language)
    assert values == measure(text, language)
    assert len(values) == len(NAMES)
    for feature, value in zip(FEATURES, values, strict=True):
        assert value is None or (value >= 0 and value < float("inf")), feature.name
        assert value is None or feature.unit != "share of turns" or value <= 1, feature.name
    return (
        f"{language_of(text)} {sum(value is not None for value in values)} {sum(bool(value) for value in values) // 4}"
    )


def check_transcript(data: bytes, rng: random.Random) -> str:
    """Any bytes are turns or a clear error."""
    del rng
    read_page(data.decode("utf-8", "replace"), "fuzz")
    try:
        turns = list(read_lines(data.splitlines(), "fuzz"))
    except EvidenceInvalid as error:
        return str(error).partition(": ")[2][:30]
    return f"{min(len(turns), 5)} turns"


def check_said(data: bytes, rng: random.Random) -> str:
    """Any pieces add up to an answer; what is no completion changes nothing."""
    del rng
    collector = Collector()
    for piece in data.split(b"\n"):
        before = collector.said
        told = collector.piece(piece)
        assert told or (collector.said.text, collector.said.refusal) == (before.text, before.refusal)
        assert collector.said.text.startswith(before.text)
        assert len(collector.said.tool_calls) >= len(before.tool_calls)
        collector.event(piece)
    read_said(data)
    said = collector.said
    json.dumps([said.text, said.refusal, said.finish, [(call.name, call.arguments) for call in said.tool_calls]])
    return f"{min(len(said.tool_calls), 4)} {bool(said.text)} {bool(said.refusal)} {bool(said.finish)}"


TARGETS = (
    Target("tone", check_tone, TONE_WORDS),
    Target("transcripts", check_transcript, TONE_WORDS),
    Target("said", check_said, SAID_WORDS, share=2),
)
