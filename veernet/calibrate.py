"""Traces to curves: row to depth, column to value, at even depths."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import numpy as np

from veernet.axes import DepthAxis, Floats, fraction_of
from veernet.errors import InputError
from veernet.records import Curve, Registration, Trace

ROUNDING = 1e-6
"""Rows, and steps: how near is taken for exactly on it, beyond any rounding error."""

MOST_SAMPLES = 10_000_000
"""A curve with more would be finer than any scan: its step is a slip of the pen."""


def calibrate(
    trace: Trace, registration: Registration, depth: Floats | None = None
) -> Curve:
    """Return a trace as values at the multiples of the registration's step.

    Between two rows a curve runs straight on the paper, and so its place in the track
    is interpolated, not its value: on a logarithmic scale the two differ. It is NaN if
    either row is unread; a depth that falls on a row needs that row alone. Nothing is
    extrapolated.

    Parameters
    ----------
    trace
        Registered rows and unfolded columns of the page.
    registration
        With which the trace was read, or an edited one: other scales, another step.
    depth
        (samples,) increasing depths in the registration's unit instead of those
        multiples; NaN stands where they lie beyond the depth points.

    Returns
    -------
    Curve
        From the first to the last depth point, or at the depths that are given.

    Raises
    ------
    InputError
        If the curve is not registered, rows of the trace are missing or out of order,
        or no multiple of the step lies within the depth points.
    """
    track, spec = registration.curve(trace.mnemonic)
    if np.any(np.diff(trace.row) != 1):
        after = trace.row[np.argmax(np.diff(trace.row) != 1)]
        msg = (
            f"the rows of trace {trace.mnemonic!r} must be consecutive: "
            f"the one after row {after} is missing or out of order"
        )
        raise InputError(msg)
    left, right = registration.edges_at(track, trace.row)
    fraction = fraction_of(trace.column, left, right)
    # A row whose place has no value on the scale is unread.
    fraction = np.where(np.isnan(spec.scale.value_at(fraction)), np.nan, fraction)
    confidence = np.where(np.isnan(fraction), 0.0, trace.confidence)

    if depth is None:
        depth = even_depths(registration.depth, registration.step)
    ends = registration.depth.depths[[0, -1]]
    row = registration.depth.row_at(np.clip(depth, *ends))
    # A depth that was rounded in a file is still that of an end.
    slack = ROUNDING * float(np.ptp(ends))
    row[(depth < ends[0] - slack) | (depth > ends[1] + slack)] = np.nan
    row[registration.depth.in_gap(depth)] = np.nan
    above, below = np.floor(row + ROUNDING), np.ceil(row - ROUNDING)
    share = np.where(above == below, 0.0, row - above)
    start = trace.row[0] if trace.row.size else 0
    upper, lower = _at(fraction, above - start), _at(fraction, below - start)
    between = np.where(share == 0.0, upper, (1 - share) * upper + share * lower)
    sampled = spec.scale.value_at(between)
    sure = np.fmin(_at(confidence, above - start), _at(confidence, below - start))
    return Curve(
        mnemonic=trace.mnemonic,
        unit=spec.unit,
        depth=depth,
        value=sampled,
        confidence=np.where(np.isnan(sampled), 0.0, sure),
    )


def calibrate_all(
    traces: Iterable[Trace], registration: Registration, depth: Floats | None = None
) -> tuple[Curve, ...]:
    """Return the curves that are wanted, in the order of the registration.

    Where a curve could not be read, its back-ups fill in, the first that was read; a
    back-up is returned in its own right too. Curves with ``export: false`` are used as
    back-ups but not returned.

    Parameters
    ----------
    traces
        One for every curve of the registration, in any order.
    registration
        With which they were read.
    depth
        See `calibrate`.

    Returns
    -------
    tuple of Curve
        All on the same depths.

    Raises
    ------
    InputError
        If a curve has no trace, or a trace no curve.
    """
    curves = {t.mnemonic: calibrate(t, registration, depth) for t in traces}
    specs = [spec for track in registration.tracks for spec in track.curves]
    for spec in specs:
        if spec.mnemonic not in curves:
            msg = (
                f"curve {spec.mnemonic!r} of section {registration.section!r} has no "
                "trace: digitise the scan with this registration first"
            )
            raise InputError(msg)
    for spec in specs:
        if spec.backup_of is not None:
            main = curves[spec.backup_of]
            curves[spec.backup_of] = _filled(main, curves[spec.mnemonic])
    return tuple(curves[spec.mnemonic] for spec in specs if spec.export)


def even_depths(axis: DepthAxis, step: float) -> Floats:
    """Return the multiples of a step from the first to the last depth point.

    Each is the number nearest to what one would write: 0.3, not 0.30000000000000004.

    Parameters
    ----------
    axis
        Whose first and last points bound the depths, both included.
    step
        In depth units.

    Returns
    -------
    (samples,) float64
        Strictly increasing.

    Raises
    ------
    InputError
        If there are none, or absurdly many.
    """
    top, base = float(axis.depths[0]), float(axis.depths[-1])
    # Judged before anything is counted: a step of 1e-308 would count to infinity.
    about = (base - top) / step
    first = last = 0
    if about <= MOST_SAMPLES:
        # Of the log where that is shorter: a step of 1e308 is nearly 0 times anything.
        near = ROUNDING * min(1.0, about)
        first, last = math.ceil(top / step - near), math.floor(base / step + near)
    count = last - first + 1 if about <= MOST_SAMPLES else about
    if not 0 < count <= MOST_SAMPLES:
        msg = (
            f"step {step:g} gives {count:g} samples from {top:g} to {base:g} "
            f"{axis.unit}: give another step"
        )
        raise InputError(msg)
    # Whole numbers, and so exact, up to the one division that rounds.
    numerator, denominator = Decimal(str(step)).as_integer_ratio()
    multiples = np.arange(first, last + 1, dtype=np.float64)
    return multiples * float(numerator) / float(denominator)


def _at(samples: Floats, index: Floats) -> Floats:
    """Return samples at whole indices, NaN where there are none."""
    inside = (index >= 0) & (index < samples.size)
    found = np.full(index.shape, np.nan)
    found[inside] = samples[index[inside].astype(np.int64)]
    return found


def _filled(main: Curve, backup: Curve) -> Curve:
    """Return a curve with its unread depths taken from its back-up."""
    unread = np.isnan(main.value)
    return replace(
        main,
        value=np.where(unread, backup.value, main.value),
        confidence=np.where(unread, backup.confidence, main.confidence),
    )
