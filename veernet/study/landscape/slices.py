"""Slices through the landscape: probes along lines, and on a plane of two directions.

A reading costs a pass over its batches. A line remembers what it has read, so that the
half-width of a basin starts from the points of the slice for nothing.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from veernet.errors import InputError
from veernet.study.landscape.weights import lent

if TYPE_CHECKING:
    from torch import Tensor, nn

    from veernet.study.landscape.probes import Reader, Reading
    from veernet.study.landscape.weights import Weights


@dataclass(frozen=True)
class Lines:
    """Probes along several directions.

    Parameters
    ----------
    deltas
        Steps, in multiples of a direction; symmetric about 0, which is among them.
    values
        By probe, for each direction a value at each step; None where it was not finite.
    """

    deltas: tuple[float, ...]
    values: dict[str, list[list[float | None]]]


@dataclass(frozen=True)
class Plane:
    """Probes on a plane of two directions.

    Parameters
    ----------
    deltas
        Steps along either direction.
    values
        By probe, ``values[i][j]`` at ``deltas[i]`` times the first direction plus
        ``deltas[j]`` times the second; None where it was not finite.
    """

    deltas: tuple[float, ...]
    values: dict[str, list[list[float | None]]]


class SliceLine:
    """The probes of a network along one direction, each step read once.

    Parameters
    ----------
    model
        Left displaced between readings: use it inside :func:`lent`, which puts it back.
    weights
        Of the network, as they were lent.
    read
        Reads the network where it stands.
    direction : (weights,) float64
        Of a step of 1.
    origin
        The reading at step 0 where it is known already.
    """

    def __init__(
        self,
        model: nn.Module,
        weights: Weights,
        read: Reader,
        direction: Tensor,
        origin: Reading | None = None,
    ) -> None:
        check_direction(weights, direction)
        self.model, self.weights, self.read = model, weights, read
        self.direction = direction
        self.known: dict[float, Reading] = {} if origin is None else {0.0: origin}

    def __call__(self, delta: float) -> Reading:
        """Return the reading at a step."""
        if delta not in self.known:
            self.weights.move(delta * self.direction)
            self.known[delta] = self.read(self.model)
        return self.known[delta]


def symmetric(ladder: Sequence[float]) -> tuple[float, ...]:
    """Return the steps of a ladder, their negatives and 0, in rising order.

    Raises
    ------
    InputError
        If the ladder is empty or does not rise from above 0.
    """
    check_ladder(ladder)
    return (*(-delta for delta in reversed(ladder)), 0.0, *ladder)


def lines(
    model: nn.Module, read: Reader, along: Sequence[Tensor], deltas: Sequence[float]
) -> Lines:
    """Read a network along several directions.

    ``len(along) * (len(deltas) - 1) + 1`` readings.

    Parameters
    ----------
    model
        At the centre of the slices; it is put back.
    read
        Reads the network where it stands.
    along
        Directions, each (weights,) float64.
    deltas
        Steps, as of :func:`symmetric`.
    """
    with lent(model) as weights:
        origin = read(model)
        found = [SliceLine(model, weights, read, d, origin) for d in along]
        return tabulate(found, deltas)


def tabulate(along: Sequence[SliceLine], deltas: Sequence[float]) -> Lines:
    """Read lines at the steps where they have not been read, and lay out the values."""
    readings = [[line(float(delta)) for delta in deltas] for line in along]
    values = {
        probe: [[finite(reading[probe]) for reading in row] for row in readings]
        for probe in readings[0][0]
    }
    return Lines(tuple(float(delta) for delta in deltas), values)


def plane(
    model: nn.Module,
    read: Reader,
    first: Tensor,
    second: Tensor,
    deltas: Sequence[float],
) -> Plane:
    """Read a network on a grid in the plane of two directions.

    ``len(deltas) ** 2`` readings. The directions are taken as they are: two random ones
    among so many weights are at a right angle but for a fraction of a degree.

    Parameters
    ----------
    model
        At the centre; it is put back.
    read
        Reads the network where it stands.
    first, second : (weights,) float64
        Directions.
    deltas
        Steps along either.
    """
    with lent(model) as weights:
        for direction in (first, second):
            check_direction(weights, direction)
        readings = []
        for down in deltas:
            row = []
            for right in deltas:
                weights.move(down * first + right * second)
                row.append(read(model))
            readings.append(row)
    values = {
        probe: [[finite(reading[probe]) for reading in row] for row in readings]
        for probe in readings[0][0]
    }
    return Plane(tuple(float(delta) for delta in deltas), values)


def even(largest: float, count: int) -> tuple[float, ...]:
    """Return an odd number of even steps from minus the largest to it, 0 exactly."""
    if count < 3 or count % 2 == 0 or not largest > 0:
        msg = f"{count} steps up to {largest}: give an odd count from 3, and a size"
        raise InputError(msg)
    half = np.linspace(0, largest, count // 2 + 1)[1:].tolist()
    return symmetric(half)


def check_ladder(ladder: Sequence[float]) -> None:
    """Refuse steps that do not rise from above 0."""
    from_zero = (0.0, *ladder)
    if len(from_zero) < 2 or any(
        not a < b < math.inf for a, b in itertools.pairwise(from_zero)
    ):
        msg = (
            f"the ladder {tuple(ladder)} does not rise from above 0: give steps that do"
        )
        raise InputError(msg)


def check_direction(weights: Weights, direction: Tensor) -> None:
    """Refuse a direction of another number of weights, or one that is not finite."""
    if direction.shape != weights.origin.shape:
        msg = (
            f"a direction has shape {tuple(direction.shape)} for {weights.size} "
            "weights: give one number for each"
        )
        raise InputError(msg)
    if not torch.isfinite(direction).all():
        msg = "a direction is not finite: look for NaN in the weights"
        raise InputError(msg)


def finite(value: float) -> float | None:
    """Return a value that JSON knows: None for infinity and for what is no number."""
    return value if math.isfinite(value) else None
