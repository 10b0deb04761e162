"""What reads logs that are stubs: it does what the file says."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

from veernet.archive.records import ArchiveSettings, Log

ENDS = {
    "read": "done",
    "doubt": "doubt",
    "refuse": "refused:unread",
    "raise": "failed:ours",
    "crash": "failed:crash",
    "exit": "failed:crash",
    "grow": "failed:memory",
    "hang": "failed:time",
}
"""What a stub can do, and how its log must end for that."""


def load(settings: ArchiveSettings, threads: int) -> object:
    """Load nothing."""
    return settings, threads


def read(log: Log, folder: Path, loaded: object) -> dict[str, Any]:
    """Do what a stub says."""
    del loaded
    content = Path(log.address).read_bytes()
    reported = json.loads(content)
    time.sleep(reported.get("seconds", 0.0))
    while (gate := reported.get("until")) and not Path(gate).exists():
        time.sleep(0.01)
    row: dict[str, Any] = {"outcome": "done", "reason": "", "detail": "", "files": []}
    match reported["do"]:
        case "crash":
            ctypes.string_at(0)
        case "exit":
            os._exit(0)
        case "grow":
            kept = []
            while True:
                kept.append(bytearray(64 * 2**20))
        case "hang":
            time.sleep(3600)
        case "raise":
            row.update(outcome="failed", reason="ours", detail="as it was told to")
            return row
        case "refuse":
            row.update(outcome="refused", reason="unread", detail="no curve at all")
            return row
        case "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        case "doubt":
            row.update(outcome="doubt", detail="GR: confidence 0.50 from 10 to 20 ft")
    text = hashlib.sha256(content).hexdigest() * int(reported.get("size", 1))
    (folder / "main.las").write_text(text, encoding="ascii")
    row.update(files=["main.las"], sections=["main"], curves=1, stages={"read": 0.01})
    return row


def nothing(log: Log, folder: Path, loaded: object) -> dict[str, Any]:
    """Read a log that is not even there."""
    del log, folder, loaded
    return {"outcome": "done", "reason": "", "detail": "", "files": []}


def dies(settings: ArchiveSettings, threads: int) -> object:
    """End the worker before it is ready."""
    del settings, threads
    os._exit(3)
