"""Comparisons of arms as the page shows them: ranks, tuned rates, gaps to Tversky."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from veernet.study.arms import FIVE, Arm
from veernet.study.comparison import StudyComparison
from veernet.study.measures import Measure, common_seeds
from veernet.study.ranking import CHOSEN_BY, agreement, chosen_rate, rates_of
from veernet.study.ranking import rank_losses as places
from veernet.study.report.figures import column_of, plain, plain_estimate

Runs = Mapping[Arm, Mapping[int, str]]
"""Arms of one profile, each with its runs by seed."""

TEST: Literal["test"] = "test"

RANKED = (
    Measure("iou"),
    Measure("image_iou"),
    Measure("f1"),
    Measure("mae", None, "dp"),
    Measure("mae", None, "skeleton"),
    Measure("mae", None, "rows"),
    Measure("median_r_squared", None, "dp"),
    Measure("r_squared", None, "dp"),
    Measure("filled_px", None, "dp"),
)
"""Means over the curves."""

GAPS = (
    Measure("iou"),
    Measure("mae", None, "dp"),
    Measure("mae", None, "skeleton"),
    Measure("mae", None, "rows"),
    Measure("median_r_squared", None, "dp"),
)


def rank_losses(comparison: StudyComparison, profile: str) -> dict[str, Any] | None:
    """Return the ranks of the losses by each figure, and how alike two orders are.

    None where fewer than two of the five have a seed in common.
    """
    found = places(comparison, profile, RANKED)
    losses = [rank.loss for rank in found if rank.measure == RANKED[0]]
    if len(losses) < 2:
        return None
    alike = [[agreement(found, a, b) for b in RANKED] for a in RANKED]
    by_measure = {m: [r for r in found if r.measure == m] for m in RANKED}
    return {
        "losses": losses,
        "columns": [column_of(TEST, measure) for measure in RANKED],
        "ranks": {
            column_of(TEST, measure): [[r.rank, r.low, r.high] for r in own]
            for measure, own in by_measure.items()
        },
        "agreement": plain(alike, 3),
    }


def tuned(comparison: StudyComparison, profile: str, arms: Runs) -> dict[str, Any]:
    """Return of each of the five losses the arm of the best rate, and all its rates."""
    held_out = comparison.on(profile, "held-out")
    members = [dict(runs) for runs in arms.values()]
    found = []
    for loss in FIVE:
        tried = rates_of(held_out.runs, loss)
        best = chosen_rate(comparison, profile, loss)
        if len(tried) < 2 or best is None or best.lr is None:
            continue
        found.append(
            {
                "loss": loss,
                "arm": members.index(tried[best.lr]),
                "rates": list(tried),
                "arms": [members.index(runs) for runs in tried.values()],
            }
        )
    return {"by": column_of("held-out", CHOSEN_BY), "losses": found}


def gaps(comparison: StudyComparison, profile: str, arms: Runs) -> list[dict[str, Any]]:
    """Return how far each loss is from Tversky under each optimiser and average.

    A gap is the loss less Tversky, seed by seed and picture by picture; beside it
    stands by how much it moved from the gap of the plain sweep, and from where: with
    the seeds that both have.
    """
    scored = comparison.on(profile, TEST)

    def contrast(
        measure: Measure, *own: Arm, weights: tuple[float, ...] = (1, -1, -1, 1)
    ) -> list[Any] | None:
        """Return one less the other, less the same of two more."""
        parts = list(zip(weights, (arms[arm] for arm in own), strict=False))
        if not common_seeds([runs for _, runs in parts]):
            return None
        return plain_estimate(scored.contrast(parts, measure))

    found = []
    for index, arm in enumerate(arms):
        method = {"optimizer": arm.optimizer, "averaging": arm.averaging}
        theirs = Arm("tversky", arm.optimizer, arm.averaging)
        own = arm == Arm(arm.loss, arm.optimizer, arm.averaging) and arm.loss in FIVE
        if not own or theirs not in arms:
            continue
        unchanged = (Arm(arm.loss), Arm("tversky"))
        gap: dict[str, Any] = {}
        moved: dict[str, Any] = {}
        before: dict[str, Any] = {}
        for measure in GAPS if arm != theirs else ():
            column = column_of(TEST, measure)
            gap[column] = contrast(measure, arm, theirs)
            if arm.changed and all(one in arms for one in unchanged):
                four = (arm, theirs, *unchanged)
                moved[column] = contrast(measure, *four)
                before[column] = contrast(measure, *four, weights=(0, 0, 1, -1))
        row = {**method, "loss": arm.loss, "arm": index}
        found.append({**row, "gap": gap, "moved": moved, "before": before})
    return found
