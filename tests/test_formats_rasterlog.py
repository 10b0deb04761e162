"""GeoGraphix depth registration text: depths come back, tracks are said to be lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from tests.registrations import depth_axes, registration, seeded, track
from veernet.axes import DepthAxis, DepthPoint
from veernet.errors import InputError
from veernet.formats import rasterlog
from veernet.formats.draft import Draft, DraftDepth, complete
from veernet.records import Registration

PUBLIC = Path(__file__).parent / "formats" / "log.dra"
"""Written from the format's public description; no program's output."""

TRACKS = (track("T1", 100, 600), track("T2", 700, 1700))
WELL = {"UWI": "47", "WELL": 'A "B", 1', "LOC": "SEC 4"}


def log(depth: DepthAxis, **more: object) -> Registration:
    """Return a registration of a depth axis."""
    made = replace(registration(*TRACKS), depth=depth, image="A 1.TIF", well=WELL)
    return replace(made, **more)


def again(path: Path, like: Registration) -> tuple[Registration, ...]:
    """Return what is read from a file, with what it has no place for."""
    drafts, _ = rasterlog.read(path)
    more = {"tracks": like.tracks, "step": like.step, "null_value": like.null_value}
    return tuple(complete(replace(draft, **more), path) for draft in drafts)


@settings(seeded, max_examples=60)
@given(depth=depth_axes())
def test_depth_lines_come_back(
    tmp_path_factory: pytest.TempPathFactory, depth: DepthAxis
) -> None:
    path = tmp_path_factory.getbasetemp() / "log.dra"
    made = log(depth)
    rasterlog.write(path, [made])
    (found,) = again(path, made)
    if not depth.skewed:
        assert found == made
        return
    assert replace(found, depth=depth) == made
    # The rows at the depth column are not carried, where the lines lie is.
    for column in (100.0, 444.4, 1700.0):
        at = np.linspace(depth.depths[0], depth.depths[-1], 30)
        lines = [r.page_row(r.depth.row_at(at), column) for r in (made, found)]
        np.testing.assert_allclose(lines[1], lines[0], rtol=1e-9, atol=1e-6)


def test_a_file_by_the_public_description_is_read() -> None:
    drafts, remarks = rasterlog.read(PUBLIC)
    well = {"UWI": "47099000010000", "WELL": "EXAMPLE 1", "LOC": "SEC 4 T1N R2E"}
    level = (DepthPoint(2575, 250), DepthPoint(3082, 300), DepthPoint(11203, 1100))
    turned = (
        DepthPoint(12004, 900, 12000, 12008),
        DepthPoint(13020, 1000, 13016, 13024),
    )
    corners = (DepthPoint(500, 0), DepthPoint(3700, 800))
    other = {"UWI": "47099000020000", "WELL": "EXAMPLE 2"}
    assert drafts == tuple(
        Draft(name, DraftDepth("ft", points), well=fields, image=image)
        for name, points, fields, image in (
            ("MAIN 5 INCH", level, well, "EXAMPLE1.TIF"),
            ("REPEAT", turned, well, "EXAMPLE1.TIF"),
            ("MAIN", corners, other, "EXAMPLE2.TIF"),
        )
    )
    assert remarks == (
        "left out, as a registration has no place for them: the file's version and "
        "vendor, vertical scales, CURV rectangles, HEAD rectangles",
        "section REPEAT: the page is turned; its depth lines are taken to lie on the "
        "outermost track edges",
        "section MAIN: 2 depths, from the corners in its LOG record: fewer than two "
        "DPTH records follow it",
    )


def test_what_is_written_is_the_record_layout(tmp_path: Path) -> None:
    main = log(DepthAxis("m", (DepthPoint(2575, 250), DepthPoint(11203.5, 1100))))
    repeat = replace(main, section="repeat", page=1)
    remarks = rasterlog.write(tmp_path / "log.dra", [main, repeat])
    lines = (tmp_path / "log.dra").read_bytes().decode("ascii").split("\r\n")
    assert lines[0].startswith('FILE,1.0,METERS,"veernet ')
    assert lines[1:5] == [
        'WELL,47,"A ""B"", 1","SEC 4"',
        'LOG,"A 1.TIF",main,,250,100,2575,1100,1700,11203.5',
        "DPTH,250,100,2575",
        "DPTH,1100,100,11203.5",
    ]
    # One well, two sections.
    assert lines[5].startswith('LOG,"A 1.TIF",repeat,')
    assert lines[8:] == [""]
    assert again(tmp_path / "log.dra", main) == (main, replace(repeat, page=0))
    assert remarks == (
        "section main: left out are tracks T1, T2 with curves C-T1, C-T2, step and "
        "null value",
        "section main: rows have decimals; some programs may cut them",
        "section repeat: left out are tracks T1, T2 with curves C-T1, C-T2, page 1 of "
        "the image, step and null value",
        "section repeat: rows have decimals; some programs may cut them",
    )


def test_what_a_well_cannot_carry_is_said(tmp_path: Path) -> None:
    depth = DepthAxis("ft", (DepthPoint(0, 0), DepthPoint(10, 1)))
    made = log(depth, well={"API": "47-1", "COMP": "Größe", "WELL": "Süd", "FLD": ""})
    remarks = rasterlog.write(tmp_path / "log.dra", [made])
    assert "the well's API number is its id, and is read back as UWI" in remarks
    assert "left out: the well's fields COMP, FLD" in remarks
    assert "the format is ASCII: other letters were replaced by ?" in remarks
    (found,) = again(tmp_path / "log.dra", made)
    assert found.well == {"UWI": "47-1", "WELL": "S?d"}


def test_a_record_that_is_too_long_and_mixed_units_are_refused(tmp_path: Path) -> None:
    depth = DepthAxis("ft", (DepthPoint(0, 0), DepthPoint(10, 1)))
    with pytest.raises(InputError, match=r"the LOG record .* 3\d\d characters and may"):
        rasterlog.write(tmp_path / "log.dra", [log(depth, image="a" * 300)])
    metres = replace(log(depth), depth=replace(depth, unit="m"), section="m")
    with pytest.raises(InputError, match="sections are in ft and m: choose one"):
        rasterlog.write(tmp_path / "log.dra", [log(depth), metres])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("stated", "unit"),
    [("FEET", "ft"), ("ft", "ft"), ('" Feet "', "ft"), ("M", "m"), ("Metres", "m")],
)
def test_units_are_read_in_any_usual_spelling(
    tmp_path: Path, stated: str, unit: str
) -> None:
    path = tmp_path / "log.dra"
    path.write_text(PUBLIC.read_text().replace("FEET", stated))
    assert {draft.depth.unit for draft in rasterlog.read(path)[0]} == {unit}


def test_an_unknown_unit_an_unknown_record_and_old_files_are_read(
    tmp_path: Path,
) -> None:
    text = PUBLIC.read_text().replace("FEET", "FATHOMS").replace("HEAD,", "NOTE,")
    text = text.replace("EXAMPLE 1", "S\u00fcd").replace("FILE", "file")
    path = tmp_path / "log.dra"
    path.write_bytes(text.replace("\n", "\r\n").encode("latin-1") + b"\x1a")
    drafts, remarks = rasterlog.read(path)
    assert drafts[0].depth.unit is None
    assert drafts[0].well["WELL"] == "S\u00fcd"
    assert "the unit of depth 'FATHOMS' is not known: use ft or m" in remarks
    assert "no unit of depth is stated" not in remarks
    assert any("NOTE records" in remark for remark in remarks)


MISTAKES = [
    (
        "DPTH,300,640,3082",
        "DPTH,300,640,three",
        r"line 7: DPTH, value 3: 'three' is no n",
    ),
    ("DPTH,300,640,3082", "DPTH,300,640", "line 7: DPTH, value 3: '' is no number"),
    (
        "DPTH,300,640,3082",
        "DPTH,inf,640,1",
        "line 7: DPTH, value 1: 'inf' is no number",
    ),
    (
        "DPTH,300,640,3082",
        "DPTH,300,640,99999",
        "section 'MAIN 5 INCH': depth points mu",
    ),
    (
        "EXAMPLE2.TIF,MAIN,2,0",
        "EXAMPLE2.TIF,MAIN,2,",
        "line 15: LOG, value 4: '' is no",
    ),
    (",1650,3700", "", "line 15: LOG, value 8: '' is no number"),
    (",800,1650,3700", ",0,1650,3700", "section 'MAIN': 1 depth point"),
]


@pytest.mark.parametrize(("right", "wrong", "message"), MISTAKES)
def test_a_mistake_is_named_with_line_and_value(
    tmp_path: Path, right: str, wrong: str, message: str
) -> None:
    text = PUBLIC.read_text()
    assert right in text
    path = tmp_path / "log.dra"
    path.write_text(text.replace(right, wrong, 1))
    with pytest.raises(InputError, match=message) as raised:
        rasterlog.read(path)
    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"II*\x00\x08\x00\x00\x00", "line 1: not text: is it the scan"),
        (b"MM\x81\x8d\xff", "log.dra is not text: is it the scan"),
        (b"row,depth\n1,2\n", "line 1: 'ROW' is none of FILE, WELL, LOG"),
        (b"FILE,1.0,FEET,X\nWELL,1,A,\n", "holds no LOG record: it is cut short"),
        (b"FILE,1.0,FEET,X\nDPTH,1,2,3\n", "line 2: a DPTH record before any LOG"),
        (b"LOG," + b"x" * 200_000 + b"\n", "line 1: not a record: field larger"),
    ],
)
def test_garbage_is_refused_in_one_line(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "log.dra"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as raised:
        rasterlog.read(path)
    assert "\n" not in str(raised.value)
