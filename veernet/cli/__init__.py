"""The command line: one module for each verb, and nothing heavy before it is needed.

A verb is a module with ``add_arguments(verbs)``, which says what it takes, and
``run(options)``, which does it and returns the exit code. What is wrong with the input
it raises, to be told in one line. The two commands that Hydra composes share a module.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence

from veernet import __version__
from veernet.cli import (
    archive,
    check,
    composed,
    convert,
    digitise,
    evaluate,
    export,
    qc,
    register,
    report,
    review,
    scan,
    score,
)
from veernet.cli.composed import config_folder, offer_settings
from veernet.cli.output import DEFECT, DONE, EXIT_CODES, REFUSED, WRONG_INPUT
from veernet.errors import InputError, Note, Refused, one_line
from veernet.interrupt import interrupted, say_interrupted

__all__ = [
    "DEFECT",
    "DONE",
    "REFUSED",
    "WRONG_INPUT",
    "config_folder",
    "main",
    "offer_settings",
]

VERBS = (
    digitise,
    export,
    qc,
    evaluate,
    scan,
    register,
    check,
    review,
    archive,
    convert,
    report,
    score,
)
"""In the order in which the help lists them."""

SPELLINGS = {"digitize": "digitise"}
"""Other spellings of verbs that are understood."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv
        Arguments; those of the process unless given.

    Returns
    -------
    int
        0 done; 1 a defect of veernet; 2 the input or the arguments are wrong; 3 the
        scan is no readable curve log.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    # Hydra reads the rest of these two commands' lines itself.
    if arguments and arguments[0] in composed.COMMANDS:
        return _guarded(lambda: composed.run(arguments[0], arguments[1:]))
    return _guarded(verb(*arguments))


def verb(*arguments: str) -> Callable[[], int]:
    """Return what a command line asks for, to be done; what is wrong is then raised."""
    name = [SPELLINGS.get(word, word) for word in arguments[:1]]
    options = _parser().parse_args([*name, *arguments[1:]])
    return lambda: int(options.run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="veernet",
        description="Turn scanned well logs into depth-indexed curves.",
        epilog=EXIT_CODES,
    )
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(
        title="commands", required=True, metavar="COMMAND", dest="command"
    )
    for verb in (*VERBS, composed):
        verb.add_arguments(verbs)
    return parser


def _guarded(command: Callable[[], int]) -> int:
    """Turn what a command raises into one line and an exit code."""
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _note(warnings.showwarning)
            return command()
    # Also what ends a process: Lightning leaves by it when it is interrupted.
    except BaseException as error:
        if interrupted(error):
            return say_interrupted()
        return _report_error(error)


def _report_error(error: BaseException) -> int:
    """Say what a command raised, and return its exit code."""
    match error:
        case Refused():
            return _say(error, REFUSED)
        case BrokenPipeError():
            # Whoever read the output has seen enough; nothing more can be said.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return DONE
        case InputError() | OSError():
            # A full disk, a folder that may not be written: the user's to mend too.
            return _say(error, WRONG_INPUT)
        case Exception():
            traceback.print_exception(error)
            defect = "this is a defect of veernet: please report the lines above"
            return _say(defect, DEFECT)
    raise error


def _note(otherwise: Callable[..., None]) -> Callable[..., None]:
    """Return what shows warnings: our own as one line, any other as it was shown."""

    def show(message: Warning | str, *where: object, **more: object) -> None:
        if isinstance(message, Note):
            print(f"veernet: note: {message}", file=sys.stderr)
        else:
            otherwise(message, *where, **more)

    return show


def _say(what: object, code: int) -> int:
    print(f"veernet: {one_line(str(what))}", file=sys.stderr)
    return code
