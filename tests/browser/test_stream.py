"""An answer that is being written survives whatever happens around it, and a screen reader hears it in sentences."""

from playwright.sync_api import Page, expect
from tests.browser.stage import Stage
from tests.browser.test_talk import articles, send, settled

TOLD = "The first sentence. The second is longer.\n\nA second paragraph begins.~ And it ends.\n\nLast words."


def test_a_reload_in_the_middle_loses_nothing_and_goes_on(page: Page, stage: Stage) -> None:
    stage.actor.answers["Tell"] = TOLD
    page.goto("/chat")
    send(page, "Tell")
    expect(articles(page).nth(1)).to_contain_text("A second paragraph begins.")
    page.reload()
    expect(articles(page).nth(1)).to_contain_text("A second paragraph begins.")
    expect(articles(page).nth(1)).to_have_attribute("aria-busy", "true")
    stage.actor.held.set()
    settled(page, 2)
    expect(articles(page).nth(1).locator(".text .block")).to_have_text(
        ["The first sentence. The second is longer.", "A second paragraph begins. And it ends.", "Last words."]
    )


def test_two_tabs_show_the_same_answer_and_writing_in_both_makes_branches(page: Page, stage: Stage) -> None:
    stage.actor.answers["Tell"] = TOLD
    page.goto("/chat")
    send(page, "Tell")
    expect(articles(page).nth(1)).to_contain_text("A second paragraph begins.")
    other = page.context.new_page()
    other.goto(page.url)
    expect(articles(other).nth(1)).to_contain_text("A second paragraph begins.")
    stage.actor.held.set()
    settled(page, 2)
    settled(other, 2)
    expect(articles(other).nth(1)).to_contain_text("Last words.")
    send(page, "From here")
    send(other, "From there")
    settled(page, 4)
    settled(other, 4)
    page.reload()
    expect(articles(page).nth(2)).to_contain_text("of 2")
    texts = [each.text for each in stage.run(stage.chats.messages("", page.url.rpartition("/")[2]))]
    assert {"From here", "From there"} <= set(texts)


def test_a_broken_connection_goes_on_where_it_was(page: Page, stage: Stage) -> None:
    stage.actor.answers["Tell"] = TOLD
    page.goto("/chat")
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url) if "/events/" in request.url else None)
    with page.expect_request(lambda request: "/events/" in request.url):
        # The words may be in the page before its script listens: broken is only what was begun.
        send(page, "Tell")
    expect(articles(page).nth(1)).to_contain_text("A second paragraph begins.")
    stage.stop_serving()
    stage.actor.held.set()
    stage.serve_again()
    settled(page, 2)
    expect(articles(page).nth(1).locator(".text .block")).to_have_count(3)
    expect(articles(page).nth(1)).to_contain_text("Last words.")
    assert len(asked) > 1


def test_a_message_written_too_early_is_sent_when_the_answer_is_complete(page: Page, stage: Stage) -> None:
    stage.actor.answers["Tell"] = TOLD
    page.goto("/chat")
    send(page, "Tell")
    expect(articles(page).nth(1)).to_contain_text("A second paragraph begins.")
    send(page, "And then?")
    expect(page.locator("#problem")).to_contain_text("It is sent as soon as the answer is complete.")
    stage.actor.held.set()
    settled(page, 4)
    expect(articles(page).nth(2)).to_contain_text("And then?")


def test_a_screen_reader_hears_whole_sentences_once_and_never_the_stream_itself(page: Page, stage: Stage) -> None:
    stage.actor.answers["Tell"] = TOLD
    page.goto("/chat")
    send(page, "Tell")
    expect(articles(page).nth(1)).to_contain_text("A second paragraph begins.")
    said = page.locator("#said")
    expect(said).to_have_attribute("aria-live", "polite")
    expect(said).to_contain_text("The first sentence.")
    expect(articles(page).nth(1)).to_have_attribute("aria-busy", "true")
    assert articles(page).nth(1).evaluate("each => each.closest('[aria-live], [role=status], [role=log]')") is None
    assert "And it ends" not in (said.text_content() or "")
    stage.actor.held.set()
    settled(page, 2)
    expect(said).to_contain_text("The answer is complete.")
    heard = [line.strip() for line in said.locator("p").all_text_contents()]
    assert heard[0] == "house is writing."
    assert heard[-1] == "The answer is complete."
    assert " ".join(heard[1:-1]) == TOLD.replace("~", "").replace("\n\n", " ")
    assert all(each.endswith(".") for each in heard)


def test_the_accessibility_tree_has_the_words_of_the_contract(page: Page, stage: Stage) -> None:
    stage.actor.answers["Tell"] = TOLD
    page.goto("/chat")
    send(page, "Tell")
    expect(articles(page).nth(1)).to_contain_text("A second paragraph begins.")
    for role, name in (
        ("textbox", "Message"),
        ("button", "Send"),
        ("button", "Stop"),
        ("combobox", "Model"),
        ("switch", "Show legacy models"),
        ("region", "Conversation"),
        ("button", "Persona"),
        ("status", "Retirement notices"),
    ):
        expect(page.get_by_role(role, name=name, exact=True)).to_have_count(1)  # type: ignore[arg-type]
    expect(articles(page).nth(1)).to_have_accessible_name("house")
    stage.actor.held.set()
    settled(page, 2)
    expect(page.get_by_role("button", name="Good answer", exact=True)).to_have_count(1)
    expect(page.get_by_role("button", name="Bad answer", exact=True)).to_have_count(1)
    page.get_by_role("button", name="Persona").click()
    for name in ("Warmth", "Enthusiasm"):
        group = page.get_by_role("group", name=name, exact=True)
        expect(group.get_by_role("radio")).to_have_count(3)
        for option in ("Less", "Default", "More"):
            expect(group.get_by_role("radio", name=option, exact=True)).to_be_visible()
    expect(page.get_by_role("combobox", name="Base style", exact=True)).to_be_visible()
