"""Conversion of a network's outputs to probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor


def to_probability(logits: Tensor, classes: int) -> Tensor:
    """Return the probability of each class, and of a centre where there is one.

    Parameters
    ----------
    logits : (N, channels, H, W) float
        Of the classes, one of which holds in each pixel, and of what may come after
        them: the centre, which holds or not.
    classes
        How many they are, background included.

    Returns
    -------
    (N, channels, H, W) float
        The classes sum to 1.
    """
    probability = logits[:, :classes].softmax(dim=1)
    if logits.shape[1] == classes:
        return probability
    return torch.cat([probability, logits[:, classes:].sigmoid()], dim=1)
