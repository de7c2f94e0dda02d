"""What stands in each tile of a picture: what the eyes' auxiliary heads learn to say.

It knows how much of each pixel each thing covers, and the order in which tiles are seen. It does not know how anything
is drawn. An answer names one thing in a picture of 64 tiles, far too little to learn seeing from; this says it of every
tile.
"""

import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from outlast.omni.grammar import PICTURE_SIDE, TILE_SIDE, TILES

NOTHING: Final = "ground"
FORMS: Final = (
    *(NOTHING, "circle", "square", "triangle", "star", "cross", "ring", "heart", "moon", "slash"),
    *string.digits,
    *string.ascii_lowercase,
)
COLOURS: Final = ("red", "green", "blue", "yellow", "black", "white", "orange", "purple", "brown", "grey")
UNKNOWN: Final = -1
_ACROSS: Final = PICTURE_SIDE // TILE_SIDE
_ENOUGH: Final = 0.06
"""Share of a tile that a thing has to cover to be what stands there."""
_EMPTY: Final = 0.005
_KNOWABLE: Final = 0.6
"""Share of a thing that has to be seen before anybody could name it: tiles come row by row."""

Marks = npt.NDArray[np.int8]
"""``(64, 2)``: form and colour of each tile, ``UNKNOWN`` where nothing can be said."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One form in a picture."""

    form: str
    share: npt.NDArray[np.float32]
    """``(64, 64)``: how much of each pixel it covers."""
    colour: str = ""
    """Empty where no one asks for it."""


def marks(things: Sequence[Thing]) -> Marks:
    """What can be said of each tile once it is seen, and of what came before it."""
    found = unknown()
    if not things:
        return found
    areas = np.stack([_by_tile(thing.share) for thing in things])
    found[areas.sum(0) < _EMPTY, 0] = FORMS.index(NOTHING)
    most = areas.argmax(0)
    for number, (thing, area) in enumerate(zip(things, areas, strict=True)):
        own = (most == number) & (area >= _ENOUGH)
        known = own & (np.cumsum(area) >= _KNOWABLE * area.sum())
        found[known, 0] = FORMS.index(thing.form)
        if thing.colour:
            found[own, 1] = COLOURS.index(thing.colour)
    return found


def unknown() -> Marks:
    """Of a picture of which nothing can be said."""
    return np.full((TILES, 2), UNKNOWN, np.int8)


def _by_tile(share: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """``(64,)``: share of each tile."""
    cut = share.reshape(_ACROSS, TILE_SIDE, _ACROSS, TILE_SIDE)
    mean: npt.NDArray[np.float32] = cut.mean((1, 3)).reshape(TILES)
    return mean
