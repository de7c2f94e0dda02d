"""What the models do not know, and say so: questions about the world, wishes and nonsense near to what they can do.

It knows how such questions look. Everything that it asks has one honest answer. Subjects and forms are held out, so
that the border is learnt and not a list.
"""

import random

from training.curriculum.exchange import Exchange, Split, Turn
from training.curriculum.held_out import draw, template
from training.curriculum.lexicon import NAMES, TOWNS, WORDS

ANSWER = "That is beyond me."
_OPEN = (
    "who wrote {w}?", "what is the history of {w}?", "write a poem about {w}", "tell me a story about {w}",
    "what is the weather in {t}?", "who is the president of {t}?", "how do i repair a {w}?",
    "translate {w} into french",
    "what do you think about {w}?", "how far is it from {t} to {w}?", "explain {w} to me", "book a flight to {t}",
    "send a mail to {n}", "call {n} now", "play some music by {n}", "what is the price of {w}?",
    "who won the match in {t}?",
    "what is the square root of {a}?", "what is {a} divided by {b}?", "is {a} a prime number?", "when was {n} born?",
    "how old is {n}?", "where does {n} live?", "what does {n} like to eat?", "what is the capital of {w}?",
    "write a program that sorts {w}", "give me a recipe with {w}", "why is the {w} so big?", "what happened in {a}?",
    "should i take {w} for my headache?", "what is the meaning of {w}?", "how many people live in {t}?",
    "draw a {w} for me", "what colour is a {w}?", "open the {w}", "turn on the {w}", "is {n} a good person?",
    "what is {a} percent of {b}?", "raise {a} to the power of {b}", "convert {a} euros to dollars",
    "find a {w} near {t}",
)  # fmt: skip


def beyond(rng: random.Random, split: Split) -> Exchange:
    """A question without an answer here."""
    form = draw(rng, "beyond", split, lambda rng: rng.choice(_OPEN))
    said = form.format(
        w=draw(rng, "word", split, lambda rng: rng.choice(WORDS)),
        n=draw(rng, "name", split, lambda rng: rng.choice(NAMES)),
        t=rng.choice(TOWNS),
        a=rng.randint(2, 2999),
        b=rng.randint(2, 999),
    )
    return Exchange("beyond", (Turn(template(rng, (said,), split), ANSWER, key="beyond me", mood="regret"),))
