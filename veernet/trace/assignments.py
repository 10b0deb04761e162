"""Assignments: forward-backward over the permutations of curves over paths.

The states of the hidden Markov model are all assignments of the curves of a pool to its
paths. Its transitions are exchanges of two paths.

References
----------
.. [Rabiner89] Rabiner, A Tutorial on Hidden Markov Models, Proc. IEEE 77, 1989.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, permutations

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.compiled import compiled

MOST_CERTAIN = 200.0
"""Nats by which one assignment is likelier than another at the most, so that the
likelihood of none is zero."""

Event = tuple[int, int, int, float]
"""Row, two paths, and the probability that they exchange their curves there."""


@dataclass(frozen=True)
class Posterior:
    """What is known of a pool's assignments.

    Parameters
    ----------
    joint
        (tracklets, states) probability of each assignment.
    marginal
        (tracklets, curves, paths) probability of a curve being on a path.
    evidence
        Log likelihood of all that was seen.
    """

    joint: Floats
    marginal: Floats
    evidence: float


@dataclass(frozen=True)
class Lattice:
    """Tracklets, the assignments that each may have, and the exchanges between them.

    Parameters
    ----------
    bounds
        (tracklets + 1,) rows at which tracklets begin, and the number of rows.
    states
        (states, curves) path of each curve.
    exchanged
        (pairs, states) state after an exchange of two paths.
    first_event
        (tracklets + 1,) index of the first exchange before each tracklet.
    pair, probability
        (events,) which paths an event exchanges, and how likely.
    """

    bounds: NDArray[np.intp]
    states: NDArray[np.intp]
    exchanged: NDArray[np.intp]
    first_event: NDArray[np.intp]
    pair: NDArray[np.intp]
    probability: Floats

    def posterior(self, emission: Floats, whole: Floats | float = 0.0) -> Posterior:
        """Run forward-backward.

        Parameters
        ----------
        emission
            (tracklets, curves, paths) log likelihood of a curve on a path.
        whole
            (tracklets, states) log likelihood of whole assignments.
        """
        curves = np.arange(emission.shape[1])
        # Curve by curve: of all at once a tall page takes a gigabyte.
        log = np.zeros((len(emission), len(self.states)))
        for curve in curves:
            log += emission[:, curve, self.states[:, curve]]
        log += whole
        most = log.max(axis=1, keepdims=True)
        # In place: of seven curves and a tall page each array takes 160 MB.
        log -= most
        likely = np.exp(np.maximum(log, -MOST_CERTAIN, out=log), out=log)
        joint, scale = _forward_backward(
            likely, self.exchanged, self.first_event, self.pair, self.probability
        )
        marginal = np.zeros_like(emission)
        for curve in curves:
            for path in curves:
                on_path = self.states[:, curve] == path
                marginal[:, curve, path] = joint[:, on_path].sum(axis=1)
        return Posterior(joint, marginal, float(most.sum() + np.log(scale).sum()))


def make_lattice(events: Sequence[Event], count: int, rows: int) -> Lattice:
    """Cut paths into tracklets at events.

    Parameters
    ----------
    events
        Where two of the paths may exchange their curves, in the order of rows.
    count
        Curves, and paths.
    rows
        Of the panel.
    """
    bounds = np.unique([0, *(row for row, *_ in events), rows]).astype(np.intp)
    states = np.array(list(permutations(range(count))), dtype=np.intp)
    place = {tuple(state): index for index, state in enumerate(states.tolist())}
    pairs = {pair: index for index, pair in enumerate(combinations(range(count), 2))}
    exchanged = np.empty((len(pairs), len(states)), dtype=np.intp)
    for (one, other), index in pairs.items():
        swap = np.arange(count)
        swap[[one, other]] = other, one
        exchanged[index] = [place[tuple(swap[state].tolist())] for state in states]
    inner = [event for event in events if event[0] < rows]
    before = np.searchsorted(bounds, [row for row, *_ in inner])
    return Lattice(
        bounds=bounds,
        states=states,
        exchanged=exchanged,
        first_event=np.searchsorted(before, np.arange(bounds.size)),
        pair=np.array(
            [pairs[min(one, other), max(one, other)] for _, one, other, _ in inner],
            dtype=np.intp,
        ),
        probability=np.array([event[3] for event in inner], dtype=np.float64),
    )


def moments(first: Floats, second: Floats, bounds: NDArray[np.intp]) -> Floats:
    """Return (tracklets, m, n) the sums of products of two sets of columns.

    Parameters
    ----------
    first, second
        (rows, m) and (rows, n).
    bounds
        (tracklets + 1,) rows at which tracklets begin, and the number of rows.
    """
    # One by one: all products of a tall page at once are gigabytes.
    return np.stack([first[a:b].T @ second[a:b] for a, b in pairwise(bounds)])


@compiled()
def _forward_backward(
    likely: Floats,
    exchanged: NDArray[np.intp],
    first_event: NDArray[np.intp],
    pair: NDArray[np.intp],
    probability: Floats,
) -> tuple[Floats, Floats]:
    """Return (tracklets, states) posterior of states and (tracklets,) scales.

    An exchange of two paths is its own inverse: the same tables serve both ways.
    """
    tracklets, count = likely.shape
    joint = np.empty((tracklets, count))
    scale = np.empty(tracklets)
    now = np.full(count, 1.0 / count)
    after = np.empty(count)
    for index in range(tracklets):
        for event in range(first_event[index], first_event[index + 1]):
            table, share = exchanged[pair[event]], probability[event]
            for state in range(count):
                after[state] = (1 - share) * now[state] + share * now[table[state]]
            now, after = after, now
        total = 0.0
        for state in range(count):
            now[state] *= likely[index, state]
            total += now[state]
        for state in range(count):
            now[state] /= total
            joint[index, state] = now[state]
        scale[index] = total
    rest = np.ones(count)
    for index in range(tracklets - 1, -1, -1):
        total, most = 0.0, 0.0
        for state in range(count):
            joint[index, state] *= rest[state]
            total += joint[index, state]
            rest[state] *= likely[index, state]
        for state in range(count):
            joint[index, state] /= total
        for event in range(first_event[index + 1] - 1, first_event[index] - 1, -1):
            table, share = exchanged[pair[event]], probability[event]
            for state in range(count):
                after[state] = (1 - share) * rest[state] + share * rest[table[state]]
            rest, after = after, rest
        for state in range(count):
            most = max(most, rest[state])
        for state in range(count):
            rest[state] /= most
    return joint, scale
