"""Where a grid begins and ends, and where one section of it ends and another begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from tests.pages import LOGARITHMIC, DrawnPage, DrawnSection, DrawnTrack, registered
from veernet.axes import Edge
from veernet.check.page import check
from veernet.records import Grey, Scan
from veernet.register.depths.depth import depth_from_numerals
from veernet.register.depths.numerals import Numeral
from veernet.register.depths.parts import split_section
from veernet.register.depths.proposal import DepthProposal
from veernet.register.geometry.depthlines import DepthLines
from veernet.register.geometry.extent import end_of_lines, find_extent
from veernet.register.geometry.gaps import pieces_of
from veernet.register.geometry.joined import join_blocks
from veernet.register.geometry.page import FoundSection, find_sections
from veernet.register.geometry.periodicity import find_periodicity
from veernet.register.geometry.sections import Block, find_blocks
from veernet.register.geometry.survey import BAND, take_survey
from veernet.register.geometry.tracks import Span
from veernet.register.geometry.verticalink import find_vertical_ink
from veernet.register.ocr.recognise import Recogniser, load_recogniser
from veernet.register.propose import ProposedSection, propose

UPPER = DrawnSection(900, 3900, numerals=(1000, 10))
BETWEEN = 3911
"""A row of the page with upright lines alone."""


@pytest.fixture(scope="module")
def recognise() -> Recogniser:
    return load_recogniser()


def spliced(lower: DrawnSection, *, rows: int = 7000) -> Grey:
    """Return two sections whose upright lines run on from one into the other."""
    page = DrawnPage(rows=rows, sections=(UPPER, lower)).draw()
    plain = page[UPPER.first + 13]
    page[UPPER.last + 3 : lower.first - 2] = plain
    return page


def folded(page: Grey, first: int, last: int) -> Grey:
    """Return a page whose depth lines are lost from one row to another."""
    page[first:last] = page[UPPER.first + 13]
    return page


def ranges(found: tuple[ProposedSection, ...]) -> list[tuple[float, float]]:
    return [(p.found.first_row, p.found.last_row) for p in found]


@pytest.mark.parametrize("away", [97, 120])
def test_a_repeat_on_the_paper_of_the_section_above_is_one_of_its_own(
    recognise: Recogniser, away: int
) -> None:
    """Lines beyond the splice may be in step with those above by chance."""
    first = UPPER.last + away
    lower = DrawnSection(first, first + 2400, numerals=(1040, 10))
    found = propose(Scan.from_array(spliced(lower)), recognise)
    assert ranges(found) == [
        pytest.approx((900, 3900), abs=2),
        pytest.approx((lower.first, lower.last), abs=2),
    ]
    assert [p.name for p in found] == ["main", "repeat"]
    for proposed, drawn in zip(found, (UPPER, lower), strict=True):
        first = proposed.points[0]
        wanted = drawn.numerals[0] + (first.row - drawn.first) / 10
        assert first.depth == pytest.approx(wanted, abs=0.25)


def test_depths_that_are_stated_are_of_one_section_of_spliced_strips() -> None:
    lower = DrawnSection(UPPER.last + 90, UPPER.last + 2490)
    page = Scan.from_array(spliced(lower))
    main, other = propose(page, None, stated=(1000.0, 1300.0))
    assert main.found.last_row == pytest.approx(UPPER.last, abs=2)
    assert main.points[-1].row == pytest.approx(UPPER.last, abs=2)
    assert other.depth.refusal == "depths were stated for main alone"


def test_lines_lost_under_a_fold_part_no_section(recognise: Recogniser) -> None:
    page = folded(DrawnPage(sections=(UPPER,)).draw(), 2390, 2470)
    (found,) = propose(Scan.from_array(page), recognise)
    assert found.found.last_row == pytest.approx(3900, abs=2)
    assert found.depth.points[-1].depth == pytest.approx(1300, abs=0.25)


def test_paper_that_slips_under_a_fold_parts_no_section(recognise: Recogniser) -> None:
    """Numerals beyond say that depths go on, though the lines are out of step."""
    page = folded(DrawnPage(sections=(UPPER,)).draw(), 2390, 2470)
    page = np.concatenate([page[:2430], page[2437:]])
    (found,) = propose(Scan.from_array(page), recognise)
    assert found.found.last_row == pytest.approx(3893, abs=2)


def test_where_no_numeral_tells_lines_in_step_go_on() -> None:
    def blind(grey: Grey) -> tuple[str, float]:
        assert grey.ndim == 2
        return "", 0.0

    page = folded(DrawnPage(sections=(UPPER,)).draw(), 2390, 2470)
    assert len(propose(Scan.from_array(page), blind)) == 1
    slipped = np.concatenate([page[:2430], page[2439:]])
    assert len(propose(Scan.from_array(slipped), blind)) == 2


def test_rules_above_a_grid_in_its_steps_are_none_of_it() -> None:
    page = DrawnPage(sections=(UPPER,), tables=()).draw()
    for row in range(660, 900, 20):
        page[row : row + 3, 60:361] = 0
        page[row : row + 3, 460:961] = 0
    for column in (60, 360, 460, 960):
        page[660:900, column : column + 2] = 0
    (found,) = find_sections(Scan.from_array(page))
    assert found.first_row == pytest.approx(900, abs=2)


@pytest.mark.parametrize(("first", "rows"), [(140, 3000), (980, 2080)])
def test_a_short_grid_at_an_end_of_the_page_is_found_to_its_other_end(
    first: int, rows: int
) -> None:
    drawn = DrawnSection(first, first + 1000, spacing=10.0)
    page = DrawnPage(rows=rows, sections=(drawn,), tables=()).draw()
    (found,) = find_sections(Scan.from_array(page))
    assert found.first_row == pytest.approx(first, abs=2)
    assert found.last_row == pytest.approx(first + 1000, abs=2)


def test_vertical_lines_that_run_on_below_the_last_depth_line_are_no_section() -> None:
    page = DrawnPage(sections=(UPPER,), tables=()).draw()
    page[3903:4200] = page[BETWEEN - 18]
    (found,) = propose(Scan.from_array(page), None, stated=(1000.0, 1300.0))
    # Its depths are stated of the last line that is drawn.
    assert found.found.last_row == pytest.approx(3900, abs=2)


def test_pieces_are_what_lies_between_gaps() -> None:
    strength = np.ones(120)
    strength[40:44] = 0.1  # a gap
    strength[70:72] = 0.1  # two lines that are lost
    strength[100:103] = 0.0  # a gap, and a scrap after it
    strength[106:] = 0.0
    lines = DepthLines(np.arange(120) * 20.0, strength, np.zeros(120), 0.0, 20.0, ())
    assert pieces_of(lines) == [(0, 40), (44, 100)]
    whole = replace(lines, strength=np.ones(120))
    assert pieces_of(whole) == [(0, 120)]


def test_a_line_is_weak_by_those_thereabouts() -> None:
    strength = np.ones(950)
    strength[400:550] = 0.1  # it is bleached there
    lines = DepthLines(np.arange(950) * 20.0, strength, np.zeros(950), 0.0, 20.0, ())
    assert pieces_of(lines) == [(0, 950)]
    strength[480:484] = 0.01
    assert pieces_of(lines) == [(0, 480), (484, 950)]


def strips(*lines: int, lost: int = 4, slip: float = 0.0) -> FoundSection:
    """Return strips of depth lines 20 rows apart, with lost lines between them.

    Those beyond each gap are further down by some rows than the lost ones make them.
    """
    inked = np.concatenate(
        [[0.0] * lost * (n > 0) + [1.0] * k for n, k in enumerate(lines)]
    )
    moved = np.diff(inked, prepend=1.0) > 0
    rows = 1000 + 20.0 * np.arange(len(inked)) + slip * np.cumsum(moved)
    found = DepthLines(rows, inked, np.zeros(len(rows)), 500.0, 20.0, ())
    column = Edge((0.0,), (400.0,)), Edge((0.0,), (500.0,))
    return FoundSection(rows[0], rows[-1], (), column, found, 1.0)


def printed(
    first: float, last: float, depth: int, *, digits: int = 5, confidence: float = 1.0
) -> list[Numeral]:
    """Return numerals every 10 ft, at every fifth line of 2 ft."""
    texts = {
        row: str(depth + round((row - first) / 10))
        for row in np.arange(first, last + 1, 100.0)
    }
    return [
        Numeral(row, 450.0, text[-digits:], "upright", confidence, 15.0, 40.0)
        for row, text in texts.items()
    ]


def misread(row: float) -> list[Numeral]:
    """Return three numerals that agree with no other."""
    return [
        Numeral(row + 100 * k, 450.0, text, "upright", 1.0, 15.0, 40.0)
        for k, text in enumerate(("7000", "5000", "3000"))
    ]


def cut(
    section: FoundSection, *numerals: Sequence[Numeral]
) -> list[tuple[float, float]]:
    """Return the ranges of the sections that one turns out to be."""

    def depths(part: FoundSection, own: Sequence[Numeral]) -> DepthProposal:
        return depth_from_numerals(own, lines=part.lines.rows.tolist())

    found = split_section(section, [n for part in numerals for n in part], depths)
    return [(part.first_row, part.last_row) for part, _ in found]


@pytest.mark.parametrize(
    ("lost", "slip", "sections"),
    [(8, 0.0, 1), (8, 1.2, 1), (8, -1.2, 1), (4, 1.6, 2), (4, -1.6, 2), (9, 0.0, 2)],
)
def test_a_fold_is_bridged_up_to_eight_lines_in_step(
    lost: int, slip: float, sections: int
) -> None:
    assert len(cut(strips(60, 60, lost=lost, slip=slip))) == sections


def test_a_strip_of_few_lines_is_of_no_section() -> None:
    assert cut(strips(14, 60, slip=8.0)) == [(1368.0, 2548.0)]
    assert cut(strips(60, 14, slip=8.0)) == [(1000.0, 2180.0)]
    assert cut(strips(15, 60, slip=8.0)) == [(1000.0, 1280.0), (1388.0, 2568.0)]
    # Where all are few, the print is faint: it is left as it is.
    assert cut(strips(14, 14, slip=8.0)) == [(1000.0, 1628.0)]
    assert cut(strips(15, *[5] * 40, slip=8.0)) == [(1000.0, 8800.0)]
    assert cut(strips(15, *[5] * 39, slip=8.0)) == [(1000.0, 1280.0)]


ABOVE = printed(1000, 2180, 1000)
"""The numerals of the upper of two strips of 60 lines; 1130 is right at row 2310."""


@pytest.mark.parametrize(
    ("below", "sections"),
    [
        ([printed(2370, 3400, 1130)], 1),  # three lines and a half off
        ([printed(2390, 3400, 1130)], 2),  # four lines and a half
        ([printed(2310, 3400, 1130, digits=2)], 1),  # 30 stands for 1130
        # The first five tell, by their majority.
        ([printed(2310, 2710, 1130), printed(2810, 3400, 1500)], 1),
        ([misread(2310)[:2], printed(2510, 3400, 1150)], 1),
        ([misread(2310), printed(2610, 3400, 1160)], 2),
    ],
)
def test_numerals_beyond_a_gap_tell_whether_depths_go_on(
    below: list[list[Numeral]], sections: int
) -> None:
    section = strips(60, 60, slip=10.0)
    assert len(cut(section, ABOVE, *below)) == sections


@pytest.mark.parametrize(
    ("below", "sections"),
    [
        (printed(2300, 3400, 1040), 2),
        (printed(2300, 3400, 1040, confidence=0.4), 1),  # hardly read
        (printed(2300, 3400, 1043), 1),  # no depth that is printed in steps of ten
    ],
)
def test_misreads_part_no_lines_in_step(below: list[Numeral], sections: int) -> None:
    assert len(cut(strips(60, 60), ABOVE, below)) == sections


@pytest.mark.parametrize(("depth", "sections"), [(2140, 1), (2120, 2)])
def test_the_further_away_numerals_are_the_more_they_may_be_off(
    depth: int, sections: int
) -> None:
    """By 10 ft over 1000 ft without a numeral: these are 9 and 11 ft off."""
    section = strips(60, 600, slip=10.0)
    assert len(cut(section, ABOVE, printed(12310, 14000, depth))) == sections


@pytest.mark.parametrize(("depth", "sections"), [(1030, 1), (2030, 2)])
def test_a_strip_above_the_longest_is_told_by_its_last_numerals(
    depth: int, sections: int
) -> None:
    above, longest = printed(1300, 1700, depth), printed(1910, 3800, 1090)
    section = strips(40, 100, slip=10.0)
    assert len(cut(section, misread(1000), above, longest)) == sections


def test_where_numerals_do_not_agree_lines_in_step_are_not_enough() -> None:
    section = strips(60, 60)
    assert len(cut(section, misread(1000))) == 1
    assert len(cut(section, misread(1000), misread(2300))) == 2


INNER = np.arange(50.0, 250, 20)
"""Columns of the lines that divide the track of the next tests."""


def extent_of(seen: dict[tuple[int, int], int]) -> tuple[float, float] | None:
    """Return the first and the last band of a block in which inner lines are seen.

    So many of ten are, in bands from one to another; the page is blank, so that rows
    are those of bands.
    """
    straight = np.zeros((60, 300), np.float32)
    for (first, stop), lines in seen.items():
        straight[first:stop, INNER[:lines].astype(int)] = 0.3
    block = Block(10, 50, INNER, np.ones(10), np.zeros(40), 1.0)
    span = Span(30.0, 250.0, np.r_[30.0, INNER, 250.0], 20.0, 1.0)
    scan = Scan.from_array(np.full((60 * BAND, 300), 255, np.uint8))
    found = find_extent(scan, straight, block, [span])
    return None if found is None else (found[0] / BAND, found[1] / BAND)


@pytest.mark.parametrize(
    ("seen", "extent"),
    [
        ({(0, 60): 10}, (10, 50)),
        ({(14, 42): 10}, (14, 42)),
        ({(14, 22): 10, (28, 42): 10}, (14, 42)),  # six bands are bridged
        ({(14, 22): 10, (29, 42): 10}, (29, 42)),
        ({(14, 42): 10, (42, 50): 5}, (14, 50)),  # half of them is seen
        ({(14, 42): 10, (42, 50): 3}, (14, 42)),
        ({(11, 12): 10, (13, 14): 10, (18, 42): 10}, (18, 42)),  # rules of a header
        ({(0, 10): 10, (50, 60): 10}, None),
        ({}, None),
    ],
)
def test_a_grid_is_where_its_inner_lines_are_seen(
    seen: dict[tuple[int, int], int], extent: tuple[float, float] | None
) -> None:
    assert extent_of(seen) == extent


@pytest.mark.parametrize("above", [True, False])
@pytest.mark.parametrize("drawn", [1.0, 0.5])
def test_the_end_of_lines_is_found_to_a_few_rows(above: bool, drawn: float) -> None:
    rng = np.random.default_rng(3)
    ink = (rng.random((400, 300)) < 0.03).astype(np.uint8)
    columns = np.arange(20.0, 290, 15)
    for column in columns.astype(int):
        ink[150:, column] = rng.random(250) < drawn
    shown = ink if above else ink[::-1]
    end = end_of_lines(np.ascontiguousarray(shown), columns, above=above)
    assert end == pytest.approx(150 if above else 250, abs=10)


def test_lines_that_lean_are_followed() -> None:
    columns = np.arange(20.0, 260, 15) + np.linspace(0, 30, 400)[:, None]
    picture = np.zeros((400, 300, 1), np.uint8)
    for line in columns.T:
        way = np.stack([line, np.arange(400)], axis=1)[150:]
        cv2.polylines(picture, [np.rint(way).astype(np.int32)], False, 1, 1)
    found = end_of_lines(picture[..., 0], columns, above=True)
    assert found == pytest.approx(150, abs=8)
    # Looked for upright, they are lost where they lean away.
    assert end_of_lines(picture[..., 0], columns[-1], above=True) != found


def test_a_picture_without_lines_has_no_end() -> None:
    blank = np.zeros((300, 200), np.uint8)
    assert end_of_lines(blank, np.array([50.0, 100.0]), above=True) is None
    assert end_of_lines(blank, np.array([]), above=True) is None
    full = np.ones((300, 200), np.uint8)
    assert end_of_lines(full, np.array([50.0, 100.0]), above=False) is None


def test_specks_where_lines_would_be_are_none() -> None:
    columns = np.arange(20.0, 290, 15)
    ink = np.zeros((400, 300), np.uint8)
    ink[:, 20] = ink[:, 35] = 1  # two lines of eighteen: a box, say
    ink[:100, 50] = 1
    assert end_of_lines(ink, columns, above=False) is None


def test_the_end_of_lines_lies_in_the_picture() -> None:
    ink = np.zeros((400, 300), np.uint8)
    ink[18:23] = 1  # a rule, at which lines seem to end at once
    columns = np.array([50.0, 100.0])
    assert end_of_lines(ink, columns, above=False) == 0
    assert end_of_lines(ink[::-1].copy(), columns, above=True) == 400


def test_lines_are_looked_for_near_the_grid() -> None:
    ink = np.zeros((400, 300), np.uint8)
    ink[200:300, 50] = 1
    columns = np.array([50.0])
    assert end_of_lines(ink, columns, above=False) == pytest.approx(300, abs=24)
    assert end_of_lines(ink, columns, above=False, within=150) is None


def bleached(page: Grey, first: int, last: int, left: float) -> Grey:
    """Return a page whose upright lines are gone from one row to another.

    The share that is left is that of the ink of depth lines.
    """
    rng = np.random.default_rng(4)
    part = page[first:last]
    level = (part == 0).mean(axis=1) > 0.4
    kept = level[:, None] & (rng.random(part.shape) < left)
    page[first:last] = np.where(kept, part, 255)
    return page


def test_a_bleached_stretch_parts_no_grid() -> None:
    page = bleached(DrawnPage(sections=(UPPER,)).draw(), 2304, 2688, 0.3)
    (found,) = find_sections(Scan.from_array(page))
    assert (found.first_row, found.last_row) == pytest.approx((900, 3900), abs=2)
    # Where nothing is left of the depth lines either, it may be two grids.
    gone = bleached(DrawnPage(sections=(UPPER,)).draw(), 2304, 2688, 0.0)
    assert len(find_sections(Scan.from_array(gone))) == 2


def test_grids_with_other_tracks_are_never_one() -> None:
    other = (DrawnTrack(45, 345), DrawnTrack(520, 990))
    lower = DrawnSection(4000, 6400, tracks=other, numerals=(1400, 10))
    page = DrawnPage(rows=6800, sections=(UPPER, lower)).draw()
    for row in range(3920, 4000, 20):
        page[row : row + 2, 60:961] = 0
    assert len(find_sections(Scan.from_array(page))) == 2


def blocks_of(page: Grey) -> tuple[Block, ...]:
    survey = take_survey(Scan.from_array(page))
    vertical_ink = find_vertical_ink(survey.vertical)
    found = find_blocks(vertical_ink, find_periodicity(survey.level))
    return join_blocks(found, survey.level, vertical_ink.wander)


@pytest.mark.parametrize("wander", [0.0, 20.0])
@pytest.mark.parametrize("first", [20, 40])
def test_blocks_that_are_joined_have_the_lines_of_the_longer(
    wander: float, first: int
) -> None:
    """Where they are in the first band, however the paper wandered."""
    drawn = DrawnSection(300, 7700)
    page = DrawnPage(rows=8000, sections=(drawn,), tables=(), wander=wander)
    (block,) = blocks_of(bleached(page.draw(), first * BAND, (first + 3) * BAND, 0.3))
    assert len(block.wander) == block.stop - block.first == 59
    inner = page.column(drawn.tracks[0].left + 30.0 * np.arange(1, 10), 2.5 * BAND)
    assert block.lines[1:10] == pytest.approx(inner, abs=2)
    longer = bleached(page.draw(), first * BAND, (first + 4) * BAND, 0.3)
    assert len(blocks_of(longer)) == 2


@pytest.mark.parametrize(
    ("tracks", "blocks"),
    [
        ((DrawnTrack(60, 360), DrawnTrack(460, 960)), 1),
        ((DrawnTrack(65, 365), DrawnTrack(460, 960)), 2),
        ((DrawnTrack(60, 360), DrawnTrack(460, 960, LOGARITHMIC)), 2),
    ],
)
def test_a_grid_in_step_with_other_lines_is_another(
    tracks: tuple[DrawnTrack, ...], blocks: int
) -> None:
    both = DrawnSection(300, 3840), DrawnSection(4100, 7700, tracks=tracks)
    page = DrawnPage(rows=8000, sections=both, tables=()).draw()
    for row in range(3860, 4100, 20):
        page[row, 60:961] = 0
    assert len(blocks_of(page)) == blocks


def test_heavier_lines_are_counted_anew_in_each_section() -> None:
    """As many lines are lost at the splice that the fifth lines fall out of step."""
    lower = DrawnSection(UPPER.last + 140, UPPER.last + 2540, numerals=(1040, 10))
    page = DrawnPage(rows=7000, sections=(UPPER, lower))
    scan = Scan.from_array(spliced(lower))
    for which in (0, 1):
        assert [f for f in check(scan, [registered(page, which)]) if f.severe] == []
