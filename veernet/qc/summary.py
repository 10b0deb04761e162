"""The pages of figures: a summary first, then every stretch, the worst first."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from veernet.qc.bars import (
    EXPLAINED,
    ON_INK,
    OUTLIER,
    READ,
    SURE,
    Place,
    outliers,
    places,
)
from veernet.qc.listing import (
    UNSURE,
    Agreement,
    Event,
    ListedStretch,
    Residual,
)
from veernet.qc.measure import Measured
from veernet.qc.reading import CheckedLog

SIZE = (11.69, 8.27)
"""Inches: A4, landscape."""

LINES, WIDEST, WORST = 58, 158, 18
"""Lines of a page, letters of a line, and worst stretches in the summary."""

WELL = ("WELL", "UWI", "API", "COMP", "FLD", "RUN")
"""Fields by which a sheet is told from that of another well."""

FONT, LEADING = 8.0, 0.1215
"""Points, and inches from line to line."""


@dataclass(frozen=True)
class Figures:
    """All that the pages of figures tell.

    Parameters
    ----------
    log, measured
        The curves and their figures.
    stretches
        The worst first.
    events
        Gaps, wraps and guesses, from the top.
    residuals
        Of the depth points, the largest first.
    agreements
        With other LAS files, by their names.
    remarks
        Lines on the whole: what was compared, and what could not be.
    """

    log: CheckedLog
    measured: Measured
    stretches: Sequence[ListedStretch]
    events: Sequence[Event]
    residuals: Sequence[Residual]
    agreements: dict[str, list[Agreement]]
    remarks: Sequence[str]


def summary_lines(figures: Figures) -> list[str]:
    """Return the lines of the first page."""
    log = figures.log
    axis = log.registration.depth
    missed = outliers(figures.stretches)
    found = places(figures.stretches, figures.measured.length)
    lines = [
        f"Plot-back of {log.path.name}, section {log.registration.section}, "
        f"{axis.depths[0]:g} to {axis.depths[-1]:g} {axis.unit}",
        *_well(log),
        *_status(log),
        "",
        *figures.remarks,
        "",
        *_curve_table(figures),
        "",
        *_residual_lines(figures),
        "",
        *_agreement_lines(figures),
        "",
        f"To look at, the worst first: {len(found)} places, which are {len(missed)} of "
        f"{len(figures.stretches)} stretches of {figures.measured.length:g} "
        f"{axis.unit}; all follow after the plots",
        *_place_lines(found[:WORST]),
    ]
    return _wrapped(lines)


def _wrapped(lines: Sequence[str]) -> list[str]:
    """Break lines that are wider than a page; tables are not."""
    found: list[str] = []
    for line in lines:
        if len(line) <= WIDEST:
            found.append(line)
        else:
            found += textwrap.wrap(line, WIDEST, subsequent_indent="  ")
    return found


def _well(log: CheckedLog) -> list[str]:
    """Return which well it is, by what the registration tells of it."""
    well = log.registration.well
    figures = [f"{name} {well[name]}" for name in WELL if well.get(name)]
    return [", ".join(figures)] if figures else []


def _status(log: CheckedLog) -> list[str]:
    """Return what the LAS says of its status, without the rest of that line."""
    found = [line for line in log.other if line.startswith("Status:")]
    return [found[0].split(".")[0]] if found else []


def _curve_table(figures: Figures) -> list[str]:
    lines = [
        f"{'curve':<12}{'track':<8}{'off scale %':>12}{'read %':>8}{'on ink %':>10}"
        f"{'judged %':>10}"
        f"{'track ink explained %':>23}{'confidence':>12}{'gaps':>6}{'guessed':>9}"
        f"{'wraps':>7}"
    ]
    for curve in figures.log.curves:
        name = curve.spec.mnemonic
        sums = figures.measured.curves[name]
        ink = figures.measured.tracks[curve.track.name]
        read, judged = sum(s.read for s in sums), sum(s.judged for s in sums)
        off, wanted = sum(s.off for s in sums), sum(s.samples for s in sums)
        sure = [one for s in sums for one in s.sure]
        own = [event for event in figures.events if event.curve == name]
        counts = [
            sum(e.what.startswith(w) for e in own) for w in ("gap", "guess", "wrap")
        ]
        lines.append(
            f"{name[:11]:<12}{curve.track.name[:7]:<8}"
            f"{_percent(off, off + wanted):>12}"
            f"{_percent(read, wanted):>8}"
            f"{_percent(sum(s.on_ink for s in sums), judged):>10}"
            f"{_percent(judged, read):>10}"
            f"{_percent(sum(i.explained for i in ink), sum(i.ink for i in ink)):>23}"
            f"{f'{np.nanmean(sure):.2f}' if sure else '-':>12}"
            f"{counts[0]:>6}{counts[1]:>9}{counts[2]:>7}"
        )
    lines += [
        "Off scale: as the trace file tells; of the others, read is the share with a "
        "value.",
        "On ink: of the samples judged, those plotted within a stroke's width of ink. "
        "Not judged: on a line of the grid alone, or off the scale.",
        "Explained: of the track's ink that is no grid line, what lies by the plot of "
        "a curve; lettering counts as ink. Guessed: bridged, or confidence below "
        f"{UNSURE:g}.",
        f"A star marks a stretch to look at: under {READ:.0%} read, {ON_INK:.0%} on "
        f"ink, {EXPLAINED:.0%} explained or a mean confidence of {SURE:g}; or "
        f"{OUTLIER:g} spreads below what is usual of its own curve or track.",
    ]
    return lines


def _residual_lines(figures: Figures) -> list[str]:
    axis = figures.log.registration.depth
    if not figures.residuals:
        return ["Depth points: two, so that none can be compared with its neighbours."]
    largest = ", ".join(
        f"{one.off:+.2f} {axis.unit} at {one.depth:g} (row {one.row:g})"
        for one in figures.residuals[:4]
    )
    return [
        f"Depth points: {len(axis.points)}; from the line through the neighbours, the "
        f"largest: {largest}"
    ]


def _agreement_lines(figures: Figures) -> list[str]:
    if not figures.agreements:
        return ["Agreement: no other reading was given (--repeat OTHER.las)."]
    unit = figures.log.registration.depth.unit
    lines = []
    for name, found in figures.agreements.items():
        lines.append(
            f"Agreement with {name}, in % of the track: median, P90; and the shift of "
            "the other at which the median is least"
        )
        lines += [
            f"  {one.curve:<12}{one.samples:>6} samples  {one.median:>7.2%}  "
            f"{one.p90:>7.2%}   shift {one.lag:+.2f} {unit}: {one.lagged:.2%}"
            for one in found
        ] or ["  no curve in common with three depths at which both are read"]
    return lines


def _place_lines(found: Sequence[Place]) -> list[str]:
    if not found:
        return ["none stands out"]
    return [
        f"{one.top:>10g} to {one.base:<10g}{one.curve[:11]:<12}{one.track[:7]:<8}"
        f"{one.why}"
        for one in found
    ]


def _stretch_lines(listed: Sequence[ListedStretch]) -> list[str]:
    missed = outliers(listed)
    head = (
        f"{'depth':>10}  {'curve':<12}{'track':<8}{'read %':>8}{'on ink %':>10}"
        f"{'explained %':>13}{'confidence':>12}"
    )
    return [
        head,
        *(
            f"{one.top:>10g}  {one.curve[:11]:<12}{one.track[:7]:<8}"
            f"{_share(one.read):>8}{_share(one.on_ink):>10}{_share(one.explained):>13}"
            f"{'-' if np.isnan(one.sure) else f'{one.sure:.2f}':>12}"
            f"{'  *' if (one.curve, one.top) in missed else ''}"
            for one in listed
        ),
    ]


def figure_pages(figures: Figures) -> Iterator[Figure]:
    """Draw every stretch of every curve, the worst first, then gaps, wraps, guesses."""
    unit = figures.log.registration.depth.unit
    length = f"{figures.measured.length:g} {unit}"
    head, *rows = _stretch_lines(figures.stretches)
    title = f"Every {length} of every curve, the worst first (* to look at)"
    yield from _columns(title, head, rows, 2)
    lines = [
        f"{one.top:>10.1f}{one.base:>11.1f}  {one.curve[:11]:<12}{one.what}"
        for one in figures.events
    ]
    head = f"{'from':>10}{'to':>11}  {'curve':<12}what"
    title = f"Gaps, wraps and guessed stretches, from the top, in {unit}"
    yield from _columns(title, head, lines or ["none"], 3)


def _columns(
    title: str, head: str, rows: Sequence[str], columns: int
) -> Iterator[Figure]:
    """Lay out rows in columns, page by page."""
    each = LINES - 3
    for start in range(0, len(rows), each * columns):
        figure = text_page([title])
        for place in range(columns):
            first = start + place * each
            part = rows[first : first + each]
            if part:
                _write(figure, [head, *part], 0.5 + place * (SIZE[0] - 1) / columns, 2)
        yield figure


def text_page(lines: Sequence[str]) -> Figure:
    """Return a page of lines, the first of them as its title."""
    figure = Figure(figsize=SIZE)
    _write(figure, lines[:1], 0.5, 0, bold=True)
    _write(figure, lines[1:], 0.5, 1.5)
    return figure


def text_pages(lines: Sequence[str]) -> Iterator[Figure]:
    """Return as many pages as lines need."""
    for start in range(0, len(lines), LINES):
        yield text_page(lines[start : start + LINES])


def _write(
    figure: Figure,
    lines: Sequence[str],
    left: float,
    skip: float,
    *,
    bold: bool = False,
) -> None:
    for number, line in enumerate(lines):
        top = 0.5 + (skip + number) * LEADING
        figure.text(
            left / SIZE[0],
            1 - top / SIZE[1],
            line,
            family="monospace",
            fontsize=FONT + 3 * bold,
            fontweight="bold" if bold else "normal",
            va="top",
        )


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f}" if whole else "-"


def _share(share: float) -> str:
    return "-" if np.isnan(share) else f"{100 * share:.0f}"
