"""Corners: curves that were plotted from samples, and those that were not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from veernet.axes import DepthAxis, DepthPoint, Floats
from veernet.cli.digitise import _samples
from veernet.cli.stretch import Outcome
from veernet.digitise import Result
from veernet.export.provenance import Provenance
from veernet.records import ORIGINS, Trace
from veernet.registration import load_registrations
from veernet.samples import (
    SHARPER,
    Plotted,
    find_samples,
    on_samples,
    straightened,
    turns_at,
)

ROWS = 3000
AXIS = DepthAxis("ft", (DepthPoint(0.0, 100.0), DepthPoint(3000.0, 400.0)))
"""Ten rows to the foot, five to a sample of half a foot."""


def polyline(step: float, seed: int, offset: float = 0.0) -> tuple[Floats, Floats]:
    """Return knots (rows) and columns of a rough log that was sampled at a step."""
    rng = np.random.default_rng(seed)
    knots = np.arange(-step * 10, ROWS + step * 20, step * 10) + offset
    walk = np.cumsum(rng.normal(0, 8, knots.size))
    return knots, 200 + 40 * np.sin(walk / 40) + rng.normal(0, 10, knots.size)


def read(column: Floats, name: str = "GR", blur: int = 3) -> Trace:
    """Return rows as a stroke is read: rounded by its width, and with some noise."""
    rng = np.random.default_rng(9)
    padded = np.pad(column, blur // 2, mode="edge")
    rounded = np.convolve(padded, np.full(blur, 1 / blur), "valid")
    rounded += rng.normal(0, 0.2, ROWS)
    auto = np.full(ROWS, ORIGINS.index("auto"), dtype=np.uint8)
    return Trace(name, np.arange(ROWS), rounded, np.full(ROWS, 0.99), auto)


def plotted(
    step: float, seed: int, offset: float = 0.0
) -> tuple[Trace, Floats, Floats]:
    """Return a curve as read, its knots and the columns there."""
    knots, columns = polyline(step, seed, offset)
    return read(np.interp(np.arange(ROWS), knots, columns), f"C{seed}"), knots, columns


def at(trace: Trace, rows: Floats) -> Floats:
    return np.asarray(np.interp(rows, trace.row, trace.column))


@pytest.mark.parametrize("step", [0.5, 1.0])
def test_the_step_of_the_samples_is_found(step: float) -> None:
    found = find_samples([plotted(step, seed)[0] for seed in (1, 2)], AXIS)
    assert found is not None
    assert found.step == step
    np.testing.assert_allclose(np.mod(found.depth, step) % step, 0, atol=1e-9)


def test_the_tips_of_peaks_are_read_out_to_the_samples() -> None:
    trace, knots, columns = plotted(0.5, 3)
    samples = find_samples([trace], AXIS)
    assert samples is not None
    laid = on_samples(trace, samples)
    inner = (knots > 10) & (knots < ROWS - 10)
    before = np.abs(at(trace, knots[inner]) - columns[inner])
    after = np.abs(at(laid, knots[inner]) - columns[inner])
    assert np.median(after) < 0.5 * np.median(before)
    assert np.mean(after > 3) < 0.5 * np.mean(before > 3)


def test_samples_between_rows_are_met_by_the_line_between_them() -> None:
    knots, columns = polyline(0.5, 4, offset=0.4)
    trace = read(np.interp(np.arange(ROWS), knots, columns), blur=1)
    # The depths are registered as they are, so that samples fall between two rows.
    axis = DepthAxis("ft", (DepthPoint(0.4, 100.0), DepthPoint(2990.4, 399.0)))
    samples = find_samples([trace], axis)
    assert samples is not None
    inner = (knots > 10) & (knots < ROWS - 20)
    error = np.abs(at(on_samples(trace, samples), knots[inner]) - columns[inner])
    assert np.median(error) < 0.5


def test_paper_that_stretches_is_followed() -> None:
    rows = np.arange(ROWS, dtype=np.float64)
    knots, columns = polyline(0.5, 5)
    # Two rows too far down in the middle of the log: more than a third of a sample.
    drawn = knots + 2.0 * np.sin(np.pi * knots / ROWS)
    trace = read(np.interp(rows, drawn, columns))
    samples = find_samples([trace], AXIS)
    assert samples is not None
    middle = np.abs(samples.row - ROWS / 2) < 200
    nearest = np.abs(samples.row[middle, None] - drawn[None]).min(axis=1)
    assert np.median(nearest) < 0.5


def test_a_curve_that_was_not_plotted_from_samples_is_left() -> None:
    rows = np.arange(ROWS)
    rng = np.random.default_rng(6)
    smooth = np.convolve(rng.normal(0, 60, ROWS + 40), np.hanning(41) / 20.5, "valid")
    trace = read(200 + smooth[rows])
    assert find_samples([trace], AXIS) is None
    (same,), laid = straightened([trace], AXIS)
    assert laid is None
    assert same is trace


def test_nothing_is_found_in_too_few_rows_or_at_too_small_a_scale() -> None:
    trace, _, _ = plotted(0.5, 7)
    short = Trace(
        "GR",
        *(a[:100] for a in (trace.row, trace.column, trace.confidence, trace.origin)),
    )
    assert find_samples([short], AXIS) is None
    assert find_samples([], AXIS) is None
    coarse = DepthAxis("ft", (DepthPoint(0.0, 100.0), DepthPoint(3000.0, 9100.0)))
    assert find_samples([trace], coarse) is None


def test_unread_rows_stay_unread_and_another_stroke_stays_as_it_was_read() -> None:
    trace, _, _ = plotted(0.5, 8)
    samples = find_samples([trace], AXIS)
    assert samples is not None
    column = trace.column.copy()
    column[1000:1100] = np.nan
    # A hundred rows on two other strokes by turns, as of a curve that is lost.
    column[2000:2100] += np.where(np.arange(100) % 2, 80.0, -80.0)
    origin = np.where(np.isnan(column), ORIGINS.index("none"), trace.origin)
    own = Trace("GR", trace.row, column, trace.confidence, origin.astype(np.uint8))
    laid = on_samples(own, samples)
    assert np.array_equal(np.isnan(laid.column), np.isnan(column))
    np.testing.assert_array_equal(laid.column[2010:2090], column[2010:2090])
    np.testing.assert_array_equal(laid.confidence, own.confidence)


def test_rows_beside_a_jump_are_not_drawn_into_it() -> None:
    knots, columns = polyline(0.5, 10, offset=0.5)
    column = np.interp(np.arange(ROWS), knots, columns)
    trace = read(column, blur=1)
    axis = DepthAxis("ft", (DepthPoint(0.5, 100.0), DepthPoint(2990.5, 399.0)))
    samples = find_samples([trace], axis)
    assert samples is not None
    for row in (1003, 1007, 1009, 1011):
        jumped = replace(trace, column=trace.column + 700.0 * (np.arange(ROWS) >= row))
        moved = np.abs(on_samples(jumped, samples).column - jumped.column)
        assert (
            moved.max()
            < np.abs(on_samples(trace, samples).column - trace.column).max() + 1
        )


def test_samples_are_found_in_strips_that_a_gap_parts() -> None:
    rows = np.arange(ROWS)
    first, second = polyline(0.5, 11), polyline(0.5, 12)
    column = np.where(
        rows < 1500, np.interp(rows, *first), np.interp(rows - 1600, *second)
    )
    points = (
        DepthPoint(0.0, 100.0),
        DepthPoint(1500.0, 250.0, gap=True),
        DepthPoint(1600.0, 2250.0),
        DepthPoint(3000.0, 2390.0),
    )
    samples = find_samples([read(column)], DepthAxis("ft", points))
    assert samples is not None
    assert samples.step == 0.5


def test_only_curves_that_turn_at_the_samples_are_laid() -> None:
    coarse = plotted(0.5, 1)[0]
    fine = plotted(0.25, 2)[0]
    samples = find_samples([coarse, fine], AXIS)
    assert samples is not None
    assert samples.step == 0.5
    assert turns_at(coarse, samples) > SHARPER
    assert turns_at(fine, samples) < SHARPER
    (laid, same), found = straightened([coarse, fine], AXIS)
    assert found == Plotted(0.5, ("C1",))
    assert same is fine
    assert not np.array_equal(laid.column, coarse.column)


@pytest.mark.parametrize(
    ("found", "says"),
    [(Plotted(0.5, ("GR", "DT")), ["GR, DT: corners every 0.5 ft"]), (None, [])],
)
def test_the_audit_trail_says_where_curves_were_laid(
    found: Plotted | None, says: list[str]
) -> None:
    result = Result("main", (), (), (), {}, plotted=found)
    (registration,) = load_registrations(Path("data/sample.yaml"))
    reported = _samples(Outcome(result, registration, Provenance()))
    assert len(reported) == len(says)
    assert all(part in line for part, line in zip(says, reported, strict=True))
