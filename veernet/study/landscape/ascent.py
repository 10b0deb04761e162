"""The highest value of an objective in a ball: projected gradient ascent, APGD."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from veernet.losses.inputs import check_positive
from veernet.study.landscape.objective import Objective, mean_and_gradient, mean_value

if TYPE_CHECKING:
    from torch import nn

    from veernet.study.landscape.neighbourhood import Ball
    from veernet.study.landscape.probes import Batch
    from veernet.study.landscape.weights import Weights

MOMENTUM = 0.75
"""Share of the new step in the next, the rest being the last one repeated."""
RISING = 0.75
"""Share of the steps since the last checkpoint that must rise, or the size halves."""
START = 0.1
"""Share of the radius at which the ascent starts, in a random direction."""


def highest(
    model: nn.Module,
    weights: Weights,
    batches: Sequence[Batch],
    objective: Objective,
    ball: Ball,
    steps: int,
    generator: torch.Generator,
) -> tuple[float, float]:
    """Return a mean at the centre of a ball and the highest that an ascent finds.

    The second is a lower bound of the true maximum, and at least the first. The
    step is twice the radius at first, and halves, from the best place so far, where the
    ascent stalls. The start is off the centre: at a minimum there is no gradient.

    One value, ``steps`` values with gradients and one more value, each over all
    batches. The weights are left displaced.

    Parameters
    ----------
    model, weights
        A network, as it was lent.
    batches
        Over which the mean is taken.
    objective
        What is to rise.
    ball
        Of the steps.
    steps
        Of the ascent.
    generator
        Of the CPU, for the start.

    References
    ----------
    .. [Cro20] Croce and Hein, Reliable Evaluation of Adversarial Robustness with an
       Ensemble of Diverse Parameter-free Attacks, ICML 2020, algorithm 1.
    .. [And23] Andriushchenko et al., A Modern Look at the Relationship between
       Sharpness and Generalization, ICML 2023, section 3, which uses it on weights.
    """
    check_positive(steps=steps)
    weights.move(torch.zeros_like(weights.origin))
    centre = mean_value(model, batches, objective)
    checkpoints = checkpoint_steps(steps)
    at = before = best = ball.within(generator, START)
    best_slope = torch.zeros_like(at)
    top, last, size = -math.inf, -math.inf, 2 * ball.radius
    rises, since = 0, 0
    halved, top_then = False, -math.inf
    for step in range(steps):
        weights.move(ball.scale * at)
        value, gradient = mean_and_gradient(model, weights, batches, objective)
        rises, last = rises + (value > last), value
        slope = ball.scale * gradient
        if value > top:
            top, best, best_slope = value, at, slope
        if step in checkpoints:
            stalled = rises < RISING * (step - since)
            stuck = not halved and top <= top_then
            halved = stalled or stuck
            if halved:
                size, at, before, slope = size / 2, best, best, best_slope
            rises, since, top_then = 0, step, top
        ahead = ball.project(at + size * ball.steepest(slope))
        mixed = at + MOMENTUM * (ahead - at) + (1 - MOMENTUM) * (at - before)
        # The first step has none before it to go on from, and is taken whole.
        at, before = (ahead if step == 0 else ball.project(mixed)), at
    weights.move(ball.scale * at)
    return centre, max(centre, top, mean_value(model, batches, objective))


def checkpoint_steps(steps: int) -> set[int]:
    """Return the steps at which the ascent looks back, ever closer to each other."""
    before, share, found = 0.0, 0.22, set()
    while share <= 1:
        # Rounded, so that 57 % of 100 is not step 58 by the last bit.
        found.add(math.ceil(round(share * steps, 6)))
        before, share = share, share + max(share - before - 0.03, 0.06)
    return found
