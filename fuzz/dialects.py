"""Conversations in every dialect: requests and their translations, answers and errors, streams, forms, adaptations."""

import contextlib
import json
import random
from functools import cache
from typing import cast

from fuzz.dialect_words import CALL_WORDS, EVENT_WORDS, FORM_WORDS, PAGE_WORDS, QUERY_WORDS, REPLY_WORDS
from fuzz.target import Target, split

from outlast.catalog.store import open_catalog
from outlast.dialects.adaptation import Profile, adapt, profile
from outlast.dialects.conversation.losses import LONGEST_NAME, MOST_NAMED, Losses
from outlast.dialects.dialect import Asked, Dialect, Framing, StreamReading
from outlast.dialects.endpoints import ENDPOINTS
from outlast.dialects.endpoints.asked import FormAsked
from outlast.dialects.gemini.counting import decode_count
from outlast.dialects.registry import DIALECTS
from outlast.dialects.responses.asked import ResponsesRequest
from outlast.dialects.responses.kept import MOST_BYTES, Kept, expanded, keep, page, restated
from outlast.dialects.translation import Translation, translate
from outlast.errors import CallerError, KeyRequired, MalformedRequest, Untranslatable, UpstreamBroken
from outlast.gateway.call import Call
from outlast.gateway.caller import Callers
from outlast.gateway.estimate import expected_tokens
from outlast.gateway.ports import Reply
from outlast.keys.key import NO_KEYS
from outlast.web.gemini import Verbs

OTHER = "other/model-1"
GOOGLES = "/v1beta/models/gemini-3-pro:"
PATHS = {"gemini": (f"{GOOGLES}generateContent", f"{GOOGLES}streamGenerateContent", f"{GOOGLES}countTokens")}
MODELS = ("gpt-5.1", "claude-opus-4-8", "gemini-3-pro", "mistral-large", OTHER)
"""Names by which encoders decide something."""
ANYBODY = Callers(lambda: NO_KEYS, required=False, unix_ns=lambda: 0)
FRAMING = Framing(id="req_1", model="m", created=1)
STATUSES = (400, 401, 403, 404, 410, 429, 500, 503, 529, 200)
MAKERS = {
    "chat": "openai",
    "responses": "openai",
    "anthropic": "anthropic",
    "gemini": "google",
    "completions": "openai",
}


@cache
def profiles(maker: str) -> tuple[Profile, ...]:
    """What can break at each of a maker's models that differ in it."""
    return tuple(profile(model) for model in open_catalog().models() if model.provider == maker)


def _paths(dialect: Dialect) -> tuple[str, ...]:
    return PATHS.get(dialect.name, ("",))


def _members(body: bytes) -> list[tuple[str, object]]:
    """The top level of what was written, as another parser reads it."""
    pairs = json.loads(body, object_pairs_hook=lambda pairs: pairs)
    assert isinstance(pairs, list)
    return pairs


def _has_one_model(body: bytes, model: str, dialect: Dialect) -> None:
    """Whatever came in, one model is asked, and it is the target's."""
    names = [value for name, value in _members(body) if name == "model"]
    wanted = [f"models/{model}"] if dialect.name == "gemini" else [model]
    assert names == wanted or (dialect.name == "gemini" and not names), f"{names} is asked, not {wanted}"


def _is_short(losses: Losses) -> None:
    said = str(losses)
    assert said.isascii()
    assert said.isprintable()
    assert len(losses.names) <= MOST_NAMED
    assert all(len(name) <= LONGEST_NAME for name in losses.names)


def check_call(data: bytes, rng: random.Random) -> str:
    """A request is read or refused; what goes upstream is JSON, asks one model, and that is the target's."""
    read = []
    for dialect in DIALECTS.values():
        for path in _paths(dialect):
            try:
                asked = dialect.peek(data, path)
            except MalformedRequest:
                continue
            read.append(_called(dialect, asked, data, rng))
    return " ".join(read)


def _called(dialect: Dialect, asked: Asked, data: bytes, rng: random.Random) -> str:
    model = rng.choice(MODELS)
    expected_tokens(asked)
    _has_one_model(asked.for_upstream(model), model, dialect)
    try:
        request = dialect.decode_request(data, asked)
        if dialect.name == "gemini":
            decode_count(data, asked)
    except MalformedRequest as error:
        return f"{dialect.name[:2]}:{str(error.param)[:12]}"
    target = rng.choice(list(DIALECTS.values()))
    try:
        made = translate(request, model, caller=dialect, target=target, framing=FRAMING)
    except Untranslatable:
        return f"{dialect.name[:2]}>{target.name[:2]}"
    except MalformedRequest as error:
        return f"{dialect.name[:2]}>{target.name[:2]}:{str(error.param)[:12]}"
    body = made.request.for_upstream(model)
    _has_one_model(body, model, target)
    _is_short(made.losses)
    there = target.peek(body, target.endpoint(model, request.stream).partition("?")[0])
    try:
        again = target.decode_request(body, there)
    except MalformedRequest as error:  # An address that is empty in one dialect is empty in the other.
        return f"{dialect.name[:2]}>{target.name[:2]}?{str(error.param)[:12]}"
    assert again.model == model
    return f"{dialect.name[:2]}>{target.name[:2]} {len(made.losses.names)} {min(len(again.messages), 3)}"


def check_reply(data: bytes, rng: random.Random) -> str:
    """An answer or an error of any dialect is understood or broken; what is made of it for a caller is JSON."""
    status = rng.choice(STATUSES)
    said = []
    for dialect in DIALECTS.values():
        fault = dialect.decode_fault(status, data)
        for other in DIALECTS.values():
            assert isinstance(json.loads(other.encode_fault(fault, "req_1")), dict)
        try:
            facts = dialect.read_answer(data)
            reply = dialect.decode_reply(data)
        except UpstreamBroken:
            said.append("x")
            continue
        caller = rng.choice(list(DIALECTS.values()))
        losses = Losses()
        made = Translation(caller=caller, target=dialect, request=_ASKED, losses=losses, framing=FRAMING)
        assert isinstance(json.loads(made.answer(data), parse_constant=_refuse), dict)
        _is_stream(made.answer_as_stream(data))
        _is_short(losses)
        said.append(f"{len(reply.candidates) > 0}{facts.usage is not None}{bool(facts.text)}")
    return " ".join(said)


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


_ASKED = DIALECTS["chat"].peek(b'{"model":"m","messages":[],"stream":true}', "")


def _is_stream(out: bytes) -> None:
    """Every event has JSON as its data."""
    assert not out or out.endswith(b"\n\n")
    for event in out.split(b"\n\n")[:-1]:
        names = [line.partition(b": ")[0] for line in event.split(b"\n")]
        assert names in ([b"data"], [b"event", b"data"]), event
        value = event.rpartition(b"\n")[2].removeprefix(b"data: ")
        assert value == b"[DONE]" or isinstance(json.loads(value, parse_constant=_refuse), dict)


def _streamed(pieces: list[bytes], reader: StreamReading) -> tuple[bytes, object]:
    out = b"".join([reader.feed(piece) for piece in pieces])
    tail = reader.held() if reader.done else reader.finish() + reader.held()
    return out + tail, (reader.done, reader.failed, reader.answer)


def check_events(data: bytes, rng: random.Random) -> str:
    """A stream cut anywhere says the same, passed through or translated; a translated one is whole events of JSON."""
    cut = split(data, rng)
    target, caller = rng.choice(list(DIALECTS.values())), rng.choice(list(DIALECTS.values()))
    try:
        made = [
            Translation(caller=caller, target=target, request=_ASKED, losses=Losses(), framing=FRAMING) for _ in "ab"
        ]
        whole, facts = _streamed([data], made[0].stream())
        pieces, other = _streamed(cut, made[1].stream())
        passed = _streamed([data], target.relay(_ASKED))
        assert _streamed(cut, target.relay(_ASKED)) == passed, "it matters how the bytes were cut"
    except UpstreamBroken:
        return "broken"
    assert (pieces, other) == (whole, facts), "it matters how the bytes were cut"
    _is_stream(whole)
    _is_short(made[0].losses)
    return f"{target.name[:2]}>{caller.name[:2]} {facts[:2] if isinstance(facts, tuple) else ''} {len(whole) // 400}"


def check_form(data: bytes, rng: random.Random) -> str:
    """A form or a JSON body names one model; it can be changed, and nothing else changes."""
    del rng
    said = []
    for dialect in ENDPOINTS:
        try:
            asked = dialect.peek(data, "")
        except MalformedRequest as error:
            said.append(str(error)[:20])
            continue
        assert asked.for_upstream(asked.model) == data
        changed = asked.for_upstream(OTHER)
        if isinstance(asked, FormAsked):
            assert changed == data[: asked.start] + OTHER.encode() + data[asked.start + len(asked.model.encode()) :]
            assert asked.content_type.isascii()
            assert asked.content_type.isprintable()
        else:
            _has_one_model(changed, OTHER, dialect)
        assert dialect.peek(changed, "").model == OTHER
        reader = dialect.relay(asked)
        assert reader.feed(data) + reader.finish() + reader.held() == data
        assert reader.answer.model == dialect.read_answer(data).model or True
    return " ".join(dict.fromkeys(said)) + f" {len(said)}"


def check_adapted(data: bytes, rng: random.Random) -> str:
    """Rules act on anything that is a request, and what they leave is one; or they say why they cannot."""
    said = []
    for dialect in DIALECTS.values():
        try:
            asked = dialect.peek(data, _paths(dialect)[0])
        except MalformedRequest:
            continue
        model = rng.choice(profiles(MAKERS[dialect.name]))
        try:
            made = adapt(asked, model, dialect.name)
        except MalformedRequest:
            said.append("twice")
            continue
        _has_one_model(asked.for_upstream(OTHER, made.changes), OTHER, dialect)
        said.append(f"{dialect.name[:2]} {','.join(made.rules)} {made.refusal is not None}")
    return " ".join(said)


def check_query(data: bytes, rng: random.Random) -> str:
    """A key in a query is one text; whatever else is there, nothing breaks."""
    del rng
    call = Call(
        id="r", method="POST", path=f"{GOOGLES}x", query=data.decode("latin-1"), headers={}, body=b"", arrived_ns=0
    )
    heard = _Heard()
    with contextlib.suppress(StopIteration):
        Verbs({"x": heard})(call, cast("Reply", None)).send(None)
    [found] = heard.calls
    assert found.headers.keys() <= {"x-goog-api-key"}
    try:
        caller = ANYBODY.identify(found.headers)
    except KeyRequired:
        return "made here"
    assert caller.name.isprintable()
    key = found.headers.get("x-goog-api-key", "")
    return f"{len(found.headers)} {min(len(key), 6)} {key.isascii()} {key.isprintable()} {data.count(b'&') > 1}"


class _Heard:
    """A handler that remembers."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    async def __call__(self, call: Call, reply: Reply) -> None:
        del reply
        self.calls.append(call)


def check_page(data: bytes, rng: random.Random) -> str:
    """What was kept is listed and gone on from, whatever it is; only callers' errors are raised."""
    query, _, body = data.decode("latin-1").partition("\n")
    given = body.encode("latin-1")
    said = ""
    try:
        asked = DIALECTS["responses"].peek(b'{"model":"m","previous_response_id":"resp_0","input":%b}' % given, "")
        assert isinstance(asked, ResponsesRequest)
        kept = keep(asked, b'{"id":"resp_1","output":%b}' % given, owner="", provider="p", now=1)
    except (MalformedRequest, UpstreamBroken):
        kept = Kept(id="resp_1", owner="", created=1, expires=2, input=b"[]", response=given)
    else:
        try:
            body_on = expanded(asked, [kept], provider=rng.choice(("p", "q")))
            assert dict(_members(body_on))["model"] == "m"
            assert len(body_on) <= MOST_BYTES
        except MalformedRequest as error:
            said = str(error.param)
    restated(given, stored=rng.random() < 0.5, previous="resp_0")
    try:
        return f"{said} {json.loads(page(kept, query))['has_more']}"
    except CallerError as error:
        return f"{said} {str(error)[:12]}"


TARGETS = (
    Target("calls", check_call, CALL_WORDS, share=4),
    Target("replies", check_reply, REPLY_WORDS, share=3),
    Target("events", check_events, EVENT_WORDS, share=4),
    Target("forms", check_form, FORM_WORDS, share=2),
    Target("adapted", check_adapted, CALL_WORDS, share=2),
    Target("queries", check_query, QUERY_WORDS),
    Target("pages", check_page, PAGE_WORDS),
)
