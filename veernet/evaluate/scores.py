"""The scores of a log: what they are, as a table for people, as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class PointScores:
    """Scores on evenly spread depths, of values as fractions of the scale.

    This is what published digitisers report; ``points`` says on how many.
    """

    points: int
    mae: float | None
    mse: float | None
    r_squared: float | None


@dataclass(frozen=True)
class Measures:
    """How far a curve lies from its truth, for one way of treating gaps.

    Parameters
    ----------
    bias_px, mae_px, median_px
        Mean signed, mean absolute and median absolute error in pixels; positive is too
        far right.
    bias_fraction, mae_fraction, median_fraction
        The same in fractions of the track.
    mae
        In the curve's unit.
    hit_1px, hit_3px
        Share of all depths read within 1 and 3 px; unread counts as a miss.
    r_squared
        1 - squared error / squared spread of the truth; on log10 for a log scale. None
        where the truth is constant.
    swaps, swap_share
        Stretches where the curve follows another, and their share of all rows.
    even
        Scores on evenly spread depths, if asked for.
    """

    bias_px: float | None
    mae_px: float | None
    median_px: float | None
    bias_fraction: float | None
    mae_fraction: float | None
    median_fraction: float | None
    mae: float | None
    hit_1px: float | None
    hit_3px: float | None
    r_squared: float | None
    swaps: int | None = None
    swap_share: float | None = None
    even: PointScores | None = None


@dataclass(frozen=True)
class CurveScores:
    """The scores of a curve.

    Parameters
    ----------
    mnemonic, truth
        In the digitised log and in the truth.
    unit
        Of the truth, or else of the digitised curve or the registration.
    depths
        How many depths of the truth are compared: known there, and on scale.
    coverage
        Share of them that were read; None if there are none.
    read, filled
        On the depths that were read, and on all depths with gaps filled: linear,
        nearest at the ends, mid-scale if nothing was read.
    """

    mnemonic: str
    truth: str
    unit: str
    depths: int
    coverage: float | None
    read: Measures
    filled: Measures


@dataclass(frozen=True)
class Scores:
    """The scores of a log.

    Parameters
    ----------
    digitised, truth
        The files.
    depth_unit
        None where no file says.
    top, bottom
        Depths compared, on the digitised log: those of the registration, or else those
        of the digitised file.
    offset
        Depth of the truth less depth of the digitised log, a known constant.
    line_width
        In pixels, for swaps.
    curves
        In the order of the digitised log.
    left_out
        Curves of the digitised log that the truth does not have.
    notes
        What to bear in mind, one sentence each.
    """

    digitised: str
    truth: str
    depth_unit: str | None
    top: float
    bottom: float
    offset: float
    line_width: float
    curves: tuple[CurveScores, ...]
    left_out: tuple[str, ...]
    notes: tuple[str, ...]


Column = tuple[str, Callable[[CurveScores, Measures], str]]


def to_json(scores: Scores) -> str:
    """Return the scores as JSON, every field by its name, None as null."""
    return json.dumps(asdict(scores), indent=2, allow_nan=False) + "\n"


def format_table(scores: Scores) -> str:
    """Return the scores as aligned text: first rows read only, then gaps filled.

    A dash stands where there is no score: nothing read, no registration, or a truth
    that does not vary (R-squared).
    """
    unit = f" {scores.depth_unit}" if scores.depth_unit else ""
    head = [f"{scores.digitised} against {scores.truth}"]
    head.append(f"depths {scores.top:g} to {scores.bottom:g}{unit}")
    if scores.offset:
        head[-1] += f", the truth deeper by a constant {scores.offset:g}{unit}"
    parts = ["\n".join(head)]
    for title, filled in (("Read rows only", False), ("Gaps filled", True)):
        rows = [(c, c.filled if filled else c.read) for c in scores.curves]
        columns = _columns(filled=filled)
        cells = [[make(*row) for _, make in columns] for row in rows]
        parts.append(f"{title}\n{_align([name for name, _ in columns], cells)}")
    parts += _even_tables(scores)
    notes = list(scores.notes)
    if scores.left_out:
        notes.append(f"not in the truth: {', '.join(scores.left_out)}")
    if notes:
        parts.append("\n".join(notes))
    return "\n\n".join(parts) + "\n"


def _columns(*, filled: bool) -> list[Column]:
    """Return the columns of a table: heading, and how to make a cell."""
    columns: list[Column] = [
        ("curve", lambda c, _: _name(c)),
        ("unit", lambda c, _: c.unit or "-"),
        ("depths", lambda c, _: str(c.depths)),
    ]
    if not filled:
        columns.append(("read %", lambda c, _: _percent(c.coverage, 1)))
    columns += [
        ("bias px", lambda _, m: _number(m.bias_px, "+.2f")),
        ("MAE px", lambda _, m: _number(m.mae_px, ".2f")),
        ("med px", lambda _, m: _number(m.median_px, ".2f")),
        ("bias %", lambda _, m: _percent(m.bias_fraction, 2, "+")),
        ("MAE %", lambda _, m: _percent(m.mae_fraction, 2)),
        ("med %", lambda _, m: _percent(m.median_fraction, 2)),
        ("MAE unit", lambda _, m: _number(m.mae, ".4g")),
        ("hit 1px %", lambda _, m: _percent(m.hit_1px, 1)),
        ("hit 3px %", lambda _, m: _percent(m.hit_3px, 1)),
        ("R2", lambda _, m: _number(m.r_squared, ".4f")),
        ("swaps", lambda _, m: _swaps(m)),
    ]
    return columns


def _even_tables(scores: Scores) -> list[str]:
    """Return the table of the scores on even depths, if they were asked for."""
    rows = [(c, c.read.even, c.filled.even) for c in scores.curves]
    cells = [
        [_name(curve), curve.unit or "-"]
        + [cell for even in (read, filled) for cell in _even_cells(even)]
        for curve, read, filled in rows
        if read and filled
    ]
    if not cells:
        return []
    points = next(read.points for _, read, _ in rows if read)
    headings = ["curve", "unit"]
    for treatment in ("read", "filled"):
        headings += [f"{treatment} MAE", f"{treatment} MSE", f"{treatment} R2"]
    title = f"On {points} even depths, values as fractions of the scale"
    return [f"{title}\n{_align(headings, cells)}"]


def _even_cells(even: PointScores) -> list[str]:
    return [
        _number(even.mae, ".4f"),
        _number(even.mse, ".5f"),
        _number(even.r_squared, ".4f"),
    ]


def _align(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Align columns: the first two at their left, numbers at their right."""
    table = [list(headings), *rows]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in table
    ]
    return "\n".join(line.rstrip() for line in lines)


def _name(curve: CurveScores) -> str:
    same = curve.mnemonic.upper() == curve.truth.upper()
    return curve.mnemonic if same else f"{curve.mnemonic}={curve.truth}"


def _number(number: float | None, form: str) -> str:
    return "-" if number is None else format(number, form)


def _percent(share: float | None, decimals: int, sign: str = "") -> str:
    return "-" if share is None else f"{100 * share:{sign}.{decimals}f}"


def _swaps(measures: Measures) -> str:
    """Count of swaps, and the share of rows that they take."""
    if not measures.swaps:
        return _number(measures.swaps, "d")
    return f"{measures.swaps} ({_percent(measures.swap_share, 1)} %)"
