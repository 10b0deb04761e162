"""A curve beside its truth.

A curve is scored at every row where it is drawn. An unread row is a miss, and no error;
with gaps filled it is one.

Which of two curves of one pen is which is nowhere on the paper, and where they cross
all along left and right do not tell either. So curves of a strip that are drawn alike
may bear each other's names, one exchange for the whole strip, the best for whoever
reads it; a curve that changes place on the way is still a swap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from benchmark.cases import Case
from benchmark.methods import Method
from veernet.axes import Floats, Scale
from veernet.engines import Engine
from veernet.evaluate import LINE_WIDTH
from veernet.evaluate.measure import fill, measure, swapped
from veernet.evaluate.scores import Measures
from veernet.records import Line
from veernet.runs import runs
from veernet.segment import segment

FRACTION = Scale("linear", 0.0, 1.0)
"""Curves are compared as unfolded fractions of the track: on a linear scale, as on a
logarithmic one, R-squared is then that of the values that ``evaluate`` compares."""


@dataclass(frozen=True)
class CurveScore:
    """How one method read one curve.

    Parameters
    ----------
    test, method, page, mnemonic, line
        Set, who read it, on which strip or plot, and which curve it is.
    rows, coverage
        Rows where the curve is drawn, and the share of them that was read.
    read, filled
        On the rows that were read, and on all with gaps filled (linear, nearest at the
        ends, mid-track if nothing was read).
    off_scale, invented
        Rows where the curve is not drawn, and how many of them were read all the same.
    """

    test: str
    method: str
    page: str
    mnemonic: str
    line: Line
    rows: int
    coverage: float
    read: Measures
    filled: Measures
    off_scale: int
    invented: int

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> CurveScore:
        """Return a score from what ``dataclasses.asdict`` made of it."""
        measures = {key: Measures(**fields[key]) for key in ("read", "filled")}
        return cls(**{**fields, **measures})


def score_columns(
    column: Floats,
    truth: Floats,
    edges: tuple[Floats, Floats],
    jumps: NDArray[np.bool_],
    **names: Any,  # noqa: ANN401 - the fields that say whose score it is
) -> CurveScore:
    """Score a reading on samples from top to bottom.

    Parameters
    ----------
    column, truth
        (samples,) unfolded columns of the page: NaN where unread, and where not drawn.
    edges
        (samples,) left and right edge of the track.
    jumps
        (rows,) where the reading follows another curve.
    names
        The first five fields of the score.
    """
    left, right = edges
    drawn, read = np.isfinite(truth), np.isfinite(column)
    at = np.flatnonzero(drawn)
    found, true = (column - left) / (right - left), (truth - left) / (right - left)
    full = fill(np.arange(float(column.size)), found, at.astype(np.float64), 0.5)
    width = (right - left)[drawn]
    measured = measure(found[drawn], true[drawn], FRACTION, width)
    return CurveScore(
        **names,
        rows=at.size,
        coverage=float(read[drawn].mean()) if at.size else 0.0,
        read=replace(measured, swaps=len(runs(jumps)), swap_share=float(jumps.mean())),
        filled=measure(full, true[drawn], FRACTION, width),
        off_scale=int(np.sum(~drawn)),
        invented=int(np.sum(read & ~drawn)),
    )


def score(case: Case, curve: int, column: Floats, test: str, method: str) -> CurveScore:
    """Score the reading of one curve of a strip.

    Parameters
    ----------
    case, curve
        The strip, and the curve's index in it.
    column
        (rows,) unfolded column of the page where it was read, NaN where unread.
    test, method
        Names to note.
    """
    spec = case.registration.tracks[0].curves[curve]
    return score_columns(
        column,
        case.truth[curve],
        case.edges,
        swaps_in(column, case.strip.columns, curve, case.edges, wraps=spec.wraps),
        test=test,
        method=method,
        page=f"{case.index:04d}",
        mnemonic=spec.mnemonic,
        line=spec.line,
    )


def swaps_in(
    column: Floats,
    drawn: Floats,
    curve: int,
    edges: tuple[Floats, Floats],
    *,
    wraps: bool,
) -> NDArray[np.bool_]:
    """Rows where a reading follows another curve instead of its own.

    Parameters
    ----------
    column
        (rows,) unfolded, as read.
    drawn
        (curves, rows) folded columns where each curve is drawn.
    curve
        Index of the one that was read.
    edges
        (rows,) of its track.
    wraps
        Whether it does.
    """
    others = np.delete(drawn, curve, axis=0)
    if not others.size:
        return np.zeros(column.size, dtype=bool)
    left, right = edges
    period = right - left if wraps else None
    if period is not None:
        column = left + np.mod(column - left, period)
    return swapped(column, drawn[curve], others, LINE_WIDTH, period)


def score_case(
    test: str, case: Case, engine: Engine, known: Mapping[str, Method]
) -> list[CurveScore]:
    """Read a strip with every method, and score every curve."""
    evidence = segment(case.panel, engine)
    scores = []
    for name, method in known.items():
        found = method(case.sheet, evidence)
        columns = [found[spec.mnemonic] for spec in case.panel.curves]
        scores += [
            score(case, curve, columns[read], test, name)
            for curve, read in enumerate(best_names(case, columns))
        ]
    return scores


def best_names(case: Case, columns: Sequence[Floats]) -> list[int]:
    """Return for each curve of a strip the reading that is taken for it.

    Its own, but among curves that are drawn alike the assignment with the least error,
    gaps filled.

    Parameters
    ----------
    case
        The strip.
    columns
        By curve, (rows,) unfolded columns of the page as read.
    """
    found = list(range(len(columns)))
    specs = case.panel.curves
    pens = [(spec.line, spec.weight, spec.wraps) for spec in specs]
    for pen in set(pens):
        group = [i for i, own in enumerate(pens) if own == pen]
        cost = [[_error(case, i, columns[j]) for j in group] for i in group]
        for i, j in zip(*linear_sum_assignment(cost), strict=True):
            found[group[i]] = group[j]
    return found


def _error(case: Case, curve: int, column: Floats) -> float:
    """Mean error of a reading taken for a curve, in columns, gaps filled."""
    truth = case.truth[curve]
    rows = np.flatnonzero(np.isfinite(truth)).astype(np.float64)
    middle = float(np.mean(case.edges))
    full = fill(np.arange(float(column.size)), column, rows, middle)
    return float(np.abs(full - truth[np.isfinite(truth)]).sum())


def score_all(
    test: str, cases: Iterable[Case], engine: Engine, known: Mapping[str, Method]
) -> Iterator[CurveScore]:
    """Read every strip with every method, and score every curve."""
    for case in cases:
        yield from score_case(test, case, engine, known)
