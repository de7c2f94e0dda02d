"""Real traffic of three more dialects through a gateway process, in and out in the same one.

What is changed on the way is named at ``for_provider`` and ``for_caller``: the model's name, and of the Responses API
what the gateway answers for itself.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import msgspec
import pytest
from tests.integration.gateway_process import Answer, Caller, Gateway, calling, running, until

from outlast.gateway.chat import WITHHELD
from outlast.providers.recorded import RecordedUpstream
from outlast.providers.recording import Recording
from outlast.testing.upstream import Handler, Received, UpstreamServer, in_thread, playing

pytestmark = pytest.mark.server

TRAFFIC = Path(__file__).parents[3] / "shared" / "traffic"
FILES = {"anthropic-messages.jsonl": "anthropic", "gemini.jsonl": "gemini", "openai-responses.jsonl": "responses"}
NOT_CARRIED = WITHHELD | {"content-encoding"}
"""Recorded headers of a connection that is no more; bodies were recorded uncompressed."""
KEPT_HERE = ("previous_response_id", "conversation", "background")
"""Members of the Responses API by which a call needs what its provider keeps: the gateway keeps that itself."""


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
    dialect: str
    line: Line
    members: Mapping[str, msgspec.Raw]

    def __str__(self) -> str:
        return f"{self.file.name} line {self.number}"

    @property
    def address(self) -> str:
        return self.line.uri.partition("?")[0].partition("#")[0]

    @property
    def action(self) -> str:
        """What a path ends with."""
        return self.address.rpartition(":" if self.dialect == "gemini" else "/")[2]

    @property
    def base_url(self) -> str:
        """Where the provider was, as its own client takes it."""
        if self.dialect == "responses":
            return self.address.removesuffix("/responses")
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def place(self) -> tuple[str, str] | None:
        """Project and location, on Vertex."""
        named = self.address.split("/")
        if "projects" not in named:
            return None
        return named[named.index("projects") + 1], named[named.index("locations") + 1]

    @property
    def model(self) -> str:
        if self.dialect == "gemini":
            return unquote(self.address.rpartition("/models/")[2].rpartition(":")[0])
        return msgspec.json.decode(self.members["model"], type=str)

    @property
    def streamed(self) -> bool:
        if self.dialect == "gemini":
            return self.action == "streamGenerateContent"
        return bytes(self.members.get("stream", msgspec.Raw(b"false"))) == b"true"

    def path(self, model: str) -> str:
        """Where a caller of the gateway asks for ``model``."""
        if self.dialect == "gemini":
            query = "?alt=sse" if self.streamed else ""
            return f"/v1beta/models/{quote(model)}:{self.action}{query}"
        return "/v1/responses" if self.dialect == "responses" else urlsplit(self.address).path

    def request(self, model: str) -> bytes:
        """The recorded members as they were written, for a name of the gateway."""
        if self.dialect == "gemini":
            return msgspec.json.encode(self.members)
        return msgspec.json.encode({**self.members, "model": model})

    @property
    def body(self) -> bytes:
        """The recorded answer: JSON without blanks, or the very text."""
        if self.line.response_kind == "json":
            return msgspec.json.format(self.line.response, indent=-1)
        return msgspec.json.decode(self.line.response, type=str).encode()


def _read() -> Iterator[Recorded]:
    for name, dialect in FILES.items():
        file = TRAFFIC / name
        if not file.exists():
            pytest.skip(f"NO RECORDED TRAFFIC AT {file}: REAL EXCHANGES ARE NOT TESTED")
        for number, raw in enumerate(file.read_bytes().splitlines(), start=1):
            line = msgspec.json.decode(raw, type=Line)
            members = msgspec.json.decode(line.request, type=dict[str, msgspec.Raw])
            yield Recorded(file, number, dialect, line, members)


def is_served(recorded: Recorded) -> bool:
    """Whether the gateway passes this call on, and the provider keeps nothing that it needs."""
    if recorded.action in ("batchEmbedContents", "embedContent"):
        return False  # no conversation
    return not any(bytes(recorded.members.get(name, msgspec.Raw(b"null"))) not in _SAYS_NOTHING for name in KEPT_HERE)


_SAYS_NOTHING = (b"null", b"false")


@pytest.fixture(scope="module")
def recordings() -> list[Recorded]:
    """Every recorded call that is passed on."""
    found = list(filter(is_served, _read()))
    assert len(found) > 650
    return found


@dataclass(frozen=True, slots=True)
class House:
    """A gateway whose providers answer from the files: ``recorded-N`` in its own process, ``http-N`` over HTTP."""

    gateway: Gateway
    provider: UpstreamServer
    places: dict[tuple[Path, str, tuple[str, str] | None], int]

    def name(self, kind: str, recorded: Recorded) -> str:
        return f"{kind}-{self.places[recorded.file, recorded.base_url, recorded.place]}/{recorded.model}"


@pytest.fixture(scope="module")
def house(recordings: list[Recorded], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    places = {
        place: n for n, place in enumerate(dict.fromkeys((each.file, each.base_url, each.place) for each in recordings))
    }
    dialects = {places[each.file, each.base_url, each.place]: each.dialect for each in recordings}
    handlers: dict[str, Handler] = {
        f"/http-{n}": playing(RecordedUpstream(Recording(file, base_url)), base=f"/http-{n}")
        for (file, base_url, _), n in places.items()
    }
    with in_thread(by_path(handlers)) as provider:
        origin = provider.base_url.removesuffix("/v1")
        tables = [table for place, n in places.items() for table in _tables(place, n, dialects[n], origin)]
        with running(tmp_path_factory.mktemp("dialects"), "".join(tables)) as gateway:
            yield House(gateway, provider, places)


def _tables(place: tuple[Path, str, tuple[str, str] | None], n: int, dialect: str, origin: str) -> Iterator[str]:
    """The two providers of the configuration for one place of the recordings."""
    file, base_url, project = place
    yield f'[providers.recorded-{n}]\nkind = "recorded"\nfile = "{file}"\nbase_url = "{base_url}"\n'
    yield f'speaks = ["{dialect}"]\n'
    kind = {"responses": "openai"}.get(dialect, dialect)
    yield f'[providers.http-{n}]\nkind = "{kind}"\nbase_url = "{origin}/http-{n}"\n'
    if kind == "openai":
        yield 'speaks = ["responses"]\n'
    if project is not None:
        yield f'project = "{project[0]}"\nlocation = "{project[1]}"\n'


def by_path(handlers: dict[str, Handler]) -> Handler:
    """The handler whose path the request's begins with."""

    async def handle(received: Received, writer: asyncio.StreamWriter) -> bool:
        return await handlers["/" + received.path.split("/")[1]](received, writer)

    return handle


def asked(caller: Caller, recorded: Recorded, model: str) -> Answer:
    return caller.ask("POST", recorded.path(model), recorded.request(model))


def check(recorded: Recorded, answer: Answer) -> None:
    """The caller has what the provider said: status, headers and body."""
    assert answer.status == recorded.line.status, (str(recorded), answer.body[:300])
    if answer.body != recorded.body:
        assert recorded.dialect == "responses", recorded
        assert without_store(answer.body) == without_store(recorded.body), recorded
    said = {name.lower(): value for name, value in recorded.line.headers.items() if name.lower() not in NOT_CARRIED}
    assert said.items() <= answer.headers.items(), recorded


def without_store(body: bytes) -> list[object]:
    """A response or its stream, but for what it says of its own keeping: that is the gateway's word."""
    events = [body] if body.startswith(b"{") else [event.rpartition(b"data: ")[2] for event in body.split(b"\n\n")]
    said = [msgspec.json.decode(event) if event.startswith(b"{") else event for event in events]
    for document in said:
        for each in (document, document.get("response")) if isinstance(document, dict) else ():
            if isinstance(each, dict):
                each.pop("store", None)
    return said


def test_the_recorded_kind_answers_every_exchange_of_its_dialect_as_it_was(
    house: House, recordings: list[Recorded]
) -> None:
    with calling(house.gateway.address) as caller:
        for recorded in recordings:
            check(recorded, asked(caller, recorded, house.name("recorded", recorded)))


def test_every_provider_receives_what_the_caller_sent_with_its_own_model_s_name(
    house: House, recordings: list[Recorded]
) -> None:
    start = len(house.provider.received)
    with calling(house.gateway.address) as caller:
        for recorded in recordings:
            check(recorded, asked(caller, recorded, house.name("http", recorded)))
    received = house.provider.received[start:]
    assert len(received) == len(recordings)
    for recorded, request in zip(recordings, received, strict=True):
        assert request.body == recorded.request(recorded.model), recorded
        path = "/" + request.path.split("/", 2)[2]
        assert unquote(path.partition("?")[0]) == recorded.address.removeprefix(recorded.base_url), recorded
        assert path.endswith("?alt=sse") == (recorded.streamed and recorded.dialect == "gemini")


def test_the_ledger_has_the_usage_that_was_reported(house: House, recordings: list[Recorded]) -> None:
    chosen = [each for each in recordings if each.action not in ("countTokens", "count_tokens")]
    with calling(house.gateway.address) as caller:
        ids = [asked(caller, each, house.name("recorded", each)).id for each in chosen]
    rows = until(lambda: _rows(house.gateway, set(ids)))
    for recorded, id_ in zip(chosen, ids, strict=True):
        row = rows[id_]
        kept = row["input_tokens"], row["cached_tokens"], row["output_tokens"], row["reasoning_tokens"]
        assert kept == reported(recorded), recorded
        assert row["status"] == recorded.line.status


def _rows(gateway: Gateway, wanted: set[str]) -> dict[str, dict[str, Any]]:
    rows = {row["id"]: row for row in gateway.rows() if row["id"] in wanted}
    return rows if len(rows) == len(wanted) else {}


Counts = tuple[int | None, int | None, int | None, int | None]
_NOTHING: Counts = (None, None, None, None)


def reported(recorded: Recorded) -> Counts:
    """Input, cached, output and reasoning tokens as the provider reported them."""
    if recorded.line.status != 200:
        return _NOTHING
    body = recorded.body
    whole = not body.startswith((b"data:", b"event:"))
    events = [body] if whole else [event.rpartition(b"data: ")[2] for event in body.replace(b"\r", b"").split(b"\n\n")]
    documents = [msgspec.json.decode(event, type=dict[str, Any]) for event in events if event.lstrip().startswith(b"{")]
    return {"anthropic": _anthropic, "gemini": _gemini, "responses": _responses}[recorded.dialect](documents)


def _anthropic(documents: list[dict[str, Any]]) -> Counts:
    said: dict[str, Any] = {}
    for each in documents:
        usage = each.get("usage") or (each.get("message") or {}).get("usage") or {}
        said |= {name: value for name, value in usage.items() if value is not None}
    cached, written = said.get("cache_read_input_tokens", 0), said.get("cache_creation_input_tokens", 0)
    thought = (said.get("output_tokens_details") or {}).get("thinking_tokens", 0)
    return said["input_tokens"] + cached + written, cached, said["output_tokens"], thought


def _gemini(documents: list[dict[str, Any]]) -> Counts:
    found = [each["usageMetadata"] for each in documents if "usageMetadata" in each]
    said = found[-1]
    given = said.get("promptTokenCount", 0) + said.get("toolUsePromptTokenCount", 0)
    thought = said.get("thoughtsTokenCount", 0)
    return given, said.get("cachedContentTokenCount", 0), said.get("candidatesTokenCount", 0) + thought, thought


def _responses(documents: list[dict[str, Any]]) -> Counts:
    found = [usage for each in documents if (usage := (each.get("response") or each).get("usage"))]
    if not found:
        return _NOTHING
    said = found[-1]
    read, made = said.get("input_tokens_details") or {}, said.get("output_tokens_details") or {}
    cached, thought = read.get("cached_tokens") or 0, made.get("reasoning_tokens") or 0
    return said["input_tokens"], cached, said["output_tokens"], thought


REFUSALS: dict[str, tuple[str, dict[str, object], dict[str, object], dict[str, str]]] = {
    "anthropic": (
        "/v1/messages",
        {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 5},
        {"type": "error", "error": {"type": "rate_limit_error", "message": "slow down"}, "request_id": "req_made_up"},
        {"request-id": "req_made_up", "retry-after": "77", "anthropic-ratelimit-requests-remaining": "0"},
    ),
    "gemini": (
        "/v1beta/models/some-model:generateContent",
        {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]},
        {"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED"}},
        {"retry-after": "77"},
    ),
    "responses": (
        "/v1/responses",
        {"input": "Hello"},
        {"error": {"message": "slow down", "type": "requests", "param": None, "code": "rate_limit_exceeded"}},
        {"x-request-id": "req_made_up", "retry-after": "77", "x-ratelimit-remaining-requests": "0"},
    ),
}
"""Made up in each provider's shape: path, request, error and headers. Real recordings have lost such headers."""


@pytest.mark.parametrize("dialect", REFUSALS)
def test_a_refusal_keeps_its_status_body_wait_and_request_id(dialect: str, tmp_path: Path) -> None:
    path, request, error, headers = REFUSALS[dialect]
    model = {} if dialect == "gemini" else {"model": "some-model"}
    line = {
        "method": "POST",
        "uri": f"https://provider.example{path}",
        "request": {**request, **model},
        "status": 429,
        "headers": {"content-type": "application/json", **headers},
        "response_kind": "json",
        "response": error,
    }
    (tmp_path / "refusals.jsonl").write_bytes(msgspec.json.encode(line) + b"\n")
    table = f'[providers.up]\nkind = "recorded"\nfile = "refusals.jsonl"\nspeaks = ["{dialect}"]\n'
    with running(tmp_path, table) as gateway:
        body = request if dialect == "gemini" else {**request, "model": "up/some-model"}
        answer = gateway.ask("POST", path.replace("some-model", "up/some-model"), msgspec.json.encode(body))
        row = gateway.row(answer)

    assert answer.status == row["status"] == 429
    assert answer.body == msgspec.json.encode(error)
    assert headers.items() <= answer.headers.items()
