"""A text that grows, as HTML: what is finished once, what is open as it stands.

It knows when the open block is rendered anew and when it is enough to add letters to it, so that the work grows with
the text and not with its square. It does not know who shows it.
"""

import re
from collections.abc import Callable
from html import escape
from time import thread_time
from typing import Final, NamedTuple

from outlast.web.pages.render.blocks import Block, Blocks
from outlast.web.pages.render.letters import plain
from outlast.web.pages.render.markdown import html_of

LONGEST: Final = 300_000
"""Characters of a text that are shown; what is left out is said."""
MOST_SECONDS: Final = 5.0
"""Of a processor for one text, more than the longest that is shown takes; the rest is then shown as it was written."""
_SHARE: Final = 16
"""An open block is rendered again when it has grown by one part in so many."""
_ENDS: Final = re.compile(
    r"(?:\s*</(?:p|li|ul|ol|blockquote|h[3-6]|t[dhr]|tbody|thead|table|div|code|pre|figure)>)+\s*\Z"
)
_FAR: Final = 1_000
"""Characters at the end of a block in which its closing tags are looked for."""


class Grown(NamedTuple):
    """What has become of a text by some more of it."""

    finished: tuple[str, ...]
    """Blocks that were finished now, each one ``div``; they never change again."""
    open: str
    """The block behind them, as it stands, instead of the open one before; may be empty."""


class Rendering:
    """One text, from its beginning."""

    def __init__(self, *, busy_s: Callable[[], float] = thread_time) -> None:
        """``busy_s``: seconds that a processor has worked here so far."""
        self._busy = busy_s
        self._spent = 0.0
        self._blocks = Blocks()
        self._taken = 0
        self._left_out = 0
        self._shown = ("", "")
        """Of the open block: the text that was rendered, and its HTML."""
        self.work = 0
        """Characters that were rendered so far, open blocks again and again: what the text has cost."""

    def feed(self, text: str) -> Grown:
        """Add to the text."""
        finished = self._finished(text)
        return Grown(finished, self._open())

    def finish(self) -> Grown:
        """The text is at its end."""
        last = [self._render(block.text, more=block.more) for block in self._blocks.finish()]
        if self._left_out:
            last.append(
                f'<div class="block" dir="auto"><p>The rest is not shown: {self._left_out:,} characters more. '
                "The export has them.</p></div>"
            )
        self._shown = ("", "")
        return Grown(tuple(last), "")

    def whole(self, text: str) -> tuple[str, ...]:
        """Every block of a text that does not grow any more."""
        return (*self._finished(text), *self.finish().finished)

    def _finished(self, text: str) -> tuple[str, ...]:
        taken = text[: LONGEST - self._taken]
        self._taken += len(taken)
        self._left_out += len(text) - len(taken)
        return tuple(self._render(block.text, more=block.more) for block in self._blocks.feed(taken))

    def _open(self) -> str:
        block = self._blocks.open
        rendered, html = self._shown
        added = len(block.text) - len(rendered)
        if added * _SHARE < len(rendered) and block.text.startswith(rendered):
            return _with_tail(html, block.text[len(rendered) :])
        if not block.text.strip():
            return ""
        self._shown = (block.text, self._render(block.text, more=block.more))
        return self._shown[1]

    def _render(self, text: str, *, more: bool) -> str:
        self.work += len(text)
        if self._spent > MOST_SECONDS:
            return _as_written(text)
        begun = self._busy()
        html = html_of(Block(text, more))
        self._spent += self._busy() - begun
        return html


def _as_written(text: str) -> str:
    return f'<div class="block" dir="auto"><pre tabindex="0"><code>{escape(plain(text))}</code></pre></div>'


def render(text: str) -> str:
    """A whole text as HTML."""
    return "".join(Rendering().whole(text))


def _with_tail(html: str, tail: str) -> str:
    """Letters at the end of what is open, as they are: where they stand is seen when it is rendered again."""
    if not tail:
        return html
    start = max(0, len(html) - _FAR)
    found = _ENDS.search(html, start)
    at = len(html) if found is None else found.start()
    return f"{html[:at]}{escape(plain(tail))}{html[at:]}"
