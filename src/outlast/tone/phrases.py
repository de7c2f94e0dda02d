"""Phrases as a graph of words, walked one word at a time.

It knows the little language that phrases are written in: ``(a|b)`` either, ``[a|b]`` either or none, ``_`` any one
word. It does not know what a phrase stands for. The graph has no loops, so that a walk is as long as the longest
phrase, whatever the text; sets of places in it are joined into states as texts lead to them, and kept.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

ANY: Final = "_"
MOST_STATES: Final = 50_000
"""Kept at most; a text that leads to more is read without keeping them."""

_GROUP: Final = re.compile(r"(\([^()\[\]]*\)|\[[^()\[\]]*\])")


class _Place:
    """Between two words of a phrase."""

    __slots__ = ("after", "end", "skips")

    def __init__(self) -> None:
        self.after: dict[str, list[_Place]] = {}
        self.skips: list[_Place] = []
        """Reached without a word."""
        self.end = ""


class State:
    """Every place that the words so far can lead to."""

    __slots__ = ("_places", "ends", "goes_on", "knows", "next")

    def __init__(self, places: frozenset[_Place]) -> None:
        self._places = places
        self.ends = frozenset(place.end for place in places if place.end)
        """What ends here."""
        self.next: dict[str, State | None] = {}
        """By word, as far as texts have led there."""
        self.knows = frozenset(word for place in places for word in place.after)
        """Words that some phrase goes on with."""
        self.goes_on = ANY in self.knows
        """Whether some phrase goes on with any word at all."""

    def step(self, word: str) -> "State | None":
        """After one more word; None: no phrase goes on so."""
        reached = [
            target for place in self._places for key in (word, ANY) if key in place.after for target in place.after[key]
        ]
        return State(_closed(reached)) if reached else None


class Phrases:
    """Many phrases that may begin at one place."""

    def __init__(self) -> None:
        self._roots: list[_Place] = []
        self.start = State(frozenset())
        """Before any word."""
        self._kept = 0

    def add(self, part: str, phrase: str, words: Callable[[str], Iterable[str]]) -> None:
        """One phrase, and what it stands for.

        Args:
            part: what is found.
            phrase: in the little language.
            words: cuts plain text as texts are cut.

        Raises:
            ValueError: brackets do not pair, or the phrase can be no words at all.
        """
        root = place = _Place()
        for alternatives in _pieces(phrase):
            behind = _Place()
            for alternative in alternatives:
                _chain(place, behind, list(words(alternative)))
            place = behind
        place.end = part
        if place in _closed([root]):
            raise ValueError(f"{phrase!r} can be no words at all")
        self._roots.append(root)

    def close(self) -> None:
        """No phrase is added any more."""
        self.start = State(_closed(self._roots))

    def ends(self, words: list[str], at: int) -> dict[str, int]:
        """The parts of every phrase that begins with the word at this place, and the most words that one has."""
        state, found = self.start, _NONE
        for length, word in enumerate(words[at : at + _LONGEST], 1):
            following = state.next.get(word, _UNSEEN)
            if following is _UNSEEN:
                if word not in state.knows and not state.goes_on:
                    break
                following = self._step(state, word)
            if following is None:
                break
            state = following
            if state.ends:
                found = {**found, **dict.fromkeys(state.ends, length)}
        return found

    def _step(self, state: State, word: str) -> State | None:
        if word not in state.knows:
            if word == END or not state.goes_on:
                return None
            word = _STRANGER
        if word in state.next:
            return state.next[word]
        following = state.step(word)
        if self._kept < MOST_STATES:
            self._kept += 1
            state.next[word] = following
        return following


END: Final = "."
"""Stands between two sentences: no phrase has it, so that none runs across."""
_STRANGER: Final = "\ufffd"
"""Any word that no phrase has at this place."""
_LONGEST: Final = 24
_NONE: Final[dict[str, int]] = {}
_UNSEEN: Final = State(frozenset())


def _closed(places: Iterable[_Place]) -> frozenset[_Place]:
    """With everything that is reached without a word."""
    found: set[_Place] = set()
    waiting = list(places)
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting.extend(place.skips)
    return frozenset(found)


def _chain(before: _Place, behind: _Place, words: list[str]) -> None:
    if not words:
        before.skips.append(behind)
        return
    for word in words[:-1]:
        following = _Place()
        before.after.setdefault(word, []).append(following)
        before = following
    before.after.setdefault(words[-1], []).append(behind)


def _pieces(phrase: str) -> Iterator[list[str]]:
    for piece in _GROUP.split(phrase):
        if piece[:1] in {"(", "["}:
            alternatives = piece[1:-1].split("|")
            yield [*alternatives, ""] if piece[0] == "[" else alternatives
        elif set(piece) & set("()[]|"):
            raise ValueError(f"{phrase!r}: brackets do not pair, or lie in one another")
        elif piece.strip():
            yield [piece]
