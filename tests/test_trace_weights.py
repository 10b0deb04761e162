"""The width of a stroke, and curves of one style that are named by it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.panels import MARGIN, curve, evidence, panel
from veernet.synth.ink import stroke as paint
from veernet.trace import trace
from veernet.trace.weights import stroke_widths

ROWS = 300
AT = np.arange(float(ROWS))
LEFT, RIGHT = 60 + 12 * np.sin(AT / 30), 150 + 9 * np.sin(AT / 25)


def picture(one, drawn, *, gap=()):
    """Ink strokes of given widths on a panel, with a grid line through one of them."""
    ink = np.zeros(one.image.shape, dtype=np.float32)
    for column, width in drawn:
        paint(ink, AT, column + MARGIN, width)
    ink[list(gap)] = 0
    ink[::40] = 1
    return (255 * (1 - ink)).astype(np.uint8)


@pytest.mark.parametrize("width", [1.4, 2.0, 3.3, 6.0])
def test_the_width_is_that_of_the_pen(width):
    image = picture(panel([curve()], ROWS), [(LEFT, width)], gap=range(7, 300, 11))
    widths = stroke_widths(image, LEFT + MARGIN)
    assert np.nanmedian(widths) == pytest.approx(width, abs=0.35)
    # A row without ink does not tell the width of the pen; those of depth lines do not
    # move the median.
    gaps = [row for row in range(7, 300, 11) if row % 40]
    assert np.isnan(widths[gaps]).all()


def test_where_there_is_no_ink_there_is_no_width():
    image = picture(panel([curve()], ROWS), [(LEFT, 2.0)])
    widths = stroke_widths(image, np.where(AT < 15, LEFT + MARGIN, np.nan))
    assert np.isfinite(widths[:15]).any()
    assert np.isnan(widths[15:]).all()
    assert np.isnan(stroke_widths(np.full_like(image, 255), LEFT + MARGIN)).all()
    assert np.isnan(stroke_widths(image[:1], LEFT[:1] + MARGIN)).all()


def test_a_stroke_that_runs_aslant_is_not_measured():
    steep = np.full(ROWS, 60.0)
    steep[100:110] += 6 * np.arange(10)
    steep[110:] += 60
    image = picture(panel([curve()], ROWS), [(steep, 2.0)])
    widths = stroke_widths(image, steep + MARGIN)
    assert np.isnan(widths[102:108]).all()


@pytest.mark.parametrize(
    ("widths", "order"),
    [
        ((1.4, 4.0), (0, 1)),
        ((4.0, 1.4), (1, 0)),  # the heavy one stands left, the thin one is listed first
        ((2.0, 2.2), (0, 1)),  # no telling: from left to right
        ((2.2, 2.0), (0, 1)),
    ],
)
def test_curves_of_one_style_are_named_by_weight_where_it_is_clear(widths, order):
    curves = [
        replace(curve("THIN"), weight="thin"),
        replace(curve("HEAVY"), weight="heavy"),
    ]
    two = panel(curves, ROWS)
    image = picture(two, zip((LEFT, RIGHT), widths, strict=True))
    two = replace(two, image=image)
    paths = trace(
        two, evidence(two, [("solid", LEFT + MARGIN), ("solid", RIGHT + MARGIN)])
    )
    for path, place in zip(paths, order, strict=True):
        truth = (LEFT, RIGHT)[place] + MARGIN
        assert np.nanmax(np.abs(path.column - truth)) < 1
