"""The callback that watches where a run's loss puts its gradient."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import lightning
import pandas as pd
import pytest
import torch
from torch import nn

from tests.networks import OUTPUTS, TwoLinesData
from veernet.errors import InputError
from veernet.losses import CrossEntropyLoss, LovaszSoftmaxLoss
from veernet.study.theory.gradients import (
    REGIONS,
    gradient_magnitude,
    pixel_gradients,
    region_shares,
    regions,
)
from veernet.study.watch import GradientShares, evaluating
from veernet.training.module import Segmenter
from veernet.training.schedule import constant

NAMES = [f"gradient/{region}" for region in REGIONS]


def network() -> nn.Sequential:
    """Layers that would give a measurement away: running statistics and chance."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.Dropout(0.5),
        nn.ReLU(),
        nn.Conv2d(8, 3, 1),
    )


def fit(
    out: Path,
    *callbacks: lightning.Callback,
    loss: nn.Module | None = None,
    data: Any = None,
    **options: Any,
) -> Segmenter:
    module = Segmenter(
        network(),
        loss or CrossEntropyLoss(),
        functools.partial(torch.optim.SGD, lr=0.1),
        constant,
        [output.name for output in OUTPUTS],
    )
    quick = {"max_steps": 6, "limit_val_batches": 0, "log_every_n_steps": 1}
    options = {**quick, **options}
    trainer = lightning.Trainer(
        accelerator="cpu",
        logger=lightning.pytorch.loggers.CSVLogger(out),
        callbacks=list(callbacks),
        enable_progress_bar=False,
        enable_model_summary=False,
        enable_checkpointing=False,
        **options,
    )
    torch.manual_seed(1)
    trainer.fit(module, datamodule=data or TwoLinesData())
    return module


def table(out: Path) -> pd.DataFrame:
    found = pd.read_csv(next(out.glob("lightning_logs/version_*/metrics.csv")))
    return found.dropna(subset=NAMES)


def test_shares_are_logged_before_the_first_step_and_every_so_many(
    tmp_path: Path,
) -> None:
    eight = TwoLinesData(count=8, batch_size=1)
    watch = GradientShares(every=2, count=3)
    module = fit(tmp_path, watch, data=eight, log_every_n_steps=5)
    found = table(tmp_path)
    assert found["step"].tolist() == [0, 2, 4, 6]
    assert found[NAMES].sum(axis=1).to_numpy() == pytest.approx(1)
    # The last measurement is of the network that the run ended with.
    batch = [TwoLinesData().val_dataloader().dataset[i] for i in range(3)]
    image, mask = (torch.stack([s[k] for s in batch]) for k in ("image", "mask"))
    with torch.no_grad():
        logits = module.network.eval()(image)
    _, magnitude = gradient_magnitude(CrossEntropyLoss(), logits, mask)
    pixels = pixel_gradients(magnitude, logits, mask, regions(mask))
    expected = list(region_shares(pixels).gradient.values())
    assert found[NAMES].iloc[-1].tolist() == pytest.approx(expected, rel=1e-5)


def test_it_is_the_loss_of_the_run_that_is_watched(tmp_path: Path) -> None:
    for name, loss in (("one", CrossEntropyLoss()), ("other", LovaszSoftmaxLoss())):
        fit(tmp_path / name, GradientShares(), loss=loss, max_steps=1)
    one, other = (table(tmp_path / name)[NAMES[0]].iloc[0] for name in ("one", "other"))
    assert other > 1.5 * one


def test_watching_changes_nothing(tmp_path: Path) -> None:
    plain = fit(tmp_path / "plain")
    watched = fit(tmp_path / "watched", GradientShares(every=1))
    for name, tensor in plain.network.state_dict().items():
        assert torch.equal(tensor, watched.network.state_dict()[name]), name


def test_gathered_gradients_are_measured_once_a_step(tmp_path: Path) -> None:
    options = {"max_steps": 3, "accumulate_grad_batches": 2}
    fit(tmp_path, GradientShares(every=1), **options)
    assert table(tmp_path)["step"].tolist() == [0, 1, 2, 3]


def test_bfloat16_is_measured_as_it_is_trained(tmp_path: Path) -> None:
    fit(tmp_path, GradientShares(every=2), precision="bf16-mixed", max_steps=2)
    assert table(tmp_path)[NAMES].sum(axis=1).to_numpy() == pytest.approx(1)


def test_every_part_gets_its_mode_back() -> None:
    layers = network()
    layers[1].eval()  # frozen statistics
    with evaluating(layers):
        assert not any(part.training for part in layers.modules())
    assert [part.training for part in layers] == [True, False, True, True, True]


@pytest.mark.parametrize("name", ["every", "count"])
def test_less_than_one_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"{name} is 0: give 1 or more"):
        GradientShares(**{name: 0})


def test_it_needs_a_segmenter(tmp_path: Path) -> None:
    trainer = lightning.Trainer(logger=False, accelerator="cpu", max_steps=1)
    with pytest.raises(InputError, match="gradient shares need a Segmenter and a data"):
        GradientShares().on_train_start(trainer, lightning.LightningModule())
