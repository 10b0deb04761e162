"""Sections are called what is printed over them, else by the depths that they cover."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.pages import DrawnPage
from veernet.axes import DepthPoint
from veernet.records import Scan
from veernet.register.depths.proposal import DepthProposal
from veernet.register.geometry.page import FoundSection, find_sections
from veernet.register.legends.header import Header
from veernet.register.naming import Role, Title, names_of, title_of
from veernet.register.ocr.reader import Text


@pytest.fixture(scope="module")
def section() -> FoundSection:
    return find_sections(Scan.from_array(DrawnPage().draw()))[0]


def _depths(
    first: float, last: float, scale: float, sure: float = 0.8
) -> DepthProposal:
    points = DepthPoint(0.0, first), DepthPoint((last - first) * scale, last)
    return DepthProposal(points=points, confidence=sure, scale=scale)


def _named(
    section: FoundSection,
    depths: list[DepthProposal],
    roles: list[Role | None] | None = None,
    rows: list[float] | None = None,
) -> list[str]:
    ends = rows or [d.points[-1].row if d.points else 1.0 for d in depths]
    found = [replace(section, first_row=0.0, last_row=row) for row in ends]
    titles = [role and Title(role, role) for role in roles or [None] * len(depths)]
    return names_of(found, depths, titles)


def test_the_log_is_main_and_not_a_longer_detail_of_it(section: FoundSection) -> None:
    log, detail = _depths(3000, 4050, 10), _depths(3500, 4050, 20)
    assert detail.points[-1].row > log.points[-1].row
    repeat = _depths(3500, 4052, 10)
    names = _named(section, [log, detail, repeat])
    assert names == ["main", "section-2", "repeat"]


def test_of_sections_that_cover_as_much_the_longest_is_main(
    section: FoundSection,
) -> None:
    sections = [_depths(100, 4700, 4), _depths(100, 4740, 10), _depths(100, 4700, 2)]
    assert _named(section, sections)[1] == "main"
    # A range that may be misread does not tell, nor do sections without depths.
    doubted = [_depths(100, 9000, 4, sure=0.4), _depths(3000, 4000, 40)]
    assert _named(section, doubted)[1] == "main"
    none = DepthProposal(refusal="none are read")
    assert _named(section, [none, sections[0]], rows=[9e4, 5e4])[0] == "main"


def test_what_is_printed_over_a_section_names_it(section: FoundSection) -> None:
    log, other = _depths(3000, 4050, 10), _depths(2900, 4050, 12)
    assert _named(section, [log, other], ["main", None]) == ["main", "section-2"]
    assert _named(section, [log, other], [None, "repeat"]) == ["main", "repeat"]
    within = _depths(3100, 4000, 10)
    roles: list[Role | None] = ["main", "main"]
    assert _named(section, [log, within], roles) == ["main", "section-2"]
    unread = DepthProposal(refusal="none are read")
    assert _named(section, [log, unread], [None, "repeat"]) == ["main", "repeat"]


def _title(*texts: tuple[str, float, float]) -> str | None:
    """Return the role that some print gives: text, row and score of each."""
    rows = 600
    band = np.full((rows, 1000), 255, np.uint8)
    read = tuple(
        Text(text, score, row - 10, 300, row + 10, 700) for text, row, score in texts
    )
    ink = np.zeros_like(band)
    title = title_of(Header(0, band, ink, ((50.0, 950.0),), (read,), 0.0))
    return None if title is None else title.role


@pytest.mark.parametrize(
    ("texts", "role"),
    [
        ([("Repeat Section", 80, 1.0)], "repeat"),
        ([('Man Pass 5" Porosity', 580, 0.91)], "main"),
        ([('REPEAT PASS 5"', 570, 0.9), ("Gamma Ray", 500, 1.0)], "repeat"),
        # Far above the grid a run is named in a table, and smears are not heard.
        ([("Pass: Repeat[2] Up", 90, 1.0)], None),
        ([("Repeat Section", 80, 0.7)], None),
        ([("MAIN PASS", 60, 1.0), ("REPEAT PASS", 90, 1.0)], None),
        ([("Gamma Ray", 570, 1.0), ("Remains", 580, 1.0)], None),
    ],
)
def test_titles(texts: list[tuple[str, float, float]], role: str | None) -> None:
    assert _title(*texts) == role
