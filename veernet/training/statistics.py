"""Running statistics of batch normalisation, held still or taken anew.

Networks with group normalisation have none, and nothing here touches them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


def has_statistics(network: nn.Module) -> bool:
    """Tell whether a network keeps running statistics."""
    return bool(_keepers(network))


@contextmanager
def still_statistics(network: nn.Module) -> Iterator[None]:
    """Keep the running statistics of a network as they are while it trains.

    Its batch norms go on to use the statistics of the batch. A pass at displaced
    weights belongs in here: its features are none that the network will have.
    """
    norms = _keepers(network)
    for norm in norms:
        norm.track_running_stats = False
    try:
        yield
    finally:
        for norm in norms:
            norm.track_running_stats = True


@torch.no_grad()
def renew_statistics(network: nn.Module, images: Iterable[Tensor]) -> None:
    """Replace the running statistics of a network by the mean over some batches.

    Averaged weights make other features than any of the weights that were averaged, and
    none of the statistics kept in training are theirs. Torch's ``update_bn`` does the
    same for loaders of tensors, and with dropout switched on.

    Parameters
    ----------
    network
        Changed in place.
    images
        Batches (N, ...) on the device of the network. Each counts the same; without
        one, the statistics end as those of a fresh network.
    """
    norms = _keepers(network)
    if not norms:
        return
    modes = [(module, module.training) for module in network.modules()]
    momenta = [norm.momentum for norm in norms]
    network.eval()
    for norm in norms:
        norm.train()
        norm.reset_running_stats()
        norm.momentum = None  # the mean over all batches, not a moving one
    try:
        for batch in images:
            network(batch)
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
        for module, mode in modes:
            module.training = mode


def _keepers(network: nn.Module) -> list[_BatchNorm]:
    """Return the layers of a network that keep running statistics."""
    norms = [m for m in network.modules() if isinstance(m, _BatchNorm)]
    return [norm for norm in norms if norm.track_running_stats]
