"""Scores of real plots summed over the samples of all curves, and held against bars."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmark.bars import BEST, Bar
from benchmark.confidence import RISKS, tally
from benchmark.definitions import RealPlotSet
from benchmark.figures import interval, number
from benchmark.methods import OURS
from benchmark.samples import SampleScore
from benchmark.summary import Verdict
from veernet.axes import Floats

ALL = "all"


@dataclass(frozen=True)
class SampleSum:
    """What one method read of several curves, every sample counting once.

    Parameters
    ----------
    test, method, variant, part
        Set, who read, and which curves: those of a variant, all or of a level.
    curves, samples
        How many there are.
    read, hit_1px, hit_3px, named_3px, any_3px, hit_3px_alone
        As of a curve, over the samples.
    median_px
        Median over the curves of their medians.
    wrong
        Share of all that is read.
    lost_wraps
        Share of samples that are within 3 px but for the count of wraps.
    readable_2, readable_5
        Largest share of samples that can be read, the surest first, with at most 2 and
        5 % of what is read wrong.
    sure_right
        Share right of the samples with a confidence above .9.
    calibration_error
        Expected, over what is read.
    """

    test: str
    method: str
    variant: str
    part: str
    curves: int
    samples: int
    read: float | None
    median_px: float | None
    hit_1px: float | None
    hit_3px: float | None
    wrong: float | None
    named_3px: float | None
    any_3px: float | None
    hit_3px_alone: float | None
    lost_wraps: float | None
    readable_2: float | None
    readable_5: float | None
    sure_right: float | None
    calibration_error: float | None


def sum_up(scores: Sequence[SampleScore], variant: str, part: str) -> SampleSum:
    """Sum up the scores of one method."""
    counted = tally([s.by_confidence for s in scores], [s.samples for s in scores])
    medians = [s.median_px for s in scores if s.median_px is not None]
    hits = _mean(scores, lambda s: s.plain_3px)
    folded = _mean(scores, lambda s: s.folded_3px)
    low, high = (counted.coverage(risk) for risk in RISKS)
    stated = counted.read.sum() > 0
    return SampleSum(
        test=scores[0].test,
        method=scores[0].method,
        variant=variant,
        part=part,
        curves=len(scores),
        samples=sum(s.samples for s in scores),
        read=_mean(scores, lambda s: s.read),
        median_px=float(np.median(medians)) if medians else None,
        hit_1px=_mean(scores, lambda s: s.hit_1px),
        hit_3px=_mean(scores, lambda s: s.hit_3px),
        wrong=_mean(scores, lambda s: s.wrong, lambda s: s.read * s.samples),
        named_3px=_mean(scores, lambda s: s.named_3px),
        any_3px=_mean(scores, lambda s: s.any_3px),
        hit_3px_alone=_mean(scores, lambda s: s.hit_3px_alone, lambda s: s.alone),
        lost_wraps=None if hits is None or folded is None else folded - hits,
        readable_2=float(low) if stated else None,
        readable_5=float(high) if stated else None,
        sure_right=number(counted.right_when_sure()),
        calibration_error=number(counted.calibration_error()),
    )


def sum_all(scores: Sequence[SampleScore]) -> list[SampleSum]:
    """Sum up each method by variant, and each variant by level and altogether."""
    found = []
    for test, method in dict.fromkeys((s.test, s.method) for s in scores):
        mine = [s for s in scores if (s.test, s.method) == (test, method)]
        for variant in dict.fromkeys(s.variant for s in mine):
            own = [s for s in mine if s.variant == variant]
            for level in sorted({s.level for s in own}):
                at_level = [s for s in own if s.level == level]
                found.append(sum_up(at_level, variant, f"level {level}"))
            found.append(sum_up(own, variant, ALL))
        found.append(sum_up(mine, ALL, ALL))
    return found


def sample_verdicts(
    given: RealPlotSet, scores: Sequence[SampleScore]
) -> Iterator[Verdict]:
    """Yield how each bar of a set of real plots was met."""
    own = [s for s in scores if s.test == given.name]
    for bar in given.bars:
        for each in _each(bar, own):
            here = [s for s in own if _is_where(s, each.where)]
            # Without a baseline, none was run: nothing is asked.
            if each.against is None or {s.method for s in here} - {OURS}:
                yield _verdict(given, each, here)


def _each(bar: Bar, scores: Sequence[SampleScore]) -> Iterator[Bar]:
    """Yield a bar for each combination of the values of the fields that it names."""
    here = [s for s in scores if _is_where(s, bar.where)]
    values = [dict.fromkeys(getattr(s, key) for s in here) for key in bar.each]
    for combined in itertools.product(*values):
        where = {**bar.where, **dict(zip(bar.each, combined, strict=True))}
        if not bar.each or any(_is_where(s, where) for s in here):
            yield replace(bar, where=where, each=())


def _verdict(given: RealPlotSet, bar: Bar, scores: Sequence[SampleScore]) -> Verdict:
    by_method: dict[str, list[SampleScore]] = {}
    for s in scores:
        by_method.setdefault(s.method, []).append(s)
    mine = by_method.pop(bar.method or OURS, [])
    value = _figure(bar, mine)
    low = high = None
    whose = ""
    if bar.against is not None:
        against = bar.against
        known = {name: _figure(bar, own) for name, own in by_method.items()}
        if against == BEST and known:
            against = max(known, key=lambda name: known[name] or 0.0)
            bar = replace(bar, against=against)
        theirs = by_method.get(against, [])
        other = _figure(bar, theirs)
        if value is not None and other is not None:
            away = _away(bar.figure, mine, theirs)
            if bar.statistic == "least":
                worst = mine[int(away.argmin())]
                value = float(away.min())
                whose = f" ({worst.curve} of {worst.case})"
            else:
                value -= other
                low, high = _interval(away, mine)
        else:
            value = None
    words = bar.words(over_curves=False) + whose
    return Verdict(given.name, words, value, low, high, bar.met(value))


def _figure(bar: Bar, scores: Sequence[SampleScore]) -> float | None:
    """Return the figure of a bar, None of no curves."""
    if not scores:
        return None
    value = getattr(sum_up(scores, ALL, ALL), bar.figure)
    return None if value is None else float(value)


def _away(
    figure: str, ours: Sequence[SampleScore], theirs: Sequence[SampleScore]
) -> Floats:
    """Return (curves,) a figure less that of a baseline on the same curve."""
    other = {(s.case, s.variant, s.curve): getattr(s, figure) for s in theirs}
    return np.array(
        [getattr(s, figure) - other[s.case, s.variant, s.curve] for s in ours]
    )


def _interval(
    away: Floats, curves: Sequence[SampleScore]
) -> tuple[float | None, float | None]:
    """Return the interval of a paired difference of shares of samples, by case."""
    samples = np.array([float(s.samples) for s in curves])
    both = np.stack([samples * away, samples], axis=1)
    return interval(both, [s.case for s in curves], _ratio)


def _ratio(both: Floats) -> np.floating:
    gained, samples = both.sum(axis=0)
    return np.float64(gained / samples)


def _is_where(score: SampleScore, where: Mapping[str, object]) -> bool:
    """Whether a curve is among those that a bar is for."""
    return all(
        str(getattr(score, key)).startswith(value)
        if key == "case" and isinstance(value, str)
        else getattr(score, key) == value
        for key, value in where.items()
    )


def _mean(
    scores: Sequence[SampleScore],
    value: Callable[[SampleScore], float | None],
    weight: Callable[[SampleScore], float] = lambda s: s.samples,
) -> float | None:
    """Return a mean with weights, curves without a value left out."""
    known = [(weight(s), v) for s in scores if (v := value(s)) is not None]
    total = sum(w for w, _ in known)
    return sum(w * v for w, v in known) / total if total else None
