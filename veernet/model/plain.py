"""A plain U-Net of a few hundred thousand weights, for studies of many trainings."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from torch import nn

from veernet.errors import InputError
from veernet.model.decoder import UnetDecoder, convolution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


class PlainUnet(nn.Module):
    """Segments pictures at half their resolution and answers at the whole.

    Squares of 2 by 2 pixels are stacked as channels before the first convolution and
    unfolded again from the scores, so no line is lost, and the dearest features are
    four times as cheap.

    Parameters
    ----------
    input_channels, classes
        Of the picture and of the scores.
    channels
        Of the features, from half the resolution down, each half that of the one
        before.
    """

    def __init__(
        self, input_channels: int, classes: int, channels: Sequence[int]
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.PixelUnshuffle(2), convolution(4 * input_channels, channels[0])
        )
        self.encoder = nn.ModuleList(
            nn.Sequential(
                convolution(fine, coarse, stride=2), convolution(coarse, coarse)
            )
            for fine, coarse in pairwise(channels)
        )
        finer = [*reversed(channels[:-1])]
        self.decoder = UnetDecoder(channels[-1], finer, finer, convolutions=1)
        self.head = nn.Sequential(
            nn.Conv2d(channels[0], 4 * classes, 1), nn.PixelShuffle(2)
        )

    def forward(self, image: Tensor) -> Tensor:
        """Return (N, classes, H, W) logits of (N, input channels, H, W) pictures.

        Two to the number of levels divides H and W.
        """
        features = [self.stem(image)]
        for block in self.encoder:
            features.append(block(features[-1]))
        *skips, coarsest = features
        decoded = self.decoder(coarsest, [[skip] for skip in reversed(skips)])
        logits: Tensor = self.head(decoded)
        return logits


def make_plain_unet(
    *,
    classes: int,
    channels: Sequence[int] = (16, 32, 48, 64, 64),
    input_channels: int = 1,
) -> PlainUnet:
    """Build the network from plain values.

    It is no rival of the release network: it sees 100 rows and knows nothing of logs
    beyond them, but learns in minutes on one core, which a study of hundreds of runs
    needs.

    Parameters
    ----------
    classes
        Outputs, background included.
    channels
        From half the resolution down, one number a level.
    input_channels
        1 is darkness alone.

    Raises
    ------
    InputError
        If there are fewer than two levels.

    References
    ----------
    .. [Ron15] Ronneberger et al., U-Net, MICCAI 2015.
    """
    if len(channels) < 2:
        msg = (
            f"channels {list(channels)}: give one number for each of two or more levels"
        )
        raise InputError(msg)
    return PlainUnet(input_channels, classes, channels)
