"""The pages of a plot-back: the scan beside its overlay, the replot and how sure it is.

Everything is drawn at the paper's own size, so that a page laid on the log fits it. All
panels of a page share their rows: paper stretches in all of them alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.export.heading import colour_of, heading_rows, palette, style_of
from veernet.export.overlay import draw_part, label_step
from veernet.qc.measure import Measured
from veernet.qc.reading import Log, ReadBack
from veernet.records import CurveSpec, Registration, Scan, Trace, Track

BODY = 15.0
"""Inches of log on a page, as much as a plotter of 17 inches takes."""

OVERLAP = 0.25
"""Inches of the page above and below that a page shows again."""

MARGIN, BETWEEN, STRIP, LAYER = 0.4, 0.25, 0.16, 0.34
"""Inches: around the page, between panels, for a curve's confidence, and for a curve's
scale in the heading."""

BESIDE = 0.15
"""Inches of the page shown beside the outermost edges."""

DASHES: dict[str, Any] = {
    "solid": "-",
    "long-dash": (0, (9, 3)),
    "short-dash": (0, (4, 3)),
    "dot": (0, (1, 2)),
    "dash-dot": (0, (7, 2, 1, 2)),
}
WIDTHS = {"thin": 0.5, "medium": 0.8, "heavy": 1.3, None: 0.8}
"""Points."""

GRID, HEAVY = "#d5d5d5", "#9a9a9a"


@dataclass(frozen=True)
class Layout:
    """Sizes of the pages of a log.

    Parameters
    ----------
    across, down
        Pixels an inch.
    first, last
        Columns of the page that are shown.
    start, stop
        Registered rows of the section.
    layers
        Scales that stand above each other in the heading.
    """

    across: float
    down: float
    first: int
    last: int
    start: int
    stop: int
    layers: int

    @property
    def width(self) -> float:
        """Inches of the page that are shown."""
        return (self.last - self.first) / self.across

    @property
    def parts(self) -> list[tuple[int, int]]:
        """Rows of each page, which share a quarter of an inch with their neighbours."""
        rows, shared = round(BODY * self.down), round(OVERLAP * self.down)
        count = max(int(np.ceil((self.stop - self.start) / rows)), 1)
        starts = [self.start + k * rows for k in range(count)]
        return [
            (max(s - shared, self.start), min(s + rows + shared, self.stop))
            for s in starts
        ]


def layout_of(
    registration: Registration, scan: Scan, resolution: tuple[float, float]
) -> Layout:
    """Choose the sizes of the pages."""
    start, stop = registration.row_range
    rows = np.arange(start, stop)
    edges = [registration.edges_at(track, rows) for track in registration.tracks]
    beside = BESIDE * resolution[0]
    first = int(max(min(left.min() for left, _ in edges) - beside, 0))
    last = int(max(right.max() for _, right in edges) + beside)
    layers = max(len(track.curves) for track in registration.tracks)
    last = min(last, scan.info.columns)
    return Layout(*resolution, first, last, start, stop, layers)


def montage(
    log: Log,
    scan: Scan,
    traces: Sequence[Trace],
    found: Measured,
    layout: Layout,
) -> Iterator[Figure]:
    """Draw the pages from the top of the section to its bottom, one at a time.

    Parameters
    ----------
    log, found
        The curves read back, and their figures.
    scan
        The page of the scan.
    traces
        The curves as they are drawn over it.
    layout
        Sizes.
    """
    for number, (start, stop) in enumerate(layout.parts, start=1):
        title = f"{log.path.name}   {number} of {len(layout.parts)}"
        yield _page(log, scan, traces, found, layout, (start, stop), title)


def _page(
    log: Log,
    scan: Scan,
    traces: Sequence[Trace],
    found: Measured,
    layout: Layout,
    rows: tuple[int, int],
    title: str,
) -> Figure:
    strips = 2 * STRIP * len(log.curves) + BETWEEN
    head = 0.55 + LAYER * layout.layers
    body = (rows[1] - rows[0]) / layout.down
    width = 2 * MARGIN + 3 * layout.width + 3 * BETWEEN + strips
    figure = Figure(figsize=(width, 2 * MARGIN + head + body))
    places = _Places(figure, MARGIN, body)
    grey, coloured = _pictures(log, scan, traces, layout, rows)
    for name, picture in (("scan", grey), ("scan and LAS", coloured)):
        axes = places.add(layout.width, rows)
        axes.imshow(
            picture,
            cmap="gray",
            vmin=0,
            vmax=255,
            extent=(layout.first, layout.last, rows[1], rows[0]),
            aspect="auto",
            interpolation="none",
        )
        _frame(axes, layout, rows, name)
    _scales(figure, axes, log, layout, head)
    axes = places.add(layout.width, rows)
    _frame(axes, layout, rows, "LAS, plotted back")
    _replot(axes, log, rows)
    _scales(figure, axes, log, layout, head)
    _strips(places, log, found, rows)
    figure.text(
        MARGIN / width,
        1 - 0.6 * MARGIN / figure.get_figheight(),
        f"{title}   section {log.registration.section}   depth in "
        f"{log.registration.depth.unit}, at the size of the paper",
        fontsize=11,
        fontweight="bold",
        va="center",
    )
    return figure


class _Places:
    """Puts panels beside each other, from the left."""

    def __init__(self, figure: Figure, left: float, body: float) -> None:
        self.figure, self.left, self.body = figure, left, body
        self.size = figure.get_size_inches()

    def add(self, width: float, rows: tuple[int, int], gap: float = BETWEEN) -> Axes:
        """Add a panel of so many inches that shows some rows."""
        place = (
            self.left / self.size[0],
            MARGIN / self.size[1],
            width / self.size[0],
            self.body / self.size[1],
        )
        axes = self.figure.add_axes(place)
        axes.set_ylim(rows[1], rows[0])
        self.left += width + gap
        return axes


def _pictures(
    log: Log,
    scan: Scan,
    traces: Sequence[Trace],
    layout: Layout,
    rows: tuple[int, int],
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the rows of the page as they are, and with the curves drawn over them."""
    start, stop = max(rows[0], 0), min(rows[1], scan.info.rows)
    shape = (rows[1] - rows[0], layout.last - layout.first)
    plain = np.full(shape, 255, dtype=np.uint8)
    shown = slice(layout.first, layout.last)
    plain[start - rows[0] : stop - rows[0]] = scan.read(start, stop)[:, shown]
    style = style_of(scan.info.columns)
    canvas = draw_part(scan, log.registration, traces, start, stop, "")
    body = canvas[heading_rows(log.registration, style) :, style.gutter :][:, shown]
    colours = np.array(palette(), dtype=np.uint8).reshape(256, 3)
    over = np.full((*shape, 3), 255, dtype=np.uint8)
    over[start - rows[0] : stop - rows[0]] = colours[body]
    return plain, over


def _frame(axes: Axes, layout: Layout, rows: tuple[int, int], name: str) -> None:
    axes.set_xlim(layout.first, layout.last)
    axes.set_ylim(rows[1], rows[0])
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlabel(name, fontsize=9)


def _replot(axes: Axes, log: Log, rows: tuple[int, int]) -> None:
    """Draw grid, depths and curves of some rows, from the LAS alone."""
    registration = log.registration
    at = np.unique(np.append(np.arange(rows[0], rows[1], 64), rows[1]))
    for track in registration.tracks:
        left, right = registration.edges_at(track, at)
        lines = [
            np.stack([left + f * (right - left), at], axis=1)
            for f in _divisions(track.curves[0])
        ]
        axes.add_collection(LineCollection(lines, colors=GRID, linewidths=0.4))
        sides = [np.stack([edge, at], axis=1) for edge in (left, right)]
        axes.add_collection(LineCollection(sides, colors="black", linewidths=0.8))
    _depth_lines(axes, registration, rows)
    for curve in log.curves:
        _draw_curve(axes, registration, curve, rows)


def _divisions(spec: CurveSpec) -> list[float]:
    """Return fractions at which a track is divided: tenths, or digits of decades."""
    scale = spec.scale
    if scale.kind == "linear":
        return [k / 10 for k in range(1, 10)]
    if scale.kind == "log":
        low, high = sorted((scale.left, scale.right))
        powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
        values = [digit * 10.0**power for power in powers for digit in range(1, 10)]
        inside = [value for value in values if low < value < high]
        return [float(f) for f in scale.fraction_at(inside)]
    return [f for f in scale.fractions if 0 < f < 1]


def _depth_lines(axes: Axes, registration: Registration, rows: tuple[int, int]) -> None:
    """Draw depth lines over the tracks, and numbers in the widest gap of them."""
    axis = registration.depth
    top, base = (float(d) for d in axis.depth_at(np.clip(rows, *axis.rows[[0, -1]])))
    for apart, colour, wide in ((18.0, GRID, 0.4), (90.0, HEAVY, 0.6)):
        step = label_step(registration, apart)
        depths = np.arange(np.ceil(top / step), np.floor(base / step) + 1) * step
        for depth, row in zip(depths, axis.row_at(depths), strict=True):
            lines = [
                [(float(edge), float(row)) for edge in registration.edges_at(t, row)]
                for t in registration.tracks
            ]
            axes.add_collection(LineCollection(lines, colors=colour, linewidths=wide))
            if wide > 0.5:
                where = _depth_column(registration, float(row))
                axes.text(
                    where, row, f"{depth:g}", fontsize=7, ha="center", va="center"
                )


def _depth_column(registration: Registration, row: float) -> float:
    """Return the column amid the widest gap between tracks, or beside them all."""
    edges = sorted(
        tuple(float(e) for e in registration.edges_at(t, row))
        for t in registration.tracks
    )
    gaps = [
        (right[0] - left[1], (right[0] + left[1]) / 2)
        for left, right in pairwise(edges)
    ]
    widest = max(gaps, default=(0.0, 0.0))
    return widest[1] if widest[0] > 40 else edges[0][0] + 18


def _draw_curve(
    axes: Axes, registration: Registration, curve: ReadBack, rows: tuple[int, int]
) -> None:
    """Draw a curve, folded into its track where it wraps."""
    own = slice(
        max(int(np.searchsorted(curve.row, rows[0])) - 1, 0),
        int(np.searchsorted(curve.row, rows[1])) + 1,
    )
    row, wrap = curve.row[own], curve.wrap[own]
    left, right = registration.edges_at(curve.track, row)
    unfolded = left + curve.fraction[own] * (right - left)
    colour = _colour(registration, curve.spec)
    dashes = DASHES[curve.spec.line]
    for turn in np.unique(wrap):
        # The strokes into a wrap and out of it are drawn up to the edges.
        near = np.isin(wrap, [turn - 1, turn, turn + 1])
        column = np.where(near, unfolded - turn * (right - left), np.nan)
        (line,) = axes.plot(
            column,
            row,
            color=colour,
            linewidth=WIDTHS[curve.spec.weight],
            linestyle=dashes,
            solid_joinstyle="round",
        )
        if curve.spec.wraps:
            line.set_clip_path(_track_clip(axes, registration, curve.track, rows))


def _track_clip(
    axes: Axes, registration: Registration, track: Track, rows: tuple[int, int]
) -> Polygon:
    at = np.array(rows, dtype=np.float64)
    left, right = registration.edges_at(track, at)
    corners = [(left[0], at[0]), (right[0], at[0]), (right[1], at[1]), (left[1], at[1])]
    patch = Polygon(corners, closed=True, transform=axes.transData, visible=False)
    axes.add_patch(patch)
    return patch


def _colour(registration: Registration, spec: CurveSpec) -> tuple[float, ...]:
    index = colour_of(registration, spec.mnemonic)
    red, green, blue = palette()[3 * index : 3 * index + 3]
    return red / 255, green / 255, blue / 255


def _scales(figure: Figure, axes: Axes, log: Log, layout: Layout, head: float) -> None:
    """Draw the scale of each curve over its track, as in the heading of a log."""
    box = axes.get_position()
    height = (head - 0.55) / figure.get_figheight()
    heading = figure.add_axes((box.x0, box.y1, box.width, height))
    heading.set_xlim(layout.first, layout.last)
    heading.set_ylim(0, layout.layers)
    heading.axis("off")
    present = {curve.spec.mnemonic for curve in log.curves}
    for track in log.registration.tracks:
        row = np.array([log.registration.depth.rows[0]])
        left, right = (float(e[0]) for e in log.registration.edges_at(track, row))
        for layer, spec in enumerate(track.curves):
            base = layout.layers - 1 - layer + 0.25
            colour = _colour(log.registration, spec)
            dashes = DASHES[spec.line]
            heading.plot(
                [left, right],
                [base, base],
                color=colour,
                linewidth=1.1,
                linestyle=dashes,
            )
            missing = "" if spec.mnemonic in present else " (not in the LAS)"
            wraps = ", wraps" if spec.wraps else ""
            name = f"{spec.mnemonic} {spec.unit}{wraps}{missing}"
            middle = (left + right) / 2
            for where, text, side in (
                (left, f"{spec.scale.left:g}", "left"),
                (middle, name, "center"),
                (right, f"{spec.scale.right:g}", "right"),
            ):
                heading.text(
                    where, base + 0.12, text, fontsize=7, ha=side, color=colour
                )


def _strips(places: _Places, log: Log, found: Measured, rows: tuple[int, int]) -> None:
    """Draw how sure each curve is, and how much of each stretch is on ink."""
    at = np.arange(rows[0], rows[1], 4, dtype=np.float64)
    depth = log.registration.depth.depth_at(at)
    place = np.floor((depth - found.tops[0]) / found.length + 1e-9).astype(int)
    place = np.clip(place, 0, len(found.tops) - 1)
    sure, inked = [], []
    for curve in log.curves:
        sure.append(_sure_at(curve, at))
        sums = found.curves[curve.spec.mnemonic]
        shares = np.array([s.on_ink / s.judged if s.judged else np.nan for s in sums])
        inked.append(shares[place])
    names = [curve.spec.mnemonic for curve in log.curves]
    for title, columns, gap in (("confidence", sure, BETWEEN), ("on ink", inked, 0.0)):
        axes = places.add(STRIP * len(names), rows, gap)
        axes.set_facecolor("#bbbbbb")
        axes.imshow(
            np.ma.masked_invalid(np.transpose(columns)),
            cmap="RdYlGn",
            vmin=0.0 if title == "confidence" else 0.5,
            vmax=1.0,
            extent=(0, len(names), rows[1], rows[0]),
            aspect="auto",
            interpolation="none",
        )
        axes.set_yticks([])
        axes.set_xticks(np.arange(len(names)) + 0.5, names, rotation=90, fontsize=6)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.set_xlabel(title, fontsize=8)
        axes.xaxis.set_label_position("bottom")
        for column in range(1, len(names)):
            axes.axvline(column, color="white", linewidth=0.8)


def _sure_at(curve: ReadBack, rows: Floats) -> Floats:
    """Return the confidence of the sample nearest to rows, NaN where none is known."""
    sure = curve.confidence
    if sure is None:
        return np.full(rows.size, np.nan)
    place = np.searchsorted(curve.row, rows)
    place = np.clip(place, 1, curve.row.size - 1) if curve.row.size > 1 else place * 0
    before = np.maximum(place - 1, 0)
    nearer = np.abs(curve.row[before] - rows) < np.abs(curve.row[place] - rows)
    return sure[np.where(nearer, before, place)]
