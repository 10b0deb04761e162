"""The fields of ``well:`` that a LAS knows: where each goes, and what it is.

Any other field is passed on into ~Well as it is typed.
"""

from __future__ import annotations

import difflib
import re

WELL: dict[str, str] = {
    "COMP": "Company",
    "WELL": "Well",
    "FLD": "Field",
    "LOC": "Location",
    "CNTY": "County",
    "STAT": "State",
    "PROV": "Province",
    "CTRY": "Country",
    "SRVC": "Service company",
    "DATE": "Date logged",
    "UWI": "Unique well identifier",
    "API": "API number",
    "LIC": "Licence number",
    "LATI": "Latitude",
    "LONG": "Longitude",
    "GDAT": "Geodetic datum",
}
"""Fields of ~Well."""

ELEVATIONS: dict[str, str] = {
    "EPD": "Elevation of permanent datum",
    "APD": "Height of log datum above permanent datum",
    "EKB": "Elevation of kelly bushing",
    "EDF": "Elevation of derrick floor",
    "EGL": "Elevation of ground level",
}
"""Heights, typed as a number or as one with its unit: 1811.5, 1811.5 ft."""

PARAMETERS: dict[str, str] = {
    "RUN": "Run number",
    "PDAT": "Permanent datum",
    "LMF": "Log measured from",
    "DMF": "Drilling measured from",
    **ELEVATIONS,
    "MATR": "Matrix that porosities are computed for",
    "MDEN": "Density of the matrix",
    "FDEN": "Density of the fluid",
    "DFT": "Drilling fluid type",
    "DFD": "Drilling fluid density",
    "RM": "Resistivity of mud",
    "RMF": "Resistivity of mud filtrate",
    "RMC": "Resistivity of mud cake",
    "BHT": "Bottom hole temperature",
}
"""Fields that LAS 2.0 keeps in ~Parameter, and their descriptions."""

COMPUTED = {"STRT", "STOP", "STEP", "NULL"}
"""Fields of a LAS that are those of its data, whatever is typed."""

MEANT: dict[str, str] = {
    "COMPANY": "COMP", "OPERATOR": "COMP", "FIELD": "FLD", "LOCATION": "LOC",
    "COUNTY": "CNTY", "STATE": "STAT", "PROVINCE": "PROV", "COUNTRY": "CTRY",
    "SERVICE": "SRVC", "NAME": "WELL", "KB": "EKB", "DF": "EDF", "GL": "EGL",
    "DATUM": "PDAT", "MATRIX": "MATR", "ELEV": "EPD",
}  # fmt: skip
"""What is typed for a field, and the field that is meant."""

_HEIGHT = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*(ft|m)", re.IGNORECASE)

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")


def split_unit(name: str, value: str) -> tuple[str, str]:
    """Return the value of a field and its unit as a LAS has them apart.

    Only a height has a unit; any other value is text.
    """
    found = _HEIGHT.fullmatch(value.strip()) if name in ELEVATIONS else None
    return (value, "") if found is None else (found[1], found[2].upper())


def is_bare(value: str) -> bool:
    """Tell whether a height is typed as a number alone, so that no unit is known."""
    return _NUMBER.fullmatch(value.strip()) is not None


def unknown_field(name: str) -> str | None:
    """Say what may be meant by a field that no LAS knows, None where it is known."""
    key = name.strip().upper()
    if key in WELL or key in PARAMETERS:
        return None
    if key in COMPUTED:
        return f"{key} is computed from the curves: what is typed is not used"
    near = MEANT.get(key)
    if near is None:
        close = difflib.get_close_matches(key, [*WELL, *PARAMETERS], 1, 0.75)
        near = close[0] if close and len(key) > 3 else None
    hint = f": is {near} meant?" if near else ""
    return f"{key} is no field of LAS 2.0, and goes into ~Well as it is{hint}"
