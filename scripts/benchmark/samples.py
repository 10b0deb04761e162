"""A reading of a plot at the samples of its truth, curve by curve.

All distances are in pixels of the straight picture, which has the resolution of the
others. A row of a picture cannot say where within half a row of a sample the stroke
runs, so that hits, misses and wrong samples are counted from the stroke as it runs
there. The median is of the plain distance.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.confidence import Counts, count
from benchmark.methods import Readings, own_colours
from veernet.axes import Floats
from veernet.evaluate import LINE_WIDTH
from veernet.records import CurveSpec, Line, Registration

SHARED = 1.0
"""Columns that two tracks may share without being one panel."""

Away = dict[tuple[str, str], Floats]
"""By mnemonic that was read and mnemonic that is drawn, (samples,) pixels between."""


@dataclass(frozen=True)
class SampleScore:
    """How one method read one curve of a variant of a case.

    Parameters
    ----------
    test, method, case, variant, level, curve, line, scale
        Which curve it is: a case by the first three characters of its name.
    own_colour
        Whether it has a registered colour that no other curve of its panel has.
    samples, read
        Samples where the curve is drawn, and the share of them with a value.
    median_px
        Of the plain distance of what is read, None of nothing.
    hit_1px, hit_3px
        Share of all samples within 1 and 3 px: unread is a miss.
    wrong
        Share of what is read that is off by more than 3 px, None of nothing.
    named_3px
        Hits within 3 px after the best exchange of names among the curves that are
        drawn alike in the panel.
    any_3px
        Share of samples with any read curve of the panel within 3 px.
    alone, hit_3px_alone
        Samples with no other stroke of the panel within 3 px, and hits of them.
    plain_3px, folded_3px
        Hits by the plain distance, with the count of wraps and without it.
    by_confidence
        Samples read, by their confidence.
    """

    test: str
    method: str
    case: str
    variant: str
    level: int
    curve: str
    line: Line
    scale: str
    own_colour: bool
    samples: int
    read: float
    median_px: float | None
    hit_1px: float
    hit_3px: float
    wrong: float | None
    named_3px: float
    any_3px: float
    alone: int
    hit_3px_alone: float | None
    plain_3px: float
    folded_3px: float
    by_confidence: Counts


@dataclass(frozen=True)
class Drawn:
    """A curve as the straight picture shows it.

    ``column`` (samples,) is unfolded, NaN where it is not drawn.
    """

    spec: CurveSpec
    panel: int
    column: Floats
    left: float
    width: float

    def folded(self) -> Floats:
        """Return (samples,) columns where the ink is."""
        return self.left + np.mod(self.column - self.left, self.width)


def score_samples(
    readings: Readings,
    drawn: Mapping[str, Drawn],
    registered: Mapping[str, CurveSpec],
    half: float,
    **names: Any,  # noqa: ANN401 - the fields that say whose score it is
) -> list[SampleScore]:
    """Score every curve of a plot as one method read it.

    Parameters
    ----------
    readings
        By mnemonic, (samples,) columns of the straight picture.
    drawn
        The truth by mnemonic.
    registered
        How each is drawn in the variant that was read.
    half
        Half a row, in samples.
    names
        The first five fields of the scores.
    """
    away: Away = {
        (read, true): distance(readings[read].column, drawn[true].column, half)
        for read, true in itertools.product(drawn, drawn)
        if drawn[read].panel == drawn[true].panel
    }
    renamed = _best_names(away, drawn, registered)
    scores = []
    for mnemonic, curve in drawn.items():
        mates = [mate for mate in drawn if drawn[mate].panel == curve.panel]
        spec = registered[mnemonic]
        at = np.isfinite(curve.column)
        column, confidence = (part[at] for part in readings[mnemonic])
        own = away[mnemonic, mnemonic][at]
        read = np.isfinite(own)
        hit = own <= LINE_WIDTH
        plain = np.abs(column - curve.column[at])
        turned = np.mod(column - curve.column[at] + curve.width / 2, curve.width)
        alone = _alone(curve, [drawn[mate] for mate in mates if mate != mnemonic])[at]
        near = [away[mate, mnemonic][at] <= LINE_WIDTH for mate in mates]
        named = away[renamed[mnemonic], mnemonic][at] <= LINE_WIDTH
        scores.append(
            SampleScore(
                **names,
                curve=mnemonic,
                line=spec.line,
                scale=spec.scale.kind,
                own_colour=mnemonic in own_colours([registered[m] for m in mates]),
                samples=int(at.sum()),
                read=float(read.mean()),
                median_px=float(np.median(plain[read])) if read.any() else None,
                hit_1px=float(np.mean(own <= 1)),
                hit_3px=float(np.mean(hit)),
                wrong=_share(~hit[read]),
                named_3px=float(np.mean(named)),
                any_3px=float(np.mean(np.any(near, axis=0))),
                alone=int(alone.sum()),
                hit_3px_alone=_share(hit[alone]),
                plain_3px=float(np.mean(plain <= LINE_WIDTH)),
                folded_3px=float(
                    np.mean(np.abs(turned - curve.width / 2) <= LINE_WIDTH)
                ),
                by_confidence=count(confidence[read], hit[read]),
            )
        )
    return scores


def drawn_curves(straight: Registration, truth: pd.DataFrame) -> dict[str, Drawn]:
    """Return every curve of the straight picture by mnemonic."""
    found = {}
    panels = _panels(straight)
    for track in straight.tracks:
        left, right = (float(side.column_at(0)) for side in (track.left, track.right))
        for spec in track.curves:
            column = truth[f"{spec.mnemonic}_COL"].to_numpy(float)
            wraps = truth[f"{spec.mnemonic}_WRAP"].to_numpy(float)
            found[spec.mnemonic] = Drawn(
                spec,
                panels[track.name],
                column + wraps * (right - left),
                left,
                right - left,
            )
    return found


def _panels(straight: Registration) -> dict[str, int]:
    """Return the panel of each track, counted from 0: those that overlap share one."""
    found: dict[str, int] = {}
    end, panel = -np.inf, -1
    for track in sorted(straight.tracks, key=lambda t: float(t.left.column_at(0))):
        left, right = (float(side.column_at(0)) for side in (track.left, track.right))
        if left >= end - SHARED:
            panel += 1
        end = max(end, right)
        found[track.name] = panel
    return found


def distance(column: Floats, truth: Floats, half: float) -> Floats:
    """Return (samples,) pixels from columns to the stroke about each sample."""
    low, high = truth.copy(), truth.copy()
    for other in (np.r_[truth[1:], np.nan], np.r_[np.nan, truth[:-1]]):
        end = truth + half * (other - truth)
        end = np.where(np.isfinite(end), end, truth)
        low, high = np.minimum(low, end), np.maximum(high, end)
    return np.maximum(np.maximum(low - column, column - high), 0.0)


def _best_names(
    away: Away, drawn: Mapping[str, Drawn], registered: Mapping[str, CurveSpec]
) -> dict[str, str]:
    """Return whose reading fits each curve best, among those that are drawn alike."""
    alike: dict[tuple[object, ...], list[str]] = {}
    for mnemonic, curve in drawn.items():
        spec = registered[mnemonic]
        alike.setdefault((curve.panel, spec.line, spec.colour), []).append(mnemonic)
    renamed: dict[str, str] = {}
    for group in alike.values():
        best = max(
            itertools.permutations(group),
            key=lambda order: sum(
                int(np.sum(away[read, true] <= LINE_WIDTH))
                for read, true in zip(order, group, strict=True)
            ),
        )
        renamed.update(zip(group, best, strict=True))
    return renamed


def _alone(curve: Drawn, others: Sequence[Drawn]) -> NDArray[np.bool_]:
    """Return (samples,) whether no other stroke lies within one line width."""
    alone = np.ones(curve.column.size, dtype=bool)
    for other in others:
        alone &= ~(np.abs(other.folded() - curve.folded()) <= LINE_WIDTH)
    return alone


def _share(hits: NDArray[np.bool_]) -> float | None:
    return float(hits.mean()) if hits.size else None
