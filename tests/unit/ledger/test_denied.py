"""What a refused file means, for whoever has to let somebody in or make room."""

import errno
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from outlast.ledger.denied import why

FILE = Path("/somewhere/outlast.db.chats.db")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "let that user read and write the file and its folder"),
        (OSError(errno.EROFS, "Read-only file system"), "its folder /somewhere"),
        (OSError(errno.ENOSPC, "No space left on device"), "make room where /somewhere lies"),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
        (sqlite3.OperationalError("Python's own"), "Python's own"),
    ],
)
def test_a_refusal_says_what_to_do_and_one_that_is_not_known_is_repeated(error: Exception, says: str) -> None:
    assert says in why(error, FILE)


def test_sqlites_own_refusals_are_told_apart(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "made.db")) as made:
        made.execute("CREATE TABLE t (x)")
        made.commit()
    (tmp_path / "junk.db").write_bytes(b"no database" * 100)
    found = {
        "denied": _refusal(f"{(tmp_path / 'made.db').as_uri()}?mode=ro", "INSERT INTO t VALUES (1)"),
        "away": _refusal(f"{(tmp_path / 'none.db').as_uri()}?mode=ro", "SELECT 1"),
        "junk": _refusal((tmp_path / "junk.db").as_uri(), "SELECT * FROM t"),
    }
    told = {name: why(error, FILE) for name, error in found.items()}
    assert "may not" in told["denied"]
    assert "may not" in told["away"]
    assert "put a backup in its place" in told["junk"]


def _refusal(address: str, statement: str) -> sqlite3.Error:
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            connection.execute(statement)
    except sqlite3.Error as error:
        return error
    raise AssertionError(f"{statement} was not refused")
