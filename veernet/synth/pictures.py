"""Labelled pictures of any size, and the windows of them that a network sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import lightning
import numpy as np
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.records import Grey
from veernet.synth.dataset import (
    UNLIMITED,
    Sample,
    make_loader,
    sample_rng,
    to_sample,
)
from veernet.synth.degrade import augment

WHITE = 255


@dataclass(frozen=True)
class LabelledPicture:
    """A picture of any height with its truth.

    Parameters
    ----------
    name
        For messages.
    image
        (rows, columns) uint8, 0 black, 255 white.
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
    """Labelled pictures cut into windows that lie side by side: all of them, once.

    Parameters
    ----------
    pictures
        What is cut up.
    rows, columns
        Size of a window; a smaller picture is padded with white background.
    most_curves
        Room for curves in a sample.
    """

    def __init__(
        self,
        pictures: Sequence[LabelledPicture],
        rows: int = 256,
        columns: int = 256,
        most_curves: int = 5,
    ) -> None:
        self.size = (rows, columns)
        self.most_curves = most_curves
        self.places = [
            (picture, row, column)
            for picture in pictures
            for row, column in _tiles(picture.image.shape, self.size)
        ]

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: int) -> Sample:
        picture, row, column = self.places[index]
        image, mask, columns = _window(picture, row, column, self.size)
        return to_sample(image, mask, columns, picture.curve_class, self.most_curves)


class WindowDataset(Dataset[Sample]):
    """Windows of labelled pictures, placed at random and handled anew, without end.

    Parameters
    ----------
    pictures
        What is cut up; the larger a picture, the more windows are taken of it.
    rows, columns, most_curves
        As in :class:`TileDataset`.
    seed
        With the index it determines a sample.
    """

    def __init__(
        self,
        pictures: Sequence[LabelledPicture],
        rows: int = 256,
        columns: int = 256,
        most_curves: int = 5,
        *,
        seed: int = 0,
    ) -> None:
        if not pictures:
            msg = "there is no picture to train on: give more, or validate on fewer"
            raise InputError(msg)
        self.pictures = tuple(pictures)
        self.size = (rows, columns)
        self.most_curves = most_curves
        self.seed = seed
        areas = np.array([p.image.size for p in pictures], dtype=np.float64)
        self.shares = areas / areas.sum()

    def __len__(self) -> int:
        return UNLIMITED

    def __getitem__(self, index: int) -> Sample:
        rng = sample_rng(self.seed, "train", index)
        picture = self.pictures[int(rng.choice(len(self.pictures), p=self.shares))]
        spare = np.maximum(np.subtract(picture.image.shape, self.size), 0)
        row, column = (int(rng.integers(s + 1)) for s in spare)
        image, mask, columns = augment(*_window(picture, row, column, self.size), rng)
        return to_sample(image, mask, columns, picture.curve_class, self.most_curves)


def _tiles(shape: tuple[int, ...], size: tuple[int, int]) -> list[tuple[int, int]]:
    """Top left corners of windows that lie side by side, the last ones flush."""
    starts = []
    for length, window in zip(shape, size, strict=True):
        last = max(0, length - window)
        starts.append(sorted({*range(0, last + 1, window), last}))
    return [(row, column) for row in starts[0] for column in starts[1]]


def _window(
    picture: LabelledPicture, row: int, column: int, size: tuple[int, int]
) -> tuple[Grey, NDArray[np.int64], Floats]:
    """Cut a window, padded below and at the right where the picture ends."""
    rows, columns = size
    part = np.s_[row : row + rows, column : column + columns]
    image = np.full(size, WHITE, dtype=np.uint8)
    mask = np.zeros(size, dtype=np.int64)
    height, width = picture.image[part].shape
    image[:height, :width] = picture.image[part]
    mask[:height, :width] = picture.mask[part]
    truth = np.full((len(picture.columns), rows), np.nan)
    truth[:, :height] = picture.columns[:, row : row + rows] - column
    return image, mask, truth


class PictureData(lightning.LightningDataModule):
    """Windows of labelled pictures for training, fine-tuning and validation.

    Parameters
    ----------
    train, validation
        Pictures of each part.
    samples
        Windows an epoch, placed anew in each.
    rows, columns, most_curves
        Of the windows.
    batch_size, workers, seed
        Of the loaders.
    """

    def __init__(
        self,
        train: Sequence[LabelledPicture],
        validation: Sequence[LabelledPicture],
        *,
        samples: int = 2000,
        rows: int = 256,
        columns: int = 256,
        most_curves: int = 5,
        batch_size: int = 16,
        workers: int = 2,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.samples = samples
        self.batch_size = batch_size
        self.workers = workers
        self.seed = seed
        self.train_set = WindowDataset(train, rows, columns, most_curves, seed=seed)
        self.val_set = TileDataset(validation, rows, columns, most_curves)

    def train_dataloader(self) -> DataLoader[Sample]:
        """Load random windows of the training pictures."""
        return make_loader(
            self.train_set,
            self.batch_size,
            self.workers,
            samples=self.samples,
            seed=self.seed,
        )

    def val_dataloader(self) -> DataLoader[Sample]:
        """Load the validation pictures whole, window beside window."""
        return make_loader(self.val_set, self.batch_size, self.workers, seed=self.seed)
