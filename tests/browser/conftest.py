"""A real browser for the tests of this folder; they are left out, and say so, where there is none."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from tests.browser.stage import Stage, staged

expect.set_options(timeout=60_000)  # milliseconds: the machine may be busy
CHROMIUM = shutil.which("chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.server)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no chromium is installed on this machine"))


def _is_wrong(message: ConsoleMessage) -> bool:
    """A request that fails is told by what the page shows, not here."""
    return message.type == "error" and not message.text.startswith("Failed to load resource")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for each file: Playwright runs a loop in this thread, which tests of other files do not bear."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    with staged() as one:
        yield one


@pytest.fixture
def page(browser: Browser, stage: Stage) -> Iterator[Page]:
    """A page of the stage; whatever it complains of fails the test."""
    context = browser.new_context(base_url=stage.url, viewport={"width": 1200, "height": 900})
    context.set_default_timeout(60_000)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if _is_wrong(message) else None)
    yield page
    context.close()
    assert not wrong
