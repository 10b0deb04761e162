"""Reads the tracks of a log section: edges, and curves with their scales and looks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from veernet.axes import Edge, Scale
from veernet.errors import InputError
from veernet.formats.text import as_number
from veernet.formats.witsml.schema import (
    LINE_STYLES,
    UNKNOWN,
    Pixel,
    extensions,
    pixel,
)
from veernet.formats.xmldoc import Element
from veernet.records import WEIGHTS, CurveSpec, Track
from veernet.registration import AGREE

EDGE_MISS = 0.25
"""Part of a track's width by which a point may miss its edge and still be on it.

The schema says of the role both that it is a place on the grid and that it is an edge
of the image: points at the latter tell nothing of a track.
"""

_SIDES = ("Left", "Right")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def read_tracks(
    section: Element, pixels: Sequence[Pixel], where: str, remarks: list[str]
) -> tuple[Track, ...]:
    """Return the tracks in which curves are drawn.

    Raises
    ------
    InputError
        If an edge, a scale or a word is wrong; the message names line and element.
    """
    tracks = []
    for count, element in enumerate(section.all("Track"), start=1):
        uid = element.attributes.get("uid", "")
        name = element.text_of("Name") or uid or f"T{count}"
        own = extensions(element)
        drawn = element.all("AssociatedCurve")
        kind = element.text_of("Type")
        sides = {side: element.need(f"{side}Edge").number() for side in _SIDES}
        width = sides["Right"] - sides["Left"]
        edges = []
        for side, column in sides.items():
            seen = [
                (p.row, p.column)
                for p in pixels
                if p.role == f"{side.lower()} edge" and p.track in {uid, name}
            ]
            at = f"{where}: the {side.lower()} edge of track {name}"
            exact = own.get(side.lower(), [])
            edges.append(_edge(column, width * EDGE_MISS, seen, exact, at, remarks))
        if not drawn:
            remarks.append(f"{where}: track {name} ({kind}) lists no curves: left out")
            continue
        curves = tuple(_curve(curve, own, where, remarks) for curve in drawn)
        try:
            tracks.append(Track(name, edges[0], edges[1], curves))
        except InputError as error:
            element.refuse(str(error))
    return tuple(tracks)


def _edge(
    column: float,
    near: float,
    seen: Sequence[tuple[float, float]],
    exact: Sequence[str],
    where: str,
    remarks: list[str],
) -> Edge:
    """Return an edge from our digits, from calibration points on it, or its column.

    Parameters
    ----------
    column
        Where the element says it is.
    near
        Columns by which a calibration point may differ from that.
    seen
        (row, column) of calibration points that should be on it.
    exact
        Our extension values: a column, or row and column.
    """
    values = [[as_number(part) for part in text.split()] for text in exact]
    if values and not any(None in pair or len(pair) not in {1, 2} for pair in values):
        pairs = [[float(part or 0) for part in pair] for pair in values]
        columns = tuple(pair[-1] for pair in pairs)
        if pixel(sum(columns) / len(columns)) == column:
            rows = tuple(pair[0] if len(pair) == 2 else 0.0 for pair in pairs)
            return Edge(rows, columns)
    if values:
        remarks.append(f"{where} was moved since veernet wrote it")
    places = {row: at for row, at in sorted(seen) if abs(at - column) <= near}
    if len(places) < len({row for row, _ in seen}):
        remarks.append(f"{where}: calibration points that lie elsewhere are not on it")
    if any(at != column for at in places.values()):
        remarks.append(f"{where} follows its calibration points")
        return Edge(tuple(places), tuple(places.values()))
    return Edge((0.0,), (column,))


def _curve(
    curve: Element, own: dict[str, list[str]], where: str, remarks: list[str]
) -> CurveSpec:
    name = curve.need("CurveInfo").text()
    uid = f"{curve.attributes.get('uid', '')}:"
    extra = {k.removeprefix(uid): v for k, v in own.items() if k.startswith(uid)}
    drawing = _drawing(curve, extra, f"{where}: curve {name}", remarks)
    scale = _scale(curve, extra.get("point", []), f"{where}: curve {name}", remarks)
    unit = curve.text_of("CurveUnit")
    return CurveSpec(name, "" if unit == UNKNOWN else unit, scale, **drawing)


def _scale(
    curve: Element, exact: Sequence[str], where: str, remarks: list[str]
) -> Scale:
    """Return the scale; our points, fraction and value each, make it piecewise."""
    stated = curve.need("CurveScaleType")
    kinds: dict[str, Any] = {"linear": "linear", "logarithmic": "log"}
    kind = kinds.get(stated.text())
    if kind is None:
        stated.refuse(f"{stated.text()[:40]!r} is not one of {', '.join(kinds)}")
    left = curve.need("CurveLeftScaleValue").number()
    right = curve.need("CurveRightScaleValue").number()
    pairs = [tuple(as_number(part) for part in text.split()) for text in exact]
    points = [(p[0], p[1]) for p in pairs if len(p) == 2 and None not in p]
    try:
        if exact:
            fractions, values = zip(*points, strict=True)
            drawn = Scale("piecewise", left, right, fractions, values)
            ends = drawn.value_at([0.0, 1.0])
            near = abs(ends - [left, right]).max() <= AGREE * abs(ends[1] - ends[0])
            if near and kind == "linear" and len(points) == len(pairs):
                return drawn
            remarks.append(f"{where}: its scale was changed since veernet wrote it")
        return Scale(kind, left, right)
    except (InputError, ValueError) as error:
        curve.refuse(str(error))


def _drawing(
    curve: Element, extra: dict[str, list[str]], where: str, remarks: list[str]
) -> dict[str, Any]:
    """Return how a curve is drawn, as keywords of `CurveSpec`."""
    drawing: dict[str, Any] = {}
    style = curve.find("LineStyle")
    if style is not None:
        if style.text() not in LINE_STYLES:
            known = ", ".join(LINE_STYLES)
            style.refuse(f"{style.text()[:40]!r} is not one of {known}")
        drawing["line"] = LINE_STYLES[style.text()]
        if style.text() == "dashed" and "line" not in extra:
            remarks.append(f"{where} is dashed: taken for long-dash")
    weight, colour = curve.text_of("LineWeight"), curve.text_of("LineColor")
    if weight in WEIGHTS:
        drawing["weight"] = weight
    elif weight not in {"", UNKNOWN}:
        remarks.append(f"{where}: line weight {weight[:40]!r} is left out")
    if _COLOUR.fullmatch(colour):
        drawing["colour"] = colour
    elif colour not in {"", UNKNOWN}:
        remarks.append(f"{where}: colour {colour[:40]!r} is left out, being no #rrggbb")
    backup = curve.text_of("CurveBackupScaleType")
    if backup not in {"", "other"}:
        remarks.append(f"{where}: its back-up scale ({backup[:40]}) is left out")
    own = {key: values[0] for key, values in extra.items()}
    if own.get("line") == "dash-dot" and style is not None and style.text() == "dashed":
        drawing["line"] = "dash-dot"
    for key, word in (("wraps", "true"), ("export", "false")):
        if own.get(key) == word:
            drawing[key] = key == "wraps"
    start = as_number(own.get("wrap_start", ""))
    if start is not None and start.is_integer() and drawing.get("wraps"):
        drawing["wrap_start"] = int(start)
    if own.get("backup_of"):
        drawing["backup_of"] = own["backup_of"]
    return drawing
