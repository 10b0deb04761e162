"""Posterior: where each curve is, row by row, and how surely."""

from __future__ import annotations

import numpy as np
import pytest

from tests.panels import MARGIN, curve
from tests.paths import WIDTH, followed
from veernet.trace.identity import Identity
from veernet.trace.posterior import LEAST_MASS, locate

ROWS = 100
AT = np.arange(float(ROWS))


def pool(probability, bounds=(0, ROWS)):
    """Return the identity of a pool of as many paths as there are columns."""
    given = np.array(probability, dtype=float)
    return Identity(tuple(range(given.shape[1])), np.array(bounds), given)


def test_on_one_stroke_a_value_is_sure_though_the_name_is_not():
    apart = np.where(AT < 50, 1.0, 40.0)
    paths = [followed(60 + 0 * AT, curve("A")), followed(60 + apart, curve("B"))]
    a, b = locate(paths, pool([[[0.6, 0.4], [0.4, 0.6]]]))
    assert a.mass[:50] == pytest.approx(1.0)
    assert b.mass[:50] == pytest.approx(1.0)
    assert a.mass[50:] == pytest.approx(0.6)
    assert (a.column == 60).all()
    assert (b.column[50:] == 100).all()


def test_no_stroke_is_given_to_two_curves_in_doubt():
    paths = [followed(60 + 0 * AT, curve("A")), followed(120 + 0 * AT, curve("B"))]
    found = locate(paths, pool([[[0.5, 0.5], [0.5, 0.5]]]))
    assert {float(f.column[0]) for f in found} == {60.0, 120.0}


def test_doubt_of_the_stroke_and_of_the_name_add_up():
    paths = [
        followed(60 + 0 * AT, curve("A"), held=0.9),
        followed(120 + 0 * AT, curve("B"), held=0.5),
    ]
    a, b = locate(paths, pool([[[0.8, 0.2], [0.2, 0.8]]]))
    assert a.mass == pytest.approx(0.72)
    assert b.mass == pytest.approx(0.40)


@pytest.mark.parametrize(("share", "read"), [(LEAST_MASS + 0.1, True), (0.1, False)])
def test_where_its_own_path_is_lost_a_curve_may_be_on_another(share, read):
    lost = np.where(AT < 50, 60.0, np.nan)
    paths = [followed(lost, curve("A")), followed(120 + 0 * AT, curve("B"))]
    a, _ = locate(paths, pool([[[1 - share, share], [share, 1 - share]]]))
    assert (a.column[:50] == 60).all()
    assert np.isfinite(a.column[50:]).all() == read
    if read:
        assert (a.column[50:] == 120).all()
        assert a.mass[50:] == pytest.approx(share)


def test_exchanged_paths_are_joined_tracklet_by_tracklet():
    paths = [followed(60 + 0 * AT, curve("A")), followed(120 + 0 * AT, curve("B"))]
    straight, exchanged = [[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]
    a, b = locate(paths, pool([straight, exchanged], (0, 40, ROWS)))
    assert a.column.tolist() == [60.0] * 40 + [120.0] * 60
    assert b.column.tolist() == [120.0] * 40 + [60.0] * 60


def test_a_wrap_count_goes_on_where_paths_are_exchanged():
    """A has wrapped once when it goes on along the path that was decoded for B."""
    specs = [curve("A", wraps=True), curve("B", wraps=True)]
    rising = 60 + 3 * AT  # folds where it passes MARGIN + WIDTH
    other = np.full(ROWS, 60 + 3 * 80.0 - WIDTH)
    paths = [followed(rising, specs[0]), followed(other, specs[1])]
    straight, exchanged = [[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]
    a, _ = locate(paths, pool([straight, exchanged], (0, 80, ROWS)))
    assert np.nanmax(a.column[:80]) > MARGIN + WIDTH
    assert a.column[:80] == pytest.approx(rising[:80])
    assert a.column[80:] == pytest.approx(other[80:] + WIDTH)


def test_where_nothing_is_known_nothing_is_located():
    paths = [followed(np.full(ROWS, np.nan), curve("A", wraps=True))]
    (found,) = locate(paths, pool([[[1.0]]]))
    assert np.isnan(found.column).all()
    assert not found.mass.any()
