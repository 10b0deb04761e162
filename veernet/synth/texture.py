"""Noise of paper: grain, and clouds of light or fading."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray


@cache
def _grain_bank() -> NDArray[np.float32]:
    """Draw four textures of unit variance and growing grain, (4, 1024, 1024).

    Once per process and from a fixed seed: a window at random of one costs a hundredth
    of fresh noise.
    """
    rng = np.random.default_rng(20_240)
    bank = []
    for sigma in (0.0, 0.6, 1.0, 1.8):
        noise = rng.standard_normal((1024, 1024), dtype=np.float32)
        if sigma:
            noise = cv2.GaussianBlur(noise, (0, 0), sigma)
        bank.append(noise / noise.std())
    return np.stack(bank)


def grain(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Take a window of grainy noise of unit variance, (rows, columns), at random."""
    texture = _grain_bank()[int(rng.integers(4))]
    rows, columns = shape
    repeat = (-(-rows // 768), -(-columns // 768))
    if max(repeat) > 1:
        texture = np.tile(texture, (repeat[0] + 1, repeat[1] + 1))
    row = int(rng.integers(texture.shape[0] - rows + 1))
    column = int(rng.integers(texture.shape[1] - columns + 1))
    window: NDArray[np.float32] = texture[row : row + rows, column : column + columns]
    return window


def cloud(
    rng: np.random.Generator, shape: tuple[int, ...], cells: int
) -> NDArray[np.float32]:
    """Smooth field in [0, 1], (rows, columns), that varies over so many cells."""
    coarse = rng.random((cells + 1, cells + 1), dtype=np.float32)
    field = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(field, 0, 1))
