"""The working folder of a shard: attempts, and the logs of it that are read already.

::

    TOKEN.attempts    a line before and after each attempt, by whoever holds its lock
    .LOG.TOKEN/       what an attempt writes
    LOG/              the same when it has ended: row.json and the files of the log

A log takes its name by one renaming, in which the first one wins; a run that is killed
loses what its workers had in hand, and no more. An attempt is on the disk before it
begins: a log that takes down whatever reads it is counted all the same.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from veernet.archive.records import STRIKES
from veernet.files import sha256
from veernet.leftovers import fcntl

ROW = "row.json"
SUFFIX = ".attempts"


@dataclass
class History:
    """What became of earlier attempts at the logs of a shard.

    Parameters
    ----------
    strikes
        By log, reason and detail of the attempts that ended badly, in their order.
    interrupted
        By log, how many attempts ended with whatever made them.
    in_progress
        Logs that somebody else is reading now.
    """

    strikes: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    interrupted: Counter[str] = field(default_factory=Counter)
    in_progress: set[str] = field(default_factory=set)


class ShardWork:
    """The working folder of a shard, held by one worker of perhaps several.

    Parameters
    ----------
    folder
        Made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._token = secrets.token_hex(4)
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{self._token}{SUFFIX}"
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        if fcntl is not None:
            # Some shares know no locks: others then take us for dead, and may read a
            # log that is being read; the first result stays.
            with suppress(OSError):
                # Who asks whether it is held holds it for a moment: that is waited for.
                fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._descriptor)

    def begin(self, log: str) -> Path:
        """Note that an attempt begins, and return the folder that it writes to."""
        self._note({"log": log})
        return self.place(log)

    def place(self, log: str) -> Path:
        """Return an empty folder for what is to be kept of a log."""
        folder = self.folder / f".{log}.{self._token}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def end(self, log: str, reason: str, detail: str) -> None:
        """Note how an attempt ended."""
        self._note({"log": log, "end": reason, "detail": detail})

    def _note(self, record: Mapping[str, str]) -> None:
        os.write(self._descriptor, json.dumps(record).encode() + b"\n")
        os.fsync(self._descriptor)

    def keep(self, log: str, folder: Path, row: Mapping[str, Any]) -> None:
        """Let what an attempt wrote be the log's, unless somebody was first."""
        files = {
            path.name: sha256(path)
            for path in sorted(folder.iterdir())
            if path.name != ROW
        }
        (folder / ROW).write_text(
            json.dumps({**row, "hashes": files}, allow_nan=False), encoding="utf-8"
        )
        try:
            folder.rename(self.folder / log)
        except OSError:
            if not (self.folder / log).is_dir():
                raise
            shutil.rmtree(folder, ignore_errors=True)

    def forget(self, log: str) -> None:
        """Have a log read again."""
        shutil.rmtree(self.folder / log, ignore_errors=True)

    def has(self, log: str) -> bool:
        """Tell whether a log has ended."""
        return (self.folder / log / ROW).is_file()

    def row(self, log: str) -> dict[str, Any] | None:
        """Return the row of a log; None, and forget it, if it is not as it was written.

        That is so where power failed before it was all on the disk.
        """
        folder = self.folder / log
        try:
            row: dict[str, Any] = json.loads((folder / ROW).read_text("utf-8"))
            hashes = row.pop("hashes")
            if all(sha256(folder / name) == record for name, record in hashes.items()):
                return row
        except (OSError, ValueError, KeyError, AttributeError):
            pass
        self.forget(log)
        return None

    def history(self) -> History:
        """Return what became of all attempts at this shard but our own open one."""
        record = History()
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            own = path == self._path
            begun = None
            for line in _lines(path):
                log = str(line.get("log"))
                if "end" not in line:
                    begun = log
                    continue
                begun = None
                if line["end"] in STRIKES:
                    strike = line["end"], str(line.get("detail", ""))
                    record.strikes.setdefault(log, []).append(strike)
                elif line["end"] == "killed":
                    record.interrupted[log] += 1
            if begun is None or own:
                continue
            if is_held(path):
                record.in_progress.add(begun)
            else:
                record.interrupted[begun] += 1
        return record

    def is_shared(self) -> bool:
        """Tell whether somebody else works here as well."""
        others = (p for p in self.folder.glob(f"*{SUFFIX}") if p != self._path)
        return any(is_held(path) for path in others)


def is_worked_at(folder: Path) -> bool:
    """Tell whether somebody works at a shard, as far as its file system knows locks."""
    # It may be gone between any two looks: who commits a shard clears its folder.
    with suppress(FileNotFoundError):
        return any(is_held(path) for path in folder.glob(f"*{SUFFIX}"))
    return False


def is_held(path: Path) -> bool:
    """Tell whether the process that writes a file is alive."""
    if fcntl is None:
        return False
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what is noted; a line that was cut short by a kill is passed over."""
    try:
        content = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for line in content.splitlines():
        with suppress(ValueError):
            record = json.loads(line)
            if isinstance(record, dict):
                yield record
