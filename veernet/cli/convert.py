"""Convert: a registration from or into another program's format."""

from __future__ import annotations

import argparse
from pathlib import Path

from veernet.cli.arguments import Verbs, add_overwrite, add_verb
from veernet.cli.output import DONE


def add_arguments(verbs: Verbs) -> None:
    """Add the verb ``convert`` and what it takes."""
    verb = add_verb(
        verbs,
        "convert",
        run,
        "convert a registration from or into another program's format",
        "The formats are told by the suffixes: .yaml and .yml (veernet), .xml "
        "(WITSML 2.0 DepthRegImage), .dra, .txt and .reg (GeoGraphix depth "
        "registration text), .csv (row, depth). What a format cannot carry and "
        "what had to be assumed is said in a note.",
    )
    add = verb.add_argument
    add("source", type=Path, metavar="IN", help="the registration to read")
    add("target", type=Path, metavar="OUT", help="the registration to write")
    add(
        "--like",
        type=Path,
        metavar="TEMPLATE.yaml",
        help="take tracks, scales, unit, step and null value from here where IN tells "
        "none; without it OUT is a YAML that names what is to be filled in",
    )
    add("--section", metavar="NAME", help="only this section of IN")
    add_overwrite(verb)


def run(options: argparse.Namespace) -> int:
    """Convert a registration, and print remarks on it."""
    from veernet.formats import convert

    done = convert(
        options.source,
        options.target,
        options.like,
        options.section,
        overwrite=options.overwrite,
    )
    for remark in done.remarks:
        print(f"note: {remark}")
    print(f"{options.target}: written: {', '.join(done.sections)}")
    return DONE
