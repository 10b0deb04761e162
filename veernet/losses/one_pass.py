"""Cross-entropy and Tversky loss together, from one softmax and one pass over pixels.

A weighted sum of the two computes each from scratch: two softmaxes, a mask of every
class, and ten tensors of the size of the scores. Here the scores become probabilities
once, compiled loops add up what both losses need of them, and the gradient of both is
laid out in one more pass. Values are those of the separate losses but for rounding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from veernet.compiled import compiled
from veernet.errors import InputError
from veernet.losses.distribution import CrossEntropyLoss
from veernet.losses.inputs import check_shapes, widened
from veernet.losses.overlap import Overlap, tversky_index
from veernet.losses.reduction import mean_over, mean_over_classes, power
from veernet.losses.region import TverskyLoss
from veernet.losses.weighted_sum import WeightedSum

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from torch import Tensor

BLOCK = 1024
"""Pixels that are worked on at a time: their scores fit the nearest cache."""


@compiled()
def _count(
    logs: NDArray[np.float32],
    probability: NDArray[np.float32],
    labels: NDArray[np.int64],
    likelihood: NDArray[np.float64],
    shared: NDArray[np.float64],
    true: NDArray[np.float64],
) -> bool:
    """Add up per image and class what the true class of each pixel has.

    Parameters
    ----------
    logs, probability : (N, C, P) float32
        Of each class in each pixel.
    labels : (N, P) int64
        True class.
    likelihood, shared, true : (N, C) float64
        Zeros, to be filled with the sums of logarithms, of probabilities and of pixels.

    Returns
    -------
    bool
        False as soon as a label is no class; the sums are then worth nothing.
    """
    images, classes, pixels = probability.shape
    for image in range(images):
        for pixel in range(pixels):
            label = labels[image, pixel]
            if label < 0 or label >= classes:
                return False
            likelihood[image, label] += logs[image, label, pixel]
            shared[image, label] += probability[image, label, pixel]
            true[image, label] += 1.0
    return True


@compiled(fastmath={"contract", "reassoc", "nsz"})
def _gradient(
    probability: NDArray[np.float32],
    labels: NDArray[np.int64],
    by_log: NDArray[np.float32],
    by_shared: NDArray[np.float32],
    by_predicted: NDArray[np.float32],
    gradient: NDArray[np.float32],
) -> None:
    """Fill in the gradient by the scores, given that by the sums.

    Parameters
    ----------
    probability : (N, C, P) float32
        Of each class in each pixel.
    labels : (N, P) int64
        True class.
    by_log, by_shared, by_predicted : (N, C) float32
        Gradient by the sums of logarithms, of probabilities of the true class, and of
        all probabilities, of each image and class.
    gradient : (N, C, P) float32
        To be filled.
    """
    images, classes, pixels = probability.shape
    common = np.empty(BLOCK, dtype=np.float32)
    own = np.empty(BLOCK, dtype=np.float32)
    for image in range(images):
        for start in range(0, pixels, BLOCK):
            size = min(BLOCK, pixels - start)
            for i in range(size):
                label = labels[image, start + i]
                of_true = probability[image, label, start + i]
                own[i] = of_true * by_shared[image, label] + by_log[image, label]
                common[i] = -own[i]
            for c in range(classes):
                weight = by_predicted[image, c]
                for i in range(size):
                    common[i] -= weight * probability[image, c, start + i]
            for c in range(classes):
                weight = by_predicted[image, c]
                for i in range(size):
                    gradient[image, c, start + i] = probability[image, c, start + i] * (
                        weight + common[i]
                    )
            for i in range(size):
                gradient[image, labels[image, start + i], start + i] += own[i]


class _PixelSums(Function):
    """Sums over pixels by image and class, with the gradient in one pass.

    The derivative of the derivative is not defined: the study of the landscape takes
    the separate losses.
    """

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401 - torch's context
        logits: Tensor,
        labels: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return the sums of log-probability, probability and pixels of the true class.

        Parameters
        ----------
        ctx
            Keeps what the gradient needs.
        logits : (N, C, P) float32
            Scores of the pixels of each image.
        labels : (N, P) int64
            True classes.

        Returns
        -------
        likelihood, shared, predicted, true : (N, C) float32
            Sums of the logarithm and of the probability of the true class, of the
            probability over all pixels, and the pixels of the class. The first is
            not a number if a label is none of the classes.
        """
        logs = logits.log_softmax(1)
        probability = logs.exp()
        sums = np.zeros((3, *logits.shape[:2]))
        known = _count(logs.numpy(), probability.numpy(), labels.numpy(), *sums)
        if not known:
            sums[0] = np.nan
        ctx.save_for_backward(probability, labels)
        likelihood, shared, true = (torch.from_numpy(s).to(logits) for s in sums)
        ctx.mark_non_differentiable(true)
        return likelihood, shared, probability.sum(2), true

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *by_sums: Tensor) -> tuple[Tensor, None]:  # noqa: ANN401
        """Return the gradient by the scores from that by the four sums."""
        probability, labels = ctx.saved_tensors
        by_log, by_shared, by_predicted = (g.contiguous().numpy() for g in by_sums[:3])
        gradient = torch.empty_like(probability)
        _gradient(
            probability.numpy(),
            labels.numpy(),
            by_log,
            by_shared,
            by_predicted,
            gradient.numpy(),
        )
        return gradient, None


class OnePassSum(WeightedSum):
    """The weighted sum of a cross-entropy and a Tversky loss, in one pass on a CPU.

    Its terms have the same names and, but for rounding, the same values and gradients
    as those of :class:`WeightedSum`, which does the work elsewhere: on a graphics card,
    in float64, where pixels are ignored or labels smoothed.

    Parameters
    ----------
    losses
        One :class:`CrossEntropyLoss` and one :class:`TverskyLoss` by name.
    weights
        As of :class:`WeightedSum`.

    Raises
    ------
    InputError
        If the losses are others.
    """

    def __init__(
        self,
        losses: Mapping[str, torch.nn.Module],
        weights: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__(losses, weights)
        by_type = {type(loss): name for name, loss in losses.items()}
        if len(losses) != 2 or set(by_type) != {CrossEntropyLoss, TverskyLoss}:
            msg = f"one pass sums a cross-entropy and a Tversky loss, not {losses}"
            raise InputError(msg)
        self.cross_entropy = by_type[CrossEntropyLoss]
        self.tversky = by_type[TverskyLoss]

    def terms(self, logits: Tensor, target: Tensor) -> dict[str, Tensor]:
        """Return each loss by name, before its weight, as a scalar."""
        check_shapes(logits, target)
        if not self._serves(logits):
            return super().terms(logits, target)
        with torch.autocast("cpu", enabled=False):
            scores = widened(logits).flatten(2).contiguous()
            labels = target.flatten(1).contiguous()
            sums = _PixelSums.apply(scores, labels)
            if sums[0].isnan().any():
                # A pixel is ignored, a label is wrong, or the scores are no numbers.
                return super().terms(logits, target)
            found = {
                self.cross_entropy: self._cross_entropy(sums[0], sums[3]),
                self.tversky: self._tversky(*sums[1:]),
            }
        return {name: found[name] for name in self.losses}

    def _serves(self, logits: Tensor) -> bool:
        """Tell whether one pass gives what the separate losses give for such scores."""
        return (
            logits.is_cpu
            and logits.dtype != torch.float64
            and not self._given(self.cross_entropy)["label_smoothing"]
            and self._given(self.cross_entropy)["ignore_index"] < 0
            and self._given(self.tversky)["ignore_index"] < 0
        )

    def _given(self, name: str) -> Mapping[str, Any]:
        """Return the hyper-parameters of a loss."""
        given: Mapping[str, Any] = self.losses[name].hyperparameters  # type: ignore[assignment]
        return given

    def _cross_entropy(self, likelihood: Tensor, true: Tensor) -> Tensor:
        weights = self._given(self.cross_entropy)["class_weights"]
        each = true.new_ones(true.shape[1]) if weights is None else weights
        weight = torch.as_tensor(each, dtype=true.dtype)
        if weight.numel() != true.shape[1]:
            msg = f"{weight.numel()} class weights for {true.shape[1]} classes"
            raise InputError(msg)
        return mean_over(-(likelihood * weight).sum(), (true * weight).sum())

    def _tversky(self, shared: Tensor, predicted: Tensor, true: Tensor) -> Tensor:
        given = self._given(self.tversky)
        counts = Overlap(shared, predicted, true)
        counts = counts if given["per_image"] else counts.pooled()
        index = tversky_index(counts, given["alpha"], given["beta"], given["smooth"])
        losses = power(1 - index, given["gamma"])
        return mean_over_classes(
            losses, counts.true, given["classes"], given["background"]
        )
