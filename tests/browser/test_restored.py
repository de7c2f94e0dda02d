"""A model that an operator brings back for one plan, chosen again under Legacy, and the honest word once it is gone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.test_operators_pages import login
from tests.browser.test_talk import articles, send, settled
from tests.integration.gateway_process import Done, Gateway, running
from tests.integration.page_visitor import people

OLD = "scripted/gpt-4o-2024-05-13"
BEFORE, AFTER = "2026-10-01", "2026-11-22"
"""Its provider answers for it on the first of these days, and does not any more on the second."""
CONFIGURATION = """
[providers.scripted]
kind = "scripted"
catalog = "openai"
[models.house]
target = "scripted/gpt-5.1"
catalog_model = "openai/gpt-5.1"
[plans.free]
models = ["house"]
[plans.plus]
models = ["house"]
[chat]
default = "house"
models = ["house"]
"""
RESTORED = f'restored = {{ "{OLD}" = ["plus"] }}\n'


def command(gateway: Gateway, *arguments: str) -> Done:
    """What an operator types; a test in a browser has a loop of its own, so it runs apart."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(gateway.outlast, *arguments).result()


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    people(tmp_path, ada="owner", bob="person", eve="person")
    with running(tmp_path, CONFIGURATION, "--today", BEFORE) as one:
        for name, plan in (("bob", "plus"), ("eve", "free")):
            assert command(one, "users", "plan", name, plan).code == 0
        yield one


@contextmanager
def visited(browser: Browser, gateway: Gateway, name: str) -> Iterator[Page]:
    context = browser.new_context(base_url=gateway.address)
    context.set_default_timeout(60_000)
    page = context.new_page()
    login(page, name)
    yield page
    context.close()


def models(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Model")


def offered(page: Page) -> list[str | None]:
    """The list as it is with legacy models."""
    switch = page.get_by_role("switch", name="Show legacy models")
    page.goto("/chat")
    if switch.get_attribute("aria-checked") == "false":
        with page.expect_response("**/legacy"):
            switch.click()
        page.goto("/chat")
    expect(switch).to_have_attribute("aria-checked", "true")
    return [each.get_attribute("value") for each in models(page).locator("option").all()]


def test_a_model_is_brought_back_for_a_plan_and_once_it_is_gone_its_last_answers_are_there(
    browser: Browser, gateway: Gateway
) -> None:
    with visited(browser, gateway, "bob") as bob, visited(browser, gateway, "eve") as eve:
        assert offered(bob) == offered(eve) == ["house"]
        gateway.config.write_text(CONFIGURATION + RESTORED, encoding="utf-8")
        assert command(gateway, "reload").code == 0
        assert offered(bob) == ["house", OLD]
        assert offered(eve) == ["house"]
        expect(models(bob)).to_have_value("house")
        expect(models(bob).locator('optgroup[label="Legacy"] option')).to_have_count(1)
        models(bob).select_option(OLD)
        send(bob, "Please say: the old voice")
        settled(bob, 2)
        expect(articles(bob).nth(1)).to_contain_text("the old voice")
        expect(articles(bob).nth(1)).to_contain_text(f"answered by {OLD}")
        path = bob.url.removeprefix(gateway.address)
    assert gateway.stop() == 0
    gateway.arguments = ("--today", AFTER)
    gateway.start()
    with visited(browser, gateway, "bob") as bob:
        bob.goto(path)
        expect(bob.get_by_role("status", name="Retirement notices")).to_contain_text("was retired on 23 October 2026")
        expect(articles(bob).nth(1)).to_contain_text("the old voice")
        expect(articles(bob).nth(1)).to_contain_text(f"answered by {OLD}")
        send(bob, "Please say: are you still you?")
        settled(bob, 4)
        expect(articles(bob).nth(3)).to_contain_text("answered by scripted/gpt-5.1")
        assert offered(bob) == ["house", OLD]
        expect(models(bob)).to_have_value("house")
        bob.goto(f"/chat?model={OLD}")
        said = "was retired on 23 October 2026 and nobody answers for it any more; no switch brings it back."
        expect(bob.get_by_role("status", name="Retirement notices")).to_contain_text(said)
        send(bob, "And you?")
        settled(bob, 2)
        expect(articles(bob).nth(1)).to_contain_text("does not exist")
        expect(articles(bob).nth(1)).not_to_contain_text("answered by")
