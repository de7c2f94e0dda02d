"""What a hostile caller or upstream can put into a translation: it stays JSON, asks one model, and breaks no header."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.dialects.conversation.losses import LONGEST_NAME, MOST_NAMED, Losses
from outlast.dialects.dialect import Dialect, Framing
from outlast.dialects.registry import DIALECTS
from outlast.dialects.translation import Translation, translate
from outlast.errors import MalformedRequest, Untranslatable

FRAMING = Framing(id="req_1", model="m", created=1)
ASKED = DIALECTS["chat"].peek(b'{"model":"m","messages":[]}', "")
EVERY = list(DIALECTS.values())
PATH = "/v1beta/models/google/gemini:generateContent"
SEEDS = sorted((Path(__file__).parents[3] / "fuzz/corpus/calls").iterdir())
INJECTED = b'{"type":"x"},"model":"evil","y":{"a":1}'


def members(body: bytes) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = json.loads(body, object_pairs_hook=lambda pairs: pairs)
    return found


def asks_one_model(body: bytes, model: str, target: Dialect) -> bool:
    named = [value for name, value in members(body) if name == "model"]
    return named == ([] if target.name == "gemini" else [model])


@pytest.mark.parametrize("target", EVERY, ids=lambda each: each.name)
@pytest.mark.parametrize("caller", EVERY, ids=lambda each: each.name)
def test_whatever_comes_in_the_body_that_goes_upstream_asks_the_targets_model_and_no_other(
    caller: Dialect, target: Dialect
) -> None:
    asked = 0
    for seed in SEEDS:
        try:
            request = caller.peek(body := seed.read_bytes(), PATH)
            made = translate(
                caller.decode_request(body, request), "target", caller=caller, target=target, framing=FRAMING
            )
        except (MalformedRequest, Untranslatable):
            continue
        asked += 1
        assert asks_one_model(made.request.for_upstream("target"), "target", target)
        assert asks_one_model(request.for_upstream("target"), "target", caller)
    assert asked


def hidden(part: dict[str, object]) -> str:
    return base64.b64encode(json.dumps(part).encode()).decode()


@pytest.mark.parametrize("target", EVERY, ids=lambda each: each.name)
def test_what_a_caller_hides_in_a_signature_adds_no_member(target: Dialect) -> None:
    wire = base64.b64encode(INJECTED).decode()
    parts: list[dict[str, object]] = [
        {"type": "Native", "dialect": target.name, "what": "x", "wire": wire},
        {"type": "Thinking", "dialect": target.name, "signature": "s", "extra": {f"{target.name}:x": wire}},
    ]
    for part in parts:
        google = base64.b64encode(b"outlast-part" + json.dumps(part).encode()).decode()
        bodies = {
            "gemini": {
                "contents": [
                    {"role": "model", "parts": [{"text": "", "thought": True, "thoughtSignature": google}]},
                    {"role": "user", "parts": [{"text": "go"}]},
                ]
            },
            "anthropic": {
                "model": "m",
                "max_tokens": 1,
                "messages": [
                    {
                        "role": "assistant",
                        "content": [
                            {"type": "redacted_thinking", "data": f"outlast:{hidden(part)}"},
                            {"type": "thinking", "thinking": "", "signature": f"outlast:{hidden(part)}"},
                        ],
                    },
                    {"role": "user", "content": "go"},
                ],
            },
        }
        for name, body in bodies.items():
            caller = DIALECTS[name]
            data = json.dumps(body).encode()
            request = caller.decode_request(data, caller.peek(data, PATH))
            try:
                made = translate(request, "target", caller=caller, target=target, framing=FRAMING)
            except Untranslatable:
                continue
            assert asks_one_model(made.request.for_upstream("target"), "target", target)
            assert b"evil" not in made.request.for_upstream("target")


@given(st.lists(st.text(max_size=300), max_size=40))
def test_names_of_what_is_lost_fit_into_a_header_whatever_callers_call_their_members(names: list[str]) -> None:
    losses = Losses()
    losses.drop_extra({f"chat:{name}": b"1" for name in names}, "gemini", "messages")
    said = str(losses)
    assert said.isascii()
    assert said.isprintable() or not said
    assert said.count(",") == max(len(losses.names) - 1, 0)
    assert len(said) <= MOST_NAMED * (LONGEST_NAME + 1)
    assert bool(losses) == bool(names)


@pytest.mark.parametrize("caller", EVERY, ids=lambda each: each.name)
def test_bytes_of_an_upstream_that_are_no_utf8_become_json_for_the_caller(caller: Dialect) -> None:
    answer = b'{"candidates":[{"content":{"parts":[{"executableCode":{"code":"\xff"}},{"text":"\xff"}]},"index":0}]}'
    made = Translation(caller=caller, target=DIALECTS["gemini"], request=ASKED, losses=Losses(), framing=FRAMING)
    assert isinstance(json.loads(made.answer(answer)), dict)
    stream = made.stream()
    out = stream.feed(b"data: " + answer + b"\n\n") + stream.feed(b"data: " + answer) + stream.finish() + stream.held()
    assert "\ufffd" in out.decode()
    assert "\ufffd" in made.answer_as_stream(answer).decode()


@pytest.mark.parametrize("created", [2**62, -(2**62), 0])
def test_any_time_of_an_upstream_is_a_time_of_googles(created: int) -> None:
    made = Translation(
        caller=DIALECTS["gemini"], target=DIALECTS["chat"], request=ASKED, losses=Losses(), framing=FRAMING
    )
    answer = json.dumps({"created": created, "choices": []}).encode()
    assert json.loads(made.answer(answer))["createTime"].endswith("Z")


NAMES = st.sampled_from(("model", "messages", "contents", "input", "prompt", "x_outlast", "extra", "stream")) | st.text(
    max_size=9
)
JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.just("evil") | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


@given(
    st.sampled_from(SEEDS),
    st.dictionaries(NAMES, JSONISH, max_size=4),
    st.sampled_from(EVERY),
    st.sampled_from(EVERY),
)
def test_no_member_that_a_caller_adds_changes_the_model_that_is_asked(
    seed: Path, more: dict[str, object], caller: Dialect, target: Dialect
) -> None:
    body = json.dumps({**more, **json.loads(seed.read_bytes()), "model": "m", "x": more}).encode()
    try:
        asked = caller.peek(body, PATH)
        assert asks_one_model(asked.for_upstream("target"), "target", caller)
        made = translate(caller.decode_request(body, asked), "target", caller=caller, target=target, framing=FRAMING)
    except (MalformedRequest, Untranslatable):
        return
    assert asks_one_model(made.request.for_upstream("target"), "target", target)
