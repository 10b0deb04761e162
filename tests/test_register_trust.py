"""Edges of tracks are doubted where lines, depth lines and header disagree."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.pages import DrawnPage, DrawnSection
from veernet.records import Grey, Scan
from veernet.register.geometry.lineextent import LineExtent
from veernet.register.geometry.page import find_sections
from veernet.register.geometry.sections import Block
from veernet.register.geometry.tracks import Span
from veernet.register.geometry.trust import FULL_CONFIDENCE, edge_doubts, trust_of
from veernet.register.propose import propose
from veernet.register.text import proposal_lines, proposal_yaml
from veernet.review.findings import of_proposal

LEFT, DIVISION, COLUMNS = 200.0, 30.0, 900
FIRST = 30
"""Band at which the grid begins."""


def _trusts(
    count: int = 10,
    *,
    drawn: tuple[float, float] | None = None,
    seen: slice = slice(None),
    frame: tuple[float, ...] = (),
    taken: tuple[tuple[float, float], ...] = (),
    even: bool = True,
) -> tuple[tuple[float, int], tuple[float, int]]:
    """Return confidence and number of notes of both edges of a track.

    ``drawn`` are the columns in which depth lines are drawn, ``seen`` the uprights that
    are inked, ``frame`` the uprights of the header.
    """
    lines = LEFT + DIVISION * np.arange(count + 1)
    across = drawn or (float(lines[0]), float(lines[-1]))
    line_extent = np.zeros(COLUMNS)
    line_extent[round(across[0]) : round(across[1]) + 1] = 0.9
    between = np.zeros(COLUMNS)
    between[np.rint(lines[seen]).astype(int)] = 0.8
    straight = np.zeros((60, COLUMNS), dtype=np.float32)
    straight[FIRST - 8 : FIRST, np.rint(frame).astype(int)] = 0.3
    block = Block(FIRST, 60, lines, np.ones(len(lines)), np.zeros(30), 0.5)
    division = DIVISION if even else None
    span = Span(float(lines[0]), float(lines[-1]), lines, division, 0.9)
    left, right = trust_of(
        span, LineExtent(line_extent, between, ()), block, straight, taken
    )
    return (left.confidence, len(left.notes)), (right.confidence, len(right.notes))


RIGHT = LEFT + 10 * DIVISION
SURELY = (FULL_CONFIDENCE, 0)


def test_an_edge_that_all_agree_on_is_sure() -> None:
    assert _trusts() == (SURELY, SURELY)
    assert _trusts(frame=(LEFT, RIGHT)) == (SURELY, SURELY)
    # What is printed above the track says nothing of its edges, nor do ticks over many.
    ticks = LEFT + DIVISION * np.arange(1, 10)
    assert _trusts(frame=tuple(ticks)) == (SURELY, SURELY)
    assert _trusts(frame=(LEFT, LEFT + DIVISION, RIGHT)) == (SURELY, SURELY)


@pytest.mark.parametrize(
    ("case", "left", "right"),
    [
        ({"seen": slice(1, None)}, (0.8, 1), SURELY),
        ({"drawn": (LEFT - DIVISION, RIGHT)}, (0.6, 1), SURELY),
        ({"drawn": (LEFT, RIGHT - DIVISION)}, SURELY, (0.6, 1)),
        ({"frame": (LEFT - DIVISION, RIGHT)}, (0.6, 1), SURELY),
        ({"frame": (LEFT, RIGHT - DIVISION)}, SURELY, (0.6, 1)),
        # Depth lines that go on further are those of a column beside it.
        ({"drawn": (LEFT - 4 * DIVISION, RIGHT)}, SURELY, SURELY),
        (
            {"drawn": (LEFT, RIGHT + DIVISION), "taken": ((RIGHT, RIGHT + 50),)},
            SURELY,
            SURELY,
        ),
        ({"count": 9}, (0.75, 0), (0.75, 0)),
        ({"even": False, "drawn": (LEFT - DIVISION, RIGHT)}, (0.9, 0), (0.9, 0)),
    ],
)
def test_what_speaks_for_another_line_is_told(
    case: dict[str, object], left: tuple[float, int], right: tuple[float, int]
) -> None:
    assert _trusts(**case) == (left, right)  # type: ignore[arg-type]


def _lost_edge() -> Grey:
    """Return a page on which the left line of the second track is bleached."""
    page = DrawnPage(rows=5200, sections=(DrawnSection(1100, 4900),)).draw()
    cv2.rectangle(page, (457, 1000), (463, 5000), 255, -1)
    for row in range(1100, 4901, 20):
        page[row, 457:464] = 0
    return page


def test_a_doubt_is_a_line_a_comment_and_a_finding() -> None:
    scan = Scan.from_array(_lost_edge())
    (section,) = propose(scan, None, stated=(1000.0, 1380.0))
    (doubt,) = section.found.edge_doubts
    assert doubt == "T2, left edge (0.80): its own line is not seen"
    assert any(doubt in line for line in proposal_lines([section]))
    assert f"# {doubt}" in proposal_yaml(Path("scan.tif"), 0, [section])
    (finding,) = [f for f in of_proposal(section, 5200) if doubt in f.text]
    assert finding.severity == "suggestion"
    assert finding.column == pytest.approx(460, abs=3)


def test_edges_of_a_clean_page_are_sure() -> None:
    page = DrawnPage(rows=5200, sections=(DrawnSection(1100, 4900),))
    (section,) = find_sections(Scan.from_array(page.draw()))
    assert [edge.confidence for t in section.tracks for edge in t.trust] == [
        FULL_CONFIDENCE
    ] * 4
    assert edge_doubts([track.trust for track in section.tracks]) == []
