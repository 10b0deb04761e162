"""LAS in: header by lasio, data by rows that fit it, of version 1.2, 2.0 or 3.0."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from pathlib import Path

import lasio
import numpy as np

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.export.las import CONFIDENCE
from veernet.export.lasrows import SEPARATORS, Line, Rows, part
from veernet.export.logtable import LogTable, make_table
from veernet.files import check_readable

FT, M, TAPE = "ft", "m", "ft of tape"

DEPTH_UNITS = {
    FT: ({"F", "FT", "FEET", "FOOT"}, 1.0),
    # The last is a Cyrillic letter, as Russian files have it.
    M: (
        {"M", "METER", "METERS", "METRE", "METRES", "MTR"}
        | {"\N{CYRILLIC CAPITAL LETTER EM}"},
        1.0,
    ),
    # Depths of LIS tapes are counted in tenths of an inch.
    TAPE: ({".1IN", "0.1IN"}, 1 / 120),
}

_TITLE = re.compile(r"~\s*(\w*)(?:\[(\d+)\])?")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")


@dataclass(frozen=True)
class _Section:
    """A section of a LAS file: the word and the number of its title, and its lines."""

    word: str
    number: str
    lines: list[Line] = field(default_factory=list)

    def text(self, title: str) -> str:
        """Return the section under another title."""
        return "\n".join([title, *(text for _, text in self.lines), ""])


def read_las(path: Path) -> LogTable:
    """Read the curves of a LAS file: any version, wrapped or not, either depth order.

    Blanks, commas and tabs separate; columns of fixed width may touch. Cells that are
    no numbers (``****``, ``(null)``) are null, as is the file's own null value. Depths
    in tenths of an inch are given in feet. Of several runs (LAS 3) the first is read,
    and a note says so.

    Raises
    ------
    InputError
        If the file is no LAS, a row does not have the columns that ~Curve names, or the
        unit of its depths is not known.
    """
    header, rows, notes = _parts(path)
    names = [curve.mnemonic for curve in header.curves]
    null = _number(str(getattr(header.well.get("NULL"), "value", "")))
    columns = {
        name: _numbers([row[place] for row in rows.cells], null if place else np.nan)
        for place, name in enumerate(names)
    }
    unit, factor = _depth_unit(header, path)
    index, *others = names
    # As in a CSV: columns and confidences are no curves.
    others = [m for m in others if not m.upper().endswith(("_COL", CONFIDENCE))]
    return make_table(
        str(path),
        unit,
        np.round(columns[index] * factor, 6),
        {name: columns[name] for name in others},
        {name: str(header.curves[name].unit) for name in others},
        (*notes, *rows.notes),
    )


def las_text_of(path: Path) -> str:
    """Return the text of a LAS file, in UTF-8 or else in the code page of Windows."""
    check_readable(path)
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _parts(path: Path) -> tuple[lasio.LASFile, Rows, tuple[str, ...]]:
    """Return the header, the rows, and notes on what of the file was read."""
    sections = _sections(las_text_of(path))
    version = _first(sections, "v")
    third = _stated(version, "VERS").startswith("3")
    curves = [s for s in sections if _is_curves(s.word, third=third)]
    data = [s for s in sections if _is_data(s.word, third=third) and s.lines]
    if not curves or not data:
        msg = f"{path} cannot be read as LAS: it holds no data"
        raise InputError(msg)
    chosen = data[0]
    named = next((s for s in curves if s.number == chosen.number), curves[0])
    header = _header(path, version, sections, named)
    if not header.curves:
        msg = f"{path} cannot be read as LAS: its ~Curve section names no column"
        raise InputError(msg)
    notes: tuple[str, ...] = ()
    if len(data) > 1:
        notes = (f"{path} holds {len(data)} runs of data: the first is read",)
    rows = part(
        chosen.lines,
        len(header.curves),
        name=str(path),
        separator=SEPARATORS.get(_stated(version, "DLM").upper()),
        wrapped=_stated(version, "WRAP").upper().startswith("Y"),
    )
    return header, rows, notes


def _sections(text: str) -> list[_Section]:
    """Part a text into its sections, without blank lines and comments."""
    found: list[_Section] = []
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith("~"):
            match = _TITLE.match(stripped)
            word, of = match.groups() if match else ("", None)
            found.append(_Section(word.lower(), of or ""))
        elif found and stripped and not stripped.startswith("#"):
            found[-1].lines.append((number, line))
    return found


def _is_curves(word: str, *, third: bool) -> bool:
    if third:
        return word in {"c", "curve", "log_definition"}
    return word.startswith("c") or word == "log_definition"


def _is_data(word: str, *, third: bool) -> bool:
    if third:
        return word in {"a", "ascii", "log_data"}
    return word.startswith("a") or word == "log_data"


def _first(sections: list[_Section], letter: str) -> _Section:
    return next((s for s in sections if s.word.startswith(letter)), _Section("", ""))


def _stated(version: _Section, key: str) -> str:
    """Return what the ~Version section states: ``WRAP.  NO : one line per row``."""
    for _, text in version.lines:
        name, dot, rest = text.strip().partition(".")
        if dot and name.strip().upper() == key:
            return rest.rpartition(":")[0].strip() or rest.strip()
    return ""


def _header(
    path: Path, version: _Section, sections: list[_Section], curves: _Section
) -> lasio.LASFile:
    """Let lasio read the sections that matter, in the words of LAS 2."""
    well = _first(sections, "w")
    parts = [(version, "~Version"), (well, "~Well"), (curves, "~Curve")]
    text = "".join(section.text(title) for section, title in parts if section.lines)
    try:
        return lasio.read(io.StringIO(text), mnemonic_case="preserve", ignore_data=True)
    except Exception as error:  # a broken file can break lasio anywhere
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        msg = f"{path} cannot be read as LAS: {reason}"
        raise InputError(msg) from error


def _numbers(cells: list[str], null: float) -> Floats:
    """Return a column as numbers, NaN for what is none, not finite, or the null."""
    try:
        values = np.array(cells, dtype=np.float64)
    except ValueError:
        values = np.array([_number(cell) for cell in cells], dtype=np.float64)
    return np.where(np.isfinite(values) & (values != null), values, np.nan)


def _number(cell: str) -> float:
    if _DECIMAL_COMMA.fullmatch(cell):
        cell = cell.replace(",", ".")
    try:
        return float(cell)
    except ValueError:
        return np.nan


def _depth_unit(las: lasio.LASFile, path: Path) -> tuple[str | None, float]:
    """Return the unit of the index and its factor; the curve's own word goes first."""
    stated = [las.curves[0].unit]
    # Where a file has no ~Well section, lasio brings its own, in metres from NaN.
    if "STRT" in las.well and np.isfinite(_number(str(las.well["STRT"].value))):
        stated.append(las.well["STRT"].unit)
    for word in stated:
        if not str(word).strip():
            continue
        for unit, (words, factor) in DEPTH_UNITS.items():
            if str(word).strip().upper() in words:
                return unit[:2].strip(), factor
        msg = (
            f"{path}: its first column, {las.curves[0].mnemonic}, is in {word}: known "
            "are ft and m, so convert the depths and state their unit"
        )
        raise InputError(msg)
    return None, 1.0
