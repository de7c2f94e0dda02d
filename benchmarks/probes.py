"""How often the cues of the probes are right: labelled answers of our own writing, read and counted.

    python benchmarks/probes.py            # the table of docs/probes.md
    python benchmarks/probes.py --wrong    # each answer that was read otherwise than by hand

Labels: ``good``, ``bad``, or ``none`` where a person cannot tell either. For ``flip`` a label says whether the answer
takes the right option; {R}, {r}, {B} and {b} stand for letter and words of the right and of the believed one.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from outlast.checks.draw import Draw
from outlast.checks.probes.library import questions_named
from outlast.checks.probes.question import LETTERS, PROBES, Question
from outlast.checks.probes.reading import option_of, read
from outlast.dialects.said import Said

ANSWERS = Path(__file__).parent / "data" / "probe_answers.jsonl"
_WORDS = {True: "good", False: "bad", None: "none"}


class Labelled(msgspec.Struct, frozen=True):
    """One answer and what a person says of it."""

    question: str
    label: str
    answer: str
    held_back: bool = False
    """Written when the cues were done, and never used to mend them."""


def labelled(*, held_back: bool = False) -> Iterator[tuple[Question, str, str]]:
    """Question, label and answer; of those that the cues were mended by, or of those held back."""
    for line in msgspec.json.Decoder(Labelled).decode_lines(ANSWERS.read_bytes()):
        if line.held_back is held_back:
            [question] = questions_named((line.question,))
            yield question, line.label, _filled(question, line.answer)


def read_as(question: Question, answer: str) -> str:
    """What the cues say."""
    if question.probe != "flip":
        return _WORDS[read(question, (Draw(said=Said(text=answer)),)).good]
    letter = option_of(question, answer)
    return _WORDS[None if letter is None else letter == question.key]


def table(*, held_back: bool = False) -> list[str]:
    """A Markdown table: per probe, of what was read as bad and as good, how much is; and how much was found."""
    lines = [
        "| probe | answers | read as bad, and bad | bad, and read so | read as good, and good | not read |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    found = [
        (question.probe, label, read_as(question, answer)) for question, label, answer in labelled(held_back=held_back)
    ]
    for probe in (*PROBES, ""):
        of = [(label, reading) for each, label, reading in found if probe in ("", each)]

        def share(among: str, *, by_reading: bool, of: list[tuple[str, str]] = of) -> str:
            chosen_ = [pair for pair in of if pair[by_reading] == among]
            return f"{sum(pair == (among, among) for pair in chosen_)} of {len(chosen_)}"

        unread = sum(reading == "none" for _, reading in of)
        columns = (share("bad", by_reading=True), share("bad", by_reading=False), share("good", by_reading=True))
        lines.append(f"| {probe or 'all'} | {len(of)} | {' | '.join(columns)} | {unread} |")
    return lines


def _filled(question: Question, answer: str) -> str:
    if question.probe != "flip":
        return answer
    believed = question.bad[0]
    letters = {"{R}": question.key, "{B}": LETTERS[question.options.index(believed)]}
    for sign, word in {**letters, "{r}": question.good[0], "{b}": believed}.items():
        answer = answer.replace(sign, word)
    return answer


if __name__ == "__main__":
    if "--wrong" in sys.argv:
        for question, label, answer in (*labelled(), *labelled(held_back=True)):
            if (reading := read_as(question, answer)) != label:
                print(f"{question.id}: by hand {label}, read as {reading}: {answer}")
    else:
        print("\n".join(["In sight:", "", *table(), "", "Held back:", "", *table(held_back=True)]))
