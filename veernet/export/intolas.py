"""Curves into a LAS that is there, on its own depths: replaced, or added beside."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import lasio
import numpy as np

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.export.las import las_mnemonics
from veernet.export.lasread import DEPTH_UNITS, las_text_of, read_las
from veernet.export.letters import one_line
from veernet.export.logtable import value_decimals
from veernet.records import Curve
from veernet.register.legends.describe import describe

Clash = Literal["replace", "append"]

MOST_DECIMALS = 10
"""Beyond which a column that was there is written with rounding."""

NULL = -999.25
"""Stands for nulls in a file that does not say its own."""

FEET = {"ft": 1.0, "m": 1 / 0.3048}
"""Of a depth unit."""

Sampler = Callable[[Floats], Sequence[Curve]]
"""Takes increasing depths in the log's unit, and returns curves at them."""


class Clashes(Exception):
    """Curves of the LAS have the names of those that are to go into it."""

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        super().__init__(
            f"{path.name} has {', '.join(names)} already: replace them, or append the "
            "new ones under other names"
        )
        self.names = tuple(names)


def into_las(
    path: Path,
    sample: Sampler,
    unit: str,
    lines: Sequence[str],
    clash: Clash | None = None,
) -> str:
    """Return the text of a LAS with curves replaced or added, on its own depths.

    Everything else of the file is kept as lasio reads it: header, order of curves,
    their decimals, nulls.

    Parameters
    ----------
    path
        The LAS that is there.
    sample
        Gives the curves at its depths.
    unit
        Of the depths that it takes: ft or m.
    lines
        For the ~Other section: where the curves came from.
    clash
        What becomes of a curve whose name is there already.

    Raises
    ------
    InputError
        If it is no LAS, its depth has no unit that is known, or no depth is a number.
    Clashes
        If a name is there already, and it is not said what to do.
    """
    las = _read(path)
    depth = _depths(las, path) * _feet(las, path) / FEET[unit]
    order = np.argsort(depth, kind="stable")
    curves = sample(depth[order])
    back = np.empty_like(order)
    back[order] = np.arange(order.size)
    names = las_mnemonics([curve.mnemonic for curve in curves])
    index, *present = (str(curve.original_mnemonic).upper() for curve in las.curves)
    known = set(present)
    clashing = [name for name in names if name.upper() in known]
    if clashing and clash is None:
        raise Clashes(path, clashing)
    formats = {
        number: f"%.{_decimals(np.asarray(curve.data))}f"
        for number, curve in enumerate(las.curves)
        if np.asarray(curve.data).dtype.kind == "f"
    }
    taken = {index, *known}
    for name, curve in zip(names, curves, strict=True):
        values = curve.value[back]
        decimals = value_decimals(values)
        values = np.round(values, decimals)
        if name.upper() in known and clash == "replace":
            number = _place(las, name)
            las.curves[number].data = values
            las.curves[number].unit = one_line(curve.unit).replace(" ", "")
        else:
            free = _free(name, taken)
            taken.add(free.upper())
            unit_ = one_line(curve.unit).replace(" ", "")
            descr = describe(curve.mnemonic) or free
            las.append_curve(free, values, unit=unit_, descr=descr)
            number = len(las.curves) - 1
        formats[number] = f"%.{decimals}f"
    if "NULL" not in las.well:
        las.well.append(lasio.HeaderItem("NULL", "", NULL, "NULL VALUE"))
    _spell(las, formats)
    las.other = "\n".join([str(las.other).rstrip(), *map(one_line, lines)]).lstrip()
    text = io.StringIO()
    las.write(text, version=2.0, wrap=False, column_fmt=formats)
    return re.sub(r"[ ]+$", "", text.getvalue(), flags=re.MULTILINE)


def _read(path: Path) -> lasio.LASFile:
    text = las_text_of(path)
    try:
        las = lasio.read(io.StringIO(text, newline=None), mnemonic_case="preserve")
    except Exception as error:  # a broken file can break lasio anywhere
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        msg = f"{path.name} cannot be read as LAS: {reason}"
        raise InputError(msg) from error
    if not las.curves or not len(las.curves[0].data):
        msg = f"{path.name} holds no data: no curve can be put beside it"
        raise InputError(msg)
    # lasio parts some rows wrongly, without a word; `read_las` refuses or mends them.
    table = read_las(path)
    rows = len(las.curves[0].data)
    if rows != len(table.depth) or len(las.curves) != 1 + len(table.values):
        msg = (
            f"{path.name} is not laid out as plain LAS 2: save it with a line for each "
            "depth and blanks between columns, then put curves into it"
        )
        raise InputError(msg)
    return las


def _depths(las: lasio.LASFile, path: Path) -> Floats:
    depth = np.asarray(las.curves[0].data)
    if depth.dtype.kind != "f" or not np.isfinite(depth).all():
        msg = f"the depths of {path.name} are not numbers throughout"
        raise InputError(msg)
    if np.unique(depth).size != depth.size:
        msg = f"{path.name} has a depth twice: mend it first"
        raise InputError(msg)
    return depth.astype(np.float64)


def _feet(las: lasio.LASFile, path: Path) -> float:
    """Return the feet in a unit of the index."""
    for word in (las.curves[0].unit, getattr(las.well.get("STRT"), "unit", "")):
        for unit, (words, factor) in DEPTH_UNITS.items():
            if str(word).strip().upper() in words:
                return factor * FEET[unit[:2].strip()]
    msg = f"{path.name} does not say the unit of its depths: give one to its index"
    raise InputError(msg)


def _decimals(values: Floats) -> int:
    """Return the fewest decimals that write a column as it is."""
    known = values[np.isfinite(values)]
    for decimals in range(MOST_DECIMALS):
        if np.array_equal(np.round(known, decimals), known):
            return decimals
    return MOST_DECIMALS


def _place(las: lasio.LASFile, name: str) -> int:
    names = [str(curve.original_mnemonic).upper() for curve in las.curves]
    return names.index(name.upper(), 1)


def _spell(las: lasio.LASFile, formats: dict[int, str]) -> None:
    """Write numbers as text beside a column of text, where lasio spells a null nan."""
    columns = [np.asarray(curve.data) for curve in las.curves]
    if all(column.dtype.kind == "f" for column in columns):
        return
    null = str(las.well["NULL"].value)
    for number, column in enumerate(columns[1:], start=1):
        if column.dtype.kind == "f":
            las.curves[number].data = np.array(
                [formats[number] % v if np.isfinite(v) else null for v in column]
            )


def _free(name: str, taken: set[str]) -> str:
    """Return a name that no other curve has: GR, else GR_2."""
    free, count = name, 1
    while free.upper() in taken:
        count += 1
        free = f"{name}_{count}"
    return free
