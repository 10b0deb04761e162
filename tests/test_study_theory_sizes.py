"""S12: the hidden size terms of the losses, and the shares they settle on."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from veernet.errors import InputError
from veernet.losses import (
    CrossEntropyLoss,
    DiceLoss,
    FocalLoss,
    LovaszSoftmaxLoss,
    TverskyLoss,
    WeightedSum,
    cross_entropy_loss,
    dice_loss,
)
from veernet.study.theory.gradient_claims import focal_factor
from veernet.study.theory.levels import chosen_levels
from veernet.study.theory.scene import draw_strokes, frozen_scene
from veernet.study.theory.sizes import (
    SHARES,
    chosen_share,
    chosen_shares,
    decompose,
    kl_penalty,
    l1_penalty,
    penalty_curves,
    tversky_choice,
    tversky_penalty,
)

GRID = np.linspace(0.002, 0.998, 499)


class SizeTerm(nn.Module):
    """The L1 term of Liu et al., to steer with: |predicted - true share| of ink."""

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        share: Tensor = logits.softmax(1)[:, 1].mean() - (target == 1).double().mean()
        return share.abs()


def steered(loss: nn.Module, weight: float) -> nn.Module:
    return WeightedSum({"plain": loss, "size": SizeTerm()}, {"size": weight})


# The hidden terms


@pytest.mark.parametrize("of_class", [0, 1, 2])
def test_the_parts_add_up_to_minus_the_logarithm_of_dice(of_class: int) -> None:
    mask = draw_strokes(48, 48, [2, 1], np.random.default_rng(0))
    scene = frozen_scene(mask, np.random.default_rng(0))
    scene.target[:, :5] = -100
    parts = decompose(scene.logits, scene.target, of_class)
    p = scene.logits.softmax(1)[:, of_class][scene.target >= 0]
    t = (scene.target == of_class)[scene.target >= 0]
    dice = 2 * p[t].sum() / (p.sum() + t.sum())
    assert parts.total == pytest.approx(-math.log(dice))
    assert parts.matching == pytest.approx(-math.log(p[t].sum() / len(p)))
    assert parts.size == pytest.approx(math.log((p.sum() + t.sum()) / len(p)))


def test_the_parts_add_up_to_the_loss_of_the_house() -> None:
    mask = draw_strokes(48, 48, [2], np.random.default_rng(0))
    scene = frozen_scene(mask, np.random.default_rng(0))
    value = float(dice_loss(scene.logits, scene.target, background=False))
    total = decompose(scene.logits, scene.target).total
    assert total == pytest.approx(-math.log(1 - value))


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 8), st.floats(0.02, 0.9))
@settings(max_examples=40, deadline=None)
def test_cross_entropy_is_never_below_the_divergence_of_the_shares(
    seed: int, scale: float, share: float
) -> None:
    generator = torch.Generator().manual_seed(seed)
    logits = scale * torch.randn((1, 3, 8, 8), generator=generator).double()
    target = (torch.rand((1, 8, 8), generator=generator) < share).long()
    target[0, 0] = 2
    predicted = logits.softmax(1).mean((0, 2, 3))
    true = nn.functional.one_hot(target, 3).double().mean((0, 1, 2))
    divergence = torch.special.xlogy(true, true / predicted).sum()
    assert cross_entropy_loss(logits, target) >= divergence - 1e-12


@pytest.mark.parametrize("true", [0.02, 0.3])
@pytest.mark.parametrize("predicted", [0.01, 0.3, 0.8])
def test_where_pixels_are_alike_cross_entropy_is_entropy_and_divergence(
    true: float, predicted: float
) -> None:
    target = (torch.arange(100) < 100 * true).long()[None, None]
    ink = torch.full((1, 1, 100), predicted, dtype=torch.float64)
    value = cross_entropy_loss(torch.stack([1 - ink, ink], 1).log(), target)
    entropy = -true * math.log(true) - (1 - true) * math.log(1 - true)
    assert float(value) == pytest.approx(entropy + float(kl_penalty(predicted, true)))


@pytest.mark.parametrize("true", [0.01, 0.1, 0.5])
def test_the_terms_of_overlap_rise_from_end_to_end_and_the_others_turn_at_the_truth(
    true: float,
) -> None:
    curves = penalty_curves(true, GRID.tolist())
    for name in ("dice", "iou", "tversky .3 .7"):
        assert (np.diff(curves[name]) > 0).all()
    for name in ("cross-entropy, kl", "l1"):
        assert GRID[np.argmin(curves[name])] == pytest.approx(true, abs=2e-3)
        assert min(curves[name]) >= 0
    here = penalty_curves(true, [true])
    assert all(value == (pytest.approx(0, abs=1e-15),) for value in here.values())
    json.dumps(curves, allow_nan=False)


def test_the_term_of_dice_does_not_hang_on_the_match_and_recall_has_none() -> None:
    for matched in (0.1, 0.9):
        expected = np.log((GRID + 0.1) / 0.2)
        found = tversky_penalty(GRID, 0.1, matched=matched)
        np.testing.assert_allclose(found, expected)
    np.testing.assert_array_equal(tversky_penalty(GRID, 0.1, 0, 1), 0)
    # The rarer the class, the more a growing region costs: so Dice leans to the rare.
    slopes = [np.diff(tversky_penalty([t, t + 1e-3], t))[0] for t in (0.5, 0.1, 0.01)]
    assert slopes == sorted(slopes)


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_divergence_bounds_distance(predicted: float, true: float) -> None:
    """Pinsker's inequality, of two classes."""
    distance = float(l1_penalty(predicted, true))
    assert float(kl_penalty(predicted, true)) >= 2 * distance**2 - 1e-12


# What they settle on


@pytest.mark.parametrize("true", SHARES)
def test_cross_entropy_settles_on_the_truth(true: float) -> None:
    choice = chosen_share(CrossEntropyLoss(), true)
    assert choice.inside
    assert choice.true == pytest.approx(true)
    assert choice.predicted == pytest.approx(true, rel=1e-4)


@pytest.mark.parametrize("true", SHARES)
@pytest.mark.parametrize(
    ("alpha", "beta"),
    [(0.5, 0.5), (0.3, 0.7), (0.1, 0.9), (1, 1), (0.4, 0.2), (2, 0.5)],
)
def test_overlap_of_both_classes_settles_on_its_closed_form(
    true: float, alpha: float, beta: float
) -> None:
    expected = tversky_choice(true, alpha, beta)
    choice = chosen_share(TverskyLoss(alpha, beta), true)
    assert choice.predicted == pytest.approx(expected, rel=1e-4)


def test_dice_of_both_classes_settles_on_the_truth_and_iou_on_the_odds_squared() -> (
    None
):
    for true in SHARES:
        assert tversky_choice(true, 0.5, 0.5) == pytest.approx(true)
        squared = true**2 / (true**2 + (1 - true) ** 2)
        assert tversky_choice(true, 1, 1) == pytest.approx(squared)
    thin = chosen_share(TverskyLoss(1, 1), 0.05)
    assert thin.predicted == pytest.approx(0.0028, abs=1e-4)  # 18 times too little


def test_dice_of_many_classes_rests_on_the_true_shares_too() -> None:
    true = torch.tensor([0.9, 0.07, 0.03], dtype=torch.float64)
    target = torch.tensor([[[0] * 90 + [1] * 7 + [2] * 3]])
    logits = true.log()[None, :, None, None].expand(-1, -1, 1, 100)
    leaf = logits[..., :1].clone().requires_grad_()
    DiceLoss()(leaf.expand(-1, -1, 1, 100), target).backward()
    assert leaf.grad is not None
    torch.testing.assert_close(leaf.grad, torch.zeros_like(leaf), rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    "loss",
    [
        DiceLoss(background=False),
        TverskyLoss(background=False),
        TverskyLoss(1, 1, background=False),
    ],
    ids=["dice", "tversky", "iou"],
)
@pytest.mark.parametrize("true", [0.005, 0.1, 0.5])
def test_overlap_of_the_ink_alone_takes_the_whole_picture(
    loss: nn.Module, true: float
) -> None:
    choice = chosen_share(loss, true)
    assert not choice.inside
    assert choice.predicted > 0.99999


@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize("true", [0.005, 0.1, 0.3])
def test_lovasz_settles_on_one_half_whatever_the_truth(
    background: bool, true: float
) -> None:
    choice = chosen_share(LovaszSoftmaxLoss(background=background), true)
    assert choice.predicted == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize("gamma", [0.75, 2.0])
def test_focal_settles_between_the_truth_and_one_half(gamma: float) -> None:
    for true in (0.01, 0.1, 0.3):
        p = chosen_share(FocalLoss(gamma), true).predicted
        assert true < p < 0.5
        # Both classes pull evenly there.
        up = true * focal_factor(p, gamma) * (1 - p)
        down = (1 - true) * focal_factor(1 - p, gamma) * p
        assert float(up) == pytest.approx(float(down), rel=1e-4)


def test_weights_and_smoothing_move_cross_entropy_as_they_should() -> None:
    true = 0.02
    weighted = chosen_share(CrossEntropyLoss([1, 10]), true).predicted
    assert weighted == pytest.approx(10 * true / (10 * true + 1 - true), rel=1e-4)
    smooth = chosen_share(CrossEntropyLoss(label_smoothing=0.1), true).predicted
    assert smooth == pytest.approx(0.9 * true + 0.05, rel=1e-4)


@pytest.mark.parametrize("true", [0.01, 0.1, 0.3])
def test_an_explicit_size_term_brings_any_of_them_to_the_truth(true: float) -> None:
    """Dice of the ink falls by 2 t**2 / (p + t)**2, at the truth by one half."""
    ink = DiceLoss(background=False)
    weak = chosen_share(steered(ink, 0.2), true).predicted
    assert weak == pytest.approx(true * (math.sqrt(2 / 0.2) - 1), rel=1e-4)
    for loss, weight in ((ink, 0.55), (TverskyLoss(1, 1), 20), (FocalLoss(), 20)):
        choice = chosen_share(steered(loss, weight), true)
        assert choice.predicted == pytest.approx(true, rel=1e-3)


def test_choices_by_name_are_json() -> None:
    found = chosen_shares({"iou": TverskyLoss(1, 1)}, [0.1, 0.5])
    assert [choice.true for choice in found["iou"]] == [0.1, 0.5]
    records = [dataclasses.asdict(choice) for choice in found["iou"]]
    json.dumps(records, allow_nan=False)


LEVELS = [0.0, 0.1, 0.2, 0.3, 0.4, 0.6]
PIXELS = [4000, 100, 100, 100, 100, 100]


def test_by_levels_cross_entropy_keeps_the_share_and_dice_calls_too_much() -> None:
    plain = chosen_levels(CrossEntropyLoss(), LEVELS, PIXELS)
    assert plain.predicted == pytest.approx(plain.true, rel=0.02)
    for level, learnt in zip(plain.levels, plain.probability, strict=True):
        assert learnt == pytest.approx(level, abs=0.02)
    dice = chosen_levels(DiceLoss(background=False), LEVELS, PIXELS)
    assert all(p < 0.05 or p > 0.95 for p in dice.probability)
    assert plain.called < plain.true < dice.called
    recall = chosen_levels(TverskyLoss(0.1, 0.9, background=False), LEVELS, PIXELS)
    assert recall.called > dice.called


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: chosen_share(DiceLoss(), 0), "true share is 0: give 0.0005 to 0.9995"),
        (lambda: kl_penalty([0.5, 1], 0.1), r"predicted shares are \[0.5, 1.0\]: give"),
        (lambda: tversky_penalty(0.5, 0.1, 0, 0), r"alpha \+ beta is 0"),
        (
            lambda: tversky_choice(0.5, 0, 1),
            "alpha is 0 and beta 1: give them above 0",
        ),
        (
            lambda: chosen_levels(DiceLoss(), [0.5], [0]),
            r"levels are \[0.5\]: give two or more that rise",
        ),
        (
            lambda: decompose(torch.zeros(1, 2, 1, 2), torch.zeros(1, 1, 2).long()),
            "no pixel is of class 1: Dice has no logarithm there",
        ),
    ],
)
def test_wrong_input_is_refused(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()  # type: ignore[operator]
