"""What a child process is: it may take so much memory, and ends with who made it."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from veernet.archive.records import ArchiveSettings, Log

ANSWER = "told.json"
"""What a child leaves when it has come to an end by itself."""

SAID = "said.txt"
"""What it and its libraries have printed."""

LARGEST = 16 * 2**30
"""Bytes of a file that a child may write."""

PR_SET_PDEATHSIG = 1
"""Of Linux's prctl: the signal that a process gets when its parent ends."""

UNTOLD = 71
"""Exit code of a child that could not leave a word: its disk is full, mostly."""


def named(dotted: str) -> Callable[..., Any]:
    """Return what ``module:function`` names."""
    module, _, name = dotted.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def limit(memory: int) -> None:
    """Limit this process to so many bytes beyond what it has; leave no core dump."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + memory)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, LARGEST)


def _lower(what: int, most: int) -> None:
    """Set a limit, unless a batch system has set a lower one, which stays."""
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(what, (most, most))


def end_with_parent(parent: int) -> None:
    """Have this process killed when its parent ends, where the system can do that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # It may have ended before it was asked for.
    if os.getppid() != parent:
        os._exit(1)


def read_alone(task: dict[str, Any], settings: ArchiveSettings, loaded: object) -> None:
    """Read a log within the limits of its task, leave a word, and end this process.

    Parameters
    ----------
    task
        ``log``, ``folder`` and ``memory``.
    settings
        Name what reads it.
    loaded
        What the worker has loaded.
    """
    folder = Path(task["folder"])
    code = UNTOLD
    try:
        said = os.open(folder / SAID, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        limit(int(task["memory"]))
        answer = _answer(task, folder, settings, loaded)
        part = folder / f".{ANSWER}"
        part.write_text(json.dumps(answer, allow_nan=False), encoding="utf-8")
        part.rename(folder / ANSWER)
        code = 0
    except OSError as error:
        code = error.errno or UNTOLD
    except MemoryError:
        code = UNTOLD
    finally:
        # Nothing of the worker's, no thread or library, is to be ended by its child.
        os._exit(code)


def _answer(
    task: dict[str, Any], folder: Path, settings: ArchiveSettings, loaded: object
) -> dict[str, Any]:
    log = Log(**{**task["log"], "registrations": tuple(task["log"]["registrations"])})
    try:
        row: dict[str, Any] = named(settings.reader)(log, folder, loaded)
    except OSError as error:
        # What a reader raises is not the log's fault.
        return {"stop": error.strerror or str(error), "errno": error.errno}
    return row
