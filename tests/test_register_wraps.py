"""A curve that wraps is told by its legend, or by ink at both edges of its track."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.pages import DrawnPage, DrawnSection
from veernet.axes import Scale
from veernet.records import Grey, Scan
from veernet.register.geometry.page import find_sections
from veernet.register.legends.agree import confirm
from veernet.register.legends.legend import Legend
from veernet.register.legends.record import LegendCurve
from veernet.register.propose import propose
from veernet.register.text import proposal_lines, proposal_yaml
from veernet.register.wrapping import wrapping_places
from veernet.review.findings import of_proposal

TRANSIT = LegendCurve(
    *(0, (0.0, 1.0), "INTERVAL TRANSIT TIME", "DT"),
    known=True,
    unit="US/F",
    scale=Scale("linear", 100, 40),
    confidence=0.88,
)


@pytest.mark.parametrize("ends", [[(160, 100)], [(160, 100), (220, 160)]])
def test_scales_that_go_on_at_either_edge_are_one_curve_that_wraps(
    ends: list[tuple[float, float]],
) -> None:
    others = [replace(TRANSIT, scale=Scale("linear", *own)) for own in ends]
    ((curve,),) = confirm([[[TRANSIT, *others]]])
    assert curve.wraps
    assert curve.ends == (100, 40)


def test_a_second_scale_in_doubt_is_told_beside_the_curve() -> None:
    other = replace(TRANSIT, scale=Scale("linear", 160, 100), confidence=0.5)
    ((curve,),) = confirm([[[TRANSIT, other]]])
    assert not curve.wraps
    assert curve.confidence >= TRANSIT.confidence
    assert "160 to 100" in curve.notes[-1]
    assert "wraps: true" in curve.notes[-1]


def _wrapping(*, wraps: bool) -> Grey:
    """Return a page whose right track has a curve that swings over its edges."""
    page = DrawnPage(rows=5600, sections=(DrawnSection(700, 5300),), tables=()).draw()
    rows = np.arange(720, 5280)
    swing = 460 + 250 + 300 * np.sin(rows / 45.0)
    folded = 460 + (swing - 460) % 500 if wraps else np.clip(swing, 440, 980)
    for first in range(len(rows) - 1):
        ends = [(int(folded[k]), int(rows[k])) for k in (first, first + 1)]
        if abs(ends[0][0] - ends[1][0]) < 200:
            cv2.line(page, *ends, 0, 2)
        else:
            for column, row in ends:
                edge = 960 if column > 700 else 460
                cv2.line(page, (column, row), (edge, row), 0, 2)
    return page


def test_ink_that_comes_in_where_it_went_out_wraps() -> None:
    scan = Scan.from_array(_wrapping(wraps=True))
    (section,) = find_sections(scan)
    none, many = wrapping_places(scan, section)
    assert none == 0
    assert many >= 10
    straight = Scan.from_array(_wrapping(wraps=False))
    (other,) = find_sections(straight)
    assert wrapping_places(straight, other) == (0, 0)


def test_a_track_whose_ink_wraps_is_told_unless_its_curve_does() -> None:
    scan = Scan.from_array(_wrapping(wraps=True))
    (section,) = propose(scan, None, stated=(1000.0, 1460.0))
    said = "T2: ink leaves at one edge and comes in at the other at "
    assert any(said in line for line in proposal_lines([section]))
    assert any(said in finding.text for finding in of_proposal(section, 5600))
    assert f"  # {said}" in proposal_yaml(Path("scan.tif"), 0, [section])
    curve = replace(TRANSIT, track=1, wraps=True)
    known = replace(section, legend=Legend((curve,)))
    assert not any(said in line for line in proposal_lines([known]))
