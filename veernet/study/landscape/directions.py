"""Random directions in the space of the weights, in the measure of each filter.

A network whose rectified layers are scaled up and down against each other computes the
same, yet a step of a given length in its weights does not. Where each filter's share of
a direction is as long as the filter itself, the step scales along with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import torch
from torch import nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.conv import _ConvTransposeNd

from veernet.errors import InputError
from veernet.study.landscape.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

Kind = Literal["filter", "plain"]

NORMALISATIONS = (_NormBase, nn.GroupNorm, nn.LayerNorm, nn.RMSNorm)
"""Layers whose weights no direction moves, of whatever shape they are."""


def owned_parameters(model: nn.Module) -> Iterator[tuple[nn.Module, nn.Parameter]]:
    """Yield each weight once with the layer it is of, in the order of the network."""
    seen: set[int] = set()
    for module in model.modules():
        for parameter in module.parameters(recurse=False):
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield module, parameter


def filter_norms(owner: nn.Module, weight: Tensor) -> Tensor:
    """Return for each element of a layer's tensor the norm of the filter it is in.

    A filter is what makes one output: a slice of axis 0 of a convolution and a row of a
    linear layer; of a transposed convolution, whose axis 0 is that of the inputs, a
    slice of axis 1 (in each of its groups).

    Parameters
    ----------
    owner
        The layer.
    weight : (...) float
        Its weight, or a tensor of that shape.

    Returns
    -------
    (...) float
        0 throughout for what has one dimension and for normalisation layers, which no
        filter-normalised direction moves.
    """
    if weight.ndim < 2 or isinstance(owner, NORMALISATIONS):
        return torch.zeros_like(weight)
    if not isinstance(owner, _ConvTransposeNd):
        others = tuple(range(1, weight.ndim))
        norms: Tensor = torch.linalg.vector_norm(weight, dim=others, keepdim=True)
        return norms.expand_as(weight)
    grouped = weight.view(owner.groups, -1, *weight.shape[1:])
    others = tuple(axis for axis in range(grouped.ndim) if axis not in {0, 2})
    norms = torch.linalg.vector_norm(grouped, dim=others, keepdim=True)
    return norms.expand_as(grouped).flatten(0, 1)


def filter_normalised(model: nn.Module, generator: torch.Generator) -> Tensor:
    """Return a Gaussian direction, each filter of it as long as that of the network.

    Parameters
    ----------
    model
        At the weights that measure the direction.
    generator
        Of the CPU; the direction is then the same on every device.

    Returns
    -------
    (weights,) float64
        In the order of ``model.parameters()``. A step of 1 moves every filter by its
        own length; biases and normalisation layers stay.

    References
    ----------
    .. [Li18] Li et al., Visualizing the Loss Landscape of Neural Nets, NeurIPS 2018,
       section 4; biases left out as in its code's default for plots.
    """
    pieces = []
    for owner, parameter in owned_parameters(model):
        weight = parameter.detach().double()
        noise = _noise(weight, generator)
        drawn = filter_norms(owner, noise)
        # What no direction moves has no length: 0 over 1 leaves it where it is.
        length = drawn.masked_fill(drawn == 0, 1)
        pieces.append(noise / length * filter_norms(owner, weight))
    return Weights.vector(pieces)


def gaussian(model: nn.Module, generator: torch.Generator) -> Tensor:
    """Return a plain Gaussian direction: the control, which a rescaling moves.

    Parameters
    ----------
    model, generator
        As in :func:`filter_normalised`.

    Returns
    -------
    (weights,) float64
        Standard normal in every weight, so that a step is a standard deviation.
    """
    pieces = (_noise(p.detach().double(), generator) for p in model.parameters())
    return Weights.vector(pieces)


def directions(
    model: nn.Module, count: int, generator: torch.Generator, kind: Kind = "filter"
) -> list[Tensor]:
    """Draw several directions, one after another from one generator.

    Parameters
    ----------
    model
        At the weights that measure them.
    count
        How many. The first ones do not change with it.
    generator
        Of the CPU.
    kind
        ``"filter"`` for filter-normalised ones, ``"plain"`` for the control.

    Returns
    -------
    list of (weights,) float64

    Raises
    ------
    InputError
        If there are none, or the kind is another.
    """
    if count < 1:
        msg = f"{count} directions say nothing: ask for 1 or more"
        raise InputError(msg)
    makers = {"filter": filter_normalised, "plain": gaussian}
    if kind not in makers:
        msg = f"kind of direction is {kind!r}: give 'filter' or 'plain'"
        raise InputError(msg)
    return [makers[kind](model, generator) for _ in range(count)]


def _noise(weight: Tensor, generator: torch.Generator) -> Tensor:
    """Draw in float64 on the CPU, so that neither type nor device changes the draw."""
    drawn = torch.randn(weight.shape, generator=generator, dtype=torch.float64)
    return drawn.to(weight.device)
