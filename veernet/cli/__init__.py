"""The command line: one module for each verb, and nothing heavy before it is needed.

A verb is a module with ``add_arguments(verbs)``, which says what it takes, and
``run(options)``, which does it and returns the exit code. What is wrong with the input
it raises, to be told in one line. The two commands that Hydra composes share a module.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from veernet import __version__
from veernet.cli import (
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
)
from veernet.cli.composed import config_folder, offer_settings
from veernet.cli.output import DEFECT, DONE, EXIT_CODES, REFUSED, WRONG_INPUT
from veernet.errors import InputError, Refused

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
    convert,
    report,
)
"""In the order in which the help lists them."""


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
    options = _parser().parse_args(arguments)
    return _guarded(lambda: options.run(options))


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
        return command()
    except InputError as error:
        return _say(error, WRONG_INPUT)
    except Refused as error:
        return _say(error, REFUSED)
    except BrokenPipeError:
        # Whoever read the output has seen enough; nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        # A full disk, a folder that may not be written: the user's to mend, not ours.
        return _say(error, WRONG_INPUT)
    except KeyboardInterrupt:
        return _say("interrupted: nothing was half written", 130)
    except Exception:  # noqa: BLE001, RUF100 - the last resort before the user
        import traceback

        traceback.print_exc()
        return _say(
            "this is a defect of veernet: please report the lines above", DEFECT
        )


def _say(what: object, code: int) -> int:
    print(f"veernet: {what}", file=sys.stderr)
    return code
