"""Amounts as people write and read them: ``10M`` tokens, ``2.50`` dollars, ``half``.

It knows notation. It does not know what is counted or paid.
"""

from decimal import Decimal, InvalidOperation

import click

SUFFIXES = {"k": 10**3, "m": 10**6, "b": 10**9}
RATIOS = {
    Decimal("0.1"): "a tenth",
    Decimal("0.2"): "a fifth",
    Decimal("0.25"): "a quarter",
    Decimal("0.5"): "half",
    Decimal(1): "equal",
    Decimal(2): "double",
}


class Count(click.ParamType[int]):
    """A number of tokens or calls, written ``1500``, ``20k``, ``1.5M`` or ``2B``."""

    name = "count"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the count, or say what one looks like."""
        if isinstance(value, int):
            return value
        text = str(value).strip().lower().replace("_", "").replace(",", "")
        factor = SUFFIXES.get(text[-1:], 1)
        try:
            exact = Decimal(text[:-1] if factor > 1 else text) * factor
        except InvalidOperation:
            exact = Decimal(-1)
        if not exact.is_finite() or exact < 0 or exact != int(exact):
            self.fail(f"{value!r} is not a count; write it like 1500, 20k, 1.5M or 2B", param, ctx)
        return int(exact)


def ratio_text(ratio: Decimal) -> str:
    """A price against another: a word where one fits exactly, else a factor."""
    return RATIOS.get(ratio.normalize()) or f"{ratio:.3g} times"
