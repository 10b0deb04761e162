"""Dash patterns: how well the ink along a path agrees with each line style.

A network sees a window and classifies each pixel; whether marks are long or short is
seen better along a whole path. Every broken style is a cycle of marks and gaps. A
hidden Markov model runs round the cycle as the path goes on, a little faster or slower
where the pen or the scan was uneven, and gives the likelihood of the ink.

Plotters differ in their patterns, and all tracks of a page come from one plotter. The
period and the duty cycle of each style are therefore estimated from all the ink of the
page together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.compiled import compiled
from veernet.dashes import DASHES
from veernet.records import Grey, Line

STEP = 1.0
"""Pixels along the path from one sample to the next."""

INKED, BLANK = 0.93, 0.3
"""Probability of dark within a mark and within a gap: ink fades, and grid lines and
other curves cross a gap. Log of experiments, 2026-11-21."""

UNEVEN = 0.06
"""Probability that a pattern falls behind by a sample, or runs ahead by one."""

TORN, MENDED = STEP / 1000, STEP / 6
"""Probability that a solid line breaks off at a sample, and that it resumes."""

STEEPEST = 40.0
"""Columns a row: where a path is steeper, its ink is not sampled."""

FULL = 0.8
"""Quantile of the samples' darkness that counts as full ink."""

PAPER = 8
"""Rows and columns from one pixel to the next in the estimate of the paper's grey."""

FAINTEST = 16.0
"""Darkness beyond the paper's, of 255, that full ink has at the least: fainter ink says
nothing of its style."""

DARKNESS_RANGE = (0.25, 0.75)
"""Darkness, as a share of full ink, that is certainly paper and certainly ink."""

GRID_ROW = 0.6
"""Share of dark pixels from which a row of the panel is a printed depth line: what lies
under a path there says nothing of its style."""

UNSEEN = -1.0
"""Value of a sample that says nothing: the pattern moves on, and is not observed."""

PERIODS = np.geomspace(6.0, 110.0, 24)
"""Pixels: periods that are tried, 12 % apart. 6 is a row of dots at 100 dots per inch;
110 a long dash at 300."""

DUTIES = (0.4, 0.55, 0.7, 0.8, 0.9)
"""Duty cycles that are tried: the share of a period that is inked."""

SIZES = np.geomspace(0.25, 2.2, 16)
"""Sizes of the dash-dot cycle that are tried, against `DASHES`."""

CHUNK = 200
"""Samples that belong to one style: a path may exchange its curve at a meeting."""

MOST_SAMPLES = 60_000
"""Samples that patterns are estimated from; a tall page has more, evenly thinned."""

START_SIZES = (0.35, 0.6, 1.0, 1.6)
"""Sizes of the table's patterns from which the search begins."""

MARK_ORDER: tuple[Line, ...] = ("long-dash", "short-dash", "dot")
"""Styles from the longest mark to the shortest."""

MARK_RATIO, CROWDED = 1.2, 1e6
"""Ratio of neighbouring marks at the least, and the cost of a smaller one."""

TABLE_PRIOR = 3.0
"""Nats by which a pattern is less likely a priori for each factor of e by which its
mark, and its gap, differ from those of `DASHES` at the common size."""

TEMPERING = 0.1
"""What a nat of the dash HMM counts against that: neighbouring samples are alike."""


@dataclass(frozen=True)
class Pattern:
    """A cycle of marks and gaps.

    Parameters
    ----------
    lengths
        Pixels along the path: mark, gap, mark, gap ... of one period.
    """

    lengths: tuple[float, ...]

    @property
    def mark(self) -> float:
        """Pixels of the longest mark."""
        return max(self.lengths[::2])

    @property
    def gap(self) -> float:
        """Pixels of the longest gap."""
        return max(self.lengths[1::2])

    def cycle(self) -> Floats:
        """Return (bins,) the share of each sample of a period that is inked."""
        ends = np.cumsum((0.0, *self.lengths))
        bins = max(round(ends[-1] / STEP), 2)
        fine = (np.arange(16 * bins) + 0.5) / (16 * bins) * ends[-1]
        down = np.searchsorted(ends, fine) % 2 == 1
        return np.asarray(down.reshape(bins, 16).mean(axis=1))


Patterns = Mapping[Line, Pattern]
"""The pattern of each broken style of a page."""

TABLE: dict[Line, Pattern] = {
    line: Pattern(lengths) for line, lengths in DASHES.items()
}
"""What is assumed where a page shows too little."""


def sample_ink(image: Grey, column: Floats) -> tuple[Floats, NDArray[np.int32]]:
    """Sample the ink under a path at even steps along it.

    Parameters
    ----------
    image
        (rows, columns) of the panel, 0 black, 255 white.
    column
        (rows,) of the path, folded into the track, NaN where it is not read.

    Returns
    -------
    ink : (samples,) float
        From 0, paper, to 1, ink; `UNSEEN` on printed depth lines; NaN once wherever the
        path is broken off.
    row : (samples,) int
        Row of each sample.
    """
    dark, row = _sample(image, column, STEP, STEEPEST)
    known = np.isfinite(dark)
    if not known.any():
        return dark, row
    paper = float(np.median(255 - image[::PAPER, ::PAPER]))
    full = float(np.quantile(dark[known], FULL)) - paper
    if full < FAINTEST:
        return np.where(known, UNSEEN, np.nan), row
    low, high = DARKNESS_RANGE
    ink = np.clip(((dark - paper) / full - low) / (high - low), 0.0, 1.0)
    lines = (image < 255 - (paper + full / 2)).mean(axis=1) > GRID_ROW
    ink[known & lines[row]] = UNSEEN
    return ink, row


def log_likelihood(ink: Floats, pattern: Pattern | None) -> Floats:
    """Return (samples,) the log probability of each sample given those before it.

    Parameters
    ----------
    ink
        (samples,) from `sample_ink`.
    pattern
        Of a broken style; None for a solid line.
    """
    if pattern is None:
        return _worn(ink, TORN, MENDED, INKED, BLANK)
    return _follow(ink, pattern.cycle(), UNEVEN, INKED, BLANK)


def estimate_patterns(
    samples: Sequence[Floats], lines: Sequence[Collection[Line]]
) -> dict[Line, Pattern]:
    """Estimate the dash pattern of each broken style of a page.

    The ink is cut into stretches, each of which is in one of the styles of its track.
    Patterns are chosen so that the best style of every stretch explains it best, in the
    order of their marks: long dashes are longer than short ones, and these than dots.

    Parameters
    ----------
    samples
        Per path of the page, (samples,) from `sample_ink`.
    lines
        Per path, the styles of the curves that it may belong to.

    Returns
    -------
    dict of Line to Pattern
        Of every broken style in ``lines``; those of `DASHES` where no path has ink.
    """
    wanted = sorted({line for group in lines for line in group if line != "solid"})
    if not wanted:
        return {}
    broken = [bool(set(group) - {"solid"}) for group in lines]
    total = sum(
        ink.size for ink, is_broken in zip(samples, broken, strict=True) if is_broken
    )
    share = min(1.0, MOST_SAMPLES / max(total, 1))
    candidates = _candidates()
    scores, solid, allowed = [], [], []
    for ink, group, is_broken in zip(samples, lines, broken, strict=True):
        if not is_broken:
            continue
        kept, starts = _chunks(ink, share)
        if not starts.size:
            continue
        fits = [log_likelihood(kept, pattern) for _, pattern in candidates]
        scores.append(np.stack([np.add.reduceat(fit, starts) for fit in fits]))
        worn = np.add.reduceat(log_likelihood(kept, None), starts)
        # A stretch of a track without solid curves is in one of the broken styles.
        solid.append(worn if "solid" in group else np.full(worn.size, -np.inf))
        allowed += [frozenset(group)] * starts.size
    if not scores:
        return {line: TABLE[line] for line in wanted}
    search = _Search(
        candidates, np.concatenate(scores, axis=1), np.concatenate(solid), allowed
    )
    return search.best(wanted)


def _candidates() -> list[tuple[bool, Pattern]]:
    """Return patterns to try, and whether each is a dash-dot cycle."""
    plain = [
        (False, Pattern((period * duty, period * (1 - duty))))
        for period in PERIODS
        for duty in DUTIES
    ]
    lengths = np.array(DASHES["dash-dot"])
    return plain + [(True, Pattern(tuple(size * lengths))) for size in SIZES]


def _chunks(ink: Floats, share: float) -> tuple[Floats, NDArray[np.intp]]:
    """Cut samples into stretches of `CHUNK`, and keep a share of these, evenly."""
    count = max(round(ink.size / CHUNK), 1) if ink.size else 0
    bounds = np.linspace(0, ink.size, count + 1).astype(np.intp)
    kept = np.unique(
        np.linspace(0, count - 1, max(round(share * count), 1)).astype(int)
    )
    pieces = [ink[bounds[k] : bounds[k + 1]] for k in kept] if count else []
    sizes = [piece.size for piece in pieces]
    if not sum(sizes):
        return np.empty(0), np.empty(0, dtype=np.intp)
    # The phase is unknown at the start of each.
    parts = [np.concatenate([[np.nan], piece]) for piece in pieces]
    starts = np.cumsum([0, *(size + 1 for size in sizes)])[:-1]
    return np.concatenate(parts), starts.astype(np.intp)


@dataclass(frozen=True)
class _Search:
    """The patterns that are tried, and what the ink of a page says of each.

    Parameters
    ----------
    candidates
        Patterns, and whether each is a dash-dot cycle.
    scores
        (candidates, chunks) log likelihood.
    solid
        (chunks,) that of a solid line; minus infinity where none is drawn.
    allowed
        Per chunk, the styles of its track.
    """

    candidates: Sequence[tuple[bool, Pattern]]
    scores: Floats
    solid: Floats
    allowed: Sequence[frozenset[Line]]

    def best(self, wanted: Sequence[Line]) -> dict[Line, Pattern]:
        """Choose a pattern for each style by coordinate ascent from scaled tables."""
        found: dict[Line, int] = {}
        reached = -np.inf
        for size in START_SIZES:
            start = {line: self._nearest(line, size) for line in wanted}
            chosen, score = self._ascend(start)
            if score > reached:
                found, reached = chosen, score
        return {line: self.candidates[index][1] for line, index in found.items()}

    def _ascend(self, chosen: dict[Line, int]) -> tuple[dict[Line, int], float]:
        """Change one style's pattern at a time for as long as that is better."""
        score, before = self._objective(chosen), -np.inf
        while score > before:
            before = score
            for line in chosen:
                for index in self._options(line):
                    trial = {**chosen, line: index}
                    reached = self._objective(trial)
                    if reached > score:
                        chosen, score = trial, reached
        return chosen, score

    def _objective(self, chosen: Mapping[Line, int]) -> float:
        """Return the tempered log posterior of a choice of patterns."""
        best = self.solid
        for line, index in chosen.items():
            may = np.array([line in group for group in self.allowed])
            best = np.where(may, np.maximum(best, self.scores[index]), best)
        total = TEMPERING * float(best[np.isfinite(best)].sum())
        marks = {line: self.candidates[i][1].mark for line, i in chosen.items()}
        ratios = [np.log(mark / TABLE[line].mark) for line, mark in marks.items()]
        size = float(np.exp(np.mean(ratios)))
        total += sum(self._prior(line, i, size) for line, i in chosen.items())
        longest_first = [marks[line] for line in MARK_ORDER if line in marks]
        crowded = [a < MARK_RATIO * b for a, b in pairwise(longest_first)]
        return total - CROWDED * sum(crowded)

    def _prior(self, line: Line, index: int, size: float) -> float:
        """Return the log prior of a pattern, by its distance from the scaled table."""
        pattern, table = self.candidates[index][1], TABLE[line]
        marks = abs(np.log(pattern.mark / (table.mark * size)))
        gaps = abs(np.log(pattern.gap / (table.gap * size)))
        return -TABLE_PRIOR * float(marks + gaps)

    def _options(self, line: Line) -> list[int]:
        """Return the candidates for a style."""
        wanted = line == "dash-dot"
        return [i for i, (dotted, _) in enumerate(self.candidates) if dotted == wanted]

    def _nearest(self, line: Line, size: float) -> int:
        return max(self._options(line), key=lambda i: self._prior(line, i, size))


@compiled()
def _sample(
    image: NDArray[np.uint8], column: Floats, step: float, steepest: float
) -> tuple[Floats, NDArray[np.int32]]:
    rows, columns = image.shape
    dark, place = [0.0 for _ in range(0)], [0 for _ in range(0)]
    due = 0.0
    for row in range(rows - 1):
        here, there = column[row], column[row + 1]
        move = there - here
        if not abs(move) <= steepest:  # NaN as well
            if dark and not np.isnan(dark[-1]):
                dark.append(np.nan)
                place.append(row)
            due = 0.0
            continue
        length = np.sqrt(1.0 + move * move)
        while due < length:
            part = due / length
            r, c = row + part, here + part * move
            most = 0.0
            for k in range(-1, 2):
                at_row = round(r + (k if abs(move) > 1 else 0))
                at = round(c + (0 if abs(move) > 1 else k))
                if 0 <= at_row < rows and 0 <= at < columns:
                    most = max(most, 255.0 - image[at_row, at])
            dark.append(most)
            place.append(row)
            due += step
        due -= length
    return np.array(dark), np.array(place, dtype=np.int32)


@compiled()
def _follow(
    ink: Floats, cycle: Floats, uneven: float, inked: float, blank: float
) -> Floats:
    """Run the dash HMM forwards; the phase is unknown after a break."""
    bins = cycle.size
    found = np.zeros(ink.size)
    dark = np.log(blank + (inked - blank) * cycle)
    light = np.log(1 - blank - (inked - blank) * cycle)
    now = np.full(bins, 1.0 / bins)
    after = np.empty(bins)
    if_dark, if_light = np.exp(dark), np.exp(light)
    for i in range(ink.size):
        value = ink[i]
        if np.isnan(value):
            now[:] = 1.0 / bins
            continue
        total = 0.0
        for b in range(bins):
            predicted = (
                (1 - 2 * uneven) * now[b - 1] + uneven * now[b] + uneven * now[b - 2]
            )
            if value >= 1.0:
                predicted *= if_dark[b]
            elif value == 0.0:
                predicted *= if_light[b]
            elif value > 0.0:
                predicted *= np.exp(value * dark[b] + (1 - value) * light[b])
            after[b] = predicted
            total += predicted
        for b in range(bins):
            now[b] = after[b] / total
        found[i] = np.log(total)
    return found


@compiled()
def _worn(
    ink: Floats, torn: float, mended: float, inked: float, blank: float
) -> Floats:
    """Run the HMM of a solid line that is lost here and there."""
    found = np.zeros(ink.size)
    usual = torn / (torn + mended)
    gone = usual
    for i in range(ink.size):
        value = ink[i]
        if np.isnan(value):
            gone = usual
            continue
        predicted = gone * (1 - mended) + (1 - gone) * torn
        if value < 0.0:
            gone = predicted
            continue
        on = (1 - predicted) * inked**value * (1 - inked) ** (1 - value)
        off = predicted * blank**value * (1 - blank) ** (1 - value)
        gone = off / (on + off)
        found[i] = np.log(on + off)
    return found
