"""Networks come back as they were; directions are as long as filters; slices."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from tests.landscapes import Quadratic, draws, reading
from veernet.errors import InputError
from veernet.study.landscape import (
    Weights,
    directions,
    even,
    filter_normalised,
    gaussian,
    lent,
    lines,
    plane,
    symmetric,
)
from veernet.study.landscape.directions import filter_norms

# Networks as they were lent


def mixed() -> nn.Module:
    """Return a network in two modes, with buffers, a frozen weight and a gradient."""
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(1, 4, 3),
        nn.BatchNorm2d(4),
        nn.Dropout(0.5),
        nn.ConvTranspose2d(4, 2, 3),
    ).train()
    network[1].eval()
    network[0].weight.requires_grad_(requires_grad=False)
    network[3].bias.grad = torch.ones(2)
    return network


def state_of(network: nn.Module) -> list[object]:
    bits = {k: v.numpy().tobytes() for k, v in network.state_dict().items()}
    modes = [module.training for module in network.modules()]
    wanted = [p.requires_grad for p in network.parameters()]
    grads = [None if p.grad is None else p.grad.tolist() for p in network.parameters()]
    return [bits, modes, wanted, grads]


@pytest.mark.parametrize("fails", [False, True])
def test_a_lent_network_comes_back_as_it_was_to_the_last_bit(fails: bool) -> None:
    network = mixed()
    before = state_of(network)
    try:
        with lent(network) as weights:
            assert not any(module.training for module in network.modules())
            assert all(p.requires_grad for p in network.parameters())
            weights.move(torch.full_like(weights.origin, math.nan))
            network[1].running_mean.fill_(7)
            if fails:
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    assert state_of(network) == before


def test_a_move_goes_to_the_origin_plus_the_step_in_the_order_of_parameters() -> None:
    network = mixed()
    before = [p.detach().clone() for p in network.parameters()]
    with lent(network) as weights:
        step = torch.arange(weights.size, dtype=torch.float64)
        for _ in range(2):
            weights.move(step)
        moved = weights.vector(p.detach() for p in network.parameters())
    expected = (weights.vector(before) + step).float().double()
    assert torch.equal(moved, expected)


def test_a_shared_weight_counts_once() -> None:
    first, second = nn.Linear(3, 3, bias=False), nn.Linear(3, 3, bias=False)
    second.weight = first.weight
    network = nn.Sequential(first, second)
    assert Weights(network).size == 9
    assert filter_normalised(network, draws()).shape == (9,)


def test_gradient_of_a_weight_that_does_not_enter_is_zero() -> None:
    network = nn.ModuleList([nn.Linear(2, 1), nn.Linear(2, 1)])
    weights = Weights(network)
    gradient = weights.gradient(network[0](torch.ones(1, 2)).sum())
    assert gradient.tolist() == [1, 1, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (nn.ReLU(), "no weights"),
        (nn.Linear(2, 2, dtype=torch.complex64), "complex64"),
    ],
)
def test_networks_without_real_weights_are_refused(
    network: nn.Module, message: str
) -> None:
    with pytest.raises(InputError, match=message), lent(network):
        pass


# Directions

LAYERS = {
    "convolution": (nn.Conv2d(4, 6, 3), 0),
    "convolution in groups": (nn.Conv2d(4, 6, 3, groups=2), 0),
    "transposed convolution": (nn.ConvTranspose2d(8, 3, 2), 1),
    "linear": (nn.Linear(5, 4), 0),
}


@pytest.mark.parametrize("name", LAYERS)
def test_each_filter_of_a_direction_is_as_long_as_that_of_the_network(
    name: str,
) -> None:
    layer, axis = LAYERS[name]
    direction = filter_normalised(layer, draws())
    weight, bias = Weights(layer).tensors(direction)
    for found, own in zip(weight.unbind(axis), layer.weight.unbind(axis), strict=True):
        assert found.norm() == pytest.approx(float(own.detach().norm()), rel=1e-6)
        assert (found - own).norm() > 0.1 * own.norm()
    assert not bias.any()


def test_a_transposed_convolution_in_groups_has_a_filter_for_each_output() -> None:
    layer = nn.ConvTranspose2d(4, 6, 2, groups=2)  # weight (4, 3, 2, 2)
    norms = filter_norms(layer, layer.weight.detach())
    for group in range(2):
        members = layer.weight.detach()[2 * group : 2 * group + 2]
        for output in range(3):
            expected = members[:, output].norm()
            found = norms[2 * group : 2 * group + 2, output]
            torch.testing.assert_close(found, expected.expand_as(found))


@pytest.mark.parametrize(
    "layer",
    [nn.LayerNorm((3, 4)), nn.GroupNorm(2, 4), nn.BatchNorm2d(4), nn.PReLU(3)],
)
def test_no_direction_moves_normalisation_or_what_has_one_dimension(
    layer: nn.Module,
) -> None:
    assert not filter_normalised(layer, draws()).any()


def test_a_filter_of_zeros_stays_and_poisons_nothing() -> None:
    layer = nn.Conv2d(2, 3, 3, bias=False)
    with torch.no_grad():
        layer.weight[1] = 0
    (weight,) = Weights(layer).tensors(filter_normalised(layer, draws()))
    assert weight.isfinite().all()
    assert not weight[1].any()
    assert weight[0].any()


@pytest.mark.parametrize("kind", ["filter", "plain"])
def test_directions_hang_on_the_seed_and_neither_on_their_count_nor_on_the_type(
    kind: str,
) -> None:
    layer = nn.Conv2d(2, 3, 3)
    few = directions(layer, 2, draws(), kind)
    many = directions(layer.double(), 4, draws(), kind)
    for one, other in zip(few, many, strict=False):
        torch.testing.assert_close(one, other, rtol=1e-6, atol=0)
    assert not torch.equal(many[0], many[1])
    assert not torch.allclose(directions(layer, 1, draws(1), kind)[0], few[0])


def test_plain_directions_are_standard_normal_in_every_weight() -> None:
    drawn = gaussian(nn.Linear(300, 100), draws())
    assert float(drawn.mean()) == pytest.approx(0, abs=0.03)
    assert float(drawn.std()) == pytest.approx(1, abs=0.03)


def test_directions_that_cannot_be_drawn_are_refused() -> None:
    with pytest.raises(InputError, match="0 directions"):
        directions(nn.Linear(2, 2), 0, draws())
    with pytest.raises(InputError, match="'uniform'"):
        directions(nn.Linear(2, 2), 1, draws(), "uniform")


# Slices

HESSIAN = torch.tensor([[4.0, 1, 0], [1, 3, 0], [0, 0, 1]]).double()
AT = torch.tensor([1.0, -2, 3]).double()


def bowl() -> Quadratic:
    return Quadratic(HESSIAN, at=AT, centre=AT)


def test_slices_of_a_quadratic_are_parabolas() -> None:
    along = [torch.tensor([1.0, 0, 2]).double(), torch.tensor([0.0, 1, -1]).double()]
    network = bowl()
    found = lines(network, reading, along, symmetric([0.5, 2]))
    assert found.deltas == (-2, -0.5, 0, 0.5, 2)
    for direction, values in zip(along, found.values["value"], strict=True):
        curvature = float(direction @ HESSIAN @ direction)
        expected = [curvature * delta**2 / 2 for delta in found.deltas]
        assert values == pytest.approx(expected)
    assert torch.equal(network.weight.detach()[0], AT)


def test_a_plane_of_a_quadratic_is_a_paraboloid_with_its_mixed_term() -> None:
    first, second = torch.eye(3).double()[:2]
    found = plane(bowl(), reading, first, second, even(1.0, 5))
    assert found.deltas == (-1, -0.5, 0, 0.5, 1)
    for down, row in zip(found.deltas, found.values["value"], strict=True):
        for right, value in zip(found.deltas, row, strict=True):
            step = down * first + right * second
            assert value == pytest.approx(float(step @ HESSIAN @ step / 2))


def test_the_centre_is_read_once_for_all_lines() -> None:
    count = 0

    def counted(model: nn.Module) -> dict[str, float]:
        nonlocal count
        count += 1
        return reading(model)

    lines(bowl(), counted, directions(bowl(), 3, draws()), symmetric([0.1, 0.2]))
    assert count == 3 * 4 + 1


def test_a_value_that_is_not_finite_is_none() -> None:
    direction = torch.tensor([1.0, 0, 0]).double()
    found = lines(bowl(), reading, [direction], [0.0, 1e200])
    assert found.values["value"] == [[0, None]]


@pytest.mark.parametrize(
    ("direction", "message"),
    [(torch.zeros(2).double(), "3 weights"), (torch.full((3,), math.inf), "finite")],
)
def test_directions_that_do_not_fit_are_refused(
    direction: Tensor, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        lines(bowl(), reading, [direction], [0.0])
    with pytest.raises(InputError, match=message):
        plane(bowl(), reading, AT, direction, [0.0])


@pytest.mark.parametrize("ladder", [[], [0.0, 1.0], [1.0, 1.0], [1.0, math.nan]])
def test_ladders_that_do_not_rise_are_refused(ladder: list[float]) -> None:
    with pytest.raises(InputError, match="does not rise"):
        symmetric(ladder)


@pytest.mark.parametrize(("largest", "count"), [(1.0, 4), (1.0, 1), (0.0, 5)])
def test_grids_without_a_middle_are_refused(largest: float, count: int) -> None:
    with pytest.raises(InputError, match="odd count"):
        even(largest, count)
