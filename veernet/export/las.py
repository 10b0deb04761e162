"""LAS 2.0 out, any LAS that lasio can make sense of in."""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import lasio
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
from veernet.export.provenance import Provenance
from veernet.files import write_text
from veernet.records import Curve, Registration

# lasio warns through logging of what it then mends by itself; without a handler on the
# way up those lines would reach a user's terminal.
logging.getLogger("lasio").addHandler(logging.NullHandler())

INDEX = "DEPT"
COMPUTED = {"STRT", "STOP", "STEP", "NULL"}
DEPTH_UNITS = {
    "ft": ({"F", "FT", "FEET", "FOOT"}, 1.0),
    "m": ({"M", "METER", "METERS", "METRE", "METRES", "MTR"}, 1.0),
    # Depths of LIS tapes are counted in tenths of an inch.
    "ft of tape": ({".1IN", "0.1IN"}, 1 / 120),
}
LETTERS = str.maketrans(
    {
        "µ": "u",
        "μ": "u",
        "°": "deg",
        "Ø": "O",
        "ø": "o",
        "Æ": "AE",
        "æ": "ae",
        "ß": "ss",
    }
    | {"Ð": "D", "ð": "d", "Ł": "L", "ł": "l", "\N{EN DASH}": "-", "Ω": "ohm"}
)


def write_las(
    path: Path,
    curves: Sequence[Curve],
    registration: Registration,
    provenance: Provenance,
    remarks: Sequence[str] = (),
) -> None:
    """Write curves as LAS 2.0, whole or not at all; same input, same bytes.

    The file is plain ASCII, as the standard wants and readers expect: other letters are
    replaced by their nearest. What a mnemonic may not hold (space, dot, colon) becomes
    an underscore. The well fields STRT, STOP, STEP and NULL are computed, not taken
    from the registration.

    Parameters
    ----------
    path
        The file to write.
    curves
        All on the same depths; NaN becomes the registration's null value.
    registration
        Depth unit, step, null value and well fields.
    provenance
        Goes into the ~Other section.
    remarks
        Lines that follow it there.

    Raises
    ------
    InputError
        If the depths differ or do not increase, or two mnemonics become one.
    """
    write_text(path, las_text(curves, registration, provenance, remarks))


def las_text(
    curves: Sequence[Curve],
    registration: Registration,
    provenance: Provenance,
    remarks: Sequence[str] = (),
) -> str:
    """Return what `write_las` writes."""
    depth = common_depth(curves)
    names = las_mnemonics([c.mnemonic for c in curves])
    places = depth_decimals(depth)
    null = np.format_float_positional(registration.null_value, trim="-")
    formats = {0: f"%.{places}f"}

    las = lasio.LASFile()
    del las.version["DLM"]  # of LAS 3
    _fill_well(las, registration.well)
    las.well["NULL"].value = null
    unit = registration.depth.unit
    las.append_curve(INDEX, np.round(depth, places), unit=unit.upper(), descr="Depth")
    for number, (name, curve) in enumerate(zip(names, curves, strict=True), start=1):
        decimals = value_decimals(curve.value)
        values = _clear_of_null(curve.value, decimals, registration.null_value)
        las.append_curve(name, values, unit=_unit(curve.unit), descr=name)
        formats[number] = f"%.{decimals}f"
    las.other = "\n".join(one_line(line) for line in (*provenance.lines(), *remarks))

    text = io.StringIO()
    las.write(
        text,
        version=2.0,
        wrap=False,
        STRT=formats[0] % depth[0],
        STOP=formats[0] % depth[-1],
        STEP=formats[0] % _step(depth, registration.step),
        column_fmt=formats,
        len_numeric_field=_width(las, formats, null),
    )
    # lasio pads lines at their ends where a description is empty.
    return re.sub(r"[ ]+$", "", text.getvalue(), flags=re.MULTILINE)


def las_mnemonics(mnemonics: Sequence[str]) -> tuple[str, ...]:
    """Return mnemonics as a LAS file can hold them.

    Raises
    ------
    InputError
        If two would be the same to a reader, most of which take gr for GR.
    """
    seen = {INDEX: "the depth"}
    names = []
    for mnemonic in mnemonics:
        name = re.sub(r"[\s.:~#]+", "_", one_line(mnemonic)) or "_"
        if name.upper() in seen:
            msg = (
                f"curve {mnemonic!r} would read as {name.upper()} in a LAS file, as "
                f"does {seen[name.upper()]}: rename one of them"
            )
            raise InputError(msg)
        seen[name.upper()] = f"curve {mnemonic!r}"
        names.append(name)
    return tuple(names)


def parse_las(raw: bytes) -> lasio.LASFile:
    """Parse the bytes of a LAS file: letters are UTF-8 or, failing that, Windows'.

    A broken file can break lasio anywhere.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return lasio.read(io.StringIO(text, newline=None), mnemonic_case="preserve")


def read_las(path: Path) -> LogTable:
    """Read the curves of a LAS file: any version, wrapped or not, either depth order.

    Cells that are no numbers (``****``, ``(null)``) are null, as is the file's own null
    value. Depths in tenths of an inch are given in feet.

    Raises
    ------
    InputError
        If the file is no LAS or lasio cannot make sense of it.
    """
    raw = path.read_bytes()
    try:
        las = parse_las(raw)
        columns = {c.mnemonic: _numbers(c.data) for c in las.curves}
    except Exception as error:  # a broken file can break lasio anywhere
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        msg = f"{path} cannot be read as LAS: {reason}"
        raise InputError(msg) from error
    if not columns or min(len(c) for c in columns.values()) == 0:
        msg = f"{path} cannot be read as LAS: it holds no data"
        raise InputError(msg)
    unit, factor = _depth_unit(las)
    index, *others = columns
    depth = np.round(columns[index] * factor, 6)
    units = {m: str(las.curves[m].unit) for m in others}
    return make_table(str(path), unit, depth, {m: columns[m] for m in others}, units)


def _fill_well(las: lasio.LASFile, well: dict[str, str]) -> None:
    """Enter the registration's fields; lasio's fresh file brings those of the standard.

    A field that the standard does not name is described by its own mnemonic.
    """
    for key, value in well.items():
        name = re.sub(r"[\s.:~#]+", "_", one_line(key)).upper()
        if name in COMPUTED:
            continue
        if name in las.well:
            las.well[name].value = one_line(str(value))
        else:
            las.well.append(lasio.HeaderItem(name, "", one_line(str(value)), name))


def _clear_of_null(values: Floats, decimals: int, null: float) -> Floats:
    """Round, and move a value that would print as the null by one last digit."""
    rounded = np.round(values, decimals)
    return np.where(rounded == null, rounded + 10.0**-decimals, rounded)


def _step(depth: Floats, step: float) -> float:
    """Step of even depths, else 0, as the standard says of uneven ones."""
    steps = np.diff(depth)
    if len(steps) == 0:
        return step
    even = np.allclose(steps, steps.mean(), rtol=0, atol=1e-6 * steps.mean())
    return float(steps.mean()) if even else 0.0


def _width(las: lasio.LASFile, formats: dict[int, str], null: str) -> int:
    """Width of the widest number to be written, so that columns align."""
    width = len(null)
    for number, curve in enumerate(las.curves):
        known = curve.data[np.isfinite(curve.data)]
        ends = (known.min(), known.max()) if len(known) else ()
        width = max([width, *(len(formats[number] % end) for end in ends)])
    return width


def _numbers(data: np.ndarray) -> Floats:
    """Return a column as numbers, NaN for what is none or not finite."""
    if data.dtype.kind != "f":
        data = np.array([_number(cell) for cell in data], dtype=np.float64)
    return np.where(np.isfinite(data), data, np.nan).astype(np.float64)


def _number(cell: object) -> float:
    try:
        return float(str(cell))
    except ValueError:
        return np.nan


def _depth_unit(las: lasio.LASFile) -> tuple[str | None, float]:
    """Return the unit of the index and its factor; the curve's own word goes first."""
    stated = [las.curves[0].unit]
    # Where a file has no ~Well section, lasio brings its own, in metres from NaN.
    if "STRT" in las.well and np.isfinite(_number(las.well["STRT"].value)):
        stated.append(las.well["STRT"].unit)
    for word in stated:
        if not str(word).strip():
            continue
        for unit, (words, factor) in DEPTH_UNITS.items():
            if str(word).strip().upper() in words:
                return unit[:2].strip(), factor
        return None, 1.0
    return None, 1.0


def _unit(unit: str) -> str:
    """Return a unit as a LAS header can hold it: no space, no colon."""
    return re.sub(r"[\s:]+", "", one_line(unit))


def one_line(text: str) -> str:
    """One line of plain letters: the nearest, or a question mark where none is near."""
    plain = unicodedata.normalize("NFKD", text.translate(LETTERS))
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(kept.encode("ascii", "replace").decode("ascii").split())
