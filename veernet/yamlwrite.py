"""Registrations written as YAML, as a person would keep them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import yaml

from veernet.axes import DepthPoint, Edge
from veernet.records import CurveSpec, Track
from veernet.yamlshared import EDGES, moved

Document = dict[str, object]


class StatedDepth(Protocol):
    """Depth points, and their unit where it is known."""

    @property
    def unit(self) -> str | None:
        """Return ft or m, None where it is not known."""

    @property
    def points(self) -> Sequence[DepthPoint]:
        """Return depth lines in the order of rows."""


class Stated(Protocol):
    """A registration, or a draft of one in which fields are not known yet."""

    @property
    def section(self) -> str:
        """Return the name of the section."""

    @property
    def depth(self) -> StatedDepth:
        """Return what is known of depth."""

    @property
    def tracks(self) -> Sequence[Track]:
        """Return the tracks from left to right."""

    @property
    def step(self) -> float | None:
        """Return the step of the output in depth units."""

    @property
    def null_value(self) -> float | None:
        """Return what stands for unread in the LAS."""

    @property
    def well(self) -> Mapping[str, str]:
        """Return fields of the well by mnemonic."""

    @property
    def image(self) -> str | None:
        """Return the name of the scan beside the file."""

    @property
    def page(self) -> int:
        """Return the page of the scan, counted from 0."""


def to_yaml(*registrations: Stated) -> str:
    """Return registrations as YAML, one document each; what is at its default is left.

    What several of them share, such as the well and edges of tracks, stands once, in a
    document before them. `load_registrations` reads equal registrations from the text.
    What a draft does not know is not in its document.
    """
    documents = [_document(registration) for registration in registrations]
    if len(documents) > 1:
        documents = _shared(documents)
    return yaml.safe_dump_all(
        documents,
        sort_keys=False,
        default_flow_style=None,
        allow_unicode=True,
        width=110,
    )


def _shared(documents: Sequence[Document]) -> list[Document]:
    """Return documents with what they have in common in one before them."""
    common: Document = {}
    for key in ("image", "page", "well"):
        values = [document.get(key) for document in documents]
        if values[0] is not None and all(value == values[0] for value in values):
            common[key] = values[0]
            for document in documents:
                del document[key]
    edges = _named_edges(documents)
    if edges:
        common[EDGES] = edges
    return [common, *documents] if common else list(documents)


def _named_edges(documents: Sequence[Document]) -> Document:
    """Name edges that tracks of several sections have, and let the tracks refer."""
    tracks = [
        (number, track)
        for number, document in enumerate(documents)
        for track in document.get("tracks") or ()  # type: ignore[attr-defined]
    ]
    named: Document = {}
    taken: list[tuple[Document, str]] = []
    for number, track in tracks:
        own = {k: track[k] for k in ("left", "right", "width") if k in track}
        name = next((name for edges, name in taken if edges == own), None)
        if name is None:
            if not any(
                other != number and all(t.get(k) == own.get(k) for k in _PLACE)
                for other, t in tracks
            ):
                continue
            name = _free_name(str(track["name"]), named)
            named[name] = own
            taken.append((own, name))
        _refer(track, name)
    return named


_PLACE = ("left", "right", "width")


def _free_name(name: str, taken: Mapping[str, object]) -> str:
    """Return a name that no other edges have: T1, T1-2, ..."""
    free, count = name, 1
    while free in taken:
        count += 1
        free = f"{name}-{count}"
    return free


def _refer(track: Document, name: str) -> None:
    """Put a name of edges in place of the edges of a track, behind its own name."""
    rest = {k: v for k, v in track.items() if k not in ("name", *_PLACE)}
    own = track["name"]
    track.clear()
    track.update({"name": own, EDGES: name, **rest})


def _document(registration: Stated) -> Document:
    optional = {
        "image": registration.image,
        "page": registration.page or None,
        "section": registration.section,
    }
    depth = registration.depth
    document = _stated(optional) | {
        "depth": _stated(
            {
                "unit": depth.unit,
                "points": [
                    _stated({**vars(point), "gap": point.gap or None})
                    for point in depth.points
                ],
            }
        ),
        "step": registration.step,
        "null_value": registration.null_value,
        "well": dict(registration.well) or None,
        "tracks": [_track_document(track) for track in registration.tracks] or None,
    }
    return _stated(document)


def _track_document(track: Track) -> Document:
    return {
        "name": track.name,
        **edges_document(track.left, track.right),
        **_stated({"divisions": track.divisions}),
        "curves": [_curve_document(curve) for curve in track.curves],
    }


def edges_document(left: Edge, right: Edge) -> Document:
    """Return the edges of a track as keys of it.

    Where the right one runs beside a left one that bends, its width is told: whoever
    moves the track then moves one list.
    """
    written = _edge_document(left)
    if len(left.rows) > 1 and left.rows == right.rows:
        width = round(right.columns[0] - left.columns[0], 6)
        if moved(left, width) == right:
            return {"left": written, "width": _plain(width)}
    return {"left": written, "right": _edge_document(right)}


def _edge_document(edge: Edge) -> object:
    if edge.rows == (0.0,):
        return _plain(edge.columns[0])
    return [
        {"row": _plain(row), "column": _plain(column)}
        for row, column in zip(edge.rows, edge.columns, strict=True)
    ]


def _curve_document(curve: CurveSpec) -> Document:
    scale = curve.scale
    points = [
        {"fraction": _plain(fraction), "value": _plain(value)}
        for fraction, value in zip(scale.fractions, scale.values, strict=True)
    ]
    return _stated(
        {
            "mnemonic": curve.mnemonic,
            "unit": curve.unit,
            "left": scale.left,
            "right": scale.right,
            "scale": scale.kind,
            "points": points or None,
            "line": curve.line,
            "weight": curve.weight,
            "colour": curve.colour,
            "wraps": curve.wraps or None,
            "wrap_start": curve.wrap_start or None,
            "backup_of": curve.backup_of,
            "export": None if curve.export else False,
        }
    )


def _stated(fields: Mapping[str, object]) -> Document:
    """Drop what is None and make numbers plain."""
    return {name: _plain(value) for name, value in fields.items() if value is not None}


def _plain(value: object) -> object:
    """Return a number as YAML shows it best: 250, not 250.0; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return int(value) if float(value).is_integer() else float(value)
