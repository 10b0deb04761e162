"""How sure a reading is that a way is its own curve's, by the style of the ink."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.panels import curve, evidence, panel
from veernet.records import LINES
from veernet.trace import trace
from veernet.trace.average import mean_around
from veernet.trace.styles import Seen, assign, belonging

ROWS = 400
AT = np.arange(ROWS)
LEFT, RIGHT = 60 + 20 * np.sin(AT / 25), 150 + 20 * np.sin(AT / 30)


def seen(line, solid, dot, *, known=True, rows=300, place=0):
    """Return what was seen of a curve in one style, under ink that is likely so."""
    evidence = np.zeros((len(LINES), rows))
    evidence[LINES.index("solid")] = 0.05 * np.log(solid)
    evidence[LINES.index("dot")] = 0.05 * np.log(dot)
    column = np.full(rows, 50.0 * LINES.index(line) + place if known else np.nan)
    return Seen(LINES.index(line), known * evidence, column)


def test_a_mean_is_over_the_rows_that_are_known():
    values = np.array([1.0, 2.0, 9.0, 4.0, 5.0, 6.0, 7.0])
    known = np.array([True, True, False, True, False, False, False])
    assert mean_around(values, known, 3) == pytest.approx([1.5, 1.5, 3, 4, 4, 0, 0])


def test_ink_in_its_own_style_belongs_and_ink_in_the_rivals_does_not():
    told = [seen("solid", 0.9, 0.1), seen("dot", 0.1, 0.9)]
    exchanged = [seen("solid", 0.1, 0.9), seen("dot", 0.9, 0.1)]
    for index in (0, 1):
        assert belonging(index, [1 - index], told).min() > 0.9
        assert belonging(index, [1 - index], exchanged).max() < 0.1
    assert assign(told) == [0, 1]
    assert assign(exchanged) == [1, 0]


def test_a_worn_line_belongs_where_its_rival_is_dashed_beyond_doubt():
    worn = seen("solid", 0.5, 0.5)
    assert belonging(0, [1], [worn, seen("dot", 0.02, 0.95)]).min() > 0.85
    assert belonging(0, [1], [worn, seen("dot", 0.5, 0.5)]) == pytest.approx(0.5)
    unread = seen("dot", 0.5, 0.5, known=False)
    assert belonging(0, [1], [worn, unread]) == pytest.approx(0.5)


def test_without_a_rival_in_another_style_there_is_no_doubt():
    alike = [seen("solid", 0.1, 0.9), seen("solid", 0.9, 0.1)]
    assert (belonging(0, [], alike) == 1).all()
    assert (belonging(0, [1], alike) == 1).all()


def test_on_the_same_ink_it_is_no_matter_which_is_whose():
    ghost = seen("dot", 0.9, 0.1, place=-50 * LINES.index("dot") + 2)
    drawn = seen("solid", 0.9, 0.1)
    assert (belonging(0, [1], [drawn, ghost]) == 1).all()
    assert (belonging(1, [0], [drawn, ghost]) == 1).all()


def test_the_likeliest_rival_counts():
    told = [
        seen("solid", 0.5, 0.5),
        seen("dot", 0.02, 0.95),
        seen("dot", 0.5, 0.5, place=20),
    ]
    assert belonging(0, [1, 2], told) == pytest.approx(0.5)


def test_curves_whose_styles_are_not_told_apart_are_read_with_less_confidence():
    two = panel([curve("GR"), curve("CALI", "short-dash")], ROWS)
    clear = evidence(two, [("solid", LEFT), ("short-dash", RIGHT)])
    doubtful = replace(clear, maps=np.tile(clear.maps.sum(0) // 2, (2, 1, 1)))
    for sure, unsure in zip(
        trace(two, clear), trace(two, doubtful, likely=0.0), strict=True
    ):
        assert np.median(sure.confidence) > 0.9
        assert np.median(unsure.confidence) < 0.75


def test_curves_in_tracks_of_their_own_are_no_rivals():
    """Alone in its track, a curve of any style is read as surely as its ink is seen."""
    one = panel([curve("CALI", "short-dash")], ROWS)
    worn = evidence(one, [("short-dash", RIGHT)])
    solid = replace(worn, maps=worn.maps[::-1].copy())
    (path,) = trace(one, solid)
    assert np.median(path.confidence) > 0.9


def test_a_level_stroke_is_no_rival_of_itself():
    """Its ink lies a row above and below the way, and there far away in columns."""
    truth = 100 + 80 * np.sin(AT / 15)
    one = panel([curve()], ROWS)
    thick = evidence(one, [("solid", np.roll(truth, up)) for up in (-1, 0, 1)])
    (path,) = trace(one, thick)
    assert path.confidence[20:-20].min() > 0.9
