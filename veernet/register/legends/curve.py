"""Curves as one legend describes them, none joined and none compared with another."""

from __future__ import annotations

from dataclasses import replace

from veernet.axes import Floats
from veernet.register.geometry.page import FoundSection
from veernet.register.legends.form import (
    headed,
    heading_of,
    is_form,
    spontaneous,
    with_unit,
)
from veernet.register.legends.header import Header
from veernet.register.legends.lines import STACK, find_lines
from veernet.register.legends.parameters import without_parameters
from veernet.register.legends.record import LegendCurve
from veernet.register.legends.row import LegendLine
from veernet.register.legends.scale import hybrid_scale, scale_of
from veernet.register.legends.span import span_of
from veernet.register.legends.stroke import SampleStroke, colour_of, find_strokes
from veernet.register.legends.vocabulary import (
    USUAL,
    own_mnemonic,
    split_name,
    standard_of,
    unit_in,
)

UNKNOWN = "its name is none that is known"
UNCLEAR = "its name is not printed clearly"

WORTH = 0.7
"""Confidence below which a line whose name is not known is left out."""

NAME_TO_VALUES = 2.0
"""Heights of print from a name to values that are set with it, at most."""

PRINT_HEIGHTS = 1.1
"""Heights of print from a sample stroke to its values, and to a name above it."""


def curves_of(header: Header, section: FoundSection) -> list[LegendCurve]:
    """Return the curves of a header as they are printed, none joined, by track."""
    curves: list[LegendCurve] = []
    for index, printed in enumerate(header.texts):
        texts = without_parameters(printed)
        lines, height = find_lines(texts, header.fall, sum(header.edges[index]) / 2)
        lines = _stacked(lines, height)
        drawn = section.tracks[index].span
        upright = (drawn.lines - drawn.left) / (drawn.right - drawn.left)
        logarithmic = drawn.division is None
        heading = heading_of(texts)
        before: LegendCurve | None = None
        for line in lines:
            curve = _curve(
                *(header, index, line, height, upright), logarithmic=logarithmic
            )
            unnamed = curve is not None and not curve.known and is_form(curve.name)
            if curve is not None and unnamed and heading.mnemonic:
                curve = headed(curve, heading)
            elif curve is not None and not line.names:
                curve = _nameless(curve, before)
            if curve is not None and not _is_nonsense(curve):
                curves.append(with_unit(curve, heading))
                before = curve
        if "SP" in heading.names and all(c.mnemonic != "SP" for c in curves):
            division = section.tracks[index].span.division
            curves += spontaneous(index, texts, header.edges[index], division)
    return curves


def _is_nonsense(curve: LegendCurve) -> bool:
    """Whether an unknown name was not read clearly, or values beside it were not."""
    unknown = UNKNOWN in curve.notes and not curve.known
    return unknown and (curve.confidence < WORTH or UNCLEAR in curve.notes)


def _stacked(lines: list[LegendLine], height: float) -> list[LegendLine]:
    """Return the lines of the lowest stack: far above it stands something else."""
    kept: list[LegendLine] = []
    for line in reversed(lines):
        if kept and kept[-1].top - line.row > STACK * height:
            break
        kept.append(line)
    return kept[::-1]


def _nameless(curve: LegendCurve, before: LegendCurve | None) -> LegendCurve | None:
    """Take a line without a name as another scale of the one above it."""
    if before is None or before.span != curve.span:
        return None
    note = "no name is printed beside its values: that of the line above was taken"
    return replace(
        curve,
        name=before.name,
        mnemonic=before.mnemonic,
        known=before.known,
        unit=curve.unit or before.unit,
        confidence=min(0.5, curve.confidence),
        notes=(*curve.notes, note),
    )


def _curve(
    header: Header,
    index: int,
    line: LegendLine,
    height: float,
    upright: Floats,
    *,
    logarithmic: bool,
) -> LegendCurve | None:
    """Return the curve of a legend line, None where its values make no scale."""
    stroke = _stroke(header, line, height)
    name = " ".join(text.text for text in line.names)
    words, code, unit = split_name(name)
    if line.units:
        unit = unit_in(line.units[0].text)
    known = standard_of(words) or (standard_of(code) if code else None)
    mnemonic = known or own_mnemonic(words, code)
    if line.names and mnemonic is None:
        return None
    span, ends = span_of(header.edges[index], line, stroke)
    scale = scale_of(ends, logarithmic=logarithmic)
    if line.inner:
        scale = hybrid_scale(line, header.edges[index], span, upright)
    if scale is None:
        return None
    confidence, notes = _judge(line, known or code, unit, stroke)
    if scale.kind == "piecewise":
        confidence = min(confidence, 0.5)
        notes.append("a scale that is not even: compare each of its points")
    if scale.kind == "log" and not logarithmic:
        confidence = min(confidence, 0.6)
        notes.append("it is called logarithmic for its decades alone")
    if known and unit is None and known in USUAL:
        unit = USUAL[known][0]
        notes.append(f"no unit was read: {unit} is usual")
    if known and unit and unit not in USUAL.get(known, (unit,)):
        confidence = min(confidence, 0.6)
        notes.append(f"{unit} is no unit of {known}")
    colour = None
    if stroke is not None:
        colour = colour_of(header.band, header.ink, stroke, header.fall)
    return LegendCurve(
        index,
        span,
        name,
        mnemonic or "",
        known is not None,
        unit,
        scale,
        None if stroke is None else stroke.line,
        colour,
        confidence=round(confidence, 2),
        notes=tuple(notes),
    )


def _stroke(header: Header, line: LegendLine, height: float) -> SampleStroke | None:
    """Return the sample stroke of a line: under its name, or under its values."""
    left, right = line.left.text.left, line.right.text.right
    middle = (left + right) / 2
    fall = header.fall * middle
    top = line.row if line.beside or not line.names else line.names[-1].row
    first = max(0, int(top + fall - 0.2 * height))
    stop = min(len(header.ink), int(line.row + fall + 1.6 * height) + 1)
    if stop - first < 3:
        return None
    part = header.ink[first:stop]
    strokes = find_strokes(part, (left, right), header.fall, header.width)
    placed = [replace(s, row=s.row + first) for s in strokes]
    # On typed forms the name stands further off, and what lies by the values is a rule
    # of the box or a ruler.
    apart = line.names and line.row - line.names[-1].row > NAME_TO_VALUES * height
    if line.even or line.inner or apart:
        return None
    near = [s for s in placed if abs(s.row - line.row - fall) < PRINT_HEIGHTS * height]
    above = [s for s in near if s.row < line.row + fall - 0.3 * height]
    if above and line.names and not line.beside:
        close = above[-1].row - fall - line.names[-1].row < PRINT_HEIGHTS * height
        return above[-1] if close else None
    below = [s for s in near if s.row > line.row + fall]
    return below[0] if below else None


def _judge(
    line: LegendLine, name: str | None, unit: str | None, stroke: SampleStroke | None
) -> tuple[float, list[str]]:
    """Return how sure it is what a line says, by itself, and what is in doubt."""
    confidence, notes = 0.88, []
    least = min(line.left.sure, line.right.sure)
    if least < 0.9:
        confidence = min(confidence, 0.8 * least)
        notes.append("its values are not printed clearly")
    if line.names and min(text.score for text in line.names) < 0.85:
        confidence = min(confidence, 0.7)
        notes.append(UNCLEAR)
    if name is None:
        confidence = min(confidence, 0.7)
        notes.append(UNKNOWN)
    if unit is None:
        confidence = min(confidence, 0.75)
    if stroke is None or stroke.line is None:
        confidence = min(confidence, 0.75)
        notes.append("its line could not be told: solid is assumed")
    elif not stroke.sure:
        confidence = min(confidence, 0.8)
        notes.append("its dashes are between two styles in length")
    return confidence, notes
