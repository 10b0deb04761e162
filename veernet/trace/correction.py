"""Correction: where within its stroke a curve runs.

The centroid of a stroke's row is not where the curve is. At the tip of a peak all ink
lies to one side; where a curve is steep the ink in a row is that of the rows beside as
well; under a grid line, in the gap of a dash or at a crossing there is more of it or
less. All that shows in the ink around, so a small perceptron that was fitted on
synthetic strokes with known truth says how far the curve is from the centroid;
``scripts/fit_correction.py`` makes it.

It sees a few rows of the path, in units of how far it moves in them, so that what is
learnt on one scale holds on others; and it is odd: a stroke in the mirror is corrected
by as much the other way.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from veernet.axes import Floats
from veernet.errors import InputError

ROWS = 7
"""Rows above and below of which the path is seen: a peak of a log drawn in samples is
some four to ten rows high."""

MOVE_ROWS = 3
"""Rows above and below in which a path's move sets the unit of length."""

LEAST_REACH = 3.0
"""Columns added to that unit, so that an upright stroke has one."""

SEEN_BESIDE = 3
"""Columns beside a stroke that are seen with it."""

PLACES = 13
"""Evenly spaced places from side to side of a stroke at which evidence is seen."""

EVIDENCE_ROWS = (-2, -1, 0, 1, 2)
"""Rows of which the evidence for the curve is seen."""

CENTRE_ROWS = (-1, 0, 1)
"""Rows of which the centre of strokes is seen, as the network tells it."""

FEATURES = 5 * (2 * ROWS + 1) + PLACES * (len(EVIDENCE_ROWS) + len(CENTRE_ROWS)) + 1
"""Number of features."""

MODEL = "correction.npz"

LAYERS = 3
"""Layers of the perceptron."""

CHUNK = 16384
"""Rows that are corrected together, some 15 MB of features."""

Single = NDArray[np.float32]


@dataclass(frozen=True)
class FollowedStroke:
    """The stroke that a path follows, and what was seen around it.

    Parameters
    ----------
    centroid
        (rows,) unfolded column of the corridor, NaN where the path is not on a column.
    strength
        (rows,) mean evidence under the path, in [0, 1].
    span
        (rows, 2) first and last unfolded column of the stroke.
    evidence
        (rows, width) probability that the curve is there, 255 is certainty.
    centre
        (rows, columns of the panel) probability that a curve has its column there;
        without rows where that is not known.
    first
        (rows,) column of the panel at which the evidence begins.
    circular
        Whether columns wrap around.
    """

    centroid: Floats
    strength: Floats
    span: NDArray[np.int32]
    evidence: NDArray[np.uint8]
    centre: NDArray[np.uint8]
    first: NDArray[np.int32]
    circular: bool


@dataclass(frozen=True)
class CorrectionModel:
    """A perceptron with two hidden layers, made odd.

    Parameters
    ----------
    weights, biases
        Of each layer, (outputs, inputs) and (outputs,); the last has one output.
    """

    weights: tuple[Single, ...]
    biases: tuple[Single, ...]

    def shift(self, found: Single) -> Single:
        """Return (rows,) how far curves are from their centroids, in reaches.

        Parameters
        ----------
        found
            (rows, FEATURES) as of `features`.
        """
        odd = self._forward(found) - self._forward(mirrored(found))
        return (odd / 2).astype(np.float32)

    def _forward(self, found: Single) -> Single:
        active = found
        for weight, bias in zip(self.weights, self.biases, strict=True):
            if active is not found:
                active = active * expit(active)  # the sigmoid linear unit
            active = active @ weight.T + bias
        return active[:, 0]


def corrected(stroke: FollowedStroke) -> Floats:
    """Return the centroids of a stroke, moved to where its curve runs.

    Parameters
    ----------
    stroke
        As followed.

    Returns
    -------
    (rows,) float
        Unfolded columns of the corridor, NaN where the path is not on a column.
    """
    if not stroke.centre.size:
        # The model was fitted on a network that tells the centre.
        return stroke.centroid
    model = load_model()
    result = stroke.centroid.copy()
    known = np.flatnonzero(np.isfinite(stroke.centroid))
    for start in range(0, known.size, CHUNK):
        rows = known[start : start + CHUNK]
        found, reach = features(stroke, rows)
        result[rows] += reach * np.clip(model.shift(found), -1.0, 1.0)
    return result


def features(stroke: FollowedStroke, rows: NDArray[np.intp]) -> tuple[Single, Single]:
    """Return what tells where a curve runs in its stroke.

    Parameters
    ----------
    stroke
        As followed.
    rows
        (n,) rows in which the path is on a column.

    Returns
    -------
    features : (n, FEATURES) float32
        Path, first and last column of the stroke around each row; evidence and centre
        across it; which rows around are known, and the strength of each; the logarithm
        of the reach.
    reach : (n,) float32
        Columns that a shift of 1 stands for.
    """
    size = stroke.centroid.size
    around = rows[:, None] + np.arange(-ROWS, ROWS + 1)
    inside = np.clip(around, 0, size - 1)
    here = stroke.centroid[rows, None]
    move = stroke.centroid[inside] - here
    known = np.isfinite(move) & (around == inside)
    move = np.where(known, move, 0.0)
    low, high = (np.where(known, s[inside] - here, 0.0) for s in stroke.span.T)
    near = np.abs(move[:, ROWS - MOVE_ROWS : ROWS + MOVE_ROWS + 1]).max(axis=1)
    reach = np.maximum(near, (high - low)[:, ROWS]) + LEAST_REACH
    parts = [part / reach[:, None] for part in (move, low, high)]
    parts += _profiles(stroke, rows)
    parts += [known, stroke.strength[inside] * known, np.log(reach)[:, None]]
    found = np.concatenate(parts, axis=1, dtype=np.float32)
    return found, reach.astype(np.float32)


def mirrored(found: Single) -> Single:
    """Return (rows, FEATURES) features of the same strokes in a mirror."""
    order, sign = _mirror()
    return found[:, order] * sign


@cache
def _mirror() -> tuple[NDArray[np.intp], Single]:
    """Return where each feature of a mirrored stroke is found, and its sign."""
    rows, order = 2 * ROWS + 1, np.arange(FEATURES)
    low, high = np.arange(rows, 2 * rows), np.arange(2 * rows, 3 * rows)
    order[low], order[high] = high, low
    profiles = slice(3 * rows, 3 * rows + PLACES * _PROFILES)
    order[profiles] = order[profiles].reshape(-1, PLACES)[:, ::-1].ravel()
    sign = np.where(np.arange(FEATURES) < 3 * rows, -1, 1)
    return order, sign.astype(np.float32)


_PROFILES = len(EVIDENCE_ROWS) + len(CENTRE_ROWS)


def _profiles(stroke: FollowedStroke, rows: NDArray[np.intp]) -> list[Floats]:
    """Return (n, PLACES) of evidence and of centre across the stroke, row by row."""
    first, last = (
        stroke.span[rows].T + np.array([[-SEEN_BESIDE], [SEEN_BESIDE]])
    ).astype(float)
    steps = np.linspace(0.0, 1.0, PLACES)
    corridor = first[:, None] + (last - first)[:, None] * steps
    if stroke.circular:
        # Folded as a whole: what runs over an edge goes on beyond it.
        corridor -= (
            np.floor(first / stroke.evidence.shape[1])[:, None]
            * (stroke.evidence.shape[1])
        )
    panel = corridor + stroke.first[rows, None]
    return [
        *(
            _sampled(stroke.evidence, rows + step, corridor, circular=stroke.circular)
            for step in EVIDENCE_ROWS
        ),
        *(
            _sampled(stroke.centre, rows + step, panel, circular=False)
            for step in CENTRE_ROWS
        ),
    ]


def _sampled(
    maps: NDArray[np.uint8], rows: NDArray[np.intp], at: Floats, *, circular: bool
) -> Floats:
    """Return (n, places) a map of probabilities between its columns, in [0, 1]."""
    height, width = maps.shape
    row = np.clip(rows, 0, height - 1)[:, None]
    left = np.floor(at).astype(np.intp)
    share = at - left
    if circular:
        left, right = left % width, (left + 1) % width
    else:
        left, right = np.clip(left, 0, width - 1), np.clip(left + 1, 0, width - 1)
    return np.asarray(maps[row, left] * (1 - share) + maps[row, right] * share) / 255


@cache
def load_model() -> CorrectionModel:
    """Load the model that the package ships."""
    with resources.files("veernet.trace").joinpath(MODEL).open("rb") as file:
        kept = np.load(file, allow_pickle=False)
        layers = range(LAYERS)
        weights = tuple(kept[f"weight{i}"].astype(np.float32) for i in layers)
        biases = tuple(kept[f"bias{i}"].astype(np.float32) for i in layers)
    if weights[0].shape[1] != FEATURES:
        seen = weights[0].shape[1]
        msg = f"{MODEL} is of {seen} features, not {FEATURES}: fit it again"
        raise InputError(msg)
    return CorrectionModel(weights, biases)
