"""The cells of a heading: its labels, and what stands right of them and below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from veernet.register.heading.labels import Label, label_in
from veernet.register.heading.sheets import Sheet
from veernet.register.ocr.reader import Text

LEVEL = 0.75
"""Of the height of print: how far two texts of a row may stand above each other."""

FAR = 45.0
"""Of the height of print: from a label to its value."""

NEXT = (0.6, 3.2)
"""Of the height of print: from a line of a value to the next."""


@dataclass(frozen=True)
class Reading:
    """A value of a field as it was read at one place.

    Parameters
    ----------
    field
        LAS mnemonic.
    value
        As printed.
    score
        0 to 1: that of its least sure text, less where its label was guessed.
    row, column
        Of the page.
    """

    field: str
    value: str
    score: float
    row: int
    column: int


class Cells:
    """The texts of a sheet, and which of them are labels."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.texts = sorted(sheet.texts, key=lambda t: (t.row, t.left))
        self.labels = {
            i: label
            for i, text in enumerate(self.texts)
            if (label := label_in(text.text)) is not None
        }
        heights = [text.height for text in self.texts]
        self.height = float(np.median(heights)) if heights else 0.0
        self.used: set[int] = set()

    def level(self, one: Text, other: Text) -> float:
        """Return how far two texts of a row may stand above each other."""
        return LEVEL * max(self.height, min(one.height, other.height))

    def wanted(self, fields: Sequence[str]) -> Iterator[tuple[int, Label]]:
        """Yield the labels of some fields that are not the value of another one."""
        for index, label in self.labels.items():
            if label.field in fields and index not in self.used:
                yield index, label

    def right_of(self, index: int, far: float = FAR) -> Iterator[int]:
        """Yield the texts at the right of one in its row, from left to right."""
        own = self.texts[index]
        beside = [
            i
            for i, text in enumerate(self.texts)
            if i != index
            and abs(text.row - own.row) < self.level(text, own)
            and text.left > own.left + 0.5 * (own.right - own.left)
            and text.left - own.right < far * self.height
        ]
        yield from sorted(beside, key=lambda i: self.texts[i].left)

    def below(self, index: int) -> Iterator[int]:
        """Yield the texts directly below one, the nearest first."""
        own = self.texts[index]
        for i, text in enumerate(self.texts):
            down = text.row - own.row
            over = min(text.right, own.right) - max(text.left, own.left)
            if NEXT[0] * self.height < down < NEXT[1] * self.height and over > 0:
                yield i

    def reading(
        self, field: str, value: str, parts: Sequence[int], share: float = 1.0
    ) -> Reading:
        """Return a reading that rests on some texts, and mark them as used."""
        self.used.update(parts)
        row, column = self.sheet.place(self.texts[parts[0]])
        score = share * min(self.texts[i].score for i in parts)
        return Reading(field, value, score, row, column)
