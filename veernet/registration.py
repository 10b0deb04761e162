"""Registrations as YAML: where a section's tracks, depths and scales lie on the page.

Reading validates: every error names the file, the line, the key and the value. Writing
gives the same registration back when it is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from veernet.axes import SCALES, DepthAxis, DepthPoint, Edge, Floats, Scale
from veernet.errors import InputError
from veernet.files import write_text
from veernet.records import LINES, WEIGHTS, CurveSpec, Registration, Track
from veernet.yamldoc import Entry, documents_in, read_documents
from veernet.yamlshared import moved, resolve, shared_edges
from veernet.yamlwrite import to_yaml

__all__ = ["load_registrations", "registrations_in", "save_registrations", "to_yaml"]

AGREE = 1e-6
"""Part of a piecewise scale's range by which a stated edge may miss its points."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
MAIN = "main"
"""The section of a document that names none."""

SECTION = re.compile(r"\w([\w .+-]*\w)?")
"""What a section may be called: its name becomes part of a file's."""


def load_registrations(
    path: Path, section: str | None = None
) -> tuple[Registration, ...]:
    """Read the registrations of a file, one per section.

    Parameters
    ----------
    path
        YAML, a document per section.
    section
        The only one to be read: others may be incomplete. None for all.

    Returns
    -------
    tuple of Registration
        In the order of the file.

    Raises
    ------
    InputError
        If anything in the file is wrong; the message names the file, the line, the key
        and the value, and says what to do.
    """
    return _registrations(read_documents(path), path, section)


def registrations_in(
    content: bytes, path: Path, section: str | None = None
) -> tuple[Registration, ...]:
    """Read registrations from a YAML text, as `load_registrations` does from a file.

    Parameters
    ----------
    content
        UTF-8.
    path
        What errors name it by.
    section
        See `load_registrations`.
    """
    return _registrations(documents_in(content, path), path, section)


def _registrations(
    documents: tuple[Entry, ...], path: Path, section: str | None
) -> tuple[Registration, ...]:
    for edges in shared_edges(documents):
        _edges(edges, edges.mapping(("left",), ("right", "width", "shift")))
    documents = resolve(documents)
    if section is not None:
        names = [_name_of(document) for document in documents]
        if section not in names:
            known = ", ".join(names)
            msg = f"{path}: there is no section {section!r}: the file holds {known}"
            raise InputError(msg)
        named = zip(documents, names, strict=True)
        documents = tuple(document for document, name in named if name == section)
    found: dict[str, Registration] = {}
    for document in documents:
        registration = _registration(document)
        if registration.section in found:
            text = (
                f"the section {registration.section!r} is given twice: "
                "name each document with a section of its own"
            )
            document.refuse(text)
        found[registration.section] = registration
    return tuple(found.values())


def save_registrations(path: Path, *registrations: Registration) -> None:
    """Write registrations to a YAML file, whole or not at all."""
    write_text(path, to_yaml(*registrations))


def _registration(document: Entry) -> Registration:
    top = document.mapping(
        required=("depth", "tracks"),
        optional=("image", "page", "section", "step", "null_value", "well"),
    )
    given: dict[str, Any] = {"section": _name_of(document)}
    if "image" in top:
        given["image"] = top["image"].name()
    if "page" in top:
        given["page"] = top["page"].integer()
        if given["page"] < 0:
            top["page"].refuse(f"{given['page']} is no page: the first is 0")
    if "step" in top:
        given["step"] = top["step"].number()
        if given["step"] <= 0:
            top["step"].refuse(f"{given['step']:g} must be above 0")
    if "null_value" in top:
        given["null_value"] = top["null_value"].number()
    if "well" in top:
        given["well"] = _well(top["well"])
    depth = _depth(top["depth"])
    tracks = tuple(_track(entry) for entry in top["tracks"].items())
    with top["tracks"].blamed():
        return Registration(depth=depth, tracks=tracks, **given)


def _name_of(document: Entry) -> str:
    """Return the name of a document's section."""
    top = document.fields()
    return _section(top["section"]) if "section" in top else MAIN


def _section(entry: Entry) -> str:
    """Read the name of a section, which becomes part of a file's name."""
    section = entry.name()
    if not SECTION.fullmatch(section):
        text = f"{section!r} names files: use letters, digits, blanks and - . + _"
        entry.refuse(text)
    return section


def _well(well: Entry) -> dict[str, str]:
    """Read the well fields as they are written: dates and numbers are text here."""
    return {
        name: "" if entry.is_null else entry.text()
        for name, entry in well.fields().items()
    }


def _depth(depth: Entry) -> DepthAxis:
    given = depth.mapping(required=("unit", "points"))
    unit = given["unit"].choice(("ft", "m"))
    points = tuple(_depth_point(entry) for entry in given["points"].items())
    with given["points"].blamed():
        return DepthAxis(unit, points)


def _depth_point(point: Entry) -> DepthPoint:
    given = point.mapping(("row", "depth"), ("row_left", "row_right", "gap"))
    gap = given["gap"].flag() if "gap" in given else False
    row, depth = given["row"].number(), given["depth"].number()
    left, right = (
        given[name].number() if name in given else None
        for name in ("row_left", "row_right")
    )
    with point.blamed():
        return DepthPoint(row, depth, left, right, gap=gap)


def _track(track: Entry) -> Track:
    given = track.mapping(
        required=("name", "left", "curves"),
        optional=("right", "width", "shift", "divisions"),
    )
    name = given["name"].name()
    left, right = _edges(track, given)
    curves = tuple(_curve(entry) for entry in given["curves"].items())
    divisions = given["divisions"].integer() if "divisions" in given else None
    with track.blamed():
        return Track(name, left, right, curves, divisions)


def _edges(track: Entry, given: Mapping[str, Entry]) -> tuple[Edge, Edge]:
    """Read the edges of a track: the right one itself, or how wide the track is."""
    left = _edge(given["left"])
    if "width" in given and "right" in given:
        given["width"].refuse("the right edge is given too: keep one of the two")
    if "width" in given:
        width = given["width"].number()
        if width <= 0:
            given["width"].refuse(f"{width:g} must be above 0")
        right = moved(left, width)
    elif "right" in given:
        right = _edge(given["right"])
    else:
        track.refuse("the key right is missing: add it, or width")
    shift = given["shift"].number() if "shift" in given else 0.0
    with track.blamed():
        return (moved(left, shift), moved(right, shift)) if shift else (left, right)


def _edge(edge: Entry) -> Edge:
    if not edge.is_list:
        return Edge((0.0,), (edge.number(),))
    points = [entry.mapping(required=("row", "column")) for entry in edge.items()]
    rows = tuple(point["row"].number() for point in points)
    columns = tuple(point["column"].number() for point in points)
    with edge.blamed():
        return Edge(rows, columns)


def _curve(curve: Entry) -> CurveSpec:
    given = curve.mapping(
        required=("mnemonic", "unit", "scale"),
        optional=(
            *("left", "right", "points", "line", "weight", "colour"),
            *("wraps", "wrap_start", "backup_of", "export"),
        ),
    )
    drawing: dict[str, Any] = {}
    if "line" in given:
        drawing["line"] = given["line"].choice(LINES)
    if "weight" in given:
        drawing["weight"] = given["weight"].choice(WEIGHTS)
    if "colour" in given:
        drawing["colour"] = _colour(given["colour"])
    for name in given.keys() & {"wraps", "export"}:
        drawing[name] = given[name].flag()
    if "wrap_start" in given:
        drawing["wrap_start"] = _wrap_start(given["wrap_start"], drawing)
    if "backup_of" in given:
        drawing["backup_of"] = given["backup_of"].name()
    scale = _scale(curve, given)
    if scale.kind == "piecewise" and drawing.get("wraps"):
        text = "a piecewise scale has no rule beyond its edges: it cannot wrap"
        given["wraps"].refuse(text)
    return CurveSpec(given["mnemonic"].name(), given["unit"].text(), scale, **drawing)


def _colour(entry: Entry) -> str:
    colour = entry.text()
    if not _COLOUR.fullmatch(colour):
        entry.refuse(f"{colour!r} is no colour: write it as '#rrggbb'")
    return colour


def _wrap_start(entry: Entry, drawing: dict[str, Any]) -> int:
    wrap = entry.integer()
    if wrap != 0 and not drawing.get("wraps"):
        entry.refuse(f"{wrap} for a curve that does not wrap: add wraps: true")
    return wrap


def _scale(curve: Entry, given: dict[str, Entry]) -> Scale:
    kind = given["scale"].choice(SCALES)
    if kind == "piecewise":
        return _piecewise(curve, given)
    if "points" in given:
        text = f"points belong to a piecewise scale, and this one is {kind}"
        given["points"].refuse(text)
    ends = curve.mapping(required=("left", "right"), optional=tuple(given))
    left, right = ends["left"].number(), ends["right"].number()
    with given["scale"].blamed():
        return Scale(kind, left, right)


def _piecewise(curve: Entry, given: dict[str, Entry]) -> Scale:
    points = curve.mapping(required=("points",), optional=tuple(given))["points"]
    pairs = [entry.mapping(required=("fraction", "value")) for entry in points.items()]
    fractions = tuple(pair["fraction"].number() for pair in pairs)
    values = tuple(pair["value"].number() for pair in pairs)
    with points.blamed():
        # The edges are where the points say, which a scale tells best itself.
        drawn = Scale("piecewise", 0.0, 1.0, fractions, values)
        at_edges: Floats = drawn.value_at([0.0, 1.0])
    ends = {"left": float(at_edges[0]), "right": float(at_edges[1])}
    for name in given.keys() & ends.keys():
        stated = given[name].number()
        if abs(stated - ends[name]) > AGREE * abs(at_edges[1] - at_edges[0]):
            text = f"{stated:g} differs from the points, which give {ends[name]:g}"
            given[name].refuse(text)
        ends[name] = stated
    with points.blamed():
        return Scale("piecewise", ends["left"], ends["right"], fractions, values)
