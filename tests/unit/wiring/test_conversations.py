"""A call's conversation is the same whether its body was read whole or only where it begins."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.dialects.registry import DIALECTS
from outlast.errors import MalformedRequest
from outlast.gateway.call import Call
from outlast.gateway.caller import Caller
from outlast.gateway.meter import Meter
from outlast.rollout.fingerprint import began, fingerprint
from outlast.testing.gateway import HandClock
from outlast.wiring.conversations import Beginnings, has_begun

PATHS = {"chat": "/v1/chat/completions", "anthropic": "/v1/messages"}
TEXTS = st.text(max_size=6) | st.just("Hello")
IMAGE = {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}
CONTENTS = {
    "chat": TEXTS | st.lists(TEXTS.map(lambda text: {"type": "text", "text": text}) | st.just(IMAGE), max_size=2),
    "anthropic": TEXTS
    | st.lists(
        TEXTS.map(lambda text: {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}), max_size=2
    ),
}
ROLES = {"chat": ("system", "developer", "user", "assistant", "tool"), "anthropic": ("system", "user", "assistant")}


@st.composite
def bodies(draw: st.DrawFn, dialect: str) -> bytes:
    turns = st.fixed_dictionaries(
        {"role": st.sampled_from(ROLES[dialect]), "content": CONTENTS[dialect]},
        optional={"tool_call_id": st.just("c")} if dialect == "chat" else {},
    )
    body: dict[str, object] = {"model": "m", "messages": draw(st.lists(turns, max_size=5))}
    if dialect == "anthropic":
        body["max_tokens"] = 9
        above = draw(st.none() | CONTENTS[dialect])
        if above is not None or draw(st.booleans()):
            body["system"] = above
    written = json.dumps(body, ensure_ascii=draw(st.booleans()))
    return written.encode("utf-8", errors="surrogatepass")


def metered(body: bytes, dialect: str, key: str = "k") -> Meter:
    spoken = DIALECTS[dialect]
    call = Call(id="r", method="POST", path=PATHS[dialect], query="", headers={}, body=body, arrived_ns=0)
    meter = Meter(call, HandClock().clock(), spoken, caller=Caller(key))
    meter.request = spoken.peek(body, PATHS[dialect])
    return meter


@pytest.mark.parametrize("dialect", PATHS)
@given(data=st.data())
def test_the_beginning_alone_names_the_same_conversation_as_the_whole_body(dialect: str, data: st.DataObject) -> None:
    body = data.draw(bodies(dialect))
    beginnings = Beginnings()
    try:
        whole = metered(body, dialect).canonical()
    except MalformedRequest:  # what nobody can read has a name all the same
        assert beginnings.conversation(metered(body, dialect), None)
        return
    names = [beginnings.conversation(metered(body, dialect), None) for _ in range(2)]
    assert names == [fingerprint(whole, "k")] * 2
    assert has_begun(metered(body, dialect)) == began(whole)


def chat(*turns: tuple[str, object]) -> bytes:
    return json.dumps({"model": "m", "messages": [{"role": role, "content": said} for role, said in turns]}).encode()


def test_a_later_turn_is_known_again_without_its_body_being_read_whole() -> None:
    beginnings = Beginnings()
    first, later = chat(("user", "Hi")), chat(("user", "Hi"), ("assistant", "Yes?"), ("user", "More"))
    one, other = metered(first, "chat"), metered(later, "chat")
    assert beginnings.conversation(one, None) == beginnings.conversation(other, None)
    assert (one.meant, other.meant) == (None, None)
    assert (has_begun(one), has_begun(other)) == (False, True)


def test_another_key_or_dialect_or_another_beginning_is_another_conversation() -> None:
    beginnings = Beginnings()
    body = chat(("user", "Hi"))
    found = [
        beginnings.conversation(metered(body, "chat"), None),
        beginnings.conversation(metered(body, "chat", "other"), None),
        beginnings.conversation(metered(chat(("system", "Be kind."), ("user", "Hi")), "chat"), None),
        beginnings.conversation(metered(chat(("user", "Hi" * 1000)), "chat"), None),
        beginnings.conversation(metered(body, "chat"), "named by its caller"),
    ]
    assert len(set(found)) == len(found)


def test_a_beginning_with_a_tools_result_is_read_whole() -> None:
    call = {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f"}}]}
    result = {"role": "tool", "tool_call_id": "c", "content": "4"}
    body = json.dumps({"model": "m", "messages": [call, result, {"role": "user", "content": "Hi"}]}).encode()
    meter = metered(body, "chat")
    assert Beginnings().conversation(meter, None) == fingerprint(meter.canonical(), "k")
