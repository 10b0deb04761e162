"""Which curve is which after two that are drawn alike have met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from functools import partial

import numpy as np

from veernet.axes import Floats
from veernet.runs import runs
from veernet.trace.lanes import UNKNOWN, Lane, Way
from veernet.trace.programme import Costs
from veernet.trace.ways import decode_lane

LOOKS = ((4, 1), (8, 1), (16, 1), (16, 2))
"""Rows on either side of a meeting that tell where a curve was heading, and the degree
of what is laid through them: lively curves turn within a few rows, of smooth ones more
rows say more, and smooth ones that touch and turn back are parabolas. By parabolas
alone, curves that cross might as well have turned back."""

BETWEEN = 5
"""Rows from one meeting to the next; with fewer they are one."""

GAP = 1.5
"""Log of the odds, per column between two ways at their closest, that they did not
cross: the strokes of curves that cross are one stroke somewhere."""

NOISE = 0.02
"""Squared columns of a reading: no line is fitted better than that."""

TOUCH = 8.0
"""Columns within which two strokes may run into each other: ways that share the ink of
a crossing keep off each other."""

MERGED = 4.0
"""Columns within which two strokes of a common width are one for certain."""

VALLEY = 0.5
"""Share of the evidence on two strokes that is left between them where they are two."""

AROUND = 30
"""Rows on either side of a meeting that are decoded again to see which pairing fits."""

PINNED = 30
"""Rows by which an end of such a stretch is repeated: more than any detour is worth."""

CLEAR = 50.0
"""Nats: a pairing that is cheaper by so much needs no look at directions. Less may come
of the ink alone that crossing curves share."""


def odds_of_swap(
    lane: Lane,
    pair: tuple[Way, Way],
    others: Sequence[Way],
    meeting: tuple[int, int],
    costs: Costs,
) -> float:
    """Log of the odds that two ways should change places after a meeting.

    The stretch around the meeting is decoded again under either pairing of its ends.
    Where one needs a jump over paper and the other does not, their prices tell. Where
    two strokes cross or touch, the ink is the same under both, and direction decides: a
    pen keeps it, so the pairing is taken whose columns before continue best after.

    Parameters
    ----------
    lane
        That both curves are looked for in.
    pair
        The two ways.
    others
        Ways of the other curves of the panel.
    meeting
        First row of the meeting and one past its last.
    costs
        What a way costs.
    """
    first, second = pair
    start, stop = meeting
    window = slice(max(start - AROUND, 0), min(stop + AROUND, first.column.size))
    heads = first.column[window.start], second.column[window.start]
    tails = first.column[window.stop - 1], second.column[window.stop - 1]
    if np.isfinite([*heads, *tails]).all():
        part = _cut(lane, window)
        beside = [_cut_way(way, window) for way in others]
        mine = [_cut_way(way, window) for way in pair]
        ends = list(zip(heads, tails, strict=True))
        crossed = list(zip(heads, tails[::-1], strict=True))
        keep = _price(part, mine, beside, ends, costs)
        swap = _price(part, mine, beside, crossed, costs)
        if abs(keep - swap) > CLEAR:
            return keep - swap
    return _log_odds(first.column, second.column, start, stop)


def _log_odds(first: Floats, second: Floats, start: int, stop: int) -> float:
    """Sum of the logs of how much better one curve fits through exchanged ways."""
    total = 0.0
    for look, degree in LOOKS:
        fit = partial(_misfit, start=start, stop=stop, look=look, degree=degree)
        keep = fit(first, first) + fit(second, second)
        swap = fit(first, second) + fit(second, first)
        if np.isfinite(keep + swap):
            total += float(np.log(keep / swap))
    gap = (first - second)[start:stop]
    if np.isfinite(gap).all() and (np.sign(gap) == np.sign(gap[0])).all():
        total -= GAP * float(np.abs(gap).min())
    return total


def _price(
    lane: Lane,
    pair: Sequence[Way],
    others: Sequence[Way],
    ends: Sequence[tuple[float, float]],
    costs: Costs,
) -> float:
    """Price of the two ways that lead from the given heads to the given tails."""
    first, second = (_pinned(lane, *columns) for columns in ends)
    beside = [_pinned_way(way) for way in others]
    # Each in turn gives way to the other, from what stood there before.
    two, _ = decode_lane(second, [*beside, _pinned_way(pair[0])], costs)
    one, _ = decode_lane(first, [*beside, two], costs)
    two, second_price = decode_lane(second, [*beside, one], costs)
    _, first_price = decode_lane(first, [*beside, two], costs)
    return first_price + second_price


def _cut(lane: Lane, window: slice) -> Lane:
    return replace(
        lane,
        first=lane.first[window],
        period=lane.period[window],
        maps=lane.maps[:, window],
        centre=UNKNOWN,  # a price needs no column
        colour=lane.colour and lane.colour.cut(window),
    )


def _cut_way(way: Way, window: slice) -> Way:
    return Way(*(getattr(way, field.name)[window] for field in fields(Way)))


def _pinned(lane: Lane, head: float, tail: float) -> Lane:
    """Repeat both end rows with nothing but the given columns in them."""
    maps = np.pad(lane.maps, ((0, 0), (PINNED, PINNED), (0, 0)))
    first = np.pad(lane.first, PINNED, mode="edge")
    for rows, column in ((slice(PINNED), head), (slice(-PINNED, None), tail)):
        start = int(first[rows][0])
        reach = np.arange(-2, 3) + round(column) - start
        at = (
            reach % lane.width if lane.spec.wraps else np.clip(reach, 0, lane.width - 1)
        )
        at = at[(at + start >= 0) & (at + start < maps.shape[2])]
        maps[lane.style, rows, at + start] = 255
    return replace(
        lane,
        first=first,
        period=np.pad(lane.period, PINNED, mode="edge"),
        maps=maps,
        colour=lane.colour and lane.colour.padded(PINNED),
    )


def _pinned_way(way: Way) -> Way:
    """Lengthen a way by the repeated rows, in which it takes no ink."""
    rows = (PINNED, PINNED)
    return Way(
        np.pad(way.column, rows, constant_values=np.nan),
        np.pad(way.strength, rows),
        np.pad(way.state, rows),
        np.pad(way.span, (rows, (0, 0)), constant_values=np.nan),
        np.pad(way.ink, (rows, (0, 0), (0, 0)), constant_values=-1),
    )


def meetings(first: Floats, second: Floats) -> list[tuple[int, int]]:
    """Return (start, stop) rows of each stretch on which two ways touch or pass.

    They may pass while either is unread: the stretch then is that of the unread rows.
    """
    gap = first - second
    known = np.flatnonzero(np.isfinite(gap))
    touching = np.zeros(gap.size, dtype=bool)
    touching[known] = np.abs(gap[known]) <= TOUCH
    # Steep strokes pass each other between two rows without ever being near.
    side = np.sign(gap[known])
    for i in np.flatnonzero(side[1:] * side[:-1] < 0):
        touching[known[i] + 1 : known[i + 1] + 1] = True
    merged: list[tuple[int, int]] = []
    for start, stop in runs(touching):
        if merged and start - merged[-1][1] <= BETWEEN:
            merged[-1] = (merged[-1][0], stop)
        else:
            merged.append((start, stop))
    return merged


def merge(lane: Lane, pair: tuple[Way, Way], meeting: tuple[int, int]) -> bool:
    """Whether the strokes of two ways run into each other anywhere in a meeting.

    Where paper shows between them all the way, who is who is plain to see, unless they
    pass each other over it: at least one of them is wrong then.
    """
    start, stop = meeting
    around = slice(max(start - 1, 0), stop + 1)
    gap = pair[0].column[around] - pair[1].column[around]
    if np.nanmin(np.sign(gap), initial=1) < np.nanmax(np.sign(gap), initial=-1):
        return True
    rows = slice(start, stop)
    columns = np.stack([lane.folded(w.column[rows], rows) for w in pair], axis=1)
    for row, ends in enumerate(columns, start=start):
        if not np.isfinite(ends).all() or np.ptp(ends) <= MERGED:
            return True
        low, high = int(np.floor(ends.min())), int(np.ceil(ends.max()))
        inside = slice(max(low, 0), high + 1)
        seen = lane.maps[lane.share == 1, row, inside].max(axis=0)
        middle = seen.size // 2
        if seen.min() > VALLEY * min(seen[:middle].max(), seen[middle:].max()):
            return True
    return False


def _misfit(
    before: Floats, after: Floats, start: int, stop: int, look: int, degree: int
) -> float:
    """Squared columns by which one curve fails to join a way before and a way after.

    NaN where either side shows too little.
    """
    rows = np.concatenate(
        (np.arange(max(start - look, 0), start), np.arange(stop, stop + look))
    )
    rows = rows[rows < before.size]
    column = np.where(rows < start, before[rows], after[rows])
    known = np.isfinite(column)
    early = int(np.sum(known & (rows < start)))
    late = int(np.sum(known & (rows >= stop)))
    if min(early, late) < 3:
        return float("nan")
    offset = rows[known] - (start + stop - 1) / 2
    fit = np.polynomial.polynomial.polyfit(offset, column[known], degree)
    residual = column[known] - np.polynomial.polynomial.polyval(offset, fit)
    return float(np.mean(residual**2)) + NOISE
