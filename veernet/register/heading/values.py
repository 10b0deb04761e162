"""Read the fields of the well from the cells of a sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from veernet.register.heading.cells import LEVEL, Cells, Reading
from veernet.register.heading.kinds import (
    API_DIGITS,
    DATUMS,
    api_digits,
    date_of,
    elevation_of,
    implausible,
)
from veernet.register.heading.labels import Label, service_in
from veernet.register.heading.sheets import Sheet
from veernet.register.heading.states import STATES, letters, state_like, state_of

JOINED = 2.5
"""Of the height of print: between words of a value; what is farther is another cell."""

BESIDE = 14.0
"""Of the height of print: from KB, DF or GL to its elevation."""

COLUMN = 4.0
"""Of the height of print: between the middles of two cells of one run."""

OPEN = 0.9
"""Share of the score that is left where a second line was seen, and not understood."""

LOGO = 1.4
"""Times the usual height of print, from which the name of a service company is that of
the log's and not a word of the form."""

LONG = ("COMP", "WELL")
"""Fields whose values go on in a second line."""

NAMES = ("COMP", "WELL", "FLD", "CNTY", "STAT", "PROV", "CTRY")
MEASURED = ("PDAT", "LMF", "DMF")
FLOORS = ("EKB", "EDF", "EGL")

_API = re.compile(
    r"(?<!\d)\d{2}[-\u2013 ]\d{3}[-\u2013 ]\d[\d,.]{4,6}(?:[-\u2013 ]\d{2}){0,2}(?!\d)"
)
_ABOVE = re.compile(
    r"([\d.,]+\s*(?:'|ft\.?|feet|m)?)?\s*_*above(?:.{0,6}p|\W*(g\.?\s?l)?\W*$)",
    re.IGNORECASE,
)
_ROCKS = {"LIMESTONE": "LIMESTONE", "SANDSTONE": "SANDSTONE", "DOLOMITE": "DOLOMITE",
          "LIME": "LIMESTONE", "SAND": "SANDSTONE", "DOLO": "DOLOMITE"}  # fmt: skip
_MATRIX = "|".join(_ROCKS)
_OF_MATRIX = (
    re.compile(rf"\b({_MATRIX})\s+(?:POROSITY\s+)?MATRIX"),
    re.compile(rf"MATRIX\s*(?:WAS|IS|OF|[:=-])?\s*(?:A\s+)?({_MATRIX})\b"),
)


def readings_of(sheet: Sheet) -> list[Reading]:
    """Return what a sheet says in fields of the well, some of it more than once."""
    cells = Cells(sheet)
    found: list[Reading] = []
    # Floors are values of what is measured from them, and labels of their elevations.
    for read in (_measured, _floors, _names, _runs, _numbers, _matrices, _services):
        found += read(cells)
    return found


def _wanted(cells: Cells, fields: Sequence[str]) -> Iterator[tuple[int, Label]]:
    for index, label in cells.labels.items():
        if label.field in fields and index not in cells.used:
            yield index, label


def _measured(cells: Cells) -> list[Reading]:
    """Read what depths are measured from, and the heights that stand behind it."""
    found = []
    for index, label in _wanted(cells, MEASURED):
        right = list(cells.right_of(index))
        value, parts = _datum(cells, label, index, right)
        if value:
            found.append(cells.reading(label.field, value, parts))
        if label.field == "PDAT":
            found += _elevation_of_datum(cells, right)
        elif label.field == "LMF":
            found += _height(cells, right)
    return found


def _datum(
    cells: Cells, label: Label, index: int, right: Sequence[int]
) -> tuple[str, list[int]]:
    """Return a datum of logs that stands in a line or right of it."""
    if letters(label.value) in DATUMS:
        return label.value.strip(" ."), [index]
    for count in (3, 2, 1):
        parts = list(right[:count])
        text = " ".join(cells.texts[i].text.strip(" .:_") for i in parts)
        if parts and letters(text) in DATUMS and not re.search(r"\d", text):
            return text, parts
    return "", []


def _elevation_of_datum(cells: Cells, right: Sequence[int]) -> list[Reading]:
    """Read the elevation of the permanent datum, behind it in its row."""
    for place, i in enumerate(right):
        label = cells.labels.get(i)
        if label is None or label.field != "EPD":
            continue
        if label.value and elevation_of(label.value):
            return [cells.reading("EPD", label.value, [i])]
        for k in right[place + 1 : place + 2]:
            if elevation_of(cells.texts[k].text.strip(" _.:")):
                value = cells.texts[k].text.strip(" _.:")
                return [cells.reading("EPD", value, [i, k])]
    return []


def _height(cells: Cells, right: Sequence[int]) -> list[Reading]:
    """Read how far above the permanent datum the log is measured from.

    Older forms name the datum itself behind it: 14 ft above GL.
    """
    for place, i in enumerate(right):
        above = _ABOVE.search(cells.texts[i].text)
        if above is None:
            continue
        found = []
        if above[1] and elevation_of(above[1].strip()):
            found = [cells.reading("APD", above[1].strip(), [i])]
        for k in right[max(0, place - 1) : place] if not found else ():
            value = cells.texts[k].text.strip(" _.:")
            if elevation_of(value):
                found = [cells.reading("APD", value, [k, i])]
        # "above perm. datum" is followed by the elevation of another floor.
        named = above[0].rstrip(" .").upper().endswith(("ABOVE", "GL", "G.L"))
        behind = right[place + 1 : place + 2] if named else ()
        names = [above[2] or "", *(cells.texts[k].text for k in behind)]
        if found and any(DATUMS.get(letters(name)) == "GL" for name in names):
            found.append(cells.reading("PDAT", "GL", [i, *behind[: not above[2]]]))
        return found
    return []


def _floors(cells: Cells) -> list[Reading]:
    """Read the elevations of kelly bushing, derrick floor and ground."""
    found = []
    for index, label in _wanted(cells, FLOORS):
        if label.value:
            if elevation_of(label.value):
                found.append(cells.reading(label.field, label.value, [index]))
            continue
        for i in list(cells.right_of(index, BESIDE))[:1]:
            value = cells.texts[i].text.strip(" _.:")
            if i not in cells.used and i not in cells.labels and elevation_of(value):
                found.append(cells.reading(label.field, value, [index, i]))
    return found


def _names(cells: Cells) -> list[Reading]:
    """Read names: the first words right of a label, in its line, or below it."""
    found = []
    for index, label in _wanted(cells, NAMES):
        share = 1.0 if label.exact else 0.93
        right = () if label.value else cells.right_of(index)
        parts = [index] if label.value else _words(cells, right)
        if not parts:
            continue
        texts = [label.value] if label.value else [cells.texts[i].text for i in parts]
        more = _continued(cells, parts, index) if label.field in LONG else []
        texts += [cells.texts[i].text for i in more]
        value = " ".join(" ".join(texts).replace("_", " ").split()).strip(" .:-=,")
        if label.field == "STAT" and state_of(value) is None:
            value, share = state_like(value) or value, 0.92 * share
        if value:
            share *= 0.98 if more else 1.0
            if label.field in LONG and not more and _open(cells, parts, index):
                share *= OPEN
            found.append(cells.reading(label.field, value, [*parts, *more], share))
    return found


def _words(cells: Cells, candidates: Iterable[int]) -> list[int]:
    """Return the words of one cell, up to the next label or a gap."""
    parts: list[int] = []
    for i in candidates:
        text = cells.texts[i]
        # STATE is a label, and STATE B the name of a well.
        if i in cells.labels or i in cells.used or not text.text.strip(" _.:-"):
            break
        if parts and text.left - cells.texts[parts[-1]].right > JOINED * cells.height:
            break
        parts.append(i)
    return parts


def _continued(cells: Cells, parts: Sequence[int], label: int) -> list[int]:
    """Return a second line of a value: below its first word, and no label beside it."""
    first = cells.texts[parts[0]]
    merged = parts[0] == label
    for i in cells.below(parts[0]):
        text = cells.texts[i]
        # Where label and value are one text, the value begins somewhere in it.
        aligned = (
            first.left + 4 * cells.height < text.left < first.right
            if merged
            else abs(text.left - first.left) < 2 * cells.height
        )
        own = cells.labels.get(i)
        if not aligned:
            continue
        if i in cells.used or (own and own.value):
            return []
        if cells.labels[label].field == "COMP" and re.search(r"\d", text.text):
            # The address, in which figures stand.
            return []
        left = text.left - cells.height if merged else cells.texts[label].right
        before = any(
            abs(t.row - text.row) < LEVEL * cells.height and t.left < left
            for k, t in enumerate(cells.texts)
            if k != i
        )
        return [i] if not before and (own is None or own.field == "COMP") else []
    return []


def _open(cells: Cells, parts: Sequence[int], label: int) -> bool:
    """Tell whether a line below a value has none before it: the value may go on."""
    for i in cells.below(parts[0]):
        text = cells.texts[i]
        # What has a colon has a label of its own, known or not.
        own = i in cells.labels or ":" in text.text
        if own or len(letters(text.text)) < 2:
            continue
        beside = (
            k
            for k, t in enumerate(cells.texts)
            if abs(t.row - text.row) < LEVEL * cells.height and t.left < text.left
        )
        if all(k == label for k in beside):
            return True
    return False


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
            field, ", ".join(dict.fromkeys(v for _, v in told)), [i for i, _ in told]
        )
        for field, told in (("DATE", days), ("RUN", near or runs))
        if told
    ]


def _of_runs(
    cells: Cells, field: str, fits: Callable[[str], bool]
) -> list[tuple[int, str]]:
    """Return the texts right of a label that fit, one a run, and what they say."""
    found: list[tuple[int, str]] = []
    for index, label in _wanted(cells, (field,)):
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
    for index, label in _wanted(cells, ("API", "UWI")):
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
