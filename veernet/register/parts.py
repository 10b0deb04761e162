"""A grid that goes on from one section into the next: where the depths begin again.

A repeat may be printed on the same paper as the section above it, with a title in a
track and no header between. Only the numerals tell: they fall back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from veernet.register.depthlines import DepthLines
from veernet.register.numerals import Numeral
from veernet.register.page import FoundSection
from veernet.register.proposal import DepthProposal

FEWEST = 3
"""Numerals that agree in either part."""

MOST = 12
"""Places that are tried: more falls are misreads."""

Propose = Callable[[FoundSection, Sequence[Numeral]], DepthProposal]


def split_section(
    section: FoundSection, numerals: Sequence[Numeral], propose: Propose
) -> list[tuple[FoundSection, DepthProposal]]:
    """Propose the depths of a section, or of the two that it turns out to be.

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
        One, or two where either part has numerals that agree and both together use more
        of them than one section can.
    """
    whole = propose(section, numerals)
    best = [(section, whole)]
    most = len(whole.used)
    for row in _falls(numerals):
        upper = [n for n in numerals if n.row < row]
        lower = [n for n in numerals if n.row >= row]
        above, below = parted(section, row)
        if min(len(above.lines.rows), len(below.lines.rows)) < 2:
            continue
        parts = [(above, propose(above, upper)), (below, propose(below, lower))]
        used = [len(p.used) for _, p in parts if p.refusal is None]
        if len(used) == 2 and min(used) >= FEWEST and sum(used) > most:
            best, most = parts, sum(used)
    return best


def parted(section: FoundSection, row: float) -> tuple[FoundSection, FoundSection]:
    """Return what of a section lies above a row, and what lies below it."""
    rows = section.lines.rows
    at = int((rows < row).sum())
    above, below = section.lines.part(0, at), section.lines.part(at, len(rows))
    first = replace(section, lines=above, last_row=_end(above, -1, row))
    return first, replace(section, lines=below, first_row=_end(below, 0, row))


def _falls(numerals: Sequence[Numeral]) -> Iterator[float]:
    """Yield the rows half-way between two numerals of which the lower is smaller."""
    ordered = sorted(numerals, key=lambda numeral: numeral.row)
    sure = [n for n in ordered if n.confidence >= 0.5]
    falls = [(a.row + b.row) / 2 for a, b in pairwise(sure) if b.number < a.number]
    if len(falls) <= MOST:
        yield from falls


def _end(lines: DepthLines, at: int, otherwise: float) -> float:
    return float(lines.rows[at]) if len(lines.rows) else otherwise
