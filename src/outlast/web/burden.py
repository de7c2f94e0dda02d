"""The bodies of requests that one server holds at a time, all callers together, and their bound.

It knows a sum. It does not know whose bodies these are: readers add what arrives, and whoever lets go of a body
takes it off again.
"""


class Burden:
    """Bytes of request bodies in memory: of half-sent ones, of waiting ones, and of calls that run."""

    __slots__ = ("held", "limit", "refused")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.held = 0
        self.refused = 0
        """Requests that were refused because of it, since somebody last looked."""
