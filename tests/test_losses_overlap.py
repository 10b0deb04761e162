"""The losses of the Dice family: definitions, what joins them, and libraries."""

from __future__ import annotations

import monai.losses
import numpy as np
import pytest
import torch
from scipy.special import softmax
from torch import Tensor

from tests.scenes import bed, certain, close, jumbled
from veernet.losses import (
    cross_entropy_loss,
    dice_loss,
    generalised_dice_loss,
    jaccard_loss,
    log_dice_loss,
    squared_dice_loss,
    tversky_loss,
)
from veernet.losses.region_weighted import inverse_square

both_reductions = pytest.mark.parametrize("per_image", [True, False])


def statistics(logits: Tensor, target: Tensor) -> tuple[np.ndarray, ...]:
    """Found, predicted and true pixels per image and class, straight from the text."""
    p = softmax(logits.numpy(), axis=1)
    t = np.stack([target.numpy() == c for c in range(logits.shape[1])], axis=1)
    return (p * t).sum((2, 3)), p.sum((2, 3)), t.sum((2, 3)).astype(float)


def gradient(loss: object, logits: Tensor, target: Tensor) -> Tensor:
    leaf = logits.detach().clone().requires_grad_()
    (result,) = torch.autograd.grad(loss(leaf, target), leaf)  # type: ignore[operator]
    return result


# Squared Dice


@both_reductions
@pytest.mark.parametrize("smooth", [0.0, 1.0])
def test_squared_dice_is_that_of_monai(per_image: bool, smooth: float) -> None:
    logits, target = bed()
    theirs = monai.losses.DiceLoss(
        softmax=True,
        to_onehot_y=True,
        squared_pred=True,
        batch=not per_image,
        smooth_nr=smooth,
        smooth_dr=smooth,
    )
    value = squared_dice_loss(logits, target, smooth=smooth, per_image=per_image)
    close(value, theirs(logits, target[:, None]), rtol=1e-7)  # its target is float32


def test_squared_dice_of_a_certain_network_is_dice_and_of_a_doubtful_one_less() -> None:
    logits, target = bed()
    shown = certain(jumbled(target))
    close(squared_dice_loss(shown, target), dice_loss(shown, target))
    assert squared_dice_loss(logits, target) < dice_loss(logits, target)


# Jaccard


@both_reductions
@pytest.mark.parametrize("smooth", [0.0, 1.0])
def test_jaccard_is_that_of_monai_and_tversky_of_one(
    per_image: bool, smooth: float
) -> None:
    logits, target = bed()
    # Theirs adds to twice the intersection and to what is not yet half the union.
    theirs = monai.losses.DiceLoss(
        softmax=True,
        to_onehot_y=True,
        jaccard=True,
        batch=not per_image,
        smooth_nr=2 * smooth,
        smooth_dr=2 * smooth,
    )
    value = jaccard_loss(logits, target, smooth=smooth, per_image=per_image)
    close(value, theirs(logits, target[:, None]))
    tversky = tversky_loss(
        logits, target, alpha=1, beta=1, smooth=smooth, per_image=per_image
    )
    close(value, tversky)


@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0])
def test_dice_is_2_j_over_1_plus_j_also_of_soft_scores(scale: float) -> None:
    logits, target = bed()
    target = target.clamp_max(1)
    logits = scale * logits[:, :2]
    dice, jaccard = (
        float(1 - loss(logits, target, background=False))
        for loss in (dice_loss, jaccard_loss)
    )
    assert dice == pytest.approx(2 * jaccard / (1 + jaccard), rel=1e-12)
    assert jaccard <= dice


# Generalised Dice


@both_reductions
@pytest.mark.parametrize("absent", [False, True])
def test_generalised_dice_is_its_definition(per_image: bool, absent: bool) -> None:
    logits, target = bed()
    if absent:
        target[1] = target[1].clamp_max(1)  # one image
    found, predicted, true = statistics(logits, target)
    if not per_image:
        found, predicted, true = (
            n.sum(0, keepdims=True) for n in (found, predicted, true)
        )
    weight = np.divide(1, true**2, out=np.zeros_like(true), where=true > 0)
    scores = 2 * (weight * found).sum(1) / (weight * (predicted + true)).sum(1)
    close(generalised_dice_loss(logits, target, per_image=per_image), 1 - scores.mean())


@both_reductions
@pytest.mark.parametrize("absent", [False, True])
def test_generalised_dice_is_that_of_monai(per_image: bool, absent: bool) -> None:
    """Theirs gives an absent class the greatest weight there is, as ``all`` does."""
    logits, target = bed()
    if absent:
        target = target.clamp_max(1)
    theirs = monai.losses.GeneralizedDiceLoss(
        softmax=True, to_onehot_y=True, batch=not per_image, smooth_nr=0, smooth_dr=0
    )
    value = generalised_dice_loss(logits, target, per_image=per_image, classes="all")
    close(value, theirs(logits, target[:, None]), rtol=1e-6)  # weights in float32


def test_generalised_dice_of_classes_of_one_size_is_dice_of_all_together() -> None:
    logits, _ = bed(size=63)
    target = (torch.arange(63) // 21).expand(4, 63, 63).contiguous()
    found, predicted, true = (n.sum() for n in statistics(logits, target))
    close(generalised_dice_loss(logits, target), 1 - 2 * found / (predicted + true))


def test_generalised_dice_leaves_absent_classes_out() -> None:
    logits, target = bed()
    target = target.clamp_max(1)
    found, predicted, true = (n.sum(0)[:2] for n in statistics(logits, target))
    score = 2 * (found / true**2).sum() / ((predicted + true) / true**2).sum()
    close(generalised_dice_loss(logits, target), 1 - score)


def test_weights_of_generalised_dice_are_ratios_that_no_size_makes_infinite() -> None:
    true = torch.tensor([[1e8, 1.0, 0.0], [0.0, 0.0, 0.0], [8.0, 4.0, 0.0]])
    every, shown = torch.ones_like(true, dtype=torch.bool), true > 0
    with_absent = [[1e-16, 1.0, 1.0], [0.0, 0.0, 0.0], [0.25, 1.0, 1.0]]
    torch.testing.assert_close(inverse_square(true, every), torch.tensor(with_absent))
    without = [[1e-16, 1.0, 0.0], [0.0, 0.0, 0.0], [0.25, 1.0, 0.0]]
    torch.testing.assert_close(inverse_square(true, shown), torch.tensor(without))


# Log-Dice


def test_log_dice_is_the_mean_of_the_logarithms() -> None:
    logits, target = bed()
    found, predicted, true = statistics(logits, target)
    per_image = -np.log(2 * found / (predicted + true)).mean()
    close(log_dice_loss(logits, target, per_image=True), per_image)
    found, predicted, true = found.sum(0), predicted.sum(0), true.sum(0)
    close(log_dice_loss(logits, target), -np.log(2 * found / (predicted + true)).mean())
    smooth = -np.log((2 * found + 1) / (predicted + true + 1)).mean()
    close(log_dice_loss(logits, target, smooth=1), smooth)


def test_log_dice_is_a_matching_term_and_a_hidden_penalty_on_size() -> None:
    logits, target = bed()
    target = target.clamp_max(1)
    logits = logits[:, :2]
    pixels = target.numel()
    found, predicted, true = (n.sum(0)[1] / pixels for n in statistics(logits, target))
    parts = -np.log(found) + np.log(predicted + true) - np.log(2)
    close(log_dice_loss(logits, target, background=False), parts)


def test_cross_entropy_on_a_region_bounds_the_matching_term() -> None:
    """The mean of logarithms against the logarithm of the mean, by Jensen."""
    logits, target = bed()
    for c in range(3):
        only = target.masked_fill(target != c, -100)
        matching = -logits.softmax(1)[:, c][target == c].mean().log()
        assert cross_entropy_loss(logits, only) >= matching


def test_log_dice_still_pulls_where_dice_has_found_nothing_to_multiply() -> None:
    logits, target = bed()
    logits[:, 1] -= 30  # no pixel of the curve is found: e-30 of each
    pulls = [
        -gradient(loss, logits.float(), target)[:, 1][target == 1].sum()
        for loss in (dice_loss, log_dice_loss)
    ]
    assert pulls[0] < 1e-10
    assert pulls[1] > 0.1
