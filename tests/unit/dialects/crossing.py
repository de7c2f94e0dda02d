"""Takes requests, answers, streams and errors through another dialect, and says what became of them.

Every crossing is judged by ``aspects``: pass, a loss that was owned up to, a clear refusal, or a silent loss.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
import pytest
from tests.unit.dialects.aspects import (
    OF_REPLY,
    OF_REQUEST,
    Aspects,
    Explains,
    parts_aspects,
    reply_aspects,
    request_aspects,
)

from outlast.dialects.conversation.collect import collect
from outlast.dialects.conversation.losses import MOST_NAMED, UNMISSED, Losses
from outlast.dialects.conversation.reply import Event, Reply
from outlast.dialects.conversation.request import Message, Request
from outlast.dialects.dialect import Dialect, Framing
from outlast.dialects.registry import DIALECTS
from outlast.dialects.sse import Splitter
from outlast.dialects.translation import translate
from outlast.errors import Untranslatable

TRAFFIC = Path(__file__).parents[4] / "shared" / "traffic"
FRAMING = Framing(id="call-1", model="asked-for", created=1_700_000_000)
MODELS = {
    "chat": "gpt-4.1",
    "responses": "gpt-4.1",
    "anthropic": "claude-opus-4-5",
    "gemini": "gemini-2.5-pro",
    "completions": "gpt-3.5-turbo-instruct",
}
"""A target of each dialect: some write a request by what its model takes."""
_ENDINGS = (
    ("/chat/completions", "chat"),
    ("/responses", "responses"),
    ("/v1/messages", "anthropic"),
    (":generateContent", "gemini"),
    (":streamGenerateContent", "gemini"),
)
PATHS = {"gemini": "/v1beta/models/any:generateContent"}
"""Where the others do not look at a path."""
RETURNED = ("call signatures", "thinking", "citations", "natives", "media")
"""Aspects of an answer that matter when it is given back."""
_BESIDE = {"gemini": frozenset({"citations"})}
"""What stands beside a dialect's turn, so that even its own clients never give it back: read from the answer."""
_LATE_TIER = re.compile(rb'"serviceTier":"(\w+)"')
"""Google says last what the canonical stream says first: its clients read it, our decoder has no place for it."""
_HELLO = {"role": "user", "content": "Hello"}
Verdict = Literal["pass", "loss", "refused", "silent"]


@dataclass(frozen=True, slots=True)
class Crossed:
    """What one crossing did."""

    names: tuple[str, ...] = ()
    """Of the losses that were owned up to."""
    silent: Mapping[str, tuple[object, object]] = field(default_factory=dict)
    """Aspects that differ without a word, before and after."""
    refused: str = ""
    """The dialect's clear word that this cannot be said at all."""

    @property
    def verdict(self) -> Verdict:
        """In one word, the worst first."""
        if self.silent:
            return "silent"
        if self.refused:
            return "refused"
        return "loss" if self.names else "pass"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One recorded call of a conversation."""

    where: str
    dialect: Dialect
    path: str
    request: bytes
    status: int
    answer: bytes
    streamed: bool

    def read(self) -> Request:
        """The request, as its dialect reads it."""
        return self.dialect.decode_request(self.request, self.dialect.peek(self.request, self.path))


@cache
def recorded() -> tuple[Exchange, ...]:
    """Every recorded call of a dialect of conversations, file by file."""
    if not TRAFFIC.exists():
        pytest.skip("NO RECORDED TRAFFIC: REAL EXCHANGES ARE NOT CROSSED")
    return tuple(
        exchange
        for file in sorted(TRAFFIC.glob("*.jsonl"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        for exchange in _exchange(f"{file.name} line {number}", json.loads(line))
    )


def _exchange(where: str, line: dict[str, object]) -> Iterator[Exchange]:
    path = urlsplit(str(line.get("uri", ""))).path
    name = next((name for ending, name in _ENDINGS if path.endswith(ending)), "")
    if not name or line["method"] != "POST":
        return
    answer = line["response"]
    text = answer if isinstance(answer, str) else compact(answer).decode()
    streamed = line["status"] == 200 and text.lstrip().startswith(("data:", "event:", ":"))
    yield Exchange(
        where, DIALECTS[name], path, compact(line["request"]), int(str(line["status"])), text.encode(), streamed
    )


def compact(value: object) -> bytes:
    """JSON as it stands inside of events."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def cross_request(request: Request, caller: Dialect, target: Dialect) -> tuple[Crossed, Request | None]:
    """Written for the target and read there; and what the target would have read."""
    try:
        made = translate(request, MODELS[target.name], caller=caller, target=target, framing=FRAMING)
    except Untranslatable as error:
        return Crossed(refused=str(error)), None
    there = target.decode_request(made.request.envelope.body, made.request)
    found = _judged(request_aspects(request), request_aspects(there), made.losses, OF_REQUEST)
    missed = {} if len(made.losses.names) >= MOST_NAMED else _unnamed(request, there, made.losses)
    return Crossed(found.names, {**found.silent, **missed}), there


def _unnamed(request: Request, there: Request, losses: Losses) -> dict[str, tuple[object, object]]:
    """Members of the caller's own that neither went over nor were named."""
    went = {key.partition(":")[2] for key in there.extra}
    keys = [key for key in request.extra if key.partition(":")[2] not in went and key not in UNMISSED]
    lost = [key for key in keys if not any(key.partition(":")[2] in name for name in losses.names)]
    return {f"extra {key}": (request.extra[key], None) for key in lost}


def cross_reply(reply: Reply, caller: Dialect) -> tuple[Crossed, bytes]:
    """An answer written for the caller, read there, and given back in the caller's next request; and its body."""
    losses = Losses()
    body = caller.encode_reply(reply, FRAMING, losses)
    there = caller.decode_reply(body)
    return _judged(heard(reply), _told(there, body, caller), losses, OF_REPLY), body


def cross_events(events: list[Event], caller: Dialect) -> tuple[Crossed, bytes]:
    """The same of a stream; its body is the whole answer that a client has put together."""
    losses = Losses()
    encoder = caller.event_encoder(FRAMING, losses)
    stream = b"".join(map(encoder.event, events))
    there = collect(decoded(caller, stream))
    if late := _LATE_TIER.search(stream):
        there = msgspec.structs.replace(there, service_tier=late[1].decode().lower().replace("standard", "default"))
    body = caller.encode_reply(there, FRAMING, Losses())
    return _judged(heard(collect(events)), _told(there, body, caller), losses, OF_REPLY), body


def heard(reply: Reply) -> dict[str, object]:
    """Everything that an answer says."""
    parts = reply.candidates[0].parts if reply.candidates else ()
    return reply_aspects(reply) | {name: parts_aspects(parts)[name] for name in RETURNED}


def _told(there: Reply, body: bytes, caller: Dialect) -> dict[str, object]:
    """What a caller reads in an answer, and what stands in the model's turn when it is given back as it came."""
    parts = [part for message in returned(body, caller) for part in message.parts]
    given_back, read = parts_aspects(parts), heard(there)
    beside = _BESIDE.get(caller.name, frozenset())
    return read | {name: given_back[name] for name in RETURNED if name not in beside}


def returned(body: bytes, caller: Dialect) -> tuple[Message, ...]:
    """The model's turns of the next request, read from an answer that the client gives back as it came."""
    answer = msgspec.json.decode(body, type=dict[str, Any])
    turn: dict[str, object]
    match caller.name:
        case "chat":
            turn = {"messages": [_HELLO, *(choice["message"] for choice in answer["choices"][:1])]}
        case "anthropic":
            turn = {"messages": [_HELLO, {"role": "assistant", "content": answer["content"]}], "max_tokens": 1}
        case "gemini":
            hello = {"role": "user", "parts": [{"text": "Hello"}]}
            turn = {"contents": [hello, *(each["content"] for each in answer.get("candidates", ())[:1])]}
        case "responses":
            turn = {"input": [_HELLO, *answer["output"]]}
        case _:
            return ()
    asked = {"model": "any", **turn}
    written = compact(asked)
    request = caller.decode_request(written, caller.peek(written, PATHS.get(caller.name, "")))
    return tuple(message for message in request.messages if message.role == "assistant")


def decoded(dialect: Dialect, stream: bytes) -> list[Event]:
    """The canonical events of a stream's bytes."""
    splitter, decoder = Splitter(), dialect.event_decoder()
    said = [each for event in splitter.feed(stream) for each in decoder.event(event)]
    rest = splitter.finish()
    if rest.strip():
        said += decoder.event(rest + b"\n\n")
    return [*said, *decoder.finish()]


def _judged(before: Aspects, after: Aspects, losses: Losses, explains: Explains) -> Crossed:
    names = tuple(losses.names)
    full = len(names) >= MOST_NAMED
    differ = [aspect for aspect in before if before[aspect] != after[aspect]]
    silent = [aspect for aspect in differ if not full and not _explained(aspect, names, explains)]
    return Crossed(names, {aspect: (before[aspect], after[aspect]) for aspect in silent})


def _explained(aspect: str, names: tuple[str, ...], explains: Explains) -> bool:
    return any(re.fullmatch(explains.get(aspect, "never"), name) for name in names)
