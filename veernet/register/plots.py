"""Tell columns that show no curves from the words that are printed about their grid.

Dipmeters and waveform displays are plotted on the grids of logs, with depths, some of
them beside tracks of curves; what is drawn on them are arrows and shades. They say what
they are where the grid begins. A page that has nothing else is no curve log.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

import cv2
import numpy as np

from veernet.records import Scan
from veernet.register.geometry.columns import ColumnKind
from veernet.register.geometry.page import FoundSection, FoundTrack, OtherColumn
from veernet.register.ocr.reader import Reader, Text

BEFORE, AFTER = 0.65, 1.3
"""Of the width of all tracks: rows above and below the first depth line that are read.

The rules of a title may be taken for the first lines of the grid.
"""

READ_WIDTH = 1100.0
"""Columns of all tracks at which words are read: two thirds of what digits need."""

_LIKELY = 0.6
"""Score of print from which its letters are mostly right."""

LEGEND = 0.35
"""Of the width of all tracks: rows above the first depth line in which print names what
is below it. That above is a title, and speaks of the whole log."""

_OVER: dict[ColumnKind, float] = {"dipmeter": 0.2, "waveforms": 0.6}
"""Share of a line of print that stands over a track that it names: notes of a dipmeter
run across its columns, and titles of bond logs stand over those beside the waves."""

_KINDS: dict[str, ColumnKind] = {
    "a dipmeter arrow plot": "dipmeter",
    "a display of waveforms": "waveforms",
}

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


def print_about(scan: Scan, section: FoundSection, read: Reader) -> tuple[Text, ...]:
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
    tuple of Text
        Lines that were read with some confidence, in rows and columns of the page.
    """
    width = _width(section)
    start = max(0, int(section.first_row - BEFORE * width))
    stop = min(scan.info.rows, int(section.first_row + AFTER * width) + 1)
    zoom = READ_WIDTH / width
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    grey = cv2.resize(scan.read(start, stop), None, fx=zoom, fy=zoom, interpolation=how)
    return tuple(
        replace(
            text,
            top=text.top / zoom + start,
            bottom=text.bottom / zoom + start,
            left=text.left / zoom,
            right=text.right / zoom,
        )
        for text in read(np.asarray(grey))
        if text.score >= _LIKELY
    )


def without_plots(
    sections: Sequence[FoundSection], longest: FoundSection, words: Sequence[Text]
) -> tuple[FoundSection, ...]:
    """Take the columns out of sections that words call a plot without curves.

    Parameters
    ----------
    sections
        Of a page, from top to bottom.
    longest
        The one of them that the words are about.
    words
        From :func:`print_about`.

    Returns
    -------
    tuple of FoundSection
        Those in which a track is left; all as they are where the words name no plot.
    """
    plot = plot_of(text.text for text in words)
    if plot is None:
        return tuple(sections)
    kind = _KINDS[plot[0]]
    signs = [re.compile(sign) for sign in _SIGNS[plot[0]]]
    reach = LEGEND * _width(longest)
    named = [
        (text.left, text.right)
        for text in words
        if text.row > longest.first_row - reach
        and any(sign.search(_plain(text.text)) for sign in signs)
    ]
    columns = [
        _columns(track, longest.first_row)
        for track in longest.tracks
        if _is_named(_columns(track, longest.first_row), named, _OVER[kind])
    ]
    left = (_without(section, columns, kind) for section in sections)
    return tuple(section for section in left if section.tracks)


def _width(section: FoundSection) -> float:
    """Return the columns of all tracks, and of the grids with arrows beside them."""
    pairs = [(track.left, track.right) for track in section.tracks]
    pairs += [(c.left, c.right) for c in section.others if c.kind == "arrows"]
    ends = [float(edge.column_at(section.first_row)) for pair in pairs for edge in pair]
    return max(ends) - min(ends)


def _columns(track: FoundTrack, row: float) -> tuple[float, float]:
    return float(track.left.column_at(row)), float(track.right.column_at(row))


def _is_named(
    track: tuple[float, float], named: Sequence[tuple[float, float]], least: float
) -> bool:
    """Tell whether a line of print stands over a track, or one that it lies within."""
    for left, right in named:
        shared = min(track[1], right) - max(track[0], left)
        narrower = min(right - left, track[1] - track[0])
        if shared > 0 and shared >= least * narrower:
            return True
    return False


def _without(
    section: FoundSection, columns: Sequence[tuple[float, float]], kind: ColumnKind
) -> FoundSection:
    """Pass over the tracks of a section whose middle lies in some columns."""
    kept, passed = [], list(section.others)
    for track in section.tracks:
        middle = sum(_columns(track, section.first_row)) / 2
        if any(left < middle < right for left, right in columns):
            passed.append(OtherColumn(track.left, track.right, kind))
        else:
            kept.append(track)
    if len(kept) == len(section.tracks):
        return section
    passed.sort(key=lambda column: float(column.left.column_at(section.first_row)))
    return replace(section, tracks=tuple(kept), others=tuple(passed))
