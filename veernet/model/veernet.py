"""The network: encoder, transformer bottleneck, U-Net decoder and head."""

from __future__ import annotations

from typing import TYPE_CHECKING

import segmentation_models_pytorch as smp
from torch import nn

from veernet.errors import InputError
from veernet.model.attention import Bottleneck
from veernet.model.decoder import UnetDecoder, convolution
from veernet.model.normalise import with_group_norm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

STRIDE = 32
"""Of the coarsest features; heights and widths are multiples of it."""


class VeerNet(nn.Module):
    """Segments darkness into classes of line, for any size that 32 divides.

    Parameters
    ----------
    encoder
        Maps (N, channels, H, W) to six feature maps of strides 1 to 32; the first is
        not used.
    bottleneck
        Maps the coarsest features to features of the same size.
    decoder
        Maps the bottleneck's features and skips, coarse to fine, to finer features.
    head
        Maps those to class scores of the full resolution.
    stem
        Maps the picture to features for the last decoder block, beside the encoder's
        where it has some; None leaves them out.
    """

    def __init__(
        self,
        encoder: nn.Module,
        bottleneck: nn.Module,
        decoder: UnetDecoder,
        head: nn.Module,
        stem: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.bottleneck = bottleneck
        self.decoder = decoder
        self.head = head
        self.stem = stem

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
        *skips, coarsest = self.encoder(image)[1:]
        by_block: list[list[Tensor]] = [[skip] for skip in reversed(skips)]
        by_block += [[] for _ in self.decoder.blocks[len(by_block) :]]
        if self.stem is not None:
            by_block[-1].append(self.stem(image))
        logits: Tensor = self.head(self.decoder(self.bottleneck(coarsest), by_block))
        return logits


def make_veernet(
    *,
    classes: int,
    encoder_name: str,
    encoder_weights: str | None = None,
    input_channels: int = 1,
    width: int = 128,
    layers: int = 2,
    heads: int = 4,
    decoder_channels: Sequence[int] = (128, 64, 48, 32),
    convolutions: int = 2,
    stem_channels: int = 16,
) -> VeerNet:
    """Build the network from plain values.

    Parameters
    ----------
    classes
        Outputs, background included.
    encoder_name
        Any encoder of segmentation-models-pytorch with features of strides 2 to 32.
    encoder_weights
        Of that library; None starts from random weights and downloads nothing.
    input_channels
        1 is darkness alone.
    width, layers, heads
        Of the transformer bottleneck.
    decoder_channels
        Of the decoder's blocks, coarse to fine. Five blocks end at the full resolution.
        Four end at half of it, and the head gives the scores of a square of 2 by 2
        pixels: as sharp, for well under half of the time.
    convolutions
        In each decoder block.
    stem_channels
        Of a convolution on the picture itself that the last decoder block sees; 0
        leaves it out. The encoder's finest features have half the resolution, in which
        two lines a pixel apart are one. With four blocks, squares of 2 by 2 pixels are
        stacked as channels first, so nothing is lost.

    Raises
    ------
    InputError
        If the encoder is unknown or lacks a stride, or the widths do not fit.

    References
    ----------
    .. [Shi16] Shi et al., Real-Time Single Image and Video Super-Resolution Using an
       Efficient Sub-Pixel Convolutional Neural Network, CVPR 2016.
    """
    _check_widths(width, heads, decoder_channels)
    encoder, channels = _encoder(encoder_name, encoder_weights, input_channels)
    fine, *coarser, coarsest = channels
    halved = len(decoder_channels) == 4
    skips = [*reversed(coarser), fine, *([] if halved else [0])]
    skips[-1] += stem_channels
    return VeerNet(
        encoder=encoder,
        bottleneck=Bottleneck(coarsest, width, layers, heads),
        decoder=UnetDecoder(width, skips, decoder_channels, convolutions),
        head=_head(decoder_channels[-1], classes, halved=halved),
        stem=_stem(input_channels, stem_channels, halved=halved),
    )


def _check_widths(width: int, heads: int, decoder_channels: Sequence[int]) -> None:
    if width % heads:
        msg = f"heads {heads} do not divide the bottleneck's width {width}"
        raise InputError(msg)
    if len(decoder_channels) not in {4, 5}:
        msg = f"decoder_channels wants four or five blocks, not {decoder_channels}"
        raise InputError(msg)


def _head(channels: int, classes: int, *, halved: bool) -> nn.Module:
    if not halved:
        return nn.Conv2d(channels, classes, 1)
    return nn.Sequential(nn.Conv2d(channels, 4 * classes, 1), nn.PixelShuffle(2))


def _stem(input_channels: int, channels: int, *, halved: bool) -> nn.Module | None:
    if not channels:
        return None
    if not halved:
        return convolution(input_channels, channels)
    squares = nn.PixelUnshuffle(2)
    return nn.Sequential(squares, convolution(4 * input_channels, channels))


def _encoder(
    name: str, weights: str | None, input_channels: int
) -> tuple[nn.Module, tuple[int, ...]]:
    """Return an encoder and its channels at strides 2, 4, 8, 16 and 32."""
    try:
        encoder = smp.encoders.get_encoder(
            name, in_channels=input_channels, depth=5, weights=weights
        )
    except (KeyError, RuntimeError) as error:
        msg = f"encoder {name!r} is not to be had: {error.args[0]}"
        raise InputError(msg) from error
    channels = tuple(encoder.out_channels[1:])
    if len(channels) != 5 or 0 in channels:
        msg = f"encoder {name!r} lacks features of strides 2, 4, 8, 16 and 32"
        raise InputError(msg)
    return with_group_norm(encoder), channels
