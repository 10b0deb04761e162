"""The losses where nearly all is background: one pixel of a curve on a large page."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from veernet.losses import (
    BoundaryLoss,
    CLDiceLoss,
    CrossEntropyLoss,
    DiceLoss,
    FocalLoss,
    GeneralisedDiceLoss,
    JaccardLoss,
    LogDiceLoss,
    LovaszSoftmaxLoss,
    RegionSizeLoss,
    SkeletonRecallLoss,
    SquaredDiceLoss,
    TverskyLoss,
)

LOSSES = {
    "boundary": BoundaryLoss(),
    "cldice": CLDiceLoss(iterations=1),
    "cross-entropy": CrossEntropyLoss(),
    "dice": DiceLoss(),
    "focal": FocalLoss(),
    "generalised dice": GeneralisedDiceLoss(),
    "jaccard": JaccardLoss(),
    "log dice": LogDiceLoss(),
    "lovasz": LovaszSoftmaxLoss(),
    "size, L1": RegionSizeLoss("l1", sharpness=1),
    "size, KL": RegionSizeLoss("kl", sharpness=1),
    "skeleton recall": SkeletonRecallLoss(),
    "squared dice": SquaredDiceLoss(),
    "tversky": TverskyLoss(),
}


@pytest.fixture(scope="module")
def page() -> tuple[Tensor, Tensor]:
    """One pixel of the curve among 1024 by 1024, on a page that is mostly found."""
    generator = torch.Generator().manual_seed(6)
    logits = torch.randn((1, 2, 1024, 1024), generator=generator)
    logits[:, 0] += 5
    target = torch.zeros((1, 1024, 1024), dtype=torch.int64)
    target[0, 700, 300] = 1
    return logits, target


@pytest.mark.parametrize("name", LOSSES)
def test_one_pixel_among_a_million_counts_the_same_in_float32(
    name: str, page: tuple[Tensor, Tensor]
) -> None:
    logits, target = page
    results = []
    for leaf in (logits.clone(), logits.double()):
        value = LOSSES[name](leaf.requires_grad_(), target)
        (gradient,) = torch.autograd.grad(value, leaf)
        results.append((value.detach().double(), gradient[0, :, 700, 300].double()))
    (value, pull), (exact, pull_exact) = results
    torch.testing.assert_close(value, exact, rtol=1e-5, atol=0)
    torch.testing.assert_close(pull, pull_exact, rtol=1e-4, atol=0)
    # There is more of the curve than one pixel already: sizes want less of it anywhere.
    assert (pull_exact[1] < 0) != name.startswith("size")


@pytest.mark.parametrize("name", LOSSES)
def test_curvature_along_a_direction_is_finite_on_a_trained_like_page(
    name: str,
) -> None:
    """A product with the Hessian, as the instruments of the landscape take it."""
    generator = torch.Generator().manual_seed(8)
    logits = torch.randn((2, 2, 32, 32), generator=generator)
    logits[:, 0] += 8
    target = torch.zeros((2, 32, 32), dtype=torch.int64)
    target[:, :, 9] = 1
    along = torch.randn(logits.shape, generator=generator)
    result = curvature(LOSSES[name], logits, target, along)
    exact = curvature(LOSSES[name], logits.double(), target, along.double())
    assert result.isfinite().all()
    assert result.any()
    assert (result - exact).norm() < 1e-3 * exact.norm()


def curvature(loss: nn.Module, logits: Tensor, target: Tensor, along: Tensor) -> Tensor:
    leaf = logits.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(leaf, target), leaf, create_graph=True)
    (product,) = torch.autograd.grad((gradient * along).sum(), leaf)
    return product
