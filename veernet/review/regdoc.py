"""Registrations as the page has them: documents of plain JSON, perhaps incomplete.

A document has the keys of the registration file, with edges as lists of points and what
is at its default filled in. What is still to be given is empty: no depth points, no
unit, a track without curves, a curve without a name or the ends of its scale.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import yaml

from veernet.errors import InputError
from veernet.export.tracefile import TALLEST
from veernet.records import Registration
from veernet.registration import MAIN, registrations_in, to_yaml
from veernet.review.wording import of_registration

Document: TypeAlias = dict[str, Any]

_OUR_NAME = Path("registration")

_TOP = ("image", "page", "section", "depth", "step", "null_value", "well", "tracks")
_CURVE: Document = {
    "line": "solid",
    "weight": None,
    "colour": None,
    "wraps": False,
    "wrap_start": 0,
    "backup_of": None,
    "export": True,
}
_DUMMY_DEPTH: Document = {
    "unit": "ft",
    "points": [{"row": 0, "depth": 0}, {"row": 1, "depth": 1}],
}
_DUMMY_CURVE: Document = {
    "mnemonic": "still to be given",
    "unit": "",
    "scale": "linear",
    "left": 0,
    "right": 1,
}


def document_of(registration: Registration) -> Document:
    """Return a registration as a document."""
    return filled(yaml.safe_load(to_yaml(registration)))


def filled(document: Mapping[str, Any]) -> Document:
    """Return a document with what is at its default filled in, edges as lists.

    Raises
    ------
    InputError
        If it has not the shape of a registration.
    """
    given = _mapping(document, "the registration")
    unknown = [key for key in given if key not in _TOP]
    if unknown:
        msg = f"the key {unknown[0]!r} is not known in a registration"
        raise InputError(msg)
    try:
        json.dumps(given, allow_nan=False)
    except ValueError as error:
        msg = "a number of the registration is not finite: give another"
        raise InputError(msg) from error
    depth = _mapping(given.get("depth") or {}, "depth")
    tracks = _list(given.get("tracks"), "tracks")
    return {
        "image": given.get("image"),
        "page": given.get("page", 0),
        "section": given.get("section", MAIN),
        "depth": {
            **depth,
            "unit": depth.get("unit"),
            "points": [
                _depth_point(point, f"depth.points[{index}]")
                for index, point in enumerate(_list(depth.get("points"), "points"))
            ],
        },
        "step": given.get("step", 0.5),
        "null_value": given.get("null_value", -999.25),
        "well": _well(given.get("well")),
        "tracks": [_track(track, index) for index, track in enumerate(tracks)],
    }


def problems_of(document: Document) -> list[str]:
    """Return what a document lacks to be a registration, a line each; none if nothing.

    Raises
    ------
    InputError
        If something in it is wrong rather than missing.
    """
    missing = []
    depth = document["depth"]
    whole_depth = bool(depth["unit"]) and len(depth["points"]) >= 2
    if not depth["unit"]:
        missing.append("the unit of depth is still to be given: ft or m")
    if len(depth["points"]) < 2:
        listed = len(depth["points"]) or "none"
        missing.append(f"two or more depth points are needed: there is {listed}")
    if not document["tracks"]:
        missing.append("tracks are still to be given, from left to right")
    for track in document["tracks"]:
        missing += _lacks(track)
    if not document["tracks"]:
        return missing
    whole = {**document, "tracks": _whole_tracks(document)}
    if not whole_depth:
        whole["depth"] = _DUMMY_DEPTH
    for track in whole["tracks"]:
        dummy = {**_DUMMY_CURVE, "mnemonic": f"\N{MIDDLE DOT} {track['name']}"}
        track["curves"] = track["curves"] or [dummy]
    registration_of(whole)
    return missing


def whole_part(document: Document) -> Document | None:
    """Return a document without the curves that are still to be given.

    Returns
    -------
    Document or None
        None if depths are still to be given, or no curve is whole.
    """
    depth = document["depth"]
    if not depth["unit"] or len(depth["points"]) < 2:
        return None
    tracks = [track for track in _whole_tracks(document) if track["curves"]]
    return {**document, "tracks": tracks} if tracks else None


def _whole_tracks(document: Document) -> list[Document]:
    """Return the tracks with the curves that are whole.

    A back-up whose main curve is not whole yet is no mistake, and stands alone.
    """
    tracks = [
        {**track, "curves": [curve for curve in track["curves"] if _is_whole(curve)]}
        for track in document["tracks"]
    ]
    whole = {curve["mnemonic"] for track in tracks for curve in track["curves"]}
    named = {c["mnemonic"] for t in document["tracks"] for c in t["curves"]}
    for track in tracks:
        track["curves"] = [
            {**curve, "backup_of": None}
            if curve.get("backup_of") in named - whole
            else curve
            for curve in track["curves"]
        ]
    return tracks


def _lacks(track: Document) -> list[str]:
    """Return what the curves of a track lack, a line each."""
    if not track["curves"]:
        return [
            f"track {track['name']}: its curves are still to be given, every one that "
            "is drawn in it"
        ]
    return [
        f"track {track['name']}: {curve.get('mnemonic') or f'curve {place}'} lacks its "
        "name or the values at the edges of its track"
        for place, curve in enumerate(track["curves"], start=1)
        if not _is_whole(curve)
    ]


def registration_of(document: Document) -> Registration:
    """Return the registration that a complete document is.

    Raises
    ------
    InputError
        If it is none; the line names the key and the value.
    """
    text = yaml.safe_dump(_stated(document), sort_keys=False, allow_unicode=True)
    try:
        return registrations_in(text.encode(), _OUR_NAME)[0]
    except InputError as error:
        raise InputError(of_registration(str(error), document)) from error


def residuals(document: Document) -> list[Document]:
    """Return depth points with how far each stands off its neighbours' line.

    Returns
    -------
    list
        ``row``, ``depth`` and ``residual``: rows below the place that the depth points
        on both sides of it give its depth; None at the ends, and beside a gap.
    """
    points = document["depth"]["points"]
    rows = [float(point["row"]) for point in points]
    depths = [float(point["depth"]) for point in points]
    listed: list[Document] = []
    for place, (row, depth) in enumerate(zip(rows, depths, strict=True)):
        residual = None
        beside = any(
            point.get("gap") for point in points[max(0, place - 1) : place + 1]
        )
        if 0 < place < len(points) - 1 and not beside:
            ends = [place - 1, place + 1]
            fit = np.interp(depth, [depths[e] for e in ends], [rows[e] for e in ends])
            residual = round(row - float(fit), 2)
        listed.append({"row": row, "depth": depth, "residual": residual})
    return listed


def _stated(document: Document) -> Document:
    """Return a document as the registration file has it: what is empty is left out."""
    tracks = [
        {
            **track,
            "left": _edge(track["left"]),
            "right": _edge(track["right"]),
            "curves": [_curve_stated(curve) for curve in track["curves"]],
        }
        for track in document["tracks"]
    ]
    listed = {**document, "tracks": tracks}
    return {key: value for key, value in listed.items() if value not in (None, {})}


def _curve_stated(curve: Document) -> Document:
    left = {key: value for key, value in curve.items() if value is not None}
    return {**left, "unit": left.get("unit", "")}


def _edge(points: Any) -> Any:  # noqa: ANN401 - what came as JSON
    if isinstance(points, list) and len(points) == 1 and isinstance(points[0], dict):
        return points[0].get("column")
    return points


def _track(track: object, index: int) -> Document:
    given = _mapping(track, f"tracks[{index}]")
    curves = _list(given.get("curves"), f"tracks[{index}].curves")
    where = f"tracks[{index}]"
    width, shift = (
        _number(given.pop(key, 0.0), f"{where}.{key}") for key in ("width", "shift")
    )
    left = _points(given.get("left"), f"{where}.left")
    listed = given.get("right")
    right = _moved(left, width) if width else _points(listed, f"{where}.right")
    return {
        **given,
        "name": given.get("name") or f"T{index + 1}",
        "left": _moved(left, shift),
        "right": _moved(right, shift),
        "curves": [
            {**_CURVE, **_mapping(curve, f"tracks[{index}].curves[{place}]")}
            for place, curve in enumerate(curves)
        ],
    }


def _well(given: object) -> Document:
    """Return the fields of the well, all as text: an elevation may be a number."""
    well = _mapping(given or {}, "well")
    return {
        name: f"{value:.10g}" if isinstance(value, int | float) else value
        for name, value in well.items()
    }


def _moved(points: list[Document], by: float) -> list[Document]:
    """Return an edge so many columns further right, as the file's reader has it."""
    if not by:
        return points
    columns = [_number(point.get("column", ""), "an edge") for point in points]
    return [
        {**point, "column": round(column + by, 6)}
        for point, column in zip(points, columns, strict=True)
    ]


def _number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        msg = f"{where}: {value!r} is not a number"
        raise InputError(msg)
    return float(value)


def _depth_point(point: object, where: str) -> Document:
    given = _mapping(point, where)
    for key in ("row", "depth"):
        value = given.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            msg = f"{where}.{key}: {value!r} is not a number"
            raise InputError(msg)
    if not abs(given["row"]) <= TALLEST:
        msg = f"{where}.row: {str(given['row'])[:20]}: no page has so many rows"
        raise InputError(msg)
    return {key: value for key, value in given.items() if value is not None}


def _points(edge: object, where: str) -> list[Document]:
    if isinstance(edge, int | float) and not isinstance(edge, bool):
        return [{"row": 0, "column": edge}]
    points = [_mapping(point, where) for point in _list(edge, where)]
    if not points:
        msg = f"{where}: an edge needs a column, or a list of rows and columns"
        raise InputError(msg)
    return points


def _is_whole(curve: Document) -> bool:
    if not str(curve.get("mnemonic") or "").strip():
        return False
    if curve.get("scale") == "piecewise":
        return bool(curve.get("points"))
    return curve.get("left") is not None and curve.get("right") is not None


def _mapping(value: object, where: str) -> Document:
    if not isinstance(value, Mapping):
        msg = f"{where}: a mapping of keys to values belongs here"
        raise InputError(msg)
    return dict(value)


def _list(value: object, where: str) -> Sequence[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        msg = f"{where}: a list belongs here"
        raise InputError(msg)
    return value
