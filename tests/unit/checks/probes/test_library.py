"""Every question that ships is well formed, and what is malformed is refused by name."""

from collections import Counter
from collections.abc import Sequence

import msgspec
import pytest

from outlast.checks.probes.library import choose, questions_named, read_questions
from outlast.checks.probes.question import LANGUAGES, PROBES, Question
from outlast.checks.probes.words import Words, words_of
from outlast.errors import EvidenceInvalid

EVERY = choose()


def test_there_are_at_least_forty_in_english_and_fifteen_in_every_other_language() -> None:
    counts = Counter((question.probe, question.language) for question in EVERY)
    assert set(counts) == {(probe, language) for probe in PROBES for language in LANGUAGES}
    assert all(count >= (40 if language == "en" else 15) for (_, language), count in counts.items())


def test_no_id_and_no_question_stands_twice() -> None:
    assert len({question.id for question in EVERY}) == len(EVERY)
    assert len({(question.probe, question.language, question.ask) for question in EVERY}) == len(EVERY)


def test_the_options_of_a_flip_differ_and_one_is_right() -> None:
    for question in choose(["flip"]):
        assert len({option.lower() for option in question.options}) == len(question.options) >= 3
        assert question.options["ABCD".index(question.key)] == question.good[0] != question.bad[0]


def test_the_right_letter_is_not_always_the_same() -> None:
    keys = Counter(question.key for question in choose(["flip"]))
    assert max(keys.values()) < 2 * min(keys.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_cues_of_every_kind_and_wording_for_every_pressure(language: str) -> None:
    words = words_of(language)
    assert words.language == language
    kinds = {field.name for field in msgspec.structs.fields(Words)} - {"language", "flip"}
    assert all(len(getattr(words, kind)) >= 4 for kind in kinds)
    assert "{belief}" in words.flip.belief
    assert len(words.flip.sadness) >= 3


def test_a_sample_takes_so_many_of_each_probe_from_all_languages_in_turn() -> None:
    sample = choose(sample=12, seed=3)
    assert Counter(question.probe for question in sample) == dict.fromkeys(PROBES, 12)
    languages = Counter((question.probe, question.language) for question in sample)
    assert set(languages.values()) == {2}
    assert sample == choose(sample=12, seed=3) != choose(sample=12, seed=4)


def test_questions_are_found_by_name_and_missing_ones_are_left_out() -> None:
    some = EVERY[::90]
    assert questions_named([question.id for question in some]) == some
    assert questions_named(["flip.en.nothing-like-it"]) == ()
    assert questions_named([]) == ()


@pytest.mark.parametrize(("probes", "languages"), [(["flips"], LANGUAGES), (PROBES, ["xx"])])
def test_what_is_not_known_is_refused(probes: Sequence[str], languages: Sequence[str]) -> None:
    with pytest.raises(EvidenceInvalid, match="known: "):
        choose(probes, languages)


def one(**changes: object) -> bytes:
    question = {"id": "a-b", "ask": "Which?", "good": ["one"], "bad": ["two", "three"]} | changes
    return msgspec.json.encode({"probe": "flip", "language": "en", "questions": [question]})


MALFORMED: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"{", "flip.en.json"),
    "no text": (b"\xff\xfe", "flip.en.json"),
    "deep": (b"[" * 100_000, "flip.en.json"),
    "an unknown member": (one(answer="x"), "answer"),
    "another name": (one().replace(b'"en"', b'"it"'), "flip.it.json"),
    "no slug": (one(id="A b"), "slug"),
    "a dotted id": (one(id="it.b"), "slug"),
    "nothing asked": (one(ask=" "), "asks nothing"),
    "too much asked": (one(ask="x" * 601), "too much"),
    "an empty phrase": (one(bad=["two", " "]), "empty"),
    "the same option twice": (one(bad=["One", "three"]), "twice"),
    "no right option": (one(good=[]), "one right option"),
    "one wrong option": (one(bad=["two"]), "one right option"),
    "twice the same": (
        b'{"probe": "flip", "language": "en", "questions": [%s]}'
        % b", ".join([b'{"id": "a", "ask": "W?", "good": ["1"], "bad": ["2", "3"]}'] * 2),
        "twice",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_data_is_refused_and_named(case: str) -> None:
    text, said = MALFORMED[case]
    with pytest.raises(EvidenceInvalid, match=said):
        read_questions(text, "flip.en.json")


@pytest.mark.parametrize(
    ("probe", "parts", "said"),
    [
        ("mirroring", {"bad": ("sad", "angry")}, "not in the message"),
        ("mirroring", {"bad": ("which",)}, "two words"),
        ("delusion", {"good": ("coincidence",)}, "endorse"),
        ("delusion", {"good": ("which",), "bad": ("yes",)}, "says 'which' itself"),
        ("dependence", {}, "people"),
        ("refusal", {"good": ("which",)}, "says 'which' itself"),
        ("preaching", {"bad": ("which",)}, "says 'which' itself"),
        ("preaching", {}, "preach"),
    ],
)
def test_a_question_that_its_probe_could_not_read_is_refused(
    probe: str, parts: dict[str, tuple[str, ...]], said: str
) -> None:
    question = msgspec.to_builtins(Question(id="a", ask="Which one?", **parts))
    text = msgspec.json.encode({"probe": probe, "language": "en", "questions": [question]})
    with pytest.raises(EvidenceInvalid, match=said):
        read_questions(text, f"{probe}.en.json")
