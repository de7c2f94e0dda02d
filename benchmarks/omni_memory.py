"""Whether the local engine still answers right when much was said before the question.

``PYTHONPATH=. python benchmarks/omni_memory.py`` asks the same held-out questions of the curriculum behind more and
more typed talk of other skills, so many positions of it, and counts answers that hold what they must. ``facts`` are
told before that talk and asked for behind it; all other questions need nothing of what was said. ``--recent`` sets what
a turn finds of those before it (``omni.memory.Bounds``): 0 is nothing, 3000 is all.
"""

import argparse
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.report import machine, save, table
from bench.talking import weights_of
from omni_latency import wilson
from training.curriculum.exchange import Turn
from training.curriculum.mixture import SKILLS

from outlast.omni.engine import Manner, Opening, Said
from outlast.omni.memory import Bounds
from outlast.omni.mini import Mini
from outlast.omni.vocabulary import Vocabulary

RESULTS = Path(__file__).parent / "results" / "omni_memory.json"
SIGNS = 4
"""Positions of a turn and its answer beside their text."""
QUESTIONS = ("plus", "larger", "clock", "calendar", "convert", "small talk", "beyond")
TALK = ("small talk", "beyond", "calendar", "larger", "convert", "clock")
FACTS = "remember"
BARE = Manner(warmth="less")
"""In which an answer says nothing more."""


@dataclass(frozen=True, slots=True)
class Question:
    """One, and what belongs before all other talk."""

    told: tuple[Turn, ...]
    asked: Turn


def questions(names: Sequence[str], count: int, rng: random.Random) -> list[Question]:
    """So many of each skill."""
    found = []
    for name in names:
        for _ in range(count):
            turns = SKILLS[name][0](rng, "held out").turns
            found.append(Question(turns[:-1], turns[-1]))
    return found


def talk(positions: int, words: Vocabulary, rng: random.Random) -> Iterator[Turn]:
    """Exchanges of other skills until they take that many positions."""
    while positions > 0:
        turn = SKILLS[rng.choice(TALK)][0](rng, "taught").turns[0]
        positions -= len(words.encode(" " + turn.said)) + len(words.encode(" " + turn.answer)) + SIGNS
        yield turn


def right(engine: Mini, question: Question, between: Iterable[Turn]) -> bool:
    """Tell, talk, ask: as a conversation that is sent again with every call, in which thoughts are not kept."""
    session = engine.open(Opening(manner=BARE, longest_answer=48))
    for turn in (*question.told, *between):
        session.push_text(turn.said)
        session.recall(turn.answer)
    session.push_text(question.asked.said)
    answer = "".join(event.text for event in session.answer() if isinstance(event, Said)).lower()
    return question.asked.key in answer if question.asked.key else question.asked.answer.lower() == answer


def main() -> None:
    """Ask, show and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, help="weights; the newest snapshot of the package without it")
    parser.add_argument("--before", type=int, nargs="+", default=[0, 50, 100, 200, 400, 800, 1_600], help="positions")
    parser.add_argument("--count", type=int, default=20, help="questions of each skill, and five times that of facts")
    parser.add_argument(
        "--recent", type=int, help="positions that a new turn finds; the engine's own number without it"
    )
    parser.add_argument("--skills", nargs="+", default=list(QUESTIONS), help="of the questions that need no facts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", type=Path, default=RESULTS)
    given = parser.parse_args()
    weights = weights_of(given.file)
    engine = Mini(weights, bounds=None if given.recent is None else Bounds(recent=given.recent))
    words, chance = Vocabulary(weights.head.pieces), random.Random(given.seed)  # noqa: S311 - a draw of questions
    sets = {
        "questions": questions(given.skills, given.count, chance),
        "facts": questions((FACTS,), 5 * given.count, chance),
    }
    lines = []
    for before in given.before:
        hits = {
            name: sum(
                right(engine, one, talk(before, words, random.Random(f"{given.seed} {number}")))  # noqa: S311 - talk
                for number, one in enumerate(asked)
            )
            for name, asked in sets.items()
        }
        lines.append({"before": before} | hits)
        print(lines[-1], file=sys.stderr)
    rows = [[f"{line['before']}", *(wilson(line[name], len(asked)) for name, asked in sets.items())] for line in lines]
    print(
        f"python {' '.join(sys.argv)}: {weights.head.name}, {', '.join(f'{len(sets[name])} {name}' for name in sets)}\n"
    )
    print(table(["positions of talk before", *(f"{name} right" for name in sets)], rows))
    kept = {"machine": machine(), "command": sys.argv, "model": weights.head.name, "lines": lines}
    save(given.save, kept | {"of": {name: len(asked) for name, asked in sets.items()}})


if __name__ == "__main__":
    main()
