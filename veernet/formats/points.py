"""Depth points as plain CSV: a row of the scan and its depth in each line.

`row,depth_ft` (or `depth_m`) is the header that is written; `row_left` and `row_right`
follow on a turned page, and `section` where there is more than the main one. On reading
the columns may stand in any order, be separated by commas, semicolons or tabs, and
carry no unit (`depth`); without a header they are row and depth. Lines that begin with
# are comments.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from veernet.axes import DepthPoint
from veernet.errors import InputError
from veernet.files import write_text
from veernet.formats.draft import (
    Draft,
    DraftDepth,
    check_depth,
    section_name,
    tracks_stated,
)
from veernet.formats.text import as_number, read_lines, shown
from veernet.records import Registration

_DEPTH = re.compile(r"(?:depth|dept|md)[ _]*[(\[]?(ft|feet|m|metres|meters)?[)\]]?")
_UNITS = {"ft": "ft", "feet": "ft", "m": "m", "metres": "m", "meters": "m"}
_OPTIONAL = ("row_left", "row_right", "section")


def read(path: Path) -> tuple[tuple[Draft, ...], tuple[str, ...]]:
    """Read depth points.

    Returns
    -------
    tuple
        A draft per section, in the order in which they first appear, and remarks.

    Raises
    ------
    InputError
        If the file, a line or a number is wrong; the message names line and column.
    """
    lines = read_lines(path)
    rows = [
        (number, line)
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    separator = next((mark for mark in "\t;" if rows and mark in rows[0][1]), ",")
    cells = [(number, _cells(path, number, line, separator)) for number, line in rows]
    remarks: list[str] = []
    columns, unit = ["row", "depth"], None
    if cells and as_number(cells[0][1][0]) is None:
        columns, unit = _header(path, *cells.pop(0), remarks)
    else:
        remarks.append("there is no header: the columns are taken as row and depth")
    if not cells:
        msg = f"{path} holds no depth points: write row,depth in each line"
        raise InputError(msg)
    found: dict[str, list[DepthPoint]] = {}
    for number, texts in cells:
        section, point = _point(path, number, columns, texts)
        found.setdefault(section, []).append(point)
    if unit is None:
        remarks.append("the unit of depth is not stated: head the column depth_ft")
    return _drafts(path, found, unit, remarks), tuple(remarks)


def write(path: Path, registrations: Sequence[Registration]) -> tuple[str, ...]:
    """Write depth points, and return remarks on what CSV has no place for.

    Raises
    ------
    InputError
        If the sections are in different units.
    """
    units = sorted({registration.depth.unit for registration in registrations})
    if len(units) > 1:
        msg = f"the sections are in {' and '.join(units)}: choose one with --section"
        raise InputError(msg)
    columns = ["row", f"depth_{units[0]}"]
    if any(registration.depth.skewed for registration in registrations):
        columns += ["row_left", "row_right"]
    if [registration.section for registration in registrations] != ["main"]:
        columns.append("section")
    lines = [",".join(columns)]
    for registration in registrations:
        for point in registration.depth.points:
            lost_fields = {
                "row_left": point.row_left,
                "row_right": point.row_right,
                "section": registration.section,
            }
            values = [
                point.row,
                point.depth,
                *(lost_fields[name] for name in columns[2:]),
            ]
            lines.append(",".join(_cell(value) for value in values))
    write_text(path, "\n".join([*lines, ""]))
    return tuple(
        f"section {registration.section}: CSV carries depth points alone; left out are "
        f"{_lost(registration)}"
        for registration in registrations
    )


def _lost(registration: Registration) -> str:
    lost_fields = [tracks_stated(registration)]
    if registration.image:
        lost_fields.append(f"the image {registration.image}")
    if registration.page:
        lost_fields.append(f"its page {registration.page}")
    if registration.well:
        lost_fields.append("the well's fields")
    return ", ".join([*lost_fields, "step and null value"])


def _cells(path: Path, number: int, line: str, separator: str) -> list[str]:
    """Return the cells of a line, without quotes and blanks around them."""
    try:
        cells = next(csv.reader([line], delimiter=separator))
    except csv.Error as error:
        _refuse(path, number, f"not CSV: {error}")
    return [cell.strip() for cell in cells]


def _cell(value: float | str | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else shown(value)


def _header(
    path: Path, number: int, names: list[str], remarks: list[str]
) -> tuple[list[str], str | None]:
    """Return what each column is, and the unit of depth if the header tells it."""
    columns: list[str] = []
    unit = None
    for name in names:
        plain = name.lower().replace(" ", "_") if name else ""
        depth = _DEPTH.fullmatch(name.lower())
        if depth:
            unit = _UNITS.get(depth[1] or "")
            plain = "depth"
        elif plain not in {"row", *_OPTIONAL}:
            remarks.append(f"the column {name!r} is not known and left out")
            plain = ""
        if plain and plain in columns:
            _refuse(path, number, f"two columns are {plain}: keep one")
        columns.append(plain)
    for name in ("row", "depth"):
        if name not in columns:
            _refuse(path, number, f"there is no column {name}: head it {name}")
    return columns, unit


def _point(
    path: Path, number: int, columns: list[str], texts: list[str]
) -> tuple[str, DepthPoint]:
    if len(texts) != len(columns):
        text = f"{len(texts)} cells where {len(columns)} columns are: {','.join(texts)}"
        _refuse(path, number, text)
    cells = dict(zip(columns, texts, strict=True))
    values: dict[str, float] = {}
    for name in ("row", "depth", "row_left", "row_right"):
        text = cells.get(name, "")
        if text or name in {"row", "depth"}:
            value = as_number(text)
            if value is None:
                _refuse(path, number, f"{name}: {text!r} is not a finite number")
            values[name] = value
    try:
        ends = values.get("row_left"), values.get("row_right")
        point = DepthPoint(values["row"], values["depth"], *ends)
        return cells.get("section", ""), point
    except InputError as error:
        _refuse(path, number, str(error))


def _drafts(
    path: Path,
    found: dict[str, list[DepthPoint]],
    unit: str | None,
    remarks: list[str],
) -> tuple[Draft, ...]:
    drafts: dict[str, Draft] = {}
    for stated, points in found.items():
        name = section_name(stated, drafts, remarks)
        draft = Draft(name, DraftDepth(unit, tuple(points)))
        drafts[name] = check_depth(draft, path)
    return tuple(drafts.values())


def _refuse(path: Path, number: int, text: str) -> NoReturn:
    msg = f"{path}, line {number}: {text}"
    raise InputError(msg)
