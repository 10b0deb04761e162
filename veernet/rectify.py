"""Between the page and the network: panels with vertical edges and level depth lines.

A depth line is straight, so a row of a panel is a straight line on the page: both its
column and its row there are linear in the panel's column. Results go back the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats, fraction_of
from veernet.colour import PAPER, darkest, on_white, tints
from veernet.errors import InputError
from veernet.records import Grey, Panel, Registration, Scan, Trace, TracedPath

BAND = 1024
"""Rows that are resampled at once: what bounds the memory."""

OUTSIDE = 16
"""Rows by which a depth line may lie beyond paper that was trimmed."""

ON_PAGE = 0.9
"""Share of a track's width that must lie on the page: a little may be trimmed."""

OVERLAP = 1.0
"""Columns, in the mean, that neighbouring tracks may share and still be read apart."""


def panels(
    scan: Scan, registration: Registration, *, margin: int = 8
) -> Iterator[Panel]:
    """Resample the tracks of a section, those that overlap together.

    The scan's resolution along depth is kept: a row of a panel is a registered row.
    Across, the mean distance between the outer edges is kept. A level track between
    whole columns comes out as it is on the page.

    Parameters
    ----------
    scan
        The page, read in bands.
    registration
        Where the tracks lie.
    margin
        Columns of paper to keep beyond the outer edges.

    Returns
    -------
    iterator of Panel
        One at a time, so that only one need be in memory; white beyond the page.

    Raises
    ------
    InputError
        If depths or tracks lie off the page.
    """
    rows = np.arange(*registration.row_range)
    edges = np.array([registration.edges_at(t, rows) for t in registration.tracks])
    _check_rows(scan, registration)
    _check_columns(scan, registration, edges)
    return (
        _panel(scan, registration, members, edges[members], margin)
        for members in _together(edges)
    )


def beside_page(scan: Scan, registration: Registration) -> tuple[float, ...]:
    """Return the share of each track's width that lies beside the page.

    The mean over the registered rows; paper that was trimmed gives a little.
    """
    rows = np.arange(*registration.row_range)
    edges = (registration.edges_at(track, rows) for track in registration.tracks)
    return tuple(_beside(scan, left, right) for left, right in edges)


def to_trace(path: TracedPath, panel: Panel, registration: Registration) -> Trace:
    """Return a traced path in registered rows and unfolded columns of the page.

    Parameters
    ----------
    path
        Traced in the panel.
    panel
        That it was traced in.
    registration
        That the panel was made with.

    Returns
    -------
    Trace
        One sample for each row of the panel.
    """
    rows = panel.row_start + np.arange(panel.image.shape[0], dtype=np.int64)
    panel_left, panel_right = panel.edges_of(path.mnemonic)
    track, _ = registration.curve(path.mnemonic)
    left, right = registration.edges_at(track, rows)
    fraction = fraction_of(path.column, panel_left, panel_right)
    column = left + fraction * (right - left)
    return Trace(path.mnemonic, rows, column, path.confidence, path.origin)


def from_trace(trace: Trace, panel: Panel, registration: Registration) -> Floats:
    """Return (rows,) unfolded columns of a panel of a trace, NaN where it has none.

    Parameters
    ----------
    trace
        In registered rows and columns of the page, of a curve of the panel.
    panel, registration
        As for `to_trace`.
    """
    rows = panel.row_start + np.arange(panel.edges.shape[2], dtype=np.int64)
    column = np.full(rows.size, np.nan)
    inside = (trace.row >= rows[0]) & (trace.row <= rows[-1])
    column[trace.row[inside] - rows[0]] = trace.column[inside]
    panel_left, panel_right = panel.edges_of(trace.mnemonic)
    track, _ = registration.curve(trace.mnemonic)
    left, right = registration.edges_at(track, rows)
    fraction = (column - left) / (right - left)
    return np.asarray(panel_left + fraction * (panel_right - panel_left))


def _check_rows(scan: Scan, registration: Registration) -> None:
    first, last = registration.depth.rows[[0, -1]]
    if first < -OUTSIDE or last > scan.info.rows - 1 + OUTSIDE:
        msg = (
            f"the depth points of section {registration.section!r} run from row "
            f"{first:g} to {last:g}, but the page has {scan.info.rows} rows: "
            "is it the registration of this scan, page and resolution?"
        )
        raise InputError(msg)


def _check_columns(scan: Scan, registration: Registration, edges: Floats) -> None:
    for track, (left, right) in zip(registration.tracks, edges, strict=True):
        if _beside(scan, left, right) > 1 - ON_PAGE:
            msg = (
                f"track {track.name!r} lies at columns {left.min():g} to "
                f"{right.max():g}, but the page has {scan.info.columns} columns: "
                "is it the registration of this scan, page and resolution?"
            )
            raise InputError(msg)


def _beside(scan: Scan, left: Floats, right: Floats) -> float:
    """Return the share of a track that lies beside the page, more than 1 far away."""
    inside = np.minimum(right, scan.info.columns) - np.maximum(left, 0)
    return float(1 - np.mean(inside / (right - left)))


def _together(edges: Floats) -> list[list[int]]:
    """Group tracks that overlap, directly or through others.

    Parameters
    ----------
    edges
        (tracks, 2, rows) columns of each track's left and right edge.

    Returns
    -------
    list of list of int
        Indices of tracks; groups and members in the order of the tracks.
    """
    groups: list[list[int]] = []
    for index, (left, right) in enumerate(edges):
        touching = [
            group
            for group in groups
            if any(_overlap(left, right, *edges[other]) > OVERLAP for other in group)
        ]
        groups = [group for group in groups if group not in touching]
        groups.append(sorted([index, *chain.from_iterable(touching)]))
    return sorted(groups)


def _overlap(left: Floats, right: Floats, other: Floats, other_right: Floats) -> float:
    """Return the columns that two tracks share, in the mean over rows."""
    shared = np.minimum(right, other_right) - np.maximum(left, other)
    return float(np.mean(np.maximum(shared, 0.0)))


def _panel(
    scan: Scan,
    registration: Registration,
    members: Sequence[int],
    edges: Floats,
    margin: int,
) -> Panel:
    tracks = tuple(registration.tracks[index] for index in members)
    row_start, row_stop = registration.row_range
    left, right = edges[:, 0].min(axis=0), edges[:, 1].max(axis=0)
    width = max(1, round(float(np.mean(right - left))))
    stretch = (right - left) / width
    ends = np.stack([left - margin * stretch, right + margin * stretch])
    rows = np.arange(row_start, row_stop)
    image = np.empty((rows.size, width + 2 * margin + 1), dtype=np.uint8)
    distinguished = any(spec.colour for track in tracks for spec in track.curves)
    tint: Grey | None = None
    for start in range(0, rows.size, BAND):
        band = slice(start, start + BAND)
        column = ends[:, band]
        row = registration.page_row(rows[band], column)
        picture = _resample(scan, row, column, image.shape[1])
        if picture.ndim == 2:
            image[band] = picture
            continue
        image[band] = darkest(picture)
        if distinguished:
            tint = np.zeros_like(image) if tint is None else tint
            tint[band] = tints(picture)
    return Panel(
        tracks=tracks,
        row_start=row_start,
        width=width,
        margin=margin,
        edges=margin + (edges - left) / stretch,
        image=image,
        tint=tint,
    )


def _resample(scan: Scan, row: Floats, column: Floats, columns: int) -> Grey:
    """Resample the page along straight lines.

    Parameters
    ----------
    scan
        The page.
    row, column
        (2, rows) where each line begins and ends on the page.
    columns
        Samples along a line, both ends included.

    Returns
    -------
    (rows, columns) or (rows, columns, 3) uint8
        Grey, or RGB on white paper where the page has colour; white beyond the page.
    """
    top, bottom = _window(row, scan.info.rows)
    left, right = _window(column, scan.info.columns)
    if top >= bottom or left >= right:
        return np.full((row.shape[1], columns), PAPER, dtype=np.uint8)
    stored = scan.read_stored(top, bottom)[:, left:right]
    # Counted from the window: single precision would be coarse far down a tall page.
    resampled: Grey = cv2.remap(
        on_white(stored) if stored.ndim == 3 else stored,
        _along(column - left, columns),
        _along(row - top, columns),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(PAPER, PAPER, PAPER),
    )
    return resampled


def _window(at: Floats, size: int) -> tuple[int, int]:
    """Return the first pixel needed to interpolate, and one past the last."""
    first, last = int(np.floor(at.min())), int(np.ceil(at.max()))
    return max(first, 0), min(last + 1, size)


def _along(ends: Floats, count: int) -> NDArray[np.float32]:
    """Return (rows, count) coordinates, even between the (2, rows) ends."""
    begin = ends[0].astype(np.float32)
    pace = ((ends[1] - ends[0]) / (count - 1)).astype(np.float32)
    at: NDArray[np.float32] = begin[:, None] + pace[:, None] * np.arange(
        count, dtype=np.float32
    )
    return at
