"""Long work in a process of its own: one at a time, with progress, and cancelled.

What is cancelled leaves no trace in the document.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from veernet.errors import InputError
from veernet.review.wording import for_page

Kind = Literal["register", "check", "digitise", "evidence"]
State = Literal["running", "done", "failed", "cancelled"]

GRACE = 3.0
"""Seconds that a process is given to end when it is asked to."""


@dataclass(frozen=True)
class Job:
    """How some work stands.

    Parameters
    ----------
    id
        Of the work.
    kind
        What is done.
    section
        To which section; None for the page.
    stage
        For a person.
    done, total
        How far the stage is; 0 of 0 where it does not tell.
    state
        running, done, failed or cancelled.
    error
        Why it failed, in a line.
    """

    id: str
    kind: Kind
    section: str | None
    stage: str = "starting"
    done: int = 0
    total: int = 0
    state: State = "running"
    error: str | None = None

    def to_page(self) -> dict[str, Any]:
        """Return the job as JSON."""
        error = None if self.error is None else for_page(self.error)
        return {**vars(self), "error": error}


Finish = Callable[[Path], None]
"""Takes the folder in which a job has left what it made; what it raises as an input
error is why the job failed after all."""


class Jobs:
    """Runs jobs, and tells how they stand.

    Parameters
    ----------
    message
        Called with each change, from any thread.
    """

    def __init__(self, message: Callable[[Job], None]) -> None:
        self._notify = message
        # A job is cancelled by one thread and told of by another.
        self._lock = threading.RLock()
        self._job: Job | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        # What a job made is being put in place: too late to cancel it.
        self._finishing = False

    @property
    def current(self) -> Job | None:
        """The job that runs, or ran last."""
        return self._job

    @property
    def is_running(self) -> bool:
        """Whether a job runs."""
        return self._job is not None and self._job.state == "running"

    def start(self, task: dict[str, Any], section: str | None, finish: Finish) -> Job:
        """Start a job.

        Parameters
        ----------
        task
            What `veernet.review.work` is to do, with its ``kind``.
        section
            That it is for.
        finish
            Called when it is done, before that is told.

        Raises
        ------
        InputError
            If one is running.
        """
        with self._lock:
            if self.is_running:
                assert self._job is not None
                msg = f"{self._job.kind} is still running: wait for it, or cancel it"
                raise InputError(msg)
            job = Job(secrets.token_hex(8), task["kind"], section)
            folder = Path(tempfile.mkdtemp(prefix="veernet-"))
            try:
                self._process = _begin()
            except OSError as error:
                shutil.rmtree(folder, ignore_errors=True)
                msg = (
                    f"{job.kind} cannot be started ({error.strerror}): close other "
                    "programs, and try again"
                )
                raise InputError(msg) from error
            self._job = job
            self._thread = threading.Thread(
                target=self._run,
                args=(
                    job,
                    self._process,
                    folder,
                    {**task, "folder": str(folder)},
                    finish,
                ),
                daemon=True,
            )
            self._notify(job)
            self._thread.start()
        return job

    def cancel(self) -> None:
        """End the job that runs, and forget what it made."""
        with self._lock:
            if self.is_running and self._job is not None and not self._finishing:
                self._set(self._job.id, state="cancelled", stage="cancelled")
                self._end()

    def close(self) -> None:
        """End what runs, and wait for it."""
        self.cancel()
        if self._thread is not None:
            self._thread.join(2 * GRACE)

    def _end(self) -> None:
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE)
                return
            self._process.kill()

    def _run(
        self,
        job: Job,
        process: subprocess.Popen[bytes],
        folder: Path,
        task: dict[str, Any],
        finish: Finish,
    ) -> None:
        try:
            with process:
                error = self._listen(job, process, task)
            if error is None:
                error = self._finish(job, folder, finish)
            if error is not None:
                self._set(job.id, state="failed", stage="failed", error=error)
        except Exception as error:  # noqa: BLE001, RUF100 - no job runs for ever
            line = f"{job.kind}: this is a defect of veernet: {error!r}"[:300]
            self._set(job.id, state="failed", stage="failed", error=line)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _listen(
        self, job: Job, process: subprocess.Popen[bytes], task: dict[str, Any]
    ) -> str | None:
        """Follow a process to its end; return why it failed, if it did."""
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        said: deque[bytes] = deque(maxlen=20)
        errors = threading.Thread(
            target=lambda: said.extend(process.stderr or ()), daemon=True
        )
        errors.start()
        error = None
        try:
            process.stdin.write(json.dumps(task).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            # It died before it took its task; its code says how. Closing the pipe
            # drops what is left unwritten, which nobody will read.
            with suppress(BrokenPipeError):
                process.stdin.close()
        for line in process.stdout:
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if not isinstance(message, dict):  # a library has printed a number
                continue
            if "error" in message:
                error = str(message["error"])
                continue
            known = {k: message[k] for k in ("stage", "done", "total") if k in message}
            self._set(job.id, **known)
        code = process.wait()
        errors.join(GRACE)
        if code and error is None:
            last = said[-1].decode("utf-8", "replace").strip() if said else "no word"
            error = f"{job.kind} ended with code {code}: {last[:200]}"
        return error

    def _finish(self, job: Job, folder: Path, finish: Finish) -> str | None:
        with self._lock:
            # It may have been cancelled as it ended, and another one be under way.
            if self._job is None or self._job.id != job.id or not self.is_running:
                return None
            self._finishing = True
        try:
            finish(folder)
        except InputError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001, RUF100 - told, and the server goes on
            return f"{job.kind}: this is a defect of veernet: {error!r}"[:300]
        else:
            self._set(job.id, state="done", stage="done")
            return None
        finally:
            self._finishing = False

    def _set(self, id_: str, **message: Any) -> None:  # noqa: ANN401
        """Change how a job stands, unless it is over."""
        with self._lock:
            job = self._job
            if job is None or job.id != id_ or job.state != "running":
                return
            # A stage that does not count begins at nothing of nothing.
            counted = "done" in message or "state" in message
            counts: dict[str, Any] = {} if counted else {"done": 0, "total": 0}
            self._job = replace(job, **counts, **message)
            self._notify(self._job)


def _begin() -> subprocess.Popen[bytes]:
    """Start a process that waits for a task."""
    return subprocess.Popen(
        [sys.executable, "-m", "veernet.review.work"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
