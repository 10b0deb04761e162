"""Depth points from lists of numerals and lines: what is stated must be right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.depth_columns import column
from veernet.axes import DepthAxis
from veernet.errors import InputError
from veernet.register.depths.chain import find_chain
from veernet.register.depths.depth import depth_from_numerals, depth_from_points
from veernet.register.depths.interpolation import count_lines, find_grid, simplify
from veernet.register.depths.numerals import Numeral
from veernet.register.depths.printscale import guess_unit


@pytest.fixture
def rng():
    return np.random.default_rng(0)


KNOWN = (0, 9_999)
"""Between which depths most columns are known to lie: no leading digit is left out."""


def propose(made, **settings):
    settings.setdefault("within", KNOWN)
    return depth_from_numerals(
        made.numerals, lines=made.lines, strong=made.strong, **settings
    )


def numerals(texts, spacing=1000.0, start=500.0):
    rows = start + spacing * np.arange(len(texts))
    return [
        Numeral(float(row), 80.0, text)
        for row, text in zip(rows, texts, strict=True)
        if text
    ]


def allowed(proposal) -> float:
    """Depth units by which a stated depth may be off.

    Half a unit beside a slip, and the tenth that depth points may leave out.
    """
    return max(0.6, 2 / proposal.scale)


PRINTS = {
    "5 inches": {"scale": 10.0},
    "5 inches, numerals each 10 ft": {"scale": 10.0, "step": 10.0},
    "2 inches": {"scale": 4.0, "line": 10.0, "heavy": 50.0, "bottom": 9000.0},
    "1 inch": {"scale": 2.0, "line": 10.0, "heavy": 50.0, "bottom": 9000.0},
    "1:200 metric": {
        "scale": 39.4,
        "step": 25.0,
        "line": 1.0,
        "heavy": 5.0,
        "top": 1512.0,
        "bottom": 2290.0,
    },
    "1:500 metric": {
        "scale": 15.75,
        "step": 50.0,
        "line": 2.0,
        "heavy": 10.0,
        "top": 1512.0,
        "bottom": 2590.0,
    },
}


@pytest.mark.parametrize("name", PRINTS)
def test_a_clean_log_is_stated_and_right(name, rng):
    made = column(rng, **PRINTS[name])
    proposal = propose(made, dpi=200)
    assert proposal.refusal is None
    assert proposal.stated, proposal.notes
    assert made.error(proposal.points) <= allowed(proposal)
    assert proposal.dropped == ()
    assert proposal.line_step == PRINTS[name].get("line", 2.0)
    assert np.abs(proposal.residuals).max() < 2.5


def test_the_points_make_a_depth_axis(rng):
    proposal = propose(column(rng, slips=3))
    axis = DepthAxis("ft", proposal.points)
    assert axis.depth_at(axis.rows[0]) == proposal.points[0].depth


@pytest.mark.parametrize("name", PRINTS)
def test_misreads_drop_out(name, rng):
    made = column(rng, **PRINTS[name], misread=0.2, garbage=3, lost=0.1)
    proposal = propose(made, dpi=200)
    assert proposal.refusal is None
    assert made.error(proposal.points) <= max(1.0, 2 / proposal.scale)
    for numeral in proposal.used:
        true = np.interp(numeral.row, made.rows, made.depths)
        assert abs(true - numeral.number) < 5


def test_stretch_is_expressed_as_points(rng):
    made = column(rng, wander=0.02)
    straight = column(rng, wander=0.0)
    proposal = propose(made)
    assert proposal.stated, proposal.notes
    assert made.error(proposal.points) <= 0.3
    assert len(propose(straight).points) < len(proposal.points)


def test_numerals_that_stand_off_their_lines_are_put_right(rng):
    # A turned numeral, 90 rows long, 12 rows off lines that are 20 rows apart.
    made = column(rng, offset=-12.0, length=90.0, jitter=3.0)
    proposal = propose(made)
    assert proposal.stated, proposal.notes
    assert made.error(proposal.points) <= 0.5
    # Without the heavier lines it could belong to three lines.
    alone = depth_from_numerals(made.numerals, lines=made.lines)
    assert not alone.stated


def test_numerals_of_another_length_may_stand_elsewhere(rng):
    made = column(rng, top=8900.0, bottom=11_100.0, length=90.0)
    moved = [
        Numeral(n.row - 9 * (n.number >= 10_000), n.column, n.text, rows=n.rows)
        for n in made.numerals
    ]
    proposal = depth_from_numerals(moved, lines=made.lines, strong=made.strong)
    assert proposal.stated, proposal.notes
    assert proposal.points[0].depth <= 8900
    assert proposal.points[-1].depth >= 11_000
    assert made.error(proposal.points) <= 0.5


def test_nothing_is_stated_without_lines(rng):
    made = column(rng)
    proposal = depth_from_numerals(made.numerals, dpi=200)
    assert proposal.refusal is None
    assert 0.5 <= proposal.confidence < 0.9
    assert "no depth lines" in " ".join(proposal.notes)


def test_lines_that_go_with_another_scale_are_not_used(rng):
    made = column(rng)
    proposal = depth_from_numerals(made.numerals, lines=500 + 13.7 * np.arange(1200))
    assert not proposal.stated


def test_a_feed_that_slips_is_a_suggestion_with_points_beside_the_slip(rng):
    made = column(rng, slips=2, slip=(8.0, 12.0), wander=0.002)
    proposal = propose(made)
    assert not proposal.stated
    assert "slips" in " ".join(proposal.notes)
    # Off between two lines by what slipped, right again below.
    assert made.error(proposal.points) <= 1.4


def test_a_feed_that_repeats_lines_is_not_counted_on(rng):
    made = column(rng, wander=0.0, noise=0.2)
    at = 7000.0
    again = made.lines[(made.lines > at) & (made.lines < at + 64)]
    lines = np.concatenate(
        [
            made.lines[made.lines < at + 64],
            64 + again,
            64 + made.lines[made.lines > at + 64],
        ]
    )
    moved = [
        Numeral(n.row + 64 * (n.row > at + 64), n.column, n.text) for n in made.numerals
    ]
    proposal = depth_from_numerals(moved, lines=np.unique(lines))
    assert not proposal.stated


def test_missing_paper_splits_the_chain(rng):
    upper = numerals([str(v) for v in range(5000, 6000, 100)])
    lower = numerals([str(v) for v in range(6400, 7400, 100)], start=10_500)
    proposal = depth_from_numerals(upper + lower)
    assert proposal.refusal is not None
    assert not proposal.stated


@pytest.mark.parametrize("most", [100, 1000, 10_000])
def test_last_digits_alone_are_completed_by_numerals_in_full(most):
    depths = range(13_000, 14_500, 50 if most == 100 else 100)
    if most == 100:
        depths = range(13_000, 13_300, 10)
    texts = [
        str(depth) if k % 9 == 0 else str(depth % most).zfill(2)
        for k, depth in enumerate(depths)
    ]
    proposal = depth_from_numerals(numerals(texts))
    assert proposal.refusal is None
    axis = DepthAxis("ft", proposal.points)
    assert axis.depth_at(500.0 + 3000.0) == pytest.approx(depths[3], abs=1e-6)
    assert not proposal.stated


def test_last_digits_alone_are_refused_where_they_start_again():
    texts = [str(depth % 1000) for depth in range(13_100, 15_900, 100)]
    proposal = depth_from_numerals(numerals(texts))
    assert proposal.refusal is not None
    assert "--top" in proposal.refusal


def test_leading_digits_come_from_where_the_section_must_lie():
    texts = [str(depth) for depth in range(4300, 5100, 100)]
    proposal = depth_from_numerals(numerals(texts), within=(10_000, 16_000))
    assert proposal.points[0].depth == 14_300
    outside = depth_from_numerals(numerals(texts), within=(6_000, 9_000))
    assert outside.refusal is not None


def test_numerals_of_one_length_are_not_stated_unless_their_place_is_known(rng):
    made = column(rng, top=4290.0, bottom=6710.0, step=50.0)
    assert not propose(made, dpi=200, within=None).stated
    assert propose(made, dpi=200, within=(0, 9000)).stated


@pytest.mark.parametrize("top", [700.0, 9010.0, 12_040.0])
def test_numerals_that_gain_a_digit_or_have_five_are_whole(rng, top):
    made = column(rng, top=top, bottom=top + 1600)
    assert propose(made, dpi=200, within=None).stated


def test_two_readings_are_refused():
    # Every other numeral is read with another first digit.
    texts = [
        str(depth + 5000 * (k % 2)) for k, depth in enumerate(range(3000, 5000, 100))
    ]
    proposal = depth_from_numerals(numerals(texts))
    assert proposal.refusal is not None
    assert "two ways" in proposal.refusal
    assert proposal.refusal.count(":") == 1
    assert "--bottom" in proposal.refusal


def test_two_sections_in_one_are_refused():
    texts = [str(v) for v in range(5000, 6000, 100)] * 2
    assert depth_from_numerals(numerals(texts)).refusal is not None


def test_numbers_that_are_no_depths_are_refused():
    for texts in ([], ["4300"], ["3749", "3751"], ["4400", "4300", "4200"]):
        proposal = depth_from_numerals(numerals(texts))
        assert proposal.refusal is not None
        assert "--top" in proposal.refusal
        assert "\n" not in proposal.refusal
        assert proposal.points == ()


def test_a_scale_that_no_log_has_is_not_stated(rng):
    # 3.5 inches per 100 ft at 200 dpi; the tag may be wrong, or the numerals.
    made = column(rng, scale=7.0)
    assert propose(made).stated
    assert not propose(made, dpi=200).stated
    # A tag that no scanner has says nothing.
    assert propose(made, dpi=1).stated


def test_numerals_that_all_lost_their_last_digit_are_not_stated(rng):
    made = column(rng, top=15_040.0, bottom=22_000.0)
    cut = [Numeral(n.row, n.column, n.text[:-1], rows=n.rows) for n in made.numerals]
    for dpi in (200, None):
        found = depth_from_numerals(cut, lines=made.lines, strong=made.strong, dpi=dpi)
        assert not found.stated


@pytest.mark.parametrize(
    ("scale", "dpi", "unit"),
    [
        (10.0, 200.0, "ft"),
        (4.0, 200.0, "ft"),
        (15.4, 300.0, "ft"),
        (6.19, 300.0, "ft"),
        (15.75, 200.0, "m"),
        (7.87, 200.0, "m"),
        (39.4, 200.0, None),
        (10.0, None, None),
        (7.0, 200.0, None),
    ],
)
def test_the_scale_tells_the_unit(scale, dpi, unit):
    assert guess_unit(scale, dpi) == unit


def test_a_stated_unit_stands(rng):
    assert propose(column(rng, scale=10.0), dpi=200, unit="m").unit == "m"


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    name=st.sampled_from(sorted(PRINTS)),
    misread=st.sampled_from([0.0, 0.1, 0.4]),
    lost=st.sampled_from([0.0, 0.3]),
    slips=st.integers(0, 3),
    offset=st.floats(-15, 15),
    length=st.sampled_from([20.0, 60.0, 110.0]),
    lines_lost=st.sampled_from([0.0, 0.05, 0.4]),
    lines_spare=st.sampled_from([0.0, 0.02, 0.2]),
    garbage=st.sampled_from([0, 3, 10]),
    heavy=st.booleans(),
)
def test_what_is_stated_is_right(seed, name, heavy, **faults):
    made = column(np.random.default_rng(seed), **PRINTS[name], **faults)
    proposal = depth_from_numerals(
        made.numerals, lines=made.lines, strong=made.strong if heavy else (), dpi=200
    )
    if proposal.refusal is not None:
        assert proposal.points == ()
        return
    rows = [point.row for point in proposal.points]
    depths = [point.depth for point in proposal.points]
    assert np.all(np.diff(rows) > 0)
    assert np.all(np.diff(depths) > 0)
    assert len(proposal.used) + len(proposal.dropped) == len(made.numerals)
    if proposal.stated:
        assert made.error(proposal.points) <= allowed(proposal), proposal.notes


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(0, 60),
    digits=st.sampled_from([100, 1000, 10_000]),
)
def test_garbage_is_never_stated(seed, count, digits):
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.uniform(0, 20_000, count))
    found = [
        Numeral(float(row), 80.0, str(10 * int(rng.integers(1, digits // 10))))
        for row in rows
    ]
    lines = np.arange(0, 20_000, 20.0)
    assert not depth_from_numerals(
        found, lines=lines, strong=lines[::5], dpi=200
    ).stated


@given(shift=st.integers(0, 90), rows=st.floats(-400, 400))
def test_depths_shift_with_the_numerals_and_rows(shift, rows):
    made = column(np.random.default_rng(3))
    moved = [
        Numeral(n.row + rows, n.column, str(n.number + 100 * shift), rows=n.rows)
        for n in made.numerals
    ]
    first = propose(made)
    second = depth_from_numerals(
        moved, lines=made.lines + rows, strong=made.strong + rows
    )
    assert len(first.points) == len(second.points)
    for a, b in zip(first.points, second.points, strict=True):
        assert b.row == pytest.approx(a.row + rows)
        assert b.depth == pytest.approx(a.depth + 100 * shift)


@pytest.mark.parametrize("depths", [(5100.0, 6700.0), (5100.7, 6699.3)])
def test_stated_depths_are_borne_out_by_lines(rng, depths):
    made = column(rng, wander=0.004)
    inside = [
        (float(np.interp(d, made.depths, made.rows)), d) for d in (5100.0, 6700.0)
    ]
    proposal = depth_from_points(inside, lines=made.lines, dpi=200)
    assert proposal.stated, proposal.notes
    assert made.error(proposal.points) <= 0.3
    assert proposal.line_step == 2.0


def test_stated_depths_without_lines_are_taken_with_less_trust():
    proposal = depth_from_points([(500, 5100), (16_500, 6700)])
    assert [p.depth for p in proposal.points] == [5100, 6700]
    assert not proposal.stated


def test_a_wrong_stated_depth_is_not_borne_out(rng):
    made = column(rng, wander=0.0)
    top = float(np.interp(5100, made.depths, made.rows))
    bottom = float(np.interp(6700, made.depths, made.rows))
    proposal = depth_from_points([(top, 5100), (bottom, 6500)], lines=made.lines)
    assert not proposal.stated


@pytest.mark.parametrize(
    ("points", "message"),
    [([(500, 5100)], "--top"), ([(500, 5100), (600, 5000)], "swap top and bottom")],
)
def test_stated_depths_must_make_sense(points, message):
    with pytest.raises(InputError, match=message):
        depth_from_points(points)


def test_lines_must_increase():
    with pytest.raises(InputError, match="must increase"):
        depth_from_numerals(numerals(["4300", "4400"]), lines=[5, 4])


def test_a_chain_needs_two_that_agree():
    assert find_chain(numerals(["4300"])) is None
    assert find_chain(numerals(["4300", "4300"])) is None
    chain = find_chain(numerals(["4300", "9990", "4500", "4600"]))
    assert chain.depths == (4300, 4500, 4600)
    assert chain.step == 100
    assert chain.scale == pytest.approx(10)


def test_a_number_misread_by_a_step_far_from_others_drops_out():
    texts = [str(v) for v in range(5000, 5600, 10)] + [""] * 9 + ["5700"]
    chain = find_chain(numerals(texts, spacing=100))
    assert chain.depths[-1] == 5590


def test_lines_are_counted_with_some_missing_and_some_to_spare():
    lines = np.delete(100 + 20.0 * np.arange(51), [7, 8, 30])
    lines = np.sort(np.append(lines, [333.0, 509.5]))
    grid = find_grid(lines, 10.0, 100.0)
    assert grid.step == 2.0
    counted = dict(count_lines(grid, (100.0, 5000.0), (1100.0, 5100.0)))
    assert len(counted) == 46
    assert counted[120.0] == 5002.0
    assert counted[1080.0] == 5098.0
    assert 333.0 not in counted
    # One line more between the two than the numerals allow.
    assert count_lines(grid, (100.0, 5000.0), (1100.0, 5098.0)) is None


def test_points_on_one_line_are_left_out():
    points = [(float(row), row / 10) for row in range(0, 100, 10)]
    assert simplify(points, 1.0) == [points[0], points[-1]]
    bent = [*points, (150.0, 10.0)]
    assert simplify(bent, 1.0) == [points[0], points[-1], bent[-1]]


@pytest.mark.parametrize("shift", [0.0, 1.3, 0.428])
def test_a_line_that_is_stated_keeps_the_depth_that_is_stated(rng, shift):
    made = column(rng, wander=0.004)
    ends = [
        (float(np.interp(d, made.depths, made.rows)), d + shift) for d in (5100, 6700)
    ]
    proposal = depth_from_points(ends, lines=made.lines, dpi=200)
    assert proposal.stated, proposal.notes
    assert proposal.points[0].depth == pytest.approx(5100 + shift)
    assert proposal.points[-1].depth == pytest.approx(6700 + shift)


def test_stated_depths_that_fit_no_count_of_lines_are_doubted(rng):
    made = column(rng, wander=0.004)
    ends = [(float(np.interp(d, made.depths, made.rows)), d) for d in (5100, 6700)]
    ends[1] = (ends[1][0], 6700.9)
    proposal = depth_from_points(ends, lines=made.lines, dpi=200)
    assert not proposal.stated
    assert any("whole number" in note for note in proposal.notes)
