"""By how much a probe rises where its basin ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from veernet.study.landscape.probes import (
    CURVE,
    LOSS,
    MATCHED,
    MIOU,
    Batch,
    Probes,
    Reading,
    class_counts,
)

if TYPE_CHECKING:
    from torch import Tensor, nn

    from veernet.study.landscape.settings import Settings

OWN = "own"
"""Name of the loss that the network was trained with, among the probes' losses."""


def basin_steps(
    batches: Sequence[Batch],
    probes: Probes,
    origin: Reading,
    settings: Settings,
) -> dict[str, float]:
    """Return the rise that ends the basin of each probe.

    Parameters
    ----------
    batches, probes
        As of the reading.
    origin
        The reading at the weights.
    settings
        The share or size of each step.

    Returns
    -------
    dict
        In the unit of each probe. What has no step has no basin: cross-entropy where
        the masks show one class alone, and an own loss that is no better than guessing.
    """
    count = class_counts(batches, probes.classes, probes.ignore_index)
    share = count / count.sum()
    entropy = float(torch.special.entr(share).sum())
    steps = {MIOU: settings.miou_step, CURVE: settings.curve_step}
    steps = {probe: step for probe, step in steps.items() if probe in origin}
    if entropy > 0:
        steps[MATCHED] = settings.entropy_step * entropy
    if OWN in probes.losses:
        guess = guessing(batches, share, probes.losses[OWN])
        if guess > origin[LOSS + OWN]:
            steps[LOSS + OWN] = settings.own_step * (guess - origin[LOSS + OWN])
    return steps


def guessing(batches: Sequence[Batch], share: Tensor, loss: nn.Module) -> float:
    """Return the mean loss of saying everywhere the (classes,) share of each class."""
    values = []
    for batch in batches:
        mask = batch["mask"]
        prior = share.clamp_min(torch.finfo(torch.float32).eps).log().to(mask.device)
        shape = (mask.shape[0], len(share), *mask.shape[1:])
        values.append(float(loss(prior.view(1, -1, 1, 1).expand(shape), mask)))
    return sum(values) / len(values)
