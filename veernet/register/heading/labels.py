"""The labels of log headings, and the LAS fields that stand beside them.

Forms of the service companies since the 1930s, the API's recommended form of 1966 and
its successors, and those of mud loggers: the words are much the same, how they are set
is not. A label is compared by its letters alone, as points, colons and rules come and
go in reading; longer ones may have a letter or two wrong.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from veernet.register.heading.states import letters, state_of

STOP = ""
"""In place of a field: a label that ends the value of the one before."""

LABELS: dict[str, tuple[str, ...]] = {
    "COMP": ("COMPANY", "COMPANY NAME", "OPERATOR NAME", "CLIENT"),
    "WELL": ("WELL", "WELL NAME", "WELL NO", "WELL NAME AND NO", "NAME OF WELL"),
    "FLD": ("FIELD", "FIELD NAME", "FIELD BLOCK", "FIELD OR BLOCK", "FIELD OR"),
    "CNTY": ("COUNTY", "PARISH", "COUNTY PARISH", "COUNTY OR PARISH", "COUNTY NAME"),
    "STAT": ("STATE",),
    "PROV": ("PROVINCE",),
    "CTRY": ("COUNTRY", "NATION"),
    "API": (
        *("API", "API NO", "API NUMBER", "API SERIAL NO", "API SERIAL NUMBER"),
        *("API WELL NO", "API WELL NUMBER"),
    ),
    "UWI": ("UWI", "UNIQUE WELL ID", "UNIQUE WELL IDENTIFIER", "UWI NO"),
    "DATE": ("DATE", "LOGGING DATE", "DATE LOGGED", "LOG DATE", "RUN DATE"),
    "RUN": ("RUN", "RUN NO", "RUN NUMBER"),
    "PDAT": ("PERMANENT DATUM", "PERM DATUM"),
    "LMF": (
        *("LOG MEASURED FROM", "LOG DEPTHS MEASURED FROM", "LOG MEAS FROM"),
        *("LOGGING MEASURED FROM", "DEPTHS MEASURED FROM", "DEPTH MEASURED FROM"),
    ),
    "DMF": ("DRILLING MEASURED FROM", "DRILL MEASURED FROM", "DRILL MEAS FROM"),
    "EKB": (
        *("KB", "RKB", "ELEV KB", "ELEVATION KB", "ELEVATIONS KB", "KB ELEV"),
        *("KB ELEVATION", "KELLY BUSHING ELEVATION"),
    ),
    "EDF": (
        *("DF", "ELEV DF", "ELEVATION DF", "DF ELEV", "DF ELEVATION"),
        "DERRICK FLOOR ELEVATION",
    ),
    "EGL": (
        *("GL", "ELEV GL", "ELEVATION GL", "GL ELEV", "GL ELEVATION", "OR GL"),
        *("GROUND ELEVATION", "GROUND ELEV", "GROUND LEVEL ELEVATION"),
    ),
    "EPD": ("ELEV", "ELEVATION"),
    STOP: (
        *("LOCATION", "LOCATION OF WELL", "SURFACE LOCATION", "WELL LOCATION"),
        *("FIELD OR LOCATION", "OTHER SERVICES", "OTHER SURVEYS", "ELEVATIONS"),
        *("SEC", "TWP", "RGE", "SECTION", "TOWNSHIP", "RANGE", "BLOCK", "ABSTRACT"),
        *("FILING NO", "FILE NO", "SERVICE ORDER", "SERVICE TICKET NO", "TRIP"),
        *("FOLD HERE", "TYPE LOG", "DEPTH DRILLER", "DEPTH LOGGER", "FIRST READING"),
        *("SPUD DATE", "COMP DATE", "REGION", "LICENSE NUMBER", "DRILLING COMPLETED"),
        *("ADDRESS", "CITY", "SURVEY", "PERMIT NO", "LATITUDE", "LONGITUDE"),
    ),
}
"""By LAS mnemonic, the labels that stand before or above its value."""

SERVICE: dict[str, str] = {
    "SCHLUMBERGER": "Schlumberger",
    "SCHLUMBERGER WELL SURVEYING CORPORATION": "Schlumberger",
    "HALLIBURTON": "Halliburton",
    "HALLIBURTON LOGGING SERVICES": "Halliburton",
    "BAKER HUGHES": "Baker Hughes",
    "BAKER ATLAS": "Baker Atlas",
    "WESTERN ATLAS": "Western Atlas",
    "DRESSER ATLAS": "Dresser Atlas",
    "ATLAS WIRELINE SERVICES": "Atlas Wireline Services",
    "LANE WELLS": "Lane-Wells",
    "PGAC": "PGAC",
    "WELEX": "Welex",
    "BIRDWELL": "Birdwell",
    "MCCULLOUGH": "McCullough",
    "GEARHART": "Gearhart",
    "GO INTERNATIONAL": "GO International",
    "GO WIRELINE SERVICES": "GO Wireline Services",
    "COMPUTALOG": "Computalog",
    "WEATHERFORD": "Weatherford",
    "REEVES": "Reeves",
    "BPB": "BPB",
    "TUCKER": "Tucker",
    "THRUBIT": "ThruBit",
    "PATHFINDER": "PathFinder",
    "ARCHER": "Archer",
    "SCIENTIFIC DRILLING": "Scientific Drilling",
    "SPERRY SUN": "Sperry-Sun",
    "ANADRILL": "Anadrill",
    "LOG TECH": "Log-Tech",
    "PHOENIX": "Phoenix",
    "SUPERIOR WELL SERVICES": "Superior Well Services",
    "NABORS": "Nabors",
    "PIONEER WIRELINE SERVICES": "Pioneer Wireline Services",
}
"""Service companies as their headings print them, and as a LAS has them."""

FUZZY = 0.84
"""Likeness of letters from which a label of eight or more is read: one in six wrong."""

LONG = 8
"""Letters of a label that may have some of them wrong."""

MOST_WORDS = 5
"""Words of a label."""


_BY_LETTERS = {
    letters(phrase): field for field, phrases in LABELS.items() for phrase in phrases
}
_LONG = [key for key in _BY_LETTERS if len(key) >= LONG]
_NUMBER_BEHIND = re.compile(r"(?<=[A-Za-z])([.:]+)(?=\d)")
_RUN_TOGETHER = re.compile(r"(COMPANY|COUNTY|FIELD)([A-Z].*)", re.DOTALL)
_SERVICE = {letters(printed): name for printed, name in SERVICE.items()}


@dataclass(frozen=True)
class Label:
    """A label at the beginning of a line of print.

    Parameters
    ----------
    field
        LAS mnemonic; ``STOP`` for one that is not wanted.
    value
        What follows in the same line; empty where it stands elsewhere.
    exact
        Whether each of its letters was read.
    """

    field: str
    value: str
    exact: bool


def label_in(text: str) -> Label | None:
    """Return the label that a line of print begins with, None for any other text."""
    apart = _NUMBER_BEHIND.sub(r"\1 ", text.replace("#", " # "))
    words = re.findall(r"[^\s:_]+[:_]*|[:_]+", apart)
    for count in range(min(MOST_WORDS, len(words)), 0, -1):
        key = letters(" ".join(words[:count]))
        # A number is part of a value, never of a label.
        if not key or any(c.isdigit() for c in "".join(words[:count])):
            continue
        field, exact = _field(key)
        if field is None:
            continue
        rest = " ".join(words[count:]).replace(" # ", " #").strip(" .:_-=")
        rest = re.sub(r"^(?:\((?:ft|m)\)|#)\s*:?\s*", "", rest, flags=re.IGNORECASE)
        # WELL OPERATORS and STATE C are no labels with a value.
        marked = ":" in words[count - 1] or "_" in words[count - 1]
        if rest and not marked and not _is_value(field, rest, count, words):
            return None
        return Label(field, rest, exact)
    merged = _RUN_TOGETHER.fullmatch(text.strip())
    if merged and len(merged[2]) > 3 and merged[2][:1].isupper():
        field, _ = _field(merged[1])
        return None if field is None else Label(field, merged[2], exact=False)
    return None


def _field(key: str) -> tuple[str | None, bool]:
    if key in _BY_LETTERS:
        return _BY_LETTERS[key], True
    if len(key) >= LONG:
        near = difflib.get_close_matches(key, _LONG, 1, FUZZY)
        if near:
            return _BY_LETTERS[near[0]], False
    return None, False


def _is_value(field: str, rest: str, count: int, words: list[str]) -> bool:
    """Tell whether what follows a label without a colon is its value."""
    if field in {"EKB", "EDF", "EGL", "EPD"}:
        return bool(re.match(r"[-+]?\d", rest))
    if field in {"API", "UWI"}:
        return bool(re.match(r"\d", rest))
    if field in {"PDAT", "LMF", "DMF"}:
        return True
    if field == "STAT":
        return state_of(rest) is not None
    # One word in capitals and its value in one line: COUNTY LINCOLN, but WELL SERVICES.
    return field in {"COMP", "CNTY", "FLD"} and count == 1 and words[0].isupper()


def service_in(text: str) -> str | None:
    """Return the service company that a line of print is the name of, or None."""
    return _SERVICE.get(letters(text))
