"""Read a printed number from a small picture of it, with RapidOCR.

RapidOCR (Apache-2.0, PP-OCR models in its wheel, nothing fetched at run time) is an
extra: whoever states the depths by hand does without it.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from veernet.records import Grey
from veernet.register.ocr.rapid import load_rapidocr

NARROWEST = 160
"""Columns to which a picture of a number is filled up at 48 rows: three digits. Filled
up to the 320 that the recogniser takes else, of 120 words of five scans seven are read
otherwise, none of them better, in twice the time."""

Recogniser = Callable[[Grey], tuple[str, float]]
"""Dark print on light paper, (rows, columns) 8-bit, to text and confidence 0 to 1."""


def load_recogniser() -> Recogniser:
    """Load RapidOCR's recogniser: about half a second, once per process.

    Returns
    -------
    Recogniser
        Reads one line of upright print. It runs on one thread: pictures are so small
        that more of them cost time.

    Raises
    ------
    InputError
        If RapidOCR is not installed.
    """
    msg = (
        "reading depth numerals needs RapidOCR: pip install 'veernet[register]', "
        "or give --top and --bottom"
    )
    engine = load_rapidocr(msg, narrowest=NARROWEST, use_det=False)

    def recognise(grey: Grey) -> tuple[str, float]:
        colour = cv2.cvtColor(np.ascontiguousarray(grey), cv2.COLOR_GRAY2BGR)
        found = engine(
            colour, use_det=False, use_cls=False, use_rec=True, text_score=0.0
        )
        if not found.txts:
            return "", 0.0
        return str(found.txts[0]), float(found.scores[0])

    return recognise
