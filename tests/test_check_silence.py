"""What a registration loses, or has in doubt, is said before anything is read."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests import logs
from tests.pages import DrawnPage, DrawnSection, DrawnTrack, registered
from veernet import engines
from veernet.axes import DepthAxis, Edge, Scale
from veernet.check.beyond import check_beyond
from veernet.check.drawn import drawn_lines
from veernet.check.fall import fall_across
from veernet.check.page import check
from veernet.check.quick import check_quickly
from veernet.cli import DONE, main
from veernet.export.parameters import parameters
from veernet.export.provenance import Provenance
from veernet.records import CurveSpec, Registration, Scan
from veernet.register.geometry.page import FoundSection, find_sections

PAGE = DrawnPage(
    rows=5200, sections=(DrawnSection(900, 4400),), wander=6, line_skew=0.003
)
RIGHT = registered(PAGE)
SECTION = PAGE.sections[0]


@pytest.fixture(scope="module")
def scan() -> Scan:
    return Scan.from_array(PAGE.draw())


def between(first: int, last: int) -> Registration:
    """Return the registration with some of its depth points alone."""
    points = RIGHT.depth.points[first:last]
    return replace(RIGHT, depth=DepthAxis("ft", points))


def test_a_log_that_is_registered_whole_loses_nothing(scan: Scan) -> None:
    assert list(check_beyond(scan, RIGHT)) == []


def test_curves_beyond_the_depth_points_are_told_with_their_rows(scan: Scan) -> None:
    part = between(1, -2)
    above, below = check_beyond(scan, part)
    assert above.rows is not None
    assert below.rows is not None
    # The first and the last depth line of the section.
    assert abs(above.rows[0] - SECTION.first) < 30
    assert abs(below.rows[1] - SECTION.last) < 30
    assert above.rows[1] < part.depth.rows[0]
    assert below.rows[0] > part.depth.rows[-1]
    assert above.depths == pytest.approx((1000, part.depth.depths[0]), abs=4)
    assert "curves begin above the first depth point" in above.what
    assert "ft of ink are not read" in above.what
    assert not any(f.severe for f in (above, below))
    reported = [f.kind for f in check(scan, [part])]
    assert reported == ["beyond", "beyond"]


def test_what_another_section_reads_is_not_lost(scan: Scan) -> None:
    upper, lower = between(0, 4), between(3, 99)
    assert check(scan, [upper, lower]) == ()
    (reported,) = check_beyond(scan, upper)
    assert "curves go on below the last depth point" in reported.what


def without_lines(seed: int) -> tuple[Scan, FoundSection]:
    """Return the page with half of the thin lines of its upper half lost."""
    image = PAGE.draw()
    rng = np.random.default_rng(seed)
    middle = (PAGE.columns - 1) / 2
    columns = np.arange(PAGE.columns)
    fall = np.rint(PAGE.line_skew * (columns - middle)).astype(int)
    for index, row in enumerate(range(SECTION.first, 2900, 20)):
        if index % 5 and rng.random() < 0.6:
            for by in (-1, 0, 1):
                image[row + by + fall, columns] = 255
    scan = Scan.from_array(image)
    return scan, max(find_sections(scan), key=lambda one: len(one.lines.rows))


def test_right_points_on_a_grid_with_lost_lines_are_never_wrong() -> None:
    scan, found = without_lines(5)
    assert [f.line for f in check(scan, [RIGHT]) if f.severe] == []
    top, base = RIGHT.depth.rows[:2]
    rows, strength = drawn_lines(scan, RIGHT, found, top, base)
    due = (rows - top) / (base - top) * 25
    assert 4 <= len(rows) < 24
    assert np.abs(due - np.rint(due)).max() < 0.1
    assert strength.min() > 0.3


def test_a_point_that_is_off_is_told_on_a_grid_with_lost_lines() -> None:
    scan, _ = without_lines(5)
    points = list(RIGHT.depth.points)
    p = points[2]
    assert p.row_left is not None
    assert p.row_right is not None
    points[2] = replace(
        p, row=p.row + 20, row_left=p.row_left + 20, row_right=p.row_right + 20
    )
    reported = check(scan, [replace(RIGHT, depth=DepthAxis("ft", tuple(points)))])
    assert any(f"{p.depth:g}" in f.what for f in reported)


@pytest.mark.parametrize("turn", [0.006, -0.012])
def test_the_fall_of_lines_is_measured_over_one_track_too(turn: float) -> None:
    """The survey alone tells a sixth too little there."""
    section = DrawnSection(900, 3900, 23.3, (DrawnTrack(60, 460),))
    page = DrawnPage(rows=4500, sections=(section,), line_skew=turn)
    scan = Scan.from_array(page.draw())
    (found,) = find_sections(scan)
    fall = fall_across(scan, found, np.linspace(1300, 3500, 5))
    assert np.median(fall) == pytest.approx(turn, rel=0.05)


def test_a_line_that_stands_beside_the_grid_is_told() -> None:
    image = PAGE.draw()
    rows = np.arange(SECTION.first, SECTION.last)
    # A time marker in the first track: a third of a division off the lines of the grid.
    columns = np.rint(PAGE.column(160, rows)).astype(int)
    for by in range(3):
        image[rows, columns + by] = 0
    scan = Scan.from_array(image)
    (reported,) = check(scan, [RIGHT])
    assert reported.kind == "mark"
    assert "track T1: a line stands" in reported.what
    assert reported.columns is not None
    assert abs(reported.columns[0] - PAGE.column(161, 2650)) < 5
    first, second = RIGHT.tracks
    marks = CurveSpec("TMARK", "", Scale("linear", 0, 1), export=False)
    listed = replace(first, curves=(marks, *first.curves))
    assert check(scan, [replace(RIGHT, tracks=(listed, second))]) == ()


def with_scale(scale: Scale) -> Registration:
    curve = CurveSpec("ILD", "OHMM", scale)
    first, second = RIGHT.tracks
    return replace(RIGHT, tracks=(replace(first, curves=(curve,)), second))


def test_a_piecewise_scale_that_ends_before_its_track_is_told(scan: Scan) -> None:
    nodes = Scale("piecewise", 0, 5000, (0.0, 0.2, 0.8), (0.0, 55.0, 4500.0))
    (reported,) = check_quickly(scan.info, with_scale(nodes))
    assert "end at fraction 0.8 (4500 OHMM)" in reported.what
    assert f"to {float(nodes.value_at(1.0)):.4g} at the edge" in reported.what
    whole = Scale("piecewise", 0, 5000, (0.0, 0.2, 1.0), (0.0, 55.0, 5000.0))
    assert list(check_quickly(scan.info, with_scale(whole))) == []


def test_heights_without_a_unit_take_that_of_the_depths_and_say_so(scan: Scan) -> None:
    well = {"EKB": "1811.5", "EGL": "545 m", "PDAT": "GL"}
    bare = replace(RIGHT, well=well)
    (reported,) = check_quickly(scan.info, bare)
    assert reported.what.startswith("well: EKB 1811.5: no unit is given, and ft")
    made = {p.mnemonic: (p.value, p.unit) for p in parameters(bare, Provenance())}
    assert made["EKB"] == ("1811.5", "FT")
    assert made["EGL"] == ("545", "M")
    assert made["PDAT"] == ("GL", "")


def test_digitise_tells_curves_beyond_the_points_but_not_those_of_a_section(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "load_engine", lambda *_: engines.DarknessEngine())
    scan, registration = logs.draw(tmp_path)
    text = registration.read_text()
    last, middle = "{row: 640, depth: 1060}", "{row: 340, depth: 1030}"
    upper = text.replace(last, middle)
    lower = text.replace("{row: 40, depth: 1000}", middle)
    registration.write_text(upper)
    arguments = ["digitise", str(scan), "--registration", str(registration), "--out"]
    assert main([*arguments, str(tmp_path / "a.las")]) == DONE
    reported = capsys.readouterr().out
    assert "note: curves go on below the last depth point: in track T1 (GR)" in reported
    found = re.search(r"to row (\d+) \(about", reported)
    assert found is not None
    assert int(found[1]) > 600
    lower = lower.replace("section: main", "section: lower")
    registration.write_text(f"{upper}---\n{lower}")
    assert main([*arguments, str(tmp_path / "b.las")]) == DONE
    assert "curves go on" not in capsys.readouterr().out


def test_an_edge_beyond_the_page_is_measured_without_a_warning(scan: Scan) -> None:
    last = RIGHT.tracks[-1]
    beyond = Edge((0.0,), (float(scan.info.columns + 16),))
    wide = replace(RIGHT, tracks=(*RIGHT.tracks[:-1], replace(last, right=beyond)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        reported = list(check(scan, [wide]))
    assert not any("depth point" in one.what and one.severe for one in reported)
