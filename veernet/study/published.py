"""Figures that the references report, and how far they compare with ours.

Of all of it: the data are other pictures, drawn or scanned, of curves one to three
pixels wide on about 97 per cent background; one run each, no spread; the network and
the split are theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

WELLS = "Sharp Wells and Flat Basins (EarthScan)"
"""Five losses under one sweep, and basin width as what tells them apart."""

SURVEY = "Losses for Heavy Imbalance: a Survey (EarthScan)"
"""Five families of losses, read against a set of raster logs."""

PAIR = "Focal and Lovász on Thin Curves (EarthScan)"
"""Two losses that are judged by the curve and not by the mask."""

SIZES = "Liu et al., Do We Really Need Dice?, Medical Image Analysis 2024"
"""Cross-entropy and Dice as a matching term and a term of the region's size."""

AERIAL = "Loss Functions in Semantic Segmentation: Aerial Images"
"""Cross-entropy, Focal and IoU losses on tiles of six classes."""

VEERNET = "VeerNet (J. Imaging 2023, 9(7), 136)"
"""The published line of work."""


DEPTHS = "As ours: 300 depths, fractions of the track. Other pictures, one run."
DIAL_UNSAID = "weights not stated"
IMAGES = (
    "Their IoU cannot come of their F1 by pooled counts (F / (2 - F) gives .23 and "
    ".19) and so is a mean over images: compare with ours per image."
)


@dataclass(frozen=True)
class Published:
    """One figure of the references.

    Parameters
    ----------
    loss
        It was trained with; None where they do not say, or say several.
    of
        ``background``, ``curve 1``, ``curve 2`` or ``all classes``.
    figure
        Name of the measure, as in :mod:`veernet.study.measures`.
    value
        As printed.
    source
        Name of the reference.
    comparable
        What is and what is not.
    note
        The same in a few words for a cell, empty where the figure is a mean like ours.
    """

    loss: str | None
    of: str
    figure: str
    value: float
    source: str
    comparable: str
    note: str = ""


PUBLISHED: tuple[Published, ...] = (
    Published(
        None,
        "all classes",
        "image_iou",
        0.51,
        WELLS,
        "A peak over epochs on the set that chose it, credited to doing nothing and to "
        "Tversky alike; the mean of .94, .26 and .21 is .47. Ours is the last network.",
        "the peak of validation",
    ),
    *(
        Published("dice", of, "image_iou", value, SURVEY, IMAGES)
        for of, value in (
            ("background", 0.94),
            ("curve 1", 0.26),
            ("curve 2", 0.21),
        )
    ),
    *(
        Published("dice", of, "image_f1", value, SURVEY, IMAGES)
        for of, value in (
            ("background", 0.97),
            ("curve 1", 0.37),
            ("curve 2", 0.32),
        )
    ),
    Published("tversky", "curve 1", "mae", 0.0277, SURVEY, DEPTHS, DIAL_UNSAID),
    Published("dice", "curve 1", "mae", 0.0367, SURVEY, DEPTHS),
    Published("focal", "curve 1", "mae", 0.0405, PAIR, DEPTHS),
    Published("dice", "curve 2", "mae", 0.0774, PAIR, DEPTHS),
    Published("focal", "curve 2", "mae", 0.1027, PAIR, DEPTHS),
    Published("tversky", "curve 1", "mse", 0.0021, VEERNET, DEPTHS, DIAL_UNSAID),
    Published("dice", "curve 1", "mse", 0.0091, VEERNET, DEPTHS),
    Published(
        "tversky",
        "curve 1",
        "r_squared",
        0.9891,
        WELLS,
        "The best single curve. Ours are medians and all curves together.",
        "the best curve",
    ),
)

COMPARABLE = (
    "Comparable: the definition of the curve error (both curves at 300 even depths, as "
    "a fraction of the scale) and the three classes, background and two curves."
)
NOT_COMPARABLE = (
    "Not comparable: the pictures (theirs are not public), the network, the number of "
    "training steps in the small profile, the learning rate, and that theirs is one "
    "run for each loss where ours is a mean over seeds."
)
ABSENT = (
    "The references give no curve error for cross-entropy and Lovász, no IoU for four "
    "of the five losses, and no Tversky weights."
)


def remarks() -> tuple[str, ...]:
    """Return what to know before ours are put beside theirs, each said once."""
    apart = dict.fromkeys(
        f"Their {one.value:g}: {one.comparable[0].lower()}{one.comparable[1:]}"
        if one.comparable not in (DEPTHS, IMAGES)
        else one.comparable
        for one in PUBLISHED
        if one.comparable != DEPTHS
    )
    return (COMPARABLE, NOT_COMPARABLE, *apart, ABSENT)
