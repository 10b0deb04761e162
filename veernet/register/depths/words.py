"""Find what looks like a printed number in the depth column.

Lengths are shares of the column's width, because dpi tags are missing or wrong: a depth
column is about 0.75 inch wide everywhere, and its numerals a tenth to a third of that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from veernet.records import Grey

Ink = NDArray[np.uint8]

LONGEST = 1.4
"""Of a word, in column widths: five digits that are set wide."""

_UPRIGHT_LINE = 0.5
"""Ink that runs on downwards this far is an edge of a track."""
_LEVEL_LINE = 0.36
"""Ink that runs on across this far, and is thin, is a depth line."""
_LEVEL_LINE_THICK = 0.07
_GAP = 0.11
"""Paper between two digits of one word, at most."""
_SHORT_SIDE = (0.06, 0.42)
_ELONGATION = (1.15, 7.0)
_FILLED = (0.10, 0.75)
_FLAT = 0.35
"""Of the height of a word: a piece at its end that is flatter is a tick."""
_FEW = 0.08
"""Of the ink of a word: pieces above and below it that have less are blots."""
_OUTER = 0.2
"""Of the width, at either side: where the edges of the column may lie."""
_NEXT = (0.1, 0.5, 0.6)
"""Of the height of a word: ink at the side of the column is its next digit if it has
this size, stands this far beside it, and comes this near."""
_SPECK = 0.02
"""Side of a blot that is no part of a word."""


@dataclass(frozen=True)
class Word:
    """A box on the page that may hold a number.

    Parameters
    ----------
    top, left, bottom, right
        Rows and columns of the page; bottom and right are one past the last.
    ink
        (rows, columns) 8-bit, 255 where there is ink; lines and neighbours are gone.
    """

    top: int
    left: int
    bottom: int
    right: int
    ink: Ink

    @property
    def row(self) -> float:
        """Row of the centre."""
        return (self.top + self.bottom - 1) / 2

    @property
    def column(self) -> float:
        """Column of the centre."""
        return (self.left + self.right - 1) / 2

    @property
    def long(self) -> bool:
        """Whether it is taller than wide, as a number turned by a quarter is."""
        return self.bottom - self.top > self.right - self.left


def ink_of(grey: Grey) -> Ink:
    """Return 255 where a band of paper is inked, (rows, columns) 8-bit.

    The threshold lies between the paper, which is most of the column, and the darkest
    ink: faded prints and coloured paper have neither black nor white.
    """
    paper = float(np.median(grey))
    dark = float(np.percentile(grey, 0.5))
    if paper - dark < 40:
        return np.zeros_like(grey)
    return np.where(grey < dark + 0.55 * (paper - dark), 255, 0).astype(np.uint8)


def find_words(ink: Ink, top: int = 0, left: int = 0) -> list[Word]:
    """Find boxes of the size and shape of a number.

    Parameters
    ----------
    ink
        (rows, columns) of the depth column, 255 where there is ink.
    top, left
        Row and column of the page that the first pixel has.

    Returns
    -------
    list of Word
        From the top down.
    """
    width = ink.shape[1]
    clean, edges = _drop_lines(ink)
    clean, sides = _drop_sides(clean, edges, max(2, round(_SPECK * width)))
    gap = max(3, round(_GAP * width)) | 1
    joined = cv2.dilate(clean, np.ones((gap, gap), np.uint8))
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    words: list[Word] = []
    for label, (column, row, across, down, _) in enumerate(boxes):
        if label == 0:
            continue
        part = (slice(row, row + down), slice(column, column + across))
        own = np.where(labels[part] == label, clean[part], 0).astype(np.uint8)
        words += _word(own, int(row), int(column), width)
    words = [word for word in words if not _goes_on(word, sides)]
    words = [replace(w, top=w.top + top, bottom=w.bottom + top) for w in words]
    words = [replace(w, left=w.left + left, right=w.right + left) for w in words]
    return sorted(words, key=lambda word: word.row)


def _word(own: Ink, top: int, left: int, width: int) -> list[Word]:
    """Return the word of a group of components, or none, without ticks beside it."""
    own = _drop_strays(own)
    rows, columns = np.flatnonzero(own.any(1)), np.flatnonzero(own.any(0))
    if not len(rows):
        return []
    own = own[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if not _shaped(own, width):
        return []
    top, left = top + int(rows[0]), left + int(columns[0])
    bottom, right = top + own.shape[0], left + own.shape[1]
    return [Word(top, left, bottom, right, np.ascontiguousarray(own))]


def _drop_strays(own: Ink) -> Ink:
    """Cut off what lies beside the digits of a group: ticks, dashes, blots.

    Seen along the reading direction, and then across it, a word is a chain of pieces
    with paper between; a piece at an end goes if it is much flatter than the word, or
    thinner than a stroke. The pieces of one broken digit lie over each other, so they
    make one piece that is as tall as the digit.
    """
    along = int(own.shape[1] >= own.shape[0])
    for axis in (along, 1 - along):
        own = _drop_ends(own, axis, across=axis != along)
    return own


def _drop_ends(own: Ink, axis: int, *, across: bool) -> Ink:
    """Blank the stray pieces at both ends of an axis."""
    while True:
        shade = np.asarray(own.any(1 - axis))
        starts, stops = _runs(shade)
        if len(starts) < 2:
            return own
        tall = _extent(np.asarray(own.any(axis)))
        for start, stop in ((starts[0], stops[0]), (starts[-1], stops[-1])):
            part = (slice(None), slice(start, stop))[:: 1 if axis else -1]
            ink = np.count_nonzero(own[part])
            flat = _extent(np.asarray(own[part].any(axis))) < _FLAT * tall
            few = ink < _FEW * np.count_nonzero(own)
            if few if across else flat:
                own = own.copy()
                own[part] = 0
                break
        else:
            return own


def _runs(shade: NDArray[np.bool_]) -> tuple[list[int], list[int]]:
    """Return where runs of true begin and end."""
    steps = np.flatnonzero(np.diff(np.concatenate([[0], shade.astype(np.int8), [0]])))
    return steps[::2].tolist(), steps[1::2].tolist()


def _extent(shade: NDArray[np.bool_]) -> int:
    """Return the length from the first true to the last."""
    at = np.flatnonzero(shade)
    return int(at[-1] - at[0] + 1) if len(at) else 0


def _shaped(own: Ink, width: int) -> bool:
    """Whether a blob has the size, the elongation and the ink of a number."""
    short, long = sorted(own.shape)
    return bool(
        _SHORT_SIDE[0] * width <= short <= _SHORT_SIDE[1] * width
        and _ELONGATION[0] * short <= long <= _ELONGATION[1] * short
        and long <= LONGEST * width
        and _FILLED[0] <= np.count_nonzero(own) / own.size <= _FILLED[1]
    )


def _drop_lines(ink: Ink) -> tuple[Ink, Ink]:
    """Take out edges of tracks and depth lines, and mend digits that they crossed.

    Returns what is left, and the edges.
    """
    width = ink.shape[1]
    upright = np.ones((max(9, round(_UPRIGHT_LINE * width)), 1), np.uint8)
    level = np.ones((1, max(9, round(_LEVEL_LINE * width))), np.uint8)
    edges = ink & cv2.morphologyEx(_bridged(ink, 0), cv2.MORPH_OPEN, upright)
    lines = ink & cv2.morphologyEx(_bridged(ink, 1), cv2.MORPH_OPEN, level)
    thick = max(3, round(_LEVEL_LINE_THICK * width)) | 1
    lines &= ~cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones((thick, 1), np.uint8))
    gone = edges | lines
    clean = ink & ~gone
    mended = cv2.morphologyEx(clean, cv2.MORPH_CLOSE, np.ones((thick, 1), np.uint8))
    return np.asarray(clean | (mended & lines & ~edges), dtype=np.uint8), edges


def _bridged(ink: Ink, axis: int) -> Ink:
    """Close the smallest breaks of lines along an axis: specks of worn print."""
    kernel = np.ones((3, 1) if axis == 0 else (1, 3), np.uint8)
    return np.asarray(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, kernel), dtype=np.uint8)


def _goes_on(word: Word, sides: NDArray[np.int32]) -> bool:
    """Whether a word has a neighbour at its side that may be one more digit of it.

    15000 whose last digit touches the edge of the column must not be read as 1500.
    """
    if not len(sides):
        return False
    box = np.array([(word.left, word.right), (word.top, word.bottom)])
    if word.long:
        box = box[::-1]
        sides = sides[:, [1, 0, 3, 2]]
    high = box[1, 1] - box[1, 0]
    low = np.maximum(sides[:, 1], box[1, 0])
    overlap = np.minimum(sides[:, 1] + sides[:, 3], box[1, 1]) - low
    apart = np.maximum(sides[:, 0] - box[0, 1], box[0, 0] - sides[:, 0] - sides[:, 2])
    digit = np.minimum(sides[:, 2], sides[:, 3]) >= _NEXT[0] * high
    return bool(
        np.any(digit & (overlap >= _NEXT[1] * high) & (apart < _NEXT[2] * high))
    )


def _drop_sides(ink: Ink, edges: Ink, speck: int) -> tuple[Ink, NDArray[np.int32]]:
    """Take out specks, and what comes in from the sides: curves, ticks, edges.

    Returns what is left, and the boxes of what came in: column, row, width, height.
    """
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    width = ink.shape[1]
    drop = (boxes[:, 0] <= 1) | (boxes[:, 0] + boxes[:, 2] >= width - 1)
    beside = cv2.dilate(edges, np.ones((1, 5), np.uint8)) > 0
    beside[:, round(_OUTER * width) : width - round(_OUTER * width)] = False
    drop[np.unique(labels[beside])] = True
    small = np.maximum(boxes[:, 2], boxes[:, 3]) < speck
    side = drop & ~small
    side[0] = False
    drop |= small
    drop[0] = True
    return np.where(drop[labels], 0, ink).astype(np.uint8), boxes[side, :4]
