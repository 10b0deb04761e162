"""Labelled pictures as a data module: random windows or tiles of them in batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import lightning
from torch.utils.data import DataLoader

from veernet.errors import InputError
from veernet.synth.dataset import Sample, make_loader
from veernet.synth.handling import Handling
from veernet.synth.windows import (
    HandledTiles,
    LabelledPicture,
    TileDataset,
    WindowDataset,
)

Cut = Literal["windows", "tiles"]


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
    cut
        ``windows`` trains on windows placed at random; ``tiles`` on those of a fixed
        grid, all of them once an epoch, whatever ``samples`` says.
    overlap
        Of neighbouring tiles, in training and in validation.
    augment
        What the windows of training go through: none, lines or pictures.
    outside
        Class of what lies beyond a picture.
    batch_size, workers, seed
        Of the loaders.

    Raises
    ------
    InputError
        If there is no picture to train or to validate on, the tiles cannot be cut, or
        the windows of an epoch do not fill a batch.
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
        cut: Cut = "windows",
        overlap: int = 0,
        augment: Handling = "lines",
        outside: int = 0,
        batch_size: int = 16,
        workers: int = 2,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.samples = samples
        self.batch_size = batch_size
        self.workers = workers
        self.seed = seed
        if cut not in {"windows", "tiles"}:
            msg = f"cut {cut!r} is not known: use windows or tiles"
            raise InputError(msg)
        for name, side in (("rows", rows), ("columns", columns)):
            if side < 1:
                msg = f"{name} {side} of a window: give 1 or more"
                raise InputError(msg)
        if batch_size < 1 or samples < 1:
            msg = f"batches of {batch_size}, {samples} windows: give 1 or more of each"
            raise InputError(msg)
        self.rows, self.columns = rows, columns
        if not validation:
            msg = (
                "no picture is held out to validate on: give more pictures, a larger "
                "validation_share, or another seed"
            )
            raise InputError(msg)
        size = rows, columns, most_curves
        self.train_set: WindowDataset | HandledTiles
        if cut == "tiles":
            self.train_set = HandledTiles(
                train,
                *size,
                overlap=overlap,
                outside=outside,
                seed=seed,
                handling=augment,
            )
        else:
            self.train_set = WindowDataset(
                train, *size, seed=seed, outside=outside, handling=augment
            )
        each = tiles.items if (tiles := self._tiles()) else samples
        if each < batch_size:
            msg = (
                f"{each} windows an epoch do not fill a batch of {batch_size}: take "
                "more windows, smaller ones, or a smaller batch"
            )
            raise InputError(msg)
        self.val_set = TileDataset(validation, *size, overlap=overlap)

    def train_dataloader(self) -> DataLoader[Sample]:
        """Load windows of the training pictures: random ones, or all tiles once."""
        tiles = self._tiles()
        return make_loader(
            self.train_set,
            self.batch_size,
            self.workers,
            samples=self.samples,
            items=None if tiles is None else tiles.items,
            seed=self.seed,
        )

    def _tiles(self) -> HandledTiles | None:
        return self.train_set if isinstance(self.train_set, HandledTiles) else None

    def val_dataloader(self) -> DataLoader[Sample]:
        """Load the validation pictures whole, window beside window."""
        return make_loader(self.val_set, self.batch_size, self.workers, seed=self.seed)
