"""A line for each curve of a LAS: how it is drawn, how much was read, who looked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from veernet.records import Curve, CurveSpec, Registration

Marks: TypeAlias = NDArray[np.bool_]

NULLS = (
    "Nulls are depths that were not read or are off scale. No value is filtered, "
    "smoothed or shifted; gaps of a few rows may be bridged by a straight line, at a "
    "low confidence."
)


def curve_lines(
    curves: Sequence[Curve],
    registration: Registration,
    reviewed: Mapping[str, Marks] | None = None,
) -> tuple[str, ...]:
    """Say of each curve its track, line and scale, the share read, and its status.

    Parameters
    ----------
    curves
        As they are written.
    registration
        How they are drawn; a curve that is not in it has no line.
    reviewed
        By mnemonic (rows,) which rows of its trace a person has looked at.

    Returns
    -------
    tuple of str
        A line on the whole, then one for each curve.
    """
    drawn = {spec.mnemonic: (t, spec) for t in registration.tracks for spec in t.curves}
    lines = []
    states = []
    for curve in curves:
        if curve.mnemonic not in drawn:
            continue
        track, spec = drawn[curve.mnemonic]
        share = float(np.isfinite(curve.value).mean())
        state = status((reviewed or {}).get(curve.mnemonic))
        states.append(state)
        read = f"read at {share:.1%} of depths"
        fills = [
            f"back-up {other.mnemonic} fills in where it was not read"
            for _, other in drawn.values()
            if other.backup_of == curve.mnemonic
        ]
        where = f"{curve.mnemonic}: track {track.name}"
        words = (where, *drawing(spec), *fills, read, state)
        lines.append(", ".join(words))
    whole = states[0] if len(set(states)) == 1 else "reviewed in part"
    return (f"Status: {whole}. {NULLS}", *lines) if lines else (NULLS,)


def status(marks: Marks | None) -> str:
    """Return auto, reviewed, or reviewed in part with its share."""
    share = float(marks.mean()) if marks is not None and marks.size else 0.0
    if share == 0.0:
        return "auto"
    # A share that rounds to all is not all: a row that nobody saw may be the wrong one.
    seen = min(share, 0.999) if share < 1.0 else share
    return "reviewed" if share == 1.0 else f"reviewed in part ({seen:.1%})"


def drawing(spec: CurveSpec) -> tuple[str, ...]:
    """Return how a curve is drawn: line, scale, wraps, and what it is a back-up of."""
    weight = f"{spec.weight} " if spec.weight else ""
    scale = spec.scale
    words = [
        f"{weight}{spec.line} line",
        f"{scale.kind} scale {scale.left:g} to {scale.right:g} {spec.unit}".rstrip(),
    ]
    if spec.colour:
        words.append(f"colour {spec.colour}")
    if spec.wraps:
        words.append("wraps")
    if spec.backup_of:
        words.append(f"back-up of {spec.backup_of}")
    return tuple(words)
