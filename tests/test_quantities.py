"""Quantities that are never below zero."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.panels import curve, evidence, panel
from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.check.scales import QUANTITIES
from veernet.findings.values import impossible
from veernet.quantities import MUD_LOG, POSITIVE, TOLERANCE, is_impossible
from veernet.records import Registration, Trace, Track
from veernet.trace.corridors import make_corridor


def spec_of(unit, scale):
    return replace(curve("X"), unit=unit, scale=scale)


@pytest.mark.parametrize("unit", ["GAPI", "ohmm", "US / F", "units", "min/ft"])
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
    # A difference of drilling rates, or a correction in units of its own.
    assert not is_impossible(spec_of("FT/HR", Scale("linear", -50, 50)), away).any()
    assert not is_impossible(spec_of("OHMM", Scale("log", 0.2, 2000)), away).any()


@pytest.mark.parametrize("turned", [False, True])
def test_on_a_scale_of_pieces_a_few_columns_beside_zero_are_as_few(turned):
    """Whatever the other pieces span: it is columns that are uncertain."""
    points = (0.0, 0.2, 1.0), (-20.0, 0.0, 2000.0)
    scale = Scale("piecewise", -20.0, 2000.0, *points)
    zero = 0.2
    if turned:
        points = (0.0, 0.8, 1.0), (2000.0, 0.0, -20.0)
        scale = Scale("piecewise", 2000.0, -20.0, *points)
        zero = 0.8
    side = 1 if turned else -1
    at = zero + side * TOLERANCE * np.array([-20, -0.9, 0, 0.9, 1.1, 6])
    found = is_impossible(spec_of("OHMM", scale), at)
    assert found.tolist() == [False, False, False, False, True, True]


@pytest.mark.parametrize("slope", [0.0, 0.1])
@pytest.mark.parametrize("kind", ["linear", "piecewise", "log"])
def test_a_curve_is_sought_where_it_can_be_on_a_turned_page_too(kind, slope):
    scale = {
        "linear": Scale("linear", -60, 20),
        "piecewise": Scale("piecewise", -60, 20, (0, 0.75, 1), (-60, 0, 20)),
        "log": Scale("log", 0.2, 2000),
    }[kind]
    one = panel([spec_of("OHMM", scale)], 100)
    one.edges[:] += slope * np.arange(100)
    corridor = make_corridor(one, evidence(one, []), one.curves[0])
    left, right = one.edges_of("X")
    column = corridor.first[:, None] + np.arange(corridor.width)
    fraction = (column - left[:, None]) / (right - left)[:, None]
    zero = -np.inf if kind == "log" else 0.75
    assert (corridor.damping[(fraction > zero).all(axis=0)] > 0).all()
    assert (
        corridor.damping[(fraction < zero - 1.5 * TOLERANCE).all(axis=0)] == 0
    ).all()


def test_what_is_never_below_zero_is_found_where_it_is():
    """The tracer leaves unread, and findings tell, by one list and one tolerance."""
    for quantity in QUANTITIES:
        for unit, (low, _) in quantity.units.items():
            if quantity.name in {"gamma ray", "transit time", "resistivity"}:
                assert unit in POSITIVE
                assert low >= 0
            else:
                assert unit not in POSITIVE
            assert (unit in MUD_LOG) == (quantity.name in {"gas", "drilling"})


@pytest.mark.parametrize("unit", ["GAPI", "OHMM"])
def test_what_the_tracer_leaves_is_no_finding(unit):
    for share, reported in ((0.9, False), (1.1, True)):
        fraction = -share * TOLERANCE
        spec = spec_of(unit, Scale("linear", 0, 150))
        track = Track("T1", Edge((0,), (0,)), Edge((0,), (200,)), (spec,))
        depth = DepthAxis("ft", (DepthPoint(0, 100), DepthPoint(100, 200)))
        registration = Registration("main", depth, (track,))
        row = np.arange(*registration.row_range)
        column = np.full(row.size, 200 * fraction)
        trace = Trace(
            "X", row, column, np.ones(row.size), np.ones(row.size, dtype=np.uint8)
        )
        assert bool(is_impossible(spec, fraction)) == reported
        assert bool(list(impossible(trace, registration))) == reported
