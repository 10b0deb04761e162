"""Scan: say what a file is, and whether it can be opened."""

from __future__ import annotations

import argparse

from veernet.cli.arguments import Verbs, add_scan, add_verb
from veernet.cli.output import DONE


def add_arguments(verbs: Verbs) -> None:
    """Add the verb ``scan`` and what it takes."""
    verb = add_verb(
        verbs,
        "scan",
        run,
        "say what a file is, and whether it can be opened",
        "A line for each page: rows, columns, how it is stored, dpi; and what is "
        "damaged or odd about it.",
    )
    add_scan(verb, "FILE")


def run(options: argparse.Namespace) -> int:
    """Print a line for each page of a file."""
    from veernet.scan import describe

    print("\n".join(describe(options.scan)))
    return DONE
