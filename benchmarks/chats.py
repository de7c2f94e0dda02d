"""A large file of conversations: how long it takes to open, to list, to read, to search and to write into.

``python benchmarks/chats.py`` makes up 2,000 conversations of one person with 100,000 messages (words drawn as often
as words are in a language; every tenth message is Chinese), then asks in a process of its own, through the store as
the pages do. ``--trigram`` builds SQLite's own trigram index over the same messages, for the choice between the two.
"""

import argparse
import asyncio
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.report import load, machine, median, save, table

from outlast.chat.conversation import Conversation, Message, Served
from outlast.ledger.chats.store import KeptChats

RESULTS = Path(__file__).parent / "results" / "chats.json"
CONVERSATIONS = 2_000
MESSAGES = 50
WORDS = 30_000
TIMES = 15
SERVED = Served(asked="gpt-4o", served="openai/gpt-5.1")
SYLLABLES = tuple(a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "is", "ot"))
SIGNS = "".join(chr(0x4E00 + number) for number in range(2_000))
_ASK = "import sys, chats; chats.ask(sys.argv[1])"


@dataclass(frozen=True, slots=True)
class Line:
    """One question; found: hits, messages or conversations that came back."""

    question: str
    median_ms: float
    worst_ms: float
    cpu_ms: float
    """Processor time, median: what it takes where nobody else needs the machine."""
    found: int


def vocabulary() -> list[str]:
    """Made-up words, the same in every process."""
    chance = random.Random(1)  # noqa: S311 - made-up words, no secret
    return ["".join(chance.choices(SYLLABLES, k=chance.choice((1, 2, 2, 3, 4)))) for _ in range(WORDS)]


def texts(count: int) -> Iterator[str]:
    """Messages as long as people's and models' are, words as frequent as they are in a language."""
    chance = random.Random(2)  # noqa: S311 - the same
    words = vocabulary()
    weights = [1 / (rank + 2) for rank in range(WORDS)]
    for number in range(count):
        length = chance.choice((8, 15, 30)) if number % 2 == 0 else chance.choice((60, 120, 200))
        if number % 10 == 9:
            yield "".join(chance.choices(SIGNS, weights=[1 / (rank + 2) for rank in range(len(SIGNS))], k=length))
        else:
            yield " ".join(chance.choices(words, weights=weights, k=length))


async def make(path: Path) -> float:
    """Fill a file through the store; returns seconds."""
    chats = KeptChats(path, unix_ns=time.time_ns)
    chats.start()
    began, said = time.perf_counter(), texts(CONVERSATIONS * MESSAGES)
    for number in range(CONVERSATIONS):
        name = f"conversation-{number:05}"
        await chats.create(
            Conversation(
                id=name, owner="ana", title=next(said)[:60], model="gpt-4o", created_ns=number, updated_ns=number
            )
            if number % 50 == 0
            else Conversation(
                id=name, owner="ana", title=f"Number {number}", model="gpt-4o", created_ns=number, updated_ns=number
            )
        )
        await chats.add("ana", name, *messages(name, number, said))
    chats.close()
    return time.perf_counter() - began


def messages(name: str, number: int, said: Iterator[str]) -> Iterator[Message]:
    """A conversation's, one after the other."""
    parent = None
    for each in range(MESSAGES):
        known = f"{name}-{each}"
        yield Message(
            id=known,
            parent=parent,
            role="assistant" if each % 2 else "user",
            text=next(said, ""),
            created_ns=number * 1_000 + each,
            by=SERVED if each % 2 else None,
        )
        parent = known


def ask(path: str) -> None:
    """Every question to a file that this process has never seen; prints lines as JSON."""
    asyncio.run(_ask(Path(path)))


async def _ask(path: Path) -> None:
    began, used = time.perf_counter(), time.process_time()
    chats = KeptChats(path, unix_ns=time.time_ns)
    chats.start()
    first = await chats.newest("ana")
    took, used = (time.perf_counter() - began) * 1e3, (time.process_time() - used) * 1e3
    told(Line("open the file and list the newest 50", took, took, used, len(first)))
    name = first[7].id
    await asked("list the newest 50", lambda: chats.newest("ana"))
    await asked("the page after 1,500", lambda: chats.newest("ana", before=(500_049, "conversation-00500")))
    await asked("read a conversation of 50 messages", lambda: chats.messages("ana", name))
    for what, words in questions().items():
        await asked(f"search: {what}", lambda words=words: chats.search("ana", words))  # type: ignore[misc]
    running = f"running-{time.time_ns()}"  # the file may have been asked before
    await chats.add(
        "ana", name, Message(id=running, parent=None, role="assistant", text="", created_ns=1, phase="running")
    )
    await asked("grow an answer by 40 characters", lambda: chats.grow(running, "x" * 40))
    await asked("poll its growth", lambda: chats.growth("ana", name, running, 0))
    chats.close()


def questions() -> dict[str, str]:
    """What is searched for, by what is hard about it."""
    words = vocabulary()
    return {
        "the most frequent word": words[0],
        "two frequent words": f"{words[0]} {words[3]}",
        "a rare word": words[25_000],
        "the first three letters of many words": words[40][:3],
        "one letter": words[0][0],
        "a word that is not there": "quetzalcoatl",
        "two Chinese signs that are frequent": SIGNS[:2],
        "two Chinese signs that are rare": SIGNS[900] + SIGNS[1_100],
        "ten words": " ".join(words[:10]),
    }


async def asked(question: str, run: Callable[[], Awaitable[object]]) -> None:
    """Ask several times."""
    took, used, found = [], [], 0
    for _ in range(TIMES):
        began, cpu = time.perf_counter(), time.process_time()
        answer = await run()
        took.append((time.perf_counter() - began) * 1e3)
        used.append((time.process_time() - cpu) * 1e3)
        found = len(answer) if isinstance(answer, tuple) else 0
    told(Line(question, median(took), max(took), median(used), found))


def told(line: Line) -> None:
    """To the process that shows it."""
    print(json.dumps(asdict(line)), flush=True)


def trigram(path: Path) -> list[Line]:
    """The same questions to SQLite's trigram index over the same texts."""
    lines = []
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE VIRTUAL TABLE three USING fts5 (words, tokenize = 'trigram')")
        connection.execute("INSERT INTO three (rowid, words) SELECT number, text FROM messages")
        connection.commit()
        for index in ("three", "said"):
            (size,) = connection.execute(
                "SELECT sum(pgsize) FROM dbstat WHERE name IN (?1 || '_data', ?1 || '_idx', ?1 || '_content')", (index,)
            ).fetchone()
            lines.append(Line(f"index {index}: MB", size / 1e6, 0.0, 0.0, 0))
        for what, words in questions().items():
            took, used, found = [], [], 0
            for _ in range(TIMES):
                began, cpu = time.perf_counter(), time.process_time()
                phrases = " AND ".join(f'"{each}"' for each in words.split())
                found = len(
                    connection.execute(
                        "SELECT rowid FROM three WHERE three MATCH ? ORDER BY rowid DESC LIMIT 50", (phrases,)
                    ).fetchall()
                )
                took.append((time.perf_counter() - began) * 1e3)
                used.append((time.process_time() - cpu) * 1e3)
            lines.append(Line(f"trigram: {what}", median(took), max(took), median(used), found))
    return lines


def main() -> None:
    """Make, ask, show and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trigram", action="store_true", help="compare with SQLite's trigram index")
    parser.add_argument("--keep", type=Path, help="leave the file here, or use the one that is here")
    given = parser.parse_args()
    before = machine()
    with tempfile.TemporaryDirectory() as folder:
        path = given.keep or Path(folder) / "outlast.db.chats.db"
        seconds = asyncio.run(make(path)) if not path.exists() else 0.0
        size = path.stat().st_size
        done = subprocess.run(
            [sys.executable, "-c", _ASK, str(path)],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parent,
        )
        lines = [Line(**json.loads(line)) for line in done.stdout.splitlines()]
        if given.trigram:
            lines += trigram(path)
    print(f"{size / 1e6:.0f} MB, made in {seconds:.0f} s; load {before['load_before']} to {load()}\n")
    shown = [
        [each.question, f"{each.median_ms:.1f}", f"{each.worst_ms:.1f}", f"{each.cpu_ms:.1f}", str(each.found)]
        for each in lines
    ]
    print(table(["question", "median ms", "worst ms", "CPU ms", "found"], shown))
    kept = {"machine": before, "load_after": load(), "megabytes": size / 1e6, "lines": [*map(asdict, lines)]}
    save(RESULTS, kept)


if __name__ == "__main__":
    main()
