"""Draw the heading of a log: a form whose fields are known.

The forms are those of the field in plan: the names of company, well, field, county and
state under the title, the datums beside the elevations below, then the runs. Most are
printed along the strip, so that on the page their lines run downwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from veernet.records import Grey

FONT = cv2.FONT_HERSHEY_SIMPLEX

COMPANIES = ("NORTHERN OIL COMPANY", "BLUE RIVER PETROLEUM CORP.", "Prairie Gas LLC")
WELLS = ("STATE C NO. 7", "HARRIS UNIT #12", "Miller 3-17H")
FIELDS = ("WILDCAT", "Red Creek", "CEDAR")
COUNTIES = ("Marshall", "LINCOLN", "GARFIELD")
STATES = (("15", "KANSAS"), ("42", "TEXAS"), ("33", "North Dakota"))


@dataclass(frozen=True)
class GeneratedHeading:
    """A heading with its truth.

    Parameters
    ----------
    image : (rows, columns) uint8
        Of the page, as long as the form and paper about it.
    fields
        Values by LAS mnemonic, as printed.
    """

    image: Grey
    fields: dict[str, str]


def generate_heading(
    rng: np.random.Generator, *, turned: bool, width: int = 1600
) -> GeneratedHeading:
    """Draw a heading with values of its own.

    Parameters
    ----------
    rng
        Where every draw comes from.
    turned
        Whether the form reads along the strip.
    width
        Columns of the page.
    """
    fields = _fields(rng)
    form = np.full((int(0.7 * width), int(0.9 * width)), 255, dtype=np.uint8)
    _draw(form, fields)
    if turned:
        form = np.ascontiguousarray(np.rot90(form, -1))
    page = np.full((len(form) + 80, width), 255, dtype=np.uint8)
    page[40 : 40 + len(form), 40 : 40 + form.shape[1]] = form
    return GeneratedHeading(page, fields)


def _fields(rng: np.random.Generator) -> dict[str, str]:
    def one(of: tuple[str, ...]) -> str:
        return of[int(rng.integers(len(of)))]

    code, state = STATES[int(rng.integers(len(STATES)))]
    ground = float(rng.integers(500, 5000))
    above = float(rng.integers(5, 30))
    day = f"{rng.integers(1, 13)}/{rng.integers(1, 29)}/{rng.integers(1950, 2010)}"
    number = f"{code}-{2 * rng.integers(1, 80) + 1:03d}-{rng.integers(10000, 60000)}"
    return {
        "COMP": one(COMPANIES),
        "WELL": one(WELLS),
        "FLD": one(FIELDS),
        "CNTY": one(COUNTIES),
        "STAT": state,
        "API": number,
        "PDAT": "Ground Level",
        "EPD": f"{ground:g}",
        "LMF": "Kelly Bushing",
        "APD": f"{above:g} Ft.",
        "EKB": f"{ground + above:g}",
        "EGL": f"{ground:g}",
        "DATE": day,
        "RUN": "ONE",
    }


def _draw(form: Grey, fields: dict[str, str]) -> None:
    """Draw the boxes of a form with its labels and values."""
    rows, columns = form.shape
    cv2.rectangle(form, (4, 4), (columns - 5, rows - 5), 0, 3)
    unit = rows / 22
    left, middle, right = 20, int(0.18 * columns), int(0.62 * columns)
    put = _pen(form, unit)
    put("COMPENSATED NEUTRON LOG", 1.3, right - columns // 5)
    top = (("COMP", "COMPANY"), ("WELL", "WELL"), ("FLD", "FIELD"), ("CNTY", "COUNTY"))
    for place, (field, label) in enumerate(top):
        put(label, 3 + 1.6 * place, left)
        put(fields[field], 3 + 1.6 * place, middle)
    put("STATE", 7.8, right)
    put(fields["STAT"], 7.8, right + columns // 8)
    put(f"API No. {fields['API']}", 9.4, left)
    datum = (("PDAT", "Permanent Datum"), ("LMF", "Log Measured From"))
    for place, (field, label) in enumerate(datum):
        put(label, 11.2 + 1.3 * place, left)
        put(fields[field], 11.2 + 1.3 * place, int(0.28 * columns))
    put(f"Elev. {fields['EPD']}", 11.2, int(0.5 * columns))
    put(f"{fields['APD']} Above Perm. Datum", 12.5, int(0.45 * columns))
    for place, (field, label) in enumerate((("EKB", "K.B."), ("EGL", "G.L."))):
        put(label, 11.2 + 1.3 * place, int(0.78 * columns))
        put(fields[field], 11.2 + 1.3 * place, int(0.86 * columns))
    for place, (field, label) in enumerate((("DATE", "Date"), ("RUN", "Run No."))):
        put(label, 14.6 + 1.3 * place, left)
        put(fields[field], 14.6 + 1.3 * place, int(0.3 * columns))
    for row in (2, 10, 13.4, 17):
        at = int(row * unit)
        form[at : at + 3, 4 : columns - 5] = 0


def _pen(form: Grey, unit: float) -> Callable[[str, float, int], None]:
    def put(text: str, row: float, column: int) -> None:
        scale = unit / 60
        at = (column, int((row + 0.3) * unit))
        cv2.putText(form, text, at, FONT, scale, 0, 2, cv2.LINE_AA)

    return put
