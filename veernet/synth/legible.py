"""Legibility: whether the ink of every curve is still seen in the scan."""

from __future__ import annotations

import numpy as np

from veernet.axes import Floats
from veernet.records import Grey
from veernet.synth.ink import Ink

CONTRAST = 25
"""Grey levels below the paper that count as ink."""

LEGIBLE = 0.5
"""Share of a curve's ink, where no other is near, that the scan must have kept."""

INKED = 0.3
"""Darkness of the paper that counts as ink, and difference that counts as more."""

OWN_INK = 5.0
"""Columns from another curve at which ink is a curve's own for certain."""


def legible(image: Grey, columns: Floats, ink: Ink, under: Ink) -> bool:
    """Tell whether the scan kept the ink of every curve.

    A curve that the threshold wiped out cannot be read by anyone: labelled, it would
    teach a network to invent. Grid lines under a curve say nothing of it, nor do other
    curves, so that only rows are asked where it lies on blank paper by itself.

    Parameters
    ----------
    image : (rows, columns) uint8
        As scanned.
    columns : (curves, rows) float
        True columns.
    ink, under : (rows, columns) float32
        All ink of the paper, and what lies under the curves.
    """
    level = np.median(image[::2, ::2]) - CONTRAST
    for index, column in enumerate(columns):
        away = np.abs(np.delete(columns, index, axis=0) - column)
        alone = np.min(away, axis=0, initial=np.inf, where=np.isfinite(away)) > OWN_INK
        rows = np.flatnonzero(np.isfinite(column) & alone)
        at = np.rint(column[rows]).astype(np.intp)
        inside = (at > 1) & (at < image.shape[1] - 2)
        rows, at = rows[inside], at[inside]
        blank = np.max([under[rows, at + aside] for aside in (-2, 0, 2)], axis=0)
        drawn = (blank < INKED) & (ink[rows, at] > blank + INKED)
        rows, at = rows[drawn], at[drawn]
        if rows.size < 20:
            continue
        darkest = np.min([image[rows, at + i] for i in (-1, 0, 1)], axis=0)
        if np.mean(darkest < level) < LEGIBLE:
            return False
    return True
