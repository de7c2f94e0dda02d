"""What a file of conversations promises beside the port: restarts, other processes, kill -9, and no trace."""

import asyncio
import functools
import itertools
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, ParamSpec

import msgspec
import pytest

from outlast.chat import bounds
from outlast.chat.conversation import Attachment, Message, Served
from outlast.errors import LedgerUnavailable, MalformedRequest, ObjectNotFound, RequestTooLarge
from outlast.ledger.chats.store import KeptChats
from outlast.ledger.chats.temporary import KEPT_NS, AllChats
from outlast.ledger.checkup import look_at_record
from outlast.ledger.location import chats_path
from outlast.testing.chats import answer_to, conversation_of, message_of

Given = ParamSpec("Given")
SERVED: Final = Served(asked="gpt-4o", served="openai/gpt-5.1", exchange="req_1")
PIECES: Final = ("Once ", "upon \U0001f600 ", "a time ", "there was a model.")


def awaited(test: Callable[Given, Coroutine[None, None, None]]) -> Callable[Given, None]:
    @functools.wraps(test)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


class Time:
    """Nanoseconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 10**18

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return chats_path(tmp_path / "outlast.db")


@contextmanager
def opened(file: Path, time: Time | None = None, *, sweep_s: float = 300.0) -> Iterator[KeptChats]:
    store = KeptChats(file, unix_ns=time or Time(), sweep_s=sweep_s)
    store.start()
    try:
        yield store
    finally:
        store.close()


async def begun(chats: KeptChats | AllChats, known: str, text: str = "Tell me", *, temporary: bool = False) -> None:
    await chats.create(conversation_of(known, temporary=temporary))
    await chats.add("ana", known, message_of(f"{known}-q", text), answer_to(f"{known}-q", f"{known}-a"))


async def the_answer(chats: KeptChats, known: str) -> Message:
    [_, answer] = await chats.messages("ana", known)
    return answer


def contents(file: Path) -> bytes:
    """Everything of the file, and of what lies beside it."""
    return b"".join(each.read_bytes() for each in sorted(file.parent.rglob("*")) if each.is_file())


@awaited
async def test_what_was_kept_is_there_after_a_restart_for_the_user_that_runs_it_alone(file: Path) -> None:
    with opened(file) as chats:
        await begun(chats, "c1")
        await chats.grow("c1-a", "Once")
        await chats.settle("c1-a", phase="complete", by=SERVED)
        before = await chats.messages("ana", "c1")
    with opened(file) as chats:
        assert await chats.messages("ana", "c1") == before
        assert len(await chats.search("ana", "once")) == 1
    assert oct(os.stat(file).st_mode)[-3:] == "600"  # noqa: PTH116 - a stat in passing


@awaited
async def test_an_answer_whose_process_ended_is_interrupted_and_keeps_what_was_shown(file: Path) -> None:
    with opened(file) as chats:
        for known in ("read", "grown", "abandoned"):
            await begun(chats, known)
            await chats.grow(f"{known}-a", "Once", by=Served(asked="gpt-4o", served="openai/gpt-5.1"))
            await chats.grow(f"{known}-a", " upon")
    with opened(file) as chats:
        read = await the_answer(chats, "read")
        more, grown = await chats.growth("ana", "grown", "grown-a", 5)
        await chats.abandon()
        for each in (read, grown, await the_answer(chats, "abandoned")):
            assert (each.phase, each.text) == ("interrupted", "Once upon")
            assert each.by == Served(asked="gpt-4o", served="openai/gpt-5.1")
        assert more == "upon"
        assert not await chats.grow("read-a", " a time")
        assert len(await chats.search("ana", "upon")) == 3


@awaited
async def test_an_answer_that_another_process_writes_is_left_to_it(file: Path) -> None:
    with opened(file) as writer, opened(file) as other:
        await begun(writer, "c1")
        await writer.grow("c1-a", "Once")
        await other.abandon()
        assert (await the_answer(other, "c1")).phase == "running"
        assert (await other.growth("ana", "c1", "c1-a", 0))[0] == "Once"
        await other.stop("ana", "c1", "c1-a")
        assert not await writer.grow("c1-a", " upon")
        await writer.settle("c1-a", phase="stopped", by=SERVED)
        assert (await the_answer(other, "c1")).text == "Once upon"


WRITER: Final = f"""
import asyncio, sys, time
from pathlib import Path
from outlast.chat.conversation import Served
from outlast.ledger.checkup import look_at_record
from outlast.ledger.chats.store import KeptChats
from outlast.testing.chats import answer_to, conversation_of, message_of

async def main():
    chats = KeptChats(Path(sys.argv[1]), unix_ns=time.time_ns)
    chats.start()
    for number in range(1_000):
        known = f"{{sys.argv[2]}}{{number}}"
        await chats.create(conversation_of(known))
        print("create", known, flush=True)
        await chats.add("ana", known, message_of(f"{{known}}-q"), answer_to(f"{{known}}-q", f"{{known}}-a"))
        print("add", known, flush=True)
        for piece in {PIECES!r}:
            await chats.grow(f"{{known}}-a", piece)
            print("grow", known, flush=True)
        await chats.settle(f"{{known}}-a", phase="complete", by=Served(asked="gpt-4o"))
        print("settle", known, flush=True)

asyncio.run(main())
"""


def killed_after(file: Path, lines: int, prefix: str = "c") -> list[str]:
    """What a process said that it kept, until it was killed in the middle of its work."""
    command = [sys.executable, "-c", WRITER, str(file), prefix]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [line.strip() for line in itertools.islice(process.stdout, lines)]
        process.send_signal(signal.SIGKILL)
        said += [line.strip() for line in process.stdout if line.endswith("\n")]
    assert len(said) >= lines
    return said


@pytest.mark.slow
@pytest.mark.parametrize("lines", [1, 2, 3, 5, 7, 11, 23])
def test_whatever_returned_is_there_after_kill_9_at_any_moment(file: Path, lines: int) -> None:
    said = killed_after(file, lines)

    async def look() -> None:
        with opened(file) as chats:
            for known in {line.split()[1] for line in said}:
                messages = await chats.messages("ana", known)
                assert len(messages) == 2 or f"add {known}" not in said
                if not messages:
                    continue
                kept = "".join(PIECES[: said.count(f"grow {known}")])
                assert messages[1].text.startswith(kept)
                assert "".join(PIECES).startswith(messages[1].text)
                phases = {"complete"} if f"settle {known}" in said else {"complete", "interrupted"}
                assert messages[1].phase in phases
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("SELECT count(*) FROM pieces").fetchone() == (0,)
            connection.execute("INSERT INTO said (said) VALUES ('integrity-check')")

    asyncio.run(look())


@pytest.mark.slow
@awaited
async def test_files_of_processes_that_were_killed_do_not_pile_up(file: Path) -> None:
    folder = file.with_name(file.name + ".writers")
    for prefix in "ab":
        killed_after(file, 3, prefix)
    with opened(file, sweep_s=0.01) as chats:
        await begun(chats, "c1")

        async def alone() -> bool:
            return len(os.listdir(folder)) == 1  # noqa: PTH208 - names are all that is needed

        await until(alone)
        assert (await the_answer(chats, "c1")).phase == "running"
    assert not os.listdir(folder)  # noqa: PTH208 - names are all that is needed


@awaited
async def test_a_temporary_conversation_leaves_no_trace_and_is_in_no_list(file: Path, time: Time) -> None:
    with opened(file, time) as kept:
        chats = AllChats(kept, unix_ns=time)
        await begun(chats, "kept", "ordinary")
        await begun(chats, "passing", "unmentionable", temporary=True)
        await chats.grow("passing-a", "unrepeatable")
        await chats.settle("passing-a", phase="complete", by=SERVED)
        await chats.rate("ana", "passing", "passing-a", "good", "unprintable")
        assert [each.text for each in await chats.messages("ana", "passing")] == ["unmentionable", "unrepeatable"]
        assert (await chats.conversation("ana", "passing")).temporary
        assert [each.id for each in await chats.newest("ana")] == ["kept"]
        assert await chats.search("ana", "unmentionable") == ()
        assert await chats.pleased() == ()
        assert await chats.spoken(looked=9, most=9, longest=9) == ()
        with pytest.raises(ObjectNotFound):
            await chats.conversation("bob", "passing")
        with pytest.raises(MalformedRequest, match="never"):
            await chats.change(conversation_of("passing"))
    data = contents(file)
    assert b"ordinary" in data
    for word in (b"passing", b"unmentionable", b"unrepeatable", b"unprintable"):
        assert word not in data


@awaited
async def test_a_temporary_conversation_is_forgotten_a_day_after_its_last_word(file: Path, time: Time) -> None:
    with opened(file, time) as kept:
        chats = AllChats(kept, unix_ns=time)
        await chats.create(conversation_of("t1", temporary=True))
        await chats.add("ana", "t1", message_of("m", created_ns=time.now))
        await chats.create(conversation_of("t2"))
        await chats.messages("ana", "t1")
        time.now += KEPT_NS + 1
        await chats.create(conversation_of("t3"))
        with pytest.raises(ObjectNotFound):
            await chats.messages("ana", "t1")


@awaited
async def test_the_files_of_temporary_conversations_fill_memory_up_to_a_bound(file: Path, time: Time) -> None:
    share, time.now = 20 << 20, 2
    assert share == bounds.MOST_FILE
    with opened(file, time) as kept:
        chats = AllChats(kept, unix_ns=time)
        for number in range(3):
            await chats.create(conversation_of(f"t{number}", temporary=True))
        data = bytes(share)

        async def bring(number: int, conversation: str) -> None:
            brought = Attachment(id=f"f{number}", name="f", media_type="image/png", size=share)
            message = msgspec.structs.replace(message_of(f"m{number}"), attachments=(brought,))
            await chats.add("ana", conversation, message, files={f"f{number}": data})

        for number in range(bounds.MOST_HELD // share):
            await bring(number, f"t{number // 10}")
        with pytest.raises(RequestTooLarge, match="temporary"):
            await bring(99, "t2")
        await chats.delete("ana", "t0")
        await bring(99, "t2")


async def until(condition: Callable[[], Coroutine[None, None, bool]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110 - a file is waited for
            await asyncio.sleep(0.01)


@pytest.mark.slow
@awaited
async def test_what_was_deleted_is_soon_not_in_the_file_at_all(file: Path, time: Time) -> None:
    with opened(file, time, sweep_s=0.01) as chats:
        await chats.create(conversation_of("kept", title="Title"))
        await chats.create(conversation_of("deleted"))
        for number in range(100):
            if number == 50:
                await chats.add("ana", "deleted", message_of("m", "xylophones quetzal"))
            await chats.add("ana", "kept", message_of(f"m{number}", f"ordinary words {number}"))
        await chats.delete("ana", "deleted")
        assert b"xylophones quetzal" not in contents(file)
        assert b"xylophones" in contents(file)

        async def gone() -> bool:
            time.now += 700 * 10**9
            data = contents(file)
            return b"xylophones" not in data and b"quetzal" not in data

        await until(gone)
        assert [each.message for each in await chats.search("ana", "ordinary 77")] == ["m77"]
        assert len(await chats.search("ana", "title")) == 1


@awaited
async def test_a_file_of_a_newer_version_and_a_row_that_is_damaged_are_said(file: Path, time: Time) -> None:
    with opened(file, time) as chats:
        await begun(chats, "c1")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE conversations SET told = 'no json'")
        connection.commit()
    with opened(file, time) as chats:
        with pytest.raises(LedgerUnavailable, match="as it was written"):
            await chats.conversation("ana", "c1")
        await begun(chats, "c2")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with opened(file, time) as chats, pytest.raises(LedgerUnavailable, match="newer version"):
        await chats.newest("ana")


@awaited
async def test_halves_of_characters_are_kept_as_replacement_signs(file: Path, time: Time) -> None:
    with opened(file, time) as chats:
        await chats.create(conversation_of("c\ud800", title="\udfff!"))
        await chats.add("ana", "c\ud800", message_of("q", "a\ud800b"), answer_to("q", "a"))
        await chats.grow("a", "\ud83d")
        await chats.settle("a", phase="complete", by=msgspec.structs.replace(SERVED, reason="\ud800"), error="\udc00")
        [question, answer] = await chats.messages("ana", "c\ud800")
        assert (question.text, answer.text, answer.error) == ("a\ufffdb", "\ufffd", "\ufffd")


@awaited
async def test_the_doctor_sees_a_file_that_can_be_read_and_one_that_cannot(file: Path) -> None:
    database = file.with_name("outlast.db")
    assert (look_at_record(database).chats, look_at_record(database).chats_error) == (0, "")
    with opened(file) as chats:
        await begun(chats, "c1")
        assert look_at_record(database).chats > 0
    damage(file)
    seen = look_at_record(database)
    assert (seen.chats, seen.chats_error) == (0, "file is not a database")


def damage(file: Path) -> None:
    file.write_bytes(b"no database at all" * 1_000)
