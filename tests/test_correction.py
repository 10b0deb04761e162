"""Where within its stroke a curve runs: corrected on strokes with known truth."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from veernet.axes import Floats
from veernet.trace.centroid import refine
from veernet.trace.correction import (
    FEATURES,
    FollowedStroke,
    corrected,
    features,
    load_model,
    mirrored,
)

ROWS, COLUMNS = 120, 240
FINE = 8
"""Bits of a pixel's fraction as OpenCV draws it."""


def zigzag(pitch: int, height: float) -> Floats:
    """Return (rows,) a curve that turns sharply at every so many rows."""
    rows = np.arange(ROWS)
    corners = np.arange(0, ROWS + pitch, pitch)
    side = np.where(np.arange(corners.size) % 2, 0.5, -0.5)
    return np.asarray(np.interp(rows, corners, COLUMNS / 2 + height * side))


def drawn(column: Floats, width: int = 3) -> FollowedStroke:
    """Return the stroke along a curve as a network sees its ink."""
    ink = np.zeros((ROWS, COLUMNS), dtype=np.uint8)
    points = np.stack([column, np.arange(ROWS)], axis=1)
    at = np.rint(points * 2**FINE).astype(np.int32)[:, None]
    cv2.polylines(ink, [at], False, 255, width, cv2.LINE_AA, FINE)
    # A network sees it a little blurred.
    ink = cv2.GaussianBlur(ink, (0, 0), 0.8)
    # The centre is told as it is by a network: to a pixel or so.
    away = np.arange(COLUMNS) - column[:, None]
    centre = (255 * 0.6 * np.exp(-0.5 * (away / 1.2) ** 2)).astype(np.uint8)
    centre[ink == 0] = 0
    first = np.zeros(ROWS, dtype=np.int32)
    on = np.ones(ROWS, dtype=np.bool_)
    path = np.rint(column).astype(np.int32)
    found = refine(ink, path, on, centre[:0], first, circular=False)
    return FollowedStroke(*found, ink, centre, first, circular=False)


def error(
    stroke: FollowedStroke, column: Floats, chosen: slice = slice(10, -10)
) -> float:
    return float(np.mean(np.abs(corrected(stroke) - column)[chosen]))


@pytest.mark.parametrize(
    ("pitch", "height", "most"),
    [(4, 60.0, 0.6), (5, 60.0, 0.7), (8, 60.0, 0.85), (5, 20.0, 0.85), (8, 20.0, 0.95)],
)
def test_peaks_are_cut_less(pitch: int, height: float, most: float) -> None:
    column = zigzag(pitch, height)
    stroke = drawn(column)
    tips = np.arange(2 * pitch, ROWS - 2 * pitch, pitch)
    outward = np.sign(column[tips] - COLUMNS / 2)
    cut = np.mean((column - stroke.centroid)[tips] * outward)
    left = np.mean((column - corrected(stroke))[tips] * outward)
    assert cut > 2.0  # what the centroid alone makes of them
    assert 0 < left < most * cut
    assert error(stroke, column) < np.mean(np.abs(stroke.centroid - column)[10:-10])


@pytest.mark.parametrize("slope", [0.0, 0.2, 1.0])
def test_a_straight_stroke_stays_where_it_is(slope: float) -> None:
    column = 60.0 + slope * np.arange(ROWS)
    stroke = drawn(column)
    assert error(stroke, column) < 0.3


def test_a_mirrored_stroke_is_corrected_the_other_way() -> None:
    column = zigzag(7, 40.0) + np.linspace(0, 12, ROWS)
    stroke = drawn(column)
    last = COLUMNS - 1
    twin = replace(
        stroke,
        centroid=last - stroke.centroid,
        span=last - stroke.span[:, ::-1],
        evidence=stroke.evidence[:, ::-1],
        centre=stroke.centre[:, ::-1],
    )
    assert corrected(twin) == pytest.approx(last - corrected(stroke), abs=1e-3)
    rows = np.arange(20, 40)
    found, reach = features(stroke, rows)
    seen, same = features(twin, rows)
    assert found.shape == (20, FEATURES)
    assert same == pytest.approx(reach)
    assert seen == pytest.approx(mirrored(found), abs=1e-5)


def test_rows_off_the_curve_stay_off_and_say_nothing_of_others() -> None:
    column = zigzag(9, 30.0)
    stroke = drawn(column)
    centroid = stroke.centroid.copy()
    centroid[50:60] = np.nan
    lost = replace(stroke, centroid=centroid)
    found = corrected(lost)
    assert np.isnan(found[50:60]).all()
    assert np.isfinite(np.delete(found, np.arange(50, 60))).all()
    far = np.r_[0:40, 70:ROWS]
    assert found[far] == pytest.approx(corrected(stroke)[far])


def wrapped(stroke: FollowedStroke, turn: int) -> FollowedStroke:
    """Return a stroke in a track that begins so many columns later, one wrap on."""
    return replace(
        stroke,
        centroid=stroke.centroid - turn + COLUMNS,
        span=stroke.span - turn + COLUMNS,
        evidence=np.roll(stroke.evidence, -turn, axis=1),
        # The centre is of the panel, which has paper beside the track.
        centre=np.pad(np.roll(stroke.centre, -turn, axis=1), ((0, 0), (40, 40))),
        first=stroke.first + 40,
        circular=True,
    )


def test_a_wrapped_stroke_is_corrected_like_any_other() -> None:
    stroke = drawn(zigzag(6, 30.0))
    turned = wrapped(stroke, 50)
    shift = corrected(stroke) - stroke.centroid
    assert corrected(turned) - turned.centroid == pytest.approx(shift, abs=1e-3)


def test_a_stroke_over_an_edge_is_corrected_too() -> None:
    column = zigzag(6, 30.0)
    stroke = drawn(column)
    turned = wrapped(stroke, COLUMNS // 2)
    true = column - COLUMNS // 2 + COLUMNS
    inner = slice(10, -10)
    before = np.mean(np.abs(turned.centroid - true)[inner])
    assert np.mean(np.abs(corrected(turned) - true)[inner]) < before


def test_nothing_is_corrected_for_a_network_that_tells_no_centre() -> None:
    stroke = drawn(zigzag(6, 30.0))
    blind = replace(stroke, centre=stroke.centre[:0])
    assert np.array_equal(corrected(blind), stroke.centroid)


def test_the_model_has_what_it_was_fitted_on() -> None:
    model = load_model()
    assert model.weights[0].shape[1] == FEATURES
    assert all(np.isfinite(w).all() for w in (*model.weights, *model.biases))
