"""Findings about values that what a curve measures cannot have."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from veernet.axes import fraction_of
from veernet.check.finding import Finding
from veernet.check.scales import possible
from veernet.findings.reading import stretch
from veernet.quantities import TOLERANCE
from veernet.records import Registration, Trace

FEWEST_ROWS = 48
"""Rows: as long as a stroke that is worth a finding."""


def impossible(trace: Trace, registration: Registration) -> Iterator[Finding]:
    """Name a curve that has values beyond what its quantity can be.

    A gamma ray or a resistivity below 0 is a wrap too few, a scale that is registered
    wrongly, or another curve's ink, however clear the ink is.

    Parameters
    ----------
    trace
        As read, or as edited since.
    registration
        Of the section.

    Yields
    ------
    Finding
        One, with the rows from the first such value to the last.
    """
    name = trace.mnemonic
    track, spec = registration.curve(name)
    known = possible(spec)
    if known is None:
        return
    quantity, low, high = known
    left, right = registration.edges_at(track, trace.row)
    value = spec.scale.value_at(fraction_of(trace.column, left, right))
    room = TOLERANCE * abs(spec.scale.right - spec.scale.left)
    with np.errstate(invalid="ignore"):
        beyond = np.maximum(low - room - value, value - high - room)
        at = np.flatnonzero(beyond > 0)
    if at.size < FEWEST_ROWS:
        return
    place = stretch(registration, int(trace.row[at[0]]), int(trace.row[at[-1]]))
    worst = float(value[at[np.argmax(beyond[at])]])
    range_ = f"from {low:g} up" if np.isinf(high) else f"from {low:g} to {high:g}"
    top, base = place["depths"]
    yield Finding(
        registration.section,
        f"{name}: {at.size} rows from {top:.1f} to {base:.1f} {registration.depth.unit}"
        f" have values as {worst:.4g} {spec.unit}, and {quantity} lies {range_}",
        "is its wrap count right, its scale, and is it this curve's ink?",
        weight=float(at.size),
        kind="impossible",
        curves=(name,),
        **place,
    )
