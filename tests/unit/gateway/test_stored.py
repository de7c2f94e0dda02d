import asyncio
import json
from collections.abc import Collection
from typing import Any

import pytest

from outlast.errors import LedgerUnavailable, UpstreamBroken
from outlast.gateway.call import Call, Handler
from outlast.gateway.caller import Callers
from outlast.gateway.passing import Passthrough
from outlast.gateway.stored import MOST_PAGES, Stored
from outlast.keys.key import NO_LIMITS, Allowance, Key, Secret, ring_of
from outlast.keys.secret import digest_of
from outlast.limits.unlimited import Unlimited
from outlast.testing.gateway import JSON, KeptReply, Played, PlayedUpstream, keyless
from outlast.testing.responses import MemoryOwnership

FORM = "multipart/form-data; boundary=x"


def played(document: object, status: int = 200) -> Played:
    return Played(status=status, pieces=(json.dumps(document).encode(),))


class Shop:
    """A gateway whose provider ``openai`` answers as it is told."""

    def __init__(self, *answers: Played, owned: MemoryOwnership | None = None, callers: Callers | None = None) -> None:
        self.upstream = PlayedUpstream(answers or (played({}),))
        self.owned = owned or MemoryOwnership()
        self.callers = callers or keyless()
        self.stored = Stored(
            callers=self.callers,
            limiter=Unlimited(),
            owned=self.owned,
            providers={"files": "openai", "batches": "openai", "vector_stores": "openai", "fine_tuning": "openai"},
            upstreams={"openai": self.upstream},
        )

    def ask(
        self, method: str, path: str, body: object = None, *, who: str = "ada", kind: str = "", query: str = ""
    ) -> KeptReply:
        return self.through(self.stored, method, path, body, who=who, kind=kind, query=query)

    def through(
        self, handler: Handler, method: str, path: str, body: object = None, *, who: str = "ada", kind: str = "",
        query: str = "",
    ) -> KeptReply:  # fmt: skip
        sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {who}", "idempotency-key": "k", "cookie": "c"}
        headers |= {"content-type": kind or "application/json"} if sent else {}
        call = Call(id="1", method=method, path=path, query=query, headers=headers, body=sent, arrived_ns=0)
        reply = KeptReply()
        asyncio.run(handler(call, reply))
        return reply

    def own(self, who: str, *ids: str) -> None:
        name = self.callers.identify({"authorization": f"Bearer {who}"}).name
        asyncio.run(self.owned.claim("openai", ids, name))


def document(reply: KeptReply) -> Any:
    return json.loads(reply.body)


def keyed(**words: Any) -> Callers:
    key = Key(name="ada", secrets=(Secret(digest=digest_of("ada"), prefix="a", created_ns=0),), **words)
    return Callers(lambda: ring_of([key]), required=True, unix_ns=lambda: 1)


def test_what_a_call_made_is_its_callers_alone() -> None:
    shop = Shop(played({"id": "file-1", "object": "file"}))
    made = shop.ask("POST", "/v1/files", b"--x", kind=FORM)

    assert (made.status, document(made)["id"]) == (200, "file-1")
    assert shop.ask("GET", "/v1/files/file-1").status == 200
    refused = shop.ask("GET", "/v1/files/file-1", who="bob")
    assert refused.status == 404
    assert document(refused)["error"]["code"] == "not_found"
    assert len(shop.upstream.requests) == 2


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/files/file-1"),
        ("DELETE", "/v1/files/file-1"),
        ("GET", "/v1/files/file-1/content"),
        ("POST", "/v1/batches/file-1/cancel"),
        ("GET", "/v1/vector_stores/file-1/files/file-2"),
        ("GET", "/v1/fine_tuning/jobs/file-1/events"),
    ],
)
@pytest.mark.parametrize("whose", [("bob",), ()])
def test_nothing_of_somebody_else_is_asked_for(method: str, path: str, whose: tuple[str, ...]) -> None:
    shop = Shop()
    shop.own("ada", "file-2")
    for who in whose:
        shop.own(who, "file-1")
    assert shop.ask(method, path).status == 404
    assert shop.upstream.requests == []


def test_below_an_own_object_lies_what_is_its_owners_or_what_nobody_here_made() -> None:
    shop = Shop()
    shop.own("ada", "vs_1")
    shop.own("bob", "file-1")
    assert shop.ask("GET", "/v1/vector_stores/vs_1/files/file-1").status == 404
    assert shop.ask("GET", "/v1/vector_stores/vs_1/files/file-7").status == 200


@pytest.mark.parametrize(
    "body",
    [
        {"input_file_id": "file-1"},
        {"file_ids": ["file-1"]},
        {"training_file": "file-1"},
        {"a_new_word": [{"of": "file-1"}]},
        b'{"input_file_id": "file-2", "input_file_id": "file-1"}',
    ],
)
def test_a_body_that_names_somebody_elses_object_is_not_sent(body: object) -> None:
    shop = Shop()
    shop.own("bob", "file-1")
    shop.own("ada", "file-2")
    assert shop.ask("POST", "/v1/batches", body).status == 404
    assert shop.ask("GET", "/v1/files", query="after=file-1").status == 404
    assert shop.upstream.requests == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", FORM])
def test_a_body_that_is_not_called_json_is_not_sent(kind: str) -> None:
    shop = Shop()
    assert shop.ask("POST", "/v1/batches", {"input_file_id": "file-1"}, kind=kind).status == 400
    assert shop.upstream.requests == []


def test_a_call_goes_on_with_its_method_its_body_and_nothing_that_is_the_callers_own() -> None:
    shop = Shop(played({"id": "batch_1"}))
    shop.own("ada", "file-1")
    shop.ask("POST", "/v1/batches", {"input_file_id": "file-1"}, query="x=%20")

    [request] = shop.upstream.requests
    assert (request.method, request.path, request.content_type) == ("POST", "/batches?x=%20", "application/json")
    assert (json.loads(request.body), request.headers) == ({"input_file_id": "file-1"}, ())


def test_files_that_an_own_object_made_are_its_callers() -> None:
    shop = Shop(played({"id": "batch_1", "output_file_id": "file-9"}))
    shop.own("ada", "batch_1")
    assert shop.ask("GET", "/v1/files/file-9").status == 404
    shop.ask("GET", "/v1/batches/batch_1")
    assert shop.ask("GET", "/v1/files/file-9").status == 200
    assert shop.ask("GET", "/v1/files/file-9", who="bob").status == 404


def test_a_deleted_object_is_nobodys_but_one_taken_out_of_a_store_stays() -> None:
    shop = Shop(played({"id": "file-1", "deleted": True}))
    shop.own("ada", "file-1", "vs_1")
    shop.ask("DELETE", "/v1/vector_stores/vs_1/files/file-1")
    assert shop.ask("GET", "/v1/files/file-1").status == 200
    assert shop.ask("GET", "/v1/vector_stores/vs_1").status == 200
    shop.ask("DELETE", "/v1/files/file-1")
    assert shop.ask("GET", "/v1/files/file-1").status == 404


def test_an_answer_about_what_nobody_here_made_makes_nobody_its_owner() -> None:
    shop = Shop(played({"id": "file-7"}))
    shop.own("ada", "vs_1")
    assert shop.ask("GET", "/v1/vector_stores/vs_1/files/file-7").status == 200
    assert shop.ask("POST", "/v1/vector_stores/vs_1/files/file-7", {}).status == 200
    assert shop.ask("GET", "/v1/files/file-7").status == 404


def test_a_failed_delete_changes_nothing() -> None:
    shop = Shop(played({"error": {}}, status=500), played({}))
    shop.own("ada", "file-1")
    assert shop.ask("DELETE", "/v1/files/file-1").status == 500
    assert shop.ask("GET", "/v1/files/file-1").status == 200


def test_everybodys_objects_cannot_be_deleted_at_once() -> None:
    shop = Shop()
    assert shop.ask("DELETE", "/v1/fine_tuning/jobs").status == 405
    assert shop.upstream.requests == []


def page(*ids: str, more: bool = False) -> Played:
    return played({"object": "list", "data": [{"id": each} for each in ids], "has_more": more, "last_id": ids[-1]})


def test_a_list_has_only_the_callers_own() -> None:
    shop = Shop(page("file-1", "file-2", "file-3", "file-4", more=True))
    shop.own("ada", "file-2", "file-3")
    shop.own("bob", "file-1", "file-4")
    got = document(shop.ask("GET", "/v1/files"))

    assert [each["id"] for each in got["data"]] == ["file-2", "file-3"]
    assert (got["first_id"], got["last_id"], got["has_more"]) == ("file-2", "file-3", True)


def test_pages_of_others_are_passed_over() -> None:
    shop = Shop(page("b1", "b2", more=True), page("b3", more=True), page("b4", "a1", "a2", more=False))
    shop.own("ada", "a1", "a2")
    got = document(shop.ask("GET", "/v1/batches", query="limit=1"))

    assert [each["id"] for each in got["data"]] == ["a1"]
    assert got["has_more"]  # a second one is there, and the caller wanted one
    paths = [request.path for request in shop.upstream.requests]
    assert paths == ["/batches?limit=1", "/batches?limit=100&after=b2", "/batches?limit=100&after=b3"]


def test_a_list_without_anything_of_the_callers_is_empty() -> None:
    got = document(Shop(page("b1", more=True), page("b2")).ask("GET", "/v1/batches"))
    assert (got["data"], got["has_more"], got["last_id"]) == ([], False, None)


def test_a_search_through_others_objects_has_an_end() -> None:
    shop = Shop(page("b1", more=True))
    refused = shop.ask("GET", "/v1/batches")
    assert (refused.status, document(refused)["error"]["param"]) == (400, "after")
    assert len(shop.upstream.requests) == MOST_PAGES


def test_a_list_that_is_read_backwards_is_one_page() -> None:
    shop = Shop(page("b1", more=True))
    shop.own("ada", "a1")
    assert document(shop.ask("GET", "/v1/batches", query="before=a1"))["data"] == []
    assert len(shop.upstream.requests) == 1


def test_files_that_stand_in_an_own_entry_of_a_list_are_its_callers() -> None:
    entries = [{"id": "batch_1", "output_file_id": "file-1"}, {"id": "batch_2", "output_file_id": "file-2"}]
    shop = Shop(played({"data": entries}))
    shop.own("ada", "batch_1")
    shop.ask("GET", "/v1/batches")
    assert shop.ask("GET", "/v1/files/file-1").status == 200
    assert shop.ask("GET", "/v1/files/file-2").status == 404


def test_a_list_that_cannot_be_read_is_not_shown() -> None:
    assert Shop(Played(pieces=(b"file-1 file-2",))).ask("GET", "/v1/files").status == 502


def test_a_refusal_of_the_provider_reaches_the_caller() -> None:
    refused = Shop(played({"error": {"message": "no"}}, status=401)).ask("GET", "/v1/files")
    assert (refused.status, document(refused)) == (401, {"error": {"message": "no"}})


def test_content_is_passed_piece_by_piece_as_it_is() -> None:
    pieces = (bytes(range(256)), b"\r\n0\r\n\r\n")
    shop = Shop(Played(headers=(("content-type", "application/octet-stream"),), pieces=pieces))
    shop.own("ada", "file-1")
    reply = shop.ask("GET", "/v1/files/file-1/content")
    assert (reply.pieces, reply.ended, shop.upstream.requests[0].stream) == (list(pieces), True, True)


def test_content_that_breaks_off_breaks_off() -> None:
    shop = Shop(Played(headers=JSON, pieces=(b"half",), error=UpstreamBroken("gone")))
    shop.own("ada", "file-1")
    reply = shop.ask("GET", "/v1/files/file-1/content")
    assert (reply.aborted, reply.ended) == (True, False)


def test_an_unconfigured_path_says_how_it_is_configured() -> None:
    refused = Shop().ask("GET", "/v1/uploads/upload_1")
    assert refused.status == 404
    assert "[server] stored" in document(refused)["error"]["message"]


class Full(MemoryOwnership):
    async def claim(self, provider: str, ids: Collection[str], owner: str) -> None:
        raise LedgerUnavailable(f"no room for {ids} of {owner} at {provider}")


def test_what_cannot_be_kept_as_its_callers_is_said_and_not_made_twice() -> None:
    refused = Shop(played({"id": "file-1"}), owned=Full()).ask("POST", "/v1/files", b"--x", kind=FORM)
    assert (refused.status, refused.headers["x-should-retry"]) == (503, "false")
    assert "file-1" in document(refused)["error"]["message"]


@pytest.mark.parametrize(
    ("models", "status"), [((), 200), (("openai/files",), 200), (("openai/*",), 200), (("openai/gpt-4o",), 403)]
)
def test_a_key_must_be_allowed_the_name(models: tuple[str, ...], status: int) -> None:
    shop = Shop(page("file-1"), callers=keyed(models=models))
    assert shop.ask("GET", "/v1/files").status == status


@pytest.mark.parametrize(("allowance", "status"), [(NO_LIMITS, 200), (Allowance(day_pico_usd=1), 403)])
def test_a_key_with_limits_makes_no_batch(allowance: Allowance, status: int) -> None:
    shop = Shop(played({"id": "batch_1"}), callers=keyed(allowance=allowance))
    shop.own("ada", "file-1")
    made = shop.ask("POST", "/v1/batches", {"input_file_id": "file-1"})
    assert made.status == status
    assert shop.ask("GET", "/v1/files/file-1").status == 200


@pytest.mark.parametrize(
    ("words", "status"),
    [({}, 200), ({"models": ("*",)}, 403), ({"allowance": Allowance(requests_per_minute=1)}, 403)],
)
def test_unknown_paths_are_passed_through_for_keys_without_bounds(words: dict[str, Any], status: int) -> None:
    shop = Shop(callers=keyed(**words))
    handler = Passthrough(
        callers=shop.callers, limiter=Unlimited(), provider="openai", upstreams={"openai": shop.upstream}
    )
    got = shop.through(handler, "PATCH", "/v1/threads/a b", b"any", kind="text/x", query="q=1")

    assert got.status == status
    sent = [(each.method, each.path, each.body, each.content_type) for each in shop.upstream.requests]
    assert sent == ([("PATCH", "/threads/a%20b?q=1", b"any", "text/x")] if status == 200 else [])
    assert shop.through(handler, "GET", "/v1/files/").status in (404, 403)
