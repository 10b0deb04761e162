"""Sharpness: by how much an objective rises near the weights, at worst or on average.

Measures on adaptive neighbourhoods do not change when rectified layers are scaled
against each other. The plain ones and Keskar's do: they are reported beside, as
controls, and never instead.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from veernet.errors import InputError
from veernet.losses.inputs import check_positive
from veernet.study.landscape.ascent import highest
from veernet.study.landscape.neighbourhood import (
    Ball,
    Norm,
    adaptive_scale,
    keskar_scale,
    plain_scale,
)
from veernet.study.landscape.objective import Objective, mean_and_gradient, mean_value
from veernet.study.landscape.weights import lent

if TYPE_CHECKING:
    from torch import Tensor, nn

    from veernet.study.landscape.probes import Batch
    from veernet.study.landscape.weights import Weights


@dataclass(frozen=True)
class SharpnessEstimate:
    """A number and how far it may be off.

    Parameters
    ----------
    value
        The estimate.
    error
        Its standard error; for an eigenvalue, the bound that its residual gives.
    """

    value: float
    error: float


def keskar(
    model: nn.Module,
    batches: Sequence[Batch],
    objective: Objective,
    *,
    epsilon: float = 1e-3,
    steps: int = 10,
    generator: torch.Generator,
) -> float:
    r"""Keskar's sharpness: the rise at worst in a small box, in per cent of 1 + value.

    :math:`\phi = 100 (\max f(w + z) - f(w)) / (1 + f(w))` over
    :math:`|z_i| \le \epsilon (|w_i| + 1)`. A rescaling changes it. ``steps``
    values with gradients and two values, each over all batches.

    Parameters
    ----------
    model
        At the weights to measure; they are put back.
    batches
        Of which the objective is the mean.
    objective
        0 or more.
    epsilon
        Half the side of the box for a weight of zero.
    steps
        Of projected ascent.
    generator
        Of the CPU, for its start.

    Returns
    -------
    float
        In per cent, 0 or more; a lower bound, as the ascent may miss the maximum.

    References
    ----------
    .. [Kes17] Keskar et al., On Large-Batch Training for Deep Learning: Generalization
       Gap and Sharp Minima, ICLR 2017, metric 2.1 with the whole space; its maximum is
       found with L-BFGS-B there.
    """
    with lent(model) as weights:
        ball = Ball(keskar_scale(weights), epsilon, "linf")
        value, top = highest(model, weights, batches, objective, ball, steps, generator)
    return 100 * (top - value) / (1 + value)


def worst_case(
    model: nn.Module,
    batches: Sequence[Batch],
    objective: Objective,
    *,
    radius: float,
    norm: Norm = "l2",
    adaptive: bool = True,
    eta: float = 0.01,
    steps: int = 20,
    per_batch: bool = True,
    generator: torch.Generator,
) -> float:
    """Worst-case sharpness: the rise at worst within a ball, found by APGD.

    ``steps`` values with gradients and two values over all batches.

    Parameters
    ----------
    model
        At the weights to measure; they are put back.
    batches, objective
        Of which the rise is measured.
    radius
        Of the ball; for adaptive measures in multiples of the weights' own sizes.
    norm
        ``"l2"`` of the whole vector, or ``"linf"`` of each weight.
    adaptive
        Whether the ball stretches with the size of each weight; else it is the control.
    eta
        See :func:`veernet.study.landscape.neighbourhood.adaptive_scale`.
    steps
        Of the ascent.
    per_batch
        Whether each batch has a worst case of its own, whose rises are averaged, or all
        have one together. The first is nearer to what SAM sees in training.
    generator
        Of the CPU, for the starts.

    Returns
    -------
    float
        In the unit of the objective, 0 or more; a lower bound of the true maximum.

    References
    ----------
    .. [And23] Andriushchenko et al., A Modern Look at the Relationship between
       Sharpness and Generalization, ICML 2023, section 3.
    """
    with lent(model) as weights:
        ball = Ball(_scale(weights, adaptive=adaptive, eta=eta), radius, norm)
        groups = _groups(batches, per_batch=per_batch)
        total = 0.0
        for group in groups:
            value, top = highest(
                model, weights, group, objective, ball, steps, generator
            )
            total += top - value
    return total / len(groups)


def one_step(
    model: nn.Module,
    batches: Sequence[Batch],
    objective: Objective,
    *,
    radius: float,
    norm: Norm = "l2",
    adaptive: bool = True,
    eta: float = 0.0,
    per_batch: bool = True,
) -> float:
    """One-step sharpness: the rise at the end of the step that SAM (or ASAM) climbs.

    One value with gradient and one value over all batches.

    Parameters
    ----------
    model, batches, objective, radius, norm, adaptive, eta, per_batch
        As in :func:`worst_case`; without ``adaptive`` it is SAM's step, with it ASAM's.

    Returns
    -------
    float
        In the unit of the objective; negative where the step overshoots.

    References
    ----------
    .. [For21] Foret et al., Sharpness-Aware Minimization for Efficiently Improving
       Generalization, ICLR 2021, eq. 2.
    .. [Kwo21] Kwon et al., ASAM, ICML 2021, eq. 5.
    """
    with lent(model) as weights:
        ball = Ball(_scale(weights, adaptive=adaptive, eta=eta), radius, norm)
        groups = _groups(batches, per_batch=per_batch)
        total = 0.0
        for group in groups:
            weights.move(torch.zeros_like(weights.origin))
            value, gradient = mean_and_gradient(model, weights, group, objective)
            u = radius * ball.steepest(ball.scale * gradient)
            weights.move(ball.scale * u)
            total += mean_value(model, group, objective) - value
    return total / len(groups)


def average_case(
    model: nn.Module,
    batches: Sequence[Batch],
    objective: Objective,
    *,
    sigma: float,
    adaptive: bool = True,
    pairs: int = 8,
    generator: torch.Generator,
) -> SharpnessEstimate:
    r"""Average-case sharpness: the mean rise under Gaussian noise on the weights.

    Noise comes in pairs of opposite sign, so that the slope cancels exactly: for a
    small :math:`\sigma` the mean is :math:`\sigma^2 / 2` times the trace of the
    Hessian, taken in the measure of the weights' sizes if it is adaptive. One value and
    two more for each pair, over all batches.

    Parameters
    ----------
    model
        At the weights to measure; they are put back.
    batches, objective
        Of which the rise is measured.
    sigma
        Standard deviation of the noise; for the adaptive measure as a share of each
        weight's own size.
    adaptive
        Whether the noise goes with the size of each weight; else it is the control.
    pairs
        Of noise; 2 or more, for the standard error.
    generator
        Of the CPU.

    Returns
    -------
    SharpnessEstimate
        In the unit of the objective, with the standard error over the pairs.
    """
    check_positive(sigma=sigma)
    if pairs < 2:
        msg = f"{pairs} pairs of noise have no spread: give 2 or more"
        raise InputError(msg)
    with lent(model) as weights:
        scale = sigma * _scale(weights, adaptive=adaptive, eta=0.0)
        value = mean_value(model, batches, objective)
        rises = []
        for _ in range(pairs):
            noise = _standard_normal(weights, generator) * scale
            pair = []
            for step in (noise, -noise):
                weights.move(step)
                pair.append(mean_value(model, batches, objective))
            rises.append(sum(pair) / 2 - value)
    return estimate(rises)


def estimate(values: Sequence[float]) -> SharpnessEstimate:
    """Return the mean of two or more draws with its standard error."""
    mean = sum(values) / len(values)
    squares = sum((value - mean) ** 2 for value in values)
    return SharpnessEstimate(mean, math.sqrt(squares / (len(values) - 1) / len(values)))


def _scale(weights: Weights, *, adaptive: bool, eta: float) -> Tensor:
    return adaptive_scale(weights, eta) if adaptive else plain_scale(weights)


def _groups(batches: Sequence[Batch], *, per_batch: bool) -> list[Sequence[Batch]]:
    return [[batch] for batch in batches] if per_batch else [batches]


def _standard_normal(weights: Weights, generator: torch.Generator) -> Tensor:
    drawn = torch.randn(weights.size, generator=generator, dtype=torch.float64)
    return drawn.to(weights.origin.device)
