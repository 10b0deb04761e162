"""``python -m veernet`` is the command ``veernet``; Ctrl-C ends either with one line.

Nothing else is imported before Ctrl-C is seen to.
"""

from __future__ import annotations

import sys

from veernet.interrupt import (
    INTERRUPTED,
    deafen,
    interrupted,
    leave,
    listen,
    say_interrupted,
)


def run() -> int:
    """Run the command line, and return its exit code; an interrupt ends the process."""
    listen()
    try:
        try:
            from veernet.cli import main  # noqa: PLC0415

            code = main()
        # argparse ends by SystemExit; imports may make anything of an interrupt.
        except BaseException as error:
            if not interrupted(error):
                raise
            code = say_interrupted()
    finally:
        deafen()
    if code == INTERRUPTED:
        leave(code)
    return code


if __name__ == "__main__":
    sys.exit(run())
