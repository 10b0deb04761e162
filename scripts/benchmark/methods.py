"""Who reads: this tool, and the baselines that it is measured against.

- ``veernet``: the network and the default tracer, as ``veernet digitise`` runs them.
- ``mask skeleton``: the same network, then the method of the literature: threshold,
  skeleton, mean column per row, followed down the rows.
- ``plain dp``: the same network, each curve decoded by itself on the map of its own
  style, without the others of the track, every row kept that it follows.
- ``ink run``: no network. The run of ink nearest to that of the row before, passing
  over depth lines.
- ``ink skeleton``: no network. The skeleton of the thresholded ink without its depth
  lines, its mean column per row, followed like the ink run.
- ``colour run``: no network, colour pictures only. Like the ink run, on the pixels
  that have the colour of the curve.
- ``colour centroid``: no network, colour pictures only. In each row the mean column of
  the pixels that have the colour of the curve, where no other curve of the panel has
  it.
- ``plotdigitizer``: the program of that name, as its own process in an environment of
  its own (it is GPL). It gets the inside of the track, thresholded, of which it reads
  more than of grey. One curve a picture.

Methods without a network are told where the curve begins and in which wrap it is, by
the guide of the sheet: all in their favour. They state no confidence.

Two more are no baselines but this tool with perfect input, see ``perfect``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmark import peers
from benchmark.cases import Sheet
from veernet.axes import Floats
from veernet.network import ConfidenceTable
from veernet.records import CurveSpec, Evidence, Grey, Panel, TracedPath
from veernet.rectify import to_trace
from veernet.samples import straightened
from veernet.trace import Tracer, trace

Columns = dict[str, Floats]
"""By mnemonic, (rows,) unfolded columns of the page, NaN where unread."""


class Reading(NamedTuple):
    """A curve as a method read it.

    Parameters
    ----------
    column
        (rows,) unfolded columns of the page, NaN where unread.
    confidence
        (rows,) probability that the column lies within one line width of the truth, as
        the method states it; NaN from one that states none.
    """

    column: Floats
    confidence: Floats

    @classmethod
    def without_confidence(cls, column: Floats) -> Reading:
        """Return the reading of a method that states no confidence."""
        return cls(column, np.full(column.shape, np.nan))


Readings = dict[str, Reading]
"""By mnemonic."""

Method = Callable[[Sheet, Evidence], Readings]

OURS = "veernet"
"""The method that the bars are for."""

PERFECT_NETWORK = "perfect network"
PERFECT_NAMES = "perfect names"
PERFECT = (PERFECT_NETWORK, PERFECT_NAMES)
"""This tool with perfect input at one of its stages: no baselines."""

WITH_NETWORK = ("mask skeleton", "plain dp")
"""Baselines that see what this tool's network sees."""

TRACER: Tracer = "dp"

BORDER = 3
"""Columns inside an edge that the methods without a network leave to its border."""


def methods(
    confidence: ConfidenceTable | None = None,
    program: Path | None = None,
    *,
    colour: bool = False,
) -> dict[str, Method]:
    """Return the methods by name, this tool first.

    Parameters
    ----------
    confidence
        Of the network: it decides with the tracer which rows are read.
    program
        Of plotdigitizer, which is left out without it.
    colour
        Whether sheets have tints.
    """
    known: dict[str, Method] = {
        OURS: partial(read_with_network, tracer=TRACER, confidence=confidence),
        "mask skeleton": partial(read_with_network, tracer="skeleton"),
        "plain dp": partial(read_alone, confidence=confidence),
        "ink run": read_ink_runs,
        "ink skeleton": read_ink_skeleton,
    }
    if colour:
        known["colour run"] = read_colour_runs
        known["colour centroid"] = read_colour_centroids
    if program is not None:
        known["plotdigitizer"] = partial(read_with_plotdigitizer, program=program)
    return known


def chosen_methods(
    known: Mapping[str, Method], only: Sequence[str] | None
) -> dict[str, Method]:
    """Return this tool and those of the others that are wanted, all if None is said."""
    return {n: m for n, m in known.items() if only is None or n == OURS or n in only}


def read_with_network(
    sheet: Sheet,
    evidence: Evidence,
    tracer: Tracer,
    confidence: ConfidenceTable | None = None,
) -> Readings:
    """Read all curves of a panel, as ``veernet digitise`` does on a page of one."""
    paths = trace(sheet.panel, evidence, tracer=tracer, confidence=confidence)
    if tracer == "skeleton":
        return {p.mnemonic: reading_of(sheet, p) for p in paths}
    traces = [to_trace(path, sheet.panel, sheet.registration) for path in paths]
    laid, _ = straightened(traces, sheet.registration.depth)
    return {t.mnemonic: Reading(t.column, t.confidence) for t in laid}


def read_alone(
    sheet: Sheet, evidence: Evidence, confidence: ConfidenceTable | None = None
) -> Readings:
    """Read each curve as if it were the only one, from the map of its own style."""
    found: Readings = {}
    for index, track in enumerate(sheet.panel.tracks):
        for spec in track.curves:
            style = evidence.index_of(spec.line)
            own = Evidence(
                evidence.maps[style : style + 1], evidence.lines[style : style + 1]
            )
            panel = replace(
                sheet.panel,
                tracks=(replace(track, curves=(spec,)),),
                edges=sheet.panel.edges[index : index + 1],
            )
            (path,) = trace(panel, own, confidence=confidence, likely=0.0)
            found[spec.mnemonic] = reading_of(sheet, path)
    return found


def read_ink_runs(sheet: Sheet, _: Evidence | None = None) -> Readings:
    """Follow the nearest run of ink."""
    return _follow(sheet, _by_track(sheet, peers.ink_of))


def read_ink_skeleton(sheet: Sheet, _: Evidence | None = None) -> Readings:
    """Follow the nearest run of the skeleton of the ink."""
    return _follow(
        sheet, _by_track(sheet, lambda grey: peers.skeleton_of(peers.ink_of(grey)))
    )


def read_colour_runs(sheet: Sheet, _: Evidence | None = None) -> Readings:
    """Follow the nearest run of pixels that have the curve's colour."""
    return _follow(sheet, _coloured(sheet))


def read_colour_centroids(sheet: Sheet, _: Evidence | None = None) -> Readings:
    """Take the mean column of the pixels that have a colour of one curve only."""
    inks = _coloured(sheet)
    own = own_colours(sheet.panel.curves)
    found: Readings = {}
    for spec in sheet.panel.curves:
        column = np.full(sheet.panel.image.shape[0], np.nan)
        if spec.mnemonic in inks and spec.mnemonic in own:
            rows, columns = np.nonzero(inks[spec.mnemonic])
            pixels = np.bincount(rows, minlength=column.size)
            summed = np.bincount(rows, columns, minlength=column.size)
            column = np.where(pixels > 0, summed / np.maximum(pixels, 1), np.nan)
            column = _unfolded(sheet, spec, column)
        found[spec.mnemonic] = Reading.without_confidence(column)
    return found


def own_colours(curves: Sequence[CurveSpec]) -> set[str]:
    """Return which curves have a registered colour that no other of them has."""
    times = Counter(spec.colour for spec in curves)
    return {s.mnemonic for s in curves if s.colour and times[s.colour] == 1}


def _coloured(sheet: Sheet) -> dict[str, peers.Mask]:
    """Return, inside its track, the pixels that have the colour of each curve."""
    return {
        spec.mnemonic: peers.ink_of(_inside(sheet.panel, spec, tint))
        for spec in sheet.panel.curves
        if (tint := sheet.tints.get(spec.mnemonic)) is not None
    }


def read_with_plotdigitizer(
    sheet: Sheet, _: Evidence | None = None, *, program: Path
) -> Readings:
    """Let plotdigitizer read the only curve of a panel."""
    (spec,) = sheet.panel.curves
    picture = _inside(sheet.panel, spec, sheet.panel.image)
    column = peers.read_with_plotdigitizer(picture, program)
    unfolded = _unfolded(sheet, spec, column)
    return {spec.mnemonic: Reading.without_confidence(unfolded)}


def reading_of(sheet: Sheet, path: TracedPath) -> Reading:
    """Return a path of a panel on the page."""
    confidence = np.where(np.isfinite(path.column), path.confidence, 0.0)
    return Reading(sheet.on_page(path.mnemonic, path.column), confidence)


def _by_track(
    sheet: Sheet, ink_in: Callable[[Grey], peers.Mask]
) -> dict[str, peers.Mask]:
    """Return the ink inside of each curve's track, made once a track."""
    inks: dict[str, peers.Mask] = {}
    for track in sheet.panel.tracks:
        ink = ink_in(_inside(sheet.panel, track.curves[0], sheet.panel.image))
        inks.update({spec.mnemonic: ink for spec in track.curves})
    return inks


def _follow(sheet: Sheet, inks: Mapping[str, peers.Mask]) -> Readings:
    """Follow every curve of a panel in its ink, each by itself."""
    found: Readings = {}
    for spec in sheet.panel.curves:
        guide = sheet.guide[spec.mnemonic]
        known = np.flatnonzero(np.isfinite(guide))
        if not known.size or spec.mnemonic not in inks:
            unread = np.full(guide.size, np.nan)
            found[spec.mnemonic] = Reading.without_confidence(unread)
            continue
        start = int(known[0])
        left, right = sheet.edges_on_page(spec.mnemonic)
        fraction = (guide[start] - left[start]) / (right[start] - left[start])
        if spec.wraps:
            fraction -= np.floor(fraction)
        first, last = sheet.panel.edges_of(spec.mnemonic)
        column = first[start] + fraction * (last[start] - first[start])
        column -= _first_column(sheet.panel, spec)
        followed = peers.follow_runs(inks[spec.mnemonic], start, float(column))
        unfolded = _unfolded(sheet, spec, followed)
        found[spec.mnemonic] = Reading.without_confidence(unfolded)
    return found


def _first_column(panel: Panel, spec: CurveSpec) -> int:
    left, _ = panel.edges_of(spec.mnemonic)
    return round(float(np.median(left))) + BORDER


def _inside(panel: Panel, spec: CurveSpec, picture: Grey) -> Grey:
    """Return the picture of a curve's track without its borders."""
    _, right = panel.edges_of(spec.mnemonic)
    last = round(float(np.median(right))) - BORDER
    return picture[:, _first_column(panel, spec) : last + 1]


def _unfolded(sheet: Sheet, spec: CurveSpec, column: Floats) -> Floats:
    """Return columns of the page, each in the wrap that lies nearest to the guide."""
    in_panel = column + _first_column(sheet.panel, spec)
    found = sheet.on_page(spec.mnemonic, in_panel)
    guide = sheet.guide[spec.mnemonic]
    known = np.flatnonzero(np.isfinite(guide))
    if spec.wraps and known.size:
        left, right = sheet.edges_on_page(spec.mnemonic)
        near = np.interp(np.arange(guide.size), known, guide[known])
        found = found + np.round((near - found) / (right - left)) * (right - left)
    return found
