"""The chat of a real ``outlast serve``: the same plan and record as the API's, and nothing lost when it is killed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.test_talk import articles, send, settled
from tests.integration.gateway_process import Gateway, running, until

CONFIGURATION = """
[providers.scripted]
kind = "scripted"
file = "slow.toml"
catalog = "openai"
[models."gpt-4o"]
target = "scripted/gpt-4o"
catalog_model = "openai/gpt-4o-2024-05-13"
successor = "scripted/gpt-5.1"
[models.house]
target = "scripted/gpt-5.1"
catalog_model = "openai/gpt-5.1"
[models.slow]
target = "scripted/gpt-5-mini"
[chat]
default = "house"
models = ["house", "gpt-4o", "slow"]
"""
SLOW = """
[models.gpt-5-mini]
per_token = 0.05
text = "%s"
"""
WORDS = " ".join(f"word-{number}" for number in range(2_000))


@contextmanager
def visited(browser: Browser, gateway: Gateway) -> Iterator[Page]:
    context = browser.new_context(base_url=gateway.address)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    (tmp_path / "slow.toml").write_text(SLOW % WORDS)
    with running(tmp_path, CONFIGURATION, "--today", "2026-11-22") as one:
        yield one


def test_the_chat_asks_the_gateway_and_its_calls_are_recorded(browser: Browser, gateway: Gateway) -> None:
    with visited(browser, gateway) as page:
        page.goto("/")
        send(page, "Say something")
        settled(page, 2)
        expect(articles(page).nth(1)).to_contain_text("answered by scripted/gpt-5.1")
        articles(page).nth(1).locator("summary").click()
        request = articles(page).nth(1).get_by_text(re.compile("^req_")).text_content()
        row = until(lambda: next((each for each in gateway.rows() if each["id"] == request), None))
        assert row["served"] == "scripted/gpt-5.1"


def test_a_model_that_has_gone_is_told_of_once_and_its_successor_says_so(browser: Browser, gateway: Gateway) -> None:
    with visited(browser, gateway) as page:
        page.goto("/chat")
        page.get_by_role("switch", name="Show legacy models").click()
        page.get_by_role("combobox", name="Model").select_option("gpt-4o")
        send(page, "Are you there?")
        settled(page, 2)
        expect(articles(page).nth(1)).to_contain_text("answered by scripted/gpt-5.1")
        articles(page).nth(1).locator("summary").click()
        expect(articles(page).nth(1)).to_contain_text("because gpt-4o was retired on 23 October 2026")
        page.reload()
        expect(page.get_by_role("status")).to_contain_text("gpt-4o was retired on 23 October 2026")
        send(page, "Go on")
        settled(page, 4)
        page.reload()
        expect(page.get_by_role("status")).not_to_contain_text("was retired")


def test_what_was_shown_before_a_kill_is_there_after_the_restart(browser: Browser, gateway: Gateway) -> None:
    with visited(browser, gateway) as page:
        page.goto("/chat?model=slow")
        send(page, "Tell me much")
        expect(articles(page).nth(1)).to_contain_text("word-8")
        gateway.kill()
        shown = (articles(page).nth(1).locator(".text").text_content() or "").strip()
        path = page.url.removeprefix(gateway.address)
        gateway.start()
    with visited(browser, gateway) as page:
        page.goto(path)
        expect(articles(page).nth(1)).to_contain_text("The server stopped in the middle of this answer.")
        kept = (articles(page).nth(1).locator(".text").text_content() or "").strip()
        assert kept.startswith(shown)
        send(page, "Still there?")
        expect(articles(page)).to_have_count(4)
        page.get_by_role("button", name="Stop").click()
        settled(page, 4)
