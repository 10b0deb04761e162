"""The losses on shapes: distances, skeletons, and what they are on thin curves."""

from __future__ import annotations

import monai.losses
import numpy as np
import pytest
import torch
from scipy.ndimage import binary_dilation, distance_transform_edt
from skimage.morphology import skeletonize
from torch import Tensor

from tests.scenes import bed, certain, close, trace
from veernet.losses import (
    boundary_loss,
    cldice_loss,
    dice_loss,
    skeleton_recall_loss,
    tversky_loss,
)
from veernet.losses.boundary import signed_distance
from veernet.losses.skeleton import dilate, erode, soft_skeleton
from veernet.losses.topology import widened_skeleton

WIDTHS = (1, 2, 3, 5, 7)

EVERYWHERE = torch.ones(1, 1, 1, 1, dtype=torch.bool)


def two_classes(target: Tensor, seed: int = 4) -> Tensor:
    """Return random logits of background and one curve."""
    generator = torch.Generator().manual_seed(seed)
    shape = (target.shape[0], 2, *target.shape[1:])
    return 2 * torch.randn(shape, generator=generator, dtype=torch.float64)


def sure(shown: Tensor) -> Tensor:
    """Return logits of a network that is certain of one of two classes."""
    return certain(shown)[:, :2]


def as_mask(target: Tensor) -> tuple[Tensor, Tensor]:
    return (target == 1)[:, None], torch.ones_like(target, dtype=torch.bool)


# Boundary


@pytest.mark.parametrize("width", WIDTHS)
def test_distance_is_that_of_scipy_and_nowhere_0(width: int) -> None:
    mask, valid = as_mask(trace(width))
    ours = signed_distance(mask, valid)[0, 0].numpy()
    inside = mask[0, 0].numpy()
    expected = distance_transform_edt(~inside) - distance_transform_edt(inside)
    np.testing.assert_allclose(ours, expected, rtol=1e-6)
    assert (np.abs(ours) >= 1).all()


@pytest.mark.parametrize("width", WIDTHS)
def test_monai_measures_one_less_inside(width: int) -> None:
    """Its mean of distance times probability is ours but for that, and a constant."""
    target = trace(width)
    logits = two_classes(target)
    mask, valid = as_mask(target)
    distance = signed_distance(mask, valid).double()
    probability = logits.softmax(1)[:, 1:]
    theirs = monai.losses.BoundaryLoss(
        softmax=True, to_onehot_y=True, include_background=False
    )
    with_one_off = (distance + mask.double()) * probability
    close(theirs(logits, target[:, None]), with_one_off.mean(), rtol=1e-6)
    share = (distance * (probability - mask.double())).sum() / distance.abs().sum()
    close(boundary_loss(logits, target), share, rtol=1e-6)


@pytest.mark.parametrize("width", WIDTHS)
def test_drawing_the_curve_is_better_than_drawing_nothing(width: int) -> None:
    target = trace(width)
    empty = torch.zeros_like(target)
    assert boundary_loss(sure(target), target) == 0
    assert boundary_loss(sure(empty), target) > 1e-5
    theirs = monai.losses.BoundaryLoss(
        softmax=True, to_onehot_y=True, include_background=False
    )
    drawn, nothing = (
        float(theirs(sure(shown), target[:, None])) for shown in (target, empty)
    )
    if width <= 2:
        assert drawn == nothing == 0
    else:
        assert drawn < nothing


@pytest.mark.parametrize("width", WIDTHS)
def test_every_pixel_of_a_curve_is_pulled_and_every_other_pushed(width: int) -> None:
    target = trace(width)
    logits = torch.zeros(1, 2, 64, 64, requires_grad=True)
    (gradient,) = torch.autograd.grad(boundary_loss(logits, target), logits)
    assert (gradient[:, 1][target == 1] < 0).all()
    assert (gradient[:, 1][target == 0] > 0).all()
    # A pixel's pull is its distance from the other side.
    far = gradient[0, 1, 32].abs()
    assert int(far.argmax()) in {0, 63}


def test_boundary_ignores_pixels_as_errors_and_as_places() -> None:
    target = trace(3)
    hidden = target.clone()
    hidden[:, :, 33:] = -100
    logits = two_classes(target)
    loss = boundary_loss(logits, hidden)
    close(loss, boundary_loss(logits[..., :33], target[..., :33]), rtol=1e-6)
    mask, valid = as_mask(hidden)
    valid = hidden != -100
    to_curve = signed_distance(mask, valid)[0, 0, :, :33]
    cut = signed_distance(mask[..., :33], valid[..., :33])[0, 0]
    torch.testing.assert_close(to_curve, cut)


@pytest.mark.parametrize("label", [0, 1])
def test_a_picture_of_one_class_has_no_boundary(label: int) -> None:
    target = torch.full((1, 8, 8), label)
    logits = two_classes(target).requires_grad_()
    value = boundary_loss(logits, target, background=True)
    (gradient,) = torch.autograd.grad(value, logits)
    assert value == 0
    assert not gradient.any()


# Soft skeletons and clDice


@pytest.mark.parametrize("axis", [-1, -2])
@pytest.mark.parametrize("width", [1, 2])
def test_skeleton_of_a_thin_line_is_the_line(width: int, axis: int) -> None:
    line = torch.zeros(1, 1, 12, 15)
    line.narrow(axis, 5, width).fill_(1)
    torch.testing.assert_close(soft_skeleton(line, EVERYWHERE, 3), line)


@pytest.mark.parametrize("width", [3, 5, 7])
def test_skeleton_of_a_wide_line_is_its_middle(width: int) -> None:
    line = torch.zeros(1, 1, 40, 21)
    line[..., 7 : 7 + width] = 1
    middle = torch.zeros_like(line)
    middle[..., 7 + width // 2] = 1
    skeleton = soft_skeleton(line, EVERYWHERE, 3)
    torch.testing.assert_close(skeleton[:, :, 8:-8], middle[:, :, 8:-8])


@pytest.mark.parametrize("width", WIDTHS)
def test_skeleton_of_a_curve_is_all_of_it_up_to_two_pixels(width: int) -> None:
    mask, valid = as_mask(trace(width))
    skeleton = soft_skeleton(mask.to(torch.int8), valid[:, None], 4) > 0
    assert not (skeleton & ~mask).any()
    assert torch.equal(skeleton, mask) == (width <= 2)
    floats = soft_skeleton(mask.double(), valid[:, None], 4)
    assert torch.equal(floats > 0, skeleton)


def test_erosion_and_dilation_are_those_of_pooling() -> None:
    probability = two_classes(trace(3)).softmax(1)
    pool = torch.nn.functional.max_pool2d
    torch.testing.assert_close(dilate(probability), pool(probability, 3, 1, 1))
    across = -pool(-probability, (1, 3), 1, (0, 1))
    down = -pool(-probability, (3, 1), 1, (1, 0))
    torch.testing.assert_close(erode(probability), torch.minimum(across, down))


@pytest.mark.parametrize("iterations", [0, 1, 3, 5])
def test_cldice_is_that_of_monai(iterations: int) -> None:
    logits, target = bed()
    logits, target = logits[:, :2], target.clamp_max(1)
    theirs = monai.losses.SoftclDiceLoss(
        iter_=iterations,
        softmax=True,
        to_onehot_y=True,
        include_background=False,
        smooth=1e-12,
    )
    value = cldice_loss(logits, target, iterations=iterations, per_image=True)
    close(value, theirs(logits, target[:, None]), rtol=1e-6)  # its target is float32


@pytest.mark.parametrize("width", [1, 2])
@pytest.mark.parametrize("shift", [0, 1, 5])
def test_cldice_of_thin_certain_curves_is_dice(width: int, shift: int) -> None:
    target = trace(width)
    shown = sure(target.roll(shift, -1))
    value = cldice_loss(shown, target, smooth=0)
    close(value, dice_loss(shown, target, background=False))


def test_cldice_forgives_width_where_dice_does_not() -> None:
    target, thick = trace(5), trace(9)
    assert dice_loss(sure(thick), target, background=False) > 0.2
    assert cldice_loss(sure(thick), target, iterations=5) < 0.05


def test_cldice_says_nothing_against_a_flood() -> None:
    """Why it is never alone: a flat prediction has no ridge to be wrong about."""
    target = trace(2)
    logits = torch.zeros(1, 2, 64, 64, requires_grad=True)
    (gradient,) = torch.autograd.grad(cldice_loss(logits, target), logits)
    assert not gradient[:, 1][target == 0].any()
    assert (gradient[:, 1][target == 1] < 0).all()


# Skeleton Recall


@pytest.mark.parametrize("width", WIDTHS)
def test_widened_skeleton_is_that_of_the_paper(width: int) -> None:
    mask, _ = as_mask(trace(width))
    inside = mask[0, 0].numpy()
    expected = binary_dilation(skeletonize(inside), iterations=2)
    assert (widened_skeleton(mask)[0, 0].numpy() == expected).all()


@pytest.mark.parametrize(
    ("width", "covered"), [(1, 1.0), (2, 1.0), (3, 0.98), (5, 0.9), (7, 0.75)]
)
def test_skeleton_recall_is_recall_up_to_three_pixels(
    width: int, covered: float
) -> None:
    target = trace(width)
    mask, _ = as_mask(target)
    share = (widened_skeleton(mask) & mask).sum() / mask.sum()
    assert covered <= share <= covered + 0.1
    logits = two_classes(target)
    value = skeleton_recall_loss(logits, target)
    recall = tversky_loss(logits, target, alpha=0, beta=1, background=False)
    if share == 1:
        close(value, recall)
    else:
        assert value != recall


def test_skeleton_recall_says_nothing_against_false_ink() -> None:
    """Why it is never alone."""
    target = trace(3)
    assert skeleton_recall_loss(sure(torch.ones_like(target)), target) == 0


def test_skeletons_of_one_and_of_all_curves_differ_where_curves_touch() -> None:
    target = torch.zeros(1, 24, 24, dtype=torch.int64)
    target[:, :, 4:11] = 1
    target[:, :, 11:18] = 2
    logits, _ = bed(images=1, size=24)
    together = skeleton_recall_loss(logits, target)
    apart = skeleton_recall_loss(logits, target, per_class=True)
    assert abs(together - apart) > 1e-3
    target[:, :, 10:12] = 0
    close(
        skeleton_recall_loss(logits, target),
        skeleton_recall_loss(logits, target, per_class=True),
    )


# A region's place on the page


@pytest.mark.parametrize(
    "loss", [boundary_loss, cldice_loss, dice_loss, skeleton_recall_loss]
)
def test_it_does_not_matter_where_on_the_page_a_short_curve_is(loss: object) -> None:
    """Below an edge that the background reaches: the boundary loss sees the frame."""
    target = torch.zeros(1, 40, 40, dtype=torch.int64)
    target[:, 12:24, 16:19] = 1
    shown = sure(target.roll((1, 1), (1, 2))) / 1e4  # so soft that misses have a size
    moved = loss(shown.roll((4, -4), (2, 3)), target.roll((4, -4), (1, 2)))  # type: ignore[operator]
    tolerance = 0.2 if loss is boundary_loss else 1e-9
    close(moved, loss(shown, target), rtol=tolerance)  # type: ignore[operator]
