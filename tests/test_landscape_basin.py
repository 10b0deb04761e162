"""Half-widths of basins against closed forms."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch

from tests.landscapes import Quadratic, reading
from veernet.errors import InputError
from veernet.study.landscape import Basin, SliceLine, basin, half_width, lent

LADDER = (0.1, 0.3, 1.0)


@pytest.mark.parametrize("step", [1e-4, 0.02, 0.3, 1.9])
def test_a_quadratic_has_the_root_of_two_steps_over_its_curvature(step: float) -> None:
    curvature = 4.0
    found = half_width(lambda d: curvature * d**2 / 2, step, LADDER)
    assert found == pytest.approx(math.sqrt(2 * step / curvature), rel=1e-2)


@pytest.mark.parametrize("slope", [0.01, 0.5, 30.0])
def test_a_valley_of_straight_sides_has_the_step_over_the_slope(slope: float) -> None:
    step = 0.7 * slope
    assert half_width(lambda d: slope * d, step, LADDER) == pytest.approx(0.7)


@pytest.mark.parametrize("power", [0.5, 1, 2, 3.5])
def test_any_power_of_the_distance_takes_one_reading_beyond_the_ladder(
    power: float,
) -> None:
    asked = []

    def rise(distance: float) -> float:
        asked.append(distance)
        return distance**power

    found = half_width(rise, 0.55**power, LADDER)
    assert found == pytest.approx(0.55, rel=1e-9)
    assert len(set(asked)) == len(LADDER) + 1


@pytest.mark.parametrize(
    "rise",
    [
        lambda d: float(d > 0.37),
        lambda d: math.inf if d > 0.37 else -1.0,
        lambda d: math.nan if d > 0.37 else d,
        lambda d: d if d < 0.37 else 100 * d,
    ],
    ids=["jump", "overflow", "not a number", "kink"],
)
def test_bisection_finds_a_crossing_that_no_power_law_does(
    rise: Callable[[float], float],
) -> None:
    assert half_width(rise, 0.5, LADDER, trials=20) == pytest.approx(0.37, rel=0.02)


def test_of_two_crossings_in_different_steps_the_nearer_ends_the_basin() -> None:
    def bump(distance: float) -> float:
        return math.sin(distance * math.pi / 2)  # up at 1, down at 2, down at 3

    assert half_width(bump, 0.5, (0.2, 1.0, 2.0, 3.0)) == pytest.approx(1 / 3, rel=0.01)


def test_a_crossing_before_the_first_rung_is_looked_for_inwards() -> None:
    assert half_width(lambda d: 1e4 * d**2, 1e-2, LADDER) == pytest.approx(1e-3)
    assert half_width(lambda _: 1.0, 0.5, LADDER) < 1e-4


def test_a_rise_that_never_reaches_the_step_is_censored() -> None:
    assert half_width(lambda d: d, 1.01, LADDER) is None
    assert half_width(lambda d: -d, 1e-9, LADDER) is None


def test_a_search_without_trials_falls_back_on_the_power_law() -> None:
    assert half_width(lambda d: d, 0.5, LADDER, trials=0) == pytest.approx(0.5)


@pytest.mark.parametrize("step", [0.0, -1.0, math.nan])
def test_steps_that_are_not_above_zero_are_refused(step: float) -> None:
    with pytest.raises(InputError, match="step is"):
        half_width(lambda d: d, step, LADDER)


def bowl_lines(at: float = 0.0) -> tuple[Quadratic, list[torch.Tensor]]:
    """Return a quadratic of curvatures 1 and 9, at its minimum or off, and its axes."""
    network = Quadratic(torch.diag(torch.tensor([1.0, 9.0])), at=torch.tensor([at, 0]))
    return network, list(torch.eye(2).double())


def test_along_lines_of_a_network_each_direction_has_its_own_width() -> None:
    network, along = bowl_lines()
    with lent(network) as weights:
        readers = [SliceLine(network, weights, reading, d) for d in along]
        found = basin(readers, "value", 0.5, (0.1, 0.5, 2.0))
    for pair, curvature in zip(found.widths, (1, 9), strict=True):
        assert pair == pytest.approx((curvature**-0.5, curvature**-0.5), rel=0.01)
    assert found.mean == pytest.approx((1 + 1 / 3) / 2, rel=0.01)
    assert found.spread == pytest.approx((1 - 1 / 3) / math.sqrt(2), rel=0.02)
    assert found.censored == 0


def test_the_two_sides_of_a_slope_differ() -> None:
    network, along = bowl_lines(at=1.0)
    with lent(network) as weights:
        line = SliceLine(network, weights, reading, along[0])
        found = basin([line], "value", 1.0, (0.1, 0.5, 4.0))
    ((behind, ahead),) = found.widths
    # (1 + d)^2 / 2 - 1 / 2 = 1 at d = sqrt(3) - 1 and at d = -sqrt(3) - 1
    assert ahead == pytest.approx(math.sqrt(3) - 1, rel=0.01)
    assert behind == pytest.approx(math.sqrt(3) + 1, rel=0.01)
    assert found.spread is None


def test_censored_sides_count_as_the_largest_step_and_are_counted() -> None:
    some = Basin(1.0, 2.0, ((0.5, None), (1.5, 1.0)))
    assert (some.censored, some.mean, some.median) == (1, 1.25, 1.25)
    half = Basin(1.0, 2.0, ((0.5, None), (None, 1.0)))
    assert (half.censored, half.mean, half.median) == (2, 1.375, None)


def test_what_cannot_be_measured_is_refused() -> None:
    network, along = bowl_lines()
    with lent(network) as weights:
        line = SliceLine(network, weights, reading, along[0])
        with pytest.raises(InputError, match="there are value"):
            basin([line], "loss", 1.0, LADDER)
    with pytest.raises(InputError, match="no lines"):
        basin([], "value", 1.0, LADDER)
