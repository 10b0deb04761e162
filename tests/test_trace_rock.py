"""Rock: curves that are drawn alike are told by the other curves of the page."""

from __future__ import annotations

import numpy as np
import pytest

from tests.panels import curve
from tests.paths import followed
from veernet.trace import identity
from veernet.trace.dash_patterns import TABLE
from veernet.trace.identity import Pool
from veernet.trace.rock import covariates

ROWS = 6000
AT = np.arange(float(ROWS))


def beds(seed):
    """Return a course of beds a few hundred rows tall, of mean 0 and variance 1."""
    rng = np.random.default_rng(seed)
    heights = rng.integers(60, 260, ROWS // 60)
    course = np.repeat(rng.normal(size=heights.size), heights)[:ROWS]
    course = np.convolve(course, np.ones(15) / 15, mode="same")
    return (course - course.mean()) / course.std()


def uncrossed(first, second):
    """Return paths that never cross, as is decoded where every meeting is misread."""
    columns = np.minimum(first, second), np.maximum(first, second)
    return [followed(c, curve(n)) for c, n in zip(columns, "AB", strict=True)]


def right_share(found, first, paths):
    """Return the mean probability that A is on the path where it was drawn."""
    on_first = np.isclose(paths[0].folded, first)
    path = found.by_row()[:, 0]
    return float(np.where(on_first, path[:, 0], path[:, 1]).mean())


@pytest.fixture
def open_meetings(monkeypatch):
    """Let the courses at a meeting say nothing."""
    monkeypatch.setattr(identity, "_exchange", lambda _: 0.5)


@pytest.mark.usefixtures("open_meetings")
@pytest.mark.parametrize("seed", range(4))
def test_a_gap_that_follows_another_curve_tells_which_is_which(seed):
    """The gap between two curves is that of the gamma ray, as neutron and density."""
    gamma = beds(seed)
    wander = 20 * beds(seed + 50)
    first, second = 120 + wander - 16 * gamma, 120 + wander + 16 * gamma
    first[:200], second[:200] = 90.0, 150.0  # first apart as registered
    paths = uncrossed(first, second)
    pool = Pool(paths, (0, 1), TABLE)
    unaided = right_share(pool.identify(), first, paths)
    aided = right_share(pool.identify(gamma[:, None]), first, paths)
    assert unaided < 0.65
    assert aided > 0.9


@pytest.mark.usefixtures("open_meetings")
@pytest.mark.parametrize("seed", range(4))
def test_a_curve_that_has_nothing_to_do_with_it_changes_nothing(seed):
    gamma = beds(seed)
    first, second = 120 - 16 * gamma, 120 + 16 * gamma
    pool = Pool(uncrossed(first, second), (0, 1), TABLE)
    other = beds(seed + 100)
    found = pool.identify(other[:, None]).probability
    assert np.array_equal(found, pool.identify().probability)


def test_covariates_are_standardised_and_unknown_rows_are_nought():
    column = 100 + 30 * beds(1)
    column[100:400] = np.nan
    mass = np.ones(ROWS)
    mass[2000:2300] = 0.2
    found = covariates([(column, mass), (np.full(ROWS, np.nan), mass)])
    assert found.shape == (ROWS, 2)
    assert not found[100:400, 0].any()
    assert not found[2000:2300, 0].any()
    assert not found[:, 1].any()
    assert found[:, 0].std() == pytest.approx(1, abs=0.2)
    assert covariates([]).shape == (0, 0)
