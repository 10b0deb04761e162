"""The report of a reading (JSON): how much was read, how surely, and what was found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from veernet.check.finding import Finding
from veernet.export.onpage import ink
from veernet.export.provenance import Provenance
from veernet.files import write_text
from veernet.intervals import true_intervals
from veernet.records import OFF_SCALE, ORIGINS, UNREAD, Origin, Registration, Trace
from veernet.samples import Plotted


def write_report(
    path: Path,
    *,
    traces: Sequence[Trace],
    registration: Registration,
    findings: Sequence[Finding],
    timings: Mapping[str, float],
    provenance: Provenance,
    refused: str | None = None,
    plotted: Plotted | None = None,
) -> None:
    """Write `report` as JSON, whole or not at all."""
    content = report(
        traces=traces,
        registration=registration,
        findings=findings,
        timings=timings,
        provenance=provenance,
        refused=refused,
        plotted=plotted,
    )
    write_text(path, json.dumps(content, indent=2, allow_nan=False) + "\n")


def report(
    *,
    traces: Sequence[Trace],
    registration: Registration,
    findings: Sequence[Finding],
    timings: Mapping[str, float],
    provenance: Provenance,
    refused: str | None = None,
    plotted: Plotted | None = None,
) -> dict[str, Any]:
    """Sum up the reading of a section.

    Parameters
    ----------
    traces
        Every curve of the section, rows that were not read included.
    registration
        Gives gaps their depths.
    findings
        What a person should look at, stretch by stretch.
    timings
        Seconds per stage.
    provenance
        What it was made from.
    refused
        Why the scan was refused, None if it was not.
    plotted
        Which curves were plotted from samples, None where none was.

    Returns
    -------
    dict
        Ready for JSON. Shares are of the rows of the curve; a gap runs from its first
        row to its last, in depth, and is unread, off-left or off-right: beyond that
        edge of the scale. A wrap is given with the depth of the first row on the new
        count. A finding has its kind, the curves, rows, depths and columns of the page
        that it is about, None where it is about the whole section, and a sentence.
    """
    return {
        "section": registration.section,
        "refused": refused,
        "depth_unit": registration.depth.unit,
        "plotted": None if plotted is None else asdict(plotted),
        "curves": [_of_curve(trace, registration) for trace in traces],
        "findings": [finding.to_dict() for finding in findings],
        "timings": {stage: round(seconds, 3) for stage, seconds in timings.items()},
        "provenance": provenance.to_dict(),
    }


def _of_curve(trace: Trace, registration: Registration) -> dict[str, Any]:
    read = np.isfinite(trace.column)
    rows = len(read)
    confidence = float(trace.confidence[read].mean()) if read.any() else None
    depth = np.round(registration.depth.depth_at(trace.row), 3).tolist()
    return {
        "mnemonic": trace.mnemonic,
        "rows": rows,
        "read_share": _share(read, rows),
        "bridged_share": _share(_is(trace, "bridged"), rows),
        "manual_share": _share(_is(trace, "manual"), rows),
        "off_scale_share": _share(np.isin(trace.origin, OFF_SCALE), rows),
        "mean_confidence": None if confidence is None else round(confidence, 4),
        "gaps": _gaps(trace, depth),
        "wraps": _wraps(trace, registration, depth),
    }


def _is(trace: Trace, origin: Origin) -> NDArray[np.bool_]:
    return np.equal(trace.origin, ORIGINS.index(origin))


def _gaps(trace: Trace, depth: list[float]) -> list[dict[str, Any]]:
    """List the stretches without a column, one a reason, from top to bottom."""
    found = [
        (start, stop, ORIGINS[index])
        for index in UNREAD
        for start, stop in true_intervals(trace.origin == index)
    ]
    return [
        {
            "top": depth[start],
            "bottom": depth[stop - 1],
            "kind": "unread" if origin == "none" else origin,
        }
        for start, stop, origin in sorted(found)
    ]


def _wraps(
    trace: Trace, registration: Registration, depth: list[float]
) -> list[dict[str, Any]]:
    """List the rows where a wrapping curve is read in another wrap than before."""
    wrap = ink(trace, registration).wrap
    read = np.flatnonzero(np.isfinite(trace.column))
    changes = read[1:][np.diff(wrap[read]) != 0]
    return [{"depth": depth[row], "wrap": int(wrap[row])} for row in changes]


def _share(where: NDArray[np.bool_], rows: int) -> float:
    return round(float(where.sum()) / rows, 4) if rows else 0.0
