"""Networks on whole pictures: tiles joined, scores, sheets, and a run on a folder."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import nn

import regions
from tests import logs
from tests.test_configs import composed
from veernet.checkpoint import load
from veernet.cli import DONE, WRONG_INPUT, main
from veernet.errors import InputError
from veernet.network import NetworkSpec, picture_outputs
from veernet.study.town import NAMES, PALETTE, write_aerial
from veernet.synth.masks import parse_colour
from veernet.synth.windows import LabelledPicture
from veernet.training.pictures import beside, blend, side_by_side
from veernet.training.score_pictures import CAPTION, draw_sheet, predict, score_pictures

COLOUR = ("red", "green", "blue")
SPEC = NetworkSpec(
    "brightest", {}, picture_outputs(["red", "green", "blue"]), COLOUR, multiple=8
)


class Brightest(nn.Module):
    """Says that a pixel is of the channel that is brightest in it, for certain."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return 1000 * image


def picture(rows=50, columns=70, seed=0) -> LabelledPicture:
    rng = np.random.default_rng(seed)
    mask = rng.integers(0, 3, (rows // 10 + 1, columns // 10 + 1))
    mask = mask.repeat(10, axis=0).repeat(10, axis=1)[:rows, :columns]
    image = np.where(np.eye(3, dtype=bool)[mask], 200, 50).astype(np.uint8)
    return LabelledPicture("drawn", image, mask, np.full((0, rows), np.nan), ())


@pytest.mark.parametrize("overlap", [0, 6])
@pytest.mark.parametrize("shape", [(50, 70), (16, 90), (9, 11)])
def test_tiles_join_to_the_whole_picture(shape, overlap):
    given = picture(*shape)
    found = predict(
        Brightest(), SPEC, given.image, size=(24, 32), overlap=overlap, batch_size=2
    )
    assert found.shape == (3, *shape)
    np.testing.assert_array_equal(found.argmax(axis=0), given.mask)
    np.testing.assert_allclose(found.sum(axis=0), 1, rtol=1e-5)


def test_a_network_that_is_right_has_perfect_scores():
    scores = score_pictures(Brightest(), SPEC, [picture(), picture(seed=1)])
    for values in (scores.iou, scores.coverage, scores.edge_f1):
        np.testing.assert_array_equal(values, 1)
    np.testing.assert_array_equal(scores.edge_band, 0)


@pytest.mark.parametrize(
    ("image", "size", "match"),
    [
        (np.zeros((40, 40), np.uint8), (32, 32), "the picture has 1 channels"),
        (np.zeros((40, 40, 3), np.uint8), (30, 32), "takes multiples of 8 pixels"),
    ],
)
def test_what_a_network_cannot_take_is_refused(image, size, match):
    with pytest.raises(InputError, match=match):
        predict(Brightest(), SPEC, image, size=size)


def test_a_sheet_shows_picture_truth_and_each_network():
    given = [picture(), picture(seed=1)]
    networks = {"one": (Brightest(), SPEC), "other": (Brightest(), SPEC)}
    sheet = draw_sheet(given, networks, palette=PALETTE[:3], size=(32, 32))
    assert sheet.shape == (CAPTION + 50 + 4 + 50, 4 * 70 + 3 * 4, 3)
    first = sheet[CAPTION : CAPTION + 50]
    np.testing.assert_array_equal(first[:, :70], given[0].image)
    truth = np.array([parse_colour(c) for c in PALETTE])[given[0].mask]
    for start in (74, 148, 222):
        np.testing.assert_array_equal(first[:, start : start + 70], truth)
    heading = sheet[:CAPTION]
    assert all((heading[:, s : s + 70] == 0).any() for s in (0, 74, 148, 222))


@pytest.mark.parametrize(
    ("pictures", "networks", "palette", "match"),
    [
        ([], {"one": (Brightest(), SPEC)}, None, "0 pictures of 1 networks"),
        ([picture()], {}, None, "1 pictures of 0 networks"),
        (
            [picture(), picture(40, 40)],
            {"one": (Brightest(), SPEC)},
            None,
            r"have the sizes \[\(40, 40\), \(50, 70\)\]",
        ),
        ([picture()], {"one": (Brightest(), SPEC)}, PALETTE, "6 colours .* 3 classes"),
    ],
)
def test_a_sheet_of_nothing_is_refused(pictures, networks, palette, match):
    with pytest.raises(InputError, match=match):
        draw_sheet(pictures, networks, palette=palette)


def test_classes_are_blended_by_their_shares():
    colours = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    shares = torch.tensor([[[1.0, 0.25, 0.0]], [[0.0, 0.75, 0.0]]])
    mixed = blend(shares, colours)[:, 0]
    expected = [[1.0, 0.25, 0.0], [0.0, 0.0, 0.0], [0.0, 0.75, 0.0]]
    torch.testing.assert_close(mixed, torch.tensor(expected))
    assert (
        len({tuple(c) for c in blend(torch.eye(6)[:, None]).squeeze(1).T.tolist()}) == 6
    )


def test_ignored_pixels_have_no_colour_beside_any_number_of_predictions():
    image, mask = torch.rand(3, 8, 8), torch.full((8, 8), -100)
    shares = torch.full((6, 8, 8), 1 / 6)
    drawn = side_by_side(image, mask, shares, shares, background=False)
    assert drawn.shape == (3, 8, 4 * 8 + 3 * 4)
    assert torch.equal(drawn[..., :8], image)
    assert not drawn[..., 12:20].any()
    assert drawn[..., 24:32].any()
    grey = side_by_side(image[:1], mask, shares)
    torch.testing.assert_close(
        grey[:, :, 12:20], (1 - 0.35 * image[:1]).expand(3, 8, 8)
    )


def test_views_stand_beside_each_other():
    one, other = torch.ones(3, 2, 5), torch.full((3, 2, 1), 0.5)
    assert beside([one, other]).shape == (3, 2, 10)


@pytest.fixture(scope="module")
def towns(tmp_path_factory):
    folder = tmp_path_factory.mktemp("towns")
    write_aerial(folder, 5, 2, rows=80, columns=72, tiles=2)
    return folder


TINY = [
    "experiment=six_classes_small",
    "model.encoder_name=tu-test_efficientnet",
    "data.rows=64",
    "data.columns=64",
    "data.samples=4",
    "data.batch_size=2",
    "data.workers=0",
    "trainer.max_epochs=1",
    "trainer.check_val_every_n_epoch=1",
    "trainer.precision=32-true",
    "trainer.enable_progress_bar=false",
    "trainer.log_every_n_steps=1",
]


@pytest.fixture(scope="module")
def runs(towns, tmp_path_factory):
    """Train two steps by the command line, with two losses."""
    out = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["veernet"])
        for loss in ("cross_entropy", "dice"):
            extra = [f"loss={loss}", f"data.folder={towns}", f"out={out / loss}"]
            assert main(["train", *TINY, *extra]) == DONE
    return out


def test_a_folder_is_trained_on_by_the_command_line(runs):
    network, spec = load(runs / "dice" / "best")
    assert [output.name for output in spec.outputs] == list(NAMES)
    assert spec.input_channels == COLOUR
    assert spec.made["steps"] == 2
    assert {f"val/iou/{name}" for name in ("land", "road")} <= set(spec.scores)
    with torch.no_grad():
        assert network(torch.zeros(1, 3, 64, 64)).shape == (1, 6, 64, 64)


def test_runs_are_scored_and_drawn_beside_each_other(runs, tmp_path, capsys):
    names = [str(runs / name) for name in ("cross_entropy", "dice")]
    regions.main([*names, "--out", str(tmp_path)])
    assert "| cross_entropy |" in capsys.readouterr().out
    table = pd.read_csv(tmp_path / "regions.csv")
    assert len(table) == 2 * 7
    assert set(table["loss"]) == {"cross_entropy", "dice"}
    assert set(table["seed"]) == {0}
    assert set(table["steps"]) == {2}
    assert table[["commit", "device"]].notna().all(axis=None)
    with Image.open(tmp_path / "regions.png") as sheet:
        assert sheet.size == (4 * 72 + 3 * 4, CAPTION + 80)


def test_two_runs_of_one_name_are_not_scored_as_one(runs, tmp_path):
    with pytest.raises(InputError, match="dice is the name of two runs"):
        regions.main([*[str(runs / "dice")] * 2, "--out", str(tmp_path)])


def test_digitise_says_in_one_line_that_a_network_reads_no_lines(
    runs, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    scan, registration = logs.draw(tmp_path)
    arguments = ["--registration", str(registration), "--out", "well.las"]
    weights = ["--weights", str(runs / "dice" / "best"), "--engine", "torch"]
    assert main(["digitise", str(scan), *arguments, *weights]) == WRONG_INPUT
    said = capsys.readouterr().err.strip().split("\n")
    assert len(said) == 1
    assert "reads no lines, its classes are building, land, road" in said[0]
    assert not Path("well.las").exists()


def test_the_classes_of_a_folder_are_those_of_the_outputs():
    config = composed(
        "data=folder", "outputs=classes", "outputs.names=[a,b,c]", "outputs.ignore=b"
    )
    assert config.data.names == ["a", "b", "c"]
    assert config.data.ignore == "b"
    assert composed("data=folder").data.names is None
