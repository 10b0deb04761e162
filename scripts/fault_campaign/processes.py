"""Runs that are killed, interrupted, or denied the disk, and what they leave."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

SAMPLE = Path(__file__).parents[2] / "data"
OLD = b"old"
OUTPUTS = {"out": "w.las", "trace": "w.parquet", "report": "w.json", "overlay": "w.png"}
AUDIT = "w.audit.txt"
"""What is written beside a LAS."""

NOBODY = 65534
"""The number of a user to whom nothing belongs."""

_MAY = "-all,+dac_read_search"
NOBODYS = [
    *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
    *(f"--inh-caps={_MAY}", f"--ambient-caps={_MAY}", f"--bounding-set={_MAY}"),
]
"""Begins a command that another user runs."""

WRITTEN = "own folder without a cache: all new files"

_TICKS = os.sysconf("SC_CLK_TCK")


def command(folder: Path) -> list[str]:
    """Return a run that writes a set of four files."""
    reported = [
        word for n, v in OUTPUTS.items() for word in (f"--{n}", str(folder / v))
    ]
    return [
        *(sys.executable, "-m", "veernet", "digitise", str(SAMPLE / "sample.tif")),
        *("--registration", str(SAMPLE / "sample.yaml"), "--overwrite", *reported),
    ]


def begun(
    folder: Path, before: Sequence[str] = (), **settings: str
) -> subprocess.Popen[str]:
    """Start the run; it finds this checkout wherever it is started."""
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root, "OMP_NUM_THREADS": "1", **settings}
    return subprocess.Popen(
        [*before, *command(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def seconds(run: subprocess.Popen[str]) -> float:
    """Return the processor time of a run: its moments do not depend on other load."""
    try:
        stat = Path(f"/proc/{run.pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(stat[11]) + int(stat[12])) / _TICKS


def whole_run(folder: Path) -> tuple[float, dict[str, bytes]]:
    """Let a run finish: its processor time, and its files."""
    folder.mkdir()
    run = begun(folder)
    spent = 0.0
    while run.poll() is None:
        spent = max(spent, seconds(run))
        time.sleep(0.01)
    assert run.returncode == 0, run.stderr.read() if run.stderr else ""
    return spent, {name: (folder / name).read_bytes() for name in OUTPUTS.values()}


def signalled(folder: Path, number: int, moments: int, spent: float) -> Counter[str]:
    """Send a signal at even moments of a run, and count how it ended."""
    found: Counter[str] = Counter()
    for moment in range(moments):
        own = folder / f"{signal.Signals(number).name}{moment}"
        own.mkdir()
        for name in OUTPUTS.values():
            (own / name).write_bytes(OLD)
        run = begun(own)
        at = spent * (moment + 0.5) / moments
        while run.poll() is None and seconds(run) < at:
            time.sleep(0.002)
        run.send_signal(number)
        _, reported = run.communicate()
        found[_ended(own, run.returncode, reported, number)] += 1
    return found


def _ended(folder: Path, code: int, reported: str, number: int) -> str:
    """Say how a run ended, by its exit code, its words and its files."""
    if number == signal.SIGINT and code == 130 and "Traceback" in reported:
        return "130 with a traceback"
    if number == signal.SIGINT and code not in {0, 130}:
        return f"exit {code}: {reported[-200:]}"
    clear = "from pathlib import Path; import sys; from veernet.files import "
    clear += "check_places; check_places([Path(sys.argv[1]) / 'next'])"
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root}
    subprocess.run(
        [sys.executable, "-c", clear, str(folder)], env=environment, check=True
    )
    names = sorted(path.name for path in folder.iterdir())
    old = {(folder / name).read_bytes() == OLD for name in OUTPUTS.values()}
    if len(old) > 1:
        return "some old, some new"
    # There was no old trail: it comes with the new files.
    due = [*OUTPUTS.values(), *([] if True in old else [AUDIT])]
    if names != sorted(due):
        return f"left {names}"
    return "all old files" if True in old else "all new files"


def denied(folder: Path) -> Counter[str]:
    """Run where nothing can be written: a full disk, a folder of somebody else's."""
    found: Counter[str] = Counter()
    if os.geteuid() != 0:
        found["passed over: mounting a small disk needs root"] += 1
        return found
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        found["passed over: no small disk can be mounted"] += 1
    else:
        try:
            found[f"full disk: {_refused(begun(disk), disk)}"] += 1
        finally:
            subprocess.run(["umount", str(disk)], check=False)
    found.update(_as_another(folder))
    return found


def can_be_another() -> bool:
    """Return whether a command can be run as somebody else, who may read all."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return False
    tried = subprocess.run(
        [*NOBODYS, sys.executable, "-c", ""], capture_output=True, check=False
    )
    return tried.returncode == 0


def _as_another(folder: Path) -> Counter[str]:
    """Run as somebody else: in a folder that is not theirs, and in one that is.

    They may read all that this user may, as the installation may lie in a home; what
    they may write is theirs alone.
    """
    if not can_be_another():
        return Counter({"passed over: this user cannot be somebody else": 1})
    found: Counter[str] = Counter()
    for name, owner in (("another's folder", 0), ("own folder", NOBODY)):
        place = folder / name
        place.mkdir(mode=0o755)
        os.chown(place, owner, owner)
        run = begun(place, before=NOBODYS, HOME="/nonexistent")
        if owner == 0:
            found[f"{name}: {_refused(run, place)}"] += 1
            continue
        _, reported = run.communicate()
        names = {path.name for path in place.iterdir()}
        whole = run.returncode == 0 and set(OUTPUTS.values()) < names
        last = reported.strip().rpartition("\n")[2]
        found[
            WRITTEN if whole else f"{name}: exit {run.returncode}: {last[-200:]}"
        ] += 1
    return found


def _refused(run: subprocess.Popen[str], folder: Path) -> str:
    _, reported = run.communicate()
    left = sorted(path.name for path in folder.iterdir())
    last = reported.strip().rpartition("\n")[2]
    if run.returncode == 2 and "Traceback" not in reported and not left:
        return "exit 2, one line, nothing left"
    return f"exit {run.returncode}, left {left}: {last[-200:]}"
