"""The benchmark scores, compares and writes what it says it does."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from benchmark import agreement, figures, paired, summary, table
from benchmark.bars import Bar
from benchmark.cases import Case, draw_cases
from benchmark.definitions import GeneratedSet, generated_set
from benchmark.methods import (
    OURS,
    Reading,
    methods,
)
from benchmark.results import Results
from benchmark.scoring import score as score_case
from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.evaluate.measure import r_squared
from veernet.records import CurveSpec, Evidence, Panel, Registration, Scan, Track
from veernet.rectify import panels
from veernet.synth.curves import DrawnCurve
from veernet.synth.dataset import sample_rng
from veernet.synth.degrade import Scanner
from veernet.synth.strips import Strip, draw_strip

ROWS, LEFT, WIDTH = 60, 10.0, 80.0


def make_case(columns, wraps=None):
    """Make a strip by hand: (curves, rows) folded columns, wrapping where counted."""
    columns = np.atleast_2d(np.asarray(columns, dtype=np.float64))
    wrapping = wraps is not None
    wraps = np.where(np.isfinite(columns), 0.0, np.nan) if wraps is None else wraps
    lines = ("solid", "dot")[: len(columns)]
    edges = np.repeat([[LEFT], [LEFT + WIDTH]], ROWS, axis=1)
    drawn = tuple(
        DrawnCurve(np.arange(2.0), np.zeros(2), line, "thin", np.ones(2))
        for line in lines
    )
    strip = Strip(
        image=np.full((ROWS, 101), 255, dtype=np.uint8),
        columns=columns,
        wraps=np.atleast_2d(wraps),
        lines=lines,
        edges=edges,
        layout=None,
        curves=tuple(replace(c, wraps=wrapping) for c in drawn),
        grid=None,
    )
    specs = tuple(
        CurveSpec(f"C{i}", "", Scale("linear", 0, 1), line, wraps=wrapping)
        for i, line in enumerate(lines)
    )
    track = Track("T1", Edge((0.0,), (LEFT,)), Edge((0.0,), (LEFT + WIDTH,)), specs)
    depth = DepthAxis("ft", (DepthPoint(0, 0), DepthPoint(ROWS - 1, 10)))
    panel = Panel((track,), 0, int(WIDTH), 2, edges[None] - 8, strip.image[:, 8:93])
    return Case(0, strip, Registration("main", depth, (track,)), panel)


def score(case, column, curve=0):
    reading = Reading.without_confidence(np.asarray(column, dtype=float))
    return score_case(case, curve, reading, "test", "mine")


SLOPE = np.linspace(20, 70, ROWS)


class TestScore:
    def test_a_perfect_reading_has_no_error(self):
        found = score(make_case(SLOPE), SLOPE)
        assert (found.rows, found.coverage, found.invented) == (ROWS, 1.0, 0)
        for way in (found.read, found.filled):
            assert way.mae_px == pytest.approx(0, abs=1e-9)
            assert way.r_squared == pytest.approx(1)
            assert (way.hit_1px, way.hit_3px) == (1.0, 1.0)
        assert found.read.swaps == 0

    def test_a_constant_offset_of_two_pixels_scores_two(self):
        found = score(make_case(SLOPE), SLOPE + 2)
        assert found.read.mae_px == pytest.approx(2)
        assert found.read.bias_px == pytest.approx(2)
        assert found.read.r_squared == pytest.approx(r_squared(SLOPE + 2, SLOPE))
        assert (found.read.hit_1px, found.read.hit_3px) == (0.0, 1.0)

    def test_an_unread_row_is_a_miss_and_no_error(self):
        column = SLOPE.copy()
        column[20:35] = np.nan
        found = score(make_case(SLOPE), column)
        assert found.coverage == 0.75
        assert found.read.hit_3px == 0.75
        assert found.read.mae_px == pytest.approx(0, abs=1e-9)
        # The truth is straight, so that a filled gap lies on it.
        assert found.filled.hit_1px == 1.0

    def test_gaps_at_the_ends_are_filled_with_the_nearest_row(self):
        column = SLOPE.copy()
        column[:10] = np.nan
        error = np.mean(np.r_[SLOPE[10] - SLOPE[:10], np.zeros(50)])
        assert score(make_case(SLOPE), column).filled.mae_px == pytest.approx(error)

    def test_a_curve_not_read_is_filled_with_the_middle_of_the_track(self):
        found = score(make_case(SLOPE), np.full(ROWS, np.nan))
        assert found.read.mae_px is None
        middle = LEFT + WIDTH / 2
        assert found.filled.mae_px == pytest.approx(np.mean(np.abs(SLOPE - middle)))

    def test_a_row_read_where_nothing_is_drawn_is_invented_and_no_error(self):
        truth = SLOPE.copy()
        truth[40:] = np.nan
        found = score(make_case(truth), np.where(np.arange(ROWS) < 45, SLOPE, np.nan))
        assert (found.rows, found.off_scale, found.invented) == (40, 20, 5)
        assert found.read.mae_px == pytest.approx(0, abs=1e-9)

    def test_the_wrong_wrap_is_wrong_by_the_width_of_the_track(self):
        wraps = np.where(np.arange(ROWS) < 30, 0.0, 1.0)
        case = make_case(SLOPE, wraps)
        assert score(case, SLOPE + WIDTH * wraps).read.mae_px < 1e-9
        assert score(case, SLOPE).read.mae_px == pytest.approx(WIDTH / 2)

    @pytest.mark.parametrize(("rows", "swaps"), [(9, 0), (10, 1), (30, 1)])
    def test_ten_rows_on_another_curve_are_a_swap(self, rows, swaps):
        other = np.full(ROWS, 85.0)
        column = np.where(np.arange(ROWS) < rows, other, SLOPE)
        found = score(make_case([SLOPE, other]), column)
        assert found.read.swaps == swaps
        assert found.read.swap_share == pytest.approx(swaps * rows / ROWS)

    def test_a_swap_is_seen_across_the_edges_of_a_curve_that_wraps(self):
        own, other = np.full(ROWS, 50.0), np.full(ROWS, 89.0)
        case = make_case([own, other], np.zeros((2, ROWS)))
        assert score(case, other - WIDTH).read.swaps == 1


class TestSummary:
    CASE = make_case([SLOPE, SLOPE[::-1]])

    def read(self, *offsets):
        """Score the solid curve and the dotted one, offset or, with NaN, unread."""
        truth = (SLOPE, SLOPE[::-1])
        columns = [t + o for t, o in zip(truth, offsets, strict=True)]
        return [score(self.CASE, c, curve=i) for i, c in enumerate(columns)]

    def test_styles_are_apart_and_together(self):
        whole, solid, dot = summary.summarise(self.read(1.0, 3.0))
        assert [s.group for s in (whole, solid, dot)] == ["all", "solid", "dot"]
        assert [s.curves for s in (whole, solid, dot)] == [2, 1, 1]
        assert [s.mae_px[0] for s in (whole, solid, dot)] == pytest.approx([2, 1, 3])

    def test_an_unread_curve_spoils_the_median_and_not_the_mean(self):
        whole, *_ = summary.summarise(self.read(1.0, np.nan))
        assert whole.mae_px[:2] == (None, pytest.approx(1))
        assert whole.coverage[:2] == (0.5, 0.5)
        whole, *_ = summary.summarise([*self.read(1.0, np.nan), *self.read(1.0, 2.0)])
        assert whole.mae_px[0] == pytest.approx(1.5)

    def test_a_mean_of_r_squared_is_not_carried_off_by_one_curve(self):
        whole, *_ = summary.summarise(self.read(0.0, 500.0))
        assert whole.r_squared[1] == pytest.approx(0.5)

    def test_invented_rows_are_a_share_of_all_rows_off_scale(self):
        truth = np.where(np.arange(ROWS) < 40, SLOPE, np.nan)
        scores = [score(make_case(truth), SLOPE), score(make_case(truth), truth)]
        (found,) = summary.summarise(scores)
        assert (found.off_scale, found.invented) == (40, 0.5)

    @pytest.mark.parametrize(("offset", "met"), [(0.5, True), (2.0, False)])
    def test_a_bar_is_held_against_the_figure_that_it_names(self, offset, met):
        scores = [replace(s, method=OURS) for s in self.read(offset, offset)]
        given = GeneratedSet(
            name="test",
            about="",
            bars=(Bar("mae_px", at_most=1.0),),
            count=1,
            seed=0,
            recipes=(),
        )
        (verdict,) = summary.verdicts(given, summary.summarise(scores))
        assert verdict.met is met
        assert verdict.value == pytest.approx(offset)

    @pytest.mark.parametrize(
        ("group", "value"), [("solid", 1.0), ("dot", 3.0), ("dashed", None)]
    )
    def test_a_bar_of_a_group_is_held_against_its_curves_or_missed(self, group, value):
        given = GeneratedSet(
            name="test",
            about="",
            bars=(Bar("mae_px", at_most=5.0, group=group),),
            count=1,
            seed=0,
            recipes=(),
        )
        for scores in (self.read(1.0, 3.0), self.read(1.0, 3.0)[:1]):
            ours = [replace(s, method=OURS) for s in scores]
            (verdict,) = summary.verdicts(given, summary.summarise(ours))
            there = value if len(scores) == 2 or group == "solid" else None
            assert verdict.value == (there if there is None else pytest.approx(there))
            assert verdict.met is (there is not None)

    def test_a_bar_that_asks_for_a_bad_baseline_is_not_met_by_none(self):
        bar = Bar("mae_px", at_least=10.0, method="plain dp")
        given = GeneratedSet(
            name="test", about="", bars=(bar,), count=1, seed=0, recipes=()
        )
        (verdict,) = summary.verdicts(given, [])
        assert not verdict.met

    def test_a_bar_on_what_was_not_read_is_missed(self):
        assert not Bar("mae_px", at_most=1.0).met(None)
        assert not Bar("r_squared", at_least=0.9).met(None)
        # That a baseline fails, though, may be asked for.
        assert Bar("mae_px", at_least=10.0, method="plain dp").met(None)

    def test_what_counts_rows_weighs_curves_by_them(self):
        short = np.where(np.arange(ROWS) < 20, SLOPE, np.nan)
        whole = score(make_case(SLOPE), SLOPE)
        off = score(make_case(short), short + 5)
        (found,) = summary.summarise([whole, off])
        assert found.hit_3px_rows.mean == pytest.approx(60 / 80)
        assert found.wrong.mean == pytest.approx(20 / 80)
        assert found.hit_3px.mean == pytest.approx(0.5)
        # Nobody said how sure they are.
        assert found.calibration_error.mean is None

    def test_the_table_has_a_row_a_summary_and_no_infinity(self):
        summaries = summary.summarise(self.read(1.0, np.nan))
        lines = table.format_markdown(summaries).splitlines()
        assert len(lines) == 2 + len(summaries)
        assert len({line.count("|") for line in lines}) == 1
        assert "- / 1.00" in lines[2]
        json.dumps([asdict(s) for s in summaries], allow_nan=False)


class TestInterval:
    def test_it_covers_the_median_of_what_the_values_were_drawn_from(self):
        """95 of 100 intervals would; fewer than 85 by chance once in 10,000 sets."""
        rng = np.random.default_rng(0)
        covered = 0
        for _ in range(100):
            values = rng.normal(3.0, 1.0, 41)
            low, high = figures.interval(values, [str(i) for i in range(41)])
            covered += low <= 3.0 <= high
        assert covered >= 85

    def test_curves_of_one_page_are_one_witness(self):
        values = np.repeat(np.arange(20.0), 5)
        apart = figures.interval(values, [str(i) for i in range(100)])
        together = figures.interval(values, [str(i // 5) for i in range(100)])
        assert together[1] - together[0] > 1.5 * (apart[1] - apart[0])

    def test_an_infinite_end_is_none(self):
        values = np.array([1.0, np.inf, np.inf, np.inf])
        low, high = figures.interval(values, list("abcd"))
        assert (low, high) == (None, None) or high is None


class TestBestBaseline:
    def values(self, **by_method):
        return {
            name.replace("_", " "): {(str(i), "GR"): v for i, v in enumerate(own)}
            for name, own in by_method.items()
        }

    def test_it_is_the_one_with_the_least_median(self):
        given = self.values(veernet=[1, 1, 1], ink_run=[9, 9, 2], plain_dp=[3, 3, 3])
        found = paired.compare("t", "MAE", given)
        assert found.baseline == "plain dp"
        assert found.difference.median == pytest.approx(-2)
        assert found.times.median == pytest.approx(3)

    def test_the_difference_is_of_the_same_curves(self):
        given = self.values(veernet=[1, 10, 100], ink_run=[1.1, 10.1, 100.1])
        found = paired.compare("t", "MAE", given)
        assert found.difference.median == pytest.approx(-0.1)
        assert found.difference.low == pytest.approx(-0.1)

    def test_whoever_leaves_a_curve_unread_is_infinitely_worse(self):
        given = GeneratedSet(name="t", about="", count=1, seed=0, recipes=())
        for ours, theirs, met in ((None, 1.0, False), (1.0, None, True)):
            values = self.values(veernet=[ours] * 3, ink_run=[theirs] * 3)
            found = paired.compare("t", "MAE", values)
            assert found.difference.median is None
            assert found.times.median == (None if met else pytest.approx(0, abs=1e-6))
            (verdict,) = paired.paired_verdicts(given, found)
            assert verdict.met is met

    def test_a_reading_stuck_on_the_grid_does_not_win(self):
        ours = agreement_of(OURS, median=0.01, spread=0.2)
        stuck = agreement_of("ink run", median=0.0, spread=0.0)
        fair = agreement_of("plain dp", median=0.02, spread=0.2)
        results = Results("n", (), agreements=(ours, stuck, fair))
        assert results.paired[0].baseline == "plain dp"

    def test_a_reading_of_another_curve_does_not_win(self):
        ours = agreement_of(OURS, median=0.01, spread=0.2)
        other = agreement_of("plain dp", median=0.0, spread=0.2, same_ink=0.9)
        fair = agreement_of("ink run", median=0.02, spread=0.2, same_ink=0.1)
        results = Results("n", (), agreements=(ours, other, fair))
        assert results.paired[0].baseline == "ink run"


def agreement_of(method, median, spread, same_ink=0.0):
    rest = dict.fromkeys(("p90", "bias", "scatter", "aligned"), 0.0)
    rest |= {"offset": 0.0, "depth_bias": 0.0, "depth_scatter": 0.0}
    return agreement.Agreement(
        test="pair",
        method=method,
        curve="GR",
        depths=9,
        both=1.0,
        median=median,
        windows=1,
        spread=spread,
        same_ink=same_ink,
        width=100.0,
        **rest,
    )


class TestCases:
    RECIPE = generated_set("two curves").recipes[0]

    def test_cases_are_the_strips_of_the_test_stream(self):
        recipe = replace(self.RECIPE, more_rows=0, rows=128)
        *_, case = draw_cases(recipe, 2, seed=3)
        strip = draw_strip(recipe, sample_rng(3, "test", 1))
        np.testing.assert_array_equal(case.strip.image, strip.image)
        assert sorted(c.line for c in case.panel.curves) == sorted(strip.lines)

    def test_a_tracer_that_is_shown_the_labels_reads_the_truth(self):
        """Rectify, trace, bring back and score agree on where a pixel is."""
        clean = Scanner(bilevel=0.0, clean=1.0, severity=0.0)
        recipe = replace(self.RECIPE, scanner=clean, skew=0.0, log=0.0)
        (case,) = draw_cases(replace(recipe, lines=("solid",)), 1, seed=1)
        labels = 255 - 255 * case.strip.mask({"solid": 1})
        (panel,) = panels(Scan.from_array(labels), case.registration)
        maps = 255 - panel.image[None]
        shown = Evidence(maps, (("solid",),))
        for name in (OURS, "plain dp"):
            (reading,) = methods()[name](case.sheet, shown).values()
            found = score(case, reading.column)
            assert found.coverage == 1.0
            assert found.read.mae_px < 0.5
