"""Real traffic through a gateway process: the caller's bytes reach the provider, the provider's bytes the caller.

Two changes are allowed on the way out (the model id, and ``stream_options.include_usage`` in a stream) and one on
the way back (the chunk that carries only the usage, where the caller had not asked for it).
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from tests.integration.gateway_process import Answer, Gateway, calling, running, until

from outlast.gateway.chat import WITHHELD
from outlast.providers.recorded import RecordedUpstream
from outlast.providers.recording import Recording
from outlast.testing.upstream import Handler, Received, UpstreamServer, in_thread, playing

pytestmark = pytest.mark.server

TRAFFIC = Path(__file__).parents[3] / "shared" / "traffic"
FILES = ("openai-chat.jsonl", "compatible-chat.jsonl")
CHAT = "/chat/completions"
NOT_CARRIED = WITHHELD | {"content-encoding"}
"""Recorded headers of a connection that is no more; bodies were recorded uncompressed."""


class Line(msgspec.Struct, frozen=True):
    """One line of a file."""

    uri: str
    request: msgspec.Raw
    status: int
    headers: dict[str, str]
    response_kind: str
    response: msgspec.Raw


@dataclass(frozen=True, slots=True)
class Recorded:
    """One exchange, and what has to come of it."""

    file: Path
    number: int
    line: Line
    members: dict[str, msgspec.Raw]
    model: str
    streamed: bool
    wants_usage: bool

    def __str__(self) -> str:
        return f"{self.file.name} line {self.number}"

    @property
    def base_url(self) -> str:
        """Where the provider was, as its own client takes it."""
        return self.line.uri.partition("#")[0].removesuffix(CHAT)

    def request(self, model: str) -> bytes:
        """The recorded members as they were written, for a name of the gateway."""
        return msgspec.json.encode({**self.members, "model": model})

    def for_provider(self) -> bytes:
        """The same with the provider's own model id, and with the one member that a stream gets."""
        body = self.request(self.model)
        if not self.streamed or self.wants_usage:
            return body
        assert "stream_options" not in self.members
        return body[:-1] + b',"stream_options":{"include_usage":true}}'

    @property
    def body(self) -> bytes:
        """The recorded answer: JSON without blanks, or the very text."""
        if self.line.response_kind == "json":
            return msgspec.json.format(self.line.response, indent=-1)
        return msgspec.json.decode(self.line.response, type=str).encode()

    def for_caller(self) -> bytes:
        """The same, less the chunk that nobody asked for."""
        if not self.streamed or self.wants_usage or self.line.status != 200:
            return self.body
        return b"".join(event for event in self.events() if not _only_usage(event))

    def events(self) -> list[bytes]:
        """A stream's events, each with its blank line."""
        *whole, rest = self.body.split(b"\n\n")
        return [event + b"\n\n" for event in whole] + ([rest] if rest else [])

    def usage(self) -> tuple[int, int, int, int] | None:
        """Input, cached, output and reasoning tokens as the provider reported them."""
        pieces = self.events() if self.streamed and self.line.status == 200 else [self.body]
        found = [usage for usage in map(_reported, pieces) if usage]
        if not found or self.line.status != 200:
            return None
        last = found[-1]
        read, thought = (last.get(name) or {} for name in ("prompt_tokens_details", "completion_tokens_details"))
        elsewhere = (last.get(name) for name in ("num_cached_tokens", "prompt_cache_hit_tokens"))
        cached = read.get("cached_tokens") or next(filter(None, elsewhere), 0)
        reasoning = thought.get("reasoning_tokens") or last.get("reasoning_tokens") or 0
        return last["prompt_tokens"], cached, last["completion_tokens"], reasoning


def _document(event: bytes) -> dict[str, Any]:
    data = event.strip().removeprefix(b"data:").strip()
    return msgspec.json.decode(data, type=dict[str, Any]) if data.startswith(b"{") else {}


def _only_usage(event: bytes) -> bool:
    document = _document(event)
    return document.get("choices") == [] and bool(document.get("usage"))


def _reported(event: bytes) -> dict[str, Any]:
    document = _document(event)
    found: dict[str, Any] = document.get("usage") or document.get("x_groq", {}).get("usage") or {}
    return found


def _read(file: Path, number: int, raw: bytes) -> Recorded:
    line = msgspec.json.decode(raw, type=Line)
    asked = msgspec.json.decode(line.request)
    return Recorded(
        file=file,
        number=number,
        line=line,
        members=msgspec.json.decode(line.request, type=dict[str, msgspec.Raw]),
        model=asked["model"],
        streamed=bool(asked.get("stream")),
        wants_usage=bool((asked.get("stream_options") or {}).get("include_usage")),
    )


@pytest.fixture(scope="module")
def recordings() -> list[Recorded]:
    """Every recorded chat completion."""
    found = []
    for file in (TRAFFIC / name for name in FILES):
        if not file.exists():
            pytest.skip(f"NO RECORDED TRAFFIC AT {file}: REAL EXCHANGES ARE NOT TESTED")
        lines = enumerate(file.read_bytes().splitlines(), start=1)
        found += [_read(file, number, raw) for number, raw in lines]
    found = [recorded for recorded in found if urlsplit(recorded.line.uri).path.endswith(CHAT)]
    assert len(found) > 300
    return found


@dataclass(frozen=True, slots=True)
class House:
    """A gateway whose providers answer from the files.

    Each recorded provider is there three times: ``recorded-N`` in the gateway's own process, ``http-N`` over HTTP
    for direct names, ``sample-N`` over HTTP for virtual ones.
    """

    gateway: Gateway
    provider: UpstreamServer
    places: dict[tuple[Path, str], int]

    def direct(self, kind: str, recorded: Recorded) -> str:
        return f"{kind}-{self.places[recorded.file, recorded.base_url]}/{recorded.model}"


@pytest.fixture(scope="module")
def house(recordings: list[Recorded], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    places = {place: n for n, place in enumerate(dict.fromkeys((each.file, each.base_url) for each in recordings))}
    handlers: dict[str, Handler] = {}
    for (file, base_url), n in places.items():
        recording = Recording(file, base_url)
        for base in (f"/http-{n}", f"/sample-{n}"):
            handlers[base] = playing(RecordedUpstream(recording), base=base)
    with in_thread(by_path(handlers)) as provider:
        made = House(Gateway(tmp_path_factory.mktemp("recorded")), provider, places)
        virtual = dict.fromkeys(made.direct("sample", each) for each in sample(recordings))
        configuration = [
            *tables(places, provider),
            *(f'[models."{n}"]\ntarget = "{n}"\nadapt = false\n' for n in virtual),
        ]
        with running(made.gateway.folder, "".join(configuration)) as gateway:
            yield House(gateway, provider, places)


def by_path(handlers: dict[str, Handler]) -> Handler:
    """The handler whose path the request's begins with."""

    async def handle(received: Received, writer: asyncio.StreamWriter) -> bool:
        return await handlers[received.path.removesuffix(CHAT)](received, writer)

    return handle


def tables(places: dict[tuple[Path, str], int], provider: UpstreamServer) -> Iterator[str]:
    """The providers of the configuration."""
    origin = provider.base_url.removesuffix("/v1")
    for (file, base_url), n in places.items():
        yield f'[providers.recorded-{n}]\nkind = "recorded"\nfile = "{file}"\nbase_url = "{base_url}"\n'
        for name in (f"http-{n}", f"sample-{n}"):
            yield f'[providers.{name}]\nkind = "openai"\nbase_url = "{origin}/{name}"\n'


def sample(recordings: list[Recorded]) -> list[Recorded]:
    """Good answers to requests that were recorded once: a virtual model has its own word on the others."""
    times = Counter((each.file, each.base_url, bytes(each.line.request)) for each in recordings)
    once = [each for each in recordings if times[each.file, each.base_url, bytes(each.line.request)] == 1]
    return [each for each in once if each.line.status == 200][::4]


def check(recorded: Recorded, answer: Answer) -> None:
    """The caller has what the provider said: status, headers and body."""
    assert answer.status == recorded.line.status, recorded
    assert answer.body == recorded.for_caller(), recorded
    said = {name.lower(): value for name, value in recorded.line.headers.items() if name.lower() not in NOT_CARRIED}
    assert said.items() <= answer.headers.items(), recorded


def test_by_direct_names_the_recorded_kind_answers_every_exchange_as_it_was(
    house: House, recordings: list[Recorded]
) -> None:
    with calling(house.gateway.address) as caller:
        for recorded in recordings:
            check(recorded, caller.post(recorded.request(house.direct("recorded", recorded))))


def test_by_direct_names_every_provider_receives_what_the_caller_sent(house: House, recordings: list[Recorded]) -> None:
    start = len(house.provider.received)
    with calling(house.gateway.address) as caller:
        for recorded in recordings:
            check(recorded, caller.post(recorded.request(house.direct("http", recorded))))
    received = [request.body for request in house.provider.received[start:]]
    assert received == [recorded.for_provider() for recorded in recordings]


def test_a_virtual_model_without_adaptation_is_as_transparent(house: House, recordings: list[Recorded]) -> None:
    chosen, start = sample(recordings), len(house.provider.received)
    assert len(chosen) > 30
    with calling(house.gateway.address) as caller:
        for recorded in chosen:
            check(recorded, caller.post(recorded.request(house.direct("sample", recorded))))
    received = [request.body for request in house.provider.received[start:]]
    assert received == [recorded.for_provider() for recorded in chosen]


def test_the_ledger_has_the_usage_that_was_reported(house: House, recordings: list[Recorded]) -> None:
    with calling(house.gateway.address) as caller:
        answers = [caller.post(recorded.request(house.direct("recorded", recorded))).id for recorded in recordings]
    rows = until(lambda: _rows(house.gateway, set(answers)))
    reported = [recorded.usage() for recorded in recordings]
    for recorded, usage, id_ in zip(recordings, reported, answers, strict=True):
        row = rows[id_]
        kept = row["input_tokens"], row["cached_tokens"], row["output_tokens"], row["reasoning_tokens"]
        assert kept == (usage or (None,) * 4), recorded
        assert not row["estimated"]
    total = house.gateway.outlast("usage", "--format", "json").document["total"]
    everything = house.gateway.rows()
    assert total["calls"] == len(everything)
    for name in ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens"):
        assert total[name] == sum(row[name] or 0 for row in everything), name


def _rows(gateway: Gateway, wanted: set[str]) -> dict[str, dict[str, Any]]:
    rows = {row["id"]: row for row in gateway.rows() if row["id"] in wanted}
    return rows if len(rows) == len(wanted) else {}
