"""Read from the cells of a sheet what is no name: runs, numbers, matrix, company."""

from __future__ import annotations

import re
from collections.abc import Callable

from veernet.register.heading.cells import Cells, Reading
from veernet.register.heading.kinds import (
    API_DIGITS,
    api_digits,
    date_of,
    implausible,
)
from veernet.register.heading.labels import service_in
from veernet.register.heading.states import STATES

COLUMN = 4.0
"""Of the height of print: between the middles of two cells of one run."""

LOGO = 1.4
"""Times the usual height of print, from which the name of a service company is that of
the log's and not a word of the form."""

_API = re.compile(
    r"(?<!\d)\d{2}[-\u2013 ]\d{3}[-\u2013 ]\d[\d,.]{4,6}(?:[-\u2013 ]\d{2}){0,2}(?!\d)"
)
_ROCKS = {"LIMESTONE": "LIMESTONE", "SANDSTONE": "SANDSTONE", "DOLOMITE": "DOLOMITE",
          "LIME": "LIMESTONE", "SAND": "SANDSTONE", "DOLO": "DOLOMITE"}  # fmt: skip
_MATRIX = "|".join(_ROCKS)
_OF_MATRIX = (
    re.compile(rf"\b({_MATRIX})\s+(?:POROSITY\s+)?MATRIX"),
    re.compile(rf"MATRIX\s*(?:WAS|IS|OF|[:=-])?\s*(?:A\s+)?({_MATRIX})\b"),
)


def _runs(cells: Cells) -> list[Reading]:
    """Read the dates and the numbers of the runs: a cell for each, to the right.

    Forms print the numbers of runs that were never made: one without a date is none.
    """
    days = _of_runs(cells, "DATE", _is_day)
    runs = _of_runs(cells, "RUN", _is_run)
    at = [cells.texts[i].column for i, _ in days]
    near = [
        (i, value)
        for i, value in runs
        if any(abs(cells.texts[i].column - c) < COLUMN * cells.height for c in at)
    ]
    # The runs of a form that is printed twice are the same ones.
    return [
        cells.reading(
            field,
            ", ".join(dict.fromkeys(v for _, v in values)),
            [i for i, _ in values],
        )
        for field, values in (("DATE", days), ("RUN", near or runs))
        if values
    ]


def _of_runs(
    cells: Cells, field: str, fits: Callable[[str], bool]
) -> list[tuple[int, str]]:
    """Return the texts right of a label that fit, one a run, and what they say."""
    found: list[tuple[int, str]] = []
    for index, label in cells.wanted((field,)):
        if label.value and fits(label.value):
            found.append((index, label.value))
            continue
        for i in cells.right_of(index):
            text = cells.texts[i].text.strip(" _.:/\\-")
            if i in cells.labels or not fits(text):
                break
            found.append((i, text))
    return found


def _is_day(text: str) -> bool:
    return date_of(text) is not None


def _is_run(text: str) -> bool:
    return implausible("RUN", text) is None and not _is_day(text)


def _numbers(cells: Cells) -> list[Reading]:
    """Read API numbers: beside a label, or in their own form anywhere on a sheet."""
    found = []
    for index, label in cells.wanted(("API", "UWI")):
        near = (
            [index]
            if label.value
            else [
                *list(cells.right_of(index))[:1],
                *list(cells.below(index))[:2],
            ]
        )
        for i in near:
            value = label.value if i == index else cells.texts[i].text.strip(" _.:#")
            digits = sum(c.isdigit() for c in value)
            if i not in cells.used and digits >= 8 and digits > 0.6 * len(value):
                found.append(cells.reading(label.field, value, [i]))
                break
    for i, text in enumerate(cells.texts):
        bare = _API.search(text.text)
        number = api_digits(bare[0]) if bare else ""
        known = number[:2] in STATES and len(number) in API_DIGITS
        if bare and known and i not in cells.used:
            found.append(cells.reading("API", bare[0], [i], 0.95))
    return found


def _matrices(cells: Cells) -> list[Reading]:
    """Read which rock porosities are computed for, as the remarks say."""
    found = []
    for i, text in enumerate(cells.texts):
        plain = text.text.upper()
        for pattern in _OF_MATRIX:
            if hit := pattern.search(plain):
                found.append(cells.reading("MATR", _ROCKS[hit[1]], [i]))
                break
    return found


def _services(cells: Cells) -> list[Reading]:
    """Read the name of the service company where it stands alone, and large."""
    large = [
        i for i, text in enumerate(cells.texts) if text.height > LOGO * cells.height
    ]
    for i in large:
        if name := service_in(cells.texts[i].text):
            return [cells.reading("SRVC", name, [i])]
    # A logo may set its words below each other: BAKER over HUGHES.
    for i in large:
        for k in large:
            both = f"{cells.texts[i].text} {cells.texts[k].text}"
            if k != i and (name := service_in(both)):
                return [cells.reading("SRVC", name, [i, k])]
    return []


OTHERS = (_runs, _numbers, _matrices, _services)
"""What reads the fields of a sheet that are no names, each at its own places."""
