"""Group normalisation in the place of batch normalisation, in any network."""

from __future__ import annotations

from torch import nn

MOST_GROUPS = 16


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
