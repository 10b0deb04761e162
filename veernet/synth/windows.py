"""Labelled pictures of any size, and the windows of them that a network sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.losses.inputs import IGNORE_INDEX
from veernet.records import Grey
from veernet.synth.dataset import (
    Sample,
    sample_rng,
    to_sample,
)
from veernet.synth.handling import Handling, handle
from veernet.synth.samplers import UNLIMITED
from veernet.synth.tiles import Tile, plan_tiles

WHITE = 255
"""Value of the paper in an 8-bit picture."""


@dataclass(frozen=True)
class LabelledPicture:
    """A picture of any height with its truth.

    Parameters
    ----------
    name
        For messages.
    image
        (rows, columns) or (rows, columns, 3) uint8, 0 black, 255 white.
    mask
        (rows, columns) class index; ``IGNORE_INDEX`` where the truth is not known.
    columns
        (curves, rows) true column of each curve, NaN where not drawn or not known.
    curve_class
        Class of each curve.
    """

    name: str
    image: Grey
    mask: NDArray[np.int64]
    columns: Floats
    curve_class: tuple[int, ...]


class TileDataset(Dataset[Sample]):
    """Labelled pictures cut into windows on a fixed grid: all of them, once.

    A pixel, and a row of a curve, has its truth in one window only, that in which it
    lies further inside, and ``IGNORE_INDEX`` or NaN in the others: what is summed over
    the windows counts every pixel exactly once.

    Parameters
    ----------
    pictures
        What is cut up.
    rows, columns
        Size of a window; a smaller picture is padded with white.
    most_curves
        Room for curves in a sample.
    overlap
        Pixels that neighbouring windows share at the least.
    """

    def __init__(
        self,
        pictures: Sequence[LabelledPicture],
        rows: int = 256,
        columns: int = 256,
        most_curves: int = 5,
        *,
        overlap: int = 0,
    ) -> None:
        self.size = (rows, columns)
        self.most_curves = most_curves
        self.places = [
            (picture, tile)
            for picture in pictures
            for tile in plan_tiles(_sides(picture), self.size, overlap)
        ]

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: int) -> Sample:
        picture, tile = self.places[index]
        image, mask, columns = _window(picture, tile.row, tile.column, self.size)
        mask, columns = _own(mask, columns, tile)
        return to_sample(image, mask, columns, picture.curve_class, self.most_curves)


class HandledTiles(Dataset[Sample]):
    """The windows of a fixed grid, handled anew each time round, without end.

    Parameters
    ----------
    pictures, rows, columns, most_curves, overlap
        As in :class:`TileDataset`.
    outside
        Class of the padding and of what a lean brings in from beyond a window.
    seed
        With the index it determines a sample; the remainder of the index by ``items``
        is the window's number.
    handling
        What a window goes through.
    """

    def __init__(
        self,
        pictures: Sequence[LabelledPicture],
        rows: int = 256,
        columns: int = 256,
        most_curves: int = 5,
        *,
        overlap: int = 0,
        outside: int = 0,
        seed: int = 0,
        handling: Handling = "lines",
    ) -> None:
        _check_any(pictures)
        self.tiles = TileDataset(pictures, rows, columns, overlap=overlap)
        self.items = len(self.tiles)
        self.most_curves = most_curves
        self.outside = outside
        self.seed = seed
        self.handling: Handling = handling

    def __len__(self) -> int:
        return UNLIMITED

    def __getitem__(self, index: int) -> Sample:
        rng = sample_rng(self.seed, "train", index)
        picture, tile = self.tiles.places[index % self.items]
        cut = _window(picture, tile.row, tile.column, self.tiles.size, self.outside)
        image, mask, columns = handle(*cut, rng, self.handling, self.outside)
        return to_sample(image, mask, columns, picture.curve_class, self.most_curves)


class WindowDataset(Dataset[Sample]):
    """Windows of labelled pictures, placed at random and handled anew, without end.

    Parameters
    ----------
    pictures
        What is cut up; the larger a picture, the more windows are taken of it.
    rows, columns, most_curves
        As in :class:`TileDataset`.
    outside
        As in :class:`HandledTiles`.
    seed
        With the index it determines a sample.
    handling
        What a window goes through.
    """

    def __init__(
        self,
        pictures: Sequence[LabelledPicture],
        rows: int = 256,
        columns: int = 256,
        most_curves: int = 5,
        *,
        seed: int = 0,
        outside: int = 0,
        handling: Handling = "lines",
    ) -> None:
        _check_any(pictures)
        self.outside = outside
        self.handling: Handling = handling
        self.pictures = tuple(pictures)
        self.size = (rows, columns)
        self.most_curves = most_curves
        self.seed = seed
        areas = np.array([p.mask.size for p in pictures], dtype=np.float64)
        self.shares = areas / areas.sum()

    def __len__(self) -> int:
        return UNLIMITED

    def __getitem__(self, index: int) -> Sample:
        rng = sample_rng(self.seed, "train", index)
        picture = self.pictures[int(rng.choice(len(self.pictures), p=self.shares))]
        spare = np.maximum(np.subtract(_sides(picture), self.size), 0)
        row, column = (int(rng.integers(s + 1)) for s in spare)
        cut = _window(picture, row, column, self.size, self.outside)
        image, mask, columns = handle(*cut, rng, self.handling, self.outside)
        return to_sample(image, mask, columns, picture.curve_class, self.most_curves)


def _check_any(pictures: Sequence[LabelledPicture]) -> None:
    if not pictures:
        msg = "there is no picture to train on: give more, or validate on fewer"
        raise InputError(msg)


def _sides(picture: LabelledPicture) -> tuple[int, int]:
    rows, columns = picture.mask.shape
    return rows, columns


def _own(
    mask: NDArray[np.int64], columns: Floats, tile: Tile
) -> tuple[NDArray[np.int64], Floats]:
    """Leave the truth of a window's own part only."""
    rows, across = tile.inside
    own = np.full_like(mask, IGNORE_INDEX)
    own[rows, across] = mask[rows, across]
    # A column belongs to the pixel whose centre is nearest.
    here = (columns >= across.start - 0.5) & (columns < across.stop - 0.5)
    here[:, : rows.start] = here[:, rows.stop :] = False
    return own, np.where(here, columns, np.nan)


def _window(
    picture: LabelledPicture,
    row: int,
    column: int,
    size: tuple[int, int],
    outside: int = 0,
) -> tuple[Grey, NDArray[np.int64], Floats]:
    """Cut a window, padded below and at the right where the picture ends."""
    rows, columns = size
    part = np.s_[row : row + rows, column : column + columns]
    image = np.full((*size, *picture.image.shape[2:]), WHITE, dtype=np.uint8)
    mask = np.full(size, outside, dtype=np.int64)
    height, width = picture.mask[part].shape
    image[:height, :width] = picture.image[part]
    mask[:height, :width] = picture.mask[part]
    truth = np.full((len(picture.columns), rows), np.nan)
    truth[:, :height] = picture.columns[:, row : row + rows] - column
    return image, mask, truth
