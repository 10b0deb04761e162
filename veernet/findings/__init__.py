"""Findings: what a user should look at, stretch by stretch.

Every stroke of a track belongs to a curve, to several that run together, or is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from pathlib import PurePath

from veernet.check.beyond import MUCH, check_beyond
from veernet.check.finding import MOST_OF_A_KIND, Finding, worst_first
from veernet.check.quick import check_quickly
from veernet.findings.curves import GAP_ROWS, of_curve, together, wrap_counts
from veernet.findings.panels import of_panel
from veernet.findings.reading import PackedMask, PanelReading
from veernet.findings.unlike import unlike
from veernet.findings.values import impossible
from veernet.findings.wraps import uncrossed
from veernet.records import Registration, Scan, Trace
from veernet.rectify import beside_page

__all__ = ["Finding", "PackedMask", "PanelReading", "find", "of_traces", "sentences"]

BESIDE_PAGE = 0.02
"""Share of a track's width beyond the page that trimmed paper does not explain."""

NAMES = {
    "unread": "unread stretches",
    "off-scale": "stretches off scale",
    "undrawn": "curves that are hardly read",
    "bridged": "curves with many bridged gaps",
    "together": "stretches or groups of curves on one ink",
    "wrap-count": "guessed wrap counts",
    "wraps": "curves that may wrap",
    "free-stroke": "strokes that no curve is read from",
    "one-more": "tracks with one stroke more than curves",
    "one-stroke": "stretches of two curves on one stroke",
    "jump": "jumps across paper",
    "style": "stretches in another style",
    "line": "stretches on lines of the paper",
    "impossible": "curves with values that cannot be",
}
"""What several findings of a kind are called."""


def find(
    scan: Scan,
    registration: Registration,
    readings: Sequence[PanelReading],
    traces: Sequence[Trace],
    others: Sequence[Registration] = (),
) -> tuple[Finding, ...]:
    """Find what a user should look at.

    Parameters
    ----------
    scan, registration
        What was read.
    readings
        The panels of the section.
    traces
        Every curve of the section.
    others
        Sections of the same page: what they read is not lost.

    Returns
    -------
    tuple of Finding
        First those about the scan and the registration, then those about the reading,
        the worst first: those on which most rows hang.
    """
    section = registration.section
    about_scan = [
        Finding(section, f"scan: {note}", "", kind="scan") for note in scan.info.notes
    ]
    guesses = {p.mnemonic: p.guesses for r in readings for p in r.paths}
    reading = of_traces(traces, registration)
    for trace in traces:
        if registration.curve(trace.mnemonic)[1].wraps:
            reading += wrap_counts(trace, guesses[trace.mnemonic], registration)
    for panel in readings:
        reading += of_panel(panel, registration)
        reading += uncrossed(panel, registration)
    return (
        *about_scan,
        *_misplaced(scan, registration),
        *worst_first(check_quickly(scan.info, registration)),
        *check_beyond(scan, registration, others, MUCH),
        *worst_first(_logged(reading, registration)),
    )


def of_traces(traces: Sequence[Trace], registration: Registration) -> list[Finding]:
    """Find what traces show by themselves, as read or as edited since.

    Parameters
    ----------
    traces
        Every curve of the section.
    registration
        Of the section.
    """
    found = [f for trace in traces for f in of_curve(trace, registration)]
    found += [f for trace in traces for f in impossible(trace, registration)]
    found += unlike(traces, registration)
    return _logged([*found, *together(traces, registration)], registration)


def _logged(findings: Sequence[Finding], registration: Registration) -> list[Finding]:
    """Leave out what lies between strips that are spliced: it goes into no file."""
    gaps = [(a.row, b.row) for a, b in pairwise(registration.depth.points) if a.gap]
    return [f for f in findings if not any(_lies_in(f.rows, *gap) for gap in gaps)]


def _lies_in(rows: tuple[int, int] | None, above: float, below: float) -> bool:
    """Tell whether rows are those between two points, but for the end of a curve."""
    if rows is None:
        return False
    every = rows[1] - rows[0] + 1
    inside = min(rows[1], below - 1) - max(rows[0], above + 1) + 1
    return inside > 0 and every - inside <= min(GAP_ROWS, inside)


def sentences(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return the sentences to print: of each kind the worst, and how many more.

    All about the scan and its registration are told.
    """
    before = [f for f in findings if f.kind not in NAMES]
    after: list[Finding] = []
    by_kind = sorted((f for f in findings if f.kind in NAMES), key=lambda f: f.kind)
    for kind, group in groupby(by_kind, key=lambda f: f.kind):
        after += _cut(list(group), NAMES[kind])
    return tuple(f.text for f in (*before, *worst_first(after)))


def _cut(findings: Sequence[Finding], name: str) -> list[Finding]:
    """Return the worst findings of a kind, and one that counts the others."""
    ordered = list(worst_first(findings))
    rest = len(ordered) - MOST_OF_A_KIND
    if rest < 2:
        return ordered
    section = ordered[0].section
    counted = Finding(
        section, f"{rest} more {name}", "the audit trail lists all", weight=-1.0
    )
    return [*ordered[:MOST_OF_A_KIND], counted]


def _misplaced(scan: Scan, registration: Registration) -> Iterator[Finding]:
    """Say what hints at the registration of another scan, but not enough to refuse."""
    section = registration.section
    stated, opened = (
        PurePath(registration.image or "").name,
        PurePath(scan.info.path).name,
    )
    if stated and opened and stated != opened:
        yield Finding(
            section, f"the registration is of {stated}, the scan is {opened}", ""
        )
    shares = beside_page(scan, registration)
    for track, share in zip(registration.tracks, shares, strict=True):
        if share > BESIDE_PAGE:
            what = f"track {track.name}: {share:.0%} of its width lies beside the page"
            yield Finding(section, what, "")
