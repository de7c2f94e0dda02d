"""The stages of one course: what is taught when, how often, how fast, and when it is enough.

It knows shares and numbers. It does not know how anything is drawn (``training.lessons``) or learnt
(``training.learn``). The order follows what failed: sums asked by voice are never learnt through sound, and nothing
else is before digits are found where they stand.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from training.curriculum.manners import FIRST, SECOND, Character
from training.learn import Course
from training.lessons import Kind, Lessons
from training.positions import Positions
from training.rows import Rows, pack
from training.together import rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One part of the course; it begins with the network that ``after`` ended with."""

    name: str
    after: str | None
    course: Course
    shares: Mapping[Kind, float]
    """Of the positions' conversations, by kind."""
    characters: tuple[Character, ...] = (FIRST, SECOND)
    rows: int = 8
    """Of each process."""
    length: int = 256

    def batch(self, lessons: Lessons, seed: int, step: int) -> Rows:
        """What this process is given in one step; it hangs on the seed, the stage, the step and the process alone."""
        rng = random.Random(f"{seed} {self.name} {step} {rank()}")
        return pack(self._draw(lessons, rng), rows=self.rows, length=self.length)

    def _draw(self, lessons: Lessons, rng: random.Random) -> Iterator[Positions]:
        kinds, shares = list(self.shares), list(self.shares.values())
        while True:
            kind = rng.choices(kinds, shares)[0]
            yield lessons.draw(kind, rng, rng.choice(self.characters))


WHOLE: Final[Mapping[Kind, float]] = {
    "typed": 0.18,
    "talk": 0.09,
    "shown": 0.2,
    "heard": 0.15,
    "heard and shown": 0.02,
    "transcribed": 0.08,
    "spoken": 0.1,
    "read aloud": 0.08,
    "numbers": 0.11,
}
MORE: Final[Mapping[Kind, float]] = {
    "typed": 0.09,
    "talk": 0.09,
    "shown": 0.16,
    "writing": 0.1,
    "heard": 0.14,
    "heard and shown": 0.01,
    "transcribed": 0.05,
    "mixed": 0.09,
    "spoken": 0.1,
    "read aloud": 0.04,
    "numbers": 0.04,
    "sayings": 0.09,
}
"""What means nothing keeps ears and mouth from learning sentences by heart."""
FURTHER: Final[Mapping[Kind, float]] = {
    "typed": 0.12,
    "talk": 0.1,
    "shown": 0.14,
    "writing": 0.08,
    "heard": 0.15,
    "heard and shown": 0.01,
    "transcribed": 0.06,
    "mixed": 0.07,
    "spoken": 0.12,
    "read aloud": 0.04,
    "numbers": 0.03,
    "sayings": 0.08,
}
"""Sums that are typed want to be met more often than they are in MORE, or what was known of them is lost."""
AGAIN: Final[Mapping[Kind, float]] = {
    "typed": 0.09,
    "talk": 0.07,
    "beyond": 0.04,
    "shown": 0.12,
    "writing": 0.05,
    "heard": 0.18,
    "heard and shown": 0.01,
    "transcribed": 0.09,
    "mixed": 0.12,
    "spoken": 0.11,
    "read aloud": 0.03,
    "numbers": 0.02,
    "sayings": 0.07,
}
"""Behind FURTHER what is typed is known, and even lessons that were heard often are written down with faults."""
ALTERED: Final[Mapping[Kind, float]] = {
    "typed": 0.09,
    "talk": 0.06,
    "beyond": 0.035,
    "shown": 0.1,
    "writing": 0.025,
    "heard": 0.2,
    "heard and shown": 0.01,
    "transcribed": 0.12,
    "mixed": 0.16,
    "spoken": 0.11,
    "read aloud": 0.02,
    "numbers": 0.02,
    "sayings": 0.05,
}
"""Behind AGAIN nine of ten lessons are written down without a fault, and of what was never heard seven: it wants more
to hear, three times as much, and each time altered."""
STAGES: Final = (
    Stage(name="sums", after=None, course=Course(300), shares={"sums": 1.0}, characters=(SECOND,), rows=4),
    Stage(
        name="text",
        after="sums",
        course=Course(700),
        shares={"typed": 0.55, "sums": 0.3, "shown": 0.15},
        rows=10,
        length=160,
    ),
    Stage(
        name="calm",
        after="text",
        course=Course(80, matrices_rate=0.01, others_rate=1e-3, calm=1.0),
        shares={"typed": 0.55, "sums": 0.3, "shown": 0.15},
        rows=10,
        length=160,
    ),
    Stage(
        name="ears",
        after="calm",
        course=Course(1_400, matrices_rate=0.012, others_rate=1.2e-3, calm=0.3),
        shares={"typed": 0.3, "sums": 0.03, "shown": 0.1, "heard": 0.37, "transcribed": 0.2},
    ),
    Stage(
        name="whole",
        after="ears",
        course=Course(4_100, matrices_rate=0.01, others_rate=1e-3, codes_count=1.0, calm=0.75),
        shares=WHOLE,
    ),
    Stage(
        name="more",
        after="whole",
        course=Course(8_000, matrices_rate=0.01, others_rate=1e-3, codes_count=0.6, calm=0.6),
        shares=MORE,
    ),
    Stage(
        name="further",
        after="more",
        course=Course(7_800, matrices_rate=0.006, others_rate=6e-4, codes_count=0.6, calm=1.0),
        shares=FURTHER,
    ),
    Stage(
        name="again",
        after="further",
        course=Course(5_000, matrices_rate=0.005, others_rate=5e-4, codes_count=0.6, calm=1.0),
        shares=AGAIN,
    ),
    Stage(
        name="altered",
        after="again",
        course=Course(6_200, matrices_rate=0.006, others_rate=6e-4, codes_count=0.6, calm=1.0),
        shares=ALTERED,
    ),
    *(
        Stage(
            name=f"omni-mini-{number}",
            after="altered",
            course=Course(350, matrices_rate=0.0015, others_rate=1.5e-4, codes_count=0.6, calm=1.0),
            shares={**ALTERED, "ability": 0.08, "sums": 0.12, "shown": 0.2, "beyond": 0.07},
            characters=(character,),
        )
        for number, character in ((1, FIRST), (2, SECOND))
    ),
)
"""About six and a half hours on two cores that multiply in 16 bits (``--short``), half as much again on others. Between
``altered`` and the last two what is claimed is examined, and written down in ``curriculum.small_talk``."""
