"""Clock, calendar and units.

It knows how they are asked and worked out. Times are on the 12-hour clock in steps of five minutes.
"""

import random

from training.curriculum.arithmetic import digits_backwards
from training.curriculum.exchange import Exchange, Split, Turn
from training.curriculum.held_out import draw, template
from training.curriculum.lexicon import DAYS, LENGTHS, MONTHS

_LATER = (
    "it is {t}. what time is it in {m} minutes?", "it is {t} now, and in {m} minutes?",
    "what is {m} minutes after {t}?", "{m} minutes after {t}, what time is that?",
    "what is the time {m} minutes after {t}?", "now it is {t}, what is it in {m} minutes?", "add {m} minutes to {t}",
    "the clock says {t}, and {m} minutes later?", "which time is {m} minutes past {t}?",
    "in {m} minutes, when it is {t} now, what time will it be?", "it is {t}, what will the clock say in {m} minutes?",
    "my train leaves {m} minutes after {t}, when is that?", "it's {t}. what will the time be in {m} minutes?",
    "if it is {t} now, what time is it {m} minutes later?", "what time is it {m} minutes after {t}?",
    "{t} plus {m} minutes?", "{t} and {m} minutes more, what time is that?",
    "now it is {t}, what will it be in {m} minutes?", "the clock says {t}. what does it say in {m} minutes?",
    "i start at {t} and need {m} minutes, when am i done?",
    "the bus leaves at {t} and drives {m} minutes, when does it arrive?", "{m} minutes later than {t}?",
    "tell me the time {m} minutes after {t}", "when it is {t}, what time is it after {m} minutes?",
    "what will the clock show {m} minutes past {t}?", "if it is {t}, what will it be {m} minutes later?",
)  # fmt: skip
_DAY = {
    1: ("which day comes after {d}?", "what follows {d}?", "today is {d}, what is tomorrow?", "the day after {d}?"),
    -1: (
        "which day comes before {d}?",
        "today is {d}, what was yesterday?",
        "the day before {d}?",
        "what day precedes {d}?",
    ),
}
_MONTH = {
    1: (
        "which month comes after {d}?",
        "what month follows {d}?",
        "the month after {d}?",
        "after {d} comes which month?",
    ),
    -1: (
        "which month comes before {d}?",
        "the month before {d}?",
        "before {d} comes which month?",
        "what precedes {d}?",
    ),
}
_LENGTH = (
    "how many days has {d}?", "how long is {d}?", "days in {d}?", "how many days are in {d}?",
    "how many days does {d} have?", "tell me how many days {d} has", "{d} has how many days?",
    "what is the length of {d} in days?", "how many days are there in {d}?", "how many days long is {d}?",
    "count the days of {d}", "do you know how many days {d} has?", "of how many days is {d} made?",
    "{d}, how many days is that?", "number of days in {d}?",
)  # fmt: skip
_UNITS = (
    ("metres", "kilometre", 1000), ("centimetres", "metre", 100), ("grams", "kilogram", 1000), ("minutes", "hour", 60),
    ("seconds", "minute", 60), ("hours", "day", 24), ("days", "week", 7), ("months", "year", 12),
    ("millimetres", "centimetre", 10),
)  # fmt: skip
_CONVERT = (
    "how many {s} are {n} {l}?", "{n} {l} in {s}?", "convert {n} {l} to {s}", "what is {n} {l} in {s}?",
    "how many {s} make {n} {l}?", "give me {n} {l} in {s}", "please convert {n} {l} into {s}",
    "{n} {l} are how many {s}?", "how many {s} are there in {n} {l}?", "i need {n} {l} in {s}",
    "change {n} {l} into {s}", "how many {s} is {n} {l}?", "{n} {l} is how many {s}?", "turn {n} {l} into {s}",
    "change {n} {l} to {s}", "how many {s} in {n} {l}?", "i have {n} {l}, how many {s} is that?",
    "express {n} {l} in {s}", "give me {n} {l} as {s}", "{n} {l} to {s}", "tell me {n} {l} in {s}",
)  # fmt: skip


def clock(rng: random.Random, split: Split) -> Exchange:
    """A time some minutes later."""

    def pair(rng: random.Random) -> tuple[int, int]:
        return rng.randrange(0, 720, 5), rng.randrange(5, 60, 5)

    start, more = draw(rng, "clock", split, pair)
    told = _time(start + more)
    said = template(rng, _LATER, split).format(t=_time(start), m=more)
    minutes, carry = start % 60, (start % 60 + more) // 60
    worked = f"{minutes} {more} {(minutes + more) % 60} {carry} {start // 60 or 12} {told}"
    return Exchange("clock", (Turn(said, f"It will be {told}.", worked, told),))


def calendar(rng: random.Random, split: Split) -> Exchange:
    """The day or month after or before, and the length of a month."""
    asked = rng.random()
    step = rng.choice((1, -1))
    word = "after" if step == 1 else "before"
    if asked < 0.45:
        at = rng.randrange(7)
        day, other = DAYS[at].capitalize(), DAYS[(at + step) % 7].capitalize()
        turn = Turn(
            template(rng, _DAY[step], split).format(d=day.lower()), f"{other} comes {word} {day}.", key=other.lower()
        )
    elif asked < 0.85:
        at = rng.randrange(12)
        month, other = MONTHS[at].capitalize(), MONTHS[(at + step) % 12].capitalize()
        said = template(rng, _MONTH[step], split).format(d=month.lower())
        turn = Turn(said, f"{other} comes {word} {month}.", key=f"{other.lower()} comes")
    else:
        at = rng.randrange(12)
        said = template(rng, _LENGTH, split).format(d=MONTHS[at])
        turn = Turn(said, f"{MONTHS[at].capitalize()} has {LENGTHS[at]} days.", key=f"has {LENGTHS[at]}")
    return Exchange("calendar", (turn,))


def convert(rng: random.Random, split: Split) -> Exchange:
    """A whole number of a larger unit in a smaller one, to 999 or a thousand's multiple below ten thousand."""
    small, large, factor = rng.choice(_UNITS)
    most = 9 if factor >= 100 else min(12, 999 // factor)
    number = rng.randint(1, most)
    unit = large if number == 1 else f"{large}s"
    result = number * factor
    said = template(rng, _CONVERT, split).format(s=small, l=unit, n=number)
    word = "is" if number == 1 else "are"
    answer = f"{number} {unit} {word} {result} {small}."
    return Exchange("convert", (Turn(said, answer, digits_backwards(result), f"{word} {result} {small}"),))


def _time(minutes: int) -> str:
    hour = minutes // 60 % 12 or 12
    return f"{hour}:{minutes % 60:02d}"
