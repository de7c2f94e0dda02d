"""The words in which a rollout is declared on a command line, as values.

It knows their spelling and which guards there are. It does not know what they decide.
"""

import re
from typing import Final

from outlast.errors import SettingsInvalid
from outlast.rollout.plan import SHADOW, Entry, Guard, Scale, Stage
from outlast.tone.feature import BY_NAME

SHARES: Final = ("errors", "contract", "refusals", "feedback")
RATIOS: Final = ("latency", "latency_p95", "first_token", "first_token_p95", "cost")
CHECK: Final = "check."
TONE: Final = "tone."
_AMOUNT: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(%|x|sd|)", re.ASCII)
_SCALES: Final[dict[str, Scale]] = {"%": "share", "": "share", "x": "ratio", "sd": "spread"}
_EXAMPLES: Final[dict[Scale, str]] = {"share": "1%", "ratio": "1.2x", "spread": "0.5sd"}


def parse_stages(text: str) -> tuple[Stage, ...]:
    """``shadow,1,10,50,100``: per cent; whether they rise, the plan checks.

    Raises:
        SettingsInvalid: A part is no stage.
    """
    return tuple(Stage(_share(part.strip(), text)) for part in text.split(","))


def _share(part: str, text: str) -> float:
    if part == SHADOW:
        return 0.0
    found = re.fullmatch(r"(\d{1,3}(?:\.\d{1,6})?)%?", part, re.ASCII)
    share = float(found[1]) / 100 if found else 0.0
    if not 0 < share <= 1:
        raise SettingsInvalid(f"stage {part!r} in {text!r}: write shadow, or per cent above 0 and up to 100")
    return share


def parse_guards(text: str) -> tuple[Guard, ...]:
    """``errors=1%,latency_p95=1.2x,tone.empathy=0.5sd,feedback=5%:watch``.

    Raises:
        SettingsInvalid: A part is no guard, or its margin is of another kind.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise SettingsInvalid("no guard: write at least one, like errors=1%")
    return tuple(_guard(part) for part in parts)


def _guard(part: str) -> Guard:
    name, equals, rest = (piece.strip() for piece in part.partition("="))
    amount, colon, how = (piece.strip() for piece in rest.partition(":"))
    found = _AMOUNT.fullmatch(amount)
    scale = scale_of(name)
    if not equals or found is None or (colon and how != "watch"):
        raise SettingsInvalid(f"guard {part!r}: write {name or 'errors'}={_EXAMPLES[scale]}, if wished with :watch")
    if _SCALES[found[2]] != scale:
        raise SettingsInvalid(f"guard {part!r}: a margin of {name} is written like {_EXAMPLES[scale]}")
    value = float(found[1]) / (100 if found[2] == "%" else 1)
    return Guard(name=name, margin=value, scale=scale, watch=bool(colon))


def scale_of(name: str) -> Scale:
    """How the margin of a guard of this name is meant.

    Raises:
        SettingsInvalid: There is no such guard.
    """
    if name in SHARES or (name.startswith(CHECK) and len(name) > len(CHECK)):
        return "share"
    if name in RATIOS:
        return "ratio"
    if name.startswith(TONE) and name.removeprefix(TONE) in BY_NAME:
        return "spread"
    known = ", ".join((*SHARES, *RATIOS, "check.NAME", "tone.FEATURE"))
    raise SettingsInvalid(f"guard {name!r} is not known; there are {known}")


def parse_entries(text: str) -> tuple[Entry, ...]:
    """``free:1,plus:10,pro:10,business:50``: each plan, and the share in per cent from which its keys take part.

    Raises:
        SettingsInvalid: A part is no plan with a share.
    """
    return tuple(_entry(part.strip(), text) for part in text.split(","))


def _entry(part: str, text: str) -> Entry:
    plan, colon, share = (piece.strip() for piece in part.rpartition(":"))
    if not (plan and colon):
        raise SettingsInvalid(f"plan {part!r} in {text!r}: write it with the share that it enters at, like free:1")
    return Entry(plan=plan, share=_share(share, text))
