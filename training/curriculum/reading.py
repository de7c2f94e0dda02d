"""What is written in a picture, what is not in any, and what has no name here.

It knows questions about pictures that are read. It does not know how they are drawn (``writing``, ``scenes``). Words
are read letter by letter before they are said, many of them without a meaning, so that reading is learnt and no list.
"""

import random
from typing import Final

from training.curriculum.exchange import Exchange, Scene, Split, Turn
from training.curriculum.held_out import draw, template
from training.curriculum.lexicon import COLOURS, WORDS
from training.curriculum.scenes import COLOUR_OF, GROUNDS, NAMELESS, Colour, Item, Shapes, Strange, ground_for
from training.curriculum.words import letters
from training.curriculum.writing import FONTS, HELD_OUT_FONTS, Writing

_NUMBER: Final = (
    "what number is this?", "which number do you see?", "read the number", "what number is written here?",
    "what is the number in the picture?", "tell me the number", "which number is this?", "what number do you see?",
    "please read the number", "which number is in the picture?", "what is this number?",
    "what number is in the picture?", "what's this number?", "read this number", "which number is written here?",
    "can you read the number?", "please read me the number", "say the number you see", "what number does it say here?",
    "can you read this number?",
)  # fmt: skip
_WORD: Final = (
    "what word is this?", "read the word", "what is written here?", "which word do you see?", "read this to me",
    "what does it say?", "can you read this?", "tell me the word", "which word is this?", "please read the word",
    "what is the word?", "what is written there?", "read what is written", "what does the picture say?",
    "what's this word?", "what word do you see?", "read this word", "what does it say here?",
    "which word is written here?", "please read the word to me", "what word is written there?",
    "read what is written here", "what is the word in the picture?",
)  # fmt: skip
_WITHOUT: Final = (
    "what is in the picture?", "what do you see?", "what does the picture show?", "how many circles are there?",
    "what number is this?", "read the word", "which shape do you see?", "what is on the left?",
    "what is written here?", "how many stars do you see?", "what colour is the square?", "look at this picture",
    "what is shown here?", "can you tell me what this is?", "count the stars", "what does the picture say?",
    "read the number", "name the shape", "what can you see in the picture?", "what word do you see?",
    "is the star left or right?", "what is this a picture of?", "how many squares are in the picture?",
    "which one is larger in the picture?", "what can you see here?",
)  # fmt: skip
_STRANGE: Final = (
    "what do you see?", "what is this?", "what is in the picture?", "what does the picture show?", "what shape is it?",
    "who is in this picture?", "where was this picture taken?", "describe the picture", "is this a photo?",
    "which shape do you see?", "name what you see", "what does this show?", "what is shown here?",
    "can you tell me what this is?", "what do you see here?", "what animal is in the picture?",
    "tell me what is in this photo", "who are these people?", "is this a painting?",
    "what is happening in this picture?", "what can you see here?",
)  # fmt: skip
_LONGEST: Final = 6
_MEANINGLESS: Final = 0.5
"""Share of the words that are put together from letters."""


def read_digits(rng: random.Random, split: Split) -> Exchange:
    """A number of one to three digits."""
    number = draw(rng, "digits", split, lambda rng: str(rng.randrange(10 ** rng.randint(1, 3))))
    turn = Turn(
        template(rng, _NUMBER, split), f"It says {number}.", key=f"says {number}", scene=_write(rng, number, split)
    )
    return Exchange("read digits", (turn,))


def read_word(rng: random.Random, split: Split) -> Exchange:
    """Two to six letters, small or large."""
    if split == "taught" and rng.random() < _MEANINGLESS:
        word = letters(rng)
    else:
        word = draw(rng, "word", split, lambda rng: rng.choice([each for each in WORDS if len(each) <= _LONGEST]))
    shown = rng.choice((word, word, word.upper(), word.capitalize()))
    scene = _write(rng, shown, split)
    thought = " ".join(word.upper())
    turn = Turn(template(rng, _WORD, split), f"It says {word}.", thought, f"says {word}", scene=scene)
    return Exchange("read word", (turn,))


def without_picture(rng: random.Random, split: Split) -> Exchange:
    """Asked about a picture where there is none."""
    turn = Turn(template(rng, _WITHOUT, split), "I see no picture.", key="no picture", mood="regret")
    return Exchange("without picture", (turn,))


def strange_picture(rng: random.Random, split: Split) -> Exchange:
    """Something that has no name here."""
    said = template(rng, _STRANGE, split)
    return Exchange("beyond", (Turn(said, "That is beyond me.", key="beyond me", mood="regret", scene=_strange(rng)),))


def _strange(rng: random.Random) -> Scene:
    if rng.random() < 0.6:
        return Strange(rng.randrange(Strange.KINDS), rng.getrandbits(32))
    radius = rng.uniform(12, 26)
    item = Item(rng.choice(NAMELESS), rng.choice(COLOURS), rng.uniform(26, 38), rng.uniform(26, 38), radius)
    return Shapes((item,), ground_for(rng, {COLOUR_OF[item.colour]}), rng.getrandbits(32))


def _write(rng: random.Random, text: str, split: Split) -> Writing:
    font = rng.choice(HELD_OUT_FONTS if split == "held out" else FONTS)
    ground, ink = rng.choice(GROUNDS), rng.choice([*COLOUR_OF.values(), (0, 0, 0), (255, 255, 255)])
    while abs(_light(ground) - _light(ink)) < 80:
        ground, ink = rng.choice(GROUNDS), rng.choice([*COLOUR_OF.values(), (0, 0, 0), (255, 255, 255)])
    place = (rng.random(), rng.random())
    return Writing(text, font, ink, ground, rng.random(), place, rng.getrandbits(32))


def _light(colour: Colour) -> float:
    red, green, blue = colour
    return 0.3 * red + 0.59 * green + 0.11 * blue
