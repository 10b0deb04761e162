"""The losses of the study as a reader meets them: names, and places on the map.

The map has the two axes of the references: whether a loss sees each pixel by itself or
the overlap of whole regions, and whether false and missed ink cost the same by its
construction or by a dial. Places are given by what the formula contains, not measured.
"""

from __future__ import annotations

from dataclasses import dataclass

AWARENESS = (
    "each pixel by itself",
    "each pixel, reweighted",
    "pixels and overlap",
    "overlap of regions",
    "the score itself",
)
TUNING = (
    "false and missed ink cost the same",
    "classes are weighed",
    "false against missed ink has a dial",
)


@dataclass(frozen=True)
class Family:
    """What a loss is called, and where it stands on the map.

    Parameters
    ----------
    title
        For readers.
    awareness, tuning
        Positions in ``AWARENESS`` and ``TUNING``.
    """

    title: str
    awareness: int
    tuning: int


FAMILIES: dict[str, Family] = {
    "cross_entropy": Family("Cross-entropy", 0, 0),
    "dice": Family("Dice", 3, 0),
    "focal": Family("Focal (gamma 2)", 1, 0),
    "lovasz": Family("Lovász-Softmax", 4, 0),
    "tversky": Family("Tversky (.3/.7)", 3, 2),
    "boundary_dice": Family("Dice + boundary", 3, 0),
    "cldice_dice": Family("clDice + Dice", 3, 0),
    "cross_entropy_dice": Family("Cross-entropy + Dice", 2, 0),
    "cross_entropy_size_kl": Family("Cross-entropy + size (KL)", 2, 0),
    "cross_entropy_size_l1": Family("Cross-entropy + size (L1)", 2, 0),
    "cross_entropy_smooth": Family("Cross-entropy, smoothed", 0, 0),
    "cross_entropy_tversky": Family("Cross-entropy + Tversky", 2, 2),
    "cross_entropy_tversky_one_pass": Family(
        "Cross-entropy + Tversky, in one pass", 2, 2
    ),
    "cross_entropy_weighted": Family("Cross-entropy, weighted", 1, 1),
    "dice_generalised": Family("Generalised Dice", 3, 1),
    "dice_log": Family("log-Dice", 3, 0),
    "dice_squared": Family("Squared Dice", 3, 0),
    "focal_075": Family("Focal (gamma .75)", 1, 0),
    "focal_dice": Family("Focal + Dice", 2, 0),
    "jaccard": Family("Jaccard (IoU)", 4, 0),
    "skeleton_recall": Family("Skeleton Recall + Dice + CE", 2, 2),
    "tversky_focal": Family("Focal Tversky", 3, 2),
    "none": Family("All background", 0, 0),
}


def title(loss: str) -> str:
    """Return the name of a loss for readers, its own where it is not known."""
    family = FAMILIES.get(loss)
    return family.title if family else loss.replace("_", " ")
