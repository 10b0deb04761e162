"""All curves of a panel decoded together, so that no two follow the same ink."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from itertools import combinations, islice

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from veernet.axes import Floats
from veernet.order import first_apart, from_left
from veernet.records import WEIGHTS, CurveSpec, Evidence, Grey, Panel
from veernet.trace.crossings import meetings, merge, odds_of_swap
from veernet.trace.lanes import OVERSHOOT, Lane, Way, make_lane
from veernet.trace.liveliness import contrast, how_sure, part
from veernet.trace.programme import Costs
from veernet.trace.rhythm import best_size, samples
from veernet.trace.styles import (
    Seen,
    adapted,
    as_they_are,
    assign,
    belonging,
    heard_anew,
    see,
    solid_and_broken,
    together,
)
from veernet.trace.ways import decode_lane, lead_of
from veernet.trace.weights import stroke_width

HEAVIER = 1.3
"""Ratio of the widths of two strokes from which one is the heavier for certain."""

SWEEPS = 2
"""Rounds of decoding each curve with all others in place."""

EXCHANGED = 1.0
"""Log odds of being another's, by its style, from which a stretch of a way is."""


@dataclass(frozen=True)
class Found:
    """What was found of a curve.

    Parameters
    ----------
    way
        Where it runs.
    lead
        (rows,) nats by which the next best way of the curve is dearer.
    own
        (rows,) in [0, 1], how likely the way is the curve's own, by the style of its
        ink and by where it met curves that are drawn alike; see `belonging` and
        `how_sure`.
    """

    way: Way
    lead: Floats
    own: Floats


def decode(panel: Panel, evidence: Evidence, costs: Costs) -> tuple[Found, ...]:
    """Decode every curve of a panel, in the order of the registration.

    Curves are decoded one after the other, each avoiding the ink that those before it
    took, then again with all others in place. Where they are of several styles, the ink
    under those ways is called anew by the rhythm of its dashes, all are decoded again,
    and each way goes to the curve whose style it is. Curves that are drawn alike are
    told apart by where they head when they meet, and are named in the registration's
    order from left to right.

    Parameters
    ----------
    panel
        The tracks and their curves.
    evidence
        What the network saw.
    costs
        What a way costs.

    Returns
    -------
    tuple of Found
        One per curve of ``panel.curves``.
    """
    drawn = [make_lane(panel, evidence, spec) for spec in panel.curves]
    order = _turns(drawn)
    ways = _decode_all(drawn, order, costs)
    lanes = drawn.copy()
    lines = {lane.spec.line for lane in lanes}
    several = len(lines) > 1
    size = 1.0
    if several:
        under = (lane.folded(ways[i].column) for i, lane in enumerate(lanes))
        size = best_size((samples(panel.image, c)[0] for c in under), lines)
    parts = solid_and_broken(evidence.lines)

    looked: dict[int, tuple[Way, Seen]] = {}

    def look(index: int) -> Seen:
        """Look at the way that a curve has now, once as long as it has it."""
        way = ways[index]
        if index not in looked or looked[index][0] is not way:
            looked[index] = way, see(drawn[index], way, panel.image, size, parts)
        return looked[index][1]

    if several:
        # Ways are found again in ink whose style is heard down a first one.
        seen = [look(index) for index in range(len(lanes))]
        anew = heard_anew(evidence, seen, [ways[i] for i in range(len(lanes))])
        lanes = [replace(lane, maps=anew.maps) for lane in drawn]
        ways = _decode_all(lanes, order, costs)
        _by_style(lanes, ways, look)
    if len(lanes) > 1:
        for index in order:
            lanes[index] = adapted(lanes[index], ways[index])
            _look_again(index, lanes, ways, costs)
    if several:
        _part_by_style(lanes, ways, look)
    for group in _groups(lanes, _look):
        pairs = list(combinations(group, 2))
        swapped = [_part(pair, lanes, ways, costs) for pair in pairs]
        if any(swapped):
            # What led the ways astray before the meetings is gone now.
            for index in group:
                _look_again(index, lanes, ways, costs)
            # The ink is the same for both, so they may have parted anew as they met.
            for pair in pairs:
                _part(pair, lanes, ways, costs)
        _name(group, lanes, ways, panel.image)
    seen = [look(index) for index in range(len(lanes))] if several else []
    own = _own(lanes, ways, seen, costs)
    return tuple(
        Found(ways[i], lead_of(lane, ways[i], _others(ways, i), costs), own[i])
        for i, lane in enumerate(lanes)
    )


def _own(
    lanes: list[Lane], ways: dict[int, Way], seen: list[Seen], costs: Costs
) -> list[Floats]:
    """Return of each curve (rows,) how likely its way is its own; see `Found`."""
    own = [np.ones(lane.first.size) for lane in lanes]
    for index in range(len(seen)):
        own[index] = belonging(index, _rivals(lanes, index), seen)
    for group in _groups(lanes, _look):
        named = first_apart(np.stack([ways[i].column for i in group]))
        for pair in combinations(group, 2):
            sure = _untangled(pair, named, lanes, ways, costs)
            for index in pair:
                own[index] = np.minimum(own[index], sure)
    return own


def _turns(lanes: list[Lane]) -> list[int]:
    """Return the order in which curves are decoded.

    A style that only one curve has is the surest evidence: those curves go first. A
    back-up is drawn where its main curve is not, and has what that one leaves.
    """
    alike = Counter(_look(lane) for lane in lanes)

    def turn(index: int) -> tuple[bool, int, int]:
        return _backs_up(lanes[index]), alike[_look(lanes[index])], index

    return sorted(range(len(lanes)), key=turn)


def _decode_all(lanes: list[Lane], order: list[int], costs: Costs) -> dict[int, Way]:
    """Decode curves one after the other, then each again with all others in place."""
    ways: dict[int, Way] = {}
    # What is found of a curve that has no other beside it stays as it is.
    for _ in range(SWEEPS if len(lanes) > 1 else 1):
        for index in order:
            others = _others(ways, index)
            settled = len(others) == len(lanes) - 1
            ways[index], _ = decode_lane(lanes[index], others, costs, settled=settled)
    return ways


def _groups(lanes: list[Lane], same: Callable[[Lane], object]) -> list[list[int]]:
    """Return the groups of more than one curve of whose lanes something is the same."""
    groups: dict[object, list[int]] = {}
    for index, lane in enumerate(lanes):
        groups.setdefault(same(lane), []).append(index)
    return [group for group in groups.values() if len(group) > 1]


def _by_style(
    lanes: list[Lane], ways: dict[int, Way], look: Callable[[int], Seen]
) -> None:
    """Give each way to the curve whose style its ink is."""
    for group in _groups(lanes, _ink):
        owners = assign([look(index) for index in group])
        found = [ways[group[owner]] for owner in owners]
        ways.update(zip(group, found, strict=True))


def _part_by_style(
    lanes: list[Lane], ways: dict[int, Way], look: Callable[[int], Seen]
) -> None:
    """Exchange two ways from one meeting to another where their ink says so.

    Of curves that wrap the count would have to be found anew: they stay as they are.
    """
    groups = [g for g in _groups(lanes, _ink) if not lanes[g[0]].spec.wraps]
    pairs = [pair for group in groups for pair in combinations(group, 2)]
    # Among three, what one exchange puts right may be the other half of the next.
    for _ in range(SWEEPS):
        for one, other in pairs:
            if lanes[one].spec.line == lanes[other].spec.line:
                continue
            exchanged = as_they_are(look(one), look(other)) < -EXCHANGED
            if exchanged.any():
                both = ways[one], ways[other]
                ways[one], ways[other] = _exchange(*both, exchanged)


def _look_again(
    index: int, lanes: list[Lane], ways: dict[int, Way], costs: Costs
) -> None:
    """Decode a curve anew beside all others."""
    ways[index], _ = decode_lane(lanes[index], _others(ways, index), costs)


def _others(ways: dict[int, Way], *indices: int) -> list[Way]:
    return [way for other, way in ways.items() if other not in indices]


def _rivals(lanes: list[Lane], index: int) -> list[int]:
    """Return the curves that one might be mistaken for."""
    own = lanes[index]
    return [
        i
        for i, other in enumerate(lanes)
        if i != index and _colour(other) == _colour(own) and _overlap(other, own)
    ]


def _overlap(lane: Lane, other: Lane) -> bool:
    """Whether two lanes share more than what both reach beyond a common edge."""
    first, second = int(lane.first[0]), int(other.first[0])
    shared = min(first + lane.width, second + other.width) - max(first, second)
    return shared > 2 * OVERSHOOT + 1


def _look(lane: Lane) -> tuple[object, ...]:
    """Return the same for curves that neither place, colour nor style tells apart."""
    return lane.spec.line, *_ink(lane)


def _ink(lane: Lane) -> tuple[object, ...]:
    """Return the same for curves that share a place, and a colour if they have one."""
    return _colour(lane), *_place(lane)


def _colour(lane: Lane) -> bytes | None:
    """Return the same for curves that colour does not tell apart."""
    return lane.colour.look if lane.colour else None


def _place(lane: Lane) -> tuple[object, ...]:
    """Return the same for curves that are looked for in the same part of the panel."""
    return _backs_up(lane), lane.spec.wraps, int(lane.first[0]), lane.width


def _backs_up(lane: Lane) -> bool:
    return lane.spec.backup_of is not None


@dataclass(frozen=True)
class _Meetings:
    """Where two curves that are drawn alike meet, and what tells them apart.

    ``odds``, ``ratio`` and ``weight`` are those of :mod:`veernet.trace.liveliness`.
    """

    middles: NDArray[np.intp]
    odds: Floats
    ratio: Floats
    weight: Floats


def _meet(
    pair: tuple[int, int], lanes: list[Lane], ways: dict[int, Way], costs: Costs
) -> _Meetings:
    """Find where two curves meet, and weigh who is who in between."""
    both = ways[pair[0]], ways[pair[1]]
    lane, others = lanes[pair[0]], _others(ways, *pair)
    first, second = (way.column for way in both)
    met = [m for m in meetings(first, second) if merge(lane, both, m)]
    odds = [odds_of_swap(lane, both, others, m, costs) for m in met]
    starts = [0, *(stop for _, stop in met)]
    stops = [*(start for start, _ in met), first.size]
    stretches = list(zip(starts, stops, strict=True))
    middles = np.array([(start + stop) // 2 for start, stop in met], dtype=np.intp)
    return _Meetings(middles, np.array(odds), *contrast(first, second, stretches))


def _part(
    pair: tuple[int, int], lanes: list[Lane], ways: dict[int, Way], costs: Costs
) -> bool:
    """Put right who is who after each meeting of two curves that are drawn alike."""
    met = _meet(pair, lanes, ways, costs)
    middles = met.middles[part(met.odds, met.ratio, met.weight)]
    if middles.size:
        both = ways[pair[0]], ways[pair[1]]
        before = np.searchsorted(middles, np.arange(both[0].column.size), side="right")
        ways[pair[0]], ways[pair[1]] = _exchange(*both, before % 2 == 1)
    return bool(middles.size)


def _untangled(
    pair: tuple[int, int],
    named: int | None,
    lanes: list[Lane],
    ways: dict[int, Way],
    costs: Costs,
) -> Floats:
    """Return (rows,) how likely two curves that are drawn alike are not exchanged.

    They are named where their group is first apart, or by most of their ways.
    """
    met = _meet(pair, lanes, ways, costs)
    first, second = (ways[i].column for i in pair)
    stretch = np.searchsorted(met.middles, np.arange(first.size), side="right")
    at = np.argmax(np.bincount(stretch)) if named is None else stretch[named]
    sure = expit(how_sure(met.odds, met.ratio, met.weight, int(at)))[stretch]
    return np.where(together(first, second), 1.0, sure)


def _name(
    group: list[int], lanes: list[Lane], ways: dict[int, Way], image: Grey
) -> None:
    """Give ways to curves: the heavier to the heavier, equal ones from left to right.

    Equal curves stand in the registration as they stand where they are first apart, and
    so do curves of different weights that the scan has made equal.
    """
    # The wrap count belongs to the curve, not to the way that it is given.
    known = {i: lanes[i].spec.wrap_start * lanes[i].period for i in group}
    plain = [_shifted(ways[i], -known[i]) for i in group]
    classes = _by_weight([lanes[i].spec for i in group])
    if len(classes) > 1:
        lane = lanes[group[0]]
        widths = [stroke_width(image, lane.folded(way.column)) for way in plain]
        plain = [plain[i] for i in np.argsort(widths, kind="stable")]
        classes = _told_apart(classes, np.sort(widths))
    rest = iter(plain)
    for members in classes:
        alike = list(islice(rest, len(members)))
        order = from_left(np.stack([way.column for way in alike]))
        for member, place in zip(members, order, strict=True):
            index = group[member]
            ways[index] = _shifted(alike[place], known[index])


def _by_weight(specs: list[CurveSpec]) -> list[list[int]]:
    """Part curves by weight, from thin to heavy; all together if one has none."""
    if any(spec.weight is None for spec in specs):
        return [list(range(len(specs)))]
    classes = [[i for i, s in enumerate(specs) if s.weight == w] for w in WEIGHTS]
    return [members for members in classes if members]


def _told_apart(classes: list[list[int]], widths: Floats) -> list[list[int]]:
    """Join classes of weight whose strokes are not clearly of different widths."""
    joined = [classes[0]]
    for members in classes[1:]:
        first = sum(len(before) for before in joined)
        if widths[first] >= HEAVIER * widths[first - 1]:
            joined.append(members)
        else:
            joined[-1] = sorted(joined[-1] + members)
    return joined


def _shifted(way: Way, columns: Floats) -> Way:
    """Move a way by so many unfolded columns; its ink stays where it is."""
    return replace(way, column=way.column + columns, span=way.span + columns[:, None])


def _exchange(first: Way, second: Way, rows: NDArray[np.bool_]) -> tuple[Way, Way]:
    """Exchange what two ways are in some rows."""

    def joined(own: Way, other: Way) -> Way:
        parts = ((getattr(own, f.name), getattr(other, f.name)) for f in fields(Way))
        return Way(
            *(
                np.where(rows.reshape(-1, *[1] * (mine.ndim - 1)), theirs, mine)
                for mine, theirs in parts
            )
        )

    return joined(first, second), joined(second, first)
