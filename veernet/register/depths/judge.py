"""What makes the depths of a section doubtful: each a ceiling on their confidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from veernet.register.depths.chain import Chain
from veernet.register.depths.interpolation import weighted_median
from veernet.register.depths.numerals import Numeral
from veernet.register.depths.printscale import (
    WITHIN,
    Unit,
    guess_unit,
    miss,
    trusted_dpi,
)
from veernet.register.depths.proposal import Doubts

_FEW = {2: 0.4, 3: 0.7, 4: 0.85}
"""Ceiling where no more numerals than these agree."""
_UNEVEN = (1.5, 0.4)
"""Rows, or depth units, whichever is more: stretch between two points that is no harm.

Where between them the paper slipped is not known, so depths there are off by as much.
"""
_LONG = 6
"""Lines that are lost in a row make a long gap."""
_UNEVEN_LONG = 0.15
_AROUND = 8
"""Gaps on either side that say how many rows a unit has there."""
_DIGITS = 5
"""Of the deepest logs: numerals of so many have lost none."""
_BORNE_OUT = 2
"""Numerals of either length that show where a section gains a digit."""


def judge_scale(
    scale: float, dpi: float | None, unit: Unit | None, doubts: Doubts
) -> Unit | None:
    """Return the unit, stated or guessed; doubt a scale that no log is printed at."""
    dots = trusted_dpi(dpi)
    if dots is not None:
        units: tuple[Unit, ...] = ("ft", "m") if unit is None else (unit,)
        if min(miss(scale, dots, each) for each in units) > WITHIN:
            inches = scale * 100 / dots
            doubts.cap(0.85, f"{inches:.3g} inches to 100 units is no scale of logs")
    return unit if unit is not None else guess_unit(scale, dpi)


def judge_numbers(
    numerals: Sequence[Numeral], chain: Chain, doubts: Doubts, *, known: bool
) -> None:
    """Doubt a chain of few numerals, of shortened ones, or one that leaves out many.

    Known says that the caller knows between which depths the section lies.
    """
    if not known and not _whole(numerals, chain):
        why = "all numerals are as long: a leading digit may be left out"
        doubts.cap(0.85, f"{why}: --within LEAST GREATEST settles it")
    count = len(chain.members)
    if count in _FEW:
        doubts.cap(_FEW[count], f"only {count} numerals agree")
    # What was read without confidence is mostly no numeral at all.
    total = sum(n.confidence for n in numerals if n.confidence >= 0.5)
    share = min(1.0, chain.weight / total) if total else 1.0
    if share < 0.75:
        doubts.cap(
            0.8 if share >= 0.5 else 0.5, f"{1 - share:.0%} of the numerals differ"
        )
    wanted = (chain.depths[-1] - chain.depths[0]) / chain.step + 1
    if count < 0.4 * wanted:
        doubts.cap(0.8, f"{count} of {wanted:.0f} numerals are read")


def _whole(numerals: Sequence[Numeral], chain: Chain) -> bool:
    """Tell whether numerals are printed whole: 990 is followed by 1000, not by 000.

    A log may print 4300 for 14300 all along, and nothing in it says so.
    """
    pairs = zip(chain.members, chain.depths, strict=True)
    lengths = Counter(
        len(numerals[i].text) for i, depth in pairs if numerals[i].number == depth
    )
    sure = [length for length, count in lengths.items() if count >= _BORNE_OUT]
    return len(sure) > 1 or max(sure, default=0) >= _DIGITS


def judge_stretch(
    points: list[tuple[float, float]], step: float, doubts: Doubts
) -> None:
    """Doubt depths where the paper slips between two points, (row, depth).

    The step is that of the depth lines.
    """
    rows, depths = np.transpose(points)
    down, deep = np.diff(rows), np.diff(depths)
    usual = []
    for k in range(len(down)):
        # Its neighbours judge a gap; long ones are measured better than short ones.
        near = np.arange(max(0, k - _AROUND), min(len(down), k + _AROUND + 1))
        near = near[near != k] if len(near) > 1 else near
        usual.append(weighted_median((down / deep)[near], deep[near]))
    extra = np.abs(down - np.array(usual) * deep)
    # Over a long gap a slow stretch may hide a slip, or make up for it.
    share = np.where(deep > _LONG * step, _UNEVEN_LONG, _UNEVEN[1])
    limit = np.maximum(_UNEVEN[0], share * np.array(usual))
    worst = int(np.argmax(extra / limit))
    if len(down) < 3 and deep.max() > 20:
        doubts.cap(0.85, "too few lines to tell whether the paper is stretched")
    if extra[worst] > limit[worst]:
        units = extra[worst] / usual[worst]
        place = f"between {depths[worst]:g} and {depths[worst + 1]:g}"
        doubts.cap(
            0.85, f"depths are off by up to {units:.1f} {place}: the paper slips"
        )
