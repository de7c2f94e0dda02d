"""Evidence in memory: items, draws and plans, for tests.

It knows the rules of keeping, written plainly; the contract suite holds it and SQLite to the same answers.
"""

from collections.abc import Iterator, Sequence

from outlast.checks.draw import Draw, Item
from outlast.replay.plan import Plan
from outlast.replay.ports import DrawKey


class MemoryEvidence:
    """Keeps everything in dictionaries, in order."""

    def __init__(self) -> None:
        self._items: dict[tuple[str, str], Item] = {}
        self._draws: dict[DrawKey, Draw | None] = {}
        self._expected: dict[DrawKey, int | None] = {}
        self._plans: dict[str, Plan] = {}

    def add_items(self, model: str, items: Sequence[Item], *, source: str) -> int:
        """Keep requests under a model's name; returns how many were new."""
        del source
        before = len(self._items)
        for item in items:
            self._items.setdefault((model, item.id), item)
        return len(self._items) - before

    def items(self, model: str) -> Iterator[Item]:
        """Every item of a model, in the order of keeping."""
        yield from [item for (name, _), item in self._items.items() if name == model]

    def begin(self, key: DrawKey, expected_pico_usd: int | None) -> bool:
        """Say that this answer is about to be paid; False: it was begun before."""
        if key in self._draws:
            return False
        self._draws[key], self._expected[key] = None, expected_pico_usd
        return True

    def keep(self, key: DrawKey, draw: Draw) -> None:
        """The answer to what was begun; what was kept already stays."""
        if key in self._draws and self._draws[key] is None:
            self._draws[key] = draw

    def forget(self, keys: Sequence[DrawKey]) -> int:
        """Allow what was lost in flight, or kept as an error, to be asked again; returns how many."""
        forgotten = 0
        for key in keys:
            if key in self._draws:
                kept = self._draws[key]
                if kept is None or kept.said is None:
                    del self._draws[key]
                    forgotten += 1
        return forgotten

    def draw(self, key: DrawKey) -> Draw | None:
        """An answer that was kept."""
        return self._draws.get(key)

    def begun(self, target: str) -> Iterator[tuple[DrawKey, int | None]]:
        """Everything that was begun with a target and never kept."""
        for key, kept in list(self._draws.items()):
            if key.target == target and kept is None:
                yield key, self._expected[key]

    def keep_plan(self, plan: Plan) -> None:
        """Write a plan down; the same plan twice is once."""
        self._plans.setdefault(plan.hash, plan)

    def plans(self, model: str) -> Iterator[Plan]:
        """Every plan of a model, oldest first."""
        yield from [plan for plan in self._plans.values() if plan.model == model]

    def close(self) -> None:
        """Nothing is held open."""
