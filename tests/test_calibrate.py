"""Rows become depths and columns values, and nothing is invented."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from tests.registrations import Sheet, depth_axes, edges, scales, seeded, track
from tests.registrations import registration as level
from veernet.axes import DepthAxis, DepthPoint, Edge, Floats, Scale
from veernet.calibrate import calibrate, calibrate_all, even_depths
from veernet.errors import InputError
from veernet.records import CurveSpec, Registration, Trace, Track

GR = CurveSpec("GR", "GAPI", Scale("linear", 0, 100))
NAN = np.nan


def trace(
    column: list[float] | Floats,
    *,
    start: int = 0,
    mnemonic: str = "GR",
    confidence: list[float] | None = None,
) -> Trace:
    """Return a trace; sure of everything unless told."""
    columns = np.array(column, dtype=np.float64)
    sure = np.ones(columns.size) if confidence is None else np.array(confidence)
    rows = start + np.arange(columns.size)
    return Trace(mnemonic, rows, columns, sure, np.ones(columns.size, dtype=np.uint8))


def ten_rows(step: float, *curves: CurveSpec) -> Registration:
    """Return a track of 10 columns, 10 rows, one depth unit."""
    return level(track("T1", 5, 15, *(curves or (GR,))), rows=(0, 10), step=step)


class TestCalibrate:
    def test_columns_become_values_of_the_scale(self) -> None:
        curve = calibrate(trace(np.arange(5.0, 16.0)), ten_rows(0.5))
        assert_array_equal(curve.depth, [0.0, 0.5, 1.0])
        assert_allclose(curve.value, [0, 50, 100])
        assert (curve.mnemonic, curve.unit) == ("GR", "GAPI")

    def test_a_linear_value_is_linear_between_two_rows(self) -> None:
        columns = [5, 6, 7, 9, 9, 9, 9, 9, 9, 9, 9]
        curve = calibrate(trace(columns), ten_rows(0.25))
        assert_allclose(curve.value, [0, 30, 40, 40, 40])

    def test_a_log_curve_is_straight_between_two_rows_on_the_paper(self) -> None:
        spec = CurveSpec("GR", "OHMM", Scale("log", 1, 1000))
        columns = [5, 5, 5, 15, 5, 5, 5, 5, 5, 5, 5]
        curve = calibrate(trace(columns), ten_rows(0.25, spec))
        # Midway from 1 to 1000 on paper is the geometric mean.
        assert_allclose(curve.value, [1, 1000**0.5, 1, 1, 1])

    def test_a_piecewise_curve_is_straight_on_the_paper(self) -> None:
        scale = Scale("piecewise", 0, 100, (0, 0.5, 1), (0, 10, 100))
        columns = [5, 5, 5, 15, 5, 5, 5, 5, 5, 5, 5]
        curve = calibrate(trace(columns), ten_rows(0.25, CurveSpec("GR", "", scale)))
        assert_allclose(curve.value, [0, 10, 0, 0, 0])

    def test_null_if_either_row_is_unread(self) -> None:
        columns = [5, 5, 5, NAN, 5, 5, 5, 5, 5, 5, 5]
        curve = calibrate(trace(columns), ten_rows(0.25))
        assert_array_equal(np.isnan(curve.value), [False, True, False, False, False])
        assert_array_equal(curve.confidence, [1, 0, 1, 1, 1])

    def test_a_depth_on_a_row_needs_that_row_alone(self) -> None:
        columns = [5, NAN, 5, NAN, NAN, 10, NAN, 5, 5, 5, 5]
        curve = calibrate(trace(columns), ten_rows(0.5))
        assert_allclose(curve.value, [0, 50, 0])

    def test_a_row_that_rounding_misses_is_met_all_the_same(self) -> None:
        """0.7 is row 2.9999999999999996 of this axis, and its neighbours are unread."""
        made = replace(
            ten_rows(0.7), depth=DepthAxis("ft", (DepthPoint(0, 0), DepthPoint(9, 2.1)))
        )
        assert made.depth.row_at(0.7) < 3
        columns = [10, NAN, NAN, 15, NAN, NAN, 5, NAN, NAN, 10]
        assert_allclose(calibrate(trace(columns), made).value, [50, 100, 0, 50])

    def test_a_last_depth_that_rounding_misses_is_the_last_row(self) -> None:
        points = DepthPoint(0, 0), DepthPoint(10, 99.99999)
        made = replace(ten_rows(100.0), depth=DepthAxis("ft", points))
        curve = calibrate(trace(np.arange(5.0, 16.0)), made)
        assert_array_equal(curve.depth, [0, 100])
        assert_allclose(curve.value, [0, 100])

    def test_confidence_is_the_lower_of_the_two_rows(self) -> None:
        sure = [0.9, 0.9, 0.8, 0.6, 0.9, 0.7, 0.9, 0.4, 0.5, 0.9, 0.9]
        curve = calibrate(trace([5] * 11, confidence=sure), ten_rows(0.25))
        assert_array_equal(curve.confidence, [0.9, 0.6, 0.7, 0.4, 0.9])

    def test_depths_without_rows_are_null(self) -> None:
        curve = calibrate(trace([5, 6, 7], start=4), ten_rows(0.1))
        assert_array_equal(np.flatnonzero(np.isfinite(curve.value)), [4, 5, 6])

    def test_an_empty_trace_is_null_throughout(self) -> None:
        assert np.isnan(calibrate(trace([]), ten_rows(0.5)).value).all()

    def test_columns_beyond_the_edges_are_unfolded_values(self) -> None:
        curve = calibrate(trace([5, *[25] * 10]), ten_rows(1.0))
        assert_allclose(curve.value, [0, 200])

    def test_rows_must_be_consecutive(self) -> None:
        broken = replace(trace([5, 5, 5]), row=np.array([3, 4, 6]))
        with pytest.raises(InputError, match="the one after row 4 is missing"):
            calibrate(broken, ten_rows(0.5))

    def test_a_trace_needs_its_curve(self) -> None:
        with pytest.raises(InputError, match="'SP' is not in section 'main'"):
            calibrate(trace([5], mnemonic="SP"), ten_rows(0.5))

    @seeded
    @given(
        scales(("linear", "log", "piecewise")),
        edges(100, 120),
        edges(300, 700),
        depth_axes(),
        st.integers(-2, 2),
        st.data(),
    )
    def test_value_to_column_to_value_is_exact(
        self,
        scale: Scale,
        left: Edge,
        right: Edge,
        depth: DepthAxis,
        wraps: int,
        data: st.DataObject,
    ) -> None:
        """Values drawn at the rows of some depths are read again at those depths."""
        spec = CurveSpec("GR", "V", scale)
        drawn = Track("T1", left, right, (spec,))
        made = Registration("main", depth, (drawn,), step=0.5)
        first, stop = made.row_range
        assume(stop - first < 20_000)
        rows = np.arange(first, stop)
        fraction = data.draw(st.floats(0, 1)) + wraps
        value = scale.value_at(fraction)
        left_column, right_column = made.edges_at(drawn, rows)
        column = left_column + scale.fraction_at(value) * (right_column - left_column)
        assume(np.floor(depth.depths[-1] / 0.5) > np.ceil(depth.depths[0] / 0.5))
        curve = calibrate(trace(column, start=first), made)
        rtol, atol = (1e-9, 0) if scale.kind == "log" else (0, 1e-9)
        assert_allclose(curve.value, value, rtol=rtol, atol=atol)

    @pytest.mark.parametrize("angle", [-0.015, 0.0, 0.01])
    def test_a_curve_on_a_turned_sheet_is_read_at_its_depths(
        self, angle: float
    ) -> None:
        """The oracle is the paper: ink at (across, along) has the depth along / 10."""
        sheet = Sheet(angle)
        made = sheet.registration({"T1": (-100, -20), "T2": (20, 180)}, (0, 600))
        rows = np.arange(*made.row_range)
        along = 10 * made.depth.depth_at(rows)
        fraction = 0.5 + 0.002 * (along - 300) / 3
        _, column = sheet.on_page(20 + 160 * fraction, along)
        curve = calibrate(trace(column, start=rows[0], mnemonic="C-T2"), made)
        assert curve.depth.size == 121
        expected = 0.5 + 0.002 * (10 * curve.depth - 300) / 3
        assert_allclose(curve.value, expected, rtol=0, atol=1e-9)


class TestEvenDepths:
    @pytest.mark.parametrize(
        ("ends", "step", "expected"),
        [
            ((0.1, 0.7), 0.1, "0.1 0.2 0.3 0.4 0.5 0.6 0.7"),
            ((250.2, 251.7), 0.5, "250.5 251.0 251.5"),
            ((1000, 1000.4), 0.1524, "1000.0488 1000.2012 1000.3536"),
            ((-0.3, 0.2), 0.1, "-0.3 -0.2 -0.1 0.0 0.1 0.2"),
            ((-0.05, 0.15), 0.1, "0.0 0.1"),
            ((5, 12), 2, "6.0 8.0 10.0 12.0"),
        ],
    )
    def test_multiples_are_what_one_would_write(
        self, ends: tuple[float, float], step: float, expected: str
    ) -> None:
        axis = DepthAxis("m", (DepthPoint(0, ends[0]), DepthPoint(9, ends[1])))
        found = even_depths(axis, step)
        assert " ".join(map(repr, found.tolist())) == expected

    @seeded
    @given(
        st.integers(-1000, 200_000), st.integers(1, 2000), st.sampled_from([1, 2, 4, 5])
    )
    def test_ends_that_are_multiples_are_included(
        self, first: int, count: int, decimals: int
    ) -> None:
        step = float(f"1e-{decimals}") * 5
        top, base = first * step, (first + count) * step
        axis = DepthAxis("m", (DepthPoint(0, top), DepthPoint(100, base)))
        found = even_depths(axis, step)
        assert found.size == count + 1
        assert_allclose(found[[0, -1]], [top, base], rtol=1e-12)
        assert np.all(np.diff(found) > 0)

    @pytest.mark.parametrize(
        ("step", "message"),
        [
            (5.0, "step 5 gives 0 samples from 11 to 14 ft"),
            (1e308, "gives 0 samples from 11 to 14 ft"),
            (1e-9, "another step"),
        ],
    )
    def test_no_samples_or_absurdly_many_are_refused(
        self, step: float, message: str
    ) -> None:
        axis = DepthAxis("ft", (DepthPoint(0, 11), DepthPoint(9, 14)))
        with pytest.raises(InputError, match=message):
            even_depths(axis, step)


class TestCalibrateAll:
    MAIN = CurveSpec("N10", "OHMM", Scale("linear", 0, 100))
    BACKUP = CurveSpec("N10B", "OHMM", Scale("linear", 0, 1000), backup_of="N10")

    def test_a_backup_fills_in_where_the_main_curve_is_unread(self) -> None:
        made = ten_rows(0.5, self.BACKUP, self.MAIN)
        main = trace([10] * 5 + [NAN] * 6, mnemonic="N10")
        backup = trace([8] * 11, mnemonic="N10B", confidence=[0.5] * 11)
        first, second = calibrate_all([main, backup], made)
        assert (first.mnemonic, second.mnemonic) == ("N10B", "N10")
        assert_allclose(first.value, [300, 300, 300])
        assert_allclose(second.value, [50, 300, 300])
        assert_array_equal(second.confidence, [1, 0.5, 0.5])

    def test_an_unread_backup_leaves_the_gap(self) -> None:
        made = ten_rows(0.5, self.MAIN, self.BACKUP)
        gaps = [trace([NAN] * 11, mnemonic=name) for name in ("N10", "N10B")]
        assert np.isnan(calibrate_all(gaps, made)[0].value).all()

    def test_curves_that_are_not_wanted_are_dropped_but_used(self) -> None:
        made = ten_rows(0.5, self.MAIN, replace(self.BACKUP, export=False))
        traces = [
            trace([8] * 11, mnemonic="N10B"),
            trace([NAN] * 11, mnemonic="N10"),
        ]
        (only,) = calibrate_all(traces, made)
        assert only.mnemonic == "N10"
        assert_allclose(only.value, [300, 300, 300])

    def test_every_curve_needs_a_trace(self) -> None:
        made = ten_rows(0.5, self.MAIN, GR)
        with pytest.raises(
            InputError, match="curve 'N10' of section 'main' has no trace"
        ):
            calibrate_all([trace([5] * 11)], made)
