"""Dash patterns: what the ink along a path says of its style."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.panels import MARGIN, curve, evidence, panel
from veernet.records import LINES, Evidence
from veernet.synth.dashes import BROKEN, dash_cuts
from veernet.synth.ink import arc_length
from veernet.synth.ink import stroke as paint
from veernet.trace import trace
from veernet.trace.dash_patterns import (
    STEP,
    TABLE,
    UNSEEN,
    Pattern,
    estimate_patterns,
    log_likelihood,
    sample_ink,
)

ROWS = 700
AT = np.arange(float(ROWS))
LEFT, RIGHT = 60 + 25 * np.sin(AT / 40), 150 + 25 * np.sin(AT / 55)


def picture(drawn, *, size=0.8, columns=220, jitter=0.0, grid=25):
    """Ink curves in a style each, with depth lines across them."""
    ink = np.zeros((ROWS, columns), dtype=np.float32)
    rng = np.random.default_rng(5)
    for line, column in drawn:
        cuts = dash_cuts(rng, line, arc_length(AT, column), size, 2.0, jitter)
        paint(ink, AT, column, 2.0, cuts=cuts)
    ink[::grid] = 1
    return (255 * (1 - ink)).astype(np.uint8)


def plotted(mark, gap, column=LEFT, columns=220):
    """Ink a curve in marks and gaps of any lengths."""
    ink = np.zeros((ROWS, columns), dtype=np.float32)
    cuts = np.cumsum(np.tile([mark - 1.0, gap + 1.0], int(2000 / (mark + gap))))
    paint(ink, AT, column, 1.0, cuts=cuts)
    ink[::25] = 1
    return (255 * (1 - ink)).astype(np.uint8)


def best_style(image, column, size):
    """Return the style that agrees best with the ink under a path."""
    ink, _ = sample_ink(image, column)
    scaled = {
        line: Pattern(tuple(size * x for x in TABLE[line].lengths)) for line in BROKEN
    }
    fits = {x: log_likelihood(ink, scaled.get(x)).sum() for x in LINES}
    return max(fits, key=fits.get)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("size", [0.6, 1.0, 1.7])
def test_each_style_is_told_at_any_size(line, size):
    assert best_style(picture([(line, LEFT)], size=size), LEFT, size) == line


@pytest.mark.parametrize("line", BROKEN)
def test_the_dashes_of_a_hand_are_uneven(line):
    assert best_style(picture([(line, LEFT)], jitter=0.15), LEFT, 0.8) == line


@pytest.mark.parametrize("line", LINES)
def test_dark_paper_is_no_ink(line):
    faded = 165 - 90 * ((255 - picture([(line, LEFT)])) / 255)
    assert best_style(faded.astype(np.uint8), LEFT, 0.8) == line


def test_samples_are_even_along_the_path_and_break_off_with_it():
    column = np.where((AT > 300) & (AT < 340), np.nan, 50 + AT / 7)
    ink, row = sample_ink(picture([("solid", 50 + AT / 7)]), column)
    assert np.isnan(ink).sum() == 1
    assert not ((row > 300) & (row < 340)).any()
    whole = np.hypot(1, 1 / 7) * 658
    assert STEP * np.isfinite(ink).sum() == pytest.approx(whole, rel=0.01)


def test_depth_lines_say_nothing_of_the_style_beneath():
    """Where every third row is a printed line a gap is as dark as a mark."""
    image = picture([("short-dash", LEFT)], size=1.0, grid=3)
    ink, row = sample_ink(image, LEFT)
    assert (ink[row % 3 == 0] == UNSEEN).all()
    assert best_style(image, LEFT, 1.0) == "short-dash"
    hidden = np.full(50, UNSEEN)
    for line in LINES:
        assert log_likelihood(hidden, TABLE.get(line)) == pytest.approx(0.0, abs=1e-9)


def test_paper_without_ink_says_nothing():
    ink, _ = sample_ink(np.full((ROWS, 220), 250, np.uint8), LEFT)
    assert (ink == UNSEEN).all()


def test_without_a_path_there_are_no_samples_and_the_table_is_assumed():
    ink, row = sample_ink(np.full((ROWS, 220), 255, np.uint8), np.full(ROWS, np.nan))
    assert ink.size == row.size == 0
    assert all(log_likelihood(ink, TABLE.get(line)).shape == (0,) for line in LINES)
    assert estimate_patterns([ink], [LINES]) == TABLE
    assert estimate_patterns([ink], [("solid",)]) == {}


@pytest.mark.parametrize(
    ("long", "short", "dot"),
    [
        ((12, 4), (8, 8), (4, 4)),  # a plotter's at 200 dots per inch
        ((51, 12), (26, 11), (7, 8)),  # those of the table
        ((34, 9), (16, 7), (6, 6)),
    ],
)
def test_the_patterns_of_a_plotter_are_estimated_from_its_ink(long, short, dot):
    wanted = {"long-dash": long, "short-dash": short, "dot": dot}
    inks = [sample_ink(plotted(*lengths), LEFT)[0] for lengths in wanted.values()]
    found = estimate_patterns(inks, [list(wanted)] * 3)
    for line, (mark, gap) in wanted.items():
        assert found[line].mark + found[line].gap == pytest.approx(mark + gap, rel=0.15)
        assert found[line].mark == pytest.approx(mark, rel=0.35)
    # In whichever order the paths come.
    assert estimate_patterns(inks[::-1], [list(wanted)] * 3) == found


def test_a_page_has_one_plotter():
    """What one track shows of a style serves the track where it hardly shows."""
    solid = sample_ink(plotted(600, 1), LEFT)[0]
    short, long = (sample_ink(plotted(*x), LEFT)[0] for x in ((8, 8), (12, 4)))
    few = short[:120]
    lines = [("solid", "short-dash")] * 2 + [("long-dash", "short-dash")] * 2
    found = estimate_patterns([solid, few, long, short], lines)
    assert sum(found["short-dash"].lengths) == pytest.approx(16, rel=0.12)
    assert sum(found["long-dash"].lengths) == pytest.approx(16, rel=0.12)
    assert found["long-dash"].mark > found["short-dash"].mark


@pytest.mark.parametrize("sizes", [((51, 12), (26, 11)), ((12, 4), (8, 8))])
def test_curves_that_the_network_confuses_are_told_apart_by_their_dashes(sizes):
    """Of either curve it says that it is as likely in short dashes as in long ones."""
    two = panel([curve("ILM", "long-dash"), curve("ILD", "short-dash")], ROWS)
    columns = two.image.shape[1]
    for first, second in ((LEFT, RIGHT), (RIGHT, LEFT)):
        seen = evidence(
            two, [("short-dash", LEFT + MARGIN), ("short-dash", RIGHT + MARGIN)]
        )
        half = seen.maps[1] // 2
        maps = np.stack([np.zeros_like(half), half, half])
        lines = (("solid",), ("long-dash",), ("short-dash",))
        image = np.minimum(
            plotted(*sizes[0], first + MARGIN, columns),
            plotted(*sizes[1], second + MARGIN, columns),
        )
        inked = replace(two, image=image)
        long, short = trace(inked, Evidence(maps, lines), likely=0.0)
        assert np.nanmedian(np.abs(long.column - first - MARGIN)) < 1
        assert np.nanmedian(np.abs(short.column - second - MARGIN)) < 1
