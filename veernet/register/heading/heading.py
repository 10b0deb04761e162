"""Read the heading of a log into the fields of a well, each with how sure it is.

A field is stated only where the page itself bears it out: the same words are printed at
another place of the heading, the heights add up, or the value is one of few. All else
is a suggestion, and what no heading can say is told with its reason.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from veernet.records import Scan
from veernet.register.heading.cells import Reading
from veernet.register.heading.kinds import (
    DATUMS,
    api_digits,
    elevation_of,
    implausible,
)
from veernet.register.heading.sheets import read_sheets
from veernet.register.heading.states import STATES, letters, state_of
from veernet.register.heading.values import readings_of
from veernet.register.ocr.reader import Reader

ORDER = (
    *("COMP", "WELL", "FLD", "CNTY", "STAT", "PROV", "CTRY", "API", "UWI", "SRVC"),
    *("DATE", "RUN", "PDAT", "EPD", "LMF", "APD", "DMF", "EKB", "EDF", "EGL", "MATR"),
)
"""Of the fields in a file."""

FLOORS = ("EKB", "EDF", "EGL")
FREE = ("COMP", "WELL", "FLD", "CNTY", "PROV", "CTRY", "API", "UWI")
"""Fields of free words or figures, of which a wrong letter is not seen."""

ONCE = 0.88
"""Confidence in a value that was read at one place without a doubt."""

TWICE = 0.95
"""Confidence in a value that the page bears out."""

CLEAR = 0.9
"""Score of print from which it may be borne out by another reading."""

SHARP = 0.98
"""Score of print whose letters are all right: a typed word that is struck over still
has 0.95 (NILDCAT)."""

STEEP = 5.0
"""By which the confidence in free words falls with their score below ``SHARP``."""

STOREY = 100.0
"""Feet or metres from one elevation of a well to another that bears it out: floors of
derricks stand no higher above the ground."""

EXACT = 0.06
"""Feet or metres by which heights may miss their sum: they are printed to a tenth."""

ALONE = 0.7
"""Confidence in an elevation that no other bears out."""

ALIKE = 0.6
"""Likeness from which two readings are of one value."""

ODD = 0.3
"""Confidence in a value that is implausible against its kind."""

DISPUTED = 0.6
"""Confidence in a value of which another is printed elsewhere."""


_CONFUSABLE = re.compile(r"(?<![A-Za-z])[lI](?![a-zI])|\d[IlO]|[IlO]\d")
"""Letters that a fount may print as another or as a figure: read twice, they are wrong
twice."""

Chosen = dict[str, tuple[Reading, int, str | None]]
"""By field: the reading that is taken, how often it was read, and one that differs."""


@dataclass(frozen=True)
class WellField:
    """A field of the well as a heading has it.

    Parameters
    ----------
    name
        LAS mnemonic.
    value
        As printed.
    confidence
        0 to 1: 0.9 and above is stated.
    row, column
        Of the page, where it stands.
    note
        What lowers the confidence, or None.
    """

    name: str
    value: str
    confidence: float
    row: int
    column: int
    note: str | None = None


def read_heading(scan: Scan, stop: float, read: Reader) -> tuple[WellField, ...]:
    """Read the fields of the well from the heading of a page.

    Parameters
    ----------
    scan
        The page.
    stop
        Row of the first depth line of its first section: a heading stands above.
    read
        Reads print; called three times at most, whatever the page.

    Returns
    -------
    tuple of WellField
        In the order of ``ORDER``; empty where no form stands above the log.
    """
    sheets = read_sheets(scan, stop, read)
    readings = [reading for sheet in sheets for reading in readings_of(sheet)]
    return fields_of(readings, scan.info.path)


def fields_of(readings: Sequence[Reading], path: str = "") -> tuple[WellField, ...]:
    """Settle what was read, perhaps more than once, into one value a field.

    Parameters
    ----------
    readings
        In any order.
    path
        Of the scan: archives name their files by API number, which bears one out.
    """
    chosen: Chosen = {}
    for name in ORDER:
        own = [reading for reading in readings if reading.field == name]
        if own:
            chosen[name] = _chosen(name, own)
    borne_out = _heights(chosen) | _api(chosen, path)
    doubts = _alone(chosen)
    fields = []
    for name, (reading, times, other) in chosen.items():
        confidence, note = _judged(reading, times, other, name in borne_out)
        if note is None and name not in borne_out and name in doubts:
            confidence, note = min(ALONE, confidence), doubts[name]
        place = reading.row, reading.column
        fields.append(WellField(name, reading.value, confidence, *place, note))
    return tuple(fields)


def _chosen(name: str, own: Sequence[Reading]) -> tuple[Reading, int, str | None]:
    """Return the reading to take, how often it was read, and another that differs."""
    if name == "MATR":
        words = list(dict.fromkeys(reading.value for reading in own))
        first = own[0]
        joined = Reading(name, ", ".join(words), first.score, first.row, first.column)
        return joined, 1, None
    groups: dict[str, list[Reading]] = {}
    for reading in own:
        plausible = implausible(name, reading.value) is None
        key = _same(name, reading.value) if plausible else f"?{reading.value}"
        groups.setdefault(key, []).append(reading)
    ranked = sorted(
        groups.items(),
        key=lambda group: (
            not group[0].startswith("?"),
            sum(reading.score >= CLEAR for reading in group[1]),
        ),
        reverse=True,
    )
    key, best = ranked[0]
    clear = [reading for reading in best if reading.score >= CLEAR]
    # The form itself is read first.
    taken = clear[0] if clear else max(best, key=lambda reading: reading.score)
    others = (
        group[0].value
        for rival, group in ranked[1:]
        if not rival.startswith("?") and _disputes(key, rival, group)
    )
    return taken, len(clear), next(others, None)


def _disputes(key: str, rival: str, group: Sequence[Reading]) -> bool:
    """Tell whether another reading is another value, and no worse reading of it."""
    if len(rival) < 3 or rival in key or key in rival:
        return False
    if max(reading.score for reading in group) < TWICE:
        return False
    return difflib.SequenceMatcher(None, key, rival).ratio() < ALIKE


def _same(name: str, value: str) -> str:
    """Return a value in the form in which two readings of it are compared."""
    if name in {"API", "UWI"}:
        return api_digits(value)[:10]
    if name == "STAT":
        return state_of(value) or letters(value)
    height = elevation_of(value)
    if height is not None:
        return f"{height[0]:g}"
    # Names that are set in two lines along a fold are read from either.
    words = re.findall(r"[A-Z0-9]+", value.upper())
    return "".join(sorted(words)) if name == "COMP" else "".join(words)


def _judged(
    reading: Reading, times: int, other: str | None, borne_out: bool
) -> tuple[float, str | None]:
    doubt = implausible(reading.field, reading.value)
    if doubt is not None:
        return min(ODD, reading.score), doubt
    twice = times > 1 and other is None and not _CONFUSABLE.search(reading.value)
    if reading.score >= CLEAR and (borne_out or twice):
        return TWICE, None
    if other is not None:
        return min(DISPUTED, reading.score), f"elsewhere {other!r} is printed"
    # A state, or a company that prints logs, is one of few.
    few = reading.field in {"STAT", "SRVC"} and len(letters(reading.value)) > 3
    if few and reading.score >= TWICE:
        return TWICE, None
    if reading.field in FREE:
        return round(max(0.0, ONCE - STEEP * max(0.0, SHARP - reading.score)), 2), None
    return round(ONCE * reading.score, 2), None


def _elevations(chosen: Chosen) -> dict[str, float]:
    """Return elevations and heights that are plausible, as printed."""
    known: dict[str, float] = {}
    for name in ("EPD", "APD", "EKB", "EDF", "EGL"):
        if name in chosen and implausible(name, chosen[name][0].value) is None:
            height = elevation_of(chosen[name][0].value)
            if height is not None:
                known[name] = height[0]
    return known


def _alone(chosen: Chosen) -> dict[str, str]:
    """Return why an elevation is not borne out: none is near it, in the right order."""
    known = _elevations(chosen)
    # From the ground up; the datum may be any of them.
    order = [name for name in ("EGL", "EDF", "EKB") if name in known]
    refuted: dict[str, str] = {}
    for place, name in enumerate(order):
        above = [known[k] - known[name] for k in order[place + 1 :]]
        below = [known[name] - known[k] for k in order[:place]]
        datum = [abs(known["EPD"] - known[name])] if "EPD" in known else []
        if not any(0 <= away <= STOREY for away in (*above, *below, *datum)):
            refuted[name] = "no other elevation of the heading bears it out"
    floor = _floor_of(chosen, "LMF")
    base = known.get("EPD", known.get(_floor_of(chosen, "PDAT") or ""))
    if "APD" in known and floor in known and base is not None:
        over = known[floor] - base
        if abs(over - known["APD"]) >= EXACT:
            refuted["APD"] = f"the elevations are {over:.10g} apart"
    elif "APD" in known:
        refuted["APD"] = "no elevations of the heading bear it out"
    return refuted


def _heights(chosen: Chosen) -> set[str]:
    """Return which elevations bear each other out: the floors and what lies between."""
    known = _elevations(chosen)
    borne: set[str] = set()
    measured = _floor_of(chosen, "LMF")
    datum = _floor_of(chosen, "PDAT")
    if datum in known and "EPD" in known and known[datum] == known["EPD"]:
        borne |= {datum, "EPD"}
    base = known.get("EPD", known.get(datum or "", None))
    for floor in (measured,) if measured else ("EKB", "EDF"):
        if floor in known and base is not None and "APD" in known:
            over = known[floor] - base
            if abs(over - known["APD"]) < EXACT:
                borne |= {floor, "APD", "EPD" if "EPD" in known else str(datum)}
    return borne


def _floor_of(chosen: Chosen, name: str) -> str | None:
    """Return the elevation that is that of a datum, as LMF says KB."""
    if name not in chosen:
        return None
    datum = DATUMS.get(letters(chosen[name][0].value), "")
    return {"KB": "EKB", "GL": "EGL", "DF": "EDF"}.get(datum)


def _api(chosen: Chosen, path: str) -> set[str]:
    """Return API where the name of the file is that of the well."""
    if "API" not in chosen:
        return set()
    digits = api_digits(chosen["API"][0].value)
    inside = digits[:10] in "".join(c for c in path if c.isdigit())
    return {"API"} if digits[:2] in STATES and len(digits) >= 10 and inside else set()
