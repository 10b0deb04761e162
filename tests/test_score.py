"""The verb ``score``: a trained network on a folder of pictures."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
import torch

from veernet.checkpoint import save
from veernet.cli import DONE, WRONG_INPUT, main
from veernet.model import make_plain_unet
from veernet.network import NetworkSpec, Output
from veernet.synth.dashes import BROKEN

SPEC = NetworkSpec(
    "two",
    {"target": "veernet.model.make_plain_unet", "classes": 3, "channels": [8, 8]},
    (Output("background"), Output("solid", ("solid",)), Output("dashed", BROKEN)),
    multiple=4,
)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a network that calls every pixel background."""
    model = make_plain_unet(classes=3, channels=[8, 8])
    with torch.no_grad():
        for weights in model.parameters():
            weights.zero_()
        last = list(model.parameters())[-1]
        last[0] = 10.0
    stem = tmp_path_factory.mktemp("network") / "last"
    save(stem, model, SPEC)
    return stem.with_suffix(".json")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Write a picture whose left half is background and whose right half is solid."""
    for name in ("images", "masks"):
        (tmp_path / name).mkdir()
    cv2.imwrite(str(tmp_path / "images" / "a.png"), np.full((32, 64), 200, np.uint8))
    mask = np.zeros((32, 64), np.uint8)
    mask[:, 32:] = 255
    cv2.imwrite(str(tmp_path / "masks" / "a.png"), mask)
    return tmp_path


def test_a_network_is_scored_by_class(
    network: Path, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = pictures / "scores.csv"
    options = ["--values", "0", "255", "127", "--size", "32", "32", "--out", str(out)]
    assert main(["score", str(network), str(pictures), *options]) == DONE
    table = pd.read_csv(out, index_col="class")
    assert table.loc["background", "iou"] == pytest.approx(0.5)
    assert table.loc["background", "area_ratio"] == pytest.approx(2)
    assert table.loc["solid", "iou"] == 0
    assert np.isnan(table.loc["dashed", "iou"])
    said = capsys.readouterr().out
    assert "background" in said
    assert "1 pictures" in said


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--size", "0", "32"], "--size 0 32"),
        (["--size", "30", "32"], "multiples of 4"),
        (["--overlap", "256"], "--overlap 256"),
        (["--values", "0", "255"], "3 classes"),
        (["--values", "0", "1", "2"], "255"),
    ],
)
def test_what_cannot_be_scored_is_told_in_a_line(
    network: Path,
    pictures: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    says: str,
) -> None:
    values = [] if "--values" in options else ["--values", "0", "255", "127"]
    line = ["score", str(network), str(pictures), *values, *options]
    assert main(line) == WRONG_INPUT
    (said,) = capsys.readouterr().err.splitlines()
    assert says in said


def test_a_network_that_is_not_there_is_told(
    pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = str(pictures / "last.json")
    assert main(["score", nowhere, str(pictures)]) == WRONG_INPUT
    assert "last.json" in capsys.readouterr().err
