"""Whose voices teach the ears, and whose are kept for the examination.

It knows names, and that what is held out is a whole voice: never an utterance of one that teaches. It does not know how
voices sound. Voices of Piper and festival (``others``) teach nothing at all; the mouth's own voice examines nothing.
"""

import random
from dataclasses import dataclass
from typing import Final, Literal

Family = Literal["espeak", "flite", "festival", "piper"]


@dataclass(frozen=True, slots=True)
class Voice:
    """One speaker of one synthesiser."""

    family: Family
    name: str

    def __str__(self) -> str:
        return f"{self.family}:{self.name}"


ACCENTS: Final = {
    "en-US": 5.0, "en": 3.0, "en-GB-x-rp": 2.0, "en-US-nyc": 1.0, "en-GB-scotland": 1.0, "en-GB-x-gbcwmd": 0.5,
    "en-029": 0.5,
}  # fmt: skip
"""Accents that teach, and how often each."""
HELD_OUT_ACCENT: Final = "en-GB-x-gbclan"
TIMBRES: Final = (
    "", "Alex", "Alicia", "Andy", "Annie", "AnxiousAndy", "Denis", "Diogo", "Henrique", "Hugo", "Jacky", "Lee", "Mario",
    "Michael", "Mike", "Mr serious", "Nguyen", "RicishayMax", "adam", "anika", "announcer", "antonio", "aunty",
    "benjamin", "boris", "caleb", "croak", "david", "ed", "edward", "edward2", "f1", "f2", "f3", "f5", "grandma",
    "grandpa", "gustave", "ian", "john", "kaukovalta", "klatt2", "klatt3", "klatt5", "m1", "m2", "m3", "m4", "m6", "m7",
    "marcelo", "max", "michel", "miguel", "mike2", "norbert", "pablo", "paul", "rob", "robert", "sandro", "shelby",
    "travis", "zac",
)  # fmt: skip
HELD_OUT_TIMBRES: Final = (
    "Andrea", "Gene", "Gene2", "Marco", "Reed", "belinda", "f4", "iven", "iven2", "iven3", "iven4", "klatt4", "linda",
    "m5", "m8", "pedro", "quincy", "steph", "steph2", "steph3", "victor",
)  # fmt: skip
"""With their relatives of the same name."""
TAUGHT_FLITE: Final = ("slt", "rms", "kal16")
HELD_OUT_FLITE: Final = ("awb",)
FLITE_SHARE: Final = 0.25
"""Of the lessons: ears that know one family hardly understand another. What it holds out is only a voice."""
FESTIVAL: Final = ("ked_diphone",)
PIPER: Final = ("joe",)


def taught(rng: random.Random) -> Voice:
    """One that teaches."""
    if rng.random() < FLITE_SHARE:
        return Voice("flite", rng.choice(TAUGHT_FLITE))
    accent = rng.choices(list(ACCENTS), list(ACCENTS.values()))[0]
    return _espeak(accent, rng.choice(TIMBRES))


def held_out(rng: random.Random) -> Voice:
    """One of espeak-ng that never teaches: another timbre, in one of five another accent as well."""
    accent = HELD_OUT_ACCENT if rng.random() < 0.2 else rng.choices(list(ACCENTS), list(ACCENTS.values()))[0]
    return _espeak(accent, rng.choice(HELD_OUT_TIMBRES))


def held_out_flite(rng: random.Random) -> Voice:
    """One of flite that never teaches."""
    return Voice("flite", rng.choice(HELD_OUT_FLITE))


def other_synthesiser(rng: random.Random) -> Voice:
    """One of a synthesiser that never teaches: half of them neural."""
    if rng.random() < 0.5:
        return Voice("piper", rng.choice(PIPER))
    return Voice("festival", rng.choice(FESTIVAL))


def _espeak(accent: str, timbre: str) -> Voice:
    return Voice("espeak", f"gmw/{accent}+{timbre}" if timbre else f"gmw/{accent}")
