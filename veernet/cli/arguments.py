"""The arguments of the command line: what each verb takes, and what its help says."""

from __future__ import annotations

import argparse
from pathlib import Path

from veernet import __version__
from veernet.cli import composed
from veernet.cli.output import EXIT_CODES


def make_parser() -> argparse.ArgumentParser:
    """Return the parser; what it parses names its verb as ``command``."""
    parser = argparse.ArgumentParser(
        prog="veernet",
        description="Turn scanned well logs into depth-indexed curves.",
        epilog=EXIT_CODES,
    )
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(
        title="commands", required=True, metavar="COMMAND", dest="command"
    )

    _add_digitise(
        _add_verb(
            verbs,
            "digitise",
            "read the curves of a scan into LAS or CSV",
            "Nulls stand where a curve could not be read. With several sections in the "
            "registration, each writes files of its own: WELL.main.las, ...",
        )
    )
    _add_export(
        _add_verb(
            verbs,
            "export",
            "write a trace file as LAS or CSV again",
            "With other scales, or after the trace was edited; the scan is not needed.",
        )
    )
    _add_evaluate(
        _add_verb(
            verbs,
            "evaluate",
            "score a digitised log against the truth",
            "At the truth's depths, linear between the samples of DIGITISED, never "
            "across a null; first on the depths that were read, then with gaps filled. "
            "The README says what the columns are.",
        )
    )
    verb = _add_verb(
        verbs,
        "scan",
        "say what a file is, and whether it can be opened",
        "A line for each page: rows, columns, how it is stored, dpi; and what is "
        "damaged or odd about it.",
    )
    verb.add_argument("scan", type=Path, metavar="FILE", help="TIFF, PNG, JPEG or PDF")

    _add_register(
        _add_verb(
            verbs,
            "register",
            "propose the registration of a scan",
            "Finds sections, tracks, depth column and depth lines, reads the depth "
            "numerals, and writes a registration in which each finding says how sure "
            "it is: 0.9 and above is stated, below it is a suggestion. The curves of "
            "the tracks are to be given by hand, or come from a template with --like.",
        )
    )

    _add_check(
        _add_verb(
            verbs,
            "check",
            "compare a registration with its scan before anything is digitised",
            "Depth points against the depth lines, edges against the upright lines, "
            "scales against what curves show, tracks against those that are drawn. A "
            "line for each finding, the worst first: with one that would make a wrong "
            "curve (wrong: ...) the exit code is 2, with notes alone 0.",
        )
    )

    _add_convert(
        _add_verb(
            verbs,
            "convert",
            "convert a registration from or into another program's format",
            "The formats are told by the suffixes: .yaml and .yml (veernet), .xml "
            "(WITSML 2.0 DepthRegImage), .dra, .txt and .reg (GeoGraphix depth "
            "registration text), .csv (row, depth). What a format cannot carry and "
            "what had to be assumed is said in a note.",
        )
    )

    _add_report(
        _add_verb(
            verbs,
            "report",
            "build the page of a study from its runs",
            "One HTML file with all that it shows, which opens without a network. What "
            "was not run is named there, with the command that runs it.",
        )
    )

    for name, says in composed.COMMANDS.items():
        # Hydra reads what follows these two: see the README.
        verbs.add_parser(name, help=says, add_help=False)
    return parser


def _add_verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    says: str,
    more: str,
) -> argparse.ArgumentParser:
    description = f"{says[0].upper()}{says[1:]}. {more}"
    return verbs.add_parser(name, help=says, description=description, epilog=EXIT_CODES)


def _add_digitise(verb: argparse.ArgumentParser) -> None:
    add = verb.add_argument
    add("scan", type=Path, metavar="SCAN", help="TIFF, PNG, JPEG or PDF")
    _add_registration(verb, required=True)
    _add_out(verb)
    add("--section", metavar="NAME", help="only this section of the registration")
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


def _add_register(verb: argparse.ArgumentParser) -> None:
    add = verb.add_argument
    add("scan", type=Path, metavar="SCAN", help="TIFF, PNG, JPEG or PDF")
    add("--out", type=Path, required=True, metavar="REG.yaml", help="the proposal")
    add("--page", type=int, default=0, metavar="N", help="of the file, from 0")
    add(
        "--top",
        type=float,
        metavar="DEPTH",
        help="depth of the first depth line of the longest section, with --bottom; no "
        "numeral is then read",
    )
    add("--bottom", type=float, metavar="DEPTH", help="depth of its last depth line")
    add(
        "--like",
        type=Path,
        metavar="TEMPLATE.yaml",
        help="take curves, scales, unit, step and null value from an earlier "
        "registration of the same layout: the result is complete",
    )
    add("--unit", choices=("ft", "m"), help="of depths, where the header tells")
    add(
        "--overlay",
        type=Path,
        metavar="FOUND.png",
        help="the scan, reduced, with all that was found drawn on it",
    )


def _add_check(verb: argparse.ArgumentParser) -> None:
    add = verb.add_argument
    says = "the registration to check"
    add("registration", type=Path, metavar="REG.yaml", help=says)
    add("scan", type=Path, metavar="SCAN", help="TIFF, PNG, JPEG or PDF")
    add("--section", metavar="NAME", help="only this section of the registration")


def _add_convert(verb: argparse.ArgumentParser) -> None:
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


def _add_report(verb: argparse.ArgumentParser) -> None:
    add = verb.add_argument
    add("runs", type=Path, metavar="RUNS", help="folder of the study's runs")
    add("--out", type=Path, required=True, metavar="REPORT.html", help="the page")
    add(
        "--costs",
        type=Path,
        metavar="COSTS.json",
        help="what each loss costs, written by scripts/loss_cost.py",
    )
    add(
        "--regions",
        type=Path,
        metavar="DIR",
        help="scores of six classes, written by scripts/regions.py",
    )
    add(
        "--figures",
        type=Path,
        metavar="DIR",
        help="write five_losses.png and claims.md there too; needs matplotlib",
    )


def _add_export(verb: argparse.ArgumentParser) -> None:
    says = "written by digitise --trace"
    verb.add_argument("trace", type=Path, metavar="TRACE.parquet", help=says)
    _add_registration(verb, required=True)
    _add_out(verb)
    verb.add_argument("--section", metavar="NAME", help="instead of the trace's own")


def _add_evaluate(verb: argparse.ArgumentParser) -> None:
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
    _add_registration(verb, required=False)
    says = "of the registration, if it holds several"
    add("--section", metavar="NAME", help=says)
    says = "also score on this many even depths, as publications do"
    add("--points", type=int, metavar="N", help=says)
    add("--json", type=Path, metavar="OUT", help="write the scores as JSON too")


def _add_registration(verb: argparse.ArgumentParser, *, required: bool) -> None:
    says = "where depths, tracks and scales lie on the scan"
    if not required:
        says += "; needed for pixels, fractions and swaps"
    verb.add_argument(
        "--registration", type=Path, required=required, metavar="REG.yaml", help=says
    )


def _add_out(verb: argparse.ArgumentParser) -> None:
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
        help="add a column MNEM_CONF for each curve to a CSV",
    )
