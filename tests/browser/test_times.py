"""When something was said is told in the reader's zone, and in UTC, saying so, where no script runs."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, expect
from tests.browser.stage import Stage

TOKYO = "Asia/Tokyo"


def visited(browser: Browser, stage: Stage, *, scripts: bool = True) -> Page:
    context = browser.new_context(base_url=stage.url, timezone_id=TOKYO, locale="en-GB", java_script_enabled=scripts)
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto("/chat")
    page.get_by_role("textbox", name="Message").fill("What time is it?")
    page.get_by_role("button", name="Send").click()
    return page


def test_a_moment_is_told_in_the_readers_zone_at_once_and_after_a_reload(browser: Browser, stage: Stage) -> None:
    page = visited(browser, stage)
    expect(page.locator("article[aria-busy]")).to_have_count(0)
    for _ in range(2):
        times = page.locator("article time")
        expect(times).to_have_count(2)
        for each in times.all():
            moment = dt.datetime.fromisoformat(str(each.get_attribute("datetime")))
            expect(each).to_have_text(re.compile(f", {moment.astimezone(ZoneInfo(TOKYO)):%H:%M}$"))
            expect(each).to_have_attribute("title", re.compile(f", {moment:%H:%M} UTC$"))
        page.reload()
    page.get_by_role("button", name="Good answer").click()
    expect(page.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("article time").nth(1)).not_to_contain_text("UTC")
    page.context.close()


def test_without_scripts_a_moment_is_told_in_utc_and_says_so(browser: Browser, stage: Stage) -> None:
    page = visited(browser, stage, scripts=False)
    times = page.locator("article time")
    expect(times).to_have_count(2)
    moment = dt.datetime.fromisoformat(str(times.first.get_attribute("datetime")))
    expect(times.first).to_have_text(f"{moment.day} {moment:%b %Y, %H:%M} UTC")
    page.context.close()
