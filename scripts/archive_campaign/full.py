"""A small disk that fills up: the run stops, and goes on when there is room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive_campaign.checks import outcomes, wrongs
from archive_campaign.planned import open_stubs
from veernet.archive.records import Stop
from veernet.archive.run import run_left


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path | None]:
    """Lend a disk of a size; None where this process may not mount one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    may = os.geteuid() == 0
    if not may or subprocess.run(mount, check=False, capture_output=True).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def enlarge(disk: Path, size: str) -> None:
    """Give a small disk more room."""
    subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)


def filled(results: Path, disk: Path, plan: Path) -> list[str]:
    """Run a plan on a disk that is too small, then with room; say what was wrong."""
    found = []
    try:
        run_left(open_stubs(results, plan), workers=2, quiet=True)
        found.append("the disk was large enough")
    except (Stop, OSError) as error:
        if "No space left" not in str(error):
            found.append(f"it stopped for another reason: {error}")
    enlarge(disk, "64m")
    run_left(open_stubs(results, plan), workers=2, quiet=True)
    if set(outcomes(results)) != {"done"}:
        found.append(f"logs were blamed: {outcomes(results)}")
    return [*found, *wrongs(results)]
