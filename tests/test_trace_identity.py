"""Identity: which curve each tracklet belongs to, as probabilities."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest

from tests.panels import MARGIN, curve
from tests.paths import WIDTH, followed
from veernet.axes import Scale
from veernet.records import ORIGINS
from veernet.trace import SHORTEST, identity, name_curves
from veernet.trace.assignments import make_lattice
from veernet.trace.corridors import related
from veernet.trace.dash_patterns import TABLE
from veernet.trace.features import (
    MOST_STYLE,
    corridor_evidence,
    shape_features,
    style_evidence,
)
from veernet.trace.identity import LOST_ROWS, Pool, pools

ROWS = 400
AT = np.arange(float(ROWS))


def dashes(line, *, rows=ROWS, phase=0):
    """Return the ink of a curve in a style, one sample a row."""
    if line == "solid":
        return np.ones(rows)
    cycle = np.rint(TABLE[line].cycle())
    return np.resize(np.roll(cycle, phase), rows)


def styled(column, line, drawn, name="X"):
    """Return a path of a curve of one style on ink that is drawn in another."""
    return followed(column, replace(curve(name), line=line), ink=dashes(drawn))


def test_ink_in_its_own_style_belongs_and_ink_in_anothers_is_exchanged():
    left, right = np.full(ROWS, 60.0), np.full(ROWS, 150.0)
    own = [styled(left, "solid", "solid"), styled(right, "short-dash", "short-dash")]
    other = [styled(left, "solid", "short-dash"), styled(right, "short-dash", "solid")]
    for paths, place in ((own, 0), (other, 1)):
        # Between the two they were lost for long enough to be found exchanged.
        gap = (AT > 150) & (AT < 150 + 2 * LOST_ROWS)
        broken = [
            replace(
                p,
                column=np.where(gap, np.nan, p.column),
                folded=np.where(gap, np.nan, p.folded),
            )
            for p in paths
        ]
        found = Pool(broken, (0, 1), TABLE).identify()
        assert (found.probability[:, 0, place] > 0.9).all()
        assert (found.assignment()[:, 0] == place).all()


def test_styles_speak_on_either_side_of_a_meeting_for_what_they_show():
    """The paths are exchanged where they cross; ink shows it below and not above."""
    first, second = 40 + 0.4 * AT, 200 - 0.4 * AT
    hidden = np.where(AT < 250, -1.0, 1.0)
    one = followed(first, curve("A"), ink=hidden * np.where(AT < 250, 1, dashes("dot")))
    two = followed(second, replace(curve("B"), line="dot"), ink=hidden)
    found = Pool([one, two], (0, 1), TABLE).identify()
    assert found.bounds.size == 3
    # Below, path 0 is dotted, and so is it above, since the paths cross straight on.
    assert found.probability[1, 1, 0] > 0.9
    assert found.probability[0, 1, 0] > 0.8


def test_curves_that_are_drawn_alike_are_named_where_they_are_first_apart():
    left, right = np.full(ROWS, 60.0), np.full(ROWS, 150.0)
    paths = [followed(right, curve("LEFT")), followed(left, curve("RIGHT"))]
    found = Pool(paths, (0, 1), TABLE).identify()
    assert found.probability[0] == pytest.approx(np.eye(2)[::-1], abs=0.03)


def test_the_heavier_stroke_is_the_heavier_curves():
    specs = [replace(curve(n), weight=w) for n, w in (("A", "heavy"), ("B", "thin"))]
    columns = np.full(ROWS, 60.0), np.full(ROWS, 150.0)

    def named(*widths):
        paths = [
            followed(c, s, width=w)
            for c, s, w in zip(columns, specs, widths, strict=True)
        ]
        return Pool(paths, (0, 1), TABLE).identify().assignment()[0].tolist()

    assert named(4.0, 2.0) == [0, 1]
    assert named(2.0, 4.0) == [1, 0]
    assert named(2.0, 2.2) == [0, 1]  # no telling: from left to right


def test_a_path_outside_its_track_is_not_the_curves():
    wide, narrow = curve("WIDE"), curve("NARROW")
    paths = [
        followed(np.full(ROWS, 60.0), wide),
        followed(np.full(ROWS, 150.0), narrow),
    ]
    paths[1] = replace(paths[1], left=paths[1].left + 100, right=paths[1].right)
    found = Pool(paths, (0, 1), TABLE).identify()
    assert found.probability[0, 1, 1] > 0.99


def test_one_that_folds_belongs_to_a_curve_that_wraps():
    spec = curve("A", wraps=True)
    folding = followed(60 + 0.5 * AT, spec)
    still = followed(np.full(ROWS, 30.0), replace(curve("B"), line="dot"))
    found = Pool([folding, still], (0, 1), TABLE).identify()
    assert found.probability[-1, 0, 0] > 0.8


def test_roughness_keeps_a_name_where_directions_leave_it_open(monkeypatch):
    """Of five meetings nothing is known; one curve is rough, the other smooth."""
    monkeypatch.setattr(identity, "_exchange", lambda _: 0.5)
    rng = np.random.default_rng(1)
    away = 30 * np.abs(np.sin(np.pi * AT / 80)) + 2
    rough, smooth = 100 - away + rng.normal(0, 2, ROWS), 100 + away
    swapped = (AT > 160) & (AT < 320)
    one = np.where(swapped, smooth, rough)
    other = np.where(swapped, rough, smooth)
    paths = [followed(one, curve("A")), followed(other, curve("B"))]
    found = Pool(paths, (0, 1), TABLE).identify()
    path = found.by_row()[:, 0, 0]  # of A on the first path
    assert path[40] > 0.8
    assert path[240] < 0.2
    assert path[360] > 0.8


def test_the_posterior_is_that_of_all_sequences_weighed_one_by_one():
    """Three paths, four tracklets and three exchanges, against enumeration."""
    rng = np.random.default_rng(4)
    emission = rng.normal(0, 1, (4, 3, 3))
    events = [(10, 0, 1, 0.3), (20, 1, 2, 0.1), (30, 0, 2, 0.45)]
    lattice = make_lattice(events, 3, 40)
    states = lattice.states
    found = lattice.posterior(emission)

    index = {tuple(s): i for i, s in enumerate(states.tolist())}
    move = np.zeros((3, 6, 6))
    for k, (_, one, other, chance) in enumerate(events):
        for i, state in enumerate(states.tolist()):
            after = tuple({one: other, other: one}.get(p, p) for p in state)
            move[k, i, i] += 1 - chance
            move[k, i, index[after]] += chance
    wanted, total = np.zeros((4, 3, 3)), 0.0
    for chain in product(range(6), repeat=4):
        weight = np.prod([move[k, a, b] for k, (a, b) in enumerate(pairwise(chain))])
        for t, s in enumerate(chain):
            weight *= np.exp(sum(emission[t, n, states[s, n]] for n in range(3)))
        total += weight / 6  # states are equally likely before anything was seen
        for t, s in enumerate(chain):
            wanted[t, np.arange(3), states[s]] += weight
    wanted /= wanted.sum(axis=2, keepdims=True)
    assert found.marginal == pytest.approx(wanted)
    assert found.evidence == pytest.approx(np.log(total))


def test_pools_hold_what_may_be_mistaken_for_each_other():
    column = np.full(ROWS, 60.0)
    left, right, wide = (followed(column, curve(n)) for n in ("L", "R", "W"))
    left = replace(left, right=left.left + 90)
    right = replace(right, left=right.left + 110)
    assert pools([left, right]) == [(0,), (1,)]
    assert pools([left, right, wide]) == [(0, 1, 2)]
    red = replace(wide, colour=b"red")
    assert pools([left, red, right]) == [(0,), (1,), (2,)]
    backup = followed(column, replace(curve("B"), backup_of="W"))
    assert pools([wide, backup]) == [(0,), (1,)]
    many = [followed(column, curve(f"C{i}")) for i in range(8)]
    assert sorted(len(group) for group in pools(many)) == [1, 7]


def test_of_a_page_with_too_many_tracklets_one_curve_fewer_is_named_together(
    monkeypatch,
):
    """All permutations of seven curves would not fit into memory on a tall page."""
    column = np.where((AT > 100) & (AT < 120), np.nan, 60.0)
    many = [followed(column, curve(f"C{i}")) for i in range(7)]
    assert pools(many) == [tuple(range(7))]
    monkeypatch.setattr(identity, "MOST_TRACKLETS", 1)
    assert sorted(len(group) for group in pools(many)) == [1, 6]
    assert pools(many[:6]) == [tuple(range(6))]


def test_tempered_evidence_is_bounded_and_shared_ink_says_nothing():
    solid = styled(np.full(ROWS, 60.0), "solid", "solid")
    dotted = styled(np.full(ROWS, 61.0), "dot", "dot")
    bounds = np.array([0, ROWS])
    assert not style_evidence([solid, dotted], (0, 1), TABLE, bounds).any()
    apart = [solid, replace(dotted, folded=dotted.folded + 50)]
    seen = style_evidence(apart, (0, 1), TABLE, bounds)
    assert seen[0, 0, 0] == seen[0, 1, 1] == 0
    assert -MOST_STYLE <= seen[0, 0, 1] < -1


def test_roughness_is_measured_where_enough_is_known():
    rng = np.random.default_rng(1)
    rough = followed(60 + rng.normal(0, 2, ROWS))
    smooth = followed(60 + 10 * np.sin(AT / 60))
    bounds = np.array([0, 10, 200, ROWS])
    shapes = shape_features([rough, smooth], bounds)
    assert shapes.shape == (3, 2, 5)
    assert (shapes[1:, 0, :2] > shapes[1:, 1, :2] + 1).all()
    assert np.isnan(shapes[0, :, 2]).all()  # ten rows say nothing of a lag of 24
    assert shapes[:, :, -1].max() == 1.0
    assert shapes[1, :, 3] == pytest.approx(np.log(2.0))


def test_curves_on_one_scale_may_run_together_and_a_back_up_never():
    one = replace(curve("A"), unit="OHMM", scale=Scale("log", 0.2, 200.0))
    assert related(one, replace(one, mnemonic="B", line="dot"))
    assert not related(one, replace(one, unit="GAPI"))
    assert not related(one, replace(one, scale=Scale("log", 2.0, 2000.0)))
    assert not related(one, replace(one, backup_of="A"))


def test_evidence_that_contradicts_itself_leaves_a_posterior():
    emission = np.zeros((2, 3, 3))
    emission[0, 0, 0] = emission[1, 0, 2] = emission[1, 1, 0] = 900.0
    found = make_lattice([(10, 0, 1, 0.1)], 3, 20).posterior(emission)
    assert np.isfinite(found.marginal).all()


def test_where_a_value_would_be_impossible_no_bridge_and_no_speckle_is_left():
    """A bridge with one end is none, and three rows between two gaps are no reading."""
    fraction = np.where(AT < 100, 0.1, -0.2)
    fraction[250:253] = 0.1
    fraction[300:] = 0.1
    faint = np.where((AT >= 92) & (AT < 104), 0.1, 1.0)
    path = replace(followed(MARGIN + WIDTH * fraction), strength=faint)
    potential = replace(path, spec=replace(path.spec, unit="MV"))
    ((read,),) = name_curves([[path]])
    ((whole,),) = name_curves([[potential]])
    bridged = ORIGINS.index("bridged")
    assert (whole.origin[95:103] == bridged).all()
    assert SHORTEST > 3
    expected = (AT < 92) | (AT >= 300)
    assert (np.isfinite(read.column) == expected).all()
    assert (read.origin[~expected] == ORIGINS.index("none")).all()
    assert (read.confidence[~expected] == 0).all()
    np.testing.assert_array_equal(read.column[expected], whole.column[expected])


def test_a_curve_that_wraps_may_be_of_any_ink_of_its_track():
    """On a scale from below zero its ink is there in another wrap."""
    scale = Scale("linear", -50, 100)
    gamma, wrapping = (replace(curve(wraps=w), scale=scale) for w in (False, True))
    ink = np.full(ROWS, MARGIN + 0.1 * WIDTH)
    for spec, speaks in ((gamma, True), (wrapping, False)):
        paths = [followed(ink, spec), followed(ink + 80, replace(spec, unit="MV"))]
        said = corridor_evidence(paths, (0, 1), np.array([0, ROWS]))
        assert (said[0, 0, 0] < 0) == speaks
        assert said[0, 1, 0] == 0
