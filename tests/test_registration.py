"""Registrations are read as they are written, and every mistake in one is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.registrations import registrations, seeded
from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.errors import InputError
from veernet.records import CurveSpec, Registration, Track
from veernet.registration import load_registrations, save_registrations, to_yaml

PLAIN = """\
depth:
  unit: ft
  points:
    - {row: 2575, depth: 250}
    - {row: 11203, depth: 1100}
tracks:
  - name: T1
    left: 1
    right: 499
    curves:
      - {mnemonic: GR, unit: GAPI, left: 0, right: 150, scale: linear}
      - {mnemonic: CALI, unit: IN, left: 6, right: 16, scale: linear}
"""

FULL = """\
image: scan.tif
page: 2
section: repeat pass
depth:
  unit: m
  points:
  - {row: 10.5, depth: 100, row_left: 9, row_right: 12.5}
  - {row: 210, depth: 150}
step: 0.1524
null_value: -9999
well: {WELL: NO, UWI: 0472, DATE: 2015-09-24, API: 47-099, FLD: }
tracks:
- name: T1
  left: 1.5
  right:
  - {row: 0, column: 400}
  - {row: 220, column: 398.5}
  divisions: 10
  curves:
  - {mnemonic: ILD, unit: OHMM, left: 0.2, right: 2000, scale: log, line: long-dash,
     weight: thin, colour: "#00cc00", wraps: true, wrap_start: -1}
  - {mnemonic: ILB, unit: OHMM, left: 2000, right: 2.0e+7, scale: log,
     backup_of: ILD, export: false}
  - mnemonic: LL
    unit: ""
    scale: piecewise
    points: [{fraction: 0, value: 0}, {fraction: 0.2, value: 55},
             {fraction: 1, value: 4500}]
"""


def load(tmp_path: Path, text: str) -> tuple[Registration, ...]:
    """Return what is read from a file of this text."""
    path = tmp_path / "reg.yaml"
    path.write_text(text, encoding="utf-8")
    return load_registrations(path)


def test_only_depth_and_tracks_need_be_given(tmp_path: Path) -> None:
    (found,) = load(tmp_path, PLAIN)
    gr = CurveSpec("GR", "GAPI", Scale("linear", 0, 150))
    cali = CurveSpec("CALI", "IN", Scale("linear", 6, 16))
    assert found == Registration(
        section="main",
        depth=DepthAxis("ft", (DepthPoint(2575, 250), DepthPoint(11203, 1100))),
        tracks=(Track("T1", Edge((0,), (1,)), Edge((0,), (499,)), (gr, cali)),),
        step=0.5,
        null_value=-999.25,
        well={},
        image=None,
        page=0,
    )


def test_every_key_of_the_format_is_read(tmp_path: Path) -> None:
    (found,) = load(tmp_path, FULL)
    log = Scale("log", 0.2, 2000)
    piecewise = Scale("piecewise", 0, 4500, (0, 0.2, 1), (0, 55, 4500))
    curves = (
        CurveSpec("ILD", "OHMM", log, "long-dash", "thin", "#00cc00", True, -1),
        CurveSpec(
            "ILB", "OHMM", Scale("log", 2000, 2e7), backup_of="ILD", export=False
        ),
        CurveSpec("LL", "", piecewise),
    )
    right = Edge((0, 220), (400, 398.5))
    assert found == Registration(
        section="repeat pass",
        depth=DepthAxis("m", (DepthPoint(10.5, 100, 9, 12.5), DepthPoint(210, 150))),
        tracks=(Track("T1", Edge((0,), (1.5,)), right, curves, 10),),
        step=0.1524,
        null_value=-9999,
        # As written: no country turns into a false, no number into an octal one.
        well={"WELL": "NO", "UWI": "0472", "DATE": "2015-09-24", "API": "47-099"}
        | {"FLD": ""},
        image="scan.tif",
        page=2,
    )


def test_a_document_is_a_section(tmp_path: Path) -> None:
    text = f"{PLAIN}---\nsection: repeat\n{PLAIN}---\n"
    assert [found.section for found in load(tmp_path, text)] == ["main", "repeat"]


def test_anchors_save_typing(tmp_path: Path) -> None:
    text = PLAIN.replace("left: 1\n", "left: &edge 1\n").replace(
        "curves:", "curves: &curves"
    )
    text += "  - {name: T2, left: 500, right: 900, curves: [{mnemonic: DT, unit: US/F,"
    text += " left: 140, right: *edge, scale: linear}]}\n"
    (found,) = load(tmp_path, text)
    assert found.curve("DT")[1].scale.right == 1


MISTAKES = [
    # A whole document
    (PLAIN, "5", r"reg.yaml, line 1: '5' is not a mapping of keys to values"),
    ("tracks:", "trakcs:", r"line 6: trakcs: the key 'trakcs' .*did you mean tracks\?"),
    (
        "depth:\n",
        "null: -9\ndepth:\n",
        "YAML reads the key null as nothing: write null_v",
    ),
    ("depth:\n", "step: 0\ndepth:\n", "line 1: step: 0 must be above 0"),
    ("depth:\n", "step: -0.5\ndepth:\n", "step: -0.5 must be above 0"),
    ("depth:\n", "step: half\ndepth:\n", "step: 'half' is not a finite decimal number"),
    ("depth:\n", "page: -1\ndepth:\n", "page: -1 is no page: the first is 0"),
    ("depth:\n", "page: 0.5\ndepth:\n", "page: 0.5 is not a whole number"),
    ("depth:\n", "null_value: .nan\ndepth:\n", "null_value: '.nan' is not a finite"),
    ("depth:\n", "section: ../etc\ndepth:\n", "section: '../etc' names files"),
    ("depth:\n", "image:\ndepth:\n", "image: no value is given"),
    ("depth:\n", "well: [A]\ndepth:\n", "well: a list is not a mapping"),
    ("depth:\n", "well: {A: [1]}\ndepth:\n", "well.A: a list stands where one value"),
    (PLAIN, f"{PLAIN}---\n{PLAIN}", "line 14: the section 'main' is given twice"),
    # Depth
    ("unit: ft", "unit: feet", "line 2: depth.unit: 'feet' is not one of ft, m"),
    ("  unit: ft\n", "", r"line 1: depth: the key unit is missing"),
    ("row: 2575", "row: abc", r"line 4: depth.points\[0\].row: 'abc' is not a finite"),
    ("row: 2575", "row: '2575'", r"points\[0\].row: '2575' is text: write the number"),
    ("row: 2575", "row: true", r"points\[0\].row: 'true' is not a finite decimal"),
    ("row: 2575", "row: .inf", r"points\[0\].row: '.inf' is not a finite decimal"),
    ("row: 2575", "row: ", r"points\[0\].row: no value is given"),
    ("row: 2575", "row: 1, row: 2", r"points\[0\].row: the key row is given twice"),
    ("row: 2575", "line: 2575", r"points\[0\].line: the key 'line' is not known"),
    ("row: 2575", "row: 9, row_left: 8", r"points\[0\]: .* only one of row_left and"),
    ("row: 2575", "row: 99999", "depth.points: depth points must increase"),
    (
        "    - {row: 11203, depth: 1100}\n",
        "",
        r"depth.points: 1 depth point\(s\) given",
    ),
    ("- {row: 2575, depth: 250}", "- 2575", r"points\[0\]: '2575' is not a mapping"),
    # Tracks
    ("left: 1\n", "left: 499\n", r"tracks\[0\]: the left edge .* columns 499 and 499"),
    (
        "right: 499",
        "right: [{row: 0, column: 9}, {row: 5, column: 0}]",
        r"line 7: tracks\[0\]: .*at row 5 they are at columns 1 and 0",
    ),
    ("right: 499", "right: []", r"tracks\[0\].right: the list is empty"),
    ("right: 499", "right: [{row: 1}]", r"right\[0\]: the key column is missing"),
    (
        "right: 499",
        "right: [{row: 5, column: 9}, {row: 5, column: 8}]",
        r"tracks\[0\].right: the rows of an edge must increase: 5 is followed by 5",
    ),
    ("  - name: T1\n    left", "  - left", r"tracks\[0\]: the key name is missing"),
    # Curves
    ("mnemonic: GR", "mnemonic: CALI", "line 6: tracks: mnemonic 'CALI' is used in"),
    ("mnemonic: GR", "mnemonic: ''", r"tracks\[0\].curves\[0\].mnemonic: the name is"),
    ("mnemonic: GR, ", "", r"curves\[0\]: the key mnemonic is missing: add it"),
    (
        "right: 16, scale: linear",
        "right: 16, scale: lin",
        r"curves\[1\].scale: 'lin' is not one of linear.*\(did you mean linear\?\)",
    ),
    ("right: 16, scale: linear", "scale: linear", r"curves\[1\]: the key right is"),
    ("right: 16, scale: linear", "right: 16", r"curves\[1\]: the key scale is missing"),
    (
        "left: 0, right: 150, scale: linear",
        "left: 0, right: 150, scale: log",
        r"line 11: tracks\[0\].curves\[0\].scale: a log scale needs .* not 0, 150",
    ),
    ("left: 6", "left: 16", r"curves\[1\].scale: the scale runs from 16 to itself"),
    ("linear}", "linear, line: dahs}", r"curves\[0\].line: 'dahs' is not one of solid"),
    ("linear}", "linear, weight: fat}", r"weight: 'fat' is not one of thin, medium"),
    ("linear}", "linear, colour: red}", "colour: 'red' is no colour: write it as '#rr"),
    ("linear}", "linear, color: '#00cc00'}", "'color' .* did you mean colour"),
    ("linear}", "linear, wraps: 1}", r"curves\[0\].wraps: '1' is neither true nor"),
    ("linear}", "linear, wrap_start: 1}", "wrap_start: 1 for a curve that does not"),
    ("linear}", "linear, export: maybe}", "export: 'maybe' is neither true nor false"),
    ("linear}", "linear, backup_of: N10}", "tracks: curve 'N10' is not in section"),
    ("linear}", "linear, points: []}", "points belong to a piecewise scale, and this"),
    (
        "0, right: 150, scale: linear",
        "0, scale: piecewise",
        "the key points is missing",
    ),
    (
        "0, right: 150, scale: linear",
        "0, scale: piecewise, points: [{fraction: 0, value: 5}]",
        r"curves\[0\].points: a piecewise scale needs two or more",
    ),
    (
        "0, right: 150, scale: linear",
        "0, scale: piecewise, "
        "points: [{fraction: 0, value: 5}, {fraction: 1, value: 9}]",
        r"curves\[0\].left: 0 differs from the points, which give 5",
    ),
    (
        "left: 0, right: 150, scale: linear",
        "wraps: true, scale: piecewise, "
        "points: [{fraction: 0, value: 5}, {fraction: 1, value: 9}]",
        r"curves\[0\].wraps: a piecewise scale has no rule beyond its edges",
    ),
]


@pytest.mark.parametrize(("right", "wrong", "message"), MISTAKES)
def test_a_mistake_is_named_with_file_line_key_and_value(
    tmp_path: Path, right: str, wrong: str, message: str
) -> None:
    assert right in PLAIN
    with pytest.raises(InputError, match=message) as raised:
        load(tmp_path, PLAIN.replace(right, wrong, 1))
    assert str(raised.value).startswith(f"{tmp_path / 'reg.yaml'}, line ")
    assert "\n" not in str(raised.value)


def test_a_colour_without_quotes_is_a_comment(tmp_path: Path) -> None:
    text = PLAIN.replace(", scale: linear}", ", scale: linear,\n colour: #00cc00\n}", 1)
    with pytest.raises(InputError, match=r"colour: no value .* put a colour in quotes"):
        load(tmp_path, text)


def test_curves_and_tracks_may_not_be_empty(tmp_path: Path) -> None:
    head, _, _ = PLAIN.partition("      - {mnemonic")
    with pytest.raises(
        InputError,
        match=r"tracks\[0\].curves: none is given yet: fill in one or more, or take",
    ):
        load(tmp_path, head)
    with pytest.raises(InputError, match=r"tracks: the list is empty"):
        load(tmp_path, PLAIN.partition("tracks:")[0] + "tracks: []\n")


def test_the_yaml_written_is_the_yaml_of_the_format(tmp_path: Path) -> None:
    (found,) = load(tmp_path, FULL)
    assert (
        to_yaml(found)
        == """\
image: scan.tif
page: 2
section: repeat pass
depth:
  unit: m
  points:
  - {row: 10.5, depth: 100, row_left: 9, row_right: 12.5}
  - {row: 210, depth: 150}
step: 0.1524
null_value: -9999
well: {WELL: 'NO', UWI: '0472', DATE: '2015-09-24', API: 47-099, FLD: ''}
tracks:
- name: T1
  left: 1.5
  right:
  - {row: 0, column: 400}
  - {row: 220, column: 398.5}
  divisions: 10
  curves:
  - {mnemonic: ILD, unit: OHMM, left: 0.2, right: 2000, scale: log, line: long-dash, \
weight: thin, colour: '#00cc00',
    wraps: true, wrap_start: -1}
  - {mnemonic: ILB, unit: OHMM, left: 2000, right: 20000000, scale: log, line: solid, \
backup_of: ILD, export: false}
  - mnemonic: LL
    unit: ''
    left: 0
    right: 4500
    scale: piecewise
    points:
    - {fraction: 0, value: 0}
    - {fraction: 0.2, value: 55}
    - {fraction: 1, value: 4500}
    line: solid
"""
    )


@settings(seeded, max_examples=60)
@given(made=registrations())
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, made: Registration
) -> None:
    path = tmp_path_factory.getbasetemp() / "round-trip.yaml"
    save_registrations(path, made)
    assert load_registrations(path) == (made,)


def test_sections_are_written_together(tmp_path: Path) -> None:
    sections = load(tmp_path, f"{PLAIN}---\n{FULL}")
    save_registrations(tmp_path / "again.yaml", *sections)
    assert load_registrations(tmp_path / "again.yaml") == sections


@pytest.mark.real
def test_the_real_registrations_are_read() -> None:
    folder = os.environ.get("VEERNET_REAL")
    if not folder:
        pytest.skip("VEERNET_REAL is not set")
    files = sorted(Path(folder).glob("registrations/*.yaml"))
    files += sorted(Path(folder).glob("plots/*.yaml"))
    assert len(files) >= 19  # the folder grows
    for file in files:
        (found,) = load_registrations(file)
        assert found.image, file.name
        assert found.depth.unit == "ft"


def test_one_section_is_read_though_another_is_not_complete(tmp_path: Path) -> None:
    path = tmp_path / "reg.yaml"
    path.write_text(f"section: other\ndepth:\ntracks:\n---\n{PLAIN}")
    (registration,) = load_registrations(path, "main")
    assert registration.section == "main"
    with pytest.raises(InputError, match=r"line 2: depth"):
        load_registrations(path)
    with pytest.raises(
        InputError, match="no section 'repeat': the file holds other, main"
    ):
        load_registrations(path, "repeat")
