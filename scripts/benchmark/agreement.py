"""Two readings of one log beside each other, and a curve beside what it was made of.

Values are compared as fractions of one scale, that of the first section, at even depths
half a foot apart. Where the first is logarithmic a fraction is a share of its decades.
One constant depth offset is taken out of a pair, the same for all of its curves: the
one with which this tool's readings agree best. What remains in depth is measured in
windows: in each the shift at which the two agree best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmark.definitions import IdentitySet, PairedCurve, PairSet
from benchmark.methods import OURS
from benchmark.real import Section
from veernet.axes import Floats
from veernet.evaluate.measure import interpolate

STEP = 0.5
"""Depth units between the depths that are compared."""

FINE = 0.05
"""Depth units between the shifts that are tried."""

WINDOW = 40.0
"""Depth units of a window in which a shift is measured."""

SHIFT_REACH = 2.0
"""Depth units that a window's shift may reach to either side."""

FAINTEST = 1e-3
"""Fraction of the track: smaller differences are as good as none to an offset."""

LEAST_READ = 0.6
"""Share of a window that both must have read."""

LEAST_SPREAD = 0.02
"""Standard deviation in a window, as a fraction of the track, without which there is
nothing to align."""


@dataclass(frozen=True)
class Agreement:
    """How two readings of one curve agree, by one method.

    Parameters
    ----------
    test, method, curve
        Pair, who read it, which curve.
    depths, both
        Depths compared, and the share of them that both sections were read at.
    median, p90, bias, scatter
        Of the difference second less first, as a fraction of the track: median and
        90th percentile of its size, median, and half the distance between the 16th
        and the 84th percentile. None, for infinite, if nothing was read in both.
    aligned
        Median size of the difference once each window is shifted to fit: what is left
        if depth is not to blame.
    offset
        Depth of the second less depth of the first that was taken out.
    depth_bias, depth_scatter
        Median and standard deviation of what remains, over windows.
    windows
        How many there were.
    spread
        Half the distance between the 16th and the 84th percentile of the first
        reading: one that stands still agrees with any other that does.
    same_ink
        Share of the rows of the first reading that lie within one line width of
        another curve that the same method read: two curves read from one stroke agree
        in any print.
    width
        Columns of the track in the first section.
    """

    test: str
    method: str
    curve: str
    depths: int
    both: float
    median: float | None
    p90: float | None
    bias: float | None
    scatter: float | None
    aligned: float | None
    offset: float
    depth_bias: float | None
    depth_scatter: float | None
    windows: int
    spread: float
    same_ink: float
    width: float

    @property
    def median_px(self) -> float | None:
        """The median difference in columns of the first section."""
        return None if self.median is None else self.median * self.width


@dataclass(frozen=True)
class Identity:
    """How a curve agrees with the one that it was computed from, by one method.

    ``shown`` rows, of which the share ``both`` was read; ``median`` and ``p90`` of
    the size of the difference, in the unit of the result, of which a column of the page
    is ``per_px``.
    """

    test: str
    method: str
    shown: int
    both: float
    median: float | None
    p90: float | None
    per_px: float

    @property
    def median_px(self) -> float | None:
        """The median difference in columns of the page."""
        return None if self.median is None else self.median / self.per_px


@dataclass(frozen=True)
class _Pair:
    """One curve as fractions of one scale at registered rows of either section."""

    first_depth: Floats
    first: Floats
    second_depth: Floats
    second: Floats

    def at(self, depth: Floats, shift: float) -> tuple[Floats, Floats]:
        """Return both at depths of the first, the second so much deeper."""
        return (
            interpolate(self.first_depth, self.first, depth),
            interpolate(self.second_depth, self.second, depth + shift),
        )


def agreements(given: PairSet, first: Section, second: Section) -> list[Agreement]:
    """Compare every curve of a pair by every method."""
    ours = [_pair(first, second, OURS, each.curve) for each in given.curves]
    depths = [_depths(first, second, each, given.offset) for each in given.curves]
    offset = find_offset(ours, depths, given.offset)
    found = []
    for method in first.readings:
        for each, depth in zip(given.curves, depths, strict=True):
            pair = _pair(first, second, method, each.curve)
            width = first.width(each.curve)
            names = (given.name, method, each.curve)
            agreed = _agree(pair, depth, offset, names)
            shared = first.same_ink(method, each.curve)
            found.append(replace(agreed, same_ink=shared, width=width))
    return found


def identities(given: IdentitySet, section: Section) -> list[Identity]:
    """Hold the printed curve against the one that it was computed from, row by row."""
    found = []
    ours = section.value(OURS, given.source)
    _, spec = section.registration.curve(given.result)
    per_px = abs(spec.scale.right - spec.scale.left) / section.width(given.result)
    for method in section.readings:
        source = section.value(method, given.source)
        result = section.value(method, given.result)
        # Which rows count must not depend on who reads.
        everywhere = np.ones(ours.size, dtype=bool)
        shown = everywhere if given.below is None else ours < given.below
        away = np.abs(result - given.factor * (source - given.offset))[shown]
        read = np.isfinite(away)
        sizes = _sizes(away[read])
        found.append(
            Identity(
                given.name,
                method,
                int(shown.sum()),
                float(read.mean()) if read.size else 0.0,
                *sizes,
                per_px,
            )
        )
    return found


def find_offset(
    pairs: Sequence[_Pair], depths: Sequence[Floats], reach: float
) -> float:
    """Return the one shift at which all curves of a pair agree best.

    The geometric mean over the curves of the median size of the difference, so that
    one that is misread, and fits nowhere, has no say. Nothing beyond the reach is
    tried.
    """
    tried = np.arange(-round(reach / FINE), round(reach / FINE) + 1) * FINE
    cost = []
    for shift in tried:
        sizes = []
        for pair, depth in zip(pairs, depths, strict=True):
            one, other = pair.at(depth, float(shift))
            away = np.abs(other - one)
            away = away[np.isfinite(away)]
            sizes.append(float(np.median(away)) if away.size else 1.0)
        cost.append(float(np.mean(np.log(np.maximum(sizes, FAINTEST)))))
    return round(float(tried[int(np.argmin(cost))]), 6)


def _pair(first: Section, second: Section, method: str, curve: str) -> _Pair:
    _, spec = first.registration.curve(curve)
    return _Pair(
        first.depth,
        spec.scale.fraction_at(first.value(method, curve)),
        second.depth,
        spec.scale.fraction_at(second.value(method, curve)),
    )


def _depths(first: Section, second: Section, each: PairedCurve, reach: float) -> Floats:
    """Even depths that both sections show, whatever the offset."""
    start = max(first.depth[0], second.depth[0] + reach)
    stop = min(first.depth[-1], second.depth[-1] - reach)
    start = max(start, each.start if each.start is not None else start)
    stop = min(stop, each.stop if each.stop is not None else stop)
    return np.arange(np.ceil(start / STEP), np.floor(stop / STEP) + 1) * STEP


def _agree(
    pair: _Pair, depth: Floats, offset: float, names: tuple[str, str, str]
) -> Agreement:
    one, other = pair.at(depth, offset)
    away = other - one
    read = np.isfinite(away)
    known = away[read]
    median, p90 = _sizes(np.abs(known))
    shifts, aligned = _by_window(pair, depth, offset)
    return Agreement(
        *names,
        depths=depth.size,
        both=float(read.mean()) if read.size else 0.0,
        median=median,
        p90=p90,
        bias=float(np.median(known)) if known.size else None,
        scatter=_spread(known) if known.size else None,
        aligned=float(np.median(aligned)) if aligned.size else None,
        offset=offset,
        depth_bias=float(np.median(shifts)) if shifts.size else None,
        depth_scatter=float(np.std(shifts)) if shifts.size else None,
        windows=shifts.size,
        spread=_spread(one[read]) if known.size else 0.0,
        same_ink=0.0,
        width=1.0,
    )


def _by_window(pair: _Pair, depth: Floats, offset: float) -> tuple[Floats, Floats]:
    """Return the shift of each window, and the size of what is left in all of them."""
    tried = np.arange(-round(SHIFT_REACH / FINE), round(SHIFT_REACH / FINE) + 1) * FINE
    shifts, left = [], []
    size = round(WINDOW / STEP)
    for start in range(0, depth.size - size // 2, size):
        window = depth[start : start + size]
        one, _ = pair.at(window, offset)
        away = np.stack([np.abs(pair.at(window, offset + s)[1] - one) for s in tried])
        read = np.isfinite(away).mean(axis=1)
        spread = float(np.nanstd(one)) if np.isfinite(one).any() else 0.0
        if read.min() < LEAST_READ or spread < LEAST_SPREAD:
            continue
        best = int(np.argmin(np.nanmedian(away, axis=1)))
        shifts.append(tried[best])
        left.append(away[best][np.isfinite(away[best])])
    joined = np.concatenate(left) if left else np.array([])
    return np.array(shifts), joined


def _spread(values: Floats) -> float:
    low, high = np.percentile(values, [16, 84])
    return float(high - low) / 2


def _sizes(away: Floats) -> tuple[float | None, float | None]:
    """Return median and 90th percentile of sizes, None if there are none."""
    if not away.size:
        return None, None
    return float(np.median(away)), float(np.percentile(away, 90))
