"""Evidence to paths: where each curve of a panel runs, row by row.

Two tracers stand behind one function. ``dp`` decodes the curves of a panel together by
a dynamic programme; ``skeleton`` is the reference method, kept as its control.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.network import ConfidenceTable
from veernet.records import ORIGINS, Evidence, Panel, Path
from veernet.runs import runs
from veernet.trace.joint import decode
from veernet.trace.programme import LOST, OFF_LEFT, OFF_RIGHT, ON, Costs
from veernet.trace.skeleton import follow

__all__ = ["BRIDGE", "Costs", "Tracer", "trace"]

Tracer = Literal["dp", "skeleton"]

BRIDGE = 16
"""Rows: a gap that is no longer is bridged with a straight line, at low confidence."""

SMOOTH = 9
"""Rows over which strength is averaged before it is judged."""

READABLE = 0.3
"""Strength from which a row counts as read."""

SHORTEST = 6
"""Rows: a shorter stretch between unread ones is speckle, not a curve."""

BRIDGED_CONFIDENCE = 0.3
"""Confidence at the ends of a bridge; it falls towards the middle."""


def trace(
    panel: Panel,
    evidence: Evidence,
    *,
    tracer: Tracer = "dp",
    confidence: ConfidenceTable | None = None,
    costs: Costs | None = None,
) -> tuple[Path, ...]:
    """Trace every curve of a panel.

    Parameters
    ----------
    panel
        The tracks and their curves.
    evidence
        What the network saw in the panel.
    tracer
        dp or skeleton.
    confidence
        From strength to the probability of being within one line width of the truth, as
        measured for the network; the strength itself where none was measured.
    costs
        Of the dynamic programme.

    Returns
    -------
    tuple of Path
        One per curve of ``panel.curves``, in that order.
    """
    if evidence.maps.shape[1:] != panel.image.shape:
        msg = f"evidence {evidence.maps.shape} is not of panel {panel.image.shape}"
        raise InputError(msg)
    if tracer == "dp":
        ways = decode(panel, evidence, costs or Costs())
        found = tuple((way.column, way.strength, way.state) for way in ways)
    elif tracer == "skeleton":
        # The control does not know why it lost a curve.
        found = tuple(
            (column, strength, np.where(np.isfinite(column), ON, LOST))
            for column, strength in follow(panel, evidence)
        )
    else:
        msg = f"tracer {tracer!r} is not known: use dp or skeleton"
        raise InputError(msg)
    return tuple(
        _path(spec.mnemonic, column, strength, state, confidence)
        for spec, (column, strength, state) in zip(panel.curves, found, strict=True)
    )


def _path(
    mnemonic: str,
    column: Floats,
    strength: Floats,
    state: NDArray[np.integer],
    table: ConfidenceTable | None,
) -> Path:
    """Decide which rows are read, bridged or unread, and how sure they are."""
    known = np.isfinite(column)
    # Averaged over read rows only, so that the end of a curve is not thought faint.
    weight = uniform_filter1d(known.astype(np.float64), SMOOTH, mode="constant")
    total = uniform_filter1d(np.where(known, strength, 0.0), SMOOTH, mode="constant")
    smooth = np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)
    read = known & (smooth >= READABLE)
    for start, stop in runs(read):
        if stop - start < min(SHORTEST, read.size):
            read[start:stop] = False

    probability = table.probability_of(smooth) if table else smooth
    origin = np.full(read.size, ORIGINS.index("none"), dtype=np.uint8)
    origin[state == OFF_LEFT] = ORIGINS.index("off-left")
    origin[state == OFF_RIGHT] = ORIGINS.index("off-right")
    origin[read] = ORIGINS.index("auto")
    result = np.where(read, column, np.nan)
    sure = np.where(read, np.clip(probability, 0.0, 1.0), 0.0)
    for start, stop in runs(~read):
        inner = start > 0 and stop < read.size
        # A row without a column is off scale or lost: nothing there may be invented.
        if not inner or stop - start > BRIDGE or not known[start:stop].all():
            continue
        at = np.arange(start, stop)
        ends = [start - 1, stop]
        result[at] = np.interp(at, ends, result[ends])
        away = np.minimum(at - start + 1, stop - at)
        sure[at] = np.minimum(BRIDGED_CONFIDENCE, sure[ends].min()) / away
        origin[at] = ORIGINS.index("bridged")
    return Path(mnemonic, result, sure, origin)
