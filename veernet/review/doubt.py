"""What of a reading a person should look at, the longest and least sure first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from veernet.axes import DepthAxis
from veernet.review.lines import NONE, REVIEWED, KeptSamples, Reading, ReviewedCurve
from veernet.runs import runs

LIMIT = 0.7
"""Confidence below which a row is doubtful. Two curves of one style that nothing tells
apart stay near .79 throughout (30 November 2026): a higher limit names all rows."""

NEAR = 8
"""Rows between two doubtful stretches that are looked at as one."""

SHORTEST = 3
"""Doubtful rows of a stretch that is worth a stop."""

Kind = Literal["unsure", "gap"]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Stretch:
    """Rows of a curve to look at.

    Parameters
    ----------
    curve
        Its mnemonic.
    row0, row1
        First and last registered row.
    confidence
        Mean of the doubtful rows; 0 in a gap.
    kind
        unsure: read, below the limit; gap: unread between rows that are read.
    text
        The same for a person, with depths.
    weight
        Expected number of wrong rows: what the list is in the order of.
    """

    curve: str
    row0: int
    row1: int
    confidence: float
    kind: Kind
    text: str
    weight: float

    def to_page(self) -> dict[str, Any]:
        """Return the stretch as JSON, with a name of its own."""
        name = f"{self.curve}:{self.kind}:{self.row0}-{self.row1}"
        return {"id": name, **vars(self)}


def unsure(samples: KeptSamples, limit: float) -> Mask:
    """(rows,) where a curve is read with a confidence below a limit."""
    return np.asarray(
        np.isfinite(samples.column) & (samples.confidence < np.float32(limit))
    )


def gaps(samples: KeptSamples) -> Mask:
    """(rows,) where a curve is lost between rows that are read, or altogether.

    What is off scale is known, and no gap.
    """
    lost: Mask = np.equal(samples.origin, NONE)
    known = np.flatnonzero(~lost)
    if not known.size:
        return lost
    lost[: known[0]] = False
    lost[known[-1] + 1 :] = False
    return lost


def doubtful(samples: KeptSamples, limit: float = LIMIT) -> Mask:
    """(rows,) what a person should look at, reviewed or not."""
    return np.asarray(unsure(samples, limit) | gaps(samples))


def stretches(
    curve: ReviewedCurve, depth: DepthAxis, limit: float = LIMIT
) -> list[Stretch]:
    """Return what of a curve is still to be looked at, from the top down.

    It is worked out once for each state of a curve.
    """
    known = curve.doubts
    if known is not None and known[:3] == (curve.revision, depth, limit):
        return list(known[3])
    found = sorted(_stretches(curve, depth, limit), key=lambda one: one.row0)
    curve.doubts = (curve.revision, depth, limit, found)
    return found


def _stretches(
    curve: ReviewedCurve, depth: DepthAxis, limit: float
) -> Iterator[Stretch]:
    samples = curve.samples
    unseen = samples.flags & REVIEWED == 0
    masks: tuple[tuple[Kind, Mask], ...] = (
        ("unsure", unsure(samples, limit) & unseen),
        ("gap", gaps(samples) & unseen),
    )
    for kind, mask in masks:
        joined = _joined(mask)
        ends = np.array(joined, dtype=np.float64).reshape(-1, 2) - (0, 1)
        depths = depth.depth_at(curve.first_row + ends)
        for (start, stop), (top, base) in zip(joined, depths, strict=True):
            rows = int(mask[start:stop].sum())
            if rows < SHORTEST:
                continue
            sure = samples.confidence[start:stop][mask[start:stop]].mean()
            confidence = 0.0 if kind == "gap" else round(float(sure), 3)
            row0, row1 = curve.first_row + start, curve.first_row + stop - 1
            said = "unread" if kind == "gap" else f"confidence {confidence:.2f}"
            text = f"{curve.mnemonic}: {said} from {top:.1f} to {base:.1f} {depth.unit}"
            weight = round(rows * (1 - confidence), 2)
            yield Stretch(curve.mnemonic, row0, row1, confidence, kind, text, weight)


def worst_first(found: Iterable[Stretch]) -> list[Stretch]:
    """Return stretches in the order in which they are gone through."""
    return sorted(found, key=lambda s: (-s.weight, s.row0, s.curve))


@dataclass(frozen=True)
class FirstDoubt:
    """The doubtful rows of a curve as it was read.

    Parameters
    ----------
    first_row
        Registered row of the first.
    mask
        (rows,) see `doubtful`.
    """

    first_row: int
    mask: Mask


def first_doubts(reading: Reading) -> dict[str, FirstDoubt]:
    """Return what was doubtful of a reading before anybody edited it."""
    return {
        name: FirstDoubt(curve.first_row, doubtful(curve.samples))
        for name, curve in reading.items()
    }


def reviewed_of(curve: ReviewedCurve, first: FirstDoubt | None) -> tuple[int, int]:
    """Count the doubtful rows of a curve that are reviewed, and all of them.

    Rows that were doubtful as read count, whatever an edit has made of them, and so do
    those that have become doubtful.
    """
    doubt = doubtful(curve.samples)
    if first is not None and first.mask.size:
        start = first.first_row - curve.first_row
        doubt[start : start + first.mask.size] |= first.mask
    seen = doubt & (curve.samples.flags & REVIEWED > 0)
    return int(seen.sum()), int(doubt.sum())


def _joined(mask: Mask) -> list[tuple[int, int]]:
    """Return the true intervals of a mask, those that are near joined."""
    joined: list[tuple[int, int]] = []
    for start, stop in runs(mask):
        if joined and start - joined[-1][1] <= NEAR:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return joined
