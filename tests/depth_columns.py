"""Logs as lists of numerals and depth lines, with the faults that paper has."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from veernet.axes import Floats
from veernet.register.depths.numerals import Numeral

MISREAD = {
    "3": "8",
    "8": "3",
    "5": "6",
    "6": "5",
    "1": "7",
    "7": "1",
    "0": "6",
    "9": "3",
}


@dataclass(frozen=True)
class Column:
    """A depth column: what was read of it, and the depth of each of its rows."""

    numerals: tuple[Numeral, ...]
    lines: Floats
    strong: Floats
    rows: Floats = field(repr=False)
    depths: Floats = field(repr=False)

    def error(self, points) -> float:
        """Return the largest error of depth points, between the first and the last."""
        at = np.array([point.row for point in points])
        rows = self.rows[(self.rows >= at[0]) & (self.rows <= at[-1])]
        proposed = np.interp(rows, at, [point.depth for point in points])
        return float(np.abs(proposed - np.interp(rows, self.rows, self.depths)).max())


def column(
    rng: np.random.Generator,
    *,
    top: float = 5040.0,
    bottom: float = 6730.0,
    scale: float = 10.0,
    step: float = 100.0,
    line: float = 2.0,
    heavy: float = 10.0,
    wander: float = 0.01,
    slips: int = 0,
    slip: tuple[float, float] = (5.0, 16.0),
    offset: float = 0.0,
    jitter: float = 1.0,
    length: float = 20.0,
    lost: float = 0.0,
    misread: float = 0.0,
    garbage: int = 0,
    lines_lost: float = 0.0,
    lines_spare: float = 0.0,
    digits: int | None = None,
    noise: float = 0.3,
) -> Column:
    """Make a depth column.

    Depth runs from top to bottom at a scale in rows per unit, which wanders slowly and
    has slips, where the feed stuck and rows come twice. Numerals are lost, misread,
    shortened to their last digits and joined by garbage; lines are lost and to spare.
    """
    depths = np.arange(top, bottom + 1e-9, 0.1)
    phase, waves = rng.uniform(0, 2 * np.pi), rng.uniform(1, 4)
    pace = scale * (
        1 + wander * np.sin(phase + waves * np.linspace(0, 6.28, len(depths)))
    )
    rows = 500 + np.concatenate([[0.0], np.cumsum(pace[1:] * 0.1)])
    for at in rng.uniform(0.02, 0.98, slips):
        rows[int(at * len(rows)) :] += rng.uniform(*slip)

    def row_of(depth: Floats) -> Floats:
        return np.interp(depth, depths, rows)

    marks = np.arange(np.ceil(top / line) * line, bottom + 1e-9, line)
    seen = rng.random(len(marks)) >= lines_lost
    spare = rng.uniform(rows[0], rows[-1], round(lines_spare * len(marks)))
    lines = np.unique(
        np.concatenate([row_of(marks[seen]) + rng.normal(0, noise, seen.sum()), spare])
    )
    bold = np.arange(np.ceil(top / heavy) * heavy, bottom + 1e-9, heavy)
    bold = bold[rng.random(len(bold)) >= lines_lost]
    strong = np.unique(row_of(bold) + rng.normal(0, noise, len(bold)))
    numerals = []
    for depth in np.arange(np.ceil(top / step) * step, bottom + 1e-9, step):
        text = str(round(depth))
        if digits is not None:
            text = text[-digits:]
        if rng.random() < misread:
            at = int(rng.integers(len(text)))
            text = text[:at] + MISREAD.get(text[at], "7") + text[at + 1 :]
        if rng.random() >= lost:
            row = float(row_of(np.array(depth))) + offset + rng.normal(0, jitter)
            numerals.append(Numeral(row, 600.0, text, rows=length, columns=40.0))
    for row in rng.uniform(rows[0], rows[-1], garbage):
        text = str(int(rng.integers(10, 20_000)))
        numerals.append(Numeral(float(row), 600.0, text, confidence=0.6, rows=length))
    return Column(tuple(numerals), lines, strong, rows, depths)
