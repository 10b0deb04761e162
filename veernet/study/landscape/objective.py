"""What the measures of sharpness are taken of: a scalar of a network and a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from veernet.losses.distribution import cross_entropy_loss
from veernet.losses.inputs import IGNORE_INDEX, check_positive
from veernet.study.landscape.probes import Batch, logits_of

if TYPE_CHECKING:
    from veernet.study.landscape.weights import Weights

Objective = Callable[[nn.Module, Batch], Tensor]
"""Maps a network and a batch to a scalar that can be differentiated."""


def matched_cross_entropy(
    classes: int, temperature: float, ignore_index: int = IGNORE_INDEX
) -> Objective:
    """Return cross-entropy at a temperature fitted before: the common objective."""
    check_positive(temperature=temperature)

    def value(model: nn.Module, batch: Batch) -> Tensor:
        logits = logits_of(model, batch, classes) / temperature
        return cross_entropy_loss(logits, batch["mask"], ignore_index=ignore_index)

    return value


def own_loss(loss: nn.Module, classes: int) -> Objective:
    """Return the loss that a network was trained with, as an objective."""

    def value(model: nn.Module, batch: Batch) -> Tensor:
        result: Tensor = loss(logits_of(model, batch, classes), batch["mask"])
        return result

    return value


def mean_value(
    model: nn.Module, batches: Sequence[Batch], objective: Objective
) -> float:
    """Return the mean of an objective over batches, where the network stands."""
    with torch.no_grad():
        values = [float(objective(model, batch)) for batch in batches]
    return sum(values) / len(values)


def mean_and_gradient(
    model: nn.Module,
    weights: Weights,
    batches: Sequence[Batch],
    objective: Objective,
) -> tuple[float, Tensor]:
    """Return the mean of an objective over batches and its gradient as a vector."""
    total, gradient = 0.0, torch.zeros_like(weights.origin)
    for batch in batches:
        value = objective(model, batch)
        gradient += weights.gradient(value) / len(batches)
        total += float(value.detach()) / len(batches)
    return total, gradient
