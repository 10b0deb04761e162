"""Registrations as a WITSML 2.0 DepthRegImage: see `veernet.formats.witsml`."""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from veernet import __version__
from veernet.axes import DepthPoint, Edge
from veernet.errors import InputError
from veernet.files import write_text
from veernet.formats.lines import places_of
from veernet.formats.text import listed, shown
from veernet.formats.witsml.schema import (
    EML,
    LINE_STYLES,
    OWN,
    UNKNOWN,
    WITSML,
    pixel,
)
from veernet.records import CurveSpec, Registration, Track
from veernet.registration import to_yaml

LONGEST = 64
"""Characters of the schema's String64, of which names and extension values are."""

_MIME = {".tif": "image/tiff", ".tiff": "image/tiff", ".png": "image/png"}
_STYLES = {line: style for style, line in LINE_STYLES.items() if style != "dashed"}


class _Writer:
    """Builds elements, and gathers what has to be said of them."""

    def __init__(self) -> None:
        self.extended: list[str] = []
        self.remarks: list[str] = []

    def add(
        self, parent: ET.Element, name: str, text: str = "", **at: str
    ) -> ET.Element:
        """Add an element; its attributes by name."""
        element = ET.SubElement(parent, name, at)
        element.text = text or None
        return element

    def name(self, parent: ET.Element, name: str, text: str, what: str) -> None:
        """Add an element of a String64, which must fit."""
        if len(text) > LONGEST:
            msg = (
                f"{what} {text[:30]!r}... is longer than the {LONGEST} characters that "
                "WITSML allows: shorten it"
            )
            raise InputError(msg)
        self._blanks(text, what)
        self.add(parent, name, text)

    def extend(
        self, parent: ET.Element, name: str, text: str, what: str, prefix: str = ""
    ) -> None:
        """Add an extension value, or say that it is too long for one."""
        full = f"{OWN}{name}"
        if max(len(text), len(full)) > LONGEST:
            self.remarks.append(f"left out, being longer than {LONGEST}: {what}")
            return
        self._blanks(text, what)
        value = self.add(parent, f"{prefix}ExtensionNameValue")
        self.add(value, "eml:Name", full)
        self.add(value, "eml:Value", text)
        self.extended.append(what)

    def _blanks(self, text: str, what: str) -> None:
        if text != text.strip(" "):
            self.remarks.append(f"{what} {text!r} loses the blanks around it")


def write(
    path: Path, registrations: Sequence[Registration], created: datetime | None = None
) -> tuple[str, ...]:
    """Write the sections of one image.

    Parameters
    ----------
    path
        The file.
    registrations
        All of one image and one well.
    created
        What is written as the time of creation; now, unless given.

    Returns
    -------
    tuple of str
        Remarks on what only this program will read back, and what was made up.

    Raises
    ------
    InputError
        If the sections are of several images or wells, or a name is too long.
    """
    for what, values in (
        ("images", {str(registration.image) for registration in registrations}),
        (
            "wells",
            {registration.well.get("WELL", "") for registration in registrations},
        ),
    ):
        if len(values) > 1:
            found = ", ".join(sorted(values))
            msg = f"the sections are of several {what} ({found}): choose one --section"
            raise InputError(msg)
    writer = _Writer()
    root = _image(writer, registrations, created or datetime.now(UTC))
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    write_text(path, f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n')
    remarks = [
        "the size of the image is not in a registration: ImageBoundary is empty",
        "the uuids of image and wellbore are made of the registration: set your own",
    ]
    if writer.extended:
        remarks.append(
            "WITSML has no element for these; they are extension values, which other "
            f"programs may ignore: {listed(writer.extended, 30)}"
        )
    return tuple(dict.fromkeys([*writer.remarks, *remarks]))


def _image(
    writer: _Writer, registrations: Sequence[Registration], created: datetime
) -> ET.Element:
    first = registrations[0]
    well = first.well.get("WELL", "") or UNKNOWN
    identity = str(uuid.uuid5(uuid.NAMESPACE_OID, to_yaml(*registrations)))
    attributes = {"xmlns": WITSML, "xmlns:eml": EML, "schemaVersion": "2.0"}
    attributes |= {"uuid": identity, "uid": identity}
    root = ET.Element("DepthRegImage", attributes)
    citation = writer.add(root, "eml:Citation")
    writer.add(citation, "eml:Title", f"Depth registration of {first.image or well}")
    writer.add(citation, "eml:Originator", "veernet")
    stamp = created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    writer.add(citation, "eml:Creation", stamp)
    writer.add(citation, "eml:Format", f"[veernet:veernet {__version__}]/xml")
    image = first.image or UNKNOWN
    path = any(mark in image for mark in "/\\")
    writer.add(root, "FileNameType", "path name" if path else "file name")
    suffix = Path(image).suffix.lower()
    writer.add(root, "Mimetype", _MIME.get(suffix, "other"))
    writer.name(root, "FileName", image, "the image's name")
    writer.add(root, "ImageBoundary", uid="image")
    for count, registration in enumerate(registrations):
        _section(writer, root, count, registration)
    wellbore = writer.add(root, "Wellbore")
    kind = "application/x-witsml+xml;version=2.0;type=Wellbore"
    writer.add(wellbore, "eml:ContentType", kind)
    writer.add(wellbore, "eml:Title", well)
    name = f"{well} {first.well.get('UWI', '')}"
    writer.add(wellbore, "eml:Uuid", str(uuid.uuid5(uuid.NAMESPACE_OID, name)))
    return root


def _section(
    writer: _Writer, root: ET.Element, count: int, registration: Registration
) -> None:
    name, depth = registration.section, registration.depth
    section = writer.add(root, "LogSection", uid=f"section-{count}")
    writer.add(section, "LogSectionSequenceNumber", str(count))
    kind = next((k for k in ("main", "repeat") if name.startswith(k)), "other")
    writer.add(section, "LogSectionType", kind)
    writer.name(section, "LogSectionName", name, "the section's name")
    writer.add(section, "IndexType", "measured depth")
    writer.add(section, "IndexUom", depth.unit)
    ends = (depth.points[0], depth.points[-1])
    for tag, point in zip(("MinInterval", "MaxInterval"), ends, strict=True):
        writer.add(section, tag, shown(point.depth), uom=depth.unit)
    writer.extend(section, "step", shown(registration.step), "step")
    null_value = shown(registration.null_value)
    writer.extend(section, "null_value", null_value, "null value")
    if registration.page:
        writer.extend(section, "page", str(registration.page), "page")
    for key, text in registration.well.items():
        writer.extend(section, f"well:{key}", text, f"the well's {key}")
    for index, point in enumerate(depth.points):
        _line(writer, section, f"point-{count}-{index}", registration, point)
    for index, track in enumerate(registration.tracks):
        _track(writer, section, f"track-{count}-{index}", track)


def _line(
    writer: _Writer,
    section: ET.Element,
    uid: str,
    registration: Registration,
    point: DepthPoint,
) -> None:
    """Write the calibration points of a depth."""
    places = places_of(registration, point)
    # The uids of the tracks that the outermost edges belong to.
    at = range(len(registration.tracks))
    left = min(at, key=lambda i: _column(registration.tracks[i].left, places[0][1]))
    right = max(at, key=lambda i: _column(registration.tracks[i].right, places[-1][1]))
    prefix = f"track-{uid.split('-')[1]}-"
    sides = zip((left, right), ("left edge", "right edge"), places, strict=False)
    for track, role, (column, row) in sides:
        element = writer.add(
            section, "CalibrationPoint", uid=f"{uid}-{role.split()[0]}"
        )
        index = shown(point.depth)
        writer.add(element, "Index", index, uom=registration.depth.unit)
        writer.add(element, "Track", f"{prefix}{track}")
        writer.add(element, "Role", role)
        if role == "left edge":
            exact = _exact(registration, point, [row for _, row in places])
            # Three numbers of all digits may be too long for one value.
            parts = [exact] if len(exact) <= LONGEST else exact.split()
            for part in filter(None, parts):
                writer.extend(element, "point", part, "digits of depth points")
        pixels = writer.add(element, "Point")
        writer.add(pixels, "X", str(pixel(column)))
        writer.add(pixels, "Y", str(pixel(row)))


def _exact(registration: Registration, point: DepthPoint, rows: Sequence[float]) -> str:
    """Return a depth point's rows to the last digit, empty where pixels tell them."""
    row = shown(point.row)
    if not registration.depth.skewed:
        return "" if row == str(pixel(point.row)) else row
    ends = " ".join(shown(end) for end in rows)
    return f"{row} {ends}" if point.row_left is not None else f"{row} ({ends})"


def _track(writer: _Writer, section: ET.Element, uid: str, track: Track) -> None:
    element = writer.add(section, "Track", uid=uid)
    writer.name(element, "Name", track.name, "the track's name")
    writer.add(element, "Type", "curves")
    sides = (("left", track.left), ("right", track.right))
    for side, edge in sides:
        mean = sum(edge.columns) / len(edge.columns)
        writer.add(element, f"{side.capitalize()}Edge", str(pixel(mean)))
    for side, edge in sides:
        for text in _digits(edge):
            writer.extend(element, side, text, f"digits of the edges of {track.name}")
    for index, curve in enumerate(track.curves):
        _own(writer, element, f"curve-{index}", curve)
    for index, curve in enumerate(track.curves):
        _curve(writer, element, f"curve-{index}", curve)


def _digits(edge: Edge) -> list[str]:
    """Return an edge's places to the last digit, none where one pixel tells it."""
    if edge.rows == (0.0,):
        column = shown(edge.columns[0])
        return [] if column == str(pixel(edge.columns[0])) else [column]
    pairs = zip(edge.rows, edge.columns, strict=True)
    return [f"{shown(row)} {shown(column)}" for row, column in pairs]


def _column(edge: Edge, row: float) -> float:
    return float(edge.column_at(row))


def _own(writer: _Writer, track: ET.Element, uid: str, curve: CurveSpec) -> None:
    """Write what the schema has no element for."""
    text_of = {
        "line": curve.line if curve.line not in _STYLES else "",
        "wraps": "true" if curve.wraps else "",
        "wrap_start": str(curve.wrap_start) if curve.wrap_start else "",
        "backup_of": curve.backup_of or "",
        "export": "" if curve.export else "false",
    }
    for key, text in text_of.items():
        if text:
            writer.extend(track, f"{uid}:{key}", text, f"{key} of {curve.mnemonic}")
    scale = curve.scale
    for fraction, value in zip(scale.fractions, scale.values, strict=True):
        text = f"{shown(fraction)} {shown(value)}"
        what = f"the piecewise scale of {curve.mnemonic}"
        writer.extend(track, f"{uid}:point", text, what)


def _curve(writer: _Writer, track: ET.Element, uid: str, curve: CurveSpec) -> None:
    element = writer.add(track, "AssociatedCurve", uid=uid)
    writer.name(element, "CurveInfo", curve.mnemonic, "the mnemonic")
    writer.add(element, "LineStyle", _STYLES.get(curve.line, "dashed"))
    writer.add(element, "LineWeight", curve.weight or UNKNOWN)
    writer.add(element, "LineColor", curve.colour or UNKNOWN)
    kind = "logarithmic" if curve.scale.kind == "log" else "linear"
    writer.add(element, "CurveScaleType", kind)
    writer.name(element, "CurveUnit", curve.unit or UNKNOWN, "the unit")
    writer.add(element, "CurveLeftScaleValue", shown(curve.scale.left))
    writer.add(element, "CurveRightScaleValue", shown(curve.scale.right))
    writer.add(element, "CurveBackupScaleType", "other")
