"""What a legend says of a curve."""

from __future__ import annotations

from dataclasses import dataclass

from veernet.axes import Scale
from veernet.records import Line

WHOLE = (0.0, 1.0)
"""Fractions of a track that most scales cover: all of it."""

ACCEPTED = 0.8
"""Confidence from which a suggestion is a curve of the registration, and its scale may
part a track: below, it is a comment that a person takes away if it is right."""


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
