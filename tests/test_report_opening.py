"""The opening of the study's page: what was found, and pictures of it."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

from tests.study_folders import write_run, write_study
from veernet.checkpoint import save
from veernet.errors import InputError
from veernet.model import make_plain_unet
from veernet.network import NetworkSpec, Output
from veernet.study.report.document import Sources, make_document
from veernet.study.report.findings import findings
from veernet.study.report.strips import COUNT, draw_strips, find_networks
from veernet.study.results import read_study
from veernet.synth.dashes import BROKEN

SPEC = NetworkSpec(
    "study",
    {"target": "veernet.model.make_plain_unet", "classes": 3, "channels": [8, 8]},
    (Output("background"), Output("solid", ("solid",)), Output("dashed", BROKEN)),
    multiple=4,
)
DATA: dict[str, Any] = {
    "_target_": "veernet.synth.generated.GeneratedData",
    "_convert_": "all",
    "recipe": {
        "_target_": "veernet.synth.recipe.Recipe",
        "rows": 64,
        "columns": 96,
        "lines": ["solid", "broken"],
        "whole_track": True,
    },
    "samples": 10,
    "batch_size": 4,
    "train_share": 0.8,
    "seed": "${seed}",
}


def found_in(folder: Path) -> list[str]:
    return findings(make_document(read_study(folder), Sources(count=20)))


def with_network(run: Path, data: dict[str, Any] = DATA) -> None:
    save(run / "last", make_plain_unet(classes=3, channels=[8, 8]), SPEC)
    (run / ".hydra").mkdir()
    config = yaml.safe_dump({"seed": 3, "data": data})
    (run / ".hydra" / "config.yaml").write_text(config, "utf-8")


def test_the_losses_are_listed_from_the_best_to_the_worst(tmp_path: Path) -> None:
    write_study(tmp_path, ["dice", "tversky", "cross_entropy"])
    document = make_document(read_study(tmp_path), Sources(count=20))
    profile = document["profiles"]["small"]
    (line,) = (line for line in findings(document) if line.startswith("IoU"))
    named = {
        "Cross-entropy": "cross_entropy",
        "Dice": "dice",
        "Tversky (.3/.7)": "tversky",
    }
    values = {
        arm["title"]: profile["estimates"]["test/iou/curves"][at][0]
        for at, arm in enumerate(profile["arms"])
        if arm["title"] in named
    }
    places = sorted(values, key=line.index)
    assert places == sorted(values, key=lambda name: -values[name])
    assert all(f"{name} {value:.3f}" in line for name, value in values.items())


def test_nothing_is_found_where_nothing_was_trained(tmp_path: Path) -> None:
    write_study(tmp_path, ["none"])
    assert found_in(tmp_path) == []


def test_rates_of_their_own_are_told(tmp_path: Path) -> None:
    write_study(tmp_path, ["dice", "tversky"])
    assert "all at the learning rate 0.004" in found_in(tmp_path)[0]
    assert found_in(tmp_path)[0].startswith("2 losses, 2 seeds each")
    study = read_study(tmp_path)
    own = study.runs["loss"].map({"dice": 0.004, "tversky": 0.008})
    tuned = replace(study, runs=study.runs.assign(lr=own, base_lr=own))
    (line, *_) = findings(make_document(tuned, Sources(count=20)))
    assert "each at the learning rate that held-out pictures chose" in line


def test_pictures_are_of_the_networks_of_one_seed(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    write_study(tmp_path, ["dice", "tversky"])
    write_run(tmp_path, "dice", 0, lr=0.001)
    study = read_study(tmp_path)
    assert find_networks(study, tmp_path) is None
    for name in ("loss=dice,seed=0", "loss=dice,seed=1", "loss=tversky,seed=1"):
        with_network(tmp_path / name)
    trained = find_networks(study, tmp_path)
    assert trained is not None
    assert (trained.profile, trained.seed) == ("small", 1)
    assert [run.name for run in trained.runs.values()] == [
        "loss=dice,seed=1",
        "loss=tversky,seed=1",
    ]
    image, (width, height) = draw_strips(trained)
    with Image.open(io.BytesIO(image)) as picture:
        assert (picture.format, *picture.size) == ("PNG", width, height)
    assert len(trained.runs) + 1 < width / height * COUNT  # wider than high, each


def test_nothing_but_parts_of_the_package_is_called(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    write_study(tmp_path, ["dice", "tversky"])
    other = {**DATA, "recipe": {"_target_": "os.getcwd"}}
    for loss in ("dice", "tversky"):
        with_network(tmp_path / f"loss={loss},seed=0", other)
    trained = find_networks(read_study(tmp_path), tmp_path)
    assert trained is not None
    with pytest.raises(InputError, match="not trained on drawn strips"):
        draw_strips(trained)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    write_study(tmp_path, ["dice", "tversky"])
    with pytest.raises(InputError, match="there is no folder"):
        find_networks(read_study(tmp_path), tmp_path / "nowhere")
