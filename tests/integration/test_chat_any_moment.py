"""What a client had been shown is there after a SIGKILL at any moment: of sending, editing, asking again, streaming.

Hypothesis draws what is done and after how many bytes the process dies. The client is a plain socket, so that a moment
lies between any two bytes that a page would have sent or read.
"""

import contextlib
import json
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, get_args
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, Phase, event, example, given, settings
from hypothesis import strategies as st
from tests.integration.chat_visit import FORM, Visit, plain
from tests.integration.conftest import Serve
from tests.integration.gateway_process import PATIENCE, SCRIPTED, Gateway

pytestmark = [pytest.mark.server, pytest.mark.slow]

CONFIGURATION = SCRIPTED + 'file = "profiles.toml"\n[models.slow]\ntarget = "openai/simulated-terse"\n'
PROFILES = '[models."simulated-terse"]\nper_token = 0.004\n'
EXAMPLES: Final = 8
CUT: Final = "The server stopped in the middle of this answer."
SHORT: Final = "please write 3 words"
LONG: Final = "please write 150 words"

Act = Literal["send", "edit", "again"]


class Moment(NamedTuple):
    """When the process dies."""

    during: Literal["request", "reply", "events", "page"]
    """While the form goes out, while its reply comes in, while the answer streams, or after a look at the page then."""
    size: int
    """Bytes of it that have gone over the wire."""


ACTS: Final = st.sampled_from(get_args(Act))
LENGTHS: Final = {"request": 700, "reply": 500, "events": 9_000, "page": 9_000}
"""Bytes that usually go over the wire."""
MOMENTS: Final = st.builds(
    lambda during, percent: Moment(during, LENGTHS[during] * percent // 100),
    st.sampled_from(("events", "page", "events", "reply", "events", "request")),
    st.sampled_from(range(101)),
)


class Killer:
    """Ends the process when so many bytes have gone over the wire; the rest that was under way is still read."""

    def __init__(self, gateway: Gateway, moment: Moment) -> None:
        self.gateway = gateway
        self.moment = moment

    def at(self, during: str) -> int | None:
        """After how many bytes of this; None: not now."""
        return self.moment.size if during == self.moment.during else None


@dataclass
class Client:
    """One page: what it was told and shown, and nothing that it would have had to guess."""

    visit: Visit
    path: str = ""
    answer: str = ""
    asked: dict[str, str] = field(default_factory=dict)
    """By the answer: the question that was typed."""
    shown: dict[str, str] = field(default_factory=dict)
    """By the answer: its words so far."""
    ended: set[str] = field(default_factory=set)
    """Answers whose end was shown."""

    def act(self, what: Act, text: str, killer: Killer | None = None) -> None:
        """Send a form, and know of it only if the whole reply came."""
        question = self._question() if self.path and what == "edit" else ""
        where, fields = self.path or "/chat", {"message": text}
        if self.path and what == "send":
            fields["parent"] = self.answer
        elif self.path:
            where, fields = f"{self.path}/{what}/{question or self.answer}", {"text": text}
        told = self._told(self._form(where, fields), killer)
        if told is None:
            return
        asked = self.asked[self.answer] if self.path and what == "again" else text
        self.path, self.answer = told["path"], told["answer"]
        self.asked[self.answer], self.shown[self.answer] = asked, ""

    def watch(self, killer: Killer | None = None) -> None:
        """Read the answer's events; whatever was sent before the end of the process was shown."""
        if killer is not None and killer.moment.during == "page":
            self._look_while_it_streams(killer)
            return
        after = killer.at("events") if killer else None
        body = exchange(self._get(f"{self.path}/events/{self.answer}"), self.visit.place, after, killer)
        blocks: dict[int, str] = {}
        for kind, said in events(body):
            if kind == "block":
                blocks[said["index"]] = said["html"]
            elif kind == "end":
                self.ended.add(self.answer)
        self.saw("".join(blocks[each] for each in sorted(blocks)))

    def saw(self, html: str) -> None:
        """More of the answer, or as much as before."""
        words = plain(html)
        assert words.startswith(self.shown[self.answer])
        self.shown[self.answer] = words

    def check(self) -> None:
        """Everything is there, in the conversation's own file and in its words."""
        if not self.path:
            return
        kept = {
            each["id"]: each for each in json.loads(self.visit.ask("GET", f"{self.path}/export.json")[2])["messages"]
        }
        for answer, words in self.shown.items():
            assert kept[kept[answer]["parent"]]["text"] == self.asked[answer]
            text = plain(kept[answer]["text"])
            assert text == words if answer in self.ended else text.startswith(words)

    def check_the_last(self) -> None:
        """An answer that was cut says so, and who was answering, as far as that had been seen."""
        if not self.path:
            return
        before, cut = self.shown[self.answer], self.answer not in self.ended
        self.watch()
        assert self.answer in self.ended
        page = self.visit.look(self.path)
        article = page.partition(f'id="m-{self.answer}"')[2].partition("</article>")[0]
        assert self.shown[self.answer] == plain(text_of(article))
        if CUT in article:
            assert cut
            assert not before or "openai/simulated-terse was answering, interrupted" in article
        event(f"cut: {CUT in article}, words before: {bool(before)}")

    def _look_while_it_streams(self, killer: Killer) -> None:
        """As a reload of the page shows it, some bytes of the stream later."""
        with socket.create_connection(place_of(self.visit.place), PATIENCE) as stream:
            stream.sendall(self._get(f"{self.path}/events/{self.answer}"))
            read(stream, killer.moment.size)
            article = self.visit.look(self.path).partition(f'id="m-{self.answer}"')[2].partition("</article>")[0]
            killer.gateway.kill()
        self.saw(text_of(article))

    def _question(self) -> str:
        """What the last answer answers, as the page's links have it."""
        kept = json.loads(self.visit.ask("GET", f"{self.path}/export.json")[2])["messages"]
        return next(str(each["parent"]) for each in kept if each["id"] == self.answer)

    def _told(self, request: bytes, killer: Killer | None) -> dict[str, Any] | None:
        if killer is not None and (size := killer.at("request")) is not None:
            with socket.create_connection(place_of(self.visit.place), PATIENCE) as stream:
                stream.sendall(request[:size])
                killer.gateway.kill()
            return None
        body = exchange(request, self.visit.place, killer.at("reply") if killer else None, killer)
        try:
            return dict(json.loads(body))
        except ValueError:
            assert killer is not None
            return None

    def _form(self, path: str, fields: dict[str, str]) -> bytes:
        if not self.visit.token:
            self.visit.look()
        body = urlencode(fields).encode()
        named = FORM | {"accept": "application/json", "x-outlast-form": self.visit.token}
        return self._head("POST", path, named | {"content-length": str(len(body))}) + body

    def _get(self, path: str) -> bytes:
        return self._head("GET", path, {})

    def _head(self, method: str, path: str, named: dict[str, str]) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in self.visit.cookies.items())
        given_ = {"host": self.visit.place, "connection": "close", "cookie": cookies} | named
        return "\r\n".join([f"{method} {path} HTTP/1.1", *map(": ".join, given_.items()), "", ""]).encode()


def place_of(place: str) -> tuple[str, int]:
    host, _, port = place.rpartition(":")
    return host, int(port)


def read(stream: socket.socket, size: int | None = None) -> bytes:
    """So many bytes or a few more; fewer only at the end."""
    data = bytearray()
    with contextlib.suppress(ConnectionError):
        while (size is None or len(data) < size) and (more := stream.recv(65_536)):
            data += more
    return bytes(data)


def exchange(request: bytes, place: str, dies_after: int | None, killer: Killer | None) -> bytes:
    """The body of the answer, as much of it as came; the process dies after so many bytes of the whole answer."""
    with socket.create_connection(place_of(place), PATIENCE) as stream:
        stream.sendall(request)
        data = read(stream, dies_after)
        if dies_after is not None:
            assert killer is not None
            killer.gateway.kill()
            data += read(stream)
    head, _, body = data.partition(b"\r\n\r\n")
    assert not head or head.startswith(b"HTTP/1.1 200 "), head
    return joined(body) if b"transfer-encoding: chunked" in head.lower() else body


def joined(body: bytes) -> bytes:
    """The chunks as one, the last perhaps not whole."""
    pieces: list[bytes] = []
    while body:
        size, _, body = body.partition(b"\r\n")
        count = int(size or b"0", 16)
        pieces.append(body[:count])
        body = body[count + 2 :]
    return b"".join(pieces)


def events(body: bytes) -> Sequence[tuple[str, dict[str, Any]]]:
    """Those that came whole."""
    found: list[tuple[str, dict[str, Any]]] = []
    for lines in body.decode(errors="replace").split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in lines.split("\n") if not line.startswith(":"))
        if fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def text_of(article: str) -> str:
    """What the model said, of its place on the page."""
    found = re.search(r'<div class="text">(.*?)</div>\s*<(?:p class="writing"|div class="foot")', article, re.DOTALL)
    return found[1] if found else ""


def test_a_kill_at_any_moment_loses_nothing_that_was_shown(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "profiles.toml").write_text(PROFILES, encoding="utf-8")
    gateway = serve(CONFIGURATION)
    clients: list[Client] = []

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @example([], "send", Moment("events", 2_000))
    @example(["send"], "edit", Moment("page", 3_000))
    @example(["send"], "again", Moment("events", 4_000))
    @given(st.lists(ACTS, max_size=2), ACTS, MOMENTS)
    def dies(before: Sequence[Act], last: Act, moment: Moment) -> None:
        client = Client(Visit(gateway.address))
        for number, act in enumerate(before):
            client.act(act, f"{number}: {SHORT}")
            client.watch()
        client.act(last, f"last: {LONG}", Killer(gateway, moment))
        if gateway.process is not None and gateway.process.poll() is None:
            client.watch(Killer(gateway, moment))
        clients.append(client)
        event(f"{moment.during} of {last if before else 'the first'}")
        gateway.start()
        for each in clients:
            each.visit.place = gateway.address.removeprefix("http://")
            each.check()
        client.check_the_last()

    dies()
