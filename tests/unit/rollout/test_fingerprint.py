"""A conversation is known again at its next turn, and told from others."""

from hypothesis import given
from hypothesis import strategies as st

from outlast.dialects.conversation.parts import Media, Text, ToolResult
from outlast.dialects.conversation.request import Message, Request
from outlast.rollout.fingerprint import began, fingerprint

WORDS = st.text(alphabet=st.characters(), max_size=20)
ABOVE = Message("system", (Text("Be kind."),))
FIRST = Message("user", (Text("Hello"),))


def request(*messages: Message) -> Request:
    return Request(model="support", messages=messages)


NAMED = fingerprint(request(ABOVE, FIRST), "k")


@given(WORDS, WORDS)
def test_later_turns_do_not_change_it(answer: str, more: str) -> None:
    later = request(ABOVE, FIRST, Message("assistant", (Text(answer),)), Message("user", (Text(more),)))
    assert fingerprint(later, "k") == NAMED
    assert began(later)


def test_marks_for_caches_do_not_change_it() -> None:
    marked = Message("user", (Text("Hello", extra={"anthropic:cache_control": b"{}"}),))
    assert fingerprint(request(ABOVE, marked), "k") == NAMED


def test_other_words_another_key_or_another_picture_do() -> None:
    def picture(data: str) -> Message:
        return Message("user", (Media(kind="image", data=data),))

    others = [
        fingerprint(request(ABOVE, FIRST), "other"),
        fingerprint(request(FIRST), "k"),
        fingerprint(request(ABOVE, Message("user", (Text("Hullo"),))), "k"),
        fingerprint(request(ABOVE, Message("user", (Text("Hel"), Text("lo")))), "k"),
        fingerprint(request(ABOVE, picture("AA")), "k"),
        fingerprint(request(ABOVE, picture("BB")), "k"),
        fingerprint(request(ABOVE, ABOVE, FIRST), "k"),
        fingerprint(request(), "k"),
    ]
    assert len({NAMED, *others}) == 1 + len(others)


@given(st.lists(WORDS, min_size=2, max_size=2), st.lists(WORDS, min_size=2, max_size=2))
def test_what_is_told_and_what_is_asked_do_not_run_into_each_other(one: list[str], other: list[str]) -> None:
    def named(words: list[str]) -> str:
        return fingerprint(request(Message("system", (Text(words[0]),)), Message("user", (Text(words[1]),))), "k")

    assert (named(one) == named(other)) == (one == other)


def test_half_a_surrogate_pair_is_a_word_like_others() -> None:
    odd = Message("user", (Text("\ud800"), ToolResult(call_id="1")))
    assert fingerprint(request(odd), "\udfff") != NAMED


def test_one_without_an_answer_has_not_begun() -> None:
    assert not began(request(ABOVE, FIRST))
