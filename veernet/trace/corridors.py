"""Corridors: the part of a panel in which a curve is sought, and its path down it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.compiled import compiled
from veernet.quantities import is_impossible
from veernet.records import CurveSpec, Evidence, Line, Panel
from veernet.trace.level import level_strokes
from veernet.trace.tinted import Tinted, tinted

FREE_STYLE = 0.6
"""Share of it that counts on ink that no other curve has taken: a bleached line changes
style for a stretch, and no network is always right."""

BORDER = 2
"""Columns beside a track edge where evidence is damped: a printed border looks like a
saturated curve, and the registration knows where it is."""

BORDER_DAMPING = 0.3

BESIDE_KNOWN = 8
"""Columns beside a known one in which its ink may be: what a person draws lies beside
the ink."""

OVERSHOOT = 4
"""Columns beyond the edges in which a curve that does not wrap is still followed."""

WRAPS = (-1, 2)
"""Wrap counts, from the first row's, that a wrapping curve may reach."""

UNKNOWN = np.empty((0, 0), dtype=np.uint8)
"""The centre of a network that does not tell."""


@dataclass(frozen=True)
class Corridor:
    """The part of a panel in which one curve is looked for.

    Parameters
    ----------
    spec
        The curve.
    first
        (rows,) panel column of the corridor's first column.
    width
        Columns of the corridor.
    period
        (rows,) columns between a track's edges: the length of one wrap.
    maps
        (styles, rows, columns of the panel) probability of each style, 255 is
        certainty. It is the evidence itself: a corridor holds no copy.
    own
        (styles,) whether it is the curve's own, or a broken one that no curve has.
    share
        (styles,) of the evidence for each that counts on ink that no other path
        occupies: 1 for its own.
    centre
        (rows, columns of the panel) probability of a column, 255 is certainty; without
        rows where the network does not tell.
    damping
        (width,) share of the evidence that counts.
    colour
        What the colour of the ink says; None where it says nothing.
    level
        (rows, width) strokes of the picture that cross the track; None where none is
        looked for, as the curve does not wrap.
    known
        (rows,) column of the corridor in which the curve is known to be, NaN where it
        is not known; None where nothing is.
    """

    spec: CurveSpec
    first: NDArray[np.int32]
    width: int
    period: Floats
    maps: NDArray[np.uint8]
    own: NDArray[np.bool_]
    share: NDArray[np.float32]
    centre: NDArray[np.uint8]
    damping: NDArray[np.float32]
    colour: Tinted | None = None
    level: NDArray[np.bool_] | None = None
    known: Floats | None = None

    @property
    def wraps(self) -> tuple[int, int]:
        """Lowest and highest wrap count in which the curve is looked for."""
        start = self.spec.wrap_start
        return (start + WRAPS[0], start + WRAPS[1]) if self.spec.wraps else (0, 0)

    def on_panel(self, column: Floats) -> Floats:
        """Return (rows,) unfolded columns of the corridor as those of the panel.

        In the corridor a wrap is a whole number of columns, in the panel the distance
        between the edges.
        """
        count = np.floor(column / self.width) if self.spec.wraps else 0.0
        return np.asarray(self.first + column + count * (self.period - self.width))

    def in_corridor(self, column: Floats) -> Floats:
        """Return (rows,) unfolded columns of the panel as those of the corridor."""
        along = column - self.first
        count = np.floor(along / self.period) if self.spec.wraps else 0.0
        return np.asarray(along - count * (self.period - self.width))

    def folded(self, column: Floats) -> Floats:
        """Return (rows,) unfolded columns of the panel as where the ink is."""
        if not self.spec.wraps:
            return column
        return np.asarray(self.first + np.mod(column - self.first, self.period))


@dataclass(frozen=True)
class DecodedPath:
    """A curve as decoded, row by row.

    Parameters
    ----------
    spec
        The curve in whose corridor it was decoded.
    column
        (rows,) sub-pixel and unfolded, in columns of the panel, NaN off scale and where
        lost.
    strength
        (rows,) mean evidence under the path, in [0, 1].
    state
        (rows,) ON, OFF_LEFT, OFF_RIGHT or LOST.
    span
        (rows, 2) lowest and highest column that the path crosses in the row, unfolded;
        of no meaning where the curve is not read.
    ink
        (rows, 2, 2) first and last column of its stroke where it lies in the panel: one
        stretch, or two where the stroke runs over an edge of a track in which it wraps;
        -1 where there is none.
    """

    spec: CurveSpec
    column: Floats
    strength: Floats
    state: NDArray[np.uint8]
    span: Floats
    ink: NDArray[np.int32]


def make_corridor(
    panel: Panel,
    evidence: Evidence,
    spec: CurveSpec,
    *,
    anywhere: bool = False,
    known: Floats | None = None,
    level: NDArray[np.bool_] | None = None,
) -> Corridor:
    """Cut out of a panel's evidence what speaks for one curve.

    Unless ``anywhere``, nothing does where its value would be impossible. Where its
    column is known, (rows,) unfolded in the panel, nothing does beside that. The level
    strokes of its track, (rows, width), are found unless they are given.
    """
    left, right = panel.edges_of(spec.mnemonic)
    # A wrapping curve leaves exactly at the edge; any other may overshoot a little.
    beyond = 0 if spec.wraps else min(OVERSHOOT, panel.margin)
    first = np.round(left).astype(np.int32) - beyond
    width = (
        round(float(np.median(right - left))) + 2 * beyond + (0 if spec.wraps else 1)
    )

    damping = np.ones(width, dtype=np.float32)
    for edge in (beyond, width - 1 - beyond):
        damping[max(edge - BORDER, 0) : edge + BORDER + 1] = BORDER_DAMPING
    if not (spec.wraps or anywhere):
        fraction = (np.arange(width) - beyond) / (width - 1 - 2 * beyond)
        damping[is_impossible(spec, fraction)] = 0.0
    # Level strokes of an array are each other's: they cross all over the track.
    array = any(related(spec, c) for c in panel.curves if c is not spec)
    crosses = spec.wraps and not array and panel.image.size > 0
    if crosses and level is None:
        level = level_strokes(panel.image, first, width)
    own = _own_styles(evidence, spec, {c.line for c in panel.curves})
    return Corridor(
        spec=spec,
        first=first,
        width=width,
        period=right - left,
        maps=evidence.maps,
        own=own,
        share=np.where(own, 1.0, FREE_STYLE).astype(np.float32),
        centre=UNKNOWN if evidence.centre is None else evidence.centre,
        damping=damping,
        colour=tinted(panel, evidence, spec),
        level=level if crosses else None,
        known=None if known is None else _in_corridor(spec, known, left, right, first),
    )


def related(one: CurveSpec, other: CurveSpec) -> bool:
    """Whether two curves are on one scale; a back-up never meets its main curve."""
    if one.backup_of or other.backup_of:
        return False
    return one.unit == other.unit and one.scale == other.scale


def _in_corridor(
    spec: CurveSpec,
    known: Floats,
    left: Floats,
    right: Floats,
    first: NDArray[np.int32],
) -> Floats:
    """Return (rows,) columns of the corridor in which a curve is known to be."""
    folded = left + np.mod(known - left, right - left) if spec.wraps else known
    return np.asarray(folded - first)


def _own_styles(
    evidence: Evidence, spec: CurveSpec, drawn: set[Line]
) -> NDArray[np.bool_]:
    """Return which styles speak for a curve in full."""
    own = [
        spec.line != "solid" and "solid" not in lines and not drawn.intersection(lines)
        for lines in evidence.lines
    ]
    own[evidence.index_of(spec.line)] = True
    return np.array(own)


@compiled()
def keep_beside(
    evidence: NDArray[np.uint8], known: Floats, beside: int, circular: bool
) -> None:
    """Blank the evidence of rows whose column is known but beside it, in place.

    Parameters
    ----------
    evidence
        (rows, width) of a corridor.
    known
        (rows,) column of the corridor, NaN where not known.
    beside
        Columns on either side that are kept.
    circular
        Whether the corridor is a track in which the curve wraps.
    """
    rows, width = evidence.shape
    for row in range(rows):
        if np.isnan(known[row]):
            continue
        for c in range(width):
            away = abs(c - known[row])
            if circular:
                away = min(away, width - away)
            if away > beside:
                evidence[row, c] = 0
