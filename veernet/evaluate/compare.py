"""A digitised log beside its truth, on the paper that both are drawn on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.evaluate.measure import fill, interpolate, measure, measure_points, swapped
from veernet.evaluate.scores import Measures, PointScores
from veernet.export.logtable import LogTable
from veernet.intervals import true_intervals
from veernet.records import CurveSpec, Registration, Track

Drawn = tuple[Track, CurveSpec]


@dataclass(frozen=True)
class Comparison:
    """Two logs on the same depths, and how their curves belong together.

    Parameters
    ----------
    digitised, truth
        The logs; the truth is cut to the depths that are compared.
    paired
        Mnemonic in the digitised log to mnemonic in the truth.
    page
        The registration; None leaves out what needs a scale or a place on the page.
    drawn
        Mnemonic in the digitised log to how the registration says it is drawn.
    points
        How many even depths to score on besides, if any.
    line_width
        In pixels.
    """

    digitised: LogTable
    truth: LogTable
    paired: dict[str, str]
    page: Registration | None
    drawn: dict[str, Drawn]
    points: int | None
    line_width: float

    def true_values(self, name: str) -> Floats:
        """Truth of a curve, NaN where it is null or off scale.

        A curve that wraps is always on scale; another is, too, where a back-up curve
        shows it.
        """
        values = self.truth.values[self.paired[name]]
        if name not in self.drawn:
            return values
        _, spec = self.drawn[name]
        fraction = spec.scale.fraction_at(values)
        if spec.wraps:
            return np.where(np.isfinite(fraction), values, np.nan)
        shown = _within(fraction)
        for _, backup in self.drawn.values():
            if backup.backup_of == spec.mnemonic:
                shown |= _within(backup.scale.fraction_at(values))
        return np.where(shown, values, np.nan)

    def values(self, name: str, depth: Floats, *, filled: bool) -> Floats:
        """Digitised values at depths, NaN where unread unless gaps are filled."""
        values = self.digitised.values[name]
        middle = np.nan
        if name in self.drawn:
            scale = self.drawn[name][1].scale
            # What a log scale cannot show was not read from it.
            values = np.where(np.isfinite(scale.fraction_at(values)), values, np.nan)
            middle = float(scale.value_at(0.5))
        if filled:
            return fill(self.digitised.depth, values, depth, middle)
        return interpolate(self.digitised.depth, values, depth)

    def measures(self, name: str, *, filled: bool) -> Measures:
        """Scores of a curve, with its gaps as they are or filled."""
        truth = self.true_values(name)
        known = np.isfinite(truth)
        depth = self.truth.depth[known]
        value = self.values(name, depth, filled=filled)
        if self.page is None or name not in self.drawn:
            return measure(value, truth[known], None, None)
        track, spec = self.drawn[name]
        left, right = self.page.edges_at(track, self.page.depth.row_at(depth))
        scores = measure(value, truth[known], spec.scale, right - left)
        found = self._swapped(self.page, name, filled=filled)
        return replace(
            scores,
            swaps=len(true_intervals(found)),
            swap_share=float(found.mean()) if len(found) else None,
            even=self._even(name, self.points, filled=filled) if self.points else None,
        )

    def _even(self, name: str, points: int, *, filled: bool) -> PointScores:
        """Scores on even depths from the first to the last where the truth is known."""
        scale = self.drawn[name][1].scale
        truth = self.true_values(name)
        known = self.truth.depth[np.isfinite(truth)]
        if len(known) == 0:
            return PointScores(points, None, None, None)
        depth = np.linspace(known[0], known[-1], points)
        value = self.values(name, depth, filled=filled)
        true_at = interpolate(self.truth.depth, truth, depth)
        return measure_points(scale.fraction_at(value), scale.fraction_at(true_at))

    def _swapped(
        self, page: Registration, name: str, *, filled: bool
    ) -> NDArray[np.bool_]:
        """Return the rows of the page where a curve follows another."""
        columns = self._true_columns
        others = [column for other, column in columns.items() if other != name]
        if not others or len(self._rows) == 0:
            return np.zeros(len(self._rows), dtype=bool)
        track, spec = self.drawn[name]
        value = self.values(name, page.depth.depth_at(self._rows), filled=filled)
        left, right = page.edges_at(track, self._rows)
        return swapped(
            _column(page, self.drawn[name], value, self._rows),
            columns[name],
            np.stack(others),
            self.line_width,
            right - left if spec.wraps else None,
        )

    @cached_property
    def _rows(self) -> NDArray[np.int64]:
        """Registered rows within the depths that are compared."""
        if self.page is None or len(self.truth.depth) == 0:
            return np.array([], dtype=np.int64)
        rows = np.arange(*self.page.row_range)
        depth = self.page.depth.depth_at(rows)
        first, last = self.truth.depth[0], self.truth.depth[-1]
        inside = (depth >= first) & (depth <= last)
        return np.asarray(rows[inside], dtype=np.int64)

    @cached_property
    def _true_columns(self) -> dict[str, Floats]:
        """Where each curve is drawn at those rows, NaN where it is not known."""
        if self.page is None:
            return {}
        depth = self.page.depth.depth_at(self._rows)
        columns = {}
        for name, drawn in self.drawn.items():
            value = interpolate(self.truth.depth, self.true_values(name), depth)
            columns[name] = _column(self.page, drawn, value, self._rows)
        return columns


def _column(
    page: Registration, drawn: Drawn, value: Floats, rows: NDArray[np.int64]
) -> Floats:
    """Return the column of the page where values are drawn at registered rows."""
    track, spec = drawn
    fraction = spec.scale.fraction_at(value)
    if spec.wraps:
        fraction = fraction - np.floor(fraction)
    left, right = page.edges_at(track, rows)
    return np.asarray(left + fraction * (right - left))


def _within(fraction: Floats) -> NDArray[np.bool_]:
    """Tell whether fractions lie in the track, its edges included."""
    rounding = 1e-9
    inside: NDArray[np.bool_] = (fraction >= -rounding) & (fraction <= 1 + rounding)
    return inside
