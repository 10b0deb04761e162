"""What a user wrote for a training is told in one line, with exit code 2."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Dict, List  # noqa: UP035

import cv2
import numpy as np
import pytest
import torch
from omegaconf import OmegaConf

from tests.networks import TwoLinesData
from tests.runs import run
from veernet.cli import WRONG_INPUT
from veernet.cli.kinds import check_kinds
from veernet.errors import InputError
from veernet.synth.dataset import make_loader
from veernet.synth.folder import read_folder
from veernet.training.given import check_resumed, lone_values, named_as
from veernet.training.schedule import cosine

WRONG = [
    (["loss=tversky", "loss.alpha=abc"], "loss.alpha=abc: give a number"),
    (["optimizer.lr=abc"], "optimizer.lr=abc: give a number"),
    (["trainer.max_epochs=abc"], "trainer.max_epochs=abc: give a whole number or null"),
    (["data.batch_size=abc"], "data.batch_size=abc: give a whole number"),
    (["data.batch_size=1.5"], "data.batch_size=1.5: give a whole number"),
    (["overwrite=1"], "overwrite=1: give true or false"),
    (["optimizer.lr=nan"], "optimizer.lr=nan: give a number"),
    (["data.recipe.dpi=300"], "dpi=300: give a list of 2, each a number or null"),
    (["model.width=abc"], "model.width=abc: give a whole number"),
    (["loss.weights.tversky=abc"], "loss.weights.tversky=abc: give a number"),
    (["outputs.class_weights=[1,abc]"], "class_weights=[1, 'abc']: give a list, each"),
    (["loss=lovasz", "loss.classes=some"], "loss.classes=some: give present or all"),
    (["start=5"], "start=5: give a path or null: in quotes of its own"),
    (["averaging=1.5"], "averaging=1.5"),
    (["data.samples=8"], "0 held out, and it takes a batch of 16 and one"),
    (["data.recipe.dpi=[0,0]"], "data.recipe.dpi=[0, 0]: give numbers above 0"),
    (["data.train_share=1.5"], "data.train_share=1.5: give a share, 0 to 1"),
    (["data.label_width=-1"], "data.label_width=-1: give more than 0 columns"),
    (["loss.gamma=-1", "loss=tversky"], "gamma is -1"),
    (["data=folder", "data.folder=none"], "no picture in none"),
    (["data=folder", "data.folder=none", "data.batch_size=0"], "no picture"),
    (["data.batch_size=0"], "give 1 or more"),
    (["optimizer._target_=torch.optim.None"], "cannot be made as it is set"),
]

ONE_BY_ONE = """
import contextlib, io, json, sys
from veernet.cli import main
told = []
for overrides in json.loads(sys.argv[1]):
    with contextlib.redirect_stderr(io.StringIO()) as said:
        code = main(["train", *overrides, "out=run"])
    told.append((code, said.getvalue()))
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, str]]:
    """Return the exit code and the lines that every wrong training ends with.

    In a process of their own: Hydra sets up the logging of the whole process.
    """
    done = subprocess.run(
        [sys.executable, "-c", ONE_BY_ONE, json.dumps([each for each, _ in WRONG])],
        cwd=tmp_path_factory.mktemp("given"),
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[tuple[int, str]] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("case", range(len(WRONG)))
def test_what_cannot_be_made_is_one_line(
    case: int, answers: list[tuple[int, str]]
) -> None:
    code, reported = answers[case]
    assert code == WRONG_INPUT
    assert WRONG[case][1] in reported
    assert reported.count("\n") == 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"seed": -1}, "seed -1"),
        ({"trainer": {"accelerator": "gpu"}}, "the trainer cannot be made"),
        ({"trainer": {"precision": "abc"}}, "the trainer cannot be made"),
        ({"resume": "none.ckpt"}, r"there is no file none\.ckpt"),
        (
            {"optimizer": functools.partial(torch.optim.AdamW, lr=-1)},
            "optimiser cannot be made as it is set: Invalid learning rate: -1",
        ),
        (
            {"schedule": functools.partial(cosine, warm_up=1.5)},
            r"schedule\.warm_up=1\.5: give a share of the run",
        ),
    ],
)
def test_what_no_trainer_can_do_is_told(
    changes: dict[str, object], says: str, tmp_path: Path
) -> None:
    if "gpu" in str(changes) and torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(InputError, match=says):
        run(tmp_path, **changes)


def test_data_of_other_channels_are_told(tmp_path: Path) -> None:
    data = TwoLinesData()
    data.channels = ("red", "green", "blue")  # type: ignore[attr-defined]
    says = "network takes darkness, and the data are of red, green, blue"
    with pytest.raises(InputError, match=says):
        run(tmp_path, data=data)


def plainly_annotated(table: Dict, anything: object = 1, each: List = ()) -> None:  # type: ignore[type-arg]  # noqa: UP006
    """Take what its annotations say little of, as code that is not ours may."""


def test_annotations_that_say_little_refuse_little() -> None:
    config = OmegaConf.create(
        {
            "_target_": f"{__name__}.plainly_annotated",
            "table": {"a": {"b": 1}},
            "anything": 2,
            "each": [1, "x"],
        }
    )
    check_kinds(config)
    config.table = 3
    with pytest.raises(InputError, match="table=3: give a mapping"):
        check_kinds(config)


def test_fewer_processes_than_none_are_told() -> None:
    pictures = TwoLinesData().train_dataloader().dataset
    with pytest.raises(InputError, match=r"data\.workers=-1: give 0 or more"):
        make_loader(pictures, 2, -1)


def test_windows_that_a_network_cannot_halve_are_told(tmp_path: Path) -> None:
    data = TwoLinesData()
    data.rows = 33
    with pytest.raises(
        InputError, match=r"data\.rows=33: this network takes multiples"
    ):
        run(tmp_path, data=data)


def test_a_folder_with_a_network_is_not_trained_into(tmp_path: Path) -> None:
    (tmp_path / "best.json").touch()
    with pytest.raises(InputError, match="holds a network: name another folder"):
        run(tmp_path, overwrite=False)


def test_a_state_of_other_outputs_is_not_gone_on_with(tmp_path: Path) -> None:
    module = torch.nn.Linear(3, 2)
    state = {"state_dict": torch.nn.Linear(3, 4).state_dict()}
    torch.save(state, tmp_path / "resume.ckpt")
    with pytest.raises(InputError, match=r"weight is \(4, 3\) there and \(2, 3\) here"):
        check_resumed(tmp_path / "resume.ckpt", module)
    torch.save({"state_dict": module.state_dict()}, tmp_path / "resume.ckpt")
    check_resumed(tmp_path / "resume.ckpt", module)
    (tmp_path / "resume.ckpt").write_bytes(b"no zip")
    with pytest.raises(InputError, match="cannot be read as the state of a run"):
        check_resumed(tmp_path / "resume.ckpt", module)


def test_batch_normalisation_of_one_value_says_what_to_do() -> None:
    layer = torch.nn.BatchNorm2d(2).train()
    with pytest.raises(InputError, match=r"data\.batch_size=2"), lone_values():
        layer(torch.zeros(1, 2, 1, 1))
    with pytest.raises(ValueError, match="another"), lone_values():
        raise ValueError("another")  # noqa: EM101, TRY003, RUF100


def test_a_defect_of_ours_is_not_called_the_users() -> None:
    with pytest.raises(KeyError), named_as("a part", ValueError):
        raise KeyError


@pytest.mark.parametrize(
    ("suffix", "bands", "kind", "says"),
    [
        (".tif", 4, np.uint8, "has 4 bands, of which three are read"),
        (".png", 4, np.uint8, "has 4 bands, of which three are read"),
        (".png", 3, np.uint16, "has samples of 16 bits"),
        (".tif", 1, np.uint16, "has samples of 16 bits"),
        (".png", 3, np.uint8, ""),
        (".png", 1, np.uint8, ""),
        (".tif", 3, np.uint8, ""),
    ],
)
def test_pictures_of_which_a_part_would_be_dropped(
    suffix: str, bands: int, kind: type, says: str, tmp_path: Path
) -> None:
    for name in ("images", "masks"):
        (tmp_path / name).mkdir()
    picture = np.random.default_rng(1).integers(0, 250, (8, 8, bands)).astype(kind)
    cv2.imwrite(str(tmp_path / f"images/a{suffix}"), picture)
    cv2.imwrite(str(tmp_path / "masks/a.png"), np.zeros((8, 8), dtype=np.uint8))
    colours = ("red", "green", "blue")
    if says:
        with pytest.raises(InputError, match=says):
            read_folder(tmp_path, channels=colours)
    else:
        assert read_folder(tmp_path, channels=colours)["a"].image.shape == (8, 8, 3)
