"""Reads a DepthRegImage: sections, depths, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from veernet.axes import DepthPoint
from veernet.formats.draft import Draft, DraftDepth, check_depth, section_name
from veernet.formats.lines import Place, depth_points
from veernet.formats.text import as_number, listed
from veernet.formats.witsml.schema import UNKNOWN, WITSML, Pixel, extensions, pixel
from veernet.formats.witsml.tracks import read_tracks
from veernet.formats.xmldoc import Element, read_xml
from veernet.records import Track

_DEPTH_KINDS = ("measured depth", "vertical depth", "true vertical depth", "length")
_UNITS = {"ft": "ft", "ft[US]": "ft", "m": "m"}


def read(path: Path) -> tuple[tuple[Draft, ...], tuple[str, ...]]:
    """Read the log sections of an image, or of several in one file.

    Returns
    -------
    tuple
        A draft per LogSection, and remarks.

    Raises
    ------
    InputError
        If the XML is unsafe or wrong; the message names line and element.
    """
    root = read_xml(path)
    images = [root] if root.name == "DepthRegImage" else root.all("DepthRegImage")
    if not images:
        root.refuse("is no DepthRegImage: name a WITSML 2 depth registration")
    remarks: list[str] = []
    if images[0].namespace != WITSML:
        stated = images[0].namespace or "none"
        remarks.append(f"the namespace is not that of WITSML 2 but {stated}")
    drafts: dict[str, Draft] = {}
    for image in images:
        sections = image.all("LogSection")
        for section in sections:
            draft = _draft(image, section, drafts, remarks)
            drafts[draft.section] = check_depth(draft, path)
        if not sections:
            image.refuse("holds no LogSection, and so no depths")
        _pass_over(image, remarks)
    return tuple(drafts.values()), tuple(dict.fromkeys(remarks))


def _pass_over(image: Element, remarks: list[str]) -> None:
    """Remark on what was not used, but for what says nothing of the image itself."""
    for name in ("Citation", "Aliases", "FileNameType", "Mimetype", "Wellbore"):
        image.skip(name)
    if not any(e.name == "ImageBoundary" and e.elements for e in image.elements):
        image.skip("ImageBoundary")
    left_out = list(image.unused())
    if left_out:
        remarks.append(
            f"left out, as a registration has no place for them: {listed(left_out)}"
        )


def _draft(
    image: Element, section: Element, taken: dict[str, Draft], remarks: list[str]
) -> Draft:
    unit = _unit(section, remarks)
    own = extensions(section)
    kind = section.text_of("LogSectionType")
    otherwise = kind if kind in {"main", "repeat"} else "section"
    stated = section.text_of("LogSectionName")
    name = section_name(stated, taken, remarks, otherwise)
    where = f"section {name}"
    # They only repeat what calibration points and tracks say.
    for known in (
        *("LogSectionSequenceNumber", "LogSectionRect"),
        *("MinInterval", "MaxInterval", "IndexInterval"),
    ):
        section.skip(known)
    pixels = [_pixel(point, unit) for point in section.all("CalibrationPoint")]
    tracks = read_tracks(section, pixels, where, remarks)
    points = _points(pixels, tracks, where, remarks)
    file = image.text_of("FileName")
    title = next((w.text_of("Title") for w in image.all("Wellbore")), "")
    well = {key[5:]: text for key, (text, *_) in own.items() if key.startswith("well:")}
    if not own and title not in {"", UNKNOWN}:
        well = {"WELL": title}
    return Draft(
        name,
        DraftDepth(unit, points),
        tracks,
        step=_own_number(section, own, "step"),
        null_value=_own_number(section, own, "null_value"),
        well=well,
        image=None if file in {"", UNKNOWN} else file,
        page=int(_own_number(section, own, "page") or 0),
    )


def _unit(section: Element, remarks: list[str]) -> str:
    """Return the unit of depth, ft or m."""
    # 2.0 calls it IndexType, 2.1 IndexKind.
    kind = section.find("IndexType") or section.find("IndexKind")
    if kind is not None and kind.text() not in _DEPTH_KINDS:
        kind.refuse(f"{kind.text()[:40]!r} is no depth: only depth is registered")
    stated = section.need("IndexUom")
    unit = _UNITS.get(stated.text())
    if unit is None:
        stated.refuse(f"depth in {stated.text()[:40]!r} is not known: use ft or m")
    if stated.text() == "ft[US]":
        remarks.append(
            "US survey feet are taken for feet, from which they differ by 2 ppm"
        )
    return unit


def _own_number(section: Element, own: dict[str, list[str]], name: str) -> float | None:
    if name not in own:
        return None
    value = as_number(own[name][0])
    fits = {"step": lambda v: v > 0, "page": lambda v: v >= 0 and v.is_integer()}
    if value is None or (name in fits and not fits[name](value)):
        section.refuse(f"veernet:{name}: {own[name][0]!r} is not what it may be")
    return value


def _pixel(point: Element, unit: str) -> Pixel:
    index = point.need("Index")
    stated = index.attributes.get("uom", "")
    if stated and _UNITS.get(stated) != unit:
        index.refuse(f"depth in {stated!r}, but the section is in {unit}: use one unit")
    place = point.need("Point")
    own = extensions(point)
    point.skip("Fraction")
    return Pixel(
        index.number(),
        place.need("X").number(),
        place.need("Y").number(),
        point.text_of("Role"),
        point.text_of("Track"),
        " ".join(own.get("point", [])),
    )


def _points(
    pixels: Sequence[Pixel], tracks: Sequence[Track], where: str, remarks: list[str]
) -> tuple[DepthPoint, ...]:
    lines: dict[float, list[Place]] = {}
    exact: dict[float, str] = {}
    for p in pixels:
        lines.setdefault(p.depth, []).append((p.column, p.row))
        if p.exact:
            exact[p.depth] = p.exact
    if exact:
        ours = [_exact(d, sorted(lines[d]), exact.get(d, "")) for d in sorted(lines)]
        points = tuple(point for point in ours if point is not None)
        if len(points) == len(ours):
            return points
        remarks.append(f"{where}: its points were changed since veernet wrote them")
    return depth_points(lines, tracks, where, remarks)


def _exact(depth: float, places: Sequence[Place], text: str) -> DepthPoint | None:
    """Return a depth point to its last digit, or None if its pixels say otherwise.

    The text is ``row``, ``row left right``, or ``row (left right)`` where the rows at
    the edges were not stated but interpolated.
    """
    if not text:
        level = len(places) == 1
        return DepthPoint(places[0][1], depth) if level else None
    values = [as_number(part) for part in text.strip(")").replace("(", "").split()]
    if None in values or len(values) not in {1, 3}:
        return None
    row, *ends = (float(value or 0) for value in values)
    seen = [places[0][1]] if len(places) == 1 else [places[0][1], places[-1][1]]
    if [pixel(end) for end in (ends or [row])] != seen:
        return None
    return DepthPoint(row, depth, *([] if "(" in text else ends))
