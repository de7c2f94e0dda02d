"""One answer of a stream as it arrives: which part is open, which calls run, and what begins and ends them.

It knows canonical events. It does not know chunks (``events_in`` does).
"""

from outlast.dialects.chat.ends import read_finish
from outlast.dialects.conversation.parts import Part, ToolCall
from outlast.dialects.conversation.reply import Delta, Ended, Event, Finish, PartBegin, PartEnd

CLOSED = -1


class Lane:
    """One answer. Every method adds to the events that are given to it."""

    __slots__ = ("_calls", "_ids", "_next", "_open_calls", "called", "choice", "ended", "key", "open", "words")

    def __init__(self, choice: int) -> None:
        self.choice = choice
        self.key: object = None
        """What the open part grows from: the name of a member, or the place of a detail."""
        self.open = CLOSED
        """The index of the open part that is no call."""
        self.words: list[str] = []
        """Of the open part."""
        self.called = 0
        """How many calls began."""
        self.ended = False
        self._next = 0
        self._calls: dict[int | str, int] = {}
        self._ids: dict[int | str, str] = {}
        self._open_calls: list[int] = []

    def grow(self, key: object, empty: Part, text: str, events: list[Event]) -> None:
        """More words of a part; it begins as ``empty`` where another one was open."""
        if self.key != key:
            self.begin(empty, events)
            self.key = key
        self.words.append(text)
        events.append(Delta(self.open, text, self.choice))

    def begin(self, part: Part, events: list[Event]) -> None:
        """A part begins, and whatever is open ends."""
        self.close(events)
        self.close_calls(events)
        self.open, self._next = self._next, self._next + 1
        self.words = []
        events.append(PartBegin(part, self.open, self.choice))

    def whole(self, part: Part, events: list[Event]) -> None:
        """A part that comes in one piece."""
        self.begin(part, events)
        self.close(events)

    def close(self, events: list[Event], part: Part | None = None) -> None:
        """The open part ends. ``part``: as a whole, where more is known of it than its words."""
        if self.open != CLOSED:
            events.append(PartEnd(self.open, self.choice, part))
        self.open, self.key = CLOSED, None

    def close_calls(self, events: list[Event]) -> None:
        """Calls end together: chunks do not say when one does."""
        events.extend(PartEnd(index, self.choice) for index in self._open_calls)
        self._open_calls.clear()

    def place(self, index: int | None, identity: str, name: str) -> int | str:
        """Which call a piece belongs to. Some providers number every call 0, or not at all, and tell by id alone."""
        place: int | str = index if index is not None else self.called if identity or name else max(self.called - 1, 0)
        if identity and name and self._ids.get(place, identity) != identity:
            del self._calls[place]
        return place

    def call(self, place: int | str, call: ToolCall, events: list[Event]) -> None:
        """A call begins, or more of its arguments came."""
        index = self._calls.get(place)
        if index is None:
            self.close(events)
            index, self._next = self._next, self._next + 1
            self._calls[place] = index
            self._ids[place] = call.id
            self._open_calls.append(index)
            identity = call.id or f"call_{self.called}"
            self.called += 1
            empty = ToolCall(id=identity, name=call.name, arguments="", custom=call.custom, signature=call.signature)
            events.append(PartBegin(empty, index, self.choice))
        elif call.signature:
            events.append(Delta(index, choice=self.choice, signature=call.signature))
        if call.arguments:
            events.append(Delta(index, call.arguments, self.choice))

    def end(self, finish: Finish | None, events: list[Event], said: str = "", met: str | int | None = None) -> None:
        """The answer is complete: once, whatever a provider repeats."""
        self.close(events)
        self.close_calls(events)
        if not self.ended:
            self.ended = True
            events.append(Ended(finish or read_finish(said, met, calls=self.called > 0), self.choice))
