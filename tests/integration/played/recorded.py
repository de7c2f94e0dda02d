"""Recorded answers of real providers, played again to whoever asks for them by their line.

It knows where the recordings lie and which of their lines are answers of conversations. It does not know clients.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest
from tests.integration.played.script import given, streamed

TRAFFIC = Path(__file__).parents[4] / "shared" / "traffic"
_FILES = {
    "openai-chat": ("chat", "/chat/completions"),
    "compatible-chat": ("chat", "/chat/completions"),
    "openai-responses": ("responses", "/responses"),
    "anthropic-messages": ("claude", "/messages"),
    "gemini": ("gemini", "enerateContent"),
}
"""By file: the provider table that plays it, and how a path ends."""


class Line(msgspec.Struct, frozen=True):
    """One line of a file."""

    method: str
    uri: str
    status: int
    response_kind: str
    response: msgspec.Raw


class Played(msgspec.Struct, frozen=True):
    """One recorded answer."""

    table: str
    stream: bool
    body: bytes

    @property
    def wire(self) -> bytes:
        """As it goes over HTTP."""
        return streamed(self.body) if self.stream else given(json.loads(self.body))


def recorded() -> Mapping[str, Played]:
    """Every answered conversation by ``file-line``; skips the test where the recordings are not."""
    if not TRAFFIC.exists():
        pytest.skip(f"NO RECORDED TRAFFIC AT {TRAFFIC}: REAL ANSWERS ARE NOT TESTED")
    return {name: played for file in _FILES for name, played in _read(file)}


def _read(file: str) -> Iterator[tuple[str, Played]]:
    table, ending = _FILES[file]
    lines = (TRAFFIC / f"{file}.jsonl").read_bytes().splitlines()
    for number, line in enumerate(msgspec.json.decode(each, type=Line) for each in lines):
        path = re.split(r"[?#]", line.uri)[0]
        if line.status != 200 or line.method != "POST" or not path.endswith(ending) or line.response_kind == "base64":
            continue
        if line.response_kind == "json":
            yield f"{file}-{number + 1}", Played(table, stream=False, body=bytes(line.response))
        else:
            body = msgspec.json.decode(line.response, type=str).encode()
            yield f"{file}-{number + 1}", Played(table, stream=not body.lstrip().startswith(b"{"), body=body)
