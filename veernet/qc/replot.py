"""A LAS plotted back: grid, depths, curves and their scales, from the LAS alone."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from veernet.export.heading import colour_of, palette
from veernet.export.overlay import label_step
from veernet.qc.reading import CheckedLog, ReadBack
from veernet.records import CurveSpec, Registration, Track

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


def replot(axes: Axes, log: CheckedLog, rows: tuple[int, int]) -> None:
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
        depths = depths[~axis.in_gap(depths)]
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
    for wrap_count in np.unique(wrap):
        # The strokes into a wrap and out of it are drawn up to the edges.
        near = np.isin(wrap, [wrap_count - 1, wrap_count, wrap_count + 1])
        column = np.where(near, unfolded - wrap_count * (right - left), np.nan)
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
    red, green, blue = palette(registration)[3 * index : 3 * index + 3]
    return red / 255, green / 255, blue / 255


def draw_scales(
    figure: Figure, axes: Axes, log: CheckedLog, layers: int, head: float
) -> None:
    """Draw the scale of each curve over its track, as in the heading of a log.

    Parameters
    ----------
    figure, axes
        The page, and the panel that they stand over.
    log
        Its curves; one that is registered and not in the LAS is told so.
    layers
        Scales that stand above each other.
    head
        Inches above the panel that they take.
    """
    box = axes.get_position()
    height = head / figure.get_figheight()
    heading = figure.add_axes((box.x0, box.y1, box.width, height))
    heading.set_xlim(*axes.get_xlim())
    heading.set_ylim(0, layers)
    heading.axis("off")
    present = {curve.spec.mnemonic for curve in log.curves}
    for track in log.registration.tracks:
        row = np.array([log.registration.depth.rows[0]])
        left, right = (float(e[0]) for e in log.registration.edges_at(track, row))
        for layer, spec in enumerate(track.curves):
            base = layers - 1 - layer + 0.25
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
