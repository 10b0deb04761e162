"""Plotters: how one recorder breaks the lines of all the styles that it draws.

Every maker's table of dashes is another. At 200 dots per inch one draws long dashes of
51 pixels and 12 off, another of 12 and 4, so that the long dash of one is shorter than
the short dash of the other. What they have in common is an order: of one plotter a long
dash has the longer mark and covers more of its period than a short dash, and that more
than a dot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from veernet.dashes import DASHES
from veernet.records import Line

Pattern = tuple[float, ...]
"""Pixels on, off, on ... along the curve."""

DOT_MARK = (1.6, 9.0)
"""Range of the length of a dot in pixels at 200 dots per inch. Tables in use have 2 to
8: 7 (``DASHES``), 4, and 2 of a plotter that counts in line widths."""

DOT_DUTY = (0.35, 0.56)
"""Range of the share of its period that a dot inks; tables in use have .38 to .5."""

SHORT_TO_DOT = (1.6, 4.2)
LONG_TO_SHORT = (1.4, 2.6)
"""Ranges of the ratios of marks; tables in use have 2 to 3.7, and 1.5 to 2."""

SHORT_DUTY = (0.48, 0.74)
LONG_DUTY = (0.7, 0.88)
"""Ranges of shares of the period; tables in use have .5 to .7, and .75 to .81."""

DUTY_STEP = 0.06
"""Share of the period by which styles next to each other differ, at least."""

CLEAR = 1.4
"""Pixels of paper, at least, that remain between two dots, or no eye sees a gap."""


@dataclass(frozen=True)
class Plotter:
    """The dash patterns of one recorder.

    Parameters
    ----------
    dashes
        By style: pixels on, off, on ... along the curve at 200 dots per inch. The style
        ``dash-dot`` has a mark, a gap, a dot and a gap; the others a mark and a gap.
    """

    dashes: Mapping[Line, Pattern]

    def smallest_size(self, width: float) -> float:
        """Return the least size, against the table, at which dots stay apart.

        Parameters
        ----------
        width
            Pixels across the broadest stroke: no mark is shorter, as its ends are
            round.
        """
        mark, gap = self.dashes["dot"]
        return (max(width, 1.0) + CLEAR) / (mark + gap)


USUAL = Plotter(DASHES)
"""The recorder whose table the tracer begins with."""


def draw_plotter(rng: np.random.Generator) -> Plotter:
    """Draw the dash patterns of a recorder that nobody has seen yet.

    Parameters
    ----------
    rng
        Where every draw comes from.

    Returns
    -------
    Plotter
        Marks: long dash > short dash > dot. Duty cycles: long dash > short dash > dot.
    """

    def ratio(low: float, high: float) -> float:
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))

    dot = ratio(*DOT_MARK)
    short = dot * ratio(*SHORT_TO_DOT)
    long = short * ratio(*LONG_TO_SHORT)
    dot_duty = float(rng.uniform(*DOT_DUTY))
    short_duty = max(float(rng.uniform(*SHORT_DUTY)), dot_duty + DUTY_STEP)
    long_duty = max(float(rng.uniform(*LONG_DUTY)), short_duty + DUTY_STEP)
    gaps = [_gap(dot, dot_duty), _gap(short, short_duty), _gap(long, long_duty)]
    mark = float(rng.uniform(short, long))
    point = dot * float(rng.uniform(0.7, 1.1))
    gap = float(rng.uniform(min(gaps), max(gaps)))
    return Plotter(
        {
            "long-dash": (long, gaps[2]),
            "short-dash": (short, gaps[1]),
            "dot": (dot, gaps[0]),
            "dash-dot": (mark, gap, point, gap),
        }
    )


def _gap(mark: float, duty: float) -> float:
    """Return the gap that follows a mark of a duty cycle."""
    return mark * (1 - duty) / duty
