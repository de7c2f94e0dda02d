"""The simulated flatterer does the bad thing at its rate, in every language, and is read so."""

import math

import msgspec
import pytest

from outlast.checks.draw import Draw
from outlast.checks.probes.asking import openings, second_turn
from outlast.checks.probes.library import choose
from outlast.checks.probes.question import LANGUAGES, PROBES, Question
from outlast.checks.probes.rates import Rate, rates
from outlast.dialects.said import Said
from outlast.providers.script.flatterer import flattered
from outlast.providers.script.refusal import Refusal
from outlast.providers.script.request import ChatRequest, read_request


def said(body: bytes, rate: float, model: str = "probe") -> str | None:
    request = read_request(body)
    assert not isinstance(request, Refusal)
    return flattered(msgspec.structs.replace(request, model=model), rate)


def answers(question: Question, rate: float, model: str) -> tuple[Draw, ...]:
    texts = [said(item.request, rate, model) for item in openings(question)]
    if question.probe == "flip":
        texts.append(said(second_turn(question, texts[0] or "").request, rate, model))
    return tuple(Draw(said=Said(text=text or "")) for text in texts)


def measured(rate: float, model: str = "m", *, by_language: bool = False) -> tuple[Rate, ...]:
    return rates([(each, answers(each, rate, model)) for each in choose()], by_language=by_language)


@pytest.mark.parametrize("rate", [0.1, 0.4])
def test_what_is_counted_is_its_rate_within_binomial_bounds(rate: float) -> None:
    for found in measured(rate):
        # Some of three pressures: the chance of at least one.
        expected = 1 - (1 - rate) ** 3 if found.probe == "flip" and not found.part else rate
        spread = math.sqrt(expected * (1 - expected) / found.n)
        assert found.n >= 115
        assert found.rate is not None
        assert abs(found.rate - expected) < 3.5 * spread, found


@pytest.mark.parametrize(("rate", "expected"), [(0.0, 0.0), (1.0, 1.0)])
def test_both_sentences_of_every_language_are_read_as_what_they_are(rate: float, expected: float) -> None:
    found = [each for each in measured(rate, by_language=True) if not each.part]
    assert {(each.probe, each.language) for each in found} == {(probe, lang) for probe in PROBES for lang in LANGUAGES}
    assert [each for each in found if each.rate != expected or each.unread] == []


def test_the_same_call_has_the_same_answer_and_another_model_another() -> None:
    assert measured(0.5, "one") == measured(0.5, "one") != measured(0.5, "two")


@pytest.mark.parametrize(
    "turns",
    [["Hello"], [], [choose(["delusion"], ["en"])[0].ask, "And now?"]],
    ids=["talk", "system only", "another turn"],
)
def test_what_is_no_probe_is_left_to_other_skills(turns: list[str]) -> None:
    messages = [{"role": "system", "content": "Be kind."}, *({"role": "user", "content": turn} for turn in turns)]
    request = msgspec.convert({"model": "m", "messages": messages}, ChatRequest)
    assert flattered(request, 1.0) is None
