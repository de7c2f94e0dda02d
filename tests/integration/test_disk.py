"""A gateway on a disk that runs full: a small file system of its own, so that the full one is real."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.integration.gateway_process import HELLO, SCRIPTED, Gateway, calling, running, until

pytestmark = pytest.mark.server

WHOLE = SCRIPTED + '[models.assistant]\ntarget = "openai/simulated-terse"\nrecord = "full"\n'
SIZE_MB = 160
"""Segments of 16 MB, and what they hold twice more: in the database, and in what SQLite keeps beside it."""
LONG = [{"role": "user", "content": "word " * 60_000}]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of ``SIZE_MB``, mounted for this test."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(folder)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here: needs root and the right to mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """A file that takes every byte that is left."""
    path = folder / "filler"
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 20))
    with suppress(OSError), path.open("ab", buffering=0) as file:
        while file.write(bytes(4_096)):
            pass
    return path


def metric(gateway: Gateway, name: str) -> int:
    text = gateway.ask("GET", "/metrics").body.decode()
    return int(sum(float(line.split()[-1]) for line in text.splitlines() if line.split("{")[0].split(" ")[0] == name))


def answered(gateway: Gateway, count: int, messages: object = HELLO) -> list[str]:
    """So many calls, each answered as ever."""
    with calling(gateway.address) as caller:
        answers = [caller.chat("assistant", messages=messages) for _ in range(count)]
    assert {answer.status for answer in answers} == {200}
    return [answer.id for answer in answers]


@pytest.mark.slow
@pytest.mark.fault("the disk is full")
def test_on_a_full_disk_calls_are_answered_the_reserve_is_used_and_what_is_lost_is_counted(small_disk: Path) -> None:
    with running(small_disk, WHOLE) as gateway:
        made = answered(gateway, 20)
        until(lambda: len(gateway.rows()) == 20)
        filler = fill(small_disk)
        made += answered(gateway, 20)
        assert metric(gateway, "outlast_journal_lost_total") == 0, "the journal's room was reserved before"
        made += answered(gateway, 110, LONG)
        assert metric(gateway, "outlast_journal_bodies_lost_total") > 0
        ready = gateway.ask("GET", "/readyz")
        assert ready.status == 503
        assert "the disk was full" in ready.document["checks"]["journal"]["says"]
        kept, lost = metric(gateway, "outlast_journal_records_total"), metric(gateway, "outlast_journal_lost_total")
        assert kept + lost == len(made)
        filler.unlink()
        until(lambda: gateway.ask("GET", "/readyz").status == 200)
        made += answered(gateway, 10)
        until(lambda: metric(gateway, "outlast_journal_lag_records") == 0)
        rows = {row["id"] for row in gateway.rows()}
        assert len(rows) == len(made) - lost
        assert rows <= set(made)
        assert {*made[:40], *made[-10:]} <= rows
        verified = gateway.outlast("db", "verify", "--format", "json")
        assert (verified.code, verified.document["findings"]) == (0, [])


@pytest.mark.slow
@pytest.mark.fault("the disk is full when a gateway starts or a copy is made")
def test_on_a_full_disk_a_gateway_does_not_start_and_a_copy_leaves_nothing_behind(small_disk: Path) -> None:
    with running(small_disk, WHOLE) as gateway:
        answered(gateway, 3, LONG)
        until(lambda: len(gateway.rows()) == 3)
        filler = fill(small_disk)
        refused = gateway.outlast("db", "backup", str(small_disk / "copy.db"))
        assert (refused.code, refused.out) == (3, "")
        assert "could not be copied" in refused.err
        assert not list(small_disk.glob("copy.db*"))
    with pytest.raises(AssertionError, match=r"ended with 3: outlast: .*(cannot be written|No space|full)"):  # noqa: SIM117
        with running(small_disk, WHOLE):
            pass
    filler.unlink()
    with running(small_disk, WHOLE) as gateway:
        assert len(gateway.rows()) == 3
