"""How well the curves of a LAS lie on the ink of the scan, per ten feet and curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from veernet.axes import DepthAxis, Floats
from veernet.qc.ink import (
    CurveInk,
    curve_ink,
    distance,
    stroke_width,
    vertical_lines,
)
from veernet.qc.plots import Plot, drawn_in, plots_in
from veernet.qc.reading import CheckedLog, ReadBack
from veernet.records import Panel, Scan, Trace
from veernet.rectify import panels

STRETCH = {"ft": 10.0, "m": 3.0}
"""Depth of a stretch: ten feet, or three metres; longer where the paper is small."""

LONGER = 1, 2, 5, 10
"""Times that, of which the first is taken that has enough rows."""

ROWS = 32
"""Rows of the scan in a stretch at the least: of fewer a share tells nothing."""

CHUNK = 1536
"""Rows that are looked at together: lines of the grid are known by standing in them."""

AROUND = 48
"""Rows above and below a chunk that are looked at with it: longer than any stroke's
reach."""

GAP = 0.1
"""Inches: a gap between the dashes of a broken line is shorter."""

LEAST_STROKE = 2.0
"""Pixels: a thinner stroke is told as this wide, or rounding alone would miss it."""

USUAL_DPI = 200.0
"""Of a scan that states no resolution."""


@dataclass
class Sums:
    """Counts of a stretch of a curve; samples that are off scale stand apart."""

    samples: int = 0
    off: int = 0
    read: int = 0
    judged: int = 0
    on_ink: int = 0
    guessed: int = 0
    sure: list[float] = field(default_factory=list)


@dataclass
class InkSums:
    """Pixels of curve ink in a stretch of a track, and those that curves explain."""

    ink: int = 0
    explained: int = 0


@dataclass(frozen=True, eq=False)
class Measured:
    """The figures of a log.

    Parameters
    ----------
    tops
        (stretches,) depth at which each begins.
    length
        Depth of a stretch.
    curves
        By mnemonic and stretch.
    tracks
        By name of the track and stretch.
    stroke
        By name of the track, the width of a stroke in pixels.
    """

    tops: Floats
    length: float
    curves: dict[str, list[Sums]]
    tracks: dict[str, list[InkSums]]
    stroke: dict[str, float]


def measure(log: CheckedLog, scan: Scan, traces: Sequence[Trace] = ()) -> Measured:
    """Compare the curves of a LAS with the ink of the scan.

    A sample counts as on ink where the plotted curve lies within a stroke's width of
    ink that is no line of the grid; of a broken line it is enough that ink is found
    within a gap's length along the curve. Samples that lie on a line of the grid, with
    no other ink near, tell nothing and are left out. Ink is explained that lies within
    a stroke and a half of the plot of any curve.

    Parameters
    ----------
    log
        The curves as read back.
    scan
        The page.
    traces
        Curves that are drawn and not in the LAS, from a trace file: their ink is
        explained too.
    """
    axis = log.registration.depth
    length = _length(axis)
    first = np.floor(axis.depths[0] / length + 1e-9)
    last = np.ceil(axis.depths[-1] / length - 1e-9)
    tops = np.arange(first, max(last, first + 1)) * length
    found = Measured(
        tops,
        length,
        {c.spec.mnemonic: [Sums() for _ in tops] for c in log.curves},
        {t.name: [InkSums() for _ in tops] for t in log.registration.tracks},
        {},
    )
    for curve in log.curves:
        _count(found, curve)
    for panel in panels(scan, log.registration):
        _measure_panel(found, log, panel, traces, scan)
    return found


def _length(axis: DepthAxis) -> float:
    """Return the depth of a stretch: at an inch to 100 ft ten feet are a few rows."""
    rows = float(np.median(np.diff(axis.rows) / np.diff(axis.depths)))
    lengths = [STRETCH[axis.unit] * times for times in LONGER]
    return next((one for one in lengths if one * rows >= ROWS), lengths[-1])


def _stretch_of(found: Measured, depth: Floats) -> NDArray[np.int64]:
    place = np.floor((depth - found.tops[0]) / found.length + 1e-9).astype(np.int64)
    inside: NDArray[np.int64] = np.clip(place, 0, len(found.tops) - 1)
    return inside


def _count(found: Measured, curve: ReadBack) -> None:
    """Count samples, those with a value, and how sure they are."""
    stretch = _stretch_of(found, curve.depth)
    for place in np.unique(stretch):
        own = stretch == place
        sums = found.curves[curve.spec.mnemonic][place]
        sums.samples += int((own & ~curve.off).sum())
        sums.off += int((own & curve.off).sum())
        sums.read += int(curve.read[own].sum())
        sums.guessed += int(curve.guessed[own].sum())
        if curve.confidence is not None:
            sums.sure += curve.confidence[own & curve.read].tolist()


def _measure_panel(
    found: Measured, log: CheckedLog, panel: Panel, traces: Sequence[Trace], scan: Scan
) -> None:
    """Look at a panel chunk by chunk: first how wide strokes are, then what fits."""
    rows = panel.row_start + np.arange(panel.image.shape[0], dtype=np.int64)
    plots = plots_in(log, panel, rows, traces)
    curves = [c for c in log.curves if any(c.track is t for t in panel.tracks)]
    chunks = list(range(0, rows.size, CHUNK))
    verticals = vertical_lines(panel.image)
    stroke = _stroke(panel, plots, verticals, chunks[:: max(len(chunks) // 8, 1)])
    for track in panel.tracks:
        found.stroke[track.name] = stroke
    down = scan.info.dpi[1] if scan.info.dpi else USUAL_DPI
    for start in chunks:
        top, base = max(start - AROUND, 0), min(start + CHUNK + AROUND, rows.size)
        seen = _seen(panel, verticals, top, base)
        drawn = drawn_in(plots, top, base, seen.ink.shape)
        own = slice(start - top, min(start + CHUNK, rows.size) - top)
        away = distance(drawn)
        explained = seen.ink & (away <= 1.5 * stroke)
        _add_ink(found, log, panel, seen.ink, explained, top, own)
        to_ink = distance(seen.ink)
        for curve in curves:
            reach = 0 if curve.spec.line == "solid" else round(GAP * down)
            plot = plots[curve.spec.mnemonic]
            place = (panel.row_start, top, own)
            _add_samples(found, curve, plot, seen, to_ink, stroke, reach, place)


def _seen(panel: Panel, verticals: NDArray[np.bool_], top: int, base: int) -> CurveInk:
    edges = panel.edges[:, :, top:base]
    left, right = round(float(edges[:, 0].mean())), round(float(edges[:, 1].mean()))
    if len(panel.tracks) > 1:
        left, right = panel.margin, panel.margin + panel.width
    return curve_ink(panel.image[top:base], left, right, verticals)


def _stroke(
    panel: Panel,
    plots: dict[str, Plot],
    verticals: NDArray[np.bool_],
    starts: Sequence[int],
) -> float:
    """Estimate the width of a stroke of a panel from some of its chunks."""
    widths, weights = [], []
    for start in starts:
        base = min(start + CHUNK, panel.image.shape[0])
        seen = _seen(panel, verticals, start, base)
        near = distance(drawn_in(plots, start, base, seen.ink.shape)) <= 3
        width, weight = stroke_width(seen.ink, near)
        if weight:
            widths.append(width)
            weights.append(weight)
    if not widths:
        return LEAST_STROKE
    return max(float(np.average(widths, weights=weights)), LEAST_STROKE)


def _add_ink(
    found: Measured,
    log: CheckedLog,
    panel: Panel,
    ink: NDArray[np.bool_],
    explained: NDArray[np.bool_],
    top: int,
    own: slice,
) -> None:
    """Count the ink between the edges of each track, stretch by stretch."""
    inside = np.arange(own.start, own.stop)
    depth = log.registration.depth.depth_at(panel.row_start + top + inside)
    stretch = _stretch_of(found, depth)
    columns = np.arange(ink.shape[1])
    for track, edges in zip(panel.tracks, panel.edges, strict=True):
        left, right = (edge[top + inside, None] for edge in edges)
        between_edges = (columns > left) & (columns < right)
        all_ink = (ink[own] & between_edges).sum(axis=1)
        explained_ink = (explained[own] & between_edges).sum(axis=1)
        for place in np.unique(stretch):
            rows = stretch == place
            found.tracks[track.name][place].ink += int(all_ink[rows].sum())
            found.tracks[track.name][place].explained += int(explained_ink[rows].sum())


def _add_samples(
    found: Measured,
    curve: ReadBack,
    plot: Plot,
    seen: CurveInk,
    to_ink: NDArray[np.float32],
    stroke: float,
    reach: int,
    chunk: tuple[int, int, slice],
) -> None:
    """Judge the samples of a curve that lie in a chunk."""
    row_start, top, own = chunk
    count = seen.ink.shape[0]
    rows = np.arange(count)
    inside = (
        plot.column[top : top + count]
        - plot.wrap[top : top + count] * (plot.right - plot.left)[top : top + count]
    )
    known = np.isfinite(inside)
    column = np.clip(np.rint(np.nan_to_num(inside)), 0, seen.ink.shape[1] - 1)
    column = column.astype(np.int64)
    away = np.where(known, to_ink[rows, column], np.inf)
    hit = away <= stroke
    if reach:
        hit = cv2.dilate(
            hit.astype(np.uint8)[:, None], np.ones((2 * reach + 1, 1), np.uint8)
        )[:, 0].astype(bool)
    hidden = ~hit & seen.grid[rows, column]
    at = np.rint(curve.row).astype(np.int64) - row_start - top  # nearest row of each
    mine = (at >= own.start) & (at < own.stop) & np.isfinite(curve.fraction)
    place = np.clip(at, 0, count - 1)
    judged = mine & known[place] & ~hidden[place]
    stretch = _stretch_of(found, curve.depth)
    for one in np.unique(stretch[judged]):
        rows_of = judged & (stretch == one)
        sums = found.curves[curve.spec.mnemonic][one]
        sums.judged += int(rows_of.sum())
        sums.on_ink += int(hit[place[rows_of]].sum())
