"""Tell the scale that a log was printed at, and the unit of its depths with it."""

from __future__ import annotations

from typing import Literal

Unit = Literal["ft", "m"]

INCHES_PER_100_FT = (1.0, 2.0, 5.0, 10.0, 20.0, 25.0)
RATIOS = (20, 50, 100, 200, 500, 1000)
"""Of metric logs. 1:240 is 5 inches per 100 ft, 1:600 is 2, 1:1200 is 1."""

ROWS_PER_UNIT = (0.4, 250.0)
"""Whatever the dpi: 1 inch per 100 ft at 40, 1:20 at 130."""

WITHIN = 0.1
"""Share by which a print may miss its scale: copies shrink."""

_AS_GOOD = 0.06
"""As good as on a scale, where the other unit misses all of its own."""
_METRE = 0.0254
_DPI = (60.0, 1300.0)
"""What a scanner does; tags outside it are nonsense."""


def trusted_dpi(dpi: float | None) -> float | None:
    """Return the dpi tag, or None where it is missing or no scanner's."""
    return dpi if dpi is not None and _DPI[0] <= dpi <= _DPI[1] else None


def miss(scale: float, dpi: float, unit: Unit) -> float:
    """Return the share by which a scale misses the nearest that logs are printed at.

    Parameters
    ----------
    scale
        Rows per depth unit.
    dpi
        Rows per inch.
    unit
        ft or m.
    """
    if unit == "ft":
        inches = scale * 100 / dpi
        return min(abs(inches / known - 1) for known in INCHES_PER_100_FT)
    ratio = dpi / _METRE / scale
    return min(abs(ratio / known - 1) for known in RATIOS)


def guess_unit(scale: float, dpi: float | None) -> Unit | None:
    """Guess feet or metres from the scale: only one may be a scale that logs have.

    20 inches per 100 ft and 1:200 metric are one scale to within 2 percent: None.
    """
    dots = trusted_dpi(dpi)
    if dots is None:
        return None
    feet, metres = miss(scale, dots, "ft"), miss(scale, dots, "m")
    if feet <= _AS_GOOD and metres > WITHIN:
        return "ft"
    if metres <= _AS_GOOD and feet > WITHIN:
        return "m"
    return None
