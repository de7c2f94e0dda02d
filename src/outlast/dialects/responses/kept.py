"""Responses that callers asked to be kept: what is kept of one, how the next goes on from it, and what is said of it.

It knows the forms of the API. It does not know where responses are kept (``ledger.responses``) nor how a caller
reaches them (``gateway.responses``).
"""

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import parse_qs

import msgspec

from outlast.dialects.conversation.parts import Json
from outlast.dialects.responses.asked import ResponsesRequest
from outlast.dialects.responses.wire import FOREIGN, UNREADABLE, Members, Wire, is_null
from outlast.dialects.sse import Splitter, data_of
from outlast.errors import CallerError, MalformedRequest, UpstreamBroken

KEPT_S = 30 * 86_400
"""How long a response is kept after it, or the last one that goes on from it, was made."""
MOST_BYTES = 64 << 20
"""Of one response, input and answer together; and of a whole conversation that a call goes on from."""
MOST_TURNS = 1_000
"""Responses that one may go on from, one after the other."""
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])
_MEMBERS = msgspec.json.Decoder(Members)
_DEFAULT_PAGE, _LARGEST_PAGE = 20, 100


class Kept(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One response as it is kept."""

    id: str
    owner: str
    """The key name of whoever asked; nobody else can see it."""
    created: int
    """Unix seconds."""
    expires: int
    """Unix seconds."""
    previous: str = ""
    """The response that it went on from."""
    provider: str = ""
    """The provider's table that served it: its items mean nothing to another one."""
    input: Json
    """The items that came with the call, as an array; those it went on from are kept with their own responses."""
    response: Json
    """The response object as the caller got it."""

    @property
    def size(self) -> int:
        """Bytes of what was said."""
        return len(self.input) + len(self.response)


class _Head(msgspec.Struct):
    id: str
    created_at: float = 0
    status: str = ""
    background: bool | None = None


class _Item(msgspec.Struct):
    type: str | None = None
    encrypted_content: str | None = None


def keep(asked: ResponsesRequest, response: Json, *, owner: str, provider: str, now: int) -> Kept:
    """What is to be kept of an answer.

    Args:
        asked: the request as the caller sent it, before it was expanded.
        response: the whole response object that the caller gets.
        owner: the caller's name.
        provider: the table that answered.
        now: Unix seconds.

    Raises:
        UpstreamBroken: the answer is no response with an id.
    """
    try:
        head = msgspec.json.decode(response, type=_Head)
    except UNREADABLE as error:
        raise UpstreamBroken(f"the upstream's answer is no response that could be kept: {error}") from error
    return Kept(
        id=head.id,
        owner=owner,
        created=now,
        expires=now + KEPT_S,
        previous=asked.previous,
        provider=provider,
        input=input_items(asked),
        response=response,
    )


def input_items(asked: ResponsesRequest) -> Json:
    """The items of a request, as an array: a text is one message."""
    given = asked.envelope.text("input")
    if given is None:
        return b"[]"
    return given if given.startswith(b"[") else b'[{"type":"message","role":"user","content":%b}]' % given


def expanded(asked: ResponsesRequest, chain: Sequence[Kept], *, provider: str) -> bytes:
    """The body with everything that went before written out, for a provider that was never asked before.

    Thoughts pass only where their own provider is asked again, and where they were given with their signature:
    a provider that stored nothing knows them by nothing else.

    Args:
        asked: the request that goes on.
        chain: what it goes on from, oldest first.
        provider: the table that is asked now.

    Raises:
        MalformedRequest: a response of the chain cannot be read any more, or all is larger than ``MOST_BYTES``.
    """
    items = [item for kept in chain for item in _turn(kept, provider)]
    items += _ITEMS.decode(input_items(asked))
    body = asked.envelope.edit({"input": msgspec.json.encode(items), "previous_response_id": None})
    if len(body) > MOST_BYTES:
        raise MalformedRequest(
            f"the conversation that {asked.previous!r} ends is larger than {MOST_BYTES >> 20} MiB; begin a new one",
            param="previous_response_id",
        )
    return body


def _turn(kept: Kept, provider: str) -> Iterator[msgspec.Raw]:
    try:
        yield from _ITEMS.decode(kept.input)
        own = kept.provider == provider
        for item in _ITEMS.decode(_MEMBERS.decode(kept.response).get("output", msgspec.Raw(b"[]"))):
            if _passes(item, own=own):
                yield item if own else _nameless(item)
    except UNREADABLE as error:
        raise MalformedRequest(
            f"the response {kept.id!r} cannot be gone on from: {error}", param="previous_response_id"
        ) from error


def _passes(item: msgspec.Raw, *, own: bool) -> bool:
    """Whether an item of an earlier answer means anything to the provider that is asked now."""
    known = msgspec.json.decode(item, type=_Item)
    if known.type != "reasoning":
        return True
    sealed = known.encrypted_content or ""
    # A wrapped thought is another dialect's: its encoder unwraps it or leaves it out.
    return sealed.startswith(FOREIGN) or (own and bool(sealed))


def _nameless(item: msgspec.Raw) -> msgspec.Raw:
    """An item without the id that another provider gave it: each has its own idea of how one looks."""
    fields = _MEMBERS.decode(item)
    if _word(fields.get("type")) not in _STATED or "id" not in fields:
        return item
    del fields["id"]
    return msgspec.Raw(msgspec.json.encode(fields))


def final_response(held: bytes) -> Json | None:
    """The response object of a stream's held end; None where it has none that could be kept."""
    for event in _events(held):
        try:
            fields = _MEMBERS.decode(data_of(event))
        except UNREADABLE:
            continue
        response = fields.get("response")
        if response is not None and not is_null(response):
            return bytes(response)
    return None


def restated(answer: bytes, *, stored: bool, previous: str) -> bytes:
    """An answer, or the held end of a stream, that says of its keeping what is true; the same bytes where it does.

    Args:
        answer: a response object, or server-sent events of which one has it.
        stored: whether it is kept.
        previous: the response that it went on from, which the provider was not told.
    """
    if answer.lstrip().startswith(b"{"):
        return _restated_object(answer, stored=stored, previous=previous)
    return b"".join(_restated_event(event, stored=stored, previous=previous) for event in _events(answer))


def _restated_event(event: bytes, *, stored: bool, previous: str) -> bytes:
    try:
        fields = _MEMBERS.decode(data_of(event))
    except UNREADABLE:
        return event
    before = fields.get("response")
    if before is None or is_null(before):
        return event
    after = _restated_object(bytes(before), stored=stored, previous=previous)
    if after == bytes(before):
        return event
    fields["response"] = msgspec.Raw(after)
    name = event[: event.find(b"\n") + 1] if event.startswith(b"event:") else b""
    return name + b"data: %b\n\n" % msgspec.json.encode(fields)


def _restated_object(response: bytes, *, stored: bool, previous: str) -> bytes:
    try:
        fields = _MEMBERS.decode(response)
    except UNREADABLE:
        return response
    true = {"store": b"true" if stored else b"false"}
    if previous:
        true["previous_response_id"] = msgspec.json.encode(previous)
    if "output" not in fields or all(name in fields and bytes(fields[name]) == true[name] for name in true):
        return response
    return msgspec.json.encode({**fields, **{name: msgspec.Raw(value) for name, value in true.items()}})


def _events(held: bytes) -> list[bytes]:
    splitter = Splitter()
    events = splitter.feed(held)
    rest = splitter.finish()
    return [*events, rest] if rest else events


def page(kept: Kept, query: str) -> bytes:
    """One page of the items that came with a call, as ``GET …/input_items`` gives it.

    Args:
        kept: the response.
        query: ``order`` (``desc`` unless ``asc``), ``after`` (an item's id) and ``limit`` (1 to 100, else 20).

    Raises:
        MalformedRequest: one of them cannot be meant.
    """
    asked = {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
    items = [_listed(item, kept.id, place) for place, item in enumerate(_ITEMS.decode(kept.input))]
    order, limit = asked.get("order", "desc"), asked.get("limit", str(_DEFAULT_PAGE))
    if order not in ("asc", "desc"):
        raise MalformedRequest(f"'order' must be asc or desc, not {order[:40]!r}", param="order")
    if not (limit.isascii() and limit.isdigit() and len(limit) < 4 and 1 <= int(limit) <= _LARGEST_PAGE):
        raise MalformedRequest(f"'limit' must be from 1 to {_LARGEST_PAGE}, not {limit[:40]!r}", param="limit")
    if order == "desc":
        items.reverse()
    start = _after(items, asked.get("after", ""))
    shown = items[start : start + int(limit)]
    wire: Wire = {"object": "list", "data": shown, "first_id": None, "last_id": None}
    if shown:
        wire |= {"first_id": shown[0]["id"], "last_id": shown[-1]["id"]}
    return msgspec.json.encode(wire | {"has_more": start + len(shown) < len(items)})


def _after(items: Sequence[Wire], known: str) -> int:
    if not known:
        return 0
    for place, item in enumerate(items):
        if item["id"] == known:
            return place + 1
    raise MalformedRequest(f"'after' names no item of this response: {known[:80]!r}", param="after")


def _listed(raw: msgspec.Raw, response: str, place: int) -> Wire:
    """An item as it is listed: with an id, and a message's text as a content part."""
    try:
        item: Wire = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except UNREADABLE:
        item = {}
    kind = _word(item.get("type")) or "message"
    known = _word(item.get("id")) or f"{_BEGINS.get(kind, 'item')}_{response.removeprefix('resp_')}_{place}"
    item |= {"type": kind, "id": known}
    if kind == "message":
        content = item.get("content")
        if content is not None and bytes(content).startswith(b'"'):
            said = "output_text" if _word(item.get("role")) == "assistant" else "input_text"
            part: Wire = {"type": said, "text": content} | ({"annotations": []} if said == "output_text" else {})
            item["content"] = [part]
    if kind in _STATED:
        item.setdefault("status", "completed")
    return item


_STATED = ("message", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output")
_BEGINS = {"message": "msg", "function_call": "fc", "function_call_output": "fco", "reasoning": "rs"}


def _word(raw: msgspec.Raw | None) -> str:
    try:
        return "" if raw is None or is_null(raw) else msgspec.json.decode(raw, type=str)
    except UNREADABLE:
        return ""


def deleted(known: str) -> bytes:
    """The answer to ``DELETE``."""
    return msgspec.json.encode({"id": known, "object": "response", "deleted": True})


def cancelled(kept: Kept) -> Kept:
    """The response after ``POST …/cancel``; the same where it was cancelled before.

    Raises:
        CallerError: it was not made in the background, or it has ended.
    """
    fields = _MEMBERS.decode(kept.response)
    head = msgspec.json.decode(kept.response, type=_Head)
    if head.status == "cancelled":
        return kept
    if not head.background:
        raise CallerError("only a response that was made with background=true can be cancelled; this one was not")
    if head.status not in ("queued", "in_progress"):
        raise CallerError(f"this response is {head.status} already: there is nothing left to cancel")
    fields["status"] = msgspec.Raw(b'"cancelled"')
    return msgspec.structs.replace(kept, response=msgspec.json.encode(fields))


def total(chain: Iterable[Kept]) -> int:
    """Bytes of a conversation."""
    return sum(kept.size for kept in chain)
