"""What the value of a field can be: an API number, a date, an elevation, a state.

A value that is implausible against its kind is kept, and told with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from veernet.register.heading.states import STATES, letters, state_of

API_DIGITS = (10, 12, 14)
"""State, county and well; with the side track; with the event sequence."""

HIGHEST = {"ft": 15_000.0, "m": 4_500.0}
"""Elevations of wells: the highest stand in the Andes and in Tibet."""
LOWEST = -1500.0
"""Of the Dead Sea in feet, and of wells that begin on the sea floor none is given."""

FIRST = date(1927, 9, 5)
"""The first electrical log."""

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV",
          "DEC")  # fmt: skip

DATUMS = {
    "KB": "KB", "KELLYBUSHING": "KB", "RKB": "KB", "ROTARYKELLYBUSHING": "KB",
    "GL": "GL", "GROUNDLEVEL": "GL", "GROUND": "GL", "DF": "DF", "DERRICKFLOOR": "DF",
    "RT": "RT", "ROTARYTABLE": "RT", "MSL": "MSL", "MEANSEALEVEL": "MSL",
    "SEALEVEL": "MSL", "RB": "RB", "CHF": "CHF", "CASINGFLANGE": "CHF",
}  # fmt: skip
"""What depths and elevations are measured from, by letters."""

_RUN = re.compile(
    r"(?:ONE|TWO|THREE|FOUR|FIVE|SIX|SEVEN|EIGHT|NINE|TEN|I{1,3}|IV|V|VI{1,3}|"
    r"\d{1,2}[A-Z]?)(?:\s*(?:&|,|AND|-)\s*(?:TWO|THREE|FOUR|I{1,3}|IV|V|\d{1,2}))*"
)
_NUMBER = re.compile(r"([-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-+]?\d+(?:\.\d+)?)(.*)")
_UNIT = re.compile(
    r"['\u2018\u2019\u2032`]|FT\.?|FEET|F|M|METRES|METERS", re.IGNORECASE
)


def elevation_of(text: str) -> tuple[float, str] | None:
    """Return an elevation and its unit, empty where not printed; None if it is none."""
    found = _NUMBER.fullmatch(text.strip().rstrip("."))
    if found is None:
        return None
    rest = found[2].strip().rstrip(".")
    if rest and not _UNIT.fullmatch(rest):
        return None
    metric = rest.upper() in {"M", "METRES", "METERS"}
    unit = "" if not rest else ("m" if metric else "ft")
    return float(found[1].replace(",", "")), unit


def date_of(text: str) -> date | None:
    """Return a day that is printed in one of the ways of headings, None if it is none.

    Month first where figures alone are printed, as in the USA, unless it cannot be.
    """
    plain = text.strip().upper().replace(".", "-").strip("- ")
    words = [w for w in re.split(r"[\s/,'-]+", plain) if w]
    if len(words) == 1:
        run = re.fullmatch(r"(\d{1,2})([A-Z]{3,9})(\d{2,4})", plain)
        words = list(run.groups()) if run else words
    if len(words) != 3:
        return None
    numbers = [int(w) if re.fullmatch(r"\d{1,4}", w) else None for w in words]
    named = [
        MONTHS.index(w[:3]) + 1 if w[:3] in MONTHS and w.isalpha() else None
        for w in words
    ]
    if named[0] and numbers[1] is not None and numbers[2] is not None:
        return _day(numbers[2], named[0], numbers[1], words[2])
    if named[1] and numbers[0] is not None and numbers[2] is not None:
        return _day(numbers[2], named[1], numbers[0], words[2])
    first, second, third = numbers
    if first is None or second is None or third is None:
        return None
    if len(words[0]) == 4:
        return _day(first, second, third, words[0])
    if first <= 12:
        return _day(third, first, second, words[2])
    return _day(third, second, first, words[2])


def _day(year: int, month: int, day: int, written: str) -> date | None:
    if len(written) not in {2, 4}:
        return None
    if len(written) == 2:
        # Logs have been run since 1927: 26 is 2026, and 48 is 1948.
        year += 2000 if year < FIRST.year % 100 else 1900
    try:
        return date(year, month, day)
    except ValueError:
        return None


def api_digits(text: str) -> str:
    """Return the digits of an API number; O and I among digits are 0 and 1."""
    mended = re.sub(r"(?<=[\d-])[Oo](?=[\d-])", "0", text)
    return re.sub(r"\D", "", mended)


def _doubt_api(text: str) -> str | None:
    digits = api_digits(text)
    if re.search(r"[A-Za-z]", text):
        return "letters stand in an API number"
    if len(digits) not in API_DIGITS:
        return f"{len(digits)} digits, where an API number has 10, 12 or 14"
    if digits[:2] not in STATES:
        return f"{digits[:2]} is no state of an API number"
    return None


def _doubt_uwi(text: str) -> str | None:
    plain = re.sub(r"[\s/.-]", "", text)
    if re.fullmatch(r"\d+", plain):
        return _doubt_api(text)
    return None if 10 <= len(plain) <= 24 else f"{len(plain)} characters are no UWI"


def _doubt_date(text: str) -> str | None:
    for part in re.split(r",\s+(?!\d{4}\b)|\s*;\s*", text):
        day = date_of(part)
        if day is None:
            return f"{part!r} is no day"
        if not FIRST <= day <= date.today():
            return f"no log was run on {day.isoformat()}"
    return None


def _doubt_elevation(text: str) -> str | None:
    found = elevation_of(text)
    if found is None:
        return f"{text!r} is no elevation"
    value, unit = found
    if not LOWEST <= value <= HIGHEST[unit or "ft"]:
        return f"no well stands at {value:g} {unit or 'ft'}"
    return None


def _doubt_height(text: str) -> str | None:
    found = elevation_of(text)
    if found is None:
        return f"{text!r} is no height"
    return None if 0 <= found[0] <= 250 else f"no floor is {found[0]:g} above its datum"


def _doubt_state(text: str) -> str | None:
    return None if state_of(text) else f"{text!r} is no state of the USA"


def _doubt_datum(text: str) -> str | None:
    return None if letters(text) in DATUMS else f"{text!r} is no datum of logs"


def _doubt_run(text: str) -> str | None:
    parts = [part.strip() for part in text.upper().split(",")]
    odd = [part for part in parts if not _RUN.fullmatch(part)]
    return f"{odd[0]!r} is no number of a run" if odd else None


def _doubt_name(text: str) -> str | None:
    if len(letters(text)) < 2:
        return "it has hardly a letter"
    return None


def _doubt_county(text: str) -> str | None:
    if re.search(r"\d", text):
        return "figures stand in it"
    return _doubt_name(text)


def _doubt_matrix(text: str) -> str | None:
    parts = [letters(part) for part in text.split(",")]
    known = {"LIMESTONE", "SANDSTONE", "DOLOMITE", "LIME", "SAND", "DOLO", "LS", "SS"}
    return None if set(parts) <= known else f"{text!r} is no matrix of porosities"


KINDS: dict[str, Callable[[str], str | None]] = {
    "WELL": _doubt_name, "COMP": _doubt_name, "FLD": _doubt_name,
    "CNTY": _doubt_county, "STAT": _doubt_state, "PROV": _doubt_county,
    "CTRY": _doubt_county, "API": _doubt_api, "UWI": _doubt_uwi, "DATE": _doubt_date,
    "RUN": _doubt_run, "PDAT": _doubt_datum, "LMF": _doubt_datum, "DMF": _doubt_datum,
    "EPD": _doubt_elevation, "EKB": _doubt_elevation, "EDF": _doubt_elevation,
    "EGL": _doubt_elevation, "APD": _doubt_height, "MATR": _doubt_matrix,
}  # fmt: skip
"""By LAS mnemonic, what says why a value cannot be one of its kind."""


def implausible(field: str, value: str) -> str | None:
    """Say why no heading has a value in a field, None where it may.

    Parameters
    ----------
    field
        LAS mnemonic.
    value
        As it was read or typed.
    """
    doubt = KINDS.get(field)
    return None if doubt is None else doubt(value)
