"""The overlay (PNG): the scan, paled, with every curve drawn where it was read.

Read rows are a thin line that leaves ink to be seen on both sides; bridged rows are
dashed, rows set by hand are thick, unread rows are not drawn. Depths stand in a gutter
at the left, the scale of each curve over its own track, as in the heading of a log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.export.heading import (
    BLACK,
    EDGE,
    INK,
    PAPER,
    POINT,
    Canvas,
    Style,
    colour_of,
    draw_heading,
    heading_rows,
    palette,
    stamp,
    style_of,
)
from veernet.export.onpage import ink
from veernet.files import check_new, replacing, together
from veernet.intervals import true_intervals
from veernet.parts import earlier_parts, parts_of
from veernet.records import ORIGINS, Registration, Scan, Trace

ROWS_PER_FILE = 20_000
BAND = 2_000
MARGIN = 60
"""Rows of the page kept above the first and below the last registered one."""
DASH = 7
SHIFT = 4
"""Binary places of a pixel that cv2 is given."""

Points: TypeAlias = NDArray[np.int32]


def write_overlay(
    path: Path, scan: Scan, registration: Registration, traces: Sequence[Trace]
) -> tuple[Path, ...]:
    """Draw the traces of a section over its part of the scan.

    One file for every 20,000 rows of the page, each with its own heading: ``NAME.png``
    if one suffices, else ``NAME.1.png`` and so on; what an earlier overlay of that name
    had beyond them goes. One file is held in memory at a time, a byte for each pixel.

    Parameters
    ----------
    path
        Of the PNG to write.
    scan
        The page that was read.
    registration, traces
        Of the section.

    Returns
    -------
    tuple of Path
        The files written, from top to bottom.
    """
    start, stop = _page_rows(scan, registration)
    parts = range(start, stop, ROWS_PER_FILE)
    name = Path(scan.info.path).name
    with together():
        paths = parts_of(path, len(parts))
        for number, (part, first) in enumerate(zip(paths, parts, strict=True), start=1):
            last = min(first + ROWS_PER_FILE, stop)
            title = f"{name} section {registration.section}, {number} of {len(parts)}"
            canvas = draw_part(scan, registration, traces, first, last, title)
            _save(part, canvas, scan, registration)
    return paths


def check_overlay(
    path: Path, others: Iterable[Path], *, overwrite: bool = True
) -> None:
    """Refuse the name of another format, or one whose parts may be other files.

    Parameters
    ----------
    path
        Of the overlay.
    others
        Files of the run.
    overwrite
        Whether a part may be there already.

    Raises
    ------
    InputError
        If the suffix is not .png, another file of the run is called like
        ``NAME.1.png``, or such a file is there that may not be written over.
    """
    if path.suffix.lower() != ".png":
        msg = f"{path} does not end in .png: the overlay is a PNG"
        raise InputError(msg)
    part = re.compile(rf"{re.escape(path.stem)}\.\d+{re.escape(path.suffix)}")
    for other in others:
        if other.parent.resolve() == path.parent.resolve() and part.fullmatch(
            other.name
        ):
            msg = f"{path}: a part of a tall overlay would replace {other}: rename it"
            raise InputError(msg)
    if not overwrite:
        for there in earlier_parts(path):
            check_new(there)


def draw_part(
    scan: Scan,
    registration: Registration,
    traces: Sequence[Trace],
    start: int,
    stop: int,
    title: str,
) -> Canvas:
    """Draw rows start to stop of the page, heading included.

    Returns
    -------
    (heading + rows, gutter + columns) uint8
        Indices into the palette.
    """
    style = style_of(scan.info.columns)
    heading = heading_rows(registration, style)
    shape = (heading + stop - start, style.gutter + scan.info.columns)
    canvas = np.full(shape, PAPER, dtype=np.uint8)
    body = canvas[heading:, style.gutter :]
    for band in range(start, stop, BAND):
        grey = scan.read(band, min(band + BAND, stop))
        body[band - start : band - start + len(grey)] = _paled(grey)
    draw_heading(canvas[:heading], registration, traces, title, style)
    _draw_frame(body, registration, start, style)
    _draw_depths(canvas[heading:, : style.gutter], registration, start, style)
    for trace in traces:
        _draw_trace(body, trace, registration, start, style)
    return canvas


def _page_rows(scan: Scan, registration: Registration) -> tuple[int, int]:
    """Rows of the page that a section covers, the turn of the page included."""
    ends = np.array(registration.row_range, dtype=np.float64)
    edges = [e for track in registration.tracks for e in (track.left, track.right)]
    rows = [registration.page_row(ends, edge.column_at(ends)) for edge in edges]
    start = int(np.floor(np.min(rows))) - MARGIN
    stop = int(np.ceil(np.max(rows))) + MARGIN
    return max(start, 0), min(max(stop, start + 1), scan.info.rows)


def _paled(grey: NDArray[np.uint8]) -> Canvas:
    """Lighten a band so that colours stand out: black becomes a light grey."""
    return (255 - (255 - grey.astype(np.uint16)) * (255 - INK) // 255).astype(np.uint8)


def _draw_frame(
    body: Canvas, registration: Registration, start: int, style: Style
) -> None:
    """Mark the edges of the tracks and, on them, the registered depth points."""
    rows = np.arange(*registration.row_range)
    for track in registration.tracks:
        for column in registration.edges_at(track, rows):
            row = registration.page_row(rows, column)
            dashes = (rows // 16) % 3 == 0
            _draw_lines(body, _stretches(row - start, column, dashes), EDGE, 1)
        at = registration.depth.rows
        for column in registration.edges_at(track, at):
            row = registration.page_row(at, column) - start
            ends = [column - style.line / 3, column + style.line / 3]
            ticks = np.stack([np.stack([e, row], axis=-1) for e in ends], axis=1)
            _draw_lines(body, list(_fixed(ticks)), POINT, style.thickness)


def _draw_depths(
    gutter: Canvas, registration: Registration, start: int, style: Style
) -> None:
    """Write round depths into the gutter, and a tick on every registered depth point.

    They stand at the row where the depth line meets the leftmost edge of all.
    """
    depth = registration.depth
    step = label_step(registration, 8 * style.line)
    first, last = depth.depths[0], depth.depths[-1]
    labels = np.arange(np.ceil(first / step), np.floor(last / step) + 1) * step
    labels = labels[~depth.in_gap(labels)]
    right = gutter.shape[1]
    for value, row in zip(labels, _left_rows(registration, labels), strict=True):
        at = int(np.rint(row)) - start
        if 0 <= at < gutter.shape[0]:
            gutter[at, right - 12 :] = BLACK
            stamp(gutter, f"{value:g}", at + style.line // 3, 4, style.scale)
    for row in _left_rows(registration, depth.depths):
        at = int(np.rint(row)) - start
        if 0 <= at < gutter.shape[0]:
            gutter[max(at - 1, 0) : at + 2, right - 6 :] = POINT


def label_step(registration: Registration, apart: float) -> float:
    """Return the smallest round depth step whose lines are so many rows apart."""
    rows, depths = registration.depth.rows, registration.depth.depths
    least = apart * (depths[-1] - depths[0]) / (rows[-1] - rows[0])
    power = 10.0 ** np.floor(np.log10(least))
    return float(next(power * n for n in (1, 2, 5, 10) if power * n >= least))


def _left_rows(registration: Registration, depths: Floats) -> Floats:
    """Rows of the page where depth lines meet the leftmost edge."""
    rows = registration.depth.row_at(depths)
    edges = [track.left.column_at(rows) for track in registration.tracks]
    return registration.page_row(rows, np.min(edges, axis=0))


def _draw_trace(
    body: Canvas, trace: Trace, registration: Registration, start: int, style: Style
) -> None:
    """Draw a curve; it is broken where it wraps, so no line runs across the track."""
    where = ink(trace, registration)
    read = np.isfinite(where.column)
    joined = read[1:] & read[:-1] & (np.diff(where.wrap) == 0)
    colour = colour_of(registration, trace.mnemonic)
    for origin, thicker in (("auto", 0), ("bridged", 0), ("manual", 1)):
        own = read & (trace.origin == ORIGINS.index(origin))
        # A stretch reaches one row into its neighbours: lines lie between rows.
        shown = own.copy()
        shown[:-1] |= own[1:] & joined
        shown[1:] |= own[:-1] & joined
        if origin == "bridged":
            shown &= (trace.row // DASH) % 2 == 0
        lines = _stretches(where.row - start, where.column, shown, joined)
        _draw_lines(body, lines, colour, style.thickness + thicker)


def _stretches(
    row: Floats,
    column: Floats,
    shown: NDArray[np.bool_],
    joined: NDArray[np.bool_] | None = None,
) -> list[Points]:
    """Cut points into lines where they are not shown or not joined to the next."""
    points = _fixed(np.stack([np.nan_to_num(column), np.nan_to_num(row)], axis=-1))
    lines = []
    for start, stop in true_intervals(shown):
        inside = np.arange(start, stop - 1)
        cuts = inside[~joined[inside]] + 1 if joined is not None else inside[:0]
        lines += np.split(points[start:stop], cuts - start)
    # A line of one point is none to cv2: it is drawn as a dot, from itself to itself.
    return [np.repeat(line, 2, axis=0) if len(line) == 1 else line for line in lines]


def _fixed(points: Floats) -> Points:
    """Return (column, row) as the fixed-point numbers that cv2 draws from."""
    return np.asarray(np.rint(points * 2**SHIFT), dtype=np.int32)


def _draw_lines(
    body: Canvas, lines: Sequence[Points], colour: int, thickness: int
) -> None:
    """Draw lines without smoothing: every index must stay one of the palette."""
    cv2.polylines(body, list(lines), False, colour, thickness, cv2.LINE_8, SHIFT)


def _save(path: Path, canvas: Canvas, scan: Scan, registration: Registration) -> None:
    image = Image.fromarray(canvas)
    image.putpalette(palette(registration))
    with replacing(path) as temporary:
        dpi = {"dpi": scan.info.dpi} if scan.info.dpi else {}
        image.save(temporary, format="PNG", compress_level=4, **dpi)
