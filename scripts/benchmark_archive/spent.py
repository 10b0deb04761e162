"""What a command takes: seconds of the clock, and of a core, its children included."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass

REFUSED = 3
"""Exit code of a command that refuses a scan."""


@dataclass(frozen=True)
class Spent:
    """Seconds of the clock, and of a core."""

    clock: float
    core: float

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.clock + other.clock, self.core + other.core)

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.clock - other.clock, self.core - other.core)

    def __truediv__(self, parts: int) -> Spent:
        return Spent(self.clock / parts, self.core / parts)

    def __str__(self) -> str:
        return f"{self.clock:.1f} s, {self.core:.1f} s of a core"

    def rate(self, count: int) -> float:
        """Return how many of so many things that is in an hour of the clock."""
        return 3600 * count / self.clock


def spent(words: list[str], *, may_refuse: bool = False) -> Spent:
    """Run Python with arguments, and return what it took.

    Raises
    ------
    RuntimeError
        If it ends with an error.
    """
    start = time.perf_counter()
    # The children of a process count when they are waited for, as its own do.
    before = os.times()
    code = subprocess.run(
        [sys.executable, *words],
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ).returncode
    after = os.times()
    if code and not (may_refuse and code == REFUSED):
        msg = f"{words[:4]} ended with code {code}"
        raise RuntimeError(msg)
    core = (
        after.children_user
        + after.children_system
        - before.children_user
        - before.children_system
    )
    return Spent(time.perf_counter() - start, core)
