"""The claims of the references, S1 to S13: tests, figures and verdicts.

The rule of every verdict is written in its statement, and most were before the runs of
the study were looked at. The number of scenes of S8 was raised, from 12 to 48, when its
interval was too wide; S10, before any landscape was looked at, was kept from refuting
where nothing differs. With runs of half the small profile known, five rules were mended
that simulated studies showed to err too often: S1, S2, S10 and S13 took the best of
several losses for a loss named beforehand, and S9 counted ways to train under one loss
as losses of their own; and a margin now comes before the sign.
Intervals are those for new seeds and new pictures where runs are compared (see
:mod:`veernet.study.statistics`), and of scenes or draws where the statement says so; a
claim that three seeds cannot decide is not resolvable.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from veernet.study.claims.curves import s4, s5, s6
from veernet.study.claims.gradients import s7, s8
from veernet.study.claims.imbalance import s1, s2, s3
from veernet.study.claims.landscape import s9, s10, s11
from veernet.study.claims.record import Claim, Row, Statement, Verdict
from veernet.study.claims.regions import s13
from veernet.study.claims.sizes import s12
from veernet.study.comparison import StudyComparison
from veernet.study.results import Study
from veernet.study.statistics import COUNT

__all__ = [
    "Claim",
    "Row",
    "Statement",
    "StudyComparison",
    "Verdict",
    "all_claims",
    "rows_of",
]


def all_claims(
    study: Study,
    rng: np.random.Generator,
    *,
    regions: pd.DataFrame | None = None,
    count: int = COUNT,
) -> tuple[Claim, ...]:
    """Return every claim with its verdict, S1 to S13.

    Each is tested in the best profile that has all its arms, never in two at once.

    Parameters
    ----------
    study
        The runs.
    rng
        Of draws and scenes.
    regions
        Scores of runs with six classes, see :func:`veernet.study.claims.regions.s13`.
    count
        Number of draws.
    """
    comparison = StudyComparison(study, rng, count)
    of_scenes, of_regions = rng.spawn(2)
    return (
        *(test(comparison) for test in (s1, s2, s3, s4, s5, s6)),
        s7(of_scenes),
        s8(of_scenes),
        s9(comparison),
        s10(comparison),
        s11(comparison),
        s12(comparison),
        s13(regions, of_regions),
    )


def rows_of(claim: Claim) -> pd.DataFrame:
    """Return the evidence as a table, a row for each figure."""
    return pd.DataFrame(
        [
            {
                "what": row.what,
                "value": row.figure.value,
                "low": row.figure.low,
                "high": row.figure.high,
                "spread": row.figure.spread,
                "seeds": row.figure.seeds,
                "over": row.over,
                "answer": row.answer or "",
            }
            for row in claim.rows
        ],
        columns=["what", "value", "low", "high", "spread", "seeds", "over", "answer"],
    )
