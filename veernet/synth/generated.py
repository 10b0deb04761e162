"""Generated strips for a training: what is learned, validated and tested on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import lightning
import numpy as np
from torch.utils.data import DataLoader, Dataset, Subset

from veernet.errors import InputError
from veernet.synth.dataset import (
    OUTPUTS,
    GeneratedDataset,
    Sample,
    Stream,
    make_loader,
)
from veernet.synth.kept import keep
from veernet.synth.recipe import Recipe
from veernet.synth.samplers import UNLIMITED
from veernet.synth.signals import read_shapes


class GeneratedData(lightning.LightningDataModule):
    """Generated strips for training and validation.

    Parameters
    ----------
    recipe
        What to draw.
    samples
        Size of the set, training and validation together.
    train_share
        Share of the set that is trained on; which samples is drawn from the seed.
    fresh
        Draw new strips for every epoch, as many as the training part has, instead of
        the same ones again; validation always sees the same.
    batch_size, workers, seed
        Of the loaders and of every draw.
    order
        Seed of the order of the samples, for runs that see one set in several orders;
        the seed of the draws unless given.
    label_width, bridge_gaps, outputs, blank
        Of the pictures: see :class:`GeneratedDataset`.
    test_samples
        Size of a test set from a stream and a seed that training never draws from.
    kept
        Folder in which fixed sets are kept, so that they are drawn once: see
        :func:`veernet.synth.kept.keep`; None to draw them whenever they are asked for.
    las_folder
        LAS files whose curves lend their shapes; none to use the model alone.
    """

    def __init__(
        self,
        recipe: Recipe,
        samples: int = 15_000,
        train_share: float = 0.8,
        *,
        fresh: bool = False,
        batch_size: int = 16,
        workers: int = 2,
        seed: int = 0,
        order: int | None = None,
        label_width: float = 3.0,
        bridge_gaps: bool = True,
        outputs: Sequence[Sequence[str]] = OUTPUTS,
        blank: int = 0,
        las_folder: str | Path | None = None,
        test_samples: int = 0,
        kept: str | Path | None = None,
    ) -> None:
        super().__init__()
        if batch_size < 1 or samples < 1 or seed < 0:
            msg = (
                f"batches of {batch_size}, {samples} samples, seed {seed}: give 1 or "
                "more of either, and a seed of 0 or more"
            )
            raise InputError(msg)
        if not 0 <= train_share <= 1:
            msg = f"data.train_share={train_share}: give a share, 0 to 1"
            raise InputError(msg)
        if not label_width > 0:
            msg = f"data.label_width={label_width}: give more than 0 columns"
            raise InputError(msg)
        self.channels = ("darkness",)
        self.batch_size = batch_size
        self.workers = workers
        self.order = seed if order is None else order
        self.fresh = fresh
        self.kept = None if kept is None else Path(kept)
        self.train_samples = round(train_share * samples)
        if self.train_samples < batch_size or self.train_samples == samples:
            msg = (
                f"data.samples={samples}: {self.train_samples} of them are trained on "
                f"and {samples - self.train_samples} held out, and it takes a batch of "
                f"{batch_size} and one: give more, or another train_share or batch_size"
            )
            raise InputError(msg)
        self.dataset = partial(
            GeneratedDataset,
            recipe,
            label_width=label_width,
            bridge_gaps=bridge_gaps,
            outputs=outputs,
            shapes=None if las_folder is None else read_shapes(las_folder),
            blank=blank,
        )
        # The fixed set is one stream, divided; fresh strips come from another.
        divided = np.random.default_rng(seed).permutation(samples).tolist()
        fixed = self._fixed(samples, seed, "validation")
        self.val_set = Subset(fixed, divided[self.train_samples :])
        self.train_set: Dataset[Sample] = Subset(fixed, divided[: self.train_samples])
        if fresh:
            self.train_set = self.dataset(UNLIMITED, seed, "train")
        self.test_set = self._fixed(test_samples, seed + 1, "test")

    def _fixed(self, samples: int, seed: int, stream: Stream) -> Dataset[Sample]:
        dataset = self.dataset(samples, seed, stream)
        if self.kept is None or not samples:
            return dataset
        return keep(dataset, self.kept, self.workers)

    def train_dataloader(self) -> DataLoader[Sample]:
        """Load the training part in random order."""
        return make_loader(
            self.train_set,
            self.batch_size,
            self.workers,
            shuffle=True,
            samples=self.train_samples if self.fresh else None,
            seed=self.order,
        )

    def val_dataloader(self) -> DataLoader[Sample]:
        """Load the validation part in its order."""
        return make_loader(self.val_set, self.batch_size, self.workers)

    def test_dataloader(self) -> DataLoader[Sample]:
        """Load the test set in its order."""
        return make_loader(self.test_set, self.batch_size, self.workers)
