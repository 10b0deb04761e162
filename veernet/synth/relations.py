"""Relations of the curves of a track: apart, crossing, overlapping, amplified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from veernet.axes import Floats
from veernet.synth.courses import Course, draw_course
from veernet.synth.curves import Manner
from veernet.synth.signals import RealShapes, model_shape, smooth

Relation = Literal["free", "separate", "crossing"]

SEPARATION = 14.0
"""Columns that separate curves keep between each other at every row, at least."""

KNOTS = (90.0, 240.0)
"""Rows from one crossing to the next."""

STANDS_OFF = 20.0
"""Columns by which a curve leaves the one that it crosses, at least: less, and nobody
could say whether they crossed or touched."""

DENSE = 4.0
"""Rows between the vertices that are added where one curve follows another."""


def draw_courses(
    rng: np.random.Generator,
    count: int,
    rows: int,
    rows_per_foot: float,
    width: float,
    *,
    manner: Manner,
    relation: Relation = "free",
    shapes: RealShapes | None = None,
) -> tuple[Course, ...]:
    """Draw where all the curves of a track run.

    Parameters
    ----------
    rng
        Where every draw comes from.
    count, rows, rows_per_foot, width
        Number of curves; of the strip, its depth scale, and the track's columns.
    manner
        How lively curves are, and the shares of the company they keep.
    relation
        ``separate`` keeps all of them 14 columns apart at least, ``crossing`` makes
        each cross the one before again and again, ``free`` neither.
    shapes
        Real curves to take shapes from.
    """
    courses: list[Course] = []
    for _ in range(count):
        if courses and relation == "crossing":
            courses.append(crossing(rng, courses[-1], rows_per_foot, width))
            continue
        near = None
        kind = rng.random() if courses and relation == "free" else 1.0
        which = int(rng.integers(len(courses))) if courses else 0
        if kind < manner.beside:
            near = courses[which]
        kind -= manner.beside
        if 0 <= kind < manner.cross:
            courses.append(crossing(rng, courses[which], rows_per_foot, width))
            continue
        kind -= manner.cross
        if 0 <= kind < manner.amplify:
            courses[which], other = amplified(rng, courses[which])
            courses.append(other)
            continue
        kind -= manner.amplify
        course = draw_course(
            rng, rows, rows_per_foot, manner=manner, shapes=shapes, near=near
        )
        if 0 <= kind < manner.coincide:
            course = coinciding(rng, course, courses[which], width)
        if relation == "crossing":
            course = replace(course, fraction=_limited(course.fraction - 0.5, 0.42))
            course = replace(course, fraction=course.fraction + 0.5)
        courses.append(course)
    if relation == "separate" and count > 1:
        courses = separated(rng, courses, width)
    return tuple(courses)


def crossing(
    rng: np.random.Generator, near: Course, rows_per_foot: float, width: float
) -> Course:
    """Draw a curve that keeps crossing another, now at clear, now at shallow angles.

    Between two crossings it stands off to one side, by some columns or by a third of
    the track, and from crossing to crossing the side changes.

    Parameters
    ----------
    rng, rows_per_foot, width
        Where draws come from; the depth scale, and the track's columns.
    near
        The curve to cross; what lies on the track of it stays crossed on the track.
    """
    first, last = near.rows[0], near.rows[-1]
    at = np.union1d(near.rows, np.arange(first, last, DENSE))
    gaps = rng.uniform(*KNOTS, int((last - first) / KNOTS[0]) + 4)
    knots = first - rng.uniform(0, KNOTS[1]) + np.cumsum(np.r_[0.0, gaps])
    stretch = np.searchsorted(knots, at, side="right") - 1
    along = (at - knots[stretch]) / gaps[stretch]
    low, high = np.log(STANDS_OFF), np.log(max(0.35 * width, 1.5 * STANDS_OFF))
    heights = np.exp(rng.uniform(low, high, gaps.size)) / width
    sides = np.where(np.arange(gaps.size) % 2, 1.0, -1.0)
    shape = np.sin(np.pi * along) ** rng.uniform(0.6, 1.0, gaps.size)[stretch]
    step = float(np.median(np.diff(at))) / rows_per_foot
    detail = model_shape(rng, at.size, step, "active")
    # Detail of its own may change how far it stands off, but not to which side.
    roughness = rng.uniform(0.0, 0.5)
    shape = shape * np.exp(roughness * np.clip(detail, -2.0, 2.0))
    away = (sides * heights)[stretch] * shape
    base = near.at(at)
    if not near.wraps:
        inside = (base > 0.03) & (base < 0.97)
        kept = np.clip(away, 0.03 - base, 0.97 - base)
        away = np.where(inside, kept, away)
    return Course(at, base + away, near.wraps)


def coinciding(
    rng: np.random.Generator, course: Course, near: Course, width: float
) -> Course:
    """Lay a curve on top of another for long stretches, and let it leave in between."""
    at = np.union1d(near.rows, course.rows)
    apart = np.zeros(at.size)
    row = at[0] - rng.uniform(0, 150)
    while row < at[-1]:
        row += rng.uniform(30, 250)
        leave, length = row, rng.uniform(20, 160)
        turn = rng.uniform(3, 30)
        rise = np.minimum(at - leave, leave + length - at) / turn
        apart = np.maximum(apart, np.clip(rise, 0.0, 1.0))
        row += length
    aside = float(rng.choice([0.0, rng.uniform(-2.5, 2.5)])) / width
    base = near.at(at) + aside
    return Course(at, base + apart * (course.at(at) - base), near.wraps)


def amplified(rng: np.random.Generator, near: Course) -> tuple[Course, Course]:
    """Repeat a curve at several times its scale, or at a fraction where it is off.

    Returns
    -------
    near, other : Course
        The curve, driven off scale where it is backed up, and its companion.
    """
    factor = float(rng.choice([2.0, 4.0, 5.0, 10.0]))
    low, middle, high = np.nanquantile(near.fraction, [0.05, 0.5, 0.95])
    mirrored = middle > 0.5
    fraction = 1.0 - near.fraction if mirrored else near.fraction
    if rng.random() < 0.5:
        rest = 1.0 - high if mirrored else low
        kept = fraction - rest + rng.uniform(0.0, 0.1)
        other = factor * kept
    else:
        top = float(np.nanquantile(fraction, rng.uniform(0.6, 0.9)))
        kept = fraction + max(1.0 - top, 0.0)
        other = np.where(kept > 0.98, kept / factor, np.nan)
    if mirrored:
        kept, other = 1.0 - kept, 1.0 - other
    wraps = bool(near.wraps and rng.random() < 0.5 and np.isfinite(other).all())
    return replace(near, fraction=kept, wraps=False), Course(near.rows, other, wraps)


def separated(
    rng: np.random.Generator, courses: Sequence[Course], width: float
) -> list[Course]:
    """Give each curve a lane of the track; the lanes wander together."""
    count = len(courses)
    least = min(2.2 * SEPARATION / width, 1.0 / count)
    spare = 1.0 - count * least
    shares = rng.dirichlet(np.full(count + 1, 3.0)) * spare
    strip_widths = least + shares[:count]
    order = rng.permutation(count)
    starts = np.zeros(count)
    starts[order] = np.r_[0.0, np.cumsum(strip_widths[order])[:-1]]
    at = courses[0].rows
    steps = rng.standard_normal(at.size)
    wander = smooth(steps, max(40.0 / float(np.median(np.diff(at))), 0.5))
    wander = shares[count] * (0.5 + 0.5 * np.tanh(2 * wander / max(wander.std(), 1e-9)))
    room = np.maximum(strip_widths - SEPARATION / width, 0.0) / 2
    made = []
    for course, start, strip_width, half in zip(
        courses, starts, strip_widths, room, strict=True
    ):
        rows = np.union1d(at, course.rows)
        fraction = course.at(rows)
        away = _limited(fraction - np.median(fraction), half)
        carried = np.interp(rows, at, wander)
        made.append(Course(rows, start + strip_width / 2 + away + carried))
    return made


def _limited(away: Floats, limit: float) -> Floats:
    """Bend a deflection so that it stays below a limit, and small ones unchanged."""
    if limit <= 0:
        return np.zeros_like(away)
    return np.asarray(limit * np.tanh(away / limit))
