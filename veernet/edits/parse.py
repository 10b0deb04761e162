"""JSON objects to edits and back, with one clear line for what is wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from itertools import pairwise
from typing import Any

from veernet.edits.kinds import ACTIONS, Edit, Points, Redraw
from veernet.errors import InputError

SHOWN = 60
"""Characters of a wrong value that a message repeats."""

MOST_POINTS = 1_000_000
"""Points of one edit: more than the tallest scan has rows is a slip."""

MOST_ALTERNATIVES = 99
"""Paths beside the likeliest that a person goes through."""

LARGEST = 1e7
"""Rows and columns beyond which a number is a slip; tall scans have 250,000."""


def edit_from_dict(content: object) -> Edit:
    """Take an edit from a JSON object.

    Parameters
    ----------
    content
        A mapping with ``action`` and the fields of its record in
        :mod:`veernet.edits.kinds`, no others. ``value`` takes ``row`` in place of
        ``row0`` and ``row1``.

    Returns
    -------
    Edit
        Its ranges run downwards, its points too.

    Raises
    ------
    InputError
        If the action is not known, or a field is missing, unknown, or wrong.
    """
    if not isinstance(content, Mapping):
        msg = f"an edit is an object with an action, not {_show(content)}"
        raise InputError(msg)
    given = dict(content)
    action = given.pop("action", None)
    kind = ACTIONS.get(action) if isinstance(action, str) else None
    if kind is None:
        msg = f"the action {_show(action)} is not known: use {', '.join(ACTIONS)}"
        raise InputError(msg)
    if action == "value" and "row" in given:
        given.setdefault("row0", given["row"])
        given.setdefault("row1", given.pop("row"))
    known = {field.name: field for field in fields(kind)}
    for name in given:
        if name not in known:
            msg = f"{action} has no {_show(name)}: it takes {', '.join(known)}"
            raise InputError(msg)
    taken = {}
    for name, field in known.items():
        if given.get(name) is None:
            _check_optional(str(action), field)
            continue
        taken[name] = _converter(str(action), name)(given[name], f"{action}: {name}")
    edit = kind(**taken)
    check_order(edit)
    return edit


def edit_to_dict(edit: Edit) -> dict[str, Any]:
    """Return an edit as a JSON object; what has its default value is left out."""
    content: dict[str, Any] = {"action": edit.action}
    for field in fields(edit):
        value = getattr(edit, field.name)
        if field.default is MISSING or value != field.default:
            points = field.name in {"points", "picks"}
            content[field.name] = [list(point) for point in value] if points else value
    return content


def check_order(edit: Edit) -> None:
    """Refuse an edit whose rows run upwards, or which does nothing.

    Raises
    ------
    InputError
        If ``row1`` lies above ``row0``, points do not run downwards, or a wrap is by
        nothing.
    """
    row0, row1 = getattr(edit, "row0", None), getattr(edit, "row1", None)
    if row0 is not None and row1 is not None and row1 < row0:
        msg = f"{edit.action}: row1 {row1} lies above row0 {row0}: exchange them"
        raise InputError(msg)
    points: Points = getattr(edit, "points", None) or getattr(edit, "picks", None) or ()
    for (above, _), (below, _) in pairwise(points):
        if below <= above:
            msg = (
                f"{edit.action}: the rows of points must increase: {above:g} is "
                f"followed by {below:g}"
            )
            raise InputError(msg)
    if edit.action == "retrace" and len(points) < 2:
        msg = f"retrace: {len(points)} pick(s) given: two or more are needed"
        raise InputError(msg)
    if edit.action == "wrap" and getattr(edit, "by", 0) == 0:
        msg = "wrap: by 0 widths changes nothing: give 1 or -1"
        raise InputError(msg)
    if edit.action == "bend" and getattr(edit, "reach", 0) < 0:
        msg = f"bend: a reach of {getattr(edit, 'reach', 0)} rows: give 0 or more"
        raise InputError(msg)
    if isinstance(edit, Redraw) and not points:
        msg = "redraw: no points given: one or more are needed"
        raise InputError(msg)


def _check_optional(action: str, field: Field[Any]) -> None:
    if field.default is MISSING:
        msg = f"{action} lacks {field.name}: give it"
        raise InputError(msg)


def _converter(action: str, name: str) -> Callable[[object, str], Any]:
    if name == "by" and action == "wrap":
        return _whole
    return CONVERTERS[name]


def _word(content: object, what: str) -> str:
    if not isinstance(content, str) or not content.strip():
        msg = f"{what} is {_show(content)}, not a mnemonic"
        raise InputError(msg)
    return content


def _number(content: object, what: str) -> float:
    if isinstance(content, bool) or not isinstance(content, int | float):
        msg = f"{what} is {_show(content)}, not a number"
        raise InputError(msg)
    try:
        number = float(content)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        msg = f"{what} is {_show(content)}: give a finite number"
        raise InputError(msg)
    return number


def _bounded(content: object, what: str) -> float:
    number = _number(content, what)
    if abs(number) > LARGEST:
        msg = f"{what} is {number:g}: no page is so large"
        raise InputError(msg)
    return number


def _whole(content: object, what: str) -> int:
    number = _bounded(content, what)
    if number != int(number):
        msg = f"{what} is {number:g}: give a whole number"
        raise InputError(msg)
    return int(number)


def _alternative(content: object, what: str) -> int:
    number = _whole(content, what)
    if not 0 <= number <= MOST_ALTERNATIVES:
        msg = f"{what} is {number}: give 0 to {MOST_ALTERNATIVES}"
        raise InputError(msg)
    return number


def _yes(content: object, what: str) -> bool:
    if not isinstance(content, bool):
        msg = f"{what} is {_show(content)}: give true or false"
        raise InputError(msg)
    return content


def _side(content: object, what: str) -> str:
    if content not in {"left", "right"}:
        msg = f"{what} is {_show(content)}: give left or right"
        raise InputError(msg)
    return str(content)


def _points(content: object, what: str) -> Points:
    if not isinstance(content, list | tuple) or len(content) > MOST_POINTS:
        msg = f"{what} is {_show(content)}, not a list of [row, column]"
        raise InputError(msg)
    found = []
    for number, pair in enumerate(content, start=1):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            msg = f"{what}: point {number} is {_show(pair)}, not [row, column]"
            raise InputError(msg)
        row = _bounded(pair[0], f"{what}: the row of point {number}")
        found.append((row, _number(pair[1], f"{what}: point {number}")))
    return tuple(found)


CONVERTERS: dict[str, Callable[[object, str], Any]] = {
    "curve": _word,
    "other": _word,
    "to": _word,
    "row": _whole,
    "row0": _whole,
    "row1": _whole,
    "reach": _whole,
    "column": _bounded,
    "by": _bounded,
    "value": _number,
    "points": _points,
    "picks": _points,
    "straight": _yes,
    "values": _yes,
    "backups": _yes,
    "side": _side,
    "way": _alternative,
}


def _show(content: object) -> str:
    try:
        text = repr(content)
    except ValueError:  # a whole number of more digits than Python writes
        text = "a number without end"
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
