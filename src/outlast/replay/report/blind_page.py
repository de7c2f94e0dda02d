"""The page on which people judge blind: one HTML file that opens from a disk and asks nothing of any network.

It knows the template, and what of a text a reader may see. It does not know which model is which: a ``Shown`` does not
say. Buttons need a script; it is the page's own, and the policy allows that one and the style sheet by their hashes.

What models said is hostile. It travels as data, and the script puts it on the page as text alone.
"""

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Final

import msgspec
from markupsafe import Markup

from outlast.errors import EvidenceInvalid
from outlast.replay.blind import Shown, Turn
from outlast.replay.plan import Plan
from outlast.replay.report.templating import ENVIRONMENT
from outlast.replay.report.visible import shortened, visible

LARGEST: Final = 8_000_000
"""Bytes of a page."""
_LONGEST: Final = 20_000
"""Signs of one answer or turn that are shown."""


def blind_page(plan: Plan, pairs: Sequence[Shown], *, version: str) -> str:
    """The whole page.

    Raises:
        EvidenceInvalid: there are more or longer texts than one page holds.
    """
    style, script = (_own(name) for name in ("blind.css", "blind.js"))
    data = msgspec.json.encode({"sheet": plan.hash, "pairs": [_visible(pair) for pair in pairs]})
    page = ENVIRONMENT.get_template("blind.html.j2").render(
        sheet=plan.hash,
        count=len(pairs),
        style=Markup(style),  # noqa: S704 - our own file, whose hash the page's policy names
        style_hash=_hash(style),
        script=Markup(script),  # noqa: S704 - our own file, whose hash the page's policy names
        script_hash=_hash(script),
        data=Markup(data.decode().replace("<", "\\u003c")),  # noqa: S704 - JSON in which nothing can end its element
        version=version,
    )
    if len(page.encode()) > LARGEST:
        raise EvidenceInvalid(f"the page would be larger than {LARGEST:,} bytes: choose fewer pairs with --sample")
    return page


def _visible(pair: Shown) -> Shown:
    turns = tuple(Turn(turn.role, _text(turn.text)) for turn in pair.turns)
    return msgspec.structs.replace(pair, turns=turns, left=_text(pair.left), right=_text(pair.right))


def _text(text: str) -> str:
    return visible(shortened(text, _LONGEST))


def _own(name: str) -> str:
    return files("outlast.replay.report").joinpath("templates", name).read_text("utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
