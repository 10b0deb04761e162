"""Group normalisation in the place of batch normalisation, in any network."""

from __future__ import annotations

import torch
from torch import Tensor, nn

MOST_GROUPS = 16
"""Groups of a group norm at most; Wu and He, Group normalization, ECCV 2018, compare 1
to 64."""


def group_norm(channels: int) -> nn.GroupNorm:
    """Return a group norm with as many groups, at most 16, as divide the channels."""
    groups = next(g for g in range(MOST_GROUPS, 0, -1) if channels % g == 0)
    return nn.GroupNorm(groups, channels)


def with_group_norm(network: nn.Module) -> nn.Module:
    """Replace every batch norm of a network, in place, and return the network.

    Group statistics belong to one picture, so a tile is read alike whether it comes
    alone or in a batch, in training or after it, and there are no running averages to
    recompute after weights were averaged.

    Parameters
    ----------
    network
        Changed in place. An activation that timm keeps inside its batch norm layers is
        kept, behind the new norm.

    References
    ----------
    .. [Wu18] Wu and He, Group Normalization, ECCV 2018.
    """
    for name, child in network.named_children():
        if isinstance(child, nn.BatchNorm2d):
            setattr(network, name, _same_activation(child))
        else:
            with_group_norm(child)
    return network


def _same_activation(norm: nn.BatchNorm2d) -> nn.Module:
    """Return the group norm, with the activation that timm fuses into its norms."""
    parts = (getattr(norm, "drop", None), getattr(norm, "act", None))
    after = [p for p in parts if isinstance(p, nn.Module)]
    after = [p for p in after if not isinstance(p, nn.Identity)]
    new = group_norm(norm.num_features)
    return nn.Sequential(new, *after) if after else new


def for_engines(network: nn.Module) -> nn.Module:
    """Write out every group norm of a network, in place, and return the network.

    Group norm is exported as a reshape of the whole picture into groups and back.
    Engines on CPU keep pictures in blocks of channels, and reordering them took
    OpenVINO more than half of its time. Written out, only averages are regrouped.

    Parameters
    ----------
    network
        Changed in place; what it computes stays the same but for rounding.
    """
    for name, child in network.named_children():
        if isinstance(child, nn.GroupNorm):
            setattr(network, name, _WrittenOutGroupNorm(child))
        else:
            for_engines(child)
    return network


class _WrittenOutGroupNorm(nn.Module):
    """Group norm by the averages of channels, with two passes as torch has it."""

    gather: Tensor
    spread: Tensor
    scale: Tensor
    shift: Tensor

    def __init__(self, norm: nn.GroupNorm) -> None:
        super().__init__()
        members = norm.num_channels // norm.num_groups
        belongs = torch.arange(norm.num_channels)[:, None] // members
        spread = (belongs == torch.arange(norm.num_groups)).float()
        shape = (1, norm.num_channels, 1, 1)
        self.eps = norm.eps
        # As products, because a graph of free sizes makes even small reshapes dear.
        self.register_buffer("gather", spread.T[..., None, None] / members)
        self.register_buffer("spread", spread[..., None, None])
        self.register_buffer("scale", norm.weight.detach().reshape(shape))
        self.register_buffer("shift", norm.bias.detach().reshape(shape))

    def forward(self, features: Tensor) -> Tensor:
        away = features - self._average(features)
        variance = self._average(away * away)
        return away * (self.scale * torch.rsqrt(variance + self.eps)) + self.shift

    def _average(self, features: Tensor) -> Tensor:
        """Average over each group, (N, C, 1, 1), by way of the channels' averages."""
        by_channel = features.mean((2, 3), keepdim=True)
        by_group = nn.functional.conv2d(by_channel, self.gather)
        return nn.functional.conv2d(by_group, self.spread)
