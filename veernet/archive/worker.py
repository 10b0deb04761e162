"""The handle of a worker: starts it, gives it a log, and says how the log ended."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from veernet.archive.attempt import (
    Attempt,
    attempt_of,
    measures_of,
    oom_kills,
    signal_name,
)
from veernet.archive.records import ArchiveSettings, Log, Stop, memory_for, seconds_for

STARTING = 600.0
"""Seconds that a worker may take to load: where compiled code cannot be kept, and the
machine does other things, it compiles for a minute or two."""

STARTS = 3
"""Times that a worker is started until it is ready."""

SLACK = 60.0
"""Seconds beyond the limit of a log until a worker that does not answer is killed."""


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
        settings: ArchiveSettings,
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
            return Attempt(None, "killed", str(error), measures_of(folder, {}))
        measures = measures_of(folder, ended)
        return attempt_of(folder, ended, seconds, memory, measures, kills)

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
        """Have a worker that is ready; one that dies before is no fault of a log."""
        if self._process is not None and self._process.poll() is None:
            return None
        for _ in range(STARTS):
            self.close()
            try:
                return self._start_once()
            except WorkerDied as error:
                how = str(error)
        msg = f"a worker was started {STARTS} times and was never ready: {how}"
        raise Stop(msg)

    def _start_once(self) -> None:
        single = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._had = b""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "veernet.archive.host"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **single, "PYTHONUNBUFFERED": "1"},
        )
        message = {
            "settings": self._settings.to_dict(),
            "threads": self._threads,
            "parent": os.getpid(),
        }
        self._send(message)
        ready = self._answer(STARTING)
        if "error" in ready:
            self.close()
            raise Stop(ready["error"])

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
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
        message: dict[str, Any] = json.loads(line)
        return message

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
            how = signal_name(code) if code < 0 else f"code {code}"
            return f"the worker ended ({how})"
        return "the worker closed its output"
