"""The stages in order: a scan and its registration to curves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from veernet.calibrate import calibrate_all
from veernet.clock import Clock
from veernet.engines import Engine
from veernet.findings import PackedMask, PanelReading, find
from veernet.records import (
    Evidence,
    Panel,
    Registration,
    Scan,
    Trace,
    TracedPath,
)
from veernet.rectify import from_trace, panels, to_trace
from veernet.result import Result, refusal_of
from veernet.samples import straightened
from veernet.segment import segment
from veernet.trace import (
    Costs,
    Followed,
    Tracer,
    follow_paths,
    name_curves,
    trace,
)

__all__ = ["Keep", "Progress", "Result", "digitise"]

Progress = Callable[[str, int, int], None]
"""Called with the stage, rows done and rows in all."""

Keep = Callable[[Panel, Evidence], None]
"""Called with each panel and its evidence, before they are let go."""


def digitise(
    scan: Scan,
    registration: Registration,
    engine: Engine,
    tracer: Tracer = "dp",
    *,
    progress: Progress | None = None,
    keep: Keep | None = None,
    known: Sequence[Trace] = (),
    others: Sequence[Registration] = (),
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
    known
        Where curves are known to be, as a stretch is read anew within an earlier
        reading; NaN where they are to be read. Only ``dp`` looks at it.
    others
        Further sections of the page: what they read is not told as lost.

    Returns
    -------
    Result
        Curves, or the reason why there are none.

    Raises
    ------
    InputError
        If the registration does not fit the page.
    """
    clock = Clock()
    sheets: list[Panel] = []
    masks: list[tuple[PackedMask, PackedMask]] = []
    paths: list[tuple[TracedPath, ...]] = []
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
                columns = {
                    one.mnemonic: from_trace(one, panel, registration)
                    for one in known
                    if any(one.mnemonic == spec.mnemonic for spec in panel.curves)
                }
                followed.append(follow_paths(panel, evidence, Costs(), columns))
            else:
                paths.append(trace(panel, evidence, tracer=tracer))
        with clock.stage("findings"):
            # Maps and picture are let go; a bit for each pixel is kept of either.
            masks.append((PackedMask.of_ink(evidence), PackedMask.of_dark(panel)))
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

    plotted = None
    if tracer == "dp":
        with clock.stage("calibrate"):
            traces, plotted = straightened(traces, registration.depth)
    found = tuple(traces)
    refused = refusal_of(found)
    with clock.stage("calibrate"):
        curves = () if refused else calibrate_all(found, registration)
    with clock.stage("findings"):
        readings = [
            PanelReading(sheet, *kept, own, strokes)
            for sheet, kept, own, strokes in zip(
                sheets, masks, paths, followed or [[]] * len(sheets), strict=True
            )
        ]
        findings = find(scan, registration, readings, found, others)
    return Result(
        registration.section,
        found,
        curves,
        findings,
        clock.seconds,
        refused,
        plotted,
    )


def _named(progress: Progress | None, name: str) -> Callable[[int, int], None] | None:
    if progress is None:
        return None
    return lambda done, total: progress(name, done, total)
