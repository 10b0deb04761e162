"""Export: write a trace file as LAS or CSV again."""

from __future__ import annotations

import argparse
from pathlib import Path

from veernet.cli.arguments import (
    Verbs,
    add_out,
    add_registration,
    add_verb,
    load_section,
)
from veernet.cli.output import DONE, write_curves
from veernet.errors import InputError


def add_arguments(verbs: Verbs) -> None:
    """Add the verb ``export`` and what it takes."""
    verb = add_verb(
        verbs,
        "export",
        run,
        "write a trace file as LAS or CSV again",
        "With other scales, or after the trace was edited; the scan is not needed.",
    )
    says = "written by digitise --trace"
    verb.add_argument("trace", type=Path, metavar="TRACE.parquet", help=says)
    add_registration(verb, required=True)
    add_out(verb)
    verb.add_argument("--section", metavar="NAME", help="instead of the trace's own")


def run(options: argparse.Namespace) -> int:
    """Write the curves of a trace file."""
    from dataclasses import replace

    from veernet.calibrate import calibrate_all
    from veernet.export import Provenance, check_output, read_traces
    from veernet.files import check_places, sha256

    traces, metadata = read_traces(options.trace)
    own = metadata.get("section")
    if own and options.section and options.section != own:
        msg = f"{options.trace} is of section {own!r}, not of {options.section!r}"
        raise InputError(msg)
    registration = load_section(options.registration, options.section or own)
    check_output(options.out, [registration], confidence=options.confidence)
    check_places([options.out], [options.trace, options.registration])
    provenance = replace(
        Provenance.from_dict(metadata),
        registration=options.registration.name,
        registration_sha256=sha256(options.registration),
    )
    write_curves(
        options.out,
        calibrate_all(traces, registration),
        traces,
        registration,
        provenance,
        confidence=options.confidence,
    )
    return DONE
