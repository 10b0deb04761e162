"""Sections of a page with their tracks, depth column and depth lines.

What is found here is where things are; what depth a line stands for, and what a track
shows, is read elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Edge, Floats
from veernet.records import Scan
from veernet.register.geometry.columns import ColumnKind, distinguished, is_table
from veernet.register.geometry.depthlines import DepthLines, find_depth_lines
from veernet.register.geometry.edges import edge
from veernet.register.geometry.extent import find_extent
from veernet.register.geometry.frames import parted
from veernet.register.geometry.joined import join_blocks
from veernet.register.geometry.lineextent import find_line_extent
from veernet.register.geometry.periodicity import find_periodicity
from veernet.register.geometry.sections import Block, find_blocks
from veernet.register.geometry.survey import BAND, Survey, take_survey
from veernet.register.geometry.tracks import Span, find_spans
from veernet.register.geometry.trust import EdgeTrust, edge_doubts, trust_of
from veernet.register.geometry.verticalink import VerticalInk, find_vertical_ink

CROSSED = 0.35
"""Comb of a section's tracks from which its level lines cross them: those of a rotated
header are its letters."""

SLIMMEST, WIDEST = 0.08, 0.8
"""A depth column's width as a share of the widest track's."""

FAINT = 0.35
"""Strength of a depth line, as a share of the usual one, below which those at an end of
a section are none."""

DRAWN = ("picture", "arrows", "dipmeter", "waveforms")
"""Columns that are of a log as its tracks are, and no columns of print."""

COVERED = 0.35
"""Share of the columns from the first to the last track that are of tracks: of logs
half and more, of figures and letters in columns a quarter and less."""

LEAST_CONFIDENCE = 0.3
"""Confidence in a section below which it is taken for a table or a sketch."""

BEYOND = 3 * BAND
"""Rows above and below a block in which its first and last lines may lie."""


@dataclass(frozen=True)
class FoundTrack:
    """A track of a section.

    Parameters
    ----------
    left, right
        Its edges down the section.
    span
        Its vertical lines in the first band.
    trust
        How sure the left and the right edge are.
    """

    left: Edge
    right: Edge
    span: Span
    trust: tuple[EdgeTrust, EdgeTrust] = (EdgeTrust(), EdgeTrust())

    @property
    def divisions(self) -> int | None:
        """How many even divisions it has; None where they are not even."""
        if self.span.division is None:
            return None
        return round((self.span.right - self.span.left) / self.span.division)

    def line_at(self, fraction: float) -> Edge:
        """Return the line down the track at a fraction of its width."""
        if fraction in (0, 1):
            return self.right if fraction else self.left
        rows = np.array(sorted({*self.left.rows, *self.right.rows}))
        left, right = self.left.column_at(rows), self.right.column_at(rows)
        columns = np.round(left + fraction * (right - left), 1)
        return Edge(tuple(rows.tolist()), tuple(columns.tolist()))


@dataclass(frozen=True)
class OtherColumn:
    """A column of a section that is no curve track.

    Parameters
    ----------
    left, right
        Its edges.
    kind
        What it shows, as far as its ink tells.
    """

    left: Edge
    right: Edge
    kind: ColumnKind


@dataclass(frozen=True)
class FoundSection:
    """A section of a page: a grid with a depth column.

    Parameters
    ----------
    first_row, last_row
        Rows of the first and the last depth line, at the middle column.
    tracks
        From left to right.
    depth_column
        Edges of the column of depths: where numerals were read, that of these; else the
        widest stretch between tracks that depth lines do not cross. None where there
        is none such.
    lines
        Depth lines.
    confidence
        That this is a log, 0 to 1.
    others
        Columns beside the tracks that are no curve tracks, from left to right.
    """

    first_row: float
    last_row: float
    tracks: tuple[FoundTrack, ...]
    depth_column: tuple[Edge, Edge] | None
    lines: DepthLines
    confidence: float
    others: tuple[OtherColumn, ...] = ()

    @property
    def edge_doubts(self) -> list[str]:
        """A line for each edge that something speaks against."""
        return [text for _, text in edge_doubts([t.trust for t in self.tracks])]

    def middle_at(self, rows: Floats) -> Floats:
        """Return the middle of the depth column, at the page's where there is none."""
        if self.depth_column is None:
            return np.full(np.shape(rows), self.lines.middle)
        left, right = self.depth_column
        return np.asarray((left.column_at(rows) + right.column_at(rows)) / 2)


def find_sections(
    scan: Scan, progress: Callable[[int, int], None] | None = None
) -> tuple[FoundSection, ...]:
    """Find the sections of a page from top to bottom.

    Parameters
    ----------
    scan
        The page; it is read once, and places of each section again.
    progress
        Is told how many rows of how many are surveyed.

    Returns
    -------
    tuple of FoundSection
        Empty where there is no grid that level lines cross in even steps, and that is
        likely to be a log.
    """
    return sections_of(scan, take_survey(scan, progress))


def sections_of(scan: Scan, survey: Survey) -> tuple[FoundSection, ...]:
    """Find the sections of a page that was surveyed: see :func:`find_sections`."""
    vertical_ink = find_vertical_ink(survey.vertical)
    blocks = find_blocks(vertical_ink, find_periodicity(survey.level))
    blocks = join_blocks(blocks, survey.level, vertical_ink.wander)
    straight = vertical_ink.straightened()
    found = (_section(scan, survey, vertical_ink, straight, block) for block in blocks)
    return tuple(s for s in found if s is not None and s.confidence >= LEAST_CONFIDENCE)


def _section(
    scan: Scan,
    survey: Survey,
    vertical_ink: VerticalInk,
    straight: NDArray[np.float32],
    block: Block,
) -> FoundSection | None:
    first, stop = block.rows
    # A grid ends within a band, and its vertical lines may fade before it does.
    start = max(0, first - BEYOND)
    lines = find_depth_lines(survey.level[start : stop + BEYOND], start)
    if lines is None:
        return None
    near = _within(lines, first + BAND, stop - BAND)
    if len(near.rows) < 2:
        return None
    line_extent = find_line_extent(
        scan, near, block.first, block.wander - block.wander[0]
    )
    usual = float(np.quantile(line_extent.drawn, 0.9))
    kept, others = distinguished(find_spans(line_extent, block), line_extent, block)
    spans = tuple(kept)
    if usual < CROSSED or not spans or is_table(kept, others):
        return None
    if _scattered(spans, others):
        return None

    extent = find_extent(scan, straight, block, spans)
    lines = near if extent is None else _inked(lines, *extent)
    if len(lines.rows) < 2:
        return None
    spans = tuple(parted(scan, spans, lines))

    def follow(column: float) -> Edge:
        return edge(column, block, vertical_ink.strength)

    columns = [(s.left, s.right) for s in spans] + [o[:2] for o in others]
    sure = [
        (
            s,
            trust_of(
                s, line_extent, block, straight, [c for c in columns if not _is(s, c)]
            ),
        )
        for s in spans
    ]
    gap = _depth_gap(spans)
    return FoundSection(
        float(lines.rows[0]),
        float(lines.rows[-1]),
        tuple(
            FoundTrack(follow(s.left), follow(s.right), s, trust) for s, trust in sure
        ),
        None if gap is None else (follow(gap[0]), follow(gap[1])),
        lines,
        _confidence(usual, block, lines, spans),
        tuple(OtherColumn(follow(a), follow(b), kind) for a, b, kind in others),
    )


def _scattered(
    spans: Sequence[Span], others: Sequence[tuple[float, float, ColumnKind]]
) -> bool:
    """Tell whether tracks stand so far apart that they are columns of print.

    Pictures and waveforms are of a log as tracks are, and letters are not.
    """
    covered = sum(span.right - span.left for span in spans)
    covered += sum(right - left for left, right, kind in others if kind in DRAWN)
    return covered < COVERED * (spans[-1].right - spans[0].left)


def _is(span: Span, columns: tuple[float, float]) -> bool:
    return (span.left, span.right) == columns


def _depth_gap(spans: tuple[Span, ...]) -> tuple[float, float] | None:
    """Return where no depth line is drawn between two tracks: the widest such place."""
    if len(spans) < 2:
        return None
    widest = max(span.right - span.left for span in spans)
    gaps = [
        (a.right, b.left)
        for a, b in pairwise(spans)
        if SLIMMEST * widest < b.left - a.right < WIDEST * widest
    ]
    return max(gaps, key=lambda gap: gap[1] - gap[0], default=None)


def _within(lines: DepthLines, first: float, last: float) -> DepthLines:
    """Return lines from the first to the last of a grid.

    They go on from those between two rows, which are surely of it, to where one is
    hardly inked.
    """
    sure = np.flatnonzero((lines.rows >= first) & (lines.rows <= last))
    if len(sure) == 0:
        return lines.part(0, 0)
    start, stop = int(sure[0]), int(sure[-1]) + 1
    inked = lines.strength > FAINT * float(np.median(lines.strength[sure]))
    while start > 0 and inked[start - 1]:
        start -= 1
    while stop < len(inked) and inked[stop]:
        stop += 1
    return lines.part(start, stop)


def _inked(lines: DepthLines, first: float, last: float) -> DepthLines:
    """Return the lines of a grid, from its first that is inked to its last."""
    slack = lines.spacing / 2
    inside = (lines.rows >= first - slack) & (lines.rows <= last + slack)
    if not inside.any():
        return lines.part(0, 0)
    faint = FAINT * float(np.median(lines.strength[inside]))
    kept = np.flatnonzero(inside & (lines.strength > faint))
    return (
        lines.part(int(kept[0]), int(kept[-1]) + 1) if len(kept) else lines.part(0, 0)
    )


def _confidence(
    usual: float, block: Block, lines: DepthLines, spans: tuple[Span, ...]
) -> float:
    """Return how sure it is that a section is a log."""
    even = float(np.mean(np.abs(np.diff(lines.rows) / lines.spacing - 1) < 0.1))
    drawn = min(span.drawn for span in spans)
    parts = (usual / 0.8, even, drawn / 0.6, len(lines.rows) / 40)
    return min(1.0, *parts) * min(1.0, block.steadiness / 0.3)
