"""The data of a LAS file, parted into the columns that its ~Curve section names.

A value must never come under the name of its neighbour. So each row has as many cells
as there are names, by the separator or by fixed places, or the file is refused with the
line at which that fails.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from veernet.errors import InputError

Line = tuple[int, str]
"""Number in the file, from 1, and text."""

_QUOTED = re.compile(r'"[^"]*"|[^\s"]+')
_NUMBER = re.compile(r"[-+]?\d*\.?\d*(?:[eE][-+]?\d+)?")
_SHOWN = 60
"""Characters of a row that an error shows."""

SEPARATORS = {"COMMA": ",", "TAB": "\t", "SPACE": None}
"""Of LAS 3, by the words of DLM; None stands for blanks, any number of them."""


@dataclass(frozen=True)
class Rows:
    """Cells of all rows, each row as long as there are columns.

    Parameters
    ----------
    cells
        As they are written; empty where nothing stands in a place of its own.
    notes
        What was odd about the rows, and how they were read.
    """

    cells: list[list[str]]
    notes: tuple[str, ...] = field(default=())


def part(
    lines: Sequence[Line],
    columns: int,
    *,
    name: str,
    separator: str | None = None,
    wrapped: bool = False,
) -> Rows:
    """Part lines of data into cells.

    Parameters
    ----------
    lines
        Without blank lines and comments.
    columns
        How many there are by the ~Curve section.
    name
        Of the file, for errors.
    separator
        As the file states it; others are tried where it does not fit.
    wrapped
        Whether a row goes on in the next line.

    Raises
    ------
    InputError
        If a row has more or fewer cells than there are columns.
    """
    if wrapped:
        return Rows(_joined(lines, columns, name))
    for tried in dict.fromkeys([separator, None, ",", "\t", ";"]):
        cells = [_split(text, tried) for _, text in lines]
        if all(len(row) == columns for row in cells):
            return Rows(cells)
    cells = [_split(text, separator) for _, text in lines]
    lengths = {len(row) for row in cells}
    if max(lengths) <= columns and separator is None:
        placed = _by_places(lines, cells, columns, name)
        if placed is not None:
            return placed
    number, text, row = next(
        (number, text, row)
        for (number, text), row in zip(lines, cells, strict=True)
        if len(row) != columns
    )
    msg = (
        f"line {number} of {name} holds {len(row)} values where ~Curve names {columns} "
        f"columns ({_short(text)}): which value is whose cannot be told, so correct "
        "the row or ~Curve"
    )
    if len(row) < columns:
        msg += ", or state WRAP YES if rows go on in the next line"
    raise InputError(msg)


def _split(text: str, separator: str | None) -> list[str]:
    """Split a line at a separator; what stands in quotes stays together."""
    if '"' in text and separator is None:
        return [cell.strip('"') for cell in _QUOTED.findall(text)]
    if separator is None:
        return text.split()
    return [cell.strip().strip('"') for cell in text.strip(" \r\n").split(separator)]


def _joined(lines: Sequence[Line], columns: int, name: str) -> list[list[str]]:
    """Join lines into rows that end where a line ends."""
    rows: list[list[str]] = []
    row: list[str] = []
    start = lines[0][0]
    for number, text in lines:
        if not row:
            start = number
        row += text.split()
        if len(row) > columns:
            break
        if len(row) == columns:
            rows.append(row)
            row = []
    if row:
        msg = (
            f"the lines from {start} of {name} hold {len(row)} values where ~Curve "
            f"names {columns} columns: no row of this wrapped file ends there, so "
            "correct the lines or ~Curve"
        )
        raise InputError(msg)
    return rows


def _by_places(
    lines: Sequence[Line], cells: Sequence[Sequence[str]], columns: int, name: str
) -> Rows | None:
    """Part rows at places that columns end at, where some of them touch; or None."""
    texts = [text.rstrip() for _, text in lines]
    if any("\t" in text for text in texts):
        return None
    whole = [len(row) == columns for row in cells]
    ends = _common_ends(
        [t for t, is_whole in zip(texts, whole, strict=True) if is_whole]
    )
    if ends is None and not any(whole):
        ends = _even_ends(texts, columns)
    if ends is None:
        return None
    starts = [0, *ends[:-1]]
    parted = [
        [text[a:b].strip() for a, b in zip(starts, ends, strict=True)] for text in texts
    ]
    decimals = _decimals(
        [row for row, is_whole in zip(parted, whole, strict=True) if is_whole] or parted
    )
    for text, row, is_whole in zip(texts, parted, whole, strict=True):
        # A row that lacks a value has its last one where the others have theirs: else
        # it may as well be moved by a column.
        if len(text) != ends[-1] or not set(_ends(text)) <= set(ends) or not row[0]:
            return None
        if not is_whole and not _plausible(row, decimals):
            return None
    touching = len(whole) - sum(whole)
    note = (
        f"in {touching} rows of {name} columns touch or are empty: parted by their "
        "places"
    )
    return Rows(parted, (note,))


def _common_ends(texts: Sequence[str]) -> list[int] | None:
    """Return where the columns of all these rows end, if it is the same for all."""
    if not texts:
        return None
    first = _ends(texts[0])
    return first if all(_ends(text) == first for text in texts) else None


def _ends(text: str) -> list[int]:
    """Return the place after each cell that blanks part from the next."""
    return [match.end() for match in re.finditer(r"\S+", text)]


def _even_ends(texts: Sequence[str], columns: int) -> list[int] | None:
    """Return the ends of columns of one width, if the rows are of one length."""
    lengths = {len(text) for text in texts}
    if len(lengths) != 1 or max(lengths) % columns:
        return None
    width = max(lengths) // columns
    return [width * (number + 1) for number in range(columns)]


def _decimals(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the usual number of decimals of each column."""
    counted = [Counter(map(_places, column)) for column in zip(*rows, strict=True)]
    return [counts.most_common(1)[0][0] for counts in counted]


def _plausible(row: Sequence[str], decimals: Sequence[int]) -> bool:
    """Return whether cells are whole numbers of the decimals of their columns."""
    return all(
        not cell or (bool(_NUMBER.fullmatch(cell)) and _places(cell) == places)
        for cell, places in zip(row, decimals, strict=True)
    )


def _places(cell: str) -> int:
    return len(cell.partition(".")[2])


def _short(text: str) -> str:
    shown = " ".join(text.split())
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
