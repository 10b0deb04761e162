"""``python -m veernet`` is the command ``veernet``; Ctrl-C ends either with one line.

Nothing else is imported before Ctrl-C is seen to.
"""

from __future__ import annotations

import sys

from veernet.interrupt import deafen, interrupted, listen, say_interrupted


def run() -> int:
    """Run the command line, and return its exit code."""
    listen()
    try:
        try:
            from veernet.cli import main  # noqa: PLC0415

            return main()
        # argparse ends by SystemExit; imports may make anything of an interrupt.
        except BaseException as error:
            if interrupted(error):
                return say_interrupted()
            raise
    finally:
        deafen()


if __name__ == "__main__":
    sys.exit(run())
