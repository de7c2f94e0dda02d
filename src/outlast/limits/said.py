"""What an answer says of what its key has left, in the headers that OpenAI's clients know.

It knows names and spellings. A reset is when everything is available again if nobody calls: as OpenAI has it.
"""

from functools import lru_cache
from typing import Final

from outlast.gateway.ports import Headers
from outlast.keys.key import Allowance
from outlast.limits.page import LAST, REQUESTS, TOKENS, State
from outlast.limits.window import WINDOW_NS

_NS_PER_MS: Final = 1_000_000


def headers(allowance: Allowance, state: State, held: int, now: int) -> Headers:
    """Limit, remaining and reset of requests and tokens, as far as they are limited."""
    most_requests, most_tokens = allowance.requests_per_minute, allowance.tokens_per_minute
    reset = max(0, state[LAST] + WINDOW_NS - now)
    said: Headers = ()
    if most_requests is not None:
        used = state[REQUESTS]
        said = (
            ("x-ratelimit-limit-requests", str(most_requests)),
            ("x-ratelimit-remaining-requests", str(max(0, most_requests - used))),
            ("x-ratelimit-reset-requests", duration(-(-reset // _NS_PER_MS) if used else 0)),
        )
    if most_tokens is not None:
        used = state[TOKENS] + held
        said = (
            *said,
            ("x-ratelimit-limit-tokens", str(most_tokens)),
            ("x-ratelimit-remaining-tokens", str(max(0, most_tokens - used))),
            ("x-ratelimit-reset-tokens", duration(-(-reset // _NS_PER_MS) if used else 0)),
        )
    return said


@lru_cache(maxsize=1024)
def duration(milliseconds: int) -> str:
    """``120ms``, ``1s``, ``8.64s``, ``6m0s``: as Go writes a duration, and OpenAI with it."""
    if milliseconds == 0:
        return "0s"
    if milliseconds < 1000:
        return f"{milliseconds}ms"
    minutes, rest = divmod(milliseconds, 60_000)
    seconds = f"{rest / 1000:.3f}".rstrip("0").rstrip(".") + "s"
    return f"{minutes}m{seconds}" if minutes else seconds
