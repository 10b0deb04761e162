"""Find and read lines of print on a picture, with RapidOCR's detector and recogniser.

The detector was chosen by measurement: on the legends of vendor prints it finds single
digits, names and units that stand clear, where boxes of ink run into the rules.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from veernet.records import Grey
from veernet.register.ocr.rapid import load_rapidocr


@dataclass(frozen=True)
class Text:
    """A line of print.

    Parameters
    ----------
    text
        As it was read.
    score
        0 to 1, the recogniser's.
    top, left, bottom, right
        Its box, in rows and columns.
    """

    text: str
    score: float
    top: float
    left: float
    bottom: float
    right: float

    @property
    def row(self) -> float:
        """Row of the centre."""
        return (self.top + self.bottom) / 2

    @property
    def column(self) -> float:
        """Column of the centre."""
        return (self.left + self.right) / 2

    @property
    def height(self) -> float:
        """Rows that the box takes."""
        return self.bottom - self.top


Reader = Callable[[Grey], list[Text]]
"""Dark print on light paper, (rows, columns) 8-bit, to its lines of print."""


def load_reader() -> Reader:
    """Load RapidOCR's detector and recogniser: about a second, once per process.

    Returns
    -------
    Reader
        On one thread for each that calls it: each loads its own.

    Raises
    ------
    InputError
        If RapidOCR is not installed.
    """
    msg = "reading legends needs RapidOCR: pip install 'veernet[register]'"
    # RapidOCR's detector keeps the size of the last picture, so that two pictures at a
    # time would be mixed up.
    own = threading.local()
    own.engine = load_rapidocr(msg, text_score=0.0)

    def read(grey: Grey) -> list[Text]:
        if not hasattr(own, "engine"):
            own.engine = load_rapidocr(msg, text_score=0.0)
        colour = cv2.cvtColor(np.ascontiguousarray(grey), cv2.COLOR_GRAY2BGR)
        found = own.engine(colour, use_cls=False)
        if found.txts is None or found.boxes is None:
            return []
        lines = []
        for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
            (left, top), (right, bottom) = np.min(box, axis=0), np.max(box, axis=0)
            place = (float(top), float(left), float(bottom), float(right))
            lines.append(Text(str(text), float(score), *place))
        return lines

    return read
