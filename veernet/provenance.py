"""What made a result: the commit of this code, and the machine it ran on."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

import torch


def commit() -> str:
    """Return the commit of the checkout this code runs from, ``unknown`` without one.

    A plus sign follows where files of the package differ from it. A package that was
    installed into an environment has none, though that may lie in somebody's checkout.
    """
    here = Path(__file__)
    ask = ["git", "-C", str(here.parents[1])]
    try:
        _reported([*ask, "ls-files", "--error-unmatch", str(here)])
        head = _reported([*ask, "rev-parse", "--short", "HEAD"])
        changed = _reported([*ask, "status", "--porcelain", "veernet", "configs"])
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head + ("+" if changed else "")


def _reported(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return done.stdout.strip()


def hardware() -> dict[str, str | int]:
    """Return the device that a training runs on here, and how many threads it has."""
    device = f"{platform.machine()}, {torch.backends.cpu.get_cpu_capability()}"
    if torch.cuda.is_available():
        device = torch.cuda.get_device_name()
    return {
        "device": device,
        "cores": os.cpu_count() or 1,
        "threads": torch.get_num_threads(),
    }
