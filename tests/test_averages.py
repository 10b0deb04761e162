"""Averaged weights: against the arithmetic, along a run, and with batch norms."""

import functools
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim import SGD, Optimizer
from torch.optim.swa_utils import update_bn

from tests.networks import BATCH_NORMALISED, TwoLinesData, spec
from tests.runs import by_hand, run
from veernet.checkpoint import load
from veernet.errors import InputError
from veernet.losses import CrossEntropyLoss
from veernet.model import build
from veernet.training import Segmenter
from veernet.training.averages import EMA, SWA, Averaging
from veernet.training.schedule import constant
from veernet.training.statistics import (
    has_statistics,
    renew_statistics,
    still_statistics,
)


def test_an_ema_forgets_the_first_weights_and_follows_the_last() -> None:
    line = nn.Linear(1, 1, bias=False)
    averaged = EMA(0.5).begin(line)
    expected = None
    for value in (8.0, 4.0, 2.0, 1.0):
        nn.init.constant_(line.weight, value)
        averaged.update_parameters(line)
        if expected is None:
            expected, count = value, 1  # the first weights are taken as they are
            continue
        decay = min(0.5, (1 + count) / (10 + count))
        expected, count = decay * expected + (1 - decay) * value, count + 1
    assert float(averaged.module.weight) == pytest.approx(expected)


def test_swa_is_the_arithmetic_mean() -> None:
    line = nn.Linear(3, 2).double()
    averaged = SWA().begin(line)
    generator = torch.Generator().manual_seed(0)
    taken = torch.randn(7, 2, 3, generator=generator, dtype=torch.float64)
    for weights in taken:
        with torch.no_grad():
            line.weight.copy_(weights)
        averaged.update_parameters(line)
    torch.testing.assert_close(averaged.module.weight, taken.mean(0))


def test_swa_takes_every_so_many_steps_from_its_start_on() -> None:
    average = SWA(start=0.5, every=3)
    taken = [step for step in range(1, 21) if average.takes(step, step / 20)]
    assert taken == [12, 15, 18]
    assert [s for s in range(1, 5) if SWA(start=0.5).takes(s, s / 4)] == [2, 3, 4]


@pytest.mark.parametrize(
    ("average", "steps", "right"),
    [
        (SWA(0.75, 10), 40, True),
        (SWA(0.75, 10), 39, True),  # 30 of 39 is just beyond the start
        (SWA(0.8, 10), 39, False),
        (SWA(0.0, 10), 9, False),
        (SWA(0.0, 10), float("inf"), True),
        (EMA(), 1, True),
    ],
)
def test_a_run_of_which_nothing_would_be_averaged_is_refused(
    average: Averaging, steps: float, right: bool
) -> None:
    if not right:
        with pytest.raises(InputError, match="no weights are averaged in a run of"):
            average.check(steps)
        return
    average.check(steps)
    some = range(1, 40 if steps == float("inf") else int(steps) + 1)
    assert any(average.takes(step, step / steps) for step in some)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: EMA(1.0), "decay of the average is 1.0"),
        (lambda: EMA(-0.1), "decay of the average is -0.1"),
        (lambda: SWA(start=1.0), "start of the average is 1.0"),
        (lambda: SWA(every=0), "every 0 steps: give 1 or more"),
    ],
)
def test_options_out_of_range_are_refused(make: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        make()


def recorded(snapshots: list[list[Tensor]], params: Any) -> Optimizer:
    """Make an optimiser that notes the weights after each of its steps."""
    optimizer = SGD(params, lr=0.1)
    weights = optimizer.param_groups[0]["params"]

    def note(*_: Any) -> None:
        snapshots.append([weight.detach().clone() for weight in weights])

    optimizer.register_step_post_hook(note)
    return optimizer


def test_what_a_run_saves_is_the_mean_of_its_snapshots(tmp_path: Path) -> None:
    snapshots: list[list[Tensor]] = []
    run(
        tmp_path,
        optimizer=functools.partial(recorded, snapshots),
        averaging=SWA(start=0.5, every=2),
        trainer={"max_epochs": 4},
    )
    assert len(snapshots) == 8
    saved, _ = load(tmp_path / "last")
    taken = [snapshots[step - 1] for step in (4, 6, 8)]
    for mean, *values in zip(saved.parameters(), *taken, strict=True):
        torch.testing.assert_close(mean.detach(), torch.stack(values).mean(0))


def test_before_its_start_the_weights_themselves_are_saved(tmp_path: Path) -> None:
    snapshots: list[list[Tensor]] = []
    with pytest.raises(_Stopped):
        run(
            tmp_path,
            optimizer=functools.partial(recorded, snapshots),
            averaging=SWA(start=0.75),
            loss=_Stops(after=6),  # an epoch calls it twice to train, twice to validate
            trainer={"max_epochs": 4},
        )
    saved, found = load(tmp_path / "best")
    assert found.made["steps"] == 2
    for weight, value in zip(saved.parameters(), snapshots[1], strict=True):
        assert torch.equal(weight, value)


class _Stopped(Exception):
    """A run was ended."""


class _Stops(CrossEntropyLoss):
    """Ends the run after so many calls."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        if not self.left:
            raise _Stopped
        self.left -= 1
        return super().forward(logits, target)


def test_the_network_to_save_is_the_average_once_there_is_one() -> None:
    network = build(spec().architecture)
    make = functools.partial(SGD, lr=0.1)
    module = Segmenter(
        network, CrossEntropyLoss(), make, constant, ["a", "b"], None, SWA()
    )
    assert module.best_network is network
    assert module.averaged is not None
    module.averaged.update_parameters(network)
    assert module.best_network is module.averaged.module
    trained = {id(p) for p in module.parameters() if p.requires_grad}
    assert trained == {id(p) for p in network.parameters()}


@pytest.mark.parametrize("average", [EMA(0.9), SWA(start=0.0, every=3)])
def test_a_resumed_average_is_that_of_an_unbroken_run(
    average: Averaging, tmp_path: Path
) -> None:
    half, whole = tmp_path / "half", tmp_path / "whole"
    options: dict[str, Any] = {"averaging": average, "schedule": by_hand}
    run(whole, trainer={"max_epochs": 4}, **options)
    run(half, trainer={"max_epochs": 2}, **options)
    run(half, trainer={"max_epochs": 4}, resume=half / "resume.ckpt", **options)
    one, other = load(half / "last")[0], load(whole / "last")[0]
    for a, b in zip(one.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)


def normalised() -> nn.Sequential:
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.5), nn.BatchNorm2d(4)
    )


def batches(count: int = 3) -> list[Tensor]:
    generator = torch.Generator().manual_seed(2)
    return [torch.randn(2, 1, 8, 8, generator=generator) + i for i in range(count)]


def test_statistics_agree_with_torch_where_torch_can_compute_them() -> None:
    one, other = normalised(), normalised()
    one[2] = other[2] = nn.Identity()  # torch takes them with dropout switched on
    one(batches()[0])
    renew_statistics(one, batches())
    update_bn(batches(), other)
    for name, buffer in one.named_buffers():
        torch.testing.assert_close(buffer, other.get_buffer(name))


def test_renewing_statistics_leaves_modes_and_momenta_as_they_are() -> None:
    network = normalised()
    network[1].eval()
    network[3].momentum = 0.3
    renew_statistics(network, batches())
    assert [module.training for module in network] == [True, False, True, True]
    assert [network[1].momentum, network[3].momentum] == [0.1, 0.3]


def test_networks_without_statistics_are_not_run_through() -> None:
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.GroupNorm(2, 4))
    assert not has_statistics(network)
    assert has_statistics(normalised())
    renew_statistics(network, [torch.zeros(())])  # would fail if it were looked at


def test_statistics_stand_still_where_they_are_told_to() -> None:
    network = normalised()
    network(batches()[0])
    before = {name: b.clone() for name, b in network.named_buffers()}
    torch.manual_seed(0)
    wanted = network(batches()[1])
    network.load_state_dict({**network.state_dict(), **before})
    torch.manual_seed(0)
    with still_statistics(network):
        torch.testing.assert_close(network(batches()[1]), wanted)
    for name, buffer in network.named_buffers():
        assert torch.equal(buffer, before[name])
    network(batches()[1])
    assert not torch.equal(network[1].running_mean, before["1.running_mean"])


@pytest.mark.parametrize("average", [EMA(0.9), SWA(start=0.5)])
def test_batch_norms_of_an_average_have_the_statistics_of_its_own_features(
    average: Averaging, tmp_path: Path
) -> None:
    run(tmp_path, spec=BATCH_NORMALISED, averaging=average)
    saved = load(tmp_path / "last")[0].eval()
    first = next(m for m in saved.modules() if isinstance(m, nn.BatchNorm2d))
    means: list[Tensor] = []
    first.register_forward_pre_hook(
        lambda _, inputs: means.append(inputs[0].mean((0, 2, 3)))
    )
    with torch.no_grad():
        for batch in TwoLinesData().train_dataloader():
            saved(batch["image"])
    torch.testing.assert_close(first.running_mean, torch.stack(means).mean(0))
