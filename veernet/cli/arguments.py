"""What several verbs take: their arguments, and sections of a registration file."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from veernet.cli.output import EXIT_CODES
from veernet.errors import InputError

if TYPE_CHECKING:
    from veernet.records import Registration

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_verb(
    verbs: Verbs,
    name: str,
    run: Callable[[argparse.Namespace], int],
    says: str,
    more: str,
) -> argparse.ArgumentParser:
    """Add a verb.

    Parameters
    ----------
    verbs
        Those of the command line.
    name
        Of the verb.
    run
        Called with what was parsed; returns the exit code.
    says
        The line in the help of all verbs.
    more
        What its own help says beyond that.

    Returns
    -------
    argparse.ArgumentParser
        Takes the arguments of the verb.
    """
    description = f"{says[0].upper()}{says[1:]}. {more}"
    verb = verbs.add_parser(name, help=says, description=description, epilog=EXIT_CODES)
    verb.set_defaults(run=run)
    return verb


def add_scan(verb: argparse.ArgumentParser, metavar: str = "SCAN") -> None:
    """Let a verb take a scan."""
    verb.add_argument("scan", type=Path, metavar=metavar, help="TIFF, PNG, JPEG or PDF")


def add_registration(
    verb: argparse.ArgumentParser,
    *,
    required: bool,
    says: str = "needed for pixels, fractions and swaps",
) -> None:
    """Let a verb take a registration file, and say what for where it is optional."""
    what = "where depths, tracks and scales lie on the scan"
    says = what if required else f"{what}; {says}"
    verb.add_argument(
        "--registration", type=Path, required=required, metavar="REG.yaml", help=says
    )


def add_overwrite(verb: argparse.ArgumentParser) -> None:
    """Let a verb write over files that are there."""
    says = "write over files that are there"
    verb.add_argument("--overwrite", action="store_true", help=says)


def add_out(verb: argparse.ArgumentParser) -> None:
    """Let a verb write curves."""
    verb.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="WELL.las|WELL.csv",
        help="the curves, as LAS 2.0 or CSV by the suffix",
    )
    verb.add_argument(
        "--confidence",
        action="store_true",
        help="add a column MNEM_CONF for each curve: how sure its values are, 0 to 1",
    )
    add_overwrite(verb)


def load_section(path: Path, wanted: str | None) -> Registration:
    """Load the only section of a registration file, or the one that is wanted.

    Parameters
    ----------
    path
        The file.
    wanted
        Name of a section; None where the file holds one.

    Raises
    ------
    InputError
        If the file is wrong, there is no such section, or several and none is wanted.
    """
    from veernet.registration import load_registrations

    found = load_registrations(path, wanted)
    if len(found) > 1:
        known = ", ".join(r.section for r in found)
        msg = f"{path}: holds the sections {known}: choose one with --section"
        raise InputError(msg)
    return found[0]
