"""Pens: the style, the weight and the wear of a stroke, and curves drawn with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from veernet.axes import Floats
from veernet.records import Line, Weight
from veernet.synth.courses import Course, draw_course
from veernet.synth.curves import DrawnCurve, Manner
from veernet.synth.dashes import BROKEN, dash_cuts, worn_gaps
from veernet.synth.ink import arc_length
from veernet.synth.plotters import USUAL, Plotter, draw_plotter
from veernet.synth.signals import RealShapes, smooth

STROKES: dict[Weight, tuple[float, float]] = {
    "thin": (1.0, 1.9),
    "medium": (1.8, 3.0),
    "heavy": (2.8, 4.4),
}
"""Ranges of stroke width in pixels at 200 dots per inch."""

HAIRLINE = (0.8, 1.2)
BROAD = (4.4, 6.5)
"""Ranges of the thinnest of the thin strokes and the broadest of the heavy ones."""


PLOTTED = (0.45, 1.3)
"""Range of the strokes of a vector plot, in its pixels."""

SPREAD = 0.1
"""Share of the spread of dash sizes between logs that is left within a track."""

PLOTTER_SIZE = (0.8, 1.25)
"""Range of the size of a drawn plotter's dashes against its own table: paper is copied
larger and smaller."""


@dataclass(frozen=True)
class Pen:
    """What two curves of one style have in common.

    Parameters
    ----------
    line, weight
        Style.
    width
        Pixels across the stroke.
    darkness, dash
        Of the ink, and size of the dashes against the table; None to be drawn.
    plotter
        Whose table of dashes that is.
    """

    line: Line
    weight: Weight
    width: float
    darkness: float | None = None
    dash: float | None = None
    plotter: Plotter = USUAL

    def made(self, rng: np.random.Generator, scale: float) -> Pen:
        """Draw what is not known of the pen yet, so that two curves can share it."""
        return replace(self, darkness=draw_darkness(rng), dash=draw_dash(rng, scale))


def draw_line(rng: np.random.Generator, lines: Sequence[Line]) -> Line:
    """Draw a style from those allowed."""
    return lines[int(rng.integers(len(lines)))]


def draw_darkness(rng: np.random.Generator) -> float:
    """Draw the darkness of the ink: black more often than not."""
    return float(rng.choice([1.0, 1.0, rng.uniform(0.6, 1.0)]))


def draw_dash(rng: np.random.Generator, scale: float) -> float:
    """Draw the size of dashes against those of the table."""
    return float(scale * np.exp(rng.uniform(np.log(0.5), np.log(1.2))))


def draw_pen(rng: np.random.Generator, line: Line, scale: float, manner: Manner) -> Pen:
    """Draw the weight and the width of a stroke of a style."""
    weight: Weight = ("thin", "medium", "heavy")[int(rng.choice(3, p=[0.4, 0.4, 0.2]))]
    span = STROKES[weight]
    if weight == "thin" and manner.hairline and rng.random() < manner.hairline:
        span = HAIRLINE
    if weight == "heavy" and manner.broad and rng.random() < manner.broad:
        span = BROAD
    return Pen(line, weight, float(rng.uniform(*span) * np.clip(scale, 0.8, 1.9)))


def draw_pens(
    rng: np.random.Generator,
    lines: Sequence[str],
    curves: tuple[int, int],
    scale: float,
    manner: Manner,
    *,
    plot: bool = False,
) -> tuple[Pen, ...]:
    """Draw the pens of a track: of styles that are given, or of any number and style.

    Parameters
    ----------
    rng, scale, manner
        Where draws come from; size of strokes and dashes; the share of equal pens.
    lines
        Style of each, ``broken`` for any broken one; a style that is given twice is
        drawn with one pen. Empty for any.
    curves
        Fewest and most, where no styles are given; many are rare.
    plot
        Strokes of a plot: about a pixel across or half of one.
    """

    def made(line: Line) -> Pen:
        pen = draw_pen(rng, line, scale, manner)
        if plot:
            pen = replace(pen, weight="thin", width=float(rng.uniform(*PLOTTED)))
        return pen.made(rng, scale)

    pens: list[Pen] = []
    if lines:
        for index, name in enumerate(lines):
            if name in lines[:index] and name != "broken":
                pens.append(pens[lines.index(name)])
                continue
            line: Line = draw_line(rng, BROKEN) if name == "broken" else name  # type: ignore[assignment]
            pens.append(made(line))
        return _of_one_plotter(rng, _of_one_size(pens), scale, manner)
    spare = curves[1] - curves[0]
    evenly = rng.random() < 0.25
    more = rng.integers(spare + 1) if evenly else rng.binomial(spare, 0.35)
    for _ in range(curves[0] + int(more)):
        if pens and rng.random() < manner.alike:
            pens.append(pens[int(rng.integers(len(pens)))])
            continue
        line = "solid" if rng.random() < 0.5 else draw_line(rng, BROKEN)
        pens.append(made(line))
    return _of_one_plotter(rng, _of_one_size(pens), scale, manner)


def _of_one_size(pens: Sequence[Pen]) -> tuple[Pen, ...]:
    """Bring the dashes of all pens of a track to nearly the size of the first one's.

    One recorder draws them all. Dashes are long or short beside each other: of sizes of
    their own, the short ones of a track could be the longer.
    """
    sizes = np.array([pen.dash for pen in pens], dtype=np.float64)
    even = sizes[:1] * (sizes / sizes[:1]) ** SPREAD
    return tuple(
        replace(pen, dash=float(size)) for pen, size in zip(pens, even, strict=True)
    )


def _of_one_plotter(
    rng: np.random.Generator, pens: tuple[Pen, ...], scale: float, manner: Manner
) -> tuple[Pen, ...]:
    """Give all pens of some tracks the dashes of one plotter that is drawn for them."""
    if not manner.plotters or rng.random() >= manner.plotters:
        return pens
    plotter = draw_plotter(rng)
    size = scale * float(np.exp(rng.uniform(*np.log(PLOTTER_SIZE))))
    broadest = max((pen.width for pen in pens if pen.line != "solid"), default=0.0)
    size = max(size, plotter.smallest_size(broadest))
    return tuple(replace(pen, plotter=plotter, dash=size) for pen in pens)


def pen_width(
    rng: np.random.Generator, columns: Floats, rows: Floats, nominal: float
) -> Floats:
    """Stroke width at each vertex: steady, or uneven and thinner where the pen ran."""
    width = np.full(rows.size, nominal)
    if rng.random() < 0.35:
        uneven = smooth(rng.standard_normal(rows.size), rng.uniform(3, 30))
        width *= np.exp(rng.uniform(0.05, 0.25) * uneven / max(uneven.std(), 1e-6))
    if rng.random() < 0.3:
        speed = np.nan_to_num(np.abs(np.gradient(columns, rows)))
        width *= np.maximum((1 + speed / 4) ** -rng.uniform(0.1, 0.45), 0.35)
    return np.asarray(np.clip(width, 0.35, 13.0))


def ink_course(
    rng: np.random.Generator, course: Course, pen: Pen, width: float, scale: float
) -> DrawnCurve:
    """Draw a course with a pen, on a track of so many columns.

    Parameters
    ----------
    rng
        Draws the unevenness of the stroke, its wear and the phase of its dashes.
    course, pen
        Where the curve runs and what it is drawn with.
    width
        Columns of the track.
    scale
        Size of dashes against a print at 200 dots per inch, where the pen has none.
    """
    columns = course.fraction * width
    curve = DrawnCurve(
        rows=course.rows,
        fraction=course.fraction,
        line=pen.line,
        weight=pen.weight,
        width=pen_width(rng, columns, course.rows, pen.width),
        darkness=draw_darkness(rng) if pen.darkness is None else pen.darkness,
        wraps=course.wraps,
        overshoot=float(rng.choice([0.0, 0.0, rng.uniform(0, 14)])),
    )
    length = arc_length(course.rows, columns)
    if pen.line == "solid":
        # A bleached solid line breaks up too, but at no regular spacing.
        return (
            replace(curve, cuts=worn_gaps(rng, length)) if rng.random() < 0.1 else curve
        )
    jitter = float(rng.choice([0.0, 0.0, rng.uniform(0.05, 0.3)]))
    dash = draw_dash(rng, scale) if pen.dash is None else pen.dash
    dashes = pen.plotter.dashes
    cuts = dash_cuts(rng, pen.line, length, dash, pen.width, jitter, dashes)
    return replace(curve, cuts=cuts)


def draw_curve(
    rng: np.random.Generator,
    rows: int,
    rows_per_foot: float,
    width: float,
    line: Line,
    *,
    manner: Manner,
    scale: float = 1.0,
    shapes: RealShapes | None = None,
    near: DrawnCurve | None = None,
) -> DrawnCurve:
    """Draw a curve at random.

    Parameters
    ----------
    rng
        Where every draw comes from.
    rows, rows_per_foot, width
        Of the strip, its depth scale, and the track's columns.
    line
        Style.
    manner
        How lively curves are.
    scale
        Size of strokes and dashes against a print at 200 dots per inch.
    shapes
        Real curves to take shapes from.
    near
        A curve to run beside, crossing and meeting it, as two resistivities do.
    """
    beside = None if near is None else Course(near.rows, near.fraction, near.wraps)
    course = draw_course(
        rng, rows, rows_per_foot, manner=manner, shapes=shapes, near=beside
    )
    return ink_course(rng, course, draw_pen(rng, line, scale, manner), width, scale)
