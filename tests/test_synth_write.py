"""What is written to disk is read back by the pipeline, and says what was drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from PIL import Image

from tests.test_synth_dataset import CONFIGS
from veernet.export.lasread import read_las
from veernet.quantities import is_impossible
from veernet.records import Scan
from veernet.rectify import panels
from veernet.registration import load_registrations
from veernet.synth.curves import Manner
from veernet.synth.dataset import OUTPUTS, class_of_line, sample_rng
from veernet.synth.degrade import Scanner
from veernet.synth.recipe import Recipe
from veernet.synth.sample import draw_sample, write_sample
from veernet.synth.strips import draw_strip
from veernet.synth.write import write_set

RECIPE = Recipe(
    rows=128, columns=200, lines=("solid", "broken"), whole_track=True, tilt=0.0
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("set")
    write_set(out, 6, 3, recipe=RECIPE)
    return out


def read(path):
    with Image.open(path) as image:
        return np.array(image)


def names(folder):
    return sorted(p.stem for p in folder.glob("*.yaml"))


def test_a_set_has_everything_for_each_strip(folder):
    assert names(folder) == [f"strip{i:04d}" for i in range(6)]
    for name in names(folder):
        for file in (f"images/{name}.png", f"masks/{name}.png"):
            assert read(folder / file).shape == (128, 200)


def test_the_same_seed_writes_the_same_bytes(folder, tmp_path):
    write_set(tmp_path, 6, 3, recipe=RECIPE)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        assert (tmp_path / path.relative_to(folder)).read_bytes() == path.read_bytes()


def test_registration_and_las_give_back_the_true_columns(folder):
    """Value to fraction to column, at each depth of the LAS, meets the column table."""
    for name in names(folder):
        (registration,) = load_registrations(folder / f"{name}.yaml")
        log = read_las(folder / f"{name}.las")
        values = dict(log.values)
        truth = pd.read_csv(folder / f"{name}.csv")
        rows = registration.depth.row_at(log.depth)
        for track in registration.tracks:
            left, right = registration.edges_at(track, rows)
            for spec in track.curves:
                unfolded = spec.scale.fraction_at(values[spec.mnemonic])
                fraction = unfolded - np.floor(unfolded) * spec.wraps
                column = left + fraction * (right - left)
                known = truth[spec.mnemonic].to_numpy()
                nearest = np.rint(rows).astype(int)
                level = np.abs(rows - nearest) < 0.02
                level &= np.isfinite(known[nearest])
                error = np.abs(column - known[nearest])[level]
                assert error.size == 0 or np.quantile(error, 0.9) < 0.5


def test_strips_are_those_of_the_stream_that_was_named(folder):
    strip = draw_strip(RECIPE, sample_rng(3, "test", 0))
    written = read(folder / "images/strip0000.png")
    np.testing.assert_array_equal(written, strip.image)
    mask = read(folder / "masks/strip0000.png")
    np.testing.assert_array_equal(mask, strip.mask(class_of_line(OUTPUTS)))


def test_panels_of_a_written_strip_show_the_strip_itself(folder):
    (registration,) = load_registrations(folder / "strip0001.yaml")
    image = read(folder / registration.image)
    (panel,) = panels(Scan.from_array(image), registration)
    assert abs(panel.image.shape[0] - image.shape[0]) <= 1


def test_the_synth_config_writes_the_test_set(tmp_path):
    out = [f"out={tmp_path / 'out'}", "count=2"]
    with initialize_config_dir(str(CONFIGS.resolve()), version_base="1.3"):
        config = compose("synth", out)
    instantiate(config)
    for name in names(tmp_path / "out"):
        (registration,) = load_registrations(tmp_path / "out" / f"{name}.yaml")
        solid, dashed = registration.tracks[0].curves
        assert solid.line == "solid"
        assert dashed.line != "solid"


def test_the_sample_is_one_bit_and_the_same_for_a_seed(tmp_path):
    for part in ("a", "b"):
        write_sample(tmp_path / part, seed=1, rows=400)
    for file in ("sample.tif", "sample.yaml", "sample.las"):
        first = (tmp_path / "a" / file).read_bytes()
        assert first == (tmp_path / "b" / file).read_bytes()
    with Image.open(tmp_path / "a" / "sample.tif") as image:
        assert image.mode == "1"
        assert image.info["compression"] == "group4"
        assert image.info["dpi"] == (200, 200)


def test_the_ink_of_the_sample_lies_on_its_las_on_a_turned_page():
    image, registration, drawn = draw_sample(np.random.default_rng(4), 1000)
    panel = next(iter(panels(Scan.from_array(image), registration)))
    rows = np.arange(panel.image.shape[0])
    fraction = np.interp(
        panel.row_start + rows - 220, drawn["GR"].rows, drawn["GR"].fraction
    )
    column = panel.margin + (fraction - np.floor(fraction)) * panel.width
    at = np.rint(column).astype(int)
    assert (panel.image[rows, at] < 128).mean() > 0.9
    assert (panel.image[rows, np.maximum(at - 25, 0)] < 128).mean() < 0.4


def test_the_scanner_of_the_recipe_is_used(tmp_path):
    clean = Recipe(rows=64, columns=64, clutter=0, scanner=Scanner(severity=0.0))
    write_set(tmp_path, 1, recipe=clean)
    image = read(tmp_path / "images/strip0000.png")
    assert image.max() == 255


def test_a_curve_that_wraps_below_zero_is_given_a_quantity_that_can_be(tmp_path):
    rough = Manner(wrap=1.0, spread=(0.5, 0.9))
    write_set(tmp_path, 12, 5, recipe=replace(RECIPE, lines=(), manner=rough))
    below = []
    for name in names(tmp_path):
        (registration,) = load_registrations(tmp_path / f"{name}.yaml")
        log = read_las(tmp_path / f"{name}.las")
        values = dict(log.values)
        for spec in registration.tracks[0].curves:
            fraction = spec.scale.fraction_at(values[spec.mnemonic])
            assert not is_impossible(spec, fraction).any()
            below.append(bool((values[spec.mnemonic] < 0).any()))
    assert any(below)
