"""The handle of a worker: starts it, gives it a log, and says how the log ended."""

from __future__ import annotations

import errno
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from veernet.archive.child import SAID, TOLD, UNTOLD
from veernet.archive.general import GENERAL
from veernet.archive.records import Log, Settings, Stop, memory_for, seconds_for

STARTING = 600.0
"""Seconds that a worker may take to load: where compiled code cannot be kept, and the
machine does other things, it compiles for a minute or two."""

SLACK = 60.0
"""Seconds beyond the limit of a log until a worker that does not answer is killed."""

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
        seconds, peak_bytes, said and stages.
    """

    row: dict[str, Any] | None
    reason: str
    detail: str
    measures: dict[str, Any]


class WorkerDied(Exception):
    """A worker has ended, and not its child alone."""


class Halted(Exception):
    """The run was stopped while a log was read, which is not counted against it."""


class Worker:
    """A worker process, started when it is first needed, and again when it dies.

    Parameters
    ----------
    settings
        Of the run.
    threads
        That the network runs in.
    stopped
        Asked now and then whether to give up.
    """

    def __init__(
        self,
        settings: Settings,
        threads: int = 1,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._settings = settings
        self._threads = threads
        self._stopped = stopped
        self._process: subprocess.Popen[bytes] | None = None
        self._had = b""

    @property
    def pid(self) -> int | None:
        """Of the process, None while there is none."""
        return None if self._process is None else self._process.pid

    def read(self, log: Log, folder: Path, *, alone: bool = False) -> Attempt:
        """Have a log read.

        Parameters
        ----------
        log
            Of the plan.
        folder
            Empty; takes its files.
        alone
            In a fresh process instead of one that is forked off, so that nothing that
            a worker holds can be to blame: for a second attempt.

        Raises
        ------
        Stop
            If the worker cannot load what it needs, or the disk is full.
        Halted
            If the run is stopped meanwhile.
        """
        seconds = seconds_for(log, self._settings)
        memory = memory_for(log, self._settings)
        task = {
            "log": {**asdict(log), "well": dict(log.well)},
            "folder": str(folder),
            "seconds": seconds,
            "memory": memory,
        }
        kills = oom_kills()
        try:
            if alone:
                self.close()
            self._start()
            self._send({**task, "alone": alone})
            ended = self._end(seconds) if alone else self._answer(seconds + SLACK)
        except WorkerDied as error:
            self.close()
            return Attempt(None, "killed", str(error), _measures(folder, {}))
        measures = _measures(folder, ended)
        return _attempt(folder, ended, seconds, memory, measures, kills)

    def close(self) -> None:
        """End the process, and its child with it."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        single = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._had = b""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "veernet.archive.host"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **single, "PYTHONUNBUFFERED": "1"},
        )
        told = {
            "settings": self._settings.to_dict(),
            "threads": self._threads,
            "parent": os.getpid(),
        }
        self._send(told)
        ready = self._answer(STARTING)
        if "error" in ready:
            self.close()
            raise Stop(ready["error"])

    def _send(self, told: dict[str, Any]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(told).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise WorkerDied(self._how()) from error

    def _answer(self, seconds: float) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        deadline = time.monotonic() + seconds
        while b"\n" not in self._had:
            if self._stopped():
                raise Halted
            ready, _, _ = select.select([descriptor], [], [], 0.5)
            if ready:
                got = os.read(descriptor, 65536)
                if not got:
                    raise WorkerDied(self._how())
                self._had += got
            elif time.monotonic() > deadline:
                msg = "the worker did not answer"
                raise WorkerDied(msg)
        line, _, self._had = self._had.partition(b"\n")
        told: dict[str, Any] = json.loads(line)
        return told

    def _end(self, seconds: float) -> dict[str, Any]:
        """Wait for a worker that reads a log itself, and ends with it."""
        assert self._process is not None
        start = time.monotonic()
        late = False
        while self._process.poll() is None:
            if self._stopped():
                raise Halted
            late = time.monotonic() - start > seconds
            if late:
                break
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.5)
        code = self._process.returncode
        self.close()
        status = 0 if code is None else -code if code < 0 else code << 8
        return {"status": status, "late": late, "seconds": time.monotonic() - start}

    def _how(self) -> str:
        assert self._process is not None
        with suppress(subprocess.TimeoutExpired):
            code = self._process.wait(5)
            return f"the worker ended ({_signal(code) if code < 0 else f'code {code}'})"
        return "the worker closed its output"


def _attempt(
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
        text = f"its process was ended by {_signal(-number)}"
        return Attempt(None, "crash", text, measures)
    code = os.WEXITSTATUS(status)
    told = _told(folder)
    if told is None and code in GENERAL and code != errno.EMFILE:
        raise Stop(_general(os.strerror(code), folder))
    if told is None:
        text = f"its process ended with code {code} and no word"
        reason = "memory" if code == UNTOLD else "crash"
        return Attempt(None, reason, text, measures)
    if "stop" in told:
        raise Stop(_general(str(told["stop"]), folder))
    measures["stages"] = told.pop("stages", {})
    if told.get("reason") == "memory":
        text = f"it took more memory than its limit of {memory / 2**20:.0f} MB"
        return Attempt(None, "memory", text, measures)
    return Attempt(told, "", "", measures)


def _general(what: str, folder: Path) -> str:
    return f"{folder.parents[2]}: {what}: make room, or mend it, and run again"


def _told(folder: Path) -> dict[str, Any] | None:
    """Take the word that a child left, None if it left none."""
    path = folder / TOLD
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        path.unlink()
    except (OSError, ValueError):
        return None
    return told


def _measures(folder: Path, ended: dict[str, Any]) -> dict[str, Any]:
    said = ""
    with suppress(OSError):
        path = folder / SAID
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - SAID_BYTES))
            said = stream.read().decode("utf-8", "replace")
        path.unlink()
    return {
        "seconds": float(ended.get("seconds", 0.0)),
        "peak_bytes": int(ended.get("peak", 0)),
        "said": said,
    }


def _signal(code: int) -> str:
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def oom_kills() -> int:
    """Return how many processes the kernel has killed for memory since it started."""
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/vmstat").read_text("ascii").splitlines()
        return int(next(ln for ln in lines if ln.startswith("oom_kill ")).split()[1])
    return 0
