"""The order of curves that are drawn alike: where they first stand apart."""

from __future__ import annotations

import numpy as np

from veernet.order import LASTING, from_left

AT = np.arange(200.0)


def test_what_comes_after_the_first_rows_apart_does_not_matter():
    left = np.where(AT < 50, 40.0, 160.0)  # crosses, and is right of the other for long
    right = np.where(AT < 50, 60.0, 30.0)
    assert from_left(np.stack([right, left])) == [1, 0]
    assert from_left(np.stack([left, right])) == [0, 1]


def test_rows_in_which_one_is_missing_or_touches_are_passed_over():
    first, second = np.full(200, 40.0), np.full(200, 90.0)
    second[:80] = 43.0  # too near
    first[80:120] = np.nan
    second[120 + LASTING - 1] = 44.0  # not apart for long enough
    first[120 + LASTING :], second[120 + LASTING :] = 100.0, 50.0
    assert from_left(np.stack([first, second])) == [1, 0]


def test_curves_that_are_never_apart_go_by_their_medians_and_unread_ones_last():
    near = np.stack([np.full(200, np.nan), 52.0 + 0 * AT, 50.0 + 0 * AT])
    assert from_left(near) == [2, 1, 0]
    assert from_left(near[:1]) == [0]
