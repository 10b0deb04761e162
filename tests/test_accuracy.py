"""The accuracy table and the release step score what they say they score."""

import importlib.util
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests import networks
from veernet import checkpoint
from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.errors import InputError
from veernet.evaluate.measure import r_squared
from veernet.network import NetworkSpec
from veernet.records import CurveSpec, Evidence, Panel, Registration, Scan, Track
from veernet.rectify import panels
from veernet.synth.curves import DrawnCurve
from veernet.synth.dataset import sample_rng
from veernet.synth.degrade import Scanner
from veernet.synth.recipe import Recipe
from veernet.synth.strips import Strip, draw_strip

SCRIPTS = Path(__file__).parents[1] / "scripts"


def _load(name):
    """Import a script by its path, under the name that the other scripts use."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


peers, accuracy, release = (_load(n) for n in ("peers", "accuracy", "release"))

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
    return accuracy.Case(0, strip, Registration("main", depth, (track,)), panel)


def score(case, column, curve=0):
    return accuracy.score(case, curve, np.asarray(column, dtype=float), "test", "mine")


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
        whole, solid, dashed = accuracy.summarise(self.read(1.0, 3.0))
        assert [s.style for s in (whole, solid, dashed)] == ["all", "solid", "dashed"]
        assert [s.curves for s in (whole, solid, dashed)] == [2, 1, 1]
        assert [s.mae_px[0] for s in (whole, solid, dashed)] == pytest.approx([2, 1, 3])

    def test_an_unread_curve_spoils_the_median_and_not_the_mean(self):
        whole, *_ = accuracy.summarise(self.read(1.0, np.nan))
        assert whole.mae_px == (None, pytest.approx(1))
        assert whole.coverage == (0.5, 0.5)
        whole, *_ = accuracy.summarise([*self.read(1.0, np.nan), *self.read(1.0, 2.0)])
        assert whole.mae_px[0] == pytest.approx(1.5)

    def test_a_mean_of_r_squared_is_not_carried_off_by_one_curve(self):
        whole, *_ = accuracy.summarise(self.read(0.0, 500.0))
        assert whole.r_squared[1] == pytest.approx(0.5)

    def test_invented_rows_are_a_share_of_all_rows_off_scale(self):
        truth = np.where(np.arange(ROWS) < 40, SLOPE, np.nan)
        scores = [score(make_case(truth), SLOPE), score(make_case(truth), truth)]
        (summary,) = accuracy.summarise(scores)
        assert (summary.off_scale, summary.invented) == (40, 0.5)

    @pytest.mark.parametrize(("offset", "met"), [(0.5, True), (2.0, False)])
    def test_the_bar_is_for_the_default_tracer_on_two_curves(self, offset, met):
        scores = [
            replace(s, test=accuracy.TWO_CURVES, method=accuracy.DEFAULT)
            for s in self.read(offset, offset)
        ]
        found = accuracy.bars(accuracy.summarise(scores))
        assert found["median MAE <= 1 px"] is met

    def test_the_table_has_a_row_a_summary_and_no_infinity(self):
        summaries = accuracy.summarise(self.read(1.0, np.nan))
        lines = accuracy.format_markdown(summaries).splitlines()
        assert len(lines) == 2 + len(summaries)
        assert len({line.count("|") for line in lines}) == 1
        assert "- / 1.00" in lines[2]
        json.dumps([asdict(s) for s in summaries], allow_nan=False)


class TestCases:
    def test_the_recipe_is_the_one_that_synth_draws_from(self):
        recipe = accuracy.read_recipe()
        assert recipe.lines == ("solid", "broken")
        assert (recipe.whole_track, recipe.tilt) == (True, 0.0)

    def test_cases_are_the_strips_of_the_test_stream(self):
        recipe = replace(accuracy.read_recipe(), more_rows=0, rows=128)
        *_, case = accuracy.draw_cases(recipe, 2, seed=3)
        strip = draw_strip(recipe, sample_rng(3, "test", 1))
        np.testing.assert_array_equal(case.strip.image, strip.image)
        assert [c.line for c in case.panel.curves] == list(strip.lines)

    def test_a_tracer_that_is_shown_the_labels_reads_the_truth(self):
        """Rectify, trace, bring back and score agree on where a pixel is."""
        clean = Scanner(bilevel=0.0, clean=1.0, severity=0.0)
        recipe = replace(accuracy.read_recipe(), scanner=clean, skew=0.0, log=0.0)
        (case,) = accuracy.draw_cases(replace(recipe, lines=("solid",)), 1, seed=1)
        labels = 255 - 255 * case.strip.mask({"solid": 1})
        (panel,) = panels(Scan.from_array(labels), case.registration)
        maps = 255 - panel.image[None]
        shown = Evidence(maps, (("solid",),))
        (column,) = accuracy.read_with_network(case, shown, "dp")
        found = score(case, column)
        assert found.coverage == 1.0
        assert found.read.mae_px < 0.5


class TestPeers:
    def test_the_ink_run_stays_with_its_line_and_passes_over_depth_lines(self):
        picture = np.full((40, 60), 255, dtype=np.uint8)
        column = 20 + np.arange(40) // 4
        for offset in (-1, 0, 1):
            picture[np.arange(40), column + offset] = 0
        picture[:, 50] = 0
        picture[15] = 0
        found = peers.read_ink_runs(picture, 5, 21.0)
        expected = column.astype(float)
        expected[:5] = expected[15] = np.nan
        np.testing.assert_array_equal(found, expected)

    def test_an_ink_run_is_brought_to_the_page(self):
        case = make_case(SLOPE)
        case.panel.image[np.arange(ROWS), np.rint(SLOPE).astype(int) - 8] = 0
        column = accuracy.read_ink_run(case, 0)
        np.testing.assert_allclose(column, np.rint(SLOPE))

    def test_a_peer_is_put_into_the_wrap_nearest_to_the_truth(self):
        wraps = np.where(np.arange(ROWS) < 30, 0.0, -1.0)
        case = make_case(SLOPE, wraps)
        case.panel.image[np.arange(ROWS), np.rint(SLOPE).astype(int) - 8] = 0
        assert score(case, accuracy.read_ink_run(case, 0)).read.mae_px < 0.5

    def test_plotdigitizer_gets_the_track_on_its_side(self, tmp_path):
        """A stand-in that reports, as its manual has it, rows from the bottom."""
        program = tmp_path / "stand-in"
        program.write_text(
            f"#!{sys.executable}\n"
            "import sys, cv2, numpy as np\n"
            "picture = cv2.imread(sys.argv[1], 0)\n"
            "assert sys.argv[4:] == ['-p', '0,0', '-l', '0,0', '-p', '48,0', '-l',"
            " '48,0', '-p', '0,38', '-l', '0,38'], sys.argv\n"
            "rows, columns = np.nonzero(picture < 128)\n"
            "with open(sys.argv[3], 'w') as f:\n"
            "    for row, column in zip(rows, columns):\n"
            "        f.write(f'{column} {picture.shape[0] - row}\\n')\n"
        )
        program.chmod(0o755)
        picture = np.full((40, 30), 255, dtype=np.uint8)
        column = 3.0 + np.arange(40) // 2
        column[7] = np.nan
        rows = np.flatnonzero(np.isfinite(column))
        picture[rows, column[rows].astype(int)] = 60
        found = peers.read_with_plotdigitizer(picture, program)
        np.testing.assert_array_equal(found, column)

    def test_what_plotdigitizer_gives_up_is_unread(self, tmp_path):
        program = tmp_path / "stand-in"
        program.write_text("#!/bin/sh\nexit 1\n")
        program.chmod(0o755)
        picture = np.full((40, 30), 255, dtype=np.uint8)
        assert np.isnan(peers.read_with_plotdigitizer(picture, program)).all()

    def test_without_plotdigitizer_the_script_says_so(self, tmp_path, capsys):
        blocked = tmp_path / "file"
        blocked.write_text("no folder")
        assert peers.install_plotdigitizer(blocked) is None
        assert "plotdigitizer is left out" in capsys.readouterr().out


def simulate(count, seed):
    """Draw strengths, and nearness with a probability of their square."""
    rng = np.random.default_rng(seed)
    strength = rng.beta(4, 1, count)
    return strength, rng.random(count) < strength**2


class TestConfidence:
    def test_it_is_monotone_and_calibrated(self):
        table = release.confidence_table(*simulate(50_000, 0))
        assert 8 <= len(table.score) <= 16
        assert np.all(np.diff(table.score) > 0)
        assert np.all(np.diff(table.probability) >= 0)
        at = np.linspace(0.35, 0.95, 30)
        np.testing.assert_allclose(table.probability_of(at), at**2, atol=0.04)
        assert release.calibration_error(table, *simulate(50_000, 1)) < 0.01

    def test_the_calibration_error_is_the_gap_that_was_put_in(self):
        strength, near = simulate(50_000, 2)
        table = release.confidence_table(strength, near)
        sure = replace(table, probability=tuple([0.95] * len(table.score)))
        error = release.calibration_error(sure, strength, near)
        assert error == pytest.approx(0.95 - near.mean())

    @given(
        st.integers(0, 2**32),
        st.sampled_from([1, 5, 40, 255]),
        st.integers(1000, 3000),
    )
    def test_it_is_a_table_whatever_the_samples(self, seed, levels, count):
        """Few strengths, many of them alike, and nearness that falls with strength."""
        rng = np.random.default_rng(seed)
        strength = np.r_[rng.integers(0, levels + 1, count) / levels, 0.0, 1.0]
        near = rng.random(strength.size) > strength
        table = release.confidence_table(strength, near)
        assert 2 <= len(table.score) <= 16
        assert np.all(np.diff(table.probability) >= 0)
        assert table.probability_of(strength).mean() == pytest.approx(
            near.mean(), abs=0.1
        )

    @pytest.mark.parametrize("strength", [np.linspace(0, 1, 9), np.ones(999)])
    def test_too_few_samples_or_strengths_are_refused(self, strength):
        with pytest.raises(InputError, match=r"rows read, of .* draw more strips"):
            release.confidence_table(strength, strength > 0.5)


@pytest.fixture
def run(tmp_path):
    """Lay out a run of training: a checkpoint, and how Hydra was called."""
    stem = tmp_path / "run" / "best"
    spec = replace(networks.spec(), made={"steps": 7}, scores={"val/score": 0.5})
    checkpoint.save(stem, checkpoint.build(spec.architecture), spec)
    folder = stem.parent / ".hydra"
    folder.mkdir()
    config = {
        "seed": 4,
        "data": {"batch_size": 16, "recipe": {"rows_per_foot": [2.0, 12.0]}},
        "trainer": {"accumulate_grad_batches": 2},
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    overrides = ["experiment=release", "out=/secret/place", "seed=4"]
    (folder / "overrides.yaml").write_text(yaml.safe_dump(overrides))
    return stem


class TestRelease:
    def test_how_it_was_made_is_read_from_the_run(self, run):
        spec = release.describe(run, NetworkSpec.load(run.with_suffix(".json")), "x", 9)
        assert spec.rows_per_foot == (2.0, 12.0)
        assert spec.made["command"] == "veernet train experiment=release seed=4"
        assert (spec.made["seed"], spec.made["minutes"]) == (4, 9)
        assert (spec.made["steps"], spec.made["samples"]) == (7, 7 * 32)

    def test_a_checkpoint_without_its_run_is_refused(self, tmp_path):
        with pytest.raises(InputError, match="name a checkpoint in its run"):
            release.training_of(tmp_path / "best")

    def test_files_that_are_too_large_are_refused(self, run, monkeypatch):
        run.with_suffix(".onnx").write_bytes(b"0" * 1000)
        assert release.check_size(run) > 1000
        monkeypatch.setattr(release, "LARGEST", 999)
        with pytest.raises(InputError, match="more than 999"):
            release.check_size(run)

    @pytest.mark.slow
    def test_a_release_is_whole_calibrated_scored_and_the_same_again(
        self, run, tmp_path, monkeypatch, capsys
    ):
        small = Recipe(rows=96, columns=96, lines=("solid", "dot"), whole_track=True)
        monkeypatch.setattr(release, "read_recipe", lambda: small)
        made = []
        for name in ("one", "two"):
            out = tmp_path / name / "release"
            out.parent.mkdir()
            release.release(run, out, hardware="a test", minutes=1, count=4)
            made.append([p.read_bytes() for p in sorted(out.parent.iterdir())])
        assert made[0] == made[1]
        assert len(made[0]) == 3
        assert "engines agree" in capsys.readouterr().out
        _, spec = checkpoint.load(out)
        assert spec.confidence is not None
        assert spec.made["hardware"] == "a test"
        assert spec.scores["validation"] == {"val/score": 0.5}
        assert spec.scores["test"]["strips"] == 4
