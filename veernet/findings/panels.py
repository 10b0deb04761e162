"""Findings about the ink of each panel, stretch by stretch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from veernet.check.finding import Finding
from veernet.findings.jumps import Jump, jumps
from veernet.findings.reading import FoundStretch, PanelReading, stretch
from veernet.findings.strokes import UnlistedStroke, free_strokes
from veernet.findings.styles import OddStyle, odd_styles
from veernet.intervals import true_intervals
from veernet.records import Registration
from veernet.trace.features import SHARED
from veernet.trace.paper_lines import OnLine, on_lines

SHARED_ROWS = 24
"""Rows in which two curves are on one stroke while another is free, at the least."""

ONE_MORE = 0.15
"""Share of the rows with all curves read and a stroke left over that tells of one more:
without one strokes are left over in fewer."""

PARTING_ROWS = 8
"""Rows for which two curves on one stroke may part without ending the stretch."""


def of_panel(reading: PanelReading, registration: Registration) -> Iterator[Finding]:
    """Name what is odd about the ink of a panel and the curves read from it."""
    strokes = free_strokes(reading)
    reported: set[int] = set()
    for pair, start, stop, index in _on_one(reading, strokes):
        reported.add(index)
        yield _crowded(reading, registration, pair, (start, stop), strokes[index])
    for index, stroke in enumerate(strokes):
        if index not in reported:
            yield _free(reading, registration, stroke)
    left = [stroke for index, stroke in enumerate(strokes) if index not in reported]
    yield from _one_more(reading, registration, left)
    for jump in jumps(reading):
        yield _jumped(reading, registration, jump)
    for odd in odd_styles(reading):
        yield _odd(reading, registration, odd)
    for curve, path in enumerate(reading.followed):
        for resting in on_lines(curve, reading.folded, path.lines):
            yield _on_line(reading, registration, curve, resting)


def _one_more(
    reading: PanelReading, registration: Registration, strokes: Sequence[UnlistedStroke]
) -> Iterator[Finding]:
    """Say that a panel shows more strokes than curves are listed, much of the way."""
    rows = reading.folded.shape[1]
    free = np.zeros(rows, dtype=bool)
    for stroke in strokes:
        free[stroke.row] = True
    # With a curve unread a free stroke may be its own.
    free &= np.isfinite(reading.folded).all(axis=0)
    if free.mean() < ONE_MORE:
        return
    names = tuple(path.mnemonic for path in reading.paths)
    tracks = "+".join(track.name for track in reading.sheet.tracks)
    yield Finding(
        registration.section,
        f"track {tracks}: {len(names)} curves are listed and read "
        f"({', '.join(names)}), and one stroke more is seen in {free.mean():.0%} of "
        "the rows",
        "a curve, a time marker or a bit size that is not listed: names may have slid "
        "by one; list all in their order from left to right (export: false), and "
        "digitise again",
        weight=2 * rows * float(free.mean()),
        kind="one-more",
        curves=names,
        **_place(reading, registration, 0, rows),
    )


def _on_one(
    reading: PanelReading, strokes: Sequence[UnlistedStroke]
) -> Iterator[tuple[tuple[int, int], int, int, int]]:
    """Yield two curves on one stroke, the rows, and the stroke that is free there."""
    if not strokes:
        return
    rows = reading.folded.shape[1]
    for pair in combinations(range(len(reading.paths)), 2):
        one, other = reading.folded[list(pair)]
        same = np.abs(one - other) <= SHARED
        for start, stop in true_intervals(~same):
            if start > 0 and stop < rows and stop - start <= PARTING_ROWS:
                same[start:stop] = True
        for index, stroke in enumerate(strokes):
            if not _within_reach(reading, pair, stroke):
                continue
            shared = stroke.row[same[stroke.row]]
            if shared.size >= SHARED_ROWS:
                yield pair, int(shared[0]), int(shared[-1]) + 1, index


def _within_reach(
    reading: PanelReading, pair: tuple[int, int], stroke: UnlistedStroke
) -> bool:
    """Whether a stroke is in the track of one of two curves."""
    column = float(np.median(stroke.column))
    row = int(np.median(stroke.row))
    for curve in pair:
        left, right = reading.sheet.edges_of(reading.paths[curve].mnemonic)
        if left[row] <= column <= right[row]:
            return True
    return False


def _crowded(
    reading: PanelReading,
    registration: Registration,
    pair: tuple[int, int],
    rows: tuple[int, int],
    stroke: UnlistedStroke,
) -> Finding:
    names = tuple(reading.paths[curve].mnemonic for curve in pair)
    place = _place(reading, registration, *rows)
    top, base = place["depths"]
    columns = _columns(reading, registration, stroke, rows)
    return Finding(
        registration.section,
        f"{names[0]} and {names[1]} are read from one stroke from {top:.1f} to "
        f"{base:.1f} {registration.depth.unit}, and another at columns "
        f"{columns[0]:.0f} to {columns[1]:.0f} of the page from none",
        "is one of them there?",
        weight=rows[1] - rows[0],
        kind="one-stroke",
        curves=names,
        columns=columns,
        **place,
    )


def _free(
    reading: PanelReading, registration: Registration, stroke: UnlistedStroke
) -> Finding:
    place = _place(reading, registration, *stroke.rows)
    top, base = place["depths"]
    columns = _columns(reading, registration, stroke, stroke.rows)
    unread = [
        path.mnemonic
        for path in reading.paths
        if np.isnan(path.column[stroke.row]).mean() > 0.5
    ]
    return Finding(
        registration.section,
        f"track {'+'.join(t.name for t in reading.sheet.tracks)}: no curve is read "
        f"from a stroke at columns {columns[0]:.0f} to {columns[1]:.0f} of the page "
        f"from {top:.1f} to {base:.1f} {registration.depth.unit}",
        f"is it {' or '.join(unread)}?" if unread else "list it if it is a curve",
        weight=stroke.row.size,
        kind="free-stroke",
        curves=tuple(unread),
        columns=columns,
        **place,
    )


def _jumped(reading: PanelReading, registration: Registration, jump: Jump) -> Finding:
    name = reading.paths[jump.curve].mnemonic
    place = _place(reading, registration, jump.start, jump.stop + 1)
    top, base = place["depths"]
    ends = np.array([jump.start, jump.stop])
    column = reading.folded[jump.curve, ends]
    at = reading.page_columns(registration, ends, column)
    gap = jump.stop - jump.start - 1
    unit = registration.depth.unit
    where = f"from {top:.1f} to {base:.1f} {unit}" if gap else f"at {top:.1f} {unit}"
    return Finding(
        registration.section,
        f"{name}: it jumps {jump.move:.0f} columns across paper {where}",
        "it may be another curve's ink above or below",
        weight=jump.move,
        kind="jump",
        curves=(name,),
        columns=(round(float(at.min()), 1), round(float(at.max()), 1)),
        **place,
    )


def _odd(reading: PanelReading, registration: Registration, odd: OddStyle) -> Finding:
    path, spec = reading.paths[odd.curve], reading.specs[odd.curve]
    place = _place(reading, registration, odd.start, odd.stop)
    top, base = place["depths"]
    seen = "broken" if spec.line == "solid" else "solid"
    return Finding(
        registration.section,
        f"{path.mnemonic}: registered as {spec.line}, and read from a {seen} stroke "
        f"from {top:.1f} to {base:.1f} {registration.depth.unit} ({odd.posterior:.2f})",
        "is its line right, or is it another curve's ink?",
        weight=odd.stop - odd.start,
        kind="style",
        curves=(path.mnemonic,),
        **place,
    )


def _on_line(
    reading: PanelReading, registration: Registration, curve: int, one: OnLine
) -> Finding:
    name = reading.paths[curve].mnemonic
    place = _place(reading, registration, one.start, one.stop)
    top, base = place["depths"]
    ends = {0.0: "the left edge of its track", 1.0: "the right edge of its track"}
    where = ends.get(one.line, f"the upright line at {one.line:.2f} of its track")
    return Finding(
        registration.section,
        f"{name}: read on {where} from {top:.1f} to {base:.1f} "
        f"{registration.depth.unit}, and the line is no wider there than elsewhere",
        "is it drawn there?",
        weight=one.stop - one.start,
        kind="line",
        curves=(name,),
        **place,
    )


def _place(
    reading: PanelReading, registration: Registration, start: int, stop: int
) -> FoundStretch:
    """Return where rows start to stop of a panel are."""
    return stretch(
        registration, start + reading.row_start, stop - 1 + reading.row_start
    )


def _columns(
    reading: PanelReading,
    registration: Registration,
    stroke: UnlistedStroke,
    rows: tuple[int, int],
) -> tuple[float, float]:
    """Return the lowest and the highest column of the page of a stroke in rows."""
    inside = (stroke.row >= rows[0]) & (stroke.row < rows[1])
    at = reading.page_columns(registration, stroke.row[inside], stroke.column[inside])
    return round(float(at.min()), 1), round(float(at.max()), 1)
