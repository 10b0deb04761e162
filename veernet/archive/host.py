"""A worker: loads the network once, and forks a child off for each log.

`python -m` this module reads a line of JSON for each log and answers with one. Between
two logs it does nothing, so that the threads of its libraries rest whenever it forks;
it holds no thread of Python. It ends when its input does, and its child with it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
import warnings
from typing import Any


def main() -> int:
    """Serve whoever started this process; the first line says how."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started it
    # Python warns of forks beside threads of libraries: they rest, see above.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    lines = _Lines(0)
    first = lines.next()
    if first is None:
        return 0
    message = json.loads(first)
    from veernet.archive.child import (  # noqa: PLC0415
        end_with_parent,
        named,
        read_alone,
    )
    from veernet.archive.records import ArchiveSettings  # noqa: PLC0415
    from veernet.errors import InputError  # noqa: PLC0415

    settings = ArchiveSettings(**message["settings"])
    try:
        loaded = named(settings.loader)(settings, message["threads"])
    except (InputError, OSError) as error:
        _answer(answers, {"error": str(error)})
        return 2
    except Exception as error:  # noqa: BLE001, RUF100 - no log is to blame for it
        what = f"a worker cannot be made ready: {type(error).__name__}: {error}"
        _answer(answers, {"error": what})
        return 1
    _answer(answers, {"ready": os.getpid()})
    while (line := lines.next()) is not None:
        task = json.loads(line)
        if task.get("alone"):
            end_with_parent(message["parent"])
            read_alone(task, settings, loaded)
        pid = _fork(task, settings, loaded)
        ended = _wait(pid, time.monotonic() + task["seconds"], lines)
        if ended is None:
            return 0
        _answer(answers, ended)
    return 0


def _fork(task: dict[str, Any], settings: Any, loaded: object) -> int:  # noqa: ANN401
    from veernet.archive.child import end_with_parent, read_alone  # noqa: PLC0415

    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            end_with_parent(parent)
            read_alone(task, settings, loaded)
        finally:
            os._exit(1)
    return pid


def _wait(pid: int, deadline: float, lines: _Lines) -> dict[str, Any] | None:
    """Wait for a child, and kill it when its time is up or nobody waits for it."""
    start, late = time.monotonic(), False
    handle = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        poll.register(lines.descriptor, select.POLLIN)
        while True:
            left = deadline - time.monotonic()
            ready = {fd for fd, _ in poll.poll(max(0, int(1000 * left) + 1))}
            if handle in ready:
                break
            if lines.descriptor in ready and not lines.fill():
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                return None
            if time.monotonic() >= deadline:
                late = True
                os.kill(pid, signal.SIGKILL)
                break
    finally:
        os.close(handle)
    _, status, used = os.wait4(pid, 0)
    return {
        "status": status,
        "late": late,
        "seconds": time.monotonic() - start,
        "core": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss * 1024,
    }


def _answer(answers: Any, message: dict[str, Any]) -> None:  # noqa: ANN401
    answers.write(json.dumps(message) + "\n")
    answers.flush()


class _Lines:
    """Lines of a descriptor, of which the end is seen while a child is waited for."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._had = b""

    def fill(self) -> bool:
        """Read what is there; False at the end."""
        got = os.read(self.descriptor, 65536)
        self._had += got
        return bool(got)

    def next(self) -> str | None:
        """Return the next line, None at the end."""
        while b"\n" not in self._had:
            if not self.fill():
                return None
        line, _, self._had = self._had.partition(b"\n")
        return line.decode()


def run() -> int:
    """Serve until nobody asks any more; who asked may be killed at any moment."""
    try:
        return main()
    except BrokenPipeError:
        os._exit(0)  # nor can anything be said on the way out


if __name__ == "__main__":
    sys.exit(run())
