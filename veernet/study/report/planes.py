"""Slices in two directions: how far quantities rise around the weights of the runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from veernet.axes import Floats
from veernet.study.landscape.record import Landscape
from veernet.study.report.figures import plain

DIGITS = 3
"""Significant digits of a rise: a colour shows no more, and there are many of them."""


def planes_of(arms: Sequence[Mapping[int, Landscape]]) -> dict[str, Any] | None:
    """Return how far each quantity rises on the plane, by arm and seed.

    Parameters
    ----------
    arms
        The landscapes of each by seed.

    Returns
    -------
    dict or None
        None where no plane was measured. ``deltas``: steps along either direction;
        ``arms``: for each arm its ``seeds`` with a plane and by probe in ``planes``
        first the mean over these seeds, then each. A plane has ``rise``, a row for each
        step along the first direction, over its value at the trained weights,
        ``centre``; the place of the ``lowest`` reading as row and column; the ``step``
        that ends a basin; and ``within``, the share of the readings that rise by less.
    """
    measured = [found for by_seed in arms for found in by_seed.values() if found.plane]
    if not measured or measured[0].plane is None:
        return None
    first = measured[0].plane
    by_arm = []
    for by_seed in arms:
        own = {
            seed: found
            for seed, found in by_seed.items()
            if found.plane is not None and found.plane.deltas == first.deltas
        }
        probes = first.values if own else ()
        by_arm.append(
            {
                "seeds": list(own),
                "planes": {
                    probe: _planes(list(own.values()), probe, first.deltas)
                    for probe in probes
                },
            }
        )
    return {"deltas": plain(first.deltas, DIGITS), "arms": by_arm}


def _planes(
    found: Sequence[Landscape], probe: str, deltas: tuple[float, ...]
) -> list[dict[str, Any]]:
    """Return the mean over networks, then each."""
    middle = deltas.index(0.0)
    values = np.array([_values(one, probe, len(deltas)) for one in found])
    centres = values[:, middle, middle]
    rises = values - centres[:, None, None]
    steps = np.array([_step(one, probe) for one in found])
    return [
        _plane(rises.mean(0), float(centres.mean()), float(steps.mean())),
        *(
            _plane(rise, float(centre), float(step))
            for rise, centre, step in zip(rises, centres, steps, strict=True)
        ),
    ]


def _plane(rise: Floats, centre: float, step: float) -> dict[str, Any]:
    known = np.isfinite(rise)
    lowest = None
    if known.any():
        place = np.unravel_index(np.nanargmin(rise), rise.shape)
        lowest = [int(index) for index in place]
    inside = float((rise[known] < step).sum() / rise.size)
    if not np.isfinite(step):
        inside = float("nan")
    return {
        "rise": plain(rise, DIGITS),
        "centre": plain(centre),
        "lowest": lowest,
        "step": plain(step),
        "within": plain(inside, DIGITS),
    }


def _values(landscape: Landscape, probe: str, size: int) -> Floats:
    """Return the readings of a probe, NaN where one was not finite or was not taken."""
    rows = landscape.plane.values.get(probe) if landscape.plane else None
    if rows is None:
        return np.full((size, size), np.nan)
    return np.array([[np.nan if v is None else v for v in row] for row in rows])


def _step(landscape: Landscape, probe: str) -> float:
    step = landscape.numbers.get(f"basin/{probe}/step")
    return float("nan") if step is None else float(step)
