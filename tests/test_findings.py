"""What a user should look at: a case of each kind, and quiet where nothing is odd."""

from __future__ import annotations

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from tests import logs
from tests.panels import MARGIN, curve, panel, stroke
from tests.paths import WIDTH, followed
from veernet.axes import DepthAxis, DepthPoint, Scale
from veernet.check.finding import MOST_OF_A_KIND, Finding
from veernet.check.scales import possible
from veernet.digitise import digitise
from veernet.engines import DarknessEngine
from veernet.findings import PackedMask, PanelReading, of_traces, sentences
from veernet.findings.curves import of_curve, together, wrap_counts
from veernet.findings.earlier import not_set
from veernet.findings.jumps import jumps
from veernet.findings.panels import of_panel
from veernet.findings.strokes import LEAST_ROWS, free_strokes
from veernet.findings.styles import odd_styles
from veernet.findings.unlike import unlike
from veernet.findings.values import impossible
from veernet.records import ORIGINS, CurveSpec, Evidence, Guess, Scan, Trace, TracedPath
from veernet.registration import load_registrations
from veernet.scan import open_scan

ROWS = 400
AT = np.arange(float(ROWS))
SWING = 60 + 30 * np.sin(AT / 25)
AUTO, NONE = ORIGINS.index("auto"), ORIGINS.index("none")


@pytest.fixture
def log(tmp_path):
    scan, registration = logs.draw(tmp_path)
    return open_scan(scan), load_registrations(registration)[0]


def mask(ink):
    return PackedMask(np.packbits(ink, axis=1), ink.shape[1])


def inked(*columns):
    """Return a panel's mask of strokes at columns."""
    shape = (ROWS, WIDTH + 2 * MARGIN + 1)
    ink = np.zeros(shape, dtype=bool)
    for column in columns:
        ink |= stroke(column, shape) > 127
    return ink


def read(columns, ink, *, dark=None, specs=None, paths=()):
    """Return a panel of which curves A, B, ... were read at columns."""
    specs = specs or [curve(name) for name in "ABC"[: len(columns)]]
    found = tuple(
        TracedPath(
            spec.mnemonic,
            column,
            0.9 * np.isfinite(column),
            np.where(np.isfinite(column), AUTO, NONE).astype(np.uint8),
        )
        for spec, column in zip(specs, columns, strict=True)
    )
    sheet = panel(specs, ROWS, WIDTH).without_picture()
    seen = mask(ink)
    return PanelReading(sheet, seen, seen if dark is None else mask(dark), found, paths)


def test_rows_between_two_strips_are_nothing_to_look_at(log):
    _, registration = log
    name = registration.tracks[0].curves[0].mnemonic
    rows = np.arange(1000)
    column = np.full(rows.size, registration.tracks[0].left.columns[0] + 20)
    column[295:702] = np.nan
    origin = np.where(np.isnan(column), NONE, AUTO).astype(np.uint8)
    trace = Trace(name, rows, column, 0.9 * (origin == AUTO), origin)
    points = [DepthPoint(0, 100), DepthPoint(300, 130), DepthPoint(700, 170)]
    points.append(DepthPoint(999, 200))
    whole = replace(registration, depth=DepthAxis("ft", tuple(points)))
    (unread,) = of_traces([trace], whole)
    assert (unread.kind, unread.rows) == ("unread", (295, 701))
    points[1] = replace(points[1], gap=True)
    parted = replace(registration, depth=DepthAxis("ft", tuple(points)))
    assert of_traces([trace], parted) == []
    # More of it is unread than the end of a strip.
    column[150:295] = np.nan
    (unread,) = of_traces([trace], parted)
    assert unread.rows == (150, 701)


def test_masks_come_back_as_they_were():
    ink = np.random.default_rng(1).random((5000, 37)) < 0.3
    maps = np.stack([ink * np.uint8(100), ink * np.uint8(60)])
    kept = PackedMask.of_ink(Evidence(maps, (("solid",), ("dot",))))
    np.testing.assert_array_equal(np.concatenate([b for _, b in kept.bands()]), ink)
    np.testing.assert_array_equal(kept.rows(4090, 4100), ink[4090:4100])
    sheet = replace(panel([curve()], 5000, 20), image=np.where(ink, 90, 200))
    np.testing.assert_array_equal(PackedMask.of_dark(sheet).rows(0, 5000), ink)


class TestFreeStrokes:
    def test_an_unlisted_curve_is_told_with_its_rows_and_columns(self, log):
        scan, registration = log
        image = scan.read(0, scan.info.rows).copy()
        rows = np.arange(140, 441)
        columns = 240 + 25 * np.sin(rows / 30)
        points = np.round(np.stack([columns, rows], axis=1) * 16).astype(np.int32)
        cv2.polylines(image, [points[:, None]], False, 0, 2, cv2.LINE_AA, shift=4)
        result = digitise(Scan.from_array(image), registration, DarknessEngine())
        (finding,) = (f for f in result.findings if f.kind == "free-stroke")
        assert finding.rows == pytest.approx((140, 440), abs=12)
        assert finding.depths == pytest.approx((1010, 1040), abs=1.2)
        assert finding.columns == pytest.approx((215, 265), abs=5)
        assert "list it if it is a curve" in finding.text

    def test_the_ink_of_curves_that_were_read_is_not_free(self, log):
        findings = digitise(*log, DarknessEngine()).findings
        assert [f.text for f in findings] == ["scan: the file states no resolution"]

    def test_a_stroke_of_an_unread_curve_names_it(self):
        unread = np.where(AT < 150, SWING, np.nan)
        (stroke,) = free_strokes(read([unread], inked(SWING)))
        assert stroke.rows == pytest.approx((150, ROWS), abs=6)
        np.testing.assert_allclose(stroke.column, SWING[stroke.row], atol=1.5)

    def test_what_is_no_curve_is_not_told(self):
        own = 160 + 5 * np.sin(AT / 9)
        line = np.full(ROWS, 40.0)
        two_lines = np.where(AT % 100 < 50, 40.0, 52.0)
        arrow = np.where((AT > 100) & (AT < 180), 30 + 0.7 * (AT - 100), np.nan)
        short = np.where(AT < LEAST_ROWS - 2, SWING, np.nan)
        for other in (line, two_lines, arrow, short):
            assert free_strokes(read([own], inked(own, other))) == []
        fill = inked(own)
        fill[100:300, 30:90] = True
        assert free_strokes(read([own], fill)) == []

    def test_a_stroke_that_another_curve_crosses_is_one(self):
        crossing = 60 + 0.1 * AT
        (stroke,) = free_strokes(read([crossing], inked(crossing, SWING)))
        assert stroke.rows == pytest.approx((0, ROWS), abs=12)

    def test_two_curves_on_one_stroke_beside_a_free_one(self, log):
        other = 140 + 20 * np.sin(AT / 20)
        shared = np.where((AT >= 100) & (AT < 250), SWING, other)
        reading = read([SWING, shared], inked(SWING, other))
        registration = replace(log[1], tracks=reading.sheet.tracks)
        found = list(of_panel(reading, registration))
        (finding,) = (f for f in found if f.kind == "one-stroke")
        assert {f.kind for f in found} == {"one-stroke", "jump"}
        assert finding.curves == ("A", "B")
        assert finding.rows == pytest.approx((100, 249), abs=6)
        # Where both strokes have a curve nothing is odd, and where there is but one.
        both = read([SWING, other], inked(SWING, other))
        one = read([SWING, SWING], inked(SWING))
        for quiet in (both, one):
            assert list(of_panel(quiet, registration)) == []


class TestJumps:
    STEP = np.where(AT < 200, 60.0, 150.0)

    def test_a_move_across_paper_is_told(self):
        upper = np.where(AT < 220, 60.0, np.nan)
        lower = np.where(AT > 180, 150.0, np.nan)
        (jump,) = jumps(read([self.STEP], inked(upper, lower)))
        assert (jump.curve, jump.start, jump.stop, jump.move) == (0, 199, 200, 90.0)

    def test_and_so_across_unread_rows(self):
        gap = np.where((AT >= 190) & (AT < 210), np.nan, self.STEP)
        (jump,) = jumps(read([gap], inked(gap)))
        assert (jump.start, jump.stop) == (189, 210)

    def test_a_move_along_ink_is_none(self):
        assert list(jumps(read([self.STEP], inked(self.STEP)))) == []
        # Nor is one along ink that the network does not see.
        upper, lower = (np.where(w, self.STEP, np.nan) for w in (AT < 200, AT >= 200))
        parts = inked(upper) | inked(lower)
        dark = inked(self.STEP)
        assert list(jumps(read([self.STEP], parts, dark=dark))) == []

    def test_lost_parts_of_spikes_and_of_fast_strokes_are_none(self):
        spike = np.where((AT >= 200) & (AT < 204), 150.0, 60.0)
        fast = np.interp(AT, [0, 196, 199, 200, 203, 399], [60, 60, 90, 130, 160, 160])
        for column in (spike, fast):
            assert list(jumps(read([column], inked(np.full(ROWS, np.nan))))) == []


class TestStyles:
    """A is registered as one kind and drawn as the other from row 50 to 350."""

    @staticmethod
    def reading(line, ink, called):
        spec = curve("A", line)
        path = followed(SWING, spec, ink=ink)
        other = "long-dash" if line == "solid" else "solid"
        given = {line: np.log(called), other: np.log(1.02 - called)}
        path = replace(path, called=given)
        return read([SWING], inked(SWING), specs=[spec], paths=[path])

    SEEN = np.where((AT >= 50) & (AT < 350), 0.05, 0.95)
    DASHED = ((AT % 20) < 12).astype(float)

    def test_dashes_where_solid_is_registered(self):
        ink = np.where((AT >= 50) & (AT < 350), self.DASHED, 1.0)
        (odd,) = odd_styles(self.reading("solid", ink, self.SEEN))
        assert (odd.start, odd.stop) == pytest.approx((50, 350), abs=50)
        assert odd.posterior > 0.9

    def test_solid_where_dashes_are_registered(self):
        ink = np.where((AT >= 50) & (AT < 350), 1.0, self.DASHED)
        (odd,) = odd_styles(self.reading("long-dash", ink, self.SEEN))
        assert (odd.start, odd.stop) == pytest.approx((50, 350), abs=50)

    def test_the_network_alone_and_the_dashes_alone_are_not_believed(self):
        certain = np.full(ROWS, 0.95)
        for line, ink in (("solid", np.ones(ROWS)), ("long-dash", self.DASHED)):
            assert list(odd_styles(self.reading(line, ink, self.SEEN))) == []
            assert list(odd_styles(self.reading(line, 1 - ink, certain))) == []


class TestCurves:
    def test_many_gaps_are_counted_when_printed(self, log):
        row = np.arange(40, 641)
        column = np.where((row - 40) % 110 < 95, np.nan, 100.0)
        read = np.isfinite(column)
        trace = Trace("GR", row, column, read * 0.9, read.astype(np.uint8))
        found = list(of_curve(trace, log[1]))
        assert [f.kind for f in found] == ["unread"] * 5
        assert found[0].text == "GR: unread from 1000.0 to 1009.4 ft"
        assert found[0].rows == (40, 134)
        assert found[0].depths == (1000.0, 1009.4)
        assert sentences(found)[MOST_OF_A_KIND:] == (
            "2 more unread stretches: the audit trail lists all",
        )

    def test_a_curve_that_is_hardly_read_is_perhaps_not_drawn(self, log):
        row = np.arange(40, 641)
        column = np.where(row < 50, 100.0, np.nan)
        trace = Trace("GR", row, column, 0.9 * (row < 50), (row < 50).astype(np.uint8))
        (finding,) = of_curve(trace, log[1])
        assert finding.kind == "undrawn"
        assert finding.text.startswith("GR: read in 1.7% of its rows: check its track")

    @pytest.mark.parametrize("share", [0.6, 0.99])
    def test_a_curve_that_is_off_scale_for_most_of_its_rows_is_told_first(
        self, log, share
    ):
        row = np.arange(40, 641)
        off = row < 40 + share * row.size
        column = np.where(off, np.nan, 100.0)
        origin = np.where(off, ORIGINS.index("off-left"), ORIGINS.index("auto"))
        trace = Trace("GR", row, column, 0.9 * ~off, origin.astype(np.uint8))
        first, second = of_curve(trace, log[1])
        assert (first.kind, second.kind) == ("off-scale", "off-scale")
        assert first.text.startswith(f"GR: {share:.0%} of its rows count as OFF SCALE")
        assert first.weight > second.weight

    def test_the_gaps_of_a_stretch_that_is_read_alone_are_told(self, log):
        row = np.arange(40, 641)
        column = np.where(row < 300, np.nan, 100.0)
        read = np.isfinite(column)
        trace = Trace("GR", row, column, read * 0.9, read.astype(np.uint8))
        found = of_traces([trace], log[1])
        assert [f.kind for f in found] == ["unread"]
        assert list(not_set(found, {})) == found

    def test_unlike_curves_on_one_ink_for_long_are_told(self, log):
        _, registration = log
        (track,) = registration.tracks
        gamma = track.curves[0]
        caliper = replace(gamma, mnemonic="CALI", unit="IN")
        row = np.arange(40, 641)
        sure = np.ones(row.size)
        column = 100.0 + 20 * np.sin(row / 30)
        # A caliper that crosses the gamma ray, then is lost on it for 300 rows.
        lost = (row >= 300) & (row < 600)
        other = np.where(lost, column, 160.0 - row / 10)
        traces = [
            Trace(name, row, at, sure, sure.astype(np.uint8))
            for name, at in (("GR", column), ("CALI", other))
        ]
        both = replace(registration, tracks=(replace(track, curves=(gamma, caliper)),))
        (finding,) = unlike(traces, both)
        assert finding.curves == ("GR", "CALI")
        assert finding.rows == pytest.approx((300, 599), abs=4)
        assert "cannot run together so long" in finding.text
        # Two gamma rays may.
        like = replace(caliper, unit=gamma.unit)
        both = replace(registration, tracks=(replace(track, curves=(gamma, like)),))
        assert list(unlike(traces, both)) == []

    def test_an_array_on_the_same_ink_is_one_finding(self, log):
        _, registration = log
        row = np.arange(40, 641)
        certain = np.ones(row.size)
        names = ("AT10", "AT30", "AT90")
        (track,) = registration.tracks
        curves = tuple(replace(track.curves[0], mnemonic=name) for name in names)
        array = replace(registration, tracks=(replace(track, curves=curves),))
        apart = np.where(row < 490, 0.0, 40.0)  # for a quarter of the rows
        traces = [
            Trace(name, row, 100.0 + 0 * row + away, certain, certain.astype(np.uint8))
            for name, away in zip(names, (0.0, 1.0, 0.2 * apart), strict=True)
        ]
        (finding,) = together(traces, array)
        assert finding.curves == names
        assert finding.text == (
            "AT10, AT30 and AT90 are read from the same ink in 75% to 100% of the "
            "rows: are all drawn there?"
        )
        # Rows that another tool has cut from one of them are none in common.
        first, *others = traces
        cut = {n: getattr(first, n)[:-9] for n in ("row", "column", "confidence")}
        cut["origin"] = first.origin[:-9]
        (short,) = together([replace(first, **cut), *others], array)
        assert short.curves == names
        traces[2] = replace(traces[2], column=200.0 + apart)
        (finding,) = together(traces, array)
        assert finding.text.startswith("AT10 and AT30 are read from the same ink in")

    def test_a_guessed_wrap_count_is_told_with_its_rows(self, log):
        _, registration = log
        (track,) = registration.tracks
        wrapping = replace(track, curves=(replace(track.curves[0], wraps=True),))
        registration = replace(registration, tracks=(wrapping,))
        row = np.arange(40, 641)
        trace = Trace("GR", row, 0.0 * row + 100, 0.9 + 0 * row, np.ones(601, np.uint8))
        guesses = [
            Guess(100, 120, 0.7, 0.6),
            Guess(300, 310, 0.97, 0.6),  # hangs on the one above
            Guess(400, 410, 0.8, 0.95),  # but its level tells
            Guess(500, 520, 0.8, 0.7),
        ]
        first, second = wrap_counts(trace, guesses, registration)
        assert (first.rows, second.rows) == ((140, 160), (540, 560))
        assert first.weight == pytest.approx(0.4 * 400)
        assert "the wrap count below 1012.0 ft is a guess (right with 0.60)" in (
            first.text
        )
        # Most rows in another wrap than the first: the first may be wrong.
        column = np.where(row < 60, 100.0, 380.0)
        (finding,) = wrap_counts(replace(trace, column=column), (), registration)
        assert "97% of its rows are read in wrap 1, and the first in wrap 0" in (
            finding.text
        )


class TestValues:
    def at(self, log, values):
        """Return the findings about a gamma ray that was read at values."""
        _, registration = log
        row = np.arange(*registration.row_range)
        track, spec = registration.curve("GR")
        left, right = registration.edges_at(track, row)
        column = left + spec.scale.fraction_at(values(row.size)) * (right - left)
        sure = np.full(row.size, 0.95)
        origin = np.full(row.size, AUTO, dtype=np.uint8)
        trace = Trace("GR", row, column, sure, origin)
        return list(impossible(trace, registration))

    def test_a_gamma_ray_below_0_is_told_with_its_rows(self, log):
        def values(rows):
            value = np.full(rows, 60.0)
            value[100:300] = -65.0
            value[150] = np.nan
            value[200] = -112.5
            return value

        (finding,) = self.at(log, values)
        assert finding.kind == "impossible"
        first = log[1].row_range[0]
        assert finding.rows == (first + 100, first + 299)
        assert finding.text.startswith("GR: 199 rows from ")
        assert "values as -112.5 GAPI, and gamma ray lies from 0 up" in finding.text

    def test_a_stroke_on_the_end_of_the_scale_and_a_few_rows_are_not_told(self, log):
        def values(rows):
            value = np.full(rows, -1.0)
            value[:40] = -60.0
            value[100:300] = 900.0  # a hot shale, wrapped often
            return value

        assert not self.at(log, values)

    @pytest.mark.parametrize(
        ("mnemonic", "unit", "known"),
        [
            ("HMIN", "OHMM", ("resistivity", 0, np.inf)),
            ("ECGR", "gAPI", ("gamma ray", 0, np.inf)),
            ("RHOB", "G/CC", ("bulk density", 1, 3.5)),
            ("SP", "MV", None),
            ("HTEN", "LBF", None),
            ("DRHO", "G/CC", None),
        ],
    )
    def test_what_a_curve_can_be(self, mnemonic, unit, known):
        spec = CurveSpec(mnemonic, unit, Scale("linear", -60, 20))
        assert possible(spec) == known


def test_a_finding_is_ready_for_json():
    place = {"rows": (3, 9), "depths": (1.5, 2.0), "columns": (4.0, 6.5)}
    finding = Finding("main", "odd", "look", kind="jump", curves=("GR",), **place)
    assert json.loads(json.dumps(finding.to_dict())) == {
        "kind": "jump",
        "curves": ["GR"],
        "rows": [3, 9],
        "depths": [1.5, 2.0],
        "columns": [4.0, 6.5],
        "text": "odd: look",
    }
    assert Finding("main", "odd", "").text == "odd"
