"""Tracks and depth columns of layouts other than two tracks about a depth column."""

from __future__ import annotations

import numpy as np
import pytest

from veernet.axes import Floats
from veernet.records import Scan
from veernet.register.geometry.divisions import (
    join_track_lines,
    line_ink,
    track_lines_of,
)
from veernet.register.geometry.page import FoundSection, find_sections
from veernet.register.ocr.recognise import load_recogniser
from veernet.register.propose import propose
from veernet.register.text import proposal_lines
from veernet.synth.pages.layouts import LAYOUTS
from veernet.synth.pages.page import GeneratedPage, generate_page

EVEN = np.arange(100.0, 351.0, 25.0)
DECADES = np.concatenate(
    [350 + 125 * (decade + np.log10(np.arange(1, 11))) for decade in range(2)]
)

THINNED = np.cumsum(
    [0, 20.8, 12.1, 8.7, 11.9, 9, 7, 21, 21, 11.9, 9.1, 6, 21, 21, 14, 7, 8.5]
)
"""Lines of three decades of 70 columns, of which those that are close run together."""


def _found(page: GeneratedPage) -> FoundSection:
    middle = page.rows.mean()
    found = find_sections(Scan.from_array(page.image))
    (section,) = [s for s in found if s.first_row < middle < s.last_row]
    return section


def _check(section: FoundSection, page: GeneratedPage) -> None:
    """Compare tracks with those that were drawn, edge by edge."""
    wanted = page.of("curves")
    assert len(section.tracks) == len(wanted)
    for track, column in zip(section.tracks, wanted, strict=True):
        for edge, drawn in ((track.left, column.left), (track.right, column.right)):
            off = np.abs(edge.column_at(page.rows) - drawn)
            assert np.quantile(off, 0.9) <= 3


@pytest.mark.parametrize(
    "layout",
    [
        "one track, depth left",
        "three tracks",
        "mud log",
        "bond log, waveforms on a grid",
        "lithology in the middle",
        "dipmeter with curves",
    ],
)
def test_tracks_of_a_layout_and_nothing_else_are_found(layout: str) -> None:
    page = generate_page(layout, np.random.default_rng(3))
    _check(_found(page), page)


@pytest.mark.parametrize(
    ("layout", "seed"),
    [
        # Lines of the track beside it stand where the 8 of its decade would be, or 5
        # and 8.
        ("depth right", 52005),
        ("depth right", 71005),
        # The line beside a depth column, or in rock, is a division away from an edge.
        ("mud log", 52013),
        ("mud log", 71013),
        ("lithology in the middle", 52021),
    ],
)
def test_lines_beside_a_track_are_none_of_its_divisions(layout: str, seed: int) -> None:
    page = generate_page(layout, np.random.default_rng(seed))
    _check(_found(page), page)


@pytest.mark.parametrize("layout", ["depth between", "mud log, depth left"])
def test_depths_are_read_in_the_column_that_holds_them(layout: str) -> None:
    page = generate_page(layout, np.random.default_rng(4))
    sections = propose(Scan.from_array(page.image), load_recogniser())
    (section,) = [s for s in sections if s.found.first_row < page.rows.mean()][-1:]
    _check(section.found, page)
    assert section.found.depth_column is not None
    middle = section.found.middle_at(page.rows)
    (column,) = page.of("depth")
    assert ((middle > column.left) & (middle < column.right)).mean() > 0.9


def test_a_page_without_depths_is_proposed_and_says_what_is_open() -> None:
    page = generate_page("one track without depths", np.random.default_rng(5))
    (section,) = propose(Scan.from_array(page.image), load_recogniser())
    _check(section.found, page)
    assert section.depth.refusal is not None
    assert any("no depths" in line for line in proposal_lines([section]))


def test_what_is_passed_over_is_told() -> None:
    page = generate_page("image log", np.random.default_rng(6))
    section = _found(page)
    _check(section, page)
    (first, *_, last) = page.of("image")
    pictures = [c for c in section.others if c.kind == "picture"]
    covered = sum(
        float((c.right.column_at(page.rows) - c.left.column_at(page.rows)).mean())
        for c in pictures
    )
    assert covered > 0.8 * float((last.right - first.left).mean())


@pytest.mark.parametrize("columns", [1, 2, 6, 11, 12, 13, 40])
def test_lines_are_looked_for_on_the_narrowest_page(columns: int) -> None:
    between = np.zeros(columns)
    between[columns // 2] = 0.9
    ink = line_ink(between, np.array([0.0, columns / 2, columns - 1.0]))
    assert ink.shape == (3,)
    assert (np.abs(ink) <= 0.9).all()
    if columns >= 13:
        assert ink[1] == pytest.approx(0.9)


def test_arrows_on_a_grid_are_told_from_curves() -> None:
    page = generate_page("dipmeter with curves", np.random.default_rng(2))
    section = _found(page)
    _check(section, page)
    (arrows,) = page.of("arrows")
    (reported,) = [column for column in section.others if column.kind == "arrows"]
    assert np.abs(reported.left.column_at(page.rows) - arrows.left).max() <= 5
    assert np.abs(reported.right.column_at(page.rows) - arrows.right).max() <= 5


def test_layouts_are_drawn_with_their_truth() -> None:
    for seed, layout in enumerate(sorted(LAYOUTS)[::4]):
        page = generate_page(layout, np.random.default_rng(seed))
        kinds = [c.kind for c in LAYOUTS[layout] if c.kind != "blank"]
        assert [c.kind for c in page.columns] == kinds
        assert (np.diff(page.depths) > 0).all()
        for column in page.columns:
            assert (column.left >= -6).all()
            assert (column.right <= page.image.shape[1] + 6).all()


@pytest.mark.parametrize(
    ("lines", "tracks"),
    [
        (EVEN, [(100, 350, 25.0)]),
        # Lines at 1, 2, 4, 6 and 8 look like those at 1 to 5 of another decade.
        (
            1051.9 + THINNED,
            [(1051.9, 1261.9, None)],
        ),
        (np.r_[EVEN, DECADES[1:]], [(100, 350, 25.0), (350, 600, None)]),
        # A depth column, an estimate and rock beside a track.
        (np.r_[EVEN, 358, 371, 388, 391, 399, 412], [(100, 350, 25.0)]),
        # The rows of a table have no rule.
        (np.array([117, 120, 128, 137, 163, 169, 278, 296, 306, 392.0]), []),
    ],
)
def test_lines_side_by_side_are_told_apart_by_their_rule(
    lines: Floats, tracks: list[tuple[float, float, float | None]]
) -> None:
    found = [
        (lines[run.start], lines[run.stop - 1], run.division)
        for run in track_lines_of(lines)
    ]
    assert [own[:2] for own in found] == [own[:2] for own in tracks]
    for (*_, division), (*_, wanted) in zip(found, tracks, strict=True):
        assert division == (None if wanted is None else pytest.approx(wanted, abs=0.1))


@pytest.mark.parametrize(("left_over", "count"), [(0.5, 1), (0.0, 2)])
def test_lost_lines_part_no_track_and_a_depth_column_does(
    left_over: float, count: int
) -> None:
    """Three divisions without lines: only what is left of their ink tells."""
    even = 100 + 25.0 * np.arange(21)
    lines = np.delete(even, [9, 10])
    between = np.zeros(700)
    between[lines.astype(int)] = 0.9
    between[even[[9, 10]].astype(int)] = left_over
    assert len(join_track_lines(track_lines_of(lines), lines, between)) == count
