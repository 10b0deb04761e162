"""The rhythm of dashes under a way, and curves that only it tells apart."""

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
from veernet.trace.rhythm import SIZES, agreement, best_size, samples

ROWS = 700
AT = np.arange(float(ROWS))
LEFT, RIGHT = 60 + 25 * np.sin(AT / 40), 150 + 25 * np.sin(AT / 55)


def picture(drawn, *, size=0.8, columns=220, jitter=0.0):
    """Ink curves in a style each, with lines of a grid across them."""
    ink = np.zeros((ROWS, columns), dtype=np.float32)
    rng = np.random.default_rng(5)
    for line, column in drawn:
        cuts = dash_cuts(rng, line, arc_length(AT, column), size, 2.0, jitter)
        paint(ink, AT, column, 2.0, cuts=cuts)
    ink[::25] = 1
    return (255 * (1 - ink)).astype(np.uint8)


def heard(image, column):
    """Return the style and the size that agree best with the ink under a way."""
    ink, _ = samples(image, column)
    total = np.array([[agreement(ink, x, s).sum() for x in LINES] for s in SIZES])
    size, line = np.unravel_index(np.argmax(total), total.shape)
    return LINES[line], SIZES[size]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("size", [0.6, 1.0, 1.7])
def test_each_style_is_heard_at_any_size(line, size):
    told, near = heard(picture([(line, LEFT)], size=size), LEFT)
    assert told == line
    if line != "solid":
        assert near == pytest.approx(size, rel=0.25)


@pytest.mark.parametrize("line", BROKEN)
def test_the_dashes_of_a_hand_are_uneven(line):
    assert heard(picture([(line, LEFT)], jitter=0.15), LEFT)[0] == line


@pytest.mark.parametrize("line", LINES)
def test_dark_paper_is_no_ink(line):
    faded = 165 - 90 * ((255 - picture([(line, LEFT)])) / 255)
    assert heard(faded.astype(np.uint8), LEFT)[0] == line


def test_samples_are_even_along_the_way_and_break_off_with_it():
    column = np.where((AT > 300) & (AT < 340), np.nan, 50 + AT / 7)
    ink, row = samples(np.full((ROWS, 220), 255, np.uint8), column)
    assert np.isnan(ink).sum() == 1
    assert not ((row > 300) & (row < 340)).any()
    whole = np.hypot(1, 1 / 7) * 658
    assert 2 * np.isfinite(ink).sum() == pytest.approx(whole, rel=0.01)


def test_where_nothing_is_read_nothing_is_heard():
    ink, row = samples(np.full((ROWS, 220), 255, np.uint8), np.full(ROWS, np.nan))
    assert ink.size == row.size == 0
    assert all(agreement(ink, line, 1.0).shape == (0,) for line in LINES)
    assert best_size([ink], LINES) == 1.0


def test_curves_that_the_network_confuses_are_told_apart_by_their_dashes():
    """Of either curve it says that it is as likely in short dashes as in long ones."""
    two = panel([curve("ILM", "long-dash"), curve("ILD", "short-dash")], ROWS)
    columns = two.image.shape[1]
    for first, second in ((LEFT, RIGHT), (RIGHT, LEFT)):
        drawn = [("long-dash", first + MARGIN), ("short-dash", second + MARGIN)]
        seen = evidence(
            two, [("short-dash", LEFT + MARGIN), ("short-dash", RIGHT + MARGIN)]
        )
        half = seen.maps[1] // 2
        maps = np.stack([np.zeros_like(half), half, half])
        lines = (("solid",), ("long-dash",), ("short-dash",))
        inked = replace(two, image=picture(drawn, columns=columns))
        long, short = trace(inked, Evidence(maps, lines), likely=0.0)
        assert np.nanmedian(np.abs(long.column - first - MARGIN)) < 1
        assert np.nanmedian(np.abs(short.column - second - MARGIN)) < 1
