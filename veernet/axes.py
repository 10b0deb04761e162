"""The three axes of a registration: depth along the rows, edges, and scales.

Each maps one way and exactly back: row to depth, row to the column of an edge, fraction
of a track's width to value.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from veernet.errors import InputError

Floats = NDArray[np.float64]

ScaleKind = Literal["linear", "log", "piecewise"]

FOOT = 0.3048
"""Metres, exactly (international foot, 1959)."""

SCALES: tuple[ScaleKind, ...] = ("linear", "log", "piecewise")


FARTHEST = 4_000_000
"""Pixels from the first row or column: eight times the tallest page that is read."""

DEEPEST = 1_000_000
"""Depth units: 25 times the deepest well, in feet."""


def _check_on_page(place: float, what: str) -> None:
    """Refuse a row or column with a digit too many, before arrays are made of it."""
    if not abs(place) <= FARTHEST:
        msg = f"{what} {place:g} lies on no scan: none has {FARTHEST:,} pixels"
        raise InputError(msg)


@dataclass(frozen=True)
class DepthPoint:
    """A depth line: the row where it is seen, and its depth.

    ``row_left`` and ``row_right`` say, on a turned page, where the line meets the
    leftmost and the rightmost of all track edges. ``gap`` says that nothing is logged
    from here to the next point: strips of one log are spliced there.
    """

    row: float
    depth: float
    row_left: float | None = None
    row_right: float | None = None
    gap: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        if not np.isfinite([self.row, self.depth]).all():
            msg = f"a depth point at row {self.row:g}, depth {self.depth:g}: not finite"
            raise InputError(msg)
        for row in (self.row, self.row_left, self.row_right):
            _check_on_page(row or 0.0, "a depth point at row")
        if abs(self.depth) > DEEPEST:
            msg = f"a depth point at depth {self.depth:g}: no well is so deep"
            raise InputError(msg)
        if (self.row_left is None) != (self.row_right is None):
            msg = (
                f"the depth point at row {self.row:g} has only one of row_left and "
                "row_right: give both, or neither on a level page"
            )
            raise InputError(msg)


@dataclass(frozen=True)
class DepthAxis:
    """Registered row to depth and back, piecewise linear: paper stretches.

    Parameters
    ----------
    unit
        ft or m.
    points
        Two or more, both row and depth strictly increasing; so do ``row_left`` and
        ``row_right`` where stated, or depth lines would cross on the page.
    """

    unit: str
    points: tuple[DepthPoint, ...]

    def __post_init__(self) -> None:
        if self.unit not in {"ft", "m"}:
            msg = f"depth unit {self.unit!r} is not known: use ft or m"
            raise InputError(msg)
        if len(self.points) < 2:
            msg = f"{len(self.points)} depth point(s) given: two or more are needed"
            raise InputError(msg)
        if self.points[-1].gap:
            deepest = self.points[-1].depth
            msg = f"the gap at {deepest:g} has no end: give a depth point below it"
            raise InputError(msg)
        for a, b in pairwise(self.points):
            if not (b.row > a.row and b.depth > a.depth):
                msg = (
                    f"depth points must increase in row and depth: row {a.row:g}, "
                    f"depth {a.depth:g} is followed by row {b.row:g}, depth {b.depth:g}"
                )
                raise InputError(msg)
        stated = [p for p in self.points if p.row_left is not None]
        for a, b in pairwise(stated):
            if not np.all(np.subtract(_ends(b), _ends(a)) > 0):
                msg = (
                    "row_left and row_right must increase, or depth lines cross: "
                    f"{_ends(a)} at depth {a.depth:g}, {_ends(b)} at depth {b.depth:g}"
                )
                raise InputError(msg)

    @cached_property
    def rows(self) -> Floats:
        """Rows of the points, (points,)."""
        return np.array([p.row for p in self.points], dtype=np.float64)

    @cached_property
    def depths(self) -> Floats:
        """Depths of the points, (points,)."""
        return np.array([p.depth for p in self.points], dtype=np.float64)

    @cached_property
    def skewed(self) -> bool:
        """Whether any point says how its depth line runs across the page."""
        return any(p.row_left is not None for p in self.points)

    def in_gap(self, depth: ArrayLike) -> NDArray[np.bool_]:
        """Return which depths lie between two strips of the log, where it has none."""
        at = np.asarray(depth, dtype=np.float64)
        inside = np.zeros(at.shape, dtype=bool)
        for above, below in pairwise(self.points):
            if above.gap:
                inside |= (at > above.depth) & (at < below.depth)
        return inside

    def strips(self) -> tuple[DepthAxis, ...]:
        """Return the parts between gaps, the axis itself where it has none.

        A point between two gaps is no part.
        """
        ends = [k for k, point in enumerate(self.points) if point.gap]
        if not ends:
            return (self,)
        first = [0, *(k + 1 for k in ends)]
        last = [*ends, len(self.points) - 1]
        return tuple(
            self.between(self.points[a].depth, self.points[b].depth)
            for a, b in zip(first, last, strict=True)
            if a < b
        )

    def depth_at(self, row: ArrayLike) -> Floats:
        """Return the depth of registered rows; end segments go on outwards."""
        return _piecewise(np.asarray(row, dtype=np.float64), self.rows, self.depths)

    def row_at(self, depth: ArrayLike) -> Floats:
        """Return the registered row of depths; end segments go on outwards."""
        return _piecewise(np.asarray(depth, dtype=np.float64), self.depths, self.rows)

    def in_unit(self, unit: str) -> DepthAxis:
        """Return the axis with its depths in ft or m."""
        factor = {"ft": 1 / FOOT, "m": FOOT}.get(unit, 1.0)
        if unit == self.unit:
            return self
        points = (replace(p, depth=p.depth * factor) for p in self.points)
        return DepthAxis(unit, tuple(points))

    def between(self, top: float, base: float) -> DepthAxis:
        """Return the part of the axis between two depths, which are its end points.

        Raises
        ------
        InputError
            If it is no stretch of the axis.
        """
        first, last = float(self.depths[0]), float(self.depths[-1])
        if not first <= top < base <= last:
            msg = (
                f"{top:g} to {base:g} {self.unit} is no stretch of the section, which "
                f"runs from {first:g} to {last:g} {self.unit}"
            )
            raise InputError(msg)
        inner = (p for p in self.points if top < p.depth < base)
        last_point = replace(self._point(base), gap=False)
        return DepthAxis(self.unit, (self._point(top), *inner, last_point))

    def _point(self, depth: float) -> DepthPoint:
        """Return a point of the axis at any depth."""
        known = np.flatnonzero(self.depths == depth)  # to the last digit
        row = float(self.rows[known[0]] if known.size else self.row_at(depth))
        above = [point for point in self.points if point.depth <= depth]
        gap = bool(above) and above[-1].gap
        if not self.skewed:
            return DepthPoint(row, depth, gap=gap)
        left, right = (row + float(end) for end in self.skew_at(row))
        return DepthPoint(row, depth, left, right, gap=gap)

    def skew_at(self, row: ArrayLike) -> tuple[Floats, Floats]:
        """Return the rows to add to a registered row at the outermost track edges.

        Linear between the points that state it, constant beyond them, and zero on a
        level page.
        """
        at = np.asarray(row, dtype=np.float64)
        stated = [p for p in self.points if p.row_left is not None]
        if not stated:
            return np.zeros_like(at), np.zeros_like(at)
        rows = [p.row for p in stated]
        left, right = np.transpose([_ends(p) for p in stated]) - rows
        return np.interp(at, rows, left), np.interp(at, rows, right)


@dataclass(frozen=True)
class Edge:
    """A side of a track: its column at each row of the page, linear between points."""

    rows: tuple[float, ...]
    columns: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.rows or len(self.rows) != len(self.columns):
            msg = f"an edge has {len(self.rows)} rows and {len(self.columns)} columns"
            raise InputError(msg)
        if not np.isfinite([self.rows, self.columns]).all():
            msg = f"an edge is not finite: rows {self.rows}, columns {self.columns}"
            raise InputError(msg)
        for row, column in zip(self.rows, self.columns, strict=True):
            _check_on_page(row, "an edge at row")
            _check_on_page(column, "an edge at column")
        for a, b in pairwise(self.rows):
            if b <= a:
                msg = f"the rows of an edge must increase: {a:g} is followed by {b:g}"
                raise InputError(msg)

    def column_at(self, page_row: ArrayLike) -> Floats:
        """Return columns at rows of the page; constant beyond the outermost points."""
        at = np.asarray(page_row, dtype=np.float64)
        return np.asarray(np.interp(at, self.rows, self.columns), dtype=np.float64)


@dataclass(frozen=True)
class Scale:
    """Fraction of a track's width to value and back.

    Parameters
    ----------
    kind
        linear, log, or piecewise (a hybrid or printed non-linear scale).
    left, right
        Values at the track's edges. ``left`` may exceed ``right`` (NPHI 45 to -15).
    fractions, values
        For piecewise only: fractions increasing, values strictly monotonic.
    """

    kind: ScaleKind
    left: float
    right: float
    fractions: tuple[float, ...] = ()
    values: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in SCALES:
            msg = f"scale {self.kind!r} is not known: use linear, log or piecewise"
            raise InputError(msg)
        if not (np.isfinite(self.left) and np.isfinite(self.right)):
            msg = f"the scale {self.left:g} to {self.right:g} is not finite"
            raise InputError(msg)
        if self.left == self.right:
            msg = f"the scale runs from {self.left:g} to itself: give two values"
            raise InputError(msg)
        if self.kind == "log" and min(self.left, self.right) <= 0:
            msg = f"a log scale needs values above 0, not {self.left:g}, {self.right:g}"
            raise InputError(msg)
        if self.kind == "piecewise":
            self._check_points()

    def _check_points(self) -> None:
        fractions, values = np.array(self.fractions), np.array(self.values)
        if len(fractions) < 2 or len(fractions) != len(values):
            msg = "a piecewise scale needs two or more points of fraction and value"
            raise InputError(msg)
        rising = np.diff(values)
        # Stated as what must hold, so that a NaN fails it too.
        if not np.all(np.diff(fractions) > 0) or not (
            np.all(rising > 0) or np.all(rising < 0)
        ):
            points = list(zip(self.fractions, self.values, strict=True))
            msg = (
                "the points of a piecewise scale must increase in fraction and rise or "
                f"fall throughout in value: {points}"
            )
            raise InputError(msg)

    def value_at(self, fraction: ArrayLike) -> Floats:
        """Value at fractions; unfolded fractions (below 0, above 1) continue the scale.

        Linear: left + fraction (right - left), which is value + k (right - left) for a
        curve that has wrapped k times; log: left (right / left) ** fraction.
        """
        at = np.asarray(fraction, dtype=np.float64)
        if self.kind == "linear":
            return self.left + at * (self.right - self.left)
        if self.kind == "log":
            return self.left * (self.right / self.left) ** at
        return _piecewise(at, np.array(self.fractions), np.array(self.values))

    def fraction_at(self, value: ArrayLike) -> Floats:
        """Return the unfolded fraction of values; NaN where a log scale has none."""
        at = np.asarray(value, dtype=np.float64)
        if self.kind == "linear":
            return (at - self.left) / (self.right - self.left)
        if self.kind == "log":
            with np.errstate(invalid="ignore", divide="ignore"):
                ratio = np.log(np.where(at > 0, at, np.nan) / self.left)
            return np.asarray(ratio / np.log(self.right / self.left))
        fractions, values = np.array(self.fractions), np.array(self.values)
        if values[0] > values[-1]:
            fractions, values = fractions[::-1], values[::-1]
        return _piecewise(at, values, fractions)


def fraction_of(column: ArrayLike, left: ArrayLike, right: ArrayLike) -> Floats:
    """Return the unfolded fraction of a track at which columns lie.

    Parameters
    ----------
    column
        Columns, unfolded, of any shape; NaN where unread.
    left, right
        Columns of the edges of the track, of a shape that goes with it.

    Returns
    -------
    float
        0 at the left edge, 1 at the right one, beyond both where a curve wraps; NaN
        where unread.
    """
    start = np.asarray(left, dtype=np.float64)
    width = np.asarray(right, dtype=np.float64) - start
    return np.asarray((np.asarray(column, dtype=np.float64) - start) / width)


def _ends(point: DepthPoint) -> tuple[float, float]:
    """Return the rows where a stated depth line meets the outermost track edges."""
    if point.row_left is None or point.row_right is None:
        return point.row, point.row
    return point.row_left, point.row_right


def _piecewise(at: Floats, known: Floats, wanted: Floats) -> Floats:
    """Interpolate linearly, continuing the first and the last segment outwards."""
    segment = np.clip(np.searchsorted(known, at, side="right") - 1, 0, len(known) - 2)
    slope = (wanted[segment + 1] - wanted[segment]) / (
        known[segment + 1] - known[segment]
    )
    return np.asarray(wanted[segment] + slope * (at - known[segment]))
