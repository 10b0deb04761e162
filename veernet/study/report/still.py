"""Figures that stand still: the five losses as a picture, for a README."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from veernet.errors import InputError
from veernet.files import replacing
from veernet.study.arms import FIVE
from veernet.study.report.losses import title

PANELS = (
    ("mae", "Curve error (MAE, fraction of the track)", "skeleton"),
    ("image_iou", "IoU, mean of pictures", None),
)
LABELS = {"solid": "solid curve", "dashed": "dashed curve"}
COLOURS = ("#0072b2", "#b35900")
MARKS = ("o", "s")


def draw_five(document: dict[str, Any], path: Path) -> None:
    """Draw curve error and IoU of the five losses on the test set, with spread.

    Parameters
    ----------
    document
        From :func:`veernet.study.report.make_document`; its first profile is drawn.
    path
        PNG to write.

    Raises
    ------
    InputError
        If matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - only this needs it
    except ImportError as error:
        msg = "figures need matplotlib: install veernet[dev]"
        raise InputError(msg) from error
    name, profile = next(iter(document["profiles"].items()))
    arms = [
        (index, arm)
        for loss in FIVE
        for index, arm in enumerate(profile["arms"])
        if arm["loss"] == loss and not arm["changed"]
    ]
    figure = Figure(figsize=(9.6, 3.9), dpi=120, layout="constrained")
    for axes, (kind, says, reading) in zip(figure.subplots(1, 2), PANELS, strict=True):
        for at, label in enumerate(LABELS):
            key = "/".join(["test", kind, label, *([reading] if reading else [])])
            if key not in profile["estimates"]:
                continue
            means = [profile["estimates"][key][index] for index, _ in arms]
            places = [place + 0.24 * (at - 0.5) for place in range(len(arms))]
            _curve(axes, at, places, means)
            _published(axes, document, kind, label, places, arms, first=at == 0)
        axes.set_xticks(range(len(arms)), [_wrapped(arm["loss"]) for _, arm in arms])
        axes.set_ylabel(says)
        axes.set_ylim(bottom=0)
        axes.grid(axis="y", alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    figure.axes[0].legend(frameon=False, fontsize=8)
    seeds = sorted({len(arm["seeds"]) for _, arm in arms})
    figure.suptitle(
        f"Test set, profile {name}, {' or '.join(map(str, seeds))} seeds: mean and "
        "standard deviation; dots are seeds",
        fontsize=9,
    )
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", metadata={"Software": None})


def _curve(
    axes: Any,  # noqa: ANN401 - of matplotlib, which is optional
    at: int,
    places: list[float],
    means: list[list[Any]],
) -> None:
    """Draw means with their spread, and the seeds beside them."""
    axes.errorbar(
        places,
        [mean[0] for mean in means],
        [mean[3] or 0.0 for mean in means],
        fmt=MARKS[at],
        color=COLOURS[at],
        capsize=3,
        label=[*LABELS.values()][at],
    )
    for place, mean in zip(places, means, strict=True):
        seeds = [place + 0.08] * len(mean[4])
        axes.plot(seeds, mean[4], ".", color=COLOURS[at], alpha=0.5)


def _published(
    axes: Any,  # noqa: ANN401 - of matplotlib, which is optional
    document: dict[str, Any],
    kind: str,
    label: str,
    places: list[float],
    arms: list[tuple[int, dict[str, Any]]],
    *,
    first: bool,
) -> None:
    """Mark what the references have of a figure."""
    own = [
        (places[at], one["value"])
        for at, (_, arm) in enumerate(arms)
        for one in document["published"]["figures"]
        if (one["loss"], one["figure"], one["label"]) == (arm["loss"], kind, label)
    ]
    if own:
        says = "published by the references" if first else None
        axes.plot(*zip(*own, strict=True), "D", mfc="none", mec="#333333", label=says)


def _wrapped(loss: str) -> str:
    return title(loss).replace(" (", "\n(").replace("-", "-\n", 1)
