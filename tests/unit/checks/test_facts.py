"""Facts: what may be said in other words, and what may not be said otherwise."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.checks.check import Outcome, Pair
from outlast.checks.choices import chosen, keyed, options_of
from outlast.checks.composite import Whole
from outlast.checks.copied import altered, source_of
from outlast.checks.draw import Draw, Item, Said
from outlast.checks.facts import FACTS
from outlast.checks.quantities import quantities

BY_NAME = {check.name: check for check in FACTS}
CITIES = "Which city?\nA) Paris\nB) Rome\nC) Berlin"
OPTIONS = options_of(CITIES)


def said(text: str | None) -> Draw:
    return Draw(error="status 500") if text is None else Draw(said=Said(text=text))


def compared(
    name: str, prompt: str, first: str, second: str | None, other: str | None, *, expected: str = ""
) -> Outcome | None:
    item = Item(id="1", cluster="1", request=b"{}", prompt=prompt, last_user=prompt, expected=expected)
    pair = Pair(item=item, incumbent=said(first), second=said(second), candidate=said(other))
    outcomes = BY_NAME[name].compare(pair)
    return outcomes[0] if outcomes else None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,234.56", "1.234,56"),
        ("1'000'000", "1000000"),
        ("5 km", "5000 m"),
        ("1.234", "1,234"),
        ("3 March 2026", "2026-03-03"),
        ("March 3rd, 2026", "3. März 2026"),
        ("le 3 mars 2026", "2026年3月3日"),
        ("03/04/2026", "2026-04-03"),
        ("2:30 pm", "14:30"),
        ("$5", "5 dollars"),
        ("12 %", "12 percent"),
        ("\u22123 °C", "-3°C"),
        ("90 minutes", "1.5 hours"),
    ],
)
def test_two_spellings_of_one_amount_agree(one: str, other: str) -> None:
    (left,), (right,) = quantities(one), quantities(other)
    assert left.agrees(right)


@pytest.mark.parametrize(
    ("one", "other"), [("12", "13"), ("5 kg", "5 m"), ("-3", "3"), ("2026-03-03", "2026-03-04"), ("1.2345", "12345")]
)
def test_two_amounts_disagree(one: str, other: str) -> None:
    (left,), (right,) = quantities(one), quantities(other)
    assert not left.agrees(right)


@pytest.mark.parametrize(
    "text", ["1. one\n2. two", "gpt-4", "v2.1", "abc123", "```\nx = 3\n```", "`7`", "https://a.example/9", "see [4]"]
)
def test_digits_in_names_code_and_lists_are_no_amounts(text: str) -> None:
    assert quantities(text) == ()


@given(st.integers(0, 10**12))
def test_grouping_never_changes_a_whole_number(number: int) -> None:
    (plain,), (grouped,) = quantities(str(number)), quantities(f"{number:,}")
    assert plain.agrees(grouped)


@given(st.text(max_size=300))
def test_any_text_has_amounts_that_agree_with_themselves(text: str) -> None:
    assert all(each.agrees(each) for each in quantities(text))


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ("It takes 42 days.", ""),
        ("In all 42 days, or 6 weeks.", ""),
        ("It takes 41 days.", "number differs"),
        ("It takes 42 years.", "unit differs"),
        ("It takes long.", "number missing"),
    ],
)
def test_an_amount_that_both_answers_of_the_incumbent_state_must_be_stated(other: str, reason: str) -> None:
    outcome = compared("facts.numbers", "How long?", "It takes 42 days.", "42 days.", other)
    assert outcome == Outcome(a=1.0, b=float(not reason), reason=reason)


def test_an_incumbent_that_departs_from_itself_asks_no_more_of_others() -> None:
    assert compared("facts.numbers", "How long?", "42 days", "43 days", "44 days") == Outcome(
        a=0.0, b=0.0, reason="number differs"
    )


def test_without_a_second_answer_a_departure_is_not_called_a_fault() -> None:
    assert compared("facts.numbers", "How long?", "42 days", None, "44 days") is None


def test_amounts_of_the_prompt_need_not_be_said_again() -> None:
    assert compared("facts.numbers", "Is 42 even?", "Yes, 42 is.", "Yes.", "Yes.") is None


@pytest.mark.parametrize(
    ("other", "reason"), [("2026-03-03", ""), ("4 March 2026", "date differs"), ("soon", "date missing")]
)
def test_a_date_is_held_to(other: str, reason: str) -> None:
    outcome = compared("facts.dates", "When?", "On March 3, 2026.", "3 March 2026", other)
    assert outcome == Outcome(a=1.0, b=float(not reason), reason=reason)


@pytest.mark.parametrize(
    "answer",
    [
        "B", "b) no: **B)** Rome", "The answer is B.", "The correct answer is **B) Rome**.", "I choose option B for",
        "\\boxed{B}", '{"answer": "B"}', "Rome.", "A is wrong and so is C. Answer: B", "B. Rome", "(B)",
        "La risposta corretta è B", "La réponse est (B).", "Die richtige Antwort ist B) Rom", "La respuesta es B.",
        "正确答案是B。", "答案\uff1aB",
    ],
)  # fmt: skip
def test_a_choice_is_found_in_any_words(answer: str) -> None:
    assert chosen(answer, OPTIONS) == "B"


@pytest.mark.parametrize(
    "answer", ["", "I do not know.", "A plane, then.", "Paris or Rome", "The answer is D.", "**A** or **B**"]
)
def test_no_choice_is_made_up(answer: str) -> None:
    assert chosen(answer, OPTIONS) == ""


def test_options_are_those_of_the_last_run() -> None:
    assert [text for _, text in options_of("A) x\nB) y\n\nNow:\nA. one\nB. two\nC. three")] == ["one", "two", "three"]
    assert options_of("A) alone") == () == options_of("no options")


@pytest.mark.parametrize(("expected", "letter"), [("B", "B"), ("(b)", "B"), ("rome", "B"), ("Madrid", "")])
def test_a_key_is_a_letter_or_a_text(expected: str, letter: str) -> None:
    assert keyed(expected, OPTIONS) == letter


@pytest.mark.parametrize(
    ("prompt", "expected", "answer", "reason"),
    [
        (CITIES, "B", "It is B.", ""),
        (CITIES, "Rome", "It is so.", "no choice found"),
        (CITIES, "Rome", "The answer is A.", "other than the key"),
        ("6 x 7?", "42", "That makes 42.", ""),
        ("6 x 7?", "42", "That makes 41.", "number is not the key's"),
        ("Capital?", "New Delhi", "It is **New  Delhi**!", ""),
        ("Capital?", "Rome", "Romeo", "key not found"),
    ],
)
def test_a_key_decides_for_both_sides(prompt: str, expected: str, answer: str, reason: str) -> None:
    outcome = compared("facts.key", prompt, expected, None, answer, expected=expected)
    assert outcome is not None
    assert (outcome.b, outcome.reason) == (float(not reason), reason)


@pytest.mark.parametrize(
    ("prompt", "answer", "reasons"),
    [
        ("Order ORD-2024-7781 is late.", "Order ORD-2024-7781 it is.", []),
        ("Order ORD-2024-7781 is late.", "Order ORD-2024-7181 it is.", ["id altered"]),
        ("Order ORD-2024-7781 is late.", "Not ORD-2024-7781 but ORD-2024-7782.", []),
        ("See https://shop.example/a/b?x=1", "At https://shop.example/a/b?x=1.", []),
        ("See https://shop.example/a/b?x=1", "At https://shop.example/a/c?x=1.", ["address altered"]),
        ("Write to jo.smith@mail.example", "To jo.smyth@mail.example", ["mail altered"]),
        ("Mail [mail 1] about it", "I wrote to [mail 2]", ["mark altered"]),
        ("Order ORD-2024-7781", "See invoice XK-99-1", []),
        (
            "The contract says: the tenant pays the rent on the first day of each month.",
            'It says "the tenant pays the rent on the last day of each month".',
            ["quotation altered"],
        ),
        (
            "As JSON: the tenant pays the rent on the first day of each month.",
            '{"answer": "The tenant pays the rent on the first of each month."}',
            [],
        ),
        (
            "The contract says: the tenant pays the rent\non the first day of each month.",
            'It says "The tenant pays the rent on the first day of each month."',
            [],
        ),
        ("The tenant pays the rent.", '"A house divided against itself will never stand for long"', []),
    ],
)  # fmt: skip
def test_what_is_copied_comes_through_letter_by_letter(prompt: str, answer: str, reasons: list[str]) -> None:
    assert list(altered(answer, source_of(prompt))) == reasons


ANSWERS = st.sampled_from(["42 days", "41 days", "The answer is B.", "A", "2026-03-03", "", "see ORD-1234567", None])
_PROMPTS = st.sampled_from([CITIES, "How long?", "Order ORD-1234568 is late"])


@given(_PROMPTS, ANSWERS.filter(lambda text: text is not None), ANSWERS, ANSWERS, st.sampled_from(["", "B", "42"]))
def test_the_whole_is_never_better_than_its_members_and_no_answer_never_helps(
    prompt: str, first: str, second: str | None, other: str | None, expected: str
) -> None:
    item = Item(id="1", cluster="1", request=b"{}", prompt=prompt, last_user=prompt, expected=expected)
    pair = Pair(item=item, incumbent=said(first), second=said(second), candidate=said(other))
    members = [outcome for check in FACTS for outcome in check.compare(pair)]
    whole = Whole(family="facts", members=FACTS).compare(pair)
    assert len(whole) == bool(members)
    for outcome in whole:
        assert outcome.a == min(each.a for each in members)
        assert (outcome.b is None) == (other is None)
        assert outcome.b is None or all(each.b is not None and outcome.b <= each.b for each in members)


@pytest.mark.parametrize(
    "piece", ["1,", "12:", "1/", "`", "1 January ", "\n", "a@", "[mail ", '"', "x-1-", "A) ", "A)\n", "answer is ", "*"]
)
def test_a_hostile_text_takes_bounded_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    since = time.perf_counter()
    for check in FACTS:
        item = Item(id="1", cluster="1", request=b"{}", prompt=text, last_user=text, expected="x")
        draw = said(text + "7")
        check.compare(Pair(item=item, incumbent=said(text + "8"), second=draw, candidate=said(text + "9")))
    assert time.perf_counter() - since < 10
