"""Edits as a CSV: read from what a person typed, written from what the review made.

A line has a curve, a depth (in the unit of the registration) or a row, and a value (in
the curve's unit) or a column of the scan. Consecutive lines of a curve are one edit:
the curve is drawn anew, straight from point to point; a value alone sets one depth. A
blank line, or another word in the column ``edit``, begins the next one.

With an ``action`` a line names one depth, and two lines the first and the last:

=================  ===================================================================
gap                nothing was read here; back-ups of the curve have a gap too
off-left           beyond the left edge of the scale; ``off-right`` beyond the right one
swap-with CURVE    exchanged with another; from one depth as far as they next meet
hand-to CURVE      given to another curve, which leaves a gap
wrap+1, wrap-1     moved by one width of the track
join               gaps are crossed by a straight line
shift              moved by as many columns as stand in ``column``
accept             reviewed, and left as it is
=================  ===================================================================

``alone`` after gap, swap-with and hand-to leaves back-up curves as they are.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from veernet.edits.apply import ROUNDING
from veernet.edits.kinds import (
    Accept,
    Cut,
    Edit,
    Hand,
    Join,
    Off,
    Redraw,
    Retrace,
    Shift,
    Swap,
    Value,
    Wrap,
)
from veernet.edits.labels import rows_of
from veernet.edits.lines import EditLine, read_lines
from veernet.edits.samples import Patch
from veernet.edits.straight import simplify_rows
from veernet.errors import InputError
from veernet.files import write_text
from veernet.intervals import true_intervals
from veernet.records import ORIGINS, UNREAD, Registration

HEADER = ("edit", "curve", "row", "value", "column", "action")


@dataclass(frozen=True)
class TableEdit:
    """An edit and the line of a table in which it begins."""

    edit: Edit
    line: int


def read_edits(path: Path, registration: Registration) -> tuple[TableEdit, ...]:
    """Read a table of edits.

    Parameters
    ----------
    path
        CSV in UTF-8; comma, semicolon or tab separate, whichever the first line has
        most of.
    registration
        Turns depths to rows, and knows the curves.

    Returns
    -------
    tuple of TableEdit
        In the order of the file.

    Raises
    ------
    InputError
        If something is wrong: file, line, column, value and what to do.
    """
    found = tuple(
        TableEdit(_edit(lines), lines[0].number)
        for lines in _groups(read_lines(path, registration))
    )
    if not found:
        msg = f"{path} holds no edit: write a line for each point below the first line"
        raise InputError(msg)
    return found


def write_edits(
    path: Path, steps: Iterable[tuple[Edit | None, Sequence[Patch]]]
) -> None:
    """Write edits as a table that makes the same reading again, to the byte.

    What has no line of its own, as a bent or retraced curve, is written row by row, but
    for rows that lie straight between others.

    Parameters
    ----------
    path
        The CSV to write.
    steps
        Each edit with the patches that it made; None for one that is to be written row
        by row.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for number, (edit, patches) in enumerate(steps, start=1):
        for cells in _cells(edit, patches):
            writer.writerow((f"{number}{cells[0]}", *cells[1:]))
    write_text(path, text.getvalue())


def goes_by_registration(edit: Edit) -> bool:
    """Tell whether an edit depends on scales, edges or back-ups."""
    if isinstance(edit, Cut):
        return edit.backups
    return isinstance(edit, Wrap | Swap | Hand | Value) or (
        isinstance(edit, Redraw) and edit.values
    )


def _groups(lines: Iterable[EditLine | None]) -> Iterator[list[EditLine]]:
    """Gather the lines of each edit."""
    group: list[EditLine] = []
    for line in lines:
        if group and (line is None or _key(line) != _key(group[0])):
            yield group
            group = []
        if line is not None:
            group.append(line)
    if group:
        yield group


def _key(line: EditLine) -> tuple[str, str, str, str]:
    return line.edit, line.curve, line.action, line.partner


def _edit(lines: list[EditLine]) -> Edit:
    """Make an edit of its lines."""
    first = lines[0]
    for above, below in pairwise(lines):
        once = first.action.startswith("swap-with") and below.row == above.row
        if below.row <= above.row and not once:
            why = (
                f"{below.depth} follows {above.depth}: {below.given_in}s of one edit "
                "increase: sort them, or begin another edit with a blank line"
            )
            raise below.wrong(why, below.given_in)
    if not first.action:
        return _redraw(lines)
    if len(lines) > 2:
        why = (
            f"{first.action} takes one depth, or the first and the last, and this is "
            "a third: begin another edit with a blank line"
        )
        raise lines[2].wrong(why, "action")
    return _action(lines)


def _redraw(lines: list[EditLine]) -> Edit:
    kind = lines[0].number_in
    for line in lines:
        if not line.number_in:
            why = "empty: give a value, a column, or an action"
            raise line.wrong(why, "value")
        if line.number_in != kind:
            why = (
                f"{line.amount:g} is a {line.number_in} after points with a {kind}: "
                "use one of them, or begin another edit with a blank line"
            )
            raise line.wrong(why, line.number_in)
    points = tuple((line.row, line.amount) for line in lines)
    return Redraw(lines[0].curve, points, kind == "value")


def _action(lines: list[EditLine]) -> Edit:
    first, last = lines[0], lines[-1]
    action, _, alone = first.action.partition(" ")
    for line in lines:
        if line.number_in and (action != "shift" or line.number_in != "column"):
            why = f"{line.amount:g}: {action} takes no {line.number_in}: leave it empty"
            raise line.wrong(why, line.number_in)
    curve, rows = first.curve, _outer(first.row, last.row)
    if action == "gap":
        return Cut(curve, *_inner(first.row, last.row), backups=not alone)
    if action == "join":
        return Join(curve, *_inner(first.row, last.row))
    if action in {"off-left", "off-right"}:
        inner = _inner(first.row, last.row)
        return Off(curve, *inner, "left" if action == "off-left" else "right")
    if action == "swap-with":
        row1 = None if len(lines) == 1 else rows[1]
        return Swap(curve, first.partner, rows[0], row1, backups=not alone)
    if action == "hand-to":
        return Hand(curve, first.partner, *rows, backups=not alone)
    if action == "shift":
        return Shift(curve, *rows, _same_amount(lines))
    if action == "accept":
        return Accept(curve, *rows)
    return Wrap(curve, *rows, int(action[len("wrap") :]))


def _same_amount(lines: list[EditLine]) -> float:
    """Return the columns of a shift, which both of its lines may give."""
    given = {line.amount for line in lines if line.number_in}
    if len(given) != 1:
        why = "shift takes one number of columns, in both lines or in the first"
        raise lines[-1].wrong(why, "column")
    return given.pop()


def _inner(first: float, last: float) -> tuple[int, int]:
    """Return rows that make all between two places unread, and nothing else."""
    row0, row1 = int(np.ceil(first - ROUNDING)), int(np.floor(last + ROUNDING))
    return (row0, row1) if row0 <= row1 else _outer(first, last)


def _outer(first: float, last: float) -> tuple[int, int]:
    """Return the rows on which the values at two places and between them depend."""
    return int(np.floor(first + ROUNDING)), int(np.ceil(last - ROUNDING))


def _cells(
    edit: Edit | None, patches: Sequence[Patch]
) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Return the lines of an edit: part of its number, and the cells after it."""
    if isinstance(edit, Retrace) and edit.straight:
        edit = Redraw(edit.curve, edit.picks)
    if isinstance(edit, Redraw):
        for row, number in edit.points:
            value, column = ("", repr(number))[:: -1 if edit.values else 1]
            yield "", edit.curve, repr(row), value, column, ""
        return
    word = None if edit is None else _word(edit)
    if edit is None or word is None:
        yield from _row_by_row(patches)
        return
    by = repr(edit.by) if isinstance(edit, Shift) else ""
    rows: Iterable[float] = dict.fromkeys(rows_of(edit))
    if isinstance(edit, Swap) and edit.row1 is not None:
        # One line alone would say: to the next meeting.
        rows = rows_of(edit)
    for row in rows:
        yield "", edit.curve, repr(row), "", by, word


def _word(edit: Edit) -> str | None:
    """Return the action of an edit as a table has it, None where it has none."""
    alone = "" if getattr(edit, "backups", True) else " alone"
    if isinstance(edit, Cut):
        return f"gap{alone}"
    if isinstance(edit, Swap):
        return f"swap-with {edit.other}{alone}"
    if isinstance(edit, Hand):
        return f"hand-to {edit.to}{alone}"
    if isinstance(edit, Wrap):
        return f"wrap{edit.by:+d}" if abs(edit.by) <= 3 else None
    if isinstance(edit, Off):
        return f"off-{edit.side}"
    if isinstance(edit, Join | Shift | Accept):
        return edit.action
    return None


def _row_by_row(
    patches: Sequence[Patch],
) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Return what patches change, each stretch a part of the edit."""
    part = 0
    for patch in patches:
        changed = patch.changed
        for start, stop in true_intervals(changed & patch.after.read):
            part += 1
            for at in start + simplify_rows(patch.after.column[start:stop]):
                row = repr(patch.row0 + int(at))
                column = repr(float(patch.after.column[at]))
                yield f".{part}", patch.curve, row, "", column, ""
        for origin in UNREAD:
            word = "gap alone" if ORIGINS[origin] == "none" else ORIGINS[origin]
            where = changed & ~patch.after.read & (patch.after.origin == origin)
            for start, stop in true_intervals(where):
                part += 1
                for at in sorted({start, stop - 1}):
                    row = repr(patch.row0 + at)
                    yield f".{part}", patch.curve, row, "", "", word
