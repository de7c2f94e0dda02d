"""The margins of a replay as values.

It knows their spelling. It does not know what they decide.
"""

import click

from outlast.replay.plan import Margin

DEFAULT_SHARE = Margin(of="share", value=0.05)
DEFAULT_RATIO = Margin(of="ratio", value=1.2, scale="ratio")


def parse_margins(text: str | None) -> tuple[Margin, ...]:
    """``5%`` for all passes and scores, or ``contract=2%,latency_p95=1.2x``; what is not said has the default.

    Raises:
        click.BadParameter: a part is no margin.
    """
    declared = tuple(_margin(part.strip()) for part in (text or "").split(",") if part.strip())
    words = {margin.of for margin in declared}
    return (*declared, *(default for default in (DEFAULT_SHARE, DEFAULT_RATIO) if default.of not in words))


def _margin(part: str) -> Margin:
    of, equals, amount = part.rpartition("=")
    amount = amount.strip()
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
