"""What a person does with a conversation, in a real browser: each point of it once, with JavaScript."""

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.stage import Stage


def articles(page: Page) -> Locator:
    return page.get_by_role("region", name="Conversation").get_by_role("article")


def send(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("button", name="Send").click()


def settled(page: Page, count: int) -> None:
    expect(articles(page)).to_have_count(count)
    expect(page.locator("article[aria-busy]")).to_have_count(0)


def test_a_message_is_answered_where_it_was_written(page: Page, stage: Stage) -> None:
    stage.actor.answers["Hello"] = "Good **day**.\n\nHow are you?"
    page.goto("/chat")
    send(page, "Hello")
    settled(page, 2)
    expect(articles(page).nth(1)).to_contain_text("How are you?")
    expect(page).to_have_url(re.compile(r"/chat/[0-9a-f]+$"))
    expect(page.get_by_role("textbox", name="Message")).to_have_value("")
    page.get_by_role("textbox", name="Message").fill("And you?")
    page.keyboard.press("Enter")
    settled(page, 4)
    expect(articles(page).nth(3)).to_contain_text("house heard: And you?")
    assert [each["role"] for each in stage.actor.asked[1]["messages"]] == ["user", "assistant", "user"]


def test_stop_ends_an_answer_where_it_is(page: Page, stage: Stage) -> None:
    stage.actor.answers["Tell"] = "The beginning.~ Never the end."
    page.goto("/chat")
    send(page, "Tell")
    expect(articles(page).nth(1)).to_contain_text("The beginning.")
    page.get_by_role("button", name="Stop").click()
    settled(page, 2)
    expect(articles(page).nth(1)).to_contain_text("You stopped this answer.")
    expect(articles(page).nth(1)).not_to_contain_text("Never the end.")
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()


def test_an_edited_message_makes_a_branch_and_the_first_one_stays(page: Page, stage: Stage) -> None:
    del stage
    page.goto("/chat")
    send(page, "First")
    settled(page, 2)
    articles(page).first.get_by_role("link", name="Edit message").click()
    page.get_by_role("dialog").get_by_label("Message").fill("Second")
    page.get_by_role("dialog").get_by_role("button", name="Send").click()
    expect(articles(page).nth(1)).to_contain_text("house heard: Second")
    expect(articles(page).first).to_contain_text("2 of 2")
    articles(page).first.get_by_role("button", name="Previous version").click()
    expect(articles(page).nth(1)).to_contain_text("house heard: First")
    expect(articles(page).first).to_contain_text("1 of 2")
    page.reload()
    expect(articles(page).nth(1)).to_contain_text("house heard: First")


def test_another_answer_stands_beside_the_first_and_one_is_chosen(page: Page, stage: Stage) -> None:
    page.goto("/chat")
    send(page, "Compare")
    settled(page, 2)
    page.get_by_role("switch", name="Show legacy models").click()
    articles(page).nth(1).get_by_role("link", name="Try again").click()
    page.get_by_label("With the model").select_option("small")
    page.get_by_role("button", name="Ask").click()
    settled(page, 3)
    expect(articles(page).nth(1)).to_contain_text("house heard")
    expect(articles(page).nth(2)).to_contain_text("small heard")
    articles(page).nth(2).get_by_role("button", name="This one is better").click()
    settled(page, 2)
    expect(articles(page).nth(1)).to_contain_text("small heard")
    known = page.url.rpartition("/")[2].partition("?")[0]
    (choice,) = stage.run(stage.chats.choices("", known))
    told = {each.id: each.text for each in stage.run(stage.chats.messages("", known))}
    assert told[choice.chosen].startswith("small")
    assert told[choice.rejected].startswith("house")


def test_a_thumb_and_its_reason_are_kept(page: Page, stage: Stage) -> None:
    page.goto("/chat")
    send(page, "Rate me")
    settled(page, 2)
    bad = articles(page).nth(1).get_by_role("button", name="Bad answer")
    bad.click()
    expect(bad).to_have_attribute("aria-pressed", "true")
    expect(bad).to_be_focused()
    articles(page).nth(1).get_by_role("link", name="Say why").click()
    page.get_by_label("Your reason").fill("It flatters.")
    page.get_by_role("button", name="Keep").click()
    expect(articles(page).nth(1).get_by_role("link", name="Your reason")).to_be_visible()
    kept = stage.run(stage.chats.messages("", page.url.rpartition("/")[2]))[1]
    assert (kept.thumb, kept.reason) == ("bad", "It flatters.")
    page.goto("/feedback")
    expect(page.get_by_role("row").nth(1)).to_contain_text("0 % of 1")
    expect(page.get_by_role("row").nth(1)).to_contain_text("1 answer: ")


def test_conversations_are_renamed_found_archived_and_deleted(page: Page, stage: Stage) -> None:
    del stage
    page.goto("/chat")
    send(page, "The colour of rain")
    settled(page, 2)
    page.get_by_role("button", name="More").click()
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("Title").fill("Weather")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(page.locator("main h1")).to_have_text("Weather")  # the open dialogue has a heading of its own
    page.goto("/chat")
    page.get_by_role("searchbox").fill("colour rai")
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_have_text("colour")
    page.get_by_role("link", name="Weather").click()
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_role("navigation", name="Conversations")).not_to_contain_text("Weather")
    page.get_by_role("link", name="Archive").click()
    page.get_by_role("link", name="Weather").click()
    page.get_by_role("button", name="More").click()
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("dialog")).to_contain_text("gone for good")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile("/chat$"))
    page.goto("/chat?archived=1")
    expect(page.get_by_text("Nothing is archived.")).to_be_visible()


def test_a_conversation_is_exported_in_both_forms(page: Page, stage: Stage) -> None:
    del stage
    page.goto("/chat")
    send(page, "Keep this")
    settled(page, 2)
    text = ""
    for name, begins in (("Export as Markdown", "# Keep this"), ("Export as JSON", "{")):
        page.get_by_role("button", name="More").click()
        with page.expect_download() as coming:
            page.get_by_role("link", name=name).click()
        text = coming.value.path().read_text()
        assert text.startswith(begins)
        assert "house heard: Keep this" in text
        page.keyboard.press("Escape")
    assert json.loads(text)["messages"]


def test_a_temporary_chat_is_in_no_list(page: Page, stage: Stage) -> None:
    page.goto("/chat")
    page.get_by_role("link", name="Temporary").click()
    send(page, "Nobody knows")
    settled(page, 2)
    expect(page.get_by_role("heading", level=1)).to_contain_text("temporary")
    known = page.url.rpartition("/")[2]
    assert stage.run(stage.chats.conversation("", known)).temporary


@pytest.mark.parametrize("way", ["chosen", "pasted", "dropped"])
def test_files_come_in_every_way(page: Page, stage: Stage, way: str) -> None:
    page.goto("/chat")
    if way == "chosen":
        page.get_by_label("Add files").set_input_files(
            {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"x" * 1200}
        )
    else:
        kind = "paste" if way == "pasted" else "drop"
        field = "clipboardData" if way == "pasted" else "dataTransfer"
        page.evaluate(
            f"""() => {{
                const data = new DataTransfer();
                data.items.add(new File(["{"x" * 1200}"], "notes.txt", {{type: "text/plain"}}));
                const event = new {"ClipboardEvent" if way == "pasted" else "DragEvent"}("{kind}", {{
                    {field}: data, bubbles: true, cancelable: true}});
                document.getElementById("message").dispatchEvent(event);
            }}"""
        )
    expect(page.get_by_role("list", name="Files to send")).to_contain_text("notes.txt")
    send(page, "Read this")
    settled(page, 2)
    expect(articles(page).first).to_contain_text("notes.txt")
    expect(articles(page).first).to_contain_text("Everything after 1,000 characters was left out.")
    assert "<file name" in stage.actor.asked[0]["messages"][0]["content"]
    expect(page.get_by_role("list", name="Files to send")).to_be_hidden()


def test_a_picture_that_is_pasted_is_sent_and_shown(page: Page, stage: Stage) -> None:
    page.goto("/chat")
    page.evaluate(
        """async () => {
            const canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [8, 4];
            canvas.getContext("2d").fillRect(0, 0, 8, 4);
            const picture = await new Promise((made) => canvas.toBlob(made, "image/png"));
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File([picture], "drawn.png", {type: "image/png"}));
            const event = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
            document.getElementById("message").dispatchEvent(event);
        }"""
    )
    expect(page.get_by_role("list", name="Files to send")).to_contain_text("drawn.png")
    send(page, "Look at this")
    settled(page, 2)
    shown = articles(page).first.get_by_role("img", name="drawn.png")
    expect(shown).to_be_visible()
    assert shown.evaluate("(image) => [image.naturalWidth, image.naturalHeight]") == [8, 4]
    [_, picture] = stage.actor.asked[0]["messages"][0]["content"]
    assert picture["image_url"]["url"].startswith("data:image/png;base64,")


def test_a_persona_goes_with_the_next_message_and_is_kept_for_the_conversation(page: Page, stage: Stage) -> None:
    page.goto("/chat")
    page.get_by_role("button", name="Persona").click()
    page.get_by_role("group", name="Warmth").get_by_label("More").check()
    page.get_by_label("Base style").select_option("candid")
    page.keyboard.press("Escape")
    send(page, "How are you?")
    settled(page, 2)
    assert stage.actor.asked[0]["messages"][0]["content"] == "Base candid, warmth more."
    page.reload()
    page.get_by_role("button", name="Persona").click()
    expect(page.get_by_role("group", name="Warmth").get_by_label("More")).to_be_checked()
    page.get_by_role("group", name="Warmth").get_by_label("Less").check()
    expect(page.locator("#persona-of")).to_contain_text("This is how this conversation sounds now.")
    known = stage.run(stage.chats.conversation("", page.url.rpartition("/")[2]))
    assert known.persona is not None
    assert known.persona.warmth == "less"
    page.keyboard.press("Escape")
    send(page, "And now? That is great!")
    settled(page, 4)
    page.get_by_role("button", name="Persona").click()
    expect(page.get_by_role("table")).to_contain_text("Before: 1 answer of this conversation in another voice.")
    expect(page.locator("#measured")).to_contain_text("not measured yet")
    page.get_by_role("button", name="Use in all my conversations").click()
    expect(page.locator("#persona-of")).to_contain_text("all your conversations")
    assert stage.run(stage.chats.persona("")).warmth == "less"


def test_the_legacy_switch_brings_models_that_leave_and_a_banner_says_when(page: Page, stage: Stage) -> None:
    page.goto("/chat")
    models = page.get_by_role("combobox", name="Model")
    expect(models.locator("option")).to_have_count(1)
    page.get_by_role("switch", name="Show legacy models").check()
    models.select_option("small")
    expect(page.get_by_role("status")).to_contain_text("small ends on 14 January 2027")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Remind me").click()
    assert "DTSTART;VALUE=DATE:20270114" in coming.value.path().read_text()
    send(page, "Before you go")
    settled(page, 2)
    expect(articles(page).nth(1)).to_contain_text("retires in 12 days")
    page.get_by_role("button", name="Try the successor").click()
    expect(page.get_by_role("heading", name="How both sound")).to_be_visible()
    expect(page.get_by_text("house heard: Before you go")).to_be_visible()
    page.get_by_role("button", name="Go on with house").click()
    expect(models).to_have_value("house")
    assert len(stage.run(stage.chats.messages("", page.url.rpartition("/")[2]))) == 2


def test_on_a_narrow_screen_the_notice_of_an_end_is_small_and_its_actions_stand_in_one_line(
    page: Page, stage: Stage
) -> None:
    del stage
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/chat?model=small")
    send(page, "Before you go")
    settled(page, 2)
    page.reload()
    notice = page.get_by_role("status", name="Retirement notices")
    expect(notice.get_by_role("link", name="Export")).to_be_visible()
    tops = notice.locator(".row > *").evaluate_all(
        "all => all.map(each => Math.round(each.getBoundingClientRect().top))"
    )
    assert len(tops) == 3
    assert len(set(tops)) == 1
    assert notice.locator(".note").evaluate("each => each.getBoundingClientRect().height") < 110


def test_older_messages_come_on_demand_and_what_was_read_stays_in_place(page: Page, stage: Stage) -> None:
    page.goto("/chat")
    send(page, "Turn 0")
    settled(page, 2)
    person, known = stage.talking, page.url.rpartition("/")[2]
    stage.run(stage.long(person, known, 60))
    page.reload()
    expect(articles(page)).to_have_count(100)
    page.get_by_role("link", name="Older messages").click()
    expect(articles(page)).to_have_count(122)
    expect(articles(page).first).to_contain_text("Turn 0")


def test_a_failure_is_said_and_what_was_written_stays(page: Page, stage: Stage) -> None:
    page.goto("/chat")
    stage.actor.fails = "The provider is overloaded."
    send(page, "Try this")
    settled(page, 2)
    expect(articles(page).nth(1)).to_contain_text("The provider is overloaded.")
    page.route("**/chat/*", lambda route: route.abort())
    send(page, "Not lost")
    expect(page.get_by_text("The server cannot be reached.").first).to_be_visible()
    expect(page.get_by_role("textbox", name="Message")).to_have_value("Not lost")
