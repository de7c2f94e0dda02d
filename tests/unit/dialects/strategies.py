"""Any canonical request, reply or stream, for properties: ``requests(scope)``, ``replies(scope)``, ``streams(scope)``.

A ``Scope`` says what may occur. Take away what a dialect cannot say with ``dataclasses.replace(EVERYTHING, …)``.
Conversations are sound: every call has an id of its own, and every result answers a call that was made before it.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from hypothesis import strategies as st

from outlast.dialects.conversation.parts import (
    Citation,
    Extra,
    Json,
    Media,
    MediaKind,
    Native,
    Part,
    Refusal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from outlast.dialects.conversation.reply import (
    Begin,
    Candidate,
    Delta,
    Done,
    End,
    Ended,
    Event,
    Finish,
    PartBegin,
    PartEnd,
    Reply,
    Used,
)
from outlast.dialects.conversation.request import (
    Format,
    Message,
    NativeTool,
    Reasoning,
    Request,
    Role,
    Sampling,
    Tool,
    ToolChoice,
    Voice,
)
from outlast.exchange import Usage

MIMES: dict[MediaKind, tuple[str, ...]] = {
    "image": ("image/png", "image/jpeg"),
    "audio": ("audio/wav", "audio/mpeg"),
    "video": ("video/mp4",),
    "document": ("application/pdf", "text/plain"),
}
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
SAMPLING = tuple(name for name in Sampling.__struct_fields__ if name != "top_logprobs")
ENDS: tuple[End, ...] = (
    "stop",
    "length",
    "tool_calls",
    "content_filter",
    "refusal",
    "pause",
    "context",
    "malformed",
    "other",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What may occur. The defaults are everything, but for ``extras``: no two dialects have the same."""

    dialects: tuple[str, ...] = ("chat", "responses", "anthropic", "gemini")
    """Whose natives, signatures and citations there may be."""
    roles: tuple[Role, ...] = ("system", "developer", "user", "assistant")
    system_first: bool = False
    """``system`` and ``developer`` only before any other turn, and at most once."""
    alternate: bool = False
    """User and assistant take turns, and the user begins."""
    names: bool = True
    """Of several users or assistants."""
    media: tuple[tuple[MediaKind, str], ...] = tuple(
        (kind, place) for kind in MIMES for place in ("data", "url", "file_id")
    )
    """Kind of a user's media, and where its content is."""
    result_media: tuple[tuple[MediaKind, str], ...] = tuple((kind, "data") for kind in MIMES)
    reply_media: tuple[tuple[MediaKind, str], ...] = (("image", "data"), ("audio", "data"))
    file_names: bool = True
    details: bool = True
    transcripts: bool = True
    thinking: bool = True
    unsigned: bool = True
    """Thinking without signature."""
    signatures: bool = True
    redacted: bool = True
    call_signatures: bool = True
    refusals: bool = True
    citations: bool = True
    natives: bool = True
    custom: bool = True
    """Tools, and calls of them, that take free text."""
    arguments_parse: bool = False
    """Every call's arguments are a JSON object."""
    failed: bool = True
    """Results may be failures."""
    result_names: bool = True
    candidates: int = 2
    """The most answers in one reply."""
    logprobs: bool = True
    ends: tuple[End, ...] = ENDS
    stop_sequences: bool = True
    finished: bool = False
    """Every answer has an end."""
    usage: bool = True
    sampling: tuple[str, ...] = SAMPLING
    formats: tuple[str, ...] = ("text", "json", "schema")
    choices: tuple[str, ...] = ("auto", "none", "any", "one", "auto names", "any names")
    strict: bool = True
    parallel: bool = True
    reasoning: tuple[str, ...] = ("effort", "budget", "adaptive", "off", "shown", "summary")
    """Members of ``Reasoning``; one request has one or two of them."""
    verbosity: bool = True
    modalities: bool = True
    voice: bool = True
    user: bool = True
    service_tier: bool = True
    extras: tuple[tuple[str, str], ...] = ()
    """(place, dialect): place is a name of ``PLACES``; members are called ``x_…``, which no dialect has."""


PLACES = ("request", "message", "text", "refusal", "media", "thinking", "call", "result", "tool", "candidate", "reply")
EVERYTHING = Scope()

_letters = st.characters(codec="utf-8")
words = st.text(_letters, min_size=1, max_size=12)
names = st.text("abcdefghijkl", min_size=1, max_size=6)
_tokens = st.text("ABCDEFabcdef0123456789+/", min_size=4, max_size=12)
_counts = st.integers(0, 2**31)
_base64 = st.binary(min_size=1, max_size=9).map(lambda data: base64.b64encode(data).decode())
_urls = names.map(lambda name: f"https://example.org/{name}")
_scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | words
_values = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=2), max_leaves=4
)
_objects = st.dictionaries(names, _values, max_size=2)
jsons: st.SearchStrategy[Json] = _values.map(msgspec.json.encode)
objects: st.SearchStrategy[Json] = _objects.map(msgspec.json.encode)
schemas: st.SearchStrategy[Json] = st.dictionaries(names, st.sampled_from(("string", "integer")), max_size=2).map(
    lambda fields: msgspec.json.encode(
        {"type": "object", "properties": {name: {"type": kind} for name, kind in fields.items()}}
    )
)


def extras(scope: Scope, place: str) -> st.SearchStrategy[Extra]:
    """Members that only one dialect has."""
    whose = [dialect for where, dialect in scope.extras if where == place]
    if not whose:
        return st.just(Extra())
    keys = st.builds("{}:x_{}".format, st.sampled_from(whose), names)
    return st.just(Extra()) | st.dictionaries(keys, jsons.filter(lambda value: value != b"null"), max_size=2)


def citations(scope: Scope) -> st.SearchStrategy[Citation]:
    """Sources of words; what came as it came has its dialect."""
    return st.builds(
        Citation,
        url=_urls,
        title=st.just("") | words,
        quoted=st.just("") | words,
        wire=objects,
        dialect=st.sampled_from(scope.dialects),
    ) | st.builds(Citation, url=_urls, title=words)


def texts(scope: Scope, *, cited: bool = False) -> st.SearchStrategy[Text]:
    """Words, with sources where they are an answer's."""
    sources = st.just(()) | st.lists(citations(scope), max_size=2).map(tuple) if cited else st.just(())
    return st.builds(Text, words, citations=sources, extra=extras(scope, "text"))


def medias(scope: Scope, places: tuple[tuple[MediaKind, str], ...]) -> st.SearchStrategy[Media]:
    """Pictures, sounds, films and documents of the kinds and places given."""
    return st.sampled_from(places).flatmap(lambda pair: _media(scope, *pair))


def _media(scope: Scope, kind: MediaKind, place: str) -> st.SearchStrategy[Media]:
    content: dict[str, st.SearchStrategy[str]] = {"data": _base64, "url": _urls, "file_id": names}
    return st.builds(
        Media,
        kind=st.just(kind),
        mime=st.sampled_from(MIMES[kind]) if place == "data" else st.just(""),
        name=st.just("") | names if scope.file_names and kind == "document" else st.just(""),
        detail=st.sampled_from(("", "low", "high", "auto")) if scope.details and kind == "image" else st.just(""),
        extra=extras(scope, "media"),
        **{place: content[place]},
    )


def thoughts(scope: Scope) -> st.SearchStrategy[Thinking]:
    """Thinking: in words, signed, or encrypted."""
    extra, whose = extras(scope, "thinking"), st.sampled_from(scope.dialects)
    kinds: list[st.SearchStrategy[Thinking]] = []
    if scope.unsigned:
        kinds.append(st.builds(Thinking, text=words, dialect=whose, extra=extra))
    if scope.signatures:
        kinds.append(st.builds(Thinking, text=words, signature=_tokens, dialect=whose, extra=extra))
    if scope.redacted:
        kinds.append(st.builds(Thinking, redacted=_tokens, dialect=whose, extra=extra))
    return st.one_of(kinds)


def natives(scope: Scope) -> st.SearchStrategy[Native]:
    """Blocks that only one dialect has; their ``type`` is their name."""

    def block(dialect: str, what: str, more: dict[str, object]) -> Native:
        return Native(dialect, what, msgspec.json.encode({**more, "type": what}))

    return st.builds(block, st.sampled_from(scope.dialects), names.map("x_{}".format), _objects)


@st.composite
def calls(draw: st.DrawFn, scope: Scope, id: str) -> ToolCall:  # noqa: A002 - the field's own name
    """A call of a tool under the id given."""
    custom = scope.custom and draw(st.booleans())
    arguments: st.SearchStrategy[str] = objects.map(bytes.decode)
    if custom or not scope.arguments_parse:
        arguments |= words
    return ToolCall(
        id=id,
        name=draw(names),
        arguments=draw(words if custom else arguments),
        custom=custom,
        signature=draw(st.just("") | _tokens) if scope.call_signatures else "",
        extra=draw(extras(scope, "call")),
    )


@st.composite
def results(draw: st.DrawFn, scope: Scope, call: ToolCall) -> ToolResult:
    """What the tool of one call said."""
    parts: st.SearchStrategy[Text | Media] = st.builds(Text, words)
    if scope.result_media:
        parts |= medias(scope, scope.result_media)
    return ToolResult(
        call_id=call.id,
        name=call.name if scope.result_names and draw(st.booleans()) else "",
        parts=tuple(draw(st.lists(parts, max_size=2))),
        failed=scope.failed and draw(st.booleans()),
        extra=draw(extras(scope, "result")),
    )


def user_parts(scope: Scope) -> st.SearchStrategy[tuple[Part, ...]]:
    """What a user says beside results of tools."""
    kinds: list[st.SearchStrategy[Part]] = [texts(scope)]
    if scope.media:
        kinds.append(medias(scope, scope.media))
    return st.lists(st.one_of(kinds), min_size=1, max_size=3).map(tuple)


@st.composite
def answer_parts(draw: st.DrawFn, scope: Scope, prefix: str, *, media: bool = True) -> tuple[Part, ...]:
    """What a model says, in its usual order: thinking, words and what belongs between them, then calls."""
    parts: list[Part] = draw(st.lists(thoughts(scope), max_size=2)) if _thinks(scope) else []
    said: list[st.SearchStrategy[Part]] = [texts(scope, cited=scope.citations)]
    if scope.natives:
        said.append(natives(scope))
    if media and scope.reply_media:
        said.append(medias(scope, scope.reply_media).flatmap(lambda each: _spoken(scope, each)))
    parts += draw(st.lists(st.one_of(said), max_size=2))
    if scope.refusals and draw(st.integers(0, 5)) == 0:
        parts.append(draw(st.builds(Refusal, words, extra=extras(scope, "refusal"))))
    for place in range(draw(st.integers(0, 2))):
        parts.append(draw(calls(scope, f"call_{prefix}{place}")))
    return tuple(parts) or (draw(texts(scope)),)


def _thinks(scope: Scope) -> bool:
    return scope.thinking and (scope.unsigned or scope.signatures or scope.redacted)


def _spoken(scope: Scope, media: Media) -> st.SearchStrategy[Media]:
    if media.kind != "audio" or not scope.transcripts:
        return st.just(media)
    return words.map(lambda transcript: msgspec.structs.replace(media, transcript=transcript))


@st.composite
def conversations(draw: st.DrawFn, scope: Scope = EVERYTHING) -> tuple[Message, ...]:
    """Turns in a sound order; calls are answered in the next turn."""
    messages: list[Message] = []
    leading: list[Role] = [role for role in scope.roles if role in ("system", "developer")]
    begins: bool = draw(st.booleans())
    if leading and begins:
        messages.append(Message(draw(st.sampled_from(leading)), (draw(texts(scope)),)))
    talking: list[Role] = [role for role in scope.roles if role in ("user", "assistant")]
    others: list[Role] = [] if scope.system_first else [role for role in scope.roles if role not in talking]
    role: Role = "user"
    for place in range(draw(st.integers(1, 4))):
        messages.append(draw(_turns(scope, role, str(place), messages)))
        if any(isinstance(part, ToolCall) for part in messages[-1].parts) or (scope.alternate and role == "assistant"):
            role = "user"
        elif scope.alternate:
            role = "assistant"
        else:
            role = draw(st.sampled_from((*talking, *talking, *others)))
    return tuple(messages)


@st.composite
def _turns(draw: st.DrawFn, scope: Scope, role: Role, prefix: str, before: list[Message]) -> Message:
    open_calls = [part for part in before[-1].parts if isinstance(part, ToolCall)] if before else []
    name = draw(st.just("") | names) if scope.names and role in ("user", "assistant") else ""
    extra = draw(extras(scope, "message"))
    if role == "assistant":
        return Message(role, draw(answer_parts(scope, prefix, media=False)), name=name, extra=extra)
    if role != "user":
        return Message(role, (draw(texts(scope)),), extra=extra)
    answers: tuple[Part, ...] = tuple(draw(results(scope, call)) for call in open_calls)
    if answers:  # A turn with results has no name of its own in most dialects.
        return Message(role, (*answers, *draw(st.just(()) | user_parts(scope))))
    return Message(role, draw(user_parts(scope)), name=name, extra=extra)


@st.composite
def samplings(draw: st.DrawFn, scope: Scope = EVERYTHING) -> Sampling:
    """How tokens are drawn."""
    numbers = st.floats(0, 2, allow_nan=False).map(lambda value: round(value, 3))
    small = st.integers(1, 2**20)
    kinds: dict[str, st.SearchStrategy[object]] = {
        "max_tokens": small,
        "temperature": numbers,
        "top_p": st.floats(0, 1).map(lambda value: round(value, 3)),
        "top_k": small,
        "presence_penalty": numbers,
        "frequency_penalty": numbers,
        "seed": _counts,
        "stop": st.lists(words, min_size=1, max_size=3).map(tuple),
        "n": st.integers(1, 4),
        "logprobs": st.booleans(),
    }
    chosen = draw(st.lists(st.sampled_from(scope.sampling), unique=True, max_size=4)) if scope.sampling else []
    said = {name: draw(kinds[name]) for name in chosen}
    if said.get("logprobs"):
        said["top_logprobs"] = draw(st.integers(0, 20))
    return msgspec.convert(said, Sampling)


def tools(scope: Scope = EVERYTHING) -> st.SearchStrategy[tuple[Tool | NativeTool, ...]]:
    """Tools with names of their own."""
    strict = st.sampled_from((None, True, False)) if scope.strict else st.none()
    plain = st.builds(
        Tool,
        name=names,
        description=st.just("") | words,
        parameters=schemas,
        strict=strict,
        extra=extras(scope, "tool"),
    )
    kinds: list[st.SearchStrategy[Tool | NativeTool]] = [plain]
    if scope.custom:
        form = st.sampled_from((b"", b'{"type":"text"}'))
        kinds.append(st.builds(Tool, name=names, description=words, parameters=form, custom=st.just(True)))
    if scope.natives:
        kinds.append(natives(scope).map(lambda block: NativeTool(block.dialect, block.what, block.wire)))
    return st.lists(st.one_of(kinds), max_size=3, unique_by=_tool_name).map(tuple)


def _tool_name(tool: Tool | NativeTool) -> str:
    return tool.name if isinstance(tool, Tool) else f"native {tool.what}"


@st.composite
def tool_choices(draw: st.DrawFn, scope: Scope, having: tuple[Tool | NativeTool, ...]) -> ToolChoice | None:
    """A choice among the tools that there are."""
    own = [tool.name for tool in having if isinstance(tool, Tool)]
    possible = [kind for kind in scope.choices if own or kind in ("auto", "none")]
    if not having or not possible or draw(st.booleans()):
        return None
    mode, _, several = draw(st.sampled_from(possible)).partition(" ")
    chosen: tuple[str, ...] = ()
    if mode == "one":
        chosen = (draw(st.sampled_from(own)),)
    elif several:
        chosen = tuple(draw(st.lists(st.sampled_from(own), min_size=1, unique=True)))
    return msgspec.convert({"mode": mode, "names": chosen}, ToolChoice)


def formats(scope: Scope = EVERYTHING) -> st.SearchStrategy[Format | None]:
    """The form of an answer."""
    kinds: list[st.SearchStrategy[Format | None]] = [st.none()]
    if "text" in scope.formats:
        kinds.append(st.just(Format(kind="text")))
    if "json" in scope.formats:
        kinds.append(st.just(Format(kind="json")))
    if "schema" in scope.formats:
        strict = st.sampled_from((None, True, False)) if scope.strict else st.none()
        described = st.just("") | words
        kinds.append(
            st.builds(Format, kind=st.just("schema"), schema=schemas, name=names, description=described, strict=strict)
        )
    return st.one_of(kinds)


@st.composite
def reasonings(draw: st.DrawFn, scope: Scope = EVERYTHING) -> Reasoning | None:
    """How much a model may think."""
    if not scope.reasoning or draw(st.booleans()):
        return None
    values: dict[str, st.SearchStrategy[object]] = {
        "effort": st.sampled_from(EFFORTS),
        "budget": st.sampled_from((-1, 0, 1024, 20000)),
        "adaptive": st.just(True),
        "off": st.just(True),
        "shown": st.booleans(),
        "summary": st.sampled_from(("auto", "concise", "detailed")),
    }
    level = draw(st.sampled_from(scope.reasoning))
    aside = [name for name in scope.reasoning if name in ("shown", "summary") and name != level]
    chosen = [level, *draw(st.lists(st.sampled_from(aside), max_size=1))] if aside else [level]
    return msgspec.convert({name: draw(values[name]) for name in chosen}, Reasoning)


@st.composite
def requests(draw: st.DrawFn, scope: Scope = EVERYTHING) -> Request:
    """A whole request."""
    having = draw(tools(scope))
    spoken = scope.voice and draw(st.booleans())
    modalities = st.sampled_from(((), ("text",), ("text", "audio"))) if scope.modalities else st.just(())
    return Request(
        model=draw(names),
        messages=draw(conversations(scope)),
        stream=draw(st.booleans()),
        sampling=draw(samplings(scope)),
        tools=having,
        tool_choice=draw(tool_choices(scope, having)),
        parallel_tool_calls=draw(st.sampled_from((None, True, False))) if scope.parallel else None,
        format=draw(formats(scope)),
        reasoning=draw(reasonings(scope)),
        verbosity=draw(st.sampled_from(("", "low", "high"))) if scope.verbosity else "",
        modalities=draw(modalities),
        voice=Voice(voice=b'"alloy"', format=draw(st.sampled_from(("wav", "mp3")))) if spoken else None,
        user=draw(st.just("") | names) if scope.user else "",
        service_tier=draw(st.sampled_from(("", "auto", "flex"))) if scope.service_tier else "",
        extra=draw(extras(scope, "request")),
    )


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    """Counts whose parts are contained in their totals."""
    given, made = draw(st.integers(0, 2**20)), draw(st.integers(0, 2**20))
    cached = draw(st.integers(0, given))
    return Usage(given, cached, draw(st.integers(0, given - cached)), made, draw(st.integers(0, made)))


@st.composite
def candidates(draw: st.DrawFn, scope: Scope, index: int) -> Candidate:
    """One of the answers; it ends with calls where it makes some."""
    parts = draw(answer_parts(scope, f"{index}_"))
    calling = any(isinstance(part, ToolCall) for part in parts)
    ends: list[End] = [end for end in scope.ends if (end == "tool_calls") == calling] or ["stop"]
    met = draw(words) if scope.stop_sequences and not calling and "stop" in ends and draw(st.booleans()) else ""
    finish = Finish("stop" if met else draw(st.sampled_from(ends)), stop_sequence=met)
    said = any(isinstance(part, Text) for part in parts)
    logprobs = msgspec.json.encode({"content": [{"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}]})
    return Candidate(
        index=index,
        parts=parts,
        finish=finish if scope.finished or draw(st.booleans()) else None,
        logprobs=logprobs if scope.logprobs and said and draw(st.booleans()) else b"",
        extra=draw(extras(scope, "candidate")),
    )


@st.composite
def replies(draw: st.DrawFn, scope: Scope = EVERYTHING) -> Reply:
    """A whole answer."""
    return Reply(
        id=draw(names),
        model=draw(names),
        created=draw(st.integers(1, 2**31)),
        candidates=tuple(draw(candidates(scope, index)) for index in range(draw(st.integers(1, scope.candidates)))),
        usage=draw(st.none() | usages()) if scope.usage else None,
        service_tier=draw(st.sampled_from(("", "default"))) if scope.service_tier else "",
        extra=draw(extras(scope, "reply")),
    )


@st.composite
def streams(draw: st.DrawFn, scope: Scope = EVERYTHING) -> tuple[Event, ...]:
    """A stream in a sound order; ``collect`` gives the reply that it makes. Extras of a whole answer have no place."""
    reply = draw(replies(scope))
    lanes = [draw(_lanes(candidate)) for candidate in reply.candidates]
    events: list[Event] = [
        Begin(id=reply.id, model=reply.model, created=reply.created, service_tier=reply.service_tier)
    ]
    while waiting := [lane for lane in lanes if lane]:
        lane = draw(st.sampled_from(waiting))
        some = draw(st.integers(1, len(lane)))
        events += lane[:some]
        del lane[:some]
    if reply.usage is not None:
        events.append(Used(reply.usage))
    return (*events, Done())


@st.composite
def _lanes(draw: st.DrawFn, candidate: Candidate) -> list[Event]:
    """The events of one answer; calls that stand together may run in parallel."""
    events: list[Event] = []
    running: list[list[Event]] = []
    logprobs = candidate.logprobs
    for index, part in enumerate(candidate.parts):
        own = list(draw(_pieces(part, index, candidate.index, logprobs)))
        if isinstance(part, Text):
            logprobs = b""
        if isinstance(part, ToolCall):
            running.append(own)
        else:
            events += [*_woven(draw, running), *own]
            running = []
    events += _woven(draw, running)
    if candidate.finish is not None:
        events.append(Ended(candidate.finish, candidate.index))
    return events


def _woven(draw: st.DrawFn, running: list[list[Event]]) -> Iterator[Event]:
    """Calls one after the other, or all begun before the first ends."""
    if draw(st.booleans()):
        for own in running:
            yield from own
        return
    for step in range(max(map(len, running), default=0)):
        yield from (own[step] for own in running if step < len(own))


@st.composite
def _pieces(draw: st.DrawFn, part: Part, index: int, choice: int, logprobs: Json) -> tuple[Event, ...]:
    cut = st.integers(1, 5)
    empty: Part = part
    deltas: list[Delta] = []
    replace = msgspec.structs.replace
    match part:
        case Text():
            empty = replace(part, text="", citations=())
            deltas = [Delta(index, text=text, choice=choice) for text in _cut(part.text, draw(cut))]
            deltas[0] = replace(deltas[0], logprobs=logprobs)
            deltas += [Delta(index, choice=choice, citation=each) for each in part.citations]
        case Refusal():
            empty = replace(part, text="")
            deltas = [Delta(index, text=text, choice=choice) for text in _cut(part.text, draw(cut))]
        case Thinking() if part.text:
            empty = replace(part, text="", signature="")
            deltas = [Delta(index, text=text, choice=choice) for text in _cut(part.text, draw(cut))]
            deltas += [Delta(index, choice=choice, signature=part.signature)] if part.signature else []
        case ToolCall():
            empty = replace(part, arguments="")
            deltas = [Delta(index, text=text, choice=choice) for text in _cut(part.arguments, draw(cut))]
        case _:
            pass
    return (PartBegin(empty, index, choice), *deltas, PartEnd(index, choice))


def _cut(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]
