"""What every look at a page is held to: axe finds nothing, nothing is wider than the window."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def is_accessible(page: Page) -> None:
    """axe finds nothing, of any impact; what it says of it otherwise is the test's message."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    told = [f"{each['id']} ({each['impact']}): {node['html'][:200]}" for each in found for node in each["nodes"]]
    assert not told, "\n".join(told)


def fits(page: Page) -> None:
    """Nothing makes the page scroll sideways."""
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{wider} pixels too wide"
