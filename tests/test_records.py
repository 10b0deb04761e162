"""The records: what they refuse, and where lines of depth run on the page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from tests.registrations import Sheet, registration, seeded, track
from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.errors import InputError
from veernet.records import CurveSpec, Evidence, Panel, Scan, Trace, Track

GR = CurveSpec("GR", "GAPI", Scale("linear", 0, 150))
TRACKS = {"T1": (-150.0, -20.0), "T2": (20.0, 180.0), "T3": (60.0, 170.0)}


class TestScan:
    def test_grey_is_read_as_it_is(self) -> None:
        image = np.arange(12, dtype=np.uint8).reshape(4, 3)
        scan = Scan.from_array(image)
        assert_array_equal(scan.read(1, 3), image[1:3])
        assert_array_equal(scan.read_colour(1, 2)[0, 0], [3, 3, 3])

    def test_colour_becomes_luma(self) -> None:
        colours = [[[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255]]]
        scan = Scan.from_array(np.array(colours, dtype=np.uint8))
        # Rec. 601: 0.299, 0.587, 0.114 of 255.
        assert_allclose(scan.read(0, 1), [[0, 255, 76, 150, 29]], atol=1)
        assert scan.info.mode == "rgb"

    @pytest.mark.parametrize(("start", "stop"), [(-1, 2), (0, 5), (3, 2)])
    def test_rows_off_the_page_are_refused(self, start: int, stop: int) -> None:
        scan = Scan.from_array(np.zeros((4, 3), dtype=np.uint8))
        with pytest.raises(
            InputError, match=f"rows {start} to {stop} are not on a page"
        ):
            scan.read(start, stop)

    def test_only_8_bit_pictures_are_scans(self) -> None:
        with pytest.raises(InputError, match="not float64"):
            Scan.from_array(np.zeros((4, 3)))


class TestTrack:
    def test_edges_may_not_meet_anywhere(self) -> None:
        left, right = Edge((0, 100), (10, 30)), Edge((50,), (25,))
        with pytest.raises(
            InputError, match="at row 100 they are at columns 30 and 25"
        ):
            Track("T1", left, right, (GR,))

    def test_edges_may_not_change_sides(self) -> None:
        with pytest.raises(InputError, match="'T1' must lie left of the right one"):
            track("T1", 499, 1)

    def test_a_track_has_curves(self) -> None:
        with pytest.raises(InputError, match="track 'T1' has no curves"):
            Track("T1", Edge((0,), (0,)), Edge((0,), (9,)), ())


class TestRegistration:
    def test_a_curve_is_found_with_its_track(self) -> None:
        made = registration(track("T1", 0, 9, GR), track("T2", 20, 30))
        assert made.curve("GR") == (made.tracks[0], GR)
        with pytest.raises(
            InputError, match="'SP' is not in section 'main', which has"
        ):
            made.curve("SP")

    @pytest.mark.parametrize(
        ("rows", "expected"), [((10, 20), (10, 21)), ((10.5, 20.5), (10, 22))]
    )
    def test_the_rows_bracket_every_depth(
        self, rows: tuple[float, float], expected: tuple[int, int]
    ) -> None:
        assert registration(track("T1", 0, 9), rows=rows).row_range == expected

    @pytest.mark.parametrize("step", [0.0, -0.5, np.nan, np.inf])
    def test_a_step_is_above_0(self, step: float) -> None:
        with pytest.raises(InputError, match=r"step .* must be above 0"):
            registration(track("T1", 0, 9), step=step)

    def test_there_are_tracks(self) -> None:
        with pytest.raises(InputError, match="section 'main' has no tracks"):
            registration()

    def test_a_track_name_is_used_once(self) -> None:
        with pytest.raises(InputError, match="two tracks are named 'T1'"):
            registration(track("T1", 0, 9), track("T1", 20, 30))

    def test_a_mnemonic_is_used_once(self) -> None:
        tracks = track("T1", 0, 9, GR), track("T2", 20, 30, GR)
        with pytest.raises(InputError, match="'GR' is used in track 'T1' and again in"):
            registration(*tracks)

    @pytest.mark.parametrize(
        ("backup", "message"),
        [
            (replace(GR, mnemonic="B", backup_of="SP"), "'SP' is not in section"),
            (replace(GR, mnemonic="B", backup_of="B"), "'B', itself a back-up"),
            (replace(GR, mnemonic="B", unit="CPS", backup_of="GR"), "the same unit"),
        ],
    )
    def test_a_backup_is_of_a_main_curve(self, backup: CurveSpec, message: str) -> None:
        with pytest.raises(InputError, match=message):
            registration(track("T1", 0, 9, GR, backup))

    def test_a_level_depth_line_keeps_its_row(self) -> None:
        made = registration(track("T1", 0, 9))
        assert_array_equal(made.page_row([[3], [5]], [0, 50]), [[3, 3], [5, 5]])

    def test_a_depth_line_meets_the_outer_edges_where_stated(self) -> None:
        points = DepthPoint(100, 10, 96, 108), DepthPoint(200, 20, 196, 208)
        made = replace(
            registration(track("T1", 10, 40), track("T2", 60, 110)),
            depth=DepthAxis("ft", points),
        )
        assert_allclose(made.page_row(100, [10, 35, 60, 110]), [96, 99, 102, 108])

    @seeded
    @given(st.floats(-0.02, 0.02), st.floats(-200, 200), st.floats(0, 600))
    def test_depth_lines_of_a_turned_sheet_run_where_the_paper_says(
        self, angle: float, across: float, along: float
    ) -> None:
        sheet = Sheet(angle)
        made = sheet.registration(TRACKS, (0, 250, 600))
        registered = made.depth.row_at(along / 10)
        row, column = sheet.on_page(np.array(across), np.array(along))
        assert_allclose(made.page_row(registered, column), row, rtol=0, atol=1e-8)

    @seeded
    @given(st.floats(-0.02, 0.02), st.floats(0, 600), st.sampled_from(list(TRACKS)))
    def test_edges_of_a_turned_sheet_are_met_where_the_paper_says(
        self, angle: float, along: float, name: str
    ) -> None:
        sheet = Sheet(angle)
        made = sheet.registration(TRACKS, (0, 250, 600))
        registered = made.depth.row_at([along / 10])
        index = list(TRACKS).index(name)
        _, expected = sheet.on_page(np.array(TRACKS[name]), np.full(2, along))
        found = np.ravel(made.edges_at(made.tracks[index], registered))
        assert_allclose(found, expected, rtol=0, atol=1e-8)


def test_a_panel_knows_the_edges_of_its_curves() -> None:
    tracks = track("T1", 0, 9, GR), track("T2", 2, 9)
    edges = np.arange(12.0).reshape(2, 2, 3)
    panel = Panel(tracks, 0, 9, 0, edges, np.zeros((3, 10), dtype=np.uint8))
    assert [curve.mnemonic for curve in panel.curves] == ["GR", "C-T2"]
    assert_array_equal(panel.edges_of("C-T2"), edges[1])
    with pytest.raises(InputError, match="'SP' is not in this panel"):
        panel.edges_of("SP")


def test_evidence_says_which_map_stands_for_a_line() -> None:
    maps = np.zeros((2, 3, 4), dtype=np.uint8)
    evidence = Evidence(maps, (("solid",), ("dot", "dash-dot")))
    assert evidence.index_of("dash-dot") == 1
    with pytest.raises(InputError, match="no map stands for a long-dash line"):
        evidence.index_of("long-dash")
    with pytest.raises(InputError, match="1 line styles for maps"):
        Evidence(maps, (("solid",),))


def test_the_arrays_of_a_trace_have_one_length() -> None:
    with pytest.raises(InputError, match="arrays of trace 'GR' differ in shape"):
        Trace("GR", np.arange(3), np.zeros(3), np.zeros(2), np.zeros(3, dtype=np.uint8))
