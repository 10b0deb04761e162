"""Identity: which curve each stretch of each path belongs to, as probabilities.

Between two meetings a path belongs to one curve: such a stretch is a tracklet. The
paths that may be mistaken for each other form a pool, and a hidden Markov model runs
down its tracklets. Its states are the permutations of the pool's curves over its paths.
What the ink of a tracklet says of its style, its stroke width, its roughness and its
place, and what the other curves of the page say of that, is the emission; a meeting, or
a path that was lost and found again, is a transition. Forward-backward gives the
posterior of every curve on every tracklet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, permutations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from veernet.axes import Floats
from veernet.intervals import true_intervals
from veernet.order import first_apart
from veernet.records import WEIGHTS, Weight
from veernet.trace.arrays import ArrayEvidence, array_of
from veernet.trace.assignments import Event, Posterior, make_lattice
from veernet.trace.dash_patterns import Patterns
from veernet.trace.features import (
    corridor_evidence,
    shape_features,
    style_evidence,
)
from veernet.trace.known import known_evidence
from veernet.trace.meetings import Meeting, find_meetings
from veernet.trace.paths import Followed, may_be_mistaken
from veernet.trace.rock import RockEvidence

MOST_CURVES = 7
"""Curves of a pool: 5,040 permutations. More than seven of one colour in a track are
told apart in groups of so many."""

MOST_TRACKLETS = 4000
"""Tracklets of so many curves: an array of all their permutations takes 160 MB, and six
are held at once. On a taller page one curve fewer is told apart together."""

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

ROUNDS, ROCK_ROUNDS = 3, 6
"""Rounds of learning what each curve is like and of naming by it: how rough it is, and
where it runs by the other curves."""

SURROGATES = 3
"""Times that the other curves are shifted along depth, to learn how much of the places
any curves that change as slowly would explain."""

EXPLAINED = 0.93
"""Ratio of the variance of places left by the other curves to the least that shifted
ones leave, below which they are held to be related. On plots of real logs those that
are have .64 to .91, others .97 and more. Log of experiments, 2026-11-30."""

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
        Indices, each path in one group of `MOST_CURVES` at the most.
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
        most = _most_together([paths[i] for i in alike[:MOST_CURVES]])
        found += [
            tuple(sorted(alike[k : k + most])) for k in range(0, len(alike), most)
        ]
    return sorted(found)


def _most_together(pool: Sequence[Followed]) -> int:
    """Return how many curves can be told apart together in the memory there is."""
    if len(pool) < MOST_CURVES:
        return MOST_CURVES
    tracklets = len({row for row, *_ in _events(pool)}) + 1
    return MOST_CURVES if tracklets <= MOST_TRACKLETS else MOST_CURVES - 1


class Pool:
    """Curves that may be mistaken for each other, and what their paths say of them.

    Parameters
    ----------
    paths
        All paths of the panel.
    members
        Indices of those of the pool.
    patterns
        Dash pattern of each broken style of the page.
    """

    def __init__(
        self, paths: Sequence[Followed], members: tuple[int, ...], patterns: Patterns
    ) -> None:
        self.members = members
        self._paths = [paths[i] for i in members]
        rows = self._paths[0].column.size
        lattice = make_lattice(_events(self._paths), len(members), rows)
        self._lattice = lattice
        self._emission = style_evidence(paths, members, patterns, lattice.bounds)
        self._emission += corridor_evidence(paths, members, lattice.bounds)
        self._emission += known_evidence(paths, members, lattice.bounds)
        self._shapes = shape_features(self._paths, lattice.bounds)
        group = array_of([path.spec for path in self._paths])
        self._array = (
            ArrayEvidence(self._paths, group, lattice.bounds, lattice.states)
            if group
            else None
        )
        self._by_weight = _weights_differ(self._paths)
        if self._by_weight:
            self._emission += _weight_evidence(self._paths, self._shapes)

    def identify(self, others: Floats | None = None) -> Identity:
        """Find the posterior of the curves over the paths.

        Parameters
        ----------
        others
            (rows, covariates) of the curves of other pools, see `covariates`; None
            while they are not known.
        """
        bounds = self._lattice.bounds
        if len(self.members) == 1:
            return Identity(self.members, bounds, np.ones((bounds.size - 1, 1, 1)))
        alone = self._alone
        if others is None or not others.shape[1]:
            return Identity(self.members, bounds, alone.posterior.marginal)
        with_rock = self._by_rock(others, alone.posterior)
        # Names that are learnt together with a relation fit any curves somewhat.
        # Only their numbers are kept: the posterior of seven curves is large.
        least = self._by_rock(others[:, :0], alone.posterior).unexplained
        for part in range(1, SURROGATES + 1):
            shifted = np.roll(others, len(others) * part // (SURROGATES + 1), axis=0)
            rival = self._by_rock(shifted, alone.posterior).unexplained
            least = min(least, rival)
        related = with_rock.unexplained < EXPLAINED * least
        found = with_rock if related else alone
        return Identity(self.members, bounds, found.posterior.marginal)

    @cached_property
    def _alone(self) -> _Settled:
        """What comes of the pool by itself, wanted before the others and with them."""
        return self._settled(None, None)

    def _by_rock(self, others: Floats, alone: Posterior) -> _Settled:
        """Settle with evidence of the rock, from the likeliest of several starts."""
        rock = RockEvidence(self._paths, self._lattice.bounds, others)
        starts = [alone]
        if len(self.members) == 2:
            starts += self._both_signs(rock)
        settled = [self._settled(rock, start) for start in starts]
        return max(settled, key=lambda s: s.evidence)

    def _both_signs(self, rock: RockEvidence) -> list[Posterior]:
        """Return posteriors of a pair under relations that may hold, either way round.

        Which curve is which is open far from where they are first apart, so that no
        relation can be learnt from the posterior; but whether they keep or exchange
        their paths at a meeting is known, and with it each relation up to its sign.
        """
        lattice = self._lattice
        kept = np.ones(lattice.bounds.size - 1)
        for tracklet in range(kept.size):
            at = slice(lattice.first_event[tracklet], lattice.first_event[tracklet + 1])
            kept[tracklet] = np.prod(1 - 2 * lattice.probability[at])
        lean = rock.leaning(kept)
        found = []
        for direction in lean.T:
            for sign in (1.0, -1.0):
                emission = np.zeros_like(self._emission)
                emission[:, [0, 1], [0, 1]] = sign * direction[:, None] / 2
                found.append(lattice.posterior(emission))
        return found

    def _settled(self, rock: RockEvidence | None, start: Posterior | None) -> _Settled:
        """Learn what each curve is like and name by it, in rounds."""
        lattice = self._lattice
        common, unexplained = 0.0, 0.0
        posterior = start or lattice.posterior(self._emission)
        for _ in range(ROUNDS if rock is None else ROCK_ROUNDS):
            learnt = self._emission + _shape_evidence(self._shapes, posterior.marginal)
            whole = self._ordered(posterior.marginal)
            if self._array is not None:
                whole += self._array.log_likelihood(posterior.joint)
            if rock is not None:
                places = rock.evidence(posterior.marginal)
                learnt += places.difference
                common, unexplained = places.common, places.variance
            posterior = lattice.posterior(learnt, whole)
        return _Settled(posterior, posterior.evidence + common, unexplained)

    def _ordered(self, posterior: Floats) -> Floats:
        """Return (tracklets, states) evidence of the order of curves drawn alike.

        Nothing on paper tells curves of one pen from each other but where they begin:
        the registration lists them from left to right as they stand where all are first
        apart.
        """
        pool, bounds, states = self._paths, self._lattice.bounds, self._lattice.states
        groups: dict[tuple[object, ...], list[int]] = {}
        for index, path in enumerate(pool):
            weight = path.spec.weight if self._by_weight else None
            groups.setdefault((path.spec.line, weight), []).append(index)
        found = np.zeros((bounds.size - 1, len(states)))
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
            found[tracklet] += ORDERED * wrong
        return found


@dataclass(frozen=True)
class _Settled:
    """What came of the rounds.

    Parameters
    ----------
    posterior
        As of the last round.
    evidence
        Log likelihood of all that was seen.
    unexplained
        Variance of places about those foretold by the rock, in squared columns.
    """

    posterior: Posterior
    evidence: float
    unexplained: float


def _events(pool: Sequence[Followed]) -> list[Event]:
    """Return where paths of a pool may exchange curves, in the order of rows."""
    events: list[Event] = []
    for pair in combinations(range(len(pool)), 2):
        for meeting in find_meetings(pool, pair):
            events.append((meeting.row, *pair, _exchange(meeting)))
    for index, path in enumerate(pool):
        for start, stop in true_intervals(~path.known):
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


def _weights_differ(pool: Sequence[Followed]) -> bool:
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
