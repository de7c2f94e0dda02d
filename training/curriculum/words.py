"""Spelling and remembering: skills that carry letters and words from where they stood to where they are wanted.

It knows how these are asked. Words and names are held out, so that copying is learnt and not a list.
"""

import random

from training.curriculum.exchange import Exchange, Split, Turn
from training.curriculum.held_out import draw, template
from training.curriculum.lexicon import COLOURS, FOODS, NAMES, PETS, TOWNS, WORDS

_SPELL = (
    "how do you spell {w}?", "spell {w}", "please spell the word {w}", "can you spell {w} for me?",
    "{w}, how is it spelled?",
    "what are the letters of {w}?",
)  # fmt: skip
_LENGTH = ("how many letters has {w}?", "how long is the word {w}?", "count the letters of {w}", "letters in {w}?")
_FIRST = (
    "what does {w} begin with?",
    "what is the first letter of {w}?",
    "which letter begins {w}?",
    "first letter of {w}?",
)
_NAME = ("my name is {v}", "i am {v}", "call me {v}", "hello, i am {v}", "you can call me {v}", "people call me {v}")
_ASK_NAME = ("what is my name?", "who am i?", "do you know my name?", "say my name", "what am i called?")
_FACTS = {
    "colour": (COLOURS, ("my favourite colour is {v}", "i like {v} best of all colours", "{v} is my favourite colour",
               "the colour i love is {v}"), "what is my favourite colour?", "Your favourite colour is {v}."),
    "town": (TOWNS, ("i live in {v}", "my home is in {v}", "i come from {v}", "{v} is where i live"),
             "where do i live?", "You live in {v}."),
    "food": (FOODS, ("i love {v}", "my favourite food is {v}", "i eat {v} every day", "{v} is what i like to eat"),
             "what do i like to eat?", "You like {v}."),
    "pet": (PETS, ("i have a {v}", "my pet is a {v}", "there is a {v} at my home", "i own a {v}"),
            "what pet do i have?", "You have a {v}."),
}  # fmt: skip


def spell(rng: random.Random, split: Split) -> Exchange:
    """The letters of a word, its length, or its first letter."""
    word = draw(rng, "word", split, lambda rng: rng.choice(WORDS))
    letters = " ".join(word.upper())
    asked = rng.random()
    if asked < 0.6:
        said = template(rng, _SPELL, split).format(w=word)
        return Exchange("spell", (Turn(said, f"{letters}.", key=letters.lower()),))
    if asked < 0.8:
        said = template(rng, _LENGTH, split).format(w=word)
        answer = f"{word.capitalize()} has {len(word)} letters."
        return Exchange("spell", (Turn(said, answer, letters.lower(), f"has {len(word)} letters"),))
    said = template(rng, _FIRST, split).format(w=word)
    return Exchange("spell", (Turn(said, f"It begins with {word[0].upper()}.", key=f"with {word[0]}"),))


def remember(rng: random.Random, split: Split) -> Exchange:
    """A name or a fact, told, perhaps some talk between, then asked for."""
    turns: list[Turn] = []
    asked: list[Turn] = []
    if rng.random() < 0.6:
        name = draw(rng, "name", split, lambda rng: rng.choice(NAMES)).capitalize()
        turns.append(
            Turn(template(rng, _NAME, split).format(v=name.lower()), f"Nice to meet you, {name}.", mood="talk")
        )
        asked.append(Turn(template(rng, _ASK_NAME, split), f"Your name is {name}.", key=name.lower()))
    for kind in rng.sample(sorted(_FACTS), rng.randint(1, 2)):
        values, forms, question, answer = _FACTS[kind]
        value = rng.choice(values)
        shown = value.capitalize() if kind == "town" else value
        turns.append(Turn(template(rng, forms, split).format(v=value), "I will remember that.", mood="talk"))
        asked.append(Turn(question, answer.format(v=shown), key=value))
    rng.shuffle(turns)
    rng.shuffle(asked)
    if rng.random() < 0.3:
        unknown = next((kind for kind in rng.sample(sorted(_FACTS), len(_FACTS)) if not _told(kind, asked)), None)
        if unknown is not None:
            asked.append(Turn(_FACTS[unknown][2], "You have not told me that.", key="not told", mood="regret"))
    return Exchange("remember", (*turns, *asked[:2]))


def _told(kind: str, asked: list[Turn]) -> bool:
    return any(turn.said == _FACTS[kind][2] for turn in asked)
