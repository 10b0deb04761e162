"""A plan of a million rows: how long it takes to make, and to resume."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from archive_campaign.drivers import ROOT
from archive_campaign.planned import open_stubs
from veernet.archive.ledger import Shard

OPEN = 2
"""Shards that are left to be read when the run is resumed."""

RESUME = """
import sys
from pathlib import Path
from archive_campaign.planned import open_stubs
from veernet.archive.run import run_left
ledger = open_stubs(Path(sys.argv[1]), Path(sys.argv[2]), reader=sys.argv[3])
run_left(ledger, workers=1, quiet=True)
"""

NOTHING = "archive_campaign.stubs:nothing"


@dataclass(frozen=True)
class Million:
    """What it took.

    Parameters
    ----------
    rows, shards
        Of the plan.
    plan_seconds, plan_cpu, plan_bytes
        To make it, of the clock and of a core, and its size.
    resume_seconds, resume_cpu
        From the start of a driver, whose other shards are done, to its first log; and
        of a core, to its end.
    plan_peak, driver_peak
        Bytes of memory at most, of planning and of the driver.
    """

    rows: int
    shards: int
    plan_seconds: float
    plan_cpu: float
    plan_bytes: int
    resume_seconds: float
    resume_cpu: float
    plan_peak: int
    driver_peak: int


def million(folder: Path, rows: int) -> Million:
    """Plan so many rows, commit all shards but two by hand, and resume."""
    manifest = folder / "manifest.parquet"
    rng = np.random.default_rng(3)
    names = [f"/archive/{i % 977:03d}/log{i:07d}.tif" for i in range(rows)]
    table = {
        "address": names,
        "bytes": rng.integers(100_000, 5_000_000, rows),
        "rows": rng.integers(5_000, 100_000, rows),
        "columns": np.full(rows, 1728),
        "UWI": [f"42-{i:09d}" for i in range(rows)],
    }
    pd.DataFrame(table).to_parquet(manifest)
    plan = folder / "plan.parquet"
    words = ["-m", "veernet", "archive", "plan", str(manifest), "--out", str(plan)]
    plan_seconds, plan_cpu, peak = _run([*words, "--register"])
    results = folder / "results"
    ledger = open_stubs(results, plan, reader=NOTHING)
    sizes = ledger.plan(0).sizes()
    for number, size in enumerate(sizes[:-OPEN]):
        shard = Shard(0, number)
        reported = {"shard": str(shard), "folder": "", "logs": size, "parts": {}}
        counts = {"counts": {"done": size}}
        ledger.commit_path(shard).write_text(json.dumps({**reported, **counts}))
    began = time.time()
    _, resume_cpu, peak_driver = _run(["-c", RESUME, str(results), str(plan), NOTHING])
    first = next(
        json.loads(line)["time"]
        for line in (results / "events.jsonl").read_text().splitlines()
        if '"event": "log"' in line
    )
    return Million(
        rows,
        len(sizes),
        plan_seconds,
        plan_cpu,
        plan.stat().st_size,
        datetime.fromisoformat(first).timestamp() - began,
        resume_cpu,
        peak,
        peak_driver,
    )


def _run(words: list[str]) -> tuple[float, float, int]:
    """Run Python, and return seconds, those of a core, and the peak of its memory."""
    path = os.pathsep.join(map(str, (ROOT, ROOT / "scripts")))
    start, peak = time.perf_counter(), 0
    with subprocess.Popen(
        [sys.executable, *words], env={**os.environ, "PYTHONPATH": path}, cwd=ROOT
    ) as process:
        while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            peak = max(peak, _peak(process.pid))
            time.sleep(0.02)
        _, status, used = ended
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        msg = f"{words[:4]} ended with code {process.returncode}"
        raise RuntimeError(msg)
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, peak


def _peak(pid: int) -> int:
    """Return the most bytes that a process has held; its usage tells its parent's."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines()
        return 1024 * int(next(ln for ln in lines if ln.startswith("VmHWM")).split()[1])
    return 0
