"""S9 to S11: whether flat minima explain the losses, and whether seeking them helps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from veernet.axes import Floats
from veernet.study.arms import (
    FIVE,
    NOTHING,
    Arm,
    arms_of,
    gradients_a_step,
    of_profile,
    profiles,
    provenance,
    runs_of,
)
from veernet.study.claims.record import (
    OPEN,
    REFUTED,
    Answer,
    Claim,
    Row,
    Statement,
    Verdict,
    above,
    ahead_of,
    not_run,
    settled,
    share_of,
    verdict,
    waits_for,
)
from veernet.study.comparison import READING, Field, StudyComparison
from veernet.study.measures import Measure, common_seeds
from veernet.study.published import WELLS
from veernet.study.ranks import RankCorrelation, correlate_across, correlate_within
from veernet.study.results import landscape_numbers
from veernet.study.statistics import BootstrapDraws, Estimate, estimate, share

WIDTH = "basin/matched_cross_entropy/mean"
"""Half-width of the basin: what the references drew, by the loss matched in
temperature, which does not take confidence for sharpness."""

CENSORED = "basin/matched_cross_entropy/censored"
"""Sides of a basin that never rose by its step: their width counts as the last step."""

WIDTHS = (WIDTH, "basin/one_minus_miou/mean", "basin/curve_mae/mean")
SHARPNESS = tuple(
    f"{name}/matched_cross_entropy"
    for name in (
        "worst_l2",
        "worst_linf",
        "asam",
        "average",
        "adaptive_eigenvalue",
        "adaptive_trace",
    )
)
"""Measures that rescaled layers do not change."""

SHARPEST, WIDEST = "cross_entropy", "tversky"

COMPARED = 2 * (len(FIVE) - 1)
"""Basins that are held against that of one of the two."""

WEAK = 0.3
"""Kendall's tau below which the one does not foretell the other."""

CHANCE = 0.05
"""Probability, were there no association, up to which one is not held to be chance."""

NO_GAIN = 0.005
"""IoU that is no lift."""

PLAIN = {loss: Arm(loss) for loss in FIVE}
AVERAGED = {loss: Arm(loss, averaging="swa") for loss in FIVE}
AWARE = {loss: Arm(loss, optimizer="sam") for loss in FIVE}

S9 = Statement(
    "S9",
    "Wider basins go with higher IoU on held-out pictures.",
    WELLS,
    "Kendall's tau-b between the half-width of the basin (matched cross-entropy, "
    "filter-normalised directions) and mean IoU of the curves on held-out pictures, "
    "of networks that differ in their loss alone: across the means of the losses, and "
    "within the losses over their seeds. Confirmed if the former is above 0 by its "
    "whole interval and by permutation (5 %); refuted if it is below 0 so, or its "
    f"whole interval below {WEAK}.",
)
S10 = Statement(
    "S10",
    "Cross-entropy ends in the sharpest minimum, Tversky in the widest.",
    WELLS,
    "In each draw of seeds, which of the five has the narrowest basin (as in S9) and "
    "which the widest. Confirmed if cross-entropy is narrowest in 95 % of the draws or "
    "more and Tversky widest in as many; refuted if the basin of another loss is "
    "narrower than that of cross-entropy, or wider than that of Tversky, by an "
    "interval for all eight comparisons at once. Losses that do not differ refute "
    "nothing.",
)
S11 = Statement(
    "S11",
    "SWA and SAM lift the losses of sharp minima more than Tversky.",
    WELLS,
    "Mean IoU of the curves, gain of a loss less gain of Tversky (the part of its gap "
    "to Tversky that closes), paired by seed and picture: of SWA on cross-entropy, and "
    "of SAM as the mean of the other four. Confirmed if both are above 0 by the whole "
    f"interval; refuted if either is below 0, or wholly within {NO_GAIN} of 0.",
)


def s9(comparison: StudyComparison) -> Claim:
    """Test whether width goes with held-out IoU."""
    found = _measured(comparison)
    if found is None:
        return not_run(S9, _needs(comparison))
    profile, table = found
    scored = comparison.on(profile, "held-out")
    # Two ways to train under one loss are alike, and no two points of the claim.
    alone = [
        run
        for arm, own in arms_of(scored.runs).items()
        if not arm.changed and arm.loss != NOTHING
        for run in own.values()
        if run in table.index
    ]
    table = table.loc[alone]
    runs = scored.runs.loc[alone]
    groups = runs["loss"].tolist()
    iou = [float(scored.of_run(run, Measure("iou"))[0]) for run in runs.index]
    taus: dict[str, RankCorrelation] = {}
    rows = []
    for column in (*WIDTHS, *SHARPNESS):
        if column not in table:
            continue
        known = np.isfinite(table[column].to_numpy(dtype=float))
        values = table[column].to_numpy(dtype=float)[known].tolist()
        scores = [value for value, flag in zip(iou, known, strict=True) if flag]
        named = [group for group, flag in zip(groups, known, strict=True) if flag]
        across = correlate_across(values, scores, named, comparison.rng)
        within = correlate_within(values, scores, named, comparison.rng)
        taus[column] = across
        for where, tau in (("across losses", across), ("within losses", within)):
            text = f"tau of {column} and IoU, {where}, chance {tau.probability:.3f}"
            rows.append(Row(text, _of_tau(tau), over="losses"))
    decided = taus[WIDTH]
    return Claim(
        S9,
        _association(decided),
        _of_tau(decided),
        "Kendall's tau-b across losses",
        tuple(rows),
        f"{len(runs)} runs of {decided.groups} losses. Measures of sharpness, the "
        f"lower rows, should have the other sign.{_ends(table)}",
        provenance=provenance(scored.runs, list(runs.index)),
    )


def s10(comparison: StudyComparison) -> Claim:
    """Test whether cross-entropy is sharpest and Tversky widest."""
    found = _measured(comparison)
    if found is None:
        return not_run(S10, _needs(comparison))
    profile, table = found
    runs = of_profile(comparison.study, profile).runs
    arms = {
        loss: {s: r for s, r in runs_of(runs, arm).items() if r in table.index}
        for loss, arm in PLAIN.items()
    }
    seeds = common_seeds(list(arms.values()))
    draws = BootstrapDraws(
        comparison.rng, pictures=0, seeds=seeds, count=comparison.count
    )
    rows: list[Row] = []
    answers: dict[str, Verdict] = {}
    for column in (*WIDTHS, *SHARPNESS):
        if column in table:
            values = np.stack(
                [table.loc[[a[s] for s in seeds], column] for a in arms.values()]
            )
            if np.isfinite(values).all():
                answers[column], own = _ends_of(column, values, draws, seeds)
                rows += own
    others = [answer for column, answer in answers.items() if column != WIDTH]
    agree = sum(answer == answers[WIDTH] for answer in others)
    used = [arms[loss][seed] for loss in FIVE for seed in seeds]
    return Claim(
        S10,
        answers[WIDTH],
        rows[0].figure,
        "share of the draws in which cross-entropy is sharpest",
        tuple(rows),
        f"{agree} of {len(others)} other measures answer the same."
        f"{_ends(table.loc[used])}",
        provenance=provenance(runs, used),
    )


@waits_for(S11, [*PLAIN.values(), *AVERAGED.values(), *AWARE.values()])
def s11(field: Field) -> Claim:
    """Test whether the gap to Tversky closes under SWA and SAM."""
    iou = Measure("iou")
    others = [loss for loss in FIVE if loss != WIDEST]
    rows, decided = [], {}
    for name, arms, shown in (("SWA", AVERAGED, SHARPEST), ("SAM", AWARE, "mean")):
        closed, by_error = _closed(field, arms)
        decided[name] = closed[shown]
        rows.append(
            Row(
                f"{name}: gain of the other four less that of Tversky, IoU",
                closed["mean"],
                above(closed["mean"], 0, NO_GAIN),
            )
        )
        for loss in others:
            rows += [
                Row(
                    f"{name}: the gap of {loss} to Tversky before, IoU",
                    field.difference(PLAIN[WIDEST], PLAIN[loss], iou),
                ),
                Row(
                    f"{name}: how much of it closes for {loss}, IoU",
                    closed[loss],
                    above(closed[loss], 0, NO_GAIN),
                ),
                Row(
                    f"{name}: the same by curve MAE (below 0 closes), {loss}",
                    by_error[loss],
                ),
            ]
        rows += [
            Row(
                f"{name}: gain of {loss}, IoU",
                field.difference(arms[loss], PLAIN[loss], iou),
            )
            for loss in FIVE
        ]
    return _verdict_of_flatness(field, decided, rows)


def _closed(
    field: Field, arms: Mapping[str, Arm]
) -> tuple[dict[str, Estimate], dict[str, Estimate]]:
    """Return how much of each gap to Tversky a method closes, by IoU and curve MAE."""
    others = [loss for loss in FIVE if loss != WIDEST]
    tversky = [(-1.0, arms[WIDEST]), (1.0, PLAIN[WIDEST])]
    mean = [
        part for loss in others for part in ((0.25, arms[loss]), (-0.25, PLAIN[loss]))
    ]
    parts = {loss: [(1.0, arms[loss]), (-1.0, PLAIN[loss])] for loss in others}
    parts["mean"] = mean
    by_iou, by_error = (
        {name: field.contrast([*own, *tversky], measure) for name, own in parts.items()}
        for measure in (Measure("iou"), Measure("mae", tracer=READING))
    )
    return by_iou, by_error


def _verdict_of_flatness(
    field: Field, decided: Mapping[str, Estimate], rows: Sequence[Row]
) -> Claim:
    answers: list[Answer] = [above(figure, 0, NO_GAIN) for figure in decided.values()]
    behind = [
        field.difference(PLAIN[WIDEST], PLAIN[loss], Measure("iou")).value > 0
        for loss in FIVE
        if loss != WIDEST
    ]
    return Claim(
        S11,
        verdict(*answers),
        decided["SWA"],
        "IoU, gain of cross-entropy under SWA less that of Tversky",
        (
            Row("SWA on cross-entropy", decided["SWA"], answers[0]),
            Row("SAM on the other four, mean", decided["SAM"], answers[1]),
            *rows,
        ),
        f"{sum(behind)} of the other four are behind Tversky without either. A step of "
        f"SAM takes {gradients_a_step('sam')} gradients of each sample.",
    )


def _ends_of(
    column: str, values: Floats, draws: BootstrapDraws, seeds: Sequence[int]
) -> tuple[Verdict, list[Row]]:
    """Return whether cross-entropy and Tversky are the two ends by one measure."""
    width = np.stack([draws.mean(own, seeds) for own in values])
    order = width if column in WIDTHS else -width
    parts = [
        Row(f"share of the draws in which {loss} is {end}: {column}", held, answer)
        for loss, end, turned in (
            (SHARPEST, "sharpest", -order),
            (WIDEST, "widest", order),
        )
        for held, answer in [_difference_along(turned, loss, len(seeds))]
    ]
    rows = [
        Row(f"{column}, {loss}", estimate(width[place], values[place]))
        for place, loss in enumerate(FIVE)
    ]
    return verdict(*(row.answer for row in parts if row.answer)), [*parts, *rows]


def _ends(table: pd.DataFrame) -> str:
    """Say how many sides of basins were not reached, empty where all were."""
    column = CENSORED
    beyond = int(table[column].sum()) if column in table else 0
    if not beyond:
        return ""
    return f" {beyond} sides of basins end beyond the last step, where they count."


def _difference_along(drawn: Floats, loss: str, seeds: int) -> tuple[Estimate, Answer]:
    """Return the share of the draws in which a loss has most, and whether it has.

    Parameters
    ----------
    drawn : (5, 2, 1 + count) float
        Of the five losses.
    loss
        Yes, where it is first in 95 % of the draws; no, where another is above it by
        an interval for the comparisons of both ends.
    seeds
        Their number.
    """
    place = FIVE.index(loss)
    # Of equals none is first.
    first = (drawn[place] > np.delete(drawn, place, axis=0)).all(axis=0)
    if settled(share(first)) == "yes":
        answer: Answer = "yes"
    else:
        behind = [
            ahead_of(estimate(drawn[place] - other, seeds=seeds), COMPARED)
            for at, other in enumerate(drawn)
            if at != place
        ]
        answer = "no" if "no" in behind else "not resolvable"
    return share_of(first, seeds), answer


def _measured(comparison: StudyComparison) -> tuple[str, pd.DataFrame] | None:
    """Return the best profile in which all five losses have two measured seeds."""
    table = landscape_numbers(comparison.study.landscapes).set_index("run")
    if WIDTH not in table:
        return None
    table = table[np.isfinite(table[WIDTH].to_numpy(dtype=float))]
    for profile in profiles(comparison.study):
        runs = comparison.study.runs[comparison.study.runs["profile"] == profile]
        own = [
            {s: r for s, r in runs_of(runs, arm).items() if r in table.index}
            for arm in PLAIN.values()
        ]
        if len(common_seeds(own)) >= 2:
            return profile, table.loc[[run for run in runs.index if run in table.index]]
    return None


def _needs(comparison: StudyComparison) -> tuple[str, ...]:
    """Return what to run first: the five losses, and the landscapes around them."""
    field = comparison.field(list(PLAIN.values()))
    runs = () if isinstance(field, Field) else field
    seen = bool(comparison.study.landscapes)
    return (*runs, "the landscapes of more runs" if seen else "landscapes")


def _association(tau: RankCorrelation) -> Verdict:
    chance = tau.probability <= CHANCE
    if tau.low > 0 and chance:
        return "confirmed"
    return REFUTED if (tau.high < 0 and chance) or tau.high < WEAK else OPEN


def _of_tau(tau: RankCorrelation) -> Estimate:
    return Estimate(
        tau.tau, tau.low, tau.high, tau.low, tau.high, float("nan"), tau.groups
    )
