"""The verb register: proposals of drawn pages, as files and on the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.pages import DrawnPage, DrawnSection, DrawnTrack
from veernet.axes import DepthAxis
from veernet.cli import DONE, REFUSED, WRONG_INPUT, main
from veernet.errors import InputError, Refused
from veernet.records import Grey, Scan
from veernet.register import overlay
from veernet.register.edgetext import TOLERANCE
from veernet.register.ocr.recognise import load_recogniser
from veernet.register.overlay import write_overlay
from veernet.register.propose import ProposedSection, propose
from veernet.register.text import proposal_lines, proposal_yaml
from veernet.registration import load_registrations

CURVE = "    curves: [{mnemonic: X, unit: U, left: 0, right: 1, scale: linear}]"
PAGE = DrawnPage(
    rows=10_200,
    sections=(
        DrawnSection(900, 7100, numerals=(960, 10)),
        DrawnSection(8100, 9900, numerals=(1100, 10)),
    ),
    tables=((100, 700), (7250, 7900)),
    wander=6,
    line_skew=0.004,
)
"""Two feet from line to line, ten rows a foot; the second repeats part of the first."""


@pytest.fixture(scope="module")
def scan() -> Scan:
    return Scan.from_array(PAGE.draw())


@pytest.fixture(scope="module")
def proposed(scan: Scan) -> tuple[ProposedSection, ...]:
    return propose(scan, load_recogniser())


def test_depths_are_those_of_the_numerals(
    proposed: tuple[ProposedSection, ...],
) -> None:
    assert [section.name for section in proposed] == ["main", "repeat"]
    for section, drawn in zip(proposed, PAGE.sections, strict=True):
        assert section.depth.refusal is None
        axis = DepthAxis("ft", section.points)
        rows = np.arange(drawn.first, drawn.last + 1, 200.0)
        # The depth column lies left of the middle of the page.
        column = PAGE.column(410, rows)
        seen = rows + PAGE.line_skew * (column - (PAGE.columns - 1) / 2)
        off = axis.depth_at(seen) - (drawn.numerals[0] + (rows - drawn.first) / 10)
        assert np.abs(off).max() < 0.25


def test_the_main_section_is_stated_and_a_short_one_is_not(
    proposed: tuple[ProposedSection, ...],
) -> None:
    main_section, repeat = proposed
    assert main_section.depth.stated
    assert not repeat.depth.stated
    assert repeat.depth.notes


def test_a_turned_page_says_where_lines_meet_the_outer_edges(
    proposed: tuple[ProposedSection, ...],
) -> None:
    for section in proposed:
        for point in section.points:
            assert point.row_left is not None
            assert point.row_right is not None
            assert point.row_left < point.row < point.row_right
            fall = point.row_right - point.row_left
            assert fall == pytest.approx(PAGE.line_skew * 900, abs=0.6)


def test_a_level_page_says_nothing_of_a_skew() -> None:
    page = Scan.from_array(DrawnPage(rows=4200).draw())
    (section,) = propose(page, None, stated=(1000.0, 1300.0))
    assert all(point.row_left is None for point in section.points)


def test_depths_that_are_stated_need_no_numerals(scan: Scan) -> None:
    section, other = propose(scan, None, stated=(5000.0, 5400.0), unit="m")
    assert section.name == "main"
    assert other.depth.refusal == "depths were stated for main alone"
    assert section.depth.unit == "m"
    assert section.points[0].depth == 5000
    assert section.points[-1].depth == 5400
    with pytest.raises(InputError, match="neither stated nor"):
        propose(scan, None)


def test_the_proposal_is_a_registration_once_the_curves_are_given(
    proposed: tuple[ProposedSection, ...], tmp_path: Path
) -> None:
    path = tmp_path / "reg.yaml"
    text = proposal_yaml(Path("scan.tif"), 0, proposed)
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"(unit|curves)"):
        load_registrations(path)
    lines = []
    for line in text.splitlines():
        if line.startswith("    # - {mnemonic"):
            continue
        given = {"    curves:": CURVE, "  unit:": "  unit: ft"}
        start = line.partition(":")[0] + ":"
        lines.append(given.get(start, line))
    path.write_text("\n".join(lines).replace("X, unit", "X{}, unit"), "utf-8")
    filled = path.read_text("utf-8")
    for number in range(filled.count("X{}")):
        filled = filled.replace("X{}", f"X{number}", 1)
    path.write_text(filled, "utf-8")
    main_section, repeat = load_registrations(path)
    assert (main_section.section, repeat.section) == ("main", "repeat")
    assert main_section.image == "scan.tif"
    found = proposed[0].found.tracks[1].left
    assert main_section.tracks[1].left.column_at(2500.0) == pytest.approx(
        found.column_at(2500.0), abs=TOLERANCE
    )
    assert len(main_section.depth.points) == len(proposed[0].points)


def test_every_finding_has_a_line_with_its_confidence(
    proposed: tuple[ProposedSection, ...],
) -> None:
    reported = proposal_lines(proposed)
    assert "main: rows 900 to 7100, 2 tracks, 311 depth lines (1.00)" in reported
    assert any(line.startswith("main: 960 to 1580 ") for line in reported)
    assert any(
        line.startswith("repeat: ") and "suggestion" in line for line in reported
    )


def test_the_overlay_shows_edges_and_depths(
    scan: Scan, proposed: tuple[ProposedSection, ...], tmp_path: Path
) -> None:
    write_overlay(tmp_path / "found.png", scan, proposed)
    picture = np.asarray(Image.open(tmp_path / "found.png"))
    assert picture.shape == (10_200, 1000, 3)
    coloured = (picture.max(axis=2) - picture.min(axis=2)) > 60
    assert coloured[900:7100].any(axis=1).all()
    assert not coloured[:800].any()


def test_the_overlay_of_a_tall_page_is_several_pictures(
    scan: Scan,
    proposed: tuple[ProposedSection, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_overlay(tmp_path / "whole.png", scan, proposed)
    whole = np.asarray(Image.open(tmp_path / "whole.png"))
    monkeypatch.setattr(overlay, "TALLEST", 4000)
    files = write_overlay(tmp_path / "found.png", scan, proposed)
    assert [file.name for file in files] == [
        "found.1.png",
        "found.2.png",
        "found.3.png",
    ]
    parts = [np.asarray(Image.open(file)) for file in files]
    assert [len(part) for part in parts] == [4000, 4000, 2200]
    # A depth that is printed across the cut is cut, and an edge is drawn anew.
    assert np.mean(np.concatenate(parts) != whole) < 0.001


def test_a_page_without_a_log_is_refused() -> None:
    blank = Scan.from_array(np.full((3000, 800), 255, np.uint8))
    with pytest.raises(Refused, match="no track of curves"):
        propose(blank, None, stated=(0.0, 100.0))


def test_the_command_line(
    tmp_path: Path, scan: Scan, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "scan.png", tmp_path / "reg.yaml"
    Image.fromarray(scan.read(0, 5000)).save(file)
    depths = ["--top", "3400", "--bottom", "3800", "--unit", "ft"]
    overlay = tmp_path / "found.png"
    given = ["register", str(file), "--out", str(out), *depths, "--no-heading"]
    assert main([*given, "--overlay", str(overlay)]) == DONE
    assert "main: 3400 to 3800 ft" in capsys.readouterr().out
    assert overlay.is_file()
    assert "{row: " in out.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--out", "{}/reg.yaml", "--top", "5"], WRONG_INPUT, "both --top and"),
        (["--out", "{}/reg.txt"], WRONG_INPUT, "does not end in .yaml"),
        (["--out", "{}/blank.png.yaml"], REFUSED, "no track of curves"),
    ],
)
def test_what_cannot_be_proposed_is_one_line(
    arguments: list[str],
    code: int,
    says: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "blank.png"
    Image.new("L", (600, 2000), 255).save(file)
    filled = [text.format(tmp_path) for text in arguments]
    assert main(["register", str(file), *filled]) == code
    reported = capsys.readouterr().err.strip().splitlines()
    assert says in reported[-1]
    assert not (tmp_path / "reg.yaml").exists()


def test_without_rapidocr_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    file = tmp_path / "blank.png"
    Image.new("L", (600, 2000), 255).save(file)
    assert main(["register", str(file), "--out", str(tmp_path / "r.yaml")]) == 2
    assert "veernet[register]" in capsys.readouterr().err


def test_a_grid_whose_depths_begin_again_is_two_sections() -> None:
    sections = (
        DrawnSection(300, 6500, numerals=(960, 10)),
        DrawnSection(6520, 8320, numerals=(1100, 10)),
    )
    page = Scan.from_array(DrawnPage(8700, sections=sections, tables=()).draw())
    main_section, repeat = propose(page, load_recogniser())
    assert (main_section.name, repeat.name) == ("main", "repeat")
    assert repeat.found.first_row > 6300
    assert main_section.found.last_row < repeat.found.first_row
    axis = DepthAxis("ft", repeat.points)
    assert axis.depth_at(7520.0) == pytest.approx(1200, abs=0.5)


def test_a_repeat_that_has_lost_its_leading_digit_gets_that_of_main() -> None:
    sections = (
        DrawnSection(300, 6500, numerals=(12_960, 10)),
        DrawnSection(7320, 8920, numerals=(3100, 10)),
    )
    page = Scan.from_array(DrawnPage(9300, sections=sections, tables=()).draw())
    main_section, repeat = propose(page, load_recogniser())
    assert not any("is added" in note for note in main_section.depth.notes)
    assert repeat.name == "repeat"
    axis = DepthAxis("ft", repeat.points)
    assert axis.depth_at(7320.0) == pytest.approx(13_100, abs=0.5)
    assert repeat.depth.confidence <= 0.7
    (note,) = [note for note in repeat.depth.notes if "is added" in note]
    assert note.startswith("10000 is added to the 3100 to 3260 that its numerals read")


def test_no_digit_is_added_where_main_covers_the_depths_as_they_are() -> None:
    """Main goes from 900 to 13,200 feet at a tenth of the scale."""
    sections = (
        DrawnSection(300, 6500, numerals=(900, 200)),
        DrawnSection(7320, 8920, numerals=(1100, 10)),
    )
    page = Scan.from_array(DrawnPage(9300, sections=sections, tables=()).draw())
    _, other = propose(page, load_recogniser())
    assert other.points[0].depth == pytest.approx(1100, abs=2)
    assert not any("is added" in note for note in other.depth.notes)


def test_a_depth_column_that_holds_no_digits_costs_no_more_than_the_depths() -> None:
    tracks = (DrawnTrack(40, 240), DrawnTrack(262, 462))
    page = DrawnPage(
        4000, 500, sections=(DrawnSection(300, 3700, tracks=tracks),), tables=()
    )
    (section,) = propose(Scan.from_array(page.draw()), load_recogniser())
    assert len(section.found.tracks) == 2
    assert section.depth.refusal is not None
    assert "--top and --bottom" in section.depth.refusal
    assert "\n" not in section.depth.refusal


def test_a_reader_that_is_broken_is_told(scan: Scan) -> None:
    """Of a page without legible digits nothing is said in its place."""

    def broken(_: Grey) -> tuple[str, float]:
        msg = "the models of RapidOCR are damaged: install it again"
        raise InputError(msg)

    with pytest.raises(InputError, match="models of RapidOCR are damaged"):
        propose(scan, broken)


def test_a_range_settles_the_leading_digit_that_numerals_leave_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Numerals 4010 to 4600 of a well of 14,000 feet."""
    page = DrawnPage(
        rows=7400, sections=(DrawnSection(900, 7100, numerals=(4010, 10)),)
    )
    path, out = tmp_path / "well.png", tmp_path / "well.yaml"
    Image.fromarray(page.draw()).save(path)
    reported = ["register", str(path), "--out", str(out), "--no-heading"]
    assert main(reported) == DONE
    assert "all numerals are as long" in capsys.readouterr().out
    more = ["--within", "13000", "15000", "--overwrite"]
    assert main([*reported, *more]) == DONE
    said = capsys.readouterr().out
    assert "main: 14010 to 14630" in said
    assert "all numerals are as long" not in said


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (
            ["--within", "9000", "8000"],
            "--within 9000 8000: give the lesser depth first",
        ),
        (
            ["--within", "8000", "9000", "--top", "8100", "--bottom", "8900"],
            "--within is for depths that are read",
        ),
    ],
)
def test_a_range_that_makes_no_sense_is_refused(
    more: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "well.yaml")
    assert main(["register", "well.tif", "--out", out, *more]) == WRONG_INPUT
    assert says in capsys.readouterr().err


def test_an_earlier_registration_is_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "well.yaml"
    out.write_text("edited by hand")
    assert main(["register", "well.tif", "--out", str(out)]) == WRONG_INPUT
    said = capsys.readouterr().err
    assert "well.yaml is there, and may be edited by hand" in said
    assert "--overwrite" in said
    assert out.read_text() == "edited by hand"


def test_a_wrong_depth_of_an_end_is_doubted_by_the_count_of_lines(scan: Scan) -> None:
    section, _ = propose(scan, None, stated=(960.0, 1580.0))
    assert section.depth.confidence > 0.8
    section, _ = propose(scan, None, stated=(960.0, 1540.0))
    assert section.depth.confidence <= 0.4
    (note,) = [note for note in section.depth.notes if "are due" in note]
    assert "311 depth lines are seen" in note
    assert "291 are due" in note


def test_lines_that_have_no_depth_yet_are_noted() -> None:
    """No numeral is read above the first, and a lost line ends the count from there."""
    page = DrawnPage(rows=7400, sections=(DrawnSection(900, 7100, numerals=(960, 10)),))
    picture = page.draw()
    picture[900:1600, 365:455] = 255
    picture[1440:1480] = picture[913]
    (section,) = propose(Scan.from_array(picture), load_recogniser())
    (note,) = [note for note in section.depth.notes if "have no depth yet" in note]
    assert "depth lines above" in note
    assert "rows 900 to 1" in note
    assert section.points[0].row > 1470


def test_the_overlay_shows_the_depth_of_each_numeral(
    scan: Scan, proposed: tuple[ProposedSection, ...], tmp_path: Path
) -> None:
    (file,) = write_overlay(tmp_path / "found.png", scan, proposed)
    picture = np.asarray(Image.open(file)).astype(int)
    section = proposed[0]
    axis = DepthAxis("ft", section.points)
    left, right = section.found.depth_column
    for depth in np.arange(970.0, 1580.0, 10):
        row = round(axis.row_at(depth).item())
        columns = slice(
            round(left.column_at(row).item()), round(right.column_at(row).item()) + 1
        )
        green = (picture[row, columns] == overlay.STATED_DEPTH).all(axis=1)
        assert green.mean() > 0.9
