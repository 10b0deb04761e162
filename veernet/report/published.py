"""What the references published of five losses, and what of it can be compared."""

from __future__ import annotations

from dataclasses import dataclass

from veernet.study.sources import PAIR, SURVEY, WELLS


@dataclass(frozen=True)
class Published:
    """One figure of the references.

    Parameters
    ----------
    loss, figure, label
        As in the tables of the study; ``solid`` stands for their curve 1, ``dashed``
        for their curve 2.
    value
        As printed.
    note
        What it is, where it is no mean over held-out pictures.
    source
        Which of the references has it.
    """

    loss: str
    figure: str
    label: str
    value: float
    note: str
    source: str


PUBLISHED: tuple[Published, ...] = (
    Published("dice", "iou", "background", 0.94, "", SURVEY),
    Published("dice", "iou", "solid", 0.26, "", SURVEY),
    Published("dice", "iou", "dashed", 0.21, "", SURVEY),
    Published("dice", "f1", "background", 0.97, "", SURVEY),
    Published("dice", "f1", "solid", 0.37, "", SURVEY),
    Published("dice", "f1", "dashed", 0.32, "", SURVEY),
    Published("dice", "mae", "solid", 0.0367, "", PAIR),
    Published("dice", "mae", "dashed", 0.0774, "", PAIR),
    Published("focal", "mae", "solid", 0.0405, "", PAIR),
    Published("focal", "mae", "dashed", 0.1027, "", PAIR),
    Published("tversky", "mae", "solid", 0.0277, "weights not stated", SURVEY),
    Published("tversky", "r_squared", "solid", 0.9891, "the best case", WELLS),
    Published("any", "iou", "all", 0.51, "the peak of validation", WELLS),
)

COMPARABLE = (
    "Comparable: the definition of the curve error (both curves at 300 even depths, as "
    "a fraction of the scale) and the three classes, background and two curves."
)
NOT_COMPARABLE = (
    "Not comparable: the pictures (theirs are not public), the network, the number of "
    "training steps in the small profile, the learning rate, and that theirs is one "
    "run for each loss where ours is a mean over seeds. Their 0.51 is the peak of one "
    "validation curve, their 0.9891 the best curve; ours are means, medians and pooled "
    "figures of the last network. They do not say whether IoU is pooled or averaged "
    "over pictures; both are given here."
)
EMPTY = (
    "The references give no curve error for cross-entropy and Lovász, no IoU for four "
    "of the five losses, and no Tversky weights."
)
