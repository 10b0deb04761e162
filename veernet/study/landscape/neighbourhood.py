"""The neighbourhood of the weights that a sharpness looks at: a ball in some measure.

A step is written as scale times u, element by element, with u in a ball of a norm. With
the size of each weight as its scale, a network and its rescaled twin have the same
neighbourhood, for what a layer is multiplied by its steps are multiplied by too. No
step is ever divided by a weight, so that weights of zero do no harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch

from veernet.errors import InputError
from veernet.losses.inputs import check_not_negative, check_positive

if TYPE_CHECKING:
    from torch import Tensor

    from veernet.study.landscape.weights import Weights

Norm = Literal["l2", "linf"]


@dataclass(frozen=True)
class Ball:
    """Steps scale * u with the norm of u at most the radius.

    Parameters
    ----------
    scale : (weights,) float64
        Of each weight, 0 or more.
    radius
        Above 0.
    norm
        ``"l2"`` or ``"linf"``, the largest element.
    """

    scale: Tensor
    radius: float
    norm: Norm = "l2"

    def __post_init__(self) -> None:
        check_positive(radius=self.radius)
        if self.norm not in {"l2", "linf"}:
            msg = f"norm is {self.norm!r}: give 'l2' or 'linf'"
            raise InputError(msg)

    def steepest(self, slope: Tensor) -> Tensor:
        """Return the u of norm 1 along which a linear function rises most.

        Parameters
        ----------
        slope : (weights,) float64
            By u, which is the scale times the gradient by the weights.
        """
        if self.norm == "linf":
            return slope.sign()
        return slope / length(slope).clamp_min(torch.finfo(slope.dtype).tiny)

    def project(self, u: Tensor) -> Tensor:
        """Return the nearest u within the ball."""
        if self.norm == "linf":
            return u.clamp(-self.radius, self.radius)
        return u * (self.radius / length(u).clamp_min(self.radius))

    def within(self, generator: torch.Generator, share: float) -> Tensor:
        """Draw a u whose norm is a share of the radius (for linf, at most that)."""
        shape, reach = self.scale.shape, share * self.radius
        if self.norm == "linf":
            drawn = torch.rand(shape, generator=generator, dtype=torch.float64)
            return ((2 * drawn - 1) * reach).to(self.scale.device)
        drawn = torch.randn(shape, generator=generator, dtype=torch.float64)
        return (drawn * (reach / length(drawn))).to(self.scale.device)


def length(vector: Tensor) -> Tensor:
    """Return the Euclidean norm of a vector, ()."""
    norm: Tensor = torch.linalg.vector_norm(vector)
    return norm


def plain_scale(weights: Weights) -> Tensor:
    """Return 1 for every weight: the control, which a rescaling moves."""
    return torch.ones_like(weights.origin)


def adaptive_scale(weights: Weights, eta: float = 0.0) -> Tensor:
    """Return the size of every weight, plus a share of what is usual in its tensor.

    Parameters
    ----------
    weights
        Of the network.
    eta
        The share of its tensor's root mean square that is added to each weight's size,
        so that weights of zero can move. ASAM adds a constant, with which a rescaled
        layer does not quite keep its measure; a share of the tensor's own size keeps
        it exactly.

    References
    ----------
    .. [Kwo21] Kwon et al., ASAM: Adaptive Sharpness-Aware Minimization for
       Scale-Invariant Learning of Deep Neural Networks, ICML 2021, section 3.
    """
    check_not_negative(eta=eta)
    sizes = [p.numel() for p in weights.parameters]
    pieces = torch.split(weights.origin, sizes)
    usual = [p.square().mean().sqrt().expand_as(p) for p in pieces]
    return weights.origin.abs() + eta * torch.cat(usual)


def keskar_scale(weights: Weights) -> Tensor:
    """Return the size of every weight plus 1, as in Keskar's box."""
    return weights.origin.abs() + 1
