"""Numbers of a legend that are no scale: what a curve was computed with.

A porosity from density names the densities of matrix and fluid beside its scale. Words
that say what a tick at the edge is are left out with them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from veernet.register.legends.row import LEVEL
from veernet.register.legends.vocabulary import number_in
from veernet.register.ocr.reader import Text

_NAMES = re.compile(
    r"\b(MATRIX|FLUID|GRAIN|MUD)\W*(DENS|VELOC|TRANSIT|DELTA|WEIGHT)|^\W*MATRIX\W*$"
    r"|\bMARKERS?\b|^\W*[1I]?\W*MIN\W*$|^\W*TIME\W*$"
)
"""Marks of time beside the depths are drawn, and are no curve."""

BESIDE = 3.0
"""Heights of print from a number to the words that it belongs to, at most."""


def without_parameters(texts: Sequence[Text]) -> list[Text]:
    """Leave out the names of parameters, and the numbers beside them."""
    named = [text for text in texts if _NAMES.search(text.text.upper())]
    return [
        text
        for text in texts
        if text not in named
        and not (
            number_in(text.text) is not None
            and any(_stands_by(text, name) for name in named)
        )
    ]


def _stands_by(number: Text, name: Text) -> bool:
    height = min(number.height, name.height)
    gap = max(number.left - name.right, name.left - number.right)
    level = abs(number.row - name.row) < LEVEL * max(number.height, name.height)
    return level and gap < BESIDE * height
