"""The benchmark counts rows and samples, states confidence, and judges stability."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmark import confidence, results, stability, sums
from benchmark.bars import Bar
from benchmark.cases import draw_cases
from benchmark.definitions import (
    AllPairsSet,
    PairSet,
    RealPlotSet,
    StabilitySet,
    generated_set,
    read_definitions,
)
from benchmark.methods import OURS, Reading, methods
from benchmark.perfect import perfect_evidence, perfect_names
from benchmark.real import Section, real_folder
from benchmark.real_plots import score_case
from benchmark.scoring import score_readings
from tests.test_benchmark import agreement_of
from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.records import CurveSpec, Evidence, Registration, TracedPath, Track

real = pytest.mark.skipif(
    real_folder() is None, reason="VEERNET_REAL names no private folder"
)


class TestConfidence:
    def tallied(self, stated, right, drawn=None):
        counts = confidence.count(np.asarray(stated, float), np.asarray(right))
        return confidence.tally([counts], [drawn or len(stated)])

    def test_the_surest_rows_are_read_as_long_as_the_risk_allows(self):
        stated = np.repeat([0.99, 0.9, 0.6, 0.5], [50, 50, 50, 50])
        right = np.ones(200, dtype=bool)
        right[95:100] = right[140:150] = right[150:] = False
        known = self.tallied(stated, right, drawn=400)
        # 5 of 100 wrong down to .9, 15 of 150 down to .6.
        assert known.coverage(0.02) == pytest.approx(50 / 400)
        assert known.coverage(0.05) == pytest.approx(100 / 400)
        assert known.coverage(0.10) == pytest.approx(150 / 400)

    def test_rows_of_one_confidence_are_read_together(self):
        right = np.arange(100) >= 10
        assert self.tallied(np.full(100, 0.8), right).coverage(0.05) == 0.0

    def test_the_calibration_error_is_the_gap_weighted_by_rows(self):
        stated = np.repeat([0.95, 0.45], [300, 100])
        right = np.r_[np.ones(240), np.zeros(60), np.ones(45), np.zeros(55)] > 0
        known = self.tallied(stated, right)
        assert known.calibration_error() == pytest.approx(0.75 * 0.15)
        assert known.right_when_sure() == pytest.approx(0.8)
        low, high = known.bins()
        assert (low.rows, high.rows) == (100, 300)
        assert (low.stated, low.right) == (pytest.approx(0.45), pytest.approx(0.45))
        assert (high.low, high.high) == (0.9, 1.0)

    def test_certainty_is_in_the_last_bin_and_a_limit_is_not_above_itself(self):
        known = self.tallied([1.0, 0.9], [True, False])
        assert [each.rows for each in known.bins()] == [2]
        assert known.right_when_sure() == 1.0

    def test_who_states_none_is_not_ranked(self):
        known = self.tallied([np.nan, np.nan], [True, True])
        assert np.isnan(known.calibration_error())

    def test_curves_drawn_twice_count_twice(self):
        one = confidence.count(np.array([0.9]), [True])
        other = confidence.count(np.array([0.9]), [False])
        curves = confidence.stack([one, other], [1, 1])
        drawn = confidence.weighted(curves, np.array([[2.0, 0.0], [1.0, 1.0]]))
        np.testing.assert_allclose(drawn.coverage(0.02), [1.0, 0.0])


@pytest.fixture(scope="module")
def case():
    """Draw two curves of two styles that keep apart."""
    recipe = generated_set("separate").recipes[0]
    recipe = replace(recipe, lines=("solid", "long-dash"), more_rows=0, rows=256)
    (drawn,) = draw_cases(recipe, 1, seed=3)
    return drawn


class TestPerfectInput:
    def test_curves_apart_are_read_from_their_own_truth(self, case):
        found = methods()[OURS](case.sheet, perfect_evidence(case))
        scores = score_readings("set", case, "perfect network", found)
        assert len(scores) == 2
        assert all(s.read.hit_3px > 0.99 for s in scores)
        assert all(s.read.median_px < 0.1 for s in scores)

    def test_the_centre_divides_a_curve_between_two_pixels(self, case):
        evidence = perfect_evidence(case)
        assert evidence.lines == (("solid",), ("long-dash",))
        drawn = np.isfinite(case.truth).sum(axis=0)
        np.testing.assert_allclose(evidence.centre.sum(axis=1), 255 * drawn, atol=2)

    def test_names_go_to_the_curves_that_paths_fit_best(self, case):
        names = [spec.mnemonic for spec in case.panel.curves]
        blank = np.zeros(case.truth.shape[1])
        one, other = (Reading(column, blank) for column in case.truth)
        exchanged = dict(zip(names, (other, one), strict=True))
        found = perfect_names(case, exchanged)
        assert found[names[0]] is one
        assert found[names[1]] is other
        # Where nothing was read, every name stays.
        unread = {n: Reading(blank + np.nan, blank) for n in names}
        assert all(perfect_names(case, unread)[n] is unread[n] for n in names)


TOP, PER_SAMPLE, SAMPLES = 10, 4, 41
"""First row of a plot, rows a sample, samples."""


def plot_page(*lines, wraps=False, scale=None, colours=None):
    """Register a plot of one track, 100 to 500, with curves C0, C1 and so on."""
    scale = scale or Scale("linear", 0.0, 100.0)
    colours = colours or [None] * len(lines)
    specs = tuple(
        CurveSpec(f"C{i}", "", scale, line, colour=colour, wraps=wraps)
        for i, (line, colour) in enumerate(zip(lines, colours, strict=True))
    )
    track = Track("T1", Edge((0.0,), (100.0,)), Edge((0.0,), (500.0,)), specs)
    last = TOP + PER_SAMPLE * (SAMPLES - 1)
    points = (DepthPoint(TOP, 1000.0), DepthPoint(last, 1000.0 + (SAMPLES - 1) / 2))
    return Registration("main", DepthAxis("ft", points), (track,), step=0.5)


def plot_truth(*columns):
    """Return the truth of unfolded columns, (samples,) each."""
    known = {
        "DEPT": 1000.0 + np.arange(SAMPLES) / 2,
        "ROW": TOP + PER_SAMPLE * np.arange(SAMPLES, dtype=float),
    }
    for index, column in enumerate(columns):
        wrap = np.floor((column - 100.0) / 400.0)
        known[f"C{index}_COL"] = column - 400.0 * wrap
        known[f"C{index}_WRAP"] = wrap
        known[f"C{index}"] = (column - 100.0) / 4.0
    return pd.DataFrame(known)


def read_at(page, truth, *columns, confidence_=0.95):
    """Score readings that are given at the samples, linear in between."""
    rows = np.arange(*page.row_range)
    readings = {
        f"C{i}": Reading(
            np.interp(rows, truth["ROW"], column), np.full(rows.size, confidence_)
        )
        for i, column in enumerate(columns)
    }
    section = Section(page, {OURS: readings})
    return score_case(PLOTS, ("c08_made_up", "bilevel"), section, page, truth)


PLOTS = RealPlotSet(
    name="real plots",
    about="",
    folder="plots",
    variants=("printed", "bilevel"),
    levels={"c08": 3},
)
LEVEL = np.full(SAMPLES, 200.0)


class TestRealPlots:
    def test_a_perfect_reading_hits_everywhere(self):
        page, truth = plot_page("solid"), plot_truth(LEVEL)
        (found,) = read_at(page, truth, LEVEL)
        assert (found.case, found.variant, found.level) == ("c08", "bilevel", 3)
        assert (found.samples, found.read, found.alone) == (SAMPLES, 1.0, SAMPLES)
        assert found.median_px == pytest.approx(0.0, abs=1e-9)
        assert (found.hit_1px, found.hit_3px, found.wrong) == (1.0, 1.0, 0.0)
        assert found.by_confidence == ((950, SAMPLES, SAMPLES),)

    def test_a_hit_is_counted_from_the_stroke_within_half_a_row(self):
        steep = 150.0 + 40.0 * (np.arange(SAMPLES) % 2)
        page, truth = plot_page("solid"), plot_truth(steep)
        # 40 px a sample are 5 px in half a row of four to a sample.
        (found,) = read_at(page, truth, steep + np.where(steep > 170, -7.0, 7.0))
        assert found.median_px == pytest.approx(7.0)
        assert (found.hit_3px, found.plain_3px, found.wrong) == (1.0, 0.0, 0.0)

    def test_a_wrong_count_of_wraps_is_a_miss_and_forgiven_when_folded(self):
        unfolded = LEVEL + 400.0
        page, truth = plot_page("solid", wraps=True), plot_truth(unfolded)
        (found,) = read_at(page, truth, LEVEL)
        assert (found.hit_3px, found.plain_3px, found.folded_3px) == (0.0, 0.0, 1.0)
        summed = sums.sum_up([found], "all", "all")
        assert summed.lost_wraps == 1.0

    def test_exchanged_names_are_hits_once_they_are_put_right(self):
        other = LEVEL + 100.0
        page, truth = plot_page("solid", "solid"), plot_truth(LEVEL, other)
        for found in read_at(page, truth, other, LEVEL):
            assert (found.hit_3px, found.named_3px, found.any_3px) == (0.0, 1.0, 1.0)
        page = plot_page("solid", "dot")
        assert [f.named_3px for f in read_at(page, truth, other, LEVEL)] == [0.0, 0.0]

    def test_samples_beside_another_stroke_are_not_alone(self):
        other = np.where(np.arange(SAMPLES) < 20, LEVEL + 2.0, LEVEL + 50.0)
        page, truth = plot_page("solid", "dot"), plot_truth(LEVEL, other)
        for found in read_at(page, truth, LEVEL, other):
            assert found.alone == SAMPLES - 20

    def test_a_sample_without_truth_is_not_counted(self):
        truth = plot_truth(np.where(np.arange(SAMPLES) < 30, LEVEL, np.nan))
        (found,) = read_at(plot_page("solid"), truth, LEVEL)
        assert (found.samples, found.read) == (30, 1.0)

    def test_sums_weigh_curves_by_their_samples(self):
        short = np.where(np.arange(SAMPLES) < 10, LEVEL, np.nan)
        page, truth = plot_page("solid", "dot"), plot_truth(LEVEL, short)
        scores = read_at(page, truth, LEVEL, LEVEL + 50.0)
        found = sums.sum_up(scores, "all", "all")
        assert (found.curves, found.samples) == (2, SAMPLES + 10)
        assert found.hit_3px == pytest.approx(SAMPLES / (SAMPLES + 10))
        assert found.wrong == pytest.approx(10 / (SAMPLES + 10))
        assert found.sure_right == pytest.approx(SAMPLES / (SAMPLES + 10))

    def test_bars_are_for_some_curves_each_value_or_a_difference(self):
        page, truth = plot_page("solid"), plot_truth(LEVEL)
        (good,) = read_at(page, truth, LEVEL)
        bad = replace(read_at(page, truth, LEVEL + 9.0)[0], method="ink run")
        printed = replace(good, variant="printed", case="c12", scale="log")
        worse = replace(bad, variant="printed", case="c12", scale="log")
        bars = (
            Bar("hit_3px", at_least=0.9, where={"variant": "bilevel"}),
            Bar("hit_3px", at_least=0.9, where={"case": "c12", "scale": "log"}),
            Bar("hit_3px", at_least=0.1, each=("variant",), against="best"),
            Bar("hit_3px", at_least=0.0, against="colour centroid"),
            Bar("hit_3px", at_least=0.9, where={"case": "c01"}),
            Bar("hit_3px", at_least=0.0, against="ink run", statistic="least"),
        )
        given = replace(PLOTS, bars=bars)
        worse = replace(worse, hit_3px=0.9)
        found = list(sums.sample_verdicts(given, [good, bad, printed, worse]))
        assert [v.met for v in found] == [True, True, True, True, False, False, True]
        assert found[2].bar == "hit_3px, bilevel less that of ink run >= 0.1"
        assert (found[2].value, found[2].low) == (1.0, 1.0)
        assert found[4].value is None
        assert found[6].value == pytest.approx(0.1)
        words = "least of hit_3px less that of ink run >= 0 (C0 of c12)"
        assert found[6].bar == words
        # Where no baseline was run nothing is asked of one.
        alone = list(sums.sample_verdicts(given, [good, printed]))
        assert [v.met for v in alone] == [True, True, False]

    @real
    def test_cases_of_the_folder_are_those_of_the_definitions(self):
        (given,) = (s for s in read_definitions() if isinstance(s, RealPlotSet))
        files = sorted((real_folder() / given.folder).glob("*.truth.csv"))
        assert {file.name[:3] for file in files} == set(given.levels)


class TestStages:
    def test_the_share_of_names_is_of_what_the_tool_misses(self):
        given = replace(generated_set("separate"), bars=())
        recipe = replace(given.recipes[0], lines=("solid", "solid"), more_rows=0)
        (case,) = draw_cases(replace(recipe, rows=96), 1, seed=3)
        names = [spec.mnemonic for spec in case.panel.curves]
        blank = np.zeros(case.truth.shape[1])
        one, other = (Reading(column, blank) for column in case.truth)
        swapped = dict(zip(names, (other, one), strict=True))
        scores = [
            *score_readings(given.name, case, OURS, swapped),
            *score_readings(
                given.name, case, "perfect names", perfect_names(case, swapped)
            ),
        ]
        found = results.Results("n", (given,), scores=tuple(scores))
        (stages,) = found.stages
        assert (stages.perfect_names, stages.perfect_network) == (1.0, None)
        assert stages.names_share == pytest.approx(1.0)
        # Perfect input is no baseline.
        assert found.paired == []


class TestStability:
    def path(self, *columns):
        column = np.array(columns)
        origin = np.zeros(column.size, np.uint8)
        return TracedPath("GR", column, np.ones(column.size), origin)

    def test_rows_that_move_or_turn_unread_are_counted(self):
        before = self.path(10.0, 10.0, 10.0, np.nan)
        after = self.path(10.0, 13.5, np.nan, np.nan)
        (found,) = stability.compare([before], [after], "set", "noise", "a/b.main.yaml")
        assert (found.section, found.rows) == ("b.main", 4)
        assert (found.moved, found.flipped) == (0.25, 0.25)

    def test_noise_is_of_a_level_at_most_and_the_same_for_a_seed(self):
        maps = np.array([0, 1, 128, 254, 255] * 20, np.uint8).reshape(1, 10, 10)
        evidence = Evidence(maps, (("solid",),), centre=maps[0])
        one, same = (
            stability.perturbed(evidence, 1, np.random.default_rng(4)) for _ in range(2)
        )
        np.testing.assert_array_equal(one.maps, same.maps)
        away = one.maps.astype(int) - maps
        assert set(np.unique(away)) == {-1, 0, 1}
        assert np.abs(one.centre.astype(int) - maps[0]).max() == 1

    def test_the_worst_curve_is_held_against_the_bar(self):
        bar = Bar("moved", at_most=0.001)
        given = StabilitySet(
            name="set", about="", sections=(), noise=1, seed=0, bars=(bar,)
        )
        calm = stability.Change("set", "noise", "main", "GR", 1000, 0.0, 0.0)
        wild = replace(calm, curve="SP", moved=0.01)
        found = results.Results("n", (given,), changes=(calm, wild))
        (verdict,) = found.verdicts
        assert (verdict.value, verdict.met) == (0.01, False)
        assert "noise: worst curve (SP of main)" in verdict.bar


class TestAllPairs:
    @pytest.mark.parametrize(("least", "met"), [(1, True), (2, False)])
    def test_the_curves_that_meet_the_bars_of_their_pair_are_counted(self, least, met):
        bars = (Bar("median", at_most=0.01), Bar("both", at_least=0.7))
        pair = PairSet(
            name="pair", about="", bars=bars, first="", second="", offset=0, curves=()
        )
        every = AllPairsSet(
            name="all pairs", about="", bars=(Bar("meeting_both", at_least=least),)
        )
        good = agreement_of(OURS, median=0.005, spread=0.2)
        bad = replace(agreement_of(OURS, median=0.05, spread=0.2), curve="SP")
        found = results.Results("n", (pair, every), agreements=(good, bad))
        verdict = found.verdicts[-1]
        assert (verdict.value, verdict.met) == (1.0, met)
        assert verdict.bar == f"of 2 curves, meeting_both >= {least}"


def test_a_bar_on_a_share_that_nothing_reached_is_missed():
    """Only a large error may be asked for of a baseline that read nothing."""
    bar = Bar("hit_3px_rows", at_least=0.9, statistic="mean", method="perfect network")
    assert not bar.met(None)
