"""The pictures: errors by set and method, and pairs beside their bar."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np

from benchmark.agreement import Agreement
from benchmark.methods import OURS
from benchmark.results import Results
from benchmark.scoring import CurveScore

mpl.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

UNREAD = 1000.0
"""Pixels at which a curve that was not read is drawn."""

LEAST_HEIGHT = 0.03


def draw_pictures(out: Path, results: Results) -> None:
    """Draw ``errors.png`` and ``pairs.png``, each if there is anything to draw."""
    if results.scores:
        _draw_errors(out / "errors.png", results.scores)
    if results.agreements:
        _draw_pairs(out / "pairs.png", results.agreements)


def _draw_errors(path: Path, scores: Sequence[CurveScore]) -> None:
    """Draw how many curves have an MAE below so many pixels, set by set."""
    tests = list(dict.fromkeys(s.test for s in scores))
    methods = list(dict.fromkeys(s.method for s in scores))
    figure, axes = plt.subplots(
        -(-len(tests) // 2), 2, figsize=(11, 3.2 * -(-len(tests) // 2)), squeeze=False
    )
    for axis, test in zip(axes.flat, tests, strict=False):
        for index, method in enumerate(methods):
            own = [s for s in scores if (s.test, s.method) == (test, method) and s.rows]
            if own:
                errors = [s.read.mae_px for s in own]
                _draw_shares(axis, errors, method, f"C{index}")
        axis.set_title(test, fontsize=10)
        axis.set_xscale("log")
        axis.set_xlim(LEAST_HEIGHT, UNREAD * 0.9)
        axis.set_ylim(0, 1)
        axis.set_xlabel("MAE over the rows read, px")
        axis.set_ylabel("share of the curves")
        axis.grid(alpha=0.3)
    for axis in axes.flat[len(tests) :]:
        axis.set_axis_off()
    axes.flat[0].legend(fontsize=7, loc="lower right")
    _save(figure, path)


def _draw_shares(
    axis: Axes, errors: Sequence[float | None], method: str, colour: str
) -> None:
    known = np.sort([UNREAD if e is None else max(e, LEAST_HEIGHT) for e in errors])
    share = np.arange(1, known.size + 1) / known.size
    wide = 2.4 if method == OURS else 1.1
    axis.step(known, share, where="post", label=method, color=colour, lw=wide)


def _draw_pairs(path: Path, agreements: Sequence[Agreement]) -> None:
    """Draw the median difference of each curve of each pair, and what both read."""
    ours = [a for a in agreements if a.method == OURS]
    names = [f"{a.test}: {a.curve}" for a in ours]
    at = np.arange(len(ours))
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(11, 1.2 + 0.24 * len(ours)), sharey=True
    )
    for attribute, mark in (("median", "o"), ("aligned", "|")):
        sizes = [getattr(a, attribute) for a in ours]
        shown = [np.nan if size is None else 100 * size for size in sizes]
        left.plot(shown, at, mark, ms=6, label=attribute)
    left.axvline(1.0, color="k", lw=0.8)
    left.set_xscale("log")
    left.set_xlabel("difference, % of the track (bar: 1)")
    left.legend(fontsize=8)
    right.barh(at, [100 * a.both for a in ours], height=0.6)
    right.axvline(70.0, color="k", lw=0.8)
    right.set_xlabel("both read, % (bar: 70)")
    left.set_yticks(at, names, fontsize=7)
    left.invert_yaxis()
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)
