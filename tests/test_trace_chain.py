"""Two states down a chain: all that speaks for each place."""

from itertools import product

import numpy as np
import pytest

from veernet.trace.chain import both_ways


@pytest.mark.parametrize("seed", range(5))
def test_the_odds_are_those_of_all_chains_weighed_one_by_one(seed):
    rng = np.random.default_rng(seed)
    odds, change = rng.normal(0, 2, 7), rng.uniform(0.01, 0.6, 7)
    weight = np.zeros((7, 2))
    for chain in product((0, 1), repeat=7):
        states = np.array(chain)
        # Both states are as likely before the first place.
        moves = np.where(states[1:] != states[:-1], change[1:], 1 - change[1:])
        chance = moves.prod() * np.exp((odds * (states == 0)).sum())
        weight[np.arange(7), states] += chance
    assert both_ways(odds, change) == pytest.approx(np.log(weight[:, 0] / weight[:, 1]))


def test_what_is_certain_stays_finite():
    odds = both_ways(np.array([1e4, 0.0, -1e4]), np.array([0.5, 1e-12, 1e-12]))
    assert np.isfinite(odds).all()
    assert odds[0] > 0 > odds[2]


def test_where_nothing_is_kept_nothing_is_known():
    odds = both_ways(np.array([50.0, 0.0]), np.array([0.5, 0.5]))
    assert odds == pytest.approx([50.0, 0.0])
