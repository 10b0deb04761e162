"""The stages in order: a scan and its registration to curves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import PurePath

import numpy as np

from veernet.calibrate import calibrate_all
from veernet.check.finding import worst_first
from veernet.check.quick import check_quickly
from veernet.engines import Engine
from veernet.export.onpage import ink
from veernet.records import (
    ORIGINS,
    Curve,
    Evidence,
    Panel,
    Path,
    Registration,
    Scan,
    Trace,
)
from veernet.rectify import beside_page, panels, to_trace
from veernet.runs import runs
from veernet.segment import segment
from veernet.trace import (
    BRIDGE,
    Costs,
    Followed,
    Tracer,
    follow_paths,
    name_curves,
    trace,
)
from veernet.trace.features import SHARED

LEAST_READ = 0.05
"""Share of rows: a section of which less is read, all curves together, is refused."""

GAP_ROWS = 5 * BRIDGE
"""Rows: an unread stretch longer than this is worth a finding."""

MOST_GAPS = 3
"""Stretches of a curve that are findings each; the others are counted."""

TOGETHER = 0.5
"""Share of a curve's read rows on the ink of another that is worth a finding."""

BESIDE_PAGE = 0.02
"""Share of a track's width beyond the page that trimmed paper does not explain."""

Progress = Callable[[str, int, int], None]
"""Called with the stage, rows done and rows in all."""

Keep = Callable[[Panel, Evidence], None]
"""Called with each panel and its evidence, before they are let go."""


@dataclass(frozen=True)
class Result:
    """What came of one section.

    Parameters
    ----------
    section
        Of the registration.
    traces
        Every curve drawn, in scan rows and columns.
    curves
        Every curve wanted, in depth and value; none if refused.
    findings
        What a user should look at, one sentence each.
    timings
        Seconds per stage.
    refused
        Why the section is no readable curve log; None if it is one.
    """

    section: str
    traces: tuple[Trace, ...]
    curves: tuple[Curve, ...]
    findings: tuple[str, ...]
    timings: dict[str, float]
    refused: str | None = None


def digitise(
    scan: Scan,
    registration: Registration,
    engine: Engine,
    tracer: Tracer = "dp",
    *,
    progress: Progress | None = None,
    keep: Keep | None = None,
) -> Result:
    """Digitise one section of a scan.

    Reads no file and writes none; an engine is built once and may serve any number of
    calls.

    Parameters
    ----------
    scan
        The page.
    registration
        Where the section's tracks, depths and scales lie on it.
    engine
        The network.
    tracer
        dp or skeleton.
    progress
        Told how far the network has come.
    keep
        Given what curves are traced on, for whoever traces a stretch again.

    Returns
    -------
    Result
        Curves, or the reason why there are none.

    Raises
    ------
    InputError
        If the registration does not fit the page.
    """
    clock = _Clock()
    sheets: list[Panel] = []
    paths: list[tuple[Path, ...]] = []
    followed: list[list[Followed]] = []
    for panel in clock.each("rectify", panels(scan, registration)):
        name = "+".join(track.name for track in panel.tracks)
        with clock.stage("segment"):
            evidence = segment(
                panel,
                engine,
                progress=_named(progress, name),
            )
            engine.rest()
        if keep is not None:
            keep(panel, evidence)
        with clock.stage("trace"):
            if tracer == "dp":
                followed.append(follow_paths(panel, evidence, Costs()))
            else:
                paths.append(trace(panel, evidence, tracer=tracer))
        sheets.append(panel.without_picture())
        # A tall panel and its maps need not wait for the next one to be whole.
        del panel, evidence
    if tracer == "dp":
        # Only now, as all panels of a page were drawn by one plotter.
        with clock.stage("trace"):
            paths = name_curves(followed, confidence=engine.spec.confidence)
    traces = [
        to_trace(path, sheet, registration)
        for sheet, found_paths in zip(sheets, paths, strict=True)
        for path in found_paths
    ]

    found = tuple(traces)
    refused = _refusal(found)
    with clock.stage("calibrate"):
        curves = () if refused else calibrate_all(found, registration)
    findings = (
        *(f"scan: {note}" for note in scan.info.notes),
        *_misplaced(scan, registration),
        *(f.text for f in worst_first(check_quickly(scan.info, registration))),
        *reading_findings(found, registration),
    )
    return Result(registration.section, found, curves, findings, clock.seconds, refused)


def reading_findings(
    traces: Sequence[Trace], registration: Registration
) -> tuple[str, ...]:
    """Return what a user should look at of traces alone, one sentence each.

    Parameters
    ----------
    traces
        Of every curve of the section, as read or as edited since.
    registration
        Of the section.
    """
    return (
        *(f for t in traces for f in _findings(t, registration)),
        *_together(traces, registration),
    )


def _refusal(traces: tuple[Trace, ...]) -> str | None:
    """Say why nothing is worth writing, if so."""
    share = float(np.mean([np.isfinite(t.column).mean() for t in traces]))
    if share >= LEAST_READ:
        return None
    return (
        f"no curve could be followed: {share:.1%} of the rows were read, all curves "
        "together; check the registration against the scan, or the scan itself"
    )


def _misplaced(scan: Scan, registration: Registration) -> Iterator[str]:
    """Say what hints at the registration of another scan, but not enough to refuse."""
    stated, opened = (
        PurePath(registration.image or "").name,
        PurePath(scan.info.path).name,
    )
    if stated and opened and stated != opened:
        yield f"the registration is of {stated}, the scan is {opened}"
    shares = beside_page(scan, registration)
    for track, share in zip(registration.tracks, shares, strict=True):
        if share > BESIDE_PAGE:
            yield f"track {track.name}: {share:.0%} of its width lies beside the page"


def _findings(trace_: Trace, registration: Registration) -> Iterator[str]:
    """Name each long stretch of a curve that was not read, and how much was bridged."""
    unread = ~np.isfinite(trace_.column)
    if (trace_.origin == ORIGINS.index("none")).all():
        yield (
            f"{trace_.mnemonic}: not read anywhere: check its track, its line style "
            "and the scan"
        )
        return
    gaps = [(a, b) for a, b in runs(unread) if b - a > GAP_ROWS]
    for start, stop in gaps[:MOST_GAPS]:
        yield f"{trace_.mnemonic}: {_gap(trace_, registration, start, stop)}"
    if len(gaps) > MOST_GAPS:
        rest = gaps[MOST_GAPS:]
        rows = sum(stop - start for start, stop in rest)
        yield (
            f"{trace_.mnemonic}: {len(rest)} more such stretches, "
            f"{rows / unread.size:.0%} of its rows: see the report"
        )
    bridged = float(np.mean(trace_.origin == ORIGINS.index("bridged")))
    if bridged > 0.05:
        yield f"{trace_.mnemonic}: {bridged:.0%} of the rows are bridged gaps"


def _together(traces: Sequence[Trace], registration: Registration) -> Iterator[str]:
    """Name curves that were read from the ink of others for most of their rows."""
    columns = {t.mnemonic: ink(t, registration).column for t in traces}
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
        *names, last = (name for name in columns if name in group)
        found = [share for pair, share in shares.items() if pair <= group]
        low, high = f"{min(found):.0%}", f"{max(found):.0%}"
        yield (
            f"{', '.join(names)} and {last} are read from the same ink in "
            f"{low if low == high else f'{low} to {high}'} of the rows: are "
            f"{'both' if len(group) == 2 else 'all'} drawn there?"
        )


def _gap(trace_: Trace, registration: Registration, start: int, stop: int) -> str:
    """Say from where to where a stretch is unread, and where the curve went."""
    top, base = registration.depth.depth_at(trace_.row[[start, stop - 1]])
    words = {"left": "off-left", "right": "off-right"}
    off = {
        side: float(np.mean(trace_.origin[start:stop] == ORIGINS.index(origin)))
        for side, origin in words.items()
    }
    side = max(off, key=lambda name: off[name])
    why = f"off scale at the {side}" if off[side] > 0.5 else "unread"
    return f"{why} from {top:.1f} to {base:.1f} {registration.depth.unit}"


def _named(progress: Progress | None, name: str) -> Callable[[int, int], None] | None:
    if progress is None:
        return None
    return lambda done, total: progress(name, done, total)


class _Clock:
    """Seconds spent in each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of a block to a stage."""
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - start
            self.seconds[name] = self.seconds.get(name, 0.0) + spent

    def each(self, name: str, items: Iterator[Panel]) -> Iterator[Panel]:
        """Yield from an iterator, adding the time that it takes to a stage."""
        while True:
            with self.stage(name):
                item = next(items, None)
            if item is None:
                return
            yield item
            del item  # so that it is gone before the next one is made
