"""The GeoGraphix depth registration text (.dra), which LOGarc and others load too.

As its public description has it (Golden Software, help of Strater, "DRA Geographix
Depth Registration ASCII File Description"): ASCII, a record in each line of up to 256
characters, values separated by commas, text with blanks or commas in quotes.

    FILE  version, depth unit, vendor
    WELL  well id (UWI or API), name and number, location
    LOG   image, section, vertical scale, top depth, top left x, y,
          base depth, bottom right x, y
    DPTH  depth, x, y
    CURV  top left x, y, bottom right x, y       of the printed scales
    HEAD  top left x, y, bottom right x, y       of the header

A file holds a FILE record, then wells, each with sections, each with its depths.

Not told there, and no file of another maker was at hand: how units are spelt, whether
pixels count from 0, and whether a position may have decimals. Units are read in any
usual spelling; pixels are taken to count from 0; rows have decimals only where those of
the registration do.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from veernet import __version__
from veernet.errors import InputError
from veernet.files import write_text
from veernet.formats.draft import (
    Draft,
    DraftDepth,
    check_depth,
    section_name,
    tracks_stated,
)
from veernet.formats.lines import depth_points, places_of
from veernet.formats.text import as_number, listed, read_lines, shown
from veernet.records import Registration

RECORDS = ("FILE", "WELL", "LOG", "DPTH", "CURV", "HEAD")
LONGEST = 256
"""Characters of a record, by the format's description."""

_UNITS = {
    **dict.fromkeys(("f", "ft", "feet", "foot"), "ft"),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), "m"),
}
_WELL = ("UWI", "WELL", "LOC")
"""The fields of the LAS ~Well section that a WELL record holds, in its order."""


@dataclass
class _Log:
    """A LOG record, its line in the file, and the depths that follow it."""

    line: int
    values: list[str]
    well: dict[str, str]
    places: dict[float, list[tuple[float, float]]] = field(default_factory=dict)
    """Depth to (column, row)."""


def read(path: Path) -> tuple[tuple[Draft, ...], tuple[str, ...]]:
    """Read the sections of a file; they have no tracks, for the format has none.

    Returns
    -------
    tuple
        A draft per LOG record, and remarks.

    Raises
    ------
    InputError
        If the file, a record or a number is wrong; the message names line and value.
    """
    unit, logs, left_out = None, list[_Log](), list[str]()
    well: dict[str, str] = {}
    remarks: list[str] = []
    for line, text in enumerate(read_lines(path), start=1):
        values = _values(path, line, text)
        if not any(values):
            continue
        record, *values = values
        record = record.upper()
        if record == "FILE":
            unit = _unit(values, remarks)
            left_out += ["the file's version and vendor"] if any(values[::2]) else []
        elif record == "WELL":
            stated = zip(_WELL, values, strict=False)
            well = {name: value for name, value in stated if value}
        elif record == "LOG":
            logs.append(_Log(line, values, well))
            left_out += ["vertical scales"] if _at(values, 2) else []
        elif record == "DPTH":
            if not logs:
                _refuse(path, line, "a DPTH record before any LOG record")
            depth, column, row = _numbers(path, line, record, values, (0, 1, 2))
            logs[-1].places.setdefault(depth, []).append((column, row))
        elif record in RECORDS:
            left_out.append(f"{record} rectangles")
        elif not logs and unit is None and not well:
            _refuse(path, line, f"{record[:20]!r} is none of {', '.join(RECORDS)}")
        else:
            left_out.append(f"{record[:20]} records")
    if not logs:
        msg = f"{path} holds no LOG record: it is cut short, or another format"
        raise InputError(msg)
    if unit is None and not remarks:
        remarks.append("no unit of depth is stated")
    if left_out:
        remarks.append(
            f"left out, as a registration has no place for them: {listed(left_out)}"
        )
    drafts: dict[str, Draft] = {}
    for log in logs:
        draft = _draft(path, log, unit, drafts, remarks)
        drafts[draft.section] = draft
    return tuple(drafts.values()), tuple(remarks)


def _values(path: Path, line: int, text: str) -> list[str]:
    """Return the values of a line, without quotes and the blanks around them."""
    try:
        reader = csv.reader([text], skipinitialspace=True)
        return [value.strip() for value in next(reader, [])]
    except csv.Error as error:
        _refuse(path, line, f"not a record: {error}")


def _at(values: list[str], place: int) -> str:
    return values[place] if place < len(values) else ""


def _unit(values: list[str], remarks: list[str]) -> str | None:
    stated = _at(values, 1)
    unit = _UNITS.get(stated.lower().rstrip("."))
    if stated and unit is None:
        remarks.append(f"the unit of depth {stated!r} is not known: use ft or m")
    return unit


def _numbers(
    path: Path, line: int, record: str, values: list[str], places: Sequence[int]
) -> list[float]:
    """Return the numbers at these places of a record."""
    found = []
    for place in places:
        text = _at(values, place)
        value = as_number(text)
        if value is None:
            _refuse(path, line, f"{record}, value {place + 1}: {text!r} is no number")
        found.append(value)
    return found


def _draft(
    path: Path,
    log: _Log,
    unit: str | None,
    taken: dict[str, Draft],
    remarks: list[str],
) -> Draft:
    name = section_name(_at(log.values, 1), taken, remarks)
    where = f"section {name}"
    if len(log.places) < 2:
        # The corners of the section tell two depths: all that is left to go by.
        order = (3, 4, 5, 6, 7, 8)
        numbers = _numbers(path, log.line, "LOG", log.values, order)
        for depth, column, row in (numbers[:3], numbers[3:]):
            log.places.setdefault(depth, [(column, row)])
        remarks.append(
            f"{where}: {len(log.places)} depths, from the corners in its LOG record: "
            "fewer than two DPTH records follow it"
        )
    points = depth_points(log.places, (), where, remarks)
    draft = Draft(
        name,
        DraftDepth(unit, points),
        well=log.well,
        image=_at(log.values, 0) or None,
    )
    return check_depth(draft, path)


def write(path: Path, registrations: Sequence[Registration]) -> tuple[str, ...]:
    """Write sections, and return remarks on what the format has no place for.

    Raises
    ------
    InputError
        If the sections are in different units, or a record becomes too long.
    """
    units = sorted({registration.depth.unit for registration in registrations})
    if len(units) > 1:
        msg = f"the sections are in {' and '.join(units)}: choose one with --section"
        raise InputError(msg)
    remarks: list[str] = []
    unit = "FEET" if units[0] == "ft" else "METERS"
    records: list[list[str]] = [["FILE", "1.0", unit, f"veernet {__version__}"]]
    before: list[str] | None = None
    for registration in registrations:
        well = ["WELL", *_well(registration, remarks)]
        if well != before:
            records.append(well)
        before = well
        records += _section(registration, remarks)
    lines = []
    for record in records:
        line = _line(record)
        if len(line) > LONGEST:
            msg = (
                f"{path}: the {record[0]} record {line[:40]}... has {len(line)} "
                f"characters and may have {LONGEST}: shorten its names"
            )
            raise InputError(msg)
        lines.append(line)
    text = "\r\n".join([*lines, ""])
    if not text.isascii():
        remarks.append("the format is ASCII: other letters were replaced by ?")
        text = text.encode("ascii", "replace").decode("ascii")
    write_text(path, text)
    return tuple(dict.fromkeys(remarks))


def _line(record: list[str]) -> str:
    """Return a record as a line; text with blanks, commas or quotes is quoted."""
    cells = []
    for value in record:
        quoted = '"' + value.replace('"', '""') + '"'
        cells.append(quoted if any(mark in value for mark in ' ,"') else value)
    return ",".join(cells)


def _well(registration: Registration, remarks: list[str]) -> list[str]:
    """Return the values of the WELL record."""
    well = dict(registration.well)
    if "API" in well and not well.get("UWI"):
        well["UWI"] = well.pop("API")
        remarks.append("the well's API number is its id, and is read back as UWI")
    lost = [name for name, value in well.items() if name not in _WELL or not value]
    if lost:
        remarks.append(f"left out: the well's fields {listed(lost)}")
    return [well.get(name, "") for name in _WELL]


def _section(registration: Registration, remarks: list[str]) -> list[list[str]]:
    """Return the LOG record of a section and its DPTH records."""
    depth = registration.depth
    where = f"section {registration.section}"
    lost = [tracks_stated(registration), "step and null value"]
    if registration.page:
        lost.insert(1, f"page {registration.page} of the image")
    if depth.skewed:
        lost.append("the rows at the depth column, for their lines at both edges")
    remarks.append(f"{where}: left out are {', '.join(lost)}")
    places: list[list[str]] = []
    for point in depth.points:
        for column, row in places_of(registration, point):
            # Only the rows matter: half a pixel across moves a depth by nothing.
            places.append([shown(point.depth), shown(round(column)), shown(row)])
    if any("." in row for _, _, row in places):
        remarks.append(f"{where}: rows have decimals; some programs may cut them")
    last = len(places) - 1
    right = max(
        float(track.right.column_at(depth.rows[-1])) for track in registration.tracks
    )
    image, name = registration.image or "", registration.section
    corners = [*places[0], places[last][0], shown(round(right)), places[last][2]]
    return [["LOG", image, name, "", *corners], *(["DPTH", *place] for place in places)]


def _refuse(path: Path, line: int, text: str) -> NoReturn:
    msg = f"{path}, line {line}: {text}"
    raise InputError(msg)
