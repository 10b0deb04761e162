"""What a plot-back lists: gaps, wraps, guessed stretches, depth points, agreement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.export.logtable import LogTable
from veernet.intervals import true_intervals
from veernet.qc.measure import Measured
from veernet.qc.reading import CheckedLog, ReadBack
from veernet.records import Registration

LONGEST_UNTOLD = 2
"""Samples: a shorter gap is no finding."""

LEAST_JUDGED = 0.2
"""Share of the read samples of a stretch that must be judged for a figure: of one or
two, on what shows of a line that hides a curve, nothing can be told."""

LEAST_INK = 40
"""Pixels of ink in a stretch of a track below which there is no figure either."""

UNSURE = 0.5
"""Confidence below which a value is a guess: it is another curve's as likely."""

LAG = {"ft": 5.0, "m": 1.5}
"""Depth within which two readings are sought to agree better."""

BETTER = 1.1
"""Times the least median difference: a shift that gains less is none."""


@dataclass(frozen=True)
class Event:
    """Something about a curve between two depths."""

    curve: str
    what: str
    top: float
    base: float


@dataclass(frozen=True)
class ListedStretch:
    """A stretch of a curve with its figures; NaN where nothing tells one.

    Parameters
    ----------
    curve, track
        Which.
    top
        Depth at which it begins.
    read, on_ink, explained, sure
        Shares; ``explained`` is of the ink of the whole track, ``sure`` the mean
        confidence.
    backup
        Whether it is a back-up, which is drawn where its main curve is off scale: no
        gap elsewhere is worth a look.
    """

    curve: str
    track: str
    top: float
    read: float
    on_ink: float
    explained: float
    sure: float
    backup: bool = False

    @property
    def badness(self) -> float:
        """How much is wrong: by this a worse stretch comes first."""
        off = 1 - self.on_ink if np.isfinite(self.on_ink) else 0.0
        left = 1 - self.explained if np.isfinite(self.explained) else 0.0
        unsure = 1 - self.sure if np.isfinite(self.sure) else 0.0
        gone = 0.0 if self.backup else 1 - self.read
        return off * self.read + 0.5 * left + 0.5 * gone + 0.25 * unsure


def stretches(log: CheckedLog, found: Measured) -> list[ListedStretch]:
    """Return the figures of every stretch and curve, the worst first."""
    listed = []
    for curve in log.curves:
        for place, sums in enumerate(found.curves[curve.spec.mnemonic]):
            if not sums.samples:
                continue
            ink = found.tracks[curve.track.name][place]
            judged = sums.judged if sums.judged > LEAST_JUDGED * sums.read else 0
            listed.append(
                ListedStretch(
                    curve.spec.mnemonic,
                    curve.track.name,
                    float(found.tops[place]),
                    sums.read / sums.samples,
                    _share(sums.on_ink, judged),
                    _share(ink.explained, ink.ink if ink.ink >= LEAST_INK else 0),
                    float(np.nanmean(sums.sure)) if sums.sure else np.nan,
                    curve.spec.backup_of is not None,
                )
            )
    return sorted(listed, key=lambda one: (-one.badness, one.top, one.curve))


def events(log: CheckedLog) -> list[Event]:
    """Return the gaps, wraps and guessed stretches of every curve, from the top."""
    found = [event for curve in log.curves for event in _events(curve)]
    return sorted(found, key=lambda one: (one.top, one.curve))


def _events(curve: ReadBack) -> Iterator[Event]:
    name = curve.spec.mnemonic
    for start, stop in true_intervals(curve.off):
        yield _event(curve, "off scale", start, stop)
    for start, stop in true_intervals(~curve.read & ~curve.off):
        if stop - start > LONGEST_UNTOLD:
            yield _event(curve, "gap", start, stop)
    off = curve.read & ~np.isfinite(curve.fraction)
    for start, stop in true_intervals(off):
        yield _event(curve, "beyond its scale", start, stop)
    for start, stop in true_intervals(_unsure(curve)):
        yield _event(curve, "guessed", start, stop)
    drawn = np.flatnonzero(np.isfinite(curve.fraction))
    wrap = curve.wrap[drawn]
    for at in np.flatnonzero(np.diff(wrap)):
        depth = float(curve.depth[drawn[at + 1]])
        yield Event(name, f"wrap {wrap[at]:+d} to {wrap[at + 1]:+d}", depth, depth)


def _unsure(curve: ReadBack) -> NDArray[np.bool_]:
    """Return (samples,) where a value is a guess."""
    if curve.confidence is None:
        return curve.guessed
    sure = np.nan_to_num(curve.confidence, nan=1.0)
    return curve.guessed | (curve.read & (sure < UNSURE))


def _event(curve: ReadBack, what: str, start: int, stop: int) -> Event:
    ends = float(curve.depth[start]), float(curve.depth[stop - 1])
    return Event(curve.spec.mnemonic, what, *ends)


@dataclass(frozen=True)
class Residual:
    """How far a depth point lies from the straight line through its neighbours."""

    row: float
    depth: float
    off: float


def residuals(registration: Registration) -> list[Residual]:
    """Return the residual of each inner depth point in depth, the largest first.

    A point with two neighbours is compared with the straight line between them: paper
    stretches evenly over short ways, and a slip of the pen stands out. Points on the
    other side of a gap are no neighbours.
    """
    found = []
    strips = [axis.points for axis in registration.depth.strips()]
    for above, point, below in (
        three
        for strip in strips
        for three in zip(strip, strip[1:], strip[2:], strict=False)
    ):
        along = (point.row - above.row) / (below.row - above.row)
        between = above.depth + along * (below.depth - above.depth)
        found.append(Residual(point.row, point.depth, point.depth - between))
    return sorted(found, key=lambda one: -abs(one.off))


@dataclass(frozen=True)
class Agreement:
    """How two readings of a curve agree.

    Parameters
    ----------
    curve
        Its mnemonic.
    samples
        Depths at which both have a value.
    median, p90
        Of the differences, as parts of the track's width.
    lag
        Depth by which the other reading is best moved down to agree; 0 where a curve is
        too flat to tell.
    lagged
        The median after that.
    """

    curve: str
    samples: int
    median: float
    p90: float
    lag: float
    lagged: float


def agreements(log: CheckedLog, other: LogTable) -> list[Agreement]:
    """Compare curves with another LAS of the well: a repeat section, another scale.

    Parameters
    ----------
    log
        The reading.
    other
        Its depths in the unit of the log; curves of the same mnemonics are compared.
    """
    found = []
    for curve in log.curves:
        name = other.find(curve.spec.mnemonic)
        if name is None:
            continue
        own = curve.spec.scale.fraction_at(curve.value)
        theirs = curve.spec.scale.fraction_at(other.values[name])
        away = _differences(curve.depth, own, other.depth, theirs, 0.0)
        if away.size < 3:
            continue
        lag, lagged = _lag(curve.depth, own, other.depth, theirs, log)
        median, p90 = (float(q) for q in np.quantile(away, [0.5, 0.9]))
        found.append(
            Agreement(curve.spec.mnemonic, away.size, median, p90, lag, lagged)
        )
    return found


def _lag(
    depth: Floats, own: Floats, at: Floats, theirs: Floats, log: CheckedLog
) -> tuple[float, float]:
    """Return the shift with the least median difference, and that difference."""
    most = LAG[log.registration.depth.unit]
    shifts = np.linspace(-most, most, 41)
    away = [_differences(depth, own, at, theirs, shift) for shift in shifts]
    enough = max(len(one) for one in away) / 2
    medians = [float(np.median(one)) if len(one) > enough else np.inf for one in away]
    # Of those as good as the best the nearest to none: a flat curve agrees at any lag.
    good = [k for k in range(len(shifts)) if medians[k] <= BETTER * min(medians)]
    best = min(good, key=lambda k: abs(float(shifts[k])))
    return float(shifts[best]), medians[best]


def _differences(
    depth: Floats, own: Floats, at: Floats, theirs: Floats, shift: float
) -> Floats:
    """Differences in fractions where both are known, the other moved down by a shift.

    Linear between the samples of the other, nothing across a null.
    """
    bad = (~np.isfinite(theirs)).astype(np.float64)
    moved = at + shift
    between = np.interp(depth, moved, np.nan_to_num(theirs), left=np.nan, right=np.nan)
    near = np.interp(depth, moved, bad, left=1.0, right=1.0) > 0
    away = np.abs(own - between)
    return away[np.isfinite(away) & ~near]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else np.nan
