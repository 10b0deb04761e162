"""Lines of a legend: two values at the ends of a cell, the name and unit they go with.

Vendors set name, values, unit and stroke in four orders. In all of them a name stands
beside its values or above them; a unit beside or below, or on typed forms under the
name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from veernet.register.reader import Text
from veernet.register.vocabulary import lost_point, number_in, unit_in

LEVEL = 0.6
"""Of the height of print: texts whose rows differ by less stand beside each other."""

CLOSE = 2.0
"""Of the height of print: numbers that are closer are of two cells side by side."""

APART = 3.0
"""Of the height of print: from a value to the one at the other end, at least."""

ABOVE = 5.0
"""Heights of print that a name may reach above its values."""

TOGETHER = 2.0
"""Heights of print from one line of a name to the next."""

STACK = 9.0
"""Heights of print from one legend line to the next; beyond is something else."""


@dataclass(frozen=True)
class Value:
    """A number at an end of a cell."""

    number: float
    text: Text

    @property
    def sure(self) -> float:
        """0 to 1, that it was read right."""
        return self.text.score * (0.6 if lost_point(self.text.text) else 1.0)


@dataclass
class LegendLine:
    """Two values and what stands with them.

    Parameters
    ----------
    left, right
        The values.
    names, units
        Texts, from the top down.
    beside
        Whether the name stands on the row of the values.
    even
        Whether numbers between the two agree that the scale is even.
    """

    left: Value
    right: Value
    names: list[Text] = field(default_factory=list)
    units: list[Text] = field(default_factory=list)
    beside: bool = False
    even: bool = False

    @property
    def row(self) -> float:
        """Row of the values."""
        return (self.left.text.row + self.right.text.row) / 2

    @property
    def top(self) -> float:
        """Row of its first name, or of its values."""
        return min([self.row, *(text.row for text in self.names)])


def find_lines(texts: Sequence[Text], fall: float) -> tuple[list[LegendLine], float]:
    """Find the legend lines among the texts over a track.

    Parameters
    ----------
    texts
        In any order.
    fall
        Rows that a level line falls per column.

    Returns
    -------
    lines : list of LegendLine
        From the top down; those without a name among them.
    height : float
        Of print.
    """
    level = [_levelled(text, fall) for text in texts]
    tokens = [part for text in level for part in _numbers(text)]
    numbers = [token for token in tokens if isinstance(token, Value)]
    others = [token for token in tokens if isinstance(token, Text)]
    if len(numbers) < 2:
        return [], 0.0
    height = float(np.median([value.text.height for value in numbers]))
    lines = []
    for row in _rows(numbers, height):
        for cell in _cells(row, height):
            lines += _line(cell, height)
    lines.sort(key=lambda line: line.row)
    _attach(lines, others, height)
    return lines, height


def _levelled(text: Text, fall: float) -> Text:
    """Return a text as it would stand on a page that is not turned."""
    by = fall * text.column
    return replace(text, top=text.top - by, bottom=text.bottom - by)


def _numbers(text: Text) -> list[Value | Text]:
    """Return the numbers that a text is, or the text itself.

    Values of two cells that touch are read as one text.
    """
    number = number_in(text.text)
    if number is not None:
        return [Value(number, text)]
    for sign in (" ", ",", "|", "."):
        parts = text.text.strip().split(sign)
        if len(parts) != 2 or not all(parts):
            continue
        first, second = number_in(parts[0]), number_in(parts[1])
        if first is None or second is None:
            continue
        share = (len(parts[0]) + 0.5) / (len(parts[0]) + len(parts[1]) + 1)
        cut = text.left + share * (text.right - text.left)
        return [
            Value(first, replace(text, text=parts[0], right=cut)),
            Value(second, replace(text, text=parts[1], left=cut)),
        ]
    return [text]


def _rows(numbers: Sequence[Value], height: float) -> list[list[Value]]:
    """Put numbers that stand beside each other together, from left to right."""
    rows: list[list[Value]] = []
    for value in sorted(numbers, key=lambda value: value.text.row):
        if rows and value.text.row - rows[-1][0].text.row < LEVEL * height:
            rows[-1].append(value)
        else:
            rows.append([value])
    return [sorted(row, key=lambda value: value.text.left) for row in rows]


def _cells(row: Sequence[Value], height: float) -> list[list[Value]]:
    """Divide a row where one value closes a cell and the next opens another."""
    cells = [[row[0]]]
    for before, after in pairwise(row):
        if after.text.left - before.text.right < CLOSE * height:
            cells.append([])
        cells[-1].append(after)
    return cells


def _line(cell: Sequence[Value], height: float) -> list[LegendLine]:
    if len(cell) < 2:
        return []
    first, last = cell[0], cell[-1]
    if last.text.left - first.text.right < APART * height:
        return []
    if len(cell) == 2:
        return [] if first.number == last.number else [LegendLine(first, last)]
    ends = _even_ends(cell)
    if ends is None:
        return []
    ends = replace(first, number=ends[0]), replace(last, number=ends[1])
    return [LegendLine(*ends, even=True)]


def _even_ends(cell: Sequence[Value]) -> tuple[float, float] | None:
    """Return the values at the ends of an even scale that most of its numbers are on.

    A minus sign is often lost: 45 30 15 0 15.
    """
    if len(cell) < 4:
        return None
    at = np.array([v.text.column for v in cell])
    at = (at - at[0]) / (at[-1] - at[0])
    values = np.array([v.number for v in cell])
    for skip in (None, len(cell) - 1, 0):
        kept = np.arange(len(cell)) != (-1 if skip is None else skip)
        slope, start = np.polyfit(at[kept], values[kept], 1)
        off = np.abs(start + slope * at - values)
        if slope and off[kept].max() < 0.15 * abs(slope) / (len(cell) - 1):
            left, right = float(values[0]), float(values[-1])
            if skip == 0:
                left = -left
            elif skip is not None:
                right = -right
            step = abs(slope) / (len(cell) - 1)
            if abs(left - start) < 0.2 * step and abs(right - start - slope) < 0.2 * step:
                return left, right
    return None


def _attach(lines: list[LegendLine], others: Sequence[Text], height: float) -> None:
    """Give names and units to the lines whose cell they stand in."""
    for line in lines:
        for text in _within(line, others):
            if abs(text.row - line.row) < LEVEL * height:
                if unit_in(text.text) is not None:
                    line.units.append(text)
                else:
                    line.names.append(text)
                    line.beside = True
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
    for line in lines:
        below = any(o.row > line.row and _overlap(line, o) for o in lines)
        if below or line.units:
            continue
        under = [t for t in _within(line, left) if 0 < t.row - line.row < 2.5 * height]
        line.units += [t for t in under if unit_in(t.text) is not None][:1]


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
    """Whether two lines stand in one cell, or cells that share most of their columns."""
    left = max(line.left.text.left, other.left.text.left)
    right = min(line.right.text.right, other.right.text.right)
    narrow = min(
        line.right.text.right - line.left.text.left,
        other.right.text.right - other.left.text.left,
    )
    return right - left > 0.5 * narrow
