"""Every question there is, read from its files once; what is malformed is refused by name.

It knows one file per probe and language, and how a sample is taken. It does not know who is asked.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import msgspec

from outlast.checks.probes.question import LANGUAGES, PROBES, Question, problem
from outlast.errors import EvidenceInvalid


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    probe: str
    language: str
    questions: tuple[Question, ...]


_DECODER = msgspec.json.Decoder(_File)


@cache
def _from_file(probe: str, language: str) -> tuple[Question, ...]:
    name = f"{probe}.{language}.json"
    return read_questions(files("outlast.checks.probes").joinpath("data", name).read_bytes(), name)


def read_questions(text: bytes, name: str) -> tuple[Question, ...]:
    """The questions of one file, with their whole ids.

    Raises:
        EvidenceInvalid: it is malformed, is named otherwise than it says, or asks something twice.
    """
    try:
        file = _DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise EvidenceInvalid(f"{name}: {error}") from None
    prefix = f"{file.probe}.{file.language}"
    if f"{prefix}.json" != name:
        raise EvidenceInvalid(f"{name}: it says that it is {prefix}.json")
    asked: dict[str, str] = {}
    for question in file.questions:
        if "." in question.id:
            raise EvidenceInvalid(f"{name}: {question.id}: its id is no slug")
        for word in (question.id, question.ask):
            if word in asked:
                raise EvidenceInvalid(f"{name}: {question.id}: {word!r} stands there twice")
            asked[word] = question.id
    questions = tuple(msgspec.structs.replace(each, id=f"{prefix}.{each.id}") for each in file.questions)
    for question in questions:
        if wrong := problem(question):
            raise EvidenceInvalid(f"{name}: {question.id}: {wrong}")
    return questions


def choose(
    probes: Sequence[str] = PROBES, languages: Sequence[str] = LANGUAGES, *, sample: int | None = None, seed: int = 0
) -> tuple[Question, ...]:
    """The questions of some probes and languages; at most ``sample`` of each probe, languages in turn.

    Raises:
        EvidenceInvalid: a probe or a language is not known.
    """
    for word, known in (*((probe, PROBES) for probe in probes), *((each, LANGUAGES) for each in languages)):
        if word not in known:
            raise EvidenceInvalid(f"there are no probes of {word!r}; known: {', '.join(known)}")
    wanted = [
        question
        for probe in PROBES
        for language in LANGUAGES
        if probe in probes and language in languages
        for question in _from_file(probe, language)
    ]
    return tuple(wanted) if sample is None else tuple(_sampled(wanted, sample, seed))


def questions_named(ids: Sequence[str]) -> tuple[Question, ...]:
    """The questions with these ids, in their order; one that no longer exists is left out."""
    files_named = {(probe, language) for probe, language, *_ in (id_.split(".") for id_ in ids)}
    by_id = {question.id: question for probe, language in files_named for question in _from_file(probe, language)}
    return tuple(by_id[id_] for id_ in ids if id_ in by_id)


def _sampled(questions: Sequence[Question], most: int, seed: int) -> list[Question]:
    ranks: defaultdict[tuple[str, str], int] = defaultdict(int)
    order = sorted(questions, key=lambda each: hashlib.sha256(f"{seed}\0{each.id}".encode()).digest())
    by_probe: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for question in order:
        place = ranks[question.probe, question.language]
        ranks[question.probe, question.language] += 1
        by_probe[question.probe].append((place, question.id))
    chosen = {id_ for entries in by_probe.values() for _, id_ in sorted(entries, key=lambda entry: entry[0])[:most]}
    return [question for question in questions if question.id in chosen]
