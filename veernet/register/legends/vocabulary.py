"""Words of the field: what names of curves, units and numbers are printed as."""

from __future__ import annotations

import re
from typing import Literal

from veernet.quantities import SCALED_FROM_ZERO

_NAMES: tuple[tuple[str, str], ...] = (
    (r"[GC]AMMA ?(RAY|AP[IL1])|^GR$", "GR"),
    (r"SONIC ?POR", "SPOR"),
    (r"DELTA ?-?T(IME)?\b|TRANSIT ?TIME|^DT$", "DT"),
    (r"^DCAL$", "DCAL"),
    (r"CALIPER|HOLE ?DIAM|HOLE ?SIZE|^CALI?$", "CALI"),
    (r"BIT ?SIZE", "BS"),
    (r"LINE ?TENSION|^LTEN$", "LTEN"),
    (r"TENSION|^TENS$", "TENS"),
    (r"NEUTRON ?POR|THERMAL ?NEUTRON|^NPHI$", "NPHI"),
    (r"DENSITY ?POR|POROSITY ?(FROM|BY) ?DENSITY|^DPHI$", "DPHI"),
    (r"DENSITY ?CORR|STANDOFF ?CORR|^CORRECTION\b|^DRHO$", "DRHO"),
    (r"BULK ?DENSITY|FORMATION ?DENSITY|^DENSITY$|^RHOB$", "RHOB"),
    (r"PHOTO ?-?ELECTRIC|^PEF?$", "PEF"),
    (r"ONTANEOUS.?POT|SELF.?POT|^SP\b", "SP"),
    (r"WATER ?RESISTIVITY|^RWA(_|$)", "RWA"),
    (r"DEEP ?INDUCTION|INDUCTION ?DEEP|^ILD$", "ILD"),
    (r"MED(IUM)?\.? ?INDUCTION|INDUCTION ?MED|^ILM$", "ILM"),
    (r"LATEROLOG ?8|^LL8$", "LL8"),
    (r"SPHERICALLY ?FOCUS|^SFLU?$", "SFL"),
    (r"MICRO ?NORMAL", "MNOR"),
    (r"MICRO ?INVERSE", "MINV"),
    (r"^NEUTRON$", "NEUT"),
    (r"^RESISTIVITY$", "RES"),
    (r"^CONDUCTIVITY$", "COND"),
)
"""What a name has in it, and the mnemonic of the field for it; the first one holds."""

_NORMAL = re.compile(
    r"(?<!\d)(10|16|18|38|64)\W{0,3} ?(IN\w*\.?)? ?NORMAL|AM\W+(10|16|38|64)"
)
_ARRAY = re.compile(r"(?<!\d)(\d{2,3}) ?IN\.? ?(RES|COND)")
_LATERAL = re.compile(r"AO ?[=:'\u2019]+ ?(\d{2})|(\d{2})\W.* ?LATERAL")

_UNITS: dict[str, str] = {
    "gapi": "GAPI",
    "api": "GAPI",
    "apiunits": "GAPI",
    "in": "IN",
    "inches": "IN",
    "holediamininches": "IN",
    "mm": "MM",
    "cm": "CM",
    "usec/ft": "US/F",
    "us/ft": "US/F",
    "microsec/ft": "US/F",
    "microseconds/foot": "US/F",
    "microsecondsperfoot": "US/F",
    "us/m": "US/M",
    "usec/m": "US/M",
    "pu": "PU",
    "%": "PU",
    "percent": "PU",
    "v/v": "V/V",
    "ft3/ft3": "V/V",
    "m3/m3": "V/V",
    "dec": "V/V",
    "decp": "V/V",
    "lb": "LB",
    "lbs": "LB",
    "lbf": "LBF",
    "pounds": "LB",
    "n": "N",
    "mv": "MV",
    "millivolts": "MV",
    "ohmm": "OHMM",
    "ohm-m": "OHMM",
    "ohm/m": "OHMM",
    "ohmmetre": "OHMM",
    "ohm-metre": "OHMM",
    "ohm-meter": "OHMM",
    "ohmmeter": "OHMM",
    "ohmsm2/m": "OHMM",
    "ohms-m2/m": "OHMM",
    "-ohmsm2/m": "OHMM",
    "-ohmsm3/m": "OHMM",
    "ohms·m2/m": "OHMM",
    "mmho/m": "MMHO/M",
    "mmhopermetre": "MMHO/M",
    "mmhos/m": "MMHO/M",
    "millimhos/m": "MMHO/M",
    "ms/m": "MS/M",
    "g/cm3": "G/C3",
    "g/cc": "G/C3",
    "gm/cc": "G/C3",
    "grams/cc": "G/C3",
    "kg/m3": "K/M3",
    "b/e": "B/E",
    "cps": "CPS",
    "counts/sec": "CPS",
    "counts/second": "CPS",
    "standardcounts/second": "CPS",
    "microgramsra-eq/ton": "UGRAEQ/TON",
    "microgramsraeq/ton": "UGRAEQ/TON",
    "ft/min": "F/MN",
    "msec": "MS",
    "us": "US",
    "usec": "US",
    "ft": "FT",
    "ft2": "F2",
    "ft3": "F3",
    "s": "S",
    "m": "M",
    "degf": "DEGF",
    "degc": "DEGC",
}
"""Units without blanks, dots and brackets, and as a LAS has them."""

USUAL: dict[str, tuple[str, ...]] = {
    "GR": ("GAPI", "UGRAEQ/TON"),
    "SP": ("MV",),
    "CALI": ("IN",),
    "DT": ("US/F",),
    "TENS": ("LBF", "LB"),
    "LTEN": ("LB", "LBF"),
    "DCAL": ("IN",),
    "NPHI": ("PU", "V/V"),
    "DPHI": ("PU", "V/V"),
    "SPOR": ("PU", "V/V"),
    "RHOB": ("G/C3",),
    "DRHO": ("G/C3",),
    "PEF": ("B/E",),
    "RWA": ("OHMM",),
    "ILD": ("OHMM",),
    "ILM": ("OHMM",),
}
"""Units that a curve of this mnemonic comes in, the likeliest first."""

_SCALES: dict[tuple[str, str], tuple[tuple[float, float], ...]] = {
    ("GR", "GAPI"): ((0, 100), (0, 120), (0, 150), (0, 200)),
    ("CALI", "IN"): ((6, 16), (4, 14), (8, 18)),
    ("DT", "US/F"): ((140, 40), (100, 40), (150, 50), (240, 40)),
    ("SPOR", "PU"): ((30, -10), (45, -15)),
    ("NPHI", "PU"): ((30, -10), (45, -15)),
    ("DPHI", "PU"): ((30, -10), (45, -15)),
    ("NPHI", "V/V"): ((0.3, -0.1), (0.45, -0.15)),
    ("DPHI", "V/V"): ((0.3, -0.1), (0.45, -0.15)),
    ("RHOB", "G/C3"): ((2, 3), (1.95, 2.95)),
    ("DRHO", "G/C3"): ((-0.25, 0.25),),
    ("PEF", "B/E"): ((0, 10), (0, 20)),
    ("SP", "MV"): ((-160, 40), (-80, 20)),
    ("LTEN", "LB"): ((15000, 0), (10000, 0)),
    ("TENS", "LBF"): ((5000, 0), (10000, 0)),
    ("DCAL", "IN"): ((6, 16),),
    ("RWA", "OHMM"): ((0, 1),),
}
"""Scales that curves are printed on everywhere."""

_PLAIN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)")
_BRACKETED = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]?")
_MISREAD_DIGITS = str.maketrans(
    {"O": "0", "o": "0", "l": "1", "I": "1", "|": "1", "\u2212": "-"}
)
_FEET = re.compile(
    r"\bfeet\b|un[il1]?t:?.?\s*ft\b|per\s*100\s*ft|=\s*100\s*('|ft)|\bft\s+to\b",
    re.IGNORECASE,
)
_METRES = re.compile(r"\bmet(re|er)s\b|un[il1]t:?\s*m\b|per\s*100\s*m\b", re.IGNORECASE)


def number_in(text: str) -> float | None:
    """Return the number that a text is, None where it is no number alone."""
    plain = text.strip().replace(" ", "")
    thousand = 1.0
    if plain[-1:] in "kK" and len(plain) > 1:
        plain, thousand = plain[:-1], 1000.0
    if re.search(r"\d", plain) or plain in {"O", "o"}:
        plain = plain.translate(_MISREAD_DIGITS)
    if lost_point(plain):
        plain = re.sub("0", "0.", plain, count=1)
    if re.fullmatch(r"\d{1,3},\d{3}", plain):
        plain = plain.replace(",", "")
    return float(plain) * thousand if _PLAIN.fullmatch(plain) else None


def lost_point(text: str) -> bool:
    """Whether a number is printed as no number is: 02, whose point was not read."""
    return (
        re.fullmatch(r"[-+]?0\d+", text.strip().translate(_MISREAD_DIGITS)) is not None
    )


def unit_in(text: str) -> str | None:
    """Return the unit that a text is, as a LAS has it; None where it is none alone."""
    bare = re.sub(r"[\s.()\[\]{}]", "", text).replace("²", "2").replace("³", "3")
    bare = bare.replace("µ", "u").replace("μ", "u")
    if bare.startswith(("I", "|")):
        bare = "l" + bare[1:]
    low = bare.lower()
    return _UNITS.get(low) or (_UNITS.get("in") if low in {"ln", "1n"} else None)


def is_possible(unit: str | None, left: float, right: float) -> bool:
    """Whether a curve of a unit can have both values."""
    return unit not in SCALED_FROM_ZERO or min(left, right) >= 0


def is_round(left: float, right: float) -> bool:
    """Whether both values have two digits at most that are no zeros at their end."""
    return all(float(f"{value:.2g}") == value for value in (left, right))


def is_usual(mnemonic: str, unit: str | None, left: float, right: float) -> bool:
    """Whether the field prints a curve on this scale."""
    return (left, right) in _SCALES.get((mnemonic, unit or ""), ())


def split_name(text: str) -> tuple[str, str | None, str | None]:
    """Divide a printed name into words, the code in its brackets, and its unit."""
    code = unit = None
    for inner in _BRACKETED.findall(text):
        own = unit_in(inner)
        if own is not None:
            unit = unit or own
        elif re.fullmatch(r"\s*[A-Za-z][\w ./-]{0,11}\s*", inner):
            code = re.sub(r"\W", "_", inner.strip()).upper()
    bare = _BRACKETED.split(text)[0] if code else _BRACKETED.sub(" ", text)
    words = re.sub(r"\s+", " ", bare).strip(" .:-_")
    head, _, last = words.rpartition(" ")
    if unit is None and head and len(last) > 1 and unit_in(last):
        words, unit = head, unit_in(last)
    if unit is None and "%" in words:
        unit = "PU"
    return words, code, unit


def standard_of(words: str) -> str | None:
    """Return the mnemonic of the field for the words of a name, None if unknown."""
    upper = re.sub(r"\s+", " ", words.upper()).strip()
    for pattern, mnemonic in _NAMES:
        if re.search(pattern, upper):
            return mnemonic
    normal = _NORMAL.search(upper)
    if normal:
        return f"N{normal[1] or normal[3]}"
    array = _ARRAY.search(upper)
    if array:
        return f"{'RT' if array[2] == 'RES' else 'CT'}{array[1]}"
    lateral = _LATERAL.search(upper)
    return f"LAT{lateral[1] or lateral[2]}" if lateral else None


def own_mnemonic(words: str, code: str | None) -> str | None:
    """Return a mnemonic made of what is printed: its code, or its letters."""
    made = re.sub(r"[^A-Z0-9_]", "", (code or words).upper())[:12]
    return made if re.match(r"[A-Z]\w|\d+\w*[A-Z]", made) else None


def depth_unit_in(texts: list[str]) -> Literal["ft", "m"] | None:
    """Return the unit of depth that lines of a header name, None if none or two."""
    feet = any(_FEET.search(text) for text in texts)
    metres = any(_METRES.search(text) for text in texts)
    if feet == metres:
        return None
    return "ft" if feet else "m"
