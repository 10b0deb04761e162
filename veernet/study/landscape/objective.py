"""What the measures of sharpness are taken of: a scalar of a network and a batch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
from scipy.optimize import minimize_scalar
from torch import Tensor, nn
from torch.nn import functional

from veernet.losses.distribution import cross_entropy_loss
from veernet.losses.inputs import IGNORE_INDEX, check_positive
from veernet.study.landscape.probes import Batch, check_batches, logits_of
from veernet.study.landscape.weights import lent

if TYPE_CHECKING:
    from torch import Tensor, nn

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


COLDEST, HOTTEST = 0.01, 100.0
"""Bounds of the temperature; one is met where the classes part without an error."""


def fit_temperature(
    model: nn.Module,
    batches: Sequence[Batch],
    classes: int,
    ignore_index: int = IGNORE_INDEX,
) -> float:
    """Return the temperature that minimises the cross-entropy of logits divided by it.

    The cross-entropy is convex in the inverse of the temperature, so a search in one
    dimension finds the minimum. One pass of the network; the logits of all batches are
    kept for the search.

    Parameters
    ----------
    model, batches, classes, ignore_index
        As in :func:`veernet.study.landscape.probes.read`.

    Returns
    -------
    float
        Between ``COLDEST`` and ``HOTTEST``; above 1 where the network is too sure.

    References
    ----------
    .. [Guo17] Guo et al., On Calibration of Modern Neural Networks, ICML 2017,
       section 4.2.
    """
    check_batches(batches)
    with lent(model), torch.no_grad():
        pairs = [(logits_of(model, b, classes), b["mask"]) for b in batches]
        found = minimize_scalar(
            lambda log: sum(_nll(z, y, math.exp(log), ignore_index) for z, y in pairs),
            bounds=(math.log(COLDEST), math.log(HOTTEST)),
            method="bounded",
            options={"xatol": 1e-7},
        )
    return math.exp(float(found.x))


def _nll(logits: Tensor, mask: Tensor, temperature: float, ignored: int) -> float:
    scaled = logits / temperature
    nll = functional.cross_entropy(scaled, mask, ignore_index=ignored, reduction="none")
    return float(nll.sum(dtype=torch.float64))
