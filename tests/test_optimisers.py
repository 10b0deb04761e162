"""The optimisers of flatness: closed forms, identities, exact restoring and resuming.

The references are written out here, in the plainest terms.
"""

import copy
import functools
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim import SGD, AdamW, Optimizer
from torch.optim.lr_scheduler import LambdaLR

from veernet.errors import InputError
from veernet.optimisers import SAM, EntropySGD, Wrapper

BASES: dict[str, Callable[..., Optimizer]] = {
    "sgd": functools.partial(SGD, momentum=0.9, nesterov=True, weight_decay=1e-2),
    "adamw": functools.partial(AdamW, weight_decay=0.1),
}
WRAPPERS: dict[str, Callable[..., Wrapper]] = {
    "sam": functools.partial(SAM, rho=0.1),
    "asam": functools.partial(SAM, rho=0.5, adaptive=True),
    "entropy_sgd": functools.partial(EntropySGD, walk=3, noise=0.01, scoping=0.1),
}
plain_sgd = functools.partial(SGD, lr=1.0)


def network() -> nn.Sequential:
    """Build the same small network, in double precision, each time."""
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2)).double()


def closure_of(
    model: nn.Module, optimizer: Optimizer, calls: list[list[Tensor]] | None = None
) -> Callable[[], Tensor]:
    """Return the closure of a regression, which notes the weights of every call."""
    generator = torch.Generator().manual_seed(7)
    inputs = torch.randn(16, 4, generator=generator, dtype=torch.float64)
    wanted = torch.randn(16, 2, generator=generator, dtype=torch.float64)

    def closure() -> Tensor:
        if calls is not None:
            calls.append([p.detach().clone() for p in model.parameters()])
        optimizer.zero_grad()
        loss = (model(inputs) - wanted).square().mean()
        loss.backward()
        return loss

    return closure


def train(model: nn.Module, optimizer: Optimizer, steps: int) -> None:
    closure = closure_of(model, optimizer)
    for _ in range(steps):
        optimizer.step(closure)


def quadratic(
    optimizer: Optimizer, weight: nn.Parameter, curvature: float
) -> Callable[[], Tensor]:
    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = 0.5 * curvature * weight.square().sum()
        loss.backward()
        return loss

    return closure


def same(one: nn.Module, other: nn.Module) -> bool:
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_sam_climbs_by_rho_along_the_gradient() -> None:
    model, calls = network(), []
    optimizer = SAM(model.parameters(), plain_sgd, lr=0.0, rho=0.3)
    optimizer.step(closure_of(model, optimizer, calls))
    at, above = calls
    rise = torch.cat([(b - a).flatten() for a, b in zip(at, above, strict=True)])
    assert rise.norm().item() == pytest.approx(0.3, rel=1e-12)
    other = network()
    closure_of(other, SGD(other.parameters()))()
    slope = torch.cat([p.grad.flatten() for p in other.parameters()])  # type: ignore[union-attr]
    torch.testing.assert_close(rise, 0.3 * slope / slope.norm())


@pytest.mark.parametrize("named", [True, False])
def test_asam_climbs_by_rho_in_units_of_the_weights(named: bool) -> None:
    model, calls = network(), []
    params: Any = model.named_parameters() if named else model.parameters()
    optimizer = SAM(params, plain_sgd, lr=0.0, rho=0.3, adaptive=True, eta=0.05)
    optimizer.step(closure_of(model, optimizer, calls))
    at, above = calls
    sizes = [w.abs() + 0.05 if w.ndim > 1 else torch.ones_like(w) for w in at]
    rises = [b - a for a, b in zip(at, above, strict=True)]
    by_size = [e / size for e, size in zip(rises, sizes, strict=True)]
    norm = torch.cat([e.flatten() for e in by_size]).norm()
    assert norm.item() == pytest.approx(0.3, rel=1e-12)
    # To first order no e of that size climbs higher: it is along T_w^2 g.
    closure_of(model, optimizer)()
    pairs = zip(model.parameters(), sizes, strict=True)
    slopes = [parameter.grad * size**2 for parameter, size in pairs]
    turned = torch.cat([s.flatten() for s in slopes])
    rise = torch.cat([e.flatten() for e in rises])
    cosine = turned @ rise / (turned.norm() * rise.norm())
    assert cosine.item() == pytest.approx(1, abs=1e-12)


def test_named_parameters_are_weights_by_their_name() -> None:
    model = nn.GroupNorm(1, 3)
    named = SAM(model.named_parameters(), plain_sgd, rho=1.0, adaptive=True, eta=0.0)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([2.0, 2.0, 2.0]))
    seen = []

    def closure() -> Tensor:
        named.zero_grad()
        seen.append(model.weight.detach().clone())
        loss = model.weight[0]
        loss.backward()
        return loss

    named.step(closure)
    # One weight of size 2 alone has a gradient: rho of 1 is its own size.
    assert seen[1].tolist() == [4.0, 2.0, 2.0]


def test_asam_is_not_moved_by_rescaling_two_layers() -> None:
    def climbed(factor: float) -> Tensor:
        model, calls = network(), []
        model[1] = nn.ReLU()
        with torch.no_grad():
            model[0].weight.mul_(factor)
            model[0].bias.zero_().requires_grad_(False)
            model[2].weight.div_(factor)
        optimizer = SAM(
            model.parameters(), plain_sgd, lr=0.0, rho=0.5, adaptive=True, eta=0.0
        )
        closure = closure_of(model, optimizer, calls)
        optimizer.step(closure)
        with torch.no_grad():
            for parameter, value in zip(model.parameters(), calls[1], strict=True):
                parameter.copy_(value)
        return closure().detach()

    torch.testing.assert_close(climbed(10.0), climbed(1.0))


def test_sam_on_a_quadratic_takes_the_slope_further_up() -> None:
    weight = nn.Parameter(torch.tensor([-0.4, 0.0], dtype=torch.float64))
    optimizer = SAM([weight], plain_sgd, lr=0.01, rho=0.05)
    optimizer.step(quadratic(optimizer, weight, curvature=3.0))
    expected = -0.4 - 0.01 * 3 * (-0.4 + 0.05 * math.copysign(1, -0.4))
    assert weight[0].item() == pytest.approx(expected, rel=1e-12)
    assert weight[1].item() == 0


@pytest.mark.parametrize("base", BASES)
def test_twenty_steps_agree_with_sam_written_out(base: str) -> None:
    model, by_hand = network(), network()
    train(model, SAM(model.parameters(), BASES[base], lr=0.05, rho=0.2), 20)
    optimizer = BASES[base](by_hand.parameters(), lr=0.05)
    closure = closure_of(by_hand, optimizer)
    for _ in range(20):
        closure()
        at = copy.deepcopy(by_hand.state_dict())
        slopes = [p.grad.clone() for p in by_hand.parameters()]  # type: ignore[union-attr]
        norm = math.sqrt(sum(float(s.square().sum()) for s in slopes))
        with torch.no_grad():
            for parameter, slope in zip(by_hand.parameters(), slopes, strict=True):
                parameter.add_(slope * 0.2 / norm)
        closure()
        by_hand.load_state_dict(at)
        optimizer.step()
    for a, b in zip(model.parameters(), by_hand.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("adaptive", [True, False])
@pytest.mark.parametrize("base", BASES)
def test_rho_of_zero_is_the_base_to_the_bit(base: str, adaptive: bool) -> None:
    one, other = network().float(), network().float()
    inputs = torch.ones(3, 4)
    sam = SAM(one.parameters(), BASES[base], lr=0.05, rho=0.0, adaptive=adaptive)
    assert sam.gradients_per_step == 1
    alone = BASES[base](other.parameters(), lr=0.05)
    for model, optimizer in ((one, sam), (other, alone)):

        def closure(model: Any = model, optimizer: Any = optimizer) -> Tensor:
            optimizer.zero_grad()
            loss: Tensor = model(inputs).square().sum()
            loss.backward()
            return loss

        for _ in range(10):
            optimizer.step(closure)
    assert same(one, other)


def test_a_group_with_rho_of_zero_stays_where_it_is() -> None:
    model, calls = network(), []
    groups: list[dict[str, Any]] = [
        {"params": model[0].parameters(), "rho": 0.0},
        {"params": model[2].parameters(), "rho": 0.4},
    ]
    optimizer = SAM(groups, plain_sgd, lr=0.0)
    optimizer.step(closure_of(model, optimizer, calls))
    at, above = calls
    moved = [not torch.equal(a, b) for a, b in zip(at, above, strict=True)]
    assert moved == [False, False, True, True]


def moreau(curvature: float, gamma: float) -> float:
    return gamma * curvature / (gamma + curvature)


@pytest.mark.parametrize(("curvature", "gamma"), [(4.0, 1.0), (0.5, 2.0), (8.0, 0.1)])
def test_a_long_quiet_walk_gives_the_gradient_of_the_moreau_envelope(
    curvature: float, gamma: float
) -> None:
    weight = nn.Parameter(torch.tensor([1.0, -2.0], dtype=torch.float64))
    optimizer = EntropySGD(
        [weight], plain_sgd, lr=0.5, walk=600, gamma=gamma, scoping=0.0, noise=0.0
    )
    optimizer.step(quadratic(optimizer, weight, curvature))
    slope = moreau(curvature, gamma) * torch.tensor([1.0, -2.0], dtype=torch.float64)
    torch.testing.assert_close(weight.grad, slope)
    expected = torch.tensor([1.0, -2.0], dtype=torch.float64) - 0.5 * slope
    torch.testing.assert_close(weight.detach(), expected)


def test_a_short_walk_follows_algorithm_1_line_by_line() -> None:
    curvature, gamma, rate, alpha, x = 3.0, 0.5, 0.2, 0.75, 1.7
    weight = nn.Parameter(torch.tensor([x], dtype=torch.float64))
    options: dict[str, Any] = {"walk_lr": rate, "alpha": alpha, "gamma": gamma}
    optimizer = EntropySGD(
        [weight], plain_sgd, lr=0.3, walk=4, noise=0.0, scoping=0.5, **options
    )
    for t in range(3):
        pull = gamma * 1.5**t
        at = mean = x
        for _ in range(4):
            at -= rate * (curvature * at - pull * (x - at))
            mean = (1 - alpha) * mean + alpha * at
        x -= 0.3 * pull * (x - mean)
        optimizer.step(quadratic(optimizer, weight, curvature))
        assert weight.item() == pytest.approx(x, rel=1e-12)


def test_one_step_without_noise_is_the_base_with_a_smaller_gradient() -> None:
    # x' = x - s g, mu = x - alpha s g: the gradient is gamma alpha s g, here g / 2.
    one, other = network(), network()
    options: dict[str, Any] = {"walk_lr": 0.2, "gamma": 5.0, "alpha": 1.0}
    train(
        one, EntropySGD(one.parameters(), SGD, lr=0.1, walk=1, noise=0.0, **options), 3
    )
    train(other, SGD(other.parameters(), lr=0.1), 3)
    for a, b in zip(one.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-13)


def test_scoping_grows_until_the_pull_alone_would_overshoot() -> None:
    weight = nn.Parameter(torch.ones(1))
    optimizer = EntropySGD([weight], plain_sgd, gamma=0.1, scoping=1.0, walk_lr=0.25)
    (group,) = optimizer.param_groups
    pulls = []
    for _ in range(8):
        pulls.append(optimizer.pull(group))
        optimizer.step(quadratic(optimizer, weight, 1.0))
    assert pulls == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 4.0, 4.0])
    group["steps"] = 10**7
    assert optimizer.pull(group) == pytest.approx(4.0)


def test_noise_is_of_the_stated_size_and_repeats_with_the_seed() -> None:
    def walked(seed: int) -> Tensor:
        weight = nn.Parameter(torch.zeros(40_000))
        seen: list[Tensor] = []
        optimizer = EntropySGD([weight], plain_sgd, walk=2, noise=0.3, seed=seed)

        def closure() -> Tensor:
            optimizer.zero_grad()
            seen.append(weight.detach().clone())
            loss = 0 * weight.sum()
            loss.backward()
            return loss

        optimizer.step(closure)
        optimizer.step(closure)
        return torch.stack([seen[1], seen[3] - seen[2]])

    first, second = walked(0)
    assert first.std().item() == pytest.approx(0.3 * math.sqrt(0.1), rel=0.02)
    assert torch.corrcoef(torch.stack([first, second]))[0, 1].abs() < 0.02
    assert torch.equal(walked(0), walked(0))
    assert not torch.equal(walked(0), walked(1))


@pytest.mark.parametrize("name", WRAPPERS)
def test_weights_come_back_to_the_bit_also_where_no_gradient_follows(name: str) -> None:
    used = nn.Parameter(torch.tensor([0.1, 0.7]))
    once = nn.Parameter(torch.tensor([1.0, 1e-3]))
    storage = once.data_ptr()
    optimizer = WRAPPERS[name]([used, once], plain_sgd, lr=0.0)
    calls = 0

    def closure() -> Tensor:
        nonlocal calls
        optimizer.zero_grad()
        loss = used.square().sum() + (0 if calls else once.square().sum())
        loss.backward()
        calls += 1
        return loss

    optimizer.step(closure)
    assert calls == optimizer.gradients_per_step
    assert used.tolist() == torch.tensor([0.1, 0.7]).tolist()
    assert once.tolist() == torch.tensor([1.0, 1e-3]).tolist()
    assert once.data_ptr() == storage


def test_entropy_sgd_leaves_what_only_the_walk_came_upon() -> None:
    used, late = nn.Parameter(torch.ones(1)), nn.Parameter(torch.ones(1))
    optimizer = EntropySGD([used, late], plain_sgd, lr=0.1, walk=2)
    calls = 0

    def closure() -> Tensor:
        nonlocal calls
        optimizer.zero_grad()
        loss = used.square().sum() + (late.square().sum() if calls else 0)
        loss.backward()
        calls += 1
        return loss

    optimizer.step(closure)
    assert used.item() < 1
    assert late.item() == 1


@pytest.mark.parametrize("name", WRAPPERS)
def test_weights_come_back_when_a_later_pass_fails(name: str) -> None:
    model = network()
    before = copy.deepcopy(model)
    optimizer = WRAPPERS[name](model.parameters(), plain_sgd, lr=1.0)
    right = closure_of(model, optimizer)
    calls = 0

    def closure() -> Tensor:
        nonlocal calls
        calls += 1
        if calls == 2:
            msg = "out of memory"
            raise MemoryError(msg)
        return right()

    with pytest.raises(MemoryError):
        optimizer.step(closure)
    assert same(model, before)


@pytest.mark.parametrize("name", WRAPPERS)
def test_frozen_and_unused_parameters_stay(name: str) -> None:
    model = network()
    model[0].requires_grad_(False)
    unused = nn.Parameter(torch.ones(3, dtype=torch.float64))
    before = copy.deepcopy(model[0])
    optimizer = WRAPPERS[name]([*model.parameters(), unused], BASES["adamw"], lr=0.1)
    train(model, optimizer, 3)
    assert same(model[0], before)
    assert unused.tolist() == [1.0, 1.0, 1.0]
    assert not same(model[2], network()[2])


@pytest.mark.parametrize("name", WRAPPERS)
def test_loss_of_a_step_is_the_one_at_the_weights(name: str) -> None:
    model = network()
    optimizer = WRAPPERS[name](model.parameters(), plain_sgd, lr=0.1)
    closure = closure_of(model, optimizer)
    expected = closure().item()
    assert optimizer.step(closure).item() == expected


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("name", WRAPPERS)
def test_a_resumed_run_is_an_unbroken_one(name: str, base: str) -> None:
    make = functools.partial(WRAPPERS[name], base=BASES[base], lr=0.05)
    whole, half = network(), network()
    train(whole, make(whole.named_parameters()), 8)
    first = make(half.named_parameters())
    train(half, first, 4)
    saved = copy.deepcopy(first.state_dict())
    second = make(half.named_parameters())
    second.load_state_dict(saved)
    train(half, second, 4)
    assert same(whole, half)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("name", WRAPPERS)
def test_the_checkpoint_is_no_larger_than_the_bases(name: str, base: str) -> None:
    model, other = network(), network()
    wrapper = WRAPPERS[name](model.parameters(), BASES[base], lr=0.05)
    alone = BASES[base](other.parameters(), lr=0.05)
    train(model, wrapper, 2)
    train(other, alone, 2)
    assert _tensors(wrapper.state_dict()) == _tensors(alone.state_dict())


def _tensors(state: dict[str, Any]) -> list[tuple[str, torch.Size]]:
    return [
        (name, value.shape)
        for of_parameter in state["state"].values()
        for name, value in of_parameter.items()
        if isinstance(value, Tensor)
    ]


@pytest.mark.parametrize("name", WRAPPERS)
def test_groups_have_rates_of_their_own_and_a_schedule_reaches_the_base(
    name: str,
) -> None:
    model = network()
    groups: list[dict[str, Any]] = [
        {"params": model[0].parameters()},
        {"params": model[2].parameters(), "lr": 0.5},
    ]
    optimizer = WRAPPERS[name](groups, plain_sgd, lr=0.25)
    schedule = LambdaLR(optimizer, lambda step: 0.0 if step else 1.0)
    assert [g["lr"] for g in optimizer.base.param_groups] == [0.25, 0.5]
    train(model, optimizer, 1)
    before = copy.deepcopy(model)
    assert not same(before, network())
    schedule.step()
    train(model, optimizer, 1)
    assert same(model, before)


@pytest.mark.parametrize("name", WRAPPERS)
def test_a_schedule_still_reaches_the_base_of_a_resumed_run(name: str) -> None:
    model = network()
    first = WRAPPERS[name](model.parameters(), BASES["adamw"], lr=0.25)
    train(model, first, 1)
    second = WRAPPERS[name](model.parameters(), BASES["adamw"], lr=0.25)
    second.load_state_dict(first.state_dict())
    second.param_groups[0]["lr"] = 0.0
    before = copy.deepcopy(model)
    train(model, second, 1)
    assert same(model, before)


@pytest.mark.parametrize("name", WRAPPERS)
def test_a_group_that_is_added_later_has_every_option(name: str) -> None:
    model = network()
    optimizer = WRAPPERS[name](model[0].parameters(), BASES["sgd"], lr=0.1)
    optimizer.add_param_group({"params": list(model[2].parameters())})
    one, other = optimizer.param_groups
    assert {**one, "params": None} == {**other, "params": None}
    train(model, optimizer, 1)
    assert not same(model[2], network()[2])


def test_two_layers_in_groups_are_the_same_as_together() -> None:
    together, apart = network(), network()
    train(together, SAM(together.parameters(), plain_sgd, lr=0.1, rho=0.3), 5)
    groups = [{"params": apart[0].parameters()}, {"params": apart[2].parameters()}]
    train(apart, SAM(groups, plain_sgd, lr=0.1, rho=0.3), 5)
    for a, b in zip(together.parameters(), apart.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", WRAPPERS)
def test_a_flat_start_is_left_to_the_base(name: str) -> None:
    weight = nn.Parameter(torch.zeros(3))
    options = {"noise": 0.0} if name == "entropy_sgd" else {}
    optimizer = WRAPPERS[name]([weight], plain_sgd, lr=1.0, **options)
    optimizer.step(quadratic(optimizer, weight, 2.0))
    assert weight.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("name", WRAPPERS)
def test_a_step_without_closure_is_refused(name: str) -> None:
    optimizer = WRAPPERS[name]([nn.Parameter(torch.zeros(1))], plain_sgd)
    with pytest.raises(InputError, match="steps with a closure"):
        optimizer.step()


@pytest.mark.parametrize(
    ("make", "options", "says"),
    [
        (SAM, {"rho": -0.1}, "rho of SAM is -0.1: give 0 or more"),
        (SAM, {"eta": -1}, "eta of SAM is -1"),
        (SAM, {"rho": math.nan}, "rho of SAM is nan"),
        (EntropySGD, {"walk": 0}, "walk of Entropy-SGD is 0: give 1 or more steps"),
        (EntropySGD, {"walk_lr": 0.0}, "walk_lr of Entropy-SGD is 0.0: give above 0"),
        (
            EntropySGD,
            {"gamma": 11.0},
            "is 11.0: give above 0, up to 1 / walk_lr",
        ),
        (EntropySGD, {"gamma": 0.0}, "gamma of Entropy-SGD is 0.0"),
        (EntropySGD, {"scoping": -1.0}, "scoping of Entropy-SGD"),
        (EntropySGD, {"noise": -1.0}, "noise of Entropy-SGD"),
        (EntropySGD, {"alpha": 0.0}, "alpha of Entropy-SGD is 0.0"),
        (EntropySGD, {"seed": -1}, "seed of Entropy-SGD is -1"),
    ],
)
def test_options_out_of_range_are_refused(
    make: Callable[..., Optimizer], options: dict[str, Any], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        make([nn.Parameter(torch.zeros(1))], plain_sgd, **options)
