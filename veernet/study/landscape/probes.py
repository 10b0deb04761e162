"""Probes: figures of a network at given weights, all from one pass.

The list of batches is fixed. A loss on sets of pixels (Dice, Lovasz) is the mean of its
values on these batches and so hangs on how the pictures are divided among them; the
common probes are sums over all pictures, divided once, and do not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from veernet.errors import InputError
from veernet.losses.inputs import (
    IGNORE_INDEX,
    check_positive,
    check_shapes,
    split_ignored,
    widened,
)
from veernet.study.landscape.weights import lent
from veernet.training.metrics import CurveError

Batch = Mapping[str, Tensor]
Reading = dict[str, float]
Reader = Callable[[nn.Module], Reading]
"""Reads a network at the weights that it is at, in the mode that it is in."""

MATCHED = "matched_cross_entropy"
MIOU = "one_minus_miou"
CURVE = "curve_mae"
LOSS = "loss/"
"""Before the name of a loss, in the name of its probe."""


@dataclass(frozen=True)
class Probes:
    """What to read: three probes common to all networks, and any losses.

    Parameters
    ----------
    classes
        Number of classes, background included. Further channels of the network (a
        centre) are not looked at.
    temperature
        That the logits are divided by for ``matched_cross_entropy`` and ``curve_mae``.
        Fitted once, at the trained weights, it takes out that a network trained with an
        overlap loss is surer of itself than one trained with cross-entropy, and so
        looks sharper. A centroid of probability moves with sureness too.
    losses
        Modules of :mod:`veernet.losses` by name; each becomes a probe ``loss/NAME``.
    ignore_index
        Label of the pixels that do not count in the common probes.
    """

    classes: int
    temperature: float = 1.0
    losses: Mapping[str, nn.Module] = field(default_factory=dict)
    ignore_index: int = IGNORE_INDEX

    def __post_init__(self) -> None:
        if self.classes < 2:
            msg = f"{self.classes} classes: give 2 or more, the background among them"
            raise InputError(msg)
        check_positive(temperature=self.temperature)


def read(model: nn.Module, batches: Sequence[Batch], probes: Probes) -> Reading:
    """Read every probe of a network at its weights, in one pass over the batches.

    Parameters
    ----------
    model
        Maps (N, channels, H, W) pictures to (N, classes or more, H, W) logits.
    batches
        Each with ``image`` and ``mask`` (N, H, W) int64, and optionally ``columns``
        (N, K, H) and ``curve_class`` (N, K) as :mod:`veernet.synth.dataset` has them.
    probes
        What to read.

    Returns
    -------
    dict
        ``matched_cross_entropy``, in nats per pixel that counts; ``one_minus_miou``,
        one minus the mean IoU, over all pictures, of the classes other than background
        that the masks show (left out where they show none); ``curve_mae``, the mean
        distance between read and true column as a fraction of the picture's width, of
        curves alone in their class (left out where there are none); ``loss/NAME``, the
        mean of a loss over the batches.

    Raises
    ------
    InputError
        If there are no batches, or their shapes or labels are wrong.
    """
    check_batches(batches)
    with lent(model), torch.no_grad():
        total = _Totals(probes)
        for batch in batches:
            total.add(logits_of(model, batch, probes.classes), batch)
    return total.reading()


def reader(batches: Sequence[Batch], probes: Probes) -> Reader:
    """Return :func:`read` of fixed batches and probes, as the slices want it."""
    return lambda model: read(model, batches, probes)


def logits_of(model: nn.Module, batch: Batch, classes: int) -> Tensor:
    """Return (N, classes, H, W) logits of a batch, in float32 or float64."""
    logits = widened(model(batch["image"]))
    if logits.shape[1] < classes:
        msg = f"the network has {logits.shape[1]} outputs for {classes} classes"
        raise InputError(msg)
    return logits[:, :classes]


def check_batches(batches: Sequence[Batch]) -> None:
    """Refuse a list of no batches, or a batch without picture or mask."""
    if not batches:
        msg = "there are no batches: give one or more"
        raise InputError(msg)
    for index, batch in enumerate(batches):
        if missing := sorted({"image", "mask"} - set(batch)):
            msg = f"batch {index} has no {' and no '.join(missing)}: give both"
            raise InputError(msg)


def class_counts(batches: Sequence[Batch], classes: int, ignore_index: int) -> Tensor:
    """Return (classes,) float64: the pixels of each class in the masks."""
    count = torch.zeros(classes, dtype=torch.float64)
    for batch in batches:
        labels, valid = split_ignored(batch["mask"], classes, ignore_index)
        count += torch.bincount(labels[valid], minlength=classes).cpu()
    return count


class _Totals:
    """The sufficient statistics of the probes, in float64."""

    def __init__(self, probes: Probes) -> None:
        self.probes = probes
        self.nll = 0.0
        self.table = torch.zeros(probes.classes, probes.classes, dtype=torch.float64)
        self.column_error = self.rows = 0.0
        self.losses: dict[str, list[float]] = {name: [] for name in probes.losses}

    def add(self, logits: Tensor, batch: Batch) -> None:
        mask, classes = batch["mask"], self.probes.classes
        check_shapes(logits, mask)
        matched = logits / self.probes.temperature
        labels, valid = split_ignored(mask, classes, self.probes.ignore_index)
        nll = functional.cross_entropy(
            matched,
            mask,
            ignore_index=self.probes.ignore_index,
            reduction="none",
        )
        self.nll += float(nll.sum(dtype=torch.float64))
        pairs = (labels * classes + likeliest(logits))[valid]
        table = torch.bincount(pairs, minlength=classes**2)
        self.table += table.reshape(classes, classes).cpu()
        if "columns" in batch and "curve_class" in batch:
            self._add_columns(matched, batch["columns"], batch["curve_class"])
        for name, loss in self.probes.losses.items():
            self.losses[name].append(float(loss(logits, mask)))

    def _add_columns(self, logits: Tensor, columns: Tensor, owner: Tensor) -> None:
        error = CurveError([str(index) for index in range(self.probes.classes)])
        error.to(logits.device).update(logits.softmax(1), columns, owner)
        self.column_error += float(error.errors.sum()) / logits.shape[-1]
        self.rows += float(error.rows.sum())

    def reading(self) -> Reading:
        pixels = float(self.table.sum())
        if pixels == 0:
            msg = "no pixel of the batches counts: all are ignored"
            raise InputError(msg)
        result = {MATCHED: self.nll / pixels}
        both, true = self.table.diagonal(), self.table.sum(1)
        union = true + self.table.sum(0) - both
        # Of classes in the truth, which no weights change: a class that appears in the
        # prediction alone would make the mean jump.
        shown = true[1:] > 0
        if shown.any():
            iou = both[1:][shown] / union[1:][shown]
            result[MIOU] = 1 - float(iou.mean())
        if self.rows:
            result[CURVE] = self.column_error / self.rows
        for name, values in self.losses.items():
            result[LOSS + name] = sum(values) / len(values)
        return result


def likeliest(logits: Tensor) -> Tensor:
    """Return (N, H, W) the class of the highest logit, the first of equals.

    The argmax of torch over this axis takes as long on a CPU as a small network.
    """
    highest = logits[:, 0]
    chosen = torch.zeros_like(highest, dtype=torch.int64)
    for index in range(1, logits.shape[1]):
        higher = logits[:, index] > highest
        chosen.masked_fill_(higher, index)
        highest = torch.where(higher, logits[:, index], highest)
    return chosen
