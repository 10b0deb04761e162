"""How far a digitised log lies from the truth, curve by curve.

Compared at the truth's depths, linear between the samples of the digitised log, never
across a null, with no shifting and no best-of. Scores are given for the rows that were
read and, apart from them, with gaps filled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from veernet.errors import InputError
from veernet.evaluate.compare import Comparison, Drawn
from veernet.evaluate.scores import CurveScores, Scores, format_table, to_json
from veernet.export.csvlog import read_csv
from veernet.export.las import las_mnemonics
from veernet.export.lasread import read_las
from veernet.export.logtable import LogTable
from veernet.files import check_readable
from veernet.records import Registration

__all__ = ["evaluate", "evaluate_files", "format_table", "read_log", "to_json"]

LINE_WIDTH = 3.0
"""Pixels; the pen of a paper log on a scan of 200 dots per inch."""


def read_log(path: Path) -> LogTable:
    """Read a LAS or CSV file, by its suffix.

    Columns ending in ``_COL`` or ``_CONF`` are ignored.

    Raises
    ------
    InputError
        If there is no such file, or it is neither, or broken.
    """
    check_readable(path)
    readers = {".las": read_las, ".csv": read_csv}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        msg = f"{path} is neither .las nor .csv"
        raise InputError(msg)
    table = reader(path)
    kept = {
        mnemonic: values
        for mnemonic, values in table.values.items()
        if not mnemonic.upper().endswith(("_COL", "_CONF"))
    }
    return replace(table, values=kept)


def evaluate_files(
    digitised: Path,
    truth: Path,
    *,
    mapping: Mapping[str, str] | None = None,
    registration: Registration | None = None,
    points: int | None = None,
) -> Scores:
    """Score one file against another; see `read_log` and `evaluate`."""
    return evaluate(
        read_log(digitised),
        read_log(truth),
        mapping=mapping,
        registration=registration,
        points=points,
    )


def evaluate(
    digitised: LogTable,
    truth: LogTable,
    *,
    mapping: Mapping[str, str] | None = None,
    registration: Registration | None = None,
    points: int | None = None,
    offset: float = 0.0,
    line_width: float = LINE_WIDTH,
) -> Scores:
    """Score a digitised log against the truth.

    Parameters
    ----------
    digitised, truth
        From `read_log`.
    mapping
        Mnemonic in the digitised log to mnemonic in the truth, where they differ.
        Other curves are paired by mnemonic; case does not matter.
    registration
        Without it there are no pixels, no fractions and no swaps, every depth counts as
        on scale, and R-squared is on values as they stand.
    points
        Also score on so many even depths, values as fractions of the scale.
    offset
        Depth of the truth less depth of the digitised log, where two prints are known
        to be offset.
    line_width
        In pixels.

    Raises
    ------
    InputError
        If depth units differ, a mapped curve is missing, or nothing can be compared.
    """
    unit = _depth_unit(digitised, truth, registration)
    paired = _pair(digitised, truth, mapping or {})
    drawn = _drawn(paired, registration)
    truth = replace(truth, depth=truth.depth - offset)
    top, bottom = _depth_range(digitised, registration)
    comparison = Comparison(
        digitised,
        _cut(truth, top, bottom),
        paired,
        registration,
        drawn,
        points,
        line_width,
    )
    left_out = tuple(name for name in digitised.values if name not in paired)
    return Scores(
        digitised=digitised.name,
        truth=truth.name,
        depth_unit=unit,
        top=top,
        bottom=bottom,
        offset=offset,
        line_width=line_width,
        curves=tuple(_score(comparison, name) for name in paired),
        left_out=left_out,
        notes=_notes(comparison),
    )


def _score(comparison: Comparison, name: str) -> CurveScores:
    """Score one curve, gaps as they are and gaps filled."""
    true_name = comparison.paired[name]
    known = np.isfinite(comparison.true_values(name))
    depth = comparison.truth.depth[known]
    read = np.isfinite(comparison.values(name, depth, filled=False))
    units = [comparison.truth.units[true_name], comparison.digitised.units[name]]
    if name in comparison.drawn:
        units.append(comparison.drawn[name][1].unit)
    return CurveScores(
        mnemonic=name,
        truth=true_name,
        unit=next((unit for unit in units if unit), ""),
        depths=len(depth),
        coverage=float(read.mean()) if len(read) else None,
        read=comparison.measures(name, filled=False),
        filled=comparison.measures(name, filled=True),
    )


def _pair(
    digitised: LogTable, truth: LogTable, mapping: Mapping[str, str]
) -> dict[str, str]:
    """Return which curve of the truth belongs to which digitised one.

    What is mapped is paired first; a curve of the truth may serve several, as when one
    log was digitised at two scales.
    """
    paired = {}
    for name, true_name in mapping.items():
        paired[_known(digitised, name)] = _known(truth, true_name)
    for name in digitised.values:
        true_name_found = truth.find(name)
        if name not in paired and true_name_found is not None:
            paired[name] = true_name_found
    if not paired:
        msg = (
            f"no curve of {digitised.name} ({', '.join(digitised.values)}) is in "
            f"{truth.name} ({', '.join(truth.values)}): say which belong together"
        )
        raise InputError(msg)
    return {name: paired[name] for name in digitised.values if name in paired}


def _known(table: LogTable, mnemonic: str) -> str:
    name = table.find(mnemonic)
    if name is None:
        known = ", ".join(table.values)
        msg = f"curve {mnemonic!r} is not in {table.name}, which has {known}"
        raise InputError(msg)
    return name


def _drawn(
    paired: Mapping[str, str], registration: Registration | None
) -> dict[str, Drawn]:
    """Find digitised curves in the registration, by their names in a LAS file too."""
    if registration is None:
        return {}
    known: dict[str, Drawn] = {}
    for track in registration.tracks:
        for spec in track.curves:
            known[spec.mnemonic.upper()] = (track, spec)
            known[las_mnemonics([spec.mnemonic])[0].upper()] = (track, spec)
    return {name: known[name.upper()] for name in paired if name.upper() in known}


def _depth_unit(
    digitised: LogTable, truth: LogTable, registration: Registration | None
) -> str | None:
    """Return the unit of depth that all agree on; a CSV table has none of its own."""
    stated = [(digitised.depth_unit, digitised.name), (truth.depth_unit, truth.name)]
    if registration is not None:
        stated.append((registration.depth.unit, "the registration"))
    units = [(unit, name) for unit, name in stated if unit is not None]
    if len({unit for unit, _ in units}) > 1:
        words = ", ".join(f"{unit} in {name}" for unit, name in units)
        msg = f"depths are in {words}: convert one of the files first"
        raise InputError(msg)
    return units[0][0] if units else None


def _depth_range(
    digitised: LogTable, registration: Registration | None
) -> tuple[float, float]:
    """Depths that the digitised log answers for."""
    depths = digitised.depth if registration is None else registration.depth.depths
    return float(depths[0]), float(depths[-1])


def _cut(table: LogTable, top: float, bottom: float) -> LogTable:
    """Keep the samples from top to bottom, ends included."""
    rounding = 1e-6
    inside = (table.depth >= top - rounding) & (table.depth <= bottom + rounding)
    if not inside.any():
        msg = (
            f"{table.name} runs from {table.depth[0]:g} to {table.depth[-1]:g}, beside "
            f"the depths {top:g} to {bottom:g} of the registration or digitised log"
        )
        raise InputError(msg)
    values = {name: column[inside] for name, column in table.values.items()}
    return replace(table, depth=table.depth[inside], values=values)


def _notes(comparison: Comparison) -> tuple[str, ...]:
    """Say what a reader of the scores would not guess."""
    notes = [*comparison.digitised.notes, *comparison.truth.notes]
    if comparison.page is None:
        notes.append(
            "no registration: no pixels, no fractions and no swaps, and R-squared is "
            "of the values as they stand"
        )
    for name, true_name in comparison.paired.items():
        unit, true_unit = (
            comparison.digitised.units[name],
            comparison.truth.units[true_name],
        )
        if unit and true_unit and unit.upper() != true_unit.upper():
            notes.append(
                f"{name} is in {unit} and {true_unit} in the truth: compared as it is"
            )
        if comparison.page is not None and name not in comparison.drawn:
            notes.append(f"{name} is not in the registration: no pixels, no fractions")
    return tuple(notes)
