"""Read the depth numerals of a section: what numbers stand in its depth column.

Words are found by their size and shape, then recognised. A word that is taller than
wide is tried turned either way; as a section is printed in one go, all its turned words
read the same way, and 9100 is not taken for 0016 upside down.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from veernet.axes import Edge
from veernet.errors import InputError
from veernet.records import BandReader, Grey
from veernet.register.depths.words import LONGEST, Ink, Word, find_words, ink_of
from veernet.register.ocr.recognise import Recogniser

Turn = Literal["upright", "clockwise", "anticlockwise"]

BAND = 1024
"""Rows that are searched at once: bounds the memory, and how far an edge drifts."""

CROWDED = 80
"""Words in 1000 rows: more are speckle, not numerals."""

_DIGITS = (2, 5)
_NARROWEST = 24
"""Columns: in a narrower depth column a digit is no legible size."""
_TURNS: dict[Turn, int] = {"upright": 0, "clockwise": 1, "anticlockwise": 3}
"""Quarter turns anticlockwise that bring a word upright."""
_SIDEWAYS: tuple[Turn, Turn] = ("clockwise", "anticlockwise")
_LED = 40.0
"""Log odds by which one way to turn words leads the other from which the rest of a
section is read that way alone: ten numbers that are read surely one way, or more."""
_TALL = 64


class TooNarrow(InputError):
    """A depth column holds no digits of a legible size."""


@dataclass(frozen=True)
class Numeral:
    """A number that was read in the depth column.

    Parameters
    ----------
    row, column
        Centre of its ink on the page.
    text
        The digits as printed: ``4300`` may stand for 14300.
    turn
        How the print is turned: clockwise reads downwards, anticlockwise upwards.
    confidence
        0 to 1: how well different renderings of it agree on the text.
    rows, columns
        Size of its ink on the page in pixels; 0 where it is not known.
    """

    row: float
    column: float
    text: str
    turn: Turn = "upright"
    confidence: float = 1.0
    rows: float = 0.0
    columns: float = 0.0

    def __post_init__(self) -> None:
        if not (self.text.isascii() and self.text.isdigit()):
            msg = f"the numeral {self.text!r} has other characters than digits"
            raise InputError(msg)
        if not 0 <= self.confidence <= 1:
            msg = f"the confidence {self.confidence:g} of a numeral is not in 0 to 1"
            raise InputError(msg)

    @property
    def number(self) -> int:
        """The number as printed."""
        return int(self.text)


def read_numerals(
    read: BandReader,
    rows: tuple[int, int],
    left: Edge,
    right: Edge,
    recognise: Recogniser,
    *,
    pad: int = 0,
) -> tuple[Numeral, ...]:
    """Read the numerals of a section's depth column.

    Parameters
    ----------
    read
        Returns a band of rows of the page as grey: ``Scan.read``.
    rows
        First row of the section and one past its last.
    left, right
        Edges of the depth column; some percent of its width too wide or too narrow do
        no harm.
    recognise
        Reads one picture: `veernet.register.ocr.recognise.load_recogniser`.
    pad
        Columns of blank paper that are laid to either side of a depth column so narrow
        that its numerals fill it.

    Returns
    -------
    tuple of Numeral
        From the top down; whatever is no number of two to five digits is left out, and
        so are stretches that are crowded with specks.

    Raises
    ------
    InputError
        If there are no such rows; :class:`TooNarrow` if the depth column is too narrow
        to hold digits.
    """
    start, stop = rows
    if not 0 <= start < stop:
        msg = f"rows {start} to {stop} are no section: the second must be the larger"
        raise InputError(msg)
    kept: list[tuple[Word, dict[Turn, tuple[str, float]]]] = []
    votes: dict[Turn, float] = dict.fromkeys(_TURNS, 0.0)
    for word in _words(read, start, stop, left, right, pad):
        turns = _turns_of(word, votes)
        found = {
            turn: recognise(_RENDERINGS[0](_upright(word, turn))) for turn in turns
        }
        if any(_is_number(text) for text, _ in found.values()):
            kept.append((word, found))
            for each, (text, confidence) in found.items():
                # No depth begins with 0, but an upside-down 100 does not begin else.
                if _is_number(text) and not text.startswith("0"):
                    # It reads print upside down as well, but is then less sure.
                    votes[each] -= math.log(max(1e-4, 1 - confidence))
    way: Turn = max(_SIDEWAYS, key=lambda turn: votes[turn])
    numerals = []
    for word, found in kept:
        turn: Turn = way if word.long else "upright"
        numeral = _settle(word, turn, found[turn], recognise)
        if numeral is not None:
            numerals.append(numeral)
    return tuple(numerals)


def _turns_of(word: Word, votes: Mapping[Turn, float]) -> tuple[Turn, ...]:
    """Return the ways to turn a word that are tried: one where it is known."""
    if not word.long:
        return ("upright",)
    ahead, behind = sorted(_SIDEWAYS, key=lambda turn: -votes[turn])
    known = votes[ahead] - votes[behind] > _LED
    return (ahead,) if known else _SIDEWAYS


def _words(
    read: BandReader, start: int, stop: int, left: Edge, right: Edge, pad: int
) -> Iterator[Word]:
    """Find the words of a section, band by band; each band overlaps its neighbours."""
    for first in range(start, stop, BAND):
        last = min(first + BAND, stop)
        middle = (first + last) / 2
        columns = (
            round(float(left.column_at(middle))),
            round(float(right.column_at(middle))),
        )
        width = columns[1] - columns[0] + 2 * pad
        if width < _NARROWEST:
            msg = (
                f"the depth column is {width} columns wide at row {middle:.0f}: "
                f"numerals need {_NARROWEST} or more: check its edges"
            )
            raise TooNarrow(msg)
        reach = round(LONGEST * width)
        top, bottom = max(start, first - reach), min(stop, last + reach)
        grey = read(top, bottom)[:, max(0, columns[0]) : max(0, columns[1])]
        if not grey.size or grey.shape[1] + 2 * pad < _NARROWEST:
            continue
        ink = np.pad(ink_of(grey), ((0, 0), (pad, pad)))
        words = [
            word
            for word in find_words(ink, top, max(0, columns[0]) - pad)
            if first <= word.row < last
        ]
        if len(words) <= CROWDED * max(1.0, (last - first) / 1000):
            yield from words


def _upright(word: Word, turn: Turn) -> Ink:
    """Turn a word upright, dark on light, with paper around it."""
    picture = np.rot90(255 - word.ink, _TURNS[turn])
    return np.pad(
        picture, max(3, round(0.25 * min(picture.shape))), constant_values=255
    )


def _enlarged(picture: Grey) -> Grey:
    """Bring a word to the recogniser's size, without the steps of bilevel print."""
    scale = _TALL / picture.shape[0]
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    large = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=how)
    return np.asarray(cv2.GaussianBlur(large, (0, 0), 2.0), dtype=np.uint8)


def _blurred(picture: Grey) -> Grey:
    """Soften a word by a fraction of a stroke."""
    sigma = max(0.5, min(picture.shape) / 28)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), dtype=np.uint8)


def _widened(picture: Grey) -> Grey:
    """Set a word wider, for digits that run into one another."""
    wide = cv2.resize(picture, None, fx=1.3, fy=1, interpolation=cv2.INTER_LINEAR)
    return np.asarray(wide, dtype=np.uint8)


_RENDERINGS: tuple[Callable[[Grey], Grey], ...] = (_enlarged, _blurred, _widened)
"""The recogniser is sure of its errors too; it is right where these agree."""


def _settle(
    word: Word, turn: Turn, first: tuple[str, float], recognise: Recogniser
) -> Numeral | None:
    """Read a word in its other renderings, and let them vote."""
    upright = _upright(word, turn)
    found = [first, *(recognise(render(upright)) for render in _RENDERINGS[1:])]
    votes: dict[str, float] = {}
    for text, confidence in found:
        if _is_number(text) and not text.startswith("0"):
            votes[text] = votes.get(text, 0.0) + confidence
    if not votes:
        return None
    text, weight = max(votes.items(), key=lambda vote: vote[1])
    size = word.ink.shape
    confidence = min(1.0, weight / len(found))
    return Numeral(word.row, word.column, text, turn, confidence, *map(float, size))


def _is_number(text: str) -> bool:
    """Whether a text is a number that a depth column may hold."""
    return text.isascii() and text.isdigit() and _DIGITS[0] <= len(text) <= _DIGITS[1]
