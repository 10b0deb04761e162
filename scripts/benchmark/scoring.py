"""A curve beside its truth.

A curve is scored at every row where it is drawn. An unread row is a miss, and no error;
with gaps filled it is one.

Which of two curves of one pen is which, only where they first stand apart can tell: the
registration lists them from left to right as they stand there. A name that is taken
from there is taken at its word, for every method.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.cases import Case
from benchmark.confidence import Counts, count
from benchmark.methods import Method, Reading, Readings
from veernet.axes import Floats, Scale
from veernet.engines import Engine
from veernet.evaluate import LINE_WIDTH
from veernet.evaluate.measure import ROUNDING, fill, measure, swapped
from veernet.evaluate.scores import Measures
from veernet.intervals import true_intervals
from veernet.records import Line
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
    wrong
        Share of what was read that lies more than one line width off, None of nothing.
    by_confidence
        Rows drawn and read, by their confidence.
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
    wrong: float | None
    by_confidence: Counts

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> CurveScore:
        """Return a score from what ``dataclasses.asdict`` made of it."""
        measures = {key: Measures(**fields[key]) for key in ("read", "filled")}
        counts = tuple((i, rows, right) for i, rows, right in fields["by_confidence"])
        return cls(**{**fields, **measures, "by_confidence": counts})


def score_reading(
    reading: Reading,
    truth: Floats,
    edges: tuple[Floats, Floats],
    jumps: NDArray[np.bool_],
    **names: Any,  # noqa: ANN401 - the fields that say whose score it is
) -> CurveScore:
    """Score a reading on samples from top to bottom.

    Parameters
    ----------
    reading
        (samples,) as a method read them.
    truth
        (samples,) unfolded columns of the page, NaN where not drawn.
    edges
        (samples,) left and right edge of the track.
    jumps
        (rows,) where the reading follows another curve.
    names
        The first five fields of the score.
    """
    column = reading.column
    left, right = edges
    drawn, read = np.isfinite(truth), np.isfinite(column)
    at = np.flatnonzero(drawn)
    found, true = (column - left) / (right - left), (truth - left) / (right - left)
    full = fill(np.arange(float(column.size)), found, at.astype(np.float64), 0.5)
    width = (right - left)[drawn]
    measured = measure(found[drawn], true[drawn], FRACTION, width)
    both = drawn & read
    right_rows = np.abs(column - truth)[both] <= LINE_WIDTH + ROUNDING
    return CurveScore(
        **names,
        rows=at.size,
        coverage=float(read[drawn].mean()) if at.size else 0.0,
        read=replace(
            measured, swaps=len(true_intervals(jumps)), swap_share=float(jumps.mean())
        ),
        filled=measure(full, true[drawn], FRACTION, width),
        off_scale=int(np.sum(~drawn)),
        invented=int(np.sum(read & ~drawn)),
        wrong=float(np.mean(~right_rows)) if right_rows.size else None,
        by_confidence=count(reading.confidence[both], right_rows),
    )


def score(
    case: Case, curve: int, reading: Reading, test: str, method: str
) -> CurveScore:
    """Score the reading of one curve of a strip.

    Parameters
    ----------
    case, curve
        The strip, and the curve's index in it.
    reading
        (rows,) of the page.
    test, method
        Names to note.
    """
    spec = case.registration.tracks[0].curves[curve]
    return score_reading(
        reading,
        case.truth[curve],
        case.edges,
        swaps_in(
            reading.column, case.strip.columns, curve, case.edges, wraps=spec.wraps
        ),
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
    read = {name: method(case.sheet, evidence) for name, method in known.items()}
    return [s for name in read for s in score_readings(test, case, name, read[name])]


def score_readings(
    test: str, case: Case, method: str, readings: Readings
) -> list[CurveScore]:
    """Score every curve of a strip as a method read it."""
    return [
        score(case, curve, readings[spec.mnemonic], test, method)
        for curve, spec in enumerate(case.panel.curves)
    ]


def score_all(
    test: str, cases: Iterable[Case], engine: Engine, known: Mapping[str, Method]
) -> Iterator[CurveScore]:
    """Read every strip with every method, and score every curve."""
    for case in cases:
        yield from score_case(test, case, engine, known)
