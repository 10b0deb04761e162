"""The fields of a well as lines of a registration: suggestions with their place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from veernet.register.depths.printscale import Unit
from veernet.register.heading.heading import WellField
from veernet.register.heading.kinds import elevation_of
from veernet.register.legends.record import ACCEPTED
from veernet.register.tracktext import mark, printable, quoted
from veernet.wellfields import ELEVATIONS

_NOTHING = """\
# well: {WELL: "", UWI: "", COMP: ""}   # for the LAS: no heading was read"""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z ]*[A-Za-z]")
_NO_TEXT = {"no", "yes", "on", "off", "null", "true", "false"}


def well_lines(fields: Sequence[WellField], unit: Unit | None) -> list[str]:
    """Return ``well:`` as lines of YAML; what is doubted is a comment with its reason.

    Parameters
    ----------
    fields
        As read; none where no heading was.
    unit
        Of the log's depths, and of elevations that are printed without one.
    """
    if not fields:
        return [_NOTHING]
    taken = any(field.confidence >= ACCEPTED for field in fields)
    lines = ["well:" if taken else "# well:   # nothing was read clearly"]
    for field in fields:
        place = f"row {field.row}, column {field.column}"
        note = f", {printable(field.note)}" if field.note else ""
        entry = f"{field.name}: {_value(field, unit)}   {mark(field.confidence)}"
        off = "" if field.confidence >= ACCEPTED else "# "
        lines.append(f"  {off}{entry}{note}: {place}")
    return lines


def _value(field: WellField, unit: Unit | None) -> str:
    """Return a value as YAML has it; an elevation as a number and its unit."""
    height = elevation_of(field.value) if field.name in ELEVATIONS else None
    text = field.value
    if height is not None:
        return f"{height[0]:.10g} {height[1] or unit or ''}".strip()
    plain = _PLAIN.fullmatch(text) and text.lower() not in _NO_TEXT
    return text if plain else quoted(printable(text))
