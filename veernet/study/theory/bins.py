"""Amounts in bins: how much lies where, on average, and as a share of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from veernet.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


@dataclass(frozen=True)
class Binned:
    """Gradient in bins, from the first edge to the last.

    Parameters
    ----------
    edges
        One more than bins.
    pixels
        In each bin.
    mean
        Gradient of a pixel of the bin on average, None where there is none.
    share
        Of the whole gradient, in each bin; 0 throughout where there is no gradient.
    """

    edges: tuple[float, ...]
    pixels: tuple[int, ...]
    mean: tuple[float | None, ...]
    share: tuple[float, ...]


def binned(where: Tensor, amount: Tensor, edges: Sequence[float]) -> Binned:
    """Sum amounts in bins: from each edge up to the next, the last one included.

    Parameters
    ----------
    where, amount : (pixels,) float
        What decides the bin, and what is summed.
    edges
        Rising, two or more.

    Raises
    ------
    InputError
        If the edges do not rise or do not hold every pixel.
    """
    borders = torch.tensor(list(edges), dtype=torch.float64)
    if len(borders) < 2 or not (borders.diff() > 0).all():
        msg = f"edges of bins are {list(edges)}: give two or more that rise"
        raise InputError(msg)
    at = where.double()
    if len(at) and not borders[0] <= at.min() <= at.max() <= borders[-1]:
        msg = (
            f"values from {float(at.min())} to {float(at.max())} are not all between "
            f"the first and the last edge, {edges[0]} and {edges[-1]}: widen them"
        )
        raise InputError(msg)
    bins = len(borders) - 1
    index = (torch.bucketize(at, borders, right=True) - 1).clamp(0, bins - 1)
    sums = torch.zeros(bins, dtype=torch.float64)
    sums.index_add_(0, index, amount.double())
    counts = torch.bincount(index, minlength=bins)
    total = float(sums.sum())
    pairs = list(zip(sums.tolist(), counts.tolist(), strict=True))
    return Binned(
        edges=tuple(float(edge) for edge in edges),
        pixels=tuple(count for _, count in pairs),
        mean=tuple(part / count if count else None for part, count in pairs),
        share=tuple(part / total if total else 0.0 for part, _ in pairs),
    )
