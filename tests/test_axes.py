"""Depth, edges and scales map one way and exactly back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from tests.registrations import depth_axes, scales, seeded
from veernet.axes import SCALES, DepthAxis, DepthPoint, Edge, Scale
from veernet.errors import InputError

STRETCHED = DepthAxis(
    "ft", (DepthPoint(100, 50), DepthPoint(200, 60), DepthPoint(220, 70))
)


class TestDepthAxis:
    def test_paper_stretches_between_points(self) -> None:
        assert_array_equal(
            STRETCHED.depth_at([100, 150, 200, 210, 220]), [50, 55, 60, 65, 70]
        )

    def test_end_segments_go_on_outwards(self) -> None:
        assert_array_equal(STRETCHED.depth_at([90, 222]), [49, 71])
        assert_array_equal(STRETCHED.row_at([49, 71]), [90, 222])

    @seeded
    @given(depth_axes(), st.floats(-0.5, 1.5))
    def test_depth_to_row_to_depth_is_exact(self, axis: DepthAxis, part: float) -> None:
        depth = axis.depths[0] + part * (axis.depths[-1] - axis.depths[0])
        assert_allclose(axis.depth_at(axis.row_at(depth)), depth, rtol=0, atol=1e-9)

    @seeded
    @given(depth_axes())
    def test_points_are_met_exactly(self, axis: DepthAxis) -> None:
        assert_allclose(axis.row_at(axis.depths), axis.rows, rtol=0, atol=1e-9)
        assert_allclose(axis.depth_at(axis.rows), axis.depths, rtol=0, atol=1e-9)

    def test_skew_is_linear_between_the_points_that_state_it(self) -> None:
        axis = DepthAxis(
            "m",
            (
                DepthPoint(0, 0),
                DepthPoint(100, 10, 96, 108),
                DepthPoint(150, 15),
                DepthPoint(200, 20, 200, 200),
                DepthPoint(300, 30),
            ),
        )
        left, right = axis.skew_at([0, 100, 150, 200, 300])
        assert_array_equal(left, [-4, -4, -2, 0, 0])
        assert_array_equal(right, [8, 8, 4, 0, 0])

    def test_a_level_page_has_no_skew(self) -> None:
        assert not STRETCHED.skewed
        assert_array_equal(STRETCHED.skew_at([1.0, 2.0]), np.zeros((2, 2)))

    @pytest.mark.parametrize(
        ("unit", "points", "message"),
        [
            ("feet", [(0, 0), (1, 1)], "'feet' is not known: use ft or m"),
            ("ft", [(0, 0)], r"1 depth point\(s\) given: two or more"),
            ("ft", [(5, 0), (5, 1)], "row 5, depth 0 is followed by row 5, depth 1"),
            ("ft", [(5, 3), (6, 2)], "must increase in row and depth"),
            ("m", [(0, 0, 0, 9), (5, 1, 3, 8)], "row_left and row_right must increase"),
        ],
    )
    def test_wrong_points_are_refused(
        self, unit: str, points: list[tuple[float, ...]], message: str
    ) -> None:
        with pytest.raises(InputError, match=message):
            DepthAxis(unit, tuple(DepthPoint(*point) for point in points))

    def test_a_point_states_both_ends_of_its_line_or_none(self) -> None:
        with pytest.raises(InputError, match="only one of row_left and row_right"):
            DepthPoint(5, 1, row_left=4)

    @pytest.mark.parametrize("row", [np.nan, np.inf])
    def test_a_point_is_finite(self, row: float) -> None:
        with pytest.raises(InputError, match="not finite"):
            DepthPoint(row, 1)


class TestEdge:
    def test_linear_between_points_and_constant_beyond(self) -> None:
        edge = Edge((10, 20), (100, 104))
        assert_array_equal(
            edge.column_at([0, 10, 15, 20, 99]), [100, 100, 102, 104, 104]
        )

    @pytest.mark.parametrize(
        ("rows", "columns", "message"),
        [
            ((), (), "0 rows and 0 columns"),
            ((1.0,), (1.0, 2.0), "1 rows and 2 columns"),
            ((5.0, 5.0), (1.0, 2.0), "must increase: 5 is followed by 5"),
            ((5.0, 6.0), (1.0, np.nan), "not finite"),
        ],
    )
    def test_wrong_points_are_refused(
        self, rows: tuple[float, ...], columns: tuple[float, ...], message: str
    ) -> None:
        with pytest.raises(InputError, match=message):
            Edge(rows, columns)


class TestScale:
    @pytest.mark.parametrize(
        ("scale", "values"),
        [
            (Scale("linear", 45, -15), [60, 45, 30, -15, -30]),
            (Scale("log", 0.2, 2000), [0.02, 0.2, 2, 2000, 20000]),
            (
                Scale("piecewise", 0, 500, (0, 0.25, 1), (0, 50, 500)),
                [-50, 0, 50, 500, 650],
            ),
        ],
    )
    def test_values_at_the_edges_inside_and_beyond(
        self, scale: Scale, values: list[float]
    ) -> None:
        assert_allclose(scale.value_at([-0.25, 0, 0.25, 1, 1.25]), values, rtol=1e-12)

    @seeded
    @given(scales(SCALES), st.floats(0, 1), st.integers(-3, 3))
    def test_fraction_to_value_to_fraction_is_exact(
        self, scale: Scale, fraction: float, wraps: int
    ) -> None:
        unfolded = fraction + wraps
        back = scale.fraction_at(scale.value_at(unfolded))
        assert_allclose(back, unfolded, rtol=0, atol=1e-9)

    @seeded
    @given(scales(SCALES), st.floats(0, 1), st.integers(-3, 3))
    def test_value_to_fraction_to_value_is_exact(
        self, scale: Scale, fraction: float, wraps: int
    ) -> None:
        value = scale.value_at(fraction + wraps)
        back = scale.value_at(scale.fraction_at(value))
        if scale.kind == "log":
            assert_allclose(back, value, rtol=1e-9)
        else:
            assert_allclose(back, value, rtol=0, atol=1e-9)

    @seeded
    @given(scales(("linear", "log")), st.floats(0, 1), st.integers(-3, 3))
    def test_a_wrap_adds_the_span_or_multiplies_by_the_ratio(
        self, scale: Scale, fraction: float, wraps: int
    ) -> None:
        value, unfolded = scale.value_at(fraction), scale.value_at(fraction + wraps)
        if scale.kind == "log":
            expected = value * (scale.right / scale.left) ** wraps
        else:
            expected = value + wraps * (scale.right - scale.left)
        assert_allclose(unfolded, expected, rtol=1e-9, atol=1e-9)

    def test_what_a_log_scale_cannot_show_has_no_fraction(self) -> None:
        assert_array_equal(Scale("log", 1, 10).fraction_at([0, -5]), [np.nan, np.nan])

    @pytest.mark.parametrize(
        ("scale", "message"),
        [
            (("quadratic", 0, 1), "'quadratic' is not known: use linear, log"),
            (("linear", 3, 3), "from 3 to itself"),
            (("linear", 0, np.inf), "0 to inf is not finite"),
            (("log", 0, 2000), "log scale needs values above 0, not 0, 2000"),
            (("log", -1, 10), "above 0"),
            (("piecewise", 0, 1), "two or more points"),
            (("piecewise", 0, 1, (0, 1), (0, 1, 2)), "two or more points"),
            (("piecewise", 0, 1, (0, 0, 1), (0, 1, 2)), "must increase in fraction"),
            (("piecewise", 0, 1, (0, 0.5, 1), (0, 2, 1)), "rise or fall throughout"),
            (("piecewise", 0, 1, (0, np.nan, 1), (0, 1, 2)), "increase in fraction"),
        ],
    )
    def test_wrong_scales_are_refused(self, scale: tuple, message: str) -> None:
        with pytest.raises(InputError, match=message):
            Scale(*scale)


class TestParts:
    """Stretches of a depth axis, and its depths in another unit."""

    axis = DepthAxis(
        "ft",
        (
            DepthPoint(0, 100),
            DepthPoint(1000, 200, 995, 1007),
            DepthPoint(1900, 300, 1897, 1905),
        ),
    )

    @pytest.mark.parametrize(("top", "base"), [(100, 300), (130, 260), (210, 220)])
    def test_a_stretch_agrees_with_the_whole_in_every_row(self, top, base):
        part = self.axis.between(top, base)
        assert part.depths[[0, -1]].tolist() == [top, base]
        rows = np.linspace(part.rows[0], part.rows[-1], 57)
        np.testing.assert_allclose(part.depth_at(rows), self.axis.depth_at(rows))
        np.testing.assert_allclose(part.skew_at(rows), self.axis.skew_at(rows))

    def test_the_whole_as_a_stretch_has_its_rows_to_the_last_digit(self):
        whole = self.axis.between(100, 300)
        assert whole.rows.tolist() == self.axis.rows.tolist()

    @pytest.mark.parametrize(("top", "base"), [(99, 200), (200, 301), (200, 200)])
    def test_what_is_no_stretch_is_refused(self, top, base):
        with pytest.raises(InputError, match="is no stretch of the section"):
            self.axis.between(top, base)

    def test_units_go_there_and_back(self):
        metres = self.axis.in_unit("m")
        assert metres.depths.tolist() == pytest.approx([30.48, 60.96, 91.44])
        assert metres.rows.tolist() == self.axis.rows.tolist()
        assert metres.in_unit("ft").depths.tolist() == pytest.approx([100, 200, 300])
        assert self.axis.in_unit("ft") is self.axis
