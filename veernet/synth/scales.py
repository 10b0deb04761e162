"""Scale lines: where linear, logarithmic, hybrid and mixed grids rule a track."""

from __future__ import annotations

import numpy as np

Lines = tuple[tuple[float, ...], tuple[int, ...]]
"""Fraction of the track of each line, and its rank: 0 minor, 1 major."""


def draw_decades(rng: np.random.Generator) -> tuple[float, int]:
    """Draw a logarithmic scale: the first digit at its left edge, and its decades."""
    first = float(rng.choice([1.0, 1.0, 2.0, 2.0, 2.0, 4.0, 5.0]))
    return first, int(rng.choice([1, 2, 3, 4, 4, 5, 6]))


def linear_lines(rng: np.random.Generator) -> Lines:
    """Ten or twenty even divisions, or few, or none; majors at the middle or fifths."""
    count = int(rng.choice([10, 10, 20, 20, 4, 5, 8, 12, 1]))
    every = int(rng.choice([5, 5, 10, count + 1]))
    lines = range(1, count)
    return (
        tuple(i / count for i in lines),
        tuple(int(i % every == 0) for i in lines),
    )


def log_lines(rng: np.random.Generator, decades: tuple[float, int]) -> Lines:
    """Lines at 2 to 9 of each decade, or at fewer digits where the print is small."""
    start, count = np.log10(decades[0]), decades[1]
    digits = [(2, 3, 4, 5, 6, 7, 8, 9), (2, 4, 6, 8), (2, 5)][
        int(rng.choice(3, p=[0.7, 0.2, 0.1]))
    ]
    places: list[tuple[float, int]] = []
    for decade in range(count + 2):
        for digit in (1, *digits):
            fraction = (decade + np.log10(digit) - start) / count
            if 0 < fraction < 1:
                places.append((float(fraction), int(digit == 1)))
    fractions, ranks = zip(*places, strict=True) if places else ((), ())
    return tuple(fractions), tuple(ranks)


def hybrid_lines(rng: np.random.Generator) -> Lines:
    """Lines of a scale linear in resistivity at first and in conductivity from there.

    At half of the track (on some prints at three quarters) the two meet; resistivities
    at round multiples of the one there crowd towards the right edge.
    """
    meet = float(rng.choice([0.5, 0.5, 0.5, 0.75]))
    count = int(rng.choice([5, 10]))
    left = [(meet * i / count, int(i == count)) for i in range(1, count + 1)]
    multiples = [1.2, 1.4, 1.6, 2.0, 3.0, 4.0, 5.0, 10.0, 20.0]
    if rng.random() < 0.4:
        multiples = [1.25, 1.5, 2.0, 5.0, 10.0]
    right = [(1.0 - (1.0 - meet) / m, int(m in {2.0, 10.0})) for m in multiples]
    fractions, ranks = zip(*left, *right, strict=True)
    return tuple(fractions), tuple(ranks)


def mixed_lines(rng: np.random.Generator) -> Lines:
    """Return two scales side by side in one track, divided by a major line."""
    middle = float(rng.choice([0.5, rng.uniform(0.3, 0.7)]))
    halves = []
    for start, stop in ((0.0, middle), (middle, 1.0)):
        if rng.random() < 0.4:
            fractions, ranks = log_lines(rng, draw_decades(rng))
        else:
            fractions, ranks = linear_lines(rng)
        span = stop - start
        halves.append((tuple(start + span * f for f in fractions), ranks))
    (left, first), (right, second) = halves
    return (*left, middle, *right), (*first, 1, *second)


def draw_scale_lines(
    rng: np.random.Generator, decades: tuple[float, int] | None
) -> Lines:
    """Draw where a track is ruled, on a logarithmic scale if decades are given."""
    if decades is not None:
        return log_lines(rng, decades)
    kind = rng.random()
    if kind < 0.06:
        return hybrid_lines(rng)
    if kind < 0.12:
        return mixed_lines(rng)
    return linear_lines(rng)
