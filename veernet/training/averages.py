"""Averages of the weights along a training: which are kept, and how they are weighed.

An average is a copy of the network, :class:`torch.optim.swa_utils.AveragedModel`, which
the state of a run holds. It begins with the first weights that it takes; before those
it says nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from veernet.errors import InputError

Weights = tuple[Tensor, ...] | list[Tensor]


class Averaging(Protocol):
    """How the weights of a run are averaged."""

    def begin(self, network: nn.Module) -> AveragedModel:
        """Return an average of a network that has taken no weights yet."""
        ...

    def takes(self, steps: int, share: float) -> bool:
        """Tell whether it takes the weights after some steps, at a share of the run."""
        ...

    def check(self, planned_steps: float) -> None:
        """Refuse a run of so many steps if no weights of it would be taken."""
        ...


@dataclass(frozen=True)
class EMA:
    """An exponential average of the weights of all steps, with a decay that warms up.

    The weights of a network that has just begun are forgotten quickly: after n steps
    the decay is at most (1 + n) / (10 + n).

    Parameters
    ----------
    decay
        Share of the average that a step leaves; 1 / (1 - decay) steps are remembered.

    Raises
    ------
    InputError
        If the decay is not in [0, 1).

    References
    ----------
    .. [Pol92] Polyak and Juditsky, Acceleration of stochastic approximation by
       averaging, SIAM J. Control Optim. 30, 1992; the warm-up is that of TensorFlow's
       ExponentialMovingAverage.
    """

    decay: float = 0.998

    def __post_init__(self) -> None:
        if not 0 <= self.decay < 1:
            msg = f"decay of the average is {self.decay}: give 0 or more, below 1"
            raise InputError(msg)

    def begin(self, network: nn.Module) -> AveragedModel:
        """Return an average of a network that has taken no weights yet."""

        def blend(averaged: Weights, current: Weights, count: Tensor | int) -> None:
            steps = float(count)
            now = min(self.decay, (1 + steps) / (10 + steps))
            get_ema_multi_avg_fn(now)(averaged, current, count)  # type: ignore[no-untyped-call]

        return _frozen(AveragedModel(network, multi_avg_fn=blend))

    def takes(self, steps: int, share: float) -> bool:  # noqa: ARG002 - as SWA's
        """Take the weights of every step."""
        return True

    def check(self, planned_steps: float) -> None:
        """Refuse nothing: the first step already counts."""


@dataclass(frozen=True)
class SWA:
    """The arithmetic mean of weights taken at even distances from a share of a run on.

    It finds wider optima where the weights still move while they are averaged, so the
    rate must not fall to nothing: choose the schedule ``swa``, which holds it.

    Parameters
    ----------
    start
        Share of the run from which on weights are taken.
    every
        Steps between two that are taken: those after a multiple of it.

    Raises
    ------
    InputError
        If the start is not in [0, 1), or the distance is below 1.

    References
    ----------
    .. [Izm18] Izmailov et al., Averaging Weights Leads to Wider Optima and Better
       Generalization, UAI 2018, algorithm 1.
    """

    start: float = 0.75
    every: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.start < 1:
            msg = f"start of the average is {self.start}: give 0 or more, below 1"
            raise InputError(msg)
        if self.every < 1:
            msg = f"the average takes weights every {self.every} steps: give 1 or more"
            raise InputError(msg)

    def begin(self, network: nn.Module) -> AveragedModel:
        """Return an average of a network that has taken no weights yet."""
        return _frozen(AveragedModel(network))

    def takes(self, steps: int, share: float) -> bool:
        """Take the weights after each multiple of ``every``, from ``start`` on."""
        return share >= self.start and steps % self.every == 0

    def check(self, planned_steps: float) -> None:
        """Refuse a run without a step whose weights are taken.

        Raises
        ------
        InputError
            If there is none; a run that only the clock ends is not known beforehand.
        """
        if math.isinf(planned_steps):
            return
        last = planned_steps // self.every * self.every
        if not last or last < self.start * planned_steps:
            msg = (
                f"no weights are averaged in a run of {planned_steps:.0f} steps, every "
                f"{self.every} steps from a share of {self.start} on: lower either"
            )
            raise InputError(msg)


def _frozen(averaged: AveragedModel) -> AveragedModel:
    """Keep the optimiser's hands off an average."""
    return averaged.requires_grad_(requires_grad=False)
