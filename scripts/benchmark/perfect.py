"""The tool with perfect input at one of its stages: what each stage costs.

- A *perfect network*: the evidence is drawn from the truth, and traced as it is. What
  is still missed, the tracer misses.
- *Perfect names*: the paths of the tool as it is, each given to the curve that it fits
  best over the whole strip. What is gained, the names lost.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmark.cases import Case
from benchmark.methods import Readings
from veernet.axes import Floats
from veernet.evaluate import LINE_WIDTH
from veernet.evaluate.measure import ROUNDING
from veernet.records import LINES, Evidence, Grey, Line, Scan
from veernet.rectify import panels
from veernet.synth.strips import render_mask

CERTAIN = 255


def perfect_evidence(case: Case) -> Evidence:
    """Draw the evidence for a strip from its truth.

    A map for each style that is drawn, and for solid lines: certain within the width
    of a label about the curve, gaps between dashes included. The centre lies where the
    curve does, divided between two pixels if it runs between them.
    """
    drawn = {curve.line for curve in case.strip.curves}
    lines: list[Line] = [x for x in LINES if x in drawn or x == "solid"]
    maps = np.stack([_map(case, line) for line in lines])
    return Evidence(maps, tuple((line,) for line in lines), _centre(case))


def perfect_names(case: Case, readings: Readings) -> Readings:
    """Give each path of a strip to the curve that it fits best.

    Of all ways to exchange names within the strip, the one with the most rows within
    one line width of the truth.
    """
    names = [spec.mnemonic for spec in case.panel.curves]
    columns = np.stack([readings[name].column for name in names])
    away = np.abs(columns[:, None] - case.truth[None])
    hits = np.sum(away <= LINE_WIDTH + ROUNDING, axis=2)
    # Of names that fit as well, each keeps its own.
    paths, curves = linear_sum_assignment(2 * hits + np.eye(len(names)), maximize=True)
    return {
        names[curve]: readings[names[path]]
        for path, curve in zip(paths, curves, strict=True)
    }


def _map(case: Case, line: Line) -> Grey:
    """Return (rows, columns) of the panel: certain where a curve of a style is."""
    curves = [curve for curve in case.strip.curves if curve.line == line]
    label = render_mask(case.strip.layout, curves, {line: 1}) if curves else None
    page = np.zeros(case.strip.image.shape, np.uint8) if label is None else label
    # What is beside the page is white, so that labels are rectified as ink.
    (panel,) = panels(Scan.from_array(CERTAIN - CERTAIN * page), case.registration)
    return np.asarray(CERTAIN - panel.image, dtype=np.uint8)


def _centre(case: Case) -> Grey:
    """Return (rows, columns) of the panel: the share of a curve in each pixel."""
    rows, columns = case.panel.image.shape
    left, right = case.edges
    centre = np.zeros((rows, columns + 1))
    for index, spec in enumerate(case.panel.curves):
        first, last = case.panel.edges_of(spec.mnemonic)
        fraction = (case.strip.columns[index] - left) / (right - left)
        _add(centre, first + fraction * (last - first))
    shares = np.clip(centre[:, :columns], 0, 1)
    return np.asarray(np.rint(CERTAIN * shares), dtype=np.uint8)


def _add(centre: Floats, column: Floats) -> None:
    """Add a curve to the centre, where it is drawn and within the panel."""
    inside = (column >= 0) & (column <= centre.shape[1] - 2)
    rows = np.flatnonzero(inside)
    at = np.floor(column[rows]).astype(np.intp)
    share = column[rows] - at
    centre[rows, at] += 1 - share
    centre[rows, at + 1] += share
