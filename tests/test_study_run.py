"""A run of the study: done once, resumed where it stopped, one process at a time."""

from __future__ import annotations

import functools
import json
import logging
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import pandas as pd
import pytest
import torch
from filelock import FileLock

from tests.figures import curve_figures, mask_figures
from tests.study_folders import write_run, write_study
from veernet.errors import InputError
from veernet.losses import DiceLoss
from veernet.network import NetworkSpec, Output
from veernet.study import run as module
from veernet.study.landscape import Settings, read_landscape
from veernet.study.parts import CURVES, LANDSCAPE, MASKS, RUN, SCORED
from veernet.study.results import read_study
from veernet.study.run import run
from veernet.study.scores import AllBackground
from veernet.synth.dashes import BROKEN
from veernet.synth.generated import GeneratedData
from veernet.synth.recipe import Recipe
from veernet.training.schedule import constant

SPEC = NetworkSpec(
    "study",
    {"target": "veernet.model.make_plain_unet", "classes": 3, "channels": [8, 8]},
    (Output("background"), Output("solid", ("solid",)), Output("dashed", BROKEN)),
    multiple=4,
)
TWO = Recipe(rows=64, columns=96, lines=("solid", "broken"), whole_track=True)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> GeneratedData:
    kept = tmp_path_factory.mktemp("kept")
    return GeneratedData(
        TWO, 10, 0.8, batch_size=4, workers=0, test_samples=3, kept=kept
    )


def arm(data: GeneratedData, out: Path, **changes: Any) -> None:
    options = {
        "accelerator": "cpu",
        "max_epochs": 1,
        "num_sanity_val_steps": 0,
        "log_every_n_steps": 1,
        "enable_progress_bar": False,
        "enable_model_summary": False,
        **changes.pop("trainer", {}),
    }
    arguments: dict[str, Any] = {
        "labels": {"profile": "tiny", "loss": "dice"},
        "spec": SPEC,
        "data": data,
        "out": out,
        "loss": DiceLoss(),
        "trainer": functools.partial(lightning.Trainer, **options),
        "optimizer": functools.partial(torch.optim.AdamW, lr=1e-3),
        "schedule": constant,
    }
    run(**{**arguments, **changes})


@pytest.fixture(scope="module")
def study(data: GeneratedData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two trained arms, one of them with two seeds, and the one that does nothing."""
    folder = tmp_path_factory.mktemp("study")
    arm(data, folder / "dice,0", seed=0)
    arm(data, folder / "dice,1", seed=1)
    arm(data, folder / "fast,0", labels={"profile": "tiny", "loss": "dice", "lr": 0.1})
    none = {"profile": "tiny", "loss": "none"}
    arm(data, folder / "none", labels=none, arm="background")
    return folder


def test_a_run_leaves_its_network_its_scores_and_what_made_it(study: Path) -> None:
    out = study / "dice,1"
    made = json.loads((out / RUN).read_text())
    assert made["labels"] == {"profile": "tiny", "loss": "dice"}
    assert made["seed"] == 1
    assert made["train_samples"] == 8
    assert made["minutes"] > 0
    assert {"commit", "device", "threads", "version"} <= made.keys()
    masks, curves = (pd.read_parquet(out / name) for name in (MASKS, CURVES))
    assert masks.groupby("set")["picture"].nunique().to_dict() == {
        "held-out": 2,
        "test": 3,
    }
    assert set(curves["tracer"]) == {"dp", "skeleton", "rows"}
    assert (out / "last.safetensors").is_file()
    assert not (out / "resume.ckpt").exists()


def test_a_finished_run_is_not_done_again(
    study: Path, data: GeneratedData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "train", None)
    monkeypatch.setattr(module, "score", None)
    before = (study / "dice,0" / CURVES).read_bytes()
    arm(data, study / "dice,0", seed=0)
    assert (study / "dice,0" / CURVES).read_bytes() == before


def test_scores_that_are_missing_are_made_of_the_network_that_is_there(
    data: GeneratedData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arm(data, tmp_path)
    before = pd.read_parquet(tmp_path / CURVES)
    (tmp_path / SCORED).unlink()
    (tmp_path / CURVES).unlink()
    monkeypatch.setattr(module, "train", None)
    arm(data, tmp_path)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / CURVES), before)


def test_a_run_that_was_cut_short_goes_on_from_its_last_validation(
    data: GeneratedData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cut(lightning.Callback):
        def on_train_epoch_start(self, trainer, pl_module):
            if trainer.current_epoch == 1:
                raise KeyboardInterrupt

    two = {"max_epochs": 2}
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        arm(data, tmp_path / "cut", trainer=two, callbacks=[Cut()])
    assert (tmp_path / "cut" / "resume.ckpt").is_file()
    assert not (tmp_path / "cut" / RUN).exists()
    steps: list[int] = []

    class Count(lightning.Callback):
        def on_train_batch_end(self, trainer, *_):
            steps.append(trainer.global_step)

    arm(data, tmp_path / "cut", trainer=two, callbacks=[Count()])
    assert steps == [3, 4]
    assert json.loads((tmp_path / "cut" / RUN).read_text())["resumed"]
    assert (tmp_path / "cut" / SCORED).is_file()


def test_a_run_that_another_process_works_on_is_passed_over(
    data: GeneratedData, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with FileLock(tmp_path / "lock"), caplog.at_level(logging.WARNING):
        arm(data, tmp_path)
    assert "another process" in caplog.text
    assert not (tmp_path / RUN).exists()


def test_a_landscape_is_measured_of_a_run_that_is_done(
    study: Path, data: GeneratedData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "train", None)
    few = Settings(
        slice_pictures=4,
        directions=2,
        ladder=(0.1, 0.4),
        gradient_pictures=4,
        worst_steps=1,
        keskar_steps=1,
        pairs=2,
        hessian_pictures=4,
        lanczos_steps=2,
        trace_draws=2,
    )
    arm(data, study / "dice,0", seed=0, landscape=few)
    found = read_landscape(study / "dice,0" / LANDSCAPE)
    assert found.settings["pictures"] == 8
    assert {"temperature", "value/loss/own"} <= found.numbers.keys()
    before = (study / "dice,0" / LANDSCAPE).read_bytes()
    arm(data, study / "dice,0", seed=0, landscape=few)
    assert (study / "dice,0" / LANDSCAPE).read_bytes() == before


def test_a_study_is_read_with_its_labels(study: Path) -> None:
    read = read_study(study)
    assert list(read.runs.index) == ["dice,0", "dice,1", "fast,0", "none"]
    assert read.runs.loc["none", "arm"] == "background"
    assert read.runs["optimizer"].isna().all()
    assert set(read.masks["run"]) == set(read.runs.index)
    assert set(read.history["run"]) == {"dice,0", "dice,1", "fast,0"}


def test_figures_of_masks_follow_from_the_counts(study: Path) -> None:
    read = read_study(study)
    figures = mask_figures(read.masks)
    assert len(figures) == 4 * 2 * 3
    nothing = figures.loc["none"]
    assert (nothing.xs("solid", level="label")[["iou", "f1", "recall"]] == 0).all(
        axis=None
    )
    shares = figures.groupby(["run", "set"])[
        ["true_share", "called_share", "expected_share"]
    ].sum()
    np.testing.assert_allclose(shares, 1, rtol=1e-6)
    row = read.masks[
        (read.masks["run"] == "dice,0")
        & (read.masks["set"] == "test")
        & (read.masks["label"] == "solid")
    ]
    wanted = row["both"].sum() / row[["both", "false", "missed"]].sum().sum()
    assert figures.loc[("dice,0", "test", "solid"), "iou"] == pytest.approx(wanted)
    each = row["both"] / row[["both", "false", "missed"]].sum(axis=1)
    assert figures.loc[("dice,0", "test", "solid"), "image_iou"] == pytest.approx(
        each.mean()
    )


def test_figures_of_curves_pool_what_they_say_they_pool(study: Path) -> None:
    read = read_study(study)
    figures = curve_figures(read.curves)
    assert len(figures) == 4 * 2 * 2 * 3
    none = figures.loc[("none", "test", "solid", "dp")]
    curves = read.curves.query(
        "run == 'none' and set == 'test' and label == 'solid' and tracer == 'dp'"
    )
    assert none["mae"] == pytest.approx(curves["mae"].mean())
    mean = curves["truth_sum"].sum() / curves["points"].sum()
    # Mid-scale for everything: the pooled score follows from the mean of the truth.
    spread = curves["truth_squared"].sum() - curves["points"].sum() * mean**2
    wanted = 1 - (spread + curves["points"].sum() * (mean - 0.5) ** 2) / spread
    assert none["r_squared"] == pytest.approx(wanted, abs=1e-6)


def test_a_folder_without_a_finished_run_is_said_to_have_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no finished run"):
        read_study(tmp_path)


def test_the_background_arm_knows_no_other_class() -> None:
    logits = AllBackground(4)(torch.zeros(2, 1, 8, 8))
    assert logits.shape == (2, 4, 8, 8)
    assert (logits.argmax(1) == 0).all()


def test_runs_of_one_arm_that_were_configured_otherwise_are_refused(
    tmp_path: Path,
) -> None:
    for seed, samples in ((0, None), (1, 100), (2, 50)):
        path = write_run(tmp_path, "dice", seed) / RUN
        made = json.loads(path.read_text())
        if samples is not None:  # the first is of code that did not know it
            made["settings"]["data.samples"] = samples
        path.write_text(json.dumps(made))
    with pytest.raises(InputError, match=r"seed=2 has data\.samples 50 and .*seed=1"):
        read_study(tmp_path)


@pytest.mark.parametrize(
    ("group", "name", "value"),
    [
        ("settings", "trainer.max_epochs", 20),
        ("labels", "alpha", 0.9),
    ],
)
def test_runs_of_one_arm_share_epochs_and_weights(
    tmp_path: Path, group: str, name: str, value: float
) -> None:
    for seed, own in ((0, 10), (1, value)):
        path = write_run(tmp_path, "dice", seed) / RUN
        made = json.loads(path.read_text())
        made[group][name] = own
        # What the labels say, the settings say too.
        made["settings"][name] = made["labels"]["epochs"] = own
        path.write_text(json.dumps(made))
    with pytest.raises(InputError, match=f"has {name} {value} and .* same arm, 10"):
        read_study(tmp_path)


def test_arms_of_a_profile_have_the_same_pictures_and_networks(tmp_path: Path) -> None:
    for loss, width, share in (("dice", 3, 0.8), ("focal", 9, 0.7)):
        path = write_run(tmp_path, loss, 0) / RUN
        made = json.loads(path.read_text())
        made["settings"] |= {"data.label_width": width, "data.train_share": share}
        path.write_text(json.dumps(made))
    with pytest.raises(InputError, match=r"has data\.train_share 0\.7 and .* profile"):
        read_study(tmp_path)


def test_a_setting_that_came_with_later_code_sets_no_run_apart(tmp_path: Path) -> None:
    write_study(tmp_path, ["dice"])
    path = tmp_path / "loss=dice,seed=1" / RUN
    made = json.loads(path.read_text())
    made["settings"]["model.new"] = 1
    path.write_text(json.dumps(made))
    assert len(read_study(tmp_path).runs) == 2
