"""A proposal is a file that a person can read, move and correct."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from veernet.archive.registering import _proposed
from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.calibrate import calibrate
from veernet.errors import InputError
from veernet.records import Registration, Trace
from veernet.register.atnumerals import BETWEEN, TOLERANCE, at_numerals, on_numerals
from veernet.register.depths.numerals import Numeral
from veernet.register.depths.proposal import DepthProposal, Doubts
from veernet.register.edgetext import TOLERANCE as COLUMNS
from veernet.register.edgetext import edge_lines, simplified
from veernet.register.geometry.depthlines import DepthLines
from veernet.register.geometry.page import FoundSection, FoundTrack
from veernet.register.geometry.tracks import Span
from veernet.register.geometry.trust import EdgeTrust
from veernet.register.heading.heading import WellField
from veernet.register.legends.legend import Legend
from veernet.register.legends.record import LegendCurve
from veernet.register.onelog import one_log
from veernet.register.overlay import _labels
from veernet.register.propose import ProposedSection
from veernet.register.text import proposal_lines, proposal_yaml
from veernet.registration import registrations_in, to_yaml

ROWS = np.arange(0.0, 4001.0, 20.0)
"""Depth lines, 2 ft apart: ten rows a foot."""


def lines_at(rows: np.ndarray) -> DepthLines:
    ones = np.ones(len(rows))
    return DepthLines(rows, ones, 0 * ones, 500.0, 20.0, ())


def track(left: float, top: float, bottom: float, lean: float = 0.0) -> FoundTrack:
    rows = (top, bottom)
    span = Span(left, left + 500, np.linspace(left, left + 500, 11), 50.0, 0.9)
    edges = (Edge(rows, (at, at + lean)) for at in (left, left + 500))
    return FoundTrack(*edges, span)


CURVES = tuple(
    LegendCurve(
        number, (0.0, 1.0), name, name, known=True, unit=unit, scale=scale,
        line="solid", confidence=0.95,
    )
    for number, name, unit, scale in (
        (0, "GR", "GAPI", Scale("linear", 0, 150)),
        (1, "DT", "US/F", Scale("linear", 140, 40)),
    )
)  # fmt: skip


def section(
    name: str, first: float, last: float, depths: tuple[float, float], *notes: str
) -> ProposedSection:
    rows = np.arange(first, last + 1, 20.0)
    tracks = tuple(track(left, first, last, 3.0) for left in (10.0, 700.0))
    found = FoundSection(first, last, tracks, None, lines_at(rows), 1.0)
    points = (DepthPoint(first, depths[0]), DepthPoint(last, depths[1]))
    depth = DepthProposal(points, 0.8 if notes else 0.98, "ft", scale=10.0, notes=notes)
    return ProposedSection(name, found, depth, points, Legend(CURVES))


def read(text: str) -> tuple[Registration, ...]:
    return registrations_in(text.encode(), Path("reg.yaml"))


FIRST = section("main", 1000, 5000, (100, 500), "the paper slips", "a digit may lack")
AGAIN = section("repeat", 6000, 8000, (200, 400), "a digit may lack")


def test_what_sections_share_stands_once() -> None:
    well = (WellField("FLD", "WILDCAT", 0.95, 5, 6),)
    sections = tuple(replace(one, well=well) for one in (FIRST, AGAIN))
    text = proposal_yaml(Path("scan.tif"), 0, sections)
    for once in ("scan.tif", "WILDCAT", "a digit may lack", "step:", "width: 500"):
        assert text.count(once) == (2 if once == "width: 500" else 1), once
    main, repeat = read(text)
    assert (main.image, repeat.well) == ("scan.tif", {"FLD": "WILDCAT"})
    for number, left in enumerate((10.0, 700.0)):
        for one, found in ((main, FIRST), (repeat, AGAIN)):
            edge = one.tracks[number].left
            rows = found.found.lines.rows
            exact = found.found.tracks[number].left.column_at(rows)
            assert np.abs(edge.column_at(rows) - exact).max() <= COLUMNS
            assert edge.column_at(rows[:1])[0] == pytest.approx(left, abs=COLUMNS)
    assert read(to_yaml(main, repeat)) == (main, repeat)


def test_one_section_is_one_document() -> None:
    text = proposal_yaml(Path("scan.tif"), 3, (FIRST,))
    assert "---" not in text
    (main,) = read(text)
    assert (main.page, main.section, len(main.tracks)) == (3, "main", 2)


def test_a_proposal_of_many_sections_opens_with_its_contents() -> None:
    four = [FIRST, AGAIN] + [
        section(f"section-{k}", 2000.0 * k + 3000, 2000.0 * k + 4000, (k, k + 100))
        for k in (3, 4)
    ]
    text = proposal_yaml(Path("scan.tif"), 0, four)
    table = [line for line in text.splitlines() if line.startswith("#")]
    (titles,) = (k for k, line in enumerate(table) if line.startswith("# section "))
    reported = [line[2:].split() for line in table[titles + 1 : titles + 5]]
    assert [words[0] for words in reported] == [
        "main",
        "repeat",
        "section-3",
        "section-4",
    ]
    assert table[titles + 1].endswith("GR DT   suggested, 0.80")
    assert "repeats a part of main" in table[titles + 2]
    assert "stated, 0.98" in table[titles + 3]
    assert len(read(text)) == 4
    few = proposal_yaml(Path("scan.tif"), 0, four[:3])
    assert "# section " not in few


def test_the_same_warning_is_one_line() -> None:
    reported = proposal_lines([FIRST, AGAIN])
    assert reported.count("all sections: a digit may lack") == 1
    assert "main: the paper slips" in reported
    assert sum("GR 0 to 150" in line for line in reported) == 1


def test_nothing_is_said_of_depths_that_are_stated_or_refused() -> None:
    sure = replace(FIRST, depth=replace(FIRST.depth, confidence=0.95))
    assert not any("digit" in line for line in proposal_lines([sure]))
    assert "digit" not in proposal_yaml(Path("scan.tif"), 0, [sure])
    rest = "3 depth lines below 500, rows 1 to 2, have no depth yet: give a point"
    more = replace(sure, depth=replace(sure.depth, notes=(rest,), asked=(rest,)))
    assert f"main: {rest}" in proposal_lines([more])
    none = DepthProposal(notes=("a digit may lack",), refusal="nothing agrees")
    refused = replace(FIRST, depth=none, points=())
    reported = proposal_lines([refused])
    assert "main: no depths: nothing agrees" in reported
    assert not any("digit" in line for line in reported)


def test_an_edge_keeps_its_way_with_few_nodes() -> None:
    rng = np.random.default_rng(2)
    rows = np.arange(0.0, 60_000, 128)
    columns = 300 + 8 * np.sin(rows / 9000) + rng.normal(0, 0.2, len(rows))
    edge = simplified(rows, columns, COLUMNS)
    assert np.abs(edge.column_at(rows) - columns).max() <= COLUMNS + 0.05
    assert len(edge.rows) < len(rows) / 10
    straight = simplified(rows, 300 + rng.uniform(-0.9, 0.9, len(rows)), COLUMNS)
    assert straight.rows == (0.0,)


def test_a_track_that_keeps_its_width_has_one_list_of_nodes() -> None:
    rows = tuple(np.arange(0.0, 9000, 300).tolist())
    way = 300 + 20 * np.sin(np.array(rows) / 2000)
    left, right = (Edge(rows, tuple(way + by)) for by in (0.0, 500.3))
    reported = yaml.safe_load("\n".join(edge_lines(left, right, COLUMNS, "")))
    assert reported["width"] == 500.3
    assert "right" not in reported
    opening = Edge(rows, tuple(way + 500 + np.linspace(0, 9, len(rows))))
    reported = yaml.safe_load("\n".join(edge_lines(left, opening, COLUMNS, "")))
    assert "width" not in reported


def proposal(
    stretch: np.ndarray, points: list[float], numerals: list[float]
) -> DepthProposal:
    """Return depths of lines 2 ft apart that were read at some, corners at others."""
    depths = 1000 + 0.1 * ROWS

    def row(depth: float) -> float:
        return float(np.interp(depth, depths, stretch))

    return DepthProposal(
        tuple(DepthPoint(row(d), d) for d in points),
        0.8, "ft", scale=10.0, step=100.0, line_step=2.0,
        used=tuple(Numeral(row(d), 5.0, f"{d:g}") for d in numerals),
    )  # fmt: skip


def test_depth_points_stand_at_numerals() -> None:
    # The paper is stretched evenly from 1198 ft on: 1200 tells nearly the same.
    stretch = ROWS + 0.05 * np.maximum(ROWS - 1980, 0)
    before = proposal(stretch, [1000, 1198, 1400], [1100, 1200, 1300])
    depth = at_numerals(before, stretch)
    assert [point.depth for point in depth.points] == [1000, 1200, 1400]
    assert on_numerals(depth) == [False, True, False]
    axis = DepthAxis("ft", depth.points)
    off = np.abs(axis.row_at(1000 + 0.1 * ROWS) - stretch).max() / 10
    assert off <= TOLERANCE[1] + 0.1


def test_a_splice_between_two_numerals_keeps_its_point() -> None:
    stretch = ROWS + np.where(ROWS > 1500, 30.0, 0.0)
    before = proposal(stretch, [1000, 1150, 1152, 1400], [1100, 1200, 1300])
    depth = at_numerals(before, stretch)
    assert {1150.0, 1152.0} & {point.depth for point in depth.points}
    axis = DepthAxis("ft", depth.points)
    off = np.abs(axis.row_at(1000 + 0.1 * ROWS) - stretch).max() / 10
    assert off <= BETWEEN[1]


def test_an_even_paper_needs_its_ends_alone() -> None:
    before = proposal(ROWS, [1000, 1400], [1100, 1200, 1300])
    assert at_numerals(before, ROWS) == before


def parts_of(one: ProposedSection, other: ProposedSection) -> list:
    tracks = one.found.tracks
    return [(replace(s.found, tracks=tracks), s.depth, s.legend) for s in (one, other)]


def test_a_log_with_a_gap_is_one_section() -> None:
    below = section("x", 5100, 9100, (560, 960))
    ((found, depth, _),) = one_log(parts_of(FIRST, below))
    assert (found.first_row, found.last_row) == (1000, 9100)
    assert [p.depth for p in depth.points] == [100, 500, 560, 960]
    assert [p.gap for p in depth.points] == [False, True, False, False]
    assert any("from 500 to 560 is a gap" in note for note in depth.notes)
    whole = replace(FIRST, found=found, depth=depth, points=depth.points)
    (registration,) = read(proposal_yaml(Path("scan.tif"), 0, [whole]))
    assert registration.depth.points[1].gap


def test_whether_strips_are_one_log_is_asked_however_sure_the_depths_are() -> None:
    below = section("x", 5100, 9100, (560, 960))
    sure = [
        replace(one, depth=replace(one.depth, confidence=0.95, notes=()))
        for one in (FIRST, below)
    ]
    ((found, depth, _),) = one_log(parts_of(*sure))
    assert depth.stated
    whole = replace(FIRST, found=found, depth=depth, points=depth.points)
    asked = "from 500 to 560 is a gap, where strips are spliced: is it one log?"
    assert f"  # {asked}\n" in proposal_yaml(Path("scan.tif"), 0, [whole])
    assert f"main: {asked}" in proposal_lines([whole])


def test_an_archive_is_told_which_fields_of_its_well_are_suggestions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    well = tuple(
        WellField(name, "RED CREEK", confidence, 1, 2)
        for name, confidence in (("COMP", 0.95), ("WELL", 0.85), ("FLD", 0.85))
    )
    whole = replace(FIRST, legend=Legend(CURVES, "ft"), well=well)
    for name, made in {
        "veernet.scan.open_scan": lambda _: None,
        "veernet.register.ocr.recognise.load_recogniser": lambda: None,
        "veernet.register.ocr.reader.load_reader": lambda: None,
        "veernet.register.propose.propose": lambda *_, **__: [whole],
    }.items():
        monkeypatch.setattr(name, made)
    log = SimpleNamespace(address="a/well.tif", how="read", registrations=(), well={})
    said = "the well: WELL, FLD are suggestions: compare them with the heading"
    (found,) = _proposed(log, Path("well.tif"))
    assert found.remarks[-1] == said
    log.well = {"WELL": "A-1"}
    (found,) = _proposed(log, Path("well.tif"))
    assert found.remarks[-1] == said.replace("WELL, ", "")
    log.well = {"WELL": "A-1", "FLD": "B"}
    (found,) = _proposed(log, Path("well.tif"))
    assert len(found.remarks) == 1


def test_the_overlay_labels_no_depths_in_a_gap() -> None:
    below = section("x", 5100, 9100, (560, 960))
    ((found, depth, _),) = one_log(parts_of(FIRST, below))
    depth = replace(depth, step=20.0)
    whole = replace(FIRST, found=found, depth=depth, points=depth.points)
    labelled = [at for _, at in _labels(whole, 0, 10_000)]
    assert [at for at in labelled if 440 < at < 620] == [460, 480, 500, 560, 580, 600]


def test_what_is_known_of_either_strip_is_known_of_the_log() -> None:
    below = section("x", 5020, 9020, (502, 902))
    doubted = EdgeTrust(0.6, ("its own line is not seen",))
    tracks = tuple(
        replace(track(left, 5020, 9020), trust=(EdgeTrust(), doubted))
        for left in (15.0, 703.0)
    )
    said = DepthProposal(
        FIRST.depth.points, 0.8, "ft", scale=10.0, notes=("a", "b"), minor=("a",)
    )
    upper = replace(FIRST.found, tracks=tracks_of(1000, 5000)), said, Legend()
    other = replace(
        said, points=below.depth.points, notes=("a", "b", "c"), minor=("b", "c")
    )
    lower = replace(below.found, tracks=tracks), other, Legend(CURVES, "ft")
    ((found, depth, legend),) = one_log([upper, lower])
    assert legend == Legend(CURVES, "ft")
    assert [t.trust[1].notes for t in found.tracks] == [doubted.notes] * 2
    assert found.tracks[0].trust == (EdgeTrust(), doubted)
    # Each of a and b decides the confidence of one strip.
    assert depth.minor == ("c",)


def tracks_of(top: float, bottom: float) -> tuple[FoundTrack, ...]:
    return tuple(track(left, top, bottom) for left in (15.0, 703.0))


def test_a_log_that_was_found_in_two_pieces_is_one_section() -> None:
    below = section("x", 5020, 9020, (502, 902))
    moved = tuple(track(left, 5020, 9020, 2.0) for left in (15.0, 703.0))
    parts = parts_of(FIRST, below)
    parts[1] = (replace(parts[1][0], tracks=moved), *parts[1][1:])
    ((found, depth, _),) = one_log(parts)
    assert not any(point.gap for point in depth.points)
    assert found.tracks[0].left.rows == (1000.0, 5000.0, 5020.0, 9020.0)
    assert len(found.lines.rows) == 402
    away = tuple(track(left, 5020, 9020) for left in (15.0, 803.0))
    parts[1] = (replace(parts[1][0], tracks=away), *parts[1][1:])
    assert len(one_log(parts)) == 2


@pytest.mark.parametrize(
    "other",
    [
        section("falls back", 5100, 7100, (300, 500)),
        section("far below", 9000, 9900, (560, 660)),
        section("much deeper", 5100, 7100, (5000, 5200)),
        replace(AGAIN, depth=DepthProposal(refusal="none"), points=()),
    ],
)
def test_another_log_is_another_section(other: ProposedSection) -> None:
    assert len(one_log(parts_of(FIRST, other))) == 2


def test_nothing_is_read_in_a_gap(tmp_path: Path) -> None:
    text = """\
depth:
  unit: ft
  points:
    - {row: 0, depth: 100}
    - {row: 10, depth: 110, gap: true}
    - {row: 14, depth: 150}
    - {row: 24, depth: 160}
step: 1
tracks: [{name: T, left: 0, right: 100, curves: [{mnemonic: GR, unit: G, left: 0,
  right: 100, scale: linear}]}]
"""
    (found,) = read(text)
    assert read(to_yaml(found)) == (found,)
    rows = np.arange(25)
    ones = np.ones(25)
    trace = Trace("GR", rows, 50 * ones, ones, ones.astype(np.uint8))
    curve = calibrate(trace, found)
    read_at = curve.depth[np.isfinite(curve.value)]
    assert read_at.tolist() == [*range(100, 111), *range(150, 161)]
    part = found.depth.between(105, 155)
    assert part.in_gap([110, 130, 150]).tolist() == [False, True, False]
    inside = found.depth.between(120, 155)
    assert inside.in_gap([121]).tolist() == [True]
    with pytest.raises(InputError, match="the gap at 160 has no end"):
        read(text.replace("160}", "160, gap: true}"))


def test_only_the_doubt_that_decides_is_told() -> None:
    doubts = Doubts()
    doubts.cap(0.85, "the lines are fine")
    doubts.cap(0.4, "only two numerals agree")
    doubts.cap(0.8, "the paper slips")
    assert doubts.minor == ("the lines are fine", "the paper slips")
    depth = replace(
        FIRST.depth, confidence=0.4, notes=tuple(doubts.notes), minor=doubts.minor
    )
    reported = proposal_lines([replace(FIRST, depth=depth)])
    assert [line for line in reported if "numerals" in line or "slips" in line] == [
        "main: only two numerals agree"
    ]


def test_an_odd_number_of_divisions_is_told_once_in_the_file() -> None:
    odd = replace(track(700.0, 1000, 5000), span=replace(
        FIRST.found.tracks[1].span, division=500 / 19
    ))  # fmt: skip
    found = replace(FIRST.found, tracks=(FIRST.found.tracks[0], odd))
    whole = replace(FIRST, found=found)
    text = proposal_yaml(Path("scan.tif"), 0, [whole])
    assert text.count("19 divisions, where") == 1
    assert "    divisions: 19   # 19 divisions" in text
    assert sum("T2 has 19 divisions" in line for line in proposal_lines([whole])) == 1
    half = replace(CURVES[1], span=(0.0, 0.5))
    parted = replace(whole, legend=Legend((CURVES[0], half)))
    text = proposal_yaml(Path("scan.tif"), 0, [parted])
    assert "  # T2 has 19 divisions" in text
