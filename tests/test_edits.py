"""Edits: what each changes, what it leaves, and that it can be taken back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.edits import (
    Patch,
    Samples,
    apply,
    edit_from_dict,
    edit_to_dict,
    label,
    patched,
    reverse,
)
from veernet.errors import InputError
from veernet.records import ORIGINS, CurveSpec, Registration, Trace, Track

ROWS, TOP = 200, 100
AT = np.arange(TOP, TOP + ROWS)
NONE, AUTO, MANUAL, OFF_LEFT, OFF_RIGHT = (
    ORIGINS.index(word) for word in ("none", "auto", "manual", "off-left", "off-right")
)


def make_registration() -> Registration:
    """T1 at columns 0 to 100 that lean by 10 over 1000 rows; T2 at 150 to 350."""

    def edge(column):
        return Edge((0.0, 1000.0), (column, column + 10.0))

    first = (
        CurveSpec("GR", "GAPI", Scale("linear", 0, 150), wraps=True),
        CurveSpec("GR2", "GAPI", Scale("linear", 150, 300), backup_of="GR"),
        CurveSpec("SP", "MV", Scale("linear", -100, 0)),
    )
    second = (
        CurveSpec("NPHI", "V/V", Scale("linear", 0.45, -0.15)),
        CurveSpec("N10", "V/V", Scale("linear", 1.05, 0.45), backup_of="NPHI"),
        CurveSpec("DT", "US/F", Scale("linear", 140, 40)),
        CurveSpec("D10", "US/F", Scale("linear", 240, 140), backup_of="DT"),
        CurveSpec("ILD", "OHMM", Scale("log", 0.2, 2000)),
    )
    depth = DepthAxis("ft", (DepthPoint(100, 1000), DepthPoint(299, 1019.9)))
    return Registration(
        "main",
        depth,
        (
            Track("T1", edge(0.0), edge(100.0), first),
            Track("T2", edge(150.0), edge(350.0), second),
        ),
    )


REGISTRATION = make_registration()
NAMES = [s.mnemonic for t in REGISTRATION.tracks for s in t.curves]


def make_curve(column: np.ndarray) -> Samples:
    read = np.isfinite(column)
    origin = np.where(read, AUTO, NONE).astype(np.uint8)
    confidence = np.where(read, 0.75, 0.0)
    trace = Trace("X", AT, np.asarray(column, dtype=float), confidence, origin)
    return Samples.from_trace(trace)


def make_curves(**columns: np.ndarray) -> dict[str, Samples]:
    unread = np.full(ROWS, np.nan)
    return {name: make_curve(columns.get(name, unread)) for name in NAMES}


def do(curves, reported, retracer=None):
    """Apply an edit, put it in place, and see that it can be taken back."""
    applied = apply(curves, edit_from_dict(reported), REGISTRATION, retracer)
    result = patched(curves, applied.patches)
    again = patched(result, reverse(applied.patches))
    for name, samples in curves.items():
        assert again[name].same_as(samples)
    return result, applied.notes


def slope(start=40.0, pace=0.1):
    return start + pace * np.arange(ROWS)


def is_by_hand(samples, row0, row1):
    part = samples.part(row0, row1)
    return bool(
        (part.origin == MANUAL).all()
        and (part.confidence == 1).all()
        and part.reviewed.all()
    )


class TestOneCurve:
    def test_bend_goes_through_the_point_and_fades(self):
        curves = make_curves(SP=slope())
        reported = {
            "action": "bend",
            "curve": "SP",
            "row": 150,
            "column": 60,
            "reach": 10,
        }
        result, _ = do(curves, reported)
        moved = result["SP"].column - curves["SP"].column
        assert result["SP"].column[50] == 60
        assert (np.diff(moved[50:62]) <= 0).all()
        assert (moved[40:61] > 0).all()
        assert not moved[:40].any()
        assert not moved[61:].any()
        assert is_by_hand(result["SP"], 140, 160)

    def test_a_bend_without_reach_moves_one_row(self):
        curves = make_curves(SP=slope())
        reported = {
            "action": "bend",
            "curve": "SP",
            "row": 150,
            "column": 60,
            "reach": 0,
        }
        result, _ = do(curves, reported)
        assert np.flatnonzero(result["SP"].column != curves["SP"].column) == [50]

    def test_redraw_is_straight_between_its_points(self):
        curves = make_curves()
        points = [[110, 20], [120, 30], [140, 10]]
        reported = {"action": "redraw", "curve": "SP", "points": points}
        result, _ = do(curves, reported)
        column = result["SP"].column
        assert column[[10, 15, 20, 30, 40]].tolist() == [20, 25, 30, 20, 10]
        assert np.isfinite(column).sum() == 31

    def test_redraw_by_values_keeps_a_constant_value_on_leaning_edges(self):
        points = [[110.0, -50.0], [190.0, -50.0]]
        reported = {"action": "redraw", "curve": "SP", "points": points, "values": True}
        result, _ = do(make_curves(), reported)
        track, spec = REGISTRATION.curve("SP")
        left, right = REGISTRATION.edges_at(track, AT)
        value = spec.scale.value_at((result["SP"].column - left) / (right - left))
        np.testing.assert_allclose(value[10:91], -50)
        assert np.ptp(result["SP"].column[10:91]) > 0.5

    def test_a_typed_value_becomes_a_column(self):
        reported = {"action": "value", "curve": "ILD", "row": 120, "value": 20}
        result, _ = do(make_curves(), reported)
        assert result["ILD"].column[20] == pytest.approx(150 + 1.2 + 100)
        assert np.isfinite(result["ILD"].column).sum() == 1

    def test_a_value_beyond_the_scale_of_a_wrapping_curve_is_told(self):
        _, spec = REGISTRATION.curve("GR")
        width = spec.scale.right - spec.scale.left
        reported = {"action": "value", "curve": "GR", "row": 120}
        for value, said in (
            (spec.scale.right, None),
            (spec.scale.left, None),
            (spec.scale.right + 0.1 * width, "wrapped once"),
            (spec.scale.left + 6 * width, "wrapped 6 times"),
            (spec.scale.left - 1.5 * width, "wrapped 2 times"),
        ):
            _, notes = do(make_curves(), reported | {"value": value})
            assert len(notes) == (said is not None)
            if said is not None:
                assert f"GR: {value:g} {spec.unit} is beyond its scale" in notes[0]
                assert said in notes[0]
        points = [[110, spec.scale.left], [120, spec.scale.left + 3.5 * width]]
        drawn = {"action": "redraw", "curve": "GR", "points": points, "values": True}
        _, notes = do(make_curves(), drawn)
        assert "wrapped 3 times" in notes[0]

    def test_cut_clears_off_scale_rows_and_backups(self):
        curves = make_curves(NPHI=slope(200.0), N10=slope(180.0), GR=slope())
        curves["NPHI"].column[60:80] = np.nan
        curves["NPHI"].origin[60:80] = OFF_LEFT
        reported = {"action": "cut", "curve": "NPHI", "row0": 150, "row1": 189}
        result, notes = do(curves, reported)
        assert (result["NPHI"].origin[50:90] == NONE).all()
        assert np.isnan(result["NPHI"].column[50:90]).all()
        assert np.isnan(result["N10"].column[50:90]).all()
        assert result["NPHI"].reviewed[50:90].all()
        assert notes == ("N10, the back-up of NPHI, is cut with it",)
        alone, notes = do(curves, reported | {"backups": False})
        assert alone["N10"].same_as(curves["N10"])
        assert notes == ()

    def test_join_fills_whole_gaps_with_a_straight_line(self):
        column = slope(20.0, 0.2)
        gappy = column.copy()
        gappy[30:50] = np.nan
        reported = {"action": "join", "curve": "SP", "row0": 140, "row1": 140}
        result, _ = do(make_curves(SP=gappy), reported)
        np.testing.assert_allclose(result["SP"].column, column)
        assert is_by_hand(result["SP"], 130, 149)
        assert result["SP"].origin[29] == result["SP"].origin[50] == AUTO

    def test_all_gaps_of_a_curve_are_joined_but_at_its_ends(self):
        column = slope(20.0, 0.2)
        gappy = column.copy()
        for gap in (slice(0, 7), slice(30, 50), slice(90, 91), slice(180, 200)):
            gappy[gap] = np.nan
        reported = {"action": "join", "curve": "SP", "row0": 100, "row1": 299}
        result, _ = do(make_curves(SP=gappy), reported)
        np.testing.assert_allclose(result["SP"].column[7:180], column[7:180])
        assert np.isnan(result["SP"].column[:7]).all()
        assert np.isnan(result["SP"].column[180:]).all()

    def test_wrap_moves_by_the_width_of_the_track(self):
        reported = {"action": "wrap", "curve": "GR", "row0": 150, "row1": 160, "by": -1}
        result, _ = do(make_curves(GR=slope()), reported)
        np.testing.assert_allclose((result["GR"].column - slope())[50:61], -100)

    def test_off_scale_rows_have_no_column(self):
        reported = {"action": "off", "curve": "SP", "row0": 150, "row1": 160}
        for side, origin in (("left", OFF_LEFT), ("right", OFF_RIGHT)):
            result, _ = do(make_curves(SP=slope()), reported | {"side": side})
            assert (result["SP"].origin[50:61] == origin).all()
            assert np.isnan(result["SP"].column[50:61]).all()
            assert not result["SP"].confidence[50:61].any()

    def test_shift_moves_read_rows_alone(self):
        column = slope()
        column[55] = np.nan
        reported = {
            "action": "shift",
            "curve": "SP",
            "row0": 150,
            "row1": 160,
            "by": 2.5,
        }
        result, _ = do(make_curves(SP=column), reported)
        np.testing.assert_allclose(result["SP"].column[50:55], column[50:55] + 2.5)
        assert result["SP"].origin[55] == NONE

    def test_accept_changes_nothing_but_the_mark(self):
        curves = make_curves(SP=slope())
        reported = {"action": "accept", "curve": "SP", "row0": 150, "row1": 160}
        result, _ = do(curves, reported)
        assert result["SP"].column.tobytes() == curves["SP"].column.tobytes()
        assert result["SP"].origin.tobytes() == curves["SP"].origin.tobytes()
        assert np.flatnonzero(result["SP"].reviewed).tolist() == list(range(50, 61))
        again = apply(result, edit_from_dict(reported), REGISTRATION)
        assert again.patches == ()

    def test_retrace_asks_the_retracer_or_draws_a_line(self):
        reported = {"action": "retrace", "curve": "SP", "picks": [[110, 20], [120, 40]]}
        found = np.linspace(20, 40, 11) + np.sin(np.arange(11) * np.pi / 10)
        result, _ = do(make_curves(), reported, lambda curve, picks, way: found)
        np.testing.assert_array_equal(result["SP"].column[10:21], found)
        straight, _ = do(make_curves(), reported | {"straight": True})
        np.testing.assert_allclose(
            straight["SP"].column[10:21], np.linspace(20, 40, 11)
        )


class TestTwoCurves:
    def test_swap_exchanges_and_swaps_back(self):
        curves = make_curves(NPHI=slope(200.0), DT=slope(250.0))
        reported = {"action": "swap", "curve": "NPHI", "other": "DT"}
        reported |= {"row0": 150, "row1": 180}
        result, notes = do(curves, reported)
        assert notes == ()
        np.testing.assert_array_equal(result["NPHI"].column[50:81], slope(250.0)[50:81])
        np.testing.assert_array_equal(result["DT"].column[50:81], slope(200.0)[50:81])
        again, _ = do(result, reported)
        np.testing.assert_array_equal(again["DT"].column, slope(250.0))

    def test_another_name_or_count_makes_nobody_surer(self):
        curves = make_curves(NPHI=slope(200.0), DT=slope(250.0), GR=slope())
        reported = {"action": "swap", "curve": "NPHI", "other": "DT"}
        result, _ = do(curves, reported | {"row0": 150, "row1": 180})
        wrap = {"action": "wrap", "curve": "GR", "row0": 150, "row1": 180, "by": 1}
        counted, _ = do(curves, wrap)
        hand = {"action": "hand", "curve": "NPHI", "to": "ILD"}
        handed, _ = do(curves, hand | {"row0": 150, "row1": 180})
        for samples in (result["DT"], counted["GR"], handed["ILD"]):
            part = samples.part(150, 180)
            assert (part.confidence == 0.75).all()
            assert (part.origin == MANUAL).all()
            assert part.reviewed.all()

    def test_swap_takes_along_what_was_read_beside_the_track(self):
        # The tracer follows a curve a little beyond the edge, here by 9 columns.
        beside = slope(300.0)
        beside[60] = 150 + 1.6 - 9
        curves = make_curves(NPHI=beside, DT=slope(250.0))
        reported = {"action": "swap", "curve": "NPHI", "other": "DT"}
        result, notes = do(curves, reported | {"row0": 150, "row1": 180})
        assert notes == ()
        assert result["DT"].column[60] == beside[60]
        bent = {"action": "bend", "curve": "DT", "row": 160, "column": 141, "reach": 0}
        with pytest.raises(InputError, match="lies beyond its track"):
            apply(curves, edit_from_dict(bent), REGISTRATION)

    def test_swap_goes_to_the_next_meeting(self):
        # They cross at samples 50 and 150; the click is at the first crossing.
        one = 250 + 30 * np.cos(np.pi * np.arange(ROWS) / 100)
        curves = make_curves(NPHI=one, DT=np.full(ROWS, 250.0))
        reported = {"action": "swap", "curve": "NPHI", "other": "DT", "row0": 150}
        result, notes = do(curves, reported)
        assert (result["NPHI"].column[52:149] == 250).all()
        assert (result["NPHI"].column[152:] != 250).all()
        assert "meet again at row 250, 1015.00 ft" in notes[0]

    def test_swap_without_a_meeting_goes_to_the_end_and_says_so(self):
        curves = make_curves(NPHI=slope(200.0), DT=slope(250.0))
        reported = {"action": "swap", "curve": "NPHI", "other": "DT", "row0": 150}
        result, notes = do(curves, reported)
        assert (result["DT"].column[50:] == slope(200.0)[50:]).all()
        assert "do not meet again below row 150" in notes[0]

    def test_swap_takes_off_scale_rows_and_backups_along(self):
        curves = make_curves(
            NPHI=slope(200.0), DT=slope(250.0), N10=slope(160.0), D10=slope(300.0)
        )
        curves["NPHI"].column[60:70] = np.nan
        curves["NPHI"].origin[60:70] = OFF_RIGHT
        reported = {"action": "swap", "curve": "NPHI", "other": "DT"}
        reported |= {"row0": 150, "row1": 180}
        result, notes = do(curves, reported)
        assert notes == ()
        assert (result["DT"].origin[60:70] == OFF_RIGHT).all()
        assert (result["N10"].column[50:81] == slope(300.0)[50:81]).all()
        assert (result["D10"].column[50:81] == slope(160.0)[50:81]).all()

    def test_swap_says_what_the_partner_cannot_hold(self):
        curves = make_curves(GR=slope(), SP=slope(60.0), GR2=slope(10.0))
        curves["GR"].column[60:70] += 100.7  # about one wrap
        curves["SP"].column[75:80] = np.nan
        curves["SP"].origin[75:80] = OFF_LEFT
        reported = {"action": "swap", "curve": "GR", "other": "SP"}
        reported |= {"row0": 150, "row1": 180}
        result, notes = do(curves, reported)
        assert any("GR2 is left as it is" in note for note in notes)
        assert any("SP does not wrap: the wraps of GR are dropped" in n for n in notes)
        assert any("GR wraps and is never off scale" in note for note in notes)
        assert result["GR2"].same_as(curves["GR2"])
        np.testing.assert_allclose(
            result["SP"].column[60:70], curves["GR"].column[60:70] - 100
        )
        assert (result["GR"].origin[75:80] == NONE).all()

    def test_a_wrapping_curve_keeps_its_count_when_it_takes_another_stroke(self):
        curves = make_curves(GR=slope(140.0), SP=slope(60.0))
        reported = {"action": "swap", "curve": "GR", "other": "SP"}
        result, notes = do(curves, reported | {"row0": 150, "row1": 180})
        np.testing.assert_allclose(result["GR"].column[50:81], slope(160.0)[50:81])
        np.testing.assert_allclose(result["SP"].column[50:81], slope(40.0)[50:81])
        assert any("GR keeps its wrap +1" in note for note in notes)

    def test_hand_over_leaves_a_gap_and_what_the_receiver_had_elsewhere(self):
        one = slope(200.0)
        one[60:70] = np.nan
        curves = make_curves(NPHI=one, DT=slope(250.0), N10=slope(160.0))
        curves["N10"].column[:] = np.nan
        curves["N10"].column[52] = 170.0
        reported = {"action": "hand", "curve": "NPHI", "to": "ILD"}
        result, notes = do(curves, reported | {"row0": 150, "row1": 180})
        assert np.isnan(result["NPHI"].column[50:81]).all()
        np.testing.assert_array_equal(result["ILD"].column[50:81], one[50:81])
        assert notes == (
            "N10 is left as it is: it is a back-up of NPHI, and ILD has none",
        )
        kept, _ = do(curves, reported | {"to": "DT", "row0": 150, "row1": 180})
        assert (kept["DT"].column[60:70] == slope(250.0)[60:70]).all()


@pytest.mark.parametrize(
    ("reported", "message"),
    [
        ([], "an edit is an object"),
        ({"action": "burn"}, "'burn' is not known: use bend"),
        ({"action": ["cut"]}, "is not known"),
        ({"action": "cut", "curve": "SP", "row0": 1}, "cut lacks row1"),
        ({"action": "cut", "curve": "SP", "row0": 9, "row1": 1}, "lies above row0"),
        ({"action": "cut", "curve": "SP", "row0": 1.5, "row1": 2}, "a whole number"),
        ({"action": "cut", "curve": "SP", "row0": True, "row1": 2}, "not a number"),
        ({"action": "cut", "curve": 3, "row0": 1, "row1": 2}, "not a mnemonic"),
        ({"action": "cut", "curve": "SP", "rows": 1}, "cut has no 'rows'"),
        ({"action": "wrap", "curve": "GR", "row0": 1, "row1": 2, "by": 0}, "nothing"),
        ({"action": "off", "curve": "SP", "row0": 1, "row1": 2, "side": "up"}, "left"),
        ({"action": "redraw", "curve": "SP", "points": []}, "no points"),
        ({"action": "redraw", "curve": "SP", "points": [[1]]}, "point 1 is"),
        ({"action": "redraw", "curve": "SP", "points": [[2, 1], [1, 1]]}, "increase"),
        ({"action": "retrace", "curve": "SP", "picks": [[2, 1]]}, "two or more"),
        (
            {"action": "retrace", "curve": "SP", "picks": [[2, 1], [9, 1]], "way": -1},
            "retrace: way is -1: give 0 to 99",
        ),
        (
            {
                "action": "shift",
                "curve": "SP",
                "row0": 1,
                "row1": 2,
                "by": float("nan"),
            },
            "finite",
        ),
        (
            {"action": "shift", "curve": "SP", "row0": 1, "row1": 2, "by": 10**6000},
            "finite",
        ),
        (
            {"action": "bend", "curve": "SP", "row": 1, "column": 1, "reach": -1},
            "0 or more",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(reported, message):
    with pytest.raises(InputError, match=message) as caught:
        edit_from_dict(reported)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("reported", "message"),
    [
        ({"action": "accept", "curve": "X", "row0": 150, "row1": 150}, "'X' is not in"),
        (
            {"action": "accept", "curve": "SP", "row0": 50, "row1": 150},
            "row 50 is not in the trace of SP, which has rows 100 to 299",
        ),
        (
            {"action": "shift", "curve": "SP", "row0": 150, "row1": 160, "by": 90},
            r"row 150: column 135.0 of SP lies beyond its track, columns 1.5 to 101.5",
        ),
        (
            {"action": "shift", "curve": "ILD", "row0": 150, "row1": 160, "by": 1},
            "nothing to move",
        ),
        (
            {"action": "value", "curve": "ILD", "row": 150, "value": -1},
            "give a value above 0",
        ),
        (
            {"action": "wrap", "curve": "SP", "row0": 150, "row1": 160, "by": 1},
            "SP does not wrap",
        ),
        (
            {"action": "off", "curve": "GR", "row0": 150, "row1": 160, "side": "left"},
            "never off scale",
        ),
        (
            {"action": "bend", "curve": "ILD", "row": 150, "column": 200, "reach": 3},
            "unread at row 150",
        ),
        ({"action": "join", "curve": "SP", "row0": 150, "row1": 160}, "no gap"),
        ({"action": "join", "curve": "ILD", "row0": 150, "row1": 160}, "both sides"),
        (
            {"action": "swap", "curve": "SP", "other": "SP", "row0": 150},
            "with itself",
        ),
        (
            {"action": "hand", "curve": "ILD", "to": "DT", "row0": 150, "row1": 160},
            "nothing to give",
        ),
        (
            {"action": "swap", "curve": "SP", "other": "DT", "row0": 150, "row1": 160},
            "lies beyond its track",
        ),
        (
            {"action": "retrace", "curve": "SP", "picks": [[150, 30], [160, 40]]},
            "no evidence is kept",
        ),
        (
            {"action": "retrace", "curve": "SP", "picks": [[150.5, 30], [160, 40]]},
            "whole rows",
        ),
    ],
)
def test_what_cannot_be_done_is_refused(reported, message):
    curves = make_curves(SP=slope(), GR=slope(), DT=slope(250.0))
    with pytest.raises(InputError, match=message) as caught:
        apply(curves, edit_from_dict(reported), REGISTRATION)
    assert "\n" not in str(caught.value)


def test_a_patch_of_another_state_is_refused():
    curves = make_curves(SP=slope())
    reported = {"action": "shift", "curve": "SP", "row0": 150, "row1": 160, "by": 1}
    patches = apply(curves, edit_from_dict(reported), REGISTRATION).patches
    with pytest.raises(InputError, match="not those that the edit was made from"):
        patched(patched(curves, patches), patches)


EDITS = [
    {"action": "bend", "curve": "SP", "row": 150, "column": 60.25, "reach": 10},
    {"action": "redraw", "curve": "SP", "points": [[110.5, 20.0], [120.0, 30.0]]},
    {"action": "redraw", "curve": "SP", "points": [[110.0, -2.0]], "values": True},
    {"action": "retrace", "curve": "SP", "picks": [[1.0, 2.0], [3.0, 4.0]]},
    {"action": "retrace", "curve": "SP", "picks": [[1.0, 2.0], [3.0, 4.0]], "way": 2},
    {"action": "cut", "curve": "GR", "row0": 150, "row1": 160},
    {"action": "join", "curve": "GR", "row0": 150, "row1": 160},
    {"action": "swap", "curve": "NPHI", "other": "DT", "row0": 150},
    {"action": "swap", "curve": "NPHI", "other": "DT", "row0": 150, "row1": 180},
    {"action": "hand", "curve": "NPHI", "to": "DT", "row0": 150, "row1": 180},
    {"action": "wrap", "curve": "GR", "row0": 150, "row1": 160, "by": -1},
    {"action": "off", "curve": "SP", "row0": 150, "row1": 160, "side": "left"},
    {"action": "shift", "curve": "SP", "row0": 150, "row1": 160, "by": -1.5},
    {"action": "value", "curve": "SP", "row0": 150, "row1": 150, "value": 3.0},
    {"action": "accept", "curve": "SP", "row0": 150, "row1": 160},
]


@pytest.mark.parametrize("reported", EDITS)
def test_an_edit_comes_back_from_json_and_has_a_label(reported):
    edit = edit_from_dict(reported)
    assert edit_to_dict(edit) == reported
    assert edit_from_dict(edit_to_dict(edit)) == edit
    name = label(edit, REGISTRATION)
    assert name.startswith(reported["curve"])
    assert name.endswith(" ft")


def test_a_typed_value_may_name_one_row():
    reported = {"action": "value", "curve": "SP", "row": 7, "value": 3}
    assert edit_to_dict(edit_from_dict(reported))["row1"] == 7


@given(
    column=st.lists(
        st.one_of(st.just(np.nan), st.floats(-1e4, 1e4)), min_size=1, max_size=9
    ),
    row0=st.integers(-9, 10**6),
)
def test_bytes_hold_all_of_a_patch(column, row0):
    columns = np.array(column)
    rows = columns.size
    before = Samples(
        row0,
        columns,
        np.linspace(0, 1, rows),
        np.arange(rows, dtype=np.uint8) % 6,
        np.arange(rows) % 2 == 0,
    )
    after = before.part(before.row0, before.row1)
    after.column[:] = 1 / 3
    again = Patch.from_bytes("GR", Patch("GR", before, after).to_bytes())
    assert again.before.same_as(before)
    assert again.after.same_as(after)


def test_json_of_a_patch_has_null_where_unread():
    reported = {"action": "cut", "curve": "SP", "row0": 150, "row1": 151}
    curves = make_curves(SP=slope())
    (patch,) = apply(curves, edit_from_dict(reported), REGISTRATION).patches
    assert patch.to_dict() == {
        "curve": "SP",
        "row0": 150,
        "column": [None, None],
        "confidence": [0.0, 0.0],
        "origin": [0, 0],
        "reviewed": [True, True],
    }


@st.composite
def some_edit(draw):
    """Any edit that may or may not make sense on three read curves."""
    reported = dict(draw(st.sampled_from(EDITS)))
    reported["curve"] = draw(st.sampled_from(["GR", "SP", "DT", "NPHI"]))
    for name in ("row0", "row1", "row"):
        if name in reported:
            reported[name] = draw(st.integers(TOP, TOP + ROWS - 1))
    if {"row0", "row1"} <= reported.keys():
        reported["row0"], reported["row1"] = sorted(
            [reported["row0"], reported["row1"]]
        )
    if "points" in reported and not reported.get("values"):
        centre = 50.0 if reported["curve"] in {"GR", "SP"} else 250.0
        reported["points"] = [
            [r, centre + c]
            for (r, _), c in zip(reported["points"], (0, 9), strict=True)
        ]
    reported.pop("picks", None)
    return reported


@given(st.lists(some_edit(), min_size=1, max_size=12))
def test_any_edits_are_taken_back_to_the_byte(edits):
    start = make_curves(
        GR=slope(), SP=slope(30.0, 0.3), DT=slope(250.0), NPHI=slope(260.0, -0.1)
    )
    curves, done = start, []
    for reported in edits:
        try:
            applied = apply(curves, edit_from_dict(reported), REGISTRATION)
        except InputError:
            continue
        curves = patched(curves, applied.patches)
        done.append(applied.patches)
    replayed = start
    for patches in done:
        replayed = patched(replayed, patches)
    for patches in reversed(done):
        curves = patched(curves, reverse(patches))
    for name in NAMES:
        assert curves[name].same_as(start[name])
    if done:
        assert replayed is not start
