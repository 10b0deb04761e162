"""What part of a track a legend line stands for."""

from __future__ import annotations

import numpy as np

from veernet.register.legends.row import LegendLine
from veernet.register.legends.stroke import SampleStroke

SNAP = 0.02
"""Of a track: how far a stroke may begin off the place that its cell begins at."""

PLACES = np.arange(21) / 20
"""Fractions of a track at which cells begin and end."""

BEYOND = 0.03
"""Of a track: a value does not stand further beyond the end of its cell."""

MAIN_PLACES = np.array([0.0, 0.25, 0.5, 0.75, 1.0])


def span_of(
    edges: tuple[float, float], line: LegendLine, stroke: SampleStroke | None
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the fractions of a track that a line covers, and the values there."""
    width = edges[1] - edges[0]
    left = (line.left.text.left - edges[0]) / width
    right = (line.right.text.right - edges[0]) / width
    ends = line.left.number, line.right.number
    # A value that stands within its cell ends where the cell does; a cell is a half or
    # a quarter of the track unless its stroke says otherwise.
    first, last = (
        float(MAIN_PLACES[np.abs(MAIN_PLACES - at).argmin()]) for at in (left, right)
    )
    if first >= last:
        outer = float(np.floor(left * 20) / 20), float(np.ceil(right * 20) / 20)
        return outer, ends
    if left < first - BEYOND or right > last + BEYOND:
        # No cell ends there: values stand at ticks of a scale that is printed short.
        at = np.array([line.left.text.column, line.right.text.column])
        at = (at - edges[0]) / width
        ticks = PLACES[np.abs(at[:, None] - PLACES).argmin(axis=1)]
        if np.abs(ticks - at).max() < SNAP and ticks[0] < ticks[1]:
            return (float(ticks[0]), float(ticks[1])), ends
    if stroke is None:
        return (first, last), ends
    return (first, last), _reaching(
        (first, last),
        ((stroke.left - edges[0]) / width, (stroke.right - edges[0]) / width),
        (left, right),
        ends,
    )


def _reaching(
    span: tuple[float, float],
    drawn: tuple[float, float],
    printed: tuple[float, float],
    ends: tuple[float, float],
) -> tuple[float, float]:
    """Return the values at the ends of a span of which a stroke covers a part.

    An overrange of 20 to 200 is drawn over the last nine tenths of its cell: at the
    edge it would be 0.
    """
    at = []
    for edge, stroke, value in zip(span, drawn, printed, strict=True):
        place = float(PLACES[np.abs(PLACES - stroke).argmin()])
        short = abs(place - edge) > SNAP and abs(stroke - place) < SNAP
        # The value stands at the end of its stroke, not beyond it.
        at.append(place if short and abs(value - place) < 2 * SNAP else edge)
    if tuple(at) == span or at[0] >= at[1]:
        return ends
    slope = (ends[1] - ends[0]) / (at[1] - at[0])
    reach = [ends[0] + slope * (edge - at[0]) for edge in span]
    step = 10 ** np.floor(np.log10(abs(slope))) / 10
    even = [round(value / step) * step for value in reach]
    near = max(abs(a - b) for a, b in zip(even, reach, strict=True))
    return (float(even[0]), float(even[1])) if near < 0.02 * abs(slope) else ends
