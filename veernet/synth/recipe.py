"""Recipes: the ranges and shares that strips are drawn from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import get_args

from veernet.errors import InputError
from veernet.records import LINES
from veernet.synth.curves import Manner
from veernet.synth.degrade import Scanner
from veernet.synth.relations import Relation

LEAST_ROWS, LEAST_COLUMNS = 16, 34
"""Pixels of a strip: in fewer, margins, letters and damage find no place."""


@dataclass(frozen=True)
class Recipe:
    """What strips are drawn from: sizes, ranges and shares.

    Parameters
    ----------
    rows, columns
        Size of a strip.
    more_rows
        Make each strip up to so many rows taller, at random.
    curves
        Fewest and most curves in a track; from one to six, the most being rare.
    lines
        Styles of the curves in order, each ``broken`` for any broken one; a style that
        is given twice gives two curves of one pen. Empty to draw the number from
        ``curves`` and the styles at random.
    relation
        ``separate`` keeps all curves 14 columns apart at least at every row,
        ``crossing`` makes each cross the one before again and again,
        ``free`` neither.
    track_width
        Range of the columns from edge to edge; a wider track than the strip is seen
        through a window.
    whole_track
        Fit the track into the strip, with a little paper beyond its edges, instead.
    rows_per_foot
        Range of the depth scale.
    log
        Share of the tracks with a logarithmic grid.
    clutter
        Factor on the shares of labels, hatching, pips and scribbles.
    skew
        Largest lean, in columns per row; a rectified track keeps little of it.
    tilt
        Spread of the fall of the depth lines, in rows per column.
    stretch
        Share of the strips whose depth lines slip somewhere; curves do not.
    plots
        Share of the strips that look like a plot: thin smoothed strokes over a pale
        grid, never scanned.
    jumps
        Share of the scans that are stitched of pieces which do not quite meet.
    scanner
        How hard the scan is on the paper.
    manner
        How lively the curves are.
    dpi
        Range of the resolution in dots per inch, which sets the size of type, strokes
        and dashes; None for the usual ones, most of them 200 and some 300.
    inches
        Choices of the depth scale in inches of paper per 100 feet, for three strips of
        five, at the resolution that was drawn; none to draw rows per foot alone.
    """

    rows: int = 256
    columns: int = 256
    more_rows: int = 0
    curves: tuple[int, int] = (1, 6)
    lines: tuple[str, ...] = ()
    relation: Relation = "free"
    track_width: tuple[float, float] = (180.0, 1400.0)
    whole_track: bool = False
    rows_per_foot: tuple[float, float] = (1.0, 40.0)
    log: float = 0.25
    clutter: float = 1.0
    skew: float = 0.004
    tilt: float = 0.0015
    stretch: float = 0.1
    plots: float = 0.08
    jumps: float = 0.05
    scanner: Scanner = field(default_factory=Scanner)
    manner: Manner = field(default_factory=Manner)
    dpi: tuple[float, float] | None = None
    inches: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.rows < LEAST_ROWS or self.columns < LEAST_COLUMNS:
            msg = (
                f"rows={self.rows}, columns={self.columns}: nothing can be drawn in "
                f"less than {LEAST_ROWS} rows and {LEAST_COLUMNS} columns"
            )
            raise InputError(msg)
        known = {*LINES, "broken"}
        if unknown := set(self.lines) - known:
            msg = f"line styles {sorted(unknown)} are not known: use {sorted(known)}"
            raise InputError(msg)
        if self.relation not in get_args(Relation):
            msg = f"relation {self.relation!r} is not known: {get_args(Relation)}"
            raise InputError(msg)
        if not 0 <= self.curves[0] <= self.curves[1]:
            msg = f"curves {self.curves} must be two numbers, fewest and most"
            raise InputError(msg)
        for name in ("dpi", "inches", "rows_per_foot"):
            numbers = getattr(self, name)
            if numbers is not None and not min(numbers, default=1) > 0:
                msg = f"data.recipe.{name}={list(numbers)}: give numbers above 0"
                raise InputError(msg)

    @property
    def most_curves(self) -> int:
        """The most curves that a strip can have."""
        return len(self.lines) or self.curves[1]
