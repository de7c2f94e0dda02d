"""Budgets of commands that ask models: money, and the number of answers.

It knows that money bounds nothing where no price is known. It does not know how a budget is kept (``replay.run``).
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from outlast.checks.draw import Item
from outlast.cli.keys_words import Money
from outlast.replay.ports import Asker
from outlast.replay.run import TYPICAL_OUTPUT

Command = TypeVar("Command", bound=Callable[..., Any])


def budget_options(command: Command) -> Command:
    """Add ``--budget`` and ``--budget-calls``; the command receives ``budget`` and ``calls``."""
    for option in (
        click.option("--budget-calls", "calls", type=click.IntRange(1), metavar="N", help="Begin at most N answers."),
        click.option("--budget", type=Money(), metavar="AMOUNT", help="Begin no answer that would go past it: 5USD."),
    ):
        command = option(command)
    return command


def refuse_unpriced(asker: Asker, item: Item, targets: Sequence[str], *, budget: int | None, calls: int | None) -> None:
    """Refuse a budget of money for models without a price, unless their answers are counted.

    Raises:
        click.UsageError: money is the only bound, and it would not bind.
    """
    if not budget or calls is not None:
        return
    unpriced = [each for each in dict.fromkeys(targets) if asker.expected_cost(item, each, TYPICAL_OUTPUT) is None]
    if unpriced:
        raise click.UsageError(
            f"--budget cannot hold {', '.join(unpriced)}: no price is known; --budget-calls N bounds the number of "
            "answers, or a supplement of the catalogue names the price"
        )
