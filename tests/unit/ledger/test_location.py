import re
from pathlib import Path

import pytest

from outlast.errors import SettingsInvalid
from outlast.ledger.location import database_path, journal_folder


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///outlast.db", "/etc/outlast/outlast.db"),
        ("sqlite:///data/a%20b.db", "/etc/outlast/data/a%20b.db"),
        ("sqlite:////var/lib/outlast.db", "/var/lib/outlast.db"),
    ],
)
def test_three_slashes_are_relative_to_the_configuration_and_four_absolute(url: str, path: str) -> None:
    assert database_path(url, Path("/etc/outlast")) == Path(path)


@pytest.mark.parametrize(
    "url",
    ["postgresql://localhost/outlast", "outlast.db", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///a/"],
)
def test_what_is_no_sqlite_file_is_refused_with_the_form_to_write(url: str) -> None:
    with pytest.raises(SettingsInvalid, match=re.escape("sqlite:///outlast.db")):
        database_path(url, Path())


def test_the_journal_lies_beside_its_database() -> None:
    assert journal_folder(Path("/data/outlast.db")) == Path("/data/outlast.db.journal")


def test_a_database_and_a_link_to_it_are_one_database(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to("outlast.db")  # before the file is there, too
    (tmp_path / "folder").symlink_to(tmp_path)
    one = database_path("sqlite:///outlast.db", tmp_path)
    assert database_path("sqlite:///link.db", tmp_path) == one
    assert database_path("sqlite:///folder/link.db", tmp_path) == one


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.db").symlink_to("b.db")
    (tmp_path / "b.db").symlink_to("a.db")
    with pytest.raises(SettingsInvalid, match="leads to no file"):
        database_path("sqlite:///a.db", tmp_path)
