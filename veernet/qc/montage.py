"""The pages of a plot-back: the scan beside its overlay, the replot and how sure it is.

Everything is drawn at the paper's own size, so that a page laid on the log fits it. All
panels of a page share their rows: paper stretches in all of them alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.export.heading import heading_rows, palette, style_of
from veernet.export.overlay import draw_part
from veernet.qc.measure import Measured
from veernet.qc.reading import CheckedLog, ReadBack
from veernet.qc.replot import draw_scales, replot
from veernet.records import Registration, Scan, Trace

BODY = 15.0
"""Inches of log on a page, as much as a plotter of 17 inches takes."""

OVERLAP = 0.25
"""Inches of the page above and below that a page shows again."""

MARGIN, BETWEEN, STRIP, LAYER = 0.4, 0.25, 0.16, 0.34
"""Inches: around the page, between panels, for a curve's confidence, and for a curve's
scale in the heading."""

PAGE_BESIDE = 0.15
"""Inches of the page shown beside the outermost edges."""


@dataclass(frozen=True)
class MontageLayout:
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
) -> MontageLayout:
    """Choose the sizes of the pages."""
    start, stop = registration.row_range
    rows = np.arange(start, stop)
    edges = [registration.edges_at(track, rows) for track in registration.tracks]
    beside = PAGE_BESIDE * resolution[0]
    first = int(max(min(left.min() for left, _ in edges) - beside, 0))
    last = int(max(right.max() for _, right in edges) + beside)
    layers = max(len(track.curves) for track in registration.tracks)
    last = min(last, scan.info.columns)
    return MontageLayout(*resolution, first, last, start, stop, layers)


def montage(
    log: CheckedLog,
    scan: Scan,
    traces: Sequence[Trace],
    found: Measured,
    layout: MontageLayout,
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
    log: CheckedLog,
    scan: Scan,
    traces: Sequence[Trace],
    found: Measured,
    layout: MontageLayout,
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
    draw_scales(figure, axes, log, layout.layers, LAYER * layout.layers)
    axes = places.add(layout.width, rows)
    _frame(axes, layout, rows, "LAS, plotted back")
    replot(axes, log, rows)
    draw_scales(figure, axes, log, layout.layers, LAYER * layout.layers)
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
    log: CheckedLog,
    scan: Scan,
    traces: Sequence[Trace],
    layout: MontageLayout,
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
    colours = np.array(palette(log.registration), dtype=np.uint8).reshape(256, 3)
    over = np.full((*shape, 3), 255, dtype=np.uint8)
    over[start - rows[0] : stop - rows[0]] = colours[body]
    return plain, over


def _frame(axes: Axes, layout: MontageLayout, rows: tuple[int, int], name: str) -> None:
    axes.set_xlim(layout.first, layout.last)
    axes.set_ylim(rows[1], rows[0])
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlabel(name, fontsize=9)


def _strips(
    places: _Places, log: CheckedLog, found: Measured, rows: tuple[int, int]
) -> None:
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
        # A single curve's strips are narrower than the words below them.
        words = title if len(names) > 1 else title.replace("confidence", "conf.")
        axes.set_xlabel(words, fontsize=8)
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
