"""What findings look at: the panels of a section as they were read.

What no curve was read from is known only when all paths of a section have their names,
and by then the maps of a tall panel are no longer in memory. A bit for each pixel is:
13 MB for 105,000 rows of 1000 columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats, fraction_of
from veernet.records import (
    ORIGINS,
    CurveSpec,
    Evidence,
    Panel,
    Registration,
    TracedPath,
)
from veernet.trace import Followed
from veernet.trace.dash_patterns import PAPER

INK = 0.5
"""Probability, of all styles together, from which a pixel is the stroke of a curve."""

DARK = 64
"""Levels of 255 below the paper's grey from which a pixel is dark, be it ink or not."""

BAND = 4096
"""Rows that are packed and unpacked at once: what bounds the memory."""

SAME = 0.01
"""Columns: a curve is on the path that it was read from, to a rounding error."""


@dataclass(frozen=True)
class PackedMask:
    """A mask of a panel, a bit for each pixel.

    Parameters
    ----------
    packed
        (rows, columns / 8) bits, as `numpy.packbits` lays them out.
    columns
        Of the panel.
    """

    packed: NDArray[np.uint8]
    columns: int

    @classmethod
    def of_ink(cls, evidence: Evidence) -> PackedMask:
        """Keep where the network sees a curve, whatever its style."""
        _, rows, columns = evidence.maps.shape
        packed = np.empty((rows, -(-columns // 8)), dtype=np.uint8)
        for start in range(0, rows, BAND):
            band = slice(start, start + BAND)
            # A sum of styles fits into 16 bits.
            ink = evidence.maps[:, band].sum(axis=0, dtype=np.uint16) >= 255 * INK
            packed[band] = np.packbits(ink, axis=1)
        return cls(packed, columns)

    @classmethod
    def of_dark(cls, panel: Panel) -> PackedMask:
        """Keep where the picture is darker than its paper."""
        rows, columns = panel.image.shape
        packed = np.empty((rows, -(-columns // 8)), dtype=np.uint8)
        limit = float(np.median(panel.image[::PAPER, ::PAPER])) - DARK
        for start in range(0, rows, BAND):
            band = slice(start, start + BAND)
            packed[band] = np.packbits(panel.image[band] < limit, axis=1)
        return cls(packed, columns)

    def rows(self, start: int, stop: int) -> NDArray[np.bool_]:
        """Return (rows, columns) whether there is ink, of rows start to stop."""
        part = self.packed[max(start, 0) : stop]
        return np.unpackbits(part, axis=1, count=self.columns).astype(bool)

    def bands(self) -> Iterator[tuple[int, NDArray[np.bool_]]]:
        """Yield the first row of each band, and whether there is ink in it."""
        for start in range(0, len(self.packed), BAND):
            yield start, self.rows(start, start + BAND)


@dataclass(frozen=True)
class PanelReading:
    """A panel as it was read.

    Parameters
    ----------
    sheet
        The panel; its picture is not needed.
    ink
        Where the network saw curves in it.
    dark
        Where its picture is dark.
    paths
        One for each of its curves.
    followed
        The strokes that were followed, from which curves were read; none by a tracer
        that does not tell.
    """

    sheet: Panel
    ink: PackedMask
    dark: PackedMask
    paths: tuple[TracedPath, ...]
    followed: Sequence[Followed] = ()

    @property
    def specs(self) -> tuple[CurveSpec, ...]:
        """The curves, in the order of the paths."""
        return self.sheet.curves

    @property
    def row_start(self) -> int:
        """Registered row of the first row."""
        return self.sheet.row_start

    @cached_property
    def folded(self) -> Floats:
        """(curves, rows) columns of the panel where the ink is, NaN where unread."""
        return np.stack(
            [
                _folded(path.column, *self.sheet.edges_of(path.mnemonic))
                if spec.wraps
                else path.column
                for spec, path in zip(self.specs, self.paths, strict=True)
            ]
        )

    @cached_property
    def inked(self) -> NDArray[np.bool_]:
        """(curves, rows) where a curve was read from ink, not bridged."""
        auto = ORIGINS.index("auto")
        return np.stack([path.origin == auto for path in self.paths])

    @cached_property
    def widths(self) -> Floats:
        """(curves,) width of each curve's stroke in pixels, NaN where not known."""
        widths = np.full(len(self.paths), np.nan)
        for index, path in enumerate(self.followed):
            if np.isfinite(path.stroke).any():
                widths[index] = np.nanmedian(path.stroke)
        return widths

    @cached_property
    def source(self) -> NDArray[np.intp]:
        """(curves, rows) path that a curve was read from, -1 where none is known."""
        result = np.full(self.folded.shape, -1, dtype=np.intp)
        for index, path in enumerate(self.followed):
            result[np.abs(self.folded - path.folded) <= SAME] = index
        return result

    def page_columns(
        self, registration: Registration, rows: NDArray[np.int64], columns: Floats
    ) -> Floats:
        """Return columns of the panel, at rows of it, as columns of the page."""
        track = self.sheet.tracks[0]
        left, right = self.sheet.edges[0][:, rows]
        page_left, page_right = registration.edges_at(track, rows + self.row_start)
        along = fraction_of(columns, left, right)
        return np.asarray(page_left + along * (page_right - page_left))


def _folded(column: Floats, left: Floats, right: Floats) -> Floats:
    return np.asarray(left + np.mod(column - left, right - left))


class FoundStretch(TypedDict):
    """Where a finding is."""

    rows: tuple[int, int]
    depths: tuple[float, float]


def stretch(registration: Registration, first: int, last: int) -> FoundStretch:
    """Return registered rows of a section and their depths, as a finding has them."""
    top, base = registration.depth.depth_at(np.array([first, last]))
    return {
        "rows": (first, last),
        "depths": (round(float(top), 3), round(float(base), 3)),
    }
