"""The margins of a replay as values.

It knows their spelling. It does not know what they decide.
"""

import click

from outlast.replay.plan import Margin

DEFAULT_SHARE = Margin(of="share", value=0.05)
DEFAULT_RATIO = Margin(of="ratio", value=1.2, scale="ratio")
DEFAULT_SPREAD = Margin(of="spread", value=0.5, scale="spread")
DEFAULTS = (DEFAULT_SHARE, DEFAULT_RATIO, DEFAULT_SPREAD)


def parse_margins(text: str | None) -> tuple[Margin, ...]:
    """``5%`` for all passes and scores, or ``contract=2%,latency_p95=1.2x,tone=0.5sd``; the rest by default.

    Raises:
        click.BadParameter: a part is no margin.
    """
    declared = tuple(_margin(part.strip()) for part in (text or "").split(",") if part.strip())
    words = {margin.of for margin in declared}
    return (*declared, *(default for default in DEFAULTS if default.of not in words))


def _margin(part: str) -> Margin:
    of, equals, amount = part.rpartition("=")
    amount = amount.strip()
    if amount.endswith("sd"):
        return _spread(part, of.strip() or "spread", amount.removesuffix("sd"))
    try:
        if amount.endswith("x"):
            value, ratio = float(amount[:-1]), True
        elif amount.endswith("%"):
            value, ratio = float(amount[:-1]) / 100, False
        else:
            value, ratio = float(amount), False
    except ValueError:
        raise click.BadParameter(f"{part!r} is no margin; write 5%, 0.05, 1.2x or contract=2%") from None
    if not (1 < value < 100 if ratio else 0 < value < 1):
        raise click.BadParameter(f"{part!r}: a share lies between 0 and 1 (5%), a ratio above 1 (1.2x)")
    word = of.strip() if equals else ("ratio" if ratio else "share")
    return Margin(of=word, value=value, scale="ratio" if ratio else "share")


def _spread(part: str, of: str, amount: str) -> Margin:
    """A margin in the incumbent's own spreads."""
    try:
        value = float(amount)
    except ValueError:
        value = 0.0
    if not 0 < value < 10:
        raise click.BadParameter(f"{part!r}: a number of spreads lies between 0 and 10 (tone=0.5sd)")
    return Margin(of=of, value=value, scale="spread")
