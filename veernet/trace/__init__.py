"""Evidence to paths: where each curve of a panel runs, row by row.

Two tracers stand behind one function. ``dp`` decodes the curves of a panel together by
a dynamic programme; ``skeleton`` is the reference method, kept as its control.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.network import ConfidenceTable
from veernet.records import ORIGINS, Evidence, Panel, Path
from veernet.runs import runs
from veernet.trace.average import mean_around
from veernet.trace.joint import Found, decode
from veernet.trace.lanes import Way
from veernet.trace.programme import OFF_LEFT, OFF_RIGHT, Costs
from veernet.trace.skeleton import follow

__all__ = ["BRIDGE", "LIKELY", "Costs", "Tracer", "trace"]

Tracer = Literal["dp", "skeleton"]

BRIDGE = 16
"""Rows: a stretch of missing ink that is no longer is bridged with a straight line, at
low confidence."""

SMOOTH = 9
"""Rows over which strength and lead are averaged before they are judged."""

READABLE = 0.3
"""Strength from which a row counts as read: the evidence under the way."""

LIKELY = 0.4
"""Confidence from which it does: of several strokes that it may be, the likeliest need
not be right in every other row; what is right in fewer than this is no reading."""

DOUBT = 3.0
"""Nats of lead over the next best way for a score of 1 - 1/e: the evidence of pixels
side by side is alike, and a nat of it worth less than one."""

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
    likely: float = LIKELY,
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
        From the score of the dynamic programme to the probability of being within one
        line width of the truth, as measured for the network; the score itself where
        none was measured. The confidence of ``skeleton`` is its strength.
    costs
        Of the dynamic programme.
    likely
        Rows of which the dynamic programme is less confident are left unread.

    Returns
    -------
    tuple of Path
        One per curve of ``panel.curves``, in that order.
    """
    if evidence.maps.shape[1:] != panel.image.shape:
        msg = f"evidence {evidence.maps.shape} is not of panel {panel.image.shape}"
        raise InputError(msg)
    if tracer == "dp":
        return tuple(
            _path(spec.mnemonic, found.way, _confidence(found, confidence), likely)
            for spec, found in zip(
                panel.curves, decode(panel, evidence, costs or Costs()), strict=True
            )
        )
    if tracer == "skeleton":
        return tuple(
            _path(spec.mnemonic, way, _smooth(way, way.strength))
            for spec, way in zip(panel.curves, follow(panel, evidence), strict=True)
        )
    msg = f"tracer {tracer!r} is not known: use dp or skeleton"
    raise InputError(msg)


def _confidence(found: Found, table: ConfidenceTable | None) -> Floats:
    """Return (rows,) the confidence that a lead over all rivals is worth.

    A stroke that stands out may still be another curve's.
    """
    lead = 1.0 - np.exp(-_smooth(found.way, found.lead) / DOUBT)
    score = lead * found.own
    return table.probability_of(score) if table else np.asarray(score)


def _smooth(way: Way, values: Floats) -> Floats:
    """Average values over the rows around each in which the curve is read."""
    known = np.isfinite(way.column) & np.isfinite(values)
    return mean_around(values, known, SMOOTH)


def _path(mnemonic: str, way: Way, probability: Floats, likely: float = 0.0) -> Path:
    """Decide which rows are read, bridged or unread, and how sure they are."""
    column, state = way.column, way.state
    known = np.isfinite(column)
    strength = _smooth(way, way.strength)
    faint = known & (strength < READABLE)
    read = known & ~faint & (probability >= likely)
    for start, stop in runs(read):
        if stop - start < min(SHORTEST, read.size):
            read[start:stop] = False

    origin = np.full(read.size, ORIGINS.index("none"), dtype=np.uint8)
    origin[state == OFF_LEFT] = ORIGINS.index("off-left")
    origin[state == OFF_RIGHT] = ORIGINS.index("off-right")
    origin[read] = ORIGINS.index("auto")
    result = np.where(read, column, np.nan)
    sure = np.where(read, np.clip(probability, 0.0, 1.0), 0.0)
    for start, stop in runs(~read):
        inner = start > 0 and stop < read.size
        # Only where ink is missing: off scale, lost, or in doubt between two strokes, a
        # line would be an invention. By the average over rows, some inked ones at
        # either end are in doubt as well.
        inked = np.sum(~faint[start:stop])
        missing = known[start:stop].all() and inked < min(stop - start, SMOOTH)
        if not inner or stop - start > BRIDGE or not missing:
            continue
        at = np.arange(start, stop)
        ends = [start - 1, stop]
        result[at] = np.interp(at, ends, result[ends])
        away = np.minimum(at - start + 1, stop - at)
        sure[at] = np.minimum(BRIDGED_CONFIDENCE, sure[ends].min()) / away
        origin[at] = ORIGINS.index("bridged")
    return Path(mnemonic, result, sure, origin)
