"""Curves as one legend describes them, none joined and none compared with another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from veernet.axes import Scale
from veernet.errors import InputError
from veernet.records import Line
from veernet.register.header import Header
from veernet.register.legendlines import STACK, LegendLine, find_lines
from veernet.register.page import FoundSection
from veernet.register.stroke import Stroke, colour_of, find_strokes
from veernet.register.vocabulary import (
    USUAL,
    own_mnemonic,
    split_name,
    standard_of,
    unit_in,
)

SNAP = 0.02
"""Of a track: how far a stroke may begin off the place that its cell begins at."""

PLACES = np.arange(21) / 20
"""Fractions of a track at which cells begin and end."""

MAIN_PLACES = np.array([0.0, 0.25, 0.5, 0.75, 1.0])

DECADES = 1e-6
"""By which a logarithmic scale may miss a whole number of decades."""


@dataclass(frozen=True)
class LegendCurve:
    """A curve as a legend describes it.

    Parameters
    ----------
    track
        Index in the section.
    span
        Fractions of the track that its scale covers.
    name
        As printed.
    mnemonic, known
        For the LAS, unique in the section; whether it is the field's for this name.
    unit
        As a LAS has it, None where not read.
    scale
        Values at the ends of the span.
    line, colour
        Of the sample stroke, None where not told.
    wraps, backup_of
        As in :class:`~veernet.records.CurveSpec`.
    confidence
        0 to 1, for the curve as a whole.
    notes
        What lowers it.
    """

    track: int
    span: tuple[float, float]
    name: str
    mnemonic: str
    known: bool
    unit: str | None
    scale: Scale
    line: Line | None = None
    colour: str | None = None
    wraps: bool = False
    backup_of: str | None = None
    confidence: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def ends(self) -> tuple[float, float]:
        """Values at the ends of the span."""
        return self.scale.left, self.scale.right


def curves_of(header: Header, section: FoundSection) -> list[LegendCurve]:
    """Return the curves of a header as they are printed, none joined, by track."""
    curves: list[LegendCurve] = []
    for index, texts in enumerate(header.texts):
        lines, height = find_lines(texts, header.fall)
        lines = _stacked(lines, height)
        logarithmic = section.tracks[index].span.division is None
        before: LegendCurve | None = None
        for line in lines:
            curve = _curve(header, index, line, height, logarithmic=logarithmic)
            if curve is not None and not line.names:
                curve = _nameless(curve, before)
            if curve is not None:
                curves.append(curve)
                before = curve
    return curves


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
    header: Header, index: int, line: LegendLine, height: float, *, logarithmic: bool
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
    span, ends = _span(header.edges[index], line, stroke)
    scale = _scale(ends, logarithmic=logarithmic)
    if scale is None:
        return None
    confidence, notes = _judge(line, known or code, unit, stroke)
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


def _stroke(header: Header, line: LegendLine, height: float) -> Stroke | None:
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
    above = [s for s in placed if s.row < line.row + fall - 0.3 * height]
    if above and not line.beside:
        return above[-1]
    below = [s for s in placed if s.row > line.row + fall]
    return below[0] if below else None


def _span(
    edges: tuple[float, float], line: LegendLine, stroke: Stroke | None
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the fractions of a track that a line covers, and the values there."""
    width = edges[1] - edges[0]
    left = (line.left.text.left - edges[0]) / width
    right = (line.right.text.right - edges[0]) / width
    ends = line.left.number, line.right.number
    # A value that stands within its cell ends where the cell does; a cell is a half or
    # a quarter of the track unless its stroke says otherwise.
    first, last = (
        float(MAIN_PLACES[np.abs(MAIN_PLACES - at).argmin()]) for at in (left, right)
    )
    if first >= last:
        outer = float(np.floor(left * 20) / 20), float(np.ceil(right * 20) / 20)
        return outer, ends
    if stroke is None:
        return (first, last), ends
    return (first, last), _reaching(
        (first, last),
        ((stroke.left - edges[0]) / width, (stroke.right - edges[0]) / width),
        (left, right),
        ends,
    )


def _reaching(
    span: tuple[float, float],
    drawn: tuple[float, float],
    printed: tuple[float, float],
    ends: tuple[float, float],
) -> tuple[float, float]:
    """Return the values at the ends of a span of which a stroke covers a part.

    An overrange of 20 to 200 is drawn over the last nine tenths of its cell: at the
    edge it would be 0.
    """
    at = []
    for edge, stroke, value in zip(span, drawn, printed, strict=True):
        place = float(PLACES[np.abs(PLACES - stroke).argmin()])
        short = abs(place - edge) > SNAP and abs(stroke - place) < SNAP
        # The value stands at the end of its stroke, not beyond it.
        at.append(place if short and abs(value - place) < 2 * SNAP else edge)
    if tuple(at) == span or at[0] >= at[1]:
        return ends
    slope = (ends[1] - ends[0]) / (at[1] - at[0])
    reach = [ends[0] + slope * (edge - at[0]) for edge in span]
    step = 10 ** np.floor(np.log10(abs(slope))) / 10
    even = [round(value / step) * step for value in reach]
    near = max(abs(a - b) for a, b in zip(even, reach, strict=True))
    return (float(even[0]), float(even[1])) if near < 0.02 * abs(slope) else ends


def _scale(ends: tuple[float, float], *, logarithmic: bool) -> Scale | None:
    """Return the scale of two values: logarithmic over whole decades of a log track."""
    left, right = ends
    kind: Literal["linear", "log"] = "linear"
    if logarithmic and min(ends) > 0:
        decades = abs(float(np.log10(right / left)))
        if decades > 0.5 and abs(decades - round(decades)) < DECADES:
            kind = "log"
    try:
        return Scale(kind, left, right)
    except InputError:
        return None


def _judge(
    line: LegendLine, name: str | None, unit: str | None, stroke: Stroke | None
) -> tuple[float, list[str]]:
    """Return how sure it is what a line says, by itself, and what is in doubt."""
    confidence, notes = 0.88, []
    least = min(line.left.sure, line.right.sure)
    if least < 0.9:
        confidence = min(confidence, 0.8 * least)
        notes.append("its values are not printed clearly")
    if line.names and min(text.score for text in line.names) < 0.85:
        confidence = min(confidence, 0.7)
        notes.append("its name is not printed clearly")
    if name is None:
        confidence = min(confidence, 0.7)
        notes.append("its name is none that is known")
    if unit is None:
        confidence = min(confidence, 0.75)
    if stroke is None or stroke.line is None:
        confidence = min(confidence, 0.75)
        notes.append("its line could not be told: solid is assumed")
    return confidence, notes
