"""Tell a plot that is no curve log from the words that are printed about its grid.

Dipmeters and waveform displays are plotted on the grids of logs, with depths; what is
drawn on them are arrows and shades. They say what they are where the grid begins.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import cv2
import numpy as np

from veernet.records import Scan
from veernet.register.geometry.page import FoundSection
from veernet.register.ocr.reader import Reader

BEFORE, AFTER = 0.65, 1.3
"""Of the width of all tracks: rows above and below the first depth line that are read.

The rules of a title may be taken for the first lines of the grid.
"""

READ_WIDTH = 1100.0
"""Columns of all tracks at which words are read: two thirds of what digits need."""

_LIKELY = 0.6
"""Score of print from which its letters are mostly right."""

_SIGNS = {
    "a dipmeter arrow plot": (
        r"ARRO\w ?PLOT",
        r"TADPOLE",
        r"DIP ?METER",
        r"DIP ?ANGLE?",  # the last letter is lost where columns of print part
        r"DIP (AND|&) (DIRECTION|AZIMUTH)",
        r"DIP MAGNITUDE",
    ),
    "a display of waveforms": (
        r"VARIABLE ?DENSITY",
        r"\bVDL\b",
        r"MICRO[ -]?SEISMOGRAM",
        r"WAVE ?FORMS?\b",
        r"FULL ?WAVE(?! ?FORM)",
    ),
}
"""By what a plot is, the words that name it; letters that print confuses are open."""

_ENOUGH = 2
"""Different words: one alone may speak of another service run in the well."""


def plot_of(words: Iterable[str]) -> tuple[str, tuple[str, ...]] | None:
    """Return which plot without curves words speak of.

    Parameters
    ----------
    words
        Lines of print, as they were read.

    Returns
    -------
    (str, tuple of str)
        What the plot is, and the words that say so, at least two; None for a log.
    """
    printed = "\n".join(map(_plain, words))
    for plot, signs in _SIGNS.items():
        # However often a word is printed, and however it is spelt, it is one.
        hits = (re.search(sign, printed) for sign in signs)
        found = tuple(hit.group() for hit in hits if hit)
        if len(found) >= _ENOUGH:
            return plot, found
    return None


def _plain(word: str) -> str:
    """Return capitals without accents and points, which dirt on the paper puts in."""
    letters = unicodedata.normalize("NFKD", word.upper())
    return " ".join(re.sub(r"[^A-Z0-9& -]", "", letters).split())


def words_about(scan: Scan, section: FoundSection, read: Reader) -> tuple[str, ...]:
    """Read the print about the first depth lines of a section, over the whole page.

    Parameters
    ----------
    scan
        The page.
    section
        Of it.
    read
        Reads print.

    Returns
    -------
    tuple of str
        Lines that were read with some confidence.
    """
    edges = section.tracks[0].left, section.tracks[-1].right
    left, right = (float(edge.column_at(section.first_row)) for edge in edges)
    start = max(0, int(section.first_row - BEFORE * (right - left)))
    stop = min(scan.info.rows, int(section.first_row + AFTER * (right - left)) + 1)
    zoom = READ_WIDTH / (right - left)
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    grey = cv2.resize(scan.read(start, stop), None, fx=zoom, fy=zoom, interpolation=how)
    return tuple(t.text for t in read(np.asarray(grey)) if t.score >= _LIKELY)
