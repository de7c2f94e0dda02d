"""An answer of two hundred tokens a second into a conversation, and what the browser had to do for it.

``python -m tests.browser.streaming`` prints the figures for ``docs/measurements.md``, and fails where a frame took too
long; on a machine that does other work frames wait for that, so that no test of the suite asserts it.
"""

import shutil
import sys
from dataclasses import dataclass
from itertools import cycle, islice

from playwright.sync_api import Page, expect, sync_playwright
from tests.browser.stage import Stage, staged
from tests.browser.test_talk import articles, send, settled

RATE = 200  # tokens a second
LONGEST_FRAME = 50  # milliseconds
SENTENCE = "Every answer is written in **words** of some length, and `code` stands in it too. "
PARAGRAPH = 60  # tokens
WATCH = """
window.watched = null;
let before = performance.now();
const frame = (now) => { window.watched?.frames.push(now - before); before = now; requestAnimationFrame(frame); };
requestAnimationFrame(frame);
new PerformanceObserver((list) => list.getEntries().forEach((each) => window.watched?.long.push(each.duration)))
  .observe({type: "longtask"});
const begun = (node) => node instanceof Element && (node.matches("[aria-busy]") || node.querySelector("[aria-busy]"));
new MutationObserver((changes) => changes.forEach((change) => {
  if (change.type === "attributes") {
    if (!change.target.hasAttribute("aria-busy")) { window.seen = window.watched; window.watched = null; }
    if (!window.watched) console.info("settled");
    return;
  }
  change.addedNodes.forEach((node) => {
    if (begun(node)) window.watched = {frames: [], writes: 0, rewritten: 0, long: []};
    if (!window.watched) return;
    window.watched.writes += 1;
    window.watched.rewritten += (node.textContent ?? "").length;
  });
})).observe(document, {childList: true, subtree: true, attributes: true, attributeFilter: ["aria-busy"]});
"""
"""Counts from the moment when an answer is begun to that at which it has ended; nothing looks in meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Of one streamed answer."""

    tokens: int
    frames: int
    slowest: float
    """Milliseconds between two frames."""
    long_tasks: int
    """Of 50 ms and more."""
    writes: int
    """Elements that were put into the page."""
    rewritten: int
    """Characters in them."""


def tokens(count: int) -> list[str]:
    """An answer of paragraphs, with some code."""
    words = list(islice(cycle(f"{word} " for word in SENTENCE.split()), count))
    for at in range(PARAGRAPH, count, PARAGRAPH):
        words[at] = "\n\n```python\nvalue = 1 + 2  # code\n```\n\n" if at % (3 * PARAGRAPH) == 0 else "\n\n"
    return words


def measured(page: Page, stage: Stage, *, seconds: int) -> Cost:
    """Stream for so many seconds into the page's conversation."""
    said = tokens(RATE * seconds)
    stage.actor.answers[f"For {seconds}"] = "".join(said)
    stage.actor.pace = lambda _: ((word, 1 / RATE) for word in said)
    before = articles(page).count()
    with page.expect_console_message(lambda message: message.text == "settled", timeout=120_000):
        send(page, f"For {seconds}")
    settled(page, before + 2)
    seen = page.evaluate("window.seen")
    return Cost(
        tokens=len(said),
        frames=len(seen["frames"]),
        slowest=max(seen["frames"]),
        long_tasks=len(seen["long"]),
        writes=seen["writes"],
        rewritten=seen["rewritten"],
    )


def main() -> None:
    """Print what streaming costs."""
    expect.set_options(timeout=60_000)
    with staged() as stage, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(base_url=stage.url)
        page.add_init_script(WATCH)
        page.goto("/chat")
        send(page, "Turn 0")
        settled(page, 2)
        stage.run(stage.long(stage.talking, page.url.rpartition("/")[2], 49))
        page.reload()
        costs = [measured(page, stage, seconds=seconds) for seconds in (2, 10)]
        browser.close()
    for cost in costs:
        print(cost)  # noqa: T201 - the command's output
    if any(cost.slowest > LONGEST_FRAME for cost in costs):
        sys.exit(f"a frame took more than {LONGEST_FRAME} ms")


if __name__ == "__main__":
    main()
