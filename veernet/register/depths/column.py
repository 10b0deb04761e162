"""Which column of a section holds its depths: that whose numerals agree.

Depths stand between two tracks on most logs, and at a side, within a narrow column or
beyond a column of pictures on others; remarks, true depths and tensions are numbers
too, but do not increase in even steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from veernet.axes import Edge
from veernet.records import Scan
from veernet.register.depths.numerals import Numeral, TooNarrow, read_numerals
from veernet.register.depths.settle import Unsettled, settle_chain
from veernet.register.geometry.columns import ColumnKind
from veernet.register.geometry.page import FoundSection
from veernet.register.ocr.recognise import Recogniser

Pair = tuple[Edge, Edge]

SAMPLE = 6.0
"""Widths of the widest track: rows of a section in which columns are tried."""

WIDEST = 0.5
"""Of the widest track: a column of depths."""

NARROW = 0.1
"""Of the widest track: narrower columns have numerals nearly as wide as they are."""

PAD = 0.75
"""Of its width: blank paper that is laid to either side of a narrow column."""

MARGIN = 0.8
"""Of the longest numeral: from the middle of numerals to the edge of their column."""

ENOUGH = 3
"""Numerals that agree from which a column is taken without trying others."""

FEWEST_AGREEING = 2
"""That agree at least."""

NEVER: set[ColumnKind] = {"picture", "arrows", "dipmeter", "waveforms"}
"""Columns that hold no depths: they are full of what is no print."""


def numerals_of(
    scan: Scan, section: FoundSection, recognise: Recogniser
) -> tuple[FoundSection, tuple[Numeral, ...]]:
    """Read the depth numerals of a section, in the column that holds them.

    Parameters
    ----------
    scan
        The page.
    section
        Of it; the column that its geometry suggests is tried first.
    recognise
        Reads one picture.

    Returns
    -------
    section
        With the column that holds its depths; None in place of one where numerals of
        no column agree.
    numerals
        That were read there.
    """
    first = (max(0, section.first_row - section.lines.spacing), section.last_row)
    whole = (
        int(first[0]),
        min(scan.info.rows, int(first[1] + section.lines.spacing) + 1),
    )
    read: tuple[Numeral, ...] = ()
    if section.depth_column is not None:
        read = _read(scan, whole, section.depth_column, section, recognise)
        if _agreeing(read) >= ENOUGH:
            return section, read
    # Where depths are expected and none agree, it takes more to take another column.
    best, most = section.depth_column, _agreeing(read)
    if best is not None:
        most = max(most, FEWEST_AGREEING)
    sample = _sample(whole, section)
    for pair in _candidates(section, scan.info.columns):
        agreeing = _agreeing(_read(scan, sample, pair, section, recognise))
        if agreeing > most:
            best, most = pair, agreeing
        if most >= ENOUGH:
            break
    if best is None or best is section.depth_column:
        return section, read
    numerals = _read(scan, whole, best, section, recognise)
    return replace(section, depth_column=_about(numerals, best)), numerals


def _about(numerals: Sequence[Numeral], pair: Pair) -> Pair:
    """Return the column about numerals that stand in a wider one, such as a margin."""
    if not numerals:
        return pair
    rows = np.array([n.row for n in numerals])
    left, right = (edge.column_at(rows) for edge in pair)
    columns = np.array([n.column for n in numerals])
    reach = MARGIN * max(n.columns for n in numerals)
    first = max(0.0, float(np.median(columns - left)) - reach)
    last = max(0.0, float(np.median(right - columns)) - reach)
    moved = [
        replace(edge, columns=tuple(column + by for column in edge.columns))
        for edge, by in zip(pair, (first, -last), strict=True)
    ]
    return moved[0], moved[1]


def _read(
    scan: Scan, rows: tuple[int, int], pair: Pair, section: FoundSection,
    recognise: Recogniser,
) -> tuple[Numeral, ...]:  # fmt: skip
    """Read numerals; a column that holds no digits has none.

    What else goes wrong, such as a reader that is broken, is no property of a column.
    """
    if rows[0] >= rows[1]:
        return ()
    middle = float(np.mean(rows))
    width = float(pair[1].column_at(middle) - pair[0].column_at(middle))
    narrow = width < NARROW * _widest(section, middle)
    try:
        pad = round(PAD * width) if narrow else 0
        return read_numerals(scan.read, rows, *pair, recognise, pad=pad)
    except TooNarrow:
        return ()


def _agreeing(numerals: Sequence[Numeral]) -> int:
    """Return how many numerals agree on depths."""
    ordered = sorted(numerals, key=lambda numeral: numeral.row)
    try:
        chain, _ = settle_chain(ordered, None)
    except Unsettled:
        return 0
    count = len(chain.members)
    return count if count >= FEWEST_AGREEING else 0


def _sample(rows: tuple[int, int], section: FoundSection) -> tuple[int, int]:
    """Return the rows about the middle of a section in which columns are tried."""
    middle = sum(rows) // 2
    reach = int(SAMPLE * _widest(section, middle) / 2)
    return max(rows[0], middle - reach), min(rows[1], middle + reach)


def _widest(section: FoundSection, row: float) -> float:
    return max(
        float(track.right.column_at(row) - track.left.column_at(row))
        for track in section.tracks
    )


def _candidates(section: FoundSection, columns: int) -> Iterator[Pair]:
    """Yield columns that may hold depths, the likelier first."""
    middle = (section.first_row + section.last_row) / 2
    widest = _widest(section, middle)
    tracks = [
        (float(t.left.column_at(middle)), float(t.right.column_at(middle)))
        for t in section.tracks
    ]

    def apart(pair: Pair) -> float:
        own = sum(float(edge.column_at(middle)) for edge in pair) / 2
        return min(min(abs(own - left), abs(own - right)) for left, right in tracks)

    pairs = []
    for column in section.others:
        if column.kind in NEVER:
            continue
        left, right = (float(e.column_at(middle)) for e in (column.left, column.right))
        if right - left <= WIDEST * widest:
            pairs.append((column.left, column.right))
            continue
        # A margin, or a column of remarks: depths stand beside a track.
        reach = WIDEST * widest
        for edge, sign in ((column.left, 1.0), (column.right, -1.0)):
            moved = replace(edge, columns=tuple(c + sign * reach for c in edge.columns))
            near = (edge, moved) if sign > 0 else (moved, edge)
            at = float(edge.column_at(middle))
            beside = any(
                abs(at - end) < 0.02 * columns for pair in tracks for end in pair
            )
            if beside:
                pairs.append(near)
    yield from sorted(pairs, key=apart)
