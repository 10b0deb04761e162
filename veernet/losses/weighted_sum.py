"""A weighted sum of losses whose terms can be logged by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from veernet.errors import InputError
from veernet.losses.inputs import check_not_negative, check_shapes, widened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

RESERVED = ("loss", "centre")
"""What the log shows beside the terms."""


class WeightedSum(nn.Module):
    """The sum of losses, each times its weight.

    Parameters
    ----------
    losses
        By name; the names are those that a log shows: words of letters, digits and
        underscores, and neither ``loss``, which is their sum, nor ``centre``.
    weights
        By name, 1 for a loss that is not named. They are not made to sum to one.

    Raises
    ------
    InputError
        If there is no loss, a name cannot be one, or a weight is negative or of no
        loss.
    """

    def __init__(
        self,
        losses: Mapping[str, nn.Module],
        weights: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__()
        weights = weights or {}
        empty = nn.ModuleDict()
        if not losses:
            msg = "a weighted sum has no losses: give one or more by name"
            raise InputError(msg)
        for name in losses:
            # A module keeps what it holds as attributes, beside its own.
            if not name.isidentifier() or name in RESERVED or hasattr(empty, name):
                msg = f"{name!r} cannot name a loss of a sum: give it another name"
                raise InputError(msg)
        if unknown := sorted(set(weights) - set(losses)):
            msg = f"weights are given for {unknown}: the losses are {sorted(losses)}"
            raise InputError(msg)
        check_not_negative(**{f"the weight of {k}": w for k, w in weights.items()})
        self.losses = nn.ModuleDict(dict(losses))
        self.weights = {name: float(weights.get(name, 1)) for name in losses}

    def terms(self, logits: Tensor, target: Tensor) -> dict[str, Tensor]:
        """Return each loss by name, before its weight, as a scalar."""
        check_shapes(logits, target)
        # Widened once for all terms, so that their gradients add up in full precision.
        full = widened(logits)
        return {name: loss(full, target) for name, loss in self.losses.items()}

    def combine(self, terms: Mapping[str, Tensor]) -> Tensor:
        """Return the weighted sum of terms that were computed before."""
        weighted = [weight * terms[name] for name, weight in self.weights.items()]
        return torch.stack(weighted).sum()

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        """Return the weighted sum for (N, C, H, W) logits and (N, H, W) classes."""
        return self.combine(self.terms(logits, target))

    def extra_repr(self) -> str:
        """List the weights."""
        return f"weights={self.weights}"
