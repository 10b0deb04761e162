"""How many pixels of the ink a loss moves, on thin curves and on thick shapes.

S8 of the references: on a curve of one pixel nearly all pixels of the foreground move
Lovasz-Softmax.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy import ndimage

from veernet.errors import InputError
from veernet.study.theory.gradients import gradient_magnitude
from veernet.study.theory.scene import Scene, draw_blob, draw_strokes, frozen_scene

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from torch import Tensor, nn


@dataclass(frozen=True)
class Moved:
    """How many of the pixels of the foreground a loss moves.

    Parameters
    ----------
    pixels
        Of the foreground.
    edge
        Share of them that have a neighbour, across an edge, of another class.
    nonzero
        Share with any gradient at all.
    levels, above
        Share with at least so much of the largest gradient of any pixel.
    effective
        Share of pixels that would have the same sum and sum of squares if all of the
        foreground's gradient were divided evenly among them and the others had none.
    """

    pixels: int
    edge: float
    nonzero: float
    levels: tuple[float, ...]
    above: tuple[float, ...]
    effective: float


def moved(
    loss: nn.Module,
    scene: Scene,
    levels: Sequence[float] = (0.01, 0.1, 0.5),
    *,
    of_probability: bool = False,
) -> Moved:
    """Return how many pixels of the foreground of a scene a loss moves.

    Parameters
    ----------
    loss
        Maps logits and target to a scalar.
    scene
        With foreground.
    levels
        Shares of the largest gradient.
    of_probability
        Take the derivative by the probability instead of the logits, of two classes:
        it leaves out the softmax, which holds every confident pixel still under any
        loss.

    Raises
    ------
    InputError
        If the scene has no foreground, or other than two classes where two are wanted.
    """
    ink = scene.target > 0
    if not ink.any():
        msg = "the scene has no foreground: give a mask that shows a class"
        raise InputError(msg)
    _, magnitude = gradient_magnitude(loss, scene.logits, scene.target)
    if of_probability:
        magnitude = magnitude / _softmax_slope(scene)
    on_ink, largest = magnitude[ink], magnitude.max()
    squares = on_ink.square().sum()
    return Moved(
        pixels=int(ink.sum()),
        edge=float(_at_edge(scene.target)[ink].double().mean()),
        nonzero=float((on_ink > 0).double().mean()),
        levels=tuple(levels),
        above=tuple(
            float((on_ink >= level * largest).double().mean()) for level in levels
        ),
        effective=float(on_ink.sum().square() / (len(on_ink) * squares)),
    )


def thin_and_thick(
    losses: Mapping[str, nn.Module],
    seed: int = 0,
    *,
    widths: Sequence[int] = (1, 2, 3, 5, 9),
    side: int = 128,
    blob: float = 0.1,
    confidence: float = 1.0,
    of_probability: bool = False,
) -> dict[str, dict[str, Moved]]:
    """Return ``moved`` for each shape, strokes of some widths and a disc, and loss.

    Parameters
    ----------
    losses
        By name.
    seed
        Of the strokes and of the noise, which is the same for every shape.
    widths
        Pixels across the strokes.
    side
        Rows and columns of each picture.
    blob
        Share of the picture that the disc takes.
    confidence
        See ``frozen_scene``.
    of_probability
        See ``moved``.
    """
    masks: dict[str, NDArray[np.int64]] = {
        f"stroke of {width} px": draw_strokes(
            side, side, [width], np.random.default_rng(seed)
        )
        for width in widths
    }
    masks["disc"] = draw_blob(side, side, blob)
    found = {}
    for shape, mask in masks.items():
        noise = np.random.default_rng([seed, 1])
        scene = frozen_scene(mask, noise, confidence=confidence)
        found[shape] = {
            name: moved(loss, scene, of_probability=of_probability)
            for name, loss in losses.items()
        }
    return found


def _softmax_slope(scene: Scene) -> Tensor:
    """Return (N, H, W) 2 p (1 - p), the L1 norm of dp/dz of two classes."""
    if scene.logits.shape[1] != 2:
        msg = (
            f"the scene has {scene.logits.shape[1]} classes: the derivative by one "
            "probability needs two"
        )
        raise InputError(msg)
    return 2 * scene.logits.softmax(1).prod(1)


def _at_edge(target: Tensor) -> Tensor:
    """Return (N, H, W) bool: where a neighbour above, below or beside differs."""
    labels = target.numpy()
    cross = np.array([[[0, 1, 0], [1, 1, 1], [0, 1, 0]]], dtype=bool)
    low = ndimage.minimum_filter(labels, footprint=cross, mode="nearest")
    high = ndimage.maximum_filter(labels, footprint=cross, mode="nearest")
    return torch.from_numpy(low != high)
