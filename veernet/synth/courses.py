"""Courses: where the curves of a strip run, before any of them is given a pen."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from veernet.axes import Floats
from veernet.synth.curves import PAD, Manner
from veernet.synth.signals import KINDS, Kind, RealShapes, model_shape, smooth

SCATTER = (0.02, 0.4)
"""Standard deviations of a curve by which counts make it scatter: a gamma ray at 1,800
feet an hour scatters by some 5 % of its range."""

SAMPLE = 1.5
"""Fewest rows between the samples of such a curve: a pen draws no more of them."""


@dataclass(frozen=True)
class Course:
    """Where a curve runs.

    Parameters
    ----------
    rows, fraction
        (n,) vertices: row, and unfolded fraction of the track; NaN where the pen is up.
    wraps
        Whether ink that leaves an edge continues from the other.
    """

    rows: Floats
    fraction: Floats
    wraps: bool = False

    def at(self, rows: Floats) -> Floats:
        """Return the fraction at any rows."""
        return np.interp(rows, self.rows, self.fraction)


def vertex_rows(
    rng: np.random.Generator, rows: int, rows_per_foot: float, manner: Manner
) -> Floats:
    """Return the rows of vertices: samples of a log, or a pen's unbroken motion."""
    per_foot = float(rng.choice(manner.samples_per_foot))
    spacing = max(rows_per_foot / per_foot, 0.5)
    if rng.random() < 0.35:
        spacing = rng.uniform(0.6, 1.5)
    return np.arange(-PAD - spacing, rows + PAD + spacing, spacing)


def place(
    rng: np.random.Generator, shape: Floats, kind: Kind, manner: Manner
) -> tuple[Floats, bool]:
    """Scale a shape to fractions of the track; also whether the curve wraps.

    Some curves stay on scale, some leave it and are drawn back from the other edge
    (wrap), some leave it and are not drawn, and some stick at an edge (saturation).
    """
    if kind == "quiet":
        spread = rng.uniform(0.002, 0.12)
        wraps = bool(rng.random() < 0.5 * manner.wrap)
        return rng.uniform(0.03, 0.97) + spread * shape, wraps
    spread = np.exp(rng.uniform(*np.log(manner.spread)))
    wraps = bool(rng.random() < manner.wrap)
    centre = rng.uniform(0.15, 0.85)
    fraction = centre + spread * shape * (rng.uniform(1, 1.8) if wraps else 1.0)
    if not wraps and rng.random() < 0.15:
        low, high = rng.uniform(-0.01, 0.15), rng.uniform(0.85, 1.01)
        fraction = np.clip(fraction, low, high)
    return fraction, wraps


def draw_course(
    rng: np.random.Generator,
    rows: int,
    rows_per_foot: float,
    *,
    manner: Manner,
    shapes: RealShapes | None = None,
    near: Course | None = None,
) -> Course:
    """Draw where a curve runs.

    Parameters
    ----------
    rng
        Where every draw comes from.
    rows, rows_per_foot
        Of the strip, and its depth scale.
    manner
        How lively curves are.
    shapes
        Real curves to take shapes from.
    near
        A curve to run beside, crossing and meeting it, as two resistivities do.
    """
    if near is None and manner.ruled and rng.random() < manner.ruled:
        return ruled(rng, rows)
    at = near.rows if near else vertex_rows(rng, rows, rows_per_foot, manner)
    weights = np.array(manner.kinds)
    kind = KINDS[int(rng.choice(len(KINDS), p=weights / weights.sum()))]
    step = float(at[1] - at[0]) / rows_per_foot
    if shapes is not None and rng.random() < manner.real_share:
        shape = shapes.window(rng, at.size, step)
    else:
        shape = model_shape(rng, at.size, step, kind)
    if near is None:
        course = Course(at, *place(rng, shape, kind, manner))
        return enlivened(rng, course, manner)
    apart = rng.uniform(0.0, 0.08) * (0.3 + smooth(shape, 6.0))
    fraction = rng.uniform(0.7, 1.1) * (near.fraction - 0.5) + 0.5 + apart
    if rng.random() < 0.3:
        fraction = 1.0 - fraction
    return Course(at, fraction, near.wraps)


def enlivened(rng: np.random.Generator, course: Course, manner: Manner) -> Course:
    """Add what tools and recorders do to a reading, each at its share."""
    if manner.counted and rng.random() < manner.counted:
        course = counted(rng, course)
    if manner.spiky and rng.random() < manner.spiky:
        course = add_spikes(rng, course)
    if manner.saturate and rng.random() < manner.saturate:
        course = saturated(rng, course)
    if manner.edge and rng.random() < manner.edge:
        course = along_edge(rng, course)
    if manner.blocky and rng.random() < manner.blocky:
        course = held(course, every=float(np.exp(rng.uniform(np.log(6), np.log(60)))))
    if course.wraps and manner.once and rng.random() < manner.once:
        course = wrapped_once(course)
    return course


def counted(rng: np.random.Generator, course: Course) -> Course:
    """Scatter a curve from sample to sample, as counts of gamma rays do."""
    if course.rows[1] - course.rows[0] < SAMPLE:
        return course
    size = np.exp(rng.uniform(*np.log(SCATTER))) * np.nanstd(course.fraction)
    scatter = size * rng.standard_normal(course.fraction.size)
    return replace(course, fraction=course.fraction + scatter)


def add_spikes(rng: np.random.Generator, course: Course) -> Course:
    """Add spikes that cover much of the track within a few rows, alone or in swarms."""
    fraction = course.fraction.copy()
    first, last = course.rows[0], course.rows[-1]
    rate = np.exp(rng.uniform(np.log(0.004), np.log(0.06)))
    middles = rng.uniform(first, last, int(rng.poisson(rate * (last - first))) + 1)
    if rng.random() < 0.4:
        heart, reach = rng.uniform(first, last), rng.uniform(10, 60)
        middles = np.r_[middles, rng.normal(heart, reach, int(rng.integers(4, 24)))]
    tall, side = rng.uniform(0.15, 0.9), 1.0 if rng.random() < 0.5 else -1.0
    one_sided = rng.random() < 0.7
    blunt = rng.uniform(1.0, 1.6)
    for middle in middles:
        half = np.exp(rng.uniform(np.log(1.2), np.log(9.0)))
        direction = side if one_sided or rng.random() < 0.5 else -side
        near = slice(*np.searchsorted(course.rows, (middle - half, middle + half)))
        away = np.abs(course.rows[near] - middle) / half
        height = tall * rng.exponential(1.0) * direction
        fraction[near] += height * np.minimum(blunt * (1.0 - away), 1.0)
    return replace(course, fraction=fraction)


def saturated(rng: np.random.Generator, course: Course) -> Course:
    """Push a curve against an edge of the track, where it stays at its limit."""
    at_left = rng.random() < 0.5
    middle = float(np.quantile(course.fraction, rng.uniform(0.2, 0.8)))
    limit = float(rng.choice([0.0, 0.0, rng.uniform(-0.01, 0.06)]))
    if at_left:
        fraction = np.maximum(course.fraction - middle, 0.0) + limit
    else:
        fraction = 1.0 - limit - np.maximum(middle - course.fraction, 0.0)
    return replace(course, fraction=fraction, wraps=False)


def along_edge(rng: np.random.Generator, course: Course) -> Course:
    """Let a curve run along an edge of the track, and leave it where it is high.

    Unlike one that rests at its limit it goes on to move there, on both sides of the
    edge: a zero line that is the edge.
    """
    at_left = rng.random() < 0.5
    fraction = course.fraction if at_left else 1.0 - course.fraction
    low, middle = np.nanquantile(fraction, [0.02, rng.uniform(0.4, 0.9)])
    calm = rng.uniform(0.0, 0.15)
    above = np.maximum(fraction - middle, 0.0)
    below = np.minimum(fraction, middle) - low
    fraction = calm * below + above + rng.uniform(-0.01, 0.03)
    return replace(course, fraction=fraction if at_left else 1.0 - fraction)


def wrapped_once(course: Course) -> Course:
    """Lift the pen of a wrapping curve where it is off its back-up scale as well.

    Paper has room for one wrap to the right; what is higher, or below zero, is not
    drawn, and the curve comes back wrapped below that.
    """
    drawn = (course.fraction >= 0.0) & (course.fraction <= 2.0)
    return replace(course, fraction=np.where(drawn, course.fraction, np.nan))


def ruled(rng: np.random.Generator, rows: int) -> Course:
    """Draw a line that no tool measures: straight stretches, steps between them.

    The size of the bit, the tension of the cable, a line by hand: nobody lists them,
    and they are drawn like curves.
    """
    count = int(rng.integers(2, 6))
    knots = np.sort(rng.uniform(-PAD, rows + PAD, count))
    knots = np.r_[-PAD - 1.0, knots, rows + PAD + 1.0]
    levels = np.clip(rng.uniform(0.03, 0.97) + rng.normal(0, 0.06, knots.size), 0, 1)
    if rng.random() < 0.5:  # steps
        at = np.sort(np.r_[knots[:-1], knots[1:] - 1 / 3])
        return Course(at, np.repeat(levels[:-1], 2))
    return Course(knots, levels)


def held(course: Course, every: float) -> Course:
    """Hold each reading over so many rows and step to the next: stairs."""
    edges = np.arange(course.rows[0], course.rows[-1] + every, every)
    values = course.at(edges + every / 2)
    # Two vertices a third of a row apart make a step of the pen.
    rows = np.stack([edges + 1 / 6, edges + every - 1 / 6], axis=1).ravel()
    return replace(course, rows=rows, fraction=np.repeat(values, 2))


def interrupted(
    rng: np.random.Generator, course: Course, rows: int, *, rests: bool = True
) -> Course:
    """Lift the pen before, after or between two rows of the strip.

    Parameters
    ----------
    rng, course, rows
        Where draws come from; the curve, and the rows of the strip.
    rests
        Now and then the pen rests at an edge before it is lifted or after it is set.
    """
    kind = rng.random()
    at = float(rng.uniform(0.1, 0.9) * rows)
    if kind < 0.4:
        up = course.rows < at
    elif kind < 0.8:
        up = course.rows > at
    else:
        up = np.abs(course.rows - at) < rng.uniform(4, 0.25 * rows)
    if rests and kind < 0.8 and rng.random() < 0.3:
        # A tool that is switched on or off runs along an edge, or to it.
        resting = np.where(rng.random() < 0.5, 0.0, 1.0)
        near = np.abs(course.rows - at) < rng.uniform(3, 40)
        course = replace(course, fraction=np.where(near, resting, course.fraction))
    return replace(course, fraction=np.where(up, np.nan, course.fraction))
