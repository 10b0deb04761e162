"""A LAS read back, and its curves placed on the paper that they were read from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import lasio
import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.export.las import CONFIDENCE, las_mnemonics
from veernet.export.lasread import read_las
from veernet.export.logtable import LogTable
from veernet.records import OFF_SCALE, ORIGINS, CurveSpec, Registration, Trace, Track

SLACK = 0.02
"""Part of a track's width by which a value may lie beyond its scale and still be drawn:
strokes run over an edge by their width."""


@dataclass(frozen=True, eq=False)
class ReadBack:
    """A curve of a LAS on the paper.

    Parameters
    ----------
    track, spec
        How it is drawn.
    depth, value
        (samples,) as in the LAS; NaN where null.
    row
        (samples,) registered row of each depth.
    fraction
        (samples,) unfolded fraction of the track; NaN where the value is null, or is
        not drawn because it is off the scale.
    confidence
        (samples,) 0 to 1, NaN where null; None where nothing tells it.
    guessed, off
        (samples,) whether the value was bridged, and whether there is none because the
        curve is off scale, as far as a trace file tells.
    """

    track: Track
    spec: CurveSpec
    depth: Floats
    value: Floats
    row: Floats
    fraction: Floats
    confidence: Floats | None
    guessed: NDArray[np.bool_]
    off: NDArray[np.bool_]

    @property
    def read(self) -> NDArray[np.bool_]:
        """(samples,) where the LAS has a value."""
        return np.isfinite(self.value)

    @property
    def wrap(self) -> NDArray[np.int64]:
        """(samples,) how often the curve has left an edge; 0 where it is not drawn."""
        known = np.isfinite(self.fraction) & self.spec.wraps
        wrap = np.zeros(self.fraction.size, dtype=np.int64)
        wrap[known] = np.floor(self.fraction[known]).astype(np.int64)
        return wrap


@dataclass(frozen=True, eq=False)
class CheckedLog:
    """A LAS with the registration of the paper that it is compared with.

    Parameters
    ----------
    path
        The LAS.
    registration
        Its depths in the unit of the LAS.
    curves
        Those of the LAS that are registered, in the order of the registration.
    absent
        Mnemonics that are registered for export and not in the LAS.
    strange
        Mnemonics of the LAS that are not registered.
    scan_sha256
        Of the scan, as the LAS states it; empty where it does not.
    other
        Lines of its ~Other section.
    """

    path: Path
    registration: Registration
    curves: tuple[ReadBack, ...]
    absent: tuple[str, ...]
    strange: tuple[str, ...]
    scan_sha256: str
    other: tuple[str, ...]


def read_back(
    path: Path, registration: Registration, traces: tuple[Trace, ...] = ()
) -> CheckedLog:
    """Read a LAS as its receivers do, and place its curves on the paper.

    Parameters
    ----------
    path
        Of the LAS.
    registration
        Of the section that it was read from.
    traces
        From a trace file: confidence where the LAS has none, and what was bridged.

    Raises
    ------
    InputError
        If it is no LAS, its depth has no unit, it has no depth of the section, or none
        of its curves is registered.
    """
    table = read_las(path)
    if table.depth_unit is None:
        msg = f"{path} does not say the unit of its depths: give its index F, FT or M"
        raise InputError(msg)
    depth = registration.depth.in_unit(table.depth_unit)
    registration = replace(registration, depth=depth)
    inside = (table.depth >= depth.depths[0] - 1e-6) & (
        table.depth <= depth.depths[-1] + 1e-6
    )
    if not inside.any():
        msg = (
            f"{path} has no depth between {depth.depths[0]:g} and {depth.depths[-1]:g} "
            f"{depth.unit}, those of section {registration.section!r}: name another"
        )
        raise InputError(msg)
    curves, absent = _curves(table, inside, registration, path, traces)
    if not curves:
        msg = (
            f"{path} has no curve of section {registration.section!r}: it holds "
            f"{', '.join(table.values)}"
        )
        raise InputError(msg)
    known = {las_mnemonics([curve.spec.mnemonic])[0].upper() for curve in curves}
    las = lasio.read(path, ignore_data=True)
    return CheckedLog(
        path,
        registration,
        tuple(curves),
        tuple(absent),
        tuple(name for name in table.values if name.upper() not in known),
        str(las.params["SHA256"].value) if "SHA256" in las.params else "",
        tuple(str(las.other).splitlines()),
    )


def _curves(
    table: LogTable,
    inside: NDArray[np.bool_],
    registration: Registration,
    path: Path,
    traces: tuple[Trace, ...],
) -> tuple[list[ReadBack], list[str]]:
    """Return the registered curves that a LAS has, and those that it lacks."""
    sure = _confidences(path, table.depth)
    by_name = {trace.mnemonic: trace for trace in traces}
    curves, absent = [], []
    for track in registration.tracks:
        for spec in track.curves:
            name = table.find(las_mnemonics([spec.mnemonic])[0])
            if name is None:
                absent += [spec.mnemonic] if spec.export else []
                continue
            known = sure.get(name.upper())
            curves.append(
                _placed(
                    registration,
                    (track, spec),
                    table.depth[inside],
                    table.values[name][inside],
                    None if known is None else known[inside],
                    by_name.get(spec.mnemonic),
                )
            )
    return curves, absent


def _confidences(path: Path, depth: Floats) -> dict[str, Floats]:
    """Return the MNEM_CONF columns of a LAS by mnemonic, at its sorted depths."""
    las = lasio.read(path, mnemonic_case="upper")
    index = np.asarray(las.index, dtype=np.float64)
    found = {}
    for curve in las.curves[1:]:
        if curve.mnemonic.endswith(CONFIDENCE) and curve.data.dtype.kind == "f":
            order = np.argsort(index)
            own = np.interp(depth, index[order], curve.data[order])
            found[curve.mnemonic.removesuffix(CONFIDENCE)] = own
    return found


def _placed(
    registration: Registration,
    drawn: tuple[Track, CurveSpec],
    depth: Floats,
    value: Floats,
    confidence: Floats | None,
    trace: Trace | None,
) -> ReadBack:
    """Place the samples of a curve; a trace tells what the LAS does not."""
    track, spec = drawn
    row = registration.depth.row_at(np.clip(depth, *registration.depth.depths[[0, -1]]))
    fraction = spec.scale.fraction_at(value)
    if not spec.wraps:
        off = (fraction < -SLACK) | (fraction > 1 + SLACK)
        fraction = np.where(off, np.nan, fraction)
    guessed, off_scale = np.zeros((2, depth.size), dtype=np.bool_)
    if trace is not None and trace.row.size:
        at = np.clip(np.rint(row).astype(int) - trace.row[0], 0, trace.row.size - 1)
        guessed = (trace.origin[at] == ORIGINS.index("bridged")) & np.isfinite(value)
        off_scale = np.isin(trace.origin[at], OFF_SCALE) & np.isnan(value)
        if confidence is None:
            confidence = trace.confidence[at]
    if confidence is not None:
        confidence = np.where(np.isfinite(value), confidence, np.nan)
    return ReadBack(
        track, spec, depth, value, row, fraction, confidence, guessed, off_scale
    )


def drawn_traces(log: CheckedLog, traces: tuple[Trace, ...] = ()) -> tuple[Trace, ...]:
    """Return the curves as they are plotted: a sample for each row of the section.

    Straight between the samples of the LAS, nothing across a null. Curves that are
    drawn and not exported come from a trace file where one is given.
    """
    registration = log.registration
    rows = np.arange(*registration.row_range)
    found = []
    for curve in log.curves:
        fraction = between(curve, rows)
        left, right = registration.edges_at(curve.track, rows)
        column = left + fraction * (right - left)
        origin = np.where(np.isfinite(column), ORIGINS.index("auto"), 0)
        sure = np.isfinite(column).astype(np.float64)
        name = curve.spec.mnemonic
        found.append(Trace(name, rows, column, sure, origin.astype(np.uint8)))
    known = {trace.mnemonic for trace in found}
    return (*found, *(t for t in traces if t.mnemonic not in known))


def between(curve: ReadBack, rows: NDArray[np.int64]) -> Floats:
    """Return the unfolded fraction at rows, NaN beside a null and beyond the ends."""
    at = np.interp(rows, curve.row, np.nan_to_num(curve.fraction))
    bad = (~np.isfinite(curve.fraction)).astype(np.float64)
    near_null = np.interp(rows, curve.row, bad) > 1e-9
    beyond = (rows < curve.row[0] - 0.5) | (rows > curve.row[-1] + 0.5)
    return np.where(near_null | beyond, np.nan, at)
