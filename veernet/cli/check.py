"""Check: compare a registration with its scan before anything is digitised."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from veernet.cli.arguments import Verbs, add_verb
from veernet.cli.output import DONE, WRONG_INPUT, page_progress
from veernet.errors import InputError

if TYPE_CHECKING:
    from veernet.check.finding import Finding
    from veernet.records import Registration


def add_arguments(verbs: Verbs) -> None:
    """Add the verb ``check`` and what it takes."""
    verb = add_verb(
        verbs,
        "check",
        run,
        "compare a registration with its scan before anything is digitised",
        "Depth points against the depth lines, edges against the upright lines, "
        "scales against what curves show, tracks against those that are drawn, curves "
        "against those that the header names (with veernet[register]). A "
        "line for each finding, the worst first: with one that would make a wrong "
        "curve (wrong: ...) the exit code is 2, with notes alone 0.",
    )
    add = verb.add_argument
    says = "the registration to check"
    add("registration", type=Path, metavar="REG.yaml", help=says)
    says = "the scan; without it the image that the registration names, beside it"
    add("scan", type=Path, nargs="?", metavar="SCAN", help=says)
    add("--section", metavar="NAME", help="only this section of the registration")
    says = "do not read the headers, which takes some six seconds: all else is checked"
    add("--no-headers", action="store_true", help=says)


def run(options: argparse.Namespace) -> int:
    """Print the findings, the worst first."""
    from veernet.check.finding import worst_first
    from veernet.check.page import check
    from veernet.register.ocr.reader import load_reader
    from veernet.registration import load_registrations
    from veernet.scan import open_scan

    registrations = load_registrations(options.registration, options.section)
    read = None
    # Without its extra the headers are not read: all else is checked.
    with suppress(InputError):
        read = None if options.no_headers else load_reader()
    findings: list[Finding] = []
    for page in sorted({registration.page for registration in registrations}):
        own = [r for r in registrations if r.page == page]
        path = options.scan or _named(options.registration, own)
        scan = open_scan(path, page)
        findings += check(scan, own, page_progress("surveyed"), read=read)
    for finding in worst_first(findings):
        print(finding.line)
    if not findings:
        named_text = ", ".join(registration.section for registration in registrations)
        print(f"{options.registration}: nothing to report: {named_text}")
    return WRONG_INPUT if any(finding.severe for finding in findings) else DONE


def _named(path: Path, registrations: Sequence[Registration]) -> Path:
    """Return the one image that registrations name, which lies beside their file."""
    named = sorted({r.image for r in registrations if r.image is not None})
    if len(named) != 1:
        named_text = f"names {' and '.join(named)}" if named else "names no image"
        msg = f"{path} {named_text}: name the scan: veernet check {path} SCAN"
        raise InputError(msg)
    image = path.parent / named[0]
    if not image.is_file():
        msg = f"{path} names {named[0]}, which is not beside it: name the scan"
        raise InputError(msg)
    return image
