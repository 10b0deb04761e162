"""A network of dense convolutions at a quarter of the resolution, for plain processors.

Depthwise convolutions and features of the full resolution take few operations and much
time on a CPU. Here squares of 4 by 4 pixels are stacked as channels before the first
convolution, so that nothing of the picture is lost, every convolution is a dense one of
64 channels or more, and the scores of a square come out of one position.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from veernet.errors import InputError
from veernet.model.attention import Bottleneck

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

SQUARE = 4
"""Pixels along a side of the squares that are stacked as channels."""

LEVELS = 4
"""Resolutions, of strides 4 to 32, which is the multiple of every network's sides."""


def dense_convolution(
    channels_in: int, channels_out: int, kernel: int = 3, stride: int = 1
) -> nn.Sequential:
    """Return a convolution and batch norm, which fold into one when training is over.

    Parameters
    ----------
    channels_in, channels_out
        Of the features.
    kernel
        Cells along a side, an odd number.
    stride
        Divides the resolution.
    """
    return nn.Sequential(
        nn.Conv2d(
            channels_in, channels_out, kernel, stride, padding=kernel // 2, bias=False
        ),
        nn.BatchNorm2d(channels_out),
    )


class ResidualBlock(nn.Module):
    """Two dense 3 by 3 convolutions, added to what they were given.

    Parameters
    ----------
    channels
        Of the features, in and out.

    References
    ----------
    .. [He16] He et al., Deep Residual Learning for Image Recognition, CVPR 2016.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = dense_convolution(channels, channels)
        self.second = dense_convolution(channels, channels)

    def forward(self, features: Tensor) -> Tensor:
        """Transform (N, channels, h, w) features to the same shape."""
        inner = functional.relu(self.first(features), inplace=True)
        return functional.relu(features + self.second(inner), inplace=True)


class DenseNet(nn.Module):
    """Segments darkness into classes of line, for any size that 32 divides.

    Parameters
    ----------
    input_channels, classes
        Of the picture and of the scores.
    channels
        Of the features at strides 4, 8, 16 and 32.
    encoder_blocks, decoder_blocks
        Residual blocks at strides 4, 8, 16 (and 32 in the encoder).
    bottleneck
        Maps the features of stride 32 to features of its width and the same size.
    head_channels
        Of a layer before the scores, by which the features of a position become the
        scores of 16 pixels; 0 leaves it out.
    """

    def __init__(
        self,
        input_channels: int,
        classes: int,
        channels: Sequence[int],
        encoder_blocks: Sequence[int],
        decoder_blocks: Sequence[int],
        bottleneck: Bottleneck,
        head_channels: int = 0,
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.PixelUnshuffle(SQUARE),
            dense_convolution(SQUARE**2 * input_channels, channels[0]),
            nn.ReLU(inplace=True),
        )
        self.encoder = nn.ModuleList(_blocks(channels[0], encoder_blocks[:1]))
        for (fine, coarse), count in zip(
            pairwise(channels), encoder_blocks[1:], strict=True
        ):
            self.encoder.append(
                nn.Sequential(
                    dense_convolution(fine, coarse, stride=2),
                    nn.ReLU(inplace=True),
                    *_blocks(coarse, (count,)),
                )
            )
        self.bottleneck = bottleneck
        coarser = (*channels[1:-1], bottleneck.width)
        self.lateral = nn.ModuleList(
            dense_convolution(coarse, fine, kernel=1)
            for coarse, fine in zip(coarser, channels[:-1], strict=True)
        )
        self.decoder = nn.ModuleList(
            nn.Sequential(*_blocks(fine, (count,)))
            for fine, count in zip(channels[:-1], decoder_blocks, strict=True)
        )
        self.unfold = (
            nn.Sequential(
                dense_convolution(channels[0], head_channels, kernel=1),
                nn.ReLU(inplace=True),
            )
            if head_channels
            else nn.Identity()
        )
        self.head = nn.Conv2d(head_channels or channels[0], SQUARE**2 * classes, 1)

    def forward(self, image: Tensor) -> Tensor:
        """Return logits.

        Parameters
        ----------
        image : (N, input channels, H, W) float
            Darkness, 0 paper to 1 ink; 32 divides H and W.

        Returns
        -------
        (N, classes, H, W) float
            Unnormalised class scores.
        """
        features = self.stem(image)
        skips: list[Tensor] = []
        for block in self.encoder:
            features = block(features)
            skips.append(features)
        features = self.bottleneck(features)
        levels = zip(skips[:-1], self.lateral, self.decoder, strict=True)
        for skip, lateral, block in reversed([*levels]):
            finer = functional.interpolate(
                lateral(features), scale_factor=2.0, mode="nearest"
            )
            features = block(functional.relu(skip + finer))
        return unfold_squares(self.head(self.unfold(features)), SQUARE)


def unfold_squares(folded: Tensor, side: int) -> Tensor:
    """Lay the scores of squares out as a picture: a pixel shuffle, class by class.

    Torch's own keeps the channels of a pixel side by side where they were so before;
    losses work on the pixels of a class side by side and would copy all scores again.

    Parameters
    ----------
    folded : (N, side * side * classes, h, w) float
        Scores; those of one class side by side, row by row of its square.
    side
        Pixels along a side of a square.

    Returns
    -------
    (N, classes, side * h, side * w) float
        Contiguous.
    """
    count, channels, height, width = folded.shape
    squares = folded.view(count, channels // side**2, side, side, height, width)
    pixels = squares.permute(0, 1, 4, 2, 5, 3)
    return pixels.reshape(count, channels // side**2, side * height, side * width)


def _blocks(channels: int, counts: Sequence[int]) -> list[nn.Module]:
    return [
        nn.Sequential(*(ResidualBlock(channels) for _ in range(count)))
        for count in counts
    ]


def make_dense(
    *,
    classes: int,
    channels: Sequence[int] = (48, 64, 128, 160),
    encoder_blocks: Sequence[int] = (1, 1, 1, 1),
    decoder_blocks: Sequence[int] = (1, 1, 1),
    width: int = 128,
    layers: int = 2,
    heads: int = 4,
    head_channels: int = 128,
    input_channels: int = 1,
) -> DenseNet:
    """Build the network from plain values.

    Weights lie in memory with the channels of a pixel side by side (channels last),
    which is how dense convolutions are computed fastest; features follow them.

    Parameters
    ----------
    classes
        Outputs, background included.
    channels
        Of the features at strides 4, 8, 16 and 32.
    encoder_blocks, decoder_blocks
        Residual blocks at strides 4, 8, 16 and 32 on the way down, 4, 8 and 16 on the
        way up.
    width, layers, heads
        Of the transformer bottleneck.
    head_channels
        Of a layer before the scores, which makes the scores of 4 by 4 pixels from the
        features of one position; 0 leaves it out.
    input_channels
        1 is darkness alone.

    Raises
    ------
    InputError
        If there are not so many levels, or the heads do not divide the width.

    References
    ----------
    .. [Shi16] Shi et al., Real-Time Single Image and Video Super-Resolution Using an
       Efficient Sub-Pixel Convolutional Neural Network, CVPR 2016.
    .. [Ron15] Ronneberger et al., U-Net, MICCAI 2015.
    """
    if width % heads:
        msg = f"heads {heads} do not divide the bottleneck's width {width}"
        raise InputError(msg)
    for name, given, wanted in (
        ("channels", channels, LEVELS),
        ("encoder_blocks", encoder_blocks, LEVELS),
        ("decoder_blocks", decoder_blocks, LEVELS - 1),
    ):
        if len(given) != wanted:
            msg = f"{name} {list(given)}: give {wanted} numbers, one for each stride"
            raise InputError(msg)
    network = DenseNet(
        input_channels,
        classes,
        channels,
        encoder_blocks,
        decoder_blocks,
        Bottleneck(channels[-1], width, layers, heads),
        head_channels,
    )
    return network.to(memory_format=torch.channels_last)
