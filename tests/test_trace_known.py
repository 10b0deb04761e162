"""A stretch that is read anew is bounded by what stands around it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.panels import MARGIN, curve, evidence, panel
from veernet.edits import Samples, kept_around
from veernet.records import ORIGINS
from veernet.trace import follow_paths, name_curves
from veernet.trace.corridors import keep_beside
from veernet.trace.programme import Costs

ROWS = 700
at = np.arange(float(ROWS))
LEFT = MARGIN + 60 + 6 * np.sin(at / 20)
RIGHT = MARGIN + 140 + 6 * np.cos(at / 17)
ANEW = slice(250, 450)


def around(columns):
    known = columns.copy()
    known[ANEW] = np.nan
    return known


def read(specs, drawn, known):
    one = panel(specs, ROWS)
    seen = evidence(one, [("solid", columns) for columns in drawn])
    (paths,) = name_curves([follow_paths(one, seen, Costs(), known)])
    return [path.column for path in paths]


@pytest.mark.parametrize(("first", "second"), [(LEFT, RIGHT), (RIGHT, LEFT)])
def test_like_curves_have_the_names_that_they_have_around_the_stretch(first, second):
    """By themselves they are named from left to right, whatever the rest of the log."""
    known = {"A": around(first), "B": around(second)}
    a, b = read([curve("A"), curve("B")], [LEFT, RIGHT], known)
    np.testing.assert_allclose(a[ANEW], first[ANEW], atol=1.5)
    np.testing.assert_allclose(b[ANEW], second[ANEW], atol=1.5)


def test_ink_beside_what_a_person_has_set_is_not_given_to_another():
    """B is set by hand, a few columns beside its ink; A has the other stroke."""
    nowhere = np.full(ROWS, np.nan)
    specs = [curve("A"), curve("B")]
    a, b = read(specs, [LEFT, RIGHT], {"A": nowhere, "B": LEFT + 5})
    np.testing.assert_allclose(a, RIGHT, atol=1.5)
    np.testing.assert_allclose(b, LEFT, atol=1.5)


def test_evidence_is_kept_beside_the_known_column_alone_and_across_an_edge():
    one = np.full((3, 100), 9, dtype=np.uint8)
    keep_beside(one, np.array([np.nan, 50.0, 1.0]), 4, True)
    assert one[0].all()
    assert np.flatnonzero(one[1]).tolist() == list(range(46, 55))
    assert np.flatnonzero(one[2]).tolist() == [*range(6), 97, 98, 99]


def test_what_a_person_has_set_in_the_stretch_stands():
    origin = np.full(10, ORIGINS.index("auto"), dtype=np.uint8)
    origin[4] = ORIGINS.index("manual")
    reviewed = np.zeros(10, dtype=bool)
    reviewed[5] = True
    samples = Samples(100, np.arange(10.0), np.ones(10), origin, reviewed)
    (kept,) = kept_around({"A": samples}, (102, 107))
    assert np.flatnonzero(np.isnan(kept.column)).tolist() == [2, 3, 6, 7]
    (anew,) = kept_around({"A": samples}, (102, 107), replace_manual=True)
    assert np.flatnonzero(np.isnan(anew.column)).tolist() == [2, 3, 4, 5, 6, 7]
