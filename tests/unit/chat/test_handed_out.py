"""Conversations and feedback handed out: nothing of the tree is missing, no model is obeyed, pairs are true pairs."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from outlast.chat.conversation import Attachment, Conversation, Message, Served
from outlast.chat.export import Exported, as_json, as_markdown
from outlast.chat.ports import Choice
from outlast.chat.preferences import Preference, preferences, ratings

replaced = msgspec.structs.replace
HOUR = 3600 * 10**9


def conversation(leaf: str | None = None, title: str = "Models") -> Conversation:
    return Conversation(id="c", owner="ana", title=title, model="m", created_ns=HOUR, updated_ns=HOUR, leaf=leaf)


def asked(known: str, parent: str | None, text: str = "Why?") -> Message:
    return Message(id=known, parent=parent, role="user", text=text, created_ns=HOUR)


def answered(known: str, parent: str, text: str, model: str = "openai/gpt-5.1", thumb: str = "") -> Message:
    by = Served(asked="gpt-4o", served=model, reason="successor", exchange=f"req_{known}")
    said = {"id": known, "parent": parent, "role": "assistant", "text": text, "created_ns": 2 * HOUR, "thumb": thumb}
    return replaced(msgspec.convert(said, Message), by=by)


def test_markdown_is_the_branch_that_is_shown_with_who_answered() -> None:
    file = Attachment(id="f", name="plan.pdf", media_type="application/pdf", size=12_345, left_out="pages 9 to 12")
    messages = [
        replaced(asked("q", None), attachments=(file,)),
        answered("a", "q", "Because."),
        replaced(answered("b", "q", "Never"), phase="stopped"),
    ]
    assert as_markdown(conversation("b"), messages) == (
        "# Models\n\n1970-01-01, 2 of 3 messages (one branch of the tree).\n\n"
        "## You, 1970-01-01 01:00 UTC\n\n*Attached: plan.pdf (application/pdf, 12,345 bytes; pages 9 to 12)*\n\n"
        "Why?\n\n"
        "## gpt-4o (answered by openai/gpt-5.1, successor), 1970-01-01 02:00 UTC\n\nNever\n\n*(stopped here)*\n"
    )


@given(st.text(), st.text())
def test_markdown_has_no_sign_that_a_terminal_obeys(title: str, text: str) -> None:
    written = as_markdown(conversation(title=f"\x1b]0;{title}"), [asked("q", None, f"\x1b[2J\x9b{text}\r\x07")])
    assert not [sign for sign in written if sign not in "\n\t" and (ord(sign) < 32 or 127 <= ord(sign) < 160)]
    assert written.splitlines()[0].startswith("# ")


def test_json_has_the_whole_tree_and_comes_back_as_it_was() -> None:
    messages = (asked("q", None), answered("a", "q", "Yes\x1b"), answered("b", "q", "No"))
    choices = (Choice(chosen="a", rejected="b", created_ns=1),)
    line = as_json(conversation("a"), messages, choices)
    assert b"\n" not in line
    assert b"\x1b" not in line
    back = msgspec.json.decode(line, type=Exported)
    assert (back.conversation, back.messages, back.choices) == (conversation("a"), messages, choices)


def test_a_choice_is_a_pair_with_both_exchanges_and_the_prompt_before_it() -> None:
    messages = [
        asked("q", None, "One"), answered("a", "q", "Two"), asked("q2", "a", "Three"),
        answered("x", "q2", "Four"), answered("y", "q2", "Five", "openai/gpt-4.1"),
    ]  # fmt: skip
    [pair] = preferences(messages, [Choice(chosen="y", rejected="x", created_ns=1, reason="shorter")])
    assert [(said.role, said.content) for said in pair.prompt] == [
        ("user", "One"), ("assistant", "Two"), ("user", "Three"),
    ]  # fmt: skip
    assert (pair.chosen.content, pair.chosen.model, pair.chosen.exchange) == ("Five", "openai/gpt-4.1", "req_y")
    assert (pair.rejected.exchange, pair.basis, pair.reason) == ("req_x", "choice", "shorter")
    assert "ana" not in msgspec.json.encode(pair).decode()


def test_a_good_thumb_beside_a_bad_one_is_a_pair_and_no_other_thumbs_are() -> None:
    messages = [
        asked("q", None), answered("a", "q", "A", thumb="good"), answered("b", "q", "B", thumb="bad"),
        answered("c", "q", "C"), answered("d", "q", "A", thumb="bad"), answered("e", "q", "", thumb="bad"),
        asked("q2", None), answered("f", "q2", "F", thumb="bad"),
    ]  # fmt: skip
    pairs = list(preferences(messages, []))
    assert [(each.chosen.content, each.rejected.content, each.basis) for each in pairs] == [("A", "B", "thumbs")]
    assert [(each.answer.content, each.good) for each in ratings(messages)] == [
        ("A", True), ("B", False), ("A", False), ("F", False),
    ]  # fmt: skip


def test_a_choice_counts_before_the_thumbs_on_the_same_two() -> None:
    messages = [asked("q", None), answered("a", "q", "A", thumb="good"), answered("b", "q", "B", thumb="bad")]
    [pair] = preferences(messages, [Choice(chosen="b", rejected="a", created_ns=1)])
    assert (pair.chosen.content, pair.basis) == ("B", "choice")


@given(
    st.lists(st.sampled_from(["good", "bad", ""]), max_size=6), st.lists(st.text(max_size=2), min_size=6, max_size=6)
)
def test_no_pair_is_of_one_text_or_says_nothing(thumbs: list[str], texts: list[str]) -> None:
    answers = [
        answered(f"a{number}", "q", text, thumb=thumb)
        for number, (thumb, text) in enumerate(zip(thumbs, texts, strict=False))
    ]
    pairs: list[Preference] = list(preferences([asked("q", None), *answers], []))
    assert all(pair.chosen.content and pair.rejected.content for pair in pairs)
    assert all(pair.chosen.content != pair.rejected.content for pair in pairs)
