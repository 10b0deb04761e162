"""LAS as it comes: every value under its own name, or one line that says why not."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from veernet.errors import InputError
from veernet.evaluate import evaluate
from veernet.export.intolas import into_las
from veernet.export.lasread import read_las

NAMES = ("DEPT.FT", "GR.GAPI", "SP.MV", "RT.OHMM")
DEPTH = np.arange(12) * 0.5 + 800
VALUES = {
    "GR": np.round(60 + 30 * np.sin(DEPTH), 2),
    "SP": np.round(-40 - 12 * np.cos(DEPTH), 2),
    "RT": np.round(10 + DEPTH / 200, 2),
}


def _table() -> list[list[str]]:
    columns = [DEPTH, *VALUES.values()]
    return [[f"{value:.2f}" for value in row] for row in zip(*columns, strict=True)]


def _write(
    folder: Path,
    rows: list[str],
    *,
    names: tuple[str, ...] = NAMES,
    version: str = "2.0",
    wrap: str = "NO",
    dlm: str = "",
    titles: tuple[str, str] = ("~Curve", "~A"),
) -> Path:
    head = ["~Version", f"VERS. {version} : v", f"WRAP. {wrap} : w"]
    head += [f"DLM. {dlm} : d"] if dlm else []
    head += ["~Well", "STRT.FT 800 :", "NULL. -999.25 :"]
    text = [*head, titles[0], *(f"{name} :" for name in names), titles[1], *rows, ""]
    path = folder / "a.las"
    path.write_text("\n".join(text), "utf-8")
    return path


def _check(path: Path, but: dict[str, float] | None = None) -> tuple[str, ...]:
    """Compare a file with what it should hold, but for the values of row 3."""
    table = read_las(path)
    np.testing.assert_array_equal(table.depth, DEPTH)
    for name, values in VALUES.items():
        expected = values.copy()
        expected[3] = (but or {}).get(name, expected[3])
        np.testing.assert_array_equal(table.values[name], expected)
    return table.notes


@pytest.mark.parametrize("separator", [" ", ",", "\t", " , "])
@pytest.mark.parametrize("titles", [("~Curve", "~A"), ("~Log_Definition", "~Log_Data")])
@pytest.mark.parametrize("version", ["2.0", "3.0"])
def test_separators_and_sections_of_las_2_and_3(
    tmp_path: Path, separator: str, titles: tuple[str, str], version: str
) -> None:
    words = {" ": "SPACE", "\t": "TAB"}
    dlm = words.get(separator, "COMMA") if version == "3.0" else ""
    rows = [separator.join(row) for row in _table()]
    _check(_write(tmp_path, rows, version=version, dlm=dlm, titles=titles))


def test_a_cell_that_is_empty_between_commas_is_null(tmp_path: Path) -> None:
    table = _table()
    table[3][2] = ""
    rows = [",".join(row) for row in table]
    _check(_write(tmp_path, rows, version="3.0", dlm="COMMA"), {"SP": np.nan})


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_rows_may_be_wrapped_anywhere(tmp_path: Path, width: int) -> None:
    rows = [
        " ".join(row[start : start + width])
        for row in _table()
        for start in range(0, 4, width)
    ]
    _check(_write(tmp_path, rows, wrap="YES"))


@pytest.mark.parametrize("value", [-12345.67, 123456.78])
def test_columns_of_fixed_width_may_touch(tmp_path: Path, value: float) -> None:
    table = _table()
    table[3][2] = f"{value:.2f}"
    rows = ["".join(f"{cell:>9}" for cell in row) for row in table]
    (note,) = _check(_write(tmp_path, rows), {"SP": value})
    assert "in 1 rows of" in note


def test_a_row_that_is_not_in_the_places_of_the_others_is_refused(
    tmp_path: Path,
) -> None:
    rows = ["".join(f"{cell:>9}" for cell in row) for row in _table()]
    lacks = "".join(f"{cell:>9}" for cell in _table()[3][:3])
    for row in (lacks, rows[3].replace("   -", "-")):
        path = _write(tmp_path, [*rows[:3], row, *rows[4:]])
        with pytest.raises(InputError, match=r"line 16 .*holds 3 values"):
            read_las(path)


def test_a_place_that_is_blank_is_null(tmp_path: Path) -> None:
    table = _table()
    table[3][1] = ""
    rows = ["".join(f"{cell:>9}" for cell in row) for row in table]
    _check(_write(tmp_path, rows), {"GR": np.nan})


def test_columns_that_touch_in_every_row(tmp_path: Path) -> None:
    table = _table()
    for row in table:
        row[1] = f"{float(row[1]) - 99000:.2f}"
    rows = ["".join(f"{cell:>9}" for cell in row) for row in table]
    read = read_las(_write(tmp_path, rows))
    np.testing.assert_allclose(read.values["GR"], VALUES["GR"] - 99000, atol=0.006)
    np.testing.assert_array_equal(read.values["SP"], VALUES["SP"])


@pytest.mark.parametrize(
    ("rows", "names", "message"),
    [
        ([" ".join(row[:3]) for row in _table()], NAMES, "holds 3 values .* names 4"),
        ([" ".join(row) for row in _table()], NAMES[:3], "holds 4 values .* names 3"),
        (
            [" ".join([row[0], "14/03/2011 10:22:31", *row[2:]]) for row in _table()],
            NAMES,
            r"line 13 .*holds 5 values .* names 4 columns \(800\.00 14/03/2011",
        ),
        (
            [
                " ".join(row) if k != 5 else " ".join(row[:3])
                for k, row in enumerate(_table())
            ],
            NAMES,
            "line 18 .*holds 3 values .*state WRAP YES",
        ),
    ],
)
def test_names_never_come_on_the_wrong_columns(
    tmp_path: Path, rows: list[str], names: tuple[str, ...], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read_las(_write(tmp_path, rows, names=names))


@pytest.mark.parametrize("count", [3, 5])
def test_wrapped_rows_that_do_not_end_with_a_line(tmp_path: Path, count: int) -> None:
    cells = [cell for row in _table() for cell in row][:-1]
    rows = [" ".join(cells[at : at + count]) for at in range(0, len(cells), count)]
    with pytest.raises(InputError, match=r"the lines from \d+ of .*names 4 columns"):
        read_las(_write(tmp_path, rows, wrap="YES"))


def test_of_two_runs_the_first_is_read_and_that_is_told(tmp_path: Path) -> None:
    rows = [",".join(row) for row in _table()]
    second = ["~Log_Definition[2]", "DEPT.FT :", "TEMP.DEGF :"]
    second += ["~Log_Data[2] | Log_Definition[2]", "800,70", "801,71"]
    titles = ("~Log_Definition[1]", "~Log_Data[1] | Log_Definition[1]")
    path = _write(tmp_path, [*rows, *second], version="3.0", dlm="COMMA", titles=titles)
    (note,) = _check(path)
    assert "holds 2 runs of data: the first is read" in note
    read = read_las(path)
    assert note in evaluate(read, dataclasses.replace(read, notes=())).notes


@pytest.mark.parametrize("unit", ["S", "CM", "MS", "ФУТ"])
def test_depths_in_a_unit_that_is_not_known_are_refused(
    tmp_path: Path, unit: str
) -> None:
    rows = [" ".join(row) for row in _table()]
    path = _write(tmp_path, rows, names=(f"DEPT.{unit}", *NAMES[1:]))
    with pytest.raises(
        InputError, match=f"first column, DEPT, is in {unit}: known are"
    ):
        read_las(path)


def test_metres_in_cyrillic_are_metres(tmp_path: Path) -> None:
    rows = [" ".join(row) for row in _table()]
    path = _write(tmp_path, rows, names=("DEPT.М", *NAMES[1:]))  # noqa: RUF001
    assert read_las(path).depth_unit == "m"


def test_no_curve_is_put_into_a_file_whose_rows_lasio_parts_otherwise(
    tmp_path: Path,
) -> None:
    rows = [" ".join(half) for row in _table() for half in (row[:2], row[2:])]
    path = _write(tmp_path, rows, wrap="YES")
    with pytest.raises(InputError, match=r"a\.las"):
        into_las(path, lambda _: [], "ft", [])
