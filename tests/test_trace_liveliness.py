"""Liveliness: what parts two curves of one pen where directions leave doubts."""

from __future__ import annotations

import numpy as np
import pytest

from veernet.trace.liveliness import contrast, how_sure, part

RNG = np.random.default_rng(3)
SMOOTH = 50 + 10 * np.sin(np.arange(400) / 60)
LIVELY = SMOOTH + RNG.normal(0, 2, 400)
BOUNDS = [(0, 100), (102, 200), (202, 204), (210, 400)]


def test_the_livelier_of_two_is_told_in_each_stretch_that_is_long_enough():
    ratio, weight = contrast(LIVELY, SMOOTH, BOUNDS)
    assert (ratio[[0, 1, 3]] > 1).all()
    assert (weight[[0, 1, 3]] == 1).all()
    assert (ratio[2], weight[2]) == (0, 0)
    swapped, _ = contrast(SMOOTH, LIVELY, BOUNDS)
    np.testing.assert_allclose(swapped, -ratio)


def test_a_stretch_that_is_unread_says_nothing():
    ratio, weight = contrast(np.full(400, np.nan), SMOOTH, BOUNDS)
    assert not ratio.any()
    assert not weight.any()


def test_without_a_contrast_directions_decide():
    odds = np.array([2.0, -1.0, 0.5, -3.0])
    changes = part(odds, np.zeros(5), np.ones(5))
    assert changes.tolist() == [True, False, True, False]


def test_a_clear_contrast_overrules_a_doubtful_direction():
    # After the second meeting the ways have changed places, though hardly to be seen.
    ratio = np.array([1.5, 1.4, -1.5, -1.4, -1.6])
    odds = np.array([-2.0, -0.4, -2.0, -2.0])
    assert part(odds, ratio, np.ones(5)).tolist() == [False, True, False, False]


def test_a_certain_direction_stands_against_a_weak_contrast():
    ratio = np.array([0.1, -0.1, 0.1])
    odds = np.array([-6.0, -6.0])
    assert not part(odds, ratio, np.ones(3)).any()


@pytest.mark.parametrize("seed", range(5))
def test_the_chain_is_the_best_of_all(seed):
    """Against trying every chain of six meetings."""
    rng = np.random.default_rng(seed)
    odds, ratio, weight = rng.normal(0, 3, 6), rng.normal(0, 1, 7), rng.uniform(0, 1, 7)
    found = part(odds, ratio, weight)
    state = np.concatenate([[0], np.cumsum(found) % 2])
    usual = np.sum((1 - 2 * state) * ratio * weight) / max(weight.sum(), 1)

    def gain(states):
        changes = np.diff(states) != 0
        favour = 8.0 * usual * ratio * weight * (1 - 2 * states)
        return np.sum(np.where(changes, odds, -odds)) / 2 + favour.sum()

    best = max(gain(np.array(list(np.binary_repr(i, 7)), int)) for i in range(128))
    assert gain(state) == pytest.approx(best)


def test_a_meeting_in_doubt_casts_it_on_all_that_follows():
    nothing = np.zeros(4)
    doubtful = np.array([-20.0, 0.0, -20.0])
    chance = 1 / (1 + np.exp(-how_sure(doubtful, nothing, nothing, named=0)))
    assert chance[:2].min() > 0.95
    assert chance[2:] == pytest.approx(0.5, abs=0.01)
    chance = 1 / (1 + np.exp(-how_sure(doubtful, nothing, nothing, named=3)))
    assert chance[:2] == pytest.approx(0.5, abs=0.01)
    assert chance[2:].min() > 0.95


def test_liveliness_says_that_nothing_has_changed():
    ratio, weight = np.full(4, 1.0), np.ones(4)
    doubtful = np.zeros(3)
    assert how_sure(doubtful, ratio, weight, named=0).min() > 3
    assert how_sure(doubtful, ratio * [1, 1, 1, -1], weight, named=0)[-1] < -1


def test_no_stretch_is_its_own_witness():
    sure = how_sure(np.zeros(1), np.array([0.0, 1.3]), np.array([0.0, 1.0]), named=0)
    assert sure[1] == pytest.approx(0, abs=1e-6)


def test_without_a_meeting_there_is_no_doubt():
    assert how_sure(np.array([]), np.zeros(1), np.zeros(1), named=0).min() > 10
