"""What a streamed token costs the server in the chat, beside the bare gateway's: processor time of its process.

``python benchmarks/chat_tokens.py`` streams the same answers of a scripted model at 200 tokens a second, several at a
time: to plain callers of the API, into conversations that nobody looks at, and into conversations that a page follows.
The scripted model's own work is in every line.
"""

import argparse
import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode

from bench.report import load, machine, median, save, table

RESULTS = Path(__file__).parent / "results" / "chat_tokens.json"
CONFIGURATION = """
[providers.openai]
kind = "scripted"
file = "profiles.toml"
[models.paced]
target = "openai/simulated-terse"
"""
PACE = '[models."simulated-terse"]\nper_token = 0.005\n'
AT_ONCE = 4
TOKENS = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """One way of streaming."""

    way: str
    microseconds: float
    """Of processor time, for each token; the median of the rounds."""


class Page:
    """A browser's requests, without a browser."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.headers: dict[str, str] = {}
        _, headers, page = self.ask("GET", "/chat")
        self.headers["cookie"] = headers["set-cookie"].partition(";")[0]
        found = re.search(r'name="form-token" content="([^"]+)"', page)
        assert found is not None
        self.headers["x-outlast-form"] = found[1]

    def ask(self, method: str, path: str, body: str = "", **more: str) -> tuple[int, dict[str, str], str]:
        """One request, read to its end."""
        with contextlib.closing(http.client.HTTPConnection(self.place, timeout=300)) as connection:
            connection.request(method, path, body or None, self.headers | more)
            answer = connection.getresponse()
            return answer.status, {name.lower(): each for name, each in answer.getheaders()}, answer.read().decode()

    def begin(self) -> tuple[str, str]:
        """A conversation with an answer that is being written."""
        form = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        said = json.loads(self.ask("POST", "/chat", urlencode({"message": f"write {TOKENS} words"}), **form)[2])
        return said["path"], said["answer"]

    def follow(self, answer: tuple[str, str]) -> None:
        """Look on to the end."""
        self.ask("GET", f"{answer[0]}/events/{answer[1]}")


@contextlib.contextmanager
def serving() -> Iterator[tuple[int, str]]:
    """A gateway: its process and its address."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "outlast.toml").write_text(CONFIGURATION, encoding="utf-8")
        Path(folder, "profiles.toml").write_text(PACE, encoding="utf-8")
        command = [sys.executable, "-m", "outlast", "serve", "--port", "0", "--quiet"]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                yield process.pid, process.stdout.readline().rpartition("//")[2].strip()
            finally:
                process.terminate()


def processor(pid: int) -> float:
    """Seconds that a process has used."""
    used = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def plain(place: str) -> None:
    """A streamed call of the API."""
    body = {"model": "paced", "messages": [{"role": "user", "content": f"write {TOKENS} words"}], "stream": True}
    with contextlib.closing(http.client.HTTPConnection(place, timeout=300)) as connection:
        connection.request("POST", "/v1/chat/completions", json.dumps(body))
        connection.getresponse().read()


def ways(place: str) -> dict[str, Callable[[], None]]:
    """Each streams ``AT_ONCE`` answers and returns when they have ended."""
    page = Page(place)

    def bare() -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(plain, [place] * AT_ONCE))

    def unwatched() -> None:
        answers = [page.begin() for _ in range(AT_ONCE)]
        time.sleep(TOKENS * 0.005)
        for each in answers:
            page.follow(each)

    def watched() -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(page.follow, [page.begin() for _ in range(AT_ONCE)]))

    return {"the API, streamed": bare, "a conversation, nobody looks": unwatched, "a conversation, followed": watched}


def main() -> None:
    """Stream, show and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    before = machine()
    taken: dict[str, list[float]] = {}
    with serving() as (pid, place):
        for _ in range(rounds):
            for way, run in ways(place).items():
                since = processor(pid)
                run()
                taken.setdefault(way, []).append((processor(pid) - since) / (AT_ONCE * TOKENS) * 1e6)
    lines = [Line(way, median(each)) for way, each in taken.items()]
    print(f"load {before['load_before']} to {load()}\n")
    print(table(["way", "us of processor a token"], [[each.way, f"{each.microseconds:.0f}"] for each in lines]))
    save(RESULTS, {"machine": before, "load_after": load(), "rounds": rounds, "lines": [*map(asdict, lines)]})


if __name__ == "__main__":
    main()
