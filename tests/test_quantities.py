"""Quantities that are never below zero."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.panels import curve
from veernet.axes import Scale
from veernet.quantities import TOLERANCE, is_impossible


def spec_of(unit, scale):
    return replace(curve("X"), unit=unit, scale=scale)


@pytest.mark.parametrize("unit", ["GAPI", "ohmm", "US / F"])
def test_what_lies_below_zero_is_impossible_whichever_way_the_scale_runs(unit):
    fraction = np.array([[-0.5, -TOLERANCE / 2, 0.0], [0.4, 1.5, np.nan]])
    for scale, at in (
        (Scale("linear", 0, 150), fraction),
        (Scale("linear", 150, 0), 1 - fraction),
    ):
        found = is_impossible(spec_of(unit, scale), at)
        assert found.tolist() == [[True, False, False], [False, False, False]]


def test_other_quantities_may_be_anything_and_logs_are_never_below_zero():
    away = np.array([-3.0, 3.0])
    assert not is_impossible(spec_of("MV", Scale("linear", -80, 20)), away).any()
    assert not is_impossible(spec_of("OHMM", Scale("log", 0.2, 2000)), away).any()
