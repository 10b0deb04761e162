"""Drivers in processes of their own, which are killed, or whose workers are."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

DRIVE = """
import sys
from pathlib import Path
from archive_campaign.planned import open_stubs
from veernet.archive.run import run_left
from veernet.errors import InputError
results, plan, engine, workers = sys.argv[1:5]
ledger = open_stubs(Path(results), Path(plan))
try:
    run_left(ledger, engine=engine, workers=int(workers), keep_going=True, quiet=True)
except InputError as error:
    print(error, file=sys.stderr)
    sys.exit(2)
"""

POLLS = 300
"""For a process to be killed, a hundredth of a second apart."""

LIMIT = 600.0
"""Seconds that any driver of stubs is waited for: one that hangs fails the campaign."""

NOT_STARTED = 2
"""Exit code of a driver that was refused what it needs."""


class NotStarted(Exception):
    """Ray cannot be started on this machine."""


WHO = ("driver", "worker", "child")


def start(
    results: Path, plan: Path, workers: int = 2, engine: str = "local"
) -> subprocess.Popen[bytes]:
    """Start a driver of stubs."""
    path = os.pathsep.join(map(str, (ROOT, ROOT / "scripts")))
    return subprocess.Popen(
        [sys.executable, "-c", DRIVE, results, plan, engine, str(workers)],
        env={**os.environ, "PYTHONPATH": path},
        cwd=ROOT,
    )


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    found: list[int] = []
    # Not every kernel lists the children of a process: all tell of their parents.
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, IndexError):
            after_name = path.read_text("ascii", "replace").rpartition(")")[2]
            if after_name.split()[1] == str(pid):
                found.append(int(path.parent.name))
    return found


def descendants(pid: int) -> list[int]:
    """Return the processes below a process, at any depth."""
    found = []
    for child in children(pid):
        found += [child, *descendants(child)]
    return found


def actors(driver: int) -> list[int]:
    """Return the actors of Ray that a driver has started on this machine."""
    found = []
    for pid in descendants(driver):
        with suppress(OSError):
            name = Path(f"/proc/{pid}/cmdline").read_bytes()
            if name.startswith(b"ray::Reader"):
                found.append(pid)
    return found


def wait_for_a_commit(
    driver: subprocess.Popen[bytes], results: Path, commits: int = 1
) -> None:
    """Wait until a driver has done something, or has ended."""
    while driver.poll() is None:
        if len(list((results / "commits").glob("*.json"))) >= commits:
            return
        time.sleep(0.01)


def ray_disturbed(results: Path, plan: Path, gate: Path | None = None) -> int:
    """Run a plan on two actors of Ray, kill one, and return how many were.

    Parameters
    ----------
    results, plan
        Of stubs.
    gate
        Made when that is done: a log that waits for it keeps the run from its end.
    """
    driver = start(results, plan, engine="ray")
    wait_for_a_commit(driver, results)
    killed = 0
    for pid in actors(driver.pid)[:1]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            killed += 1
    if gate is not None:
        gate.touch()
    code = driver.wait(LIMIT)
    if code == NOT_STARTED and not (results / "events.jsonl").is_file():
        raise NotStarted
    if code:
        msg = f"the driver of Ray ended with code {code}"
        raise RuntimeError(msg)
    return killed


def victim(driver: int, who: str) -> int | None:
    """Return the driver, a worker of it, or a child of one; None without one."""
    if who == "driver":
        return driver
    workers = children(driver)
    if who == "worker":
        return random.choice(workers) if workers else None  # noqa: S311, RUF100
    of_workers = [child for worker in workers for child in children(worker)]
    return random.choice(of_workers) if of_workers else None  # noqa: S311, RUF100


def _found(driver: subprocess.Popen[bytes], who: str) -> int | None:
    """Wait for a worker or a child that can be killed, unless the driver ends."""
    for _ in range(POLLS):
        if driver.poll() is not None:
            return None
        pid = victim(driver.pid, who)
        if pid is not None:
            return pid
        time.sleep(0.01)
    return None


def disturbed(
    results: Path, plan: Path, moments: int, rng: random.Random, longest: float = 1.5
) -> dict[str, int]:
    """Run a plan while something is killed again and again, and then to its end.

    Parameters
    ----------
    results, plan
        Of stubs.
    moments
        How many kills.
    rng
        Draws whom, and when.
    longest
        Seconds between two kills, at most.

    Returns
    -------
    dict
        How many of each were killed.
    """
    killed = dict.fromkeys(WHO, 0)
    driver = start(results, plan)
    # The first kill is of a driver that has done something, and not all.
    wait_for_a_commit(driver, results)
    driver.kill()
    driver.wait(LIMIT)
    killed["driver"] += 1
    driver = start(results, plan)
    while sum(killed.values()) < moments:
        who = rng.choice(WHO)
        time.sleep(rng.uniform(0, longest))
        if driver.poll() is not None:
            break
        pid = _found(driver, who)
        if pid is None:
            continue
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        killed[who] += 1
        if who == "driver":
            driver.wait(LIMIT)
            driver = start(results, plan)
    code = driver.wait(LIMIT)
    if code:
        code = start(results, plan).wait(LIMIT)
    if code:
        msg = f"the last driver ended with code {code}"
        raise RuntimeError(msg)
    return killed
