"""Curves that follow one rock: correlation, roughness and arrays."""

from __future__ import annotations

import numpy as np
import pytest

from veernet.synth.curves import Manner
from veernet.synth.rock import (
    THICKNESS,
    array_courses,
    draw_rock,
    log_of,
    rock_courses,
)

STEP = 0.5


def test_beds_are_of_all_lengths() -> None:
    lengths = np.zeros((20, len(THICKNESS)))
    for seed in range(20):
        rock = draw_rock(np.random.default_rng(seed), 8000, STEP)
        counts = [bed[-1] - bed[0] + 1 for bed in rock.bed]
        lengths[seed] = 8000 * STEP / np.array(counts)
        for bed, value in zip(rock.bed, rock.value, strict=True):
            assert (np.diff(bed) >= 0).all()
            assert bed.max() < value.size
    for (low, high), found in zip(THICKNESS, lengths.T, strict=True):
        assert 0.7 * low < found.min()
        assert found.max() < 1.6 * high


@pytest.mark.parametrize("wanted", [0.95, 0.5, 0.0, -0.9])
def test_logs_of_one_rock_correlate_as_they_are_asked_to(wanted: float) -> None:
    found = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        rock = draw_rock(rng, 20_000, STEP)
        one, other = log_of(rng, rock, 1.0), log_of(rng, rock, wanted)
        assert one.shape == (20_000,)
        found.append(np.corrcoef(one, other)[0, 1])
    assert np.mean(found) == pytest.approx(wanted, abs=0.2)


def test_tools_differ_in_roughness() -> None:
    rng = np.random.default_rng(0)
    rock = draw_rock(rng, 4000, STEP)
    steps = [np.abs(np.diff(log_of(rng, rock, 1.0))).mean() for _ in range(20)]
    assert max(steps) > 3 * min(steps)


def test_curves_of_a_track_share_their_vertices_and_follow_one_rock() -> None:
    correlations = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        calm = Manner(blocky=0.0, spiky=0.0, saturate=0.0)
        courses = rock_courses(rng, 3, 2000, 5.0, calm)
        assert len(courses) == 3
        for course in courses[1:]:
            assert np.array_equal(course.rows, courses[0].rows)
            both = np.corrcoef(course.fraction, courses[0].fraction)[0, 1]
            correlations.append(both)
    size = np.abs(correlations)
    assert 0.2 < np.median(size) < 0.8
    assert 0.1 < np.mean(np.array(correlations) < -0.1) < 0.7


def test_stairs_do_not_keep_the_next_curve_from_its_scale() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        courses = rock_courses(rng, 4, 256, 5.0, Manner(blocky=1.0))
        for course in courses:
            assert course.rows.size == course.fraction.size
            assert course.rows[0] < 0
            assert course.rows[-1] > 256


@pytest.mark.parametrize("count", [3, 5])
def test_an_array_runs_within_a_few_columns_for_long_stretches(count: int) -> None:
    width, shares = 400.0, []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        courses = array_courses(rng, count, 2000, 5.0, width, Manner())
        assert len(courses) == count
        columns = width * np.stack([course.fraction for course in courses])
        apart = np.abs(np.diff(columns, axis=0))
        shares.append(np.mean(apart < 6.0))
        assert len({course.wraps for course in courses}) == 1
    assert np.mean(shares) > 0.3
    assert min(shares) < 0.8  # and part where mud has invaded
