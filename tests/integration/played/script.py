"""What a played provider says, apart from any wire: every vendor's module writes these same things in its own words.

It knows the scripts by name, what they say and how an answer goes over HTTP. It does not know any dialect.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.integration.gateway_process import plain

Doc = dict[str, Any]

HELLO = ("Good ", "day, ", "Ünder the ☂.")
"""The pieces of a plain answer, as a stream brings them."""
GREETING = "".join(HELLO)
CUT = "It was a dark and"
NO = "I cannot help with that."
THOUGHT = "Paris first, then Rome."
SIGNATURE = "c2lnbmVkLWJ5LW1l"
"""Base64, as every vendor's are."""
INPUT, CACHED, OUTPUT, REASONED = 20, 5, 9, 3
"""Tokens of every answer; the input includes the cached, the output the reasoned."""
CITIES: Mapping[str, str] = {"call_paris_1": "Paris", "call_rome_2": "Rome"}
"""The calls of ``tools``: id and city."""
TOOL = "get_weather"
VERDICT: Doc = {"city": "Paris", "degrees": 21}
"""The answer of ``structured``."""
NOT_KEPT = "the thought was lost"
CALLING = ("tools", "thinking")
"""The scripts that call tools, until they see results; ``thinking`` thinks aloud and says nothing before."""
WORDS = {"tools": "I look.", "cut": CUT, "refusal": NO, "structured": json.dumps(VERDICT)}


@dataclass(frozen=True)
class Heard:
    """What a vendor's module reads out of a request."""

    results: Sequence[tuple[str, str]]
    """City (of the call that the result's id or name belongs to) and the result's text, in order."""
    signed: bool = False
    """The signature of an earlier turn has come back."""
    stream: bool = False

    def calls(self, name: str) -> bool:
        """The script wants its tools called."""
        return name in CALLING and not self.results

    def words(self, name: str, *, signs: bool = True) -> str:
        """The text of an answer; ``signs``: the vendor signs its thoughts, and must see them again."""
        if name not in CALLING or not self.results:
            return WORDS.get(name, GREETING)
        if name == "thinking" and signs and not self.signed:
            return NOT_KEPT
        return "; ".join(f"{city}: {text}" for city, text in self.results)


def sse(events: Iterable[Doc | str], *, named: bool = False) -> bytes:
    """Server-sent events; ``named``: with an ``event:`` line of the event's own type."""
    out = []
    for event in events:
        name = f"event: {event['type']}\n" if named and isinstance(event, dict) else ""
        data = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)
        out.append(f"{name}data: {data}\n\n")
    return "".join(out).encode()


def streamed(body: bytes, *headers: str, whole: bool = True) -> bytes:
    """A chunked 200 of server-sent events in pieces that keep to no border; not ``whole``: it breaks off."""
    head = ("HTTP/1.1 200 Given", "content-type: text/event-stream", "transfer-encoding: chunked", *headers, "", "")
    pieces = [body[start : start + 97] for start in range(0, len(body), 97)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return "\r\n".join(head).encode() + chunks + (b"0\r\n\r\n" if whole else b"")


def given(document: object, *headers: str, status: int = 200) -> bytes:
    """A whole answer."""
    return plain(status, document, *headers)
