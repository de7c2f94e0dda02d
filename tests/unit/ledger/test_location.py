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
