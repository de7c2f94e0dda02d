"""Worlds for rollouts: how models behave in them, a clock that is simulated, upstreams that answer by a script.

It knows models and seeds. It does not know gateways, stages or guards' decisions (``rollout_worlds``).
"""

import asyncio
import json
import math
import random
import selectors
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from outlast.errors import UpstreamBroken
from outlast.gateway.ports import UpstreamRequest
from outlast.testing.gateway import JSON, Played, PlayedAnswer

GUARDS = "errors=3%,contract=5%,refusals=3%,latency=1.2x,cost=1.2x,tone.empathy=0.5sd,tone.praise=0.5sd"
NARROW = GUARDS.replace("contract=5%", "contract=1%")
SENTENCES = ("Your parcel is on its way.", "Please choose returns in your account.", "The money comes within a week.",
             "We have told the shop.", "The form is in your mail.")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """How a scripted model behaves; shares of answers."""

    fails: float = 0.01
    breaks: float = 0.05
    refuses: float = 0.02
    feels: float = 0.6
    praises: float = 0.05
    seconds: float = 0.9
    tokens: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is different with B."""

    name: str
    model: Model = Model()
    guards: str = GUARDS
    only_key: str = ""
    """B is so for this key alone."""
    after_s: float = 0.0
    """B is so from then on."""


EQUAL = Model()
WORLDS = (
    World(name="(a) equal"),
    World(name="(b) contract 8 points worse, margin 5", model=replace(EQUAL, breaks=0.13)),
    World(name="(b) contract 2 points worse, margin 1", model=replace(EQUAL, breaks=0.07), guards=NARROW),
    World(name="(c) 30 % slower", model=replace(EQUAL, seconds=0.9 * 1.3)),
    World(name="(d) twice as dear", model=replace(EQUAL, tokens=2)),
    World(name="(e) colder", model=replace(EQUAL, feels=0.05)),
    World(name="(f) failing for one key of ten", model=replace(EQUAL, fails=1.0), only_key="key 0"),
    World(name="(g) failing after ten minutes", model=replace(EQUAL, fails=1.0), after_s=600.0),
    World(name="(h) more flattering", model=replace(EQUAL, praises=0.5)),
)


class Timeless(selectors.DefaultSelector):
    """Waits by moving the time on."""

    def __init__(self, move: Callable[[float], None]) -> None:
        super().__init__()
        self._move = move

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Nothing comes from outside."""
        if timeout:
            self._move(timeout)
        return super().select(0)


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose time is simulated."""

    def __init__(self) -> None:
        self.now = 1.0
        super().__init__(Timeless(self._on))

    def _on(self, seconds: float) -> None:
        self.now += seconds

    def time(self) -> float:
        """Seconds since the world began."""
        return self.now


class Scripted:
    """One provider's upstream."""

    def __init__(self, world: World, loop: Loop, seed: str, *, candidate: bool) -> None:
        self._world, self._loop, self._seed, self._candidate = world, loop, seed, candidate

    async def send(self, request: UpstreamRequest) -> PlayedAnswer:
        """An answer by the script, after its time."""
        body: dict[str, Any] = json.loads(request.body)
        mood = random.Random(f"{self._seed} {self._candidate} {body['user']}")  # noqa: S311 - a simulation
        rng = random.Random(f"{self._seed} {self._candidate} {body['user']} {len(body['messages'])}")  # noqa: S311
        model = self._model(body["metadata"]["key"])
        await asyncio.sleep(model.seconds * math.exp(rng.gauss(0, 0.4) + mood.gauss(0, 0.3)))
        if rng.random() < model.fails:
            raise UpstreamBroken("as the script says", target=request.target)
        return PlayedAnswer(Played(headers=JSON, pieces=(json.dumps(_answer(body, model, rng, mood)).encode(),)))

    def _model(self, key: str) -> Model:
        world = self._world
        special = self._candidate and world.only_key in ("", key) and self._loop.now >= world.after_s
        return world.model if special else EQUAL

    async def aclose(self) -> None:
        """Nothing is held open."""


def _answer(body: dict[str, Any], model: Model, rng: random.Random, mood: random.Random) -> dict[str, Any]:
    """Some conversations break more than others: alike inside."""
    words = "I'm sorry, but I can't help with that." if rng.random() < model.refuses else _words(model, rng)
    broken = rng.random() < min(model.breaks * mood.choice((0.25, 1.75)), 1.0)
    if "response_format" in body:
        words = words if broken else json.dumps({"answer": words})
    finish = "length" if broken and "response_format" not in body else "stop"
    given, made = 200 * model.tokens, rng.randint(60, 180) * model.tokens
    return {
        "model": "gpt-4.1-mini",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": words}, "finish_reason": finish}],
        "usage": {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made},
    }


def _words(model: Model, rng: random.Random) -> str:
    feeling = "I'm so sorry to hear that. " if rng.random() < model.feels else ""
    praise = "Great question! " if rng.random() < model.praises else ""
    return praise + feeling + " ".join(rng.sample(SENTENCES, 2))
