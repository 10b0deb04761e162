"""Registrations against drawn pages: what is right passes, what is wrong is named."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from PIL import Image

from tests.pages import DrawnPage, DrawnSection, DrawnTrack, registered
from tests.registrations import depth_axes, registrations, seeded
from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.check.finding import Finding
from veernet.check.legend import check_legend
from veernet.check.page import check, check_section
from veernet.check.quick import check_quickly
from veernet.check.scales import check_scales
from veernet.check.tracks import check_divisions
from veernet.cli import DONE, WRONG_INPUT, main
from veernet.errors import InputError
from veernet.records import CurveSpec, Registration, Scan, Track
from veernet.register.geometry.page import FoundSection, find_sections
from veernet.register.legends.record import LegendCurve
from veernet.register.ocr.reader import Reader, load_reader
from veernet.registration import load_registrations, save_registrations
from veernet.scan import open_scan

PAGE = DrawnPage(
    rows=5200, sections=(DrawnSection(900, 4400),), wander=6, line_skew=0.003
)
OTHER = DrawnPage(
    rows=5200,
    sections=(
        DrawnSection(
            1500, 4900, 26.0, (DrawnTrack(40, 420), DrawnTrack(560, 940)), (400, 20)
        ),
    ),
    wander=5,
)
RIGHT = registered(PAGE)


@pytest.fixture(scope="module")
def scan() -> Scan:
    return Scan.from_array(PAGE.draw())


@pytest.fixture(scope="module")
def found(scan: Scan) -> tuple[FoundSection, ...]:
    return find_sections(scan)


def moved(registration: Registration, k: int, by: float) -> Registration:
    """Move one depth point down the page."""
    points = list(registration.depth.points)
    point = points[k]
    ends = [
        None if end is None else end + by for end in (point.row_left, point.row_right)
    ]
    points[k] = DepthPoint(point.row + by, point.depth, *ends)
    return replace(registration, depth=DepthAxis("ft", tuple(points)))


def deeper(registration: Registration, by: float) -> Registration:
    """Add to the depth of every point."""
    points = tuple(replace(p, depth=p.depth + by) for p in registration.depth.points)
    return replace(registration, depth=DepthAxis("ft", points))


def shifted(edge: Edge, by: float) -> Edge:
    return Edge(edge.rows, tuple(column + by for column in edge.columns))


def scaled(mnemonic: str, unit: str, scale: Scale) -> Registration:
    curve = CurveSpec(mnemonic, unit, scale)
    return replace(RIGHT, tracks=(replace(RIGHT.tracks[0], curves=(curve,)),))


def ranks(findings: tuple[Finding, ...]) -> list[bool]:
    return [finding.severe for finding in findings]


def test_the_right_registration_has_no_finding(scan: Scan) -> None:
    assert check(scan, [RIGHT]) == ()


@seeded
@given(registrations())
def test_no_registration_is_too_odd_to_check(
    scan: Scan, found: tuple[FoundSection, ...], odd: Registration
) -> None:
    for finding in check_section(scan, odd, found):
        assert "\n" not in finding.line
    info = replace(scan.info, dpi=(200, 200))
    assert all(not f.line.isspace() for f in check_quickly(info, odd))


@seeded
@given(depth_axes())
def test_no_depths_are_too_odd_to_check(
    scan: Scan, found: tuple[FoundSection, ...], axis: DepthAxis
) -> None:
    rows = axis.rows - axis.rows[0]
    fits = 4000 / rows[-1]
    points = tuple(
        DepthPoint(500 + row * fits, depth)
        for row, depth in zip(rows.tolist(), axis.depths.tolist(), strict=True)
    )
    odd = replace(RIGHT, depth=DepthAxis(axis.unit, points))
    assert list(check_section(scan, odd, found))


def spliced(page: DrawnPage) -> Registration:
    """Return both sections of a page as one with a gap between."""
    upper, lower = registered(page), registered(page, 1)
    *points, end = upper.depth.points
    axis = DepthAxis("ft", (*points, replace(end, gap=True), *lower.depth.points))

    def through(one: Edge, other: Edge) -> Edge:
        return Edge((*one.rows, *other.rows), (*one.columns, *other.columns))

    tracks = tuple(
        replace(a, left=through(a.left, b.left), right=through(a.right, b.right))
        for a, b in zip(upper.tracks, lower.tracks, strict=True)
    )
    return replace(upper, depth=axis, tracks=tracks)


def test_strips_on_both_sides_of_a_gap_are_checked_apart() -> None:
    strips = DrawnSection(900, 2900), DrawnSection(3400, 4900, numerals=(1230, 10))
    page = replace(PAGE, sections=strips)
    scan, right = Scan.from_array(page.draw()), spliced(page)
    assert [axis.depths[[0, -1]].tolist() for axis in right.depth.strips()] == [
        [1000, 1200],
        [1230, 1380],
    ]
    assert check(scan, [right]) == ()
    (finding,) = check(scan, [moved(right, len(right.depth.points) - 2, 20)])
    assert "is 1 depth line too low" in finding.what
    upper, wrong = right.tracks[0], right.tracks[0].right
    below = tuple(
        c + 5 * (r > 3000) for r, c in zip(wrong.rows, wrong.columns, strict=True)
    )
    one_off = replace(upper, right=replace(wrong, columns=below))
    reported = check(scan, [replace(right, tracks=(one_off, *right.tracks[1:]))])
    assert ["columns right of the line" in f.what for f in reported] == [True]


def test_a_gap_alone_is_no_stretch_of_paper(
    scan: Scan, found: tuple[FoundSection, ...]
) -> None:
    points = DepthPoint(1000, 100, gap=True), DepthPoint(2000, 200)
    axis = DepthAxis("ft", points)
    assert axis.strips() == ()
    info = replace(Scan.from_array(np.zeros((9, 9), np.uint8)).info, dpi=(200, 200))
    reported = check_quickly(info, replace(RIGHT, depth=axis))
    assert not any("rows a ft" in finding.what for finding in reported)
    reported = check_section(scan, replace(RIGHT, depth=axis), found)
    assert [f.what for f in reported if f.severe] == [
        "rows 1000 to 2000: there is a gap below each depth point, and nothing is left"
    ]


def test_an_opposite_skew_is_a_note(scan: Scan) -> None:
    points = tuple(
        replace(p, row_left=2 * p.row - p.row_left, row_right=2 * p.row - p.row_right)
        for p in RIGHT.depth.points
        if p.row_left is not None and p.row_right is not None
    )
    (finding,) = check(scan, [replace(RIGHT, depth=DepthAxis("ft", points))])
    assert not finding.severe
    assert "by the depth points -2.7 downwards" in finding.what
    assert "correct row_left and row_right" in finding.do


def test_row_left_of_a_track_that_is_taken_out_is_told() -> None:
    page = replace(PAGE, line_skew=0.006)
    scan, whole = Scan.from_array(page.draw()), registered(page)
    assert check(scan, [whole]) == ()
    findings = check(scan, [replace(whole, tracks=whole.tracks[:1])])
    assert not any(f.severe for f in findings)
    (finding,) = (f for f in findings if "row_left" in f.do)
    assert "others when a track is added or taken out" in finding.do


def test_a_skew_that_is_not_stated_is_a_note() -> None:
    page = replace(PAGE, line_skew=0.006)
    registration = registered(page)
    points = tuple(
        replace(p, row_left=None, row_right=None) for p in registration.depth.points
    )
    level = replace(registration, depth=DepthAxis("ft", points))
    (finding,) = check(Scan.from_array(page.draw()), [level])
    assert not finding.severe
    assert "the page is turned: add row_left" in finding.do


def test_a_level_page_and_two_points_have_no_finding() -> None:
    page = DrawnPage(rows=4300)
    registration = registered(page)
    points = tuple(registration.depth.points[k] for k in (0, -1))
    registration = replace(registration, depth=DepthAxis("ft", points))
    assert check(Scan.from_array(page.draw()), [registration]) == ()


@pytest.mark.parametrize("lines", [1, -1, 2])
@pytest.mark.parametrize("k", [0, 3, 7])
def test_a_point_that_is_lines_off_is_named(scan: Scan, k: int, lines: int) -> None:
    findings = check(scan, [moved(RIGHT, k, lines * 20.0)])
    assert ranks(findings)[0]
    point = RIGHT.depth.points[k]
    wrong = [f for f in findings if f.severe]
    assert len(wrong) == 1
    assert f"depth point {point.depth:g} ft" in wrong[0].what
    side = "low" if lines > 0 else "high"
    assert f"{abs(lines)} depth line" in wrong[0].what
    assert f"too {side}" in wrong[0].what
    assert f"{point.row:.0f}" in wrong[0].do


def test_of_two_points_the_stretch_between_is_named(scan: Scan) -> None:
    points = tuple(RIGHT.depth.points[k] for k in (0, -1))
    registration = replace(RIGHT, depth=DepthAxis("ft", points))
    assert check(scan, [registration]) == ()
    (finding,) = check(scan, [moved(registration, 1, 20)])
    assert finding.severe
    assert "176 steps of 2 ft are counted, where 175 are due" in finding.what


def test_half_a_line_off_is_on_no_line(scan: Scan) -> None:
    (finding,) = check(scan, [moved(RIGHT, 3, 10)])
    assert finding.severe
    assert "off the nearest depth line" in finding.what


def test_a_few_rows_off_are_a_note(scan: Scan) -> None:
    (finding,) = check(scan, [moved(RIGHT, 3, 4)])
    assert not finding.severe


def test_all_points_off_are_one_finding(scan: Scan) -> None:
    (finding,) = check(scan, [deeper(RIGHT, 0.8)])
    assert finding.severe
    assert "all 8 depth points stand" in finding.what
    assert "rows above their depth lines" in finding.what


def test_heavier_lines_belong_at_round_depths(scan: Scan) -> None:
    (finding,) = check(scan, [deeper(RIGHT, 2)])
    assert finding.severe
    assert "every 5th line is heavier" in finding.what
    assert "1 line too deep" in finding.do


def test_depths_of_another_scale_count_no_step(scan: Scan) -> None:
    points = tuple(
        replace(p, depth=1000 + 1.7 * (p.depth - 1000)) for p in RIGHT.depth.points
    )
    findings = check(scan, [replace(RIGHT, depth=DepthAxis("ft", points))])
    assert ranks(findings) == [True]
    assert "no step of logs" in findings[0].what


@pytest.mark.parametrize("by", [6.0, -6.0])
def test_an_edge_that_is_off_is_named_with_its_offset(scan: Scan, by: float) -> None:
    first, second = RIGHT.tracks
    wrong = replace(first, right=shifted(first.right, by))
    (finding,) = check(scan, [replace(RIGHT, tracks=(wrong, second))])
    assert finding.severe
    assert "track T1, right edge" in finding.what
    size = float(finding.what.split(": ")[1].split()[0])
    assert size == pytest.approx(6, abs=1)
    assert ("right" if by > 0 else "left") + " of the line" in finding.what


def test_an_edge_that_does_not_wander_with_the_paper_is_named() -> None:
    page = replace(PAGE, wander=14)
    registration = registered(page)
    first, second = registration.tracks
    still = Edge((0.0,), (60.0,))
    wrong = replace(registration, tracks=(replace(first, left=still), second))
    (finding,) = check(Scan.from_array(page.draw()), [wrong])
    assert "which wanders" in finding.what
    assert finding.severe


def test_an_edge_beside_the_grid_is_named(scan: Scan) -> None:
    first, second = RIGHT.tracks
    wrong = replace(second, right=shifted(second.right, -25))
    (finding,) = check(scan, [replace(RIGHT, tracks=(first, wrong))])
    assert finding.severe
    assert "no upright line within 12 columns" in finding.what


def test_a_missing_track_is_a_note() -> None:
    page = replace(PAGE, line_skew=0)
    registration = registered(page)
    one = replace(registration, tracks=registration.tracks[:1])
    (finding,) = check(Scan.from_array(page.draw()), [one])
    assert not finding.severe
    assert "drawn and not registered" in finding.what


def test_a_track_between_others_and_half_a_track_are_right(scan: Scan) -> None:
    first, second = RIGHT.tracks
    column = Track(
        "TD",
        first.right,
        second.left,
        (CurveSpec("TENS", "LBF", Scale("linear", 5000, 0)),),
    )
    middle = Edge(
        second.left.rows,
        tuple(
            (a + b) / 2
            for a, b in zip(second.left.columns, second.right.columns, strict=True)
        ),
    )
    spec = CurveSpec("AT20", "OHMM", Scale("linear", 0, 50))
    half = Track("T2L", second.left, middle, (spec,))
    registration = replace(RIGHT, tracks=(first, column, half, second))
    (reported,) = check(scan, [registration])
    assert reported.kind == "part"
    assert "AT20 is registered over a part" in reported.what
    assert "list it in T2 with the others, left: 0, right: 100" in reported.do


def test_a_track_without_depth_lines_is_named(scan: Scan) -> None:
    spec = CurveSpec("X", "", Scale("linear", 0, 1))
    beside = Track("TX", Edge((0.0,), (968.0,)), Edge((0.0,), (998.0,)), (spec,))
    findings = check(scan, [replace(RIGHT, tracks=(*RIGHT.tracks, beside))])
    assert any("TX" in f.what and "no depth line is drawn" in f.what for f in findings)


def test_the_scan_of_another_log_is_wrong() -> None:
    findings = check(Scan.from_array(OTHER.draw()), [RIGHT])
    assert ranks(findings)[0]
    assert sum(ranks(findings)) >= 3


def test_a_registration_off_the_page_or_off_the_grid_is_wrong(scan: Scan) -> None:
    points = (DepthPoint(900, 1000), DepthPoint(9000, 1810))
    (finding,) = check(scan, [replace(RIGHT, depth=DepthAxis("ft", points))])
    assert finding.severe
    assert "rows" in finding.what
    points = (DepthPoint(100, 1000), DepthPoint(700, 1060))
    (finding,) = check(scan, [replace(RIGHT, depth=DepthAxis("ft", points))])
    assert finding.severe
    assert "no grid is found there" in finding.what


def test_more_strokes_than_curves_are_a_note() -> None:
    section = DrawnSection(900, 4400)
    page = DrawnPage(rows=5200, sections=(section,))
    ink = page.draw()
    for row in range(900, 4400):
        column = round(700 + 180 * np.sin(row / 150))
        ink[row, column : column + 3] = 0
    (finding,) = check(Scan.from_array(ink), [registered(page)])
    assert not finding.severe
    assert "more strokes than the 1 registered (DT)" in finding.what


@pytest.mark.parametrize(
    ("mnemonic", "unit", "scale", "says", "severe"),
    [
        ("DT", "GAPI", Scale("linear", 140, 40), "a unit of gamma ray", True),
        ("NPHI", "V/V", Scale("linear", 45, -15), "these are values in PU", True),
        ("NPHI", "PU", Scale("linear", 0.45, -0.15), "these are values in V/V", True),
        ("RHOB", "G/CC", Scale("linear", 1950, 2950), "values in K/M3", True),
        ("CALI", "IN", Scale("linear", 125, 375), "values in MM", True),
        ("GR", "GAPI", Scale("linear", 0, 15000), "compare the header", True),
        ("GR", "GAPI", Scale("linear", 150, 0), "grows to the right", False),
        ("ILD", "OHMM", Scale("linear", 0.2, 2000), "scale: log", True),
        ("ILD", "OHMM", Scale("linear", -10, 100), "compare the header", False),
    ],
)
def test_scales_without_sense(
    mnemonic: str, unit: str, scale: Scale, says: str, severe: bool
) -> None:
    (finding,) = check_scales(scaled(mnemonic, unit, scale))
    assert says in finding.text
    assert finding.severe is severe


@pytest.mark.parametrize(
    ("mnemonic", "unit", "scale"),
    [
        ("GR", "GAPI", Scale("linear", 0, 150)),
        ("GR", "UGRAEQ/TON", Scale("linear", 0, 7.5)),
        ("GR", "GAPI", Scale("linear", 150, 300)),
        ("DT", "us/ft", Scale("linear", 140, 40)),
        ("NPHI", "v/v", Scale("linear", 0.45, -0.15)),
        ("DPHI", "%", Scale("linear", 30, -10)),
        ("RHOB", "g/cc", Scale("linear", 1.95, 2.95)),
        ("CALI", "IN", Scale("linear", 6, 16)),
        ("DCAL", "IN", Scale("linear", -5, 5)),
        ("ILD", "OHMM", Scale("log", 0.2, 2000)),
        ("N10", "OHM.M", Scale("linear", 0, 100)),
        ("SP", "MV", Scale("linear", -160, 40)),
        ("WHATEVER", "GAPI", Scale("linear", 9, -1e9)),
    ],
)
def test_scales_that_logs_have(mnemonic: str, unit: str, scale: Scale) -> None:
    assert list(check_scales(scaled(mnemonic, unit, scale))) == []


def test_what_needs_no_page(scan: Scan) -> None:
    first, second = RIGHT.tracks
    wide = replace(first, right=shifted(first.right, 130))
    (finding,) = check_quickly(scan.info, replace(RIGHT, tracks=(wide, second)))
    assert "T1 and T2 share 30 columns" in finding.what
    (finding,) = check_quickly(scan.info, replace(RIGHT, tracks=(second, first)))
    assert "begins left of it" in finding.what
    (finding,) = check_quickly(replace(scan.info, dpi=(300, 300)), RIGHT)
    assert "3.33 inches to 100 ft" in finding.what
    assert list(check_quickly(replace(scan.info, dpi=(200, 200)), RIGHT)) == []
    far = moved(RIGHT, 3, 150)
    assert {f.severe for f in check_quickly(scan.info, far)} == {False}


def test_paper_that_slips_all_along_is_told_in_few_lines(scan: Scan) -> None:
    points = tuple(
        DepthPoint(900 + 100 * k + 25 * (k // 2), 1000 + 10 * k) for k in range(30)
    )
    slipping = replace(RIGHT, depth=DepthAxis("ft", points))
    reported = [f.what for f in check_quickly(scan.info, slipping)]
    assert len(reported) == 4
    assert "11 more" in reported[-1]


@pytest.fixture
def _without_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check as where the extra that reads print is not installed."""

    def missing() -> Reader:
        raise InputError("not installed")  # noqa: EM101, TRY003, RUF100

    monkeypatch.setattr("veernet.register.ocr.reader.load_reader", missing)


def test_headers_need_not_be_read(
    tmp_path: Path,
    scan: Scan,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded: list[bool] = []

    def load() -> Reader:
        loaded.append(True)
        return lambda _: []

    monkeypatch.setattr("veernet.register.ocr.reader.load_reader", load)
    file, path = tmp_path / "scan.png", tmp_path / "reg.yaml"
    Image.fromarray(scan.read(0, scan.info.rows)).save(file)
    save_registrations(path, RIGHT)
    assert main(["check", str(path), str(file), "--no-headers"]) == DONE
    assert capsys.readouterr().out == f"{path}: nothing to report: main\n"
    assert not loaded
    assert main(["check", str(path), str(file)]) == DONE
    assert loaded


@pytest.mark.usefixtures("_without_headers")
def test_the_command_line(
    tmp_path: Path, scan: Scan, capsys: pytest.CaptureFixture[str]
) -> None:
    file, path = tmp_path / "scan.png", tmp_path / "reg.yaml"
    Image.fromarray(scan.read(0, scan.info.rows)).save(file)
    save_registrations(path, RIGHT)
    assert main(["check", str(path), str(file)]) == DONE
    assert capsys.readouterr().out == f"{path}: nothing to report: main\n"
    save_registrations(path, moved(RIGHT, 3, 4))
    assert main(["check", str(path), str(file)]) == DONE
    assert capsys.readouterr().out.startswith("note: main: depth point")
    save_registrations(path, moved(moved(RIGHT, 3, 20), 5, 4))
    assert main(["check", str(path), str(file), "--section", "main"]) == WRONG_INPUT
    reported = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in reported] == ["wrong", "note"]
    text = path.read_text("utf-8")
    save_registrations(path, RIGHT)
    first, second = (f"depth: {p.depth:.0f}" for p in RIGHT.depth.points[2:4])
    text = path.read_text("utf-8").replace(first, "depth: 0").replace(second, first)
    path.write_text(text.replace("depth: 0", second), "utf-8")
    assert main(["check", str(path), str(file)]) == WRONG_INPUT
    assert "must increase in row and depth" in capsys.readouterr().err


@pytest.mark.real
@pytest.mark.skipif("VEERNET_REAL" not in os.environ, reason="VEERNET_REAL is unset")
def test_a_registration_by_hand_checks_clean() -> None:
    folder = Path(os.environ["VEERNET_REAL"])
    found = load_registrations(folder / "registrations" / "273101.yaml")
    reported = check(open_scan(folder / "scans" / "273101.tif"), found)
    # The hand left out what is above and below two round depths.
    assert [f.kind for f in reported] == ["beyond", "beyond"]


@pytest.mark.parametrize(
    ("mnemonic", "unit", "says"),
    [
        ("GR", "M/S", "a unit of velocity"),
        ("NPHI", "DEGC", "a unit of temperature"),
        ("ILD", "MV", "a unit of voltage"),
        ("CALI", "M/MIN", "a unit of speed"),
    ],
)
def test_units_that_no_such_curve_has_are_wrong(
    mnemonic: str, unit: str, says: str
) -> None:
    (finding,) = check_scales(scaled(mnemonic, unit, Scale("linear", 0, 10)))
    assert says in finding.text
    assert finding.severe


@pytest.mark.usefixtures("_without_headers")
def test_the_scan_is_the_one_that_the_registration_names(
    tmp_path: Path, scan: Scan, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "reg.yaml"
    save_registrations(path, replace(RIGHT, image="scan.png"))
    assert main(["check", str(path)]) == WRONG_INPUT
    assert "names scan.png, which is not beside it" in capsys.readouterr().err
    Image.fromarray(scan.read(0, scan.info.rows)).save(tmp_path / "scan.png")
    assert main(["check", str(path)]) == DONE
    save_registrations(path, replace(RIGHT, image=None))
    assert main(["check", str(path)]) == WRONG_INPUT
    assert "names no image: name the scan" in capsys.readouterr().err


def _named(**more: object) -> LegendCurve:
    """Return what a header says of a curve in the second track."""
    reported: dict[str, object] = {
        "track": 1,
        "span": (0.0, 1.0),
        "name": "Delta Time",
        "mnemonic": "DT",
        "known": True,
        "unit": "US/F",
        "scale": Scale("linear", 140, 40),
        "confidence": 0.75,
        **more,
    }
    return LegendCurve(**reported)  # type: ignore[arg-type]


def test_a_curve_that_only_the_header_names_is_a_note(
    found: tuple[FoundSection, ...],
) -> None:
    tracks = list(RIGHT.tracks)
    for k, spec in enumerate(
        (
            CurveSpec("GR", "GAPI", Scale("linear", 0, 150), "solid"),
            CurveSpec("SONIC", "US/F", Scale("linear", 140, 40), "solid"),
        )
    ):
        tracks[k] = replace(tracks[k], curves=(spec,))
    own = replace(RIGHT, tracks=tuple(tracks))
    gamma = _named(track=0, mnemonic="GR", scale=Scale("linear", 150, 300))
    # By its name, though read badly, and by its scale, though named otherwise.
    assert not list(check_legend(own, found[0], [gamma, _named()]))
    tension = _named(mnemonic="TENS", unit="LB", scale=Scale("linear", 5000, 0))
    (finding,) = check_legend(own, found[0], [gamma, _named(), tension])
    assert not finding.severe
    assert finding.what.startswith("the header names TENS, 5000 to 0 LB, at columns")
    assert "export: false" in finding.do
    # Two curves on one scale, of which one is registered.
    second = _named(mnemonic="DTL")
    (finding,) = check_legend(own, found[0], [_named(), second])
    assert "DTL" in finding.what
    unsure = _named(mnemonic="XQZ", known=False, scale=Scale("linear", 0, 1))
    backup = _named(mnemonic="GRB", backup_of="GR", scale=Scale("linear", 0, 1))
    assert not list(check_legend(own, found[0], [gamma, _named(), unsure, backup]))


def test_a_curve_of_that_name_in_another_track_is_another(
    found: tuple[FoundSection, ...],
) -> None:
    own = CurveSpec("GR", "GAPI", Scale("linear", 0, 150), "solid")
    first, second = RIGHT.tracks
    spontaneous = CurveSpec("SP", "MV", Scale("linear", -100, 0), "solid")
    tracks = (replace(first, curves=(spontaneous,)), replace(second, curves=(own,)))
    left_out = replace(RIGHT, tracks=tracks)
    gamma = _named(track=0, mnemonic="GR", name="GR", scale=Scale("linear", 0, 150))
    again = _named(track=1, mnemonic="GR_2", name="GR", scale=Scale("linear", 0, 150))
    for legend in ([gamma], [gamma, again], [again, gamma]):
        (finding,) = check_legend(left_out, found[0], legend)
        assert finding.columns is not None
        assert finding.columns[0] < found[0].tracks[1].left.column_at(2000)
        assert f"the GR that is registered is in {second.name}" in finding.what
    both = (replace(first, curves=(replace(own, mnemonic="GR_1"),)), tracks[1])
    assert not list(check_legend(replace(RIGHT, tracks=both), found[0], [gamma, again]))


@pytest.mark.real
@pytest.mark.skipif("VEERNET_REAL" not in os.environ, reason="VEERNET_REAL is unset")
def test_a_real_header_names_the_curve_that_is_left_out() -> None:
    folder = Path(os.environ["VEERNET_REAL"])
    (whole,) = load_registrations(folder / "registrations" / "273101.yaml")
    tracks = tuple(
        replace(t, curves=tuple(c for c in t.curves if c.mnemonic != "LTEN"))
        for t in whole.tracks
    )
    scan = open_scan(folder / "scans" / "273101.tif")
    read = load_reader()
    assert not [f for f in check(scan, [whole], read=read) if f.kind == "legend"]
    lacking = check(scan, [replace(whole, tracks=tracks)], read=read)
    (finding,) = (f for f in lacking if f.kind == "legend")
    assert "the header names LTEN" in finding.what


@pytest.mark.parametrize(
    ("divisions", "by", "severe"),
    [(10, 0, []), (9, 0, [True]), (10, 30, [True]), (5, 0, [False]), (20, 0, [False])],
)
def test_an_edge_a_division_off_is_counted(
    found: tuple[FoundSection, ...], divisions: int, by: float, severe: list[bool]
) -> None:
    """The other line is one of the grid as well: only the count tells.

    Twice or half as many are another way to count, and only a note.
    """
    track = replace(RIGHT.tracks[0], divisions=divisions)
    track = replace(track, left=shifted(track.left, by))
    findings = list(check_divisions(replace(RIGHT, tracks=(track,)), found[0]))
    assert [finding.severe for finding in findings] == severe
    assert all("divisions are registered" in finding.what for finding in findings)
