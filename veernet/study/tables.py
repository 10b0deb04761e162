"""The tables of the study as records: arms by figures, and what is missing by name.

A table is of one profile, and of the unseen-seed test set unless it says otherwise. An
arm that was not run has no line; it is listed under what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from veernet.study.arms import (
    DIAL,
    FIVE,
    NOTHING,
    OPTIMISERS,
    OTHER_LOSSES,
    RATES,
    SEEDS,
    WIDTHS,
    Arm,
    Provenance,
    base_rate,
    provenance,
    runs_of,
)
from veernet.study.bench import READINGS, Bench
from veernet.study.budgets import told
from veernet.study.measures import ALL, BACKGROUND, Measure, Resampled, common_seeds
from veernet.study.statistics import Estimate

CHOSEN_BY = Measure("f1")
"""Mean F1 of the curves on the held-out set: what a rate is chosen by."""


@dataclass(frozen=True)
class Line:
    """One arm.

    Parameters
    ----------
    arm
        Which.
    seeds
        That were run.
    cells
        Its figures, mean over seeds with intervals, by measure.
    """

    arm: Arm
    seeds: tuple[int, ...]
    cells: dict[Measure, Estimate]


@dataclass(frozen=True)
class Table:
    """Arms by figures.

    Parameters
    ----------
    title
        What it shows.
    note
        How to read it.
    measures
        The columns.
    lines
        The rows.
    missing
        Arms, or seeds of arms, that were not run, with the experiment that does.
    provenance
        What produced it, None without a line.
    """

    title: str
    note: str
    measures: tuple[Measure, ...]
    lines: tuple[Line, ...]
    missing: tuple[str, ...]
    provenance: Provenance | None

    def frame(self) -> pd.DataFrame:
        """Return it long: arm, labels, measure, value, low, high, spread, seeds."""
        return pd.DataFrame(
            [
                {
                    "arm": line.arm.name,
                    "loss": line.arm.loss,
                    "measure": str(measure),
                    "value": cell.value,
                    "low": cell.low,
                    "high": cell.high,
                    "spread": cell.spread,
                    "seeds": cell.seeds,
                }
                for line in self.lines
                for measure, cell in line.cells.items()
            ]
        )


def measures_of(scored: Resampled) -> tuple[Measure, ...]:
    """Return every figure of the five-loss table.

    IoU, F1, precision and recall of each class, all pixels together and per image;
    shares true, called and expected; of each curve and reading MAE, MSE and R-squared
    at 300 depths, and pixels over all rows, as means, medians and pooled.
    """
    labels = (BACKGROUND, *scored.curve_labels)
    overlap = ("iou", "f1", "image_iou", "image_f1")
    errors = (
        "mae",
        "median_mae",
        "mse",
        "r_squared",
        "median_r_squared",
        "filled_px",
        "median_px",
        "hit",
        "coverage",
    )
    shares = ("true_share", "called_share", "expected_share")
    curves = (*scored.curve_labels, None)
    return (
        *(Measure(name, label) for name in overlap for label in (*labels, None, ALL)),
        *(Measure(name, label) for name in ("precision", "recall") for label in curves),
        *(Measure(name, label) for name in shares for label in labels),
        *(
            Measure(name, label, reading)
            for reading in READINGS
            for name in errors
            for label in curves
        ),
    )


BRIEF = (
    Measure("iou"),
    Measure("f1"),
    Measure("image_iou"),
    Measure("precision"),
    Measure("recall"),
    *(
        Measure(name, None, reading)
        for reading in READINGS
        for name in ("mae", "median_mae", "r_squared", "filled_px")
    ),
)
"""Means over both curves: the columns of the wider sweeps."""


def five_losses(bench: Bench, profile: str) -> Table:
    """Return the five losses and the arm that does nothing, every figure of each."""
    measures = measures_of(bench.on(profile, "test"))
    return _table(
        bench,
        profile,
        [*(Arm(loss) for loss in FIVE), Arm(NOTHING)],
        measures,
        "The five losses",
        "One rate for all. Plain cross-entropy is the arm without any rebalancing; "
        "none calls everything background, whatever the seed.",
    )


def tuned_losses(bench: Bench, profile: str) -> Table:
    """Return the five losses, each at the rate that is best on held-out pictures.

    The interval is that of the rate chosen; it does not cover the choice.
    """
    chosen = [chosen_rate(bench, profile, loss) for loss in FIVE]
    table = _table(
        bench,
        profile,
        [arm for arm in chosen if arm is not None],
        measures_of(bench.on(profile, "test")),
        "The five losses, the learning rate tuned by loss",
        "The rate has the highest mean F1 of the curves on the held-out set, over the "
        "seeds that its rates have in common; the figures are of the test set.",
    )
    tried = [Arm(loss, lr=rate) for loss in FIVE for rate in RATES]
    runs = bench.on(profile, "test").runs
    return Table(
        table.title,
        table.note,
        table.measures,
        table.lines,
        _missing(runs, [*(Arm(loss) for loss in FIVE), *tried]),
        table.provenance,
    )


def chosen_rate(bench: Bench, profile: str, loss: str) -> Arm | None:
    """Return the arm of the best rate on held-out pictures, None where none is told.

    Rates are compared on the seeds that they have in common: a rate with more of them
    than the sweep plans is neither favoured nor the only one left. Those that lack one
    of the planned seeds are left out while another rate has them all.
    """
    held_out = bench.on(profile, "held-out")
    rates = rates_of(held_out.runs, loss)
    planned = {rate: set(SEEDS) & runs.keys() for rate, runs in rates.items()}
    most = max(map(len, planned.values()), default=0)
    complete = {rate: rates[rate] for rate, own in planned.items() if len(own) == most}
    seeds = common_seeds(list(complete.values()))
    if not seeds:
        return None
    scores = {
        rate: held_out.estimate({seed: runs[seed] for seed in seeds}, CHOSEN_BY).value
        for rate, runs in complete.items()
    }
    best = max(scores, key=lambda rate: (scores[rate], -rate))
    return Arm(loss, lr=best)


def rates_of(runs: pd.DataFrame, loss: str) -> dict[float, dict[int, str]]:
    """Return the runs of a loss by rate and seed, all else plain."""
    tried = sorted({float(rate) for rate in runs.loc[runs["loss"] == loss, "lr"]})
    found = {rate: runs_of(runs, Arm(loss, lr=rate)) for rate in tried}
    return {rate: own for rate, own in found.items() if own}


def rates(bench: Bench, profile: str) -> Table:
    """Return the five losses at every rate, on the held-out set that chooses.

    The rates are those of the sweep, and of a loss also any other that was tried.
    """
    runs = bench.on(profile, "held-out").runs
    base = base_rate(runs)
    known = RATES if base is None else (*RATES, base)
    return _table(
        bench,
        profile,
        [
            Arm(loss, lr=rate)
            for loss in FIVE
            for rate in sorted({*known, *rates_of(runs, loss)})
        ],
        BRIEF,
        "The five losses at every rate",
        "On the held-out set, on which the rate is chosen.",
        held_out=True,
    )


def all_losses(bench: Bench, profile: str) -> Table:
    """Return every loss of the package at the common rate."""
    arms = [Arm(loss) for loss in (*FIVE, *OTHER_LOSSES, NOTHING)]
    return _table(bench, profile, arms, BRIEF, "Every loss", "One rate for all.")


def optimisers(bench: Bench, profile: str) -> Table:
    """Return the five losses under averages and SAM, and two under other optimisers.

    The note says how many gradients of a sample each optimiser took.
    """
    plain = [Arm(loss) for loss in FIVE]
    averaged = [Arm(loss, averaging=name) for name in ("ema", "swa") for loss in FIVE]
    aware = [Arm(loss, optimizer="sam") for loss in FIVE]
    others = [
        Arm(loss, optimizer=name)
        for name in OPTIMISERS
        for loss in ("cross_entropy", "tversky")
    ]
    arms = [*plain, *averaged, *aware, *others]
    runs = bench.on(profile, "test").runs
    found = {arm: own.values() for arm in arms if (own := runs_of(runs, arm))}
    note = f"One rate for each optimiser, whatever the loss. {told(runs, found)}"
    title = "Optimisers and averages"
    return _table(bench, profile, arms, BRIEF, title, note.rstrip())


def dial(bench: Bench, profile: str) -> Table:
    """Return the grid of Tversky's weights of false (alpha) and missed ink (beta)."""
    grid = {(a, b) for a in DIAL for b in DIAL}
    runs = bench.on(profile, "test").runs
    tried = runs.loc[runs["loss"] == "tversky", ["alpha", "beta"]]
    grid |= {(float(a), float(b)) for a, b in tried.itertuples(index=False)}
    points = [Arm("tversky", alpha=a, beta=b) for a, b in sorted(grid)]
    note = "Precision and recall of the curves' pixels, and what is read of them."
    return _table(bench, profile, points, BRIEF, "The dial of Tversky", note)


def imbalance(bench: Bench, profile: str) -> Table:
    """Return the five losses by share of ink, from a quarter to half a hundredth."""
    settings = [(float(width), 0) for width in sorted({*WIDTHS, 3}, reverse=True)]
    settings.append((1.0, 256))
    arms = [
        Arm(loss, label_width=width, blank=blank)
        for width, blank in settings
        for loss in FIVE
    ]
    measures = (Measure("true_share"), Measure("expected_share"), *BRIEF)
    return _table(
        bench,
        profile,
        arms,
        measures,
        "The response to imbalance",
        "Shares are means over the two curves: ink has twice as much.",
    )


TABLES: dict[str, Callable[[Bench, str], Table]] = {
    "five_losses": five_losses,
    "tuned_losses": tuned_losses,
    "rates": rates,
    "all_losses": all_losses,
    "optimisers": optimisers,
    "dial": dial,
    "imbalance": imbalance,
}


def _table(
    bench: Bench,
    profile: str,
    arms: Sequence[Arm],
    measures: Sequence[Measure],
    title: str,
    note: str,
    *,
    held_out: bool = False,
) -> Table:
    scored = bench.on(profile, "held-out" if held_out else "test")
    lines, used = [], []
    for arm in arms:
        runs = runs_of(scored.runs, arm)
        if runs:
            cells = {measure: scored.estimate(runs, measure) for measure in measures}
            lines.append(Line(arm, tuple(runs), cells))
            used += list(runs.values())
    return Table(
        title,
        note,
        tuple(measures),
        tuple(lines),
        _missing(scored.runs, arms),
        provenance(scored.runs, used) if used else None,
    )


def _missing(runs: pd.DataFrame, arms: Sequence[Arm]) -> tuple[str, ...]:
    """Name the arms and seeds that were not run; doing nothing needs one."""
    found = []
    for arm in arms:
        wanted = (0,) if arm.loss == NOTHING else SEEDS
        absent = [seed for seed in wanted if seed not in runs_of(runs, arm)]
        if absent:
            which = "" if len(absent) == len(wanted) else f" (seed {str(absent)[1:-1]})"
            found.append(f"{arm.name}{which}: experiment={arm.experiment}")
    return tuple(found)
