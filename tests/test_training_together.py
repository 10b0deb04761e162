"""Two processes train one network together, whoever has started them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from torch import distributed

from tests.runs import run
from veernet.errors import InputError
from veernet.training import ranks

STUDY = [
    *("study=small", "model.channels=[4,4]", "data.recipe.rows=64"),
    *("data.recipe.columns=96", "data.batch_size=2", "data.samples=10"),
    *("data.test_samples=4", "data.kept=null", "data.workers=0"),
    *("trainer=ddp", "trainer.accelerator=cpu", "trainer.devices=2"),
    *("trainer.precision=32-true", "trainer.enable_progress_bar=false"),
    *("trainer.max_epochs=1", "trainer.check_val_every_n_epoch=1", "out=study"),
    "hydra.sweep.subdir=${hydra:job.num}",
]


def _study(folder: Path, starter: list[str], *more: str) -> list[dict[str, object]]:
    """Run a small study with a starter, and return what its runs tell."""
    done = subprocess.run(
        [sys.executable, *starter, "-m", "veernet", "train", *STUDY, *more],
        cwd=folder,
        env={
            **{k: v for k, v in os.environ.items() if k not in ranks.LEFT},
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "OMP_NUM_THREADS": "1",
        },
        capture_output=True,
        text=True,
        timeout=3000,  # a guard alone: on a busy machine it may take minutes
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count(": trained\n") == len(more) + 1
    reported = []
    for path in sorted((folder / "study").glob("*/run.json")):
        whole = {name.name for name in path.parent.iterdir()}
        assert whole >= {"last.safetensors", "scored.json", "masks.parquet"}
        assert "resume.ckpt" not in whole
        # Four of the eight pictures are each process's: two steps, not four.
        assert json.loads((path.parent / "last.json").read_text())["made"]["steps"] == 2
        reported.append(json.loads(path.read_text()))
    return reported


def test_a_sweep_of_a_study_in_processes_that_lightning_starts(tmp_path: Path) -> None:
    reported = _study(tmp_path, [], "loss=dice,tversky")
    assert [run["labels"]["loss"] for run in reported] == ["dice", "tversky"]


def test_a_study_in_processes_that_torchrun_starts(tmp_path: Path) -> None:
    starter = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    # Else the name of the machine is asked for, which need not be known to itself.
    starter.append("--local-addr=127.0.0.1")
    (reported,) = _study(tmp_path, starter)
    assert reported["train_samples"] == 8


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"devices": 99_999}, r"trainer\.devices=99999: a process on a processor"),
        ({"accumulate_grad_batches": 0}, r"accumulate_grad_batches=0: give 1 or more"),
        ({"check_val_every_n_epoch": 0}, r"check_val_every_n_epoch=0: give 1 or more"),
        ({"accelerator": "tpu"}, "the trainer cannot be made as it is set"),
        (
            {"val_check_interval": 99},
            "cannot run as it is set: .val_check",
        ),
    ],
)
def test_what_no_processes_can_do_is_told_before_any_is_started(
    settings: dict[str, object], says: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=says):
        run(tmp_path, trainer=settings)


def test_the_first_process_is_known_by_its_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ranks.LEFT:
        monkeypatch.delenv(name, raising=False)
    assert ranks.is_first()
    for name in ranks.STARTED:
        monkeypatch.setenv(name, "0")
        assert ranks.is_first()
    monkeypatch.setenv("NODE_RANK", "1")
    assert not ranks.is_first()


def test_the_port_of_a_training_is_held_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ranks.LEFT:
        monkeypatch.delenv(name, raising=False)
    with ranks.alone_again():
        port = int(os.environ["MASTER_PORT"])
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("", port))
        made = distributed.TCPStore  # type: ignore[attr-defined]
        store = made("127.0.0.1", port, 1, is_master=True, wait_for_workers=False)
        store.set("met", "here")
        assert store.get("met") == b"here"
    assert "MASTER_PORT" not in os.environ
    monkeypatch.setenv("MASTER_PORT", "29500")
    with ranks.alone_again():
        assert os.environ["MASTER_PORT"] == "29500"
    assert os.environ["MASTER_PORT"] == "29500"


def test_what_a_start_of_processes_leaves_behind_is_cleared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ranks.LEFT:
        monkeypatch.delenv(name, raising=False)
    with ranks.alone_again():
        os.environ.update(LOCAL_RANK="0", WORLD_SIZE="2", MASTER_PORT="1")
    assert not set(ranks.LEFT) & set(os.environ)
    monkeypatch.setenv("RANK", "0")
    with ranks.alone_again():
        monkeypatch.setenv("WORLD_SIZE", "2")
    assert os.environ["WORLD_SIZE"] == "2"
