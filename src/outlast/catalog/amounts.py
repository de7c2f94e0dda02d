"""Amounts of money as people read them, the same on every terminal and every page.

It knows digits. It does not know what was paid for.
"""

from decimal import Decimal


def format_decimal(value: Decimal) -> str:
    """Plain digits without an exponent or trailing zeros: ``0.125``, ``10``."""
    text = format(value.normalize(), "f")
    return "0" if text == "-0" else text


def usd_text(amount: Decimal) -> str:
    """Dollars with every digit that they have, and at least two decimals."""
    digits = format_decimal(amount)
    whole, _, cents = digits.partition(".")
    return f"{whole}.{cents.ljust(2, '0')}"


def month_text(amount: Decimal) -> str:
    """A month's sum to read: cents, or the first three digits where it is less than a dollar."""
    if amount == 0 or abs(amount) >= 1:
        return f"{amount:,.2f}"
    places = -amount.adjusted() + 2
    return usd_text(round(amount, places))
