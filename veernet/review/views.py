"""Views: the state of a document, its doubts and its jobs, as JSON for the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from veernet import __version__
from veernet.calibrate import calibrate_all
from veernet.export import Provenance, report
from veernet.records import Curve, Registration, Trace
from veernet.review import doubt
from veernet.review.document import Change, Document
from veernet.review.doubtrows import LIMIT
from veernet.review.lines import EDITED, ReviewedCurve
from veernet.review.pages import PageFacts
from veernet.review.pyramid import TILE, Pyramid
from veernet.review.regdoc import residuals
from veernet.review.sections import Section

MOST_SHOWN = 500
"""Stretches that a page is told, the worst of them: it asks again after each."""


def stage_of(section: Section) -> str:
    """Return what is to be done next: register, digitise or review."""
    if section.registration is None:
        return "register"
    return "review" if section.reading else "digitise"


def state_view(document: Document, section: str | None) -> dict[str, Any]:
    """Return the revision and what comes next: what every page is told of a change."""
    with document.lock:
        return {
            "revision": document.revision,
            "history": document.history(),
            "stage": stage_of(document.section(section)),
        }


def image_view(key: str, pyramid: Pyramid, facts: PageFacts) -> dict[str, Any]:
    """Return what the page needs to show the scan."""
    levels = [
        {"level": number, "rows": level.rows, "columns": level.columns}
        for number, level in enumerate(pyramid.layout.levels)
    ]
    return {
        "rows": levels[0]["rows"],
        "columns": levels[0]["columns"],
        "dpi": facts.dpi,
        "colour": pyramid.layout.channels == 3,
        "tile": TILE,
        "key": key,
        "tiles": f"/api/tile/{key}/{{level}}/{{row}}/{{column}}.png",
        "levels": levels,
        "notes": list(facts.notes),
    }


def document_view(document: Document, name: str | None) -> dict[str, Any]:
    """Return a section and the document that it is of, but for the image."""
    with document.lock:
        section = document.section(name)
        return {
            "name": document.store.get("image"),
            "version": __version__,
            "read_only": document.read_only,
            **state_view(document, name),
            "sections": list(document.sections),
            "section": section.document["section"],
            "registration": section.document,
            "problems": section.problems,
            "depth": residuals(section.document),
            "curves": curves_view(section),
        }


def curves_view(section: Section) -> list[dict[str, Any]]:
    """Return the drawn curves of a section, once there is a reading."""
    if section.shown is None or not section.reading:
        return []
    tracks = {
        spec.mnemonic: track.name
        for track in section.shown.tracks
        for spec in track.curves
    }
    return [
        {
            "mnemonic": name,
            "track": tracks[name],
            "first_row": curve.first_row,
            "rows": len(curve.samples),
            "revision": curve.revision,
            "share_read": _share(np.isfinite(curve.samples.column)),
            "share_edited": share_edited(curve),
            "share_reviewed": _part(
                *doubt.reviewed_of(
                    curve,
                    section.first.get(name),
                    section.found,
                    section.shown,
                )
            ),
        }
        for name, curve in section.drawn().items()
    ]


def doubt_view(
    document: Document, name: str | None, limit: float = LIMIT
) -> dict[str, Any]:
    """Return what is still to be looked at, and how much of the doubt is reviewed."""
    with document.lock:
        section, registration = document.shown(name)
        found: list[doubt.DoubtStretch] = []
        seen = rows = 0
        for mnemonic, curve in section.drawn().items():
            found += doubt.to_look_at(curve, section.found, registration, limit)
            first = section.first.get(mnemonic)
            own = doubt.reviewed_of(curve, first, section.found, registration)
            seen, rows = seen + own[0], rows + own[1]
        return {
            "revision": document.revision,
            "limit": limit,
            "share_reviewed": _part(seen, rows),
            "rows": rows,
            "count": len(found),
            "stretches": [
                one.to_page() for one in doubt.worst_first(found)[:MOST_SHOWN]
            ],
        }


def change_view(document: Document, change: Change) -> dict[str, Any]:
    """Return what a change did, for the page that made it."""
    return {
        "revision": change.revision,
        "reload": change.reload,
        "patches": list(change.patches),
        "history": document.history(),
    }


def traces_of(section: Section) -> tuple[Trace, ...]:
    """Return the drawn curves of a section as traces."""
    return tuple(curve.trace() for curve in section.drawn().values())


def values_of(section: Section, registration: Registration) -> tuple[Curve, ...]:
    """Return the curves as an export would hold them."""
    return calibrate_all(traces_of(section), registration)


def figures_view(document: Document, name: str | None) -> dict[str, Any]:
    """Return figures of every curve, as the report of a reading has them."""
    with document.lock:
        section, registration = document.shown(name)
        revision = document.revision
        traces = traces_of(section)
        edited = {n: share_edited(curve) for n, curve in section.drawn().items()}
    curves: Sequence[dict[str, Any]] = report(
        traces=traces,
        registration=registration,
        findings=(),
        timings={},
        provenance=Provenance(),
    )["curves"]
    return {
        "revision": revision,
        "curves": [
            {**curve, "edited_share": edited[curve["mnemonic"]]} for curve in curves
        ],
    }


def share_edited(curve: ReviewedCurve) -> float:
    """Return the share of a curve's rows that a person has changed."""
    return _share(curve.samples.flags & EDITED > 0)


def _share(where: np.ndarray) -> float:
    return round(float(where.mean()), 4) if where.size else 0.0


def _part(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0
