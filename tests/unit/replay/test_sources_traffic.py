"""Recorded exchanges of real providers, each one brought as a chat or left out with its reason."""

import json
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from outlast.dialects.registry import DIALECTS
from outlast.replay.items import make_item
from outlast.replay.sources.answers import answer_of
from outlast.replay.sources.brought import Brought, LeftOut
from outlast.replay.sources.openai_lines import read_traffic
from outlast.replay.sources.shape import Untranslatable

TRAFFIC = Path(__file__).parents[4] / "shared" / "traffic"
CHAT = DIALECTS["chat"]
LEAST = {
    "openai-chat": (152, 152),
    "compatible-chat": (185, 183),
    "anthropic-messages": (128, 128),
    "gemini": (260, 257),
    "openai-responses": (123, 118),
}
"""Requests that can be asked again, and those of them whose answer is read."""
REASONS = (
    "which its provider runs, has no counterpart",
    "the block ",
    "a tool's result of a kind",
    "a file that its provider keeps",
    "stands for words that are not in it",
    "no chat, but ",
    "it was answered with the status",
)


@pytest.mark.parametrize("name", LEAST)
def test_every_real_request_is_a_chat_or_left_out_for_a_reason_that_is_known(name: str) -> None:
    file = TRAFFIC / f"{name}.jsonl"
    if not file.exists():
        pytest.skip("the recorded traffic is not here")
    asked = answered = 0
    odd: Counter[str] = Counter()
    for line in file.read_text("utf-8").splitlines():
        try:
            [read] = read_traffic(json.loads(line))
        except Untranslatable as error:
            read = LeftOut(str(error))
        if isinstance(read, Brought):
            asked += 1
            answered += read.answer is not None
            item = make_item(msgspec.json.encode(read.request))
            CHAT.decode_request(item.request, CHAT.peek(item.request, "/v1/chat/completions"))
        elif isinstance(read, LeftOut) and not any(each in read.reason for each in REASONS):
            odd[read.reason] += 1
    assert odd == {}
    assert asked >= LEAST[name][0]
    assert answered >= LEAST[name][1]


@pytest.mark.parametrize("name", ["anthropic-messages", "gemini", "openai-responses"])
def test_a_real_answer_says_the_same_wherever_its_stream_is_cut_off_or_nothing(name: str) -> None:
    file = TRAFFIC / f"{name}.jsonl"
    if not file.exists():
        pytest.skip("the recorded traffic is not here")
    streams = [
        each["response"]
        for each in map(json.loads, file.read_text("utf-8").splitlines())
        if each["response_kind"] == "text" and each["status"] == 200 and len(each["response"]) < 20_000
    ][:8]
    assert streams
    for text in streams:
        whole = answer_of(text)
        if whole is None:
            continue
        for size in range(0, len(text), max(1, len(text) // 25)):
            part = answer_of(text[:size])
            assert part is None or part.said == whole.said
