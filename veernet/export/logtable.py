"""A log as a table, one column a curve: what LAS and CSV files have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.records import Curve

SIGNIFICANT = 6
"""Digits kept of a value: a hundred times finer than a scan can be read."""

NULLS = (-999.25, -9999.25, -999.0, -9999.0)
"""Null values in use, some of which survive in files that state another or none."""


@dataclass(frozen=True)
class LogTable:
    """The curves of a file on its own depths.

    Parameters
    ----------
    name
        Of the file, for messages.
    depth_unit
        ft or m; None where the file does not say, or names another unit.
    depth
        (samples,) strictly increasing.
    values
        Per mnemonic (samples,), NaN where null.
    units
        Per mnemonic the unit; empty where the file states none.
    notes
        What was odd about the file, and how it was read.
    """

    name: str
    depth_unit: str | None
    depth: Floats
    values: dict[str, Floats]
    units: dict[str, str]
    notes: tuple[str, ...] = ()

    def find(self, mnemonic: str) -> str | None:
        """Return a curve's mnemonic as the file spells it: GR finds gr, GR first."""
        if mnemonic in self.values:
            return mnemonic
        same = [name for name in self.values if name.upper() == mnemonic.upper()]
        return same[0] if len(same) == 1 else None


def make_table(
    name: str,
    depth_unit: str | None,
    depth: Floats,
    values: dict[str, Floats],
    units: dict[str, str],
    notes: tuple[str, ...] = (),
) -> LogTable:
    """Sort a table by depth, drop the rows that have none, and clear usual nulls.

    Raises
    ------
    InputError
        If nothing is left or a depth occurs twice.
    """
    known = np.flatnonzero(np.isfinite(depth))
    if len(known) == 0:
        msg = f"{name} holds no depths: is its first column the depth?"
        raise InputError(msg)
    order = known[np.argsort(depth[known], kind="stable")]
    ordered = depth[order]
    twice = np.flatnonzero(np.diff(ordered) == 0)
    if len(twice):
        msg = f"depth {ordered[twice[0]]:g} occurs twice in {name}: keep one of them"
        raise InputError(msg)
    sorted_values = {
        m: np.where(np.isin(column[order], NULLS), np.nan, column[order])
        for m, column in values.items()
    }
    return LogTable(name, depth_unit, ordered, sorted_values, units, notes)


def common_depth(curves: Sequence[Curve]) -> Floats:
    """Return the depths that all curves of an output share.

    Raises
    ------
    InputError
        If there is no curve or no depth, the depths differ, or do not increase.
    """
    if not curves or len(curves[0].depth) == 0:
        msg = "there is no curve to write: check export and the depths registered"
        raise InputError(msg)
    depth = curves[0].depth
    for curve in curves:
        if not np.array_equal(curve.depth, depth):
            msg = f"curve {curve.mnemonic} is not on the depths of {curves[0].mnemonic}"
            raise InputError(msg)
    falls = np.flatnonzero(~(np.diff(depth) > 0))
    if len(falls) or not np.all(np.isfinite(depth)):
        at = depth[falls[0]] if len(falls) else np.nan
        msg = f"the depths to write do not increase after {at:g}"
        raise InputError(msg)
    return depth


def depth_decimals(depth: Floats) -> int:
    """Fewest decimals, from 2 to 8, that hold depths to a millionth of their step."""
    step = np.min(np.diff(depth), initial=1.0)
    for decimals in range(2, 8):
        if np.max(np.abs(np.round(depth, decimals) - depth)) <= 1e-6 * step:
            return decimals
    return 8


def value_decimals(values: Floats) -> int:
    """Decimals that keep six significant digits, by the largest value of a curve.

    A curve that spans decades above zero, as resistivity does, keeps them by its
    smallest value: there the small values carry as much as the large ones.
    """
    size = np.abs(values[np.isfinite(values) & (values != 0)])
    if len(size) == 0:
        return 3
    decades = size.max() > 100 * size.min() and not np.any(values <= 0)
    reference = size.min() if decades else size.max()
    return int(np.clip(SIGNIFICANT - 1 - np.floor(np.log10(reference)), 0, 9))
