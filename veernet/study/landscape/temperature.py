"""The temperature at which a network's probabilities fit best, fitted once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from scipy.optimize import minimize_scalar
from torch.nn import functional

from veernet.losses.inputs import IGNORE_INDEX
from veernet.study.landscape.probes import Batch, check_batches, logits_of
from veernet.study.landscape.weights import lent

if TYPE_CHECKING:
    from torch import Tensor, nn

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
