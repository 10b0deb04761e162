"""Compare the legends of a page, and join lines that are of one curve.

Most pages print a legend above and below each section. What two say alike was hardly
misread; where they differ in one value, one was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

import numpy as np

from veernet.axes import Scale
from veernet.records import Line
from veernet.register.depths.proposal import STATED
from veernet.register.legends.plausible import implausible
from veernet.register.legends.record import ACCEPTED, LegendCurve
from veernet.register.legends.spread import spread
from veernet.register.legends.vocabulary import is_possible, is_round, is_usual

CLEAR = 0.85
"""Confidence of a curve that was read clearly, before it is confirmed."""

CONFIRMED, USUAL = 0.95, 0.9
"""Confidence of one that two legends agree on, and of one on a scale of the field."""

DOUBTED = 0.3
"""Confidence of one that no log prints so."""

LEAST_CONFIDENCE = 0.75
"""Confidence of a curve from which it is taken if only the second legend has it."""

SIMILAR = 0.75
"""Of two names: the ratio of letters that agree, from which they may be one."""

Key = tuple[int, tuple[float, float], str, tuple[float, float]]

_AMPLIFIED = re.compile(r"\bAMP", re.IGNORECASE)
_OVER = re.compile(r"\bOVER ?RANGE|\bBACK ?-?UP", re.IGNORECASE)


def confirm(
    drafts: Sequence[Sequence[Sequence[LegendCurve]]],
) -> list[tuple[LegendCurve, ...]]:
    """Return the curves of each section from all legends of a page.

    Parameters
    ----------
    drafts
        For each section the curves of its legends, the one above it first.

    Returns
    -------
    list of tuple of LegendCurve
        For each section, with mnemonics that are unique in it.
    """
    legends = [side for section in drafts for side in section]
    votes = Counter(key for side in legends for key in {_key(c) for c in side})
    styles: Counter[tuple[Key, Line]] = Counter(
        (_key(c), c.line) for side in legends for c in side if c.line
    )
    finished = []
    for section in drafts:
        merged = _merged(section, votes)
        judged = [_judged(curve, votes, styles) for curve in merged]
        joined = _backed(_wrapped(_same_decades(judged)))
        named = _named(sorted(joined, key=lambda curve: curve.track))
        finished.append(tuple(_held(spread(named))))
    return finished


def _key(curve: LegendCurve) -> Key:
    return (curve.track, curve.span, _role(curve), curve.ends)


def _role(curve: LegendCurve) -> str:
    """Return the mnemonic with what the name says of its scale."""
    amplified = "amplified " if _AMPLIFIED.search(curve.name) else ""
    over = "over " if _OVER.search(curve.name) else ""
    return amplified + over + curve.mnemonic


def _merged(
    sides: Sequence[Sequence[LegendCurve]], votes: Counter[Key]
) -> list[LegendCurve]:
    """Return the curves of one section's legends, each once, the first's order kept."""
    if not sides:
        return []
    merged = list({_key(curve): curve for curve in reversed(sides[0])}.values())[::-1]
    for side in sides[1:]:
        here = {_key(curve) for curve in side}
        alone = [curve for curve in merged if _key(curve) not in here]
        known = {_key(curve) for curve in merged}
        for curve in {_key(c): c for c in side if _key(c) not in known}.values():
            rival = max(alone, key=lambda o: _alike(curve, o), default=None)
            if rival is not None and _alike(curve, rival) > 0:
                alone.remove(rival)
                merged[merged.index(rival)] = _settled(rival, curve, votes)
            elif curve.confidence >= LEAST_CONFIDENCE or all(
                curve.track != other.track for other in merged
            ):
                merged.append(curve)
    return merged


def _alike(curve: LegendCurve, other: LegendCurve) -> float:
    """Return how likely two readings are of one line: 0 if they cannot be."""
    if (curve.track, curve.span) != (other.track, other.span):
        return 0.0
    if _differs(curve, other):
        return 3.0
    if curve.ends != other.ends:
        return 0.0
    if curve.unit and other.unit and curve.unit != other.unit:
        return 0.0
    names = SequenceMatcher(None, curve.name.upper(), other.name.upper()).ratio()
    doubted = min(curve.confidence, other.confidence) < CLEAR
    style = curve.line == other.line
    return names + style if (names > SIMILAR and style) or doubted else 0.0


def _differs(curve: LegendCurve, other: LegendCurve) -> bool:
    """Whether two lines are of one curve, and one value of one was misread."""
    same = _key(curve)[:3] == _key(other)[:3]
    unlike = [
        (f"{a:g}", f"{b:g}")
        for a, b in zip(curve.ends, other.ends, strict=True)
        if a != b
    ]
    if not same or len(unlike) != 1:
        return False
    return SequenceMatcher(None, *unlike[0]).ratio() >= 0.5


def _settled(a: LegendCurve, b: LegendCurve, votes: Counter[Key]) -> LegendCurve:
    """Return the likelier of two readings of a line, as a suggestion."""
    first, second = sorted(
        (a, b), key=lambda c: (votes[_key(c)], c.confidence), reverse=True
    )
    if first.ends == second.ends:
        named = first.known, votes[_key(first)], first.confidence
        other = second.known, votes[_key(second)], second.confidence
        return second if other > named else first
    note = f"another legend seems to say {second.ends[0]:g} to {second.ends[1]:g}"
    sure = votes[_key(first)] > 1 + votes[_key(second)]
    ceiling = 1.0 if sure else 0.5
    return replace(
        first,
        confidence=min(first.confidence, ceiling),
        notes=first.notes if sure else (*first.notes, note),
    )


def _judged(
    curve: LegendCurve,
    votes: Counter[Key],
    styles: Counter[tuple[Key, Line]],
) -> LegendCurve:
    """Return a curve with the confidence that other legends give it."""
    key = _key(curve)
    said = {style: n for (k, style), n in styles.items() if k == key}
    line = max(said, key=lambda style: said[style], default=None)
    notes, confidence = list(curve.notes), curve.confidence
    if not is_possible(curve.unit, *curve.ends):
        # Both legends of a page may have the same tick beside a 0.
        confidence = min(confidence, 0.5)
        notes.append("values that such a curve is hardly printed on")
    reason = implausible(curve.mnemonic, curve.unit, *curve.ends)
    if reason is not None:
        confidence = min(confidence, DOUBTED)
        notes.append(reason)
    usual = is_usual(curve.mnemonic, curve.unit, *curve.ends)
    if confidence >= CLEAR and (usual or is_round(*curve.ends)):
        if votes[key] > 1:
            confidence = CONFIRMED
        elif curve.known and usual:
            confidence = USUAL
    if len(said) > 1 and max(said.values()) <= sum(said.values()) / 2:
        confidence = min(confidence, 0.75)
        notes.append("its line differs from one legend to the next")
    return replace(
        curve,
        line=line or curve.line,
        confidence=confidence,
        notes=tuple(notes),
    )


def _same_decades(curves: Sequence[LegendCurve]) -> list[LegendCurve]:
    """Doubt what covers fewer decades than its neighbours: the paper has so many."""
    counted: dict[tuple[int, tuple[float, float]], Counter[int]] = {}
    for curve in curves:
        if curve.scale.kind == "log":
            place = curve.track, curve.span
            counted.setdefault(place, Counter())[_decades(curve.scale)] += 1
    checked = []
    for curve in curves:
        place = curve.track, curve.span
        if curve.scale.kind == "log":
            usual, _ = counted[place].most_common(1)[0]
            if _decades(curve.scale) != usual:
                note = f"the others of its track cover {usual} decades"
                checked.append(_doubted(curve, 0.5, note))
                continue
        checked.append(curve)
    return checked


def _decades(scale: Scale) -> int:
    return round(abs(float(np.log10(scale.right / scale.left))))


def _doubted(curve: LegendCurve, ceiling: float, note: str) -> LegendCurve:
    return replace(
        curve,
        confidence=min(curve.confidence, ceiling),
        notes=(*curve.notes, note),
    )


def _wrapped(curves: Sequence[LegendCurve]) -> list[LegendCurve]:
    """Join lines of one name whose scales go on from each other: 0-150, 150-300.

    They go on at either end: a transit time of 100 to 40 is printed beyond its left
    edge from 160 to 100.
    """
    kept: list[LegendCurve] = []
    reach: dict[tuple[int, tuple[float, float], str], tuple[float, float]] = {}
    for curve in curves:
        place = _key(curve)[:3]
        main = next((k for k in kept if _key(k)[:3] == place), None)
        if main is None or not _goes_on(curve, main, reach[place]):
            reach.setdefault(place, curve.ends)
            kept.append(curve)
            continue
        first, last = reach[place]
        left, right = curve.ends
        reach[place] = (first, right) if left == last else (left, last)
        kept[kept.index(main)] = _wrapping(main, curve)
    return kept


def _goes_on(curve: LegendCurve, main: LegendCurve, reach: tuple[float, float]) -> bool:
    """Tell whether a scale is that of a curve moved on by the width of its track."""
    if not curve.scale.kind == main.scale.kind == "linear":
        return False
    left, right = curve.ends
    step = main.ends[1] - main.ends[0]
    joins = left == reach[1] or right == reach[0]
    return joins and bool(np.isclose(right - left, step))


def _wrapping(main: LegendCurve, beyond: LegendCurve) -> LegendCurve:
    """Return a curve that wraps; as a suggestion where its second scale is doubted."""
    if beyond.confidence < ACCEPTED <= main.confidence:
        ends = f"{beyond.ends[0]:g} to {beyond.ends[1]:g}"
        note = f"a second scale, {ends}, seems printed for it: `wraps: true`?"
        return replace(main, notes=(*main.notes, note))
    both = min(main.confidence, beyond.confidence)
    # The first line is the main one, unless the field's is another.
    usual = is_usual(beyond.mnemonic, beyond.unit, *beyond.ends)
    return replace(beyond if usual else main, wraps=True, confidence=both)


def _backed(curves: Sequence[LegendCurve]) -> list[LegendCurve]:
    """Tell the main scale of a curve that is drawn on several from its back-ups."""
    groups: dict[tuple[int, tuple[float, float], str], list[int]] = {}
    for index, curve in enumerate(curves):
        place = curve.track, curve.span, curve.mnemonic
        groups.setdefault(place, []).append(index)
    finished = list(curves)
    for members in groups.values():
        if len(members) < 2:
            continue
        plain = [i for i in members if _role(curves[i]) == curves[i].mnemonic]
        main = curves[min(plain or members, key=members.index)]
        for index in members:
            if curves[index] is not main:
                finished[index] = _other_scale(curves[index], main)
    return finished


def _other_scale(curve: LegendCurve, main: LegendCurve) -> LegendCurve:
    """Return a second scale of a curve, with a name of its own."""
    unit = curve.unit or main.unit
    wider = _OVER.search(curve.name) or _reach(curve) > _reach(main)
    if _AMPLIFIED.search(curve.name) or not wider:
        return replace(curve, mnemonic=f"{main.mnemonic}A", unit=unit)
    backed = main.mnemonic if unit == main.unit else None
    over = replace(curve, mnemonic=f"{main.mnemonic}B", unit=unit, backup_of=backed)
    return replace(over, confidence=min(over.confidence, main.confidence))


def _reach(curve: LegendCurve) -> float:
    return max(map(abs, curve.ends))


def _held(curves: Sequence[LegendCurve]) -> list[LegendCurve]:
    """Drop back-ups of what is not there, or in another unit."""
    there = {(c.mnemonic, c.unit, c.track) for c in curves if c.backup_of is None}
    return [
        c if (c.backup_of, c.unit, c.track) in there else replace(c, backup_of=None)
        for c in curves
    ]


def _named(curves: Sequence[LegendCurve]) -> list[LegendCurve]:
    """Give curves of one mnemonic numbers, and doubt them."""
    counts: Counter[str] = Counter()
    named = []
    for curve in curves:
        counts[curve.mnemonic] += 1
        number = counts[curve.mnemonic]
        if number == 1:
            named.append(curve)
            continue
        note = f"{curve.mnemonic} is printed more than once"
        other = replace(curve, mnemonic=f"{curve.mnemonic}_{number}", backup_of=None)
        named.append(_doubted(other, STATED - 0.05, note))
    return named
