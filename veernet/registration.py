"""Registrations as YAML: where a section's tracks, depths and scales lie on the page.

Reading validates: every error names the file, the line, the key and the value. Writing
gives the same registration back when it is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from veernet.axes import SCALES, DepthAxis, DepthPoint, Edge, Floats, Scale
from veernet.errors import InputError
from veernet.files import write_text
from veernet.records import LINES, WEIGHTS, CurveSpec, Registration, Track
from veernet.yamldoc import Entry, documents_in, read_documents

if TYPE_CHECKING:
    from veernet.formats.draft import Draft

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


def to_yaml(*registrations: Registration | Draft) -> str:
    """Return registrations as YAML, one document each; what is at its default is left.

    `load_registrations` reads equal registrations from the text. What a draft does not
    know is not in its document.
    """
    return yaml.safe_dump_all(
        [_document(registration) for registration in registrations],
        sort_keys=False,
        default_flow_style=None,
        allow_unicode=True,
        width=110,
    )


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
    given = point.mapping(("row", "depth"), ("row_left", "row_right"))
    with point.blamed():
        return DepthPoint(**{name: entry.number() for name, entry in given.items()})


def _track(track: Entry) -> Track:
    given = track.mapping(
        required=("name", "left", "right", "curves"), optional=("divisions",)
    )
    name = given["name"].name()
    left, right = _edge(given["left"]), _edge(given["right"])
    curves = tuple(_curve(entry) for entry in given["curves"].items())
    divisions = given["divisions"].integer() if "divisions" in given else None
    with track.blamed():
        return Track(name, left, right, curves, divisions)


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
    looks: dict[str, Any] = {}
    if "line" in given:
        looks["line"] = given["line"].choice(LINES)
    if "weight" in given:
        looks["weight"] = given["weight"].choice(WEIGHTS)
    if "colour" in given:
        looks["colour"] = _colour(given["colour"])
    for name in given.keys() & {"wraps", "export"}:
        looks[name] = given[name].flag()
    if "wrap_start" in given:
        looks["wrap_start"] = _wrap_start(given["wrap_start"], looks)
    if "backup_of" in given:
        looks["backup_of"] = given["backup_of"].name()
    scale = _scale(curve, given)
    if scale.kind == "piecewise" and looks.get("wraps"):
        text = "a piecewise scale has no rule beyond its edges: it cannot wrap"
        given["wraps"].refuse(text)
    return CurveSpec(given["mnemonic"].name(), given["unit"].text(), scale, **looks)


def _colour(entry: Entry) -> str:
    colour = entry.text()
    if not _COLOUR.fullmatch(colour):
        entry.refuse(f"{colour!r} is no colour: write it as '#rrggbb'")
    return colour


def _wrap_start(entry: Entry, looks: dict[str, Any]) -> int:
    wrap = entry.integer()
    if wrap != 0 and not looks.get("wraps"):
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


def _document(registration: Registration | Draft) -> dict[str, object]:
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
                "points": [_stated(vars(point)) for point in depth.points],
            }
        ),
        "step": registration.step,
        "null_value": registration.null_value,
        "well": dict(registration.well) or None,
        "tracks": [_track_document(track) for track in registration.tracks] or None,
    }
    return _stated(document)


def _track_document(track: Track) -> dict[str, object]:
    return {
        "name": track.name,
        "left": _edge_document(track.left),
        "right": _edge_document(track.right),
        **_stated({"divisions": track.divisions}),
        "curves": [_curve_document(curve) for curve in track.curves],
    }


def _edge_document(edge: Edge) -> object:
    if edge.rows == (0.0,):
        return _plain(edge.columns[0])
    return [
        {"row": _plain(row), "column": _plain(column)}
        for row, column in zip(edge.rows, edge.columns, strict=True)
    ]


def _curve_document(curve: CurveSpec) -> dict[str, object]:
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


def _stated(fields: Mapping[str, object]) -> dict[str, object]:
    """Drop what is None and make numbers plain."""
    return {name: _plain(value) for name, value in fields.items() if value is not None}


def _plain(value: object) -> object:
    """Return a number as YAML shows it best: 250, not 250.0; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return int(value) if float(value).is_integer() else float(value)
