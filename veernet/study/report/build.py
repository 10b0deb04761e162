"""From a folder of runs to the page on disk: data, style, scripts and plotly.js in one.

Figures are drawn by plotly.js where the page is read: they follow the choices of their
reader (set, reading, figure, losses, profile) and the colours of light and dark. Drawn
beforehand, each choice would be a figure of its own, hundreds of them.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from plotly.offline import get_plotlyjs

from veernet.errors import InputError
from veernet.files import check_places, together, write_text
from veernet.study.report.document import Sources, make_document, read_costs
from veernet.study.report.experiments import read_experiments
from veernet.study.report.regions import read_regions
from veernet.study.report.still import draw_five
from veernet.study.report.strips import find_networks, strips_section
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
    networks: Path | None = None,
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
    networks
        Folder that the runs were trained in: pictures of what their networks make of
        the same strips open the page.
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
    # What cannot be read is refused before any figure is computed.
    read = None if costs is None else read_costs(costs)
    study = read_study(folder)
    scored = None if regions is None else read_regions(regions)
    sources = Sources(
        read_experiments(configs),
        judged(study, None if scored is None else scored.table, count=count),
        read,
        scored,
        count=count,
    )
    document = make_document(study, sources)
    if networks is not None:
        trained = find_networks(study, networks)
        if trained is None:
            msg = f"{networks} holds no networks of two of the losses of {folder}"
            raise InputError(msg)
        document["strips"] = strips_section(trained)
    with together():
        write_text(out, render(document))
        if figures is not None:
            draw_five(document, figures / "five_losses.png")
            write_text(figures / "claims.md", markdown(sources.claims))
    return len(study.runs), tuple(written)


SCRIPTS = (
    "core.js",
    "controls.js",
    "findings.js",
    "head.js",
    "table.js",
    "picker.js",
    "slices.js",
    "planes.js",
    "gradients.js",
    "dial.js",
    "arena.js",
    "sizes.js",
    "families.js",
    "claims.js",
    "selftest.js",
    "start.js",
)
"""In the order in which they run."""


def render(document: dict[str, Any]) -> str:
    """Return the page for a document of :func:`veernet.study.report.make_document`."""
    parts = {
        "style": _asset("page.css"),
        "plotly": get_plotlyjs(),
        "document": _embedded(document),
        "scripts": "\n".join(_asset(name) for name in SCRIPTS),
    }
    page = _asset("page.html")
    for name, text in parts.items():
        before, after = page.split(f"<!--{name}-->", 1)
        page = before + text + after
    return page


def _embedded(document: dict[str, Any]) -> str:
    """Return JSON that can stand within a script element."""
    text = json.dumps(
        document, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    return text.replace("<", "\\u003c")


def _asset(name: str) -> str:
    return files("veernet.study.report").joinpath("page", name).read_text("utf-8")
