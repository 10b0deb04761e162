"""What a person is sent to look at: what is wrong, once, until it was looked at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.reviews import FIRST, registration, traces
from veernet.axes import DepthAxis, DepthPoint
from veernet.edits.samples import ENDS, Samples
from veernet.findings.earlier import of_ink, unseen
from veernet.records import ORIGINS, Trace
from veernet.review.doubt import StoredFinding, found_in, reviewed_of, to_look_at
from veernet.review.doubtrows import away, left_inside
from veernet.review.lines import EDITED, REVIEWED, ReviewedCurve

OFF_LEFT = ORIGINS.index("off-left")


def reviewed(name: str, **changes: np.ndarray) -> ReviewedCurve:
    """Return a curve of the small reading, or one with other arrays."""
    trace = next(one for one in traces() if one.mnemonic == name)
    return ReviewedCurve.of(replace(trace, **changes), 1)


def off_at(row: int, *, at_edge: bool) -> ReviewedCurve:
    """Return CALI, off scale for fifty rows from where it is at its edge, or not."""
    trace = next(one for one in traces() if one.mnemonic == "CALI")
    column = np.full(trace.row.size, 100.0)
    origin = np.ones(trace.row.size, np.uint8)
    if at_edge:
        column[row - 20 : row + 70] = 24.0
    column[row : row + 50] = np.nan
    origin[row : row + 50] = OFF_LEFT
    confidence = np.where(np.isfinite(column), 0.95, 0.0)
    return ReviewedCurve.of(Trace("CALI", trace.row, column, confidence, origin), 1)


def listed(curve: ReviewedCurve, *found: StoredFinding) -> list[tuple[str, int, int]]:
    """Return kind and rows, from the first, of what is to be looked at."""
    stops = to_look_at(curve, found, registration())
    return sorted((s.kind, s.row0 - FIRST, s.row1 - FIRST) for s in stops)


def test_the_same_rows_are_one_stop() -> None:
    assert listed(reviewed("CALI")) == [("gap", 200, 239)]
    reported = {"curves": ["CALI"], "rows": [FIRST + 200, FIRST + 239], "text": "t"}
    found = found_in([{**reported, "kind": "unread"}], ["CALI"])
    assert listed(reviewed("CALI"), *found) == [("gap", 200, 239)]
    found = found_in(
        [{**reported, "kind": "jump"}, {**reported, "kind": "style"}], ["CALI"]
    )
    assert listed(reviewed("CALI"), *found) == [("finding", 200, 239)]
    confidence = np.full(501, 0.95)
    confidence[190:240] = 0.5
    curve = reviewed("CALI", confidence=confidence)
    assert listed(curve) == [("gap", 190, 239)]


def test_rows_between_two_strips_are_no_stop() -> None:
    curve, whole = reviewed("CALI"), registration()
    ends = whole.depth.points
    strips = DepthPoint(FIRST + 190, 1019, gap=True), DepthPoint(FIRST + 250, 1025)
    parted = replace(whole, depth=DepthAxis("ft", (ends[0], *strips, ends[1])))
    assert to_look_at(curve, (), whole)
    assert to_look_at(curve, (), parted) == []


def test_a_finding_about_other_rows_is_a_stop_of_its_own() -> None:
    found = StoredFinding("CALI", FIRST + 150, FIRST + 400, "jump", "jump")
    assert listed(reviewed("CALI"), found) == [("finding", 150, 400), ("gap", 200, 239)]


@pytest.mark.parametrize("at_edge", [True, False])
def test_off_scale_is_doubted_where_the_curve_was_not_at_the_edge(
    at_edge: bool,
) -> None:
    curve = off_at(200, at_edge=at_edge)
    assert listed(curve) == ([] if at_edge else [("off", 200, 249)])
    assert left_inside(curve, registration()).any() != at_edge
    assert reviewed_of(curve, None, (), registration()) == (0, 0 if at_edge else 50)


def test_a_quiet_curve_that_leaves_its_course_is_doubted_though_it_is_sure() -> None:
    rng = np.random.default_rng(5)
    rows = 4000
    column = 100 + rng.normal(0, 0.6, rows)
    bulge = slice(2000, 2050)
    column[bulge] -= 30 * np.sin(np.linspace(0, np.pi, 50))
    trace = Trace(
        "CALI",
        np.arange(rows, dtype=np.int64) + FIRST,
        column,
        np.ones(rows),
        np.ones(rows, np.uint8),
    )
    curve = ReviewedCurve.of(trace, 1)
    (stop,) = to_look_at(curve, (), registration())
    assert stop.kind == "away"
    assert 2000 <= stop.row0 - FIRST <= 2008
    assert 2041 <= stop.row1 - FIRST <= 2049
    assert "far from where it runs" in stop.text
    rough = replace(trace, column=100 + 40 * np.sin(np.arange(rows) / 60))
    assert not away(ReviewedCurve.of(rough, 1).samples).any()


@pytest.mark.parametrize(("short", "left"), [(1, 0), (ENDS, 0), (ENDS + 4, 1)])
def test_rows_that_an_edit_left_out_at_an_end_are_looked_at(
    short: int, left: int
) -> None:
    curve = reviewed("ILD")  # doubtful in rows 50 to 69
    edited = slice(40, 70 - short)
    curve.samples.confidence[edited] = 1.0
    curve.samples.flags[edited] = REVIEWED | EDITED
    assert len(listed(curve)) == left
    seen, rows = reviewed_of(curve, None)
    assert (rows - seen > 0) == bool(left)


def test_an_edit_beside_a_doubt_is_no_look_at_it() -> None:
    curve = reviewed("ILD")
    curve.samples.flags[20:46] = REVIEWED | EDITED
    assert listed(curve) == [("unsure", 50, 69)]
    assert reviewed_of(curve, None) == (0, 20)


def test_a_finding_that_is_seen_but_for_its_ends_is_not_told_again() -> None:
    reported = {"text": "t", "kind": "jump", "curves": ["ILD"], "rows": [150, 200]}
    findings = of_ink([reported], "main")
    for first, left in ((152, 0), (162, 1)):
        curve = reviewed("ILD")
        curve.samples.flags[first - FIRST : 199 - FIRST] = REVIEWED
        seen = curve.samples.flags & REVIEWED > 0
        samples = Samples.from_trace(curve.trace(), seen)
        assert len(list(unseen(findings, {"ILD": samples}))) == left
