"""How long the whole command takes, and how much memory, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from benchmark.cache import Cache
from benchmark.definitions import SpeedSet
from benchmark.real import place
from veernet.axes import DepthPoint
from veernet.errors import InputError
from veernet.files import sha256
from veernet.records import Registration
from veernet.registration import load_registrations, save_registrations

PART = 10
"""Time per row is compared with that of so small a part of the rows."""

# A child's peak begins at the size of the process that forked it: a small one does.
WATCH = """
import resource, subprocess, sys, time
start = time.perf_counter()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
spent = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, spent, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
"""


@dataclass(frozen=True)
class Speed:
    """Median time of the command, the largest memory of any run, and time per row.

    ``cpu_seconds`` is the median processor time, all cores together, which other work
    on the machine disturbs less.
    ``times_slower`` is the time per row over that on a tenth of the rows, start of the
    program included in both; ``load`` is the machine's before it began.
    """

    test: str
    rows: int
    seconds: float
    cpu_seconds: float
    gigabytes: float
    part_rows: int
    part_seconds: float
    times_slower: float
    runs: int
    load: float


def run_speed(
    given: SpeedSet, folder: Path, kept: Cache, weights: Path | None, runs: int
) -> Speed:
    """Digitise a section, and a tenth of it, so many times each."""
    file = place(given.registration, folder)
    (registration,) = load_registrations(file)
    scan = folder / "scans" / str(registration.image)
    lines = kept.lines("speed", given.name, sha256(scan), sha256(file), runs)
    for done in lines.read().values():
        return Speed(**done)
    load = os.getloadavg()[0]
    part = top_of(registration, PART)
    with tempfile.TemporaryDirectory() as made:
        short = Path(made) / "part.yaml"
        save_registrations(short, part)
        parts = [_time(scan, short, weights, Path(made)) for _ in range(runs)]
        wholes = [_time(scan, file, weights, Path(made)) for _ in range(runs)]
    seconds, part_seconds = (
        float(np.median([spent for spent, _, _ in each])) for each in (wholes, parts)
    )
    rows, part_rows = (float(np.ptp(r.row_range)) for r in (registration, part))
    found = Speed(
        given.name,
        int(rows),
        seconds,
        float(np.median([used for _, used, _ in wholes])),
        max(peak for _, _, peak in wholes) / 1e9,
        int(part_rows),
        part_seconds,
        (seconds / rows) / (part_seconds / part_rows),
        runs,
        load,
    )
    lines.append(0, asdict(found))
    return found


def top_of(registration: Registration, part: int) -> Registration:
    """Return the top part of a section, one of so many."""
    axis = registration.depth
    last = axis.rows[0] + (axis.rows[-1] - axis.rows[0]) / part
    points = [p for p in axis.points if p.row < last]
    points.append(DepthPoint(float(last), float(axis.depth_at(last))))
    return replace(registration, depth=replace(axis, points=tuple(points)))


def _time(
    scan: Path, registration: Path, weights: Path | None, out: Path
) -> tuple[float, float, float]:
    """Return seconds, processor seconds and bytes of one run of the command."""
    command = [sys.executable, "-m", "veernet", "digitise", str(scan)]
    command += ["--registration", str(registration), "--out", str(out / "well.las")]
    if weights is not None:
        command += ["--weights", str(weights)]
    run = subprocess.run(
        [sys.executable, "-c", WATCH, *command],
        capture_output=True,
        text=True,
        check=True,
    )
    code, spent, used, peak = run.stdout.split()
    if int(code):
        msg = f"{' '.join(command)} failed: {run.stderr.strip().splitlines()[-1]}"
        raise InputError(msg)
    return float(spent), float(used), float(peak)
