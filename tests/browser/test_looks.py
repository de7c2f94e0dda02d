"""The chat in every state, light and dark, wide and narrow: axe finds nothing and nothing is cut off."""

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.looks import fits, is_accessible
from tests.browser.stage import Stage

RICH = """A **short answer**:

- one
- two, with `code` and [a link](https://example.org/)

```python
def greet(name: str) -> str:
    return f"Hello {name}"  # say so
```

| Model | Ends |
|---|---:|
| gpt-4o | 2026-02-13 |

$$\\int_0^1 x^2\\,dx = \\frac{1}{3}$$

> quoted, and ![an image](https://example.org/a.png)
"""


def _send(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("button", name="Send").click()


def _settled(page: Page, count: int) -> None:
    expect(page.get_by_role("article")).to_have_count(count)
    expect(page.locator("article[aria-busy]")).to_have_count(0)


Scheme = Literal["light", "dark"]


@pytest.fixture
def seen(browser: Browser, stage: Stage) -> Iterator[Callable[[int, Scheme], Page]]:
    """A page of a given width, in one of the two schemes."""
    contexts = []

    def at(width: int, scheme: Scheme) -> Page:
        context = browser.new_context(base_url=stage.url, viewport={"width": width, "height": 800}, color_scheme=scheme)
        context.set_default_timeout(60_000)
        contexts.append(context)
        return context.new_page()

    yield at
    for context in contexts:
        context.close()


class Look:
    """Holds a page in one state to what every page is held to."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.states: list[str] = []

    def __call__(self, state: str) -> None:
        self.states.append(state)
        is_accessible(self.page)
        fits(self.page)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1200, "light")])
def test_axe_finds_nothing_in_any_state(
    seen: Callable[[int, Scheme], Page], stage: Stage, width: int, scheme: Scheme
) -> None:
    page = seen(width, scheme)
    look = Look(page)
    stage.actor.answers |= {"Rich": RICH, "Slow": "A sentence. And~ another."}
    page.goto("/chat")
    look("empty")
    _send(page, "Rich")
    _settled(page, 2)
    look("answered")
    page.get_by_role("button", name="Persona").click()
    look("persona")
    page.keyboard.press("Escape")
    page.get_by_role("switch", name="Show legacy models").click()
    page.get_by_role("combobox", name="Model").select_option("small")
    expect(page.get_by_role("status")).to_contain_text("ends on")
    page.locator(".by summary").last.click()
    look("retirement")
    _send(page, "Slow")
    expect(page.get_by_role("article").nth(3)).to_contain_text("And")
    look("streaming")
    stage.actor.held.set()
    _settled(page, 4)
    page.get_by_role("button", name="Good answer").last.click()
    page.get_by_role("link", name="Say why").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    look("reason")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Try again").last.click()
    page.get_by_label("With the model").select_option("house")
    look("again")
    page.get_by_role("button", name="Ask").click()
    _settled(page, 5)
    look("side by side")
    page.get_by_role("button", name="More").click()
    look("menu")
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    look("delete")
    page.keyboard.press("Escape")
    stage.actor.fails = "The provider is overloaded."
    _send(page, "Fail")
    expect(page.get_by_text("The provider is overloaded.").first).to_be_visible()
    look("failed")
    if width < 500:
        page.get_by_role("button", name="Conversations").click()
        look("list")
        page.keyboard.press("Escape")
    assert len(look.states) > 10


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1200, "dark")])
def test_axe_finds_nothing_on_any_page_beside_the_conversation(
    seen: Callable[[int, Scheme], Page], stage: Stage, width: int, scheme: Scheme
) -> None:
    page = seen(width, scheme)
    stage.actor.answers["Rich"] = RICH
    page.goto("/chat")
    page.get_by_role("switch", name="Show legacy models").click()
    page.get_by_role("combobox", name="Model").select_option("small")
    _send(page, "Rich")
    _settled(page, 2)
    page.get_by_role("button", name="Try the successor").click()
    expect(page.get_by_role("heading", name="How both sound")).to_be_visible()
    is_accessible(page)
    fits(page)
    for path in ("/chat?q=short", "/chat?temporary=1", "/chat?archived=1", "/feedback", "/chat/nothing"):
        page.goto(path)
        is_accessible(page)
        fits(page)
