"""Pictures of 64 by 64 pixels: shapes in colours, and things that are none of them.

It knows how far a point is from the edge of a shape, and colours. It does not know what is asked about a picture, nor
how text is written into one (``writing``). A scene is drawn only when it is looked at, always the same.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from outlast.omni.engine import Pixels
from outlast.omni.grammar import PICTURE_SIDE
from training.curriculum.forms import Marks, Thing, marks, unknown

Floats = npt.NDArray[np.float32]
Colour = tuple[int, int, int]
COLOUR_OF: Final[dict[str, Colour]] = {
    "red": (220, 35, 35), "green": (30, 160, 60), "blue": (40, 70, 220), "yellow": (245, 220, 40),
    "black": (15, 15, 15), "white": (245, 245, 245), "orange": (245, 135, 20), "purple": (140, 45, 175),
    "brown": (120, 70, 30), "grey": (130, 130, 130),
}  # fmt: skip
GROUNDS: Final[tuple[Colour, ...]] = (
    (250, 250, 250), (235, 230, 215), (205, 220, 240), (210, 235, 210), (240, 210, 220), (190, 190, 190),
    (20, 20, 25), (35, 45, 80), (50, 70, 50), (80, 50, 50), (90, 90, 100), (250, 240, 180), (150, 190, 230),
)  # fmt: skip
"""What lies behind."""
_APART: Final = 130
"""Least distance of two colours that are to be told from each other, as the sum over red, green and blue."""
_FIFTH: Final = 2 * np.pi / 5
_INNER: Final = 0.45
"""Radius of a star's inner corners."""


@dataclass(frozen=True, slots=True)
class Item:
    """One shape in its place."""

    shape: str
    colour: str
    x: float
    y: float
    radius: float
    """Pixels, as the two before."""
    angle: float = 0.0


@dataclass(frozen=True, slots=True)
class Shapes:
    """Shapes on a ground."""

    items: tuple[Item, ...]
    ground: Colour
    seed: int

    def draw(self) -> Pixels:
        """The later ones lie above."""
        rng = np.random.default_rng(self.seed)
        picture = ground(self.ground, rng)
        for item in self.items:
            tint = np.asarray(COLOUR_OF[item.colour], np.float32) + rng.uniform(-14, 14, 3).astype(np.float32)
            paint(picture, covered(item), tint)
        return finished(picture, rng)

    def marks(self) -> Marks:
        """Forms and colours."""
        return marks([Thing(item.shape, covered(item), item.colour) for item in self.items])


@dataclass(frozen=True, slots=True)
class Strange:
    """Something that has no name here: noise, stripes, squares of a board, a landscape of hills."""

    kind: int
    seed: int
    KINDS = 4

    def draw(self) -> Pixels:
        """Of its kind."""
        rng = np.random.default_rng(self.seed)
        first, second = rng.uniform(0, 255, (2, 3)).astype(np.float32)
        picture = np.empty((PICTURE_SIDE, PICTURE_SIDE, 3), np.float32)
        picture[:] = first
        rows, columns = _pixels()
        if self.kind == 0:
            picture = rng.uniform(0, 255, picture.shape).astype(np.float32)
        elif self.kind == 1:
            angle = rng.uniform(0, np.pi)
            waves = np.sin((np.cos(angle) * columns + np.sin(angle) * rows) * rng.uniform(0.2, 1.2))
            paint(picture, (waves > 0).astype(np.float32), second)
        elif self.kind == 2:
            side = rng.integers(4, 12)
            paint(picture, ((rows // side + columns // side) % 2).astype(np.float32), second)
        else:
            for height in np.sort(rng.uniform(15, 60, 4)):
                hills = height + 6 * np.sin(columns * rng.uniform(0.05, 0.25) + rng.uniform(0, 6))
                paint(picture, (rows > hills).astype(np.float32), rng.uniform(0, 255, 3).astype(np.float32))
        return finished(picture, rng)

    def marks(self) -> Marks:
        """None."""
        return unknown()


def covered(item: Item) -> Floats:
    """How much of each pixel a shape covers."""
    rows, columns = _pixels()
    x, y = (columns - item.x) / item.radius, (rows - item.y) / item.radius
    cosine, sine = np.float32(np.cos(item.angle)), np.float32(np.sin(item.angle))
    outside = OUTSIDE[item.shape](x * cosine + y * sine, y * cosine - x * sine)
    shown: Floats = np.clip(0.5 - outside * item.radius, 0, 1).astype(np.float32)
    return shown


def paint(picture: Floats, share: Floats, colour: Floats) -> None:
    """Lay a colour over a picture where ``share`` says so."""
    picture += share[..., None] * (colour - picture)


def ground(colour: Colour, rng: np.random.Generator) -> Floats:
    """A colour that fades a little to one side."""
    rows, columns = _pixels()
    slope = rng.uniform(-12, 12, 2).astype(np.float32)
    fade = (rows * slope[0] + columns * slope[1]) / PICTURE_SIDE
    faded: Floats = (np.asarray(colour, np.float32) + fade[..., None]).astype(np.float32)
    return faded


def finished(picture: Floats, rng: np.random.Generator) -> Pixels:
    """With a camera's noise, in whole numbers."""
    noise = rng.normal(0, rng.uniform(0, 9), picture.shape)
    pixels: Pixels = np.clip(np.rint(picture + noise), 0, 255).astype(np.uint8)
    return pixels


def ground_for(rng: random.Random, colours: set[Colour]) -> Colour:
    """One on which all of these are seen."""
    fit = [each for each in GROUNDS if all(_distance(each, colour) >= _APART for colour in colours)]
    return rng.choice(fit or [(205, 220, 240)])


def _distance(first: Colour, second: Colour) -> int:
    return sum(abs(a - b) for a, b in zip(first, second, strict=True))


def _pixels() -> tuple[Floats, Floats]:
    """Row and column of each pixel's middle."""
    places = np.arange(PICTURE_SIDE, dtype=np.float32) + np.float32(0.5)
    return np.broadcast_to(places[:, None], (PICTURE_SIDE,) * 2), np.broadcast_to(places, (PICTURE_SIDE,) * 2)


def _star(x: Floats, y: Floats) -> Floats:
    """Folded into a tenth: a line from the tip to an inner corner."""
    turned = np.arctan2(x, -y)
    angle = np.abs((turned + _FIFTH / 2) % _FIFTH - _FIFTH / 2)
    far = np.hypot(x, y)
    along, across = 1 - _INNER * np.cos(_FIFTH / 2), _INNER * np.sin(_FIFTH / 2)
    length = np.hypot(along, across)
    return np.asarray(((far * np.cos(angle) - 1) * across + far * np.sin(angle) * along) / length, np.float32)


def _heart(x: Floats, y: Floats) -> Floats:
    side, up = np.abs(x) * 1.15, -y * 1.15 + 0.1
    return np.asarray(((side**2 + up**2 - 1) ** 3 - side**2 * up**3) * 0.4, np.float32)


OUTSIDE: Final[dict[str, Callable[[Floats, Floats], Floats]]] = {
    "circle": lambda x, y: np.hypot(x, y) - 1,
    "square": lambda x, y: np.maximum(np.abs(x), np.abs(y)) - np.float32(0.85),
    "triangle": lambda x, y: np.maximum(y, np.abs(x) * np.float32(0.866) - y / 2) - np.float32(0.55),
    "star": _star,
    "cross": lambda x, y: np.minimum(
        np.maximum(np.abs(x) - np.float32(0.28), np.abs(y) - 1), np.maximum(np.abs(x) - 1, np.abs(y) - np.float32(0.28))
    ),
    "ring": lambda x, y: np.abs(np.hypot(x, y) - np.float32(0.78)) - np.float32(0.22),
    "heart": _heart,
    "moon": lambda x, y: np.maximum(np.hypot(x, y) - 1, np.float32(0.9) - np.hypot(x - np.float32(0.5), y)),
    "slash": lambda x, y: np.maximum(np.abs(x) - np.float32(0.15), np.abs(y) - 1),
}
"""Below zero inside, above outside, about in radii; the last three are shapes that have no name here."""
NAMELESS: Final = ("heart", "moon", "slash")
