"""Functions with a known landscape, dressed as networks, for tests of instruments."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

NO_BATCHES: list[dict[str, Tensor]] = [{}]
"""One batch of nothing: what these functions are evaluated on."""


class Quadratic(nn.Module):
    """Half of (w - centre) H (w - centre) plus slope w: weights of one filter."""

    hessian: Tensor
    centre: Tensor
    slope: Tensor

    def __init__(
        self,
        hessian: Tensor,
        at: Tensor,
        centre: Tensor | None = None,
        slope: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(at.double().clone()[None])
        zero = torch.zeros_like(at).double()
        self.register_buffer("hessian", hessian.double())
        self.register_buffer("centre", zero if centre is None else centre.double())
        self.register_buffer("slope", zero if slope is None else slope.double())

    def forward(self) -> Tensor:
        away = self.weight[0] - self.centre
        value: Tensor = away @ self.hessian @ away / 2 + self.slope @ self.weight[0]
        return value


def value(model: nn.Module, _batch: Mapping[str, Tensor]) -> Tensor:
    """Return what the function is worth: an objective that knows no batches."""
    result: Tensor = model()
    return result


def reading(model: nn.Module) -> dict[str, float]:
    """Return what the function is worth as a reading of one probe."""
    return {"value": float(model().detach())}


def draws(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
