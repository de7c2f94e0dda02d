"""Everything by keyboard alone: from the first Tab to a deleted conversation, with the focus always somewhere."""

from playwright.sync_api import Locator, Page, expect
from tests.browser.stage import Stage
from tests.browser.test_talk import articles, settled

MOST = 120  # presses of Tab from one thing to the next


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus is there."""
    for _ in range(MOST):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} cannot be reached")


def test_a_whole_conversation_without_a_pointer(page: Page, stage: Stage) -> None:
    stage.actor.answers["Tell"] = "A beginning.~ Never an end."
    page.goto("/chat")
    page.evaluate("document.body.tabIndex = -1, document.body.focus()")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    reach(page, page.get_by_role("switch", name="Show legacy models"))
    page.keyboard.press("Space")
    expect(page.get_by_role("switch", name="Show legacy models")).to_be_checked()
    expect(page.get_by_role("combobox", name="Model").locator("option")).to_have_count(3)
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("combobox", name="Model")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("combobox", name="Model")).not_to_have_value("house")
    reach(page, page.get_by_role("button", name="Persona"))
    page.keyboard.press("Enter")
    reach(page, page.get_by_role("group", name="Warmth").get_by_label("Default"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("group", name="Warmth").get_by_label("More")).to_be_checked()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Persona")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    page.keyboard.type("Hello")
    page.keyboard.press("Enter")
    settled(page, 2)
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    page.keyboard.type("Tell")
    page.keyboard.press("Enter")
    expect(articles(page).nth(3)).to_contain_text("A beginning.")
    page.keyboard.press("Escape")
    settled(page, 4)
    expect(articles(page).nth(3)).to_contain_text("You stopped this answer.")
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()


def test_answers_are_rated_edited_and_walked_through_by_keys(page: Page, stage: Stage) -> None:
    del stage
    page.goto("/chat")
    page.get_by_role("textbox", name="Message").focus()
    page.keyboard.type("One")
    page.keyboard.press("Enter")
    settled(page, 2)
    articles(page).first.focus()
    page.keyboard.press("j")
    expect(articles(page).nth(1)).to_be_focused()
    reach(page, articles(page).nth(1).get_by_role("button", name="Good answer"))
    page.keyboard.press("Enter")
    good = articles(page).nth(1).get_by_role("button", name="Good answer")
    expect(good).to_have_attribute("aria-pressed", "true")
    expect(good).to_be_focused()
    page.keyboard.press("k")
    expect(articles(page).first).to_be_focused()
    edit = articles(page).first.get_by_role("link", name="Edit message")
    reach(page, edit)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_label("Message")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(edit).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_label("Message").press("Control+a")
    page.keyboard.type("Two")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(articles(page).nth(1)).to_contain_text("house heard: Two")
    before = articles(page).first.get_by_role("button", name="Previous version")
    reach(page, before)
    page.keyboard.press("Enter")
    expect(articles(page).nth(1)).to_contain_text("house heard: One")
    more = page.get_by_role("button", name="More")
    more.focus()
    page.keyboard.press("Enter")
    reach(page, page.get_by_role("link", name="Delete"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    reach(page, page.get_by_role("dialog").get_by_role("button", name="Delete"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your conversations will stand here.")).to_be_visible()
