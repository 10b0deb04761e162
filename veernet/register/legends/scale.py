"""Scales of legend lines: linear, logarithmic, or a hybrid of printed points."""

from __future__ import annotations

from typing import Literal

import numpy as np

from veernet.axes import Floats, Scale
from veernet.errors import InputError
from veernet.register.legends.row import LegendLine

DECADES = 1e-6
"""By which a logarithmic scale may miss a whole number of decades."""

OFF_LINE = 0.03
"""Of a track: how far a number may stand off the vertical line that it is of."""


def scale_of(ends: tuple[float, float], *, logarithmic: bool) -> Scale | None:
    """Return the scale of two values, None where they make none.

    Parameters
    ----------
    ends
        At the left and the right edge.
    logarithmic
        Whether the vertical lines of the track are: whole decades are then a
        logarithmic scale. Two decades or more are one anywhere.
    """
    left, right = ends
    kind: Literal["linear", "log"] = "linear"
    if min(ends) > 0:
        decades = abs(float(np.log10(right / left)))
        whole = abs(decades - round(decades)) < DECADES
        if whole and decades > (0.5 if logarithmic else 1.5):
            kind = "log"
    try:
        return Scale(kind, left, right)
    except InputError:
        return None


def hybrid_scale(
    line: LegendLine,
    edges: tuple[float, float],
    span: tuple[float, float],
    upright: Floats,
) -> Scale | None:
    """Return the scale of numbers that are not even, each at its vertical line.

    Parameters
    ----------
    line
        With numbers between its values.
    edges
        Columns of the track.
    span
        Fractions of the track that the scale covers.
    upright
        Fractions of the track at which it has vertical lines.
    """
    fractions = [0.0]
    for value in line.inner:
        at = (value.text.column - edges[0]) / (edges[1] - edges[0])
        nearest = float(upright[np.abs(upright - at).argmin()])
        place = nearest if abs(nearest - at) < OFF_LINE else at
        fractions.append(round((place - span[0]) / (span[1] - span[0]), 3))
    fractions.append(1.0)
    values = [v.number for v in (line.left, *line.inner, line.right)]
    try:
        return Scale(
            "piecewise", values[0], values[-1], tuple(fractions), tuple(values)
        )
    except InputError:
        return None
