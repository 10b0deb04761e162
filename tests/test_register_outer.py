"""Numerals beyond the depth lines that are found tell depths too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from veernet.axes import DepthPoint
from veernet.register.depths.numerals import Numeral
from veernet.register.depths.outer import with_outer
from veernet.register.depths.proposal import DepthProposal

INFINITE = float("inf")


def _numeral(depth: int, off: float = 0.0, sure: float = 1.0) -> Numeral:
    """Return a numeral that stands 4 rows below its depth, five rows a foot."""
    return Numeral(5.0 * (depth - 11_000) + 4 + off, 300, f"{depth}", confidence=sure)


INSIDE = tuple(_numeral(depth) for depth in range(11_700, 12_100, 100))
PROPOSAL = DepthProposal(
    points=(DepthPoint(3400.0, 11_680), DepthPoint(5100.0, 12_020)),
    confidence=0.98,
    scale=5.0,
    step=100.0,
    used=INSIDE,
)


def _reported(*more: Numeral, first: float = -INFINITE) -> list[tuple[float, float]]:
    found = with_outer(PROPOSAL, (*more, *INSIDE), first, INFINITE)
    return [(point.row, point.depth) for point in found.points]


def test_depths_go_on_to_the_numerals_at_either_end() -> None:
    more = _numeral(11_500), _numeral(11_600), _numeral(12_100)
    reported = _reported(*more)
    assert reported[:2] == [(2500.0, 11_500), (3000.0, 11_600)]
    assert reported[-1] == (5500.0, 12_100)
    found = with_outer(PROPOSAL, (*more, *INSIDE), -INFINITE, INFINITE)
    assert found.notes[-1].endswith("11500, 11600, 12100")
    assert found.notes[-1] in found.asked
    assert set(more) <= set(found.used)


@pytest.mark.parametrize(
    "odd",
    [
        _numeral(11_600, off=40),
        _numeral(11_600, sure=0.5),
        _numeral(11_650),
        _numeral(11_200),
    ],
)
def test_a_numeral_off_its_place_in_doubt_or_far_away_tells_nothing(
    odd: Numeral,
) -> None:
    assert _reported(odd) == [(3400.0, 11_680), (5100.0, 12_020)]


def test_numerals_of_another_section_are_left_to_it() -> None:
    assert _reported(_numeral(11_600), first=3200.0)[0] == (3400.0, 11_680)


def test_a_leading_digit_that_is_not_printed_is_added() -> None:
    short = tuple(replace(n, text=n.text[1:]) for n in INSIDE)
    proposal = replace(PROPOSAL, used=short)
    more = replace(_numeral(11_600), text="1600")
    found = with_outer(proposal, (more, *short), -INFINITE, INFINITE)
    assert found.points[0] == DepthPoint(3000.0, 11_600)
