"""Vertical lines of a section, followed down it: edges of tracks and lines inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from veernet.axes import Edge, Floats
from veernet.register.geometry.page import FoundSection, FoundTrack

PLACES = 40
"""Rows of a section at which columns are compared."""


@dataclass(frozen=True)
class VerticalLine:
    """A vertical line; a border is the edge of a track that was found."""

    course: Edge
    border: bool


def find_vertical_lines(section: FoundSection) -> tuple[VerticalLine, ...]:
    """Return the vertical lines of a section from left to right, track by track."""
    return tuple(
        VerticalLine(*line) for track in section.tracks for line in _of_track(track)
    )


def places(first: float, last: float) -> Floats:
    """Return rows at which columns are compared, (PLACES,)."""
    return np.linspace(first, last, PLACES)


def _of_track(track: FoundTrack) -> list[tuple[Edge, bool]]:
    span, left, right = track.span, track.left, track.right
    rows = sorted({*left.rows, *right.rows})
    courses: list[tuple[Edge, bool]] = [(left, True)]
    for column in span.lines[1:-1]:
        # Lines inside go with both edges, by their place between them.
        along = (column - span.left) / (span.right - span.left)
        at = (1 - along) * left.column_at(rows) + along * right.column_at(rows)
        courses.append((Edge(tuple(rows), tuple(np.round(at, 1).tolist())), False))
    return [*courses, (right, True)]
