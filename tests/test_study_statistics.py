"""Intervals cover what they say; ranks are scipy's."""

import numpy as np
import pytest
from scipy import stats

from veernet.errors import InputError
from veernet.study.ranks import correlate_across, correlate_within, ranks, tau_b
from veernet.study.statistics import (
    BootstrapDraws,
    bare,
    estimate,
    exact,
    share,
    t_interval,
    weighted_median,
)


def test_without_pictures_the_interval_is_student_t() -> None:
    values = np.array([0.2, 0.5, 0.3, 0.9])
    draws = BootstrapDraws(
        np.random.default_rng(0), pictures=0, seeds=range(4), count=40_000
    )
    found = estimate(draws.mean(values, range(4)), values)
    assert (found.low, found.high) == pytest.approx(t_interval(values), abs=0.02)
    expected = stats.t.interval(
        0.95, 3, loc=values.mean(), scale=values.std(ddof=1) / 2
    )
    assert t_interval(values) == pytest.approx(expected)
    assert found.value == pytest.approx(values.mean())
    assert found.spread == pytest.approx(values.std(ddof=1))
    assert found.seeds == 4


def test_the_bootstrap_of_three_seeds_is_known() -> None:
    draws = BootstrapDraws(
        np.random.default_rng(0), pictures=0, seeds=[7, 8, 9], count=40_000
    )
    weights = draws.of_seeds([7, 8, 9])[1, 1:]
    assert weights.sum(axis=1) == pytest.approx(np.ones(len(weights)))
    alone = (weights == 1).any(axis=1).mean()
    assert alone == pytest.approx(3 / 27, abs=0.005)  # one seed three times
    mean = draws.mean(np.array([0.0, 1.0, 2.0]), [7, 8, 9])[1, 1:]
    # Two thirds of the unbiased variance of the mean, 1 / 3.
    assert mean.var() == pytest.approx(2 / 9, rel=0.02)


@pytest.mark.parametrize(("of_seeds", "of_pictures"), [(1.0, 0.0), (0.3, 3.0), (0, 3)])
def test_coverage_of_crossed_effects(of_seeds: float, of_pictures: float) -> None:
    """Of a true mean 0: new seeds as promised or more, the bootstrap not."""
    rng = np.random.default_rng(1)
    pictures, seeds, trials = 20, range(3), 200
    draws = BootstrapDraws(rng, pictures=pictures, seeds=seeds, count=500)
    covered = np.zeros(2)
    for _ in range(trials):
        scores = (
            of_seeds * rng.standard_normal((3, 1))
            + of_pictures * rng.standard_normal((1, pictures))
            + 0.5 * rng.standard_normal((3, pictures))
        )
        drawn = scores @ draws.pictures.T / pictures
        found = estimate(draws.mean(drawn, seeds))
        covered += [found.low < 0 < found.high, found.crossed_low < 0]
        covered[1] -= found.crossed_high < 0
    student, crossed = covered / trials
    assert student > 0.91
    if of_seeds == 1:
        assert student < 0.98
        assert crossed < 0.85


def test_arms_of_the_same_seeds_and_pictures_cancel() -> None:
    rng = np.random.default_rng(2)
    draws = BootstrapDraws(rng, pictures=50, seeds=range(3))
    first = rng.random((3, 50))
    one, two = (part @ draws.pictures.T / 50 for part in (first, first + 0.25))
    found = estimate(draws.mean(two, range(3)) - draws.mean(one, range(3)))
    assert (found.low, found.high) == pytest.approx((0.25, 0.25))
    assert (found.crossed_low, found.crossed_high) == pytest.approx((0.25, 0.25))


def test_one_seed_has_no_interval_for_others() -> None:
    draws = BootstrapDraws(np.random.default_rng(0), pictures=5, seeds=[0])
    drawn = (np.arange(5.0) @ draws.pictures.T / 5)[None]
    found = estimate(draws.mean(drawn, [0]), drawn[:, 0])
    assert np.isnan([found.low, found.high, found.spread]).all()
    assert found.crossed_low < found.value == 2 < found.crossed_high
    assert str(found) == "2"
    assert np.isnan(t_interval([1.0])).all()


def test_draws_do_not_hang_on_what_was_asked_before() -> None:
    one, two = (
        BootstrapDraws(np.random.default_rng(5), pictures=4, seeds=[0, 1, 2])
        for _ in range(2)
    )
    one.of_seeds([0, 1])
    assert (one.of_seeds([0, 2]) == two.of_seeds([0, 2])).all()
    with pytest.raises(InputError, match=r"seeds \[0, 3\]: give some of \[0, 1, 2\]"):
        one.of_seeds([0, 3])


@pytest.mark.parametrize("size", [1, 2, 5, 8])
def test_weighted_median_is_that_of_the_repeated_values(size: int) -> None:
    rng = np.random.default_rng(size)
    values = rng.integers(4, size=size).astype(float)
    counts = rng.integers(3, size=(size, 60)).astype(np.int16)
    kept = counts.copy()
    found = weighted_median(values, counts)
    assert (counts == kept).all()
    for row, median in zip(counts.T, found, strict=True):
        repeated = np.repeat(values, row)
        if len(repeated):
            assert median == np.median(repeated)
        else:
            assert np.isnan(median)


def test_weighted_median_of_nothing_is_none() -> None:
    assert np.isnan(weighted_median(np.empty(0), np.empty((0, 3), int))).all()


def test_intervals_of_many_cover_together() -> None:
    values = np.array([0.2, 0.5, 0.3, 0.9])
    draws = BootstrapDraws(
        np.random.default_rng(0), pictures=0, seeds=range(4), count=40_000
    )
    found = estimate(draws.mean(values, range(4)), values).for_all(10)
    wide = stats.t.interval(
        1 - 0.05 / 10, 3, loc=values.mean(), scale=values.std(ddof=1) / 2
    )
    assert (found.low, found.high) == pytest.approx(wide, rel=0.05)
    one = estimate(draws.mean(values, range(4)), values)
    assert one.for_all(1).low == pytest.approx(one.low)
    assert one.for_all(1).high == pytest.approx(one.high)
    assert np.isnan(bare(1.0, seeds=1).for_all(4).low)


def test_exact_figures_have_no_width_and_shares_leave_out_the_observed() -> None:
    assert str(bare(0.5)) == "0.5"
    assert (exact(2.0).low, exact(2.0).high) == (2.0, 2.0)
    assert str(exact(2.0)) == "2 [2, 2]"
    flags = np.array([[True, False, True, False, False], [True] * 5])
    assert share(flags) == 0.25


def test_tau_is_that_of_scipy() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.integers(5, size=(2, 30, 9)).astype(float)
    expected = [
        stats.kendalltau(a, b).statistic for a, b in zip(first, second, strict=True)
    ]
    assert tau_b(first, second) == pytest.approx(np.array(expected))
    assert np.isnan(tau_b(np.zeros(4), np.arange(4.0)))


GROUPS = [name for name in "abcde" for _ in range(4)]


def test_within_groups_their_levels_do_not_count() -> None:
    """Simpson's paradox: up within every loss, down across them."""
    level = np.repeat(np.arange(5.0), 4)
    step = np.tile(np.arange(4.0), 5) / 10
    rng = np.random.default_rng(0)
    within = correlate_within(level + step, -level + step, GROUPS, rng)
    across = correlate_across(level + step, -level + step, GROUPS, rng)
    assert (within.tau, within.low, within.high) == (1, 1, 1)
    assert within.probability < 0.01
    assert (within.pairs, within.groups) == (30, 5)
    assert across.tau == -1
    assert across.probability == pytest.approx(2 / 120, abs=0.01)
    assert (across.pairs, across.groups) == (10, 5)


def test_chance_is_not_taken_for_more() -> None:
    rng = np.random.default_rng(3)
    trials = 100
    often = np.zeros(2)
    for _ in range(trials):
        first, second = rng.standard_normal((2, 20))
        often[0] += correlate_within(first, second, GROUPS, rng, 100).probability < 0.05
        often[1] += correlate_across(first, second, GROUPS, rng, 100).probability < 0.05
    assert (often / trials < 0.11).all()


def test_what_does_not_vary_has_no_correlation() -> None:
    rng = np.random.default_rng(0)
    for correlate in (correlate_within, correlate_across):
        found = correlate([1.0] * 4, [1.0, 2, 3, 4], list("aabb"), rng, 50)
        assert np.isnan([found.tau, found.low, found.high, found.probability]).all()
    with pytest.raises(InputError, match="1 and 2 figures of 2 runs"):
        correlate_within([1.0], [1.0, 2.0], ["a", "b"], rng)


def test_ranks_share_the_better_place() -> None:
    assert ranks([0.3, 0.5, 0.5, float("nan")], higher=True) == (3, 1, 1, 4)
    assert ranks([0.3, 0.5, 0.5, float("nan")], higher=False) == (1, 2, 2, 4)
