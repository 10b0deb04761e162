"""Metrics of a validation: overlap of classes, and errors of curves in pixels.

Sums only are kept, so that any number of processes can add theirs up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torchmetrics import Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

WINDOW = 3
"""Columns on each side of the darkest one that its centroid is taken over."""
HIT = 3.0
"""Pixels within which a row counts as hit."""
LEAST_CENTRE = 0.25
"""Probability, summed over the window, from which a centre counts as found."""


def count_overlap(prediction: Tensor, target: Tensor, classes: int) -> Tensor:
    """Count true positives, false positives and false negatives.

    Parameters
    ----------
    prediction, target : (N, H, W) int64
        Class index of each pixel; where the target is none of the classes, as at
        ``IGNORE_INDEX``, the pixel does not count.
    classes
        Number of classes.

    Returns
    -------
    (N, classes, 3) int64
        Pixels of each picture and class.
    """
    # What does not count falls into a bin of its own, which is left out.
    valid = (target >= 0) & (target < classes)
    pairs = torch.where(valid, target * classes + prediction, classes**2)
    table = torch.stack(
        [torch.bincount(p.flatten(), minlength=classes**2 + 1) for p in pairs]
    )[:, :-1].reshape(-1, classes, classes)
    both = table.diagonal(dim1=1, dim2=2)
    return torch.stack([both, table.sum(1) - both, table.sum(2) - both], dim=-1)


def ratios(counts: Tensor) -> tuple[Tensor, Tensor]:
    """IoU and F1 of (..., 3) counts, each (...), NaN for a class that is nowhere."""
    both, false, missed = counts.double().unbind(-1)
    wrong = false + missed
    return both / (both + wrong), 2 * both / (2 * both + wrong)


class OverlapMetric(Metric):
    """IoU and F1 of each class, over all pixels together and as a mean over pictures.

    The mean is over the pictures in which the class is drawn or predicted.

    Parameters
    ----------
    names
        Of the classes, background first.
    """

    higher_is_better = True
    full_state_update = False
    counts: Tensor
    sums: Tensor
    pictures: Tensor

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = tuple(names)
        zeros = torch.zeros(len(names), dtype=torch.float64)
        self.add_state("counts", zeros[:, None].repeat(1, 3), dist_reduce_fx="sum")
        self.add_state("sums", zeros[:, None].repeat(1, 2), dist_reduce_fx="sum")
        self.add_state("pictures", zeros.clone(), dist_reduce_fx="sum")

    def update(self, prediction: Tensor, target: Tensor) -> None:
        """Add (N, H, W) predicted and true class indices."""
        counts = count_overlap(prediction, target, len(self.names))
        each = torch.stack(ratios(counts), dim=-1)
        self.counts += counts.sum(0)
        self.sums += each.nan_to_num(0.0).sum(0)
        self.pictures += (~each[..., 0].isnan()).sum(0)

    def compute(self) -> dict[str, Tensor]:
        """Return the scores by name; NaN for a class that was nowhere."""
        iou, f1 = ratios(self.counts)
        image_iou, image_f1 = (self.sums / self.pictures[:, None]).unbind(-1)
        scores = {"iou": iou, "f1": f1, "image_iou": image_iou, "image_f1": image_f1}
        return {
            f"{score}/{name}": value.float()
            for score, values in scores.items()
            for name, value in zip(self.names, values, strict=True)
        }


def row_columns(probability: Tensor) -> Tensor:
    """Return the column of the one curve that a probability map shows in each row.

    The centroid of the probability in the columns around the most probable one: the
    simplest reading there is, so that the figure speaks of the network alone.

    Parameters
    ----------
    probability : (N, H, W) float
        Of one class.

    Returns
    -------
    (N, H) float
        A column for every row, also where nothing was drawn.
    """
    darkest = probability.argmax(dim=-1, keepdim=True)
    offsets = torch.arange(-WINDOW, WINDOW + 1, device=probability.device)
    around = darkest + offsets
    inside = (around >= 0) & (around < probability.shape[-1])
    near = probability.gather(-1, around.clamp(0, probability.shape[-1] - 1)) * inside
    return (near * around).sum(-1) / near.sum(-1).clamp(min=1e-12)


class CurveError(Metric):
    """Distance in pixels between the reading of a probability map and the true curve.

    Only a class that has exactly one curve in a picture can be read without a tracer,
    and only those are counted, in the rows where the curve is drawn. A row that the
    network lost counts with whatever column its noise is at: the figure covers misses.

    Parameters
    ----------
    names
        Of the classes, background first.
    """

    higher_is_better = False
    full_state_update = False
    errors: Tensor
    hits: Tensor
    rows: Tensor

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = tuple(names)
        for state in ("errors", "hits", "rows"):
            zeros = torch.zeros(len(names), dtype=torch.float64)
            self.add_state(state, zeros, dist_reduce_fx="sum")

    def update(self, probability: Tensor, columns: Tensor, curve_class: Tensor) -> None:
        """Add a batch.

        Parameters
        ----------
        probability : (N, C, H, W) float
            Of every class.
        columns : (N, K, H) float
            True column of each curve, NaN where not drawn.
        curve_class : (N, K) int64
            Class of each curve, 0 for padding.
        """
        last = probability.shape[-1] - 1
        for index in range(1, len(self.names)):
            of_class = curve_class == index
            alone = of_class.sum(1) == 1
            if not alone.any():
                continue
            true = columns[alone][of_class[alone]]
            drawn = (true >= 0) & (true <= last)
            error = (row_columns(probability[alone, index].float()) - true).abs()[drawn]
            self.errors[index] += error.sum()
            self.hits[index] += (error <= HIT).sum()
            self.rows[index] += drawn.sum()

    def compute(self) -> dict[str, Tensor]:
        """Return MAE [px] and share of rows hit by class; NaN where nothing counted."""
        scores = {"curve_mae": self.errors, f"hit@{HIT:.0f}": self.hits}
        return {
            f"{score}/{name}": (sums / self.rows)[index].float()
            for score, sums in scores.items()
            for index, name in enumerate(self.names)
            if index
        }


class CentreError(Metric):
    """How well the centre tells the column of a curve whose place is known.

    Its centroid is taken around the true column, in the rows where it says that there
    is a curve at all: what a tracer gains that follows the right stroke.
    """

    higher_is_better = False
    full_state_update = False
    errors: Tensor
    found: Tensor
    rows: Tensor

    def __init__(self) -> None:
        super().__init__()
        for state in ("errors", "found", "rows"):
            zero = torch.zeros((), dtype=torch.float64)
            self.add_state(state, zero, dist_reduce_fx="sum")

    def update(self, centre: Tensor, columns: Tensor) -> None:
        """Add (N, H, W) probabilities and (N, K, H) true columns, NaN where none is."""
        last = centre.shape[-1] - 1
        offsets = torch.arange(-WINDOW, WINDOW + 1, device=centre.device)
        for true in columns.unbind(1):
            drawn = (true >= 0) & (true <= last)
            nearest = true.nan_to_num(0.0).round().long().clamp(0, last)
            around = nearest[..., None] + offsets
            inside = (around >= 0) & (around <= last)
            near = centre.gather(-1, around.clamp(0, last)) * inside
            mass = near.sum(-1)
            found = drawn & (mass >= LEAST_CENTRE)
            column = (near * around).sum(-1) / mass.clamp(min=1e-12)
            self.errors += (column - true).abs()[found].sum()
            self.found += found.sum()
            self.rows += drawn.sum()

    def compute(self) -> dict[str, Tensor]:
        """Return MAE [px] where found, and the share found; NaN where nothing was."""
        return {
            "centre_mae": (self.errors / self.found).float(),
            "centre_found": (self.found / self.rows).float(),
        }
