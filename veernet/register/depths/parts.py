"""A grid that goes on from one section into the next: where one ends.

Strips are spliced end to end, and a repeat may be printed on the paper of the section
above it: vertical lines run on, with no header between. Depth lines stop for a few
steps there, as they do under a fold; what numerals say beyond tells one from the other.
Where no line stops, only the numerals tell: they fall back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from veernet.register.depths.numerals import Numeral
from veernet.register.depths.proposal import DepthProposal
from veernet.register.geometry.depthlines import find_hierarchy
from veernet.register.geometry.gaps import Range, pieces_of
from veernet.register.geometry.page import FoundSection

PIECE = 15
"""Lines of a section at least: fewer between two gaps may only go on from one."""

PIECES = 40
"""Of a section at most: a print with more gaps is faint, and not spliced."""

NEXT = 5
"""Numerals beyond a gap that are heard."""

READ_CONFIDENCE = 0.5
"""Confidence from which a numeral is heard."""

SLIP = (4.0, 0.01)
"""Lines, or share of the distance, by which depth may slip over a gap."""

BRIDGED = 8
"""Lines that are lost under a fold at most, where no numeral tells."""

STEP = 0.07
"""Of a spacing by which lines beyond a gap may be out of step and go on."""

FEWEST_NUMERALS = 3
"""Numerals that agree in either part where no line stops."""

MOST_FALLS = 12
"""Places that are tried: more falls are misreads."""

Propose = Callable[[FoundSection, Sequence[Numeral]], DepthProposal]


def split_section(
    section: FoundSection, numerals: Sequence[Numeral], propose: Propose
) -> list[tuple[FoundSection, DepthProposal]]:
    """Propose the depths of a section, or of those that it turns out to be.

    Parameters
    ----------
    section
        With one grid.
    numerals
        Read in its depth column.
    propose
        Proposes depths from a section and the numerals in it.

    Returns
    -------
    list of (FoundSection, DepthProposal)
        From the top down. Lines at the ends of the grid that are hardly inked are of
        none of them.
    """
    seam = _Seams(section, numerals, propose)
    found = []
    for start, stop in seam.stretches():
        part = part_of(section, start, stop)
        found += _at_a_fall(part, seam.numerals_of(start, stop), propose)
    return found


def part_of(section: FoundSection, start: int, stop: int) -> FoundSection:
    """Return a section from one of its depth lines to another, the last excluded."""
    lines = section.lines.part(start, stop)
    # Heavier lines are counted anew in each section.
    lines = replace(lines, heavier=find_hierarchy(lines.strength))
    first, last = (float(row) for row in lines.rows[[0, -1]])
    return replace(section, lines=lines, first_row=first, last_row=last)


@dataclass
class _Seams:
    """Which pieces of a section go on into the next."""

    section: FoundSection
    numerals: Sequence[Numeral]
    propose: Propose
    _known: dict[Range, DepthProposal] = field(default_factory=dict)

    def stretches(self) -> list[Range]:
        """Return pieces joined where they go on, from the top down."""
        pieces = pieces_of(self.section.lines)
        if len(pieces) > PIECES or not any(b - a >= PIECE for a, b in pieces):
            return [(0, len(self.section.lines.rows))]
        lengths = [stop - start for start, stop in pieces]
        free = set(range(len(pieces)))
        found = []
        while any(lengths[k] >= PIECE for k in free):
            # From the longest, whose depths are the surest, to either side.
            first = last = max(free, key=lambda k: lengths[k])
            free.remove(first)
            ends = {+1, -1}
            while ends:
                way = max(ends)
                near = last + 1 if way > 0 else first - 1
                own = pieces[first][0], pieces[last][1]
                if near not in free or not self._goes_on(own, pieces[near], way):
                    ends.remove(way)
                    continue
                free.remove(near)
                first, last = min(first, near), max(last, near)
            found.append((pieces[first][0], pieces[last][1]))
        return sorted(found)

    def numerals_of(self, start: int, stop: int) -> list[Numeral]:
        """Return the numerals beside lines, and a spacing beyond the outermost."""
        rows, margin = self.section.lines.rows, self.section.lines.spacing
        first, last = rows[start] - margin, rows[stop - 1] + margin
        return [n for n in self.numerals if first <= n.row <= last]

    def _goes_on(self, own: Range, piece: Range, way: int) -> bool:
        """Tell whether a piece below (way 1) or above (-1) has its depths go on."""
        votes = self._votes(own, piece, way)
        if votes:
            return votes > 0
        if self._known[own].refusal and self._confident(own) and self._confident(piece):
            return False
        upper, lower = (own, piece) if way > 0 else (piece, own)
        rows = self.section.lines.rows
        gap = float(rows[lower[0]] - rows[upper[1] - 1])
        beside = np.diff(rows[max(upper[0], upper[1] - PIECE) : upper[1]])
        steps = gap / float(np.median(beside))
        return round(steps) <= BRIDGED + 1 and abs(steps - round(steps)) < STEP

    def _confident(self, own: Range) -> list[Numeral]:
        """Return the numerals of a stretch that are read with some confidence."""
        return [n for n in self.numerals_of(*own) if n.confidence >= READ_CONFIDENCE]

    def _votes(self, own: Range, piece: Range, way: int) -> int:
        """Return how many more numerals of a piece go with the depths than do not."""
        if own not in self._known:
            part = part_of(self.section, *own)
            self._known[own] = self.propose(part, self.numerals_of(*own))
        depth = self._known[own]
        if not depth.points or not depth.scale:
            return 0
        end = depth.points[-1 if way > 0 else 0]
        spacing = self.section.lines.spacing / depth.scale
        votes = 0
        # A number that is no step of the section's is a misread.
        beyond = [
            n for n in self._confident(piece) if n.number % (depth.step or 1) == 0
        ]
        for numeral in beyond[:NEXT] if way > 0 else beyond[-NEXT:]:
            away = (numeral.row - end.row) / depth.scale
            wanted = end.depth + away
            # 300 may stand for 14300: what is printed is compared with its last digits.
            printed = wanted % 10.0 ** len(numeral.text)
            off = min(abs(numeral.number - wanted), abs(numeral.number - printed))
            votes += 1 if off <= max(SLIP[0] * spacing, SLIP[1] * abs(away)) else -1
        return votes


def _at_a_fall(
    section: FoundSection, numerals: Sequence[Numeral], propose: Propose
) -> list[tuple[FoundSection, DepthProposal]]:
    """Propose depths of one section, or of two where its numerals fall back.

    Two, where either part has numerals that agree and both together use more of them
    than one section can.
    """
    whole = propose(section, numerals)
    best = [(section, whole)]
    most = len(whole.used)
    for row in _falls(numerals):
        at = int((section.lines.rows < row).sum())
        if min(at, len(section.lines.rows) - at) < 2:
            continue
        above, below = (
            part_of(section, 0, at),
            part_of(section, at, len(section.lines.rows)),
        )
        upper = [n for n in numerals if n.row < row]
        lower = [n for n in numerals if n.row >= row]
        parts = [(above, propose(above, upper)), (below, propose(below, lower))]
        used = [len(p.used) for _, p in parts if p.refusal is None]
        if len(used) == 2 and min(used) >= FEWEST_NUMERALS and sum(used) > most:
            best, most = parts, sum(used)
    return best


def _falls(numerals: Sequence[Numeral]) -> Iterator[float]:
    """Yield the rows half-way between two numerals of which the lower is smaller."""
    ordered = sorted(numerals, key=lambda numeral: numeral.row)
    sure = [n for n in ordered if n.confidence >= READ_CONFIDENCE]
    falls = [(a.row + b.row) / 2 for a, b in pairwise(sure) if b.number < a.number]
    if len(falls) <= MOST_FALLS:
        yield from falls
