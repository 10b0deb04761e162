"""Panels have vertical edges and level depth lines, and lead back to the page."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path as File

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tests.registrations import Sheet, registration, track, upright
from veernet.axes import DepthAxis, DepthPoint, Edge, Floats, Scale
from veernet.errors import InputError
from veernet.records import (
    CurveSpec,
    Grey,
    Panel,
    Registration,
    Scan,
    ScanInfo,
    TracedPath,
    Track,
)
from veernet.rectify import BAND, panels, to_trace
from veernet.registration import load_registrations


def noise(rows: int, columns: int) -> Grey:
    """Return a picture no two parts of which are alike."""
    generator = np.random.default_rng(5)
    return generator.integers(0, 256, (rows, columns), dtype=np.uint8)


def path_at(panel: Panel, column: Floats, mnemonic: str) -> TracedPath:
    """Return a path that is sure of its columns."""
    rows = panel.image.shape[0]
    return TracedPath(mnemonic, column, np.ones(rows), np.ones(rows, dtype=np.uint8))


class TestLevel:
    def test_a_level_track_is_the_crop_bit_for_bit(self) -> None:
        image = noise(2 * BAND + 77, 90)
        made = registration(track("T1", 20, 60), rows=(10, 2 * BAND + 50))
        (panel,) = panels(Scan.from_array(image), made, margin=5)
        assert_array_equal(panel.image, image[10 : 2 * BAND + 51, 15:66])
        assert (panel.row_start, panel.width, panel.margin) == (10, 40, 5)
        assert_array_equal(
            panel.edges[0], [[5] * (2 * BAND + 41), [45] * (2 * BAND + 41)]
        )

    def test_beyond_the_page_is_white(self) -> None:
        image = noise(40, 50)
        made = registration(track("T1", -4, 46), rows=(-3, 42))
        (panel,) = panels(Scan.from_array(image), made, margin=8)
        expected = np.full((46, 67), 255, dtype=np.uint8)
        expected[3:43, 12:62] = image
        assert_array_equal(panel.image, expected)

    def test_edges_between_columns_are_interpolated(self) -> None:
        image = np.tile(np.arange(0, 200, 2, dtype=np.uint8), (30, 1))
        made = registration(track("T1", 10.5, 40.5), rows=(5, 20))
        (panel,) = panels(Scan.from_array(image), made, margin=2)
        assert_array_equal(panel.image[0], np.arange(17, 17 + 2 * 35, 2))

    def test_edges_that_widen_keep_their_mean_distance(self) -> None:
        widening = Track(
            "T1", upright(10), Edge((0, 20), (50, 60)), track("T1", 0, 1).curves
        )
        image = np.tile(np.arange(100, dtype=np.uint8), (30, 1))
        (panel,) = panels(Scan.from_array(image), registration(widening, rows=(0, 20)))
        assert panel.width == 45
        assert_array_equal(panel.image[:, 8], [10] * 21)
        assert_allclose(panel.image[:, 8 + 45], np.linspace(50, 60, 21), atol=0.5)


class TestTogether:
    @pytest.mark.parametrize(
        ("tracks", "expected"),
        [
            ([(0, 20), (30, 50), (60, 80)], ["T0", "T1", "T2"]),
            ([(0, 20), (20, 40)], ["T0", "T1"]),
            ([(0, 20), (19.5, 40)], ["T0", "T1"]),
            ([(0, 20), (18, 40)], ["T0+T1"]),
            ([(0, 20), (30, 90), (60, 90)], ["T0", "T1+T2"]),
            ([(0, 30), (50, 80), (25, 60)], ["T0+T1+T2"]),
            ([(50, 80), (0, 20), (60, 90)], ["T0+T2", "T1"]),
        ],
    )
    def test_tracks_that_overlap_form_one_panel(
        self, tracks: list[tuple[float, float]], expected: list[str]
    ) -> None:
        made = registration(
            *(track(f"T{i}", *ends) for i, ends in enumerate(tracks)), rows=(0, 9)
        )
        found = panels(Scan.from_array(noise(20, 100)), made)
        assert ["+".join(t.name for t in p.tracks) for p in found] == expected

    def test_each_track_of_a_panel_keeps_its_edges(self) -> None:
        made = registration(track("T1", 10, 70), track("T2", 40, 70), rows=(0, 9))
        (panel,) = panels(Scan.from_array(noise(20, 100)), made, margin=8)
        assert panel.width == 60
        assert_allclose(panel.edges[:, :, 3], [[8, 68], [38, 68]])
        assert panel.image.shape == (10, 77)


class TestStreaming:
    def test_no_band_is_taller_than_it_must_be(self) -> None:
        asked: list[tuple[int, int]] = []
        rows = 5 * BAND

        def reader(start: int, stop: int) -> Grey:
            asked.append((start, stop))
            return np.full((stop - start, 400), 255, dtype=np.uint8)

        scan = Scan(ScanInfo("", 0, 1, rows, 400, "bilevel"), reader)
        made = registration(
            track("T1", 0, 100), track("T2", 200, 300), rows=(5, rows - 9)
        )
        found = panels(scan, made)
        assert not asked, "nothing is read before a panel is asked for"
        next(found)
        assert max(stop - start for start, stop in asked) <= BAND + 2
        assert sum(stop - start for start, stop in asked) <= rows + 20

    @pytest.mark.parametrize(
        ("made", "message"),
        [
            (
                registration(track("T1", 0, 50), rows=(0, 500)),
                "run from row 0 to 500, but the page has 100 rows: is it the",
            ),
            (registration(track("T1", 0, 50), rows=(-30, 50)), "from row -30 to 50"),
            (
                registration(track("T1", 0, 50), track("T2", 90, 120), rows=(0, 50)),
                "track 'T2' lies at columns 90 to 120, but the page has 80 columns",
            ),
            (registration(track("T1", -90, 20), rows=(0, 50)), "columns -90 to 20"),
        ],
    )
    def test_a_registration_of_another_page_is_refused_at_once(
        self, made: Registration, message: str
    ) -> None:
        with pytest.raises(InputError, match=message):
            panels(Scan.from_array(noise(100, 80)), made)


class TestColour:
    @staticmethod
    def page(rows: int) -> Grey:
        """Return cream paper with an upright red line, and a blue one beside it."""
        page = np.full((rows, 90, 3), (244, 236, 214), dtype=np.uint8)
        page[:, 30], page[:, 50] = (244, 0, 0), (0, 0, 214)
        return page

    @staticmethod
    def registered(rows: int, *colours: str | None) -> Registration:
        """Register a track with a curve for each colour."""
        curves = (
            CurveSpec(f"C{i}", "V", Scale("linear", 0, 1), colour=colour)
            for i, colour in enumerate(colours)
        )
        return registration(track("T1", 20, 60, *curves), rows=(0, rows - 1))

    def test_ink_of_any_colour_is_dark_on_white_paper(self) -> None:
        rows = BAND + 40
        scan = Scan.from_array(self.page(rows))
        (panel,) = panels(scan, self.registered(rows, None), margin=5)
        expected = np.full((rows, 51), 255, dtype=np.uint8)
        expected[:, [15, 35]] = 0
        assert_array_equal(panel.image, expected)
        assert panel.tint is None

    def test_colour_is_kept_where_a_curve_has_one(self) -> None:
        rows = BAND + 40
        scan = Scan.from_array(self.page(rows))
        (panel,) = panels(scan, self.registered(rows, None, "#ff0000"), margin=5)
        assert panel.tint is not None
        # The same from band to band, and a column beyond the ink on either side.
        assert_array_equal(panel.tint, np.tile(panel.tint[:1], (rows, 1)))
        drawn = np.flatnonzero(panel.tint[0])
        assert_array_equal(drawn, [14, 15, 16, 34, 35, 36])
        assert panel.tint[0, 15] != panel.tint[0, 35]

    def test_a_grey_page_has_none(self) -> None:
        scan = Scan.from_array(noise(50, 90))
        (panel,) = panels(scan, self.registered(50, "#ff0000"), margin=5)
        assert panel.tint is None
        assert_array_equal(panel.image, scan.read(0, 50)[:, 15:66])

    def test_beyond_a_page_of_colour_is_white(self) -> None:
        scan = Scan.from_array(self.page(40)[:, :56])
        (panel,) = panels(scan, self.registered(40, "#ff0000"), margin=5)
        assert (panel.image[:, 41:] == 255).all()
        assert panel.tint is not None
        assert not panel.tint[:, 42:].any()


TRACKS = {"T1": (-150.0, -20.0), "T2": (20.0, 180.0)}
ALONG = (0.0, 500.0)
PEN = 1.6
"""Standard deviation of the pen's stroke, in pixels."""


def wave(along: Floats) -> Floats:
    """Return the curve that is drawn in T2, across the paper."""
    return 100 + 55 * np.sin(along / 45)


def drawn(sheet: Sheet) -> Scan:
    """Draw, on a sheet that lies askew, a curve in T2 and a depth line every 50."""
    row, column = np.mgrid[0:600, 0:420].astype(np.float64)
    across, along = sheet.on_paper(row, column)
    # Thickness is across the stroke, so along the paper a steep part is wider.
    slope = 55 / 45 * np.cos(along / 45)
    curve = np.exp(-(((across - wave(along)) / (PEN * np.hypot(1, slope))) ** 2) / 2)
    to_line = along - 50 * np.round(along / 50)
    line = np.exp(-((to_line / PEN) ** 2) / 2) * (across < 10)
    ink = np.maximum(curve * (across > 10), line)
    return Scan.from_array((255 * (1 - ink)).round().astype(np.uint8))


@pytest.mark.parametrize("angle", [-0.012, -0.004, 0.0, 0.008])
class TestTurned:
    def sheet(self, angle: float) -> Sheet:
        return Sheet(angle, row=40.3, column=200.7)

    def test_the_drawn_curve_is_found_where_the_geometry_says(
        self, angle: float
    ) -> None:
        sheet = self.sheet(angle)
        made = sheet.registration(TRACKS, ALONG)
        _, panel = panels(drawn(sheet), made)
        rows = np.arange(panel.image.shape[0])[1:-1]
        along = 10 * made.depth.depth_at(panel.row_start + rows)
        left, right = panel.edges_of("C-T2")
        expected = left[rows] + (wave(along) - 20) / 160 * (right - left)[rows]

        ink = 255.0 - panel.image[rows]
        centroid = ink @ np.arange(ink.shape[1]) / ink.sum(axis=1)
        assert np.abs(centroid - expected).max() < 0.3

        column = np.full(panel.image.shape[0], np.nan)
        column[rows] = centroid
        trace = to_trace(path_at(panel, column, "C-T2"), panel, made)
        _, on_page = sheet.on_page(wave(along), along)
        assert np.abs(trace.column[rows] - on_page).max() < 0.3
        assert np.isnan(trace.column[[0, -1]]).all()
        assert_array_equal(trace.row[rows], panel.row_start + rows)

    def test_depth_lines_are_level(self, angle: float) -> None:
        sheet = self.sheet(angle)
        made = sheet.registration(TRACKS, ALONG)
        panel, _ = panels(drawn(sheet), made)
        for depth in (10.0, 25.0, 40.0):
            expected = float(made.depth.row_at(depth)) - panel.row_start
            window = np.arange(round(expected) - 8, round(expected) + 9)
            ink = 255.0 - panel.image[window]
            centroid = window @ ink / ink.sum(axis=0)
            assert np.abs(centroid - expected).max() < 0.1


class TestToTrace:
    sheet = Sheet(0.01, row=40.0, column=200.0)

    @pytest.mark.parametrize("wraps", [-1, 0, 1, 2])
    def test_unfolded_columns_go_on_by_widths_of_the_track(self, wraps: int) -> None:
        made = self.sheet.registration(
            {"T1": (-150.0, 100.0), "T2": (20.0, 180.0)}, ALONG
        )
        (panel,) = panels(Scan.from_array(noise(600, 420)), made)
        left, right = panel.edges_of("C-T2")
        column = left + (0.25 + wraps) * (right - left)
        trace = to_trace(path_at(panel, column, "C-T2"), panel, made)
        first, last = made.edges_at(made.tracks[1], trace.row)
        expected = first + (0.25 + wraps) * (last - first)
        assert_allclose(trace.column, expected, rtol=0, atol=1e-9)

    def test_confidence_and_origin_are_kept(self) -> None:
        made = registration(track("T1", 5, 25), rows=(0, 2))
        (panel,) = panels(Scan.from_array(noise(9, 40)), made)
        path = TracedPath("C-T1", np.array([9.0, np.nan, 11]), *_seen())
        trace = to_trace(path, panel, made)
        assert_array_equal(trace.column, [6, np.nan, 8])
        assert_array_equal(trace.confidence, _seen()[0])
        assert_array_equal(trace.origin, _seen()[1])


def _seen() -> tuple[Floats, Grey]:
    return np.array([0.9, 0.0, 0.3]), np.array([1, 0, 2], dtype=np.uint8)


def test_depths_on_half_rows_are_bracketed() -> None:
    made = replace(
        registration(track("T1", 5, 25)),
        depth=DepthAxis("ft", (DepthPoint(3.5, 1), DepthPoint(7.5, 2))),
    )
    (panel,) = panels(Scan.from_array(noise(20, 40)), made)
    assert (panel.row_start, panel.image.shape[0]) == (3, 6)


@pytest.mark.real
def test_grid_lines_of_a_skewed_page_become_vertical() -> None:
    """Track T1 has nine divisions; those right of its trimmed part are drawn through.

    On the page the lines wander by 11 columns over the section; in the panel each stays
    within two of its place, near the top, in the middle and near the end.
    """
    folder = os.environ.get("VEERNET_REAL")
    if not folder:
        pytest.skip("VEERNET_REAL is not set")
    tifffile = pytest.importorskip("tifffile")
    (made,) = load_registrations(File(folder) / "registrations" / "BWN18.yaml")
    bilevel = tifffile.imread(File(folder) / "scans" / "BWN18.tif")
    paper = bilevel[20000:24000].mean() > 0.5
    page = np.where(bilevel == paper, np.uint8(255), np.uint8(0))
    first, *_ = panels(Scan.from_array(page), made)
    dark = first.image < 128
    for part in np.array_split(dark, 6):
        for division in (3, 4, 5, 6, 7, 8):
            place = first.margin + division * first.width / 9
            near = part[:, round(place) - 2 : round(place) + 3]
            assert near.any(axis=1).mean() > 0.75
