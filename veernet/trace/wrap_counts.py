"""Wrap counts that are guesses, and how likely they are right.

The wrap count of a curve is kept from row to row. Where the curve is unread, or its
name in doubt, it may cross an edge unseen; the count below is then a guess, on which
all rows below hang. How likely a guess is wrong is seen at the ends of the stretch:
where the curve left and where it came back, against how far it usually moves over as
many rows. With m the move as read and u the usual one, both in widths of the track and
at most 1, the log odds that it truly moved into another wrap are::

    A log((m + u / 2) / (1 - m + u / 2)) + B log(u + .01) + C

The first term weighs the two moves, m and about 1 - m, against each other with heavy
tails, as curves spike; the second says that quiet curves do not wrap.

A hidden Markov model joins the guesses of a curve. Its states are how far the true
count is from the one that was read: one less, the same, one more. Each guess is a
transition. Between two guesses the emission says that a curve keeps to its level: one
that moves over a tenth of its track all the way does not run a whole track beside that
for hundreds of rows; and that no gamma ray is below zero. Forward-backward gives the
probability of every row's count; one that is surely wrong is set right.

A, B and C were fitted to stretches of generated wrapping curves whose true count is
known; the log of experiments has how well they are calibrated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from veernet.axes import Floats, fraction_of
from veernet.intervals import true_intervals
from veernet.quantities import is_impossible
from veernet.records import ORIGINS, CurveSpec, Guess, TracedPath

SURE = 0.9
"""Confidence of the column from which the count is kept without doubt, and probability
from which another count than that which was read is taken."""

LEAST_LEAP = 0.1
"""Widths of the track that a curve moves from one row to the next somewhere in a
doubtful stretch that is read throughout and has no fold: with less, it crossed no edge.
"""

MOVE, USUAL, OFFSET = 0.86, 0.84, -0.5
"""A, B and C. Log of experiments, 2026-11-30: C came out as -.04, and is lower as real
curves are quieter than the generated ones."""

LEAST_KNOWN = 20
"""Pairs of rows from which the usual move is taken; with fewer it is `UNKNOWN`."""

UNKNOWN = 0.3
"""Widths of the track: the usual move of a curve of which too little is known."""

SPREAD = 0.05
"""Widths of the track: the least mean distance of a curve from its level."""

QUIET = 4.0
"""Times by which a curve runs farther from its level than usual, in the mean, that
speak against no count: the levels of lively curves differ by a track."""

IMPOSSIBLE = 0.05
"""Nats a row of an impossible value. A few tens of rows may be a stroke that is read
wrongly; a hundred are not."""

INDEPENDENT = 200
"""Rows of which one is evidence of the level, as neighbouring rows are alike. This and
`QUIET`: log of experiments, 2026-11-30."""

MOST_CERTAIN = 30.0
"""Nats that a stretch says at the most, so that no count is impossible."""

SETS_IN, AT_EDGE = 12, 0.05
"""Rows before the first change of count, at the most, and widths of the track from an
edge in which all of them lie, where a curve sets in rather than wraps: the pen's stroke
takes two or three rows."""

MOSTLY = 0.8
"""Share of the rows that a curve is in one count, from which that is its own."""

COUNT_ERRORS = np.array([-1.0, 0.0, 1.0])
AS_READ = 1
"""States: what the true count is more than that which was read, and which is that."""


def settle_counts(
    path: TracedPath, spec: CurveSpec, left: Floats, right: Floats
) -> TracedPath:
    """Find where the wrap count was guessed, and set right what is surely wrong.

    Parameters
    ----------
    path
        Of a curve that wraps.
    spec
        The curve: values that it cannot have speak against a count.
    left, right
        (rows,) columns of the edges of its track.

    Returns
    -------
    TracedPath
        In the wraps as read, or in others that are surely right; its confidence is that
        of the column times the probability of the count. A bridge across which the
        count was changed is gone.
    """
    path = replace(path, column=_from_most(path.column, spec, left, right))
    fraction = fraction_of(path.column, left, right)
    guesses = find_guesses(fraction, path.confidence)
    probability = count_probability(fraction, guesses, spec)
    # As read, unless another count is beyond doubt: what moves is all that is below.
    sure = probability.max(axis=1) >= SURE
    likeliest = np.where(sure, probability.argmax(axis=1), AS_READ)
    likely = np.take_along_axis(probability, likeliest[:, None], axis=1)[:, 0]
    # A bridge between two counts would lead a track too far, or stop short of one.
    broken = np.zeros(fraction.size, dtype=np.bool_)
    for guess in guesses:
        if likeliest[guess.start - 1] != likeliest[guess.start]:
            broken[guess.start : guess.stop] = True
    broken &= path.origin == ORIGINS.index("bridged")
    column = path.column + COUNT_ERRORS[likeliest] * (right - left)
    return replace(
        path,
        column=np.where(broken, np.nan, column),
        confidence=np.where(broken, 0.0, path.confidence * likely),
        origin=np.where(broken, ORIGINS.index("none"), path.origin).astype(np.uint8),
        guesses=tuple(_settled(guess, likeliest, likely) for guess in guesses),
    )


def _from_most(column: Floats, spec: CurveSpec, left: Floats, right: Floats) -> Floats:
    """Count wraps from where a curve mostly is, if it only begins elsewhere.

    Where a curve sets in, the pen comes from an edge of the track in one stroke, which
    looks like the stroke of a curve that wraps. The registration's count is that of the
    rows below, unless a person has given another than that of a curve in its own track.
    """
    known = np.flatnonzero(np.isfinite(column))
    fraction = fraction_of(column, left, right)[known]
    count = np.floor(fraction)
    changes = np.flatnonzero(np.diff(count))
    if not changes.size or spec.wrap_start:
        return column
    head = int(changes[0]) + 1
    values, rows = np.unique(count[head:], return_counts=True)
    most = values[rows.argmax()]
    if (
        head > SETS_IN
        or np.any(np.abs(fraction[:head] - np.rint(fraction[:head])) > AT_EDGE)
        or rows.max() < MOSTLY * known.size
        or most == spec.wrap_start
    ):
        return column
    below = np.arange(column.size) >= known[head]
    return np.where(below, column - most * (right - left), column)


def _settled(guess: Guess, likeliest: NDArray[np.intp], likely: Floats) -> Guess:
    """Return a guess about the count that is reported, which may not be that read."""
    above, below = likeliest[guess.start - 1], likeliest[guess.start]
    step = float(_transition(1.0 - guess.step)[above, below])
    return Guess(guess.start, guess.stop, step, float(likely[guess.start]))


def find_guesses(fraction: Floats, confidence: Floats) -> tuple[Guess, ...]:
    """Find the stretches across which a wrap count was guessed.

    Parameters
    ----------
    fraction
        (rows,) unfolded, in widths of the track from its left edge; NaN where unread.
    confidence
        (rows,) that the column is right, whatever its count.

    Returns
    -------
    tuple of Guess
        From top to bottom, each by itself: the probability is that of its step.
    """
    known = np.isfinite(fraction)
    if not known.any():
        return ()
    first = int(np.argmax(known))
    wrap = np.floor(fraction)
    usual: dict[int, float] = {}
    found = []
    for start, stop in true_intervals(~(known & (confidence >= SURE))):
        # The first row read has the count of the registration.
        if start <= first or stop >= fraction.size:
            continue
        inside = np.flatnonzero(known[start - 1 : stop + 1]) + start - 1
        move = float(abs(fraction[stop] - fraction[start - 1]))
        folds = bool(np.any(np.diff(wrap[inside])))
        leaps = bool(np.any(np.abs(np.diff(fraction[inside])) > LEAST_LEAP))
        if inside.size == stop - start + 2 and not (folds or leaps):
            continue
        lag = stop - start + 1
        if lag not in usual:
            usual[lag] = _usual_move(fraction, lag)
        wrong = _wrong(min(move, 1.0), usual[lag])
        found.append(Guess(start, stop, 1.0 - wrong, 1.0 - wrong))
    return tuple(found)


def count_probability(
    fraction: Floats, guesses: Sequence[Guess], spec: CurveSpec
) -> Floats:
    """Return (rows, states) the probability of each state of `COUNT_ERRORS`.

    Rows within a doubtful stretch have the probability of those below it.

    Parameters
    ----------
    fraction
        As for `find_guesses`.
    guesses
        What that found.
    spec
        The curve.
    """
    result = np.zeros((fraction.size, COUNT_ERRORS.size))
    result[:, AS_READ] = 1.0
    if not guesses:
        return result
    bounds = [0, *(guess.start for guess in guesses), fraction.size]
    log = _keeps_level(fraction, bounds) + _value_evidence(fraction, bounds, spec)
    likely = np.exp(np.maximum(log - log.max(axis=1, keepdims=True), -MOST_CERTAIN))
    steps = [_transition(1.0 - guess.step) for guess in guesses]
    # The first row read has the count of the registration.
    forward = [result[0].copy()]
    for step, here in zip(steps, likely[1:], strict=True):
        now = (forward[-1] @ step) * here
        forward.append(now / now.sum())
    rest = np.ones(COUNT_ERRORS.size)
    for index in range(len(guesses), -1, -1):
        joint = forward[index] * rest
        result[bounds[index] : bounds[index + 1]] = joint / joint.sum()
        if index:
            rest = steps[index - 1] @ (likely[index] * rest)
            rest /= rest.max()
    return result


def _keeps_level(fraction: Floats, bounds: Sequence[int]) -> Floats:
    """Return (stretches, states) log likelihoods of the level of each stretch."""
    level = float(np.nanmedian(fraction))
    usual = max(float(np.nanmean(np.abs(fraction - level))), SPREAD)
    log = np.zeros((len(bounds) - 1, COUNT_ERRORS.size))
    for index, (start, stop) in enumerate(pairwise(bounds)):
        away = fraction[start:stop] - level
        away = away[np.isfinite(away)]
        if away.size:
            farther = np.abs(away[:, None] + COUNT_ERRORS) - np.abs(away)[:, None]
            times = farther.mean(axis=0) / usual
            log[index] = -away.size / INDEPENDENT * np.maximum(times - QUIET, 0.0)
    return log


def _value_evidence(fraction: Floats, bounds: Sequence[int], spec: CurveSpec) -> Floats:
    """Return (stretches, states) log likelihoods of the values of each stretch."""
    never = is_impossible(spec, fraction[:, None] + COUNT_ERRORS)
    rows = np.add.reduceat(never.astype(np.float64), bounds[:-1], axis=0)
    return np.asarray(-IMPOSSIBLE * rows)


def _transition(wrong: float) -> Floats:
    """Return the matrix by which a count goes wrong either way, or back."""
    half = wrong / 2
    stay = [1 - half, 1 - wrong, 1 - half]
    return np.asarray(np.diag(stay) + np.diag([half] * 2, 1) + np.diag([half] * 2, -1))


def _wrong(move: float, usual: float) -> float:
    """Return the probability that the curve moved into another wrap than was read."""
    ratio = (move + usual / 2) / (1.0 - move + usual / 2)
    odds = MOVE * np.log(max(ratio, 1e-6)) + USUAL * np.log(usual + 0.01) + OFFSET
    return float(expit(odds))


def _usual_move(fraction: Floats, lag: int) -> float:
    """Return the mean move over so many rows, at most one track for each."""
    moved = np.abs(fraction[lag:] - fraction[:-lag])
    moved = np.minimum(moved[np.isfinite(moved)], 1.0)
    return float(moved.mean()) if moved.size >= LEAST_KNOWN else UNKNOWN
