"""A real gateway process on loopback, started and stopped by a test, with callers that speak plain HTTP to it."""

import contextlib
import http.client
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from outlast.cli.app import run

PATIENCE = 20.0  # seconds until something that must come about counts as never coming
CHAT = "/v1/chat/completions"
HELLO = [{"role": "user", "content": "Hello"}]
SCRIPTED = """\
[providers.openai]
kind = "scripted"
catalog = "openai"
"""

LIVING = "openai/simulated-terse"
"""A direct name that the scripted provider answers on any real day."""

T = TypeVar("T")


def plain(status: int, document: object, *headers: str) -> bytes:
    """An upstream's whole answer as it goes over the wire."""
    body = json.dumps(document).encode()
    head = (f"HTTP/1.1 {status} Given", "content-type: application/json", f"content-length: {len(body)}", *headers)
    return "\r\n".join((*head, "", "")).encode() + body


def refused(status: int, message: str, code: str, *headers: str) -> bytes:
    """An upstream's error in OpenAI's shape."""
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return plain(status, {"error": error}, *headers)


def until(met: Callable[[], T | None], *, seconds: float = PATIENCE) -> T:
    """Look again and again until there is something to see."""
    deadline = time.monotonic() + seconds
    while not (seen := met()):
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.005)
    return seen


@dataclass(frozen=True)
class Done:
    """One command line that has ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document that was printed."""
        assert self.out, f"exit code {self.code}: {self.err}"
        return json.loads(self.out)


def outlast(*arguments: str) -> Done:
    """One command line in this process: everything but the interpreter's start."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with out, err:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(arguments)
        return Done(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))


def outlast_process(folder: Path, *arguments: str, patience: float = 0.0, **environment: str) -> Done:
    """One command line as a process of its own, in ``folder``."""
    done = subprocess.run(
        [sys.executable, "-m", "outlast", *arguments],
        cwd=folder,
        env=_quiet_environment() | environment,
        capture_output=True,
        text=True,
        timeout=patience or PATIENCE,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Answer:
    """One answer as it came over the wire; header names lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["x-outlast-request-id"]

    @property
    def error(self) -> dict[str, Any]:
        """The error, after a look at its shape: OpenAI's clients read these four members."""
        error: dict[str, Any] = self.document["error"]
        assert set(error) == {"message", "type", "param", "code"}
        assert error["message"]
        return error


class Caller:
    """One kept connection to a gateway."""

    def __init__(self, address: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE)

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        self.connection.request(method, path, body or None, dict(headers or {}))
        response = self.connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())

    def chat(self, model: str, **more: object) -> Answer:
        return self.post({"model": model, "messages": HELLO} | more)

    def post(self, body: object) -> Answer:
        return self.ask("POST", CHAT, body if isinstance(body, bytes) else json.dumps(body).encode())


@contextlib.contextmanager
def calling(address: str) -> Iterator[Caller]:
    """A caller who hangs up at the end."""
    caller = Caller(address)
    with contextlib.closing(caller.connection):
        yield caller


@dataclass
class Gateway:
    """A running ``outlast serve``, and the commands that share its configuration."""

    folder: Path
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    address: str = ""
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def config(self) -> Path:
        return self.folder / "outlast.toml"

    @property
    def base_url(self) -> str:
        return f"{self.address}/v1"

    @property
    def said(self) -> str:
        """What the process told its operator."""
        return (self.folder / "stderr").read_text(encoding="utf-8")

    def start(self) -> None:
        """Start it, and wait for the line that says where it listens."""
        printed = self.folder / "stdout"
        with printed.open("wb") as out, (self.folder / "stderr").open("wb") as err:
            self.process = process = subprocess.Popen(
                [sys.executable, "-m", "outlast", "serve", "--config", self.config, "--port", "0", *self.arguments],
                stdout=out,
                stderr=err,
                env=_quiet_environment() | self.environment,
                start_new_session=True,
            )

        def address() -> str:
            line, ended, _ = printed.read_text(encoding="utf-8").partition("\n")
            assert line or process.poll() is None, f"the gateway ended with {process.returncode}: {self.said}"
            return line.removeprefix("listening on ").strip() if ended else ""

        self.address = until(address)

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def ended(self) -> int:
        """Wait for the end; the exit code."""
        assert self.process is not None
        return self.process.wait(PATIENCE)

    def stop(self) -> int:
        """End it politely, and by force if that does not help."""
        if self.process is None or self.process.poll() is not None:
            return 0 if self.process is None else self.process.returncode
        self.signal(signal.SIGTERM)
        try:
            return self.ended()
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def kill(self) -> None:
        """End it as a power cut of the process would."""
        self.signal(signal.SIGKILL)
        self.ended()

    def outlast(self, *arguments: str) -> Done:
        """A command against the gateway's configuration."""
        return outlast(*arguments, "--config", str(self.config))

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """One request on a connection of its own."""
        with calling(self.address) as caller:
            return caller.ask(method, path, body, headers)

    def chat(self, model: str, **more: object) -> Answer:
        """One short plain call; ``more`` are members of its body."""
        with calling(self.address) as caller:
            return caller.chat(model, **more)

    def post(self, body: object) -> Answer:
        """One chat completion with a body of any kind."""
        with calling(self.address) as caller:
            return caller.post(body)

    def rows(self) -> list[dict[str, Any]]:
        """Every recorded call by column, in order; only what has reached the database."""
        with contextlib.closing(sqlite3.connect(f"file:{self.folder / 'outlast.db'}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute("SELECT * FROM calls ORDER BY seq")]

    def row(self, answer: Answer) -> dict[str, Any]:
        """The one record of an answered call, as soon as it is there."""
        [found] = until(lambda: [row for row in self.rows() if row["id"] == answer.id])
        return found


def _quiet_environment() -> dict[str, str]:
    """Ours without keys and proxies: no test may reach a network."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().endswith(("_API_KEY", "_PROXY"))}
    return kept | {"NO_COLOR": "1", "COLUMNS": "200"}


@contextlib.contextmanager
def running(folder: Path, configuration: str, *arguments: str, **environment: str) -> Iterator[Gateway]:
    """A gateway for as long as the block lasts."""
    gateway = Gateway(folder, arguments, environment)
    gateway.config.write_text(configuration, encoding="utf-8")
    try:
        gateway.start()
        yield gateway
    finally:
        gateway.stop()
