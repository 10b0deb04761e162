"""Logs that are read in earnest, on either engine, while the driver is killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from archive_campaign.checks import outcomes, wrongs
from archive_campaign.drivers import ROOT, wait_for_a_commit

COMMITS = 3
"""Of a run that is killed, before it is."""


@dataclass(frozen=True)
class Whole:
    """How a run went.

    Parameters
    ----------
    counts
        Logs by outcome and reason.
    seconds
        Of the clock, both drivers together.
    wrong
        What must hold and does not.
    """

    counts: Counter[str]
    seconds: float
    wrong: list[str]


def plan_folder(scans: Path, registrations: Path, plan: Path) -> Path:
    """Plan a folder of scans with registrations of their own."""
    words = ["plan", str(scans.absolute())]
    words += ["--registrations", str(registrations.absolute())]
    _veernet([*words, "--out", str(plan.absolute())]).wait()
    return plan


def killed_and_resumed(
    plan: Path, results: Path, engine: str, *, commits: int = COMMITS
) -> Whole:
    """Run a plan, kill its driver once some shards are done, and run it again."""
    words = ["run", str(plan.absolute()), "--out", str(results.absolute())]
    words += ["--engine", engine]
    words += ["--workers", "2", "--keep-going"]
    start = time.perf_counter()
    driver = _veernet(words)
    wait_for_a_commit(driver, results, commits)
    driver.kill()
    driver.wait()
    done = len(list((results / "commits").glob("*.json")))
    code = _veernet(words).wait()
    wrong = wrongs(results)
    if code:
        wrong.append(f"the second driver ended with code {code}")
    if done < commits:
        wrong.append("the first driver had nothing done when it was killed")
    return Whole(outcomes(results), time.perf_counter() - start, wrong)


def _veernet(words: list[str]) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(map(str, (ROOT, ROOT / "scripts")))
    return subprocess.Popen(
        [sys.executable, "-m", "veernet", "archive", *words],
        env={**os.environ, "PYTHONPATH": path},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
