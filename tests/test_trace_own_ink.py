"""The colour of the ink under a path: its own, none, or another curve's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np

from veernet.axes import Floats
from veernet.colour import DECISIVE, NEUTRAL, NO_TINT
from veernet.trace.corridors import Corridor
from veernet.trace.paths import HIDDEN_SHARE, _own_ink

ROWS = 400
PAPER, OWN, OTHER = NO_TINT, 1, 2
WEIGHT = np.zeros(256, dtype=np.uint8)
WEIGHT[[PAPER, OWN, OTHER]] = NEUTRAL, DECISIVE, 0


def own_ink(tint_of_row: Floats, column: Floats) -> Floats:
    """Ask of a stroke at column 20, three columns wide, with a tint in each row."""
    tint = np.full((ROWS, 60), PAPER, dtype=np.uint8)
    tint[:, 19:22] = tint_of_row[:, None]
    corridor = SimpleNamespace(colour=SimpleNamespace(weight=WEIGHT, tint=tint))
    return _own_ink(cast(Corridor, corridor), column)


def stroke(*stretches: tuple[int, int, int]) -> Floats:
    """Return the tint of each row: the curve's own but for some stretches."""
    tints = np.full(ROWS, OWN)
    for start, stop, tint in stretches:
        tints[start:stop] = tint
    return tints


COLUMN = np.full(ROWS, 20.0)


def test_own_ink_and_paper_between_dashes_bear_a_path_out() -> None:
    found = own_ink(stroke((100, 160, PAPER)), COLUMN)
    np.testing.assert_array_equal(found, 1.0)


def test_a_crossing_is_no_doubt_and_a_long_stretch_on_other_ink_is() -> None:
    found = own_ink(stroke((50, 54, OTHER), (100, 400, OTHER)), COLUMN)
    np.testing.assert_array_equal(found[:100], 1.0)
    assert 0.9 * HIDDEN_SHARE < found[110] < HIDDEN_SHARE
    assert found[250] < 0.4
    assert np.all(np.diff(found[103:]) < 0)


def test_a_path_without_any_ink_of_its_own_is_nowhere() -> None:
    column = np.where(np.arange(ROWS) < 200, 20.0, np.nan)
    found = own_ink(stroke((0, ROWS, OTHER)), column)
    np.testing.assert_array_equal(found, np.where(np.isfinite(column), 0.0, 1.0))


def test_without_colour_nothing_is_said() -> None:
    corridor = cast(Corridor, SimpleNamespace(colour=None))
    np.testing.assert_array_equal(_own_ink(corridor, COLUMN), 1.0)
