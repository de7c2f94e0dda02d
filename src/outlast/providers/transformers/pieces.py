"""Tokens become pieces of text while they come: each as soon as its letters are whole.

It knows how a tokeniser's text grows. It does not know where tokens come from. The library's own streamer waits for a
space, which some languages do not write.
"""

from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any, Final

_BROKEN: Final = "\ufffd"
"""What stands for the bytes of a letter that is not whole yet."""
_LONGEST_LETTER: Final = 8
"""Tokens; after so many it is no letter that will be whole."""


class Pieces:
    """A streamer for ``generate``: filled in one thread, read in another."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._queue: SimpleQueue[str | None] = SimpleQueue()
        self._tokens: list[int] = []
        self._given = 0
        """Tokens whose text was given; those before them are there because text depends on its neighbours."""
        self._in_prompt = True

    def put(self, value: Any) -> None:
        """The next tokens; the first ones are the prompt."""
        if self._in_prompt:
            self._in_prompt = False
            return
        self._tokens.extend(value.reshape(-1).tolist())
        self._give(last=False)

    def end(self) -> None:
        """No more comes; may be said twice."""
        self._give(last=True)
        self._queue.put(None)

    def __iter__(self) -> Iterator[str]:
        """All of it, until its first end."""
        return iter(self._queue.get, None)

    def _give(self, *, last: bool) -> None:
        before, after = self._text(self._tokens[: self._given]), self._text(self._tokens)
        held = len(self._tokens) - self._given
        if len(after) <= len(before) or (after.endswith(_BROKEN) and not last and held < _LONGEST_LETTER):
            return
        self._queue.put(after[len(before) :])
        self._tokens = self._tokens[self._given :]
        self._given = held

    def _text(self, tokens: list[int]) -> str:
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))
