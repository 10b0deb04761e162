"""Edges through the middle of a track are proposed where the print is sure of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.pages import DrawnPage, DrawnSection, DrawnTrack
from veernet.axes import Scale
from veernet.records import Grey, Scan
from veernet.register.geometry.page import find_sections
from veernet.register.legends.mirror import title_row
from veernet.register.legends.parameters import without_parameters
from veernet.register.legends.record import LegendCurve
from veernet.register.legends.row import LegendLine, ScaleValue
from veernet.register.legends.span import span_of
from veernet.register.legends.spread import spread
from veernet.register.ocr.reader import Text

TWENTY = tuple(np.linspace(0, 1, 21).tolist())
LEFT, RIGHT = 440.0, 960.0
MIDDLE = round((LEFT + RIGHT) / 2)


def _framed(*columns: float, line_skew: float = 0.0, short: float = -1.0) -> Grey:
    """Return a page whose header has upright rules down to the grid at some columns.

    That at ``short`` begins below the others.
    """
    tracks = DrawnTrack(60, 320), DrawnTrack(LEFT, RIGHT, TWENTY)
    page = DrawnPage(
        rows=4600,
        sections=(DrawnSection(900, 3900, tracks=tracks),),
        line_skew=line_skew,
    )
    grey = page.draw()
    for column in columns:
        top = round(line_skew * (column - (page.columns - 1) / 2))
        for row in range(800 if column == short else 720, 896):
            at = round(column - line_skew * (row - 900))
            grey[row + top, at - 1 : at + 2] = 0
    return grey


@pytest.mark.parametrize("line_skew", [0.0, 0.006, -0.006])
def test_a_frame_over_the_middle_makes_two_tracks_of_ten(line_skew: float) -> None:
    grey = _framed(60, 320, LEFT, MIDDLE, RIGHT, line_skew=line_skew)
    (section,) = find_sections(Scan.from_array(grey))
    assert [track.divisions for track in section.tracks] == [10, 10, 10]
    first, second = section.tracks[1:]
    assert first.right == second.left
    assert first.right.column_at(1000.0) == pytest.approx(MIDDLE, abs=2)


def test_a_frame_over_the_edges_alone_leaves_a_track_of_twenty() -> None:
    (section,) = find_sections(Scan.from_array(_framed(60, 320, LEFT, RIGHT)))
    assert [track.divisions for track in section.tracks] == [10, 20]


def test_a_heading_over_both_halves_is_of_one_track() -> None:
    grey = _framed(60, 320, LEFT, MIDDLE, RIGHT, short=MIDDLE)
    (section,) = find_sections(Scan.from_array(grey))
    assert [track.divisions for track in section.tracks] == [10, 20]


def test_a_mark_over_the_middle_alone_is_no_frame() -> None:
    (section,) = find_sections(Scan.from_array(_framed(MIDDLE)))
    assert [track.divisions for track in section.tracks] == [10, 20]


CURVE = LegendCurve(
    *(1, (0.25, 0.75), "RESISTIVITY", "RES"),
    known=True,
    unit="OHMM",
    scale=Scale("linear", 2, 0),
    confidence=0.5,
)


def test_a_scale_that_was_read_in_doubt_sets_no_edge() -> None:
    (curve,) = spread([CURVE])
    assert curve.span == (0.0, 1.0)
    assert curve.ends == (3.0, -1.0)
    assert "0.25 to 0.75" in curve.notes[-1]
    # What is read clearly does, and two that bear each other out.
    clear = replace(CURVE, confidence=0.9)
    assert spread([clear]) == [clear]
    halves = [
        replace(CURVE, span=span, confidence=0.7) for span in ((0, 0.5), (0.5, 1))
    ]
    assert spread(halves) == halves


def test_a_scale_of_decades_is_told_at_the_edges_and_uneven_points_are_kept() -> None:
    log = replace(CURVE, span=(0.0, 0.5), scale=Scale("log", 0.2, 20))
    assert spread([log])[0].ends == (0.2, 2000.0)
    points = Scale("piecewise", 0, 50, (0.0, 0.5, 1.0), (0.0, 10.0, 50.0))
    (uneven,) = spread([replace(CURVE, scale=points)])
    assert uneven.scale == points
    assert "a track of its own" in uneven.notes[-1]


def test_values_at_ticks_of_a_short_scale_are_told_by_their_places() -> None:
    def value(number: float, left: float, right: float) -> ScaleValue:
        return ScaleValue(number, Text(f"{number:g}", 1.0, 10, left, 40, right))

    line = LegendLine(value(0, 35, 69), value(0.25, 260, 345))
    assert span_of((0.0, 1000.0), line, None) == ((0.05, 0.3), (0, 0.25))
    usual = LegendLine(value(0, 10, 30), value(0.25, 420, 490))
    assert span_of((0.0, 1000.0), usual, None) == ((0.0, 0.5), (0, 0.25))


def _line(text: str, row: float, column: float = 300) -> Text:
    reach = 10.0 * len(text)
    return Text(text, 1.0, row - 15, column - reach, row + 15, column + reach)


def test_a_legend_that_is_printed_twice_about_a_title_is_told_by_its_middle() -> None:
    names = "GAMMA RAY", "CALIPER INCHES", "DENSITY G/CC"
    upper = [_line(name, 100 + 120 * k) for k, name in enumerate(names)]
    lower = [_line(name, 900 - 120 * k) for k, name in enumerate(names)]
    assert title_row([upper[:2] + lower[:2], upper[2:] + lower[2:]]) == 500
    # The same order twice is a legend above another, and one curve may wrap.
    again = [_line(name, 600 + 120 * k) for k, name in enumerate(names)]
    assert title_row([upper + again]) is None
    assert title_row([upper]) is None
    assert title_row([]) is None


def test_densities_that_a_porosity_was_computed_with_are_no_scale() -> None:
    texts = [
        *(_line("POROSITY %", 60), _line("2.68", 100, 100), _line("1.0", 103, 420)),
        *(_line("MATRIX DENSITY", 101, 270), _line("FLUID DENSITY", 102, 590)),
        *(_line("30", 140, 20), _line("-10", 140, 980), _line("1 MIN", 160)),
    ]
    kept = [text.text for text in without_parameters(texts)]
    assert kept == ["POROSITY %", "30", "-10"]


@pytest.mark.parametrize(("columns", "sections"), [((60, 460, 880), 0), ((60, 140), 1)])
def test_narrow_columns_far_apart_are_print_and_no_section(
    columns: tuple[int, ...], sections: int
) -> None:
    six = tuple(np.linspace(0, 1, 7).tolist())
    tracks = tuple(DrawnTrack(at, at + 72, six) for at in columns)
    page = DrawnPage(rows=4600, sections=(DrawnSection(900, 3900, tracks=tracks),))
    assert len(find_sections(Scan.from_array(page.draw()))) == sections
