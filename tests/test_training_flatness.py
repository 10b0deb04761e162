"""Trainings with the optimisers of flatness: what is logged, kept, resumed, refused."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import SGD, AdamW, Optimizer

from tests.networks import BATCH_NORMALISED
from tests.runs import by_hand, logged, run
from veernet.checkpoint import load
from veernet.errors import InputError
from veernet.losses import CrossEntropyLoss, DiceLoss, WeightedSum
from veernet.optimisers import SAM, EntropySGD

plain = functools.partial(SGD, lr=0.05, momentum=0.9)
OPTIMISERS: dict[str, Callable[..., Optimizer]] = {
    "sam": functools.partial(SAM, base=AdamW, lr=5e-3, rho=0.1),
    "asam": functools.partial(SAM, base=plain, rho=0.5, adaptive=True),
    "entropy_sgd": functools.partial(EntropySGD, base=plain, walk=2, noise=0.01),
}


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_resumed_run_ends_where_an_unbroken_one_does(
    name: str, tmp_path: Path
) -> None:
    half, whole = tmp_path / "half", tmp_path / "whole"
    options: dict[str, Any] = {"optimizer": OPTIMISERS[name], "schedule": by_hand}
    run(whole, trainer={"max_epochs": 2}, **options)
    run(half, trainer={"max_epochs": 1}, **options)
    run(half, trainer={"max_epochs": 2}, resume=half / "resume.ckpt", **options)
    one, other = (path / "last.safetensors" for path in (half, whole))
    assert one.read_bytes() == other.read_bytes()


def test_rho_of_zero_trains_the_network_of_the_base(tmp_path: Path) -> None:
    run(tmp_path / "base", optimizer=functools.partial(AdamW, lr=5e-3))
    still = functools.partial(SAM, base=AdamW, lr=5e-3, rho=0.0)
    run(tmp_path / "sam", optimizer=still)
    one, other = (tmp_path / n / "last.safetensors" for n in ("base", "sam"))
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("name", OPTIMISERS)
def test_the_logged_loss_and_the_statistics_are_those_at_the_weights(
    name: str, tmp_path: Path
) -> None:
    losses = WeightedSum({"cross_entropy": CrossEntropyLoss(), "dice": DiceLoss()})
    options: dict[str, Any] = {
        "spec": BATCH_NORMALISED,
        "loss": losses,
        "trainer": {"max_epochs": 1},
    }
    run(tmp_path / "base", optimizer=functools.partial(SGD, lr=0.0), **options)
    still = functools.partial(OPTIMISERS[name], lr=0.0)
    run(tmp_path / "flat", optimizer=still, **options)
    base, flat = (logged(tmp_path / n) for n in ("base", "flat"))
    for column in ("train/loss", "train/cross_entropy", "train/dice"):
        assert flat[column].dropna().tolist() == base[column].dropna().tolist()
    one, other = (load(tmp_path / n / "last")[0] for n in ("base", "flat"))
    norms = [n for n, m in one.named_modules() if isinstance(m, nn.BatchNorm2d)]
    assert norms
    for norm in norms:
        for kept in ("running_mean", "running_var", "num_batches_tracked"):
            path = f"{norm}.{kept}"
            assert torch.equal(one.get_buffer(path), other.get_buffer(path))


def test_steps_and_schedule_count_steps_not_gradients(tmp_path: Path) -> None:
    run(tmp_path, optimizer=OPTIMISERS["sam"], schedule=lambda share: 1 - share / 2)
    assert load(tmp_path / "last")[1].made["steps"] == 4
    rates = logged(tmp_path)["lr-SAM"].dropna().tolist()
    assert rates == pytest.approx([5e-3 * (1 - n / 8) for n in range(4)])


def test_gradients_are_not_accumulated_over_batches(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="SAM with gradients accumulated over 2 batch"):
        run(
            tmp_path,
            optimizer=OPTIMISERS["sam"],
            trainer={"accumulate_grad_batches": 2},
        )
