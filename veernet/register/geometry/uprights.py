"""Upright lines of a section, followed down it: edges of tracks and lines inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from veernet.axes import Edge, Floats
from veernet.register.geometry.page import FoundSection, FoundTrack

PLACES = 40
"""Rows of a section at which columns are compared."""


@dataclass(frozen=True)
class Upright:
    """An upright line; a border is the edge of a track that was found."""

    way: Edge
    border: bool


def find_uprights(section: FoundSection) -> tuple[Upright, ...]:
    """Return the upright lines of a section from left to right, track by track."""
    return tuple(
        Upright(*line) for track in section.tracks for line in _of_track(track)
    )


def places(first: float, last: float) -> Floats:
    """Return rows at which columns are compared, (PLACES,)."""
    return np.linspace(first, last, PLACES)


def _of_track(track: FoundTrack) -> list[tuple[Edge, bool]]:
    span, left, right = track.span, track.left, track.right
    rows = sorted({*left.rows, *right.rows})
    ways: list[tuple[Edge, bool]] = [(left, True)]
    for column in span.lines[1:-1]:
        # Lines inside go with both edges, by their place between them.
        along = (column - span.left) / (span.right - span.left)
        at = (1 - along) * left.column_at(rows) + along * right.column_at(rows)
        ways.append((Edge(tuple(rows), tuple(np.round(at, 1).tolist())), False))
    return [*ways, (right, True)]
