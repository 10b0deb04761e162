"""The states of the USA as headings print them, and their codes in API numbers."""

from __future__ import annotations

import difflib
import re
import unicodedata

STATES: dict[str, tuple[str, str]] = {
    "01": ("AL", "ALABAMA"), "02": ("AZ", "ARIZONA"), "03": ("AR", "ARKANSAS"),
    "04": ("CA", "CALIFORNIA"), "05": ("CO", "COLORADO"), "06": ("CT", "CONNECTICUT"),
    "07": ("DE", "DELAWARE"), "09": ("FL", "FLORIDA"), "10": ("GA", "GEORGIA"),
    "11": ("ID", "IDAHO"), "12": ("IL", "ILLINOIS"), "13": ("IN", "INDIANA"),
    "14": ("IA", "IOWA"), "15": ("KS", "KANSAS"), "16": ("KY", "KENTUCKY"),
    "17": ("LA", "LOUISIANA"), "18": ("ME", "MAINE"), "19": ("MD", "MARYLAND"),
    "20": ("MA", "MASSACHUSETTS"), "21": ("MI", "MICHIGAN"), "22": ("MN", "MINNESOTA"),
    "23": ("MS", "MISSISSIPPI"), "24": ("MO", "MISSOURI"), "25": ("MT", "MONTANA"),
    "26": ("NE", "NEBRASKA"), "27": ("NV", "NEVADA"), "28": ("NH", "NEW HAMPSHIRE"),
    "29": ("NJ", "NEW JERSEY"), "30": ("NM", "NEW MEXICO"), "31": ("NY", "NEW YORK"),
    "32": ("NC", "NORTH CAROLINA"), "33": ("ND", "NORTH DAKOTA"), "34": ("OH", "OHIO"),
    "35": ("OK", "OKLAHOMA"), "36": ("OR", "OREGON"), "37": ("PA", "PENNSYLVANIA"),
    "38": ("RI", "RHODE ISLAND"), "39": ("SC", "SOUTH CAROLINA"),
    "40": ("SD", "SOUTH DAKOTA"), "41": ("TN", "TENNESSEE"), "42": ("TX", "TEXAS"),
    "43": ("UT", "UTAH"), "44": ("VT", "VERMONT"), "45": ("VA", "VIRGINIA"),
    "46": ("WA", "WASHINGTON"), "47": ("WV", "WEST VIRGINIA"),
    "48": ("WI", "WISCONSIN"), "49": ("WY", "WYOMING"), "50": ("AK", "ALASKA"),
    "55": ("", "ALASKA OFFSHORE"), "56": ("", "PACIFIC OFFSHORE"),
    "60": ("", "GULF OFFSHORE"), "61": ("", "ATLANTIC OFFSHORE"),
}  # fmt: skip
"""State codes of API numbers (API Bulletin D12A), with the postal code and the name."""

LIKE = 0.85
"""Likeness of letters from which a misread state is told: NEMEXICO is NEW MEXICO."""

_OTHERWISE = {"WVA": "WEST VIRGINIA", "TEX": "TEXAS", "OKLA": "OKLAHOMA",
              "NMEX": "NEW MEXICO", "NDAK": "NORTH DAKOTA", "KANS": "KANSAS",
              "COLO": "COLORADO", "PENNA": "PENNSYLVANIA", "WYO": "WYOMING",
              "MONT": "MONTANA", "CALIF": "CALIFORNIA", "MISS": "MISSISSIPPI",
}  # fmt: skip


def letters(text: str) -> str:
    """Return a text's letters in capitals, without accents and anything else."""
    plain = unicodedata.normalize("NFKD", text).upper().replace("&", "AND")
    return re.sub(r"[^A-Z]", "", plain)


_STATES = {
    **{letters(code): name for code, name in STATES.values() if code},
    **{letters(name): name for _, name in STATES.values()},
    **_OTHERWISE,
}


def state_of(text: str) -> str | None:
    """Return the name of a state of the USA that a text is, in capitals, or None."""
    return _STATES.get(letters(text))


def state_like(text: str) -> str | None:
    """Return the name of the only state that a misread text is like, or None."""
    names = [key for key in _STATES if len(key) > 4]
    near = difflib.get_close_matches(letters(text), names, 2, LIKE)
    return _STATES[near[0]] if len({_STATES[key] for key in near}) == 1 else None
