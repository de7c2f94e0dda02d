"""What a person is told of an end: before the day, on it, and on each answer."""

import pytest
from tests.unit.chat.story import offer

from outlast.chat.clock import banner, chip, moved, over
from outlast.chat.conversation import Conversation, Served
from outlast.chat.picker import Entry, Offer, Path

GONE = {"gpt-4o": Path()}


def conversation(model: str = "gpt-4o", *told: str) -> Conversation:
    return Conversation(id="c", owner="ana", title="", model=model, created_ns=1, updated_ns=1, told=told)


def entry(made: Offer, name: str = "gpt-4o") -> Entry:
    found = made.entry(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("day", "step"),
    [("2026-01-28", None), ("2026-01-29", 30), ("2026-02-06", 7), ("2026-02-12", 1), ("2026-02-13", None)],
)
def test_the_banner_stands_from_the_announcement_to_the_day(day: str, step: int | None) -> None:
    made = offer(day)
    found = banner(entry(made), made)
    assert (found.step if found else None) == step


def test_the_banner_has_the_day_the_surface_the_source_and_who_can_be_tried() -> None:
    made = offer("2026-01-29", paths={"gpt-4o": Path(target="s", reason="target", successor="scripted/gpt-5")})
    found = banner(entry(made), made)
    assert found is not None
    assert found.text == "gpt-4o ends on 13 February 2026 on ChatGPT, in 15 days. After that, gpt-5 is asked."
    assert found.url == "https://openai.com/index/retiring-gpt-4o-and-older-models"
    assert found.successor == "gpt-5"


def test_another_name_of_the_same_model_is_no_successor_of_it() -> None:
    for default, successor in (("scripted/gpt-5", "gpt-5"), ("scripted/gpt-4.1", "")):
        made = offer("2026-01-29", paths={"gpt-5": Path(target=default, reason="target")})
        found = banner(entry(made, "gpt-4.1"), made)
        assert found is not None
        assert (found.successor, "After that" in found.text) == (successor, bool(successor))


def test_a_far_end_is_not_announced_in_a_banner() -> None:
    made = offer("2026-05-01")
    assert banner(entry(made, "openai/gpt-4o-mini"), made) is None


def test_a_conversation_is_told_once_and_goes_on_with_another() -> None:
    made = offer("2026-02-14", paths=GONE)
    found = moved(conversation(), entry(made), made)
    assert found is not None
    assert found.to == "gpt-5"
    assert found.text == "gpt-4o was retired on 13 February 2026; this conversation goes on with gpt-5."
    assert moved(conversation("gpt-4o", found.gone), entry(made), made) is None


def test_what_came_back_and_goes_again_is_said_again() -> None:
    first = offer("2025-08-07", paths=GONE)
    taken_away = moved(conversation(), entry(first), first)
    last = offer("2026-02-14", paths=GONE)
    assert taken_away is not None
    retired = moved(conversation("gpt-4o", taken_away.gone), entry(last), last)
    assert retired is not None
    assert "13 February 2026" in retired.text


def test_a_model_that_is_picked_after_its_end_says_so_where_nobody_answers_in_its_place() -> None:
    made = offer("2026-02-14", paths=GONE)
    assert over(entry(made)) == (
        "gpt-4o was retired on 13 February 2026 and nobody answers for it any more; no switch brings it back."
        " What it answered stays in your conversations."
    )
    assert over(entry(offer("2026-02-14"))) == over(entry(offer("2026-02-12", paths=GONE))) == ""


def test_a_name_that_another_model_answers_stays_the_conversations_name() -> None:
    made = offer("2026-02-14", paths={"gpt-4o": Path(target="scripted/gpt-5", reason="successor")})
    found = moved(conversation(), entry(made), made)
    assert found is not None
    assert (found.to, found.text) == (
        "gpt-4o",
        "gpt-4o was retired on 13 February 2026; gpt-5 answers in its place.",
    )


def test_without_any_other_model_the_person_is_told_the_plain_word() -> None:
    made = offer("2026-02-14", plan="gone", paths=GONE)
    found = moved(conversation(), entry(offer("2026-02-14", paths=GONE)), made)
    assert found is not None
    assert found.text == "gpt-4o was retired on 13 February 2026, and no other model is offered here."


def test_while_its_model_answers_a_conversation_is_told_nothing() -> None:
    for day in ("2025-08-01", "2025-11-20", "2026-02-12"):
        made = offer(day)
        assert moved(conversation(), entry(made), made) is None


def test_what_was_brought_back_is_not_said_to_be_gone() -> None:
    made = offer("2026-02-14", more='restored = { "gpt-4o" = [] }\n')
    assert moved(conversation(), entry(made), made) is None


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("target", "gpt-4o was asked; p/m answered."),
        ("successor", "gpt-4o was asked; p/m answered, because gpt-4o was retired on 13 February 2026."),
        ("fallback", "gpt-4o was asked; p/m answered, because gpt-4o did not answer."),
        ("rollout", "gpt-4o was asked; p/m answered, in a trial that moves gpt-4o to it step by step."),
    ],
)
def test_the_chip_says_who_was_asked_who_answered_and_why(reason: str, said: str) -> None:
    made = offer("2026-02-14")
    found = chip(Served(asked="gpt-4o", served="p/m", reason=reason), entry(made), None)
    assert (found.label, found.text) == ("p/m", said)


def test_the_chip_says_when_the_model_that_answered_retires() -> None:
    made = offer("2026-02-12")
    served = entry(made).clock
    found = chip(Served(asked="gpt-4o", served="scripted/gpt-4o", reason="target"), entry(made), served)
    assert found.text.endswith("It retires on 13 February 2026, tomorrow.")
    assert found.days_left == 1


def test_the_chip_of_a_call_that_nobody_answered_says_who_was_asked() -> None:
    assert chip(Served(asked="gpt-4o"), None, None).text == "gpt-4o was asked."


def test_nothing_that_is_said_praises_the_successor() -> None:
    made = offer("2026-02-14", paths=GONE)
    found = moved(conversation(), entry(made), made)
    before = offer("2026-02-01")
    notice = banner(entry(before), before)
    assert found is not None
    assert notice is not None
    for text in (found.text, notice.text):
        assert not {"better", "improved", "upgrade", "new"} & set(text.lower().replace(".", "").split())
