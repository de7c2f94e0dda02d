"""What every kind of upstream promises to the gateway, whatever it is made of."""

import asyncio
import datetime as dt
import json
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
import uvloop

from outlast.catalog.claims import Standing
from outlast.catalog.models import Model
from outlast.catalog.port import Chain
from outlast.errors import UpstreamBroken, UpstreamError
from outlast.gateway.ports import Upstream, UpstreamRequest
from outlast.providers.recorded import RecordedUpstream
from outlast.providers.recording import Recording
from outlast.providers.script.life import Stage
from outlast.providers.script.profile import Profiles
from outlast.providers.scripted import ScriptedUpstream
from outlast.providers.vendor import VendorUpstream
from outlast.settings import ProviderSettings
from outlast.testing.upstream import UpstreamServer, playing

KINDS = ("openai", "recorded", "scripted")
T = TypeVar("T")


class OneModel:
    """Knowledge of one living model."""

    model = Model(provider="openai", id="gpt-4o", name="GPT-4o", kind="chat", points_to="gpt-4o-2024-08-06")

    def find(self, ref: str) -> Model | None:
        return self.model if ref == self.model.ref else None

    def standing(self, _ref: str, _surface: str, _day: dt.date) -> Standing:
        return Standing(status="active")

    def chain(self, _ref: str, _surface: str, _day: dt.date) -> Chain:
        return Chain((), None)

    def closest(self, _ref: str, limit: int = 3) -> tuple[str, ...]:
        return (self.model.ref,)[:limit]

    def models(self) -> tuple[Model, ...]:
        return (self.model,)


def scripted() -> ScriptedUpstream:
    stage = Stage(OneModel(), "openai", "api", lambda: dt.date(2026, 2, 10))
    return ScriptedUpstream(stage, Profiles(), unix_seconds=lambda: 1_770_000_000.0, rng=random.Random(1))  # noqa: S311 - ids


def asked(words: str, *, model: str = "gpt-4o", stream: bool = False) -> UpstreamRequest:
    body: dict[str, object] = {"model": model, "messages": [{"role": "user", "content": words}]}
    if stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return UpstreamRequest(
        target=f"up/{model}", model=model, path="/chat/completions", body=msgspec.json.encode(body), stream=stream
    )


QUESTIONS = (
    asked("What is 17 + 25?"),
    asked("What is 17 + 25?", stream=True),
    asked("Write 5000 words", stream=True),
    asked("hello", model="no-such-model"),
)


async def write_recording(file: Path) -> None:
    """Record the scripted models: the three kinds then answer alike."""
    upstream = scripted()
    with file.open("w", encoding="utf-8") as out:
        for request in QUESTIONS:
            answer = await upstream.send(request)
            body = (await answer.read()).decode()
            kind = "text" if request.stream else "json"
            line = {
                "source": "scripted", "method": "POST", "uri": "https://simulated.example/v1/chat/completions",
                "request": json.loads(request.body), "status": answer.status, "headers": dict(answer.headers),
                "response_kind": kind, "response": body if kind == "text" else json.loads(body),
            }  # fmt: skip
            out.write(json.dumps(line) + "\n")


@asynccontextmanager
async def opened(kind: str, folder: Path) -> AsyncIterator[Upstream]:
    if kind == "recorded":
        await write_recording(folder / "exchanges.jsonl")
        yield RecordedUpstream(Recording(folder / "exchanges.jsonl"))
    elif kind == "scripted":
        yield scripted()
    else:
        async with UpstreamServer(playing(scripted())) as server:
            settings = ProviderSettings(kind="openai", base_url=server.base_url, api_key="sk-x")
            upstream = VendorUpstream("up", settings, environ={})
            yield upstream
            await upstream.aclose()


def with_each(kind: str, folder: Path, use: Callable[[Upstream], Coroutine[None, None, T]]) -> T:
    async def conversation() -> T:
        async with asyncio.timeout(20), opened(kind, folder) as upstream:
            return await use(upstream)

    return uvloop.run(conversation())


every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
def test_a_plain_answer_is_read_whole(kind: str, tmp_path: Path) -> None:
    async def use(upstream: Upstream) -> tuple[int, bytes, bytes]:
        answer = await upstream.send(QUESTIONS[0])
        return answer.status, await answer.read(), await answer.read()

    status, body, rest = with_each(kind, tmp_path, use)
    assert status == 200
    assert "17 + 25 = 42" in json.loads(body)["choices"][0]["message"]["content"]
    assert rest == b""


@every_kind
def test_header_names_are_lower_case_and_none_is_hop_by_hop(kind: str, tmp_path: Path) -> None:
    async def use(upstream: Upstream) -> list[str]:
        answer = await upstream.send(QUESTIONS[0])
        await answer.read()
        return [name for name, _ in answer.headers]

    names = with_each(kind, tmp_path, use)
    assert {"content-type", "x-simulated"} <= set(names)
    assert all(name == name.lower() for name in names)
    assert {"connection", "transfer-encoding", "keep-alive"}.isdisjoint(names)


@every_kind
def test_a_stream_arrives_in_pieces_and_ends_with_an_empty_one(kind: str, tmp_path: Path) -> None:
    async def use(upstream: Upstream) -> tuple[list[bytes], bytes]:
        answer = await upstream.send(QUESTIONS[2])
        pieces = []
        while piece := await answer.chunk():
            pieces.append(piece)
        return pieces, await answer.chunk()

    pieces, after = with_each(kind, tmp_path, use)
    assert len(pieces) > 1
    assert b"".join(pieces).endswith(b"data: [DONE]\n\n")
    assert after == b""


@every_kind
def test_read_after_a_chunk_gives_the_rest(kind: str, tmp_path: Path) -> None:
    async def use(upstream: Upstream) -> bytes:
        answer = await upstream.send(QUESTIONS[1])
        return await answer.chunk() + await answer.read()

    assert with_each(kind, tmp_path, use).count(b"data: ") > 5


@every_kind
def test_closing_stops_an_answer_and_may_be_repeated(kind: str, tmp_path: Path) -> None:
    async def use(upstream: Upstream) -> bool:
        answer = await upstream.send(QUESTIONS[2])
        await answer.chunk()
        answer.close()
        answer.close()
        try:
            while await answer.chunk():
                pass
        except UpstreamBroken:
            return True
        return False

    assert with_each(kind, tmp_path, use)


@every_kind
def test_closing_a_finished_answer_changes_nothing(kind: str, tmp_path: Path) -> None:
    async def use(upstream: Upstream) -> bytes:
        answer = await upstream.send(QUESTIONS[0])
        await answer.read()
        answer.close()
        return await answer.chunk()

    assert with_each(kind, tmp_path, use) == b""


@every_kind
def test_an_error_answer_is_an_answer(kind: str, tmp_path: Path) -> None:
    async def use(upstream: Upstream) -> tuple[int, bytes]:
        answer = await upstream.send(QUESTIONS[3])
        return answer.status, await answer.read()

    status, body = with_each(kind, tmp_path, use)
    assert status == 404
    assert json.loads(body)["error"]["code"] == "model_not_found"


@every_kind
def test_calls_run_beside_each_other(kind: str, tmp_path: Path) -> None:
    async def use(upstream: Upstream) -> list[int]:
        async def one(request: UpstreamRequest) -> int:
            answer = await upstream.send(request)
            await answer.read()
            return answer.status

        return await asyncio.gather(*(one(QUESTIONS[n % 4]) for n in range(40)))

    assert with_each(kind, tmp_path, use) == [200, 200, 200, 404] * 10


@pytest.mark.parametrize("kind", ["openai", "scripted"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("fault", ["simulated-reset", "simulated-truncated"])
def test_an_answer_that_breaks_off_raises(kind: str, fault: str, tmp_path: Path, *, stream: bool) -> None:
    async def use(upstream: Upstream) -> str:
        try:
            answer = await upstream.send(asked("hello", model=fault, stream=stream))
            await answer.read()
        except UpstreamError as error:
            return error.code
        return ""

    assert with_each(kind, tmp_path, use) == "upstream_broken"


@pytest.mark.parametrize("kind", ["openai", "scripted"])
def test_cancelling_a_call_ends_it(kind: str, tmp_path: Path) -> None:
    async def use(upstream: Upstream) -> bool:
        call = asyncio.ensure_future(upstream.send(asked("hello", model="simulated-hang")))
        await asyncio.wait((call,), timeout=0.05)
        call.cancel()
        await asyncio.wait((call,), timeout=5)
        return call.cancelled()

    assert with_each(kind, tmp_path, use)
