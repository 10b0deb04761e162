"""Ctrl-C, which ends a command with one line, whatever it was doing.

Python turns it into a `KeyboardInterrupt`, which other code may turn into something
else: numba into a `SystemError`, a broad ``except`` while a package is imported into
that the package is missing. So it is remembered that the keys were pressed. Where
nothing can be raised (in a callback of the compiler, in a finaliser) Python drops it,
and it is raised once more.
"""

from __future__ import annotations

import _thread
import atexit
import os
import signal
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

INTERRUPTED = 130
"""Exit code of a command that Ctrl-C ended, as shells have it: 128 and the signal."""

AGAIN = 0.05
"""Seconds until an interrupt that was dropped is raised once more: a callback of the
compiler is left in less, and if not, it is dropped and raised again."""

_pressed = False


def listen() -> None:
    """Raise a `KeyboardInterrupt` at Ctrl-C, remember it, and let none be dropped."""
    signal.signal(signal.SIGINT, _press)
    sys.unraisablehook = _dropped


def deafen() -> None:
    """Pass over Ctrl-C from here on: the command is over, and says how."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def leave(code: int) -> NoReturn:
    """End the process with an exit code, after all that was to be done at its end.

    Python would end it by the signal once more, and not with the code, where Ctrl-C
    came within ``exec``, as dataclasses use it: it takes that one for unhandled.
    """
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def interrupted(error: BaseException | None) -> bool:
    """Return whether what was raised comes of Ctrl-C."""
    if _pressed:
        return True
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, KeyboardInterrupt):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def say_interrupted() -> int:
    """Say that the command was interrupted, and return its exit code."""
    sys.stderr.write("veernet: interrupted: nothing was half written\n")
    return INTERRUPTED


def _press(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    global _pressed  # noqa: PLW0603 - a signal is of the whole process
    _pressed = True
    raise KeyboardInterrupt


def _dropped(what: UnraisableHookArgs) -> None:
    """Take what Python could not raise; an interrupt comes once more, soon."""
    if not issubclass(what.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(what)
        return
    timer = threading.Timer(AGAIN, _press_again)
    timer.daemon = True
    timer.start()


def _press_again() -> None:
    main = threading.main_thread().ident
    if main is not None and hasattr(signal, "pthread_kill"):
        # A signal of its own also ends a wait, as for a child or a file.
        signal.pthread_kill(main, signal.SIGINT)
    else:
        _thread.interrupt_main()
