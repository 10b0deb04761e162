"""Slices, basins and sharpness of the runs, beside what they score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from veernet.study.arms import Arm
from veernet.study.comparison import StudyComparison
from veernet.study.landscape.record import Landscape
from veernet.study.measures import Measure
from veernet.study.ranks import correlate_across, correlate_within
from veernet.study.report.figures import column_of, plain
from veernet.study.report.planes import planes_of

Which = Literal["test", "held-out"]

SCORES: dict[tuple[Which, Measure], str] = {
    ("test", Measure("iou")): "IoU of the curves, test",
    ("test", Measure("mae", None, "dp")): "curve error, test, dynamic programme",
    ("test", Measure("mae", None, "rows")): "curve error, test, rows",
    ("held-out", Measure("iou")): "IoU of the curves, held-out",
}
"""What the measures are held against."""

PROBES = {
    "matched_cross_entropy": "cross-entropy at the best temperature, nats",
    "one_minus_miou": "1 - mean IoU",
    "curve_mae": "curve error of each row's centre of gravity",
    "loss/own": "the run's own loss (scales differ between losses)",
}


def landscape_section(
    arms: Mapping[Arm, Mapping[int, str]],
    comparison: StudyComparison,
    profile: str,
    measured: dict[str, Landscape],
    seed: int = 0,
) -> dict[str, Any] | None:
    """Return slices and measures by arm, and how they go with the scores.

    Returns
    -------
    dict or None
        None where nothing was measured. ``slices``: by probe, for each arm the mean,
        lowest and highest value at each step over directions and seeds; ``planes``: as
        :func:`veernet.study.report.planes.planes_of` has them, for each arm;
        ``measures``: by name, for each arm the values of its seeds; ``correlations``:
        by measure and score, Kendall's tau within and across arms.
    """
    own = [
        (index, arm, [run for run in runs.values() if run in measured])
        for index, (arm, runs) in enumerate(arms.items())
    ]
    known = [(index, arm, runs) for index, arm, runs in own if runs]
    if not known:
        return None
    scores = {
        column_of(which, measure): {
            run: float(comparison.on(profile, which).of_run(run, measure)[0])
            for *_, runs in known
            for run in runs
        }
        for which, measure in SCORES
    }
    return {
        "arms": [index for index, _, _ in known],
        "seeds": [len(runs) for _, _, runs in known],
        **_around(known, arms, measured),
        "scores": {
            score: [plain([by_run[r] for r in runs]) for *_, runs in known]
            for score, by_run in scores.items()
        },
        "titles": dict(zip(scores, SCORES.values(), strict=True)),
        "correlations": _correlations(known, scores, measured, seed),
    }


def _around(
    known: Sequence[tuple[int, Arm, list[str]]],
    arms: Mapping[Arm, Mapping[int, str]],
    measured: dict[str, Landscape],
) -> dict[str, Any]:
    """Return what was measured around the weights, by arm."""
    first = next(iter(measured.values()))
    deltas, lines = first.lines.deltas, _values(first)
    return {
        "deltas": plain(deltas),
        "probes": {name: PROBES.get(name, name) for name in lines},
        "directions": len(next(iter(lines.values()))),
        "slices": {
            probe: [
                _slice([measured[r] for r in runs], probe, deltas) for *_, runs in known
            ]
            for probe in lines
        },
        "planes": planes_of(
            [
                {seed: measured[run] for seed, run in arms[arm].items() if run in own}
                for _, arm, own in known
            ]
        ),
        "measures": {
            name: [
                plain([_number(measured[r], name) for r in runs]) for *_, runs in known
            ]
            for name in first.numbers
        },
    }


def _slice(
    found: Sequence[Landscape], probe: str, deltas: tuple[float, ...]
) -> list[Any]:
    """Return mean, lowest and highest over directions and seeds at each step."""
    rows = [
        [np.nan if value is None else value for value in row]
        for one in found
        if one.lines.deltas == deltas
        for row in _values(one).get(probe, [])
    ]
    if not rows:
        return [[], [], []]
    values = np.asarray(rows, dtype=float)
    return list(plain([values.mean(0), values.min(0), values.max(0)]))


def _values(landscape: Landscape) -> dict[str, list[list[float | None]]]:
    return landscape.lines.values


def _number(landscape: Landscape, name: str) -> float:
    value = landscape.numbers.get(name)
    return float("nan") if value is None else float(value)


def _correlations(
    known: Sequence[tuple[int, Arm, list[str]]],
    scores: Mapping[str, Mapping[str, float]],
    measured: dict[str, Landscape],
    seed: int,
) -> dict[str, Any]:
    """Return tau by measure and score; arms that change nothing but the loss."""
    plain_arms = [(arm, runs) for _, arm, runs in known if not arm.changed]
    runs = [run for _, own in plain_arms for run in own]
    groups = [arm.loss for arm, own in plain_arms for _ in own]
    found: dict[str, Any] = {}
    if len(set(groups)) < 3:
        return found
    for name in next(iter(measured.values())).numbers:
        if name.endswith(("/step", "/censored", "/spread")) or "_error/" in name:
            continue
        values = [_number(measured[run], name) for run in runs]
        if not np.isfinite(values).all():
            continue
        for score, by_run in scores.items():
            rng = np.random.default_rng(seed)
            own = [by_run[run] for run in runs]
            found.setdefault(name, {})[score] = {
                "within": _reported(correlate_within(values, own, groups, rng, 1000)),
                "across": _reported(correlate_across(values, own, groups, rng, 1000)),
            }
    return found


def _reported(tau: Any) -> list[Any]:  # noqa: ANN401 - a record of ranks
    found = [tau.tau, tau.low, tau.high, tau.probability, tau.pairs, tau.groups]
    return list(plain(found, 3))
