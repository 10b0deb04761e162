"""Edges of tracks as a person moves them: a few nodes, a width, and each edge once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from veernet.axes import Edge, Floats
from veernet.register.geometry.page import FoundTrack
from veernet.register.geometry.simplify import simplify_mask
from veernet.register.legends.record import WHOLE, LegendCurve
from veernet.register.onelog import joined_edge
from veernet.register.propose import ProposedSection

TOLERANCE = 1.0
"""Columns by which an edge may leave the one that was found, on a page of up to 200
dots an inch. Lines of a grid are two to four columns wide, edges are found to one or
two, and a column is 0.2 % of the scale of a track 2.5 inches wide."""

USUAL = 1650.0
"""Columns of all tracks at 200 dots an inch; on finer pages the tolerance grows."""

EDGE_SHIFT = 0.01
"""Of the width of all tracks: how far an edge may lie off where that of the section
above ended, and be the same line."""

FEW = 3
"""Nodes that stand in one line."""

Span = tuple[float, float]
_PARTS: dict[Span, str] = {WHOLE: "", (0.0, 0.5): "L", (0.5, 1.0): "R"}
_NUMBER = re.compile(r"\.0$")


@dataclass(frozen=True)
class Place:
    """A track of a file: a track that was found, or the part of it that a scale covers.

    Parameters
    ----------
    name
        T2, or T2L for its left half.
    number
        Of the track that was found.
    span
        Fractions of it.
    left, right
        Edges.
    """

    name: str
    number: int
    span: Span
    left: Edge
    right: Edge


def places_of(
    tracks: Sequence[FoundTrack], curves: Sequence[LegendCurve]
) -> list[Place]:
    """Return the tracks of a file, from left to right: one for each span of scales."""
    places = []
    for number, track in enumerate(tracks):
        own = {curve.span for curve in curves if curve.track == number}
        spans = sorted(own, key=lambda span: (span[0], span)) or [WHOLE]
        for index, span in enumerate(spans):
            name = f"T{number + 1}{_PARTS.get(span, f'P{index + 1}')}"
            edges = track.line_at(span[0]), track.line_at(span[1])
            places.append(Place(name, number, span, *edges))
    return places


def edge_lines(left: Edge, right: Edge, tolerance: float, indent: str) -> list[str]:
    """Return the edges of a track as lines of YAML, as few nodes as keep them.

    Where the right edge runs beside the left one, its distance is told as ``width``.
    """
    rows = np.array(sorted({*left.rows, *right.rows}))
    at_left, at_right = left.column_at(rows), right.column_at(rows)
    apart = at_right - at_left
    width = round(float((apart.max() + apart.min()) / 2), 1)
    if len(rows) > 1 and np.abs(apart - width).max() <= tolerance:
        middle = simplified(rows, (at_left + at_right - width) / 2, tolerance / 2)
        left_lines = _edge("left", middle, indent)
        if len(middle.rows) == 1:
            return [*left_lines, f"{indent}right: {plain(middle.columns[0] + width)}"]
        return [*left_lines, f"{indent}width: {plain(width)}"]
    return [
        *_edge("left", simplified(rows, at_left, tolerance), indent),
        *_edge("right", simplified(rows, at_right, tolerance), indent),
    ]


def simplified(rows: Floats, columns: Floats, tolerance: float) -> Edge:
    """Return an edge with as few nodes as keep it within a tolerance, one if it can."""
    middle = (columns.max() + columns.min()) / 2
    if np.abs(columns - middle).max() <= tolerance:
        return Edge((0.0,), (round(float(middle), 1),))
    kept = simplify_mask(rows, columns, tolerance)
    return Edge(tuple(rows[kept].tolist()), tuple(np.round(columns[kept], 1).tolist()))


def tolerance_of(section: ProposedSection) -> float:
    """Return the columns by which edges of a section may be simplified."""
    return TOLERANCE * max(1.0, _width(section) / USUAL)


def shared_edges(
    sections: Sequence[ProposedSection],
) -> tuple[dict[str, tuple[Edge, Edge]], list[Mapping[str, str]]]:
    """Find the edges that sections of a page share.

    Parameters
    ----------
    sections
        From the top down.

    Returns
    -------
    named : dict
        Edges of a track by name: T1, or T1-2 for those of a second layout.
    names : list of dict
        For each section, by name of its track, those that it shares with others.
    """
    places = [places_of(s.found.tracks, s.legend.curves) for s in sections]
    groups: list[list[int]] = []
    for index in range(len(sections)):
        if groups and _same_lines(sections, places, groups[-1][-1], index):
            groups[-1].append(index)
        else:
            groups.append([index])
    named: dict[str, tuple[Edge, Edge]] = {}
    names: list[Mapping[str, str]] = [{} for _ in sections]
    for group in groups:
        if len(group) < 2:
            continue
        own = {}
        for k, place in enumerate(places[group[0]]):
            name, count = place.name, 1
            while name in named:
                count += 1
                name = f"{place.name}-{count}"
            each = [places[index][k] for index in group]
            named[name] = (
                joined_edge([p.left for p in each]),
                joined_edge([p.right for p in each]),
            )
            own[place.name] = name
        for index in group:
            names[index] = own
    return named, names


def _same_lines(
    sections: Sequence[ProposedSection],
    places: Sequence[Sequence[Place]],
    above: int,
    below: int,
) -> bool:
    """Tell whether the edges of a section go on in the next."""
    upper, lower = places[above], places[below]
    if [p.name for p in upper] != [p.name for p in lower]:
        return False
    near = EDGE_SHIFT * _width(sections[above])
    for one, other in zip(upper, lower, strict=True):
        for first, second in ((one.left, other.left), (one.right, other.right)):
            if first == second:
                continue
            if first.rows[-1] >= second.rows[0]:
                return False
            if abs(first.columns[-1] - second.columns[0]) > near:
                return False
    return True


def _width(section: ProposedSection) -> float:
    row = section.found.first_row
    tracks = section.found.tracks
    return float(tracks[-1].right.column_at(row) - tracks[0].left.column_at(row))


def _edge(side: str, edge: Edge, indent: str) -> list[str]:
    if len(edge.rows) == 1:
        return [f"{indent}{side}: {plain(edge.columns[0])}"]
    pairs = zip(edge.rows, edge.columns, strict=True)
    nodes = [f"{{row: {plain(r)}, column: {plain(c)}}}" for r, c in pairs]
    if len(nodes) <= FEW:
        return [f"{indent}{side}: [{', '.join(nodes)}]"]
    return [f"{indent}{side}:", *(f"{indent}  - {node}" for node in nodes)]


def plain(value: float) -> str:
    """Return a row or a column to a tenth."""
    return _NUMBER.sub("", f"{value:.1f}")
