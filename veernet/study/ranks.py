"""Rank correlation of two figures over runs: within arms, across them, by chance.

Runs of one loss are alike in both figures, so runs are no free draws: five losses with
three seeds are nearer to five points than to fifteen. Two questions are therefore kept
apart. Within: of two seeds of one loss, is that with more of the one also that with
more of the other? Across: do the means of the losses come in the same order?

The permutations are ours: those of :func:`scipy.stats.permutation_test` deal values out
to all runs, not to the runs of one loss, and :func:`scipy.stats.kendalltau` takes one
draw at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from veernet.axes import Floats
from veernet.errors import InputError

LEVEL = 0.95
"""Share of the resampled values that an interval holds."""


@dataclass(frozen=True)
class RankCorrelation:
    """Kendall's tau-b of two figures.

    Parameters
    ----------
    tau
        From -1 to 1, NaN where one of the figures does not vary.
    low, high
        Bootstrap of whole groups; few groups make it too narrow.
    probability
        Of a tau at least as far from 0, either way, if one figure is dealt out again at
        random: to the runs of a group, or to the groups. Exact but for the number of
        draws, however few there are; no order of three groups gets below a third.
    pairs
        That were compared.
    groups
        How many.
    """

    tau: float
    low: float
    high: float
    probability: float
    pairs: int
    groups: int


def tau_b(first: Floats, second: Floats) -> Floats:
    """Return Kendall's tau-b along the last axis, NaN where one side has only ties."""
    one, two = np.triu_indices(first.shape[-1], 1)
    a, b = (np.sign(side[..., one] - side[..., two]) for side in (first, second))
    return _ratio((a * b).sum(-1), (a**2).sum(-1), (b**2).sum(-1))


def correlate_within(
    first: Sequence[float],
    second: Sequence[float],
    groups: Sequence[str],
    rng: np.random.Generator,
    draws: int = 4000,
) -> RankCorrelation:
    """Return tau-b over the pairs of runs of one group, all groups together.

    Parameters
    ----------
    first, second
        Figures of each run.
    groups
        What each run is one of (its loss).
    rng
        Of bootstrap and permutation.
    draws
        Of each.

    Raises
    ------
    InputError
        If the three differ in length.
    """
    a, b, codes = _checked(first, second, groups)
    count = int(codes.max(initial=-1)) + 1
    members = [np.flatnonzero(codes == code) for code in range(count)]
    observed = _sums(a[None], b[None], members)
    tau = _tau(observed)[0]
    drawn = rng.multinomial(count, np.full(count, 1 / count), draws)
    low, high = _ends(_tau(np.einsum("dg,xgk->dgk", drawn, observed)))
    dealt = np.tile(b, (draws, 1))
    for member in members:
        dealt[:, member] = rng.permuted(dealt[:, member], axis=1)
    chance = _tau(_sums(np.tile(a, (draws, 1)), dealt, members))
    pairs = sum(len(member) * (len(member) - 1) // 2 for member in members)
    return RankCorrelation(
        float(tau), low, high, _probability(float(tau), chance), pairs, count
    )


def correlate_across(
    first: Sequence[float],
    second: Sequence[float],
    groups: Sequence[str],
    rng: np.random.Generator,
    draws: int = 4000,
) -> RankCorrelation:
    """Return tau-b over the means of the groups; parameters as for within."""
    a, b, codes = _checked(first, second, groups)
    count = int(codes.max(initial=-1)) + 1
    sizes = np.bincount(codes, minlength=count)
    one, two = (np.bincount(codes, side, minlength=count) / sizes for side in (a, b))
    tau = float(tau_b(one, two))
    # A group that is drawn twice ties with itself on both sides: no pair.
    drawn = rng.integers(count, size=(draws, count))
    low, high = _ends(tau_b(one[drawn], two[drawn]))
    dealt = rng.permuted(np.tile(two, (draws, 1)), axis=1)
    chance = tau_b(np.broadcast_to(one, dealt.shape), dealt)
    pairs = count * (count - 1) // 2
    return RankCorrelation(tau, low, high, _probability(tau, chance), pairs, count)


def ranks(values: Sequence[float], *, higher: bool) -> tuple[int, ...]:
    """Return the rank of each value, 1 for the best; equals share the better one.

    Parameters
    ----------
    values
        NaN ranks last.
    higher
        Whether more is better.
    """
    figures = np.asarray(values, dtype=np.float64)
    cost = np.where(np.isnan(figures), np.inf, -figures if higher else figures)
    return tuple(stats.rankdata(cost, method="min").astype(int).tolist())


def _checked(
    first: Sequence[float], second: Sequence[float], groups: Sequence[str]
) -> tuple[Floats, Floats, NDArray[np.intp]]:
    if not len(first) == len(second) == len(groups) > 0:
        msg = (
            f"{len(first)} and {len(second)} figures of {len(groups)} runs: give one "
            "of each for every run, of one run or more"
        )
        raise InputError(msg)
    codes = np.unique(np.asarray(groups), return_inverse=True)[1]
    return np.asarray(first, dtype=float), np.asarray(second, dtype=float), codes


def _sums(a: Floats, b: Floats, members: Sequence[NDArray[np.intp]]) -> Floats:
    """Return (draws, groups, 3): concordance, and pairs untied on either side."""
    table = np.zeros((len(a), len(members), 3))
    for code, member in enumerate(members):
        one, two = np.triu_indices(len(member), 1)
        signs = [
            np.sign(side[:, member[one]] - side[:, member[two]]) for side in (a, b)
        ]
        products = (signs[0] * signs[1], signs[0] ** 2, signs[1] ** 2)
        table[:, code] = np.stack([p.sum(axis=1) for p in products], axis=1)
    return table


def _tau(sums: Floats) -> Floats:
    concordance, untied, others = np.moveaxis(sums.sum(axis=1), -1, 0)
    return _ratio(concordance, untied, others)


def _ratio(concordance: Floats, untied: Floats, others: Floats) -> Floats:
    below = np.sqrt(np.asarray(untied * others, dtype=float))
    known = below > 0
    return np.where(known, concordance / np.where(known, below, 1.0), np.nan)


def _ends(drawn: Floats) -> tuple[float, float]:
    known = drawn[np.isfinite(drawn)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return float(low), float(high)


def _probability(tau: float, chance: Floats) -> float:
    """Return how often chance goes as far, the observed order counted as one draw."""
    if not np.isfinite(tau):
        return float("nan")
    far = np.abs(np.nan_to_num(chance)) >= abs(tau) - 1e-12
    return float((1 + far.sum()) / (1 + len(chance)))
