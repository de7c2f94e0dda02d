"""A gambler as a value: the same bets as those of arrays, put aside anywhere, and right about a fair game."""

import itertools
import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.errors import EvidenceInvalid
from outlast.stats.bets import constant_shares, constant_stakes
from outlast.stats.betting import PredictablePaths
from outlast.stats.wealth import SMALLEST_STAKE, Wealth

VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=60)


def after(values: list[float], mean: float) -> Wealth:
    wealth = Wealth(mean)
    for value in values:
        wealth = wealth.bet(value)
    return wealth


@given(VALUES, st.floats(0.05, 0.95))
def test_half_bets_by_what_was_seen_and_half_is_spread_over_constant_bets(values: list[float], mean: float) -> None:
    row = np.array([values])
    seen = PredictablePaths(1).extend(row, mean)
    stakes = constant_stakes(mean, SMALLEST_STAKE)
    constant = np.cumsum(np.log1p(np.outer(stakes, row - mean)), axis=1)
    logs = np.log(constant_shares(len(stakes))) + math.log(0.5)
    together = np.logaddexp.reduce(np.vstack((seen + math.log(0.5), constant + logs[:, None])), axis=0)
    assert after(values, mean).peak == pytest.approx(max(0.0, together.max()), abs=1e-9)


@given(VALUES, st.integers(0, 60), st.floats(0.05, 0.95))
def test_one_that_was_written_down_goes_on_as_if_nothing_had_been(values: list[float], place: int, mean: float) -> None:
    kept = msgspec.json.decode(msgspec.json.encode(after(values[:place], mean)), type=Wealth)
    for value in values[place:]:
        kept = kept.bet(value)
    assert kept == after(values, mean)


@pytest.mark.parametrize("alpha", [0.4, 0.1])
@pytest.mark.parametrize("mean", [0.5, 0.6])
def test_a_fair_game_makes_rich_in_at_most_alpha_of_all_sequences(mean: float, alpha: float) -> None:
    """Every sequence of nine coins, weighed."""
    chance = 0.0
    for coins in itertools.product((0.0, 1.0), repeat=9):
        if after(list(coins), mean).peak >= -math.log(alpha):
            chance += mean ** sum(coins) * (1 - mean) ** (9 - sum(coins))
    assert 0 < chance <= alpha


def test_rare_large_losses_do_not_hide_many_small_gains() -> None:
    """Errors of one per cent in both arms under a margin of one; stakes by mean and variance alone stay poor."""
    random = np.random.default_rng(1)
    worse = (random.random(4_000) < 0.01).astype(float) - (random.random(4_000) < 0.01)
    values = (1 - worse) / 2
    alone = PredictablePaths(1).extend(values[None, :], 0.495).max()
    assert after(values.tolist(), 0.495).peak > math.log(80) > alone


@pytest.mark.parametrize("value", [-0.01, 1.01, math.nan, math.inf])
def test_what_lies_outside_cannot_be_bet_on(value: float) -> None:
    with pytest.raises(EvidenceInvalid, match="between 0 and 1"):
        Wealth(0.5).bet(value)
