"""What an answer says of what its key has left, in the headers that OpenAI's clients know.

It knows names and spellings. A reset is when everything is available again if nobody calls: as OpenAI has it.
"""

from functools import lru_cache
from typing import Final

from outlast.gateway.ports import Headers
from outlast.keys.key import Allowance
from outlast.limits.page import LAST, REQUESTS, TOKENS, State
from outlast.limits.window import WINDOW_NS

_REQUESTS: Final = ("x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests")
_TOKENS: Final = ("x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens")
_NS_PER_MS: Final = 1_000_000
_MS_PER_S: Final = 1_000


def headers(allowance: Allowance, state: State, held: int, now: int) -> Headers:
    """Limit, remaining and reset of requests and tokens, as far as they are limited."""
    requests, tokens = allowance.requests_per_minute, allowance.tokens_per_minute
    if requests is None and tokens is None:
        return ()
    reset = -(-max(0, state[LAST] + WINDOW_NS - now) // _NS_PER_MS)
    if reset > _MS_PER_S:
        reset = -(-reset // _MS_PER_S) * _MS_PER_S  # whole seconds: sixty lines that are made once
    said: Headers = ()
    if requests is not None:
        said = _three(_REQUESTS, requests, state[REQUESTS], reset)
    if tokens is not None:
        said += _three(_TOKENS, tokens, state[TOKENS] + held, reset)
    return said


def _three(names: tuple[str, str, str], most: int, used: int, reset: int) -> Headers:
    left = most - used
    return (
        (names[0], str(most)),
        (names[1], str(left) if left > 0 else "0"),
        (names[2], duration(reset if used else 0)),
    )


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
