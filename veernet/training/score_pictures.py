"""What networks make of labelled pictures: tiled prediction, scores, and sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from veernet.errors import InputError
from veernet.evaluate.regions import RegionScores, region_scores
from veernet.network import NetworkSpec
from veernet.records import Grey
from veernet.synth.dataset import to_channels
from veernet.synth.masks import parse_colour
from veernet.synth.tiles import Tile, plan_tiles
from veernet.synth.windows import LabelledPicture
from veernet.training.pictures import side_by_side

Probability = NDArray[np.float32]

WHITE = 255
"""Value of the paper in an 8-bit picture."""

CAPTION = 24
"""Rows of a sheet's heading."""


def predict(
    model: nn.Module,
    spec: NetworkSpec,
    image: Grey,
    *,
    size: tuple[int, int] = (256, 256),
    overlap: int = 0,
    batch_size: int = 8,
    device: str | torch.device = "cpu",
) -> Probability:
    """Segment a picture tile by tile.

    Parameters
    ----------
    model, spec
        The network and what it is; the model is left in evaluation mode, on the device.
    image : (rows, columns) or (rows, columns, 3) uint8
        Darkness is made of a grey picture; a colour picture is taken as it is.
    size, overlap
        Of the tiles: those of validation, so that what is scored is the same.
    batch_size, device
        How many tiles go through at once, and where.

    Returns
    -------
    (classes, rows, columns) float32
        Probabilities; each pixel has that of the tile in which it lies further inside.

    Raises
    ------
    InputError
        If the network takes other channels than the picture has, or other sizes.
    """
    taken = to_channels(image)
    if len(taken) != len(spec.input_channels):
        msg = (
            f"network {spec.name!r} takes {list(spec.input_channels)}, the picture has "
            f"{len(taken)} channels: read it in the other way"
        )
        raise InputError(msg)
    if any(side % spec.multiple for side in size):
        msg = f"tiles of {size}: the network takes multiples of {spec.multiple} pixels"
        raise InputError(msg)
    rows, columns = image.shape[:2]
    padded = _pad(image, size)
    found = np.empty((len(spec.outputs), rows, columns), dtype=np.float32)
    tiles = plan_tiles((rows, columns), size, overlap)
    model = model.to(device).eval()
    for some in _chunks(tiles, batch_size):
        windows = np.stack([to_channels(_cut(padded, tile, size)) for tile in some])
        with torch.inference_mode():
            logits = model(torch.from_numpy(windows).to(device)).float()
            shares = logits[:, : len(spec.outputs)].softmax(dim=1).cpu().numpy()
        for tile, share in zip(some, shares, strict=True):
            found[:, *tile.own] = share[:, *tile.inside]
    return found


def _pad(image: Grey, size: tuple[int, int]) -> Grey:
    """Extend a picture that is smaller than a tile with white, as in training."""
    short = [max(0, side - has) for side, has in zip(size, image.shape, strict=False)]
    width = [(0, short[0]), (0, short[1]), *[(0, 0)] * (image.ndim - 2)]
    return np.pad(image, width, constant_values=WHITE)


def _cut(image: Grey, tile: Tile, size: tuple[int, int]) -> Grey:
    rows, columns = size
    return image[tile.row : tile.row + rows, tile.column : tile.column + columns]


def _chunks(tiles: Sequence[Tile], count: int) -> Iterator[list[Tile]]:
    rest = iter(tiles)
    while some := list(islice(rest, count)):
        yield some


def score_pictures(
    model: nn.Module,
    spec: NetworkSpec,
    pictures: Sequence[LabelledPicture],
    *,
    size: tuple[int, int] = (256, 256),
    overlap: int = 0,
    device: str | torch.device = "cpu",
) -> RegionScores:
    """Score a network on labelled pictures, whole, with the regions they show.

    Parameters
    ----------
    model, spec, size, overlap, device
        See :func:`predict`.
    pictures
        With their truth.
    """
    return region_scores(
        (
            predict(model, spec, each.image, size=size, overlap=overlap, device=device),
            each.mask,
        )
        for each in pictures
    )


def draw_sheet(
    pictures: Sequence[LabelledPicture],
    networks: Mapping[str, tuple[nn.Module, NetworkSpec]],
    *,
    palette: Sequence[str] | None = None,
    size: tuple[int, int] = (256, 256),
    overlap: int = 0,
    device: str | torch.device = "cpu",
) -> Grey:
    """Draw pictures below each other: picture, truth, and what each network says.

    The classes are shown as decided, each pixel in the colour of the most probable, so
    that the sheets of losses with probabilities of another sharpness compare.

    Parameters
    ----------
    pictures
        All of one size.
    networks
        Networks with what they are, by the name that stands above their column.
    palette
        Colour of each class as #rrggbb.
    size, overlap, device
        See :func:`predict`.

    Returns
    -------
    (rows, columns, 3) uint8
        Red, green and blue.

    Raises
    ------
    InputError
        If there is nothing to draw, the pictures differ in size, or the palette has not
        one colour for each class.
    """
    if not pictures or not networks:
        msg = f"{len(pictures)} pictures of {len(networks)} networks: nothing to draw"
        raise InputError(msg)
    if len({picture.mask.shape for picture in pictures}) > 1:
        sizes = sorted({picture.mask.shape for picture in pictures})
        msg = f"the pictures of a sheet have the sizes {sizes}: cut them to one"
        raise InputError(msg)
    colours = None
    classes = max(len(spec.outputs) for _, spec in networks.values())
    if palette is not None and len(palette) != classes:
        msg = f"{len(palette)} colours in the palette for {classes} classes: give each"
        raise InputError(msg)
    if palette is not None:
        colours = torch.tensor([parse_colour(c) for c in palette]) / 255
    lines = []
    for picture in pictures:
        shares = [
            _decided(
                predict(
                    *network, picture.image, size=size, overlap=overlap, device=device
                )
            )
            for network in networks.values()
        ]
        image = torch.from_numpy(to_channels(picture.image))
        mask = torch.from_numpy(picture.mask)
        lines.append(
            side_by_side(image, mask, *shares, background=False, colours=colours)
        )
    gap = torch.zeros(3, 4, lines[0].shape[2])
    sheet = torch.cat([part for line in lines for part in (line, gap)][:-1], dim=1)
    drawn = np.rint(255 * sheet.permute(1, 2, 0).numpy()).astype(np.uint8)
    names = ["picture", "truth", *networks]
    return np.concatenate([_caption(names, drawn.shape[1]), drawn])


def _decided(probability: Probability) -> Tensor:
    """Return shares of 1 for the most probable class of each pixel."""
    winner = torch.from_numpy(probability.argmax(axis=0))
    return (winner == torch.arange(len(probability))[:, None, None]).float()


def _caption(names: Sequence[str], width: int) -> Grey:
    """Write a name above each column."""
    strip = np.full((CAPTION, width, 3), WHITE, dtype=np.uint8)
    each = (width + 4) / len(names)
    for index, name in enumerate(names):
        at = (int(index * each) + 4, CAPTION - 8)
        cv2.putText(strip, name, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1)
    return strip
