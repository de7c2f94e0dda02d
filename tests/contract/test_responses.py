import asyncio
import functools
import itertools
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import ParamSpec

import msgspec
import pytest

from outlast.dialects.responses.kept import MOST_BYTES, Kept
from outlast.errors import LedgerUnavailable, MalformedRequest, PreviousNotFound
from outlast.gateway.ports import Responses
from outlast.ledger.location import responses_path
from outlast.ledger.responses import KeptResponses
from outlast.testing.responses import MemoryResponses

DAY = 86_400
Given = ParamSpec("Given")


def awaited(test: Callable[Given, Coroutine[None, None, None]]) -> Callable[Given, None]:
    @functools.wraps(test)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


class Time:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now


def one(name: str, *, owner: str = "ada", previous: str = "", size: int = 10, created: int = 1_000_000) -> Kept:
    return Kept(
        id=name,
        owner=owner,
        created=created,
        expires=created + 30 * DAY,
        previous=previous,
        provider="openai",
        input=msgspec.json.encode([{"role": "user", "content": "x" * size}]),
        response=msgspec.json.encode({"id": name, "output": []}),
    )


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture(params=["memory", "sqlite"])
def responses(request: pytest.FixtureRequest, tmp_path: Path, time: Time) -> Iterator[Responses]:
    if request.param == "memory":
        yield MemoryResponses(unix_s=time)
        return
    kept = KeptResponses(responses_path(tmp_path / "outlast.db"), unix_s=time)
    kept.start()
    yield kept
    kept.close()


@awaited
async def test_what_is_kept_is_found_by_its_owner_alone(responses: Responses) -> None:
    await responses.keep(one("resp_1"))

    assert await responses.find("resp_1", "ada") == one("resp_1")
    assert await responses.find("resp_1", "bob") is None
    assert not await responses.delete("resp_1", "bob")
    with pytest.raises(PreviousNotFound):
        await responses.chain("resp_1", "bob")


@awaited
async def test_two_owners_may_have_the_same_id(responses: Responses) -> None:
    await responses.keep(one("resp_1"))
    await responses.keep(one("resp_1", owner="bob", size=20))

    assert await responses.delete("resp_1", "ada")
    assert await responses.find("resp_1", "bob") == one("resp_1", owner="bob", size=20)


@awaited
async def test_a_conversation_is_found_oldest_first(responses: Responses) -> None:
    await responses.keep(one("resp_1"))
    await responses.keep(one("resp_2", previous="resp_1"))
    await responses.keep(one("resp_3", previous="resp_2"))
    await responses.keep(one("resp_other"))

    assert [each.id for each in await responses.chain("resp_3", "ada")] == ["resp_1", "resp_2", "resp_3"]


@awaited
async def test_what_was_deleted_is_gone_and_cannot_be_gone_on_from(responses: Responses) -> None:
    await responses.keep(one("resp_1"))
    await responses.keep(one("resp_2", previous="resp_1"))

    assert await responses.delete("resp_1", "ada")
    assert not await responses.delete("resp_1", "ada")
    assert await responses.find("resp_1", "ada") is None
    with pytest.raises(PreviousNotFound, match="resp_1"):
        await responses.chain("resp_2", "ada")


@awaited
async def test_a_response_expires_after_thirty_days_unless_it_was_gone_on_from(
    responses: Responses, time: Time
) -> None:
    await responses.keep(one("resp_1"))
    await responses.keep(one("resp_2"))
    await responses.keep(one("resp_3", previous="resp_2", created=time.now + DAY))

    time.now += 30 * DAY
    assert await responses.find("resp_1", "ada") is None
    assert [each.id for each in await responses.chain("resp_3", "ada")] == ["resp_2", "resp_3"]

    time.now += DAY
    assert await responses.find("resp_2", "ada") is None


@awaited
async def test_a_response_that_is_kept_again_takes_the_first_ones_place(responses: Responses) -> None:
    await responses.keep(one("resp_1"))
    await responses.keep(one("resp_1", size=30))

    assert await responses.find("resp_1", "ada") == one("resp_1", size=30)


@awaited
async def test_what_is_too_large_is_not_kept_and_a_conversation_that_is_too_large_is_refused(
    responses: Responses,
) -> None:
    with pytest.raises(LedgerUnavailable, match="at most"):
        await responses.keep(one("resp_0", size=MOST_BYTES))
    half = MOST_BYTES // 2
    await responses.keep(one("resp_1", size=half))
    await responses.keep(one("resp_2", size=half, previous="resp_1"))
    with pytest.raises(MalformedRequest, match=r"too large|larger"):
        await responses.chain("resp_2", "ada")


@awaited
async def test_many_callers_are_served_at_once(responses: Responses) -> None:
    await asyncio.gather(*(responses.keep(one(f"resp_{number}")) for number in range(300)))
    found = await asyncio.gather(*(responses.find(f"resp_{number}", "ada") for number in range(300)))

    assert [each.id for each in found if each] == [f"resp_{number}" for number in range(300)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return responses_path(tmp_path / "outlast.db")


def _mode(file: Path) -> int:
    return file.stat().st_mode & 0o777


def size(file: Path) -> int:
    return file.stat().st_size


def opened(file: Path, time: Callable[[], int]) -> KeptResponses:
    kept = KeptResponses(file, unix_s=time)
    kept.start()
    return kept


@awaited
async def test_what_was_kept_is_there_after_a_restart_and_only_for_the_user_that_runs_it(
    file: Path, time: Time
) -> None:
    first = opened(file, time)
    await first.keep(one("resp_1"))
    first.close()
    second = opened(file, time)
    try:
        assert await second.find("resp_1", "ada") == one("resp_1")
    finally:
        second.close()
    assert _mode(file) == 0o600


@awaited
async def test_several_processes_keep_into_one_file(file: Path, time: Time) -> None:
    ours = opened(file, time)
    others = [_other(file, number) for number in range(2)]
    try:
        for number in range(30):
            await ours.keep(one(f"resp_ours_{number}"))
        for other in others:
            assert await asyncio.to_thread(other.wait, 60) == 0
        for number, place in itertools.product(range(2), range(30)):
            assert await ours.find(f"resp_{number}_{place}", "ada") is not None
    finally:
        ours.close()


def _other(file: Path, number: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", _OTHER, str(file), str(number)])


_OTHER = """
import asyncio, sys
from pathlib import Path
from tests.contract.test_responses import one
from outlast.ledger.responses import KeptResponses
async def main():
    kept = KeptResponses(Path(sys.argv[1]), unix_s=lambda: 1_000_000)
    kept.start()
    for place in range(30):
        await kept.keep(one(f"resp_{sys.argv[2]}_{place}"))
    kept.close()
asyncio.run(main())
"""


@awaited
async def test_a_disk_that_refuses_is_told_and_the_next_call_is_tried_anew(file: Path, time: Time) -> None:
    os.mkdir(file)  # noqa: PTH102 - tests of one thread may block
    kept = opened(file, time)
    try:
        with pytest.raises(LedgerUnavailable, match="cannot be read or written"):
            await kept.keep(one("resp_1"))
        os.rmdir(file)  # noqa: PTH106 - tests of one thread may block
        await kept.keep(one("resp_1"))
        assert await kept.find("resp_1", "ada") is not None
    finally:
        kept.close()


@awaited
async def test_a_full_disk_is_told_and_keeps_what_was_there(file: Path, time: Time) -> None:
    kept = opened(file, time)
    try:
        await kept.keep(one("resp_1"))
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        # A limit on the size of files refuses writes as a full disk does.
        resource.setrlimit(resource.RLIMIT_FSIZE, (size(file) + 20_000, limit[1]))
        try:
            with pytest.raises(LedgerUnavailable, match="cannot be read or written"):
                await kept.keep(one("resp_2", size=1_000_000))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        assert await kept.find("resp_1", "ada") == one("resp_1")
        assert await kept.find("resp_2", "ada") is None
        await kept.keep(one("resp_2"))
    finally:
        kept.close()


@awaited
async def test_a_file_that_cannot_be_written_is_told(file: Path, time: Time) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write anything")
    kept = opened(file, time)
    try:
        file.parent.chmod(0o500)
        with pytest.raises(LedgerUnavailable, match="cannot be read or written"):
            await kept.keep(one("resp_1"))
    finally:
        file.parent.chmod(0o700)
        kept.close()


@awaited
async def test_what_has_expired_leaves_the_disk(file: Path, time: Time) -> None:
    kept = KeptResponses(file, unix_s=time, sweep_s=0.01)
    kept.start()
    try:
        for number in range(5):
            await kept.keep(one(f"resp_{number}", size=200_000))
        full = size(file)
        time.now += 31 * DAY
        for _ in range(6_000):
            if size(file) < full / 4:
                break
            await asyncio.sleep(0.01)
        assert size(file) < full / 4
    finally:
        kept.close()


@awaited
async def test_a_file_of_a_newer_version_is_left_alone(file: Path, time: Time) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 99")
    kept = opened(file, time)
    try:
        with pytest.raises(LedgerUnavailable, match="newer version"):
            await kept.keep(one("resp_1"))
    finally:
        kept.close()
