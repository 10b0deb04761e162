"""Frozen scenes: logits that no training moves, so that every loss sees the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy import ndimage

from veernet.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from veernet.axes import Floats

FLOOR = 1e-3
"""Least share of a class in a pixel: what a network says far away from its ink."""

GRAIN = 2.0
"""Pixels over which the noise of neighbouring logits is alike."""


@dataclass(frozen=True)
class Scene:
    """What a network that is half trained may say of a picture, and the truth.

    Parameters
    ----------
    logits : (N, C, H, W) float64
        Unnormalised class scores.
    target : (N, H, W) int64
        Class index per pixel.
    """

    logits: Tensor
    target: Tensor


def draw_strokes(
    rows: int, columns: int, widths: Sequence[int], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return a mask of one wandering stroke per class, of exact width in every row.

    Parameters
    ----------
    rows, columns
        Of the mask.
    widths
        Pixels that the strokes of class 1, 2, ... take in each row. Each stroke keeps
        to its own share of the columns, so that none covers another.
    rng
        Of the courses.

    Returns
    -------
    (rows, columns) int64
        Class index, 0 for the background; ``sum(widths) / columns`` of it is ink.

    Raises
    ------
    InputError
        If a stroke has no width, or more than its share of the columns.
    """
    span = columns / max(len(widths), 1)
    for width in widths:
        if not 1 <= width <= span:
            msg = f"a stroke is {width} px wide: give 1 to {int(span)}, its share"
            raise InputError(msg)
    mask = np.zeros((rows, columns), dtype=np.int64)
    for index, width in enumerate(widths):
        # A slope of more than a pixel a row would tear a stroke of one pixel.
        steps = ndimage.gaussian_filter1d(rng.uniform(-1, 1, rows), 8.0, mode="nearest")
        course = np.cumsum(steps)
        course -= course.mean()
        half = (span - width) / 2
        course *= min(1.0, half / max(float(np.abs(course).max()), 1e-9))
        first = np.floor(index * span + half + course).astype(int)
        inked = first[:, None] + np.arange(width)
        mask[np.arange(rows)[:, None], inked.clip(0, columns - 1)] = index + 1
    return mask


def draw_blob(rows: int, columns: int, share: float) -> NDArray[np.int64]:
    """Return a (rows, columns) mask of one disc that takes a share of the pixels.

    Raises
    ------
    InputError
        If the disc would not fit into the picture.
    """
    radius = np.sqrt(share * rows * columns / np.pi)
    if not 0 < 2 * radius < min(rows, columns):
        msg = f"a disc of {share} of {rows} x {columns} px does not fit: give less"
        raise InputError(msg)
    row, column = np.indices((rows, columns))
    away = np.hypot(row - (rows - 1) / 2, column - (columns - 1) / 2)
    return np.asarray(away <= radius, dtype=np.int64)


def frozen_scene(
    mask: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    classes: int | None = None,
    confidence: float = 1.0,
    blur: float = 0.6,
    noise: float = 1.0,
) -> Scene:
    """Make logits from a mask as a network gives them that is unsure where the ink is.

    The share of each class in a blurred mask is the probability of a network that
    knows the stroke and not its column; noise with the grain of a receptive field makes
    stretches faint and smudges dark. ``confidence`` multiplies the logits last, so that
    it changes how sure the network is and never which class it shows.

    Parameters
    ----------
    mask : (H, W) or (N, H, W) int64
        Class index per pixel, drawn or synthetic, none of them ignored.
    rng
        Of the noise: the same seed gives the same logits at any confidence.
    classes
        Number of classes, those of the mask unless given.
    confidence
        Inverse temperature: 0 knows nothing, 1 is as unsure as the blur, more is
        surer than it should be.
    blur
        Standard deviation of the column, in pixels.
    noise
        Standard deviation of the noise of each logit at confidence 1.

    Returns
    -------
    Scene

    Raises
    ------
    InputError
        If the mask is none, or a dial is negative.
    """
    masks = mask[None] if mask.ndim == 2 else mask
    if masks.ndim != 3 or not masks.size or masks.min() < 0:
        msg = f"a mask of shape {mask.shape}: give (H, W) or (N, H, W) of classes >= 0"
        raise InputError(msg)
    for name, value in (("confidence", confidence), ("blur", blur), ("noise", noise)):
        if not value >= 0:
            msg = f"{name} is {value}: give 0 or more"
            raise InputError(msg)
    count = max(int(masks.max()) + 1, 2) if classes is None else classes
    if masks.max() >= count:
        msg = f"the mask has class {masks.max()}: {count} classes are too few"
        raise InputError(msg)
    shares = np.stack([masks == c for c in range(count)], axis=1).astype(np.float64)
    within = (0, 0, blur, blur)
    shares = ndimage.gaussian_filter(shares, within, mode="nearest") + FLOOR
    logits = np.log(shares / shares.sum(axis=1, keepdims=True))
    logits += noise * _grained(rng, logits.shape)
    return Scene(torch.from_numpy(confidence * logits), torch.from_numpy(masks))


def _grained(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Return noise of standard deviation 1 that is alike over ``GRAIN`` pixels."""
    field = rng.standard_normal(shape)
    field = ndimage.gaussian_filter(field, (0, 0, GRAIN, GRAIN), mode="wrap")
    return np.asarray(field / max(float(field.std()), 1e-12))
