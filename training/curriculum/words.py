"""Spelling and remembering: skills that carry letters and words from where they stood to where they are wanted.

It knows how these are asked. Words and names are held out, so that copying is learnt and not a list.
"""

import random

from training.curriculum.exchange import Exchange, Split, Turn
from training.curriculum.held_out import draw, template
from training.curriculum.lexicon import COLOURS, FOODS, NAMES, PETS, TOWNS, WORDS

_KNOWN = frozenset((*WORDS, *NAMES))
_SPELL = (
    "how do you spell {w}?", "spell {w}", "please spell the word {w}", "can you spell {w} for me?",
    "{w}, how is it spelled?", "tell me how to spell {w}", "spell the word {w} for me", "how is {w} spelled?",
    "how is the word {w} written?", "i want to spell {w}", "give me the letters of {w}", "how do i write {w}?",
    "how do i spell {w}?", "spell the word {w}", "spell {w} for me", "could you spell {w}?", "how do you write {w}?",
    "{w}, spell it please", "i do not know how to spell {w}", "tell me how {w} is spelled", "say {w} letter by letter",
    "which letters are in {w}?", "how does one spell {w}?", "what are the letters of {w}?",
)  # fmt: skip
_LENGTH = (
    "how many letters has {w}?", "how long is the word {w}?", "count the letters of {w}",
    "how many letters does {w} have?", "how many letters are in {w}?", "tell me how long {w} is", "the length of {w}?",
    "how many letters are there in the word {w}?", "what is the length of the word {w}?", "how long is {w}?",
    "{w} has how many letters?", "number of letters in {w}?", "count the letters in {w}",
    "tell me how many letters {w} has", "can you count the letters in {w}?", "the word {w}, how long is it?",
    "with how many letters do you write {w}?", "letters in {w}?",
)  # fmt: skip
_FIRST = (
    "what does {w} begin with?", "what is the first letter of {w}?", "which letter begins {w}?",
    "which letter does {w} start with?", "what letter is first in {w}?", "{w} begins with which letter?",
    "tell me the first letter of {w}", "with which letter does {w} start?", "what does {w} start with?",
    "what letter does {w} start with?", "which letter does {w} begin with?", "what does the word {w} start with?",
    "{w} starts with what?", "how does the word {w} begin?", "which letter comes first in {w}?",
    "give me the first letter of {w} please", "what letter is at the start of {w}?", "first letter of {w}?",
)  # fmt: skip
_NAME = (
    "my name is {v}", "i am {v}", "call me {v}", "hello, i am {v}", "you can call me {v}", "i am called {v}",
    "this is {v}", "hello, my name is {v}", "hi, i am {v}", "they call me {v}", "{v} is my name", "please call me {v}",
    "my name's {v}", "i'm {v}", "hi, my name is {v}", "hi, i'm {v}", "this is {v} speaking", "the name is {v}",
    "my friends call me {v}", "just call me {v}", "good day, {v} is my name", "people call me {v}",
)  # fmt: skip
_ASK_NAME = (
    "what is my name?", "who am i?", "do you know my name?", "say my name", "tell me my name",
    "what did i say my name was?", "which name do i have?", "do you remember my name?",
    "what is the name that i told you?", "and my name?", "what's my name?", "who am i again?", "do you know who i am?",
    "can you say my name?", "how am i called?", "my name is what?", "have you kept my name?",
    "what was my name again?", "please say my name", "what am i called?",
)  # fmt: skip
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
    is_strange = split == "taught" and rng.random() < 0.3
    word = letters(rng, 3) if is_strange else draw(rng, "word", split, lambda rng: rng.choice(WORDS))
    spelled = " ".join(word.upper())
    asked = rng.random()
    if asked < 0.6:
        said = template(rng, _SPELL, split).format(w=word)
        return Exchange("spell", (Turn(said, f"{spelled}.", key=spelled.lower()),))
    if asked < 0.8:
        said = template(rng, _LENGTH, split).format(w=word)
        answer = f"{word.capitalize()} has {len(word)} letters."
        return Exchange("spell", (Turn(said, answer, spelled.lower(), f"has {len(word)} letters"),))
    said = template(rng, _FIRST, split).format(w=word)
    return Exchange("spell", (Turn(said, f"It begins with {word[0].upper()}.", key=f"with {word[0]}"),))


def remember(rng: random.Random, split: Split) -> Exchange:
    """A name or a fact, told, perhaps some talk between, then asked for."""
    turns: list[Turn] = []
    asked: list[Turn] = []
    if rng.random() < 0.6:
        name = _name(rng, split).capitalize()
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


def _name(rng: random.Random, split: Split) -> str:
    """Half of those that are taught nobody has: so their letters are carried over, and no list is learnt."""
    if split == "taught" and rng.random() < 0.5:
        return letters(rng, 3)
    return draw(rng, "name", split, lambda rng: rng.choice(NAMES))


def letters(rng: random.Random, least: int = 2, most: int = 6) -> str:
    """Letters that mean nothing, but can mostly be said; no word of the lexicon."""
    while True:
        start = rng.randrange(2)
        word = "".join(
            rng.choice("aeiouy" if (place + start) % 2 and rng.random() < 0.8 else "bcdfghjklmnpqrstvwxyz")
            for place in range(rng.randint(least, most))
        )
        if word not in _KNOWN:
            return word


def _told(kind: str, asked: list[Turn]) -> bool:
    return any(turn.said == _FACTS[kind][2] for turn in asked)
