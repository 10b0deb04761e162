"""Export: write a trace file as LAS or CSV again, corrected by a table of edits."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from veernet.cli.arguments import (
    Verbs,
    add_out,
    add_registration,
    add_verb,
    load_section,
)
from veernet.cli.output import DONE, with_audit, write_curves
from veernet.errors import InputError

if TYPE_CHECKING:
    from veernet.check.finding import Finding
    from veernet.edits import Samples
    from veernet.export import Provenance
    from veernet.records import Registration

STEP_DIGITS = 9
"""Decimals of a step that was converted: 0.5 ft is 0.1524 m."""

EDITS_HELP = """\
The table of --edits is a CSV with the columns curve; depth or row; value or column; and
action, if any. Lines of one curve that follow each other are one edit, a blank line
ends it. Without an action the curve is drawn straight from point to point; with one, a
line or two say where: gap, off-left, off-right, swap-with CURVE, hand-to CURVE, wrap+1,
wrap-1, join, shift, accept.
"""


def add_arguments(verbs: Verbs) -> None:
    """Add the verb ``export`` and what it takes."""
    verb = add_verb(
        verbs,
        "export",
        run,
        "write a trace file as LAS or CSV again",
        "With other scales, another step or unit of depth, or corrected; the scan is "
        f"needed for the overlay alone. {EDITS_HELP}",
    )
    says = "written by digitise --trace"
    verb.add_argument("trace", type=Path, metavar="TRACE.parquet", help=says)
    add_registration(verb, required=True)
    add_out(verb)
    add = verb.add_argument
    add("--section", metavar="NAME", help="instead of the trace's own")
    add("--edits", type=Path, metavar="EDITS.csv", help="corrections to the trace")
    add(
        "--trace",
        dest="trace_out",
        type=Path,
        metavar="OUT.parquet",
        help="write the corrected trace file",
    )
    add(
        "--overlay",
        type=Path,
        metavar="WELL.png",
        help="draw the curves over the scan again; needs --scan",
    )
    add("--scan", type=Path, metavar="SCAN", help="that was read: for the overlay")
    add("--step", type=float, help="of depth, instead of the registration's")
    add(
        "--unit",
        choices=["m", "ft"],
        help="of depth, instead of the log's own; values keep theirs",
    )


def run(options: argparse.Namespace) -> int:
    """Write the curves of a trace file."""
    from veernet.calibrate import calibrate_all
    from veernet.edits import edited_lines
    from veernet.export import Deed, check_output, write_overlay, write_traces
    from veernet.export.audit import now
    from veernet.files import sha256, together
    from veernet.findings import of_traces
    from veernet.findings.earlier import not_set, unseen
    from veernet.scan import open_scan

    _check_files(options)
    registration, curves, provenance, before = _reading(options)
    check_output(options.out, [registration], confidence=options.confidence)
    scan = open_scan(options.scan, registration.page) if options.scan else None
    edits: list[str] = []
    if options.edits is not None:
        curves, edits = _edited(options.edits, curves, registration)
        name, digest = options.edits.name, sha256(options.edits)
        provenance = provenance.edited_with(name, digest)
    traces = tuple(samples.to_trace(name) for name, samples in curves.items())
    remarks = edited_lines(curves, registration)
    wanted = _sampled(registration, options.unit, options.step)
    # What is no trace is refused here, before it is looked at.
    sampled = calibrate_all(traces, wanted)
    findings = [
        *unseen(before, curves),
        *not_set(of_traces(traces, registration), curves),
    ]
    lines: list[str] = []
    marks = {name: samples.reviewed for name, samples in curves.items()}
    with together():
        lines += write_curves(
            options.out,
            sampled,
            traces,
            wanted,
            provenance,
            confidence=options.confidence,
            deed=Deed("veernet export", edits, remarks, [f.text for f in findings]),
            reviewed=marks,
        )
        lines += remarks
        if options.trace_out is not None:
            write_traces(
                options.trace_out,
                traces,
                registration,
                provenance.done_on(now(), edits),
                findings=findings,
                reviewed=marks,
            )
            lines.append(f"{options.trace_out}: {len(traces)} curves")
        if scan is not None:
            parts = write_overlay(options.overlay, scan, registration, traces)
            lines += [str(part) for part in parts]
    if scan is not None and sha256(options.scan) != provenance.scan_sha256:
        lines.append(
            f"note: {options.scan} is not the file that was read, by its SHA-256"
        )
    for line in lines:
        print(line)
    return DONE


def _reading(
    options: argparse.Namespace,
) -> tuple[Registration, dict[str, Samples], Provenance, tuple[Finding, ...]]:
    """Read the trace file and its findings, and the section that it is of."""
    from dataclasses import replace

    from veernet.edits import Samples
    from veernet.export import Provenance, read_reviewed
    from veernet.files import sha256
    from veernet.findings.earlier import earlier

    traces, reviewed, metadata = read_reviewed(options.trace)
    own = metadata.get("section")
    if own and options.section and options.section != own:
        msg = f"{options.trace} is of section {own!r}, not of {options.section!r}"
        raise InputError(msg)
    registration = load_section(options.registration, options.section or own)
    provenance = replace(
        Provenance.from_dict(metadata),
        registration=options.registration.name,
        registration_sha256=sha256(options.registration),
    )
    curves = {
        trace.mnemonic: Samples.from_trace(trace, reviewed[trace.mnemonic])
        for trace in traces
    }
    return registration, curves, provenance, earlier(metadata, registration.section)


def _check_files(options: argparse.Namespace) -> None:
    """Refuse what cannot be written or is missing, before anything is read."""
    from veernet.export import check_overlay
    from veernet.files import check_places

    if (options.overlay is None) != (options.scan is None):
        has, lacks = ("--overlay", "--scan")
        if options.overlay is None:
            has, lacks = lacks, has
        msg = f"{has} is given without {lacks}: the overlay needs both"
        raise InputError(msg)
    inputs = [options.trace, options.registration]
    inputs += [path for path in (options.edits, options.scan) if path is not None]
    outputs = with_audit(options.out)
    if options.trace_out is not None:
        if options.trace_out.suffix.lower() != ".parquet":
            msg = (
                f"{options.trace_out} does not end in .parquet: that is what a trace is"
            )
            raise InputError(msg)
        outputs.append(options.trace_out)
    if options.overlay is not None:
        others = [*inputs, *outputs]
        check_overlay(options.overlay, others, overwrite=options.overwrite)
        outputs.append(options.overlay)
    check_places(outputs, inputs, overwrite=options.overwrite)


def _edited(
    path: Path, curves: dict[str, Samples], registration: Registration
) -> tuple[dict[str, Samples], list[str]]:
    """Apply a table of edits, print what it did, and return a sentence for each."""
    import numpy as np

    from veernet.edits import apply_table, read_edits, tell_step

    edits = read_edits(path, registration)
    edited = apply_table(curves, edits, registration, path)
    changed: dict[str, set[int]] = {}
    for _, patches in edited.steps:
        for patch in patches:
            at = patch.row0 + np.flatnonzero(patch.changed)
            changed.setdefault(patch.curve, set()).update(at.tolist())
    rows = {name: len(at) for name, at in changed.items()}
    for note in edited.notes:
        print(f"note: {path}, {note}")
    lines = ", ".join(f"{name} {count} rows" for name, count in rows.items())
    print(f"{path}: {len(edits)} edits; changed: {lines or 'nothing'}")
    sentences = [
        f"{path.name}, line {one.line}: {tell_step(edit, patches, registration)}"
        for one, (edit, patches) in zip(edits, edited.steps, strict=True)
    ]
    return edited.curves, sentences


def _sampled(
    registration: Registration, unit: str | None, step: float | None
) -> Registration:
    """Return a registration with another unit and step of depth; scales stay."""
    from dataclasses import replace

    depth = registration.depth.in_unit(unit or registration.depth.unit)
    if step is None:
        stretch = depth.depths[-1] - depth.depths[0]
        own = registration.depth.depths[-1] - registration.depth.depths[0]
        step = registration.step
        if depth is not registration.depth:
            step = round(float(step * stretch / own), STEP_DIGITS)
    return replace(registration, depth=depth, step=step)
