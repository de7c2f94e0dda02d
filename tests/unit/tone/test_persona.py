"""A persona's text: one sentence a setting, and simulated models that move in its direction and nowhere else."""

import msgspec
import pytest

from outlast.catalog.models import Model
from outlast.chat.conversation import Persona
from outlast.providers.script.model import think
from outlast.providers.script.profile import Profile
from outlast.providers.script.request import ChatRequest, Message, ResponseFormat
from outlast.providers.script.tokens import PrefixCache
from outlast.tone.effect import ABOUT, effect
from outlast.tone.feature import FEATURES
from outlast.tone.measure import measure
from outlast.tone.persona import BASES, CLOSING, DEGREES, OPENING, PERSONA_VERSION, heard, instructions

QUESTIONS = (
    "The lamp is broken and the parcel came late, what can be done about it now?",
    "What is 17 + 25?",
    "Tell me what a good plan for a rainy day in a small town looks like.",
    "My neighbour plays the trumpet at night and the walls between us are thin.",
)
SETTINGS = [(setting, degree) for setting in DEGREES for degree in ("less", "more")]
SHAPE = {"words", "sentence_words"}
"""A sentence more is longer; rates per 100 words are compared as counts below."""


def persona(setting: str, value: str) -> Persona:
    return msgspec.convert({setting: value}, Persona)


def asked(text: str, voice: Persona | None = None, *, json: bool = False) -> str:
    told = instructions(voice) if voice is not None else ""
    system = (Message("system", told),) if told else ()
    form = ResponseFormat("json_object") if json else None
    request = ChatRequest(model="m", messages=(*system, Message("user", text)), response_format=form)
    model = Model(provider="openai", id="gpt-4o", name="GPT-4o", kind="chat")
    return think(request, model, Profile(tone="warm"), PrefixCache()).said.text


def counts(text: str) -> dict[str, float]:
    """Features of a text as numbers that a longer text does not dilute."""
    values = measure(text, "en")
    per = max(values[0] or 0, 25) / 100
    return {
        feature.name: round(value * per if feature.unit == "per 100 words" else value, 6)
        for feature, value in zip(FEATURES, values, strict=True)
        if value is not None
    }


@pytest.mark.parametrize(("setting", "degree"), SETTINGS)
def test_with_each_setting_answers_move_in_its_direction(setting: str, degree: str) -> None:
    voice = persona(setting, degree)
    found = effect([asked(each) for each in QUESTIONS], [asked(each, voice) for each in QUESTIONS], voice)
    [moved] = found.moved
    wanted = "up" if degree == "more" else "down"
    # A model that writes no headings cannot write fewer.
    assert moved.way == ("not yet" if (setting, degree) == ("headings", "less") else wanted)
    assert (found.before, found.since) == (4, 4)


@pytest.mark.parametrize(("setting", "degree"), SETTINGS)
def test_and_only_there(setting: str, degree: str) -> None:
    allied = {"warmth": {"questions", "question_end", "first_person", "boosters"}, "headings": set[str]()}
    for question in QUESTIONS:
        before, since = counts(asked(question)), counts(asked(question, persona(setting, degree)))
        changed = {name for name in before if before[name] != since.get(name)}
        assert changed <= {*ABOUT[setting], *allied.get(setting, set()), *SHAPE}, question


@pytest.mark.parametrize("base", [base for base in BASES if base not in ("default", "efficient")])
def test_a_base_style_changes_what_is_said_and_none_of_the_degrees(base: str) -> None:
    for question in QUESTIONS:
        plain, styled = asked(question), asked(question, persona("base", base))
        assert styled != plain
        assert {name for name in counts(plain) if counts(plain)[name] != counts(styled)[name]} <= SHAPE


ALL = Persona(base="quirky", warmth="more", enthusiasm="more", headings="more", emoji="more", instructions="Rhyme.")


@pytest.mark.parametrize("thing", ["Say: ```python\nprint(1)\n```", 'Say: {"a": 1}', "Write 30 words, please."])
def test_what_is_asked_for_as_a_thing_is_the_same_to_the_byte(thing: str) -> None:
    assert asked(thing, ALL) == asked(thing)
    assert asked("What is 1 + 2?", ALL, json=True) == asked("What is 1 + 2?", json=True)
    assert asked("What is 1 + 2?", ALL) != asked("What is 1 + 2?")


def test_without_a_wish_nothing_is_said() -> None:
    assert instructions(Persona()) == ""


def test_the_text_is_one_paragraph_and_the_persons_own_words_stand_behind_it() -> None:
    text = instructions(ALL)
    ours, _, own = text.partition("\n\n")
    assert "\n" not in ours
    assert ours.startswith(OPENING)
    assert ours.endswith(CLOSING)
    assert str(PERSONA_VERSION) in OPENING
    assert own == "The person's own wishes: Rhyme."


@pytest.mark.parametrize(("setting", "degree"), [*SETTINGS, *(("base", base) for base in BASES if base != "default")])
def test_what_was_chosen_can_be_heard_and_nothing_else(setting: str, degree: str) -> None:
    assert heard(instructions(persona(setting, degree))) == {setting: degree}


def test_a_later_persona_counts_more_than_an_earlier_one() -> None:
    both = instructions(persona("warmth", "less")) + "\n" + instructions(persona("warmth", "more"))
    assert heard(both) == {"warmth": "more"}
    assert heard("Be warmer than usual.") == {}


def test_without_answers_nothing_is_measured() -> None:
    assert not effect([], ["Well."]).measured
    assert effect(["A."], ["A."], persona("emoji", "more")).moved[0].way == "not yet"
    assert effect(["A \U0001f600."], ["A."], persona("emoji", "more")).moved[0].way == "against"
