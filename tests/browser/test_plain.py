"""Without JavaScript: reading, sending with a full answer, changing model and persona, branches, and no word lost."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.stage import Stage
from tests.browser.test_talk import articles, send


@pytest.fixture
def plain(browser: Browser, stage: Stage) -> Iterator[Page]:
    context = browser.new_context(base_url=stage.url, java_script_enabled=False)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def test_a_message_is_sent_and_comes_back_with_its_whole_answer(plain: Page) -> None:
    plain.goto("/chat")
    send(plain, "Hello")
    expect(articles(plain)).to_have_count(2)
    expect(articles(plain).nth(1)).to_contain_text("house heard: Hello")
    send(plain, "Again")
    expect(articles(plain)).to_have_count(4)
    expect(plain.get_by_role("button", name="Stop")).to_be_hidden()


def test_model_and_persona_are_changed_and_the_draft_stays(plain: Page, stage: Stage) -> None:
    plain.goto("/chat")
    plain.get_by_role("textbox", name="Message").fill("A draft")
    plain.get_by_role("switch", name="Show legacy models").click()
    expect(plain.get_by_role("switch", name="Show legacy models")).to_be_checked()
    expect(plain.get_by_role("textbox", name="Message")).to_have_value("A draft")
    plain.get_by_role("combobox", name="Model").select_option("small")
    plain.get_by_role("button", name="Use", exact=True).click()
    expect(plain.get_by_role("status")).to_contain_text("small ends on 14 January 2027")
    plain.get_by_role("button", name="Persona").click()
    plain.get_by_role("group", name="Warmth").get_by_label("More").check()
    plain.keyboard.press("Escape")
    plain.get_by_role("button", name="Send").click()
    expect(articles(plain).nth(1)).to_contain_text("small heard: A draft")
    assert stage.actor.asked[0]["messages"][0]["content"] == "Base default, warmth more."


def test_edit_again_branches_thumbs_and_delete_are_pages_and_forms(plain: Page) -> None:
    plain.goto("/chat")
    send(plain, "One")
    articles(plain).first.get_by_role("link", name="Edit message").click()
    plain.get_by_label("Message").fill("Two")
    plain.get_by_role("button", name="Send").click()
    expect(articles(plain).nth(1)).to_contain_text("house heard: Two")
    articles(plain).first.get_by_role("button", name="Previous version").click()
    expect(articles(plain).nth(1)).to_contain_text("house heard: One")
    articles(plain).nth(1).get_by_role("link", name="Try again").click()
    plain.get_by_role("button", name="Ask").click()
    expect(articles(plain)).to_have_count(3)
    articles(plain).nth(2).get_by_role("button", name="This one is better").click()
    expect(articles(plain)).to_have_count(2)
    articles(plain).nth(1).get_by_role("button", name="Good answer").click()
    expect(articles(plain).nth(1).get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
    plain.get_by_role("button", name="More").click()
    plain.get_by_role("link", name="Delete").click()
    plain.get_by_role("button", name="Delete").click()
    expect(plain.get_by_text("Your conversations will stand here.")).to_be_visible()


def test_an_answer_in_the_middle_is_readable_and_can_be_stopped(plain: Page, stage: Stage) -> None:
    plain.goto("/chat")
    send(plain, "Hello")
    known = plain.url.rpartition("/")[2].partition("#")[0]
    stage.actor.answers["Tell"] = "The beginning.~ The end."
    stage.ask(known, "Tell")
    plain.goto(f"/chat/{known}")
    expect(articles(plain).nth(3)).to_contain_text("The beginning.")
    expect(plain.get_by_role("link", name="Show what has come since")).to_be_visible()
    plain.get_by_role("button", name="Stop").click()
    plain.goto(f"/chat/{known}")
    expect(articles(plain).nth(3)).to_contain_text("You stopped this answer.")


def test_what_cannot_be_sent_is_not_lost(plain: Page) -> None:
    plain.goto("/chat")
    plain.get_by_role("textbox", name="Message").fill("   ")
    plain.get_by_role("button", name="Send").click()
    expect(plain.get_by_text("nothing was written")).to_be_visible()
    expect(plain.get_by_role("textbox", name="Message")).to_have_value("   ")
