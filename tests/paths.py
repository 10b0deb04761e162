"""Paths with known columns, as they come of decoding, for the tests of identity."""

from __future__ import annotations

import numpy as np

from tests.panels import MARGIN, curve
from veernet.axes import Floats
from veernet.records import LINES, CurveSpec
from veernet.trace.paths import Followed
from veernet.trace.programme import LOST, ON

WIDTH = 200


def followed(
    column: Floats,
    spec: CurveSpec | None = None,
    *,
    ink: Floats | None = None,
    held: float = 1.0,
    width: float = 2.0,
) -> Followed:
    """Return a path at known columns of a track from MARGIN to MARGIN + `WIDTH`.

    Its ink, one sample a row, says nothing of its style unless it is given.
    """
    spec = spec or curve()
    rows = column.size
    left = np.full(rows, float(MARGIN))
    known = np.isfinite(column)
    folded = MARGIN + np.mod(column - MARGIN, WIDTH) if spec.wraps else column
    samples = np.full(rows, -1.0) if ink is None else ink
    return Followed(
        spec=spec,
        column=column,
        folded=folded,
        state=np.where(known, ON, LOST).astype(np.uint8),
        strength=known.astype(float),
        held=held * known,
        ink=np.where(known, samples, np.nan),
        sample_row=np.arange(rows, dtype=np.int32),
        called=dict.fromkeys(LINES, np.zeros(rows)),
        stroke=np.where(known, width, np.nan),
        left=left,
        right=left + WIDTH,
        colour=None,
    )
