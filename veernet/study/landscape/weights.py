"""The weights of a network as one vector, lent to an instrument and put back."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from veernet.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from torch import Tensor, nn


class Weights:
    """All weights of a network, in the order of ``parameters()``, as one vector.

    Vectors are float64 whatever the network computes in: their norms and products are
    then exact enough for any measure, and cost nothing beside a pass.

    Parameters
    ----------
    model
        With all weights on one device.

    Raises
    ------
    InputError
        If it has no weights, or one is not real.
    """

    def __init__(self, model: nn.Module) -> None:
        self.parameters = list(model.parameters())
        check_weights(self.parameters)
        self.origin = self.vector(p.detach() for p in self.parameters)

    @property
    def size(self) -> int:
        """Number of weights."""
        return self.origin.numel()

    @staticmethod
    def vector(tensors: Iterable[Tensor]) -> Tensor:
        """Return (size,) float64: tensors shaped as the weights, one after another."""
        return torch.cat([tensor.flatten().double() for tensor in tensors])

    def tensors(self, vector: Tensor) -> list[Tensor]:
        """Return the pieces of a (size,) vector, shaped and kept as the weights are."""
        pieces = torch.split(vector, [p.numel() for p in self.parameters])
        pairs = zip(pieces, self.parameters, strict=True)
        return [piece.view_as(p).to(p) for piece, p in pairs]

    def move(self, step: Tensor) -> None:
        """Put the network at its origin plus a (size,) step."""
        with torch.no_grad():
            moved = self.tensors(self.origin + step)
            for parameter, tensor in zip(self.parameters, moved, strict=True):
                parameter.copy_(tensor)

    def gradient(self, value: Tensor, *, create_graph: bool = False) -> Tensor:
        """Return (size,) the gradient of a scalar; 0 for weights it does not touch."""
        gradients = torch.autograd.grad(
            value, self.parameters, create_graph=create_graph, materialize_grads=True
        )
        return self.vector(gradients)


@contextmanager
def lent(model: nn.Module) -> Iterator[Weights]:
    """Lend a network for measuring: in evaluation mode, every weight with a gradient.

    Afterwards, also if the body raises, its weights and buffers are what they were to
    the last bit, each of its modules is in the mode that it was in, each weight wants a
    gradient or not as before; stored gradients are never touched. An averaged network,
    whose weights want no gradient, can thus be measured like any other.

    Yields
    ------
    Weights
    """
    kept = [(t, t.detach().clone()) for t in (*model.parameters(), *model.buffers())]
    wanted = [(p, p.requires_grad) for p in model.parameters()]
    modes = [(module, module.training) for module in model.modules()]
    check_weights(list(model.parameters()))
    try:
        model.eval()
        model.requires_grad_()
        yield Weights(model)
    finally:
        with torch.no_grad():
            for tensor, before in kept:
                tensor.copy_(before)
        for parameter, wants in wanted:
            parameter.requires_grad_(wants)
        for module, training in modes:
            module.training = training


def check_weights(parameters: list[nn.Parameter]) -> None:
    """Refuse a network without weights, or with some that are not real numbers."""
    if not parameters:
        msg = "the network has no weights: there is no landscape to measure"
        raise InputError(msg)
    for parameter in parameters:
        if not parameter.is_floating_point():
            msg = f"a weight is {parameter.dtype}: give a network of real weights"
            raise InputError(msg)
