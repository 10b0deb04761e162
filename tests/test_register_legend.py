"""Legends of drawn and real pages: names, units, values, styles, and how sure."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.pages import (
    LOGARITHMIC,
    DrawnLegendLine,
    DrawnPage,
    DrawnSection,
    DrawnTrack,
)
from veernet.axes import Scale
from veernet.records import Grey, Scan
from veernet.register.geometry.page import FoundSection, find_sections
from veernet.register.legends.agree import confirm
from veernet.register.legends.legend import Legend, read_legends
from veernet.register.legends.lines import find_lines
from veernet.register.legends.plausible import implausible
from veernet.register.legends.record import LegendCurve
from veernet.register.legends.stroke import find_strokes, style_of
from veernet.register.legends.vocabulary import (
    depth_unit_in,
    number_in,
    own_mnemonic,
    split_name,
    standard_of,
    unit_in,
)
from veernet.register.ocr.reader import Reader, Text, load_reader
from veernet.register.ocr.recognise import load_recogniser
from veernet.register.propose import all_edges, propose
from veernet.register.text import proposal_lines, proposal_yaml, summary_line
from veernet.register.tracktext import track_lines
from veernet.registration import load_registrations
from veernet.scan import open_scan

SONIC = (
    DrawnLegendLine(0, "Gamma Ray", "0", "150", unit="(GAPI)"),
    DrawnLegendLine(0, "Gamma Ray", "150", "300", unit="(GAPI)"),
    DrawnLegendLine(0, "Caliper", "6", "16", "short-dash", unit="(in)"),
    DrawnLegendLine(1, "Delta Time", "140", "40", unit="(usec/ft)"),
    DrawnLegendLine(1, "Sonic Porosity", "30", "-10", "long-dash", unit="(pu)"),
    DrawnLegendLine(1, "Tension", "5000", "0", "dot", unit="(lbf)"),
)
INDUCTION = (
    DrawnLegendLine(0, "Gamma Ray", "0", "150", named_above=True, unit="gAPI"),
    DrawnLegendLine(0, "SP", "-80", "20", "long-dash", unit="mV", named_above=True),
    DrawnLegendLine(
        1, "Deep Induction (ILD)", "0.2", "2000", unit="ohm.m", named_above=True
    ),
    DrawnLegendLine(
        *(1, "Medium Induction (ILM)", "0.2", "2000", "short-dash"),
        unit="ohm.m",
        named_above=True,
    ),
)
LOG_TRACKS = (DrawnTrack(60, 360), DrawnTrack(460, 960, LOGARITHMIC))


@pytest.fixture(scope="module")
def read() -> Reader:
    return load_reader()


def legends_of(read: Reader, *sections: DrawnSection, rows: int = 4600) -> list[Legend]:
    page = Scan.from_array(DrawnPage(rows=rows, sections=sections, tables=()).draw())
    found = find_sections(page)
    assert len(found) == len(sections)
    return list(read_legends(page, found, read))


def read_legend(
    page: Scan, section: FoundSection, read: Reader
) -> tuple[LegendCurve, ...]:
    return read_legends(page, [section], read)[0].curves


def described(curve: LegendCurve) -> tuple[object, ...]:
    return (curve.track, curve.mnemonic, curve.unit, *curve.ends, curve.line)


SONIC_DESCRIBED = [
    (0, "GR", "GAPI", 0, 150, "solid"),
    (0, "CALI", "IN", 6, 16, "short-dash"),
    (1, "DT", "US/F", 140, 40, "solid"),
    (1, "SPOR", "PU", 30, -10, "long-dash"),
    (1, "TENS", "LBF", 5000, 0, "dot"),
]


def test_names_values_units_and_styles_of_two_tracks(read: Reader) -> None:
    (legend,) = legends_of(read, DrawnSection(900, 3900, legend=SONIC))
    assert [described(curve) for curve in legend.curves] == SONIC_DESCRIBED
    assert [curve.wraps for curve in legend.curves] == [True, *[False] * 4]
    assert all(curve.scale.kind == "linear" for curve in legend.curves)
    assert all(0 < curve.confidence <= 0.95 for curve in legend.curves)


def test_a_legend_above_the_next_section_is_not_one_below_this(read: Reader) -> None:
    upper = DrawnSection(700, 2700, numerals=(1000, 10))
    lower = DrawnSection(3300, 5300, legend=SONIC)
    first, second = legends_of(read, upper, lower, rows=5600)
    assert first.curves == ()
    assert len(second.curves) >= 4


def test_a_legend_below_alone_is_read_too(read: Reader) -> None:
    (legend,) = legends_of(read, DrawnSection(900, 3900, below=SONIC))
    assert [described(curve) for curve in legend.curves] == SONIC_DESCRIBED


def test_two_legends_that_agree_state_their_curves(read: Reader) -> None:
    (legend,) = legends_of(read, DrawnSection(900, 3900, legend=SONIC, below=SONIC))
    assert [described(curve) for curve in legend.curves] == SONIC_DESCRIBED
    assert all(curve.confidence >= 0.9 for curve in legend.curves)


def test_names_above_their_values_and_a_logarithmic_track(read: Reader) -> None:
    drawn = DrawnSection(900, 3900, tracks=LOG_TRACKS, legend=INDUCTION)
    (legend,) = legends_of(read, drawn)
    assert [described(curve) for curve in legend.curves] == [
        (0, "GR", "GAPI", 0, 150, "solid"),
        (0, "SP", "MV", -80, 20, "long-dash"),
        (1, "ILD", "OHMM", 0.2, 2000, "solid"),
        (1, "ILM", "OHMM", 0.2, 2000, "short-dash"),
    ]
    kinds = [curve.scale.kind for curve in legend.curves]
    assert kinds == ["linear", "linear", "log", "log"]


def test_halves_of_a_track_have_scales_of_their_own(read: Reader) -> None:
    halves = (
        DrawnLegendLine(
            *(1, "Medium Induction", "0", "50"),
            unit="ohm.m",
            span=(0, 0.5),
            named_above=True,
        ),
        DrawnLegendLine(1, "Deep Induction", "0", "90", unit="ohm.m", named_above=True),
    )
    (legend,) = legends_of(read, DrawnSection(900, 3900, legend=halves))
    spans = {curve.mnemonic: curve.span for curve in legend.curves}
    assert spans == {"ILM": (0, 0.5), "ILD": (0, 1)}


def test_a_missing_unit_makes_a_suggestion(read: Reader) -> None:
    bare = tuple(replace(line, unit="") for line in SONIC)
    (legend,) = legends_of(read, DrawnSection(900, 3900, legend=bare, below=bare))
    assert [curve.mnemonic for curve in legend.curves] == [
        t[1] for t in SONIC_DESCRIBED
    ]
    assert all(curve.confidence < 0.9 for curve in legend.curves)
    assert any("no unit was read" in n for c in legend.curves for n in c.notes)


def test_colours_of_strokes_are_told_where_the_page_has_them(read: Reader) -> None:
    section = DrawnSection(900, 3900, legend=SONIC[:1])
    grey = DrawnPage(rows=4600, sections=(section,), tables=()).draw()
    page = np.repeat(grey[..., None], 3, axis=2)
    row = 900 - 340 + 40 + 10
    page[row : row + 2, 60:360] = (0, 160, 60)
    scan = Scan.from_array(page)
    (curve,) = read_legend(scan, find_sections(scan)[0], read)
    assert curve.colour == "#00a03c"


def test_a_typed_form_names_curves_by_its_heading() -> None:
    def form(grey: Grey) -> list[Text]:
        return [
            Text("SPONTANEOUS-POTENTIAL", 1.0, 10, 40, 30, 250),
            Text("millivolts", 1.0, 40, 90, 60, 190),
            Text("-|20|+", 0.9, 90, 120, 110, 180),
        ]

    page = Scan.from_array(DrawnPage().draw())
    section = find_sections(page)[0]
    curves = [c for c in read_legend(page, section, form) if c.track == 0]
    assert [described(c) for c in curves] == [(0, "SP", "MV", 0, 200, None)]
    assert curves[0].confidence <= 0.5
    assert "no zero" in curves[0].notes[0]


def test_values_of_two_cells_that_were_read_as_one_are_divided() -> None:
    texts = [
        Text("0", 1.0, 10, 0, 30, 15),
        Text("DEEP", 1.0, 10, 150, 30, 220),
        Text("202000", 1.0, 10, 455, 30, 560),
        Text("COND", 1.0, 10, 700, 30, 780),
        Text("0", 1.0, 10, 985, 30, 1000),
    ]
    lines, _ = find_lines(texts, 0.0, 500.0)
    values = [(line.left.number, line.right.number) for line in lines]
    assert values == [(0, 20), (2000, 0)]
    assert lines[0].right.sure < 0.9
    assert [line.names[0].text for line in lines] == ["DEEP", "COND"]


def test_a_minus_sign_that_was_lost_is_found_on_an_even_scale() -> None:
    texts = [
        Text(number, 1.0, 10, 248 * place, 30, 248 * place + 30)
        for place, number in enumerate(("45", "30", "15", "0", "15"))
    ]
    (line,), _ = find_lines(texts, 0.0, 500.0)
    assert (line.left.number, line.right.number, line.even) == (45, -15, True)


def test_a_hybrid_scale_becomes_points_at_vertical_lines(tmp_path: Path) -> None:
    numbers = ("0", "50", "100", "150", "200", "250", "400", "600", "1000", "2000")

    def hybrid(grey: Grey) -> list[Text]:
        if grey.shape[1] < 800:
            return []
        # Print is read on a picture enlarged to 200 dots per inch.
        zoom = grey.shape[1] / 511
        places = [zoom * (5 + 50 * i) for i in range(11)]
        texts = [
            Text(number, 1.0, 100, at - 18, 120, at + 18)
            for number, at in zip((*numbers, "9999"), places, strict=True)
        ]
        return [*texts, Text("RESISTIVITY", 1.0, 60, 400, 80, 560)]

    drawn = DrawnPage(tables=()).draw()
    page = Scan.from_array(drawn)
    section = find_sections(page)[0]
    (curve,) = (c for c in read_legend(page, section, hybrid) if c.track == 1)
    assert curve.scale.kind == "piecewise"
    assert curve.confidence <= 0.5
    assert curve.scale.fractions == pytest.approx(np.linspace(0, 1, 11), abs=0.01)
    assert curve.scale.values == (*map(float, numbers), 9999.0)
    lines = track_lines(section.tracks, [curve])
    assert any("points: [{fraction: 0, value: 0}, " in line for line in lines)


def test_without_a_legend_nothing_is_read(read: Reader) -> None:
    (legend,) = legends_of(read, DrawnSection(900, 3900))
    assert legend.curves == ()
    assert legend.depth_unit is None


def test_garbage_states_nothing(read: Reader) -> None:
    rng = np.random.default_rng(3)
    drawn = DrawnPage(sections=(DrawnSection(900, 3900),)).draw()
    drawn[400:880][rng.random((480, 1000)) < 0.04] = 0
    page = Scan.from_array(drawn)
    curves = read_legend(page, find_sections(page)[0], read)
    assert all(curve.confidence < 0.9 for curve in curves)


def test_a_reader_that_finds_nonsense_states_nothing() -> None:
    def nonsense(grey: Grey) -> list:
        return []

    page = Scan.from_array(DrawnPage().draw())
    assert read_legend(page, find_sections(page)[0], nonsense) == ()


def test_the_proposal_with_all_curves_loads_as_it_is(
    read: Reader, tmp_path: Path
) -> None:
    drawn = DrawnSection(900, 3900, legend=SONIC, below=SONIC)
    page = Scan.from_array(DrawnPage(rows=4600, sections=(drawn,), tables=()).draw())
    sections = propose(page, None, read=read, stated=(1000.0, 1300.0), unit="ft")
    path = tmp_path / "reg.yaml"
    path.write_text(proposal_yaml(Path("scan.tif"), 0, sections), "utf-8")
    (registration,) = load_registrations(path)
    assert [track.name for track in registration.tracks] == ["T1", "T2"]
    track, spec = registration.curve("DT")
    assert (track.name, spec.unit, spec.scale) == (
        *("T2", "US/F"),
        Scale("linear", 140, 40),
    )
    assert registration.curve("GR")[1].wraps
    assert "# stated, 0.95" in path.read_text("utf-8")
    lines = proposal_lines(sections)
    assert "main: T1 GR 0 to 150 GAPI, linear, solid, wraps, stated (0.95)" in lines
    assert summary_line(sections) == "1 sections, 5 curves"


def test_a_track_without_curves_keeps_its_place(read: Reader) -> None:
    drawn = DrawnSection(900, 3900, legend=SONIC[:3])
    page = Scan.from_array(DrawnPage(rows=4600, sections=(drawn,), tables=()).draw())
    sections = propose(page, None, read=read, stated=(1000.0, 1300.0), unit="ft")
    text = proposal_yaml(Path("scan.tif"), 0, sections)
    assert text.count("curves:   # still to be given") == 1
    assert "the curves of 1 tracks are still to be given" in summary_line(sections)


CURVE = LegendCurve(
    0,
    (0.0, 1.0),
    "Gamma Ray",
    "GR",
    known=True,
    unit="GAPI",
    scale=Scale("linear", 0, 150),
    line="solid",
    confidence=0.88,
)


def test_legends_that_differ_in_a_value_make_a_suggestion() -> None:
    other = replace(CURVE, scale=Scale("linear", 0, 160))
    ((curve,),) = confirm([[[CURVE], [other]]])
    assert curve.confidence <= 0.5
    assert "another legend" in curve.notes[0]


@pytest.mark.parametrize("ends", [(-10, 150), (0, 202)])
def test_values_that_are_odd_are_not_stated(ends: tuple[float, float]) -> None:
    odd = replace(CURVE, scale=Scale("linear", *ends))
    ((curve,),) = confirm([[[odd], [odd]]])
    assert curve.confidence < 0.9


def test_other_sections_settle_a_value_that_was_misread() -> None:
    other = replace(CURVE, scale=Scale("linear", 0, 160))
    first, second = confirm([[[other], [CURVE]], [[CURVE], [CURVE]]])
    assert first[0].ends == second[0].ends == (0, 150)


def test_an_overrange_is_a_back_up_and_an_amplified_scale_is_none() -> None:
    deep = replace(CURVE, name="DEEP", mnemonic="M2R9", unit="OHMM")
    over = replace(deep, name="OVERRANGE DEEP", scale=Scale("linear", 0, 1500))
    amplified = replace(deep, name="AMPLIFIED DEEP", scale=Scale("linear", 0, 30))
    ((first, second, third),) = confirm([[[deep, over, amplified]]])
    assert (second.mnemonic, second.backup_of) == ("M2R9B", "M2R9")
    assert (third.mnemonic, third.backup_of) == ("M2R9A", None)
    assert first.backup_of is None


def test_parts_of_a_track_have_edges_of_their_own() -> None:
    page = DrawnPage(rows=3000, sections=(DrawnSection(300, 2900),), tables=())
    scan = Scan.from_array(page.draw())
    (section,) = propose(scan, None, stated=(1000.0, 1260.0))
    spans = (0.0, 0.5), (0.5, 1.0), (0.0, 1.0)
    halves = [replace(CURVE, track=1, span=span) for span in spans]
    section = replace(section, legend=Legend((CURVE, *halves)))
    columns = [float(edge.column_at(1000.0)) for edge in all_edges(section)]
    assert columns == pytest.approx([60, 360, 460, 710, 960], abs=1)


def test_mnemonics_are_unique_in_a_section() -> None:
    ((first, second),) = confirm([[[CURVE, replace(CURVE, track=1)]]])
    assert (first.mnemonic, second.mnemonic) == ("GR", "GR_2")
    assert second.confidence < 0.9


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("150", 150), ("-10", -10), ("0.2", 0.2), (".45", 0.45), ("2K", 2000)),
        *(("O", 0), ("15,000", 15000), ("02", 0.2), ("002", 0.02), ("l6", 16)),
        *(("GR", None), ("1:240", None), ("", None), ("20,2000", None)),
    ],
)
def test_numbers(text: str, number: float | None) -> None:
    assert number_in(text) == number


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        *(("gAPI", "GAPI"), ("(GAPI)", "GAPI"), ("ohm m", "OHMM"), ("Ibf", "LBF")),
        *(("(usec/ft)", "US/F"), ("g/cm3", "G/C3"), ("(in)", "IN"), ("mV", "MV")),
        *(("Gamma Ray", None), ("", None), ("150", None)),
    ],
)
def test_units(text: str, unit: str | None) -> None:
    assert unit_in(text) == unit


@pytest.mark.parametrize(
    ("printed", "mnemonic"),
    [
        *(("Gamma Ray (ECGR) HGNS-H", "GR"), ("dCAL (in)", "DCAL")),
        *(("LTEN (lb) (lb)", "LTEN"), ("Cable Tension (TENS)", "TENS")),
        *(("Array Induction A20 (AO20) AIT-M", "AO20"), ("SHALLOW [m2r2]", "M2R2")),
        *(("90in Resistivity 2ft Res", "RT90"), ('AM = 16"', "N16")),
        *(("NEUTRON POROSITY INDEX %", "NPHI"), ("AO = 18'8\"", "LAT18")),
        ("十下", None),
    ],
)
def test_mnemonics(printed: str, mnemonic: str | None) -> None:
    words, code, _ = split_name(printed)
    known = standard_of(words) or (standard_of(code) if code else None)
    assert (known or own_mnemonic(words, code)) == mnemonic


def test_units_of_depth() -> None:
    assert depth_unit_in(["Depth in Feet scaled 1:240"]) == "ft"
    assert depth_unit_in(["Index Unit: m"]) == "m"
    assert depth_unit_in(["Depth in Feet", "Depth in metres"]) is None
    assert depth_unit_in(["Gamma Ray"]) is None


@pytest.mark.parametrize(
    ("runs", "style"),
    [
        *(((500, 0), "solid"), ((51, 12), "long-dash"), ((26, 11), "short-dash")),
        *(((7, 8), "dot"), ((34, 9, 6, 9), "dash-dot"), ((3, 47), None)),
    ],
)
def test_styles_by_their_runs(runs: tuple[int, ...], style: str | None) -> None:
    pattern = np.concatenate([np.full(n, i % 2 == 0) for i, n in enumerate(runs)])
    on = np.tile(pattern, 1000 // len(pattern) + 1)[:1000]
    assert style_of(on, 1650.0) == style


def test_a_stroke_on_a_turned_page_is_found() -> None:
    ink = np.zeros((80, 600), np.uint8)
    for column in range(600):
        ink[30 + round(0.02 * column) :, column][:3] = 1
    (stroke,) = find_strokes(ink, (0.0, 599.0), 0.02, 1650.0)
    assert stroke.line == "solid"
    assert stroke.row == pytest.approx(37, abs=1.5)


@pytest.mark.real
@pytest.mark.skipif("VEERNET_REAL" not in os.environ, reason="VEERNET_REAL is unset")
def test_a_real_sonic_log_needs_nothing_typed(read: Reader, tmp_path: Path) -> None:
    file = Path(os.environ["VEERNET_REAL"], "scans", "273101.tif")
    sections = propose(open_scan(file), load_recogniser(), read=read)
    assert [section.name for section in sections] == ["main", "repeat"]
    for section in sections:
        assert [described(curve) for curve in section.legend.curves] == [
            (0, "GR", "GAPI", 0, 150, "solid"),
            (0, "DCAL", "IN", 6, 16, "short-dash"),
            (1, "DT", "US/F", 140, 40, "solid"),
            (1, "SPOR", "PU", 30, -10, "short-dash"),
            (1, "LTEN", "LB", 15000, 0, "solid"),
        ]
        assert all(curve.confidence >= 0.9 for curve in section.legend.curves)
        assert section.depth.unit == "ft"
    path = tmp_path / "reg.yaml"
    path.write_text(proposal_yaml(file, 0, sections), "utf-8")
    main, _ = load_registrations(path)
    assert main.curve("GR")[1].wraps


@pytest.mark.parametrize(
    ("mnemonic", "unit", "ends", "said"),
    [
        ("GR", "GAPI", (5, 15), "no log prints GR from 5 to 15"),
        ("ILM", "OHMM", (0.2, 10_002_000), "no log prints ILM from 0.2"),
        ("RHOB", "PU", (30, -10), "RHOB is not measured in PU"),
        ("NPHI", "V/V", (0.45, -0.15), None),
        ("DT", None, (140, 40), None),
        ("ROP", "F/MN", (0, 3), None),
    ],
)
def test_a_scale_that_no_log_has_is_told(
    mnemonic: str, unit: str | None, ends: tuple[float, float], said: str | None
) -> None:
    described = implausible(mnemonic, unit, *ends)
    assert described is None if said is None else said in str(described)


def test_a_doubted_curve_is_a_comment_with_its_reason() -> None:
    wrong = replace(CURVE, scale=Scale("linear", 5, 15), confidence=0.95)
    (curves,) = confirm([[[wrong]]])
    assert curves[0].confidence < 0.8
    drawn = DrawnPage(rows=4600, tables=()).draw()
    section = find_sections(Scan.from_array(drawn))[0]
    lines = track_lines(section.tracks, curves)
    at = next(
        i for i, line in enumerate(lines) if "mnemonic: GR, unit: GAPI, left: 5" in line
    )
    assert lines[at].strip().startswith("# - {")
    assert "no log prints GR from 5 to 15" in lines[at + 1]
    assert any(line.startswith("    curves:   # still to be given") for line in lines)
