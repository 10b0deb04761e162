"""What comes of one section of a scan, and when that is nothing worth writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from veernet.findings import Finding
from veernet.records import Curve, Trace
from veernet.samples import Plotted

LEAST_READ = 0.05
"""Share of rows: a section of which less is read, all curves together, is refused."""


@dataclass(frozen=True)
class Result:
    """What came of one section.

    Parameters
    ----------
    section
        Of the registration.
    traces
        Every curve drawn, in scan rows and columns.
    curves
        Every curve wanted, in depth and value; none if refused.
    findings
        What a user should look at, stretch by stretch; see `veernet.findings`.
    timings
        Seconds per stage.
    refused
        Why the section is no readable curve log; None if it is one.
    plotted
        Which curves were plotted from samples, and are laid straight between them; None
        where none was.
    """

    section: str
    traces: tuple[Trace, ...]
    curves: tuple[Curve, ...]
    findings: tuple[Finding, ...]
    timings: dict[str, float]
    refused: str | None = None
    plotted: Plotted | None = None


def refusal_of(traces: Sequence[Trace]) -> str | None:
    """Return why a reading is not worth writing, None if it is.

    Parameters
    ----------
    traces
        Every curve of the section.
    """
    share = float(np.mean([np.isfinite(t.column).mean() for t in traces]))
    if share >= LEAST_READ:
        return None
    return (
        f"no curve could be followed: {share:.1%} of the rows were read, all curves "
        "together; check the registration against the scan, or the scan itself"
    )
