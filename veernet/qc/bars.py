"""Which stretches of a reading to look at: those that stand out, joined to places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np

from veernet.axes import Floats
from veernet.qc.listing import ListedStretch

READ, ON_INK, EXPLAINED, SURE = 0.8, 0.8, 0.3, 0.35
"""Floors, whatever the rest of the log is like: of what is read, of the samples on ink,
of the ink explained, and of the mean confidence. Their medians on three real scans are
1, 1, .8 to 1 and .7 to .95 (README of this folder)."""

SOUND = 0.95, 0.75, 0.5
"""On ink, explained, and mean confidence, from which a stretch is sound, however much
better others are. Pieces of a broken grid, hatching and lettering count as ink."""

OUTLIER = 3.0
"""Spreads below the median of its curve from which a stretch stands out."""

STEADY = 0.04, 0.05, 0.05
"""Least spreads of these three that are reckoned with."""

LETTERING = 2
"""Neighbouring stretches in which ink is left over, and nothing else is odd, that are
no lettering on the log: the name of a curve beside it is shorter."""

NORMAL = 1.349
"""Interquartile ranges of a normal distribution in a standard deviation."""


@dataclass(frozen=True)
class Place:
    """Neighbouring stretches of a curve that miss a bar.

    Parameters
    ----------
    curve, track
        Which.
    top, base
        Depths from and to.
    why
        What they miss, in words.
    badness
        The worst of them: a worse place comes first; a longer one of two alike.
    """

    curve: str
    track: str
    top: float
    base: float
    why: str
    badness: float


def outliers(stretches: Sequence[ListedStretch]) -> dict[tuple[str, float], str]:
    """Return what each stretch that is to be looked at misses.

    A stretch misses a bar where too little is read or known for any log, or where it is
    clearly worse than its own curve is elsewhere: worn paper and hatching lower the
    figures of all of a log, and say nothing of where to look.

    Parameters
    ----------
    stretches
        Of all curves of a reading.

    Returns
    -------
    dict
        Words by mnemonic and depth at which the stretch begins.
    """
    found: dict[tuple[str, float], str] = {}
    for _, own in _grouped(stretches, "curve"):
        on_ink = _bar(own, "on_ink", ON_INK, SOUND[0], STEADY[0])
        sure = _bar(own, "sure", SURE, SOUND[2], STEADY[2])
        for one in own:
            why = list(_misses(one, on_ink, sure))
            if why:
                found[one.curve, one.top] = ", ".join(why)
    tops = sorted({one.top for one in stretches})
    length = min((b - a for a, b in pairwise(tops)), default=0.0)
    for _, own in _grouped(stretches, "track"):
        bar = _bar(own, "explained", EXPLAINED, SOUND[1], STEADY[1])
        found |= _left_over([one for one in own if one.explained < bar], found, length)
    return found


def _left_over(
    left: Sequence[ListedStretch], found: Mapping[tuple[str, float], str], length: float
) -> dict[tuple[str, float], str]:
    """Return stretches of a track whose ink no curve explains, each of one curve.

    Ink that is left over is the track's: it is told once, of the curve that is least
    read or sure, and not where another word is said of any.
    """
    tops = sorted({one.top for one in left})
    reported: dict[tuple[str, float], str] = {}
    for top in tops:
        at = [one for one in left if one.top == top]
        beside = sum(abs(other - top) <= 1.5 * length for other in tops)
        if beside < LETTERING or any((one.curve, top) in found for one in at):
            continue
        one = min(at, key=lambda one: (one.read, np.nan_to_num(one.sure, nan=1)))
        reported[one.curve, top] = f"ink of {one.track} is left over"
    return reported


def places(stretches: Sequence[ListedStretch], length: float) -> list[Place]:
    """Join neighbouring stretches that miss a bar, the worst first.

    Parameters
    ----------
    stretches
        Of all curves.
    length
        Depth of a stretch.
    """
    found = outliers(stretches)
    joined: list[Place] = []
    for name, own in _grouped(stretches, "curve"):
        for run in _runs([one for one in own if (name, one.top) in found], length):
            words = dict.fromkeys(
                word for one in run for word in found[name, one.top].split(", ")
            )
            joined.append(
                Place(
                    name,
                    run[0].track,
                    run[0].top,
                    run[-1].top + length,
                    ", ".join(words),
                    max(one.badness for one in run),
                )
            )
    return sorted(
        joined, key=lambda one: (-one.badness, one.top - one.base, one.top, one.curve)
    )


def _misses(one: ListedStretch, on_ink: float, sure: float) -> Iterator[str]:
    if one.read < READ and not one.backup:
        yield "not read"
    if one.on_ink < on_ink:
        yield "off the ink"
    if one.sure < sure:
        yield "guessed"


def _bar(
    own: Sequence[ListedStretch], name: str, floor: float, sound: float, steady: float
) -> float:
    """Return the figure below which a stretch stands out of its like."""
    values: Floats = np.array([getattr(one, name) for one in own], dtype=np.float64)
    values = values[np.isfinite(values)]
    if not values.size:
        return floor
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    spread = max(steady, float(high - low) / NORMAL)
    return float(np.clip(middle - OUTLIER * spread, floor, sound))


def _grouped(
    stretches: Sequence[ListedStretch], name: str
) -> Iterator[tuple[str, list[ListedStretch]]]:
    """Yield the stretches of each curve, or track, from the top."""

    def key(one: ListedStretch) -> tuple[str, float]:
        return getattr(one, name), one.top

    for group, own in groupby(sorted(stretches, key=key), lambda one: key(one)[0]):
        yield group, list(own)


def _runs(own: Sequence[ListedStretch], length: float) -> Iterator[list[ListedStretch]]:
    """Yield stretches that follow on each other."""
    run: list[ListedStretch] = []
    for one in own:
        if run and one.top - run[-1].top > 1.5 * length:
            yield run
            run = []
        run.append(one)
    if run:
        yield run
