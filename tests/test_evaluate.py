"""The scores, worked by hand; files of every kind are read or refused in one line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.errors import InputError
from veernet.evaluate import (
    evaluate,
    evaluate_files,
    format_table,
    read_log,
    to_json,
)
from veernet.evaluate.measure import fill, interpolate, r_squared
from veernet.evaluate.scores import CurveScores
from veernet.export.logtable import LogTable, make_table
from veernet.records import CurveSpec, Registration, Track

NAN = np.nan


def make_registration(*, wraps: bool = False, unit: str = "ft") -> Registration:
    """Ten rows a foot, 0 to 10 ft. GR and CALI: one pixel a unit; RES: 50 a decade."""
    points = (DepthPoint(0, 0.0), DepthPoint(100, 10.0))
    edges = [Edge((0.0,), (column,)) for column in (0.0, 100.0, 200.0)]
    linear = Scale("linear", 0, 100)
    shared = (
        CurveSpec("GR", "GAPI", linear, wraps=wraps),
        CurveSpec("CALI", "IN", linear),
    )
    resistivity = CurveSpec("RES", "OHMM", Scale("log", 1, 100))
    tracks = (Track("T1", *edges[:2], shared), Track("T2", *edges[1:], (resistivity,)))
    return Registration("main", DepthAxis(unit, points), tracks)


def make_log(
    values: dict[str, list[float]],
    *,
    depth: list[float] | None = None,
    unit: str | None = "ft",
    name: str = "a.las",
) -> LogTable:
    columns = {m: np.array(v, dtype=np.float64) for m, v in values.items()}
    rows = len(next(iter(columns.values())))
    at = np.arange(rows, dtype=np.float64) if depth is None else np.array(depth)
    return make_table(name, unit, at, columns, dict.fromkeys(columns, ""))


def score(
    digitised: list[float],
    truth: list[float],
    *,
    mnemonic: str = "GR",
    registration: Registration | None = None,
    points: int | None = None,
) -> CurveScores:
    scores = evaluate(
        make_log({mnemonic: digitised}),
        make_log({mnemonic: truth}),
        registration=registration or make_registration(),
        points=points,
    )
    (curve,) = scores.curves
    return curve


class TestRead:
    """Rows that were read."""

    def test_errors_in_pixels_fractions_and_units(self) -> None:
        # Errors +1, -2, +6 of 100 pixels; the fourth is unread.
        curve = score([11, 18, 36, NAN], [10, 20, 30, 40])
        assert (curve.depths, curve.coverage) == (4, 0.75)
        read = curve.read
        assert read.bias_px == pytest.approx(5 / 3)
        assert read.mae_px == pytest.approx(3)
        assert read.median_px == pytest.approx(2)
        assert read.bias_fraction == pytest.approx(5 / 300)
        assert read.mae_fraction == pytest.approx(0.03)
        assert read.median_fraction == pytest.approx(0.02)
        assert read.mae == pytest.approx(3)
        # Squared error 1 + 4 + 36, squared spread of 10, 20, 30 about 20.
        assert read.r_squared == pytest.approx(1 - 41 / 200)

    def test_unread_counts_as_a_miss(self) -> None:
        # Errors 1, 2 and 6 px and one unread, of four.
        read = score([11, 18, 36, NAN], [10, 20, 30, 40]).read
        assert (read.hit_1px, read.hit_3px) == (0.25, 0.5)

    def test_a_scale_that_runs_backwards_turns_the_sign_of_the_bias(self) -> None:
        registration = make_registration()
        edges = (registration.tracks[0].left, registration.tracks[0].right)
        spec = CurveSpec("DT", "", Scale("linear", 140, 40))
        turned = Registration(
            "main", registration.depth, (Track("T1", *edges, (spec,)),)
        )
        read = score([91, 92], [90, 90], mnemonic="DT", registration=turned).read
        assert read.bias_px == pytest.approx(-1.5)

    def test_truth_off_scale_does_not_count(self) -> None:
        curve = score([10, 0, 0, 50], [10, -1, 101, 50])
        assert (curve.depths, curve.coverage, curve.read.mae_px) == (2, 1.0, 0.0)

    def test_a_null_truth_does_not_count(self) -> None:
        assert score([10, 20], [10, NAN]).depths == 1

    def test_truth_on_a_backup_scale_counts(self) -> None:
        registration = make_registration()
        edges = (registration.tracks[0].left, registration.tracks[0].right)
        specs = (
            CurveSpec("N100", "", Scale("linear", 0, 100)),
            CurveSpec("N500", "", Scale("linear", 0, 500), backup_of="N100"),
        )
        both = Registration("main", registration.depth, (Track("T1", *edges, specs),))
        values = {"N100": [50.0, 300.0, 600.0], "N500": [50.0, 300.0, 600.0]}
        scores = evaluate(make_log(values), make_log(values), registration=both)
        assert [curve.depths for curve in scores.curves] == [2, 2]

    def test_a_curve_that_wraps_is_always_on_scale_and_unfolded(self) -> None:
        # One wrap too few is an error of the whole width.
        registration = make_registration(wraps=True)
        curve = score([10, 30, 20], [10, 130, 120], registration=registration)
        assert curve.depths == 3
        assert curve.read.mae_px == pytest.approx(200 / 3)

    def test_log_curves_are_scored_on_log10(self) -> None:
        # Twice 10 is 0.30103 decades, half the track is a decade.
        curve = score([20, 1, 100], [10, 1, 100], mnemonic="RES")
        assert curve.read.mae_fraction == pytest.approx(np.log10(2) / 2 / 3)
        assert curve.read.mae_px == pytest.approx(50 * np.log10(2) / 3)
        assert curve.read.mae == pytest.approx(10 / 3)
        assert curve.read.r_squared == pytest.approx(1 - np.log10(2) ** 2 / 2)

    def test_what_a_log_scale_cannot_show_was_not_read(self) -> None:
        curve = score([0, -5, 10, 10], [10, 10, 10, 0], mnemonic="RES")
        assert (curve.depths, curve.coverage) == (3, pytest.approx(1 / 3))

    def test_a_constant_truth_has_no_r_squared(self) -> None:
        assert score([10, 20, 30], [12.3, 12.3, 12.3]).read.r_squared is None

    def test_nothing_read_has_no_errors_but_misses(self) -> None:
        read = score([NAN, NAN], [10, 20]).read
        assert (read.mae_px, read.bias_fraction, read.mae, read.r_squared) == (
            None,
        ) * 4
        assert (read.hit_1px, read.hit_3px) == (0, 0)


class TestFilled:
    """Gaps filled: linear, nearest at the ends, mid-scale if nothing was read."""

    def test_gaps_are_linear_and_ends_take_the_nearest(self) -> None:
        # Filled: 20 20 30 40 40.
        filled = score([NAN, 20, NAN, 40, NAN], [10, 20, 33, 40, 50]).filled
        assert filled.mae_px == pytest.approx((10 + 3 + 10) / 5)
        assert (filled.hit_1px, filled.hit_3px) == (0.4, 0.6)

    def test_mid_scale_stands_in_where_nothing_was_read(self) -> None:
        assert score([NAN, NAN], [40, 70]).filled.mae_px == pytest.approx(15)
        # Half-way across a log track from 1 to 100 is 10.
        filled = score([NAN, NAN], [10, 100], mnemonic="RES").filled
        assert filled.mae == pytest.approx(45)

    def test_without_gaps_both_ways_agree(self) -> None:
        curve = score([11, 18, 36], [10, 20, 30])
        assert curve.read == curve.filled


class TestDepths:
    """Compared at the truth's depths, linear between samples, never across a null."""

    def test_interpolation_stops_at_nulls(self) -> None:
        known = np.array([0.0, 1.0, 2.0, 4.0])
        values = np.array([10.0, 20.0, NAN, 40.0])
        at = np.array([-0.1, 0.0, 0.25, 1.0, 1.5, 2.0, 3.0, 4.0, 4.1])
        np.testing.assert_array_equal(
            interpolate(known, values, at), [NAN, 10, 12.5, 20, NAN, NAN, NAN, 40, NAN]
        )

    def test_a_depth_but_for_rounding_takes_its_sample_alone(self) -> None:
        known, values = np.array([0.1, 0.2, 0.3]), np.array([NAN, 5.0, NAN])
        at = np.array([0.1 + 0.1 + 1e-9, 0.2 - 1e-9])
        np.testing.assert_array_equal(interpolate(known, values, at), [5, 5])

    def test_a_single_sample_is_no_line(self) -> None:
        at = np.array([1.0, 2.0, 3.0])
        one = interpolate(np.array([2.0]), np.array([7.0]), at)
        np.testing.assert_array_equal(one, [NAN, 7, NAN])

    @given(
        st.lists(
            st.one_of(st.just(NAN), st.floats(-1e3, 1e3)), min_size=2, max_size=20
        ),
        st.lists(st.floats(-2, 25), min_size=1, max_size=20),
    )
    def test_where_something_is_read_filling_changes_nothing(
        self, values: list[float], depths: list[float]
    ) -> None:
        known, at = np.arange(len(values), dtype=np.float64), np.array(depths)
        read = interpolate(known, np.array(values), at)
        filled = fill(known, np.array(values), at, middle=50.0)
        assert np.all(np.isfinite(filled))
        same = np.isfinite(read)
        np.testing.assert_allclose(filled[same], read[same], atol=2e-3)

    def test_only_the_registered_depths_are_compared(self) -> None:
        digitised = make_log({"GR": [50.0, 50.0]}, depth=[2.0, 4.0])
        truth = make_log({"GR": [50.0] * 41}, depth=list(np.arange(-10, 31)))
        registration = make_registration()
        scores = evaluate(digitised, truth, registration=registration)
        assert (scores.top, scores.bottom) == (0, 10)
        assert scores.curves[0].depths == 11
        assert scores.curves[0].coverage == pytest.approx(3 / 11)

    def test_without_registration_the_digitised_depths_are_compared(self) -> None:
        digitised = make_log({"GR": [50.0, NAN]}, depth=[2.0, 4.0])
        truth = make_log({"GR": [50.0] * 11})
        scores = evaluate(digitised, truth)
        assert scores.curves[0].depths == 3

    def test_a_known_offset_is_applied_and_printed(self) -> None:
        truth = make_log({"GR": [10.0, 20, 30]}, depth=[4.0, 5.0, 6.0])
        digitised = make_log({"GR": [10.0, 20, 30]}, depth=[0.0, 1.0, 2.0])
        scores = evaluate(
            digitised, truth, registration=make_registration(), offset=4.0
        )
        assert scores.curves[0].read.mae_px == 0
        assert "the truth deeper by a constant 4 ft" in format_table(scores)

    def test_units_of_depth_that_differ_are_refused(self) -> None:
        feet, metres = make_log({"GR": [1, 2]}), make_log({"GR": [1, 2]}, unit="m")
        with pytest.raises(InputError, match="convert one of the files"):
            evaluate(feet, metres)
        none = make_log({"GR": [1, 2]}, unit=None)
        with pytest.raises(InputError, match="ft in the registration"):
            evaluate(none, metres, registration=make_registration())
        assert evaluate(none, metres).depth_unit == "m"

    def test_depths_apart_are_refused(self) -> None:
        truth = make_log({"GR": [1, 2]}, depth=[500, 501])
        with pytest.raises(InputError, match="beside the depths 0 to 1"):
            evaluate(make_log({"GR": [1, 2]}), truth)


class TestWithoutRegistration:
    def test_what_needs_a_scale_is_none_not_guessed(self) -> None:
        scores = evaluate(make_log({"GR": [11, NAN]}), make_log({"GR": [10, 500]}))
        (curve,) = scores.curves
        assert (curve.depths, curve.coverage) == (2, 0.5)
        read = curve.read
        assert (read.mae_px, read.mae_fraction, read.hit_3px, read.swaps) == (None,) * 4
        assert read.mae == pytest.approx(1)
        assert curve.filled.mae == pytest.approx((1 + 489) / 2)


class TestSwap:
    """Two curves in one track of a hundred rows, 20 and 60 px from its left edge."""

    truth = make_log({"GR": [20.0] * 11, "CALI": [60.0] * 11})
    depth = (np.arange(101) / 10).tolist()

    def swaps(
        self,
        column: np.ndarray,
        *,
        truth: LogTable | None = None,
        registration: Registration | None = None,
    ) -> tuple[int | None, float | None]:
        values = {"GR": column.tolist(), "CALI": [60.0] * 101}
        digitised = make_log(values, depth=self.depth)
        scores = evaluate(
            digitised,
            truth or self.truth,
            registration=registration or make_registration(),
        )
        return scores.curves[0].read.swaps, scores.curves[0].read.swap_share

    @pytest.mark.parametrize(("rows", "swaps"), [(9, 0), (10, 1), (30, 1)])
    def test_ten_rows_on_another_curve_are_a_swap(self, rows: int, swaps: int) -> None:
        column = np.full(101, 20.0)
        column[40 : 40 + rows] = 60
        assert self.swaps(column) == (swaps, pytest.approx(swaps * rows / 101))

    def test_two_stretches_are_two_swaps(self) -> None:
        column = np.full(101, 20.0)
        column[10:25] = column[50:65] = 60
        assert self.swaps(column) == (2, pytest.approx(30 / 101))

    @pytest.mark.parametrize(("away", "swaps"), [(3.0, 1), (3.1, 0)])
    def test_within_one_line_width_of_the_other(self, away: float, swaps: int) -> None:
        column = np.full(101, 20.0)
        column[40:60] = 60 + away
        assert self.swaps(column)[0] == swaps

    def test_where_curves_coincide_there_is_no_swap(self) -> None:
        truth = make_log({"GR": [20.0] * 11, "CALI": [22.0] * 11})
        assert self.swaps(np.full(101, 22.9), truth=truth) == (0, 0)

    def test_a_curve_lost_on_paper_is_no_swap(self) -> None:
        assert self.swaps(np.full(101, 40.0)) == (0, 0)

    def test_wraps_are_compared_where_they_are_drawn(self) -> None:
        # 160 is drawn at 60, on the caliper; 120 at 20, on its own ink.
        registration = make_registration(wraps=True)
        drawn_on_caliper = self.swaps(np.full(101, 160.0), registration=registration)
        assert drawn_on_caliper == (1, 1.0)
        assert self.swaps(np.full(101, 120.0), registration=registration) == (0, 0)

    def test_gaps_filled_may_swap_where_reading_did_not(self) -> None:
        # In a gap of 80 rows the curves change places; a straight line does not.
        rows = np.arange(101)
        column = np.where((rows < 10) | (rows > 90), 20.0, NAN)
        values = {"GR": column.tolist(), "CALI": [NAN] * 101}
        scores = evaluate(
            make_log(values, depth=self.depth),
            make_log({"GR": [20, *[60] * 9, 20], "CALI": [60, *[20] * 9, 60]}),
            registration=make_registration(),
        )
        assert scores.curves[0].read.swaps == 0
        assert scores.curves[0].filled.swaps == 1


class TestEvenPoints:
    def test_fractions_on_even_depths(self) -> None:
        # Truth 0 to 100 % over ten feet; the reading is 10 % too high throughout.
        truth = [10.0 * n for n in range(10)]
        curve = score([v + 10 for v in truth], truth, points=19)
        even = curve.read.even
        assert even is not None
        assert even.points == 19
        assert even.mae == pytest.approx(0.1)
        assert even.mse == pytest.approx(0.01)
        spread = np.var(np.linspace(0, 0.9, 19))
        assert even.r_squared == pytest.approx(1 - 0.01 / spread)

    def test_unread_depths_are_left_out_or_filled(self) -> None:
        curve = score([10, NAN, NAN, 40], [10, 20, 90, 40], points=4)
        assert curve.read.even is not None
        assert curve.filled.even is not None
        assert curve.read.even.mae == 0
        assert curve.filled.even.mae == pytest.approx(0.6 / 4)

    def test_not_asked_for_there_are_none(self) -> None:
        assert score([1, 2], [1, 2]).read.even is None


class TestPairs:
    def test_mapped_curves_and_curves_of_the_same_name(self) -> None:
        digitised = make_log({"GR": [1, 2], "cali": [3, 4], "SP": [5, 6]})
        truth = make_log({"GR_EDTC": [1, 2], "CALI": [3, 4], "GR": [9, 9]})
        scores = evaluate(digitised, truth, mapping={"GR": "GR_EDTC"})
        pairs = [(curve.mnemonic, curve.truth) for curve in scores.curves]
        assert pairs == [("GR", "GR_EDTC"), ("cali", "CALI")]
        assert scores.left_out == ("SP",)
        assert "not in the truth: SP" in format_table(scores)

    @pytest.mark.parametrize("mapping", [{"RT": "GR"}, {"GR": "RT"}])
    def test_a_mapped_curve_must_exist(self, mapping: dict[str, str]) -> None:
        log = make_log({"GR": [1, 2]})
        with pytest.raises(InputError, match=r"'RT' is not in a\.las, which has GR"):
            evaluate(log, log, mapping=mapping)

    def test_nothing_in_common_is_refused(self) -> None:
        with pytest.raises(InputError, match="say which belong together"):
            evaluate(make_log({"GR": [1, 2]}), make_log({"DT": [1, 2]}))

    def test_names_that_a_las_file_changed_are_found_in_the_registration(self) -> None:
        registration = make_registration()
        edges = (registration.tracks[0].left, registration.tracks[0].right)
        spec = CurveSpec("GR EDTC", "", Scale("linear", 0, 100))
        spaced = Registration(
            "main", registration.depth, (Track("T1", *edges, (spec,)),)
        )
        curve = score([11, 12], [10, 10], mnemonic="GR_EDTC", registration=spaced)
        assert curve.read.mae_px == pytest.approx(1.5)

    def test_units_that_differ_and_unregistered_curves_are_noted(self) -> None:
        at = np.array([0.0, 1.0])
        values = {"NPHI": np.array([1.0, 2.0])}
        digitised = make_table("a.las", "ft", at, values, {"NPHI": "PU"})
        truth = make_table("b.las", "ft", at, values, {"NPHI": "V/V"})
        scores = evaluate(digitised, truth, registration=make_registration())
        assert "NPHI is in PU and V/V in the truth: compared as it is" in scores.notes
        assert any("not in the registration" in note for note in scores.notes)


GOLDEN_TABLE = """\
a.las against a.las
depths 0 to 10 ft

Read rows only
curve  unit  depths  read %  bias px  MAE px  med px  bias %  MAE %  med %  MAE unit  \
hit 1px %  hit 3px %      R2  swaps
GR     GAPI       4    75.0    +1.67    3.00    2.00   +1.67   3.00   2.00         3  \
     25.0       50.0  0.7950      0
RES    OHMM       4     0.0        -       -       -       -      -      -         -  \
      0.0        0.0       -      0

Gaps filled
curve  unit  depths  bias px  MAE px  med px  bias %  MAE %  med %  MAE unit  \
hit 1px %  hit 3px %       R2  swaps
GR     GAPI       4    +0.25    3.25    3.00   +0.25   3.25   3.00      3.25  \
     25.0       50.0   0.8860      0
RES    OHMM       4    -7.53    7.53    0.00   -7.53   7.53   0.00       7.5  \
     75.0       75.0  -0.3333      0
"""


class TestOutput:
    def scores_of_two(self) -> tuple[LogTable, LogTable]:
        digitised = {"GR": [11, 18, 36, NAN], "RES": [NAN] * 4}
        truth = {"GR": [10.0, 20, 30, 40], "RES": [10.0, 10, 10, 40]}
        return make_log(digitised), make_log(truth)

    def test_table_is_the_golden_one(self) -> None:
        digitised, truth = self.scores_of_two()
        scores = evaluate(digitised, truth, registration=make_registration())
        # 40 lies 30.1 px beyond mid-scale, one of four: 7.53 px on average.
        assert format_table(scores) == GOLDEN_TABLE

    def test_json_holds_every_field_and_null_for_none(self) -> None:
        digitised, truth = self.scores_of_two()
        scores = evaluate(digitised, truth, registration=make_registration(), points=5)
        content = json.loads(to_json(scores), parse_constant=pytest.fail)
        assert content["curves"][0]["read"]["mae_px"] == pytest.approx(3)
        assert content["curves"][1]["read"]["mae_px"] is None
        assert content["curves"][0]["read"]["even"]["points"] == 5
        assert content["depth_unit"] == "ft"

    def test_even_points_have_a_table_of_their_own(self) -> None:
        digitised, truth = self.scores_of_two()
        scores = evaluate(
            digitised, truth, registration=make_registration(), points=300
        )
        assert "On 300 even depths" in format_table(scores)

    def test_r_squared_of_a_constant_is_none_whatever_the_rounding(self) -> None:
        constant = np.full(1000, 0.1)
        assert r_squared(constant + 0.01, constant) is None
        assert r_squared(np.array([]), np.array([])) is None


LAS = """\
~Version
VERS. {version} :
WRAP. {wrap} :
~Well
STRT.{unit} 1 : START
STOP.{unit} 3 : STOP
STEP.{unit} 1 : STEP
NULL. {null} :
~Curve
DEPT .{unit} :
GR.GAPI :
SP.MV :
~ASCII
{data}
"""


def write_input(path: Path, data: str, **fields: str) -> Path:
    stated = {"version": "2.0", "wrap": "NO", "unit": "FT", "null": "-999.25"} | fields
    path.write_text(LAS.format(data=data, **stated))
    return path


class TestReadLas:
    @pytest.mark.parametrize(
        ("data", "fields"),
        [
            ("1 10 5\n2 -999.25 6\n3 30 7", {}),
            ("3 30 7\n2 -999.2500 6\n1 10 5", {}),
            ("1\n10 5\n2\n-999.25 6\n3\n30 7", {"wrap": "YES"}),
            ("1 10 5\n2 -9999 6\n3 30 7", {"null": "-9999"}),
            ("1 10 5\n2 -9999 6\n3 30 7", {}),
            ("1 10 5\n2 ***** 6\n3 30 7", {}),
            ("1 10 5\n2 (null) 6\n3 30 7", {"version": "1.2"}),
            ("120 10 5\n240 -999.25 6\n360 30 7", {"unit": ".1IN"}),
        ],
        ids=[
            *("plain", "descending", "wrapped", "other-null", "stray-null", "stars"),
            *("word", "tenths-of-an-inch"),
        ],
    )
    def test_quirks_read_alike(
        self, tmp_path: Path, data: str, fields: dict[str, str]
    ) -> None:
        table = read_log(write_input(tmp_path / "a.LAS", data, **fields))
        np.testing.assert_array_equal(table.depth, [1, 2, 3])
        np.testing.assert_array_equal(table.values["GR"], [10, NAN, 30])
        np.testing.assert_array_equal(table.values["SP"], [5, 6, 7])
        assert table.depth_unit == "ft"
        assert table.units == {"GR": "GAPI", "SP": "MV"}

    @pytest.mark.parametrize(
        ("word", "unit"), [("F", "ft"), ("feet", "ft"), ("METRES", "m"), ("", None)]
    )
    def test_words_for_units(self, tmp_path: Path, word: str, unit: str | None) -> None:
        path = write_input(tmp_path / "a.las", "1 2 3\n2 3 4", unit=word)
        assert read_log(path).depth_unit == unit

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "cannot be read as LAS"),
            (b"no sections here", "cannot be read as LAS"),
            (bytes(range(256)), "cannot be read as LAS"),
            (
                LAS.format(
                    **dict.fromkeys(["version", "wrap", "unit", "null"], "1"), data=""
                ).encode(),
                "LAS",
            ),
            (
                LAS.format(
                    **dict.fromkeys(["version", "wrap", "null"], "1"),
                    unit="ft",
                    data="1 2 3\n1 2 3",
                ).encode(),
                "depth 1 occurs twice",
            ),
        ],
        ids=["empty", "text", "bytes", "no-data", "depth-twice"],
    )
    def test_broken_files_are_refused_in_one_line(
        self, tmp_path: Path, content: bytes, message: str
    ) -> None:
        path = tmp_path / "a.las"
        path.write_bytes(content)
        with pytest.raises(InputError, match=message) as caught:
            read_log(path)
        assert len(str(caught.value).splitlines()) == 1
        assert "a.las" in str(caught.value)

    @pytest.mark.real
    def test_every_real_file_is_read(self) -> None:
        root = os.environ.get("VEERNET_REAL")
        if not root:
            pytest.skip("VEERNET_REAL is not set: it names the folder of real logs")
        paths = sorted(Path(root, "las").iterdir())
        assert paths
        for path in paths:
            table = read_log(path)
            assert np.all(np.diff(table.depth) > 0), path.name
            assert table.depth_unit in {"ft", "m"}, path.name
            known = [np.isfinite(values).any() for values in table.values.values()]
            assert sum(known) >= max(1, len(known) // 2), path.name


class TestReadCsv:
    def test_columns_of_places_and_confidence_are_ignored(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text("DEPT,GR,GR_COL,gr_conf\n2,,5,1\n1,10.5,6,1\n")
        table = read_log(path)
        assert list(table.values) == ["GR"]
        np.testing.assert_array_equal(table.depth, [1, 2])
        np.testing.assert_array_equal(table.values["GR"], [10.5, NAN])
        assert table.depth_unit is None

    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_separators_and_nulls(self, tmp_path: Path, separator: str) -> None:
        path = tmp_path / "a.csv"
        lines = ["DEPT,GR", "1,-999.25", "2,NaN", "3,(null)", "4, 7 ", ""]
        text = "\r\n".join(lines).replace(",", separator)
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
        np.testing.assert_array_equal(read_log(path).values["GR"], [NAN, NAN, NAN, 7])

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "no table"),
            ("DEPT,GR\n", "no table"),
            ("DEPT\n1\n", "no table"),
            ("DEPT,GR\n1,2\n3\n", "line 3 of .* has 1 cells, not 2"),
            ("DEPT,GR\n1,high\n", "'high' in line 2, column GR"),
            ("DEPT,GR,GR\n1,2,3\n", "two columns named 'GR'"),
            ("DEPT,GR\n,2\n", "holds no depths"),
            ("DEPT,GR\n1,2\n1,3\n", "depth 1 occurs twice"),
        ],
    )
    def test_broken_files_are_refused_in_one_line(
        self, tmp_path: Path, text: str, message: str
    ) -> None:
        path = tmp_path / "a.csv"
        path.write_text(text)
        with pytest.raises(InputError, match=message):
            read_log(path)

    def test_other_files_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="there is no file"):
            read_log(tmp_path / "a.las")
        (tmp_path / "a.xlsx").touch()
        with pytest.raises(InputError, match=r"neither \.las nor \.csv"):
            read_log(tmp_path / "a.xlsx")
        (tmp_path / "a.csv").write_bytes(b"DEPT,GR\n\xff\xfe\x00,1\n")
        with pytest.raises(InputError, match="not text in UTF-8"):
            read_log(tmp_path / "a.csv")


def test_files_of_either_kind_are_scored_against_each_other(tmp_path: Path) -> None:
    las = write_input(tmp_path / "a.las", "1 10 5\n2 -999.25 6\n3 30 7")
    table = tmp_path / "b.csv"
    table.write_text("DEPT,GR_EDTC\n1,10\n2,20\n3,33\n")
    scores = evaluate_files(
        las, table, mapping={"GR": "GR_EDTC"}, registration=make_registration()
    )
    (curve,) = scores.curves
    assert curve.coverage == pytest.approx(2 / 3)
    assert curve.read.mae_px == pytest.approx(1.5)
