"""What capture and replay need of the outside world, as small protocols.

They state here what they call: somebody who asks a model, and a store in which nothing is lost once it was paid.
They do not know who implements them: ``providers`` through ``wiring``, and ``evidence``.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from outlast.checks.draw import Draw, Item
from outlast.replay.plan import Plan


class DrawKey(msgspec.Struct, frozen=True, gc=False):
    """One answer that may be drawn: which request, of whom, and the how-manieth."""

    item: str
    target: str
    """``provider/model``, as configured."""
    number: int = 0
    """0: the first answer; 1: A', the second one of the same model."""


class Asker(Protocol):
    """Asks models the recorded requests. Tools are offered and never executed."""

    async def ask(self, item: Item, target: str, *, adapt: bool) -> Draw:
        """One answer, streamed where the target can, so that its times are known; never raises for an upstream's sake.

        ``Draw.error`` is ``rate_limited`` where the provider asked for patience longer than the asker had.
        """
        ...

    def expected_cost(self, item: Item, target: str, output_tokens: int) -> int | None:
        """Picodollars that an answer of so many tokens will cost; None: no price is known."""
        ...

    async def aclose(self) -> None:
        """Give connections back."""
        ...


class Drawn(Protocol):
    """What only reads answers needs of the store."""

    def draw(self, key: DrawKey) -> Draw | None:
        """An answer that was kept."""
        ...


class Evidence(Drawn, Protocol):
    """What was collected and drawn so far. Every method returns when the disk has it (``kill -9`` undoes nothing)."""

    def add_items(self, model: str, items: Sequence[Item], *, source: str) -> int:
        """Keep requests under a model's name; returns how many were new (an item's id is kept once)."""
        ...

    def items(self, model: str) -> Iterator[Item]:
        """Every item of a model, in the order of keeping."""
        ...

    def begin(self, key: DrawKey, expected_pico_usd: int | None) -> bool:
        """Say that this answer is about to be paid; False: it was begun before, and is there or was lost in flight."""
        ...

    def keep(self, key: DrawKey, draw: Draw) -> None:
        """The answer to what was begun."""
        ...

    def forget(self, keys: Sequence[DrawKey]) -> int:
        """Allow what was lost in flight, or kept as an error, to be asked again; returns how many."""
        ...

    def begun(self, target: str) -> Iterator[tuple[DrawKey, int | None]]:
        """Everything that was begun with a target and never kept: perhaps paid, with its expected cost."""
        ...

    def keep_plan(self, plan: Plan) -> None:
        """Write a plan down before anything of it is compared; the same plan twice is once.

        Raises:
            EvidenceInvalid: another plan has this hash, which cannot be.
        """
        ...

    def plans(self, model: str) -> Iterator[Plan]:
        """Every plan of a model, oldest first."""
        ...

    def close(self) -> None:
        """Give the store back."""
        ...
