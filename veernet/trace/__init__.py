"""Evidence to paths: where each curve of a panel runs, row by row.

Two tracers stand behind one function. ``dp`` decodes the curves of a panel together by
a dynamic programme; ``skeleton`` is the reference method, kept as its control.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats, fraction_of
from veernet.errors import InputError
from veernet.intervals import true_intervals
from veernet.network import ConfidenceTable
from veernet.quantities import is_impossible
from veernet.records import ORIGINS, Evidence, Panel, TracedPath
from veernet.trace.average import mean_around
from veernet.trace.corridors import DecodedPath
from veernet.trace.crossings import doubt_off_scale, doubt_uncrossed, is_crossed
from veernet.trace.dash_patterns import estimate_patterns
from veernet.trace.identity import Pool, pools
from veernet.trace.paper_lines import doubt_on_lines, on_lines
from veernet.trace.paths import SMOOTH, Followed, follow_paths
from veernet.trace.posterior import locate
from veernet.trace.programme import OFF_LEFT, OFF_RIGHT, Costs
from veernet.trace.rock import covariates
from veernet.trace.skeleton import follow
from veernet.trace.wrap_counts import settle_counts

__all__ = [
    "BRIDGE",
    "LIKELY",
    "Costs",
    "Followed",
    "Tracer",
    "follow_paths",
    "name_curves",
    "trace",
]

Tracer = Literal["dp", "skeleton"]

BRIDGE = 16
"""Rows: a stretch of missing ink that is no longer is bridged with a straight line, at
low confidence."""

READABLE = 0.3
"""Strength from which a row counts as read: the evidence under the path."""

LIKELY = 0.4
"""Confidence from which a row counts as read: of two like curves that a meeting left
open the likelier is right every other time; what is right in fewer than two of five
rows is no reading."""

SHORTEST = 6
"""Rows: a shorter stretch between unread ones is speckle, not a curve."""

BRIDGED_CONFIDENCE = 0.3
"""Confidence at the ends of a bridge; it falls towards the middle."""


def trace(
    panel: Panel,
    evidence: Evidence,
    *,
    tracer: Tracer = "dp",
    confidence: ConfidenceTable | None = None,
    costs: Costs | None = None,
    likely: float = LIKELY,
) -> tuple[TracedPath, ...]:
    """Trace every curve of a panel.

    Parameters
    ----------
    panel
        The tracks and their curves.
    evidence
        What the network saw in the panel.
    tracer
        dp or skeleton.
    confidence
        From the posterior mass within one line width to the probability that the truth
        lies there, as measured for the network; the mass itself where none was
        measured. The confidence of ``skeleton`` is its strength.
    costs
        Of the dynamic programme.
    likely
        Rows of which ``dp`` is less confident are left unread.

    Returns
    -------
    tuple of TracedPath
        One per curve of ``panel.curves``, in that order.
    """
    if evidence.maps.shape[1:] != panel.image.shape:
        msg = f"evidence {evidence.maps.shape} is not of panel {panel.image.shape}"
        raise InputError(msg)
    if tracer == "dp":
        followed = follow_paths(panel, evidence, costs or Costs())
        (paths,) = name_curves([followed], confidence=confidence, likely=likely)
        return paths
    if tracer == "skeleton":
        return tuple(
            _path(
                spec.mnemonic,
                decoded.column,
                decoded.state,
                (smooth := _smooth(decoded, decoded.strength)),
                smooth,
            )
            for spec, decoded in zip(panel.curves, follow(panel, evidence), strict=True)
        )
    msg = f"tracer {tracer!r} is not known: use dp or skeleton"
    raise InputError(msg)


def name_curves(
    followed: Sequence[Sequence[Followed]],
    *,
    confidence: ConfidenceTable | None = None,
    likely: float = LIKELY,
) -> list[tuple[TracedPath, ...]]:
    """Name the paths of a section, and read each curve from them.

    Parameters
    ----------
    followed
        Per panel of the section, the paths that were followed in it. All are needed at
        once, as all were drawn by one plotter.
    confidence, likely
        As for `trace`.

    Returns
    -------
    list of tuple of TracedPath
        Per panel, one for each of its curves.
    """
    page = _pools(followed)
    alone = {
        pool: locate(paths, pool.identify())
        for paths, found in zip(followed, page, strict=True)
        for pool in found
    }
    result = []
    for paths, found in zip(followed, page, strict=True):
        named: dict[int, TracedPath] = {}
        for pool in found:
            others = [
                (curve.column, curve.mass)
                for other in alone
                if other is not pool
                for curve in alone[other]
            ]
            located = locate(paths, pool.identify(covariates(others)))
            for index, curve in zip(pool.members, located, strict=True):
                own = paths[index]
                path = _path(
                    own.spec.mnemonic,
                    curve.column,
                    curve.state,
                    curve.strength,
                    _calibrated(curve.mass, confidence),
                    likely,
                )
                if own.spec.wraps:
                    path = settle_counts(path, own.spec, own.left, own.right)
                if own.inked is not None:
                    path = doubt_off_scale(path, own.inked)
                named[index] = _possible(path, own)
        read = [named[index] for index in range(len(paths))]
        result.append(_off_lines(_crossed(read, paths), paths))
    return result


def _off_lines(
    paths: Sequence[TracedPath], followed: Sequence[Followed]
) -> tuple[TracedPath, ...]:
    """Doubt curves where they are read from a line of the paper."""
    columns = np.stack(
        [
            own.left + np.mod(path.column - own.left, own.right - own.left)
            if own.spec.wraps
            else path.column
            for path, own in zip(paths, followed, strict=True)
        ]
    )
    return tuple(
        doubt_on_lines(path, on_lines(index, columns, own.lines))
        for index, (path, own) in enumerate(zip(paths, followed, strict=True))
    )


def _crossed(
    paths: Sequence[TracedPath], followed: Sequence[Followed]
) -> tuple[TracedPath, ...]:
    """Doubt curves that were not read across an edge which ink of their track crosses.

    One curve that was explains a crossing for all curves of the track.
    """
    fractions = [
        (path.column - own.left) / (own.right - own.left)
        for path, own in zip(paths, followed, strict=True)
    ]
    crossed = {
        crossing
        for fraction, own in zip(fractions, followed, strict=True)
        for crossing in own.crossings
        if own.spec.wraps and is_crossed(crossing, fraction)
    }
    return tuple(
        doubt_uncrossed(
            path,
            [crossing for crossing in own.crossings if crossing not in crossed],
            fraction,
            wraps=own.spec.wraps,
        )
        for path, own, fraction in zip(paths, followed, fractions, strict=True)
    )


def _pools(followed: Sequence[Sequence[Followed]]) -> list[list[Pool]]:
    """Return per panel the pools of its paths, with the dash patterns of the page."""
    groups = [pools(paths) for paths in followed]
    inks, lines = [], []
    for paths, panel_groups in zip(followed, groups, strict=True):
        for members in panel_groups:
            styles = {paths[i].spec.line for i in members}
            inks += [paths[i].ink for i in members]
            lines += [styles] * len(members)
    patterns = estimate_patterns(inks, lines)
    return [
        [Pool(paths, members, patterns) for members in panel_groups]
        for paths, panel_groups in zip(followed, groups, strict=True)
    ]


def _calibrated(mass: Floats, confidence: ConfidenceTable | None) -> Floats:
    return mass if confidence is None else np.asarray(confidence.probability_of(mass))


def _possible(path: TracedPath, own: Followed) -> TracedPath:
    """Leave a curve unread where its value would be impossible.

    What is left beside such rows is judged as in `_path`: a bridge that has lost an end
    leads nowhere, and a short stretch is speckle.
    """
    fraction = fraction_of(path.column, own.left, own.right)
    never = is_impossible(own.spec, fraction)
    kept = np.isfinite(path.column) & ~never
    bridged = path.origin == ORIGINS.index("bridged")
    for start, stop in true_intervals(kept):
        if not never[max(start - 1, 0) : stop + 1].any():
            continue
        read = np.flatnonzero(~bridged[start:stop]) + start
        if read.size < min(SHORTEST, kept.size):
            kept[start:stop] = False
        else:
            kept[start : read[0]] = kept[read[-1] + 1 : stop] = False
    gone = np.isfinite(path.column) & ~kept
    return replace(
        path,
        column=np.where(gone, np.nan, path.column),
        confidence=np.where(gone, 0.0, path.confidence),
        origin=np.where(gone, ORIGINS.index("none"), path.origin).astype(np.uint8),
    )


def _smooth(decoded: DecodedPath, values: Floats) -> Floats:
    """Average values over the rows around each in which the curve is read."""
    known = np.isfinite(decoded.column) & np.isfinite(values)
    return mean_around(values, known, SMOOTH)


def _path(
    mnemonic: str,
    column: Floats,
    state: NDArray[np.uint8],
    strength: Floats,
    probability: Floats,
    likely: float = 0.0,
) -> TracedPath:
    """Decide which rows are read, bridged or unread, and how sure they are."""
    known = np.isfinite(column)
    faint = known & (strength < READABLE)
    read = known & ~faint & (probability >= likely)
    for start, stop in true_intervals(read):
        if stop - start < min(SHORTEST, read.size):
            read[start:stop] = False

    origin = np.full(read.size, ORIGINS.index("none"), dtype=np.uint8)
    origin[state == OFF_LEFT] = ORIGINS.index("off-left")
    origin[state == OFF_RIGHT] = ORIGINS.index("off-right")
    origin[read] = ORIGINS.index("auto")
    result = np.where(read, column, np.nan)
    sure = np.where(read, np.clip(probability, 0.0, 1.0), 0.0)
    for start, stop in true_intervals(~read):
        inner = start > 0 and stop < read.size
        # Only where ink is missing: off scale, lost, or in doubt between two strokes, a
        # line would be an invention. By the average over rows, some inked ones at
        # either end are in doubt as well.
        inked = np.sum(~faint[start:stop])
        missing = known[start:stop].all() and inked < min(stop - start, SMOOTH)
        if not inner or stop - start > BRIDGE or not missing:
            continue
        at = np.arange(start, stop)
        ends = [start - 1, stop]
        result[at] = np.interp(at, ends, result[ends])
        away = np.minimum(at - start + 1, stop - at)
        sure[at] = np.minimum(BRIDGED_CONFIDENCE, sure[ends].min()) / away
        origin[at] = ORIGINS.index("bridged")
    return TracedPath(mnemonic, result, sure, origin)
