"""Arrays: curves of one quantity keep their proportions, whoever crosses whom."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from tests.panels import curve
from tests.paths import followed
from veernet.axes import Scale
from veernet.trace.arrays import LEAST_CURVES, ArrayEvidence, array_of

ROWS, TALL = 2000, 40
PROPORTIONS = np.array([-0.7, -0.27, 0.08, 0.35, 0.55])


def spec(name, unit="OHMM"):
    return replace(curve(name), unit=unit, scale=Scale("log", 0.2, 2000.0))


def test_an_array_is_on_one_scale_and_has_enough_curves():
    four = [spec(f"AT{k}") for k in (10, 20, 30, 90)]
    assert array_of([curve("GR"), *four]) == [1, 2, 3, 4]
    assert array_of(four[: LEAST_CURVES - 1]) == []
    assert array_of([*four[:3], spec("SP", unit="MV")]) == []
    assert array_of([]) == []


@pytest.mark.parametrize("seed", range(3))
def test_proportions_tell_who_is_who_where_they_have_been_learnt(seed):
    """Paths run from left to right; the array turns over at every change of beds."""
    rng = np.random.default_rng(seed)
    factor = np.repeat(rng.choice([-1, 1], ROWS // TALL), TALL) * 40
    places = 200 + factor * PROPORTIONS[:, None] + rng.normal(0, 1, (5, ROWS))
    order = np.argsort(places, axis=0)
    columns = np.take_along_axis(places, order, axis=0)
    pool = [followed(c, spec(f"AT{k}")) for k, c in enumerate(columns)]
    states = np.array(list(permutations(range(5))))
    bounds = np.arange(0, ROWS + 1, TALL)
    # The path of each curve in each tracklet, and which state that is.
    truth = np.argsort(order[:, ::TALL], axis=0).T
    place = {tuple(state): index for index, state in enumerate(states.tolist())}
    true = np.array([place[tuple(path)] for path in truth.tolist()])
    joint = np.full((true.size, len(states)), 0.4 / len(states))
    joint[np.arange(true.size), true] += 0.6
    found = ArrayEvidence(pool, range(5), bounds, states).log_likelihood(joint)
    assert found.shape == joint.shape
    assert found.max(axis=1) == pytest.approx(0)
    # Far likelier than with any two neighbours of the five exchanged.
    for one in range(4):
        swapped = truth.copy()
        swapped[:, [one, one + 1]] = swapped[:, [one + 1, one]]
        other = np.array([place[tuple(path)] for path in swapped.tolist()])
        at = np.arange(true.size)
        assert (found[at, true] > found[at, other]).mean() > 0.95


def test_an_array_that_runs_together_says_nothing():
    columns = np.full((5, ROWS), 200.0) + np.arange(5)[:, None] * 0.01
    pool = [followed(c, spec(f"AT{k}")) for k, c in enumerate(columns)]
    states = np.array(list(permutations(range(5))))
    bounds = np.arange(0, ROWS + 1, TALL)
    joint = np.full((bounds.size - 1, len(states)), 1 / len(states))
    found = ArrayEvidence(pool, range(5), bounds, states).log_likelihood(joint)
    assert found == pytest.approx(0, abs=1e-3)
