"""A base of the optimisers that seek flat minima: it shares groups and state."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from veernet.errors import InputError

Closure = Callable[[], Tensor]
Parameters = Iterable[Tensor] | Iterable[tuple[str, Tensor]] | Iterable[dict[str, Any]]
MakeBase = Callable[[list[dict[str, Any]]], Optimizer]


class Wrapper(Optimizer):
    """An optimiser that changes the gradient and lets its base take the step.

    Parameter groups and state are the base's own, the same objects: a schedule that
    sets a rate here sets it there, and ``state_dict`` is the base's, with the options
    of the wrapper in the groups.

    Parameters
    ----------
    params
        Parameters, pairs of name and parameter, or groups of either.
    base
        Makes the optimiser that steps of the groups.
    lr
        Rate of the groups that name none; None leaves it to the base.
    **options
        Of the wrapper, for the groups that name none.
    """

    def __init__(
        self, params: Parameters, base: MakeBase, lr: float | None, **options: object
    ) -> None:
        rate = {} if lr is None else {"lr": lr}
        super().__init__(params, {**rate, **options})
        self.base = base(self.param_groups)
        self.defaults = {**self.base.defaults, **self.defaults}
        self.param_groups = self.base.param_groups
        self.state = self.base.state

    @property
    @abstractmethod
    def gradients_per_step(self) -> int:
        """How often a step evaluates the gradient, which is nearly all that it costs.

        Runs are compared fairly at as many gradients, not at as many steps.
        """

    @abstractmethod
    def replace_gradient(self, closure: Closure) -> None:
        """Replace the gradient at the weights by the one that the base steps with.

        Leaves the weights as they are, to the bit.
        """

    @torch.no_grad()
    def step(self, closure: Closure | None = None) -> Tensor:  # type: ignore[override]
        """Step, and return the loss at the weights before.

        Parameters
        ----------
        closure
            Clears the gradients, computes the loss at the weights as they then are and
            its gradient, and returns the loss. Its first call is at the weights, every
            further one at displaced ones.

        Raises
        ------
        InputError
            If there is no closure.
        """
        if closure is None:
            msg = (
                f"{type(self).__name__} steps with a closure, to evaluate the gradient "
                "again: precision 16-mixed has none to give, take bf16-mixed"
            )
            raise InputError(msg)
        graded: Closure = torch.enable_grad()(closure)
        loss = graded()
        self.replace_gradient(graded)
        self.base.step()
        return loss

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up the state of a run that is resumed, and share it with the base."""
        super().load_state_dict(state_dict)
        shared = {"state": self.state, "param_groups": self.param_groups}
        # As torch does at the end of loading: a base may have defaults to fill in.
        self.base.__setstate__(shared)
