"""Recorded answers of real providers, read by every vendor's own client in its own dialect: all read the same.

One in ``EVERY`` is read here. What a client of the provider's own dialect is given are the provider's bytes, which are
not ours to mend: it reads leniently, and is what the others are compared with.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import anthropic
import openai
import pytest
from google import genai
from google.genai import types
from tests.integration.gateway_process import Gateway, running
from tests.integration.played.house import PROVIDERS, model_of
from tests.integration.played.recorded import Played, recorded

from outlast.testing.upstream import Handler, Received, in_thread

pytestmark = pytest.mark.server

EVERY = 17
FIRST = ("compatible-chat-7", "anthropic-messages-147", "gemini-86")
"""Always: a tier of the provider's own, sources in a stream."""
FAILED = frozenset({"compatible-chat-54", "compatible-chat-57"})
"""Streams that the provider ended with an error."""
Read = tuple[str, list[tuple[str, object]]]
"""What was said, and which tools were called."""


@dataclass(frozen=True)
class Clients:
    """Everybody's client of one gateway."""

    openai: openai.OpenAI
    anthropic: anthropic.Anthropic
    google: genai.Client


def chat(clients: Clients, model: str, *, stream: bool) -> Read:
    asked: Any = {"model": model, "messages": [{"role": "user", "content": "Hello?"}]}
    client = clients.openai.chat.completions
    if stream:
        with client.stream(**asked) as pieces:
            answer: Any = pieces.get_final_completion()
    else:
        answer = client.create(**asked)
    if not answer.choices:
        return "", []
    message = answer.choices[0].message
    # Some providers leave a call's type out.
    calls = [getattr(call, call.type or "function") for call in message.tool_calls or ()]
    return (message.content or "") + (message.refusal or ""), [(call.name, given(call)) for call in calls]


def responses(clients: Clients, model: str, *, stream: bool) -> Read:
    asked: Any = {"model": model, "input": "Hello?", "store": False}
    if stream:
        with clients.openai.responses.stream(**asked) as events:
            answer: Any = events.get_final_response()
    else:
        answer = clients.openai.responses.create(**asked)
    parts = [part for item in answer.output if item.type == "message" for part in item.content]
    text = "".join(part.refusal if part.type == "refusal" else part.text for part in parts)
    calls = [item for item in answer.output if item.type in ("function_call", "custom_tool_call")]
    return text, [(call.name, given(call)) for call in calls]


def messages(clients: Clients, model: str, *, stream: bool) -> Read:
    asked: Any = {"model": model, "max_tokens": 99, "messages": [{"role": "user", "content": "Hello?"}]}
    if stream:
        with clients.anthropic.messages.stream(**asked) as events:
            answer: Any = events.get_final_message()
    else:
        answer = clients.anthropic.messages.create(**asked)
    text = "".join(block.text for block in answer.content if block.type == "text")
    return text, [(block.name, block.input) for block in answer.content if block.type == "tool_use"]


def content(clients: Clients, model: str, *, stream: bool) -> Read:
    client = clients.google.models
    answers: list[types.GenerateContentResponse] = (
        list(client.generate_content_stream(model=model, contents="Hello?"))
        if stream
        else [client.generate_content(model=model, contents="Hello?")]
    )
    parts = [part for answer in answers for part in answer.parts or ()]
    calls = [part.function_call for part in parts if part.function_call]
    said = [part.text for part in parts if part.text and not part.thought]
    return "".join(said), [(str(call.name), call.args or {}) for call in calls]


def given(call: Any) -> object:
    """What a tool was given: JSON as its value, the input of a custom tool as it is."""
    try:
        return json.loads(call.arguments or "{}") if hasattr(call, "arguments") else call.input
    except ValueError:
        return call.arguments


CLIENTS: dict[str, Callable[..., Read]] = {
    "chat": chat,
    "responses": responses,
    "claude": messages,
    "gemini": content,
}
"""By the provider table that speaks their dialect."""


@dataclass(frozen=True)
class Stage:
    """A gateway before the recordings, and its clients."""

    gateway: Gateway
    lines: dict[str, Played]

    def clients(self, *, strict: bool) -> Clients:
        more: Any = {"api_key": "own", "max_retries": 0, "_strict_response_validation": strict}
        return Clients(
            openai.OpenAI(base_url=self.gateway.base_url, **more),
            anthropic.Anthropic(base_url=self.gateway.address, **more),
            genai.Client(api_key="own", http_options=types.HttpOptions(base_url=self.gateway.address)),
        )


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    lines = dict(recorded())
    with in_thread(playing_lines(lines)) as upstream:
        providers = PROVIDERS.format(address=upstream.base_url.removesuffix("/v1"))
        with running(tmp_path_factory.mktemp("recorded"), providers) as gateway:
            yield Stage(gateway, lines)


def playing_lines(lines: dict[str, Played]) -> Handler:
    async def handle(received: Received, writer: Any) -> bool:
        writer.write(lines[model_of(received)].wire)
        await writer.drain()
        return True

    return handle


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # of the loose client, over an older answer
def test_every_client_reads_the_same_in_a_recorded_answer(stage: Stage) -> None:
    strict, loose = stage.clients(strict=True), stage.clients(strict=False)
    names = [name for name in stage.lines if name not in FAILED]
    for name in (*FIRST, *names[::EVERY]):
        line = stage.lines[name]
        model = f"{line.table}/{name}"
        said = CLIENTS[line.table](loose, model, stream=line.stream)
        for dialect, client in CLIENTS.items():
            if dialect != line.table:
                assert client(strict, model, stream=line.stream) == said, f"{name} in the dialect of {dialect}"


def test_a_recorded_stream_that_failed_fails_for_every_client(stage: Stage) -> None:
    strict = stage.clients(strict=True)
    for name in sorted(FAILED):
        line = stage.lines[name]
        for client in CLIENTS.values():
            # OpenAI's helper for streams of responses has no exception of its own for one that failed.
            with pytest.raises((openai.APIError, anthropic.APIError, genai.errors.APIError, RuntimeError)):
                client(strict, f"{line.table}/{name}", stream=True)
