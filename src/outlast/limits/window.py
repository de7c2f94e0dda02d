"""The last 60 seconds of a key: how many requests and tokens, and when there will be fewer.

Events are counted in spans. A span opens with an event, closes half a second later, and leaves the window as a
whole, 60 seconds after its last event: so no window of 60 seconds ever holds more than was allowed, what is sparse
is forgotten to the nanosecond, and what is dense at most half a second late. Spans begin at least half a second
apart, so their number is bounded. It knows monotonic nanoseconds. It does not know limits.
"""

from typing import Final

from outlast.limits.page import (
    COUNT,
    ENTRIES,
    FIRST,
    LAST,
    OLDEST,
    REQUESTS,
    REQUESTS_NOW,
    SINCE,
    TOKENS,
    TOKENS_NOW,
    Page,
    State,
)

WINDOW_NS: Final = 60 * 10**9
SPAN_NS: Final = 500_000_000
_NEVER: Final = 1 << 63


def forward(page: Page, state: State, now: int) -> int:
    """Let what has left the window go; returns the time to count by, which never runs backwards.

    A clock that is more than a window behind the last event is another machine's start: the window begins anew.
    """
    last = state[LAST]
    if state[SINCE] <= last <= now < state[SINCE] + SPAN_NS and now < state[OLDEST] + WINDOW_NS:
        return now  # the open span is still open, and no other one has left
    if state[SINCE] > last or state[COUNT] > ENTRIES or (state[COUNT] and state[OLDEST] > last):
        _empty(state)  # no process of ours wrote this
    elif now < last:
        if last - now <= WINDOW_NS:
            return last
        _empty(state)
    elif now - last >= WINDOW_NS:
        _empty(state)
    else:
        if now - state[SINCE] >= SPAN_NS:
            _close(page, state)
        while state[COUNT] and now - state[OLDEST] >= WINDOW_NS:
            _leave(page, state)
    return now


def count(state: State, now: int, requests: int, tokens: int) -> None:
    """Add to the open span, or open one; ``forward`` has been called for ``now``."""
    if not (state[REQUESTS_NOW] or state[TOKENS_NOW]):
        state[SINCE] = now
    state[LAST] = now
    state[REQUESTS_NOW] += requests
    state[TOKENS_NOW] += tokens
    state[REQUESTS] += requests
    state[TOKENS] += tokens


def wait_ns(page: Page, state: State, now: int, *, column: int, excess: int) -> int:
    """Nanoseconds until ``excess`` of a column (REQUESTS or TOKENS) has left the window; at most a window.

    All of it leaves where the window holds less. ``forward`` has been called for ``now``.
    """
    part = 1 if column == REQUESTS else 2
    left = min(excess, state[column])
    leaving = now - WINDOW_NS
    for index in range(state[FIRST], state[FIRST] + state[COUNT]):
        if left <= 0:
            break
        entry = page.entry(index)
        if entry[part]:
            left -= entry[part]
            leaving = entry[0]
    if left > 0:
        leaving = state[LAST]
    return max(0, leaving + WINDOW_NS - now)


def _empty(state: State) -> None:
    state[SINCE:OLDEST] = [0] * OLDEST
    state[OLDEST] = _NEVER


def _close(page: Page, state: State) -> None:
    requests, tokens = state[REQUESTS_NOW], state[TOKENS_NOW]
    if not (requests or tokens) or state[COUNT] >= ENTRIES:
        return  # an open span may grow older than it should: it only leaves later
    page.set_entry(state[FIRST] + state[COUNT], state[LAST], requests, tokens)
    if not state[COUNT]:
        state[OLDEST] = state[LAST]
    state[COUNT] += 1
    state[REQUESTS_NOW] = state[TOKENS_NOW] = 0


def _leave(page: Page, state: State) -> None:
    _, requests, tokens = page.entry(state[FIRST])
    state[REQUESTS] = max(0, state[REQUESTS] - requests)
    state[TOKENS] = max(0, state[TOKENS] - tokens)
    state[FIRST] = (state[FIRST] + 1) % ENTRIES
    state[COUNT] -= 1
    state[OLDEST] = page.entry(state[FIRST])[0] if state[COUNT] else _NEVER
