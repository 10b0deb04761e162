"""CSV with a header line, the depth first: out for any table tool, and back in."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.export.logtable import (
    LogTable,
    common_depth,
    depth_decimals,
    make_table,
    value_decimals,
)
from veernet.files import write_text
from veernet.records import Curve

EMPTY = {"", "nan", "null", "(null)", "na", "n/a", "none"}


def write_csv(path: Path, curves: Sequence[Curve], *, confidence: bool = False) -> None:
    """Write curves as CSV, whole or not at all: DEPT, then a column per curve.

    Parameters
    ----------
    path
        The file to write, in UTF-8.
    curves
        All on the same depths; NaN becomes an empty cell.
    confidence
        Add ``MNEM_CONF`` per curve, after all curves.

    Raises
    ------
    InputError
        If the depths differ or do not increase, or two columns share a name.
    """
    depth = common_depth(curves)
    columns = {"DEPT": _cells(depth, depth_decimals(depth))}
    named = [(c.mnemonic, c.value, value_decimals(c.value)) for c in curves]
    if confidence:
        named += [(f"{c.mnemonic}_CONF", c.confidence, 3) for c in curves]
    for name, numbers, decimals in named:
        if name in columns:
            msg = f"two columns of {path} would be named {name}: rename a curve"
            raise InputError(msg)
        columns[name] = _cells(numbers, decimals)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    write_text(path, text.getvalue())


def read_csv(path: Path) -> LogTable:
    """Read a table whose first column is the depth; empty cells are null.

    Comma, semicolon or tab separate, whichever the header line has most of. The depth
    unit is not known. Columns ending in ``_COL`` or ``_CONF`` are left out.

    Raises
    ------
    InputError
        If it is no such table; the line and the column are named.
    """
    header, lines = _split(path)
    columns: dict[str, Floats] = {}
    for place, name in enumerate(header):
        if name.upper().endswith(("_COL", "_CONF")):
            continue
        if name in columns:
            msg = f"{path} has two columns named {name!r}: rename one"
            raise InputError(msg)
        columns[name] = np.array(
            [_number(cells[place], path, name, number) for number, cells in lines]
        )
    depth_name, *others = columns
    units = dict.fromkeys(others, "")
    values = {name: columns[name] for name in others}
    return make_table(str(path), None, columns[depth_name], values, units)


def _split(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header and the numbered lines below it, as long as the header."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"{path} cannot be read as CSV: it is not text in UTF-8"
        raise InputError(msg) from error
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        msg = f"{path} cannot be read as CSV: {error}"
        raise InputError(msg) from error
    lines = [(number, row) for number, row in enumerate(rows, start=1) if row]
    if len(lines) < 2 or len(lines[0][1]) < 2:
        msg = f"{path} is no table of a header line, depths and curves"
        raise InputError(msg)
    header = [name.strip() for name in lines[0][1]]
    for number, cells in lines[1:]:
        if len(cells) != len(header):
            msg = f"line {number} of {path} has {len(cells)} cells, not {len(header)}"
            raise InputError(msg)
    return header, lines[1:]


def _cells(numbers: Floats, decimals: int) -> list[str]:
    return [f"{n:.{decimals}f}" if np.isfinite(n) else "" for n in numbers]


def _number(cell: str, path: Path, name: str, line: int) -> float:
    """Return a cell as a number, NaN where it stands for null."""
    if cell.strip().lower() in EMPTY:
        return np.nan
    try:
        number = float(cell)
    except ValueError as error:
        msg = f"{cell[:40]!r} in line {line}, column {name} of {path} is no number"
        raise InputError(msg) from error
    return number if np.isfinite(number) else np.nan
