"""OpenAI's own client, unchanged, through a gateway process: files, batches and uploads of two keys at one provider."""

import asyncio
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import openai
import pytest
from tests.integration.gateway_process import Gateway, outlast, plain, running

from outlast.testing.upstream import Received, in_thread

pytestmark = pytest.mark.server

RECORDED = Path(__file__).parents[3] / "shared" / "traffic" / "openai-other.jsonl"
KEPT = ("/v1/files", "/v1/vector_stores", "/v1/conversations")
BYTES = bytes(range(256)) * 1000 + b"\r\n0\r\n\r\n"


@dataclass
class Cupboard:
    """A provider that keeps files, batches and uploads in memory, newest first, as OpenAI's lists are."""

    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    keys: set[str] = field(default_factory=set)

    async def __call__(self, received: Received, writer: asyncio.StreamWriter) -> bool:
        """Answer one request."""
        self.keys.add(received.headers["authorization"])
        url = urlsplit(received.path)
        _, _, kind, *rest = url.path.split("/")
        writer.write(self.answer(received, kind, rest, parse_qs(url.query)))
        return True

    def answer(self, received: Received, kind: str, rest: list[str], query: dict[str, list[str]]) -> bytes:
        """The whole answer as it goes over the wire."""
        if not rest:
            return plain(200, self.made(received, kind) if received.method == "POST" else self.listed(kind, query))
        known, *word = rest
        if known not in self.kept:
            return plain(404, {"error": {"message": f"No such object: {known}", "type": "invalid_request_error"}})
        if word == ["content"]:
            body = self.contents[known]
            head = f"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: {len(body)}\r\n\r\n"
            return head.encode() + body
        if word == ["parts"]:
            return plain(200, {"id": f"part_{next(self.numbers)}", "object": "upload.part", "upload_id": known})
        if word == ["complete"]:
            self.kept[known] |= {"status": "completed", "file": self.file(BYTES)}
        if word == ["cancel"]:
            self.kept[known]["status"] = "cancelling"
        if received.method == "DELETE":
            del self.kept[known]
            return plain(200, {"id": known, "object": "file", "deleted": True})
        return plain(200, self.kept[known])

    def made(self, received: Received, kind: str) -> dict[str, Any]:
        """A new object."""
        if kind == "files":
            found = re.search(rb'name="file".*?\r\n\r\n(.*)\r\n--', received.body, re.DOTALL)
            assert found is not None
            return self.file(found[1])
        asked = json.loads(received.body)
        known = f"{kind.removesuffix('s').replace('batche', 'batch')}_{next(self.numbers)}"
        self.kept[known] = asked | {"id": known, "object": kind.removesuffix("s"), "status": "in_progress"}
        if kind == "batches":
            self.kept[known]["output_file_id"] = self.file(b"{}\n")["id"]
        return self.kept[known]

    def file(self, content: bytes) -> dict[str, Any]:
        """A new file."""
        known = f"file-{next(self.numbers)}"
        self.contents[known] = content
        self.kept[known] = {"id": known, "object": "file", "bytes": len(content), "purpose": "batch"}
        return self.kept[known]

    def listed(self, kind: str, query: dict[str, list[str]]) -> dict[str, Any]:
        """A page; small where nobody says how large."""
        prefix = {"files": "file-", "batches": "batch_"}[kind]
        names = [each for each in reversed(self.kept) if each.startswith(prefix)]
        if "after" in query:
            names = names[names.index(query["after"][0]) + 1 :]
        page = names[: int(query.get("limit", ["3"])[0])]
        data = [self.kept[each] for each in page]
        return {
            "object": "list",
            "data": data,
            "has_more": len(page) < len(names),
            "last_id": page[-1] if page else None,
        }


def configured(base_url: str, server: str) -> str:
    return (
        f'[server]\n{server}\n[providers.openai]\nkind = "openai"\nbase_url = "{base_url}"\napi_key = "sk-operator"\n'
    )


@dataclass
class House:
    """A gateway with two keys before a cupboard."""

    gateway: Gateway
    cupboard: Cupboard
    secrets: dict[str, str]

    def client(self, who: str) -> openai.OpenAI:
        """OpenAI's client of one key."""
        return openai.OpenAI(base_url=self.gateway.base_url, api_key=self.secrets[who], max_retries=0)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    cupboard = Cupboard()
    with in_thread(cupboard) as provider:
        text = configured(provider.base_url, 'stored = "openai"\npassthrough = "openai"')
        (tmp_path / "outlast.toml").write_text(text, encoding="utf-8")
        secrets = {
            name: outlast("keys", "create", name, *more, "--config", str(tmp_path / "outlast.toml")).out.strip()
            for name, more in {"ada": (), "bob": (), "limited": ("--budget-day", "1")}.items()
        }
        with running(tmp_path, text) as gateway:
            yield House(gateway, cupboard, secrets)


def test_two_keys_keep_files_at_one_provider_and_neither_sees_the_others(house: House) -> None:
    with house.client("ada") as ada, house.client("bob") as bob:
        hers = ada.files.create(file=("a.bin", BYTES), purpose="batch")
        for number in range(5):
            bob.files.create(file=("b.txt", f"line {number}".encode()), purpose="batch")

        assert hers.bytes == len(BYTES)
        assert ada.files.retrieve(hers.id) == hers
        assert ada.files.content(hers.id).content == BYTES
        assert [each.id for each in ada.files.list()] == [hers.id]
        assert len({each.id for each in bob.files.list(limit=2)}) == 5
        assert hers.id not in {each.id for each in bob.files.list()}
        for call in (bob.files.retrieve, bob.files.content, bob.files.delete):
            with pytest.raises(openai.NotFoundError):
                call(hers.id)
        assert ada.files.delete(hers.id).deleted
        with pytest.raises(openai.NotFoundError):
            ada.files.retrieve(hers.id)
    assert house.cupboard.keys == {"Bearer sk-operator"}


def test_a_batch_its_input_and_its_output_are_their_callers(house: House) -> None:
    with house.client("ada") as ada, house.client("bob") as bob:
        lines = ada.files.create(file=("a.jsonl", b"{}"), purpose="batch")
        with pytest.raises(openai.NotFoundError):
            bob.batches.create(input_file_id=lines.id, endpoint="/v1/responses", completion_window="24h")
        batch = ada.batches.create(input_file_id=lines.id, endpoint="/v1/responses", completion_window="24h")

        assert [each.id for each in ada.batches.list(limit=1)] == [batch.id]
        assert list(bob.batches.list()) == []
        assert batch.output_file_id is not None
        assert ada.files.content(batch.output_file_id).content == b"{}\n"
        with pytest.raises(openai.NotFoundError):
            bob.files.content(batch.output_file_id)
        with pytest.raises(openai.NotFoundError):
            bob.batches.cancel(batch.id)
        assert ada.batches.cancel(batch.id).status == "cancelling"
        assert ada.batches.retrieve(batch.id).status == "cancelling"


def test_an_upload_in_parts_becomes_its_callers_file(house: House) -> None:
    with house.client("ada") as ada, house.client("bob") as bob:
        upload = ada.uploads.create(bytes=len(BYTES), filename="a.bin", mime_type="text/plain", purpose="batch")
        part = ada.uploads.parts.create(upload.id, data=BYTES)
        with pytest.raises(openai.NotFoundError):
            bob.uploads.parts.create(upload.id, data=BYTES)
        with pytest.raises(openai.NotFoundError):
            bob.uploads.complete(upload.id, part_ids=[part.id])
        done = ada.uploads.complete(upload.id, part_ids=[part.id])

        assert done.file is not None
        assert ada.files.content(done.file.id).content == BYTES
        with pytest.raises(openai.NotFoundError):
            bob.files.retrieve(done.file.id)


def test_no_model_is_asked_to_read_somebody_elses_file(house: House) -> None:
    with house.client("ada") as ada, house.client("bob") as bob:
        made = ada.files.create(file=("a.txt", b"a"), purpose="user_data")
        for ask in (
            lambda: bob.chat.completions.create(
                model="openai/any",
                messages=[{"role": "user", "content": [{"type": "file", "file": {"file_id": made.id}}]}],
            ),
            lambda: bob.responses.create(
                model="openai/any",
                input=[{"role": "user", "content": [{"type": "input_file", "file_id": made.id}]}],
            ),
        ):
            with pytest.raises(openai.NotFoundError, match="No call of this key made it here"):
                ask()


def test_owners_outlive_a_gateway_that_is_killed_as_soon_as_it_has_answered(house: House) -> None:
    with house.client("ada") as ada:
        made = ada.files.create(file=("a.txt", b"a"), purpose="batch")
    house.gateway.kill()
    house.gateway.start()
    with house.client("ada") as ada, house.client("bob") as bob:
        assert ada.files.retrieve(made.id) == made
        with pytest.raises(openai.NotFoundError):
            bob.files.retrieve(made.id)


def test_a_key_with_a_budget_makes_no_batch_and_goes_no_unknown_way(house: House) -> None:
    with house.client("limited") as limited, house.client("ada") as ada:
        lines = limited.files.create(file=("a.jsonl", b"{}"), purpose="batch")
        with pytest.raises(openai.PermissionDeniedError, match="not seen here"):
            limited.batches.create(input_file_id=lines.id, endpoint="/v1/responses", completion_window="24h")
        with pytest.raises(openai.PermissionDeniedError):
            limited.get("/threads/x", cast_to=object)
        with pytest.raises(openai.NotFoundError, match="No such object: x"):  # the provider's own word
            ada.get("/threads/x", cast_to=object)


@pytest.mark.parametrize(
    "path", ["/v1/files/..%2Fbatches", "/v1/files/%2e%2e/batches", "/v1/files%2F", "/v1/files//", "/v1/FILES"]
)
def test_no_spelling_of_a_path_leads_around_the_owners(house: House, path: str) -> None:
    answer = house.gateway.ask("GET", path, headers={"authorization": f"Bearer {house.secrets['ada']}"})
    assert (answer.status, house.cupboard.keys) == (404, set())


def _recorded() -> list[dict[str, Any]]:
    lines = map(msgspec.json.decode, RECORDED.read_bytes().splitlines())
    return [line for line in lines if urlsplit(line["uri"]).path.startswith(KEPT)]


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded traffic is not beside this checkout: NOT COMPARED")
def test_recorded_calls_pass_as_they_were(tmp_path: Path) -> None:
    lines = _recorded()
    waiting = iter(lines)

    async def provider(_received: Received, writer: asyncio.StreamWriter) -> bool:
        line = next(waiting)
        writer.write(plain(line["status"], line["response"]))
        return True

    assert len(lines) >= 10
    with in_thread(provider) as server, running(tmp_path, configured(server.base_url, 'stored = "openai"')) as gateway:
        for line in lines:
            came = line["request"]
            form = isinstance(came, str) and came != ""
            body = came.encode() if form else msgspec.json.encode(came) if came != "" else b""
            kind = f"multipart/form-data; boundary={body[2:34].decode()}" if form else "application/json"
            path = urlsplit(line["uri"]).path
            answer = gateway.ask(line["method"], path, body, {"content-type": kind})

            assert (answer.status, answer.document) == (line["status"], line["response"])
            sent = server.received[-1]
            assert (sent.method, sent.path, sent.body) == (line["method"], path, body)
            assert not body or sent.headers["content-type"] == kind
        assert gateway.rows() == []
