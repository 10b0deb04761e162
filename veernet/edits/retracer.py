"""The retracer of a reading: from picks on the page to the path through the ink."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from veernet.axes import Floats
from veernet.edits.apply import Retracer
from veernet.edits.kinds import Points
from veernet.edits.samples import Samples
from veernet.errors import InputError
from veernet.records import Registration
from veernet.trace.kept import KeptEvidence, Slice
from veernet.trace.retrace import retrace

CONTEXT = 4
"""Rows above and below the picks: what the middle of a stroke in a row depends on."""


def retracer_of(
    kept: KeptEvidence, curves: Mapping[str, Samples], registration: Registration
) -> Retracer:
    """Return what `apply` follows ink with.

    Parameters
    ----------
    kept
        What the network saw of the section.
    curves
        The reading as it is now, by mnemonic.
    registration
        Of today: its tracks, styles, colours and wraps.

    Returns
    -------
    Retracer
        Raises `InputError` where no evidence is kept of the picks' rows.
    """

    def follow(curve: str, picks: Points, way: int) -> Floats:
        number = kept.number_of(curve, registration)
        row0, row1 = int(picks[0][0]), int(picks[-1][0])
        first, last = kept.rows_of(number)
        if row0 < first or row1 > last:
            msg = (
                f"evidence is kept of rows {first} to {last}, not of all from {row0} "
                f"to {row1}: retrace straight there, or digitise again"
            )
            raise InputError(msg)
        rows = row0 - CONTEXT, row1 + CONTEXT
        part = kept.cut(number, rows, registration)
        start = part.panel.row_start
        at = np.array([int(row) - start for row, _ in picks], dtype=np.intp)
        columns = np.array([column for _, column in picks], dtype=np.float64)
        in_panel = part.in_panel(columns, at)
        found = retrace(
            part.panel,
            part.evidence,
            curve,
            list(zip(at.tolist(), in_panel.tolist(), strict=True)),
            _readings(part, curves),
            way=way,
        )
        page = part.on_page(found, slice(row0 - start, row1 + 1 - start))
        page[at - (row0 - start)] = columns  # to the last digit
        return page

    return follow


def _readings(part: Slice, curves: Mapping[str, Samples]) -> dict[str, Floats]:
    """Return where the curves of a panel are read, in its own columns."""
    rows = part.left.size
    result = {}
    for spec in part.panel.curves:
        samples = curves.get(spec.mnemonic)
        if samples is None:
            continue
        column = np.full(rows, np.nan)
        row0 = max(samples.row0, part.panel.row_start)
        row1 = min(samples.row1, part.panel.row_start + rows - 1)
        inside = slice(row0 - part.panel.row_start, row1 + 1 - part.panel.row_start)
        column[inside] = samples.column[row0 - samples.row0 : row1 + 1 - samples.row0]
        result[spec.mnemonic] = part.in_panel(column, slice(None))
    return result
