import asyncio
import json

import pytest

from outlast.dialects.registry import DIALECTS
from outlast.gateway.call import Call
from outlast.gateway.guarded import Guarded
from outlast.gateway.ports import Reply
from outlast.testing.gateway import KeptReply, keyless
from outlast.testing.responses import MemoryOwnership


class Model:
    """The handler behind: it answers whatever reaches it."""

    def __init__(self) -> None:
        self.asked: list[Call] = []

    async def __call__(self, call: Call, reply: Reply) -> None:
        self.asked.append(call)
        reply.whole(200, (), b"{}")


def ask(body: bytes, *, who: str = "ada", dialect: str = "responses") -> tuple[int, bytes]:
    """What a caller is told, where ``ada`` owns ``file-1``."""
    owned, callers, model = MemoryOwnership(), keyless(), Model()
    ada = callers.identify({"authorization": "Bearer ada"}).name
    asyncio.run(owned.claim("openai", ["file-1", "vs_1", "conv_1"], ada))
    guarded = Guarded(
        dialect=DIALECTS[dialect], handler=model, callers=callers, owned=owned, providers=frozenset({"openai"})
    )
    headers = {"authorization": f"Bearer {who}"}
    call = Call(id="1", method="POST", path="/v1/responses", query="", headers=headers, body=body, arrived_ns=0)
    reply = KeptReply()
    asyncio.run(guarded(call, reply))
    assert bool(model.asked) is (reply.status == 200)
    return reply.status, reply.body


NAMING = [
    {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "file-1"}]}]},
    {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "file-1"}}]}]},
    {"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "file", "file_id": "file-1"}}]}]},
    {"tools": [{"type": "file_search", "vector_store_ids": ["vs_1"]}]},
    {"conversation": "conv_1"},
    {"conversation": {"id": "conv_1"}},
]


@pytest.mark.parametrize("document", NAMING)
def test_an_object_is_named_by_its_owner_alone(document: object) -> None:
    body = json.dumps(document).encode()
    assert ask(body)[0] == 200
    assert ask(body, who="bob")[0] == 404
    assert ask(body.replace(b"_1", b"_7").replace(b"-1", b"-7"), who="bob")[0] == 200  # nobody here made it


@pytest.mark.parametrize(
    "body",
    [
        b'{"input": [{"f\\u0069le_id": "file-1"}]}',
        b'{"input": [{"file_id": "f\\u0069le-1"}]}',
        b' \n{"conversation" : "conv_1", "conversation": "x"}',
        b'{"CONVERSATION": "conv_1"}',
    ],
)
def test_no_spelling_of_a_body_leads_around_the_owners(body: bytes) -> None:
    assert ask(body, who="bob")[0] == 404


@pytest.mark.parametrize(
    "hostile",
    [
        b'{"file_id": "file-1", "n": ' + b"9" * 5000 + b"}",
        b'{"file_id": "file-1", "n": ' + b"[" * 100_000,
        b'{"file_id"',
    ],
)
def test_a_body_that_may_name_something_and_cannot_be_read_is_refused(hostile: bytes) -> None:
    assert ask(hostile, who="bob")[0] == 400


def test_what_names_nothing_is_not_read() -> None:
    form = b'--form\r\ncontent-disposition: form-data; name="file"\r\n\r\nsound\r\n--form--\r\n'
    for body in (b'{"input": "Hello", "tool_call_id": "x"}', form, b"{"):
        assert ask(body, who="bob")[0] == 200


def test_a_refusal_is_in_the_callers_dialect() -> None:
    body = json.dumps(NAMING[2]).encode()
    assert json.loads(ask(body, who="bob", dialect="anthropic")[1])["type"] == "error"
