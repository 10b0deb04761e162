"""Entropy-SGD: descends the local entropy of the loss, which wide valleys lower."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from veernet.errors import InputError
from veernet.optimisers.wrapper import Closure, MakeBase, Parameters, Wrapper


class EntropySGD(Wrapper):
    """Steps with the gradient of local entropy, found by a walk around the weights.

    From the weights x, a Langevin walk of a few steps x' with a running mean mu,

        x' <- x' - s (g(x') - gamma (x - x')) + sqrt(s) noise N(0, 1),
        mu <- (1 - alpha) mu + alpha x',

    ends in the gradient gamma (x - mu), with which the base steps from x: [Cha17]_,
    algorithm 1. Without noise, and after a long walk, it is the gradient of the Moreau
    envelope of the loss: of a w^2 / 2, gamma a / (a + gamma) w. Its size is that of an
    ordinary gradient, or about 1 - (1 - s gamma)^L of it after a walk of L steps. A
    small gamma looks further around: where the gradient is g, the walk settles
    g / gamma away.

    Scoping closes in on the weights as the run goes on: after t steps gamma has grown
    to gamma (1 + scoping)^t, but not beyond 1 / s, where one step of the walk already
    undoes all that went before.

    A step evaluates as many gradients as the walk is long: n steps are fairly compared
    with n times ``walk`` steps of the base. The closure decides which batches the walk
    sees. The paper draws one for each gradient; a trainer whose closure keeps its
    batch, as Lightning's does, walks in the loss of that batch.

    Parameters
    ----------
    params
        Parameters, pairs of name and parameter, or groups of either.
    base
        Makes the optimiser that steps of the groups.
    lr
        Rate of the base; None leaves it to the base.
    walk
        Steps of the Langevin walk, L in the paper; the same for all groups.
    walk_lr
        Rate s of the walk, eta' in the paper.
    gamma
        Pull back to the weights at the first step.
    scoping
        Growth of gamma per step.
    noise
        Thermal noise, epsilon in the paper.
    alpha
        Weight of the newest point in the mean.
    seed
        Of the noise, which it gives together with t: a run that is resumed goes on with
        the noise of an unbroken one, and so does a run on another device.

    Raises
    ------
    InputError
        If an option is out of its range.

    References
    ----------
    .. [Cha17] Chaudhari et al., Entropy-SGD: Biasing Gradient Descent Into Wide
       Valleys, ICLR 2017, algorithm 1.
    """

    def __init__(
        self,
        params: Parameters,
        base: MakeBase,
        lr: float | None = None,
        walk: int = 20,
        walk_lr: float = 0.1,
        gamma: float = 1.0,
        scoping: float = 1e-3,
        noise: float = 1e-4,
        alpha: float = 0.75,
        seed: int = 0,
    ) -> None:
        super().__init__(
            params,
            base,
            lr,
            walk_lr=walk_lr,
            gamma=gamma,
            scoping=scoping,
            noise=noise,
            alpha=alpha,
            seed=seed,
            steps=0,  # t: among the options, so that it is saved with them
        )
        if walk < 1:
            msg = f"walk of Entropy-SGD is {walk}: give 1 or more steps"
            raise InputError(msg)
        self.walk = walk
        for group in self.param_groups:
            _check(group)

    @property
    def gradients_per_step(self) -> int:
        """The steps of the walk."""
        return self.walk

    def replace_gradient(self, closure: Closure) -> None:
        """Walk around the weights, come back, and leave gamma (x - mu) as gradient."""
        generator = _noise_of(self.param_groups[0])
        graded = list(self._graded())
        kept = [weight.clone() for weight, _ in graded]
        means = [weight.clone() for weight, _ in graded]
        try:
            for step in range(self.walk):
                if step:
                    closure()
                for (weight, group), x, mean in zip(graded, kept, means, strict=True):
                    pull = self.pull(group)
                    _walk(weight, x, pull, group, generator)
                    mean.lerp_(weight, group["alpha"])
        finally:
            for (weight, _), x in zip(graded, kept, strict=True):
                weight.copy_(x)
        self.zero_grad()
        for (weight, group), mean in zip(graded, means, strict=True):
            weight.grad = self.pull(group) * (weight - mean)
        for group in self.param_groups:
            group["steps"] += 1

    def pull(self, group: dict[str, Any]) -> float:
        """Return gamma of a parameter group at the step that it is at."""
        # In logarithms, because the power of a long run overflows before it is cut off.
        grown = math.log(group["gamma"]) + group["steps"] * math.log1p(group["scoping"])
        return math.exp(min(grown, -math.log(group["walk_lr"])))

    def _graded(self) -> Iterator[tuple[Tensor, dict[str, Any]]]:
        """Pair each parameter that has a gradient with its group."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    yield weight, group


def _walk(
    weight: Tensor,
    x: Tensor,
    pull: float,
    group: dict[str, Any],
    generator: torch.Generator,
) -> None:
    """Take one step of the Langevin walk around x, in place."""
    rate, noise = group["walk_lr"], group["noise"]
    back = pull * (x - weight)
    # A parameter that this gradient does not reach is only drawn back.
    weight.add_(back if weight.grad is None else back - weight.grad, alpha=rate)
    if noise:
        drawn = torch.randn(weight.shape, generator=generator, dtype=torch.float32)
        weight.add_(drawn.to(weight), alpha=noise * math.sqrt(rate))


def _noise_of(group: dict[str, Any]) -> torch.Generator:
    """Return the source of a step's noise, which seed and step determine."""
    sequence = np.random.SeedSequence([group["seed"], group["steps"]])
    (state,) = sequence.generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state))


def _check(group: dict[str, Any]) -> None:
    """Refuse options that are out of range."""
    pulled = group["gamma"] * group["walk_lr"]
    ranges = {
        "walk_lr": (group["walk_lr"] > 0, "above 0"),
        "gamma": (0 < pulled <= 1, "above 0, up to 1 / walk_lr"),
        "scoping": (group["scoping"] >= 0, "0 or more"),
        "noise": (group["noise"] >= 0, "0 or more"),
        "alpha": (0 < group["alpha"] <= 1, "above 0, up to 1"),
        "seed": (group["seed"] >= 0, "0 or more"),
    }
    for name, (right, wanted) in ranges.items():
        if not right:
            msg = f"{name} of Entropy-SGD is {group[name]}: give {wanted}"
            raise InputError(msg)
