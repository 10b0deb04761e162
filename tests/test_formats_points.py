"""Plain CSV of rows and depths: exactly these come back, the rest is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.registrations import depth_axes, registration, seeded, track
from veernet.axes import DepthAxis, DepthPoint
from veernet.errors import InputError
from veernet.formats import points

PUBLIC = Path(__file__).parent / "formats" / "points.csv"
LEVEL = (DepthPoint(2575, 250), DepthPoint(3082, 300), DepthPoint(11203, 1100))


def read_text(tmp_path: Path, text: str | bytes):
    """Return what is read from a file of this text."""
    path = tmp_path / "points.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return points.read(path)


@settings(seeded, max_examples=60)
@given(depth=depth_axes())
def test_depth_points_come_back_to_the_last_digit(
    tmp_path_factory: pytest.TempPathFactory, depth: DepthAxis
) -> None:
    path = tmp_path_factory.getbasetemp() / "points.csv"
    main = replace(registration(track("T", 0, 9)), depth=depth)
    repeat = replace(main, section="repeat 2")
    for sections in ([main], [repeat], [main, repeat]):
        points.write(path, sections)
        drafts, remarks = points.read(path)
        assert [d.section for d in drafts] == [r.section for r in sections]
        assert all(d.depth.points == depth.points for d in drafts)
        assert all(d.depth.unit == depth.unit for d in drafts)
        assert remarks == ()


def test_a_page_that_is_partly_turned_has_empty_cells(tmp_path: Path) -> None:
    depth = DepthAxis("m", (DepthPoint(10.5, 1, 9, 12), DepthPoint(200, 2)))
    made = replace(registration(track("T", 0, 9)), depth=depth)
    made = replace(made, image="a.tif", page=3, well={"WELL": "A"})
    remarks = points.write(tmp_path / "p.csv", [made])
    text = (tmp_path / "p.csv").read_text()
    assert text == "row,depth_m,row_left,row_right\n10.5,1,9,12\n200,2,,\n"
    assert remarks == (
        "section main: CSV carries depth points alone; left out are tracks T with "
        "curves C-T, the image a.tif, its page 3, the well's fields, step and null "
        "value",
    )


def test_sections_in_different_units_are_refused(tmp_path: Path) -> None:
    ft = registration(track("T", 0, 9))
    m = replace(ft, section="m", depth=replace(ft.depth, unit="m"))
    with pytest.raises(InputError, match="sections are in ft and m: choose one"):
        points.write(tmp_path / "p.csv", [ft, m])


def test_the_file_of_the_description_is_read() -> None:
    drafts, remarks = points.read(PUBLIC)
    assert [draft.section for draft in drafts] == ["main"]
    assert (drafts[0].depth.unit, drafts[0].depth.points) == ("ft", LEVEL)
    assert (drafts[0].tracks, drafts[0].missing) == ((), ("tracks and scales",))
    assert remarks == ()


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        (
            "row,depth\n2575,250\n3082,300\n11203,1100\n",
            None,
            "unit of depth is not st",
        ),
        ("2575,250\n3082,300\n11203,1100", None, "there is no header: the columns are"),
        ("Depth (m);Row\n250;2575\n300;3082\n1100;11203\n", "m", ""),
        ("row\tMD [ft]\n2575\t250\n3082\t300\n11203\t1100\n", "ft", ""),
        (
            "\ufeffrow,depth_ft,by\r\n2575,250,me\r\n3082,300,me\r\n11203,1100,\r\n",
            "ft",
            "the column 'by' is not known and left out",
        ),
        ('"row","depth_ft"\n"2575"," 250"\n3.082e3,300.0\n+11203,1100.\n', "ft", ""),
    ],
    ids=["no unit", "no header", "semicolons", "tabs", "Windows", "quoted"],
)
def test_columns_may_be_headed_and_set_apart_as_usual(
    tmp_path: Path, text: str, unit: str | None, said: str
) -> None:
    (draft,), remarks = read_text(tmp_path, text)
    assert (draft.depth.unit, draft.depth.points) == (unit, LEVEL)
    assert any(said in remark for remark in remarks) if said else remarks == ()


def test_section_names_become_names_of_files(tmp_path: Path) -> None:
    text = "row,depth_ft,section\n1,1,a/b\n2,2,a/b\n1,1,a b\n2,2,a b\n1,1,\n2,2,\n"
    drafts, remarks = read_text(tmp_path, text)
    assert [draft.section for draft in drafts] == ["a b", "a b 2", "main"]
    assert remarks == (
        "the section 'a/b' is called 'a b' here",
        "the section 'a b' is called 'a b 2' here",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("# nothing\n", "holds no depth points: write row,depth"),
        ("row,depth_ft\n", "holds no depth points"),
        ("row,depth_ft\n1,2\n", "section 'main': 1 depth point"),
        ("row,depth_ft\n1,2\n2,x\n", "line 3: depth: 'x' is not a finite number"),
        ("row,depth_ft\n1,2\nnan,3\n", "line 3: row: 'nan' is not a finite number"),
        ("row,depth_ft\n1,2\n,3\n", "line 3: row: '' is not a finite number"),
        ("row,depth_ft\n1,2\n2,3,4\n", "line 3: 3 cells where 2 columns are: 2,3,4"),
        ("row,depth_ft\n1,2\n2\n", "line 3: 1 cells where 2 columns are"),
        ("row,depth_ft\n2,1\n1,2\n", "section 'main': depth points must increase"),
        ("row,depth_ft\n1,2\n1,2\n", "depth points must increase in row and depth"),
        ("row,dep\n1,2\n", "line 1: there is no column depth: head it depth"),
        ("row,row,depth\n1,1,2\n", "line 1: two columns are row: keep one"),
        ("row,depth_ft,row_left\n1,2,1\n2,3,\n", "line 2: .*only one of row_left and"),
        (b"II*\x00\x08\x00\x00\x00", "line 1: not text: is it the scan"),
        ("row,depth_ft\n" + "1" * 200_000 + ",2\n", "line 2: not CSV: field larger"),
    ],
)
def test_a_mistake_is_named_with_line_and_column(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    with pytest.raises(InputError, match=message) as raised:
        read_text(tmp_path, text)
    assert str(raised.value).startswith(str(tmp_path / "points.csv"))
    assert "\n" not in str(raised.value)
