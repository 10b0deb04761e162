"""What ``digitise`` does with a stretch: read it by itself, and put it into a log."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from veernet.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from veernet.check.finding import Finding
    from veernet.digitise import Result
    from veernet.edits import Samples
    from veernet.export import Provenance
    from veernet.records import Registration, Trace
    from veernet.stretch import Stretch


@dataclass(frozen=True)
class Outcome:
    """What is to be written of a section.

    Parameters
    ----------
    result
        Its traces and curves.
    registration
        That they are of: the whole section, or the stretch by itself.
    provenance
        What they were made from.
    reviewed
        By mnemonic, the rows that a person has looked at.
    remarks
        Lines for the LAS, of what a person has done.
    stretch
        The depths that were read, in words; empty for all.
    """

    result: Result
    registration: Registration
    provenance: Provenance
    reviewed: Mapping[str, NDArray[np.bool_]] | None = None
    remarks: tuple[str, ...] = ()
    stretch: str = ""


def add_stretch(verb: argparse.ArgumentParser) -> None:
    """Let a verb take a stretch of a log, and a reading to put it into."""
    add = verb.add_argument
    add(
        "--from",
        dest="top",
        type=float,
        metavar="DEPTH",
        help="read only from this depth on, in the log's unit",
    )
    add("--to", dest="base", type=float, metavar="DEPTH", help="and to this one")
    add(
        "--into",
        type=Path,
        metavar="WELL.parquet",
        help="an earlier reading of the whole: what is read now takes its place in it, "
        "except in rows set by hand or reviewed; the outcome goes to --trace and --out",
    )
    add(
        "--replace-manual",
        action="store_true",
        help="with --into: rows set by hand or reviewed are read anew too",
    )


def stretch_of(
    options: argparse.Namespace, registrations: Sequence[Registration]
) -> Stretch | None:
    """Return the stretch that is asked for, None for all of every section."""
    from veernet.stretch import Stretch

    if options.replace_manual and options.into is None:
        msg = "--replace-manual is given without --into: name the reading to change"
        raise InputError(msg)
    if options.into is not None and options.trace is None:
        msg = "--into is given without --trace: name the trace file to write"
        raise InputError(msg)
    if options.top is None and options.base is None and options.into is None:
        return None
    if len(registrations) > 1:
        known = ", ".join(r.section for r in registrations)
        msg = (
            f"{options.registration}: holds the sections {known}: choose one with "
            "--section, or read all of each without --from, --to and --into"
        )
        raise InputError(msg)
    (registration,) = registrations
    top, base = (float(depth) for depth in registration.depth.depths[[0, -1]])
    top = top if options.top is None else options.top
    base = base if options.base is None else options.base
    return Stretch(registration, top, base)


def placed(
    options: argparse.Namespace,
    result: Result,
    stretch: Stretch,
    provenance: Provenance,
) -> Outcome:
    """Cut a reading to its stretch, or put it into an earlier one of the whole."""
    from veernet.calibrate import calibrate_all
    from veernet.findings import of_traces
    from veernet.findings.earlier import not_set, touching

    before: tuple[Finding, ...] = ()
    curves: dict[str, Samples] = {}
    if options.into is None or result.refused:
        traces = tuple(stretch.cut(trace) for trace in result.traces)
        outcome = Outcome(result, stretch.alone, provenance)
    else:
        curves, made, before = _merged(options, result, stretch, provenance)
        traces = tuple(samples.to_trace(name) for name, samples in curves.items())
        outcome = _of(
            curves,
            result,
            stretch,
            replace(provenance, edits=made.edits, history=made.history),
        )
    registration = outcome.registration
    of_rows_around = of_traces(result.traces, stretch.wide)
    of_ink = [f for f in result.findings if f not in of_rows_around]
    result = replace(
        result,
        traces=traces,
        curves=() if result.refused else calibrate_all(traces, registration),
        findings=(
            *touching(of_ink, stretch.rows, inside=True),
            *touching(before, stretch.rows, inside=False),
            *not_set(of_traces(traces, registration), curves),
        ),
    )
    interval = f"{stretch.top:g} to {stretch.base:g} {registration.depth.unit}"
    return replace(outcome, result=result, stretch=interval)


def _of(
    curves: dict[str, Samples],
    result: Result,
    stretch: Stretch,
    provenance: Provenance,
) -> Outcome:
    from veernet.edits import edited_lines

    marks = {name: samples.reviewed for name, samples in curves.items()}
    remarks = edited_lines(curves, stretch.whole)
    return Outcome(result, stretch.whole, provenance, marks, remarks)


def _merged(
    options: argparse.Namespace,
    result: Result,
    stretch: Stretch,
    provenance: Provenance,
) -> tuple[dict[str, Samples], Provenance, tuple[Finding, ...]]:
    """Return the earlier reading with the new stretch.

    And what the earlier one was made from, and what was found in it.
    """
    from veernet.edits import merge, patched
    from veernet.findings.earlier import unseen

    curves, before, findings = _earlier(options, stretch, provenance)
    applied = merge(
        curves,
        result.traces,
        stretch.whole,
        stretch.rows,
        replace_manual=options.replace_manual,
    )
    for note in applied.notes:
        print(f"note: {note}")
    curves = patched(curves, applied.patches)
    return curves, before, tuple(unseen(findings, curves))


def check_into(
    options: argparse.Namespace, stretch: Stretch, provenance: Provenance
) -> tuple[Trace, ...]:
    """Refuse a reading that a stretch cannot be put into, before any long work.

    Returns
    -------
    tuple of Trace
        What stands of it, as bounds of what is read anew; none where it is put into
        nothing.
    """
    from veernet.edits import kept_around, merge

    if options.into is None:
        return ()
    curves, _, _ = _earlier(options, stretch, provenance)
    traces = [samples.to_trace(name) for name, samples in curves.items()]
    merge(curves, traces, stretch.whole, stretch.rows)
    return kept_around(curves, stretch.rows, replace_manual=options.replace_manual)


def _earlier(
    options: argparse.Namespace, stretch: Stretch, provenance: Provenance
) -> tuple[dict[str, Samples], Provenance, tuple[Finding, ...]]:
    """Read the earlier reading; refuse one of another scan or section."""
    from veernet.edits import Samples
    from veernet.export import Provenance, read_reviewed
    from veernet.export.provenance import UNKNOWN
    from veernet.findings.earlier import earlier

    traces, reviewed, metadata = read_reviewed(options.into)
    before = Provenance.from_dict(metadata)
    section = metadata.get("section", stretch.whole.section)
    if section != stretch.whole.section:
        msg = f"{options.into} is of section {section!r}: choose it with --section"
        raise InputError(msg)
    if before.scan_sha256 not in {UNKNOWN, provenance.scan_sha256}:
        msg = f"{options.into} was read from another scan, {before.scan}: name that one"
        raise InputError(msg)
    named = {trace.mnemonic for trace in traces}
    specs = [spec for track in stretch.whole.tracks for spec in track.curves]
    for spec in specs:
        if spec.mnemonic not in named:
            msg = (
                f"{options.into} has no curve {spec.mnemonic}: digitise the whole with "
                "this registration first"
            )
            raise InputError(msg)
    curves = {
        trace.mnemonic: Samples.from_trace(trace, reviewed[trace.mnemonic])
        for trace in traces
    }
    return curves, before, earlier(metadata, section)
