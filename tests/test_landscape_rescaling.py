"""Scaling rectified layers against each other: what may not move, and what must.

A convolution times ten, its bias too, and the next divided by ten compute the same: the
weights say nothing of how well the function holds. A measure that moves measures how
the weights happen to be divided.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from tests.landscapes import draws
from veernet.losses import LovaszSoftmaxLoss, TverskyLoss
from veernet.study.landscape import (
    Probes,
    SliceLine,
    average_case,
    basin,
    directions,
    fit_temperature,
    keskar,
    largest_eigenvalue,
    lent,
    lines,
    matched_cross_entropy,
    one_step,
    read,
    reader,
    trace,
    worst_case,
)

FACTOR = 10.0
INVARIANT = 1e-6
"""Relative: what counts as unchanged."""
LOSSES = {"tversky": TverskyLoss(), "lovasz": LovaszSoftmaxLoss()}

Batches = list[dict[str, Tensor]]


def pictures() -> Batches:
    """Draw noisy pictures of two curves, one dark and one pale, in two batches."""
    generator = torch.Generator().manual_seed(4)
    batches = []
    for start in (3, 5):
        rows = torch.arange(12)
        first = start + rows // 4 + torch.tensor([[0], [2], [4]])
        second = first + 5
        mask = torch.zeros(3, 12, 20, dtype=torch.int64)
        mask.scatter_(2, first[..., None], 1).scatter_(2, second[..., None], 2)
        noise = torch.randn(3, 12, 20, generator=generator, dtype=torch.float64)
        darkness = (mask == 1) * 1.0 + (mask == 2) * 0.5 + 0.2 * noise
        batches.append(
            {
                "image": darkness[:, None],
                "mask": mask,
                "columns": torch.stack([first, second], 1).double(),
                "curve_class": torch.tensor([[1, 2]] * 3),
            }
        )
    return batches


@pytest.fixture(scope="module")
def batches() -> Batches:
    return pictures()


@pytest.fixture(scope="module")
def network() -> nn.Module:
    """Return convolution, ReLU and convolution, trained a little, in float64."""
    torch.manual_seed(0)
    layers = nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 3, 3, padding=1)
    made = nn.Sequential(*layers).double()
    optimizer = torch.optim.Adam(made.parameters(), 0.02)
    objective = matched_cross_entropy(3, 1.0)
    drawn = pictures()
    for _ in range(60):
        optimizer.zero_grad()
        sum(objective(made, batch) for batch in drawn).backward()
        optimizer.step()
    return made


@pytest.fixture(scope="module")
def rescaled(network: nn.Module) -> nn.Module:
    """Return the same function: the first layer times ten, the next divided by it."""
    twin = copy.deepcopy(network)
    with torch.no_grad():
        twin[0].weight *= FACTOR
        twin[0].bias *= FACTOR
        twin[2].weight /= FACTOR
    return twin


@pytest.fixture(scope="module")
def surer(network: nn.Module) -> nn.Module:
    """Return a network of the same decisions, surer: the last layer times ten."""
    twin = copy.deepcopy(network)
    with torch.no_grad():
        twin[2].weight *= FACTOR
        twin[2].bias *= FACTOR
    return twin


def probes(model: nn.Module, batches: Batches) -> Probes:
    return Probes(3, fit_temperature(model, batches, 3), LOSSES)


def slice_values(model: nn.Module, batches: Batches, kind: str) -> dict[str, Tensor]:
    along = directions(model, 3, draws(7), kind)
    deltas = (-0.5, -0.25, 0.0, 0.25, 0.5)
    found = lines(model, reader(batches, probes(model, batches)), along, deltas)
    values = {k: torch.tensor(v, dtype=torch.float64) for k, v in found.values.items()}
    assert values["matched_cross_entropy"].std() > 0.01
    return values


def moved(one: Tensor, other: Tensor) -> float:
    """Return the largest relative difference."""
    return float(((one - other).abs() / one.abs()).max())


def test_the_rescaled_network_computes_the_same(
    network: nn.Module, rescaled: nn.Module, batches: Batches
) -> None:
    for batch in batches:
        one, other = network(batch["image"]), rescaled(batch["image"])
        torch.testing.assert_close(one, other, rtol=0, atol=1e-13)
    found = read(network, batches, probes(network, batches))
    assert found["matched_cross_entropy"] < 0.25  # it has learnt; guessing is 0.46
    assert read(rescaled, batches, probes(rescaled, batches)) == pytest.approx(
        found, rel=INVARIANT
    )


def test_filter_normalised_slices_stay_and_plain_ones_move(
    network: nn.Module, rescaled: nn.Module, batches: Batches
) -> None:
    one, other = (slice_values(m, batches, "filter") for m in (network, rescaled))
    for probe, values in one.items():
        assert moved(values, other[probe]) < INVARIANT, probe
    one, other = (slice_values(m, batches, "plain") for m in (network, rescaled))
    for probe, values in one.items():
        assert moved(values, other[probe]) > 0.05, probe


def test_slices_of_common_probes_stay_where_a_network_is_merely_surer(
    network: nn.Module, surer: nn.Module, batches: Batches
) -> None:
    one, other = (slice_values(m, batches, "filter") for m in (network, surer))
    for probe in ("matched_cross_entropy", "one_minus_miou", "curve_mae"):
        assert moved(one[probe], other[probe]) < INVARIANT, probe
    # Which is what the temperature is for: the own loss of the surer network moves.
    assert moved(one["loss/tversky"], other["loss/tversky"]) > 0.05


def widths(model: nn.Module, batches: Batches, kind: str) -> Tensor:
    along = directions(model, 3, draws(7), kind)
    look = reader(batches, probes(model, batches))
    with lent(model) as weights:
        readers = [SliceLine(model, weights, look, d) for d in along]
        found = basin(readers, "matched_cross_entropy", 0.02, (0.05, 0.2, 0.8))
    assert found.censored == 0
    return torch.tensor(found.sides, dtype=torch.float64)


def test_half_widths_in_filter_lengths_stay_and_plain_ones_move(
    network: nn.Module, rescaled: nn.Module, batches: Batches
) -> None:
    one, other = (widths(m, batches, "filter") for m in (network, rescaled))
    assert moved(one, other) < INVARIANT
    one, other = (widths(m, batches, "plain") for m in (network, rescaled))
    assert moved(one, other) > 0.5


Measure = Callable[[nn.Module, Batches, Callable[..., Tensor]], float]

STAY: dict[str, Measure] = {
    "worst case, adaptive, l2": lambda m, b, f: worst_case(
        m, b, f, radius=0.5, generator=draws()
    ),
    "worst case, adaptive, linf": lambda m, b, f: worst_case(
        m, b, f, radius=0.05, norm="linf", generator=draws()
    ),
    "one step, adaptive": lambda m, b, f: one_step(m, b, f, radius=0.5),
    "one step, adaptive, with eta": lambda m, b, f: one_step(
        m, b, f, radius=0.5, eta=0.01
    ),
    "average case, adaptive": lambda m, b, f: (
        average_case(m, b, f, sigma=0.1, generator=draws()).value
    ),
    "eigenvalue, adaptive": lambda m, b, f: (
        largest_eigenvalue(m, b, f, adaptive=True, generator=draws()).value
    ),
    "trace, adaptive": lambda m, b, f: (
        trace(m, b, f, adaptive=True, generator=draws()).value
    ),
}
MOVE: dict[str, Measure] = {
    "worst case, plain": lambda m, b, f: worst_case(
        m, b, f, radius=0.05, adaptive=False, generator=draws()
    ),
    "one step, plain": lambda m, b, f: one_step(m, b, f, radius=0.05, adaptive=False),
    "average case, plain": lambda m, b, f: (
        average_case(m, b, f, sigma=0.1, adaptive=False, generator=draws()).value
    ),
    "eigenvalue": lambda m, b, f: largest_eigenvalue(m, b, f, generator=draws()).value,
    "trace": lambda m, b, f: trace(m, b, f, generator=draws()).value,
    "keskar": lambda m, b, f: keskar(m, b, f, generator=draws()),
}


@pytest.mark.parametrize("name", STAY)
def test_adaptive_measures_stay(
    name: str, network: nn.Module, rescaled: nn.Module, batches: Batches
) -> None:
    objective = matched_cross_entropy(3, 1.3)
    one, other = (STAY[name](m, batches, objective) for m in (network, rescaled))
    assert one > 1e-4
    assert other == pytest.approx(one, rel=INVARIANT)


@pytest.mark.parametrize("name", MOVE)
def test_plain_measures_move(
    name: str, network: nn.Module, rescaled: nn.Module, batches: Batches
) -> None:
    objective = matched_cross_entropy(3, 1.3)
    one, other = (MOVE[name](m, batches, objective) for m in (network, rescaled))
    # By more than twice: the steps of the divided layer are ten times too large for it.
    assert other > 2 * one > 0
