"""What is asked about a picture: shapes and colours, how many, where, which is larger.

It knows questions and what is right. It does not know how a scene is drawn (``scenes``). Pairs of shape and colour are
held out, and so are ways of asking.
"""

import random
from collections.abc import Sequence
from typing import Final

from training.curriculum.exchange import Exchange, Split, Turn
from training.curriculum.held_out import draw, template
from training.curriculum.lexicon import COLOURS, SHAPES
from training.curriculum.scenes import COLOUR_OF, Item, Shapes, ground_for

_SEE: Final = (
    "what do you see?", "what is this?", "what is in the picture?", "what does the picture show?", "name what you see",
    "tell me what this is", "what can you see here?", "look at this, what is it?", "can you tell me what this is?",
    "what do you find in this picture?", "what is shown here?", "what does this show?", "please name this",
    "and what is this?", "describe what you see", "what do you see here?", "what's this?", "what is that?",
    "tell me what you see", "what is in this picture?", "what can be seen in the picture?",
    "can you tell what this is?", "take a look, what do you see?", "say what is in the picture", "what have i drawn?",
)  # fmt: skip
_COLOUR: Final = (
    "what colour is the {s}?", "which colour has the {s}?", "tell me the colour of the {s}",
    "the {s} has what colour?", "what is the {s}'s colour?", "in which colour is the {s}?", "which colour is the {s}?",
    "can you tell me the colour of the {s}?", "name the colour of the {s}", "the {s} is of what colour?",
    "what color is the {s}?", "the {s} is which colour?", "what colour does the {s} have?",
    "say the colour of the {s}", "can you tell me what colour the {s} is?", "colour of the {s}?",
    "in which colour is the {s} drawn?", "what is the colour of the {s}?",
)  # fmt: skip
_SHAPE: Final = (
    "what shape is it?", "which shape do you see?", "what shape is in the picture?", "name the shape",
    "which shape is this?", "tell me the shape", "what shape do you see?", "can you name the shape?",
    "what form does it have?", "which shape is in the picture?", "what shape is this?", "which shape is it?",
    "what is the shape here?", "what shape does it have?", "can you name this shape?", "say what shape that is",
    "what kind of shape is this?",
)  # fmt: skip
_MANY: Final = (
    "how many {s}s are there?", "how many {s}s do you see?", "count the {s}s", "can you count the {s}s?",
    "tell me how many {s}s there are", "how many {s}s are in the picture?", "how many {s}s can you see?",
    "how many {s}s do you find?", "please count the {s}s", "how many {s}s does the picture have?",
    "{s}s, how many are there?", "say how many {s}s you see", "how many {s}s?", "how many {s}s are here?",
    "how many {s}s does the picture show?", "count all the {s}s", "please count the {s}s for me",
    "how many {s}s can you count?", "number of {s}s in the picture?", "what is the number of {s}s?",
)  # fmt: skip
_MANY_OF: Final = (
    "how many {c} ones are there?", "how many {c} ones?", "how many of them are {c}?", "count the {c} ones",
    "please count the {c} ones", "how many {c} ones can you see?", "tell me how many are {c}", "how many are {c}?",
    "how many of these are {c}?", "the {c} ones, how many are there?", "how many {c} shapes are there?",
    "how many things are {c}?", "count all the {c} ones", "tell me how many {c} ones there are",
    "what is the number of {c} ones?", "how many of the shapes are {c}?", "please count what is {c}",
    "how many {c} ones do you see?",
)  # fmt: skip
_SIDE: Final = (
    "what is on the {side}?", "what do you see on the {side}?", "name what is on the {side}",
    "which thing is on the {side}?", "tell me what is on the {side}", "which shape is on the {side}?",
    "what can you see on the {side}?", "and on the {side}?", "what is there on the {side}?",
    "which shape do you see on the {side}?", "what's on the {side}?", "what is on the {side} side?",
    "on the {side}, what do you see?", "look to the {side}, what is there?", "name the thing on the {side}",
    "what stands on the {side}?",
)  # fmt: skip
_WHERE: Final = (
    "is the {s} left or right?", "on which side is the {s}?", "where is the {s}?", "which side is the {s} on?",
    "where do you see the {s}?", "is the {s} on the left or on the right?", "on which side do you see the {s}?",
    "find the {s}, which side is it on?", "where is the {s}, left or right?", "where's the {s}?",
    "on what side is the {s}?", "which side has the {s}?", "tell me where the {s} is", "the {s} is on which side?",
    "left or right, where is the {s}?", "can you see where the {s} is?", "say on which side the {s} is",
    "tell me the side of the {s}",
)  # fmt: skip
_SIZE: Final = (
    "which is larger?", "which one is larger, the {a} or the {b}?", "is the {a} or the {b} larger?", "what is bigger?",
    "which one is larger?", "which one is bigger, the {a} or the {b}?", "what is larger, the {a} or the {b}?",
    "tell me the larger one", "is the {a} bigger or the {b}?", "which of the two is larger?", "which is bigger?",
    "what is larger?", "which is bigger, the {a} or the {b}?", "which one of the two is bigger?",
    "the larger one is which?", "the {a} or the {b}, which is the big one?", "which shape is bigger, {a} or {b}?",
)  # fmt: skip
_SMALLER: Final = (
    "which is smaller?", "which one is smaller, the {a} or the {b}?", "is the {a} or the {b} smaller?",
    "tell me the smaller one", "which one is smaller?", "what is smaller, the {a} or the {b}?",
    "is the {a} smaller or the {b}?", "which of the two is smaller?", "which is the smaller one, the {a} or the {b}?",
    "what is smaller?", "which is smaller, the {a} or the {b}?", "which one is the small one?",
    "which one of the two is smaller?", "say which one is smaller", "the smaller one is which?",
    "the {a} or the {b}, which is the small one?", "which shape is smaller, {a} or {b}?",
)  # fmt: skip
_SIDE_LENGTH: Final = 64
_CELL: Final = _SIDE_LENGTH / 3


def name_shapes(rng: random.Random, split: Split) -> Exchange:
    """One shape, its colour, or both."""
    shape, colour = _kind(rng, split)
    radius = rng.uniform(9, 26)
    item = Item(shape, colour, _place(rng, radius), _place(rng, radius), radius, _angle(rng))
    scene = _scene(rng, (item,))
    asked = rng.random()
    if asked < 0.5:
        turn = Turn(template(rng, _SEE, split), f"I see {_a(colour, shape)}.", key=f"{colour} {shape}", scene=scene)
    elif asked < 0.75:
        said = template(rng, _COLOUR, split).format(s=shape)
        turn = Turn(said, f"The {shape} is {colour}.", key=f"is {colour}", scene=scene)
    else:
        turn = Turn(template(rng, _SHAPE, split), f"It is a {shape}.", key=f"a {shape}", scene=scene)
    return Exchange("name shapes", (turn,))


def count_shapes(rng: random.Random, split: Split) -> Exchange:
    """Up to nine shapes: all of a kind or of two kinds, or those of a colour. They are gone through row by row."""
    if rng.random() < 0.6:
        kinds = rng.sample(SHAPES, rng.choice((1, 1, 2)))
        wanted = kinds[0] if rng.random() < 0.93 else rng.choice(SHAPES)
        colour = rng.choice(COLOURS)
        items = _items(rng, [(kind, colour) for kind in kinds])
        found = sum(item.shape == wanted for item in items)
        said = template(rng, _MANY, split).format(s=wanted).replace("crosss", "crosses")
        counted, gone = _plural(wanted, found), " ".join(item.shape for item in items)
    else:
        shape = rng.choice(SHAPES)
        colours = rng.sample(COLOURS, rng.choice((2, 2, 3)))
        wanted = colours[0] if rng.random() < 0.93 else rng.choice(COLOURS)
        items = _items(rng, [(shape, colour) for colour in colours])
        found = sum(item.colour == wanted for item in items)
        said = template(rng, _MANY_OF, split).format(c=wanted)
        counted, gone = f"{found} {wanted} {'one' if found == 1 else 'ones'}", " ".join(item.colour for item in items)
    answer = f"I see {counted}."
    return Exchange("count shapes", (Turn(said, answer, gone, f"see {counted}", scene=_scene(rng, items)),))


def compare_shapes(rng: random.Random, split: Split) -> Exchange:
    """Two shapes beside each other: which side, which size."""
    first, second = rng.sample(SHAPES, 2)
    small = rng.uniform(6, 9)
    sizes = [small, small * rng.uniform(1.45, 1.75)]
    rng.shuffle(sizes)
    left = Item(first, rng.choice(COLOURS), rng.uniform(15, 18), rng.uniform(18, 46), sizes[0], _angle(rng))
    right = Item(second, rng.choice(COLOURS), rng.uniform(46, 49), rng.uniform(18, 46), sizes[1], _angle(rng))
    scene = _scene(rng, (left, right))
    kind = rng.choice(("see", "side", "where", "size", "size"))
    if kind == "see":
        told = f"{_a(left.colour, first)} and {_a(right.colour, second)}"
        turn = Turn(template(rng, _SEE, split), f"I see {told}.", key=told, scene=scene)
    elif kind == "side":
        side, item = rng.choice((("left", left), ("right", right)))
        said = template(rng, _SIDE, split).format(side=side)
        turn = Turn(
            said, f"{_a(item.colour, item.shape).capitalize()}.", key=f"{item.colour} {item.shape}", scene=scene
        )
    elif kind == "where":
        side, item = rng.choice((("left", left), ("right", right)))
        said = template(rng, _WHERE, split).format(s=item.shape)
        turn = Turn(said, f"The {item.shape} is on the {side}.", key=f"on the {side}", scene=scene)
    else:
        is_larger = rng.random() < 0.5
        named = rng.sample((first, second), 2)
        said = template(rng, _SIZE if is_larger else _SMALLER, split).format(a=named[0], b=named[1])
        item = left if (left.radius > right.radius) == is_larger else right
        word = "larger" if is_larger else "smaller"
        turn = Turn(said, f"The {item.shape} is {word}.", key=f"the {item.shape} is {word}", scene=scene)
    return Exchange("compare shapes", (turn,))


def _kind(rng: random.Random, split: Split) -> tuple[str, str]:
    return draw(rng, "shape and colour", split, lambda rng: (rng.choice(SHAPES), rng.choice(COLOURS)))


def _items(rng: random.Random, kinds: Sequence[tuple[str, str]]) -> tuple[Item, ...]:
    """One to nine, each in a ninth of the picture, row by row."""
    cells = sorted(rng.sample(range(9), rng.randint(1, 9)))
    radius = rng.uniform(6, 8.5)
    items: list[Item] = []
    for cell in cells:
        shape, colour = rng.choice(kinds)
        size = radius * rng.uniform(0.85, 1.1)
        room = _CELL / 2 - size
        x, y = ((_CELL * (place + 0.5) + rng.uniform(-room, room)) for place in (cell % 3, cell // 3))
        items.append(Item(shape, colour, x, y, size, _angle(rng)))
    return tuple(items)


def _scene(rng: random.Random, items: tuple[Item, ...]) -> Shapes:
    return Shapes(items, ground_for(rng, {COLOUR_OF[item.colour] for item in items}), rng.getrandbits(32))


def _plural(shape: str, count: int) -> str:
    return f"{count} {shape}{'' if count == 1 else 'es' if shape == 'cross' else 's'}"


def _a(colour: str, shape: str) -> str:
    return f"{'an' if colour[0] in 'aeiou' else 'a'} {colour} {shape}"


def _place(rng: random.Random, radius: float) -> float:
    return rng.uniform(radius, _SIDE_LENGTH - radius)


def _angle(rng: random.Random) -> float:
    """A little: a square on its corner would be another shape to most people."""
    return rng.uniform(-0.25, 0.25)
