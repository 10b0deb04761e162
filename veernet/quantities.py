"""Quantities: what the value of a curve cannot be, whatever the paper seems to say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.records import CurveSpec

GAMMA_RAY = "GAPI API"
RESISTIVITY = "OHMM OHM.M OHM-M OHM/M OHMSM"
FEET, METRES = "US/F US/FT USEC/FT USEC/F", "US/M USEC/M"
"""Spellings of the units of gamma rays, resistivity and transit time, as `unit_of`
returns them."""

GAS = "UNITS UNIT PPM"
DRILLING_RATE = "MIN/F MIN/FT MIN/M FT/H FT/HR FPH M/H M/HR"
"""Units of gas in mud, and of the rate or the time of drilling, on mud logs. They are
of other things too: what is shown on a scale with a negative end is none of these."""

MUD_LOG = frozenset(f"{GAS} {DRILLING_RATE}".split())

POSITIVE = frozenset(
    f"{GAMMA_RAY} UGRAEQ/TON {RESISTIVITY} {FEET} {METRES}".split(),
)
"""Units of quantities that are never below zero: gamma rays, resistivity and transit
time. Counts, calipers and weights are not here: they are shown against a base line, and
go below it."""

SCALED_FROM_ZERO = POSITIVE | frozenset(
    ["IN", "MMHO/M", "MS/M", "LB", "LBF", "B/E", "CPS"]
)
"""Units of quantities whose printed scales have no negative end: these, and calipers,
conductivity, weights, photoelectric absorption and counts."""

TOLERANCE = 0.03
"""Widths of the track by which a curve may lie beyond zero: lines are drawn, and edges
registered, a few columns beside where they should be."""


def unit_of(spec: CurveSpec) -> str:
    """Return the unit of a curve in capitals and without spaces."""
    return spec.unit.upper().replace(" ", "")


def is_positive(spec: CurveSpec) -> bool:
    """Tell whether what a curve measures is never below zero."""
    unit = unit_of(spec)
    lowest = min(spec.scale.left, spec.scale.right)
    return unit in POSITIVE or (unit in MUD_LOG and lowest >= 0)


def is_impossible(spec: CurveSpec, fraction: Floats) -> NDArray[np.bool_]:
    """Tell where a curve cannot be, as its quantity is never below zero.

    Parameters
    ----------
    spec
        The curve: its unit and its scale.
    fraction
        Unfolded fractions of the track, of any shape, NaN where unread.

    Returns
    -------
    bool, of that shape
        False where unread, and everywhere for units of which nothing is known.
    """
    if not is_positive(spec):
        return np.zeros(np.shape(fraction), dtype=np.bool_)
    beside = np.add.outer([-TOLERANCE, TOLERANCE], fraction)
    return np.asarray(spec.scale.value_at(beside).max(axis=0) < 0)
