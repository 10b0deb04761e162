"""A loss function as a module, which is what a configuration instantiates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor


class Loss(nn.Module):
    """A loss function and its hyper-parameters; it has no state.

    Parameters
    ----------
    function
        Maps logits, target and the hyper-parameters to a scalar.
    **hyperparameters
        Passed on by name in every call.
    """

    def __init__(
        self, function: Callable[..., Tensor], **hyperparameters: object
    ) -> None:
        super().__init__()
        self.function = function
        self.hyperparameters = hyperparameters

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        """Return the loss of (N, C, H, W) logits for (N, H, W) class indices."""
        return self.function(logits, target, **self.hyperparameters)

    def extra_repr(self) -> str:
        """List the hyper-parameters, as in the call that made the module."""
        return ", ".join(f"{k}={v!r}" for k, v in self.hyperparameters.items())
