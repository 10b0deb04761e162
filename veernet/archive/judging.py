"""What of a section that was read is in doubt, and whether a person should look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from veernet.archive.registering import SectionToRead
from veernet.digitise import Result
from veernet.records import Curve, Registration
from veernet.review.doubt import stretches, worst_first
from veernet.review.doubtrows import doubtful
from veernet.review.lines import ReviewedCurve

DOUBTFUL_SHARE = 0.05
"""Share of doubtful rows of all wanted curves above which a log is to be looked at: one
foot in twenty."""

LISTED = 5
"""Stretches of a section that the ledger names."""


@dataclass(frozen=True)
class Judged:
    """How a section was read.

    Parameters
    ----------
    section
        Its name.
    curves, depths
        How many curves it gives, at how many depths.
    read
        Values of all curves that are not null.
    rows, doubtful
        Rows of the wanted curves, and those that a person should look at.
    texts
        Where, the worst first.
    worst_row
        In the middle of the worst stretch; of the first row where there is none.
    worst_weight
        Expected number of wrong rows there.
    to_be_looked_at
        Whether the log is done with doubt.
    """

    section: str
    curves: int
    depths: int
    read: int
    rows: int
    doubtful: int
    texts: tuple[str, ...]
    worst_row: int
    worst_weight: float
    to_be_looked_at: bool


def judge(found: SectionToRead, result: Result) -> Judged:
    """Judge a section that was read: as the review page does, before any review."""
    registration = found.registration
    wanted = [
        ReviewedCurve.of(trace, 0)
        for trace in result.traces
        if _is_wanted(trace.mnemonic, registration)
    ]
    in_doubt = sum(int(doubtful(curve.samples).sum()) for curve in wanted)
    rows = sum(len(curve.samples) for curve in wanted)
    worst = worst_first(
        one for curve in wanted for one in stretches(curve, registration)
    )
    severe = [f.text for f in result.findings if f.severe]
    texts = [*found.remarks, *severe, *(one.text for one in worst[:LISTED])]
    first = worst[0] if worst else None
    return Judged(
        found.name,
        len(result.curves),
        _depths(result.curves),
        sum(int(np.isfinite(c.value).sum()) for c in result.curves),
        rows,
        in_doubt,
        tuple(texts),
        (first.row0 + first.row1) // 2 if first else registration.row_range[0],
        first.weight if first else 0.0,
        bool(found.remarks or severe) or in_doubt > DOUBTFUL_SHARE * max(rows, 1),
    )


def _is_wanted(mnemonic: str, registration: Registration) -> bool:
    return registration.curve(mnemonic)[1].export


def _depths(curves: Sequence[Curve]) -> int:
    return int(curves[0].depth.size) if curves else 0
