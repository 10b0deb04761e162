"""The release step measures what it says it does, and gives the same bytes again."""

from dataclasses import replace

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import release
from benchmark.definitions import GeneratedSet, generated_set
from tests import networks
from veernet import checkpoint
from veernet.errors import InputError
from veernet.network import NetworkSpec
from veernet.synth.recipe import Recipe


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

    def test_confidence_is_measured_on_its_sets_in_turn(self):
        separate, many, two, one = map(generated_set, release.CALIBRATED_ON)
        (apart,), (mixed,), (alone,) = separate.recipes, two.recipes, one.recipes
        wanted = [r for part in many.recipes for r in (apart, part, mixed, alone)]
        assert release.calibration_recipes() == tuple(wanted)

    @pytest.mark.slow
    def test_a_release_is_whole_calibrated_scored_and_the_same_again(
        self, run, tmp_path, monkeypatch, capsys
    ):
        small = Recipe(rows=96, columns=96, lines=("solid", "dot"), whole_track=True)
        strips = GeneratedSet(name="", about="", count=4, seed=0, recipes=(small,))
        monkeypatch.setattr(release, "scored_set", lambda: strips)
        monkeypatch.setattr(release, "calibration_recipes", lambda: (small,))
        made = []
        for name in ("one", "two"):
            out = tmp_path / name / "release"
            out.parent.mkdir()
            release.release(
                run, out, hardware="a test", minutes=1, count=4, calibrated=True
            )
            made.append([p.read_bytes() for p in sorted(out.parent.iterdir())])
        assert made[0] == made[1]
        assert len(made[0]) == 3
        assert "engines agree" in capsys.readouterr().out
        _, spec = checkpoint.load(out)
        assert spec.confidence is not None
        assert spec.made["hardware"] == "a test"
        assert spec.scores["validation"] == {"val/score": 0.5}
        assert spec.scores["test"]["strips"] == 4
