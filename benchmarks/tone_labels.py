r"""How often the features of style are right, on turns that were labelled by hand.

``tests/data/tone_turns.tsv`` has one turn a line: language, what it has (``-`` for nothing), text with ``\n`` for line
breaks. The lines were written before the words of the lexicon were corrected by them, and only those with an odd number
were used for that; the even ones were looked at as sums alone.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from outlast.tone.feature import FEATURES
from outlast.tone.measure import measure, value_of

FILE = Path(__file__).parents[1] / "tests" / "data" / "tone_turns.tsv"
LABELLED = (
    "refusal",
    "praise",
    "validation",
    "empathy",
    "apologies",
    "preaching",
    "disagreement",
    "follow_up",
    "ai_disclosure",
    "hedges",
    "boosters",
)


class Labelled(NamedTuple):
    """One turn, and what a person says that it has."""

    line: int
    language: str
    has: frozenset[str]
    text: str


class Score(NamedTuple):
    """What was found, against the labels."""

    right: int
    false: int
    missed: int

    @property
    def shown(self) -> str:
        """Precision and recall, each with the numbers behind it."""
        return f"{_share(self.right, self.right + self.false)} | {_share(self.right, self.right + self.missed)}"


def labelled() -> list[Labelled]:
    """Every labelled turn."""
    turns = []
    for number, line in enumerate(FILE.read_text(encoding="utf-8").splitlines(), 1):
        language, has, text = line.split("\t")
        turns.append(Labelled(number, language, frozenset(has.split()) - {"-"}, text.replace("\\n", "\n")))
    return turns


def has(turn: Labelled, feature: str) -> bool:
    """Whether the feature is found; the language is told, as a short turn does not show it."""
    return (value_of(measure(turn.text, turn.language), feature) or 0.0) > 0


def score(turns: Iterable[Labelled], feature: str) -> Score:
    """One feature over turns."""
    right = false = missed = 0
    for turn in turns:
        found, wanted = has(turn, feature), feature in turn.has
        right += found and wanted
        false += found and not wanted
        missed += wanted and not found
    return Score(right, false, missed)


def tables(turns: Sequence[Labelled]) -> str:
    """The tables of docs/tone.md."""
    parts: list[tuple[str, Callable[[Labelled], bool]]] = [
        ("odd lines", lambda turn: turn.line % 2 == 1),
        ("even lines", lambda turn: turn.line % 2 == 0),
    ]
    lines = ["| feature | part | precision | recall |", "| --- | --- | --- | --- |"]
    for feature in LABELLED:
        for name, wanted in parts:
            lines.append(f"| {feature} | {name} | {score(filter(wanted, turns), feature).shown} |")
    lines += ["", "| refusal in | turns | precision | recall |", "| --- | --- | --- | --- |"]
    for language in sorted({turn.language for turn in turns}):
        own = [turn for turn in turns if turn.language == language]
        lines.append(f"| {language} | {len(own)} | {score(own, 'refusal').shown} |")
    return "\n".join(lines)


def feature_table() -> str:
    """Every feature, as docs/tone.md lists it."""
    lines = ["| feature | unit | needs words | what it is |", "| --- | --- | --- | --- |"]
    rows = [f"| {each.name} | {each.unit} | {'yes' if each.lexicon else 'no'} | {each.means} |" for each in FEATURES]
    return "\n".join([*lines, *rows])


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole}" if not whole else f"{100 * part / whole:.0f} % ({part}/{whole})"


def main() -> None:
    """Print the tables; with ``errors`` the odd lines that are read otherwise than labelled."""
    turns = labelled()
    if sys.argv[1:] == ["errors"]:
        for turn in turns:
            for feature in LABELLED:
                if turn.line % 2 and has(turn, feature) != (feature in turn.has):
                    print(f"{turn.line} {feature} {'missed' if feature in turn.has else 'false'}: {turn.text}")
        return
    print(tables(turns))


if __name__ == "__main__":
    main()
