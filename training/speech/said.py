"""The words that lessons say, as classes: what the auxiliary heads of ears and mouth are asked for.

It knows ``said.txt`` and how it is made. It does not know where words stand in a sound (``recording``). A list that
changes asks for new lessons and new heads, not for another network: heads are left behind when weights are exported.

    python -m training.speech.said     counts again
"""

import random
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Final

NO_WORD: Final = 0
"""Before the first word, and behind the last."""
UNKNOWN: Final = -1
_KEPT: Final = Path(__file__).with_name("said.txt")


@lru_cache(maxsize=1)
def classes() -> dict[str, int]:
    """Each word's class, from 1 on."""
    return {word: number for number, word in enumerate(_KEPT.read_text("utf-8").splitlines(), 1)}


def word_class(word: str) -> int:
    """Its class, in whatever case and between whatever signs; -1 for a rare one."""
    return classes().get(word.lower().strip(".,?!;:'\""), UNKNOWN)


def _counted(draws: int, least: int) -> list[str]:
    """What is said at least so often in so many exchanges and as many mixed texts."""
    from training.curriculum.mixture import draw_exchange  # noqa: PLC0415 (these know the classes' users)
    from training.speech.mixed import mixed  # noqa: PLC0415
    from training.speech.wording import spoken  # noqa: PLC0415

    rng = random.Random(20_260_102)
    found: Counter[str] = Counter()
    for _ in range(draws):
        texts = [text for turn in draw_exchange(rng, "taught").turns for text in (turn.said, turn.answer)]
        for text in (*texts, mixed(rng)):
            found.update(word.lower().strip(".,?!;:'\"") for word in spoken(text, rng).split())
    return sorted(word for word, times in found.items() if times >= least and word)


if __name__ == "__main__":
    _KEPT.write_text("".join(f"{word}\n" for word in _counted(30_000, 10)), encoding="utf-8")
