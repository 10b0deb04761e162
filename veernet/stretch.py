"""A stretch of a section: read by itself, with a little of what is around it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from veernet.calibrate import ROUNDING
from veernet.records import Registration, Trace

CONTEXT = 256
"""Rows that are read above and below a stretch and then left out: a network and a
tracer know more of a row within a page than of one at its edge; a foot is 10 to 40."""


@dataclass(frozen=True)
class Stretch:
    """A stretch of a section between two depths.

    Parameters
    ----------
    whole
        The section.
    top, base
        First and last depth.

    Raises
    ------
    InputError
        If it is no stretch of the section.
    """

    whole: Registration
    top: float
    base: float

    def __post_init__(self) -> None:
        self.whole.depth.between(self.top, self.base)

    @property
    def alone(self) -> Registration:
        """The section as if it were no longer than the stretch."""
        depth = self.whole.depth.between(self.top, self.base)
        return replace(self.whole, depth=depth)

    @property
    def wide(self) -> Registration:
        """The section as if it were the stretch and `CONTEXT` rows on either side."""
        depth = self.whole.depth
        rows = depth.row_at([self.top, self.base]) + np.array([-CONTEXT, CONTEXT])
        top, base = np.clip(depth.depth_at(rows), depth.depths[0], depth.depths[-1])
        return replace(self.whole, depth=depth.between(float(top), float(base)))

    @property
    def rows(self) -> tuple[int, int]:
        """First and last registered row on which a value of the stretch depends."""
        first, last = self.whole.depth.row_at([self.top, self.base])
        return int(np.floor(first + ROUNDING)), int(np.ceil(last - ROUNDING))

    def cut(self, trace: Trace) -> Trace:
        """Return the rows of a trace that belong to the stretch."""
        row0, row1 = self.rows
        inside = (trace.row >= row0) & (trace.row <= row1)
        return Trace(
            trace.mnemonic,
            trace.row[inside],
            trace.column[inside],
            trace.confidence[inside],
            trace.origin[inside],
        )
