"""Tell how a run goes: a bar or lines for a person, status.json and events.jsonl."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from tqdm import tqdm

from veernet.archive.ledger import Ledger
from veernet.archive.packing import counted
from veernet.archive.reader import Event
from veernet.archive.status import left_to_read, run_status
from veernet.files import write_text

OFTEN = 2.0
"""Seconds between two states of status.json."""

SELDOM = 30.0
"""Seconds between two lines where there is no terminal."""


class Watching:
    """Follows a run.

    Parameters
    ----------
    ledger
        Of the folder of results.
    quiet
        Write no bar and no lines.
    """

    def __init__(self, ledger: Ledger, *, quiet: bool = False) -> None:
        self._ledger = ledger
        before = run_status(ledger)
        self._before = before.ended
        # Of a retry, logs end that have ended once before.
        self._left = left_to_read(ledger)
        self._total = self._left + self._before
        self._counts: Counter[str] = Counter(before.counts)
        self._here = 0
        self._start = time.monotonic()
        self._reported_at = self._said = 0.0
        self._quiet = quiet
        self._bar: tqdm[Any] | None = None
        if not quiet and sys.stderr.isatty():
            self._bar = tqdm(total=self._total, initial=self._before, unit="log")
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._events = os.open(ledger.folder / "events.jsonl", flags, 0o666)
        self._note({"event": "begin", "pid": os.getpid()})

    def see(self, event: Event) -> None:
        """Take what has happened."""
        kind = event["event"]
        if kind == "log":
            self._here += 1
            self._counts[counted(event)] += 1
            if self._bar is not None:
                self._bar.update()
        if kind != "tick":
            self._note(event)
        now = time.monotonic()
        if now - self._reported_at > OFTEN:
            self._reported_at = now
            # A driver that begins may take the new file for one that was left over.
            with suppress(FileNotFoundError):
                self._write("running")
        if self._bar is None and not self._quiet and now - self._said > SELDOM:
            self._said = now
            print(self._line(), file=sys.stderr, flush=True)  # noqa: T201

    def end(self, state: str, why: str = "") -> None:
        """Take how it ended."""
        with suppress(OSError):
            self._note({"event": "end", "state": state, "why": why})
            self._write(state, why)
        if self._bar is not None:
            self._bar.close()
        with suppress(OSError):
            os.close(self._events)

    @property
    def rate(self) -> float:
        """Logs a second of this driver."""
        return self._here / max(time.monotonic() - self._start, 1e-9)

    def _line(self) -> str:
        ended = self._before + self._here
        bad = sum(n for name, n in self._counts.items() if name.startswith("failed"))
        return f"{ended} of {self._total} logs, {bad} failed, {3600 * self.rate:.0f}/h"

    def _note(self, event: Event) -> None:
        said = {k: v for k, v in event.items() if k not in {"said", "stages"}}
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": stamp, **said})
        # One write, so that lines of several drivers do not mix.
        os.write(self._events, line.encode() + b"\n")

    def _write(self, state: str, why: str = "") -> None:
        left = max(0, self._left - self._here)
        record = {
            "state": state,
            "why": why,
            "updated": datetime.now(UTC).isoformat(timespec="seconds"),
            "logs": self._total,
            "ended": self._before + self._here,
            "counts": dict(sorted(self._counts.items())),
            "logs_per_hour": round(3600 * self.rate, 1),
            "seconds_left": round(left / self.rate) if self._here else None,
            "pid": os.getpid(),
            "host": socket.gethostname(),
        }
        path = self._ledger.folder / "status.json"
        write_text(path, json.dumps(record, indent=1) + "\n")
