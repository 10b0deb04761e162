"""LAS 2.0 out; `veernet.export.lasread` reads any LAS."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import lasio
import numpy as np

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.export.curvelines import Marks, curve_lines
from veernet.export.letters import one_line, replaced
from veernet.export.logtable import (
    common_depth,
    depth_decimals,
    value_decimals,
)
from veernet.export.parameters import parameters
from veernet.export.provenance import Provenance
from veernet.files import write_text
from veernet.records import Curve, Registration
from veernet.register.legends.describe import describe
from veernet.wellfields import COMPUTED, PARAMETERS, WELL

# lasio warns through logging of what it then mends by itself; without a handler on the
# way up those lines would reach a user's terminal.
logging.getLogger("lasio").addHandler(logging.NullHandler())

INDEX = "DEPT"
CONFIDENCE = "_CONF"
"""Ends the name of the column that holds the confidence of a curve."""
CONFIDENCE_DECIMALS = 3
MOST_DECIMALS = 9
"""Of a depth: with five digits before the point, what a reader's numbers still hold."""


def write_las(
    path: Path,
    curves: Sequence[Curve],
    registration: Registration,
    provenance: Provenance,
    remarks: Sequence[str] = (),
    *,
    confidence: bool = False,
    reviewed: Mapping[str, Marks] | None = None,
) -> None:
    """Write curves as LAS 2.0, whole or not at all; same input, same bytes.

    The file is plain ASCII, as the standard wants and readers expect: other letters are
    replaced by their nearest (`replaced_letters` says which). What a mnemonic may not
    hold (space, dot, colon) becomes an underscore. The well fields STRT, STOP, STEP and
    NULL are computed, not taken from the registration. Depths are whole multiples of
    the step to the last digit that is printed.

    Parameters
    ----------
    path
        The file to write.
    curves
        All on the same depths; NaN becomes the registration's null value.
    registration
        Depth unit, step, null value and well fields.
    provenance
        Goes into the ~Parameter and ~Other sections.
    remarks
        Lines at the end of ~Other.
    confidence
        Add a curve ``MNEM_CONF`` for each, after all curves.
    reviewed
        By mnemonic (rows,) which rows of its trace a person has looked at; None where
        nobody has looked at any.

    Raises
    ------
    InputError
        If the depths differ or do not increase, two mnemonics become one, or the step
        has more decimals than a depth can be printed with.
    """
    text = las_text(
        curves,
        registration,
        provenance,
        remarks,
        confidence=confidence,
        reviewed=reviewed,
    )
    write_text(path, text)


def las_text(
    curves: Sequence[Curve],
    registration: Registration,
    provenance: Provenance,
    remarks: Sequence[str] = (),
    *,
    confidence: bool = False,
    reviewed: Mapping[str, Marks] | None = None,
) -> str:
    """Return what `write_las` writes."""
    depth = common_depth(curves)
    names = las_mnemonics(
        las_columns([c.mnemonic for c in curves], confidence=confidence)
    )
    step = _step(depth, registration.step)
    places = max(depth_decimals(depth), _step_decimals(step))
    null = np.format_float_positional(registration.null_value, trim="-")
    formats = {0: f"%.{places}f"}

    las = lasio.LASFile()
    del las.version["DLM"]  # of LAS 3
    _fill_well(las, registration.well)
    for one in parameters(registration, provenance):
        texts = (one_line(text) for text in (one.value, one.description))
        las.params.append(lasio.HeaderItem(one.mnemonic, one.unit, *texts))
    las.well["NULL"].value = null
    unit = registration.depth.unit
    las.append_curve(INDEX, np.round(depth, places), unit=unit.upper(), descr="Depth")
    formats |= _append(las, names, curves, registration.null_value, confidence)
    lines = (
        *provenance.lines(),
        *curve_lines(curves, registration, reviewed),
        *remarks,
    )
    las.other = "\n".join(one_line(line) for line in lines)

    text = io.StringIO()
    las.write(
        text,
        version=2.0,
        wrap=False,
        STRT=formats[0] % depth[0],
        STOP=formats[0] % depth[-1],
        STEP=formats[0] % step,
        column_fmt=formats,
        len_numeric_field=_width(las, formats, null),
    )
    # lasio pads lines at their ends where a description is empty.
    return re.sub(r"[ ]+$", "", text.getvalue(), flags=re.MULTILINE)


def _append(
    las: lasio.LASFile,
    names: Sequence[str],
    curves: Sequence[Curve],
    null: float,
    confidence: bool,
) -> dict[int, str]:
    """Append curves, then their confidences, and return the format of each column."""
    formats: dict[int, str] = {}
    values = [curve.value for curve in curves]
    units = [_unit(curve.unit) for curve in curves]
    said = [
        describe(curve.mnemonic) or name
        for curve, name in zip(curves, names, strict=False)
    ]
    decimals = [value_decimals(one) for one in values]
    if confidence:
        values += [curve.confidence for curve in curves]
        units += [""] * len(curves)
        said += [f"Confidence of {name}, 0 to 1" for name in names[: len(curves)]]
        decimals += [CONFIDENCE_DECIMALS] * len(curves)
    columns = zip(names, values, units, said, decimals, strict=True)
    for number, (name, column, unit_, descr, digits) in enumerate(columns, start=1):
        cleared = _clear_of_null(column, digits, null)
        las.append_curve(name, cleared, unit=unit_, descr=descr)
        formats[number] = f"%.{digits}f"
    return formats


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


def _fill_well(las: lasio.LASFile, well: dict[str, str]) -> None:
    """Enter the registration's fields; lasio's fresh file brings those of the standard.

    A field that the standard does not name is described by its own mnemonic.
    """
    for key, value in well.items():
        name = re.sub(r"[\s.:~#]+", "_", one_line(key)).upper()
        if name in COMPUTED or (name in PARAMETERS and str(value).strip()):
            continue
        if name in las.well:
            las.well[name].value = one_line(str(value))
        else:
            said = WELL.get(name, name)
            las.well.append(lasio.HeaderItem(name, "", one_line(str(value)), said))


def _clear_of_null(values: Floats, decimals: int, null: float) -> Floats:
    """Round, and move a value that would print as the null by one last digit."""
    rounded = np.round(values, decimals)
    return np.where(rounded == null, rounded + 10.0**-decimals, rounded)


def _step(depth: Floats, step: float) -> float:
    """Step of even depths, else 0, as the standard says of uneven ones."""
    steps = np.diff(depth)
    if len(steps) == 0 or np.allclose(steps, step, rtol=0, atol=1e-6 * step):
        return step
    even = np.allclose(steps, steps.mean(), rtol=0, atol=1e-6 * steps.mean())
    return round(float(steps.mean()), MOST_DECIMALS) if even else 0.0


def _step_decimals(step: float) -> int:
    """Return the decimals that hold a step, and its multiples, to the last digit."""
    exponent = Decimal(str(step)).normalize().as_tuple().exponent
    decimals = max(-int(exponent), 0)
    if decimals > MOST_DECIMALS:
        msg = (
            f"step {step!r} has {decimals} decimals, and a LAS may not round depths: "
            "give one with at most 9, such as 0.5, 0.1 or 0.1524"
        )
        raise InputError(msg)
    return decimals


def replaced_letters(
    curves: Sequence[Curve], registration: Registration, provenance: Provenance
) -> tuple[str, ...]:
    """Say, one by one, which letters the LAS holds by their nearest alone."""
    texts = [(key, str(value)) for key, value in registration.well.items()]
    texts += [("field", key) for key in registration.well]
    texts += [("curve", curve.mnemonic) for curve in curves]
    texts += [(f"unit of {curve.mnemonic}", curve.unit) for curve in curves]
    texts += [("scan", provenance.scan), ("registration", provenance.registration)]
    return replaced(texts)


def las_columns(mnemonics: Sequence[str], *, confidence: bool) -> list[str]:
    """Return names of all columns after the depth: curves, then confidences."""
    more = [f"{mnemonic}{CONFIDENCE}" for mnemonic in mnemonics] if confidence else []
    return [*mnemonics, *more]


def _width(las: lasio.LASFile, formats: dict[int, str], null: str) -> int:
    """Width of the widest number to be written, so that columns align."""
    width = len(null)
    for number, curve in enumerate(las.curves):
        known = curve.data[np.isfinite(curve.data)]
        ends = (known.min(), known.max()) if len(known) else ()
        width = max([width, *(len(formats[number] % end) for end in ends)])
    return width


def _unit(unit: str) -> str:
    """Return a unit as a LAS header can hold it: no space, no colon."""
    return re.sub(r"[\s:]+", "", one_line(unit))
