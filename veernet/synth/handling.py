"""Augmentation of pictures: optics, tone, and the handling of real samples.

albumentations is used in this module only. Every draw comes from the generator that is
passed in; each pipeline is built once per process.
"""

from __future__ import annotations

import random
from functools import cache
from typing import Literal

import albumentations
import cv2
import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.records import Grey

Handling = Literal["none", "lines", "pictures"]
"""What a sample goes through: nothing; what keeps a curve single valued; or what has no
up and no down, as a view from above."""


def blur(image: Grey, rng: np.random.Generator) -> Grey:
    """Blur a (rows, columns) picture as paper, lens and feed do."""
    return _apply(_optics(), image, rng)


def retone(image: Grey, rng: np.random.Generator) -> Grey:
    """Change tone, light and compression of a grey scan, (rows, columns)."""
    return _apply(_photometry(), image, rng)


def _seed(transform: albumentations.Compose, rng: np.random.Generator) -> None:
    """Let the transforms of a pipeline draw one after the other from one generator.

    ``set_random_seed`` would give each a generator of its own from the same seed: two
    that happen half of the time, such as both flips, then happen together or not at
    all.
    """
    seed = int(rng.integers(2**31))
    transform.set_random_state(np.random.default_rng(seed), random.Random(seed))


def _apply(
    transform: albumentations.Compose, image: Grey, rng: np.random.Generator
) -> Grey:
    # Not by _seed: the strips of the benchmark, drawn this way, are frozen.
    transform.set_random_seed(int(rng.integers(2**31)))
    return np.asarray(transform(image=image)["image"], dtype=np.uint8)


@cache
def _optics() -> albumentations.Compose:
    """Blur of paper, lens and feed."""
    return albumentations.Compose(
        [
            albumentations.OneOf(
                [
                    albumentations.GaussianBlur(
                        sigma_limit=(0.4, 1.6), blur_limit=0, p=1.0
                    ),
                    # MotionBlur and Downscale would move lines by half a pixel.
                    albumentations.AdvancedBlur(
                        blur_limit=(3, 7),
                        sigma_x_limit=(0.3, 1.8),
                        sigma_y_limit=(0.3, 1.8),
                        rotate_limit=(-90, 90),
                        p=0.4,
                    ),
                ],
                p=0.85,
            )
        ]
    )


@cache
def _photometry() -> albumentations.Compose:
    """Tone, light and compression of a grey scan."""
    return albumentations.Compose(
        [
            albumentations.RandomBrightnessContrast(0.12, (-0.3, 0.1), p=0.6),
            albumentations.RandomGamma((70, 150), p=0.4),
            albumentations.GaussNoise(std_range=(0.01, 0.06), p=0.25),
            albumentations.Illumination(intensity_range=(0.02, 0.15), p=0.2),
            albumentations.ImageCompression(quality_range=(30, 92), p=0.35),
        ]
    )


@cache
def _lines(outside: int) -> albumentations.Compose:
    """Mirror, turn over, lean a little, change tone: for pictures that already exist.

    Only what keeps a curve single valued: a lean moves columns, never rows.
    """
    return albumentations.Compose(
        [
            albumentations.HorizontalFlip(p=0.5),
            albumentations.VerticalFlip(p=0.5),
            albumentations.Affine(
                shear={"x": (-0.4, 0.4), "y": (0.0, 0.0)},
                translate_px={"x": (-3, 3), "y": (0, 0)},
                mask_interpolation=cv2.INTER_NEAREST,
                fill=255,
                fill_mask=outside,
                p=0.5,
            ),
            albumentations.RandomBrightnessContrast(0.1, 0.2, p=0.3),
            albumentations.GaussianBlur(sigma_limit=(0.3, 0.8), blur_limit=0, p=0.2),
        ],
        keypoint_params=albumentations.KeypointParams("xy", remove_invisible=False),
    )


@cache
def _pictures(*, square: bool, colour: bool) -> albumentations.Compose:
    """Mirror, turn by quarters, and change light and colour mildly.

    A window that is not square keeps its sides: it is turned by half a turn only.
    """
    turns = (
        [albumentations.D4(p=1.0)]
        if square
        else [albumentations.HorizontalFlip(p=0.5), albumentations.VerticalFlip(p=0.5)]
    )
    light = [
        albumentations.RandomBrightnessContrast(0.1, 0.1, p=0.5),
        albumentations.RandomGamma((85, 115), p=0.3),
    ]
    tint = [albumentations.HueSaturationValue(6, 15, 6, p=0.5)] if colour else []
    return albumentations.Compose([*turns, *light, *tint])


def handle(
    image: Grey,
    mask: NDArray[np.int64],
    columns: Floats,
    rng: np.random.Generator,
    handling: Handling = "lines",
    outside: int = 0,
) -> tuple[Grey, NDArray[np.int64], Floats]:
    """Handle a real sample anew: mirrored, turned, leaning, in another tone.

    Parameters
    ----------
    image : (rows, columns) or (rows, columns, 3) uint8
        0 black, 255 white.
    mask : (rows, columns) int
        Class of each pixel.
    columns : (curves, rows) float
        True column of each curve, NaN where not drawn.
    rng
        Where every draw comes from.
    handling
        See :data:`Handling`.
    outside
        Class of what a lean brings in from beyond the picture.

    Returns
    -------
    tuple
        The three, changed alike.

    Raises
    ------
    InputError
        If the handling is unknown, or would turn pictures that have curves.
    """
    if handling == "none":
        return image, mask, columns
    if handling == "lines":
        return _handle_lines(image, mask, columns, rng, outside)
    if handling != "pictures":
        msg = f"augment {handling!r} is not known: use none, lines or pictures"
        raise InputError(msg)
    if len(columns):
        msg = "augment 'pictures' turns curves on their side: use 'lines' for them"
        raise InputError(msg)
    rows, width = mask.shape
    transform = _pictures(square=rows == width, colour=image.ndim == 3)
    _seed(transform, rng)
    made = transform(image=image, mask=mask.astype(np.int32))
    return made["image"], np.asarray(made["mask"], dtype=np.int64), columns


def _handle_lines(
    image: Grey,
    mask: NDArray[np.int64],
    columns: Floats,
    rng: np.random.Generator,
    outside: int,
) -> tuple[Grey, NDArray[np.int64], Floats]:
    curve, row = np.nonzero(np.isfinite(columns))
    points = np.stack([columns[curve, row], row], axis=1).astype(np.float32)
    transform = _lines(outside)
    _seed(transform, rng)
    # Masks go as 32 bits: OpenCV resamples no wider integers.
    made = transform(image=image, mask=mask.astype(np.int32), keypoints=points)
    moved = np.full(columns.shape, np.nan)
    at = np.asarray(made["keypoints"], dtype=np.float64).reshape(-1, 2)
    moved[curve, np.rint(at[:, 1]).astype(np.intp)] = at[:, 0]
    return made["image"], np.asarray(made["mask"], dtype=np.int64), moved
