"""Retrace: through every pick, along the ink between them, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from benchmark.cases import Case, draw_case
from benchmark.definitions import generated_set
from benchmark.perfect import perfect_evidence
from tests import logs
from tests.panels import MARGIN, curve, evidence, panel, stroke
from veernet.axes import Scale
from veernet.digitise import digitise
from veernet.edits import Samples, apply, edit_from_dict, patched
from veernet.edits.retracer import retracer_of
from veernet.engines import DarknessEngine, load_engine
from veernet.errors import InputError
from veernet.records import Affinity
from veernet.registration import load_registrations
from veernet.scan import open_scan
from veernet.segment import segment
from veernet.synth.curves import Manner
from veernet.trace.kept import BLOCK, EvidenceWriter, KeptEvidence
from veernet.trace.programme import ON, cheapest_path
from veernet.trace.retrace import retrace
from veernet.trace.through import FADE

ROWS = 400
AT = np.arange(ROWS)
MOST_PICKS = 9


def two_crossing():
    """Two like curves that cross at row 200, and their panel and evidence."""
    first, second = 60 + 0.25 * AT, 160 - 0.25 * AT
    one = panel([curve("A"), curve("B")], ROWS)
    return first, second, one, evidence(one, [("solid", first), ("solid", second)])


class TestProgramme:
    def test_a_path_through_its_own_columns_is_the_same(self):
        truth = 60 + 30 * np.sin(AT / 25)
        one = panel([curve()], ROWS)
        ink = evidence(one, [("solid", truth)], noise=30).maps[0]
        none = np.empty((0, ROWS, 2), np.int32)
        free, _, _ = cheapest_path(ink, none)
        through = np.full(ROWS, -9, np.int32)
        through[[0, 150, 399]] = free[[0, 150, 399]]
        held, state, _ = cheapest_path(ink, none, through=through)
        np.testing.assert_array_equal(held, free)
        assert (state == ON).all()

    def test_a_path_is_held_across_blocks_and_wraps(self):
        ink = np.zeros((300, 50), dtype=np.uint8)
        through = np.full(300, -999, np.int32)
        through[[5, 127, 128, 290]] = 70, -20, 49, 0
        none = np.empty((0, 300, 2), np.int32)
        column, state, _ = cheapest_path(ink, none, wraps=(-1, 2), through=through)
        assert column[[5, 127, 128, 290]].tolist() == [70, -20, 49, 0]
        assert (state == ON).all()


class TestPicks:
    def test_ink_is_followed_where_a_person_picks_impossible_values(self):
        """The scale may be wrong, or the ink: what was picked is meant."""
        truth = MARGIN + 50 + 20 * np.sin(AT / 37)  # of 200 columns, 80 below zero
        spec = replace(curve(), scale=Scale("linear", -60, 90))
        one = panel([spec], ROWS)
        picks = [(row, truth[row]) for row in (0, ROWS - 1)]
        found = retrace(one, evidence(one, [("solid", truth)]), "GR", picks)
        np.testing.assert_allclose(found, truth, atol=1.0)

    def test_the_path_passes_exactly_through_every_pick(self):
        truth = 100 + 60 * np.sin(AT / 37)
        one = panel([curve()], ROWS)
        seen = evidence(one, [("solid", truth)], noise=30)
        rng = np.random.default_rng(3)
        rows = np.sort(rng.choice(ROWS, 12, replace=False))
        picks = [(int(r), truth[r] + rng.uniform(-2, 2)) for r in rows]
        found = retrace(one, seen, "GR", picks)
        assert found.size == rows[-1] - rows[0] + 1
        assert found[rows - rows[0]].tolist() == [column for _, column in picks]
        away = np.abs(np.subtract.outer(AT[rows[0] : rows[-1] + 1], rows)).min(axis=1)
        error = np.abs(found - truth[rows[0] : rows[-1] + 1])
        assert error[away > FADE].max() < 0.7

    def test_a_pick_changes_the_path_between_its_neighbours_only(self):
        first, _, one, seen = two_crossing()
        picks = [(r, first[r]) for r in (20, 120, 280, 380)]
        before = retrace(one, seen, "A", picks)
        more = [*picks[:2], (150, first[150] + 9.0), *picks[2:]]
        after = retrace(one, seen, "A", more)
        changed = np.flatnonzero(before != after) + 20
        assert 150 in changed
        assert changed.min() >= 120
        assert changed.max() <= 280

    def test_where_there_is_no_ink_the_path_is_straight(self):
        truth = 60 + 0.3 * AT
        one = panel([curve()], ROWS)
        seen = evidence(one, [("solid", truth)])
        seen.maps[:, 150:250] = 0
        found = retrace(one, seen, "GR", [(10, truth[10]), (390, truth[390])])
        # The last row of ink before a gap is drawn a little to where the path goes on.
        np.testing.assert_allclose(found, truth[10:391], atol=1.5)
        inside = found[150:230]
        np.testing.assert_allclose(np.diff(inside), inside[1] - inside[0])

    def test_a_dash_pattern_is_no_gap(self):
        truth = 100 + 40 * np.sin(AT / 30)
        one = panel([curve(line="short-dash")], ROWS)
        seen = evidence(one, [("short-dash", truth)])
        seen.maps[:, AT % 37 > 25] //= 8
        found = retrace(one, seen, "GR", [(10, truth[10]), (390, truth[390])])
        assert np.abs(found - truth[10:391]).max() < 1.5

    def test_wraps_are_followed_over_the_edge(self):
        unfolded = MARGIN + 150 + 0.45 * AT  # over the right edge at row 111
        folded = MARGIN + np.mod(unfolded - MARGIN, 200)
        one = panel([curve(wraps=True)], ROWS)
        seen = evidence(one, [])
        for row in AT:
            seen.maps[0, row, round(folded[row]) - 1 : int(folded[row]) + 3] = 255
        picks = [(5, unfolded[5]), (395, unfolded[395])]
        found = retrace(one, seen, "GR", picks)
        assert np.abs(found - unfolded[5:396])[2:-2].mean() < 1

    @pytest.mark.parametrize(
        ("picks", "message"),
        [
            ([(3, 50.0)], "two or more"),
            ([(9, 50.0), (9, 60.0)], "must increase, from 0 to 399"),
            ([(9, 50.0), (400, 60.0)], "must increase"),
            ([(9, 50.0), (30, 300.0)], "lies beyond the track of A"),
        ],
    )
    def test_picks_that_make_no_sense_are_refused(self, picks, message):
        _, _, one, seen = two_crossing()
        with pytest.raises(InputError, match=message):
            retrace(one, seen, "A", picks)


class TestSides:
    def test_picks_at_one_side_of_a_stroke_hold_the_path_there(self):
        middle = 100 + 20 * np.sin(AT / 50)
        one = panel([curve()], ROWS)
        seen = evidence(one, [])
        wide, thin = (stroke(middle, one.image.shape, width) for width in (12.0, 2.0))
        seen.maps[0] = np.maximum(wide // 2, thin)
        truth = middle + 4.0
        rows = (40, 60, 80, 300)
        found = retrace(one, seen, "GR", [(r, truth[r]) for r in rows])
        error = np.abs(found - truth[40:301])
        assert error[: 80 - 40 + 1].max() < 1.5
        # Far from another pick the middle of the ink is all that is known.
        assert np.abs(found - middle[40:301])[100:200].max() < 1.0

    def test_picks_at_either_side_move_nothing_between_them(self):
        truth = 100 + 20 * np.sin(AT / 50)
        one = panel([curve()], ROWS)
        seen = evidence(one, [("solid", truth)])
        picks = [(40, truth[40] - 2), (60, truth[60] + 2)]
        found = retrace(one, seen, "GR", picks)
        assert np.abs(found - truth[40:61])[FADE + 1 : -FADE - 1].max() < 0.7


class TestStyle:
    """Ink of a neighbour between picks is left alone, or taken where it is asked."""

    def faint_beside_a_peak(self):
        """Draw a dashed curve, bleached where the peak of a solid one touches it."""
        truth = 70 + 0.05 * AT
        bleached = np.abs(AT - 200) <= 12
        peak = np.where(bleached, truth + 8.0 * (12 - np.abs(AT - 200)), np.nan)
        one = panel([curve("CALI", line="short-dash"), curve("GR")], ROWS)
        seen = evidence(one, [("solid", peak), ("short-dash", truth)])
        seen.maps[1, bleached] //= 10
        return truth, one, seen

    def test_a_faint_stroke_is_not_left_for_the_peak_of_another_style(self):
        truth, one, seen = self.faint_beside_a_peak()
        picks = [(40, truth[40]), (360, truth[360])]
        found = retrace(one, seen, "CALI", picks)
        assert np.abs(found - truth[40:361]).max() < 3

    def test_ink_of_the_picks_counts_whatever_its_style(self):
        truth = 70 + 40 * np.sin(AT / 40)
        one = panel([curve("CALI", line="short-dash"), curve("GR")], ROWS)
        seen = evidence(one, [("solid", truth), ("short-dash", np.full(ROWS, 180.0))])
        found = retrace(one, seen, "CALI", [(20, truth[20]), (380, truth[380])])
        assert np.abs(found - truth[20:381]).max() < 1.5

    def test_another_path_is_offered_and_they_come_round(self):
        first = 100 - 40 * np.clip(np.sin((AT - 100) / 200 * np.pi), 0, None)
        second = 200 - first
        one = panel([curve("A"), curve("B")], ROWS)
        seen = evidence(one, [("solid", first), ("solid", second)])
        picks = [(20, 100.0), (380, 100.0)]
        alternatives = [retrace(one, seen, "A", picks, way=way) for way in range(4)]
        apart = slice(120 - 20, 280 - 20)
        truths = [path[120:280] for path in (first, second)]
        errors = [
            [np.abs(way[apart] - truth).max() for truth in truths]
            for way in alternatives[:2]
        ]
        assert sorted(np.argmin(errors, axis=1).tolist()) == [0, 1]
        assert max(min(pair) for pair in errors) < 1.5
        np.testing.assert_allclose(alternatives[2], 100.0)
        np.testing.assert_array_equal(alternatives[3], alternatives[0])


class TestCrossings:
    """Curves that were exchanged between two meetings are mended by a pick."""

    def test_one_pick_tells_two_like_curves_apart(self):
        first, second = 108 + 60 * np.cos(AT / 64), 108 - 20 * np.cos(AT / 64)
        one = panel([curve("A"), curve("B")], ROWS)
        seen = evidence(one, [("solid", first), ("solid", second)])
        swapped = (AT > 100) & (AT <= 301)
        readings = {
            "A": np.where(swapped, second, first),
            "B": np.where(swapped, first, second),
        }
        picks = [(10, first[10]), (200, first[200]), (390, first[390])]
        found = retrace(one, seen, "A", picks, readings)
        assert np.abs(found - first[10:391]).mean() < 0.5
        assert np.abs(found - first[10:391]).max() < 4

    def test_nine_picks_bring_generated_crossings_to_a_pixel(self):
        last = []
        for index in range(6):
            case = crossing_case(index)
            last += [mended(case, perfect_evidence(case), *f) for f in faults(case)]
        assert len(last) >= 20
        assert max(error for error, _ in last) <= 1.0
        assert np.mean([picks for _, picks in last]) < 4

    def test_so_does_the_release_network(self):
        case = crossing_case(0)
        seen = segment(case.panel, load_engine())
        last = [mended(case, seen, *fault) for fault in faults(case)]
        assert len(last) >= 2
        assert max(error for error, _ in last) <= 1.0


def crossing_case(index: int) -> Case:
    """Draw a print on which two curves or more cross, without damage."""
    manner = Manner(samples_per_foot=(2.0, 4.0), real_share=0.0, spiky=0.0, wrap=0.3)
    recipe = generated_set("crossing").recipes[index % 2]
    scanner = replace(recipe.scanner, bilevel=0.0, severity=0.0)
    recipe = replace(
        recipe,
        rows_per_foot=(8.0, 12.0),
        relation=("crossing", "free")[index // 2 % 2],
        manner=replace(manner, beside=0.4, cross=0.3, coincide=0.0),
        scanner=scanner,
        clutter=0.0,
    )
    return draw_case(recipe, index, 3, "validation")


def truth_of(case: Case) -> dict[str, np.ndarray]:
    """By mnemonic, (rows,) unfolded columns of the panel."""
    left, right = case.edges
    found = {}
    for k, spec in enumerate(case.panel.curves):
        low, high = case.panel.edges_of(spec.mnemonic)
        share = (case.strip.columns[k] - left) / (right - left) + case.strip.wraps[k]
        found[spec.mnemonic] = low + share * (high - low)
    return found


def faults(case: Case):
    """Yield curve, other and rows between two meetings, 40 to 200 rows apart."""
    truth = truth_of(case)
    for curve_, other in ((a, b) for a in truth for b in truth if a != b):
        away = truth[curve_] - truth[other]
        meetings = np.flatnonzero(away[1:] * away[:-1] < 0)
        for start, stop in pairwise(meetings):
            inside = slice(max(start - 60, 0), stop + 60)
            drawn = np.isfinite(away[inside]).all()
            if 40 <= stop - start <= 200 and drawn:
                yield curve_, other, int(start), int(stop)


def mended(case: Case, seen, curve_, other, start, stop) -> tuple[float, int]:
    """Exchange two curves between meetings, and pick where it is worst until it fits.

    Returns the mean error in pixels, and how many picks it took.
    """
    truth = truth_of(case)
    readings = {name: column.copy() for name, column in truth.items()}
    exchanged = slice(start + 1, stop + 1)
    readings[curve_][exchanged] = truth[other][exchanged]
    readings[other][exchanged] = truth[curve_][exchanged]
    own = truth[curve_]
    first, last = max(start - 60, 0), min(stop + 60, own.size - 1)
    picks = [(first, own[first]), (last, own[last])]
    while True:
        found = retrace(case.panel, seen, curve_, picks, readings)
        error = np.abs(found - own[first : last + 1])
        if error.mean() <= 1.0 or len(picks) >= MOST_PICKS:
            return float(error.mean()), len(picks)
        worst = first + int(np.argmax(error))
        picks = sorted([*picks, (worst, own[worst])])


class TestKept:
    """Evidence on disk, sliced, and used from columns of the page."""

    @pytest.fixture
    def kept(self, tmp_path):
        """Keep the evidence of a log while it is read."""
        scan_path, registration_path = logs.draw(tmp_path)
        (registration,) = load_registrations(registration_path)
        scan, path = open_scan(scan_path), tmp_path / "seen.npz"
        seen = {}

        def keep(panel_, evidence_):
            seen["panel"], seen["evidence"] = panel_, evidence_
            writer.add(panel_, evidence_)

        with EvidenceWriter(path, registration) as writer:
            result = digitise(scan, registration, DarknessEngine(), keep=keep)
        return KeptEvidence(path), registration, result, seen

    def test_a_slice_is_what_was_seen(self, kept):
        evidence_, registration, _, seen = kept
        assert evidence_.rows_of(0) == (40, 640)
        for rows in ((40, 640), (50, 51), (200, 40 + 2 * BLOCK + 5), (0, 9999)):
            part = evidence_.cut(0, rows, registration)
            first, last = max(rows[0], 40) - 40, min(rows[1], 640) - 40
            inside = slice(first, last + 1)
            np.testing.assert_array_equal(
                part.evidence.maps, seen["evidence"].maps[:, inside]
            )
            assert part.evidence.lines == seen["evidence"].lines
            np.testing.assert_allclose(
                part.panel.edges, seen["panel"].edges[..., inside]
            )
            assert part.panel.row_start == first + 40

    def test_a_stretch_is_traced_again_in_columns_of_the_page(self, kept):
        evidence_, registration, result, _ = kept
        (trace,) = result.traces
        curves = {"GR": Samples.from_trace(trace)}
        broken = {"action": "shift", "curve": "GR", "row0": 200, "row1": 300, "by": -9}
        broken = apply(curves, edit_from_dict(broken), registration).patches
        curves = patched(curves, broken)
        picks = [[190, trace.column[150]], [250, trace.column[210]]]
        picks.append([310, trace.column[270]])
        reported = {"action": "retrace", "curve": "GR", "picks": picks}
        retracer = retracer_of(evidence_, curves, registration)
        applied = apply(curves, edit_from_dict(reported), registration, retracer)
        found = patched(curves, applied.patches)["GR"]
        np.testing.assert_allclose(found.column, trace.column, atol=0.5)
        np.testing.assert_array_equal(found.column[:150], trace.column[:150])
        np.testing.assert_array_equal(found.column[271:], trace.column[271:])
        assert found.column[[150, 210, 270]].tolist() == [c for _, c in picks]

    def test_rows_without_evidence_are_refused(self, kept):
        evidence_, registration, result, _ = kept
        curves = {"GR": Samples.from_trace(result.traces[0])}
        follow = retracer_of(evidence_, curves, registration)
        with pytest.raises(InputError, match="evidence is kept of rows 40 to 640"):
            follow("GR", ((30.0, 100.0), (50.0, 100.0)), 0)
        with pytest.raises(InputError, match="'X' is not in"):
            follow("X", ((50.0, 100.0), (60.0, 100.0)), 0)

    def test_a_pick_beyond_the_track_is_told_in_columns_of_the_page(self, kept):
        evidence_, registration, result, _ = kept
        curves = {"GR": Samples.from_trace(result.traces[0])}
        reported = {"action": "retrace", "curve": "GR", "picks": [[50, 310], [60, 100]]}
        retracer = retracer_of(evidence_, curves, registration)
        with pytest.raises(InputError, match=r"row 50: column 310.0 of GR lies beyond"):
            apply(curves, edit_from_dict(reported), registration, retracer)

    def test_colour_is_kept_with_its_picture(self, kept, tmp_path):
        _, registration, _, seen = kept
        panel_, evidence_ = seen["panel"], seen["evidence"]
        rng = np.random.default_rng(0)
        tint = rng.integers(0, 9, panel_.image.shape, dtype=np.uint8)
        weight = rng.integers(0, 255, (1, 256), dtype=np.uint8)
        centre = rng.integers(0, 255, panel_.image.shape, dtype=np.uint8)
        coloured = replace(evidence_, centre=centre, affinity=Affinity(tint, weight))
        path = tmp_path / "colour.npz"
        with EvidenceWriter(path, registration) as writer:
            writer.add(panel_, coloured)
        part = KeptEvidence(path).cut(0, (140, 240), registration)
        np.testing.assert_array_equal(part.panel.image, panel_.image[100:201])
        np.testing.assert_array_equal(part.evidence.centre, centre[100:201])
        np.testing.assert_array_equal(part.evidence.affinity.tint, tint[100:201])
        np.testing.assert_array_equal(part.evidence.affinity.weight, weight)

    def test_what_is_no_evidence_is_refused(self, tmp_path):
        path = tmp_path / "seen.npz"
        with pytest.raises(InputError, match="holds no evidence"):
            KeptEvidence(path)
        path.write_bytes(b"PK\x03\x04 nothing")
        with pytest.raises(InputError, match="holds no evidence"):
            KeptEvidence(path)
        np.savez(path, a=np.zeros(3))
        with pytest.raises(InputError, match="holds no evidence"):
            KeptEvidence(path)

    def test_a_failed_reading_leaves_no_file(self, kept, tmp_path):
        _, registration, _, seen = kept
        path = tmp_path / "half.npz"

        def fail() -> None:
            with EvidenceWriter(path, registration) as writer:
                writer.add(seen["panel"], seen["evidence"])
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fail()
        assert not path.exists()
        assert not list(tmp_path.glob(".veernet-*"))
