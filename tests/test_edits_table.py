"""Edits as a table: every action round trips; what is wrong is named with its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_edits import (
    EDITS,
    MANUAL,
    NAMES,
    NONE,
    OFF_LEFT,
    OFF_RIGHT,
    REGISTRATION,
    make_curves,
    slope,
    some_edit,
)
from veernet.calibrate import calibrate
from veernet.edits import (
    apply,
    apply_table,
    edit_from_dict,
    edited_lines,
    merge,
    patched,
    read_edits,
    write_edits,
)
from veernet.edits.straight import simplify_rows
from veernet.errors import InputError


def table(folder: Path, text: str) -> Path:
    path = folder / "edits.csv"
    path.write_text(text, "utf-8")
    return path


def edited(folder, text, **columns):
    path = table(folder, text)
    found = read_edits(path, REGISTRATION)
    return apply_table(make_curves(**columns), found, REGISTRATION, path)


def value_at(curves, name, depth):
    curve = calibrate(curves[name].to_trace(name), REGISTRATION)
    return curve.value[np.isclose(curve.depth, depth)]


class TestPoints:
    def test_values_at_depths_are_what_the_las_says(self, tmp_path):
        text = "curve,depth,value\nSP,1004.03,-30\nSP,1010,-50\n"
        result = edited(tmp_path, text)
        assert value_at(result.curves, "SP", 1004.5) == pytest.approx(
            -30 - 20 * 0.47 / 5.97, abs=0.05
        )
        assert value_at(result.curves, "SP", 1010) == pytest.approx(-50)
        assert np.isnan(value_at(result.curves, "SP", 1010.5))

    def test_one_value_sets_one_depth(self, tmp_path):
        result = edited(tmp_path, "curve;depth;value\nILD;1010.0;20\n")
        assert value_at(result.curves, "ILD", 1010) == pytest.approx(20)
        assert np.isfinite(result.curves["ILD"].column).sum() == 1

    def test_blank_lines_and_the_edit_column_separate(self, tmp_path):
        for gap in ("SP,120,30,\n\nSP,140,30,\n", "SP,120,30,1\nSP,140,30,2\n"):
            text = f"curve,row,column,edit\nSP,110,30,1\n{gap}SP,150,30,2\n"
            result = edited(tmp_path, text.replace("SP,120,30,\n", "SP,120,30,1\n"))
            read = np.isfinite(result.curves["SP"].column)
            assert read[10:21].all()
            assert not read[21:40].any()
        assert len(result.steps) == 2

    def test_a_sheet_saved_with_empty_cells_and_a_mark_is_read(self, tmp_path):
        text = (
            "\ufeffCurve,DEPT,Value,Action\r\nsp,1001,-30,\r\n,,,\r\nSP,1003,,GAP\r\n"
        )
        result = edited(tmp_path, text, SP=slope())
        assert len(result.steps) == 2
        assert result.curves["SP"].origin[30] == NONE


class TestActions:
    """Each action word does what its record does."""

    def test_gap_makes_the_depths_unread_and_no_others(self, tmp_path):
        text = "curve,depth,value,action\nSP,1005,,gap\nSP,1006,,gap\n"
        curves = edited(tmp_path, text, SP=slope()).curves
        for depth, unread in ((1004.5, False), (1005, True), (1006, True)):
            assert np.isnan(value_at(curves, "SP", depth)) == unread
        assert not np.isnan(value_at(curves, "SP", 1006.5))

    def test_a_gap_between_two_rows_still_is_one(self, tmp_path):
        text = "curve,depth,action\nSP,1005.03,gap\n"
        curves = edited(tmp_path, text, SP=slope()).curves
        assert np.isnan(curves["SP"].column[50:52]).all()

    @pytest.mark.parametrize(
        ("action", "origin"), [("off-left", OFF_LEFT), ("off-right", OFF_RIGHT)]
    )
    def test_off_scale(self, tmp_path, action, origin):
        text = f"curve,row,action\nSP,150,{action}\nSP,160,{action}\n"
        curves = edited(tmp_path, text, SP=slope()).curves
        assert (curves["SP"].origin[50:61] == origin).all()

    def test_swap_with(self, tmp_path):
        text = "curve,row,action\nNPHI,150,swap-with DT\nNPHI,160,swap-with dt\n"
        curves = edited(tmp_path, text, NPHI=slope(200), DT=slope(250)).curves
        assert (curves["NPHI"].column[50:61] == slope(250)[50:61]).all()
        assert curves["NPHI"].column[61] == slope(200)[61]

    def test_swap_with_from_one_depth_goes_to_the_next_meeting(self, tmp_path):
        text = "curve,depth,action\nNPHI,1005,swap-with DT\n"
        one = 250 + 30 * np.cos(np.pi * np.arange(200) / 100)
        result = edited(tmp_path, text, NPHI=one, DT=np.full(200, 250.0))
        assert (result.curves["NPHI"].column[52:149] == 250).all()
        assert result.notes[0].startswith("line 2: NPHI and DT meet again")

    @pytest.mark.parametrize("by", [1, -1])
    def test_wrap(self, tmp_path, by):
        text = f"curve,row,action\nGR,150,wrap{by:+d}\nGR,160,wrap{by:+d}\n"
        curves = edited(tmp_path, text, GR=slope()).curves
        np.testing.assert_allclose((curves["GR"].column - slope())[50:61], 100 * by)

    def test_hand_to_join_shift_and_accept(self, tmp_path):
        gappy = slope(200)
        gappy[80:90] = np.nan
        text = """\
curve,row,column,action
NPHI,150,,hand-to ILD
NPHI,160,,hand-to ILD
NPHI,185,,join

NPHI,195,2,shift
NPHI,198,2,shift
NPHI,198,,accept
NPHI,199,,accept
"""
        curves = edited(tmp_path, text, NPHI=gappy).curves
        assert (curves["ILD"].column[50:61] == gappy[50:61]).all()
        np.testing.assert_allclose(curves["NPHI"].column[80:95], slope(200)[80:95])
        np.testing.assert_allclose(curves["NPHI"].column[95:99], slope(202)[95:99])
        assert curves["NPHI"].reviewed[99]
        assert curves["NPHI"].origin[99] != MANUAL

    def test_alone_leaves_backups(self, tmp_path):
        text = "curve,row,action\nNPHI,150,gap alone\nNPHI,160,gap alone\n"
        columns = {"NPHI": slope(200), "N10": slope(220)}
        curves = edited(tmp_path, text, **columns).curves
        assert np.isnan(curves["NPHI"].column[50:61]).all()
        assert np.isfinite(curves["N10"].column).all()


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("curve,dip,value\n", "line 1: column 'dip' is not known"),
        ("curve,row,row,value\n", "line 1: column 'row' stands there twice"),
        ("depth,value\n1,2\n", "line 1: it takes the columns curve; depth or row"),
        ("curve,depth\nSP,1001\n", "line 1: neither value, column nor action"),
        ("curve,depth,value\n", "holds no edit"),
        ("", "line 1: it takes"),
        (
            "curve,depth,value\nXX,1001,3\n",
            "line 2, column curve: 'XX' is no curve of section 'main': use one of GR",
        ),
        (
            "curve,depth,value\nSP,1001,3,4\n",
            "line 2: 4 cells under 3 names",
        ),
        (
            'curve,depth,value\nSP,"1001,5",3\n',
            "column depth: '1001,5' is no number: write it with a decimal point",
        ),
        (
            "curve,depth,value\nSP,999,3\n",
            "line 2, column depth: 999 lies outside the section, 1000 to 1019.9 ft",
        ),
        (
            "curve,row,value\nSP,500,3\n",
            "line 2, column row: 500 lies outside the section, 100 to 299",
        ),
        ("curve,depth,row,value\nSP,1001,110,3\n", "and both are given"),
        ("curve,depth,row,value\nSP,,,3\n", "and neither is given"),
        ("curve,depth,value\nSP,nan,3\n", "column depth: 'nan' is no number"),
        ("curve,depth,value\nSP,1001,\n", "line 2, column value: empty"),
        (
            "curve,depth,value,column\nSP,1001,3,4\n",
            "line 2, column column: a value and a column are given",
        ),
        (
            "curve,depth,value,column\nSP,1001,-3,\nSP,1002,,9\n",
            "line 3, column column: 9 is a column after points with a value",
        ),
        (
            "curve,depth,value\nSP,1002,-3\nSP,1001,-3\n",
            "line 3, column depth: 1001 follows 1002: depths of one edit increase",
        ),
        (
            "curve,depth,value\nSP,1001,30\n",
            "line 2, column value: 30 is beyond the track of SP, -100 to 0: use the "
            "action off-right",
        ),
        (
            "curve,depth,value\nILD,1001,-3\n",
            "line 2, column value: -3 is not on the log scale of ILD",
        ),
        (
            "curve,row,column\nSP,101,-30\n",
            "line 2, column column: -30 is beyond the track of SP, 1.0 to 101.0",
        ),
        (
            "curve,depth,action\nSP,1001,erase\n",
            "line 2, column action: the action 'erase' is not known: use gap",
        ),
        ("curve,depth,action\nSP,1001,wrap+0\n", "'wrap+0' is not known"),
        ("curve,depth,action\nSP,1001,gap NPHI\n", "'gap NPHI' is not known"),
        ("curve,depth,action\nSP,1001,swap-with\n", "column action: '' is no curve"),
        (
            "curve,depth,value,action\nSP,1001,3,gap\n",
            "line 2, column value: 3: gap takes no value: leave it empty",
        ),
        (
            "curve,row,action\nSP,101,gap\nSP,102,gap\nSP,103,gap\n",
            "line 4, column action: gap takes one depth, or the first and the last",
        ),
        (
            "curve,row,column,action\nSP,101,1,shift\nSP,102,2,shift\n",
            "line 3, column column: shift takes one number",
        ),
        ("curve,row,action\nSP,150,wrap+1\n", "line 2: SP does not wrap"),
        ("curve,row,action\nILD,150,join\n", "line 2: ILD is not read on both sides"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, lines, message):
    with pytest.raises(InputError) as caught:
        edited(tmp_path, lines, SP=slope())
    assert message in str(caught.value)
    assert "edits.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "edits.csv"
    path.write_bytes(b"curve,depth,value\n\xff\xfe\n")
    with pytest.raises(InputError, match="not text in UTF-8"):
        read_edits(path, REGISTRATION)
    with pytest.raises(InputError, match="there is no file"):
        read_edits(tmp_path / "none.csv", REGISTRATION)


def again(path, start, steps):
    """Write edits as a table, and apply what is read from it to the same reading."""
    write_edits(path, steps)
    return apply_table(start, read_edits(path, REGISTRATION), REGISTRATION, path).curves


@pytest.mark.parametrize("reported", [e for e in EDITS if e["action"] != "retrace"])
def test_every_action_round_trips(tmp_path, reported):
    one = 250 + 30 * np.cos(np.pi * np.arange(200) / 100)
    gappy = slope()
    gappy[52:56] = np.nan
    start = make_curves(SP=slope(), GR=gappy, NPHI=one, DT=np.full(200, 250.0))
    applied = apply(start, edit_from_dict(reported), REGISTRATION)
    result = patched(start, applied.patches)
    steps = [(edit_from_dict(reported), applied.patches)]
    replayed = again(tmp_path / "again.csv", start, steps)
    for name in NAMES:
        assert replayed[name].same_as(result[name])


def test_a_swap_of_one_row_is_two_equal_lines(tmp_path):
    start = make_curves(NPHI=slope(200.0), DT=slope(250.0))
    swap = {"action": "swap", "curve": "NPHI", "other": "DT", "row0": 150, "row1": 150}
    applied = apply(start, edit_from_dict(swap), REGISTRATION)
    result = patched(start, applied.patches)
    path = tmp_path / "again.csv"
    replayed = again(path, start, [(edit_from_dict(swap), applied.patches)])
    assert path.read_text().splitlines()[1:] == 2 * ["1,NPHI,150,,,swap-with DT"]
    assert (replayed["DT"].column == 200.0 + 0.1 * 50).sum() == 1
    assert all(replayed[name].same_as(result[name]) for name in NAMES)


def test_rows_that_do_not_increase_are_named_as_rows(tmp_path):
    path = tmp_path / "edits.csv"
    path.write_text("curve,row,column\nSP,150,40\nSP,150,41\n")
    with pytest.raises(InputError, match="line 3, column row: 150 follows 150: rows"):
        read_edits(path, REGISTRATION)


def lines_of(tmp_path, *reported):
    """Make edits one after the other, and return the table and whether it replays."""
    start = curves = make_curves(SP=slope(), GR=slope())
    steps = []
    for one in reported:
        edit = edit_from_dict({"curve": "SP", **one})
        applied = apply(curves, edit, REGISTRATION)
        curves = patched(curves, applied.patches)
        steps.append((edit, applied.patches))
    path = tmp_path / "edits.csv"
    replayed = again(path, start, steps)
    same = all(replayed[name].same_as(curves[name]) for name in NAMES)
    return path.read_text().splitlines()[1:], same


def test_a_straight_line_is_written_by_its_points(tmp_path):
    picks = [[110, 60.1], [150, 47.7], [290, 88.3]]
    straight = {"action": "retrace", "picks": picks, "straight": True}
    lines, same = lines_of(tmp_path, straight)
    assert lines == [f"1,SP,{row:.1f},,{column}," for row, column in picks]
    assert same


def test_rows_between_two_corners_are_left_out(tmp_path):
    bend = {"action": "bend", "row": 200, "column": 70.0, "reach": 20}
    lines, same = lines_of(tmp_path, bend)
    assert len(lines) == 2 * 20 + 1
    assert same
    column = np.concatenate([np.full(40, 60.5), [61.0, 63.0, 62.5], np.full(40, 62.5)])
    kept = simplify_rows(column)
    assert kept.tolist() == [0, 39, 40, 41, 42, 82]
    np.testing.assert_array_equal(np.interp(np.arange(83), kept, column[kept]), column)
    assert simplify_rows(np.array([3.5])).tolist() == [0]


@settings(max_examples=25)
@given(st.lists(some_edit(), min_size=1, max_size=8))
def test_any_edits_make_the_same_reading_again(tmp_path_factory, edits):
    gappy = slope(30.0, 0.3)
    gappy[20:40] = np.nan
    start = make_curves(GR=slope(), SP=gappy, DT=slope(250.0), NPHI=slope(260.0, -0.1))
    start["DT"].column[90:99] = np.nan
    start["DT"].confidence[90:99] = 0
    start["DT"].origin[90:99] = OFF_LEFT
    curves, steps = start, []
    for reported in edits:
        try:
            edit = edit_from_dict(reported)
            applied = apply(curves, edit, REGISTRATION)
        except InputError:
            continue
        curves = patched(curves, applied.patches)
        steps.append((edit, applied.patches))
    if not any(patches for _, patches in steps):
        return
    path = tmp_path_factory.mktemp("edits") / "again.csv"
    replayed = again(path, start, steps)
    for name in NAMES:
        assert replayed[name].same_as(curves[name])


class TestMerge:
    def test_a_stretch_takes_its_place_and_rows_by_hand_stay(self):
        reported = {"action": "shift", "curve": "SP", "row0": 155, "row1": 157, "by": 3}
        curves = make_curves(SP=slope())
        by_hand = apply(curves, edit_from_dict(reported), REGISTRATION).patches
        curves = patched(curves, by_hand)
        new = make_curves(SP=slope(60.0))["SP"].to_trace("SP")
        applied = merge(curves, [new], REGISTRATION, (150, 160))
        result = patched(curves, applied.patches)["SP"]
        np.testing.assert_array_equal(result.column[:50], slope()[:50])
        np.testing.assert_array_equal(result.column[61:], slope()[61:])
        np.testing.assert_array_equal(result.column[50:55], slope(60.0)[50:55])
        np.testing.assert_array_equal(result.column[55:58], slope(43.0)[55:58])
        assert applied.notes == ("SP: 3 rows set or reviewed are kept",)
        rows = (150, 160)
        every = merge(curves, [new], REGISTRATION, rows, replace_manual=True)
        result = patched(curves, every.patches)["SP"]
        np.testing.assert_array_equal(result.column[50:61], slope(60.0)[50:61])
        assert not result.reviewed.any()

    def test_wraps_of_a_stretch_are_counted_from_its_surroundings(self):
        curves = make_curves(GR=slope(240.0))
        new = make_curves(GR=slope(41.0))["GR"].to_trace("GR")
        applied = merge(curves, [new], REGISTRATION, (150, 160))
        result = patched(curves, applied.patches)["GR"]
        np.testing.assert_allclose(result.column[50:61], slope(241.0)[50:61])
        assert applied.notes == ()

    def test_a_stretch_that_ends_in_another_wrap_than_what_is_below_is_told(self):
        curves = make_curves(GR=slope(240.0))
        turned = slope(41.0)
        turned[55:] -= 200  # the track is as wide
        new = make_curves(GR=turned)["GR"].to_trace("GR")
        (note,) = merge(curves, [new], REGISTRATION, (150, 160)).notes
        assert note.startswith("GR: as read anew it leaves the stretch in another wrap")


def test_what_a_person_did_is_told_with_its_depths(tmp_path):
    text = "curve,row,column,action\nSP,150,30,\nSP,160,30,\nSP,170,,gap\nSP,171,,gap\n"
    curves = edited(tmp_path, text, SP=slope()).curves
    assert edited_lines(curves, REGISTRATION) == (
        "SP: 11 of 200 rows set by hand, 1005.0 to 1006.0 ft; 2 reviewed as without a "
        "reading; 6.5% reviewed",
    )
    assert edited_lines(make_curves(SP=slope()), REGISTRATION) == ()
