"""Give the lines of a legend their names and units.

Vendors set name, values, unit and stroke in four orders. In all of them a name stands
beside its values or above them; a unit beside or below, or on typed forms under the
name.
"""

from __future__ import annotations

from collections.abc import Sequence

from veernet.register.legends.row import LEVEL, LegendLine
from veernet.register.legends.vocabulary import unit_in
from veernet.register.ocr.reader import Text

ABOVE = 5.0
"""Heights of print that a name may reach above its values."""

TOGETHER = 2.0
"""Heights of print from one line of a name to the next."""


def attach(lines: list[LegendLine], others: Sequence[Text], height: float) -> None:
    """Give names and units to the lines whose cell they stand in.

    Parameters
    ----------
    lines
        From the top down; their names and units are filled in.
    others
        Texts that are no numbers.
    height
        Of print.
    """
    for line in lines:
        for text in _within(line, others):
            if abs(text.row - line.row) < LEVEL * height:
                if unit_in(text.text) is not None:
                    line.units.append(text)
                else:
                    line.names.append(text)
                    line.beside = True
    for line in lines:
        # A unit that follows its values at once; on typed forms a name does.
        under = [t for t in _within(line, others) if 0 < t.row - line.row < 2 * height]
        first = min(
            (t for t in under if t.row - line.row >= LEVEL * height),
            key=lambda text: text.row,
            default=None,
        )
        if first and not line.units and unit_in(first.text) is not None:
            line.units.append(first)
    beside = any(line.beside for line in lines)
    taken = {id(text) for line in lines for text in (*line.names, *line.units)}
    left = sorted(
        (text for text in others if id(text) not in taken), key=lambda text: text.row
    )
    for line in lines:
        above = [
            other
            for other in lines
            if other.row < line.row - LEVEL * height and _overlap(line, other)
        ]
        top = max((other.row for other in above), default=line.row - ABOVE * height)
        top = max(top, line.row - ABOVE * height)
        before = max(above, key=lambda other: other.row, default=None)
        gap = [t for t in _within(line, left) if top < t.row < line.row]
        _share(line, before, gap, height, named_beside=beside)


def _share(
    line: LegendLine,
    before: LegendLine | None,
    gap: Sequence[Text],
    height: float,
    *,
    named_beside: bool,
) -> None:
    """Share the texts between two lines: units first are of the one above."""
    rest = list(gap)
    while rest and unit_in(rest[0].text) is not None:
        unit = rest.pop(0)
        if before is not None and not before.units:
            before.units.append(unit)
    if line.beside:
        return
    named = [text for text in rest if unit_in(text.text) is None]
    if named_beside and not named:
        return
    line.names += _lowest(named, height)
    if not line.units:
        line.units += [text for text in rest if unit_in(text.text) is not None]


def _lowest(texts: Sequence[Text], height: float) -> list[Text]:
    """Return the lowest texts that follow each other closely: a name on its lines."""
    kept: list[Text] = []
    for text in reversed(texts):
        if kept and kept[-1].row - text.row > TOGETHER * height:
            break
        kept.append(text)
    return kept[::-1]


def _within(line: LegendLine, texts: Sequence[Text]) -> list[Text]:
    """Return the texts whose centre lies between the outer ends of two values."""
    left, right = line.left.text.left, line.right.text.right
    return [t for t in texts if left < t.column < right]


def _overlap(line: LegendLine, other: LegendLine) -> bool:
    """Whether two lines stand in one cell, or in cells that are much the same."""
    left = max(line.left.text.left, other.left.text.left)
    right = min(line.right.text.right, other.right.text.right)
    narrow = min(
        line.right.text.right - line.left.text.left,
        other.right.text.right - other.left.text.left,
    )
    return right - left > 0.5 * narrow
