"""From a folder of runs to the page on disk."""

from __future__ import annotations

from pathlib import Path

from veernet.files import check_places, together, write_text
from veernet.study.report.document import Sources, make_document
from veernet.study.report.experiments import read_experiments
from veernet.study.report.html import render
from veernet.study.report.regions import read_regions
from veernet.study.report.still import draw_five
from veernet.study.report.verdicts import judged, markdown
from veernet.study.results import read_study
from veernet.study.statistics import COUNT


def build_report(
    folder: Path,
    out: Path,
    configs: Path,
    *,
    costs: Path | None = None,
    regions: Path | None = None,
    figures: Path | None = None,
    count: int = COUNT,
    overwrite: bool = True,
) -> tuple[int, tuple[Path, ...]]:
    """Write the report of all finished runs below a folder.

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
    figures
        Folder for ``five_losses.png`` and ``claims.md``, none unless given.
    count
        Of the draws behind every interval.
    overwrite
        Whether what is written may be there already.

    Returns
    -------
    int, tuple of Path
        How many runs there are, and the files written.

    Raises
    ------
    InputError
        If there is no finished run, a file given is none of its kind, or one to be
        written is there that may not be written over.
    """
    written = [out]
    if figures is not None:
        written += [figures / "five_losses.png", figures / "claims.md"]
        figures.mkdir(parents=True, exist_ok=True)
    check_places(written, [costs] if costs else [], overwrite=overwrite)
    study = read_study(folder)
    scored = None if regions is None else read_regions(regions)
    sources = Sources(
        read_experiments(configs),
        judged(study, None if scored is None else scored.table, count=count),
        costs,
        scored,
        count=count,
    )
    document = make_document(study, sources)
    with together():
        write_text(out, render(document))
        if figures is not None:
            draw_five(document, figures / "five_losses.png")
            write_text(figures / "claims.md", markdown(sources.claims))
    return len(study.runs), tuple(written)
