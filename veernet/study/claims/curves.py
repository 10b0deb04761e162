"""S4 to S6: which loss reads curves best, and whether overlap foretells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from veernet.axes import Floats
from veernet.study.arms import FIVE, Arm
from veernet.study.claims.record import (
    Answer,
    Claim,
    Row,
    Statement,
    above,
    below,
    settled,
    share_of,
    verdict,
    waits_for,
)
from veernet.study.comparison import READING, READINGS, Field
from veernet.study.measures import Measure
from veernet.study.published import PAIR, SURVEY, WELLS
from veernet.study.ranks import ranks, tau_b
from veernet.study.statistics import estimate, share

MARGIN = 0.001
"""Curve MAE that is no difference: a ninth of what the references report between
Tversky and Dice, .0090."""

FIVE_ARMS = {loss: Arm(loss) for loss in FIVE}

S4 = Statement(
    "S4",
    "Tversky tilted to recall (.3, .7) reads curves with less error than Dice.",
    f"{WELLS}; {SURVEY}",
    "Curve MAE (fractions of the track, 300 depths, read as the references do), mean "
    "of both curves, Tversky less Dice, paired by seed and picture. Confirmed if below "
    f"0 by the whole interval; refuted if above, or wholly within {MARGIN} of 0. The "
    "references: .0277 against .0367 on one curve.",
)
S5 = Statement(
    "S5",
    "Focal falls slightly behind Dice on both curves.",
    PAIR,
    "Curve MAE, Focal less Dice, of each curve. Confirmed if above 0 on both by the "
    f"whole interval; refuted if on either it is below, or wholly within {MARGIN} of "
    "0. The references: .0405 against .0367, and .1027 against .0774.",
)
S6 = Statement(
    "S6",
    "The loss that is best by IoU is not the best by curve error.",
    PAIR,
    "In each draw of seeds and pictures, the best of the five by mean IoU of the "
    "curves and by mean curve MAE. Confirmed if they differ in 95 % of the draws or "
    "more, refuted if in 5 % or less. Beside it Kendall's tau between the two orders.",
)


@waits_for(S4, [FIVE_ARMS["tversky"], FIVE_ARMS["dice"]])
def s4(field: Field) -> Claim:
    """Test whether Tversky beats Dice on the curve."""
    pair = FIVE_ARMS["tversky"], FIVE_ARMS["dice"]
    found = {
        reading: field.difference(*pair, Measure("mae", tracer=reading))
        for reading in READINGS
    }
    rows = [
        Row(
            f"curve MAE, Tversky less Dice ({reading})",
            figure,
            below(figure, 0, MARGIN),
        )
        for reading, figure in found.items()
    ]
    for label in field.scored.curve_labels:
        measure = Measure("mae", label, READING)
        rows.append(Row(f"the same on {label}", field.difference(*pair, measure)))
    rows += [
        Row(f"{measure}, Tversky less Dice", field.difference(*pair, measure))
        for measure in (Measure("recall"), Measure("precision"), Measure("iou"))
    ]
    decided = found[READING]
    return Claim(
        S4,
        verdict(below(decided, 0, MARGIN)),
        decided,
        "fractions of the track, Tversky less Dice",
        tuple(rows),
        _depends([row.answer for row in rows[: len(READINGS)]]),
    )


@waits_for(S5, [FIVE_ARMS["focal"], FIVE_ARMS["dice"]])
def s5(field: Field) -> Claim:
    """Test whether Focal falls behind Dice on both curves."""
    pair = FIVE_ARMS["focal"], FIVE_ARMS["dice"]
    answers: dict[str, list[Answer]] = {reading: [] for reading in READINGS}
    rows = []
    for reading in READINGS:
        for label in field.scored.curve_labels:
            figure = field.difference(*pair, Measure("mae", label, reading))
            answer = above(figure, 0, MARGIN)
            answers[reading].append(answer)
            what = f"MAE of {label}, Focal less Dice ({reading})"
            rows.append(Row(what, figure, answer))
    verdicts = {reading: verdict(*own) for reading, own in answers.items()}
    return Claim(
        S5,
        verdicts[READING],
        field.difference(*pair, Measure("mae", tracer=READING)),
        "fractions of the track, Focal less Dice, mean of both curves",
        tuple(rows),
        _depends(list(verdicts.values())),
    )


@waits_for(S6, list(FIVE_ARMS.values()))
def s6(field: Field) -> Claim:
    """Test whether the best by IoU is another than the best by curve error."""
    overlap = _means(field, Measure("iou"))
    rows, differing = [], {}
    for reading in READINGS:
        measure = Measure("mae", tracer=reading)
        error = _means(field, measure)
        flags = overlap.argmax(axis=0) != error.argmin(axis=0)
        differing[reading] = share(flags)
        found = replace(
            estimate(tau_b(np.moveaxis(overlap, 0, -1), -np.moveaxis(error, 0, -1))),
            seeds=field.seeds,
        )
        rows += [
            Row(
                f"share of the draws in which the best differ ({reading})",
                share_of(flags, field.seeds),
                settled(differing[reading]),
            ),
            Row(f"Kendall's tau of IoU and less MAE ({reading})", found),
        ]
    for measure in (Measure("iou"), Measure("mae", tracer=READING)):
        values = [field.estimate(arm, measure) for arm in FIVE_ARMS.values()]
        places = ranks([v.value for v in values], higher=measure.higher)
        rows += [
            Row(f"{measure}, {loss}: rank {place}", value)
            for loss, place, value in zip(FIVE_ARMS, places, values, strict=True)
        ]
    return Claim(
        S6,
        verdict(settled(differing[READING])),
        rows[0].figure,
        "share of the draws in which the best by IoU and by curve MAE differ",
        tuple(rows),
        _depends([settled(differing[reading]) for reading in READINGS]),
    )


def _means(field: Field, measure: Measure) -> Floats:
    """Return (losses, 2, 1 + count)."""
    return np.stack([field.mean(arm, measure) for arm in FIVE_ARMS.values()])


def _depends(answers: Sequence[object]) -> str:
    """Say where a verdict hangs on how the curves are read."""
    if len(set(answers)) == 1:
        return "The same however the curves are read."
    answered = zip(READINGS, answers, strict=True)
    listed = "; ".join(f"{reading}: {answer}" for reading, answer in answered)
    return f"It hangs on how the curves are read: {listed}."
