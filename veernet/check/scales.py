"""Whether scales make sense: mnemonic against unit and range.

Only what is certain is said: an unknown mnemonic or unit may be anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from veernet.check.finding import Finding
from veernet.quantities import (
    DRILLING_RATE,
    FEET,
    GAMMA_RAY,
    GAS,
    METRES,
    MUD_LOG,
    RESISTIVITY,
    is_positive,
    unit_of,
)
from veernet.records import CurveSpec, Registration

WIDER = 1.0
"""Of a range: beyond it by this much a value is no unusual one but a wrong one."""

DECADES = 100.0
"""Ratio of the ends of a linear scale from which it looks like a logarithmic one."""


@dataclass(frozen=True)
class _Quantity:
    """What a curve may be of: units by their range of values, and how it is printed."""

    name: str
    mnemonics: re.Pattern[str]
    units: dict[str, tuple[float, float]]
    spans: dict[str, float]
    """The least that lies between the ends of a scale in a unit."""
    rises: bool = False
    """Whether values grow to the right on all logs."""


def _quantity(
    name: str,
    mnemonics: str,
    *units: tuple[str, float, float, float],
    rises: bool = False,
) -> _Quantity:
    ranges: dict[str, tuple[float, float]] = {}
    spans: dict[str, float] = {}
    for spellings, low, high, span in units:
        for unit in spellings.split():
            ranges[unit], spans[unit] = (low, high), span
    return _Quantity(name, re.compile(mnemonics), ranges, spans, rises)


QUANTITIES = (
    _quantity(
        "gamma ray",
        r"[CEHNS]{0,2}GR[CDNRS]?\d*",
        (GAMMA_RAY, 0, 1000, 20),
        rises=True,
    ),
    _quantity(
        "transit time",
        r"B?DT(C|CO|L|LN|LF|\d\w?)?",
        (FEET, 20, 260, 15),
        (METRES, 80, 900, 50),
    ),
    _quantity(
        "porosity",
        r"[NDS]P(HI|OR|OS)\w{0,3}|TNPH|PHI[ANDSTX]",
        ("PU % PCT PERCENT", -60, 120, 5),
        ("V/V FRAC DEC DECP CFCF FT3/FT3 M3/M3", -0.6, 1.2, 0.05),
    ),
    _quantity(
        "bulk density",
        r"RHO[BZ8]|ZDEN|DEN[BS]?",
        ("G/CC G/CM3 G/C3 GM/CC GR/CC", 1, 3.5, 0.2),
        ("K/M3 KG/M3", 1000, 3500, 200),
        rises=True,
    ),
    _quantity(
        "caliper",
        r"H?CALI?[XYSN]?\d?",
        ("IN INCH INCHES", 3, 40, 2),
        ("MM", 75, 1000, 50),
        ("CM", 7.5, 100, 5),
        rises=True,
    ),
    _quantity(
        "resistivity",
        r"IL[DM]?|R?IL[DM]|R?LL[DS378]?|SFL[UA]?|MSFL|LAT\d+\w?|(LN|SN|N)\d+\w?|"
        r"A[TOFH]\d\d|RT|RXO[Z8]?|MINV|MNOR|HDRS|HMRS|RWA|AMF",
        (RESISTIVITY, 0, 100_000, 0),
    ),
    _quantity("gas", r"T?GAS|TG", (GAS, 0, 1_000_000, 0)),
    _quantity("drilling", r"ROP\w?", (DRILLING_RATE, 0, 10_000, 0)),
)

FOREIGN = {
    **dict.fromkeys(["M/S", "FT/S", "KM/S", "M/SEC", "FT/SEC"], "velocity"),
    **dict.fromkeys(["M/MIN", "FT/MIN", "M/HR", "FT/HR", "M/H", "FT/H"], "speed"),
    **dict.fromkeys(["M", "FT", "F", "KM"], "length"),
    **dict.fromkeys(["S", "MS", "SEC", "MSEC", "MIN", "HR"], "time"),
    **dict.fromkeys(["MV", "V"], "voltage"),
    **dict.fromkeys(["DEG", "RAD"], "angle"),
    **dict.fromkeys(["DEGC", "DEGF"], "temperature"),
    **dict.fromkeys(["LB", "LBS", "LBF", "KGF", "KN"], "force"),
    **dict.fromkeys(["PSI", "KPA", "MPA", "BAR"], "pressure"),
    "B/E": "photoelectric absorption",
    "MD": "permeability",
    "MMHO/M": "conductivity",
    "MS/M": "conductivity",
}
"""Units that none of these quantities has, and what they are of."""

_UNITS = {unit: q.name for q in QUANTITIES for unit in q.units}


BOUNDLESS = {"gamma ray", "resistivity", "gas", "drilling"}
"""Quantities of which a value above the range is rare, and no fault."""


def possible(spec: CurveSpec) -> tuple[str, float, float] | None:
    """Return what a curve is of and the values that it can have, None where unknown.

    A unit that one quantity alone has tells it where the mnemonic does not.
    """
    unit = unit_of(spec)
    mnemonic = spec.mnemonic.upper()
    named = [q for q in QUANTITIES if q.mnemonics.fullmatch(mnemonic)]
    for quantity in named or [q for q in QUANTITIES if q.name in BOUNDLESS]:
        if unit in MUD_LOG and not is_positive(spec):
            continue
        if unit in quantity.units:
            low, high = quantity.units[unit]
            return quantity.name, low, inf if quantity.name in BOUNDLESS else high
    return None


def check_scales(registration: Registration) -> Iterator[Finding]:
    """Compare each scale with what its mnemonic stands for."""
    for track in registration.tracks:
        for spec in track.curves:
            for what, do, severe in _check(spec):
                where = f"{spec.mnemonic} in track {track.name}"
                weight = 20.0 if severe else 2.0
                found = f"{where} {what}"
                yield Finding(registration.section, found, do, severe, weight)


def _check(spec: CurveSpec) -> Iterator[tuple[str, str, bool]]:
    mnemonic = spec.mnemonic.upper()
    unit = unit_of(spec)
    quantity = next((q for q in QUANTITIES if q.mnemonics.fullmatch(mnemonic)), None)
    if quantity is None:
        return
    if unit not in quantity.units:
        if unit in _UNITS or unit in FOREIGN:
            of = _UNITS.get(unit) or FOREIGN[unit]
            what = f"is {quantity.name}, and {spec.unit} a unit of {of}"
            yield what, "give the unit that the header prints", True
        return
    left, right = spec.scale.left, spec.scale.right
    extent = f"runs from {left:g} to {right:g} {spec.unit}"
    if not _fits(quantity, unit, left, right):
        other = [u for u in quantity.units if _fits(quantity, u, left, right)]
        low, high = quantity.units[unit]
        room = WIDER * (high - low)
        inside = low - room <= min(left, right) and max(left, right) <= high + room
        if other:
            yield extent, f"these are values in {other[0]}: correct one of them", True
        else:
            usual = f"{quantity.name} lies in {low:g} to {high:g}"
            yield extent, f"{usual}: compare the header", not inside
        return
    if quantity.rises and left > right:
        yield extent, "it grows to the right on most logs: compare the header", False
    if quantity.name == "resistivity":
        yield from _resistivity(spec, extent)


def _fits(quantity: _Quantity, unit: str, left: float, right: float) -> bool:
    low, high = quantity.units[unit]
    inside = low <= min(left, right) and max(left, right) <= high
    return inside and abs(right - left) >= quantity.spans[unit]


def _resistivity(spec: CurveSpec, extent: str) -> Iterator[tuple[str, str, bool]]:
    low, high = sorted((spec.scale.left, spec.scale.right))
    if spec.scale.kind == "linear" and low > 0 and high >= DECADES * low:
        yield f"{extent}, linear", "scales like this are logarithmic: scale: log", True
