"""What of a reading a person should look at, the longest and least sure first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
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

TOLD = 0.5
"""Share of the rows of a finding that are taken to be wrong, at the least: the reading
is sure of them and says why it may be mistaken."""

SHORTEST = 3
"""Doubtful rows of a stretch that is worth a stop."""

Kind = Literal["unsure", "gap", "finding"]
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
        unsure: read, below the limit; gap: unread between rows that are read; finding:
        what the reading says of itself there.
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


@dataclass(frozen=True)
class Found:
    """A finding of the reading about some rows of a curve.

    Parameters
    ----------
    curve
        The first that it is about.
    row0, row1
        First and last registered row.
    text
        In a sentence.
    """

    curve: str
    row0: int
    row1: int
    text: str


def found_in(told: Iterable[Mapping[str, Any]], names: Collection[str]) -> list[Found]:
    """Return findings that are about rows of a curve that is drawn.

    Parameters
    ----------
    told
        As the report of a reading has them: ``curves``, ``rows``, ``text``.
    names
        Mnemonics of the curves.
    """
    found = []
    for one in told:
        curve = next((name for name in one.get("curves") or () if name in names), None)
        rows = one.get("rows")
        if curve is not None and rows:
            found.append(Found(curve, int(rows[0]), int(rows[1]), str(one["text"])))
    return found


def of_findings(curve: ReviewedCurve, found: Iterable[Found]) -> Iterator[Stretch]:
    """Return the findings of a curve of which rows are not reviewed yet."""
    for one in found:
        start, stop = _inside(curve, one)
        if one.curve != curve.mnemonic or start >= stop:
            continue
        seen = curve.samples.flags[start:stop] & REVIEWED > 0
        if seen.all():
            continue
        sure = curve.samples.confidence[start:stop]
        confidence = round(float(sure.mean()), 3)
        weight = round((stop - start) * max(1 - confidence, TOLD), 2)
        rows = curve.first_row + start, curve.first_row + stop - 1
        yield Stretch(curve.mnemonic, *rows, confidence, "finding", one.text, weight)


def _inside(curve: ReviewedCurve, found: Found) -> tuple[int, int]:
    start = max(0, found.row0 - curve.first_row)
    return start, min(len(curve.samples), found.row1 + 1 - curve.first_row)


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


def reviewed_of(
    curve: ReviewedCurve, first: FirstDoubt | None, found: Iterable[Found] = ()
) -> tuple[int, int]:
    """Count the doubtful rows of a curve that are reviewed, and all of them.

    Rows that were doubtful as read count, whatever an edit has made of them, and so do
    those that have become doubtful, and those that a finding is about.
    """
    doubt = doubtful(curve.samples)
    if first is not None and first.mask.size:
        start = first.first_row - curve.first_row
        doubt[start : start + first.mask.size] |= first.mask
    for one in found:
        if one.curve == curve.mnemonic:
            begin, end = _inside(curve, one)
            doubt[begin:end] = True
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
