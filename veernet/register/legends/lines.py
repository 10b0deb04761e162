"""Lines of a legend: two values at the ends of a cell, found among the print there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from veernet.register.legends.names import attach
from veernet.register.legends.row import LEVEL, LegendLine, ScaleValue
from veernet.register.legends.vocabulary import number_in
from veernet.register.ocr.reader import Text

_MERGED = re.compile(r"\d{4,}|\d{2,}[kK]")
"""Numbers that may be two: 202000, 42K."""

HYBRID = 5
"""Numbers of a scale that is not even, at least: fewer may be misread."""

CLOSE = 2.0
"""Of the height of print: numbers that are closer are of two cells side by side."""

OTHER_END = 3.0
"""Of the height of print: from a value to the one at the other end, at least."""

STACK = 9.0
"""Heights of print from one legend line to the next; beyond is something else."""


def find_lines(
    texts: Sequence[Text], fall: float, middle: float | None = None
) -> tuple[list[LegendLine], float]:
    """Find the legend lines among the texts over a track.

    Parameters
    ----------
    texts
        In any order.
    fall
        Rows that a level line falls per column.
    middle
        Column of the middle of the track, where two cells may meet.

    Returns
    -------
    lines : list of LegendLine
        From the top down; those without a name among them.
    height : float
        Of print.
    """
    level = [_levelled(text, fall) for text in texts]
    tokens = [part for text in level for part in _numbers(text, middle)]
    numbers = [token for token in tokens if isinstance(token, ScaleValue)]
    others = [token for token in tokens if isinstance(token, Text)]
    if len(numbers) < 2:
        return [], 0.0
    height = float(np.median([value.text.height for value in numbers]))
    lines = []
    for row in _rows(numbers, height):
        for cell in _cells(row, height):
            lines += _line(cell, height)
    lines.sort(key=lambda line: line.row)
    attach(lines, others, height)
    return lines, height


def _levelled(text: Text, fall: float) -> Text:
    """Return a text as it would stand on a page that is not turned."""
    by = fall * text.column
    return replace(text, top=text.top - by, bottom=text.bottom - by)


def _numbers(text: Text, middle: float | None) -> list[ScaleValue | Text]:
    """Return the numbers that a text is, or the text itself.

    Values of two cells that touch are read as one text.
    """
    number = number_in(text.text)
    if number is not None:
        if middle is not None and text.left < middle < text.right:
            return _halves(text, middle) or [ScaleValue(number, text)]
        return [ScaleValue(number, text)]
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
            ScaleValue(first, replace(text, text=parts[0], right=cut)),
            ScaleValue(second, replace(text, text=parts[1], left=cut)),
        ]
    return [text]


def _halves(text: Text, middle: float) -> list[ScaleValue | Text]:
    """Divide digits that run over the middle of a track: 20 and 2000 read as 202000."""
    length = len(text.text)
    if not _MERGED.fullmatch(text.text):
        return []
    share = (middle - text.left) / (text.right - text.left)
    cut = min(max(1, round(share * (length + 1) - 0.5)), length - 1)
    first, second = text.text[:cut], text.text[cut:]
    # Where one number ends and the next begins was guessed.
    doubted = replace(text, score=min(text.score, 0.8))
    return [
        ScaleValue(number, replace(doubted, text=part, **{side: middle}))
        for part, side in ((first, "right"), (second, "left"))
        if (number := number_in(part)) is not None
    ]


def _rows(numbers: Sequence[ScaleValue], height: float) -> list[list[ScaleValue]]:
    """Put numbers that stand beside each other together, from left to right."""
    rows: list[list[ScaleValue]] = []
    for value in sorted(numbers, key=lambda value: value.text.row):
        if rows and value.text.row - rows[-1][0].text.row < LEVEL * height:
            rows[-1].append(value)
        else:
            rows.append([value])
    return [sorted(row, key=lambda value: value.text.left) for row in rows]


def _cells(row: Sequence[ScaleValue], height: float) -> list[list[ScaleValue]]:
    """Divide a row where one value closes a cell and the next opens another."""
    cells = [[row[0]]]
    for before, after in pairwise(row):
        if after.text.left - before.text.right < CLOSE * height:
            cells.append([])
        cells[-1].append(after)
    return cells


def _line(cell: Sequence[ScaleValue], height: float) -> list[LegendLine]:
    if len(cell) < 2:
        return []
    first, last = cell[0], cell[-1]
    if last.text.left - first.text.right < OTHER_END * height:
        return []
    if len(cell) == 2:
        return [] if first.number == last.number else [LegendLine(first, last)]
    ends = _even_ends(cell)
    if ends is None:
        steps = np.sign(np.diff([value.number for value in cell]))
        hybrid = len(cell) >= HYBRID and abs(steps.sum()) == len(steps)
        return [LegendLine(first, last, inner=tuple(cell[1:-1]))] if hybrid else []
    left, right = replace(first, number=ends[0]), replace(last, number=ends[1])
    return [LegendLine(left, right, even=True)]


def _even_ends(cell: Sequence[ScaleValue]) -> tuple[float, float] | None:
    """Return the values at the ends of an even scale that most of its numbers are on.

    A minus sign is often lost: 45 30 15 0 15.
    """
    if len(cell) < 3:
        return None
    at = np.array([v.text.column for v in cell])
    at = (at - at[0]) / (at[-1] - at[0])
    values = np.array([v.number for v in cell])
    for skip in (None, len(cell) - 1, 0)[: 3 if len(cell) > 3 else 1]:
        kept = np.arange(len(cell)) != (-1 if skip is None else skip)
        slope, start = np.polyfit(at[kept], values[kept], 1)
        missed = np.abs(start + slope * at - values)
        if slope and missed[kept].max() < 0.15 * abs(slope) / (len(cell) - 1):
            left, right = float(values[0]), float(values[-1])
            if skip == 0:
                left = -left
            elif skip is not None:
                right = -right
            off = abs(left - start), abs(right - start - slope)
            if max(off) < 0.2 * abs(slope) / (len(cell) - 1):
                return left, right
    return None
