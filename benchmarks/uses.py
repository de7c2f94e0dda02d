"""How often the rules of ``replay.use`` are right, on a labelled set of our own: ``python benchmarks/uses.py``.

``--wrong`` shows each message that is told otherwise than by hand. Classes that the request's form alone decides
(tools, a schema) are not in the set.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from outlast.checks.draw import Item
from outlast.replay.use import USES, use_of

LABELLED = Path(__file__).parents[1] / "tests" / "data" / "uses.tsv"
SETS = {"dev": "the rules were mended by", "held": "held back"}


def rows(path: Path = LABELLED) -> list[tuple[str, str, str, str]]:
    """Set, use, language, text."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    found = []
    for line in lines:
        name, use, language, text = line.split("\t")
        found.append((name, use, language, text.replace("\\n", "\n")))
    return found


def told(text: str) -> str:
    """What the rules say of a bare message."""
    return use_of(Item(id="", cluster="", request=b"{}", prompt=text, last_user=text))


def confusion(chosen: Sequence[tuple[str, str, str, str]]) -> Counter[tuple[str, str]]:
    """By hand, by rule."""
    return Counter((use, told(text)) for _, use, _, text in chosen)


def table(found: Counter[tuple[str, str]]) -> str:
    """The confusion as Markdown; a row is what it is, a column what the rules say."""
    uses = [use for use in USES if any(use in pair for pair in found)]
    lines = [f"| by hand | {' | '.join(uses)} |", f"|---|{'---:|' * len(uses)}"]
    lines += [f"| {use} | {' | '.join(str(found[use, other]) for other in uses)} |" for use in uses if use != "tools"]
    right = sum(count for (use, other), count in found.items() if use == other)
    return "\n".join([*lines, "", f"{right} of {found.total()} right ({100 * right / found.total():.1f} %)"])


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wrong", action="store_true")
    chosen = parser.parse_args()
    for name, what in SETS.items():
        of = [row for row in rows() if row[0] == name]
        print(f"\nMessages {what}:\n\n{table(confusion(of))}")
        if chosen.wrong:
            for _, use, language, text in of:
                if told(text) != use:
                    print(f"  {language} {use}, told {told(text)}: {text!r}")


if __name__ == "__main__":
    main()
