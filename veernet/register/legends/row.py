"""A line of a legend: two values and the texts that stand with them."""

from __future__ import annotations

from dataclasses import dataclass, field

from veernet.register.legends.vocabulary import lost_point
from veernet.register.ocr.reader import Text

LEVEL = 0.6
"""Of the height of print: texts whose rows differ by less stand beside each other."""


@dataclass(frozen=True)
class ScaleValue:
    """A number at an end of a cell."""

    number: float
    text: Text

    @property
    def sure(self) -> float:
        """0 to 1, that it was read right."""
        return self.text.score * (0.6 if lost_point(self.text.text) else 1.0)


@dataclass
class LegendLine:
    """Two values and what stands with them.

    Parameters
    ----------
    left, right
        The values.
    names, units
        Texts, from the top down.
    beside
        Whether the name stands on the row of the values.
    even
        Whether numbers between the two agree that the scale is even.
    inner
        The numbers between where they say that it is not.
    """

    left: ScaleValue
    right: ScaleValue
    names: list[Text] = field(default_factory=list)
    units: list[Text] = field(default_factory=list)
    beside: bool = False
    even: bool = False
    inner: tuple[ScaleValue, ...] = ()

    @property
    def row(self) -> float:
        """Row of the values."""
        return (self.left.text.row + self.right.text.row) / 2

    @property
    def top(self) -> float:
        """Row of its first name, or of its values."""
        return min([self.row, *(text.row for text in self.names)])
