"""What a first look costs, and that an answer streams into a long conversation without holding the page up.

The bounds are generous, since the machine may be busy; ``docs/measurements.md`` has the figures of a quiet one.
"""

import re

import pytest
from playwright.sync_api import Browser, Page, Response
from tests.browser.stage import Stage
from tests.browser.streaming import WATCH, measured
from tests.browser.test_talk import send, settled

FIRST_LOAD = 60_000  # bytes, compressed
TURNS = 49


def test_the_first_load_is_small_and_asks_nobody_else(browser: Browser, stage: Stage) -> None:
    context = browser.new_context(base_url=stage.url)
    page = context.new_page()
    sizes: list[int] = []

    def sized(response: Response) -> None:
        assert response.url.startswith(stage.url)
        measures = response.request.sizes()
        sizes.append(measures["responseBodySize"] + measures["responseHeadersSize"])

    page.on("response", sized)
    page.goto("/chat", wait_until="networkidle")
    html = page.content()
    context.close()
    assert sum(sizes) <= FIRST_LOAD, f"{sum(sizes)} bytes in {len(sizes)} answers"
    assert len(sizes) > 5
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", html)


@pytest.mark.slow
def test_streaming_into_fifty_turns_costs_what_was_said_and_no_more(page: Page, stage: Stage) -> None:
    page.add_init_script(WATCH)
    page.goto("/chat")
    send(page, "Turn 0")
    settled(page, 2)
    stage.run(stage.long(stage.talking, page.url.rpartition("/")[2], TURNS))
    short = measured(page, stage, seconds=2)
    long = measured(page, stage, seconds=6)
    assert long.tokens == 3 * short.tokens
    # Both ends of a long answer cost the same: blocks that are finished are never touched again.
    assert long.writes <= 4 * short.writes + 50
    assert long.rewritten <= 4 * short.rewritten + 50_000
