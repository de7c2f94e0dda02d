"""Texts that mean nothing: pieces of questions, numbers, sums and everyday words in any order.

It knows how they are drawn. Whoever hears only sentences that were taught learns these by heart, and hears them in
everything; a text that nobody could guess has to be listened to. Pairs and words that are held out are not in it.
"""

import random
from typing import Final

from training.curriculum.arithmetic import minus, plus, times
from training.curriculum.held_out import draw
from training.curriculum.lexicon import NAMES, WORDS
from training.curriculum.mixture import draw_exchange
from training.curriculum.words import letters

_COMMON: Final = (
    "about above across again against ago all almost alone along already also always and another any are around as "
    "ask at away back be because been before begin behind being below best better between big both bring but by "
    "call came can cannot carry close cold come could day did different do does done down each early easy eat end "
    "enough even ever every example face fact family far fast few find first follow for found friend from full gave "
    "get give go good got great had half hand has have he head hear help her here high him his hold home hour how "
    "if in into is it its just keep kind knew know large last late later learn leave left less let letter like line "
    "list little live long look lost made make many may me mean men might mine minute month more morning most "
    "mother move much must my name near need never new next night no nothing now number of off often old on once "
    "one only open or other our out over own part past people place play please point put question quick quite ran "
    "read ready real right room run said same saw say second see seem seen send sentence set several shall she "
    "should show side simple since sit skill skills sleep small so some something soon sorry sound speak stand "
    "start stay still stop street such sure take talk tell ten than thank that the their them then there these they "
    "thing think this those thought three through time to today together told tomorrow too took toward try turn two "
    "under until up us use very wait walk want was watch way we week well went were what when where which while "
    "white who whole whom whose why will with without wonder word work world would write wrong year years yes "
    "yesterday yet you young your "
).split()
"""What English is mostly made of."""


def mixed(rng: random.Random) -> str:
    """One text of some two to ten words, numbers in digits as one would type them."""
    parts: list[str] = []
    wanted = rng.randint(2, 7)
    while sum(len(part.split()) for part in parts) < wanted:
        parts.append(rng.choices((_piece, _number, _sum, _word), (0.4, 0.2, 0.15, 0.25))[0](rng))
    return " ".join(parts) + rng.choice(("", "", "?", "."))


def sayings(rng: random.Random) -> str:
    """One text for the mouth: as ``mixed``, and often what answers are made of."""
    if rng.random() < 0.3:
        return mixed(rng).rstrip(".?").capitalize() + "."
    return f"{_sum(rng)} is {_number(rng)}." if rng.random() < 0.6 else f"{_word(rng).capitalize()} {_number(rng)}."


def _piece(rng: random.Random) -> str:
    words = rng.choice(draw_exchange(rng, "taught").turns).said.split()
    at = rng.randrange(len(words)) if words else 0
    return " ".join(words[at : at + rng.randint(1, 4)]).rstrip(".,?!")


def _number(rng: random.Random) -> str:
    return str(draw(rng, "number aloud", "taught", lambda rng: rng.randint(0, 10 ** rng.randint(1, 3) - 1)))


def _sum(rng: random.Random) -> str:
    """Two numbers of a taught pair with what stands between them."""
    skill, sign = rng.choice(((plus, "plus"), (minus, "minus"), (times, "times")))
    said = skill(rng, "taught").turns[0].said
    numbers = "".join(sign if sign.isdigit() else " " for sign in said).split()
    return f" {sign} ".join(numbers[:2])


def _word(rng: random.Random) -> str:
    if rng.random() < 0.5:
        return rng.choice(_COMMON)
    if rng.random() < 0.2:
        return letters(rng, 3)
    if rng.random() < 0.3:
        return draw(rng, "name", "taught", lambda rng: rng.choice(NAMES))
    return draw(rng, "word", "taught", lambda rng: rng.choice(WORDS))
