"""Two legends about one title: the upper is of the section above, the lower of this.

Strips are printed with the legend of a section below its grid and that of the next
above its own, the lines of each in the order outwards from the title between them: one
is the other upside down.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from veernet.register.ocr.reader import Text

LETTERS = 5
"""Of a line of print that is looked for twice: numbers stand in many places."""

PAIRS = 3
"""Lines that are printed twice at least, about one row."""

SAME_ROW = 1.0
"""Heights of print by which the rows half-way between two lines may differ."""

APART = 2.0
"""The same: from a line to its counterpart, at least, and from one such distance to
the next."""

ASIDE = 3.0
"""The same: columns by which the two may stand off each other."""


def title_row(texts: Sequence[Sequence[Text]]) -> float | None:
    """Return the row about which a header is printed twice.

    Parameters
    ----------
    texts
        Over each track, rows of the header.

    Returns
    -------
    float
        None where it is printed once.
    """
    found: list[tuple[float, float, str]] = []
    height = float(np.median([t.height for own in texts for t in own] or [0.0]))
    for own in texts:
        lines = [(_letters(text.text), text) for text in own]
        for (word, one), (again, other) in combinations(lines, 2):
            aside = abs(one.column - other.column)
            apart = abs(one.row - other.row)
            if word != again or len(word) < LETTERS or aside > ASIDE * height:
                continue
            if apart > APART * height:
                found.append(((one.row + other.row) / 2, apart, word))
    best: list[tuple[float, float, str]] = []
    for middle, _, _ in found:
        about = [pair for pair in found if abs(pair[0] - middle) < SAME_ROW * height]
        best = max(best, about, key=len)
    words = {word for _, _, word in best}
    distances = np.sort([apart for _, apart, _ in best])
    rings = 1 + int((np.diff(distances) > APART * height).sum()) if len(best) else 0
    # Names of one row, or a name that is printed thrice, are of no second legend.
    if len(words) < PAIRS or rings < PAIRS - 1:
        return None
    return float(np.median([middle for middle, _, _ in best]))


def _letters(text: str) -> str:
    return "".join(c for c in text.upper() if c.isalpha())
