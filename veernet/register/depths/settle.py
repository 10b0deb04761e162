"""Decide between the readings that the numerals of a section allow, or refuse to.

Doubt comes from a second chain of numerals, from leading digits that are not printed,
and from paper that is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from veernet.register.depths.chain import Chain, find_chain
from veernet.register.depths.numerals import Numeral

_RIVAL = 0.5
"""Of the weight of the best chain: a second one that has more is another reading."""
_DOUBT = 0.2
_MODULI = (100, 1000, 10_000)
_SAME_SCALE = 0.12


class Unsettled(Exception):
    """The numerals agree on nothing, or on two things; the message says which."""


def settle_chain(
    numerals: Sequence[Numeral], within: tuple[float, float] | None = None
) -> tuple[Chain, list[tuple[float, str]]]:
    """Find the one chain that the numerals of a section allow.

    Parameters
    ----------
    numerals
        From the top down.
    within
        Least and greatest depth of the section, where known.

    Returns
    -------
    chain : Chain
        With depths as the section has them, not as printed.
    doubts : list of (confidence, sentence)
        Ceilings that doubts put on its confidence.

    Raises
    ------
    Unsettled
        If there is none, or more than one.
    """
    if len(numerals) < 2:
        msg = f"{len(numerals)} depth numeral(s) read"
        raise Unsettled(msg)
    chain = find_chain(numerals)
    weight = 0.0 if chain is None else chain.weight
    doubts: list[tuple[float, str]] = []
    short = _short_chain(numerals, weight)
    if short is not None:
        chain = _complete(numerals, *short, within)
        doubts.append((0.85, "the numerals print only their last digits"))
    if chain is None:
        msg = f"no two of {len(numerals)} depth numerals agree"
        raise Unsettled(msg)
    if short is None:
        chain, aside = _lengthen(numerals, chain)
        doubts += aside
        chain, aside = _place(numerals, chain, within)
        doubts += aside
        if max(chain.depths) < 100:
            doubts.append((0.7, "no numeral reaches 100: leading digits may be cut"))
    doubts += _rivals(numerals, chain)
    return chain, doubts


def _rivals(numerals: Sequence[Numeral], chain: Chain) -> list[tuple[float, str]]:
    """Look for a second chain among the numerals that the first leaves out."""
    other = find_chain(numerals, leave=chain.members)
    if other is None:
        return []
    share = other.weight / chain.weight
    spans = f"{chain.depths[0]:g} to {chain.depths[-1]:g}"
    other_spans = f"{other.depths[0]:g} to {other.depths[-1]:g}"
    rows = [numerals[i].row for i in chain.members]
    other_rows = [numerals[i].row for i in other.members]
    apart = other_rows[0] > rows[-1] or other_rows[-1] < rows[0]
    if share >= _RIVAL or (apart and len(other.members) >= 4):
        msg = f"the depth numerals read two ways, {spans} and {other_spans}"
        raise Unsettled(msg)
    if share >= _DOUBT or (apart and len(other.members) >= 3):
        return [(0.8, f"some numerals read otherwise, {other_spans}")]
    return []


def _place(
    numerals: Sequence[Numeral], chain: Chain, within: tuple[float, float] | None
) -> tuple[Chain, list[tuple[float, str]]]:
    """Add the leading digits that a section must have, if it lies outside its range."""
    if within is None:
        return chain, []
    low, high = within
    if chain.depths[0] >= low and chain.depths[-1] <= high:
        return chain, []
    digits = max(len(numerals[i].text) for i in chain.members)
    cycle = 10**digits
    shifts = [
        k * cycle
        for k in range(1, 10)
        if chain.depths[0] + k * cycle >= low and chain.depths[-1] + k * cycle <= high
    ]
    if len(shifts) != 1:
        span = f"{chain.depths[0]:g} to {chain.depths[-1]:g}"
        msg = (
            f"the depth numerals read {span}, outside the {low:g} to {high:g} of "
            "--within: is the range of the whole log wider?"
        )
        raise Unsettled(msg)
    depths = tuple(depth + shifts[0] for depth in chain.depths)
    note = f"{shifts[0]} is added to the numerals: their leading digits are not printed"
    return replace(chain, depths=depths), [(0.95, note)]


def _lengthen(
    numerals: Sequence[Numeral], chain: Chain
) -> tuple[Chain, list[tuple[float, str]]]:
    """Heed numerals beside the chain that print a digit more where all else agrees.

    One may have a tick read into it; two that add the same are the numerals in full.
    """
    digits = max(len(numerals[i].text) for i in chain.members)
    cycle = 10**digits
    rows = [numerals[i].row for i in chain.members]
    votes: dict[int, int] = {}
    for i in set(range(len(numerals))) - set(chain.members):
        longer = numerals[i].number - float(
            _depth_at(numerals[i].row, rows, chain.depths)
        )
        more = round(longer / cycle) * cycle
        if more > 0 and abs(longer - more) < 0.3 * chain.step:
            votes[more] = votes.get(more, 0) + 1
    if not votes:
        return chain, []
    more, count = max(votes.items(), key=lambda vote: vote[1])
    if count < 2 or count < 0.7 * sum(votes.values()):
        return chain, [(0.8, f"a numeral prints {more} more than its neighbours")]
    depths = tuple(depth + more for depth in chain.depths)
    return replace(chain, depths=depths), [
        (0.85, f"{more} is added to the numerals, as {count} of them print it")
    ]


def _depth_at(row: float, rows: Sequence[float], depths: Sequence[float]) -> float:
    """Return the depth of a row by a chain, whose end segments go on outwards."""
    k = int(np.clip(np.searchsorted(rows, row) - 1, 0, len(rows) - 2))
    part = (row - rows[k]) / (rows[k + 1] - rows[k])
    return depths[k] + part * (depths[k + 1] - depths[k])


def _short_chain(
    numerals: Sequence[Numeral], weight: float
) -> tuple[Chain, int] | None:
    """Find a chain of last digits that holds much more than the chain of numbers."""
    total = sum(numeral.confidence for numeral in numerals)
    if weight >= 0.75 * total:
        return None
    best: tuple[Chain, int] | None = None
    for modulus in _MODULI:
        chain = find_chain(numerals, modulus)
        if chain is None or chain.weight < weight + max(2.0, 0.25 * weight):
            continue
        # Numbers in full agree in their last digits too, whatever was misread of them.
        brief = [numerals[i].number < modulus for i in chain.members]
        if sum(brief) < 0.5 * len(brief):
            continue
        if best is None or chain.weight > 1.1 * best[0].weight:
            best = chain, modulus
    return best


def _complete(
    numerals: Sequence[Numeral],
    chain: Chain,
    modulus: int,
    within: tuple[float, float] | None,
) -> Chain:
    """Find the leading digits of a chain of last digits, from the numerals in full."""
    depths = np.array(chain.depths)
    bases: dict[float, float] = {}
    for i, depth in zip(chain.members, chain.depths, strict=True):
        if numerals[i].number >= modulus:
            base = numerals[i].number - depth
            bases[base] = bases.get(base, 0.0) + numerals[i].confidence
    if bases:
        base, votes = max(bases.items(), key=lambda vote: vote[1])
        if votes >= 1.5 and votes >= 0.7 * sum(bases.values()) and base >= 0:
            return replace(chain, depths=tuple((depths + base).tolist()))
    if within is not None:
        fits = [
            k * modulus
            for k in range(400)
            if depths[0] + k * modulus >= within[0]
            and depths[-1] + k * modulus <= within[1]
        ]
        if len(fits) == 1:
            return replace(chain, depths=tuple((depths + fits[0]).tolist()))
    msg = "the depth numerals print only their last digits"
    raise Unsettled(msg)
