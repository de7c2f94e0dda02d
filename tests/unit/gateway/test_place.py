import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.errors import MalformedRequest, NoSuchRoute
from outlast.gateway.place import checked_query, place_of, unknown_path


@pytest.mark.parametrize(
    ("path", "ids", "word"),
    [
        ("/v1/files", (), ""),
        ("/v1/files/file-1", ("file-1",), ""),
        ("/v1/files/file-1/content", ("file-1",), "content"),
        ("/v1/batches/batch_1/cancel", ("batch_1",), "cancel"),
        ("/v1/uploads/upload_1/parts", ("upload_1",), "parts"),
        ("/v1/vector_stores/vs_1/files/file-1", ("vs_1", "file-1"), ""),
        ("/v1/vector_stores/vs_1/file_batches/vsfb_1/files", ("vs_1", "vsfb_1"), "files"),
        ("/v1/fine_tuning/jobs", (), ""),
        ("/v1/fine_tuning/jobs/ftjob-1/events", ("ftjob-1",), "events"),
    ],
)
def test_ids_stand_at_every_second_place(path: str, ids: tuple[str, ...], word: str) -> None:
    place = place_of(path)
    assert (place.path, place.ids, place.word) == (path.removeprefix("/v1"), ids, word)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/files/",
        "/v1/files//x",
        "/v1/files/../batches",
        "/v1/files/.",
        "/v1/files/%2e%2e",
        "/v1/files/a b",
        "/v1/files/a\r\nx: y",
        "/v1/files/a?b",
        "/v1/files/a;b",
        "/v1/files/a\\b",
        "/v1/files/ä",
        "/v1/files/" + "a" * 513,
        "/v1/chat/completions",
        "/v1/Files",
        "/v1/fine_tuning",
        "/v1/fine_tuning/checkpoints/x/permissions",
        "/v1/fine_tuning/alpha/graders/run",
    ],
)
def test_what_is_no_place_of_one_caller_does_not_exist(path: str) -> None:
    with pytest.raises(NoSuchRoute):
        place_of(path)


@pytest.mark.parametrize(
    ("method", "path", "unseen"),
    [
        ("POST", "/v1/batches", True),
        ("POST", "/v1/batches/batch_1/cancel", False),
        ("GET", "/v1/batches", False),
        ("POST", "/v1/fine_tuning/jobs", True),
        ("POST", "/v1/fine_tuning/jobs/ftjob-1/resume", True),
        ("POST", "/v1/fine_tuning/jobs/ftjob-1/cancel", False),
        ("POST", "/v1/files", False),
    ],
)
def test_a_batch_and_a_fine_tuning_cost_what_is_not_seen(method: str, path: str, unseen: bool) -> None:  # noqa: FBT001 - a table's column
    assert place_of(path).costs_unseen(method) is unseen


def test_an_unknown_path_is_quoted_again_segment_by_segment() -> None:
    assert unknown_path("/v1/threads/a b/ä:x") == "/threads/a%20b/%C3%A4:x"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/files/",
        "/v1/FILES/x",
        "/v1/a//b",
        "/v1/a/../files",
        "/v1/.",
        "/v1/a%2f..",
        "/v1/a\nb",
        "/v1/a\\b",
        "/v1/a;b",
        "/v1/" + "a" * 3000,
    ],
)
def test_an_unknown_path_that_could_be_read_in_two_ways_is_refused(path: str) -> None:
    with pytest.raises(NoSuchRoute):
        unknown_path(path)


@given(st.text())
def test_whatever_goes_upstream_is_printable_and_does_not_climb(text: str) -> None:
    for read in (unknown_path, lambda path: place_of(path).path):
        try:
            path = read("/v1/" + text)
        except NoSuchRoute:
            continue
        assert path.isascii()
        assert path.isprintable()
        assert " " not in path
        assert not {"", ".", ".."} & set(path.split("/")[1:])


def test_a_query_passes_as_it_came_or_not_at_all() -> None:
    assert checked_query("") == ""
    assert checked_query("a=%0d&b[]=1") == "?a=%0d&b[]=1"
    for bad in ("a\r\nb", "a b", "ä", "\x00"):
        with pytest.raises(MalformedRequest):
            checked_query(bad)
