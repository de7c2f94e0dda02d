"""Digits and words written into a picture, in many fonts.

It knows fonts that Pillow and Debian's packages ``fonts-dejavu-core`` and ``fonts-liberation`` bring; both are needed
only where pictures are drawn. It does not know what is asked.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from outlast.omni.engine import Pixels
from outlast.omni.grammar import PICTURE_SIDE
from training.curriculum.forms import Marks, Thing, marks
from training.curriculum.scenes import Colour, Floats, finished, ground, paint

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

FONTS: Final = (
    "", "DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSerif", "LiberationSans-Bold",
    "LiberationSerif-Regular", "LiberationSerif-Bold", "LiberationMono-Regular", "LiberationSansNarrow-Bold",
)  # fmt: skip
"""Taught; the first is Pillow's own."""
HELD_OUT_FONTS: Final = ("DejaVuSerif-Bold", "LiberationSans-Regular", "LiberationMono-Bold")
_PACKAGES: Final = "fonts-dejavu-core fonts-liberation"
_LARGEST: Final = 44
_SMALLEST: Final = 9
_MARGIN: Final = 2


@dataclass(frozen=True, slots=True)
class Writing:
    """A line of text on a ground."""

    text: str
    font: str
    ink: Colour
    ground: Colour
    size: float
    """From 0 to 1: of the sizes at which it fits."""
    place: tuple[float, float]
    """From 0 to 1: across and down the room that is left."""
    seed: int

    def draw(self) -> Pixels:
        """The line; nothing of it is cut off."""
        rng = np.random.default_rng(self.seed)
        picture = ground(self.ground, rng)
        font, at = self._laid()
        paint(picture, _inked(self.text, font, at), np.asarray(self.ink, np.float32))
        return finished(picture, rng)

    def marks(self) -> Marks:
        """Letters and digits; whether a letter is large is not said."""
        font, (left, top) = self._laid()
        behind = (font.getlength(self.text[:place]) for place in range(len(self.text)))
        return marks(
            [
                Thing(sign.lower(), _inked(sign, font, (round(left + before), top)))
                for sign, before in zip(self.text, behind, strict=True)
            ]
        )

    def _laid(self) -> tuple["FreeTypeFont", tuple[int, int]]:
        """The font, and where its line begins."""
        font = _fitting(self.text, self.font, self.size)
        left, top, right, bottom = font.getbbox(self.text)
        room = (PICTURE_SIDE - 2 * _MARGIN - (right - left), PICTURE_SIDE - 2 * _MARGIN - (bottom - top))
        at = tuple(_MARGIN + share * max(free, 0) for share, free in zip(self.place, room, strict=True))
        return font, (round(at[0] - left), round(at[1] - top))


def _inked(text: str, font: "FreeTypeFont", at: tuple[int, int]) -> Floats:
    """How much of each pixel is covered."""
    from PIL import Image, ImageDraw  # noqa: PLC0415  only where pictures are drawn

    image = Image.new("L", (PICTURE_SIDE, PICTURE_SIDE))
    ImageDraw.Draw(image).text(at, text, fill=255, font=font)
    return np.asarray(image, np.float32) / np.float32(255)


def _fitting(text: str, name: str, size: float) -> "FreeTypeFont":
    """A font so large that the text fits, or somewhat smaller."""
    most = _SMALLEST
    for points in range(_LARGEST, _SMALLEST, -1):
        left, top, right, bottom = _font(name, points).getbbox(text)
        if max(right - left, bottom - top) <= PICTURE_SIDE - 2 * _MARGIN:
            most = points
            break
    least = max(_SMALLEST, min(most, round(0.6 * most)))
    return _font(name, round(least + size * (most - least)))


@lru_cache(maxsize=1024)
def _font(name: str, points: int) -> "FreeTypeFont":
    from PIL import ImageFont  # noqa: PLC0415  only where pictures are drawn

    try:
        found = ImageFont.truetype(f"{name}.ttf", points) if name else ImageFont.load_default(points)
    except OSError as problem:
        raise SystemExit(f"the font {name} is missing: apt-get install {_PACKAGES}") from problem
    assert isinstance(found, ImageFont.FreeTypeFont)  # noqa: S101  Pillow is built with FreeType in its wheels
    return found
