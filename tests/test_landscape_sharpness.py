"""Sharpness and curvature against closed forms and the written-out Hessian."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call

from tests.landscapes import NO_BATCHES, Quadratic, draws, value
from tests.networks import ARCHITECTURE, TwoLines
from veernet.errors import InputError
from veernet.losses import CrossEntropyLoss, TverskyLoss
from veernet.model import build
from veernet.study.landscape import (
    Weights,
    average_case,
    keskar,
    largest_eigenvalue,
    matched_cross_entropy,
    one_step,
    own_loss,
    trace,
    worst_case,
)
from veernet.study.landscape.ascent import checkpoint_steps
from veernet.study.landscape.hessian import hessian_product, hutchinson, lanczos
from veernet.study.landscape.neighbourhood import Ball, adaptive_scale

CURVATURES = torch.tensor([0.5, 2.0, 7.0]).double()
AT = torch.tensor([2.0, -1.0, 0.5]).double()
SLOPE = torch.tensor([1.0, -3.0, 2.0]).double()


def bowl(at: Tensor = AT, *, at_minimum: bool = True) -> Quadratic:
    centre = at if at_minimum else None
    return Quadratic(torch.diag(CURVATURES), at=at, centre=centre)


def ramp() -> Quadratic:
    return Quadratic(torch.zeros(3, 3), at=AT, slope=SLOPE)


# Worst case


@pytest.mark.parametrize("epsilon", [1e-3, 5e-4])
def test_keskar_of_a_bowl_at_the_origin(epsilon: float) -> None:
    network = bowl(torch.zeros(3))
    found = keskar(network, NO_BATCHES, value, epsilon=epsilon, generator=draws())
    expected = 100 * float(CURVATURES.sum()) * epsilon**2 / 2
    assert found == pytest.approx(expected, rel=1e-9)


def test_keskar_has_a_larger_box_for_larger_weights_and_divides_by_the_value() -> None:
    epsilon = 1e-3
    base = float((CURVATURES * AT**2).sum() / 2)
    top = float((CURVATURES * (AT.abs() + epsilon * (AT.abs() + 1)) ** 2).sum() / 2)
    network = bowl(at_minimum=False)
    found = keskar(network, NO_BATCHES, value, epsilon=epsilon, generator=draws())
    assert found == pytest.approx(100 * (top - base) / (1 + base), rel=1e-9)


@pytest.mark.parametrize("norm", ["l2", "linf"])
@pytest.mark.parametrize("adaptive", [False, True])
@pytest.mark.parametrize("eta", [0.0, 0.1])
def test_worst_case_of_a_ramp_is_the_dual_norm_of_its_slope(
    norm: str, adaptive: bool, eta: float
) -> None:
    usual = float(AT.square().mean().sqrt())
    scale = AT.abs() + eta * usual if adaptive else torch.ones(3).double()
    dual = (scale * SLOPE).norm(p=2 if norm == "l2" else 1)
    options = {"radius": 0.3, "norm": norm, "adaptive": adaptive, "eta": eta}
    stepped = one_step(ramp(), NO_BATCHES, value, **options)
    climbed = worst_case(ramp(), NO_BATCHES, value, **options, generator=draws())
    assert stepped == pytest.approx(0.3 * float(dual), rel=1e-9)
    assert climbed == pytest.approx(0.3 * float(dual), rel=1e-9)


def test_worst_case_of_a_bowl_at_its_minimum_is_along_the_steepest_axis() -> None:
    options = {"radius": 0.1, "adaptive": False, "generator": draws()}
    found = worst_case(bowl(), NO_BATCHES, value, **options)
    limit = float(CURVATURES.max()) * 0.1**2 / 2
    assert found == pytest.approx(limit, rel=1e-3)
    assert found <= limit * (1 + 1e-12)


def test_adaptive_worst_case_of_a_bowl_is_along_the_axis_steepest_in_its_measure() -> (
    None
):
    options = {"radius": 0.1, "eta": 0.0, "generator": draws()}
    found = worst_case(bowl(), NO_BATCHES, value, steps=60, **options)
    limit = float((CURVATURES * AT**2).max()) * 0.1**2 / 2
    assert found == pytest.approx(limit, rel=1e-3)


def test_worst_case_in_a_box_is_at_a_corner() -> None:
    options = {"radius": 0.1, "norm": "linf", "adaptive": False, "generator": draws()}
    found = worst_case(bowl(), NO_BATCHES, value, **options)
    assert found == pytest.approx(float(CURVATURES.sum()) * 0.1**2 / 2, rel=1e-9)


def test_a_peak_has_no_sharpness() -> None:
    peak = Quadratic(-torch.eye(3), at=AT, centre=AT)
    options = {"radius": 0.1, "generator": draws()}
    assert worst_case(peak, NO_BATCHES, value, **options) == 0


def test_a_step_of_sam_from_a_slope_has_its_closed_form() -> None:
    curvature, at, radius = 3.0, 2.0, 0.1
    network = Quadratic(torch.tensor([[curvature]]), at=torch.tensor([at]))
    plain = one_step(network, NO_BATCHES, value, radius=radius, adaptive=False)
    adaptive = one_step(network, NO_BATCHES, value, radius=radius)
    for found, reach in ((plain, at + radius), (adaptive, at * (1 + radius))):
        assert found == pytest.approx(curvature * (reach**2 - at**2) / 2)


def pulled(model: nn.Module, batch: Mapping[str, Tensor]) -> Tensor:
    return batch["slope"] @ model.weight[0]


def test_each_batch_has_a_worst_case_of_its_own_or_all_have_one_together() -> None:
    batches = [{"slope": SLOPE}, {"slope": -SLOPE}]
    options = {"radius": 0.3, "adaptive": False}
    for per_batch, expected in ((True, 0.3 * float(SLOPE.norm())), (False, 0.0)):
        found = [
            one_step(ramp(), batches, pulled, per_batch=per_batch, **options),
            worst_case(
                ramp(),
                batches,
                pulled,
                per_batch=per_batch,
                generator=draws(),
                **options,
            ),
        ]
        assert found == pytest.approx([expected] * 2, abs=1e-12)


def test_steps_stay_in_their_ball() -> None:
    scale = torch.ones(50).double()
    u = torch.randn(50, generator=draws()).double()
    assert float(Ball(scale, 0.2).project(u).norm()) == pytest.approx(0.2)
    assert float(Ball(scale, 0.2, "linf").project(u).abs().max()) == 0.2
    assert torch.equal(Ball(scale, 99.0).project(u), u)
    assert float(Ball(scale, 0.2).within(draws(), 0.5).norm()) == pytest.approx(0.1)
    assert float(Ball(scale, 0.2, "linf").within(draws(), 0.5).abs().max()) <= 0.1


def test_the_ascent_looks_back_as_published() -> None:
    assert sorted(checkpoint_steps(100)) == [22, 41, 57, 70, 80, 87, 93, 99]


def test_weights_of_zero_move_with_a_share_of_their_tensor_only() -> None:
    network = nn.Linear(2, 1, bias=True)
    with torch.no_grad():
        network.weight.copy_(torch.tensor([[0.0, 2.0]]))
        network.bias.zero_()
    weights = Weights(network)
    assert adaptive_scale(weights).tolist() == [0, 2, 0]
    usual = math.sqrt(2)
    expected = [0.5 * usual, 2 + 0.5 * usual, 0]
    assert adaptive_scale(weights, 0.5).tolist() == pytest.approx(expected)


# Average case


def test_average_case_is_half_the_variance_times_the_trace() -> None:
    for adaptive, sizes in ((False, torch.ones(3)), (True, AT)):
        found = average_case(
            bowl(),
            NO_BATCHES,
            value,
            sigma=0.2,
            adaptive=adaptive,
            pairs=400,
            generator=draws(),
        )
        expected = 0.2**2 / 2 * float((CURVATURES * sizes**2).sum())
        assert abs(found.value - expected) < 4 * found.error
        assert found.error < 0.1 * expected


def test_pairs_of_noise_cancel_a_slope() -> None:
    options = {"sigma": 0.2, "pairs": 3, "generator": draws()}
    found = average_case(ramp(), NO_BATCHES, value, **options)
    assert (found.value, found.error) == pytest.approx((0, 0), abs=1e-12)


# Hessian


class Small(nn.Module):
    """A convolution, attention of torch and a hard sigmoid, in few weights."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Conv2d(1, 2, 3, padding=1)
        self.squash = nn.Hardsigmoid()
        self.attend = nn.TransformerEncoderLayer(
            2, 1, dim_feedforward=3, dropout=0.5, batch_first=True
        )
        self.head = nn.Conv2d(2, 3, 1)

    def forward(self, image: Tensor) -> Tensor:
        cells = self.squash(self.mix(image))
        tokens = self.attend(cells.flatten(2).transpose(1, 2))
        return self.head(tokens.transpose(1, 2).view_as(cells))


def small() -> tuple[nn.Module, list[dict[str, Tensor]]]:
    torch.manual_seed(0)
    network = Small().double()
    batches = []
    for _ in range(2):
        image = torch.randn(1, 1, 3, 4, dtype=torch.float64)
        batches.append({"image": image, "mask": torch.randint(3, (1, 3, 4))})
    return network, batches


OBJECTIVE = matched_cross_entropy(3, 1.3)


def written_out(network: nn.Module, batches: list[dict[str, Tensor]]) -> Tensor:
    """Return the Hessian by torch, the hard sigmoid put as what it is made of."""
    network.eval()
    network.squash = nn.Sequential(Shifted(), nn.ReLU6(), Sixth())
    weights = Weights(network)
    names = [name for name, _ in network.named_parameters()]

    def mean(vector: Tensor) -> Tensor:
        moved = dict(zip(names, weights.tensors(vector), strict=True))
        losses = []
        for batch in batches:
            logits = functional_call(network, moved, (batch["image"],))
            losses.append(CrossEntropyLoss()(logits / 1.3, batch["mask"]))
        return torch.stack(losses).mean()

    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        found: Tensor = torch.autograd.functional.hessian(mean, weights.origin)
    return found


class Shifted(nn.Module):
    def forward(self, features: Tensor) -> Tensor:
        return features + 3


class Sixth(nn.Module):
    def forward(self, features: Tensor) -> Tensor:
        return features / 6


def test_eigenvalue_and_trace_are_those_of_the_hessian_by_torch() -> None:
    network, batches = small()
    found = largest_eigenvalue(network, batches, OBJECTIVE, steps=20, generator=draws())
    mean = trace(network, batches, OBJECTIVE, draws=30, generator=draws())
    with hessian_product(network, batches, OBJECTIVE) as (product, weights):
        some = [product(unit) for unit in torch.eye(weights.size).double()[:4]]
    hessian = written_out(network, batches)
    torch.testing.assert_close(torch.stack(some), hessian[:4], rtol=1e-8, atol=1e-10)
    top = float(torch.linalg.eigvalsh(hessian)[-1])
    assert found.value == pytest.approx(top, rel=1e-9)
    assert found.error < 1e-4 * top
    assert abs(mean.value - float(hessian.trace())) < 4 * mean.error


def test_adaptive_curvature_is_that_in_the_measure_of_the_weights() -> None:
    network = bowl()
    options = {"adaptive": True, "generator": draws()}
    top = largest_eigenvalue(network, NO_BATCHES, value, **options)
    mean = trace(network, NO_BATCHES, value, **options)
    assert top.value == pytest.approx(float((CURVATURES * AT**2).max()))
    assert mean.value == pytest.approx(float((CURVATURES * AT**2).sum()))


def test_random_signs_give_the_trace_of_a_diagonal_exactly() -> None:
    found = trace(bowl(), NO_BATCHES, value, draws=2, generator=draws())
    assert found.value == pytest.approx(float(CURVATURES.sum()))
    assert found.error == pytest.approx(0, abs=1e-12)


def matrix(size: int = 40) -> Tensor:
    """Return a symmetric matrix of known eigenvalues, one of them far below zero."""
    drawn = torch.randn(size, size, generator=draws(3), dtype=torch.float64)
    axes, _ = torch.linalg.qr(drawn)
    values = torch.linspace(-1, 5, size, dtype=torch.float64)
    values[0] = -100
    return axes @ torch.diag(values) @ axes.T


def test_lanczos_finds_the_most_positive_eigenvalue_within_its_error() -> None:
    hessian = matrix()
    every = torch.linalg.eigvalsh(hessian)
    for steps in (3, 10, 20):
        found = lanczos(lambda v: hessian @ v, 40, steps, draws())
        assert found.value <= 5 + 1e-9
        assert float((every - found.value).abs().min()) <= found.error + 1e-9
    whole = lanczos(lambda v: hessian @ v, 40, 99, draws())
    assert whole.value == pytest.approx(5, rel=1e-10)


def test_lanczos_of_what_is_not_finite_is_no_number() -> None:
    found = lanczos(lambda v: torch.full_like(v, torch.inf), 10, 5, draws())
    assert math.isnan(found.value)


def test_lanczos_stops_where_the_space_is_used_up() -> None:
    found = lanczos(lambda v: 3 * v, 10, 5, draws())
    assert (found.value, found.error) == pytest.approx((3, 0))
    flat = lanczos(lambda v: 0 * v, 10, 5, draws())
    assert (flat.value, flat.error) == (0, 0)


def test_hutchinson_is_right_within_its_error() -> None:
    hessian = matrix()
    found = hutchinson(lambda v: hessian @ v, 40, 300, draws())
    assert abs(found.value - float(hessian.trace())) < 4 * found.error


def test_a_ramp_has_no_curvature() -> None:
    def straight(model: nn.Module, _batch: Mapping[str, Tensor]) -> Tensor:
        return model.weight.sum()

    options = {"generator": draws()}
    assert largest_eigenvalue(ramp(), NO_BATCHES, straight, **options).value == 0
    assert trace(ramp(), NO_BATCHES, straight, **options).value == 0


def test_the_network_of_the_house_has_curvature() -> None:
    torch.manual_seed(0)
    network = build(
        ARCHITECTURE | {"encoder_name": "tu-mobilenetv3_small_050"}
    )  # hard sigmoids, and attention in the bottleneck
    batch = {k: v[None] for k, v in TwoLines(1)[0].items()}
    found = largest_eigenvalue(
        network, [batch], own_loss(TverskyLoss(), 3), steps=2, generator=draws()
    )
    assert found.value > 0
    assert network.training


# Refusals


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m, b, f, g: keskar(m, b, f, epsilon=0, generator=g), "radius is 0"),
        (
            lambda m, b, f, g: worst_case(m, b, f, radius=1, norm="l1", generator=g),
            "norm is 'l1'",
        ),
        (
            lambda m, b, f, g: worst_case(m, b, f, radius=1, steps=0, generator=g),
            "steps is 0",
        ),
        (
            lambda m, b, f, g: worst_case(m, b, f, radius=1, eta=-1, generator=g),
            "eta is -1",
        ),
        (lambda m, b, f, _: one_step(m, b, f, radius=-1), "radius is -1"),
        (
            lambda m, b, f, g: average_case(m, b, f, sigma=0, generator=g),
            "sigma is 0",
        ),
        (
            lambda m, b, f, g: average_case(m, b, f, sigma=1, pairs=1, generator=g),
            "1 pairs",
        ),
        (
            lambda m, b, f, g: largest_eigenvalue(m, b, f, steps=0, generator=g),
            "steps is 0",
        ),
        (lambda m, b, f, g: trace(m, b, f, draws=1, generator=g), "1 draws"),
    ],
)
def test_arguments_that_measure_nothing_are_refused(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call(bowl(), NO_BATCHES, value, draws())
