"""Attacks through the real page: nothing runs, nothing is fetched without a click, whatever a model says."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Dialog, Page, expect
from tests.browser.stage import Stage
from tests.browser.test_talk import articles, send, settled
from tests.hostile_answers import BEACON, LARGE, MARK, SMALL

FRAGMENT = 9  # characters of a piece of a streamed attack


@pytest.fixture
def watched(page: Page, stage: Stage) -> Iterator[Page]:
    """A page that must ask nobody but us, open nothing, and break no rule of its policy."""
    foreign: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(stage.url) else foreign.append(request.url))

    def refuse(dialog: Dialog) -> None:
        foreign.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse)
    page.on("popup", lambda popup: foreign.append(popup.url))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', () => { window.harmed = 'refused by policy'; });"
    )
    yield page
    assert page.evaluate("window.harmed") is None
    assert not foreign


def _whole(page: Page) -> None:
    """The page is still ours: its composer is there, and no answer holds anything active."""
    expect(page.get_by_role("textbox", name="Message")).to_be_visible()
    active = "script, style, iframe, object, embed, form, input, img, video, audio, link, meta, base, svg"
    assert page.locator(f".text :is({active})").count() == 0
    handlers = "all => all.filter(each => each.getAttributeNames().some(name => name.startsWith('on'))).length"
    assert page.locator("article *").evaluate_all(handlers) == 0
    links = page.locator(".text a[href]").evaluate_all("all => all.map(each => each.getAttribute('href'))")
    assert not [each for each in links if not re.match(r"(https?|mailto):", each)]


def test_no_attack_does_anything_on_a_page_that_is_read(watched: Page, stage: Stage) -> None:
    watched.goto("/chat")
    send(watched, "Begin")
    settled(watched, 2)
    known = watched.url.rpartition("/")[2]
    stage.actor.answers |= {attack.name: attack.text.replace("~", "-") for attack in SMALL}
    for attack in SMALL:
        stage.ask(known, attack.name)
    watched.reload()
    expect(articles(watched).last).to_be_visible()
    settled(watched, min(2 * len(SMALL) + 2, 100))
    _whole(watched)


def test_no_attack_does_anything_while_it_is_streamed(watched: Page, stage: Stage) -> None:
    text = "\n\n---\n\n".join(attack.text for attack in SMALL if len(attack.text) < 2_000).replace("~", "-")
    stage.actor.answers["Attack"] = text
    stage.actor.pace = lambda part: ((part[at : at + FRAGMENT], 0.0) for at in range(0, len(part), FRAGMENT))
    watched.goto("/chat")
    send(watched, "Attack")
    settled(watched, 2)
    _whole(watched)


def _alive(page: Page, count: int) -> None:
    """Somebody can go on: what is typed is sent and answered."""
    send(page, "Still there?")
    expect(articles(page)).to_have_count(count)
    expect(articles(page).last).to_contain_text("house heard: Still there?")
    settled(page, count)


@pytest.mark.slow
def test_no_large_attack_does_anything_and_the_page_stays_alive(watched: Page, stage: Stage) -> None:
    watched.goto("/chat")
    send(watched, "Begin")
    settled(watched, 2)
    known = watched.url.rpartition("/")[2]
    stage.actor.answers |= {attack.name: attack.text.replace("~", "-") for attack in LARGE}
    for attack in LARGE:
        stage.ask(known, attack.name)
    watched.reload()
    settled(watched, 2 * len(LARGE) + 2)
    _whole(watched)
    _alive(watched, 2 * len(LARGE) + 4)


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit", [f"<img src={BEACON} onerror={MARK}>", "x", f"![a]({BEACON}) "], ids=["markup", "word", "images"]
)
def test_a_line_of_ten_megabytes_is_streamed_and_the_page_stays_alive(watched: Page, stage: Stage, unit: str) -> None:
    stage.actor.answers["Attack"] = unit * (10_000_000 // len(unit))
    stage.actor.pace = lambda part: ((part[at : at + 65_536], 0.0) for at in range(0, len(part), 65_536))
    watched.goto("/chat")
    send(watched, "Attack")
    settled(watched, 2)
    expect(articles(watched).nth(1)).to_contain_text("The answer was ended here")
    _whole(watched)
    _alive(watched, 4)
    watched.reload()
    settled(watched, 4)
    _whole(watched)


def test_what_a_person_writes_is_text_in_every_place_that_shows_it(watched: Page, stage: Stage) -> None:
    del stage
    attack = "<img src=x onerror=window.harmed=1><script>window.harmed=1</script>"
    watched.goto("/chat")
    send(watched, attack)
    settled(watched, 2)
    expect(articles(watched).first).to_contain_text(attack)
    expect(watched.get_by_role("navigation", name="Conversations")).to_contain_text("<img")
    watched.goto("/chat?q=onerror")
    expect(watched.locator(".found mark").first).to_have_text("onerror")


def test_a_file_of_a_person_runs_nothing_and_an_image_of_a_model_is_a_link(watched: Page, stage: Stage) -> None:
    stage.actor.answers["Show"] = "![seen](https://beacon.invalid/seen.png)"
    watched.goto("/chat")
    page = b"<script>window.harmed=1</script>"
    watched.get_by_label("Add files").set_input_files({"name": "a.html", "mimeType": "text/html", "buffer": page})
    send(watched, "Show")
    settled(watched, 2)
    expect(articles(watched).nth(1).get_by_role("link", name="seen")).to_be_visible()
    address = articles(watched).first.get_by_role("link", name="a.html").get_attribute("href") or ""
    answer = watched.request.get(address)
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in answer.headers["content-security-policy"]
