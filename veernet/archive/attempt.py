"""Attempts: how reading a log ended, from the files and the exit of its process."""

from __future__ import annotations

import errno
import json
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from veernet.archive.child import ANSWER, SAID, UNTOLD
from veernet.archive.general import GENERAL
from veernet.archive.records import Stop

SAID_BYTES = 2000
"""Of what a child printed that are kept, from its end."""


@dataclass(frozen=True)
class Attempt:
    """How an attempt at a log ended.

    Parameters
    ----------
    row
        Of the ledger; None where the process ended without it.
    reason
        time, memory or crash: a strike; killed: somebody killed it, or its worker;
        empty where there is a row.
    detail
        The same for a person.
    measures
        seconds, core_seconds, peak_bytes, said and stages.
    """

    row: dict[str, Any] | None
    reason: str
    detail: str
    measures: dict[str, Any]


def attempt_of(
    folder: Path,
    ended: dict[str, Any],
    seconds: float,
    memory: int,
    measures: dict[str, Any],
    kills: int,
) -> Attempt:
    """Say how a child ended, from its status and the word that it left."""
    status = int(ended["status"])
    if ended["late"]:
        text = f"it took longer than its limit of {seconds:.0f} s"
        return Attempt(None, "time", text, measures)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGKILL:
            if oom_kills() == kills:
                # Neither we nor the kernel: a person, or a batch system.
                return Attempt(None, "killed", "somebody killed its process", measures)
            text = "the system killed it for want of memory"
            return Attempt(None, "memory", text, measures)
        text = f"its process was ended by {signal_name(-number)}"
        return Attempt(None, "crash", text, measures)
    code = os.WEXITSTATUS(status)
    answer = _answer_of(folder)
    if answer is None and code in GENERAL and code != errno.EMFILE:
        raise Stop(_general(os.strerror(code), folder))
    if answer is None:
        text = f"its process ended with code {code} and no word"
        reason = "memory" if code == UNTOLD else "crash"
        return Attempt(None, reason, text, measures)
    if "stop" in answer:
        raise Stop(_general(str(answer["stop"]), folder))
    measures["stages"] = answer.pop("stages", {})
    if answer.get("reason") == "memory":
        text = f"it took more memory than its limit of {memory / 2**20:.0f} MB"
        return Attempt(None, "memory", text, measures)
    return Attempt(answer, "", "", measures)


def _general(what: str, folder: Path) -> str:
    return f"{folder.parents[2]}: {what}: make room, or mend it, and run again"


def _answer_of(folder: Path) -> dict[str, Any] | None:
    """Take the word that a child left, None if it left none."""
    path = folder / ANSWER
    try:
        answer: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        path.unlink()
    except (OSError, ValueError):
        return None
    return answer


def measures_of(folder: Path, ended: dict[str, Any]) -> dict[str, Any]:
    """Return what an attempt took, and take what it printed from its folder."""
    said = ""
    with suppress(OSError):
        path = folder / SAID
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - SAID_BYTES))
            said = stream.read().decode("utf-8", "replace")
        path.unlink()
    return {
        "seconds": float(ended.get("seconds", 0.0)),
        "core_seconds": float(ended.get("core", 0.0)),
        "peak_bytes": int(ended.get("peak", 0)),
        "said": said,
    }


def signal_name(code: int) -> str:
    """Return the name of a signal, which `subprocess` gives as a code below 0."""
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def oom_kills() -> int:
    """Return how many processes have been killed for want of memory.

    Of the control group of this process, where there are groups; else of the machine.
    """
    for path in (*_group_events(), Path("/proc/vmstat")):
        with suppress(OSError, ValueError, StopIteration):
            lines = path.read_text("ascii").splitlines()
            return int(next(n for n in lines if n.startswith("oom_kill ")).split()[1])
    return 0


def _group_events() -> list[Path]:
    """Return where the kernel counts what befell the control group (cgroup v2)."""
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text("utf-8").splitlines():
            number, _, rest = line.partition(":")
            if number == "0":
                own = rest.partition(":")[2].lstrip("/")
                return [Path("/sys/fs/cgroup", own, "memory.events")]
    return []
