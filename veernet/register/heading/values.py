"""Read the fields of the well from the cells of a sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from veernet.register.heading.cells import LEVEL, Cells, Reading
from veernet.register.heading.kinds import (
    DATUMS,
    elevation_of,
)
from veernet.register.heading.labels import Label
from veernet.register.heading.others import OTHERS
from veernet.register.heading.sheets import Sheet
from veernet.register.heading.states import letters, state_like, state_of

JOINED = 2.5
"""Of the height of print: between words of a value; what is farther is another cell."""

LABEL_TO_VALUE = 14.0
"""Of the height of print: from KB, DF or GL to its elevation."""

OPEN = 0.9
"""Share of the score that is left where a second line was seen, and not understood."""

LONG = ("COMP", "WELL")
"""Fields whose values go on in a second line."""

NAMES = ("COMP", "WELL", "FLD", "CNTY", "STAT", "PROV", "CTRY")
MEASURED = ("PDAT", "LMF", "DMF")
FLOORS = ("EKB", "EDF", "EGL")

_ABOVE = re.compile(
    r"([\d.,]+\s*(?:'|ft\.?|feet|m)?)?\s*_*above(?:.{0,6}p|\W*(g\.?\s?l)?\W*$)",
    re.IGNORECASE,
)


def readings_of(sheet: Sheet) -> list[Reading]:
    """Return what a sheet says in fields of the well, some of it more than once."""
    cells = Cells(sheet)
    found: list[Reading] = []
    # Floors are values of what is measured from them, and labels of their elevations.
    for read in (_measured, _floors, _names, *OTHERS):
        found += read(cells)
    return found


def _measured(cells: Cells) -> list[Reading]:
    """Read what depths are measured from, and the heights that stand behind it."""
    found = []
    for index, label in cells.wanted(MEASURED):
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
    for index, label in cells.wanted(FLOORS):
        if label.value:
            if elevation_of(label.value):
                found.append(cells.reading(label.field, label.value, [index]))
            continue
        for i in list(cells.right_of(index, LABEL_TO_VALUE))[:1]:
            value = cells.texts[i].text.strip(" _.:")
            if i not in cells.used and i not in cells.labels and elevation_of(value):
                found.append(cells.reading(label.field, value, [index, i]))
    return found


def _names(cells: Cells) -> list[Reading]:
    """Read names: the first words right of a label, in its line, or below it."""
    found = []
    for index, label in cells.wanted(NAMES):
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
        # STATE is a label, and STATE C the name of a well.
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
