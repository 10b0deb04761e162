"""The sets of the benchmark: how they are defined, compared, kept and written."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark import agreement, speed
from benchmark.definitions import (
    GeneratedSet,
    IdentitySet,
    PairedCurve,
    PairSet,
    generated_set,
    read_definitions,
    recipe_from,
)
from benchmark.methods import (
    OURS,
    Reading,
)
from benchmark.plots import score_plot
from benchmark.real import Section, place
from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.errors import InputError
from veernet.records import CurveSpec, Registration, Track
from veernet.registration import load_registrations
from veernet.synth.degrade import Scanner


def section(value, *, rows=2001, per_foot=10.0, scale=None, top=1000.0, name="GR"):
    """Make a section in which a function of depth was read, by this tool alone."""
    scale = scale or Scale("linear", 0.0, 150.0)
    track = Track(
        "T1",
        Edge((0.0,), (100.0,)),
        Edge((0.0,), (600.0,)),
        (CurveSpec(name, "", scale),),
    )
    points = (DepthPoint(0, top), DepthPoint(rows - 1, top + (rows - 1) / per_foot))
    registration = Registration("main", DepthAxis("ft", points), (track,))
    made = Section(registration, {})
    fraction = scale.fraction_at(value(made.depth))
    return Section(registration, {OURS: as_readings({name: 100.0 + 500.0 * fraction})})


def as_readings(columns):
    return {name: Reading.without_confidence(c) for name, c in columns.items()}


def wavy(depth):
    return 75 + 40 * np.sin(depth / 3.0) + 20 * np.sin(depth / 7.7)


def pair_of(offset=2.0, **curve):
    return PairSet(
        name="pair",
        about="",
        first="",
        second="",
        offset=offset,
        curves=(PairedCurve("GR", **curve),),
    )


class TestAgreement:
    def test_one_offset_is_found_and_taken_out(self):
        first, second = section(wavy), section(lambda depth: wavy(depth - 1.3))
        (found,) = agreement.agreements(pair_of(), first, second)
        assert found.offset == pytest.approx(1.3)
        assert found.median == pytest.approx(0, abs=1e-3)
        assert found.both == pytest.approx(1.0)
        assert found.depth_bias == pytest.approx(0, abs=0.051)

    def test_an_offset_beyond_the_reach_stays(self):
        first, second = section(wavy), section(lambda depth: wavy(depth - 1.3))
        (found,) = agreement.agreements(pair_of(offset=0.5), first, second)
        assert found.offset == pytest.approx(0.5)
        assert found.depth_bias == pytest.approx(0.8, abs=0.051)
        # Once each window is shifted, nothing is left.
        assert found.aligned < 1e-3 < found.median

    def test_a_bias_is_a_fraction_of_the_track(self):
        first, second = section(wavy), section(lambda depth: wavy(depth) + 3.0)
        (found,) = agreement.agreements(pair_of(offset=0.0), first, second)
        assert found.bias == pytest.approx(0.02)
        assert found.median == pytest.approx(0.02)
        assert found.median_px == pytest.approx(10)
        assert found.scatter == pytest.approx(0, abs=1e-9)

    def test_prints_at_two_scales_and_on_two_kinds_of_scale_are_one_curve(self):
        log = Scale("log", 2.0, 200.0)
        first = section(wavy, scale=log)
        second = section(wavy, rows=401, per_foot=2.0)
        (found,) = agreement.agreements(pair_of(), first, second)
        assert found.offset == pytest.approx(0)
        assert found.median < 0.01

    def test_the_share_that_both_read_is_of_all_depths(self):
        def broken(depth):
            return np.where((depth > 1050) & (depth < 1100), np.nan, wavy(depth))

        given = pair_of(offset=0.0)
        (found,) = agreement.agreements(given, section(wavy), section(broken))
        assert found.both == pytest.approx(0.75, abs=0.01)
        given = pair_of(offset=0.0, start=1110.0, stop=1190.0)
        (found,) = agreement.agreements(given, section(wavy), section(broken))
        assert (found.both, found.depths) == (1.0, 161)

    def test_what_is_read_from_another_curves_ink_is_counted(self):
        made = section(wavy)
        column = made.readings[OURS]["GR"].column
        track = made.registration.tracks[0]
        both = replace(
            track, curves=(*track.curves, replace(track.curves[0], mnemonic="SP"))
        )
        other = np.where(np.arange(column.size) % 4 == 0, column + 2.0, column + 50.0)
        twin = Section(
            replace(made.registration, tracks=(both,)),
            {OURS: as_readings({"GR": column, "SP": other})},
        )
        assert twin.same_ink(OURS, "GR") == pytest.approx(0.25, abs=0.01)
        assert made.same_ink(OURS, "GR") == 0.0

    def test_a_curve_that_fits_nowhere_does_not_move_the_offset(self):
        rng = np.random.default_rng(0)
        noise = rng.uniform(0, 1, (2, 2001))
        depth = np.arange(2001) / 10.0
        at = np.arange(10.0, 190.0, 0.5)
        value = wavy(depth) / 150
        good = agreement._Pair(depth, value, depth + 0.7, value)
        bad = agreement._Pair(depth, noise[0], depth, noise[1])
        found = agreement.find_offset([good, bad, bad], [at] * 3, 2.0)
        assert found == pytest.approx(0.7)

    def test_nothing_read_is_no_agreement(self):
        blank = section(lambda depth: np.full(depth.size, np.nan))
        (found,) = agreement.agreements(pair_of(), section(wavy), blank)
        assert (found.both, found.median, found.windows) == (0.0, None, 0)

    def test_an_identity_is_judged_where_the_source_is_below_its_limit(self):
        track = Track(
            "T1",
            Edge((0.0,), (0.0,)),
            Edge((0.0,), (400.0,)),
            (
                CurveSpec("DT", "", Scale("linear", 140.0, 40.0)),
                CurveSpec("SPOR", "", Scale("linear", 30.0, -10.0)),
            ),
        )
        points = (DepthPoint(0, 0), DepthPoint(99, 99))
        registration = Registration("main", DepthAxis("ft", points), (track,))
        transit = np.linspace(50, 100, 100)
        porosity = 0.7 * (transit - 47.6) + 0.2
        porosity[:10] = np.nan
        made = Section(
            registration,
            {
                OURS: as_readings(
                    {"DT": (140 - transit) * 4.0, "SPOR": (30 - porosity) * 10.0}
                )
            },
        )
        given = IdentitySet(
            name="i",
            about="",
            registration="",
            source="DT",
            result="SPOR",
            below=88.0,
            offset=47.6,
            factor=0.7,
        )
        (found,) = agreement.identities(given, made)
        shown = int(np.sum(transit < 88))
        assert found.shown == shown
        assert found.both == pytest.approx((shown - 10) / shown)
        assert found.median == pytest.approx(0.2)
        assert found.median_px == pytest.approx(2.0)
        # Without a limit every row counts.
        (found,) = agreement.identities(replace(given, below=None), made)
        assert (found.shown, found.both) == (100, pytest.approx(0.9))


class TestPlots:
    def test_a_plot_is_scored_at_its_samples(self):
        made = section(wavy, rows=501, top=0.0)
        depth = np.arange(0.0, 50.01, 0.5)
        truth = pd.DataFrame({"DEPT": depth, "GR": wavy(depth) + 3.0})
        truth.loc[10:19, "GR"] = np.nan
        (found,) = score_plot("plots", "page", made, truth)
        assert (found.rows, found.off_scale) == (depth.size - 10, 10)
        # 3 of 150 units, in a track of 500 columns.
        assert found.read.mae_px == pytest.approx(10.0)
        assert found.read.bias_px == pytest.approx(-10.0)


class TestDefinitions:
    def test_the_sets_of_the_issue_are_there_and_nothing_trains_on_them(self):
        found = {each.name: each for each in read_definitions()}
        drawn = [s for s in found.values() if isinstance(s, GeneratedSet)]
        assert {"separate", "crossing", "many", "degraded", "wraps"} <= set(found)
        assert {s.stream for s in drawn} == {"test"}
        assert {r.tilt for s in drawn for r in s.recipes} == {0.0}
        assert all(r.whole_track for s in drawn for r in s.recipes)
        assert len([s for s in found.values() if isinstance(s, PairSet)]) >= 9

    def test_half_of_the_crossing_curves_are_solid(self):
        recipes = generated_set("crossing").recipes
        assert sum(r.lines == ("solid", "solid") for r in recipes) * 2 == len(recipes)
        assert all(len(set(r.lines)) == 1 for r in recipes)

    def test_lists_become_tuples_and_parts_their_classes(self):
        made = recipe_from({"curves": [2, 3], "scanner": {"severity": 0.5}})
        assert made.curves == (2, 3)
        assert made.scanner == Scanner(severity=0.5)

    @pytest.mark.parametrize(
        ("text", "match"),
        [
            ("generated: [{name: a, about: '', count: 1}]", "set 'a' of generated"),
            (
                "plots: [&a {name: a, about: '', files: []}, *a]",
                "a: each set needs a name",
            ),
            (
                "plots: [{name: a, about: '', files: [], bars: [{figure: x}]}]",
                "at_most",
            ),
            (
                "plots: [{name: a, about: '', files: [], bar: []}]",
                "set 'a' of plots: bar: not known: use about, bars",
            ),
            ("plot: []", "plot: not known: use all_pairs, engines, generated"),
            (
                "plots: [{name: a, about: '', files: [], "
                "bars: [{figure: mae_px, at_most: 1, group: dots}]}]",
                "group 'dots' is not known",
            ),
            (
                "plots: [{name: a, about: '', files: [], "
                "bars: [{figure: mae_px, at_most: 1, where: {cases: c01}}]}]",
                "cases: curves are chosen by case",
            ),
        ],
    )
    def test_a_broken_definition_is_refused(self, tmp_path, text, match):
        path = tmp_path / "sets.yaml"
        path.write_text(f"strip: {{}}\n{text}\n")
        with pytest.raises(InputError, match=match):
            read_definitions(path)

    def test_the_repeat_section_registers_the_curves_that_are_compared(self):
        (registration,) = load_registrations(place("own:273101-repeat.yaml", Path()))
        names = {c.mnemonic for t in registration.tracks for c in t.curves}
        assert {"GR", "DT"} <= names
        # 10.15 rows a foot, as in the main section.
        assert np.ptp(registration.depth.rows) / np.ptp(
            registration.depth.depths
        ) == pytest.approx(10.15, abs=0.01)
        assert registration.well == {}


class TestSpeed:
    def test_the_top_part_keeps_depths_and_a_part_of_the_rows(self):
        (whole,) = load_registrations(place("own:273101-repeat.yaml", Path()))
        part = speed.top_of(whole, 10)
        assert np.ptp(part.depth.rows) * 10 == pytest.approx(np.ptp(whole.depth.rows))
        at = part.depth.rows[-1]
        assert part.depth.depth_at(at) == pytest.approx(whole.depth.depth_at(at))
