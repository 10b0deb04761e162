"""The response to prevalence: closed forms against counting with the losses."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from veernet.errors import InputError
from veernet.losses import (
    CrossEntropyLoss,
    DiceLoss,
    FocalLoss,
    LovaszSoftmaxLoss,
    TverskyLoss,
)
from veernet.study.theory.prevalence import (
    PREVALENCES,
    Rates,
    break_even,
    cross_entropy_response,
    dice_response,
    focal_response,
    iou_response,
    lovasz_response,
    responses,
    tversky_response,
)
from veernet.study.theory.scene import draw_strokes

RATES = Rates(found=0.75, false=0.02)


def page(width: int, prevalence: float | None = None) -> NDArray[np.int64]:
    mask = draw_strokes(100, 30, [width], np.random.default_rng(0))
    if prevalence is None:
        return mask
    columns = round(int((mask > 0).sum()) / (prevalence * mask.shape[0]))
    return np.pad(mask, ((0, 0), (0, columns - mask.shape[1])))


def shown(mask: NDArray[np.int64], rates: Rates) -> tuple[Tensor, float, Rates]:
    """Draw the answer of a network; return it, the prevalence and the rates it has."""
    rng = np.random.default_rng(1)
    ink = mask.ravel() > 0
    answer = np.zeros_like(mask).ravel()
    for where, share in ((ink, rates.found), (~ink, rates.false)):
        pixels = rng.permutation(np.flatnonzero(where))
        answer[pixels[: round(share * len(pixels))]] = 1
    had = Rates(float(answer[ink].mean()), float(answer[~ink].mean()))
    return torch.from_numpy(answer.reshape(mask.shape)), float(ink.mean()), had


def certain(answer: Tensor, confidence: float) -> Tensor:
    """Return (1, 2, H, W) logits that give what is shown a probability."""
    margin = np.log(confidence / (1 - confidence)) if confidence < 1 else 1e4
    right = nn.functional.one_hot(answer, 2).movedim(-1, 0).double()
    return margin * right[None]


PAGES = [
    *((width, None) for width in (1, 2, 3, 5, 9)),
    *((3, prevalence) for prevalence in (0.05, 0.02, 0.005)),
]


@pytest.mark.parametrize(("width", "prevalence"), PAGES)
def test_closed_forms_are_what_the_losses_count_on_drawn_pages(
    width: int, prevalence: float | None
) -> None:
    mask = page(width, prevalence)
    answer, q, rates = shown(mask, RATES)
    target = torch.from_numpy(mask)[None]
    hard, soft = certain(answer, 1.0), certain(answer, 0.9)
    pairs: list[tuple[object, nn.Module, Tensor]] = [
        (1 - dice_response(q, rates, "mean"), DiceLoss(), hard),
        (1 - dice_response(q, rates), DiceLoss(background=False), hard),
        (1 - iou_response(q, rates, "mean"), TverskyLoss(1, 1), hard),
        (1 - iou_response(q, rates), TverskyLoss(1, 1, background=False), hard),
        (1 - tversky_response(q, rates, 0.3, 0.7, "mean"), TverskyLoss(), hard),
        (
            1 - tversky_response(q, rates, 0.3, 0.7),
            TverskyLoss(background=False),
            hard,
        ),
        (lovasz_response(q, rates), LovaszSoftmaxLoss(), hard),
        (lovasz_response(q, rates, "ink"), LovaszSoftmaxLoss(background=False), hard),
        (cross_entropy_response(q, rates, 0.9), CrossEntropyLoss(), soft),
        (focal_response(q, rates, 2.0, 0.9), FocalLoss(), soft),
        (focal_response(q, rates, 0.75, 0.9), FocalLoss(0.75), soft),
    ]
    for expected, loss, logits in pairs:
        found = float(loss(logits, target))
        assert found == pytest.approx(float(expected), rel=1e-9)  # type: ignore[arg-type]


def test_forms_written_out() -> None:
    q, r, f = np.asarray(PREVALENCES), RATES.found, RATES.false
    dice = 2 * q * r / (q + q * r + (1 - q) * f)
    np.testing.assert_allclose(dice_response(q, RATES), dice)
    np.testing.assert_allclose(iou_response(q, RATES), dice / (2 - dice))
    alpha, beta = 0.3, 0.7
    tversky = q * r / (q * r + alpha * (1 - q) * f + beta * q * (1 - r))
    np.testing.assert_allclose(tversky_response(q, RATES, alpha, beta), tversky)


def test_the_background_hides_what_the_curves_lose() -> None:
    """S3, by prevalence alone: one network, one pair of rates."""
    thick, thin = (float(iou_response(q, RATES)) for q in (0.3, 0.005))
    assert thick > 0.7
    assert thin < 0.2
    hidden = [float(iou_response(q, RATES, "background")) for q in (0.3, 0.005)]
    assert hidden[0] < hidden[1]
    assert hidden[1] == pytest.approx(1 - RATES.false, abs=2e-3)


def test_cross_entropy_and_focal_are_straight_lines() -> None:
    """Of each class by itself they do not hang on prevalence."""
    q = np.linspace(0.01, 0.5, 7)
    for values in (cross_entropy_response(q, RATES), focal_response(q, RATES)):
        np.testing.assert_allclose(np.diff(values, 2), 0, atol=1e-12)


def test_below_break_even_an_empty_page_is_cheaper_per_pixel_and_never_by_overlap() -> (
    None
):
    nothing, at = Rates(0, 0), break_even(RATES)
    assert at == pytest.approx(0.02 / 0.77)
    for q in (0.9 * at, 1.1 * at):
        for response in (cross_entropy_response, focal_response):
            better = float(response(q, RATES)) < float(response(q, nothing))
            assert better == (q > at)
        assert float(dice_response(q, RATES)) > float(dice_response(q, nothing)) == 0


def test_with_the_background_in_the_mean_overlap_may_prefer_an_empty_page_too() -> None:
    q = 1e-4
    empty = float(dice_response(q, Rates(0, 0), "mean"))
    assert empty == pytest.approx(0.5, abs=1e-3)
    assert float(dice_response(q, RATES, "mean")) < empty


def test_responses_are_json_and_name_what_they_are() -> None:
    found = responses(RATES)
    assert found["iou/ink"].value == tuple(iou_response(PREVALENCES, RATES))
    assert set(found["dice/ink"].empty) == {0.0}
    assert found["lovasz"].value == pytest.approx(
        [1 - v for v in found["iou/mean"].value]
    )
    assert found["cross-entropy"].prevalence == PREVALENCES
    records = {name: dataclasses.asdict(record) for name, record in found.items()}
    json.dumps(records, allow_nan=False)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Rates(1.1, 0), "found is 1.1: give a share, 0 to 1"),
        (lambda: Rates(1, -0.1), "false is -0.1: give a share, 0 to 1"),
        (lambda: dice_response([0.5, 0], RATES), r"prevalences are \[0.5, 0.0\]: give"),
        (lambda: tversky_response(0.5, RATES, 0, 0), r"alpha \+ beta is 0: give more"),
        (lambda: focal_response(0.5, RATES, -1), "gamma is -1: give 0 or more"),
        (lambda: focal_response(0.5, RATES, 2, 1), "confidence is 1: give more than 0"),
        (lambda: break_even(Rates(0, 0)), "a network of no ink has no break-even"),
    ],
)
def test_wrong_input_is_refused(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()  # type: ignore[operator]
