"""What of a reading a person should look at, the longest and least sure first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from veernet.intervals import true_intervals
from veernet.records import Registration
from veernet.review.doubtrows import (
    LIMIT,
    Mask,
    away,
    doubtful,
    gaps,
    left_inside,
    seen_of,
    unsure,
)
from veernet.review.lines import Reading, ReviewedCurve

JOINED_WITHIN = 8
"""Rows between two doubtful stretches that are looked at as one."""

UNUSUALLY_SURE = 0.5
"""Confidence that rows are taken to have in which a curve is far from its course."""

LEAST_DOUBT = 0.5
"""Share of the rows of a finding that are taken to be wrong, at the least: the reading
is sure of them and says why it may be mistaken."""

SHORTEST = 3
"""Doubtful rows of a stretch that is worth a stop."""

SAME = 0.5
"""Share of the rows of a finding from which a doubtful stretch is about the same."""

Kind = Literal["unsure", "gap", "off", "away", "finding"]

UNREAD = ("unread", "off-scale", "bridged")
"""Kinds of findings that say what the samples say themselves: no second stop."""


@dataclass(frozen=True)
class DoubtStretch:
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
        unsure: read, below the limit; gap: unread between rows that are read; off: off
        scale, and not at the edge before; away: far from where the curve runs all
        along; finding: what the reading says of itself there.
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


@dataclass
class Known:
    """What has been worked out of one state of a curve.

    Parameters
    ----------
    state
        Revision of the curve, registration and limit that it is of.
    masks
        (rows,) by kind, what is doubtful, reviewed or not.
    stretches
        What is still to be looked at; None before it was asked for.
    reviewed
        What `reviewed_of` was asked last, and what it answered.
    """

    state: tuple[int, Registration | None, float]
    masks: dict[Kind, Mask]
    stretches: list[DoubtStretch] | None = None
    reviewed: tuple[Any, tuple[int, int]] | None = None


def known_of(
    curve: ReviewedCurve, registration: Registration | None, limit: float = LIMIT
) -> Known:
    """Return what is doubtful of a curve, worked out once for each of its states."""
    state = (curve.revision, registration, limit)
    if curve.doubts is None or curve.doubts.state != state:
        masks: dict[Kind, Mask] = {
            "gap": gaps(curve.samples),
            "unsure": unsure(curve.samples, limit),
            "away": away(curve.samples),
        }
        if registration is not None:
            masks["off"] = left_inside(curve, registration)
            rows = curve.first_row + np.arange(len(masks["gap"]), dtype=np.float64)
            # Nothing of what lies between spliced strips goes into a file.
            logged = ~registration.depth.in_gap(registration.depth.depth_at(rows))
            masks = {kind: mask & logged for kind, mask in masks.items()}
        curve.doubts = Known(state, masks)
    known: Known = curve.doubts
    return known


def stretches(
    curve: ReviewedCurve, registration: Registration, limit: float = LIMIT
) -> list[DoubtStretch]:
    """Return what of a curve is still to be looked at, from the top down."""
    known = known_of(curve, registration, limit)
    if known.stretches is None:
        known.stretches = list(_stretches(curve, registration, known.masks))
    return list(known.stretches)


def _stretches(
    curve: ReviewedCurve, registration: Registration, masks: Mapping[Kind, Mask]
) -> Iterator[DoubtStretch]:
    """Yield stretches, each row in one of them whatever is doubted of it."""
    samples = curve.samples
    every = np.logical_or.reduce(list(masks.values()))
    every &= ~seen_of(samples, every)
    for start, stop in _joined(every):
        inside = {
            k: int((m[start:stop] & every[start:stop]).sum()) for k, m in masks.items()
        }
        rows = int(every[start:stop].sum())
        if rows < SHORTEST:
            continue
        kind = max(inside, key=lambda k: inside[k])
        part = slice(start, stop)
        sure = np.where(masks["away"][part], UNUSUALLY_SURE, samples.confidence[part])
        confidence = round(float(sure[every[part]].mean()), 3)
        row0, row1 = curve.first_row + start, curve.first_row + stop - 1
        top, base = registration.depth.depth_at(np.array([row0, row1], np.float64))
        where = f"from {top:.1f} to {base:.1f} {registration.depth.unit}"
        text = f"{curve.mnemonic}: {_said(kind, confidence)} {where}"
        weight = round(rows * (1 - confidence), 2)
        yield DoubtStretch(curve.mnemonic, row0, row1, confidence, kind, text, weight)


def _said(kind: Kind, confidence: float) -> str:
    """Return what is doubted, in words."""
    return {
        "gap": "unread",
        "off": "off scale, and not at the edge beside it:",
        "away": "far from where it runs all along:",
    }.get(kind, f"confidence {confidence:.2f}")


@dataclass(frozen=True)
class StoredFinding:
    """A finding of the reading about some rows of a curve.

    Parameters
    ----------
    curve
        The first that it is about.
    row0, row1
        First and last registered row.
    text
        In a sentence.
    kind
        One word for what it is.
    """

    curve: str
    row0: int
    row1: int
    text: str
    kind: str = ""


def found_in(
    stored: Iterable[Mapping[str, Any]], names: Collection[str]
) -> list[StoredFinding]:
    """Return findings that are about rows of a curve that is drawn.

    Parameters
    ----------
    stored
        As the report of a reading has them: ``curves``, ``rows``, ``text``.
    names
        Mnemonics of the curves.
    """
    found = []
    for one in stored:
        curve = next((name for name in one.get("curves") or () if name in names), None)
        rows = one.get("rows")
        if curve is not None and rows:
            kind = str(one.get("kind") or "")
            if kind not in UNREAD:
                row0, row1 = int(rows[0]), int(rows[1])
                found.append(StoredFinding(curve, row0, row1, str(one["text"]), kind))
    return found


def of_findings(
    curve: ReviewedCurve, found: Iterable[StoredFinding]
) -> Iterator[DoubtStretch]:
    """Return the findings of a curve of which rows are not reviewed yet."""
    for one in found:
        start, stop = _inside(curve, one)
        if one.curve != curve.mnemonic or start >= stop:
            continue
        rows = np.zeros(len(curve.samples), dtype=np.bool_)
        rows[start:stop] = True
        if seen_of(curve.samples, rows)[start:stop].all():
            continue
        sure = curve.samples.confidence[start:stop]
        confidence = round(float(sure.mean()), 3)
        weight = round((stop - start) * max(1 - confidence, LEAST_DOUBT), 2)
        ends = curve.first_row + start, curve.first_row + stop - 1
        yield DoubtStretch(
            curve.mnemonic, *ends, confidence, "finding", one.text, weight
        )


def to_look_at(
    curve: ReviewedCurve,
    found: Iterable[StoredFinding],
    registration: Registration,
    limit: float = LIMIT,
) -> list[DoubtStretch]:
    """Return the stops at a curve: one for the same rows, whatever is doubted of them.

    A finding of which most rows are doubtful by themselves, or are those of another
    finding, is told with them.
    """
    stops = stretches(curve, registration, limit)
    for finding in of_findings(curve, found):
        same = [one for one in stops if _about_the_same(one, finding)]
        stops = [one for one in stops if one not in same]
        texts = dict.fromkeys(
            one.text for one in (finding, *same) if one.kind == "finding"
        )
        merged = replace(
            finding,
            row0=min(one.row0 for one in (finding, *same)),
            row1=max(one.row1 for one in (finding, *same)),
            weight=max(one.weight for one in (finding, *same)),
            text="; ".join(texts),
        )
        stops.append(merged)
    return stops


def _about_the_same(stretch: DoubtStretch, finding: DoubtStretch) -> bool:
    """Tell whether a stretch is in the rows of a finding, and has most of them."""
    common = min(stretch.row1, finding.row1) - max(stretch.row0, finding.row0) + 1
    return common >= SAME * max(
        finding.row1 - finding.row0 + 1, stretch.row1 - stretch.row0 + 1
    )


def _inside(curve: ReviewedCurve, found: StoredFinding) -> tuple[int, int]:
    start = max(0, found.row0 - curve.first_row)
    return start, min(len(curve.samples), found.row1 + 1 - curve.first_row)


def worst_first(found: Iterable[DoubtStretch]) -> list[DoubtStretch]:
    """Return stretches in the order in which they are gone through."""
    return sorted(found, key=lambda s: (-s.weight, s.row0, s.curve))


@dataclass(frozen=True, eq=False)
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
    curve: ReviewedCurve,
    first: FirstDoubt | None,
    found: Iterable[StoredFinding] = (),
    registration: Registration | None = None,
) -> tuple[int, int]:
    """Count the doubtful rows of a curve that are reviewed, and all of them.

    Rows that were doubtful as read count, whatever an edit has made of them, and so do
    those that have become doubtful, and those that a finding is about.
    """
    known, wanted = known_of(curve, registration), (first, tuple(found))
    if known.reviewed is not None and known.reviewed[0] == wanted:
        return known.reviewed[1]
    doubt = np.logical_or.reduce(list(known.masks.values()))
    if first is not None and first.mask.size:
        start = first.first_row - curve.first_row
        doubt[start : start + first.mask.size] |= first.mask
    for one in wanted[1]:
        if one.curve == curve.mnemonic:
            begin, end = _inside(curve, one)
            doubt[begin:end] = True
    seen = doubt & seen_of(curve.samples, doubt)
    known.reviewed = wanted, (int(seen.sum()), int(doubt.sum()))
    return known.reviewed[1]


def _joined(mask: Mask) -> list[tuple[int, int]]:
    """Return the true intervals of a mask, those that are near joined."""
    joined: list[tuple[int, int]] = []
    for start, stop in true_intervals(mask):
        if joined and start - joined[-1][1] <= JOINED_WITHIN:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return joined
