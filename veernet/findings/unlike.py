"""Curves of unlike quantities that are read from one ink: one of them is elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from veernet.check.finding import Finding
from veernet.export.onpage import ink
from veernet.findings.reading import stretch
from veernet.intervals import true_intervals
from veernet.quantities import FEET, GAMMA_RAY, METRES, RESISTIVITY, unit_of
from veernet.records import CurveSpec, Registration, Trace
from veernet.trace.features import SHARED

KINDS = {
    unit: kind
    for kind, units in {
        "gamma ray": GAMMA_RAY,
        "resistivity": RESISTIVITY,
        # Porosity, density and transit time are shown so that they run together.
        "rock": f"{FEET} {METRES} PU % V/V G/CC G/C3 G/CM3 GM/CC K/M3 KG/M3",
        "size of the hole": "IN INCH INCHES MM CM",
        "potential": "MV",
        "force": "LB LBS LBF KGF KN",
    }.items()
    for unit in units.split()
}
"""Units by what they are of: curves of two of these do not run together for long."""

LONG = 200
"""Rows, an inch at 200 dpi: of four real readings with 18 curves two stretches have as
many, of 1,954 and 1,060 rows, and in both the caliper was lost (2026-11-30)."""

CROSSED = 24
"""Rows for which they may part without ending the stretch."""


def unlike(traces: Sequence[Trace], registration: Registration) -> Iterator[Finding]:
    """Name stretches in which two curves of unlike quantities are read from one ink.

    Either confidence may be high there: the ink is clear, and it is one curve's alone.

    Parameters
    ----------
    traces
        As read, or as edited since.
    registration
        Of the section.
    """
    known = [(t, kind) for t in traces if (kind := _kind(registration, t)) is not None]
    for (one, kind), (other, other_kind) in combinations(known, 2):
        if kind == other_kind:
            continue
        rows, same = _shared(one, other, registration)
        for start, stop in true_intervals(same):
            if stop - start >= LONG:
                yield _finding(one, other, registration, rows[start:stop])


def _kind(registration: Registration, trace: Trace) -> str | None:
    spec: CurveSpec = registration.curve(trace.mnemonic)[1]
    return KINDS.get(unit_of(spec))


def _shared(
    one: Trace, other: Trace, registration: Registration
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return rows that both have, and where both are read from one ink."""
    rows, at, beside = np.intersect1d(one.row, other.row, return_indices=True)
    away = ink(one, registration).column[at] - ink(other, registration).column[beside]
    same = np.abs(away) <= SHARED
    for start, stop in true_intervals(~same):
        if start > 0 and stop < same.size and stop - start <= CROSSED:
            same[start:stop] = True
    return rows.astype(np.int64), same


def _finding(
    one: Trace, other: Trace, registration: Registration, rows: NDArray[np.int64]
) -> Finding:
    place = stretch(registration, int(rows[0]), int(rows[-1]))
    top, base = place["depths"]
    names = one.mnemonic, other.mnemonic
    return Finding(
        registration.section,
        f"{names[0]} and {names[1]} are read from one ink from {top:.1f} to {base:.1f} "
        f"{registration.depth.unit}, and cannot run together so long",
        "one of them is elsewhere, perhaps on a line of the grid: trace it again there",
        weight=2 * rows.size,
        kind="together",
        curves=names,
        **place,
    )
