"""The heading of a log is read into the fields of its well, and nothing is made up."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import lasio
import numpy as np
import pytest

from tests.headings import generate_heading
from veernet.check.well import check_wells
from veernet.export.las import las_text
from veernet.export.provenance import Provenance
from veernet.records import Curve, Registration, Scan
from veernet.register.depths.proposal import STATED
from veernet.register.heading.cells import Reading
from veernet.register.heading.heading import WellField, fields_of, read_heading
from veernet.register.heading.kinds import api_digits, elevation_of, implausible
from veernet.register.heading.labels import label_in, service_in
from veernet.register.heading.sheets import Sheet
from veernet.register.heading.states import state_like, state_of
from veernet.register.heading.text import well_lines
from veernet.register.heading.values import readings_of
from veernet.register.ocr.reader import Text, load_reader
from veernet.registration import registrations_in
from veernet.scan import open_scan


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("COMPANY", "COMP", ""),
        ("Company:", "COMP", ""),
        ("COMPANY: GREEN OIL", "COMP", "GREEN OIL"),
        ("COMPANYBLUE OIL", "COMP", "BLUE OIL"),
        ("WELL____", "WELL", ""),
        ("Well Name: MILLER 3-17H", "WELL", "MILLER 3-17H"),
        ("FIELD or", "FLD", ""),
        ("COUNTY. LEA", "CNTY", "LEA"),
        ("State Kansas", "STAT", "Kansas"),
        ("API No. 42-421-31247", "API", "42-421-31247"),
        ("Permanent Detum", "PDAT", ""),
        ("Log Meesured from", "LMF", ""),
        ("Elev.: K.B.", "EKB", ""),
        ("Elevation: D.F. 3611", "EDF", "3611"),
        ("Elev.1274", "EPD", "1274"),
        ("or G.L.:3597", "EGL", "3597"),
        ("Ground Elevation (ft): 2295'", "EGL", "2295'"),
        ("Logging Date", "DATE", ""),
        ("Run No.", "RUN", ""),
    ],
)
def test_labels_are_known_by_their_letters(text: str, field: str, value: str) -> None:
    label = label_in(text)
    assert label is not None
    assert (label.field, label.value) == (field, value)


@pytest.mark.parametrize(
    "text", ["STATE C NO.7", "WELL SURVEYING CORPORATION", "STATEMENT", "10468", "KBX"]
)
def test_what_begins_like_a_label_is_none(text: str) -> None:
    assert label_in(text) is None


def test_a_service_company_is_known_by_its_whole_name() -> None:
    assert service_in("Schlumberger") == "Schlumberger"
    assert service_in("BAKER HUGHES") == "Baker Hughes"
    assert service_in("A Schlumberger Company") is None


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("API", "30-025-12481", None),
        ("API", "42-421-31247-00-00", None),
        ("API", "30-025-1248", "9 digits, where an API number has 10, 12 or 14"),
        ("API", "99-025-12481", "99 is no state of an API number"),
        ("API", "30-O25-1248l", "letters stand in an API number"),
        ("DATE", "9/10/74", None),
        ("DATE", "24-Sep-2015", None),
        ("DATE", "08 JANUARY 2014", None),
        ("DATE", "1-20-59, 3-1-59", None),
        ("DATE", "9/41/74", "'9/41/74' is no day"),
        ("DATE", "9/10/1897", "no log was run on 1897-09-10"),
        ("EKB", "1811.50 ft", None),
        ("EKB", "3,646.0", None),
        ("EKB", "18115", "no well stands at 18115 ft"),
        ("EKB", "361L", "'361L' is no elevation"),
        ("APD", "28 Ft.", None),
        ("APD", "594", "no floor is 594 above its datum"),
        ("STAT", "W. VA.", None),
        ("STAT", "tx", None),
        ("STAT", "ESSINGEN", "'ESSINGEN' is no state of the USA"),
        ("RUN", "ONE, TWO, FOUR", None),
        ("RUN", "1A", None),
        ("RUN", "Rev. 3", "'REV. 3' is no number of a run"),
        ("PDAT", "G.L.", None),
        ("PDAT", "WILDCAT", "'WILDCAT' is no datum of logs"),
        ("CNTY", "LEA 25", "figures stand in it"),
        ("WELL", "#", "it has hardly a letter"),
        ("MATR", "LIMESTONE", None),
        ("MATR", "MUD", "'MUD' is no matrix of porosities"),
        ("REMARK", "anything", None),
    ],
)
def test_what_no_heading_can_say_has_a_reason(
    field: str, value: str, reason: str | None
) -> None:
    assert implausible(field, value) == reason


def test_a_state_is_told_from_its_letters() -> None:
    assert state_of("N. Dak.") == "NORTH DAKOTA"
    assert state_like("NEMEXICO") == "NEW MEXICO"
    assert state_like("ESSINGEN") is None


def line(text: str, row: float, left: float, score: float = 0.99) -> Text:
    """Return a text of 20 rows that is as wide as its letters."""
    return Text(text, score, row - 10, left, row + 10, left + 12 * len(text))


FORM = (
    line("COMPANY", 40, 20),
    line("NORTHERN OIL", 40, 200),
    line("COMPANY", 90, 200),
    line("WELL", 140, 20),
    line("STATE C NO.7", 140, 200),
    line("Other Services:", 140, 700),
    line("COUNTY", 190, 20),
    line("LEA", 190, 200),
    line("STATE", 190, 500),
    line("NEMEXICO", 190, 620),
    line("API Serial No.", 240, 20),
    line("30-025-12481", 275, 30),
    line("Permanent Datum:", 320, 20),
    line("G.L.", 320, 300),
    line("Elev.:", 320, 420),
    line("594", 320, 540),
    line("Elev.: K.B.", 320, 700),
    line("622", 320, 900),
    line("Log Measured From", 355, 20),
    line("K.B.", 355, 300),
    line("28 Ft. Above Perm. Datum", 355, 400),
    line("D.F.", 355, 790),
    line("621", 355, 900),
    line("Date", 400, 20),
    line("9/10/74", 400, 300),
    line("9/26/74", 400, 480),
    line("Run No.", 435, 20),
    line("ONE", 435, 310),
    line("TWO", 435, 490),
    line("THREE", 435, 670),
)


def read(*texts: Text, turned: bool = False, path: str = "") -> dict[str, WellField]:
    sheet = Sheet(texts, top=1000, columns=2000, zoom=0.5, turned=turned)
    return {one.name: one for one in fields_of(readings_of(sheet), path)}


def test_a_form_is_read_with_its_places() -> None:
    found = read(*FORM)
    values = {name: one.value for name, one in found.items()}
    assert values == {
        "COMP": "NORTHERN OIL COMPANY",
        "WELL": "STATE C NO.7",
        "CNTY": "LEA",
        "STAT": "NEW MEXICO",
        "API": "30-025-12481",
        "PDAT": "G.L",
        "EPD": "594",
        "LMF": "K.B",
        "APD": "28 Ft.",
        "EKB": "622",
        "EDF": "621",
        "DATE": "9/10/74, 9/26/74",
        "RUN": "ONE, TWO",  # the third was never made: it has no date
    }
    county = found["CNTY"]
    assert (county.row, county.column) == (1000 + 380, 2 * (200 + 18))
    assert all(one.note is None for one in found.values())


def test_a_place_on_a_turned_form_is_that_of_the_page() -> None:
    county = read(*FORM, turned=True)["CNTY"]
    assert (county.row, county.column) == (1000 + 2 * (200 + 18), 1999 - 380)


def test_only_what_the_page_bears_out_is_stated() -> None:
    found = read(*FORM)
    stated = {name for name, one in found.items() if one.confidence >= STATED}
    # Kelly bushing less height is the datum's elevation; a state is misread.
    assert stated == {"EKB", "EPD", "APD"}
    named = read(*FORM, path="scans/30-025-12481_0808.tif")
    assert named["API"].confidence >= STATED


def test_the_same_words_at_two_places_are_stated() -> None:
    first = Reading("FLD", "RED CREEK", 0.99, 10, 20)
    again = Reading("FLD", "Red Creek", 0.97, 300, 20)
    assert fields_of([first])[0].confidence < STATED
    assert fields_of([first, again])[0].confidence >= STATED
    other = Reading("FLD", "WILDCAT", 0.99, 500, 20)
    (field,) = fields_of([first, other])
    assert (field.value, field.note) == ("RED CREEK", "elsewhere 'WILDCAT' is printed")
    assert field.confidence < 0.8


def test_heights_that_do_not_add_up_are_doubted() -> None:
    heights = {"LMF": "KB", "PDAT": "GL", "EPD": "3238", "EKB": "3260", "APD": "1"}
    readings = [Reading(name, text, 0.99, 1, 1) for name, text in heights.items()]
    found = {one.name: one for one in fields_of(readings)}
    assert found["APD"].note == "the elevations are 22 apart"
    assert found["EKB"].confidence < STATED
    (alone,) = fields_of([Reading("EDF", "314", 0.99, 1, 1)])
    assert alone.note == "no other elevation of the heading bears it out"


def test_a_floor_that_a_log_is_measured_from_is_no_elevation() -> None:
    found = read(
        line("Log Measured From", 20, 20), line("KB", 20, 300), line("10", 20, 400)
    )
    assert set(found) == {"LMF"}


@pytest.mark.parametrize(
    "height",
    [
        (line("14", 20, 420), line("Ft. above", 20, 480), line("G.L.", 20, 640)),
        (line("14 Ft. above GL", 20, 420),),
    ],
)
def test_older_forms_name_the_datum_behind_the_height(height: tuple[Text, ...]) -> None:
    found = read(
        line("Log Depths Measured From", 20, 20),
        line("DF", 20, 360),
        *height,
        line("Elevation: D.F. 3611", 90, 20),
        line("or G.L. 3597", 130, 20),
    )
    assert {name: one.value for name, one in found.items()} == {
        "LMF": "DF",
        "APD": height[0].text.removesuffix(" above GL"),
        "PDAT": "GL",
        "EDF": "3611",
        "EGL": "3597",
    }
    assert {"APD", "EDF", "EGL"} <= {
        name for name, one in found.items() if one.confidence >= STATED
    }


def test_a_floor_behind_the_permanent_datum_is_no_datum() -> None:
    found = read(
        line("Log Measured From", 20, 20),
        line("K.B.", 20, 300),
        line("29 Ft. Above Perm. Datum", 20, 400),
        line("G.L.", 20, 800),
        line("4416", 20, 900),
    )
    assert {k: one.value for k, one in found.items()} == {
        "LMF": "K.B",
        "APD": "29 Ft.",
        "EGL": "4416",
    }


def test_noise_makes_no_fields() -> None:
    rng = np.random.default_rng(5)
    words = ["RMF", "@", "77.1 degF", "N/A", "1.", "F", "Max. Rec. Temp.", "MEAS"]
    texts = [
        line(words[rng.integers(len(words))], float(r), float(c), float(s))
        for r, c, s in rng.uniform((0, 0, 0.3), (900, 900, 1), (200, 3))
    ]
    assert read(*texts) == {}
    assert readings_of(Sheet((), 0, 1000, 1.0, turned=True)) == []


def test_the_well_of_a_proposal_is_read_again() -> None:
    fields = (
        WellField("COMP", 'A "B" OIL: CO', 0.95, 12, 34),
        WellField("STAT", "NO", 0.85, 56, 78),
        WellField("API", "30-025-1248", 0.3, 9, 10, "9 digits"),
        WellField("EKB", "3,646.50'", 0.88, 11, 12),
        WellField("EGL", "3641", 0.88, 13, 14),
    )
    lines = well_lines(fields, "ft")
    assert lines[1].endswith("# stated, 0.95: row 12, column 34")
    assert lines[3] == (
        '  # API: "30-025-1248"   # a suggestion, to be checked, 0.30, 9 digits: '
        "row 9, column 10"
    )
    rest = "depth: {unit: ft, points: [{row: 0, depth: 1}, {row: 9, depth: 2}]}\n"
    rest += "tracks: [{name: T, left: 0, right: 9, curves: [{mnemonic: GR, unit: G, "
    rest += "left: 0, right: 1, scale: linear}]}]\n"
    text = "\n".join(lines) + "\n" + rest
    (found,) = registrations_in(text.encode(), Path("reg.yaml"))
    assert found.well == {
        "COMP": 'A "B" OIL: CO',
        "STAT": "NO",
        "EKB": "3646.5 ft",
        "EGL": "3641 ft",
    }
    assert well_lines((), None)[-1].startswith("# well:")
    assert all(one.lstrip().startswith("#") for one in well_lines(fields[2:3], None))


def test_a_page_without_a_heading_is_not_read() -> None:
    def never(_: object) -> list[Text]:
        raise AssertionError

    page = Scan.from_array(np.full((3000, 1000), 255, dtype=np.uint8))
    assert read_heading(page, 150.0, never) == ()


def test_a_heading_is_read_three_times_at_most() -> None:
    calls = []

    def count(grey: np.ndarray) -> list[Text]:
        calls.append(grey.shape)
        return []

    page = Scan.from_array(np.full((9000, 1000), 255, dtype=np.uint8))
    assert read_heading(page, 8000.0, count) == ()
    assert len(calls) <= 3
    assert max(max(shape) for shape in calls) <= 2000


@pytest.fixture(scope="module")
def reader() -> object:
    pytest.importorskip("rapidocr")
    return load_reader()


@pytest.mark.parametrize("turned", [True, False])
def test_a_drawn_heading_is_read(reader: object, turned: bool) -> None:
    drawn = generate_heading(np.random.default_rng(8 + turned), turned=turned)
    page = Scan.from_array(drawn.image)
    found = {one.name: one for one in read_heading(page, len(drawn.image), reader)}

    def same(name: str, value: str) -> bool:
        one, other = elevation_of(value), elevation_of(drawn.fields[name])
        if one is not None and other is not None:
            return one[0] == other[0]
        alike = (value, drawn.fields[name])
        return len({"".join(filter(str.isalnum, v)).upper() for v in alike}) == 1

    right = {name for name, one in found.items() if same(name, one.value)}
    assert len(right) >= 0.85 * len(drawn.fields)
    stated = {name for name, one in found.items() if one.confidence >= STATED}
    assert {"EKB", "EGL", "EPD", "STAT"} <= stated
    assert stated <= right


def test_a_real_heading_agrees_with_itself(reader: object) -> None:
    if "VEERNET_REAL" not in os.environ:
        pytest.skip("VEERNET_REAL is not set")
    path = Path(os.environ["VEERNET_REAL"]) / "scans" / "33-025-02016-0001.tif"
    found = {one.name: one for one in read_heading(open_scan(path), 2600, reader)}
    assert api_digits(found["API"].value) == "3302502016"
    assert found["API"].confidence >= STATED
    assert state_of(found["STAT"].value) == "NORTH DAKOTA"
    heights = {k: elevation_of(found[k].value) for k in ("EKB", "EGL", "EPD", "APD")}
    values = {k: height[0] for k, height in heights.items() if height}
    assert values["EKB"] - values["EGL"] == pytest.approx(values["APD"])
    assert values["EPD"] == values["EGL"]
    assert {"COMP", "WELL", "FLD", "CNTY", "DATE", "RUN", "PDAT", "MATR"} - set(
        found
    ) <= {"COMP"}


def registration(**well: str) -> Registration:
    lines = ["depth: {unit: ft, points: [{row: 0, depth: 10}, {row: 90, depth: 20}]}"]
    lines += ["tracks: [{name: T, left: 0, right: 9, curves: [{mnemonic: GR, unit: G, "]
    lines += ["left: 0, right: 1, scale: linear}]}]"]
    (found,) = registrations_in("\n".join(lines).encode(), Path("reg.yaml"))
    return replace(found, well=well)


def test_fields_that_no_las_knows_are_told_once() -> None:
    typed = {"COMPANY": "X", "API": "30-025-1248", "WELL": "A", "REMARK": ""}
    wells = [registration(**typed), replace(registration(**typed), section="repeat")]
    reported = [finding.text for finding in check_wells(wells)]
    assert reported == [
        "well: COMPANY is no field of LAS 2.0, and goes into ~Well as it is: is COMP "
        "meant?",
        "well: API '30-025-1248': 9 digits, where an API number has 10, 12 or 14: "
        "is it typed right?",
    ]
    (computed,) = check_wells([registration(STRT="5")])
    assert "is computed from the curves" in computed.text
    fine = {"COMP": "A", "EKB": "1811.5 ft", "PDAT": "GL", "BHT": "120", "LIC": "7"}
    assert list(check_wells([registration(**fine)])) == []


def test_fields_stand_in_the_las_where_it_has_them() -> None:
    well = {"COMP": "A", "CTRY": "USA", "EKB": "1811.5 ft", "PDAT": "GL", "EGL": "1803"}
    found = registration(**well)
    curve = Curve("GR", "G", np.arange(3.0), np.arange(3.0), np.ones(3))
    las = lasio.read(las_text([curve], found, Provenance()))
    assert las.well["COMP"].value == "A"
    assert las.well["CTRY"].value == "USA"
    assert (las.params["EKB"].value, las.params["EKB"].unit) == (1811.5, "FT")
    # Without a unit of its own it has that of the depths; `check` tells it.
    assert (las.params["EGL"].value, las.params["EGL"].unit) == (1803, "FT")
    assert las.params["PDAT"].value == "GL"
    assert not {"EKB", "EGL", "PDAT"} & set(las.well.keys())
