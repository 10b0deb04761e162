"""Qc: plot a LAS back beside its scan, with figures of how well it fits."""

from __future__ import annotations

import argparse
import glob
from pathlib import Path
from typing import TYPE_CHECKING

from veernet.cli.arguments import (
    Verbs,
    add_overwrite,
    add_registration,
    add_verb,
    load_section,
)
from veernet.cli.output import DONE, panel_progress
from veernet.errors import InputError

if TYPE_CHECKING:
    from veernet.export.logtable import LogTable
    from veernet.qc.reading import CheckedLog
    from veernet.qc.sheet import CheckSheet
    from veernet.records import Scan, Trace

WORST = 5
"""Places that are printed; the sheet has more."""

FEET = {"ft": 1.0, "m": 1 / 0.3048}


def add_arguments(verbs: Verbs) -> None:
    """Add the verb ``qc`` and what it takes."""
    verb = add_verb(
        verbs,
        "qc",
        run,
        "plot a LAS back beside its scan (PDF), with figures of how well it fits",
        "Pages at the paper's own size: scan, scan with the LAS drawn over it, the LAS "
        "plotted back, confidence; before them a summary, after them the figures of "
        "every ten feet and curve, the worst first. Needs pip install 'veernet[qc]'.",
    )
    add = verb.add_argument
    add("las", type=Path, metavar="WELL.las", help="the LAS to check")
    says = "that it was read from"
    add("--scan", type=Path, required=True, metavar="WELL.tif", help=says)
    add_registration(verb, required=True)
    says = "the sheet"
    add("--out", type=Path, required=True, metavar="WELL.pdf", help=says)
    add_overwrite(verb)
    add("--section", metavar="NAME", help="of the registration, if it holds several")
    add(
        "--trace",
        type=Path,
        metavar="WELL.parquet",
        help="the trace file: confidence where the LAS has none, what was bridged, and "
        "curves that are drawn and not exported",
    )
    add(
        "--repeat",
        type=Path,
        action="append",
        default=[],
        metavar="OTHER.las",
        help="another reading of the well to compare with: a repeat section, another "
        "scale; may be given again. Without it the other sections are taken, "
        "WELL.repeat.las beside WELL.main.las",
    )


def run(options: argparse.Namespace) -> int:
    """Write the sheet, and print what it says of each curve."""
    from veernet.export import read_traces
    from veernet.scan import open_scan

    _check(options)
    # After the check that matplotlib is there.
    from veernet.qc.reading import read_back
    from veernet.qc.sheet import write_sheet

    traces: tuple[Trace, ...] = ()
    section = options.section
    if options.trace is not None:
        traces, metadata = read_traces(options.trace)
        section = section or metadata.get("section")
    registration = load_section(options.registration, section)
    log = read_back(options.las, registration, traces)
    scan = open_scan(options.scan, registration.page)
    repeats = options.repeat or _siblings(options.las, registration.section)
    sheet = write_sheet(
        options.out,
        log,
        scan,
        traces,
        [_other(path, log) for path in repeats],
        _remarks(options, log, scan, traces),
        panel_progress("drawn", "page"),
    )
    _tell(options.out, sheet)
    return DONE


def _tell(out: Path, sheet: CheckSheet) -> None:
    """Print how long the sheet is, and its worst stretches."""
    from veernet.qc.bars import outliers, places

    shown = sheet.figures
    missed = outliers(shown.stretches)
    found = places(shown.stretches, shown.measured.length)
    unit = shown.log.registration.depth.unit
    print(
        f"{out}: {sheet.pages} pages; {len(found)} places to look at ({len(missed)} of "
        f"{len(shown.stretches)} stretches of {shown.measured.length:g} {unit})"
    )
    for line in shown.remarks:
        if line.startswith("Look: "):
            print(f"note: {line.removeprefix('Look: ').removesuffix('.')}")
    for one in found[:WORST]:
        print(f"note: {one.curve} from {one.top:g} to {one.base:g} {unit}: {one.why}")
    if len(found) > WORST:
        print(f"note: {len(found) - WORST} more places: the first page lists the worst")


def _check(options: argparse.Namespace) -> None:
    """Refuse what is missing or cannot be written, before anything is read."""
    from veernet.files import check_places, check_readable

    if options.out.suffix.lower() != ".pdf":
        msg = f"{options.out} does not end in .pdf: the sheet is a PDF"
        raise InputError(msg)
    _check_matplotlib()
    inputs = [options.las, options.scan, options.registration, *options.repeat]
    inputs += [options.trace] if options.trace is not None else []
    for path in inputs:
        check_readable(path)
    for path in options.repeat:
        if path.resolve() == options.las.resolve():
            msg = f"--repeat {path}: this is the LAS itself: name another reading"
            raise InputError(msg)
    check_places([options.out], inputs, overwrite=options.overwrite)


def _check_matplotlib() -> None:
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        msg = "qc needs more than the core: pip install 'veernet[qc]' (matplotlib)"
        raise InputError(msg)


def _siblings(las: Path, section: str) -> list[Path]:
    """Return readings of other sections: WELL.repeat.las beside WELL.main.las."""
    stem = las.stem.removesuffix(f".{section}")
    if stem == las.stem:
        return []
    found = sorted(las.parent.glob(f"{glob.escape(stem)}.*{las.suffix}"))
    return [path for path in found if path != las and path.is_file()]


def _other(path: Path, log: CheckedLog) -> LogTable:
    """Read another LAS, its depths in the unit of the log."""
    from dataclasses import replace

    from veernet.export.lasread import read_las

    table = read_las(path)
    if table.depth_unit is None:
        msg = f"{path} does not say the unit of its depths: give its index F, FT or M"
        raise InputError(msg)
    factor = FEET[table.depth_unit] / FEET[log.registration.depth.unit]
    return replace(table, name=path.name, depth=table.depth * factor)


def _remarks(
    options: argparse.Namespace, log: CheckedLog, scan: Scan, traces: tuple[Trace, ...]
) -> list[str]:
    """Say what is compared with what, and what could not be."""
    from veernet.export.parameters import paper_scale
    from veernet.files import sha256
    from veernet.findings.unlike import unlike

    digest = sha256(options.scan)
    same = "the file that the LAS names" if digest == log.scan_sha256 else ""
    if not same:
        same = (
            "NOT the file that the LAS names, by its SHA-256"
            if log.scan_sha256
            else "the LAS names no scan"
        )
    lines = [
        f"Scan {options.scan.name} ({same}), SHA-256 {digest}",
        f"Registration {options.registration.name}, SHA-256 "
        f"{sha256(options.registration)}",
    ]
    if scan.info.dpi is None:
        lines.append("The scan states no resolution: the plots take 200 dots an inch.")
    else:
        printed, measured = paper_scale(log.registration, scan.info.dpi[1])
        lines.append(f"Paper scale 1:{printed}, measured 1:{measured:.1f}")
    if log.absent:
        lines.append(f"Registered and not in the LAS: {', '.join(log.absent)}")
    if log.strange:
        lines.append(f"In the LAS and not registered: {', '.join(log.strange)}")
    specs = [spec for track in log.registration.tracks for spec in track.curves]
    shown = {trace.mnemonic for trace in traces}
    hidden = [s.mnemonic for s in specs if not s.export and s.mnemonic not in shown]
    if hidden:
        lines.append(
            f"Drawn and not exported, so that their ink is not explained without "
            f"--trace: {', '.join(hidden)}"
        )
    lines += [f"Look: {finding.what}." for finding in unlike(traces, log.registration)]
    if all(curve.confidence is None for curve in log.curves):
        lines.append(
            "No confidence: give --trace, or digitise with --confidence; nothing tells "
            "what was guessed."
        )
    return lines
