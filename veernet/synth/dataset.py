"""Torch datasets: strips drawn as they are asked for, and the loaders of all sets.

A sample is a dictionary of tensors: ``image`` (1, rows, columns) float32 darkness or
(3, rows, columns) red, green and blue,
``mask`` (rows, columns) int64 class index, ``columns`` (curves, rows) float32 true
column of each curve, NaN where not drawn, and ``curve_class`` (curves,) int64, 0 where
the curve is padding. Where the track is known there is ``edges`` (2, rows) float32, the
columns of its left and right edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.records import LINES, Grey, Line
from veernet.synth.dashes import BROKEN
from veernet.synth.recipe import Recipe
from veernet.synth.samplers import UNLIMITED, Draws, Rounds, SeededSampler, Shuffled
from veernet.synth.signals import RealShapes
from veernet.synth.strips import Mask, Strip, draw_strip

Sample = dict[str, Tensor]
Stream = Literal["train", "validation", "test"]
STREAMS: tuple[Stream, ...] = ("train", "validation", "test")

OUTPUTS: tuple[tuple[Line, ...], ...] = (("solid",), BROKEN)
"""Line styles of the classes after background, as the release network has them."""


def sample_rng(seed: int, stream: Stream, index: int) -> np.random.Generator:
    """Return the generator of one sample: no two streams ever share a draw."""
    sequence = np.random.SeedSequence([seed, STREAMS.index(stream), index])
    return np.random.Generator(np.random.SFC64(sequence))


def class_of_line(outputs: Sequence[Sequence[str]]) -> dict[Line, int]:
    """Class index of each line style, from the styles of the classes 1, 2, ..."""
    classes = {
        line: index
        for index, lines in enumerate(outputs, start=1)
        for line in LINES
        if line in lines
    }
    if missing := sorted(set(LINES) - set(classes)):
        msg = f"no class stands for {', '.join(missing)} lines: outputs are {outputs}"
        raise InputError(msg)
    return classes


def to_sample(
    image: Grey,
    mask: NDArray[np.integer[Any]],
    columns: Floats,
    curve_class: Sequence[int],
    most_curves: int,
    edges: Floats | None = None,
) -> Sample:
    """Make the tensors of a sample, curves padded to a common number.

    A grey picture, (rows, columns), becomes darkness; a colour picture, (rows, columns,
    3), becomes red, green and blue, each value / 255.

    Raises
    ------
    InputError
        If there are more curves than ``most_curves``.
    """
    count, rows = len(curve_class), image.shape[0]
    if count > most_curves:
        msg = f"{count} curves in a sample that has room for {most_curves}: allow more"
        raise InputError(msg)
    padded = np.full((most_curves, rows), np.nan, dtype=np.float32)
    padded[:count] = columns
    classes = np.zeros(most_curves, dtype=np.int64)
    classes[:count] = curve_class
    sample = {
        "image": torch.from_numpy(to_channels(image)),
        "mask": torch.from_numpy(mask.astype(np.int64)),
        "columns": torch.from_numpy(padded),
        "curve_class": torch.from_numpy(classes),
    }
    if edges is not None:
        sample["edges"] = torch.from_numpy(edges.astype(np.float32))
    return sample


def to_channels(image: Grey) -> NDArray[np.float32]:
    """Return what a network takes of a picture, (channels, rows, columns) in [0, 1]."""
    light = image.astype(np.float32) / np.float32(255)
    if image.ndim == 2:
        return 1 - light[None]
    return np.ascontiguousarray(light.transpose(2, 0, 1))


class GeneratedDataset(Dataset[Sample]):
    """Strips from a recipe, drawn when asked for; an index is always the same strip.

    Parameters
    ----------
    recipe
        What to draw.
    length
        Number of samples.
    seed, stream
        With the index they determine a sample, whoever draws it and when.
    label_width
        Pixels across a label of the mask.
    bridge_gaps
        Whether the gaps between dashes are labelled too.
    outputs
        Line styles of the classes after background.
    shapes
        Real curves to take shapes from.
    blank
        Columns of blank paper that follow on the right, which make curves rarer.
    """

    def __init__(
        self,
        recipe: Recipe,
        length: int = UNLIMITED,
        seed: int = 0,
        stream: Stream = "train",
        *,
        label_width: float = 3.0,
        bridge_gaps: bool = True,
        outputs: Sequence[Sequence[str]] = OUTPUTS,
        shapes: RealShapes | None = None,
        blank: int = 0,
    ) -> None:
        self.recipe = recipe
        self.length = length
        self.seed = seed
        self.stream: Stream = stream
        self.label_width = label_width
        self.bridge_gaps = bridge_gaps
        self.classes = class_of_line(outputs)
        self.shapes = shapes
        self.blank = blank

    def __len__(self) -> int:
        return self.length

    def strip(self, index: int) -> Strip:
        """Draw the strip of an index, with all that is known of it."""
        if not 0 <= index < self.length:
            msg = f"sample {index} is not among the {self.length} of the set"
            raise IndexError(msg)
        rng = sample_rng(self.seed, self.stream, index)
        return draw_strip(self.recipe, rng, self.shapes)

    def drawn(self, index: int) -> tuple[Grey, Mask, Strip]:
        """Draw the picture and the mask of an index, blank paper and all."""
        strip = self.strip(index)
        mask = strip.mask(self.classes, self.label_width, bridge_gaps=self.bridge_gaps)
        beside = ((0, 0), (0, self.blank))
        image = np.pad(strip.image, beside, constant_values=255)
        return image, np.pad(mask, beside), strip

    def __getitem__(self, index: int) -> Sample:
        image, mask, strip = self.drawn(index)
        classes = [self.classes[line] for line in strip.lines]
        most = self.recipe.most_curves
        return to_sample(image, mask, strip.columns, classes, most, strip.edges)


def _quieten(_worker: int) -> None:
    """Give each worker one thread: those of OpenCV would compete for cores."""
    cv2.setNumThreads(0)
    torch.set_num_threads(1)


def make_loader(
    dataset: Dataset[Sample],
    batch_size: int,
    workers: int,
    *,
    shuffle: bool = False,
    samples: int | None = None,
    items: int | None = None,
    seed: int = 0,
) -> DataLoader[Sample]:
    """Make a loader whose order hangs on the seed and not on the number of workers.

    Parameters
    ----------
    dataset, batch_size, workers
        What is loaded, how many at a time, by how many processes.
    shuffle
        In random order, anew in every epoch.
    samples
        So many a time, drawn at random from the whole dataset, instead of all.
    items
        The dataset has so many, each under any number that leaves the same remainder:
        all of them a time, in random order and under other numbers in each, and the
        last batch as large as what is left; else it is left out.
    seed
        Of the order.

    Raises
    ------
    InputError
        If there would be fewer processes than none.
    """
    if workers < 0:
        msg = f"data.workers={workers}: give 0 or more processes"
        raise InputError(msg)
    length: int = len(dataset)  # type: ignore[arg-type]
    sampler: SeededSampler | None = None
    if items is not None:
        sampler = Rounds(items, seed)
    elif samples is not None:
        sampler = Draws(length, samples, seed)
    elif shuffle:
        sampler = Shuffled(length, seed)
    return DataLoader(
        dataset,
        batch_size=batch_size,
        sampler=sampler,
        num_workers=workers,
        generator=torch.Generator().manual_seed(seed),
        worker_init_fn=_quieten,
        persistent_workers=workers > 0,
        pin_memory=torch.cuda.is_available(),
        drop_last=sampler is not None and items is None,
    )
