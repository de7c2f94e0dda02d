"""Everything that the matrix of dialects asks about: one request or answer for each feature, as small as it can be.

What belongs to one dialect (signatures, a provider's own tools) is made for the dialect that says it.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from outlast.dialects.conversation.parts import (
    Citation,
    Media,
    Native,
    Part,
    Refusal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from outlast.dialects.conversation.reply import Candidate, End, Finish, Reply
from outlast.dialects.conversation.request import (
    Format,
    Message,
    NativeTool,
    Reasoning,
    Request,
    Sampling,
    Tool,
    ToolChoice,
    Voice,
)
from outlast.exchange import Usage

Asks = Callable[[str], Request]
"""From the caller's dialect to a request."""
Says = Callable[[str], Reply]
"""From the provider's dialect to an answer."""

SCHEMA = b'{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}'
ODDS = b'{"content":[{"token":"Well","logprob":-0.5,"bytes":[87,101,108,108],"top_logprobs":[]}]}'
TOP_ODDS = (
    b'{"content":[{"token":"Well","logprob":-0.5,"bytes":[87,101,108,108],'
    b'"top_logprobs":[{"token":"Well","logprob":-0.5,"bytes":[87,101,108,108]}]}]}'
)
SIGNATURE = "c2lnbmVk"
HELLO = Message("user", (Text("Hello"),))
WELL = Message("assistant", (Text("Well"),))
WEATHER = Tool(name="weather", description="of a city", parameters=SCHEMA)
CLOCK = Tool(name="clock", parameters=SCHEMA)
PNG = Media(kind="image", mime="image/png", data="AAAA")
WAV = Media(kind="audio", mime="audio/wav", data="AAAA")
PDF = Media(kind="document", mime="application/pdf", data="AAAA")
CALL = ToolCall(id="call_1", name="weather", arguments='{"city":"Rome"}')
SECOND = ToolCall(id="call_2", name="clock", arguments='{"city":"Rome"}')
_OWN_TOOLS: Mapping[str, tuple[str, bytes]] = {
    "chat": ("web_search", b'{"type":"web_search"}'),
    "responses": ("web_search", b'{"type":"web_search"}'),
    "anthropic": ("web_search_20250305", b'{"type":"web_search_20250305","name":"web_search"}'),
    "gemini": ("googleSearch", b'{"googleSearch":{}}'),
    "completions": ("none", b"{}"),
}
_OWN_BLOCKS: Mapping[str, tuple[str, bytes]] = {
    "chat": ("executed_tools", b'[{"index":0,"type":"search"}]'),
    "responses": (
        "web_search_call",
        b'{"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","query":"Rome"}}',
    ),
    "anthropic": (
        "server_tool_use",
        b'{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"Rome"}}',
    ),
    "gemini": ("executableCode", b'{"executableCode":{"language":"PYTHON","code":"1"}}'),
    "completions": ("none", b"{}"),
}


def _turns(*messages: Message, **more: Any) -> Asks:
    return lambda _: msgspec.structs.replace(Request(model="m", messages=messages or (HELLO,)), **more)


def _asks(**more: Any) -> Asks:
    return _turns(HELLO, **more)


def _drawn(**more: object) -> Asks:
    return _asks(sampling=msgspec.convert(more, Sampling))


def _user(*parts: Part) -> Asks:
    return _turns(Message("user", (Text("Look:"), *parts)))


def _model(*parts: Part) -> Asks:
    return _turns(HELLO, Message("assistant", parts), Message("user", (Text("And?"),)))


def _called(*results: ToolResult, calls: tuple[ToolCall, ...] = (CALL,)) -> Asks:
    return _turns(HELLO, Message("assistant", calls), Message("user", results), tools=(WEATHER, CLOCK))


def _result(*parts: Text | Media, call_id: str = "call_1", failed: bool = False) -> ToolResult:
    return ToolResult(call_id=call_id, parts=parts, failed=failed)


def _choice(mode: str, *names: str) -> Asks:
    return _asks(tools=(WEATHER, CLOCK), tool_choice=msgspec.convert({"mode": mode, "names": names}, ToolChoice))


def _thinks(**more: object) -> Asks:
    return _asks(reasoning=msgspec.convert(more, Reasoning))


def _own_tool(dialect: str) -> Request:
    return _asks(tools=(NativeTool(dialect, *_OWN_TOOLS[dialect]),))(dialect)


def _own_block(dialect: str) -> Request:
    return _model(Native(dialect, *_OWN_BLOCKS[dialect]), Text("Well"))(dialect)


def _own_member(dialect: str) -> Request:
    return _asks(extra={f"{dialect}:x_own": b"1"})(dialect)


def _thought(**more: str) -> Asks:
    return lambda dialect: _model(msgspec.convert({**more, "dialect": dialect}, Thinking), Text("Well"))(dialect)


REQUESTS: Mapping[str, Mapping[str, Asks]] = {
    "Conversation": {
        "words": _asks(),
        "several turns": _model(Text("Well")),
        "system": _turns(Message("system", (Text("Be brief."),)), HELLO),
        "developer": _turns(Message("developer", (Text("Be brief."),)), HELLO),
        "system between turns": _turns(HELLO, WELL, Message("system", (Text("Now"),)), HELLO),
        "names of users": _turns(Message("user", (Text("Hello"),), name="ann")),
        "a refusal given back": _model(Refusal("No")),
        "stream": _asks(stream=True),
        "a member of its own": _own_member,
    },
    "Media": {
        "image": _user(PNG),
        "image by address": _user(Media(kind="image", url="https://example.org/a.png")),
        "image by file id": _user(Media(kind="image", file_id="file_1")),
        "image detail": _user(msgspec.structs.replace(PNG, detail="high")),
        "audio": _user(WAV),
        "video": _user(Media(kind="video", mime="video/mp4", data="AAAA")),
        "document": _user(PDF),
        "document by address": _user(Media(kind="document", url="https://example.org/a.pdf")),
        "document by file id": _user(Media(kind="document", file_id="file_1")),
        "document name": _user(msgspec.structs.replace(PDF, name="a.pdf")),
        "image of the model's given back": _model(PNG, Text("Well")),
    },
    "Tools": {
        "tools": _asks(tools=(WEATHER, CLOCK)),
        "tool without parameters": _asks(tools=(Tool(name="now"),)),
        "strict tool": _asks(tools=(msgspec.structs.replace(WEATHER, strict=True),)),
        "custom tool": _asks(tools=(Tool(name="sql", description="a query", custom=True),)),
        "a provider's own tool": _own_tool,
        "choice: auto": _choice("auto"),
        "choice: none": _choice("none"),
        "choice: any": _choice("any"),
        "choice: one": _choice("one", "clock"),
        "choice: any of some": _asks(
            tools=(WEATHER, CLOCK, Tool(name="news", parameters=SCHEMA)),
            tool_choice=ToolChoice(mode="any", names=("weather", "clock")),
        ),
        "parallel calls off": _asks(tools=(WEATHER,), parallel_tool_calls=False),
        "call and result": _called(_result(Text("Sun"))),
        "parallel calls and results": _called(
            _result(Text("Sun")), _result(Text("Noon"), call_id="call_2"), calls=(CALL, SECOND)
        ),
        "failed result": _called(_result(Text("no such city"), failed=True)),
        "image in a result": _called(_result(Text("Sun"), PNG)),
        "document in a result": _called(_result(Text("Sun"), PDF)),
        "audio in a result": _called(_result(Text("Sun"), WAV)),
        "arguments that are no JSON": _called(
            _result(Text("Sun")), calls=(msgspec.structs.replace(CALL, arguments='{"city":'),)
        ),
        "a call's signature": _called(
            _result(Text("Sun")), calls=(msgspec.structs.replace(CALL, signature=SIGNATURE),)
        ),
        "a server's block given back": _own_block,
    },
    "Thinking": {
        "effort": _thinks(effort="high"),
        "effort: minimal": _thinks(effort="minimal"),
        "effort: none": _thinks(effort="none"),
        "budget": _asks(reasoning=Reasoning(budget=2048), sampling=Sampling(max_tokens=4096)),
        "as the model sees fit": _thinks(adaptive=True),
        "thoughts shown": _thinks(effort="low", shown=True),
        "detailed summary": _thinks(effort="low", shown=True, summary="detailed"),
        "thinking given back": _thought(text="Hm."),
        "signed thinking given back": _thought(text="Hm.", signature=SIGNATURE),
        "encrypted thinking given back": _thought(redacted=SIGNATURE),
    },
    "Form": {
        "JSON": _asks(format=Format(kind="json")),
        "schema": _asks(format=Format(kind="schema", schema=SCHEMA)),
        "schema with a name": _asks(format=Format(kind="schema", schema=SCHEMA, name="city", strict=True)),
        "verbosity": _asks(verbosity="low"),
        "spoken answer": _asks(modalities=("text", "audio"), voice=Voice(voice=b'"alloy"', format="wav")),
        "picture as answer": _asks(modalities=("text", "image")),
    },
    "Sampling": {
        "max_tokens": _drawn(max_tokens=100),
        "temperature": _drawn(temperature=0.5),
        "top_p": _drawn(top_p=0.5),
        "top_k": _drawn(top_k=5),
        "presence_penalty": _drawn(presence_penalty=0.5),
        "frequency_penalty": _drawn(frequency_penalty=0.5),
        "seed": _drawn(seed=7),
        "stop": _drawn(stop=["END"]),
        "n": _drawn(n=2),
        "logprobs": _drawn(logprobs=True),
        "top_logprobs": _drawn(logprobs=True, top_logprobs=3),
        "user": _asks(user="ann"),
        "service tier": _asks(service_tier="flex"),
    },
}
"""By group and name; what a caller asks."""


def _says(*parts: Part, **more: Any) -> Says:
    finish = Finish("tool_calls" if any(isinstance(part, ToolCall) for part in parts) else "stop")
    candidate = msgspec.structs.replace(Candidate(parts=parts or (Text("Well"),), finish=finish), **more)
    return lambda _: Reply(id="id", model="m", created=1, candidates=(candidate,))


def _ends(end: End, sequence: str = "") -> Says:
    return _says(finish=Finish(end, stop_sequence=sequence))


def _used(**more: int) -> Says:
    usage = Usage(**{"input_tokens": 100, "output_tokens": 50, **more})
    return lambda dialect: msgspec.structs.replace(_says()(dialect), usage=usage)


def _cited(dialect: str) -> Reply:
    return _says(Text("Well", citations=(Citation(url="https://example.org", title="A page"),)))(dialect)


def _thinking(**more: str) -> Says:
    return lambda dialect: _says(msgspec.convert({**more, "dialect": dialect}, Thinking), Text("Well"))(dialect)


def _block(dialect: str) -> Reply:
    return _says(Native(dialect, *_OWN_BLOCKS[dialect]), Text("Well"))(dialect)


def _several(dialect: str) -> Reply:
    one = _says()(dialect)
    second = msgspec.structs.replace(one.candidates[0], index=1)
    return msgspec.structs.replace(one, candidates=(*one.candidates, second))


def _tier(dialect: str) -> Reply:
    return msgspec.structs.replace(_says()(dialect), service_tier="priority")


ANSWERS: Mapping[str, Mapping[str, Says]] = {
    "Answers": {
        "words": _says(),
        "citations": _cited,
        "refusal": _says(Refusal("No")),
        "tool call": _says(CALL),
        "words and parallel calls": _says(Text("Well"), CALL, SECOND),
        "custom call": _says(ToolCall(id="call_1", name="sql", arguments="select 1", custom=True)),
        "a call's signature": _says(msgspec.structs.replace(CALL, signature=SIGNATURE)),
        "thinking": _thinking(text="Hm."),
        "signed thinking": _thinking(text="Hm.", signature=SIGNATURE),
        "encrypted thinking": _thinking(redacted=SIGNATURE),
        "picture": _says(PNG),
        "sound": _says(msgspec.structs.replace(WAV, transcript="Well")),
        "a server's block": _block,
        "several answers": _several,
        "logprobs": _says(logprobs=ODDS),
        "top_logprobs": _says(logprobs=TOP_ODDS),
        "service tier": _tier,
    },
    "Ends": {
        "stop": _ends("stop"),
        "stop sequence": _ends("stop", "END"),
        "length": _ends("length"),
        "content filter": _ends("content_filter"),
        "refusal": _ends("refusal"),
        "pause": _ends("pause"),
        "context": _ends("context"),
        "malformed": _ends("malformed"),
    },
    "Usage": {
        "tokens": _used(),
        "read from a cache": _used(cached_tokens=80),
        "written to a cache": _used(cache_write_tokens=15),
        "reasoning": _used(reasoning_tokens=40),
        "audio": _used(audio_input_tokens=30, audio_output_tokens=20),
    },
}
"""The same of what a provider answers, whole and streamed."""

ERRORS = (
    (400, "invalid_request_error"),
    (401, "authentication_error"),
    (403, "permission_error"),
    (404, "not_found_error"),
    (429, "rate_limit_error"),
    (500, "server_error"),
    (503, "overloaded_error"),
)
