"""Whatever lies in a journal's folder: what is ours is taken in, what is not stays as it is."""

import os
from contextlib import closing
from pathlib import Path

import pytest

from outlast.errors import LedgerUnavailable
from outlast.exchange import Exchange, UsageQuery
from outlast.ledger.reader import open_reader
from outlast.ledger.recorder import open_recorder

URL = "sqlite:///outlast.db"
SEGMENT = 4_096


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "outlast.db.journal"
    folder.mkdir()
    return folder


def record(root: Path, count: int) -> tuple[str, ...]:
    """Record so many calls; returns what the recorder says of the files it found."""
    with closing(open_recorder(URL, root, segment_size=SEGMENT)) as recorder:
        for number in range(count):
            recorder.append(Exchange(id=f"req_{number}", started_ns=1, requested="a", virtual=True))
        assert recorder.stats().lost == 0
        return recorder.notices


def calls(root: Path) -> int:
    return open_reader(URL, root).total(UsageQuery()).calls


def test_a_foreign_file_named_like_a_segment_is_neither_read_nor_deleted_nor_in_the_way(folder: Path) -> None:
    foreign = {
        folder / "000000000001.segment": b"a film, cut in pieces" * 10,
        folder / "000000000003.segment": b"RIFF" + bytes(3_000),
        folder / "5.segment": b"short",
        folder / "notes.segment": b"words",
    }
    for path, data in foreign.items():
        path.write_bytes(data)
    notices = record(folder.parent, 200)
    assert calls(folder.parent) == 200
    assert {path: path.read_bytes() for path in foreign} == foreign
    assert [note.split(" ")[0] for note in notices if "segment" in note] == [str(path) for path in list(foreign)[:2]]


def test_a_link_named_like_a_segment_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(bytes(100))
    (folder / "000000000001.segment").symlink_to(tmp_path / "elsewhere")
    record(tmp_path, 5)
    assert (folder / "000000000001.segment").is_symlink()
    assert (tmp_path / "elsewhere").read_bytes() == bytes(100)


@pytest.mark.parametrize("data", [b"", bytes(4_096)])
def test_a_spare_that_was_never_written_is_replaced(folder: Path, data: bytes) -> None:
    (folder / "spare").write_bytes(data)
    record(folder.parent, 200)
    assert calls(folder.parent) == 200


def test_a_foreign_spare_is_refused_and_kept(folder: Path) -> None:
    (folder / "spare").write_bytes(b"a wheel")
    with pytest.raises(LedgerUnavailable, match="move it away"):
        record(folder.parent, 1)
    assert (folder / "spare").read_bytes() == b"a wheel"
    (folder / "spare").unlink()
    record(folder.parent, 1)


def test_a_journal_that_is_a_link_into_somebody_elses_folder_is_refused_and_nothing_is_touched(tmp_path: Path) -> None:
    other = tmp_path / "photographs"
    other.mkdir()
    (other / "000000000001.segment").write_bytes(b"holiday")
    (tmp_path / "outlast.db.journal").symlink_to(other)
    with pytest.raises(LedgerUnavailable, match="is a link to"):
        record(tmp_path, 1)
    assert [path.name for path in other.iterdir()] == ["000000000001.segment"]


def test_a_journal_may_be_a_link_to_an_empty_folder_and_stays_one(tmp_path: Path) -> None:
    fast = tmp_path / "fast-disk"
    fast.mkdir()
    (tmp_path / "outlast.db.journal").symlink_to(fast)
    for count in (3, 0):
        record(tmp_path, count)
    assert calls(tmp_path) == 3
    assert (fast / "id").is_file()


def test_an_identity_that_is_no_name_is_made_again(folder: Path) -> None:
    (folder / "id").write_bytes(b"\xff\x00 nonsense")
    record(folder.parent, 3)
    assert len((folder / "id").read_bytes()) == 32
    assert calls(folder.parent) == 3


def test_a_database_that_others_could_read_is_theirs_no_more(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        record(tmp_path, 1)
        (tmp_path / "outlast.db").chmod(0o664)
        assert "that is withdrawn" in record(tmp_path, 1)[0]
        assert (tmp_path / "outlast.db").stat().st_mode & 0o777 == 0o660
        assert record(tmp_path, 1) == ()
    finally:
        os.umask(before)
