"""Talking: what is sent is answered, block by block, and nothing that was shown is lost."""

from playwright.sync_api import Page, expect
from tests.browser.stage import Stage


def test_a_message_is_answered_where_it_was_written(page: Page, stage: Stage) -> None:
    stage.actor.answers["Hello"] = "Good **day**.\n\nHow are you?"
    page.goto("/chat")
    page.get_by_role("textbox", name="Message").fill("Hello")
    page.get_by_role("button", name="Send").click()
    articles = page.get_by_role("region", name="Conversation").get_by_role("article")
    expect(articles).to_have_count(2)
    expect(articles.nth(1)).to_contain_text("How are you?")
    expect(articles.nth(1)).not_to_have_attribute("aria-busy", "true")
    expect(page.get_by_role("textbox", name="Message")).to_have_value("")
    page.get_by_role("textbox", name="Message").fill("And you?")
    page.keyboard.press("Enter")
    expect(articles).to_have_count(4)
    expect(articles.nth(3)).to_contain_text("house heard: And you?")
