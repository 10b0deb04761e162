"""The sheet (PDF): summary, plots at the paper's size, figures, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.backends.backend_pdf import PdfPages

from veernet.export.logtable import LogTable
from veernet.files import replacing
from veernet.qc.listing import agreements, events, residuals, stretches
from veernet.qc.measure import USUAL_DPI, measure
from veernet.qc.montage import layout_of, montage
from veernet.qc.reading import CheckedLog, drawn_traces
from veernet.qc.summary import Figures, figure_pages, summary_lines, text_pages
from veernet.records import Scan, Trace

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class CheckSheet:
    """What was written.

    Parameters
    ----------
    pages
        How many.
    figures
        What they tell.
    """

    pages: int
    figures: Figures


def write_sheet(
    path: Path,
    log: CheckedLog,
    scan: Scan,
    traces: Sequence[Trace] = (),
    others: Sequence[LogTable] = (),
    remarks: Sequence[str] = (),
    progress: Progress | None = None,
) -> CheckSheet:
    """Compare a LAS with its scan, and write the sheet.

    Parameters
    ----------
    path
        The PDF.
    log
        The LAS, read back.
    scan
        The page of the scan.
    traces
        Of a trace file; empty without one.
    others
        Other readings of the well, their depths in the unit of the log.
    remarks
        Lines for the summary.
    progress
        Called with what is done: a word, pages done, pages in all.
    """
    resolution = scan.info.dpi or (USUAL_DPI, USUAL_DPI)
    measured = measure(log, scan, traces)
    figures_shown = Figures(
        log,
        measured,
        stretches(log, measured),
        events(log),
        residuals(log.registration),
        {other.name: agreements(log, other) for other in others},
        remarks,
    )
    layout = layout_of(log.registration, scan, resolution)
    drawn = drawn_traces(log, tuple(traces))
    count = 0
    plots = len(layout.parts)
    # Without a date: the same input gives the same bytes.
    made = {"CreationDate": None, "Producer": "veernet qc", "Title": log.path.name}
    with replacing(path) as temporary, PdfPages(temporary, metadata=made) as pdf:
        for figure in text_pages(summary_lines(figures_shown)):
            pdf.savefig(figure)
            count += 1
        for done, figure in enumerate(
            montage(log, scan, drawn, measured, layout), start=1
        ):
            pdf.savefig(figure)
            count += 1
            if progress is not None:
                progress("plots", done, plots)
        for figure in figure_pages(figures_shown):
            pdf.savefig(figure)
            count += 1
    return CheckSheet(count, figures_shown)
