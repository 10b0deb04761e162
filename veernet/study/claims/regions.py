"""S13: what predicted regions look like, on pictures with six classes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.study.claims.record import (
    Claim,
    Row,
    Statement,
    ahead_of,
    ahead_of_all,
    not_run,
    verdict,
)
from veernet.study.published import AERIAL
from veernet.study.statistics import BootstrapDraws, Estimate, estimate

IOU, FOCAL, PLAIN = "jaccard", "focal_075", "cross_entropy"
LOSSES = (IOU, FOCAL, PLAIN)

FULL, CRISP = "coverage", "edge_f1"
OTHERS: Mapping[str, str] = {
    "iou": "IoU",
    "holes": "holes a region",
    "pieces": "pieces a region",
    "edge_band": "width of the band of doubt, pixels",
    "edge_precision": "share of predicted edges near true ones",
    "edge_recall": "share of true edges near predicted ones",
}

MADE = ("steps", "commit", "device")
"""Columns that say what made a network, beside its scores."""

S13 = Statement(
    "S13",
    "IoU gives fuller regions, Focal (gamma .75) crisper edges, cross-entropy neither.",
    AERIAL,
    "Six classes, mean over classes, three losses: the covered share of true regions "
    "under IoU less that under each of the other two, and F1 of edges within 2 px "
    "under Focal less that under each of the other two. Confirmed if all four are "
    "above 0 by the whole interval over seeds; refuted if one is below 0 by an "
    "interval for all four at once.",
)


def s13(regions: pd.DataFrame | None, rng: np.random.Generator) -> Claim:
    """Test fullness and crispness.

    Parameters
    ----------
    regions
        ``loss``, ``seed`` and the scores of
        :class:`veernet.evaluate.regions.RegionScores`; with a column ``class``, its
        rows ``mean`` are taken.
    rng
        Of the draws of seeds.

    Raises
    ------
    InputError
        If the table lacks a column, or says two things of one run.
    """
    table = _checked(regions)
    seeds = _seeds(table)
    if len(seeds) < 2:
        return not_run(S13, ("six_classes_small with these losses and two seeds",))
    draws = BootstrapDraws(rng, pictures=0, seeds=seeds)

    def means(column: str) -> dict[str, Floats]:
        return {
            loss: draws.mean(_values(table, loss, seeds, column), seeds)
            for loss in LOSSES
        }

    def over(loss: str, column: str) -> dict[str, Estimate]:
        own = _values(table, loss, seeds, column)
        return {
            other: estimate(draws.mean(difference, seeds), difference)
            for other in LOSSES
            if other != loss
            for difference in [own - _values(table, other, seeds, column)]
        }

    fuller, crisper = over(IOU, FULL), over(FOCAL, CRISP)
    both = len(fuller) + len(crisper)
    answers = [ahead_of_all(list(found.values()), both) for found in (fuller, crisper)]
    rival = min(fuller, key=lambda loss: fuller[loss].value)
    columns = {FULL: "covered share", CRISP: "F1 of edges", **OTHERS}
    made = made_of(table)
    by = (
        " {steps} steps each on {device}, by {commit}.".format_map(made) if made else ""
    )
    rows = [
        *(
            Row(f"{words} less {loss}", difference, ahead_of(difference, both))
            for words, found in (
                ("covered share, IoU", fuller),
                ("F1 of edges, Focal", crisper),
            )
            for loss, difference in found.items()
        ),
        *(
            Row(f"{words}, {loss}", estimate(mean, _values(table, loss, seeds, column)))
            for column, words in columns.items()
            if column in table
            for loss, mean in means(column).items()
        ),
    ]
    return Claim(
        S13,
        verdict(*answers),
        fuller[rival],
        f"covered share of true regions, IoU less {rival}, the better of the others",
        tuple(rows),
        f"{len(seeds)} seeds; pictures are not drawn again.{by}",
    )


def made_of(table: pd.DataFrame) -> dict[str, str]:
    """Return what trained the networks of a table of regions, by :data:`MADE`.

    Empty where the table does not say: those of older code do not.
    """
    if not set(MADE) <= set(table):
        return {}
    return {name: " and ".join(sorted(set(table[name].map(str)))) for name in MADE}


def _checked(regions: pd.DataFrame | None) -> pd.DataFrame:
    wanted = ["loss", "seed", FULL, CRISP]
    if regions is None:
        return pd.DataFrame(columns=wanted)
    absent = [name for name in wanted if name not in regions]
    if absent:
        msg = f"scores of regions have no column {', '.join(absent)}: score them again"
        raise InputError(msg)
    table = regions
    if "class" in regions:
        table = regions[regions["class"] == "mean"]
    twice = table.duplicated(["loss", "seed"])
    if twice.any():
        loss, seed = table.loc[twice, ["loss", "seed"]].iloc[0]
        msg = f"two rows score the regions of {loss}, seed {seed}: give one for each"
        raise InputError(msg)
    return table


def _seeds(table: pd.DataFrame) -> list[int]:
    sets = [set(table.loc[table["loss"] == loss, "seed"]) for loss in LOSSES]
    return sorted(int(seed) for seed in set.intersection(*sets))


def _values(table: pd.DataFrame, loss: str, seeds: list[int], column: str) -> Floats:
    own = table[table["loss"] == loss].set_index("seed")[column]
    return own.loc[seeds].to_numpy(dtype=np.float64)
