"""A gateway over played upstreams with a rollout's store behind it: as many processes of it as a test wants."""

import asyncio
import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from tests.unit.gateway.test_chat import Answers, House, answered

from outlast.catalog.store import Catalog
from outlast.dialects.registry import DIALECTS
from outlast.gateway.call import Call
from outlast.gateway.shadow import Shadow
from outlast.rollout import state
from outlast.rollout.plan import Guard, Plan, Stage
from outlast.rollout.ports import Kept
from outlast.rollout.state import Cause
from outlast.settings import parse_settings
from outlast.testing.gateway import KeptReply, PlayedUpstream
from outlast.testing.rollouts import MemoryRolloutStore
from outlast.wiring.measuring import Store
from outlast.wiring.rollouts import Moves

CONFIGURATION = """
[providers.acme]
kind = "scripted"
[providers.spare]
kind = "scripted"
[models.support]
target = "acme/old"
[models.other]
target = "acme/old"
"""
NOW = 1_770_000_000_000_000_000
A, B = "acme/old", "spare/new"
TODAY = dt.date(2026, 2, 2)
BODIES: dict[str, tuple[str, dict[str, object]]] = {
    "chat": ("/v1/chat/completions", {"messages": [{"role": "user", "content": "Hi"}]}),
    "responses": ("/v1/responses", {"input": "Hi", "store": False}),
    "anthropic": ("/v1/messages", {"max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}),
    "gemini": ("/v1beta/models/support:generateContent", {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}),
    "completions": ("/v1/completions", {"prompt": "Hi"}),
}


def declared(**words: object) -> Plan:
    known: dict[str, object] = {
        "model": "support", "incumbent": A, "candidate": B, "salt": "s", "stages": (Stage(0.5), Stage(1.0)),
        "guards": (Guard(name="errors", margin=0.2),), "window_s": 1, **words,
    }  # fmt: skip
    return Plan(**known)  # type: ignore[arg-type]  # each test declares what it is about


class RolloutHouse(House):
    """One process of a gateway."""

    def __init__(self, catalog: Catalog, upstreams: Mapping[str, PlayedUpstream], store: Store | None = None) -> None:
        super().__init__(catalog, upstreams, NOW, parse_settings(CONFIGURATION))
        clock = self.time.clock()
        self.store: Store = store or MemoryRolloutStore(unix_ns=clock.unix_ns)
        self.moves = Moves(self.store, clock, lambda: TODAY)
        self.shadow = Shadow(most=2)
        self.chat = replace(self.chat, steering=self.moves, shadow=self.shadow)

    def begin(self, plan: Plan) -> None:
        """Start a rollout, and know it."""
        first = state.start(plan, self.cause(), unproven=True)
        self.store.rollouts.begin(Kept(id="one", plan=plan, state=first.after), first)
        self.moves.look()

    def cause(self) -> Cause:
        return Cause(by="operator", at_ns=self.time.unix)

    @property
    def kept(self) -> Kept:
        [kept] = self.store.rollouts.situation().rollouts
        return kept

    def take(self, step: Callable[[Kept, Cause], state.Transition]) -> None:
        """Take a step, and know it."""
        self.store.rollouts.step("one", step(self.kept, self.cause()))
        self.moves.look()

    def back(self) -> None:
        self.take(lambda kept, cause: state.back(kept.state, cause))

    async def said(self, conversation: str = "", dialect: str = "chat", **more: object) -> KeptReply:
        """One call in a dialect."""
        path, members = BODIES[dialect]
        headers = {"x-outlast-conversation": conversation} if conversation else {}
        call = Call(
            id="req_1", method="POST", path=path, query="", headers=headers,
            body=json.dumps({"model": "support", **members, **more}).encode(), arrived_ns=self.time.monotonic,
        )  # fmt: skip
        reply = KeptReply(journal=self.journal)
        await replace(self.chat, dialect=DIALECTS[dialect])(call, reply)
        return reply

    def served(self, conversation: str = "", **more: object) -> str:
        """Who answers."""
        return asyncio.run(self.said(conversation, **more)).headers["x-outlast-served-model"]  # type: ignore[arg-type]


def upstreams(*ours: Answers, theirs: tuple[Answers, ...] = ()) -> dict[str, PlayedUpstream]:
    return {"acme": PlayedUpstream(ours or (answered(),)), "spare": PlayedUpstream(theirs or (answered("new"),))}
