"""WITSML DepthRegImage: what it carries comes back, and what it does not is said."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings

from tests.registrations import registration, registrations, seeded, track
from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.errors import InputError
from veernet.formats import witsml
from veernet.formats.draft import complete
from veernet.formats.witsml.schema import EML, WITSML
from veernet.records import CurveSpec, Registration, Track

PUBLIC = Path(__file__).parent / "formats" / "log.xml"
"""Written from the schema's public description; no program's output."""


def again(path: Path) -> tuple[Registration, ...]:
    """Return what is read from a file."""
    drafts, _ = witsml.read(path)
    return tuple(complete(draft, path) for draft in drafts)


def edited(tmp_path: Path, old: str, new: str, source: Path = PUBLIC) -> Path:
    """Return a copy of a file in which something was changed once."""
    text = source.read_text("utf-8")
    assert old in text
    path = tmp_path / "edited.xml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def full() -> Registration:
    """Return a registration with all that a curve, an edge and a depth may have."""
    log = Scale("log", 0.2, 2000)
    printed = Scale("piecewise", 0, 4500, (0, 0.2, 1), (0, 55, 4500))
    curves = (
        CurveSpec("ILD", "OHMM", log, "long-dash", "thin", "#00cc00", True, -1),
        CurveSpec(
            "ILB", "OHMM", Scale("log", 2000, 2e7), backup_of="ILD", export=False
        ),
        CurveSpec("LL", "", printed, "dash-dot"),
    )
    tall = (1e5, 1e6)
    return Registration(
        "repeat pass",
        DepthAxis(
            "m",
            (
                DepthPoint(tall[0], 100, tall[0] - 4.25, tall[0] + 4.5),
                DepthPoint(5e5, 150),
                DepthPoint(tall[1] + 0.5, 190, tall[1], tall[1] + 7),
            ),
        ),
        (Track("T1", Edge((0.0,), (1.5,)), Edge(tall, (400.0, 398.5)), curves),),
        step=0.1524,
        null_value=-9999,
        well={"WELL": "NO", "UWI": "0472", "FLD": ""},
        image="scans/log.tif",
        page=2,
    )


@settings(seeded, max_examples=60)
@given(made=registrations())
def test_a_registration_comes_back(
    tmp_path_factory: pytest.TempPathFactory, made: Registration
) -> None:
    texts = [made.image or "", *made.well, *made.well.values()]
    texts += [curve.mnemonic for track in made.tracks for curve in track.curves]
    assume(all(text == text.strip(" ") for text in texts))
    path = tmp_path_factory.getbasetemp() / "round-trip.xml"
    witsml.write(path, [made])
    assert again(path) == (made,)


def test_everything_a_registration_may_say_comes_back(tmp_path: Path) -> None:
    made = full()
    remarks = witsml.write(tmp_path / "log.xml", [made])
    assert again(tmp_path / "log.xml") == (made,)
    (extended,) = [r for r in remarks if "extension values" in r]
    for reported in (
        *("step", "null value", "page", "the well's UWI", "wraps of ILD"),
        *("wrap_start of ILD", "backup_of of ILB", "export of ILB", "line of LL"),
        *("the piecewise scale of LL", "digits of depth points"),
        "digits of the edges of T1",
    ):
        assert reported in extended
    assert any("ImageBoundary is empty" in remark for remark in remarks)
    assert any("uuids" in remark for remark in remarks)


def test_numbers_of_all_digits_come_back(tmp_path: Path) -> None:
    first = DepthPoint(1.2345678901234567e-5, 0, -1.2345678901234567e-5, 1 / 3e5)
    second = DepthPoint(123456.78901234567, 1e3 / 3, 123455.78901234567, 123457.7)
    made = replace(full(), depth=DepthAxis("ft", (first, second)))
    remarks = witsml.write(tmp_path / "log.xml", [made])
    assert again(tmp_path / "log.xml") == (made,)
    assert not any("longer than" in remark for remark in remarks)


def test_several_sections_are_of_one_image(tmp_path: Path) -> None:
    main = replace(registration(track("T1", 10, 200)), image="a.tif")
    repeat = replace(main, section="repeat", page=1)
    witsml.write(tmp_path / "log.xml", [main, repeat])
    assert again(tmp_path / "log.xml") == (main, repeat)
    other = replace(repeat, image="b.tif")
    with pytest.raises(
        InputError, match=r"several images \(a.tif, b.tif\): choose one"
    ):
        witsml.write(tmp_path / "log.xml", [main, other])
    other = replace(repeat, well={"WELL": "B"})
    with pytest.raises(InputError, match="several wells"):
        witsml.write(tmp_path / "log.xml", [main, other])
    assert again(tmp_path / "log.xml") == (main, repeat)


def test_what_is_written_is_laid_out_as_the_schema_says(tmp_path: Path) -> None:
    path = tmp_path / "log.xml"
    witsml.write(path, [full()], datetime(2024, 2, 29, 12, tzinfo=UTC))
    root = ET.parse(path).getroot()
    assert root.tag == f"{{{WITSML}}}DepthRegImage"
    assert root.get("schemaVersion") == "2.0"
    assert root.findtext(f".//{{{EML}}}Creation") == "2024-02-29T12:00:00Z"

    def names(element: ET.Element | None) -> list[str]:
        assert element is not None
        found = [child.tag.split("}")[1] for child in element]
        return [name for name in found if name != "ExtensionNameValue"]

    assert names(root) == [
        *("Citation", "FileNameType", "Mimetype", "FileName", "ImageBoundary"),
        *("LogSection", "Wellbore"),
    ]
    section = root.find(f"{{{WITSML}}}LogSection")
    assert names(section) == [
        *("LogSectionSequenceNumber", "LogSectionType", "LogSectionName", "IndexType"),
        *("IndexUom", "MinInterval", "MaxInterval", *["CalibrationPoint"] * 6, "Track"),
    ]
    point = root.find(f".//{{{WITSML}}}CalibrationPoint")
    assert names(point) == ["Index", "Track", "Role", "Point"]
    drawn = root.find(f".//{{{WITSML}}}Track[@uid]")
    assert names(drawn) == [
        *("Name", "Type", "LeftEdge", "RightEdge", *["AssociatedCurve"] * 3)
    ]
    curve = root.find(f".//{{{WITSML}}}AssociatedCurve")
    assert names(curve) == [
        *("CurveInfo", "LineStyle", "LineWeight", "LineColor", "CurveScaleType"),
        *("CurveUnit", "CurveLeftScaleValue", "CurveRightScaleValue"),
        "CurveBackupScaleType",
    ]
    # Pixels are whole and not negative, whatever the registration says.
    pixels = [e.text or "" for e in root.iter() if e.tag.split("}")[1] in {"X", "Y"}]
    assert len(pixels) == 12
    assert all(text.isdigit() for text in pixels)


def test_a_file_by_the_public_description_is_read() -> None:
    drafts, remarks = witsml.read(PUBLIC)
    main, repeat = (complete(draft, PUBLIC) for draft in drafts)
    assert main.section == "main"
    assert main.image == "EXAMPLE1.TIF"
    assert main.well == {"WELL": "EXAMPLE 1"}
    # In the order of depth, though the file has them the other way round.
    assert main.depth.points == (DepthPoint(2575, 250), DepthPoint(11203, 1100))
    assert [track.name for track in main.tracks] == ["Track 1", "Track 2"]
    gr = CurveSpec("GR", "gAPI", Scale("linear", 0, 150), weight="heavy")
    ild = CurveSpec(
        "ILD", "ohm.m", Scale("log", 0.2, 2000), "long-dash", colour="#C03030"
    )
    assert main.tracks[0].curves == (gr,)
    assert main.tracks[1].curves[0] == ild
    # The edges of the repeat section lean, and its depth lines climb.
    assert repeat.section == "Repeat 50"
    assert repeat.tracks[0].left == Edge((12000.0, 13000.0), (10.0, 2.0))
    assert repeat.depth.points[0] == DepthPoint(12002, 900, 12000, 12004)
    said = "\n".join(remarks)
    for reported in (
        "curve GR: colour 'black' is left out",
        "its back-up scale (offscale left/right) is left out",
        "track depth (depth) lists no curves: left out",
        "curve ILD: line weight '2' is left out",
        "curve ILM is dashed: taken for long-dash",
        "the section \"Repeat (50')\" is called 'Repeat 50' here",
        "the page is turned; its depth lines were continued",
        "section Repeat 50: the left edge of track Track 1 follows its calibration",
    ):
        assert reported in said
    left_out = remarks[-1]
    assert left_out.endswith(
        "FileSize, Checksum, ImagePixelWidth, ImagePixelHeight, ImageBoundary, "
        "HeaderSection, ScaleNumerator, ScaleDenominator and 1 more"
    )


def test_points_at_the_edge_of_the_image_are_not_on_the_track(tmp_path: Path) -> None:
    text = PUBLIC.read_text("utf-8")
    for old in ("510", "502"):
        text = text.replace(f"<witsml:X>{old}<", "<witsml:X>1699<")
    (tmp_path / "log.xml").write_text(text, "utf-8")
    drafts, remarks = witsml.read(tmp_path / "log.xml")
    assert drafts[1].tracks[0].right == Edge((0.0,), (506.0,))
    assert any(
        "right edge of track Track 1: calibration points that lie elsewhere" in remark
        for remark in remarks
    )
    # The line is brought back from the edge of the image to that of the track.
    at = drafts[1].depth.points[0]
    assert at.row_right == pytest.approx(12004 - 4 * (1699 - 506) / (1699 - 10))


def test_survey_feet_are_taken_for_feet_and_said(tmp_path: Path) -> None:
    (tmp_path / "log.xml").write_text(
        PUBLIC.read_text("utf-8").replace("Uom>ft<", "Uom>ft[US]<")
    )
    drafts, remarks = witsml.read(tmp_path / "log.xml")
    assert {draft.depth.unit for draft in drafts} == {"ft"}
    assert any(remark.startswith("US survey feet are taken for") for remark in remarks)


def test_version_2_1_names_the_index_otherwise(tmp_path: Path) -> None:
    text = PUBLIC.read_text("utf-8").replace("IndexType", "IndexKind")
    interval = r"<witsml:MinInterval.*\n.*MaxInterval>"
    text, count = re.subn(interval, "<witsml:IndexInterval/>", text)
    assert count == 2
    (tmp_path / "log.xml").write_text(text, "utf-8")
    assert again(tmp_path / "log.xml") == again(PUBLIC)
    drafts, remarks = witsml.read(tmp_path / "log.xml")
    assert (drafts, remarks) == witsml.read(PUBLIC)


def test_depth_lines_are_continued_to_the_outermost_edges(tmp_path: Path) -> None:
    # Known at columns 110 and 410 of a track from 10 to 510, 3 rows apart.
    text = PUBLIC.read_text("utf-8")
    for old, new in (("10", "110"), ("510", "410"), ("2", "110"), ("502", "410")):
        at = f"<witsml:X>{old}</witsml:X><witsml:Y>1[23]0"
        text = re.sub(
            at, lambda m, n=new: re.sub(r">\d+<", f">{n}<", m[0], count=1), text
        )
    text = text.replace("left edge", "other").replace("right edge", "other")
    (tmp_path / "log.xml").write_text(text, "utf-8")
    repeat = again(tmp_path / "log.xml")[1]
    slope = 4 / 300
    at = repeat.depth.points[0]
    np.testing.assert_allclose(
        [at.row_left, at.row_right], [12000 - 104 * slope, 12004 + 96 * slope]
    )


def test_a_line_known_at_one_column_of_a_turned_page_is_left_out(
    tmp_path: Path,
) -> None:
    text = PUBLIC.read_text("utf-8")
    start = text.index('<witsml:CalibrationPoint uid="r0">')
    end = text.index('<witsml:CalibrationPoint uid="r1">')
    point = text[start:end]
    more = point.replace("r0", "r9").replace(">900<", ">950<").replace("12000", "12500")
    path = tmp_path / "log.xml"
    path.write_text(text[:start] + more + text[start:], "utf-8")
    drafts, remarks = witsml.read(path)
    assert [point.depth for point in drafts[1].depth.points] == [900, 1000]
    assert any("depth 950 is left out: the page is turned" in r for r in remarks)


@pytest.mark.parametrize(
    ("old", "new", "said", "expected"),
    [
        (
            ">99998<",
            ">99990<",
            "its points were changed",
            lambda r: r.depth.points[0].row_left == 99990,
        ),
        (
            "<LeftEdge>2<",
            "<LeftEdge>7<",
            "left edge of track T1 was moved",
            lambda r: r.tracks[0].left.columns == (2.0, 2.0),
        ),
        (
            "<CurveRightScaleValue>4500<",
            "<CurveRightScaleValue>5000<",
            "curve LL: its scale was changed",
            lambda r: r.curve("LL")[1].scale == Scale("linear", 0, 5000),
        ),
    ],
    ids=["a point", "an edge, but not the points on it", "a scale"],
)
def test_who_moves_a_point_in_another_program_means_it(
    tmp_path: Path, old: str, new: str, said: str, expected
) -> None:
    made = replace(
        full(),
        depth=DepthAxis(
            "m",
            (DepthPoint(1e5, 100, 99998.25, 100002.5), DepthPoint(1e6, 190, 1e6, 1e6)),
        ),
    )
    witsml.write(tmp_path / "log.xml", [made])
    path = edited(tmp_path, old, new, tmp_path / "log.xml")
    drafts, remarks = witsml.read(path)
    assert any(said in remark for remark in remarks)
    assert expected(complete(drafts[0], path))


MISTAKES = [
    (
        ">2575<",
        ">25x5<",
        r"line 5\d: LogSection\[0\].CalibrationPoint\[1\].Point.Y: '25x5'",
    ),
    (
        ">2575<",
        ">NaN<",
        r"CalibrationPoint\[1\].Point.Y: 'NaN' is not a finite decimal",
    ),
    (">2575<", ">1e999<", r"CalibrationPoint\[1\].Point.Y: '1e999' is not a finite"),
    (">2575<", "><", r"CalibrationPoint\[1\].Point.Y: '' is not a finite decimal"),
    (">2575<", ">99999<", "section 'main': depth points must increase"),
    (
        "<witsml:Y>2575</witsml:Y>",
        "",
        r"CalibrationPoint\[1\].Point: Y is missing: add",
    ),
    (
        "measured depth",
        "date time",
        r"LogSection\[0\].IndexType: 'date time' is no depth",
    ),
    (
        "<witsml:IndexUom>ft",
        "<witsml:IndexUom>km",
        r"IndexUom: depth in 'km' is not known",
    ),
    (
        'Index uom="ft"',
        'Index uom="m"',
        "Index: depth in 'm', but the section is in ft",
    ),
    (
        "<witsml:LeftEdge>1<",
        "<witsml:LeftEdge>499<",
        r"Track\[0\]: the left edge of track",
    ),
    ("<witsml:LeftEdge>1</witsml:LeftEdge>", "", r"Track\[0\]: LeftEdge is missing"),
    (
        ">solid<",
        ">wavy<",
        "AssociatedCurve.LineStyle: 'wavy' is not one of solid, long",
    ),
    (
        ">linear<",
        ">root<",
        "AssociatedCurve.CurveScaleType: 'root' is not one of linear",
    ),
    (
        ">0.2<",
        ">0<",
        r"Track\[2\].AssociatedCurve\[0\]: a log scale needs values above",
    ),
    (
        ">ILM<",
        ">GR<",
        "section 'main': mnemonic 'GR' is used in track 'Track 1' and ag",
    ),
    (
        "<witsml:IndexUom>ft</witsml:IndexUom>",
        "<witsml:IndexUom>ft</witsml:IndexUom><witsml:IndexUom>m</witsml:IndexUom>",
        r"IndexUom\[1\]: IndexUom is given 2 times: keep one",
    ),
]


@pytest.mark.parametrize(("right", "wrong", "message"), MISTAKES)
def test_a_mistake_is_named_with_file_line_and_element(
    tmp_path: Path, right: str, wrong: str, message: str
) -> None:
    path = edited(tmp_path, right, wrong)
    with pytest.raises(InputError, match=message) as raised:
        again(path)
    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)


def test_an_image_without_sections_and_another_document_are_refused(
    tmp_path: Path,
) -> None:
    path = tmp_path / "log.xml"
    path.write_text("<DepthRegImage/>")
    with pytest.raises(InputError, match="holds no LogSection, and so no depths"):
        witsml.read(path)
    path.write_text("<logs/>")
    with pytest.raises(InputError, match="line 1: logs: is no DepthRegImage"):
        witsml.read(path)


def test_a_name_that_does_not_fit_is_refused_and_a_field_is_said(
    tmp_path: Path,
) -> None:
    made = replace(full(), image="a" * 65)
    with pytest.raises(InputError, match="longer than the 64 characters that WITSML"):
        witsml.write(tmp_path / "log.xml", [made])
    assert not (tmp_path / "log.xml").exists()
    made = replace(full(), well={"COMP": "c" * 65, "FLD": " padded"})
    remarks = witsml.write(tmp_path / "log.xml", [made])
    assert "left out, being longer than 64: the well's COMP" in remarks
    assert "the well's FLD ' padded' loses the blanks around it" in remarks
    assert again(tmp_path / "log.xml")[0].well == {"FLD": "padded"}
