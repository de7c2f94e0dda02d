import contextlib
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.errors import MalformedRequest, UpstreamBroken
from outlast.gateway.belongings import (
    Named,
    following,
    foreign,
    goes_backwards,
    limit_of,
    made_by,
    named_in_body,
    named_in_query,
    read_page,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["id", "file", "data"]), inner),
    max_leaves=10,
)


def body(document: object) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("document", "needed"),
    [
        ({"input_file_id": "file-1", "endpoint": "/v1/responses"}, {"file-1"}),
        ({"file_ids": ["file-1", "file-2"]}, {"file-1", "file-2"}),
        ({"training_file": "file-1", "validation_file": "file-2", "model": "m"}, {"file-1", "file-2"}),
        ({"part_ids": ["part_1"]}, {"part_1"}),
        ({"items": [{"content": [{"type": "input_file", "file_id": "file-1"}]}]}, {"file-1"}),
        ({"tool_resources": {"file_search": {"vector_store_ids": ["vs_1"]}}}, {"vs_1"}),
        ({"files": [{"file_id": "file-1", "attributes": {"file_id": "a note"}}]}, {"file-1"}),
        ({"metadata": {"file_id": "a note"}}, set()),
        ({"FILE_ID": "file-1"}, {"file-1"}),
    ],
)
def test_an_object_that_a_body_needs_is_found_by_its_members_name(document: object, needed: set[str]) -> None:
    assert named_in_body(body(document)).needed == needed


def test_of_two_members_of_one_name_both_are_read() -> None:
    assert named_in_body(b'{"input_file_id": "file-1", "input_file_id": "file-2"}').needed == {"file-1", "file-2"}


def test_every_text_that_could_be_an_id_is_looked_up() -> None:
    assert named_in_body(body({"new_word": {"deep": ["file-1"]}, "said": "Hello, you"})).others == {"file-1"}


@pytest.mark.parametrize(
    "hostile",
    [b"[]", b"{", b"\xff", b'"file-1"', b"[" * 100_000, b'{"a":' * 100_000, b"\xef\xbb\xbf{}", b'{"a":' + b"9" * 5000],
)
def test_a_body_that_is_no_object_is_refused(hostile: bytes) -> None:
    with pytest.raises(MalformedRequest):
        named_in_body(hostile)


def test_a_body_that_names_too_much_is_refused() -> None:
    with pytest.raises(MalformedRequest, match="10,000"):
        named_in_body(body({"file_ids": [f"file-{each}" for each in range(10_001)]}))


@given(st.binary())
def test_any_bytes_are_read_or_refused(hostile: bytes) -> None:
    with contextlib.suppress(MalformedRequest):
        named_in_body(hostile)
    made_by(hostile, new=True)
    with contextlib.suppress(UpstreamBroken):
        read_page(hostile, target="openai/files")


@given(VALUES)
def test_any_json_is_read_or_refused(document: object) -> None:
    text = msgspec.json.encode(document) if _encodes(document) else b"null"
    for each in made_by(text, new=True):
        assert each
    try:
        page = read_page(text, target="openai/files")
    except UpstreamBroken:
        return
    assert len(page.ids) == len(msgspec.json.decode(page.written())["data"])


def _encodes(document: object) -> bool:
    try:
        msgspec.json.encode(document)
    except (OverflowError, UnicodeEncodeError):
        return False
    return True


def test_a_query_names_where_a_list_begins() -> None:
    assert named_in_query("after=file-1&limit=2&purpose=batch") == Named(
        frozenset({"file-1"}), frozenset({"2", "batch"})
    )


def test_an_answer_makes_its_object_and_the_files_that_stand_in_it() -> None:
    batch = {"id": "batch_1", "output_file_id": "file-2", "error_file_id": None, "metadata": {"x_file_id": "file-9"}}
    assert set(made_by(body(batch), new=False)) == {"file-2"}
    assert set(made_by(body(batch), new=True)) == {"batch_1", "file-2"}
    upload = {"id": "upload_1", "file": {"id": "file-3"}}
    assert set(made_by(body(upload), new=False)) == {"file-3"}
    assert set(made_by(body({"id": "ftjob-1", "result_files": ["file-4"]}), new=True)) == {"ftjob-1", "file-4"}
    assert made_by(b"plain text", new=True) == ()


def test_a_page_keeps_what_is_wanted_as_it_came_and_says_where_it_begins_and_ends() -> None:
    came = (
        b'{"object":"list","data":[{"id":"a","n":1.50},{"id":"b"},{"id":"c"},{"n":1},7],"has_more":false,"last_id":"c"}'
    )
    page = read_page(came, target="openai/files")

    assert page.ids == ("a", "b", "c")
    assert page.only({"a", "c"}.__contains__, None).written() == (
        b'{"object":"list","data":[{"id":"a","n":1.50},{"id":"c"}],"first_id":"a","last_id":"c","has_more":false}'
    )
    assert msgspec.json.decode(page.only(lambda _: True, 2).written())["has_more"]
    empty = msgspec.json.decode(page.only(lambda _: False, None).written())
    assert (empty["data"], empty["first_id"], empty["last_id"]) == ([], None, None)


def test_the_next_page_begins_behind_the_last_entry_and_keeps_every_other_word() -> None:
    assert following("after=x&limit=2&purpose=a%20b", "y", 100) == "purpose=a+b&limit=100&after=y"


@pytest.mark.parametrize(("query", "limit"), [("limit=5", 5), ("", None), ("limit=x", None), ("limit=0", None)])
def test_a_limit_is_read_where_it_is_one(query: str, limit: int | None) -> None:
    assert limit_of(query) == limit


def test_a_list_is_read_backwards_only_where_it_is_asked_for() -> None:
    assert goes_backwards("before=x")
    assert not goes_backwards("after=before")


def test_needed_ids_must_be_the_callers_and_others_nobody_elses() -> None:
    owners = {"mine": "ada", "hers": "bob", "also-hers": "bob"}
    named = Named(frozenset({"mine", "hers", "unknown"}), frozenset({"also-hers", "word"}))
    assert set(foreign(owners, named, "ada")) == {"hers", "unknown", "also-hers"}
