"""What the references report, and how far it can be put beside our figures.

Of all of it: the data are other pictures, drawn or scanned, of curves one to three
pixels wide on about 97 per cent background; one run each, no spread; the network and
the split are theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from veernet.study.arms import NOTHING
from veernet.study.bench import READING
from veernet.study.measures import ALL, BACKGROUND, Measure
from veernet.study.sources import PAIR, SURVEY, VEERNET, WELLS
from veernet.study.statistics import Estimate
from veernet.study.tables import Table

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


@dataclass(frozen=True)
class Beside:
    """A figure of ours beside that of the references."""

    measure: Measure
    ours: Estimate
    theirs: Published


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


def published(loss: str, figure: str, of: str) -> Published | None:
    """Return what the references report of a loss, or of any, if anything."""
    fitting = (
        p
        for p in PUBLISHED
        if p.figure == figure and p.of == of and p.loss in (loss, None)
    )
    return next(fitting, None)


def beside_published(table: Table, curves: Sequence[str]) -> tuple[Beside, ...]:
    """Return our figures beside the references', where they report one of that loss.

    Parameters
    ----------
    table
        From :func:`five_losses`.
    curves
        Labels of curve 1 and curve 2.
    """
    names: Mapping[str | None, str] = {
        BACKGROUND: "background",
        ALL: "all classes",
        curves[0]: "curve 1",
        curves[1]: "curve 2",
    }
    found = []
    for line in table.lines:
        if line.arm.loss == NOTHING:
            continue
        for measure, cell in line.cells.items():
            theirs = published(
                line.arm.loss, measure.name, names.get(measure.label, "")
            )
            if theirs is not None and measure.tracer in (None, READING):
                found.append(Beside(measure, cell, theirs))
    return tuple(found)
