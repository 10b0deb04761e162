"""Evaluate: score a digitised log against the truth."""

from __future__ import annotations

import argparse
from pathlib import Path

from veernet.cli.arguments import (
    Verbs,
    add_overwrite,
    add_registration,
    add_verb,
    load_section,
)
from veernet.cli.output import DONE
from veernet.errors import InputError


def add_arguments(verbs: Verbs) -> None:
    """Add the verb ``evaluate`` and what it takes."""
    verb = add_verb(
        verbs,
        "evaluate",
        run,
        "score a digitised log against the truth",
        "At the truth's depths, linear between the samples of DIGITISED, never "
        "across a null; first on the depths that were read, then with gaps filled. "
        "The README says what the columns are.",
    )
    add = verb.add_argument
    add("digitised", type=Path, metavar="DIGITISED", help="LAS or CSV")
    add("truth", type=Path, metavar="TRUTH", help="LAS or CSV")
    add(
        "--map",
        nargs="+",
        default=[],
        metavar="GR=GR_EDTC",
        help="pairs of a curve in DIGITISED and its name in TRUTH, where they differ",
    )
    add_registration(verb, required=False)
    says = "of the registration, if it holds several"
    add("--section", metavar="NAME", help=says)
    says = "also score on this many even depths, as publications do"
    add("--points", type=int, metavar="N", help=says)
    add("--json", type=Path, metavar="OUT", help="write the scores as JSON too")
    add_overwrite(verb)


def run(options: argparse.Namespace) -> int:
    """Print the scores of a log."""
    from veernet.evaluate import evaluate_files, format_table, to_json
    from veernet.files import check_places, write_text

    if options.points is not None and options.points < 2:
        msg = f"--points {options.points}: give 2 or more"
        raise InputError(msg)
    registration = None
    if options.section and not options.registration:
        msg = f"--section {options.section}: give the --registration that it is of"
        raise InputError(msg)
    if options.registration:
        registration = load_section(options.registration, options.section)
    if options.json:
        read = [options.digitised, options.truth, options.registration]
        inputs = [path for path in read if path]
        check_places([options.json], inputs, overwrite=options.overwrite)
    mapping = dict(_pair(text) for text in options.map)
    scores = evaluate_files(
        options.digitised,
        options.truth,
        mapping=mapping,
        registration=registration,
        points=options.points,
    )
    print(format_table(scores), end="")  # the table ends its last line itself
    if options.json:
        write_text(options.json, to_json(scores))
        print(f"{options.json}: the scores")
    return DONE


def _pair(text: str) -> tuple[str, str]:
    digitised, equals, truth = text.partition("=")
    if not (digitised and equals and truth):
        msg = f"--map {text}: write DIGITISED=TRUTH, as in GR=GR_EDTC"
        raise InputError(msg)
    return digitised, truth
