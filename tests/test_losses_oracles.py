"""The losses against their definitions written out, their identities and libraries."""

from __future__ import annotations

import itertools

import monai.losses
import numpy as np
import pytest
import segmentation_models_pytorch as smp
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from kornia.losses import focal_loss as kornia_focal
from kornia.losses import lovasz_softmax_loss as kornia_lovasz
from kornia.losses import tversky_loss as kornia_tversky
from numpy.typing import NDArray
from scipy.special import softmax
from torch import Tensor
from torch.nn import functional

from tests.scenes import bed, certain, close, jumbled
from veernet.losses import (
    cross_entropy_loss,
    dice_loss,
    focal_loss,
    lovasz_softmax_loss,
    tversky_loss,
)
from veernet.losses.lovasz import (
    increments_by_rank,
    jaccard_increments,
    lovasz_extension,
)
from veernet.losses.overlap import one_hot, overlap, tversky_index

Floats = NDArray[np.float64]


def written_out(
    logits: Tensor, target: Tensor, alpha: float, beta: float
) -> tuple[Floats, Floats]:
    """Tversky index per image and class, and of the batch, straight from its text."""
    p = softmax(logits.numpy(), axis=1)
    t = np.stack([target.numpy() == c for c in range(3)], axis=1)
    found, false, missed = (
        terms.sum(axis=(2, 3)) for terms in (p * t, p * ~t, (1 - p) * t)
    )
    per_image = found / (found + alpha * false + beta * missed)
    found, false, missed = found.sum(0), false.sum(0), missed.sum(0)
    return per_image, found / (found + alpha * false + beta * missed)


# Cross-entropy and focal loss


@pytest.mark.parametrize("weights", [None, [0.2, 1.0, 3.0]])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_cross_entropy_is_that_of_torch(
    weights: list[float] | None, smoothing: float
) -> None:
    logits, target = bed()
    target[:, :3] = -100
    expected = functional.cross_entropy(
        logits,
        target,
        weight=None if weights is None else logits.new_tensor(weights),
        label_smoothing=smoothing,
    )
    value = cross_entropy_loss(
        logits, target, class_weights=weights, label_smoothing=smoothing
    )
    close(value, expected)


@pytest.mark.parametrize("gamma", [0.5, 0.75, 1.0, 2.0, 5.0])
@pytest.mark.parametrize("weights", [[1.0, 1.0, 1.0], [0.2, 1.0, 3.0]])
def test_focal_is_its_definition(gamma: float, weights: list[float]) -> None:
    logits, target = bed()
    p = np.take_along_axis(softmax(logits.numpy(), 1), target.numpy()[:, None], 1)[:, 0]
    w = np.asarray(weights)[target.numpy()]
    expected = (w * (1 - p) ** gamma * -np.log(p)).sum() / w.sum()
    close(focal_loss(logits, target, gamma=gamma, class_weights=weights), expected)


@pytest.mark.parametrize("weights", [None, [0.2, 1.0, 3.0]])
def test_focal_of_gamma_0_is_cross_entropy(weights: list[float] | None) -> None:
    logits, target = bed()
    focal = focal_loss(logits, target, gamma=0, class_weights=weights)
    close(focal, cross_entropy_loss(logits, target, class_weights=weights), rtol=1e-14)


@pytest.mark.parametrize("gamma", [1.0, 2.0])
def test_focal_is_three_times_that_of_monai_and_kornia(gamma: float) -> None:
    """They divide by pixels and classes, so that gamma 0 is not cross-entropy."""
    logits, target = bed()
    value = focal_loss(logits, target, gamma=gamma)
    theirs = monai.losses.FocalLoss(
        gamma=gamma, use_softmax=True, include_background=True, to_onehot_y=True
    )
    close(value, 3 * theirs(logits, target[:, None]), rtol=1e-6)  # theirs is float32
    close(
        value,
        3 * kornia_focal(logits, target, alpha=None, gamma=gamma, reduction="mean"),
        rtol=1e-6,
    )


def test_focal_gradient_at_p_09_is_29_thousandths_of_that_of_cross_entropy() -> None:
    p = 0.9
    logits = torch.tensor([np.log(p), np.log(1 - p)]).reshape(1, 2, 1, 1)
    logits.requires_grad_()
    target = torch.zeros((1, 1, 1), dtype=torch.int64)
    focal, plain = (
        torch.autograd.grad(loss(logits, target), logits)[0][0, 0, 0, 0]
        for loss in (focal_loss, cross_entropy_loss)
    )
    close(focal / plain, (1 - p) ** 2 - 2 * p * (1 - p) * np.log(p))
    close(focal / plain, 0.02896, rtol=1e-3)


# Dice and Tversky


@pytest.mark.parametrize(("alpha", "beta"), [(0.5, 0.5), (1, 1), (0.3, 0.7), (0, 1)])
def test_tversky_is_its_definition(alpha: float, beta: float) -> None:
    logits, target = bed()
    per_image, batch = written_out(logits, target, alpha, beta)
    value = tversky_loss(logits, target, alpha=alpha, beta=beta)
    close(value, 1 - batch.mean())
    value = tversky_loss(logits, target, alpha=alpha, beta=beta, per_image=True)
    close(value, 1 - per_image.mean())


def test_focal_tversky_takes_the_power_of_each_class_before_the_mean() -> None:
    logits, target = bed()
    _, batch = written_out(logits, target, 0.3, 0.7)
    value = tversky_loss(logits, target, alpha=0.3, beta=0.7, gamma=0.75)
    close(value, ((1 - batch) ** 0.75).mean())
    assert abs(float(value) - (1 - batch).mean() ** 0.75) > 1e-4


@pytest.mark.parametrize("per_image", [True, False])
@pytest.mark.parametrize("smooth", [0.0, 1.0])
def test_dice_is_that_of_monai(per_image: bool, smooth: float) -> None:
    logits, target = bed()
    theirs = monai.losses.DiceLoss(
        softmax=True,
        to_onehot_y=True,
        batch=not per_image,
        smooth_nr=smooth,
        smooth_dr=smooth,
    )
    value = dice_loss(logits, target, smooth=smooth, per_image=per_image)
    close(value, theirs(logits, target[:, None]))


@pytest.mark.parametrize("per_image", [True, False])
def test_tversky_of_one_half_is_dice_and_of_one_is_jaccard(per_image: bool) -> None:
    logits, target = bed()
    half = tversky_loss(logits, target, alpha=0.5, beta=0.5, per_image=per_image)
    close(half, dice_loss(logits, target, per_image=per_image))
    theirs = monai.losses.DiceLoss(
        softmax=True,
        to_onehot_y=True,
        jaccard=True,
        batch=not per_image,
        smooth_nr=0,
        smooth_dr=0,
    )
    one = tversky_loss(logits, target, alpha=1, beta=1, per_image=per_image)
    close(one, theirs(logits, target[:, None]))


def test_tversky_is_that_of_monai_and_kornia() -> None:
    logits, target = bed()
    for per_image in (True, False):
        theirs = monai.losses.TverskyLoss(
            softmax=True,
            to_onehot_y=True,
            alpha=0.3,
            beta=0.7,
            batch=not per_image,
            smooth_nr=0,
            smooth_dr=0,
        )
        value = tversky_loss(logits, target, per_image=per_image)
        close(value, theirs(logits, target[:, None]))
    target[:, 20:30] = -100
    value = tversky_loss(logits, target, per_image=True)
    close(value, kornia_tversky(logits, target, alpha=0.3, beta=0.7, eps=0))


@pytest.mark.parametrize(
    ("alpha", "beta"), [(0.5, 0.5), (0.3, 0.7), (0.1, 0.9), (1, 0), (0, 1)]
)
def test_tversky_of_a_hard_mask_is_f_beta(alpha: float, beta: float) -> None:
    _, target = bed()
    shown = jumbled(target)
    scores = []
    for c in range(3):
        found = ((shown == c) & (target == c)).sum().item()
        precision = found / (shown == c).sum().item()
        recall = found / (target == c).sum().item()
        # F_b with b squared = beta / alpha, multiplied out by alpha.
        scores.append(precision * recall / (beta * precision + alpha * recall))
    value = tversky_loss(certain(shown), target, alpha=alpha, beta=beta)
    close(value, 1 - np.mean(scores))


def test_tversky_pushes_on_false_ink_in_proportion_to_what_is_found() -> None:
    """The derivatives by the probability: missed and false ink in closed form."""
    logits, target = bed(images=1)
    probability = logits.softmax(1).requires_grad_()
    valid = torch.ones_like(target, dtype=torch.bool)
    mask = one_hot(target, valid, 3)
    counts = overlap(probability, mask, valid)
    (gradient,) = torch.autograd.grad(
        tversky_index(counts, 0.3, 0.7)[0, 1], probability
    )
    found, claimed, true = (
        float(n[0, 1].detach()) for n in (counts.shared, counts.predicted, counts.true)
    )
    scale = 0.3 * claimed + 0.7 * true
    on_curve, off_curve = gradient[:, 1][mask[:, 1]], gradient[:, 1][~mask[:, 1]]
    for element in (on_curve.min(), on_curve.max()):
        close(element, (0.3 * claimed + 0.7 * true - 0.3 * found) / scale**2)
    for element in (off_curve.min(), off_curve.max()):
        close(element, -0.3 * found / scale**2)


def test_a_thin_curve_on_a_large_batch_keeps_its_score_in_float32() -> None:
    """Where the form (P + T - |P - T|) / 2, as in smp, loses four digits of seven."""
    logits, target = bed(images=8, size=256)
    logits[:, 0] += 5
    wide, narrow = logits.softmax(1), logits.float().softmax(1)
    valid = torch.ones_like(target, dtype=torch.bool)
    mask = one_hot(target, valid, 3)
    exact = tversky_index(overlap(wide, mask, valid).pooled(), 0.5, 0.5)
    score = tversky_index(overlap(narrow, mask, valid).pooled(), 0.5, 0.5)
    torch.testing.assert_close(score.double(), exact, rtol=1e-6, atol=0)
    for c in (1, 2):
        theirs = smp.losses.DiceLoss("multiclass", classes=[c], eps=0)
        loss = theirs(logits.float(), target)
        assert abs((1 - loss.double()) / exact[0, c] - 1) > 1e-4


# Lovasz-Softmax


def lovasz_written_out(errors: Floats, mask: NDArray[np.bool_]) -> float:
    """Return the sum of sorted errors times the growth of the Jaccard set loss."""
    value, before = 0.0, 0.0
    wrong = np.zeros_like(mask)
    for pixel in np.argsort(-errors):
        wrong[pixel] = True
        # A wrong pixel of the class is not found, another is false ink.
        after = 1 - (mask & ~wrong).sum() / (mask | wrong).sum()
        value += errors[pixel] * (after - before)
        before = after
    return value


@pytest.mark.parametrize("per_image", [True, False])
def test_lovasz_is_its_definition(per_image: bool) -> None:
    logits, target = bed(images=2, size=24)
    p = softmax(logits.numpy(), 1)
    expected = []
    for images in ([0], [1]) if per_image else ([0, 1],):
        for c in range(3):
            mask = target.numpy()[images].ravel() == c
            errors = np.abs(mask - p[images, c].ravel())
            expected.append(lovasz_written_out(errors, mask))
    value = lovasz_softmax_loss(logits, target, per_image=per_image)
    close(value, np.mean(expected))
    single = lovasz_softmax_loss(logits.float(), target, per_image=per_image)
    close(single, np.mean(expected), rtol=1e-6)


@pytest.mark.parametrize("per_image", [True, False])
def test_lovasz_is_that_of_kornia_and_of_its_authors(per_image: bool) -> None:
    logits, target = bed()
    value = lovasz_softmax_loss(logits, target, per_image=per_image)
    if per_image:
        close(value, kornia_lovasz(logits, target))
    # The authors' code, as shipped by smp, takes float32 only.
    theirs = smp.losses.LovaszLoss("multiclass", per_image=per_image)
    close(value, theirs(logits.float(), target), rtol=1e-5)


def test_lovasz_with_ignored_pixels_is_that_of_its_authors() -> None:
    logits, target = bed()
    target[:, 20:30] = -100
    theirs = smp.losses.LovaszLoss("multiclass", ignore_index=-100)
    close(
        lovasz_softmax_loss(logits, target), theirs(logits.float(), target), rtol=1e-5
    )


@pytest.mark.parametrize("share", [0.05, 0.3, 1.0])
def test_lovasz_of_a_certain_network_is_one_minus_mean_iou(share: float) -> None:
    _, target = bed()
    shown = jumbled(target, share)
    iou = [
        ((shown == c) & (target == c)).sum() / ((shown == c) | (target == c)).sum()
        for c in range(3)
    ]
    close(lovasz_softmax_loss(certain(shown), target), 1 - np.mean(iou), rtol=1e-6)


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_increments_add_up_to_the_jaccard_loss_of_every_prefix(
    mask: list[bool],
) -> None:
    increments = jaccard_increments(torch.tensor(mask))
    total = sum(mask)
    expected = [
        1 - (total - sum(mask[:k])) / (total + k - sum(mask[:k]))
        for k in range(1, len(mask) + 1)
    ]
    np.testing.assert_allclose(increments.cumsum(0), expected, rtol=0, atol=1e-12)
    assert (increments >= 0).all()
    close(increments.sum(), 1)


def test_increments_of_a_million_pixels_are_exact_in_float32() -> None:
    """The difference of two Jaccard losses of nearly one keeps no digit at all."""
    generator = torch.Generator().manual_seed(2)
    mask = torch.rand(1_000_000, generator=generator) < 0.02
    exact = jaccard_increments(mask)
    single = jaccard_increments(mask, torch.float32)
    torch.testing.assert_close(single.double(), exact, rtol=1e-6, atol=0)
    found = mask.sum() - mask.cumsum(0)
    losses = 1 - found.float() / (mask.sum() + (~mask).cumsum(0)).float()
    differences = losses.diff()
    left = exact[1:] > 0
    assert (differences.double() / exact[1:] - 1)[left].abs().max() > 0.5


@settings(deadline=None)
@given(st.integers(0, 2**16), st.floats(0, 1), st.floats(0.1, 10))
def test_lovasz_extension_is_convex_and_homogeneous(
    seed: int, share: float, scale: float
) -> None:
    generator = torch.Generator().manual_seed(seed)
    mask = torch.rand(12, generator=generator) < 0.4
    one, other = torch.rand((2, 12), generator=generator, dtype=torch.float64)
    between = lovasz_extension(share * one + (1 - share) * other, mask)
    chord = share * lovasz_extension(one, mask)
    chord = chord + (1 - share) * lovasz_extension(other, mask)
    assert between <= chord + 1e-12
    close(lovasz_extension(scale * one, mask), scale * lovasz_extension(one, mask))


@st.composite
def rows_of_errors(draw: st.DrawFn) -> tuple[Tensor, Tensor]:
    """Errors with many ties, also at 0 and 1, and masks from empty to full."""
    shape = (draw(st.integers(1, 3)), draw(st.integers(0, 40)))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**16)))
    levels = draw(st.sampled_from([2, 5, 2**20]))
    errors = torch.randint(levels, shape, generator=generator) / (levels - 1)
    share = draw(st.sampled_from([0.0, 0.05, 0.5, 0.95, 1.0]))
    return errors, torch.rand(shape, generator=generator) < share


@settings(deadline=None)
@given(rows_of_errors())
def test_only_contested_pixels_are_sorted_and_the_extension_is_the_same(
    rows: tuple[Tensor, Tensor],
) -> None:
    errors, mask = rows
    exact = lovasz_extension(errors.double(), mask)
    torch.testing.assert_close(
        lovasz_extension(errors, mask), exact.float(), rtol=1e-6, atol=1e-7
    )
    increments = increments_by_rank(errors, mask)
    assert (increments >= 0).all()
    some = (mask.any(-1) | errors.any(-1)).float()
    torch.testing.assert_close(increments.sum(-1), some)


@settings(deadline=None)
@given(st.integers(0, 2**16), st.floats(0, 1))
def test_gradient_of_contested_pixels_is_that_of_all(seed: int, share: float) -> None:
    """Without ties each pixel has one increment, whoever sorts."""
    generator = torch.Generator().manual_seed(seed)
    errors = torch.randperm(50, generator=generator)[None] / 50 + 0.01
    mask = torch.rand((1, 50), generator=generator) < share
    order = errors.argsort(-1, descending=True)
    expected = torch.empty(1, 50, dtype=torch.float64)
    expected.scatter_(-1, order, jaccard_increments(mask.gather(-1, order)))
    torch.testing.assert_close(increments_by_rank(errors, mask), expected.float())


def test_lovasz_extension_does_not_depend_on_how_ties_are_ordered() -> None:
    errors = torch.tensor([0.5, 0.5, 0.5, 0.2], dtype=torch.float64)
    mask = torch.tensor([True, False, False, True])
    values = {
        round(lovasz_extension(errors[list(order)], mask[list(order)]).item(), 12)
        for order in itertools.permutations(range(4))
    }
    assert len(values) == 1


def test_gradient_of_lovasz_depends_on_rank_and_that_of_focal_does_not() -> None:
    """The same pixel among better and among worse ones."""
    target = torch.tensor([[[0, 0, 0, 1]]])
    better = torch.tensor([[[[4.0, 0.0, 3.0, 1.0]], [[0.0, 0.0, 0.0, 2.0]]]])
    worse = torch.tensor([[[[-4.0, 0.0, -3.0, 1.0]], [[0.0, 0.0, 0.0, 2.0]]]])

    def at_second_pixel(loss: object, logits: Tensor) -> float:
        leaf = logits.double().requires_grad_()
        (gradient,) = torch.autograd.grad(loss(leaf, target), leaf)  # type: ignore[operator]
        return float(gradient[0, 1, 0, 1])

    assert at_second_pixel(focal_loss, better) == at_second_pixel(focal_loss, worse)
    high, low = (at_second_pixel(lovasz_softmax_loss, s) for s in (better, worse))
    assert high > 1.5 * low > 0
