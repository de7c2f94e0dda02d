"""The horizon, a model's page and the pages around the login in a real browser: wide and narrow, light and dark."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.integration.gateway_process import LIVING, SCRIPTED, Gateway, running, until
from tests.integration.page_visitor import TYPED, Visitor, people

USED = (
    SCRIPTED
    + """
[models.support]
target = "openai/gpt-4o-2024-08-06"
successor = "chain"
[models.writer]
target = "openai/gpt-4o-2024-05-13"
[models.fresh]
target = "openai/gpt-5.1"
[models.nameless]
target = "openai/simulated-terse"
[models."a-very-long-name-of-a-virtual-model-that-somebody-chose-without-a-thought-of-narrow-screens"]
target = "openai/gpt-4.1"
"""
)
DAY = "2026-11-22"
WIDTHS = (390, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PATHS = ("/horizon", "/models/openai/gpt-4o", "/models/anthropic/claude-sonnet-4-5-20250929", "/models/no/such")


@dataclass(frozen=True)
class Places:
    """Gateways in the states that a person may find one in."""

    used: Gateway
    empty: Gateway
    peopled: Gateway
    closed: Gateway


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    folders = {name: tmp_path_factory.mktemp(name) for name in ("used", "empty", "peopled", "closed")}
    people(folders["peopled"], ada="owner", bob="person")
    with (
        running(folders["used"], USED, "--today", DAY) as used,
        running(folders["empty"], SCRIPTED) as empty,
        running(folders["peopled"], SCRIPTED) as peopled,
        running(folders["closed"], SCRIPTED, "--host", "0.0.0.0") as closed,
    ):
        for name, calls in (("support", 4), ("fresh", 1)):
            for _ in range(calls):
                assert used.chat(name).status == 200
        until(lambda: "5 calls were recorded" in Visitor(used).get("/horizon").body.decode())
        yield Places(used, empty, peopled, closed)


@contextmanager
def looking(
    browser: Browser,
    gateway: Gateway,
    *,
    width: int = 1280,
    scheme: Literal["light", "dark"] = "light",
    scripts: bool = True,
) -> Iterator[Page]:
    """A page of a gateway; whatever it complains of, or fetches elsewhere, fails the test."""
    context = browser.new_context(
        base_url=f"http://{_place(gateway)}",
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        java_script_enabled=scripts,
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if "status of 4" not in message.text else None)
    page.on("request", lambda asked: wrong.append(asked.url) if _elsewhere(asked.url, gateway) else None)
    yield page
    context.close()
    assert not wrong


def _place(gateway: Gateway) -> str:
    return urlsplit(gateway.address).netloc.replace("0.0.0.0", "127.0.0.1")


def _elsewhere(url: str, gateway: Gateway) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and parts.netloc != _place(gateway)


def found_wrong(page: Page) -> list[str]:
    """What axe holds against the page as it stands, of whatever weight."""
    return [
        f"{wrong['id']} ({wrong['impact']}): {[node['html'][:200] for node in wrong['nodes']]}"
        for wrong in Axe().run(page).response["violations"]
    ]


def hangs_over(page: Page) -> int:
    """Pixels by which the page is wider than the screen."""
    over: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return over


def login(page: Page, name: str) -> None:
    page.goto("/login")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(TYPED)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/chat")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_and_nothing_hangs_over(
    browser: Browser, places: Places, width: int, scheme: Literal["light", "dark"]
) -> None:
    for gateway, paths in (
        (places.used, PATHS),
        (places.empty, ("/horizon",)),
        (places.peopled, ("/login",)),
        (places.closed, ("/chat",)),
    ):
        with looking(browser, gateway, width=width, scheme=scheme) as page:
            for path in paths:
                page.goto(path)
                assert found_wrong(page) == [], path
                assert hangs_over(page) <= 0, path


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_in_the_states_of_the_forms(browser: Browser, places: Places, width: int) -> None:
    with looking(browser, places.peopled, width=width, scheme="dark") as page:
        page.goto("/login")
        page.get_by_label("Name", exact=True).fill("nobody")
        page.get_by_label("Password", exact=True).fill("wrong one")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_contain_text("do not belong together")
        assert found_wrong(page) == []
        login(page, "bob")
        page.goto("/account")
        assert found_wrong(page) == []
        page.get_by_label("Current password").fill("not this one")
        page.get_by_label("New password", exact=True).fill("a new one, long enough")
        page.get_by_label("New password, once more").fill("a new one, long enough")
        page.get_by_role("button", name="Change password").click()
        expect(page.get_by_role("alert")).to_contain_text("is not this one")
        assert found_wrong(page) == []
        page.goto("/horizon")
        expect(page.get_by_role("heading", level=1)).to_have_text("This is not for you")
        assert found_wrong(page) == []
        assert hangs_over(page) <= 0


@pytest.mark.parametrize("width", WIDTHS)
def test_the_later_an_end_the_longer_its_bar_and_what_has_ended_has_none(
    browser: Browser, places: Places, width: int
) -> None:
    with looking(browser, places.used, width=width) as page:
        page.goto("/horizon")
        lengths = {}
        for life in page.locator(".life").all():
            bar = life.locator("rect.lives-on")
            box = bar.bounding_box() if bar.count() else None
            lengths[life.locator("strong").inner_text()] = 0 if box is None else box["width"]
        assert 0 == lengths["writer"] < lengths["support"] < lengths["fresh"]
        assert lengths["support"] / lengths["fresh"] == pytest.approx(53 / 130, abs=0.01)
        thick = page.locator(".life", has_text="support").locator("rect.lives-on").first.bounding_box()
        thin = page.locator(".life", has_text="fresh").locator("rect.lives-on").first.bounding_box()
        assert thick is not None
        assert thin is not None
        assert thick["height"] > thin["height"]


def test_the_table_says_what_the_drawing_shows_without_any_script(browser: Browser, places: Places) -> None:
    with looking(browser, places.used, scripts=False) as page:
        page.goto("/horizon")
        row = page.get_by_role("row", name="support")
        expect(row).to_contain_text("14 Jan 2027")
        expect(row).to_contain_text("80.0%")
        expect(row).to_contain_text("by the catalogue's chain, as declared")
        names = page.locator("tbody th").all_inner_texts()
        assert names == page.locator(".life strong").all_inner_texts()
        row.get_by_role("link").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("gpt-4o-2024-08-06")
        expect(page.get_by_role("region", name="Who depends on it here")).to_contain_text("support")


def test_each_clock_of_a_model_has_its_day_and_its_source(browser: Browser, places: Places) -> None:
    with looking(browser, places.used) as page:
        page.goto("/models/openai/gpt-4o")
        app = page.get_by_role("region", name="Its clocks").get_by_role("listitem").filter(has_text="chat-app").first
        expect(app).to_contain_text("13 Feb 2026")
        expect(app).to_contain_text("15 days of notice")
        expect(app.get_by_role("link", name="openai.com/index")).to_have_attribute("rel", "noopener noreferrer")
        expect(page.get_by_role("region", name="What was said of its dates")).to_contain_text("restored")


def test_keys_alone_reach_the_table_and_the_first_leads_past_the_head(browser: Browser, places: Places) -> None:
    with looking(browser, places.used) as page:
        page.goto("/horizon")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.locator(":focus").get_attribute("role") == "region":
                break
        expect(page.get_by_role("region", name="Table of every name")).to_be_focused()


def test_the_page_that_waits_comes_alive_with_the_first_call(browser: Browser, places: Places) -> None:
    with looking(browser, places.empty) as page:
        page.goto("/horizon")
        expect(page.get_by_role("status")).to_contain_text("Waiting for the first call")
        assert places.empty.chat(LIVING).status == 200
        expect(page.get_by_role("row", name=LIVING)).to_be_visible(timeout=60_000)


def test_a_link_on_a_foreign_page_leads_to_the_page_without_another_login(browser: Browser, places: Places) -> None:
    with looking(browser, places.peopled) as page:
        login(page, "ada")
        kept = page.context.storage_state()
    context = browser.new_context(storage_state=kept)
    page = context.new_page()
    link = f'<a href="{places.peopled.address}/horizon">there</a>'
    page.route("http://elsewhere.test/", lambda route: route.fulfill(body=link, content_type="text/html"))
    page.goto("http://elsewhere.test/")
    page.get_by_role("link", name="there").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Horizon")
    page.goto(f"{places.peopled.address}/account")
    expect(page.get_by_role("heading", level=1)).to_have_text("ada")
    context.close()
