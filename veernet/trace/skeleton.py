"""The reference method: threshold, skeletonise, follow the skeleton from row to row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from skimage.morphology import skeletonize

from veernet.axes import Floats
from veernet.records import CurveSpec, Evidence, Panel
from veernet.trace.corridors import DecodedPath
from veernet.trace.programme import LOST, ON

THRESHOLD = 0.5
"""Probability from which a pixel belongs to the mask."""

JUMP = 40.0
"""Columns within which the next row's skeleton still continues a curve."""

FORGET = 60
"""Unread rows after which a curve may be found again anywhere."""


def follow(panel: Panel, evidence: Evidence) -> tuple[DecodedPath, ...]:
    """Skeletonise each style's mask and follow its curves down the rows.

    Kept as the method that the field describes, and as a control for the dynamic
    programme: it cannot wrap, and where two curves of a style meet it keeps the nearer.

    Parameters
    ----------
    panel
        The tracks and their curves.
    evidence
        What the network saw.

    Returns
    -------
    tuple of DecodedPath
        One per curve of ``panel.curves``. A row is read or lost: the method does not
        know where a curve has left the scale, nor how wide its stroke is.
    """
    found: dict[str, DecodedPath] = {}
    for track, (left, right) in zip(panel.tracks, panel.edges, strict=True):
        for index in range(len(evidence.lines)):
            curves = [c for c in track.curves if evidence.index_of(c.line) == index]
            if curves:
                maps = evidence.maps[index]
                found.update(_follow_style(maps, left, right, curves))
    return tuple(found[c.mnemonic] for c in panel.curves)


def _follow_style(
    probability: NDArray[np.uint8],
    left: Floats,
    right: Floats,
    curves: list[CurveSpec],
) -> dict[str, DecodedPath]:
    """Follow the curves of one style in one track."""
    rows, columns = probability.shape
    inside = np.arange(columns)[None, :]
    # One column is left out at each edge: the printed border is no curve.
    mask = (inside > left[:, None] + 1) & (inside < right[:, None] - 1)
    skeleton = skeletonize(mask & (probability >= THRESHOLD * 255))

    column = np.full((len(curves), rows), np.nan)
    strength = np.zeros((len(curves), rows))
    last = np.full(len(curves), np.nan)
    unread = np.full(len(curves), FORGET)
    for row in range(rows):
        centres = _centres(skeleton[row])
        if centres.size:
            for curve, at in _assign(last, unread, centres):
                column[curve, row] = last[curve] = centres[at]
                strength[curve, row] = probability[row, round(centres[at])] / 255
        unread = np.where(np.isfinite(column[:, row]), 0, unread + 1)
    return {
        spec.mnemonic: _occupied_path(spec, column[i], strength[i])
        for i, spec in enumerate(curves)
    }


def _occupied_path(spec: CurveSpec, column: Floats, strength: Floats) -> DecodedPath:
    state = np.where(np.isfinite(column), ON, LOST).astype(np.uint8)
    ink = np.full((column.size, 2, 2), -1, np.int32)
    return DecodedPath(
        spec, column, strength, state, np.stack([column, column], axis=1), ink
    )


def _centres(row: NDArray[np.bool_]) -> Floats:
    """Middle column of each run of skeleton pixels in a row."""
    edges = np.flatnonzero(
        np.diff(np.concatenate(([False], row, [False])).astype(np.int8))
    )
    return np.asarray((edges[::2] + edges[1::2] - 1) / 2.0)


def _assign(
    last: Floats, unread: NDArray[np.int64], centres: Floats
) -> list[tuple[int, int]]:
    """Pair curves with the skeleton's runs in a row, nearest first, none used twice."""
    lost = unread >= FORGET
    if lost.all():
        # The registration lists curves of a look from left to right.
        few = min(last.size, centres.size)
        return [(i, i) for i in range(few)]
    distance = np.abs(centres[None, :] - np.where(lost, 0.0, last)[:, None])
    cost = np.where(lost[:, None], JUMP, distance)
    pairs = zip(*linear_sum_assignment(cost), strict=True)
    return [(int(i), int(j)) for i, j in pairs if cost[i, j] <= JUMP]
