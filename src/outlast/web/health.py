"""``/healthz``: the process lives. ``/readyz``: everything that a call needs is there, each thing by name.

It knows the shape of the two answers. It does not know what is checked: that comes through ``Readiness``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from outlast.gateway.call import Call
from outlast.gateway.ports import Reply
from outlast.web.answers import answer_json


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    """``journal``, ``database``, ``provider openai`` …"""
    ok: bool
    says: str = ""
    """What was found; never a key."""


class Readiness(Protocol):
    """What says whether calls can be served."""

    def __call__(self) -> Sequence[Check]:
        """Every check, from what is known already: nothing is waited for."""
        ...


async def healthz(call: Call, reply: Reply) -> None:
    """The process lives and its loop turns; it says no more than that."""
    del call
    answer_json(reply, {"status": "ok"})


@dataclass(frozen=True, slots=True)
class Readyz:
    """200 when every check is fine, else 503; the body names each."""

    readiness: Readiness

    async def __call__(self, call: Call, reply: Reply) -> None:
        """Answer with every check."""
        del call
        checks = self.readiness()
        ready = all(check.ok for check in checks)
        document = {
            "status": "ready" if ready else "not ready",
            "checks": {check.name: {"ok": check.ok, "says": check.says} for check in checks},
        }
        answer_json(reply, document, status=200 if ready else 503)
