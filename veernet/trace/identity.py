"""Identity: which curve each stretch of each path belongs to, as probabilities.

Between two meetings a path belongs to one curve: such a stretch is a tracklet. The
paths that may be mistaken for each other form a pool, and a hidden Markov model runs
down its tracklets. Its states are the permutations of the pool's curves over its paths.
What the ink of a tracklet says of its style, its stroke width, its roughness and its
place is the emission; a meeting, or a path that was lost and found again, is a
transition. Forward-backward gives the posterior of every curve on every tracklet.

References
----------
.. [Rabiner89] Rabiner, A Tutorial on Hidden Markov Models, Proc. IEEE 77, 1989.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from veernet.axes import Floats
from veernet.order import first_apart
from veernet.records import WEIGHTS, Weight
from veernet.runs import runs
from veernet.trace.dash_patterns import Patterns
from veernet.trace.features import (
    corridor_evidence,
    shape_features,
    style_evidence,
)
from veernet.trace.meetings import Meeting, find_meetings
from veernet.trace.paths import Followed, may_be_mistaken

MOST = 6
"""Curves of a pool: 720 permutations. More than six curves of one colour in a track are
told apart in groups of so many."""

LOST_ROWS = 8
"""Rows: a path that was unread for longer may be found again on another's stroke."""

LOST_EXCHANGE = 0.15
"""Probability that it is; shared among the other paths of the pool."""

ODDS_WEIGHT = 0.6
"""Tempering of the odds at a meeting: the model was fitted on generated curves, and is
too sure of those of other programs. Log of experiments, 2026-11-30."""

LEAST_EXCHANGE, MOST_EXCHANGE = 0.01, 0.99
"""Bounds of the probability of an exchange at a meeting: the model is never certain."""

ORDERED = -4.0
"""Nats of each pair of curves that are drawn alike and do not stand, where all of them
are first apart, from left to right as they are registered: paths are there wrong in one
of fifty such places."""

MOST_CERTAIN = 200.0
"""Nats by which one assignment is likelier than another at the most, so that the
likelihood of none is zero."""

ROUNDS = 3
"""Rounds of learning how rough each curve is, and of naming by it."""

SPREAD = np.array([0.6, 0.6, 0.6, 0.25])
"""Standard deviation of a tracklet's log roughness (three lags) and log stroke width
about its curve's."""

SHAPE_WEIGHT = np.array([0.18, 0.18, 0.18, 0.15])
"""Tempering of these: the three lags see the same rows."""

WEIGHT_WEIGHT = 0.5
"""Tempering of the stroke width against the registered weights."""

PRIOR_TRACKLETS = 2.0
"""Tracklets that the mean of the pool counts for in the estimate of a curve's own."""

HEAVIER = 1.4
"""Ratio of the stroke widths of two neighbouring weights, thin, medium and heavy."""

CLEARLY_HEAVIER = 1.3
"""Ratio of the widest to the thinnest path's stroke from which weights can be told."""


@dataclass(frozen=True)
class Identity:
    """The posterior of the curves of a pool over its paths.

    Parameters
    ----------
    members
        Indices of the pool's paths, and of the curves in whose corridors they run.
    bounds
        (tracklets + 1,) rows at which tracklets begin, and the number of rows.
    probability
        (tracklets, curves, paths) of a curve being on a path; sums to 1 over either.
    """

    members: tuple[int, ...]
    bounds: NDArray[np.intp]
    probability: Floats

    def by_row(self) -> Floats:
        """Return (rows, curves, paths)."""
        return np.repeat(self.probability, np.diff(self.bounds), axis=0)

    def assignment(self) -> NDArray[np.intp]:
        """Return (tracklets, curves) the path of each curve, no path given twice.

        The permutation that has most of the curves right in the mean.
        """
        count = len(self.members)
        states = np.array(list(permutations(range(count))), dtype=np.intp)
        right = sum(self.probability[:, k, states[:, k]] for k in range(count))
        return np.asarray(states[np.argmax(right, axis=1)])


def pools(paths: Sequence[Followed]) -> list[tuple[int, ...]]:
    """Group the paths of a panel that may be mistaken for each other.

    Returns
    -------
    list of tuple of int
        Indices, each path in one group of `MOST` at the most.
    """
    groups: list[list[int]] = []
    for index, path in enumerate(paths):
        touching = [
            group
            for group in groups
            if any(may_be_mistaken(path, paths[other]) for other in group)
        ]
        groups = [group for group in groups if group not in touching]
        groups.append(sorted([index, *(i for group in touching for i in group)]))
    found = []
    for group in groups:
        # Curves that are drawn alike stay together where they fit.
        alike = sorted(group, key=lambda i: (paths[i].spec.line, i))
        found += [
            tuple(sorted(alike[k : k + MOST])) for k in range(0, len(alike), MOST)
        ]
    return sorted(found)


def identify(
    paths: Sequence[Followed], members: tuple[int, ...], patterns: Patterns
) -> Identity:
    """Find the posterior of the curves of a pool over its paths.

    Parameters
    ----------
    paths
        All paths of the panel.
    members
        Those of the pool.
    patterns
        Dash pattern of each broken style of the page.
    """
    rows = paths[members[0]].column.size
    count = len(members)
    if count == 1:
        bounds = np.array([0, rows], dtype=np.intp)
        return Identity(members, bounds, np.ones((1, 1, 1)))
    events = _events([paths[i] for i in members])
    bounds = np.unique([0, *(row for row, *_ in events), rows]).astype(np.intp)
    states = np.array(list(permutations(range(count))), dtype=np.intp)
    emission = style_evidence(paths, members, patterns, bounds)
    emission += corridor_evidence(paths, members, bounds)
    steps = _steps(events, bounds, states)
    pool = [paths[i] for i in members]
    shapes = shape_features(pool, bounds)
    weighed = _weights_are_told(pool)
    if weighed:
        emission += _weight_evidence(pool, shapes)
    posterior = _posterior(emission, steps, states, {})
    for _ in range(ROUNDS):
        anchors = _anchors(pool, bounds, posterior, states, by_weight=weighed)
        learnt = emission + _shape_evidence(shapes, posterior)
        posterior = _posterior(learnt, steps, states, anchors)
    return Identity(members, bounds, posterior)


Event = tuple[int, int, int, float]
"""Row, two paths, and the probability that they exchange their curves there."""


def _events(pool: Sequence[Followed]) -> list[Event]:
    """Return where paths of a pool may exchange curves, in the order of rows."""
    events: list[Event] = []
    for pair in combinations(range(len(pool)), 2):
        for meeting in find_meetings(pool, pair):
            events.append((meeting.row, *pair, _exchange(meeting)))
    for index, path in enumerate(pool):
        for start, stop in runs(~path.known):
            if stop - start <= LOST_ROWS or start == 0 or stop == path.known.size:
                continue
            for other in range(len(pool)):
                if other != index:
                    share = LOST_EXCHANGE / (len(pool) - 1)
                    events.append((stop, index, other, share))
    return sorted(events)


def _exchange(meeting: Meeting) -> float:
    probability = expit(ODDS_WEIGHT * meeting.log_odds)
    return float(np.clip(probability, LEAST_EXCHANGE, MOST_EXCHANGE))


Steps = list[list[tuple[NDArray[np.intp], float]]]
"""Before each tracklet, the exchanges: state after each exchange, and probability."""


def _steps(
    events: Sequence[Event], bounds: NDArray[np.intp], states: NDArray[np.intp]
) -> Steps:
    """Return the transitions into each tracklet."""
    place = {tuple(state): index for index, state in enumerate(states.tolist())}
    count = states.shape[1]
    exchanged: dict[tuple[int, int], NDArray[np.intp]] = {}
    for one, other in combinations(range(count), 2):
        swap = np.arange(count)
        swap[[one, other]] = other, one
        after = [place[tuple(swap[state].tolist())] for state in states]
        exchanged[one, other] = np.array(after, dtype=np.intp)
    steps: Steps = [[] for _ in range(bounds.size - 1)]
    for row, one, other, probability in events:
        tracklet = int(np.searchsorted(bounds, row))
        if tracklet < len(steps):
            pair = min(one, other), max(one, other)
            steps[tracklet].append((exchanged[pair], probability))
    return steps


def _posterior(
    emission: Floats,
    steps: Steps,
    states: NDArray[np.intp],
    anchors: dict[int, Floats],
) -> Floats:
    """Run forward-backward; return (tracklets, curves, paths) marginals.

    Parameters
    ----------
    emission
        (tracklets, curves, paths) log likelihood of a curve on a path.
    steps
        Transitions; an exchange of two paths is its own inverse.
    states
        (states, curves) path of each curve.
    anchors
        By tracklet, (states,) log evidence for whole states.
    """
    tracklets, count = emission.shape[:2]
    curves = np.arange(count)
    likely = np.empty((tracklets, len(states)))
    for index in range(tracklets):
        log = emission[index][curves, states].sum(axis=1)
        log = log + anchors.get(index, 0.0)
        likely[index] = np.exp(np.maximum(log - log.max(), -MOST_CERTAIN))
    forward = np.empty_like(likely)
    now = np.full(len(states), 1.0 / len(states))
    for index in range(tracklets):
        for after, probability in steps[index]:
            now = (1 - probability) * now + probability * now[after]
        now = now * likely[index]
        now /= now.sum()
        forward[index] = now
    result = np.empty_like(emission)
    rest = np.ones(len(states))
    for index in range(tracklets - 1, -1, -1):
        joint = forward[index] * rest
        joint /= joint.sum()
        for curve in curves:
            result[index, curve] = np.bincount(states[:, curve], joint, count)
        rest = rest * likely[index]
        for after, probability in reversed(steps[index]):
            rest = (1 - probability) * rest + probability * rest[after]
        rest /= rest.max()
    return result


def _shape_evidence(shapes: Floats, posterior: Floats) -> Floats:
    """Return (tracklets, curves, paths) the log likelihood of roughness and width.

    A curve's own are the means over its tracklets, each tracklet left out of the means
    that it is judged by.

    Parameters
    ----------
    shapes
        (tracklets, paths, features + 1), the last the weight of the tracklet.
    posterior
        (tracklets, curves, paths).
    """
    value, weight = shapes[..., :-1], shapes[..., -1:]
    known = np.isfinite(value)
    weight = np.where(known, weight, 0.0)
    value = np.where(known, value, 0.0)
    pooled = (weight * value).sum(axis=(0, 1)) / np.maximum(
        weight.sum(axis=(0, 1)), 1e-9
    )
    # (tracklets, curves, paths, features)
    share = posterior[..., None] * weight[:, None]
    moment = share * value[:, None]
    total = share.sum(axis=(0, 2), keepdims=True) - share + PRIOR_TRACKLETS
    mean = moment.sum(axis=(0, 2), keepdims=True) - moment + PRIOR_TRACKLETS * pooled
    away = (value[:, None] - mean / total) / SPREAD
    return np.asarray((-0.5 * SHAPE_WEIGHT * weight[:, None] * away**2).sum(axis=-1))


def _weights_are_told(pool: Sequence[Followed]) -> bool:
    """Whether registered weights differ, and so do the strokes on the paper."""
    weights = {path.spec.weight for path in pool}
    widths = [np.nanmedian(p.stroke) for p in pool if np.isfinite(p.stroke).any()]
    if None in weights or len(weights) < 2 or len(widths) < len(pool):
        return False
    return bool(max(widths) >= CLEARLY_HEAVIER * min(widths))


def _weight_evidence(pool: Sequence[Followed], shapes: Floats) -> Floats:
    """Return (tracklets, curves, paths) what strokes say of registered weights."""
    order: tuple[Weight | None, ...] = WEIGHTS
    rank = np.array([order.index(p.spec.weight) for p in pool], dtype=np.float64)
    width, weight = shapes[..., -2], shapes[..., -1]
    known = np.isfinite(width)
    middle = float(np.median(width[known])) if known.any() else 0.0
    wanted = middle + np.log(HEAVIER) * (rank - rank.mean())
    away = (np.where(known, width, middle)[:, None] - wanted[:, None]) / SPREAD[-1]
    trust = np.where(known, weight, 0.0)[:, None]
    return np.asarray(-0.5 * WEIGHT_WEIGHT * trust * away**2)


def _anchors(
    pool: Sequence[Followed],
    bounds: NDArray[np.intp],
    posterior: Floats,
    states: NDArray[np.intp],
    *,
    by_weight: bool,
) -> dict[int, Floats]:
    """Return where the registered order of curves that are drawn alike is seen.

    Nothing on paper tells curves of one pen from each other but where they begin: the
    registration lists them from left to right as they stand where all are first apart.
    """
    groups: dict[tuple[object, ...], list[int]] = {}
    for index, path in enumerate(pool):
        weight = path.spec.weight if by_weight else None
        groups.setdefault((path.spec.line, weight), []).append(index)
    anchors: dict[int, Floats] = {}
    for group in groups.values():
        if len(group) < 2:
            continue
        # Which of them is which is open; which paths they have together is known.
        mass = posterior[:, group].sum(axis=1)
        chosen = np.sort(np.argsort(-mass, axis=1)[:, : len(group)], axis=1)
        held = np.repeat(chosen, np.diff(bounds), axis=0)
        columns = np.stack([path.folded for path in pool])
        at = np.arange(columns.shape[1])
        start = first_apart(
            np.stack([columns[held[:, k], at] for k in range(len(group))])
        )
        if start is None:
            continue
        tracklet = int(np.searchsorted(bounds, start, side="right")) - 1
        column = np.array([path.folded[start] for path in pool])
        place = column[states[:, group]]
        step = np.diff(place, axis=1)  # NaN where a path is unread: an even chance
        wrong = np.where(np.isfinite(step), step < 0, 0.5).sum(axis=1)
        anchors[tracklet] = anchors.get(tracklet, 0.0) + ORDERED * wrong
    return anchors
