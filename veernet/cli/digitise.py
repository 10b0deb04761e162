"""Digitise: read the curves of a scan into LAS or CSV."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from veernet import __version__
from veernet.cli.arguments import (
    Verbs,
    add_out,
    add_registration,
    add_scan,
    add_verb,
)
from veernet.cli.output import DONE, panel_progress, with_audit, write_curves
from veernet.cli.stretch import (
    Outcome,
    add_stretch,
    check_into,
    placed,
    stretch_of,
)
from veernet.errors import InputError, Refused

if TYPE_CHECKING:
    from veernet.export import Provenance
    from veernet.records import Registration, Scan


def add_arguments(verbs: Verbs) -> None:
    """Add the verb ``digitise`` and what it takes."""
    verb = add_verb(
        verbs,
        "digitise",
        run,
        "read the curves of a scan into LAS or CSV",
        "Nulls stand where a curve could not be read. With several sections in the "
        "registration, each writes files of its own: WELL.main.las, ...",
    )
    add = verb.add_argument
    add_scan(verb)
    add_registration(verb, required=True)
    add_out(verb)
    add("--section", metavar="NAME", help="only this section of the registration")
    add_stretch(verb)
    add(
        "--overlay",
        type=Path,
        metavar="WELL.png",
        help="the scan with every curve drawn over it, a PNG for each 20,000 rows",
    )
    add(
        "--trace",
        type=Path,
        metavar="WELL.parquet",
        help="the whole reading, a row for each curve and row of the scan",
    )
    add(
        "--report",
        type=Path,
        metavar="REPORT.json",
        help="what was read, bridged, off scale and unread, and how long it took",
    )
    add("--weights", type=Path, metavar="FILE", help="instead of the release weights")
    add(
        "--tracer",
        choices=["dp", "skeleton"],
        default="dp",
        help="dynamic programme (the default), or the skeleton of the literature",
    )
    add(
        "--engine",
        choices=["auto", "openvino", "onnx", "torch"],
        default="auto",
        help="what runs the network; auto takes the first that is installed",
    )
    add(
        "--device",
        choices=["cpu", "cuda"],
        default="cpu",
        help="cpu (the default); cuda needs the engine torch",
    )


def run(options: argparse.Namespace) -> int:
    """Digitise a scan, section by section."""
    from veernet.digitise import digitise
    from veernet.engines import load_engine
    from veernet.export.parameters import resolution_text
    from veernet.files import check_unchanged, stamp_of, together
    from veernet.registration import load_registrations
    from veernet.scan import open_scan

    registrations = load_registrations(options.registration, options.section)
    whole = load_registrations(options.registration)
    stretch = stretch_of(options, registrations)
    files = [_files(options, r.section, len(registrations)) for r in registrations]
    _check_files(options, registrations if not stretch else [stretch.alone], files)
    stamp = stamp_of(options.scan) if options.scan.is_file() else ()
    provenance = _provenance(options)
    known = check_into(options, stretch, provenance) if stretch else ()
    engine = load_engine(options.weights, options.engine, options.device)
    refused: list[str] = []
    lines: list[str] = []
    with together():
        for registration, outputs in zip(registrations, files, strict=True):
            scan = open_scan(options.scan, registration.page)
            result = digitise(
                scan,
                stretch.wide if stretch else registration,
                engine,
                options.tracer,
                progress=panel_progress("segmented"),
                known=known,
                others=[r for r in whole if _beside(r, registration)],
            )
            made = replace(provenance, resolution=resolution_text(scan.info.dpi))
            outcome = Outcome(result, registration, made)
            if stretch:
                outcome = placed(options, result, stretch, made)
            check_unchanged(options.scan, stamp)
            lines += _write(outcome, scan, outputs, confidence=options.confidence)
            if outcome.stretch:
                done = "read" if options.into is None else "read anew"
                lines.append(f"{done}: {outcome.stretch}")
            if result.refused:
                refused.append(f"section {result.section}: {result.refused}")
    for line in lines:
        print(line)
    if refused:
        msg = f"{options.scan}: {'; '.join(refused)}"
        raise Refused(msg)
    return DONE


def _beside(other: Registration, registration: Registration) -> bool:
    """Tell whether another section is on the page of a section."""
    return other.section != registration.section and other.page == registration.page


def _files(options: argparse.Namespace, section: str, sections: int) -> dict[str, Path]:
    """Return the files to write: WELL.las alone, WELL.repeat.las among sections."""
    from veernet.export import section_path

    return {
        name: section_path(path, section, sections)
        for name in ("out", "overlay", "trace", "report")
        if (path := getattr(options, name)) is not None
    }


def _check_files(
    options: argparse.Namespace,
    registrations: Sequence[Registration],
    files: Sequence[Mapping[str, Path]],
) -> None:
    """Refuse what cannot be written before any long work."""
    from veernet.calibrate import even_depths
    from veernet.export import check_output, check_overlay
    from veernet.files import check_places
    from veernet.weights import SUFFIXES, weights_file, weights_stem

    check_output(options.out, registrations, confidence=options.confidence)
    for registration in registrations:
        even_depths(registration.depth, registration.step)
    stem = weights_stem(options.weights)
    inputs = [options.scan, options.registration]
    inputs += [options.into] if options.into is not None else []
    inputs += [weights_file(stem, suffix) for suffix in SUFFIXES]
    outputs = [path for named in files for path in named.values()]
    outputs += [path for named in files for path in with_audit(named["out"])[1:]]
    check_places(outputs, inputs, overwrite=options.overwrite)
    for name, suffix in (("trace", ".parquet"), ("report", ".json")):
        path = getattr(options, name)
        if path is not None and path.suffix.lower() != suffix:
            msg = f"{path} does not end in {suffix}: that is what the {name} is"
            raise InputError(msg)
    for named in files:
        if "overlay" in named:
            others = [*inputs, *outputs]
            check_overlay(named["overlay"], others, overwrite=options.overwrite)


def _write(
    outcome: Outcome, scan: Scan, files: Mapping[str, Path], *, confidence: bool
) -> list[str]:
    """Write what was asked for, and return the lines that tell of it.

    A refused section leaves a report and no curves.
    """
    from veernet.export import Deed, write_overlay, write_report, write_traces
    from veernet.export.audit import now
    from veernet.findings import sentences

    result, registration = outcome.result, outcome.registration
    lines: list[str] = []
    if "report" in files:
        write_report(
            files["report"],
            traces=result.traces,
            registration=registration,
            findings=result.findings,
            timings=result.timings,
            provenance=outcome.provenance,
            refused=result.refused,
            plotted=result.plotted,
        )
        lines.append(f"{files['report']}: the report")
    if result.refused:
        return lines
    curves = write_curves(
        files["out"],
        result.curves,
        result.traces,
        registration,
        outcome.provenance,
        confidence=confidence,
        deed=Deed(
            "veernet digitise",
            remarks=outcome.remarks,
            notes=[*_samples(outcome), *(one.text for one in result.findings)],
        ),
        reviewed=outcome.reviewed,
    )
    lines = [*curves, *lines]
    if "trace" in files:
        write_traces(
            files["trace"],
            result.traces,
            registration,
            outcome.provenance.done_on(now(), [_deed(outcome)]),
            findings=result.findings,
            reviewed=outcome.reviewed,
        )
        lines.append(f"{files['trace']}: the traces of {len(result.traces)} curves")
    if "overlay" in files:
        parts = write_overlay(files["overlay"], scan, registration, result.traces)
        lines += [f"{part}: the overlay" for part in parts]
    return [*lines, *(f"note: {sentence}" for sentence in sentences(result.findings))]


def _samples(outcome: Outcome) -> list[str]:
    """Say how curves were laid that were plotted from samples; nothing of others."""
    plotted, unit = outcome.result.plotted, outcome.registration.depth.unit
    if plotted is None:
        return []
    return [
        f"{', '.join(plotted.curves)}: corners every {plotted.step:g} {unit}, as of "
        "samples that were plotted; laid in straight lines between them"
    ]


def _deed(outcome: Outcome) -> str:
    """Say what was read, for the history of the trace file."""
    made = outcome.provenance
    what = outcome.stretch or "all"
    return (
        f"{what} read by veernet digitise {made.version}, tracer {made.tracer}, "
        f"weights {made.weights}"
    )


def _provenance(options: argparse.Namespace) -> Provenance:
    from veernet.export.provenance import Provenance
    from veernet.files import sha256
    from veernet.weights import SUFFIXES, weights_file, weights_stem

    stem = weights_stem(options.weights)
    # The numbers themselves, in whichever of the two forms they are there.
    numbers = [weights_file(stem, suffix) for suffix in SUFFIXES[1:]]
    weights = next((path for path in numbers if path.is_file()), numbers[0])
    return Provenance(
        scan=options.scan.name,
        scan_sha256=sha256(options.scan),
        registration=options.registration.name,
        registration_sha256=sha256(options.registration),
        weights=weights.name,
        weights_sha256=sha256(weights),
        version=__version__,
        tracer=options.tracer,
    )
