"""Report: build the page of a study from its runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from veernet.cli.arguments import Verbs, add_overwrite, add_verb
from veernet.cli.composed import config_folder
from veernet.cli.output import DONE
from veernet.errors import InputError


def add_arguments(verbs: Verbs) -> None:
    """Add the verb ``report`` and what it takes."""
    verb = add_verb(
        verbs,
        "report",
        run,
        "build the page of a study from its runs",
        "One HTML file with all that it shows, which opens without a network. What "
        "was not run is named there, with the command that runs it.",
    )
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
        "--networks",
        type=Path,
        metavar="DIR",
        help="folder that the runs were trained in (runs/study/tuned): opens the page "
        "with what their networks make of the same strips; needs matplotlib",
    )
    add(
        "--figures",
        type=Path,
        metavar="DIR",
        help="write five_losses.png and claims.md there too; needs matplotlib",
    )
    add_overwrite(verb)


def run(options: argparse.Namespace) -> int:
    """Build the page."""
    try:
        from veernet.study.report import build_report
    except ImportError as error:
        msg = "report needs more than the core: install veernet[train], see README"
        raise InputError(msg) from error

    if options.out.suffix.lower() not in (".html", ".htm"):
        msg = f"{options.out} does not end in .html: that is what the report is"
        raise InputError(msg)
    runs, written = build_report(
        options.runs,
        options.out,
        config_folder(),
        costs=options.costs,
        regions=options.regions,
        networks=options.networks,
        figures=options.figures,
        overwrite=options.overwrite,
    )
    print(f"{options.out}: {runs} runs")
    for path in written[1:]:
        print(path)
    return DONE
