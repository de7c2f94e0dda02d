"""``outlast chat rehearse`` as a process: the terminal leads the days, and Ctrl-C ends it without a trace."""

import contextlib
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.integration.gateway_process import Gateway, calling, until
from tests.integration.page_visitor import Visitor

pytestmark = pytest.mark.server

PATIENCE = 60.0
ENTER = b"\n"


@dataclass
class Rehearsal:
    """One, led by what is typed."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    typing: int
    """The other end of its stdin."""

    @property
    def told(self) -> str:
        return (self.folder / "stderr").read_text(encoding="utf-8")

    @property
    def address(self) -> str:
        def listening() -> re.Match[str] | None:
            assert self.process.poll() is None, self.told
            return re.search(r"listening on (\S+)\n", (self.folder / "stdout").read_text(encoding="utf-8"))

        return until(listening, seconds=PATIENCE)[1]

    def hears_of(self, day: str) -> None:
        """The terminal has told of a day, and the pages live on it."""
        until(lambda: f"({day})\n" in self.told and self.told.endswith("Enter plays the next day.\n"), seconds=PATIENCE)
        assert f'<time datetime="{day}">' in self.page("/rehearsal")

    def page(self, path: str) -> str:
        return Visitor(Gateway(self.folder, address=self.address)).get(path).body.decode()

    def served(self, model: str) -> str:
        with calling(self.address) as caller:
            return caller.chat(model).headers["x-outlast-served-model"]


@contextlib.contextmanager
def rehearsed(folder: Path, stdin: int, typing: int, *arguments: str) -> Iterator[Rehearsal]:
    (folder / "tmp").mkdir()
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "outlast", "chat", "rehearse", "--port", "0", *arguments],
            stdin=stdin, stdout=out, stderr=err, cwd=folder, start_new_session=True,
            env={**os.environ, "TMPDIR": str(folder / "tmp"), "NO_COLOR": "1"},
        )  # fmt: skip
    os.close(stdin)
    try:
        yield Rehearsal(folder, process, typing)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "pipe"])
def test_enter_plays_the_next_day_and_ctrl_c_ends_it_without_a_trace(tmp_path: Path, *, terminal: bool) -> None:
    typing, stdin = pty.openpty() if terminal else os.pipe()[::-1]
    with rehearsed(tmp_path, stdin, typing, "--story", "end", "--step") as play:
        play.hears_of("2026-02-12")
        assert play.served("gpt-4o") == "chatgpt/gpt-4o"
        os.write(typing, ENTER)
        play.hears_of("2026-02-13")
        assert play.served("gpt-4o") == "chatgpt/chatgpt/gpt-5.2"
        assert "gpt-4o is retired on ChatGPT." in play.told
        os.write(typing, b"what is typed before it is no matter" + ENTER)
        play.hears_of("2026-02-17")
        assert play.served("chatgpt-4o-latest") == "openai/gpt-5.1-chat-latest"
        play.process.send_signal(signal.SIGINT)
        assert play.process.wait(PATIENCE) == 0, play.told
        assert "Traceback" not in play.told
        assert "Fatal" not in play.told
        os.close(typing)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_at_the_end_of_the_input_the_last_day_stays(tmp_path: Path) -> None:
    stdin, typing = os.pipe()
    with rehearsed(tmp_path, stdin, typing, "--story", "end", "--step") as play:
        play.hears_of("2026-02-12")
        os.write(typing, ENTER)
        play.hears_of("2026-02-13")
        os.close(typing)
        assert play.served("gpt-4o") == "chatgpt/chatgpt/gpt-5.2"
        assert Visitor(Gateway(tmp_path, address=play.address)).post("/rehearsal", day="2026-02-12").status == 303
        assert play.served("gpt-4o") == "chatgpt/gpt-4o", "the page leads on"
        play.process.send_signal(signal.SIGTERM)
        assert play.process.wait(PATIENCE) == 0, play.told


def test_after_the_last_day_the_gateway_stays(tmp_path: Path) -> None:
    stdin, typing = os.pipe()
    with rehearsed(tmp_path, stdin, typing, "--story", "end", "--step") as play:
        os.write(typing, ENTER * 3)
        until(lambda: "The story is at its end; the gateway stays." in play.told, seconds=PATIENCE)
        assert '<time datetime="2026-02-17">' in play.page("/rehearsal")
        os.close(typing)
