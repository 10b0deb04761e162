"""Scan: say what a file is, and whether it can be opened."""

from __future__ import annotations

import argparse
from pathlib import Path

from veernet.cli.arguments import Verbs, add_verb
from veernet.cli.output import DONE, WRONG_INPUT

SUFFIXES = {".tif", ".tiff", ".png", ".jpg", ".jpeg", ".pdf"}


def add_arguments(verbs: Verbs) -> None:
    """Add the verb ``scan`` and what it takes."""
    verb = add_verb(
        verbs,
        "scan",
        run,
        "say what a file is, and whether it can be opened",
        "A line for each page: rows, columns, how it is stored, dpi; and what is "
        "damaged or odd about it. With several files the exit code is 2 if one of "
        "them cannot be opened; the others are told all the same.",
    )
    says = "TIFF, PNG, JPEG or PDF; of a folder, all of them in it"
    verb.add_argument("scans", type=Path, nargs="+", metavar="FILE", help=says)


def run(options: argparse.Namespace) -> int:
    """Print a line for each page of each file; go on where one cannot be opened."""
    from veernet.errors import InputError
    from veernet.scan import describe

    several = len(options.scans) > 1 or options.scans[0].is_dir()
    if not several:
        print("\n".join(describe(options.scans[0])))
        return DONE
    files = [file for path in options.scans for file in _files(path)]
    if not files:
        where = ", ".join(map(str, options.scans))
        msg = f"{where}: holds no TIFF, PNG, JPEG or PDF: name files"
        raise InputError(msg)
    wrong = 0
    for file in files:
        try:
            lines = describe(file)
        except InputError as error:
            wrong += 1
            print(f"wrong: {error}")
            continue
        print(f"{file}")
        print("\n".join(f"  {line}" for line in lines))
    print(f"{len(files)} files: {len(files) - wrong} can be read, {wrong} cannot")
    return WRONG_INPUT if wrong else DONE


def _files(path: Path) -> list[Path]:
    """Return a file, or what of a folder is called like a scan, in order of names."""
    if not path.is_dir():
        return [path]
    found = sorted(path.iterdir())
    return [file for file in found if file.suffix.lower() in SUFFIXES]
