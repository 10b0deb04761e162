"""The losses on the sizes of regions: when they are 0, bounds, and vanishing curves."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.special import softmax
from torch import Tensor

from tests.scenes import bed, certain, close, jumbled
from veernet.losses import CrossEntropyLoss, RegionSizeLoss, WeightedSum
from veernet.losses import region_size_loss as size_loss

either_distance = pytest.mark.parametrize("distance", ["l1", "kl"])


def shares(logits: Tensor, target: Tensor, sharpness: float) -> tuple[np.ndarray, ...]:
    """Predicted and true shares per image and class, straight from the text."""
    p = softmax(sharpness * logits.numpy(), axis=1)
    t = np.stack([target.numpy() == c for c in range(logits.shape[1])], axis=1)
    return p.mean((2, 3)), t.mean((2, 3))


@pytest.mark.parametrize("sharpness", [1.0, 10.0])
def test_sizes_are_compared_as_the_definitions_say(sharpness: float) -> None:
    logits, target = bed()
    target[2] = target[2].clamp_max(1)  # a class that one image does not show
    p, t = shares(logits, target, sharpness)
    value = size_loss(logits, target, distance="l1", sharpness=sharpness)
    close(value, np.abs(p - t).mean())
    terms = t * np.log(np.where(t > 0, t, 1) / p)
    value = size_loss(logits, target, distance="kl", sharpness=sharpness)
    close(value, terms.sum(1).mean())


@either_distance
def test_size_is_0_where_shares_match_wherever_the_pixels_are(distance: str) -> None:
    _, target = bed()
    generator = torch.Generator().manual_seed(5)
    order = torch.randperm(target[0].numel(), generator=generator)
    elsewhere = target.flatten(1)[:, order].reshape(target.shape)
    assert (elsewhere != target).any()
    value = size_loss(certain(elsewhere), target, distance=distance)
    assert abs(value) < 1e-12
    value = size_loss(certain(jumbled(target)), target, distance=distance)
    assert value > 0.01


@either_distance
def test_size_of_soft_shares_that_match_is_0(distance: str) -> None:
    """One flat guess at the shares of the classes: nothing is found, all sizes fit."""
    _, target = bed()
    t = torch.stack([(target == c).double().mean((1, 2)) for c in range(3)], 1)
    logits = t.log()[:, :, None, None].expand(-1, -1, 64, 64)
    value = size_loss(logits, target, distance=distance, sharpness=1)
    assert abs(value) < 1e-12


@pytest.mark.parametrize("sharpness", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("lift", [-6.0, 0.0, 6.0])
def test_divergence_is_at_least_half_the_square_of_the_l1_distance(
    sharpness: float, lift: float
) -> None:
    logits, target = bed()
    logits[:, 0] += lift
    for image in range(4):
        one = logits[image : image + 1], target[image : image + 1]
        divergence = size_loss(*one, distance="kl", sharpness=sharpness)
        distance = 3 * size_loss(*one, distance="l1", sharpness=sharpness)
        assert divergence >= distance**2 / 2


def test_l1_of_two_classes_is_the_difference_of_one() -> None:
    logits, target = bed()
    logits, target = logits[:, :2], target.clamp_max(1)
    p, t = shares(logits, target, 1.0)
    value = size_loss(logits, target, distance="l1", sharpness=1)
    close(value, np.abs(p - t)[:, 1].mean())


@either_distance
def test_ignored_pixels_are_in_neither_share(distance: str) -> None:
    logits, target = bed()
    hidden = target.clone()
    hidden[:, 10:20] = -100
    rows = [*range(10), *range(20, 64)]
    close(
        size_loss(logits, hidden, distance=distance),
        size_loss(logits[:, :, rows], target[:, rows], distance=distance),
    )


@pytest.mark.parametrize("margin", [9.0, 20.0, 60.0])
def test_divergence_pulls_at_a_curve_that_no_float_holds(margin: float) -> None:
    """With logits times ten its probability underflows from a margin of nine on."""
    _, target = bed()
    logits = torch.zeros(4, 3, 64, 64)
    logits[:, 0] = margin
    logits.requires_grad_()
    value = size_loss(logits, target, distance="kl")
    (gradient,) = torch.autograd.grad(value, logits)
    t = torch.stack([(target == c).float().mean((1, 2)) for c in range(3)], 1)
    expected = (t * (t.log() + 10 * margin)).sum(1) - t[:, 0] * 10 * margin
    torch.testing.assert_close(value, expected.mean(), rtol=1e-4, atol=0)
    # The pull on a class is ten times its share, all images and pixels together.
    for c in (1, 2):
        torch.testing.assert_close(
            gradient[:, c].sum(), -10 * t[:, c].mean(), rtol=1e-4, atol=0
        )


def test_size_stands_beside_cross_entropy_by_name() -> None:
    logits, target = bed()
    parts = {"cross_entropy": CrossEntropyLoss(), "size": RegionSizeLoss("kl")}
    terms = WeightedSum(parts).terms(logits, target)
    assert terms["size"] == size_loss(logits, target, distance="kl")
    close(WeightedSum(parts)(logits, target), sum(terms.values()))
