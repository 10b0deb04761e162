"""Typed forms of the 1950s to 1980s: what the heading of a track tells of its curves.

The name stands once, in large print, over boxes with values; the spontaneous potential
has no values at all but the millivolts of a division. All of it makes suggestions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from veernet.axes import Scale
from veernet.register.legends.record import LegendCurve
from veernet.register.legends.vocabulary import USUAL, split_name, standard_of, unit_in
from veernet.register.ocr.reader import Text

ASIDE = {"F/MN", "FT", "M", "S", "MS", "F2", "F3", "IN", "DEGF", "DEGC"}
"""Units of other things than curves that headings print."""

_MILLIVOLTS = re.compile(r"\D{0,4}1?(10|15|20|25|50)1? ?(m[vV])?\W{0,4}")
"""Of a division, between marks: -] 20mV [+"""

LONGEST = 40
"""Letters of a name that the field has no mnemonic for."""

INNER = (0.2, 0.8)
"""Part of a track in which they are printed."""


@dataclass(frozen=True)
class Heading:
    """What stands over a track.

    Parameters
    ----------
    names
        Mnemonics of the field's names among its print.
    unit
        The only unit, None if there is none or more.
    """

    names: frozenset[str]
    unit: str | None

    @property
    def mnemonic(self) -> str | None:
        """The only name, None if there is none or more."""
        return next(iter(self.names)) if len(self.names) == 1 else None


def heading_of(texts: Sequence[Text]) -> Heading:
    """Return what stands over a track."""
    named = (standard_of(split_name(text.text)[0]) for text in texts)
    units = {unit_in(text.text) for text in texts} - {None} - ASIDE
    return Heading(
        frozenset(name for name in named if name),
        units.pop() if len(units) == 1 else None,
    )


def headed(curve: LegendCurve, heading: Heading) -> LegendCurve:
    """Take the name of a heading for a line that has none of its own."""
    mnemonic = heading.mnemonic or curve.mnemonic
    note = "its name was taken from the heading of the track"
    usual = USUAL.get(mnemonic, ())
    unit = heading.unit or (curve.unit if curve.unit in usual else None)
    return replace(
        curve,
        mnemonic=mnemonic,
        known=True,
        unit=unit or (usual[0] if usual else None),
        confidence=min(0.5, curve.confidence),
        notes=(*curve.notes, note),
    )


def is_form(name: str) -> bool:
    """Whether what was taken for a name is a form to fill in, or nothing."""
    return not name or ":" in name or len(name) > LONGEST


def with_unit(curve: LegendCurve, heading: Heading) -> LegendCurve:
    """Give a curve without a unit that of the heading, as a suggestion."""
    if curve.unit is not None or heading.unit is None:
        return curve
    note = "its unit was taken from the heading of the track"
    return replace(
        curve,
        unit=heading.unit,
        confidence=min(0.75, curve.confidence),
        notes=(*curve.notes, note),
    )


def spontaneous(
    track: int,
    texts: Sequence[Text],
    edges: tuple[float, float],
    division: float | None,
) -> list[LegendCurve]:
    """Return the spontaneous potential of millivolts per division, or nothing."""
    if division is None:
        return []
    width = edges[1] - edges[0]
    for text in sorted(texts, key=lambda text: -text.row):
        found = _MILLIVOLTS.fullmatch(text.text.strip())
        inside = INNER[0] < (text.column - edges[0]) / width < INNER[1]
        if found is None or not inside:
            continue
        divisions = round(width / division)
        note = f"{found[1]} mV a division; it has no zero: 0 is set at the left edge"
        return [
            LegendCurve(
                track,
                (0.0, 1.0),
                "SP",
                "SP",
                known=True,
                unit="MV",
                scale=Scale("linear", 0.0, float(found[1]) * divisions),
                confidence=0.5,
                notes=(note, "its line could not be told: solid is assumed"),
            )
        ]
    return []
