"""The whole pipeline on a log drawn for the purpose, without a network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests import logs
from veernet.digitise import digitise
from veernet.engines import DarknessEngine, load_engine
from veernet.errors import InputError
from veernet.evaluate.measure import interpolate
from veernet.export.lasread import read_las
from veernet.records import Scan
from veernet.registration import load_registrations
from veernet.scan import open_scan

DATA = Path(__file__).resolve().parents[1] / "data"


@pytest.fixture
def log(tmp_path):
    scan, registration = logs.draw(tmp_path)
    return open_scan(scan), load_registrations(registration)[0]


def texts(result):
    return [finding.text for finding in result.findings]


@pytest.mark.parametrize("tracer", ["dp", "skeleton"])
def test_a_drawn_curve_comes_back_in_depth_and_value(log, tracer):
    result = digitise(*log, DarknessEngine(), tracer)
    (curve,) = result.curves
    np.testing.assert_allclose(curve.depth, np.arange(1000, 1060.25, 0.5))
    error = np.abs(curve.value - logs.truth(curve.depth))
    assert np.isfinite(curve.value).mean() > 0.98
    # Two columns are one unit of gamma ray: a quarter of a pixel, and one.
    assert np.nanmedian(error) < (0.125 if tracer == "dp" else 0.5)
    assert np.nanpercentile(error, 95) < 1.0
    assert result.refused is None
    stages = {"rectify", "segment", "trace", "findings", "calibrate"}
    assert set(result.timings) == stages


def test_the_same_input_gives_the_same_result(log):
    first, second = (digitise(*log, DarknessEngine()) for _ in range(2))
    np.testing.assert_array_equal(first.curves[0].value, second.curves[0].value)
    np.testing.assert_array_equal(first.traces[0].column, second.traces[0].column)


def test_a_curve_is_sought_beside_its_known_columns_alone(log):
    (trace,) = digitise(*log, DarknessEngine()).traces
    below = trace.row >= 340
    elsewhere = np.where(below, trace.column + 20, np.nan)  # where there is no ink
    known = (replace(trace, column=elsewhere),)
    (found,) = digitise(*log, DarknessEngine(), known=known).traces
    off = np.abs(found.column - trace.column)
    assert np.nanmax(off[~below]) < 1
    assert np.isfinite(found.column[~below][:-20]).all()
    assert np.mean(off[below] < 10) < 0.1
    known = (replace(trace, column=np.where(below, trace.column, np.nan)),)
    (same,) = digitise(*log, DarknessEngine(), known=known).traces
    np.testing.assert_allclose(same.column, trace.column, atol=1)


def test_blank_paper_is_refused_with_a_reason(log):
    blank = Scan.from_array(np.full((logs.ROWS, logs.COLUMNS), 255, np.uint8))
    result = digitise(blank, log[1], DarknessEngine())
    assert result.curves == ()
    assert "no curve could be followed" in result.refused


def test_a_long_unread_stretch_is_a_finding(log):
    scan, registration = log
    image = scan.read(0, scan.info.rows).copy()
    image[240:440] = 255
    result = digitise(Scan.from_array(image), registration, DarknessEngine())
    (finding,) = result.findings
    # The way goes round by the nearer edge, but no ink leads there.
    assert (finding.kind, finding.curves) == ("unread", ("GR",))
    assert finding.depths == pytest.approx((1020, 1040), abs=0.3)
    top, base = finding.depths
    assert finding.text == f"GR: unread from {top:.1f} to {base:.1f} ft"
    depth, value = result.curves[0].depth, result.curves[0].value
    assert not np.isfinite(value[(depth > 1021) & (depth < 1039)]).any()


def test_what_is_odd_about_the_scan_is_a_finding(log):
    scan, registration = log
    odd = replace(scan, info=replace(scan.info, notes=("rows 5 to 9 are damaged",)))
    result = digitise(odd, registration, DarknessEngine())
    assert texts(result) == ["scan: rows 5 to 9 are damaged"]


def test_a_scale_without_sense_is_a_finding(log):
    scan, registration = log
    track = registration.tracks[0]
    curve = replace(track.curves[0], mnemonic="GR", unit="V/V")
    odd = replace(registration, tracks=(replace(track, curves=(curve,)),))
    result = digitise(scan, odd, DarknessEngine())
    assert any("a unit of porosity" in text for text in texts(result))
    assert result.refused is None


def test_a_registration_of_another_file_is_a_finding(log):
    scan, registration = log
    result = digitise(scan, replace(registration, image="b.tif"), DarknessEngine())
    assert "the registration is of b.tif, the scan is well.png" in texts(result)
    result = digitise(scan, registration, DarknessEngine())
    assert not any("registration" in text for text in texts(result))


def test_a_track_partly_beside_the_page_is_a_finding(log):
    scan, registration = log
    image = scan.read(0, scan.info.rows)
    result = digitise(Scan.from_array(image[:, :286]), registration, DarknessEngine())
    assert "track T1: 5% of its width lies beside the page" in texts(result)
    with pytest.raises(InputError, match="track 'T1' lies at columns 20 to 300"):
        digitise(Scan.from_array(image[:, :260]), registration, DarknessEngine())


def test_a_curve_that_is_nowhere_is_a_finding(log):
    blank = Scan.from_array(np.full((logs.ROWS, logs.COLUMNS), 255, np.uint8))
    result = digitise(blank, log[1], DarknessEngine())
    assert any("GR: not read anywhere" in text for text in texts(result))


def test_two_curves_on_the_same_ink_are_a_finding(log):
    scan, registration = log
    (track,) = registration.tracks
    ghost = replace(track.curves[0], mnemonic="SP", line="dot")
    both = replace(track, curves=(*track.curves, ghost))
    result = digitise(scan, replace(registration, tracks=(both,)), DarknessEngine())
    (finding,) = (f for f in result.findings if f.kind == "together")
    assert finding.text.startswith("GR and SP are read from the same ink")


def test_progress_reaches_the_last_row(log):
    seen = []
    digitise(*log, DarknessEngine(), progress=lambda *step: seen.append(step))
    assert seen[-1] == ("T1", 601, 601)


def test_the_sample_comes_back_wraps_and_all():
    """What the demo shows: drawn curves, one of which wraps, by the release weights."""
    (registration,) = load_registrations(DATA / "sample.yaml")
    result = digitise(open_scan(DATA / "sample.tif"), registration, load_engine())
    truth = read_las(DATA / "sample.las")
    for curve in result.curves:
        _, spec = registration.curve(curve.mnemonic)
        true = interpolate(truth.depth, truth.values[curve.mnemonic], curve.depth)
        away = np.abs(
            spec.scale.fraction_at(curve.value) - spec.scale.fraction_at(true)
        )
        away = away[np.isfinite(away)]
        assert away.size > 0.85 * curve.depth.size
        # Of the track's width, about five hundred columns.
        assert np.median(away) < 0.001
        assert np.mean(away < 0.01) > 0.97
    assert result.findings == ()


def test_a_curve_that_is_left_out_of_the_registration_is_a_finding():
    """The induction log of the sample is drawn, and nothing is read from its stroke."""
    (registration,) = load_registrations(DATA / "sample.yaml")
    *_, track = registration.tracks
    unlisted, kept = track.curves
    track = replace(track, curves=(kept,))
    engine = load_engine()
    section = replace(registration, tracks=(track,))
    result = digitise(open_scan(DATA / "sample.tif"), section, engine)
    assert unlisted.mnemonic == "ILD"
    assert {f.kind for f in result.findings} == {"free-stroke", "one-more"}
    (one_more,) = (f for f in result.findings if f.kind == "one-more")
    assert "1 curves are listed and read (ILM), and one stroke more" in one_more.text
    free = [f for f in result.findings if f.kind == "free-stroke"]
    reported = sum(f.rows[1] - f.rows[0] for f in free)
    assert reported > 0.8 * (registration.row_range[1] - registration.row_range[0])
