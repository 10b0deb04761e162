"""Which loss comes first, by which measure, how sure its place is, and at what rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from veernet.study.arms import FIVE, SEEDS, Arm, runs_of
from veernet.study.comparison import StudyComparison
from veernet.study.measures import Measure, common_seeds
from veernet.study.ranks import ranks, tau_b

CHOSEN_BY = Measure("f1")
"""Mean F1 of the curves on the held-out set: what a rate is chosen by."""


@dataclass(frozen=True)
class Rank:
    """The place of a loss among those of a table by one measure.

    Parameters
    ----------
    loss, measure
        Whose, and by what.
    rank
        As observed, 1 for the best.
    low, high
        Between which it is in 95 % of the draws.
    best
        Share of the draws in which it is first.
    """

    loss: str
    measure: Measure
    rank: int
    low: int
    high: int
    best: float


def rank_losses(
    comparison: StudyComparison,
    profile: str,
    measures: Sequence[Measure],
    losses: Sequence[str] = FIVE,
) -> tuple[Rank, ...]:
    """Return the place of each loss by each measure, with how sure it is.

    Losses without a run are left out; seeds that one of them lacks are too.
    """
    scored = comparison.on(profile, "test")
    by_loss = {loss: runs_of(scored.runs, Arm(loss)) for loss in losses}
    by_loss = {loss: runs for loss, runs in by_loss.items() if runs}
    common = common_seeds(list(by_loss.values()))
    if not common:
        return ()
    found = []
    for measure in measures:
        means = np.stack(
            [
                scored.mean({seed: runs[seed] for seed in common}, measure)
                for runs in by_loss.values()
            ]
        )
        observed = ranks(means[:, 0, 0].tolist(), higher=measure.higher)
        # With one seed there are no draws for new ones: those of pictures stand in.
        drawn = means[:, 0 if len(common) > 1 else 1, 1:]
        cost = -drawn if measure.higher else drawn
        places = 1 + (cost[:, None] > cost[None]).sum(axis=1)
        low, high = np.quantile(places, (0.025, 0.975), axis=1, method="nearest")
        found += [
            Rank(
                loss,
                measure,
                observed[at],
                int(low[at]),
                int(high[at]),
                float((places[at] == 1).mean()),
            )
            for at, loss in enumerate(by_loss)
        ]
    return tuple(found)


def agreement(found: Sequence[Rank], first: Measure, second: Measure) -> float:
    """Return Kendall's tau-b of two measures' orders: 1 for the same, -1 reversed."""
    places = [
        np.asarray([float(r.rank) for r in found if r.measure == measure])
        for measure in (first, second)
    ]
    return float(tau_b(*places))


def chosen_rate(comparison: StudyComparison, profile: str, loss: str) -> Arm | None:
    """Return the arm of the best rate on held-out pictures, None where none is told.

    Rates are compared on the seeds that they have in common: a rate with more of them
    than the sweep plans is neither favoured nor the only one left. Those that lack one
    of the planned seeds are left out while another rate has them all.
    """
    held_out = comparison.on(profile, "held-out")
    rates = rates_of(held_out.runs, loss)
    planned = {rate: set(SEEDS) & runs.keys() for rate, runs in rates.items()}
    most = max(map(len, planned.values()), default=0)
    complete = {rate: rates[rate] for rate, own in planned.items() if len(own) == most}
    seeds = common_seeds(list(complete.values()))
    if not seeds:
        return None
    scores = {
        rate: held_out.estimate({seed: runs[seed] for seed in seeds}, CHOSEN_BY).value
        for rate, runs in complete.items()
    }
    best = max(scores, key=lambda rate: (scores[rate], -rate))
    return Arm(loss, lr=best)


def rates_of(runs: pd.DataFrame, loss: str) -> dict[float, dict[int, str]]:
    """Return the runs of a loss by rate and seed, all else plain."""
    tried = sorted({float(rate) for rate in runs.loc[runs["loss"] == loss, "lr"]})
    found = {rate: runs_of(runs, Arm(loss, lr=rate)) for rate in tried}
    return {rate: own for rate, own in found.items() if own}
