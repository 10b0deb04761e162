"""What the release weights read on real paper; it needs the private test data."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from veernet.digitise import digitise
from veernet.engines import load_engine
from veernet.export import Provenance, write_las
from veernet.qc.measure import measure
from veernet.qc.reading import read_back
from veernet.registration import load_registrations
from veernet.scan import open_scan

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(
        "VEERNET_REAL" not in os.environ, reason="VEERNET_REAL names no folder"
    ),
]

MEMORY = 2 * 2**30
"""Bytes in which half a billion pixels must be digitised."""


@pytest.fixture
def folder() -> Path:
    return Path(os.environ["VEERNET_REAL"])


def test_the_printed_porosity_agrees_with_the_sonic_it_was_computed_from(
    folder, tmp_path
):
    """On 273101 the dashed porosity is a function of the solid transit time."""
    (registration,) = load_registrations(folder / "registrations" / "273101.yaml")
    scan = open_scan(folder / "scans" / "273101.tif")
    result = digitise(scan, registration, load_engine())
    curves = {curve.mnemonic: curve.value for curve in result.curves}
    transit, porosity = curves["DT"], curves["SPOR"]

    assert np.isfinite(curves["GR"]).mean() >= 0.9
    assert np.isfinite(transit).mean() >= 0.9
    # Below 88 us/ft the porosity is inside its track for certain.
    shown = transit < 88
    assert shown.sum() > 500
    assert np.isfinite(porosity[shown]).mean() >= 0.9

    away = np.abs(porosity - 100 * (transit - 47.6) / 141.4)
    away = away[np.isfinite(away)]
    assert np.median(away) <= 0.25
    assert np.percentile(away, 90) <= 1.0

    # The LAS as it is read back lies on the ink, and explains nearly all of it.
    las = tmp_path / "well.las"
    write_las(las, result.curves, registration, Provenance())
    found = measure(read_back(las, registration), scan, result.traces)
    for sums in found.curves.values():
        assert sum(s.on_ink for s in sums) >= 0.97 * sum(s.judged for s in sums)
    for ink in found.tracks.values():
        assert sum(i.explained for i in ink) >= 0.88 * sum(i.ink for i in ink)


def test_half_a_billion_pixels_are_digitised_in_two_gigabytes(folder, tmp_path):
    # Not ru_maxrss: in a child it begins at the size of the process that forked it.
    report = """
import sys
from pathlib import Path
from veernet.cli import main
code = main(sys.argv[1:])
print(Path("/proc/self/status").read_text())
sys.exit(code)
"""
    command = [
        *(sys.executable, "-c", report, "digitise"),
        str(folder / "scans" / "4708300103_s.tif"),
        *("--registration", str(folder / "registrations" / "4708300103_s.main5.yaml")),
        *("--out", str(tmp_path / "well.las")),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", run.stdout).group(1)) * 1024
    assert peak < MEMORY
    read = float(re.search(r"DT ([\d.]+)%", run.stdout).group(1))
    assert read > 80
