"""One rock under all the curves of a track: common beds, and arrays that run together.

Tools in one hole pass the same boundaries. A bed has a value for each curve, and the
values of two curves hang together, often with opposite signs, as those of density and
neutron do; each tool then smooths and roughens them in its own way. Measured on logs,
two curves of a well have correlations of .05 to .75 in size, and beds of all lengths
from a few feet to hundreds add up, so that a stretch of a page is calm and its
neighbour is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.synth.courses import Course, enlivened, place, vertex_rows
from veernet.synth.curves import Manner
from veernet.synth.signals import correlated_noise, smooth

THICKNESS = ((1.5, 6.0), (8.0, 40.0), (60.0, 300.0))
"""Ranges of the mean thickness of beds, of groups and of formations, in feet."""

HEIGHTS = (0.5, 0.7, 0.8)
"""What each of these lengths adds to the spread of a curve at most, in spreads."""

ROUGHNESS = (0.02, 0.5)
"""Range of the size of a curve's own noise within beds, in spreads."""

RESPONSE = (0.2, 2.5)
"""Range of the standard deviation of a tool's vertical response, in feet."""

CORRELATION = (0.2, 0.97)
"""Range of the correlation of a curve's beds with those of the rock, in size."""

OPPOSITE = 0.35
"""Share of the curves that the rock moves the other way."""

TOGETHER = 0.3
"""Share of the curves, after the first, on the scale of the one before."""

ARRAY_STEP = (0.7, 4.0)
"""Range of the columns between two neighbours of an array where they run together."""

ARRAY_SPREAD = (0.01, 0.12)
"""Range of the share of the track by which invasion parts two neighbours at most."""


@dataclass(frozen=True)
class Rock:
    """Beds, groups of beds and formations.

    Parameters
    ----------
    bed
        For each of the lengths, (samples,) the number of the bed at each sample.
    value
        For each of the lengths, (beds,) what a curve that follows the rock reads.
    step
        Feet between two samples.
    """

    bed: tuple[NDArray[np.intp], ...]
    value: tuple[Floats, ...]
    step: float


def draw_rock(rng: np.random.Generator, count: int, step: float) -> Rock:
    """Draw the beds below so many samples, some feet apart.

    Boundaries are a Poisson process at each of three lengths.

    Parameters
    ----------
    rng
        Where every draw comes from.
    count, step
        Number of samples, and the feet between them.
    """
    beds, values = [], []
    for thickness, height in zip(THICKNESS, HEIGHTS, strict=True):
        mean = np.exp(rng.uniform(*np.log(thickness))) / step
        lengths = rng.exponential(mean, int(2 * count / mean) + 8)
        begin = np.cumsum(lengths) - rng.uniform(0, mean)
        beds.append(np.searchsorted(begin, np.arange(count), side="right"))
        values.append(height * rng.uniform(0.4, 1.0) * _bed_values(rng, begin.size + 1))
    return Rock(tuple(beds), tuple(values), step)


def log_of(rng: np.random.Generator, rock: Rock, correlation: float) -> Floats:
    """Draw what a tool reads of a rock.

    Parameters
    ----------
    rng
        Draws the tool: its response, its noise, and what it reads that others do not.
    rock
        The beds.
    correlation
        Of the values of its beds with those of the rock, -1 to 1.

    Returns
    -------
    (samples,) float64
        In spreads about zero.
    """
    alone = np.sqrt(max(1.0 - correlation**2, 0.0))
    shape = np.zeros(rock.bed[0].size)
    for bed, value in zip(rock.bed, rock.value, strict=True):
        own = value.std() * rng.standard_normal(value.size)
        shape += (correlation * value + alone * own)[bed]
    size = np.exp(rng.uniform(*np.log(ROUGHNESS)))
    busy = np.minimum(rng.exponential(1.0, rock.value[0].size), 3.0)[rock.bed[0]]
    noise = correlated_noise(rng, shape.size, rng.uniform(0.3, 3.0) / rock.step)
    response = np.exp(rng.uniform(*np.log(RESPONSE))) / rock.step
    return smooth(shape + size * busy * noise, response)


def rock_courses(
    rng: np.random.Generator,
    count: int,
    rows: int,
    rows_per_foot: float,
    manner: Manner,
) -> list[Course]:
    """Draw the curves of a track that all follow one rock.

    Parameters
    ----------
    rng
        Where every draw comes from.
    count, rows, rows_per_foot
        Number of curves; of the strip, and its depth scale.
    manner
        How lively curves are.
    """
    at = vertex_rows(rng, rows, rows_per_foot, manner)
    rock = draw_rock(rng, at.size, float(at[1] - at[0]) / rows_per_foot)
    courses: list[Course] = []
    shape = np.zeros(at.size)
    for _ in range(count):
        size = rng.uniform(*CORRELATION)
        before, shape = (
            shape,
            log_of(rng, rock, -size if rng.random() < OPPOSITE else size),
        )
        if courses and rng.random() < TOGETHER:
            course = _on_the_scale_of(courses[-1], before, shape)
        else:
            course = Course(at, *place(rng, shape, "beds", manner))
            course = enlivened(rng, course, manner)
        courses.append(course)
    return courses


def array_courses(
    rng: np.random.Generator,
    count: int,
    rows: int,
    rows_per_foot: float,
    width: float,
    manner: Manner,
) -> list[Course]:
    """Draw an array: curves that read one rock from shallow to deep.

    In tight rock they run a pixel or a few apart, or on top of each other, for long
    stretches; where mud has invaded they part in their order, and now and then turn it.

    Parameters
    ----------
    rng
        Where every draw comes from.
    count, rows, rows_per_foot, width
        Number of curves; of the strip, its depth scale, and the track's columns.
    manner
        How lively curves are.
    """
    at = vertex_rows(rng, rows, rows_per_foot, manner)
    rock = draw_rock(rng, at.size, float(at[1] - at[0]) / rows_per_foot)
    base, wraps = place(rng, log_of(rng, rock, 1.0), "beds", manner)
    invaded = _bed_values(rng, rock.value[1].size)[rock.bed[1]]
    response = rng.uniform(0.5, 3.0) / rock.step
    invaded = smooth(np.maximum(invaded + rng.uniform(-0.8, 0.4), 0.0), response)
    parted = rng.uniform(*ARRAY_STEP) / width + rng.uniform(*ARRAY_SPREAD) * invaded
    order = np.arange(count) - rng.uniform(0, count - 1)
    courses = []
    for place_in_order in order:
        # The deeper a tool looks, the less it resolves along the hole.
        blurred = smooth(base, rng.uniform(0.0, 1.2) / rock.step)
        noise = correlated_noise(rng, at.size, rng.uniform(0.3, 2.0) / rock.step)
        own = rng.uniform(0.0, 1.5) / width * noise
        courses.append(Course(at, blurred + place_in_order * parted + own, wraps))
    return courses


def _bed_values(rng: np.random.Generator, count: int) -> Floats:
    """Draw (count,) values of beds: two facies a spread or so apart, and a scatter."""
    facies = rng.choice(np.array([-1.0, 1.0]), count) * rng.uniform(0.2, 1.0)
    return np.asarray(facies + rng.normal(0, 0.5, count))


def _on_the_scale_of(near: Course, its_shape: Floats, shape: Floats) -> Course:
    """Lay a shape where an earlier curve runs, with its middle and its spread."""
    middle = float(np.nanmedian(near.fraction))
    spread = float(np.nanstd(near.fraction)) / max(float(its_shape.std()), 0.1)
    fraction = middle + spread * (shape - np.median(shape))
    at = near.rows if near.rows.size == shape.size else None
    if at is None:  # drawn as stairs: it has vertices of its own
        at = np.linspace(near.rows[0], near.rows[-1], shape.size)
    return Course(at, fraction, near.wraps)
