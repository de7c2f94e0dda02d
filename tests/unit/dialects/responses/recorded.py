"""The recorded exchanges of the Responses API, for tests."""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

TRAFFIC = Path(__file__).parents[5] / "shared" / "traffic"


class Recorded(NamedTuple):
    """One exchange; bodies are compact JSON, streams are as they came."""

    source: str
    uri: str
    status: int
    request: bytes
    answer: bytes
    streamed: bool

    @property
    def asks(self) -> bool:
        """A call for an answer."""
        return self.uri.endswith("/responses")


@cache
def recorded() -> tuple[Recorded, ...]:
    """Every exchange of the API, whichever provider answered."""
    if not TRAFFIC.exists():
        pytest.skip("the recorded traffic is not here")
    lines = [
        json.loads(line)
        for name in ("openai-responses", "openai-other", "compatible-chat")
        for line in (TRAFFIC / f"{name}.jsonl").read_text().splitlines()
    ]
    return tuple(_one(each) for each in lines if "/responses" in each["uri"])


def answers() -> tuple[Recorded, ...]:
    """Whole answers that are responses."""
    found = (each for each in recorded() if each.status == 200 and not each.streamed)
    return tuple(each for each in found if b'"output":' in each.answer and b'"response.compaction"' not in each.answer)


def streams() -> tuple[Recorded, ...]:
    """Streamed answers."""
    return tuple(each for each in recorded() if each.status == 200 and each.streamed)


def compact(value: Any) -> bytes:
    """As it stands inside of events."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _one(line: dict[str, Any]) -> Recorded:
    streamed = line["response_kind"] == "text"
    answer = line["response"].encode() if streamed else compact(line["response"])
    return Recorded(line["source"], line["uri"], line["status"], compact(line["request"]), answer, streamed)
