"""Meetings: where two paths touch or pass, and which continuation is which.

A decoded path may follow either curve where two strokes become one. Whether two paths
should exchange their curves at a meeting is told by how well each continues the other:
a pen keeps its direction. The odds come from a model that was fitted on synthetic
meetings with known truth; ``scripts/fit_meetings.py`` makes it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.intervals import true_intervals
from veernet.trace.paths import Followed

WINDOWS = ((3, 1), (5, 1), (8, 1), (12, 1), (20, 1), (16, 2), (30, 2))
"""Rows on either side of a meeting in a fit window, and the degree of the polynomial
that is laid through both sides. Lively curves turn within a few rows; of smooth ones
more rows say more; those that touch and turn back are parabolas."""

ENDS = (4, 12)
"""Rows from which the direction on either side is taken for the extrapolation."""

ANGLE_ROWS = 6
"""Rows from which the angle between two paths is taken on either side."""

BETWEEN = 5
"""Rows from one meeting to the next; with fewer they are one."""

TOUCHING = 1.5
"""Columns beyond the mean stroke width within which two strokes may touch."""

LEAST_REACH, MOST_REACH = 3.0, 8.0
"""Bounds of that distance in columns: the line width of the scores, and a heavy pen."""

NOISE = 0.02
"""Squared columns of a reading: no polynomial is fitted better than that."""

LEAST_FIT = 3
"""Rows that must be known on either side for a fit."""

MOST_SPREADS = 3.0
"""Standard deviations from the mean of the meetings that the model was fitted on within
which it is asked: paths that pass while unread lie far beyond."""

WIDTH_ROWS = 24
"""Rows on either side from which stroke widths are compared."""

MODEL = "meetings.json"

ARRAYS = ("centre", "spread", "hidden", "hidden_bias", "output")
"""Keys of the model's arrays in that file."""


@dataclass(frozen=True)
class Meeting:
    """A stretch on which two paths touch or pass.

    Parameters
    ----------
    pair
        Indices of the two paths.
    start, stop
        First row and one past the last.
    log_odds
        That the paths exchange their curves here.
    """

    pair: tuple[int, int]
    start: int
    stop: int
    log_odds: float

    @property
    def row(self) -> int:
        """Row at which an exchange takes effect."""
        return (self.start + self.stop) // 2


def find_meetings(paths: Sequence[Followed], pair: tuple[int, int]) -> list[Meeting]:
    """Find the meetings of two paths, and the odds of an exchange at each."""
    first, second = (paths[index] for index in pair)
    model = load_model()
    return [
        Meeting(pair, start, stop, model.log_odds(features(first, second, start, stop)))
        for start, stop in meeting_rows(first, second)
    ]


def meeting_rows(first: Followed, second: Followed) -> list[tuple[int, int]]:
    """Return (start, stop) rows of each stretch on which two paths touch or pass.

    They may pass while either is unread: the stretch then is that of the unread rows.
    """
    gap = first.folded - second.folded
    known = np.flatnonzero(np.isfinite(gap))
    touching = np.zeros(gap.size, dtype=bool)
    touching[known] = np.abs(gap[known]) <= _reach(first, second)
    # Steep strokes pass each other between two rows without touching in any. Paths that
    # wrap change sides at every fold, where they are far apart.
    side = np.sign(gap[known])
    passes = side[1:] * side[:-1] < 0
    if first.spec.wraps or second.spec.wraps:
        half = 0.5 * float(np.median(first.right - first.left))
        passes &= np.abs(np.diff(gap[known])) < half
    for i in np.flatnonzero(passes):
        touching[known[i] : known[i + 1] + 1] = True
    merged: list[tuple[int, int]] = []
    for start, stop in true_intervals(touching):
        if merged and start - merged[-1][1] <= BETWEEN:
            merged[-1] = (merged[-1][0], stop)
        else:
            merged.append((start, stop))
    return merged


def features(first: Followed, second: Followed, start: int, stop: int) -> Floats:
    """Return (features,) what tells whether two paths exchange curves at a meeting.

    No feature depends on the order in which the paths are listed.

    Parameters
    ----------
    first, second
        The paths.
    start, stop
        Rows of the meeting.
    """
    one, other = first.folded, second.folded
    found: list[float] = []
    for rows, degree in WINDOWS:
        fit = partial(
            _extrapolation_residual, start=start, stop=stop, window=rows, degree=degree
        )
        keep = fit(one, one) + fit(other, other)
        swap = fit(one, other) + fit(other, one)
        known = np.isfinite(keep + swap)
        found.append(float(np.clip(np.log(keep / swap), -8, 8)) if known else 0.0)
        # How far either is to be trusted: rough curves fit badly both ways.
        found.append(float(np.log(min(keep, swap))) if known else 0.0)
    for rows in ENDS:
        found.append(_heading(one, other, start, stop, rows))
    gap = one[start:stop] - other[start:stop]
    inside = gap[np.isfinite(gap)]
    before, after = _side(one, other, start, -1), _side(one, other, stop, 1)
    found += [
        float(before * after),  # -1 where the paths cross as decoded
        float(np.min(np.abs(inside))) if inside.size else 0.0,
        float(np.log1p(stop - start)),
        float(np.mean(np.isfinite(gap))),
        _alike(first.stroke, second.stroke, start, stop),
        _angle(one, other, np.arange(start - ANGLE_ROWS, start)),
        _angle(one, other, np.arange(stop, stop + ANGLE_ROWS)),
    ]
    return np.array(found)


FEATURES = 2 * len(WINDOWS) + len(ENDS) + 7
"""Number of features."""


@dataclass(frozen=True)
class MeetingModel:
    """A perceptron with one hidden layer.

    Parameters
    ----------
    centre, spread
        (features,) by which features are standardised.
    hidden, hidden_bias
        (hidden, features) and (hidden,) weights of the hidden layer.
    output, output_bias
        (hidden,) and scalar weights of the log odds.
    """

    centre: Floats
    spread: Floats
    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: float

    def log_odds(self, found: Floats) -> float:
        """Return the log odds of an exchange, of (features,) features."""
        scaled = np.clip(
            (found - self.centre) / self.spread, -MOST_SPREADS, MOST_SPREADS
        )
        active = np.tanh(self.hidden @ scaled + self.hidden_bias)
        return float(self.output @ active + self.output_bias)


@cache
def load_model() -> MeetingModel:
    """Load the model that the package ships."""
    text = resources.files("veernet.trace").joinpath(MODEL).read_text("utf-8")
    kept = json.loads(text)
    centre, spread, hidden, hidden_bias, output = (np.array(kept[k]) for k in ARRAYS)
    if centre.shape != (FEATURES,):
        msg = f"{MODEL} is of {centre.size} features, not {FEATURES}: fit it again"
        raise InputError(msg)
    bias = float(kept["output_bias"])
    return MeetingModel(centre, spread, hidden, hidden_bias, output, bias)


def _reach(first: Followed, second: Followed) -> float:
    """Return the columns within which two strokes may touch."""
    widths = [float(np.nanmedian(p.stroke)) for p in (first, second) if _measured(p)]
    mean = float(np.mean(widths)) if widths else LEAST_REACH
    return float(np.clip(mean + TOUCHING, LEAST_REACH, MOST_REACH))


def _measured(path: Followed) -> bool:
    return bool(np.isfinite(path.stroke).any())


def _side(one: Floats, other: Floats, row: int, step: int) -> float:
    """Return on which side of the other a path is, beyond an end of a meeting."""
    rows = np.arange(row, row + 4) if step > 0 else np.arange(row - 4, row)
    rows = rows[(rows >= 0) & (rows < one.size)]
    gap = one[rows] - other[rows]
    gap = gap[np.isfinite(gap)]
    return float(np.sign(gap.sum())) if gap.size else 0.0


def _angle(one: Floats, other: Floats, rows: NDArray[np.intp]) -> float:
    """Return the log of the slope between two paths, 0 where too little is known."""
    rows = rows[(rows >= 0) & (rows < one.size)]
    gap = one[rows] - other[rows]
    known = np.isfinite(gap)
    if known.sum() < LEAST_FIT:
        return 0.0
    offset = rows[known] - rows[known].mean()
    return float(np.log1p(abs(offset @ gap[known]) / (offset @ offset)))


def _heading(one: Floats, other: Floats, start: int, stop: int, window: int) -> float:
    """Return by how much closer extrapolated directions meet kept than exchanged.

    Positive where straight lines through the rows before reach the other path after.
    """
    middle = (start + stop - 1) / 2
    ends = []
    before, after = np.arange(start - window, start), np.arange(stop, stop + window)
    for path in (one, other):
        for side in (before, after):
            inside = side[(side >= 0) & (side < path.size)]
            rows = inside[np.isfinite(path[inside])]
            if rows.size < LEAST_FIT:
                return 0.0
            ends.append(_straight(rows - middle, path[rows]))
    one_before, one_after, two_before, two_after = ends
    keep = abs(one_before - one_after) + abs(two_before - two_after)
    swap = abs(one_before - two_after) + abs(two_before - one_after)
    return float(np.log((keep + 0.5) / (swap + 0.5)))


def _straight(offset: NDArray[np.floating], column: Floats) -> float:
    """Return the value at 0 of the straight line through some columns."""
    centred = offset - offset.mean()
    slope = (centred @ column) / max(float(centred @ centred), 1e-9)
    return float(column.mean() - slope * offset.mean())


def _alike(one: Floats, other: Floats, start: int, stop: int) -> float:
    """Return the product of the contrasts in stroke width before and after.

    Positive where the wider one stays the wider: that speaks against an exchange.
    """
    differences = []
    for rows in (
        slice(max(start - WIDTH_ROWS, 0), start),
        slice(stop, stop + WIDTH_ROWS),
    ):
        mine, theirs = one[rows], other[rows]
        mine, theirs = mine[np.isfinite(mine)], theirs[np.isfinite(theirs)]
        if mine.size < LEAST_FIT or theirs.size < LEAST_FIT:
            return 0.0
        differences.append(np.log(np.median(mine) / np.median(theirs)))
    product = differences[0] * differences[1]
    return float(np.sign(product) * np.sqrt(abs(product)))


def _extrapolation_residual(
    before: Floats, after: Floats, start: int, stop: int, window: int, degree: int
) -> float:
    """Return the mean squared residual of one polynomial through both sides.

    NaN where either side shows too little.
    """
    early = np.arange(max(start - window, 0), start)
    late = np.arange(stop, min(stop + window, before.size))
    early, late = early[np.isfinite(before[early])], late[np.isfinite(after[late])]
    if min(early.size, late.size) < LEAST_FIT:
        return float("nan")
    offset = np.concatenate([early, late]) - (start + stop - 1) / 2
    column = np.concatenate([before[early], after[late]])
    return _residual(offset / window, column, degree) + NOISE


def _residual(offset: Floats, column: Floats, degree: int) -> float:
    """Return the mean squared residual of a polynomial of degree 1 or 2.

    By projection on orthogonal polynomials, as there are many meetings in a log.
    """
    x, rest = offset - offset.mean(), column - column.mean()
    basis = [x]
    if degree == 2:
        square = x @ x
        basis.append(x * x - square / x.size - (x @ (x * x)) / square * x)
    for vector in basis:
        norm = float(vector @ vector)
        if norm > 0:
            rest = rest - (vector @ rest) / norm * vector
    return float(np.mean(rest**2))
