"""From a folder of runs to the page on disk."""

from __future__ import annotations

from pathlib import Path

from veernet.files import write_text
from veernet.report.document import Sources, make_document
from veernet.report.experiments import read_experiments
from veernet.report.html import render
from veernet.study.results import read_study


def build_report(
    folder: Path,
    out: Path,
    configs: Path,
    *,
    costs: Path | None = None,
    regions: Path | None = None,
) -> int:
    """Write the report of all finished runs below a folder, and return their number.

    Parameters
    ----------
    folder
        Of runs, of one profile or of several side by side.
    out
        The page.
    configs
        Folder of the configurations, which say what could be run.
    costs
        What ``scripts/loss_cost.py`` wrote.
    regions
        Folder that ``scripts/regions.py`` wrote.

    Raises
    ------
    InputError
        If there is no finished run, or a file given is none of its kind.
    """
    study = read_study(folder)
    sources = Sources(folder, read_experiments(configs), costs, regions)
    write_text(out, render(make_document(study, sources)))
    return len(study.runs)
