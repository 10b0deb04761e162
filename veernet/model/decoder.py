"""The U-Net decoder, with the features of the full resolution that thin lines need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from veernet.model.normalise import group_norm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


def convolution(channels_in: int, channels_out: int, stride: int = 1) -> nn.Sequential:
    """3 by 3 convolution, group norm and ReLU; the stride divides the resolution."""
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, stride, padding=1, bias=False),
        group_norm(channels_out),
        nn.ReLU(inplace=True),
    )


class DecoderBlock(nn.Module):
    """Doubles the resolution, joins the encoder's features and convolves.

    Parameters
    ----------
    channels, skip_channels, channels_out
        Of the coarser features, of all skips at the doubled resolution together (0
        where there are none) and of the result.
    convolutions
        How many follow one another.
    """

    def __init__(
        self,
        channels: int,
        skip_channels: int,
        channels_out: int,
        convolutions: int = 2,
    ) -> None:
        super().__init__()
        first = convolution(channels + skip_channels, channels_out)
        rest = (
            convolution(channels_out, channels_out) for _ in range(convolutions - 1)
        )
        self.convolutions = nn.Sequential(first, *rest)

    def forward(self, features: Tensor, skips: Sequence[Tensor]) -> Tensor:
        """Decode (N, channels, h, w) to (N, channels_out, 2 h, 2 w)."""
        finer = functional.interpolate(features, scale_factor=2.0, mode="nearest")
        decoded: Tensor = self.convolutions(torch.cat([finer, *skips], dim=1))
        return decoded


class UnetDecoder(nn.Module):
    """Decoder blocks from the bottleneck up to the resolution of the picture.

    Parameters
    ----------
    channels
        Of the bottleneck.
    skip_channels
        Of each block's skips together, from coarse to fine, 0 where there are none.
    decoder_channels
        Of each block's result, from coarse to fine; as many as skips.
    convolutions
        In each block.

    References
    ----------
    .. [Ron15] Ronneberger et al., U-Net, MICCAI 2015.
    """

    def __init__(
        self,
        channels: int,
        skip_channels: Sequence[int],
        decoder_channels: Sequence[int],
        convolutions: int = 2,
    ) -> None:
        super().__init__()
        inputs = (channels, *decoder_channels[:-1])
        sizes = zip(inputs, skip_channels, decoder_channels, strict=True)
        self.blocks = nn.ModuleList(DecoderBlock(*s, convolutions) for s in sizes)

    def forward(self, features: Tensor, skips: Sequence[Sequence[Tensor]]) -> Tensor:
        """Decode the bottleneck's features with each block's skips, coarse to fine."""
        for block, joined in zip(self.blocks, skips, strict=True):
            features = block(features, joined)
        return features
