"""The lines of an edits table: a CSV to checked cells, each with where it stands."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from veernet.edits.ground import BEYOND
from veernet.errors import InputError
from veernet.files import check_readable
from veernet.records import Registration

COLUMNS = ("curve", "depth", "row", "value", "column", "action", "edit")
ALIASES = {"dept": "depth"}
"""LAS files call it so."""

MOST_BYTES = 200_000_000
"""Of a table: every row of a tall log, for ten curves, is a tenth of it."""


@dataclass(frozen=True)
class EditLine:
    """One line of an edits table, its cells checked on their own.

    Parameters
    ----------
    path, number
        The file, and the line in it, from 1.
    curve
        A mnemonic of the registration.
    row
        Registered row, a fraction where a depth lies between two.
    number_in
        ``value`` or ``column``, whichever has the number; empty where neither has.
    amount
        The number; 0 where there is none.
    action
        In small letters; empty for points of a redrawn curve.
    partner
        The other curve of ``swap-with`` and ``hand-to``, else empty.
    edit
        What stands in the column ``edit``.
    depth
        As it was given: a depth or a row.
    given_in
        The column in which that stands, ``depth`` or ``row``.
    """

    path: Path
    number: int
    curve: str
    row: float
    number_in: str
    amount: float
    action: str
    partner: str
    edit: str
    depth: str
    given_in: str

    def wrong(self, why: str, column: str) -> InputError:
        """Return the error that names this line and a column of it."""
        return InputError(f"{self.path}, line {self.number}, column {column}: {why}")


def read_lines(path: Path, registration: Registration) -> Iterator[EditLine | None]:
    """Read a table of edits, None standing for each blank line.

    Raises
    ------
    InputError
        If the file is no such table, or a cell is wrong on its own.
    """
    header, rows = _split(path)
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            yield None
            continue
        if len(cells) > len(header):
            msg = f"{path}, line {number}: {len(cells)} cells under {len(header)} names"
            raise InputError(msg)
        cell_of = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        yield _line(path, number, cell_of, registration)


def _split(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the names of the columns and the numbered lines below them."""
    check_readable(path)
    if path.stat().st_size > MOST_BYTES:
        msg = f"{path} has {path.stat().st_size:,} bytes: that is no table of edits"
        raise InputError(msg)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"{path} is no table of edits: it is not text in UTF-8"
        raise InputError(msg) from error
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[tuple[int, list[str]]] = []
    try:
        rows.extend((reader.line_num, cells) for cells in reader)
    except csv.Error as error:
        msg = f"{path}, line {reader.line_num}: {error}"
        raise InputError(msg) from error
    names = [name.strip().lower() for name in rows[0][1]] if rows else []
    header = [ALIASES.get(name, name) for name in names]
    _check_header(path, header)
    return header, rows[1:]


def _check_header(path: Path, header: list[str]) -> None:
    takes = "curve; depth or row; value or column; action; edit"
    for name in header:
        if name not in COLUMNS:
            msg = f"{path}, line 1: column {name[:40]!r} is not known: it takes {takes}"
            raise InputError(msg)
        if header.count(name) > 1:
            msg = f"{path}, line 1: column {name!r} stands there twice: keep one"
            raise InputError(msg)
    if "curve" not in header or not {"depth", "row"} & set(header):
        msg = f"{path}, line 1: it takes the columns {takes}"
        raise InputError(msg)
    if not {"value", "column", "action"} & set(header):
        msg = f"{path}, line 1: neither value, column nor action is given: add one"
        raise InputError(msg)


def _line(
    path: Path, number: int, cell_of: dict[str, str], registration: Registration
) -> EditLine:
    where = f"{path}, line {number}, column"
    curve = _curve(cell_of["curve"], f"{where} curve", registration)
    action, partner = _action(
        cell_of.get("action", ""), f"{where} action", registration
    )
    row = _row(cell_of, where, registration)
    filled = [name for name in ("value", "column") if cell_of.get(name)]
    if len(filled) == 2:
        msg = f"{where} column: a value and a column are given: leave one empty"
        raise InputError(msg)
    name = filled[0] if filled else ""
    amount = _number(cell_of[name], f"{where} {name}") if name else 0.0
    edit = cell_of.get("edit", "")
    at = "depth" if cell_of.get("depth") else "row"
    line = EditLine(
        *(
            path,
            number,
            curve,
            row,
            name,
            amount,
            action,
            partner,
            edit,
            cell_of[at],
            at,
        )
    )
    if name and action == "":
        _check_place(line, registration)
    return line


def _check_place(line: EditLine, registration: Registration) -> None:
    """Refuse a point beyond the track of a curve that does not wrap."""
    track, spec = registration.curve(line.curve)
    left, right = (float(e) for e in registration.edges_at(track, line.row))
    column = line.amount
    if line.number_in == "value":
        fraction = float(spec.scale.fraction_at(line.amount))
        if math.isnan(fraction):
            why = (
                f"{line.amount:g} is not on the log scale of {line.curve}: give a "
                "value above 0"
            )
            raise line.wrong(why, "value")
        column = left + fraction * (right - left)
    if spec.wraps or left - BEYOND <= column <= right + BEYOND:
        return
    ends = f"{left:.1f} to {right:.1f}"
    if line.number_in == "value":
        ends = f"{spec.scale.left:g} to {spec.scale.right:g}"
    side = "off-left" if column < left else "off-right"
    why = (
        f"{line.amount:g} is beyond the track of {line.curve}, {ends}: use the action "
        f"{side}"
    )
    raise line.wrong(why, line.number_in)


def _curve(name: str, where: str, registration: Registration) -> str:
    """Return a mnemonic as the registration spells it."""
    known = [spec.mnemonic for track in registration.tracks for spec in track.curves]
    if name in known:
        return name
    same = [other for other in known if other.upper() == name.upper()]
    if len(same) == 1:
        return same[0]
    msg = f"{where}: {name[:40]!r} is no curve of section {registration.section!r}"
    msg += f": use one of {', '.join(known)}"
    raise InputError(msg)


def _action(cell: str, where: str, registration: Registration) -> tuple[str, str]:
    """Return an action in small letters, and the partner that it names."""
    word, *rest = cell.split(maxsplit=1)[:2] if cell else [""]
    word = word.lower()
    alone = ""
    if rest and rest[-1].lower().split()[-1:] == ["alone"]:
        alone = " alone"
        rest = [rest[-1][: -len("alone")].strip()]
    partner = rest[0] if rest else ""
    if word in {"swap-with", "hand-to"}:
        return word + alone, _curve(partner, where, registration)
    plain = {"", "redraw", "gap", "join", "off-left", "off-right", "shift", "accept"}
    wraps = word[:4] == "wrap" and word[4:] in {"+1", "-1", "+2", "-2", "+3", "-3"}
    if partner or not (word in plain or wraps) or (alone and word != "gap"):
        msg = (
            f"{where}: the action {cell[:40]!r} is not known: use gap, off-left, "
            "off-right, swap-with CURVE, hand-to CURVE, wrap+1, wrap-1, join, shift, "
            "accept, or nothing to redraw"
        )
        raise InputError(msg)
    return ("" if word == "redraw" else word + alone), ""


def _row(cell_of: dict[str, str], where: str, registration: Registration) -> float:
    """Return the row of a line, from its row or its depth."""
    given = [name for name in ("depth", "row") if cell_of.get(name)]
    if len(given) != 1:
        has = "both are given" if given else "neither is given"
        msg = f"{where} depth: it takes a depth or a row, and {has}"
        raise InputError(msg)
    (name,) = given
    number = _number(cell_of[name], f"{where} {name}")
    axis = registration.depth
    top, base = float(axis.depths[0]), float(axis.depths[-1])
    first, last = registration.row_range
    row = number if name == "row" else float(axis.row_at(number))
    # A depth that is written with few digits may lie a little beyond the last row.
    if not first - 0.5 <= row <= last - 0.5:
        ends = f"{first} to {last - 1}"
        if name == "depth":
            ends = f"{top:g} to {base:g} {axis.unit}"
        msg = f"{where} {name}: {number:g} lies outside the section, {ends}"
        raise InputError(msg)
    return float(np.clip(row, first, last - 1))


def _number(cell: str, where: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        remedy = "write it with a decimal point" if "," in cell else "give a number"
        msg = f"{where}: {cell[:40]!r} is no number: {remedy}"
        raise InputError(msg)
    return number
