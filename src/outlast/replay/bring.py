"""Files of other tools into the evidence: each record read, sieved and kept, with an account of what became of it.

It knows in which order things happen and what is counted. It does not know formats (``sources``), nor what may be
kept of a request (``intake``).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final, Protocol

import msgspec

from outlast.checks.draw import Draw, Item
from outlast.replay.intake import Refused, Sieve, Tally
from outlast.replay.ports import DrawKey
from outlast.replay.sources.brought import Answered, Brought, LeftOut
from outlast.replay.sources.formats import AUTO, Found, read_file

BATCH: Final = 500
_TOLD_EVERY: Final = 1_000
NO_REQUEST: Final = "an answer without its request: bring the batch's input file as well"
REDACTED: Final = "it answers the request as it was before redaction or translation"
ANOTHER: Final = "it names another model than the incumbent, or none"
THERE: Final = "an answer of the incumbent is there already"


class Shelf(Protocol):
    """What of ``Evidence`` is needed here."""

    def add_items(self, model: str, items: list[Item], *, source: str) -> int:
        """Keep requests under a model's name; returns how many were new."""
        ...

    def begin(self, key: DrawKey, expected_pico_usd: int | None) -> bool:
        """Say that an answer comes; False: it was begun before."""
        ...

    def keep(self, key: DrawKey, draw: Draw) -> None:
        """The answer to what was begun."""
        ...


@dataclass(slots=True)
class Keeping:
    """Writes items in batches, and counts which were new; without a shelf it only counts."""

    shelf: Shelf | None
    name: str
    source: str
    tally: Tally
    _batch: list[Item] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def add(self, item: Item) -> None:
        """Keep one, at the latest when ``flush`` returns."""
        self._batch.append(item)
        if len(self._batch) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Everything that was added is on the disk when this returns."""
        if self._batch:
            new = self._new()
            self.tally.kept += new
            self.tally.duplicates += len(self._batch) - new
            self._batch.clear()

    def _new(self) -> int:
        if self.shelf is not None:
            return self.shelf.add_items(self.name, self._batch, source=self.source)
        before = len(self._seen)
        self._seen.update(item.id for item in self._batch)
        return len(self._seen) - before


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Whose requests they become, and what is kept of them."""

    name: str
    """The virtual model's name, or a direct one."""
    incumbent: str
    """``provider/model`` behind it."""
    kind: str = AUTO
    keep_answers: bool = False


@dataclass(slots=True, kw_only=True)
class Bringing:
    """One import."""

    wish: Wish
    sieve: Sieve
    shelf: Shelf | None
    """None: nothing is kept, all is counted."""
    is_incumbent: Callable[[str], bool]
    """Whether an answer's word for its model means the incumbent."""
    priced: Callable[[Draw], Draw]
    """The answer with its price."""
    tell: Callable[[int], None] = lambda _read: None
    """Called now and then with the number of records read."""
    tally: Tally = field(default_factory=Tally)
    kinds: dict[str, int] = field(default_factory=dict)
    """Records by format."""
    answers: Tally = field(default_factory=Tally)
    """What became of answers."""
    _requests: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Of each batched request its item, and whether it is kept whole: what an answer in another file needs."""
    _apart: set[str] = field(default_factory=set)
    """Files with answers to requests of other files."""

    def read(self, files: Iterable[str], opened: Callable[[str], BinaryIO]) -> None:
        """Bring every file; answers that stand apart from their requests are joined in a second pass."""
        names = tuple(files)
        for name in names:
            with opened(name) as stream:
                keeping = Keeping(self.shelf, self.wish.name, f"import {name.rpartition('/')[2]}", self.tally)
                for found in read_file(stream, name, self.wish.kind):
                    self._first(found, name, keeping)
                keeping.flush()
        for name in names:
            if name in self._apart:
                with opened(name) as stream:
                    self._second(read_file(stream, name, self.wish.kind))

    def _first(self, found: Found, name: str, keeping: Keeping) -> None:
        read = found.read
        if isinstance(read, Answered):
            self._apart.add(name)
            return
        self.tally.read += 1
        if self.tally.read % _TOLD_EVERY == 0:
            self.tell(self.tally.read)
        if found.kind:
            self.kinds[found.kind] = self.kinds.get(found.kind, 0) + 1
        if isinstance(read, LeftOut):
            self.tally.leave_out(read.reason, found.where)
            return
        self._request(read, found.where, keeping)

    def _request(self, read: Brought, where: str, keeping: Keeping) -> None:
        taken = self.sieve.take(
            read.request,
            cluster=read.cluster,
            application=read.application,
            expected=read.expected,
            answer=read.answer if self.wish.keep_answers else None,
            lost=read.lost,
        )
        if isinstance(taken, Refused):
            self.tally.leave_out(taken.reason, where)
            return
        answer = read.answer
        known = answer.usage if answer is not None and self.is_incumbent(answer.answered) else None
        keeping.add(msgspec.structs.replace(taken.item, recorded=known))
        self.tally.lose(read.lost)
        if read.batch_id:
            self._requests[read.batch_id] = (taken.item.id, taken.whole)
        if taken.answer is not None:
            self._answer(taken.answer, (taken.item.id, taken.whole), where)

    def _second(self, found: Iterator[Found]) -> None:
        for each in found:
            if not isinstance(each.read, Answered):
                continue
            request = self._requests.get(each.read.batch_id)
            if request is None:
                self.tally.read += 1
                self.tally.leave_out(NO_REQUEST, each.where)
            elif self.wish.keep_answers:
                self._answer(each.read.answer, request, each.where)

    def _answer(self, answer: Draw, request: tuple[str, bool], where: str) -> None:
        """Keep an answer as the incumbent's first, if it is one."""
        item, whole = request
        self.answers.read += 1
        if not whole:
            self.answers.leave_out(REDACTED, where)
        elif not self.is_incumbent(answer.answered):
            self.answers.leave_out(ANOTHER, where)
        elif self.shelf is None:
            self.answers.kept += 1
        else:
            key = DrawKey(item, self.wish.incumbent)
            if self.shelf.begin(key, None):
                self.shelf.keep(key, self.priced(self.sieve.redaction.redactor().draw(answer)))
                self.answers.kept += 1
            else:
                self.answers.leave_out(THERE, where)
