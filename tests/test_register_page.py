"""Sections, tracks, depth columns and depth lines of drawn pages."""

from __future__ import annotations

import numpy as np
import pytest

from tests.pages import LOGARITHMIC, DrawnPage, DrawnSection, DrawnTrack
from veernet.records import Scan
from veernet.register.geometry.page import FoundSection, find_sections

LOG = (DrawnTrack(60, 360), DrawnTrack(460, 960, LOGARITHMIC))
TWO = DrawnPage(
    rows=9000,
    sections=(DrawnSection(900, 4500), DrawnSection(5700, 8300, 40.0, LOG)),
    tables=((100, 700), (4700, 5400)),
    wander=12,
    line_skew=0.005,
)


@pytest.fixture(scope="module")
def two() -> tuple[FoundSection, ...]:
    return find_sections(Scan.from_array(TWO.draw()))


def test_each_grid_is_a_section_and_no_table_is(
    two: tuple[FoundSection, ...],
) -> None:
    assert len(two) == 2
    for found, drawn in zip(two, TWO.sections, strict=True):
        assert found.first_row == pytest.approx(drawn.first, abs=2)
        assert found.last_row == pytest.approx(drawn.last, abs=2)
        assert found.confidence >= 0.9


def test_edges_follow_the_paper(two: tuple[FoundSection, ...]) -> None:
    for found, drawn in zip(two, TWO.sections, strict=True):
        rows = np.linspace(drawn.first + 100, drawn.last - 100, 30)
        assert len(found.tracks) == 2
        for track, wanted in zip(found.tracks, drawn.tracks, strict=True):
            for edge, column in (
                (track.left, wanted.left),
                (track.right, wanted.right),
            ):
                off = edge.column_at(rows) - TWO.column(column, rows)
                assert np.abs(off).max() < 2.5
        assert found.depth_column is not None
        left, right = found.depth_column
        assert left.columns == found.tracks[0].right.columns
        assert right.columns == found.tracks[1].left.columns


def test_divisions_are_told_where_they_are_even(two: tuple[FoundSection, ...]) -> None:
    (gamma, linear), (_, logarithmic) = (found.tracks for found in two)
    assert gamma.span.division == pytest.approx(30, abs=0.2)
    assert linear.span.division == pytest.approx(50, abs=0.2)
    assert logarithmic.span.division is None


def test_every_depth_line_is_counted_and_lies_where_it_is(
    two: tuple[FoundSection, ...],
) -> None:
    for found, drawn in zip(two, TWO.sections, strict=True):
        wanted = np.arange(drawn.first, drawn.last + 1, drawn.spacing)
        assert len(found.lines.rows) == len(wanted)
        assert np.abs(found.lines.rows - wanted).max() < 1.5
        assert np.abs(found.lines.rows - wanted).mean() < 0.5
        assert found.lines.spacing == pytest.approx(drawn.spacing, abs=0.1)
        assert (5, 0) in found.lines.heavier


@pytest.mark.parametrize("degrees", [-0.5, -0.1, 0.0, 0.2, 0.6])
def test_the_skew_is_that_of_the_page_to_a_twentieth_of_a_degree(
    degrees: float,
) -> None:
    page = DrawnPage(
        rows=3200,
        sections=(DrawnSection(200, 3000),),
        tables=(),
        line_skew=np.tan(np.radians(degrees)),
    )
    (found,) = find_sections(Scan.from_array(page.draw()))
    found_degrees = np.degrees(np.arctan(found.lines.skew))
    assert np.abs(found_degrees - degrees).max() < 0.05


def test_streaks_of_the_scanner_are_no_lines_of_the_paper() -> None:
    page = DrawnPage(wander=15, streak=700)
    (found,) = find_sections(Scan.from_array(page.draw()))
    plain = find_sections(Scan.from_array(DrawnPage(wander=15).draw()))[0]
    assert len(found.tracks[1].span.lines) == len(plain.tracks[1].span.lines)


def test_half_of_the_ink_may_be_lost() -> None:
    page = DrawnPage(lost=0.5, wander=8, line_skew=-0.003)
    (found,) = find_sections(Scan.from_array(page.draw()))
    assert len(found.lines.rows) == 151
    assert [t.left.column_at(2400) for t in found.tracks] == pytest.approx(
        [page.column(60, 2400), page.column(460, 2400)], abs=3
    )


def test_paper_that_slips_loses_no_count() -> None:
    page = DrawnPage().draw()
    slipped = np.concatenate([page[:2007], page[2000:2900], page[2907:]])
    (found,) = find_sections(Scan.from_array(slipped))
    assert len(found.lines.rows) == 151


@pytest.mark.parametrize("wander", [-10.0, 12.0])
def test_an_edge_that_leaves_the_page_stays_where_it_is(wander: float) -> None:
    tracks = (DrawnTrack(3, 303), DrawnTrack(400, 900))
    page = DrawnPage(
        sections=(DrawnSection(300, 5700, tracks=tracks),), tables=(), wander=wander
    )
    (found,) = find_sections(Scan.from_array(page.draw()))
    rows = np.linspace(400, 5600, 50)
    for track, drawn in zip(found.tracks, tracks, strict=True):
        assert (
            np.abs(track.left.column_at(rows) - page.column(drawn.left, rows)).max() < 4
        )
        assert (
            np.abs(track.right.column_at(rows) - page.column(drawn.right, rows)).max()
            < 3
        )


@pytest.mark.parametrize("columns", [1, 5, 11, 14])
def test_a_narrow_page_has_no_sections(columns: int) -> None:
    rng = np.random.default_rng(0)
    noise = np.where(rng.random((2000, columns)) < 0.5, 0, 255).astype(np.uint8)
    assert find_sections(Scan.from_array(noise)) == ()


@pytest.mark.parametrize(("spacing", "sections"), [(60.0, 1), (80.0, 0)])
def test_a_grid_of_few_lines_is_no_section(spacing: float, sections: int) -> None:
    """Of fourteen lines it is more likely one than of eleven."""
    drawn = DrawnSection(40, 840, spacing=spacing)
    page = DrawnPage(rows=2600, sections=(drawn,), tables=())
    assert len(find_sections(Scan.from_array(page.draw()))) == sections


def test_ink_of_one_colour_is_ink() -> None:
    page = DrawnPage().draw()
    red = np.stack([np.full_like(page, 255), page, page], axis=2)
    (found,) = find_sections(Scan.from_array(red))
    assert len(found.lines.rows) == 151


@pytest.mark.parametrize("kind", ["blank", "noise", "text", "photograph"])
def test_what_has_no_grid_has_no_sections(kind: str) -> None:
    rng = np.random.default_rng(0)
    pages = {
        "blank": np.full((3000, 800), 255, np.uint8),
        "noise": np.where(rng.random((3000, 800)) < 0.5, 0, 255).astype(np.uint8),
        "text": DrawnPage(rows=3000, sections=(), tables=((100, 2900),)).draw(),
        "photograph": np.clip(
            np.cumsum(rng.normal(0, 6, (3000, 800)), axis=1) + 128, 0, 255
        ).astype(np.uint8),
    }
    assert find_sections(Scan.from_array(pages[kind])) == ()


def test_a_grey_page_with_a_shadow_is_read_as_a_clean_one() -> None:
    page = DrawnPage().draw().astype(np.float64)
    shadow = np.linspace(0.45, 1, page.shape[1])
    grey = np.clip((90 + page * 0.6) * shadow, 0, 255).astype(np.uint8)
    (found,) = find_sections(Scan.from_array(grey))
    assert len(found.lines.rows) == 151
    assert found.tracks[1].right.column_at(2000) == pytest.approx(960, abs=2)


def test_a_grid_that_stands_still_is_no_streak_though_a_header_slips() -> None:
    """A plot that was never paper: its lines are in the same columns everywhere."""
    page = DrawnPage(rows=12_000, sections=(DrawnSection(900, 11_800),), tables=())
    picture = page.draw()
    for band in range(6):
        for column in range(40, 900, 45):
            left = column + 11 * band
            picture[128 * band : 128 * (band + 1), left : left + 2] = 0
    (found,) = find_sections(Scan.from_array(picture))
    assert len(found.lines.rows) == 546
    assert found.tracks[0].left.column_at(6000) == pytest.approx(60, abs=2)
