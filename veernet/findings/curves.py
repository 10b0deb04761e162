"""Findings about each curve as it was read: gaps, shared ink, guessed wrap counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from veernet.check.finding import Finding
from veernet.export.onpage import ink
from veernet.findings.reading import stretch
from veernet.intervals import true_intervals
from veernet.records import OFF_SCALE, ORIGINS, Guess, Registration, Trace
from veernet.trace import BRIDGE
from veernet.trace.features import SHARED

GAP_ROWS = 5 * BRIDGE
"""Rows: an unread stretch longer than this is worth a finding."""

HARDLY = 0.02
"""Share of the rows: a curve of which less was read is perhaps not drawn."""

MOSTLY_OFF = 0.5
"""Share of the rows that are off scale from which the registration is in doubt."""

TOGETHER = 0.5
"""Share of a curve's read rows on the ink of another that is worth a finding."""

BRIDGED = 0.05
"""Share of a curve's rows that are bridged gaps that is worth a finding."""

SURE_COUNT, SURE_STEP = 0.9, 0.95
"""Probabilities of a wrap count, and of it being kept across a stretch, from which that
is no finding."""

ELSEWHERE = 0.5
"""Share of a curve's rows in one wrap other than the first from which the first is
doubted."""


def of_curve(trace: Trace, registration: Registration) -> Iterator[Finding]:
    """Name long stretches of a curve that were not read, and how much was bridged."""
    read = np.isfinite(trace.column)
    name, rows = trace.mnemonic, read.size
    section = registration.section
    _, spec = registration.curve(name)
    off = float(np.isin(trace.origin, OFF_SCALE).mean())
    if off > MOSTLY_OFF and not spec.backup_of:
        yield Finding(
            section,
            f"{name}: {off:.0%} of its rows count as OFF SCALE and are null",
            "are its scale, its track's edges and its name right? A curve of a ruled "
            "track is listed over the whole of it, with all others",
            weight=2 * rows,
            kind="off-scale",
            curves=(name,),
            **stretch(registration, int(trace.row[0]), int(trace.row[-1])),
        )
    none = (trace.origin == ORIGINS.index("none")).all()
    # A back-up is drawn where its main curve is off scale, and may be nowhere.
    if none or (read.mean() < HARDLY and off <= MOSTLY_OFF and not spec.backup_of):
        what = "not read anywhere" if none else f"read in {read.mean():.1%} of its rows"
        yield Finding(
            section,
            f"{name}: {what}",
            "check its track, its line style and the scan",
            weight=rows,
            kind="undrawn",
            curves=(name,),
            **stretch(registration, int(trace.row[0]), int(trace.row[-1])),
        )
        return
    for start, stop in true_intervals(~read):
        if stop - start > GAP_ROWS:
            yield _gap(trace, registration, start, stop)
    bridged = float(np.mean(trace.origin == ORIGINS.index("bridged")))
    if bridged > BRIDGED:
        what = f"{name}: {bridged:.0%} of the rows are bridged gaps"
        weight = rows * bridged
        yield Finding(section, what, "", False, weight, "bridged", (name,))


def together(traces: Sequence[Trace], registration: Registration) -> Iterator[Finding]:
    """Name curves that were read from the ink of others for most of their rows."""
    top, stop = registration.row_range
    columns = {}
    for t in traces:
        # A trace file that another tool has cut may hold other rows of each curve.
        inside = (t.row >= top) & (t.row < stop)
        columns[t.mnemonic] = np.full(stop - top, np.nan)
        columns[t.mnemonic][t.row[inside] - top] = ink(t, registration).column[inside]
    shares: dict[frozenset[str], float] = {}
    groups: list[set[str]] = []
    for pair in combinations(columns, 2):
        one, other = (columns[name] for name in pair)
        same = int((np.abs(one - other) <= SHARED).sum())
        read = min(int(np.isfinite(column).sum()) for column in (one, other))
        if not read or same <= TOGETHER * read:
            continue
        shares[frozenset(pair)] = same / read
        joined = [group for group in groups if group & set(pair)]
        groups = [group for group in groups if group not in joined]
        groups.append(set(pair).union(*joined))
    for group in groups:
        members = tuple(name for name in columns if name in group)
        found = [share for pair, share in shares.items() if pair <= group]
        low, high = f"{min(found):.0%}", f"{max(found):.0%}"
        yield Finding(
            registration.section,
            f"{', '.join(members[:-1])} and {members[-1]} are read from the same ink "
            f"in {low if low == high else f'{low} to {high}'} of the rows",
            f"are {'both' if len(group) == 2 else 'all'} drawn there?",
            weight=max(found) * columns[members[0]].size,
            kind="together",
            curves=members,
        )


def wrap_counts(
    trace: Trace, guesses: Sequence[Guess], registration: Registration
) -> Iterator[Finding]:
    """Name where the wrap count of a curve is a guess on which all below hangs.

    Parameters
    ----------
    trace
        Of a curve that wraps.
    guesses
        Of its path; their rows count from the first of the trace.
    registration
        Of the section.
    """
    name, unit = trace.mnemonic, registration.depth.unit
    doubtful = [
        guess
        for guess in guesses
        if guess.probability < SURE_COUNT and guess.step < SURE_STEP
    ]
    starts = [guess.start for guess in doubtful] + [trace.row.size]
    for guess, end in zip(doubtful, starts[1:], strict=True):
        first, last = int(trace.row[guess.start]), int(trace.row[guess.stop])
        place = stretch(registration, first, last)
        top, base = place["depths"]
        yield Finding(
            registration.section,
            f"{name}: the wrap count below {base:.1f} {unit} is a guess (right with "
            f"{guess.probability:.2f}), as the curve is in doubt from {top:.1f}",
            "all values below hang on it",
            weight=(1.0 - guess.probability) * (end - guess.start),
            kind="wrap-count",
            curves=(name,),
            **place,
        )
    yield from _first_wrap(trace, registration)


def _first_wrap(trace: Trace, registration: Registration) -> Iterator[Finding]:
    """Doubt the wrap count of the first row where most rows are in another wrap."""
    read = np.isfinite(trace.column)
    wrap = ink(trace, registration).wrap[read]
    if not wrap.size:
        return
    counts, rows = np.unique(wrap, return_counts=True)
    most = int(counts[np.argmax(rows)])
    share = float(rows.max() / wrap.size)
    _, spec = registration.curve(trace.mnemonic)
    if most != spec.wrap_start and share > ELSEWHERE:
        yield Finding(
            registration.section,
            f"{trace.mnemonic}: {share:.0%} of its rows are read in wrap {most}, and "
            f"the first in wrap {spec.wrap_start}",
            "is wrap_start right, and is the first change of wrap?",
            weight=float(rows.max()),
            kind="wrap-count",
            curves=(trace.mnemonic,),
            **stretch(registration, int(trace.row[0]), int(trace.row[-1])),
        )


def _gap(trace: Trace, registration: Registration, start: int, stop: int) -> Finding:
    """Say from where to where a stretch is unread, and where the curve went."""
    place = stretch(registration, int(trace.row[start]), int(trace.row[stop - 1]))
    top, base = place["depths"]
    words = {"left": "off-left", "right": "off-right"}
    off = {
        side: float(np.mean(trace.origin[start:stop] == ORIGINS.index(origin)))
        for side, origin in words.items()
    }
    side = max(off, key=lambda name: off[name])
    why = f"off scale at the {side}" if off[side] > 0.5 else "unread"
    unit = registration.depth.unit
    return Finding(
        registration.section,
        f"{trace.mnemonic}: {why} from {top:.1f} to {base:.1f} {unit}",
        "",
        weight=stop - start,
        kind="off-scale" if off[side] > 0.5 else "unread",
        curves=(trace.mnemonic,),
        **place,
    )
