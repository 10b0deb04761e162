"""Cross-entropy and Tversky in one pass: what the separate losses give."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from veernet.errors import InputError
from veernet.losses import (
    CrossEntropyLoss,
    DiceLoss,
    OnePassSum,
    TverskyLoss,
    WeightedSum,
)
from veernet.losses.inputs import IGNORE_INDEX

WEIGHTS = (0.2, 1.0, 2.0, 0.5)
CLASSES = 4


def drawn(seed: int = 0, spread: float = 3.0) -> tuple[Tensor, Tensor]:
    """Draw scores and classes of more pixels than one block holds."""
    generator = torch.Generator().manual_seed(seed)
    logits = spread * torch.randn(3, CLASSES, 40, 37, generator=generator)
    target = torch.randint(0, CLASSES - 1, (3, 40, 37), generator=generator)
    target[0] = target[0].clamp(max=1)  # a class that one picture does not show
    return logits, target


def both(
    logits: Tensor,
    target: Tensor,
    tversky: dict[str, Any] | None = None,
    cross_entropy: dict[str, Any] | None = None,
) -> list[tuple[dict[str, Tensor], Tensor]]:
    """Return the terms and the gradient of the separate losses and of one pass."""
    found = []
    for kind in (WeightedSum, OnePassSum):
        losses = {
            "pixel": CrossEntropyLoss(
                **({"class_weights": WEIGHTS} | (cross_entropy or {}))
            ),
            "region": TverskyLoss(**(tversky or {})),
        }
        total = kind(losses, {"pixel": 0.7, "region": 1.3})
        scores = logits.clone().requires_grad_()
        terms = total.terms(scores, target)
        total.combine(terms).backward()
        assert scores.grad is not None
        found.append(({k: v.detach() for k, v in terms.items()}, scores.grad))
    return found


def assert_alike(found: list[tuple[dict[str, Tensor], Tensor]]) -> None:
    (separate, gradient), (once, once_gradient) = found
    assert list(separate) == list(once)
    for name, value in separate.items():
        torch.testing.assert_close(once[name], value, rtol=1e-5, atol=1e-6)
    largest = float(gradient.abs().max())
    torch.testing.assert_close(
        once_gradient, gradient, rtol=1e-4, atol=1e-5 * largest + 1e-12
    )


@pytest.mark.parametrize(
    "tversky",
    [
        {},
        {"alpha": 0.5, "beta": 0.5, "gamma": 0.75, "smooth": 1.0},
        {"per_image": True},
        {"classes": "all", "smooth": 1.0, "per_image": True},
        {"background": False},
    ],
    ids=str,
)
@pytest.mark.parametrize("weights", [WEIGHTS, None])
def test_values_and_gradients_are_those_of_the_separate_losses(
    tversky: dict[str, Any], weights: tuple[float, ...] | None
) -> None:
    logits, target = drawn()
    assert_alike(both(logits, target, tversky, {"class_weights": weights}))


@pytest.mark.parametrize("spread", [1e-3, 30.0, 200.0])
def test_scores_may_be_flat_or_extreme(spread: float) -> None:
    assert_alike(both(*drawn(1, spread)))


def test_pictures_may_lie_in_memory_in_any_order() -> None:
    logits, target = drawn(2)
    lying = logits.to(memory_format=torch.channels_last)
    assert_alike(both(lying, target.transpose(1, 2).contiguous().transpose(1, 2)))


def test_half_precision_is_widened() -> None:
    logits, target = drawn(3)
    found = both(logits.bfloat16(), target)
    assert found[1][0]["pixel"].dtype == torch.float32
    assert_alike([(terms, gradient.float()) for terms, gradient in found])


@pytest.mark.parametrize(
    "cross_entropy", [{}, {"label_smoothing": 0.1}, {"ignore_index": 2}]
)
def test_what_one_pass_cannot_do_the_separate_losses_do(
    cross_entropy: dict[str, Any],
) -> None:
    logits, target = drawn(4)
    target[:, 3:5] = IGNORE_INDEX if "ignore_index" not in cross_entropy else 2
    tversky = {k: v for k, v in cross_entropy.items() if k == "ignore_index"}
    assert_alike(both(logits, target, tversky, cross_entropy))
    assert_alike(both(logits.double(), target, tversky, cross_entropy))


def test_a_label_that_is_no_class_is_refused_as_by_the_separate_losses() -> None:
    logits, target = drawn(5)
    target[1, 2, 3] = CLASSES
    total = OnePassSum({"pixel": CrossEntropyLoss(), "region": TverskyLoss()})
    with pytest.raises(InputError, match="target has label 4"):
        total(logits, target)


def test_weights_of_other_classes_are_refused() -> None:
    pixel = CrossEntropyLoss(class_weights=[1.0, 1.0])
    total = OnePassSum({"pixel": pixel, "region": TverskyLoss()})
    with pytest.raises(InputError, match="2 class weights for 4 classes"):
        total(*drawn())


def test_other_losses_are_refused() -> None:
    with pytest.raises(InputError, match="one pass sums a cross-entropy and a Tversky"):
        OnePassSum({"pixel": CrossEntropyLoss(), "region": DiceLoss()})
