"""What an orchestrator is told."""

import asyncio

import msgspec
import pytest
from tests.unit.web.paper import PaperReply, call_of

from outlast.web.health import Check, Readyz, healthz


def test_a_living_process_says_so() -> None:
    reply = PaperReply()
    asyncio.run(healthz(call_of("/healthz"), reply))
    assert (reply.status, reply.body) == (200, b'{"status":"ok"}')


@pytest.mark.parametrize(
    ("database_ok", "status", "word"), [(True, 200, "ready"), (False, 503, "not ready")], ids=["fine", "one bad"]
)
def test_readiness_names_every_check_and_one_bad_one_decides(*, database_ok: bool, status: int, word: str) -> None:
    checks = (Check("journal", ok=True), Check("database", ok=database_ok, says="outlast.db"))
    reply = PaperReply()
    asyncio.run(Readyz(lambda: checks)(call_of("/readyz"), reply))
    assert reply.status == status
    assert msgspec.json.decode(reply.body) == {
        "status": word,
        "checks": {"journal": {"ok": True, "says": ""}, "database": {"ok": database_ok, "says": "outlast.db"}},
    }
