"""One kind of what is taken out: the word in its marks, what it looks like, and what must hold beside the look.

It knows the value alone. It does not know any kind (``personal``, ``secret``, ``addresses``).
"""

import re
from collections.abc import Callable
from typing import NamedTuple


class Kind(NamedTuple):
    """One kind of value."""

    name: str
    pattern: re.Pattern[str]
    """Where it has a group ``value``, only that is taken out."""
    holds: Callable[[re.Match[str]], bool] | None = None
    near: re.Pattern[str] | None = None
    """A cheap look before the pattern's: without it in the text there is nothing to find."""
    words: tuple[str, ...] = ()
    """In small letters: without one of them in the text there is nothing to find. Far cheaper than any pattern."""
    loose: bool = False
    """The same value may be written with other spaces, dashes and case."""

    def plain(self, value: str) -> str:
        """What two writings of one value have in common."""
        if not self.loose:
            return value
        return re.sub(r"[\s().\-/]+", "", value).lower() or value
