"""Plots that are no curve logs, told by the words about their grid."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.pages import DrawnPage, DrawnSection
from veernet.cli import REFUSED, main
from veernet.errors import Refused
from veernet.records import Grey, Scan
from veernet.register.geometry.page import find_sections
from veernet.register.geometry.speckle import breaks_of, ruined_share
from veernet.register.geometry.survey import take_survey
from veernet.register.ocr.reader import Text, load_reader
from veernet.register.ocr.recognise import load_recogniser
from veernet.register.plots import plot_of, print_about, without_plots
from veernet.register.propose import propose
from veernet.register.text import proposal_lines
from veernet.scan import open_scan
from veernet.synth.pages.page import generate_page

PAGE = DrawnPage(rows=5200, sections=(DrawnSection(1100, 4900),))


def printed(*words: str, first: int = 500) -> Grey:
    """Return the page with lines of print above its grid."""
    page = PAGE.draw()
    for index, word in enumerate(words):
        place = (120, first + 70 * index)
        cv2.putText(page, word, place, cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 3)
    return page


@pytest.mark.parametrize(
    ("words", "plot"),
    [
        (["POOLED ARROW PLOT", "dip angle and direction"], "dipmeter"),
        (["ARROH PLOT FROM", "Continuous  Dipmeter"], "dipmeter"),
        (["TADPOLE", "Dip Magnitude"], "dipmeter"),
        (["ARRÓW P.LOT", "D'IP  ÀNGLE:"], "dipmeter"),  # dirt on the paper
        (["VDL", "MICRO-SEISMOGRAM", "Micro Seismogram"], "waveforms"),
        (["Variable Density", "WAVEFORM"], "waveforms"),
        (["Full-Wave Sonic", "FULL WAVE", "WAVE FORMS"], "waveforms"),
    ],
)
def test_two_words_of_one_kind_name_a_plot(words: list[str], plot: str) -> None:
    found = plot_of(words)
    assert found is not None
    assert plot in found[0]
    assert len(found[1]) >= 2


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["Gamma Ray", "GAPI", "0", "150"],
        ["REMARKS: DIPMETER RUN ON A TRIP OF ITS OWN"],
        # Words of different plots, and one word that is said twice, are one each.
        ["DIPMETER", "DIPMETER"],
        ["DIPMETER", "VDL"],
        ["DIPMETER", "DIP METER", "Dip-Meter"],
        ["MICRO-SEISMOGRAM", "MICRO SEISMOGRAM"],
        ["FULL WAVEFORM SONIC", "FULL WAVE FORMS"],
        ["DIPPING BEDS", "ARROWS", "VDLX", "ANGLE OF DIP"],
    ],
)
def test_a_log_may_speak_of_other_services(words: list[str]) -> None:
    assert plot_of(words) is None


def test_words_above_and_below_the_first_lines_are_read() -> None:
    page = printed("ARROW PLOT", first=700)
    cv2.putText(page, "DIP ANGLE", (480, 1395), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 3)
    scan = Scan.from_array(page)
    (section,) = find_sections(scan)
    read = print_about(scan, section, load_reader())
    found = plot_of(text.text for text in read)
    assert found is not None
    assert "DIP ANGLE" in found[1]
    (angle,) = [text for text in read if "DIP ANGLE" in text.text]
    assert angle.row == pytest.approx(1382, abs=15)
    assert angle.left == pytest.approx(480, abs=15)


def test_print_is_read_from_above_the_first_lines_to_below_at_one_size() -> None:
    scan = Scan.from_array(PAGE.draw())
    (section,) = find_sections(scan)
    shapes = []

    def read(grey: Grey) -> list[Text]:
        shapes.append(grey.shape)
        return []

    print_about(scan, section, read)
    print_about(scan, replace(section, first_row=100.0), read)
    print_about(scan, replace(section, first_row=5100.0), read)
    # Its tracks are 900 columns wide, and read at 1100: 585 rows above, 1170 below.
    zoom = 1100 / 900
    for shape, rows in zip(shapes, (1756, 1271, 685), strict=True):
        assert shape == pytest.approx((rows * zoom, 1000 * zoom), abs=5)


def test_print_that_is_hardly_read_is_not_taken() -> None:
    scan = Scan.from_array(PAGE.draw())
    (section,) = find_sections(scan)

    def read(grey: Grey) -> list[Text]:
        assert grey.dtype == np.uint8
        box = (0.0, 0.0, 9.0, 99.0)
        return [Text("ARROW PLOT", 0.59, *box), Text("DIP ANGLE", 0.61, *box)]

    (text,) = print_about(scan, section, read)
    assert text.text == "DIP ANGLE"


def over(left: float, right: float, text: str, row: float = 1050.0) -> Text:
    """Return a line of print; the tracks of the page begin at row 1100."""
    return Text(text, 0.9, row - 10, left, row + 10, right)


TITLE = over(60, 960, "DIPMETER", row=400)


@pytest.mark.parametrize(
    ("words", "kept", "kind"),
    [
        ([TITLE, over(500, 800, "DIP ANGLE")], [60], "dipmeter"),
        ([TITLE, over(500, 900, "TADPOLES", row=1400)], [60], "dipmeter"),
        # A note that runs across two columns is of both.
        ([TITLE, over(200, 700, "DIP MAGNITUDE")], [], None),
        # A title that stands over the curves says what is beside them.
        ([over(500, 760, "VDL"), over(300, 800, "WAVEFORMS")], [60], "waveforms"),
        ([over(500, 760, "VDL"), over(60, 960, "GAMMA RAY")], [60, 460], None),
        ([TITLE, over(500, 800, "GAMMA RAY")], [60, 460], None),
    ],
)
def test_what_words_name_is_told_of_its_column(
    words: list[Text], kept: list[float], kind: str | None
) -> None:
    (section,) = find_sections(Scan.from_array(PAGE.draw()))
    found = without_plots([section], section, words)
    tracks = [track for one in found for track in one.tracks]
    lefts = [float(track.left.column_at(1200)) for track in tracks]
    assert lefts == pytest.approx(kept, abs=3)
    if kind is not None:
        (passed,) = [column for column in found[0].others if column.kind == kind]
        assert float(passed.left.column_at(1200)) == pytest.approx(460, abs=3)


def test_a_page_with_a_track_beside_a_dipmeter_is_proposed_and_says_so() -> None:
    zoom, start = 1100 / 900, 515
    words = [TITLE, over(600, 800, "DIP ANGLE")]
    read = [
        replace(
            text,
            top=zoom * (text.top - start),
            bottom=zoom * (text.bottom - start),
            left=zoom * text.left,
            right=zoom * text.right,
        )
        for text in words
    ]

    def once(_: Grey) -> list[Text]:
        """Read the words about the grid, and nothing in the legends."""
        return [read.pop() for _ in range(len(read))]

    scan = Scan.from_array(PAGE.draw())
    (section,) = propose(scan, None, read=once, stated=(1000.0, 1380.0))
    (track,) = section.found.tracks
    assert float(track.left.column_at(1200)) == pytest.approx(60, abs=3)
    said = [line for line in proposal_lines([section]) if "dipmeter" in line]
    assert len(said) == 1
    assert "no curve track" in said[0]


def test_a_dipmeter_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "dip.png"
    page = printed("POOLED ARROW PLOT OF DIP ANGLE AND DIRECTION", first=900)
    cv2.imwrite(str(path), page)
    out = tmp_path / "dip.yaml"
    assert main(["register", str(path), "--out", str(out)]) == REFUSED
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert "dip.png: this looks like a dipmeter arrow plot" in said
    assert said.endswith('"DIP ANGLE"')
    assert not out.exists()


def speckled(rows: slice, lost: float = 0.12) -> Grey:
    """Return the page, its paper broken into ink on some rows."""
    page = PAGE.draw()
    part = page[rows]
    part[np.random.default_rng(1).random(part.shape) < lost] = 0
    return page


def test_a_page_ruined_by_speckle_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ruined.png"
    cv2.imwrite(str(path), speckled(slice(2200, None)))
    out = tmp_path / "ruined.yaml"
    ends = ["--top", "1000", "--bottom", "1380"]
    assert main(["register", str(path), "--out", str(out), *ends]) == REFUSED
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert "ruined.png: ruined by speckle: on 62% of the page" in said
    assert not out.exists()


def test_speckle_on_the_lesser_part_of_a_page_costs_it_nothing_else() -> None:
    scan = Scan.from_array(speckled(slice(3800, None)))
    (section,) = propose(scan, None, stated=(1000.0, 1380.0))
    assert section.points


def test_dense_grids_are_no_speckle() -> None:
    ink = np.zeros((128, 640), np.uint8)
    ink[::6] = 1
    ink[:, ::12] = 1
    # Ink begins on one row in six, and on one column in twelve but for those rows.
    assert breaks_of(ink) == pytest.approx(5 / 6 / 12, rel=0.1)
    upright = np.zeros_like(ink)
    upright[:, ::6] = 1
    upright[::12] = 1
    assert breaks_of(upright) == pytest.approx(5 / 6 / 12, rel=0.1)
    assert np.isnan(breaks_of(np.zeros_like(ink)))
    speckle = np.random.default_rng(0).random(ink.shape) < 0.15
    both = np.maximum(ink, speckle).astype(np.uint8)
    assert breaks_of(both) > 1.7 * breaks_of(ink)


def test_an_image_in_black_and_white_is_no_speckle() -> None:
    page = generate_page("image log", np.random.default_rng(52062))
    assert set(np.unique(page.image)) == {0, 255}
    survey = take_survey(Scan.from_array(page.image))
    assert ruined_share(survey.breaks, survey.columns, None) < 0.1


@pytest.mark.parametrize(
    ("columns", "share", "reported"),
    [(384, 0.1, True), (320, 0.1, False), (640, 0.007, False)],
)
def test_where_little_is_printed_nothing_is_told(
    columns: int, share: float, reported: bool
) -> None:
    """Six zones of 64 columns are needed, and specks alone are no print."""
    ink = np.zeros((128, 641), np.uint8)
    ink[:, 1 : columns + 1] = np.random.default_rng(0).random((128, columns)) < share
    assert np.isfinite(breaks_of(ink)) == reported


def test_shares_of_a_page_are_of_what_is_printed() -> None:
    breaks = np.array([np.nan, np.nan, 0.034, 0.036])
    assert ruined_share(breaks, 1700, None) == 0.5  # 6.8 and 7.2 beginnings per inch
    assert ruined_share(breaks, 1700, 400.0) == 0.5  # the paper would be 4 inches wide
    assert ruined_share(breaks, 1700, 100.0) == 0.0
    assert ruined_share(breaks, 850, None) == 0.0
    assert ruined_share(breaks[:2], 1700, None) == 0.0


def test_the_same_page_without_the_words_is_a_log() -> None:
    scan = Scan.from_array(printed("RESISTIVITY PLOT", "GAMMA RAY", first=700))
    (section,) = propose(scan, None, read=load_reader(), stated=(1000.0, 1380.0))
    assert section.points


@pytest.mark.skipif("VEERNET_REAL" not in os.environ, reason="VEERNET_REAL is not set")
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("4703501366_dip2", "looks like a dipmeter arrow plot"),
        ("4705100539_s", "ruined by speckle"),
    ],
)
def test_real_scans_that_are_no_logs_are_refused(name: str, says: str) -> None:
    path = Path(os.environ["VEERNET_REAL"], "scans", f"{name}.tif")
    with pytest.raises(Refused, match=says):
        propose(open_scan(path), load_recogniser(), read=load_reader())
