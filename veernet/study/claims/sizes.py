"""S12: the sizes of the regions that losses ask for."""

from __future__ import annotations

from veernet.study.arms import Arm
from veernet.study.claims.record import (
    Claim,
    Row,
    Statement,
    below,
    verdict,
    waits_for,
    within,
)
from veernet.study.comparison import Field
from veernet.study.measures import Measure
from veernet.study.published import SIZES

TRUE_SIZE = 0.1
"""Logarithm of expected over true pixels within which the size is the true one: a
tenth more or less."""

CROSS_ENTROPY, DICE = Arm("cross_entropy"), Arm("dice")
CONTROLLED = (Arm("cross_entropy_size_l1"), Arm("cross_entropy_size_kl"))
ARMS = (DICE, CROSS_ENTROPY, *CONTROLLED)

S12 = Statement(
    "S12",
    "Dice is biased towards extremely imbalanced regions, cross-entropy towards the "
    "true proportions, and explicit size terms control the bias.",
    SIZES,
    "Logarithm of the expected over the true pixels of a curve (summed probability, "
    "all test pictures together), mean of both curves. The size is the true one "
    f"within {TRUE_SIZE} of 0. Confirmed if Dice is below that and cross-entropy and "
    "both size terms within it, all by the whole interval; refuted if Dice is not "
    "below it, or another outside it, by the whole interval.",
)


@waits_for(S12, ARMS)
def s12(field: Field) -> Claim:
    """Test the sizes of predicted regions."""
    bias = Measure("log_size")
    found = {arm: field.estimate(arm, bias) for arm in ARMS}
    small = below(found[DICE], -TRUE_SIZE)
    true = {
        arm: within(figure, TRUE_SIZE) for arm, figure in found.items() if arm != DICE
    }
    rows = [
        Row("log of expected over true pixels, dice", found[DICE], small),
        *(
            Row(f"log of expected over true pixels, {arm.loss}", found[arm], answer)
            for arm, answer in true.items()
        ),
    ]
    for arm in ARMS:
        rows += [
            Row(
                f"pixels called {label} over those that are, {arm.loss}",
                field.estimate(arm, Measure("called_ratio", label)),
            )
            for label in field.scored.curve_labels
        ]
    return Claim(
        S12,
        verdict(small, *true.values()),
        found[DICE],
        "log of expected over true pixels under Dice",
        tuple(rows),
    )
