"""The stochastic model does what its docstring says; real shapes come from LAS."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from veernet.errors import InputError
from veernet.synth import signals
from veernet.synth.signals import KINDS, MODELS, model_shape, read_shapes, smooth


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_shape(kind):
    a, b = (model_shape(np.random.default_rng(7), 500, 0.5, kind) for _ in range(2))
    np.testing.assert_array_equal(a, b)
    assert np.isfinite(a).all()


def test_kinds_differ_in_roughness_as_named():
    def roughness(kind):
        rng = np.random.default_rng(1)
        steps = [np.diff(model_shape(rng, 600, 0.5, kind)) for _ in range(40)]
        return np.median([np.abs(s).mean() for s in steps])

    assert roughness("active") > roughness("beds") > roughness("smooth")
    assert roughness("smooth") > roughness("quiet")


def test_beds_are_as_thick_as_the_model_says():
    rng = np.random.default_rng(2)
    model = signals.Model(bed=(10.0, 10.0))
    value, _ = signals._beds(rng, 200_000, 0.5, model)
    thickness = 0.5 * value.size / np.count_nonzero(np.diff(value))
    assert thickness == pytest.approx(10.0, rel=0.1)


def test_noise_has_unit_variance_and_the_correlation_length_asked_for():
    noise = signals.correlated_noise(np.random.default_rng(3), 400_000, 5.0)
    assert noise.std() == pytest.approx(1.0, abs=0.03)
    correlation = np.mean(noise[:-5] * noise[5:]) / noise.var()
    assert correlation == pytest.approx(np.exp(-1), abs=0.03)


def test_spikes_are_a_poisson_process_of_the_stated_rate():
    rng = np.random.default_rng(4)
    counts = [np.count_nonzero(signals._spikes(rng, 1000, 0.002)) for _ in range(300)]
    # A spike of half width 1, 2 or 3 covers 1, 3 or 5 samples, 3 in the mean.
    assert np.mean(counts) == pytest.approx(1000 * 0.002 * 3, rel=0.15)


def test_smoothing_keeps_a_constant_and_spreads_a_pulse():
    np.testing.assert_allclose(smooth(np.full(50, 3.0), 4.0), 3.0)
    pulse = np.zeros(101)
    pulse[50] = 1.0
    spread = smooth(pulse, 4.0)
    assert spread.sum() == pytest.approx(1.0)
    at = np.arange(101)
    assert np.sqrt(np.sum(spread * (at - 50) ** 2)) == pytest.approx(4.0, rel=0.02)


def test_models_are_given_for_every_kind():
    assert set(MODELS) == set(KINDS)


LAS = """~Version
 VERS. 2.0 :
 WRAP. NO :
~Well
 STRT.{unit} 0 :
 STOP.{unit} 299.5 :
 STEP.{unit} 0.5 :
 NULL. -999.25 :
~Curve
 DEPT.{unit} :
 GR.GAPI :
 FLAT. :
~ASCII
"""


def write_las(folder, unit="FT"):
    depth = np.arange(600) * 0.5
    gamma = 75 + 40 * np.sin(depth / 7)
    gamma[100] = -999.25
    lines = [f"{d:.2f} {g:.4f} 1.0" for d, g in zip(depth, gamma, strict=True)]
    (folder / "well.las").write_text(LAS.format(unit=unit) + "\n".join(lines) + "\n")


@pytest.mark.parametrize(("unit", "step"), [("FT", 0.5), ("M", 0.5 / 0.3048)])
def test_las_files_lend_their_curves_but_not_flat_ones(tmp_path, unit, step):
    write_las(tmp_path, unit)
    shapes = read_shapes(tmp_path)
    assert len(shapes.curves) == 1
    assert shapes.steps[0] == pytest.approx(step)


def test_a_window_of_a_real_curve_is_resampled_over_its_nulls(tmp_path):
    write_las(tmp_path)
    shapes = read_shapes(tmp_path)
    rng = np.random.default_rng(5)
    for _ in range(20):
        window = shapes.window(rng, 400, 0.1)
        assert window.shape == (400,)
        assert np.isfinite(window).all()
        # 40 at 7 ft: no step of 0.1 ft changes it by more than this share of a spread.
        assert np.abs(np.diff(window)).max() < 0.05


def test_windows_longer_than_every_curve_are_refused(tmp_path):
    write_las(tmp_path)
    with pytest.raises(InputError, match="no LAS curve has 1000 ft"):
        read_shapes(tmp_path).window(np.random.default_rng(0), 2000, 0.5)


def test_a_folder_without_curves_is_refused(tmp_path):
    with pytest.raises(InputError, match="no LAS file with a usable curve"):
        read_shapes(tmp_path)


@pytest.mark.real
def test_real_logs_lend_shapes_of_the_models_size():
    folder = os.environ.get("VEERNET_REAL")
    if not folder:
        pytest.skip("VEERNET_REAL is not set: it names the private folder of logs")
    shapes = read_shapes(Path(folder) / "las")
    rng = np.random.default_rng(0)
    windows = [shapes.window(rng, 300, 0.5) for _ in range(200)]
    assert np.median([np.ptp(w) for w in windows]) < 6
    assert np.quantile([np.abs(w).max() for w in windows], 0.9) < 20
