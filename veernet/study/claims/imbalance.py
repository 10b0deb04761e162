"""S1 to S3: what imbalance does to the losses, and what the background hides."""

from __future__ import annotations

from itertools import combinations

from veernet.study.arms import FIVE, NOTHING, Arm, runs_of
from veernet.study.claims.record import (
    Claim,
    Row,
    Statement,
    above,
    ahead_of,
    ahead_of_all,
    apart,
    opposite,
    verdict,
    waits_for,
)
from veernet.study.comparison import READING, Field
from veernet.study.measures import BACKGROUND, Measure
from veernet.study.published import SURVEY
from veernet.study.statistics import estimate

MILD = {loss: Arm(loss, label_width=30) for loss in FIVE}
HEAVY = {loss: Arm(loss, label_width=1, blank=256) for loss in FIVE}
"""The ends of the imbalance: a quarter of the picture is ink, and half a hundredth."""

F1 = Measure("f1")

INTERCHANGEABLE = 0.05
"""Mean F1 of the curves by which two losses do not differ to speak of."""

HIDDEN = 0.25
"""Background IoU less that of the curves from which the one hides the other."""
SEEMING = 0.9
"""Background IoU that looks like success."""

DICE = Arm("dice")

S1 = Statement(
    "S1",
    "Under mild imbalance the five losses hardly differ; under heavy they come apart.",
    SURVEY,
    "Mean F1 of the curves, each two of the five losses, with labels of 30 px (mild) "
    "and of 1 px beside as much blank paper (heavy). Confirmed if all ten pairs are "
    f"within {INTERCHANGEABLE} when mild and one is further apart when heavy; refuted "
    "if one is further apart when mild, or all are within it when heavy. All within: "
    "each by its whole interval; one further apart: by an interval for all ten at "
    "once.",
)
S2 = Statement(
    "S2",
    "Cross-entropy loses most as the imbalance grows.",
    SURVEY,
    "Mean F1 of the curves, mild less heavy (see S1), for each of the five; the fall "
    "of cross-entropy less that of each other. Confirmed if all four are above 0 by "
    "the whole interval; refuted if one is below 0 by an interval for all four at "
    "once.",
)
S3 = Statement(
    "S3",
    "The IoU of the background hides failure on the curves.",
    SURVEY,
    "Under Dice, IoU of the background less mean IoU of the curves. Confirmed if it "
    f"is above {HIDDEN} and the background above {SEEMING}, both by the whole "
    "interval; refuted if either is below by the whole interval. The references: .94 "
    "against .26 and .21.",
)


@waits_for(S1, [*MILD.values(), *HEAVY.values()])
def s1(field: Field) -> Claim:
    """Test whether the losses come apart as imbalance grows."""
    widest: dict[str, Row] = {}
    rows: list[Row] = []
    for name, arms in (("mild", MILD), ("heavy", HEAVY)):
        pairs = {
            f"{one} less {other}": field.difference(arms[one], arms[other], F1)
            for one, other in combinations(arms, 2)
        }
        found = apart(list(pairs.values()), INTERCHANGEABLE)
        pair = max(pairs, key=lambda pair: abs(pairs[pair].value))
        widest[name] = Row(
            f"F1 of the curves, {name}, the two that are furthest apart ({pair}), "
            "interval for all ten pairs",
            pairs[pair].for_all(len(pairs)),
            opposite(found) if name == "mild" else found,
        )
        rows += [Row(f"F1 of the curves, {name}, {p}", f) for p, f in pairs.items()]
        ink = sum(
            field.estimate(arms["dice"], Measure("true_share", label)).value
            for label in field.scored.curve_labels
        )
        rows += [
            Row(
                f"F1 of the curves, {loss}, {name} ({ink:.3f} ink)",
                field.estimate(a, F1),
            )
            for loss, a in arms.items()
        ]
    return Claim(
        S1,
        verdict(*(row.answer for row in widest.values() if row.answer)),
        widest["mild"].figure,
        widest["mild"].what,
        (*widest.values(), *rows),
        "A label of 1 px is harder to hit than one of 30 px at any prevalence: F1 "
        "falls with the width for two reasons.",
    )


@waits_for(S2, [*MILD.values(), *HEAVY.values()])
def s2(field: Field) -> Claim:
    """Test whether cross-entropy degrades most."""
    first, *others = FIVE
    own = [(1.0, MILD[first]), (-1.0, HEAVY[first])]
    over = {
        loss: field.contrast([*own, (-1.0, MILD[loss]), (1.0, HEAVY[loss])], F1)
        for loss in others
    }
    rival = min(over, key=lambda loss: over[loss].value)
    rows = [
        Row(
            f"fall of F1 of the curves, {first} less {loss}",
            figure,
            ahead_of(figure, len(over)),
        )
        for loss, figure in over.items()
    ]
    rows += [
        Row(
            f"fall of F1 of the curves, {loss}",
            field.difference(MILD[loss], HEAVY[loss], F1),
        )
        for loss in FIVE
    ]
    error = Measure("mae", tracer=READING)
    rows += [
        Row(
            f"rise of curve MAE, {loss}",
            field.difference(HEAVY[loss], MILD[loss], error),
        )
        for loss in FIVE
    ]
    return Claim(
        S2,
        verdict(ahead_of_all(list(over.values()))),
        over[rival],
        f"F1, fall of cross-entropy less that of {rival}, the largest other",
        tuple(rows),
    )


@waits_for(S3, [DICE])
def s3(field: Field) -> Claim:
    """Test whether the background's IoU hides failure on the curves."""
    iou, paper = Measure("iou"), Measure("iou", BACKGROUND)
    by_seed = field.scored.of_runs(field.runs[DICE], paper) - field.scored.of_runs(
        field.runs[DICE], iou
    )
    seeds = list(field.runs[DICE])
    gap = estimate(field.scored.draws.mean(by_seed, seeds), by_seed[:, 0])
    seeming = field.estimate(DICE, paper)
    rows = [
        Row("IoU of the background less that of the curves", gap, above(gap, HIDDEN)),
        Row("IoU of the background", seeming, above(seeming, SEEMING)),
        *(
            Row(f"IoU of {label}", field.estimate(DICE, Measure("iou", label)))
            for label in field.scored.curve_labels
        ),
    ]
    remark = ""
    empty = runs_of(field.scored.runs, Arm(NOTHING))
    if empty:
        nothing = field.scored.estimate(empty, paper)
        rows.append(Row("IoU of the background where all is called so", nothing))
        remark = (
            f"Where all is called background, its IoU is {nothing.value:.3f} and no "
            "curve is found: so little does it tell, whatever Dice does."
        )
    return Claim(
        S3,
        verdict(above(gap, HIDDEN), above(seeming, SEEMING)),
        gap,
        "IoU, background less curves",
        tuple(rows),
        remark,
    )
