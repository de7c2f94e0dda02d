"""A limiter that admits everybody.

It knows nothing. It is what a test of the request path takes that does not ask about limits.
"""

from outlast.gateway.ports import Headers, Permit
from outlast.keys.key import Key


class Unlimited:
    """Every call may begin."""

    def admit(self, key: Key, tokens: int) -> Permit:
        """Always."""
        del key, tokens
        return _Free()


class _Free:
    said: Headers = ()

    def settle(self, tokens: int, cost_pico_usd: int) -> None:
        """Nothing is counted."""
