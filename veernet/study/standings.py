"""Which loss comes first, by which measure, and how sure its place is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from veernet.study.arms import FIVE, Arm, runs_of
from veernet.study.bench import Bench
from veernet.study.measures import Measure, Resampled, common_seeds
from veernet.study.ranks import ranks, tau_b
from veernet.study.tables import measures_of


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
    bench: Bench,
    profile: str,
    measures: Sequence[Measure] | None = None,
    losses: Sequence[str] = FIVE,
) -> tuple[Rank, ...]:
    """Return the place of each loss by each measure, with how sure it is.

    Losses without a run are left out; seeds that one of them lacks are too.
    """
    scored = bench.on(profile, "test")
    by_loss = {loss: runs_of(scored.runs, Arm(loss)) for loss in losses}
    by_loss = {loss: runs for loss, runs in by_loss.items() if runs}
    common = common_seeds(list(by_loss.values()))
    if not common:
        return ()
    found = []
    for measure in measures or _ranked(scored):
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


def orders(found: Sequence[Rank]) -> dict[tuple[str, ...], tuple[Measure, ...]]:
    """Return the observed orders of the losses, best first, with their measures.

    More than one says that the ranks differ with the measure.
    """
    by_measure: dict[Measure, list[Rank]] = {}
    for rank in found:
        by_measure.setdefault(rank.measure, []).append(rank)
    result: dict[tuple[str, ...], list[Measure]] = {}
    for measure, own in by_measure.items():
        order = tuple(r.loss for r in sorted(own, key=lambda rank: rank.rank))
        result.setdefault(order, []).append(measure)
    return {order: tuple(measures) for order, measures in result.items()}


def agreement(found: Sequence[Rank], first: Measure, second: Measure) -> float:
    """Return Kendall's tau-b of two measures' orders: 1 for the same, -1 reversed."""
    places = [
        np.asarray([float(r.rank) for r in found if r.measure == measure])
        for measure in (first, second)
    ]
    return float(tau_b(*places))


def _ranked(scored: Resampled) -> tuple[Measure, ...]:
    """Return the figures that say which loss is better; shares do not."""
    neutral = {"true_share", "called_share", "expected_share"}
    return tuple(m for m in measures_of(scored) if m.name not in neutral)
