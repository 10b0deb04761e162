"""Gradient instruments: scenes, magnitudes, shares, and the claims S7 and S8."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from veernet.errors import InputError
from veernet.losses import (
    CrossEntropyLoss,
    DiceLoss,
    FocalLoss,
    LovaszSoftmaxLoss,
    TverskyLoss,
)
from veernet.study.theory.bins import binned
from veernet.study.theory.gradient_claims import (
    WORSE,
    focal_collapse,
    focal_factor,
    lovasz_increment,
    rank_response,
)
from veernet.study.theory.gradients import (
    FINE,
    LEVELS,
    REGIONS,
    by_rank,
    compare_gradients,
    gradient_magnitude,
    pixel_gradients,
    region_shares,
    regions,
)
from veernet.study.theory.moved import Moved, moved, thin_and_thick
from veernet.study.theory.scene import Scene, draw_blob, draw_strokes, frozen_scene

Shapes = dict[str, dict[str, dict[str, Moved]]]

LOSSES: dict[str, nn.Module] = {
    "cross-entropy": CrossEntropyLoss(),
    "focal": FocalLoss(),
    "dice": DiceLoss(),
    "tversky": TverskyLoss(),
    "lovasz": LovaszSoftmaxLoss(),
}
every_loss = pytest.mark.parametrize("name", LOSSES)


def page(confidence: float = 1.0, size: int = 96) -> Scene:
    mask = draw_strokes(size, size, [2, 1], np.random.default_rng(0))
    return frozen_scene(mask, np.random.default_rng(1), confidence=confidence)


# Scenes


@pytest.mark.parametrize("widths", [[1], [2, 1], [9, 3, 5]])
def test_strokes_have_their_width_in_every_row_and_do_not_break(
    widths: list[int],
) -> None:
    mask = draw_strokes(200, 90, widths, np.random.default_rng(3))
    for index, width in enumerate(widths, start=1):
        assert ((mask == index).sum(axis=1) == width).all()
        first = (mask == index).argmax(axis=1)
        assert np.abs(np.diff(first)).max() == 1  # it wanders, by a pixel at a time


def test_the_blob_takes_its_share() -> None:
    assert draw_blob(200, 100, 0.2).mean() == pytest.approx(0.2, abs=2e-3)


def test_the_dial_of_confidence_changes_how_sure_and_never_what() -> None:
    plain, sure = page(1.0), page(4.0)
    torch.testing.assert_close(sure.logits, 4 * plain.logits)
    unsure = page(0.0).logits.softmax(1)
    torch.testing.assert_close(unsure, torch.full_like(unsure, 1 / 3))
    means = [float(page(c).logits.softmax(1).amax(1).mean()) for c in (0, 0.5, 1, 2, 4)]
    assert means == sorted(means)


def test_a_scene_is_like_a_network_that_is_half_trained() -> None:
    scene = page()
    shown = scene.logits.argmax(1)
    for index in (1, 2):
        both = ((shown == index) & (scene.target == index)).sum()
        either = ((shown == index) | (scene.target == index)).sum()
        assert 0.3 < float(both / either) < 0.9
    assert torch.equal(scene.logits, page().logits)


def test_without_blur_and_noise_a_scene_is_right() -> None:
    mask = draw_strokes(40, 40, [1, 1], np.random.default_rng(0))
    scene = frozen_scene(mask, np.random.default_rng(0), blur=0, noise=0)
    assert torch.equal(scene.logits.argmax(1), scene.target)


# Magnitudes


@pytest.mark.parametrize("weights", [None, [0.2, 1.0, 3.0]])
def test_magnitude_of_cross_entropy_is_twice_the_error(
    weights: list[float] | None,
) -> None:
    scene = page()
    value, magnitude = gradient_magnitude(
        CrossEntropyLoss(weights), scene.logits, scene.target
    )
    p = scene.logits.softmax(1).gather(1, scene.target[:, None])[:, 0]
    w = torch.tensor(weights or [1.0, 1.0, 1.0], dtype=torch.float64)[scene.target]
    torch.testing.assert_close(magnitude, 2 * (1 - p) * w / w.sum())
    torch.testing.assert_close(
        value,
        functional.cross_entropy(
            scene.logits,
            scene.target,
            weight=None if weights is None else torch.tensor(weights).double(),
        ),
    )


@every_loss
def test_gradient_sums_to_zero_over_the_classes(name: str) -> None:
    """So that half of the L1 norm is the pull towards classes, half away from them."""
    scene = page()
    leaf = scene.logits.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(LOSSES[name](leaf, scene.target), leaf)
    _, magnitude = gradient_magnitude(LOSSES[name], scene.logits, scene.target)
    torch.testing.assert_close(2 * gradient.clamp_min(0).sum(1), magnitude)


def test_measuring_leaves_the_logits_alone_and_works_without_gradients() -> None:
    scene = page()
    logits = scene.logits.float().half()
    with torch.no_grad():
        _, magnitude = gradient_magnitude(DiceLoss(), logits, scene.target)
    assert magnitude.dtype == torch.float32
    assert not logits.requires_grad
    assert magnitude.sum() > 0


# Regions and bins


def test_regions_are_ink_reach_and_the_rest() -> None:
    target = torch.zeros((2, 5, 9), dtype=torch.int64)
    target[0, :, 4] = 2
    target[0, 0, 0] = -100
    codes = regions(target, reach=2)
    assert codes[0, 1].tolist() == [2, 2, 1, 1, 0, 1, 1, 2, 2]
    assert codes[0, 0, 0] == -1
    assert (codes[1] == REGIONS.index("background")).all()  # no ink, no band
    assert (regions(target, reach=0)[0] != REGIONS.index("band")).all()


def test_shares_of_a_scene_by_hand() -> None:
    target = torch.tensor([[[1, 0, 0, 0, -100]]])
    logits = torch.zeros((1, 2, 1, 5), dtype=torch.float64)
    magnitude = torch.tensor([[[4.0, 2.0, 1.0, 1.0, 0.0]]])
    pixels = pixel_gradients(magnitude, logits, target, regions(target, reach=1))
    shares = region_shares(pixels)
    assert shares.gradient == {"foreground": 0.5, "band": 0.25, "background": 0.25}
    assert shares.pixels == {"foreground": 0.25, "band": 0.25, "background": 0.5}


def test_a_band_is_bounded_by_ink_and_not_by_what_is_ignored() -> None:
    target = torch.full((1, 3, 7), 0)
    target[..., 0] = -100
    assert (regions(target)[..., 1:] == REGIONS.index("background")).all()


def test_bins_sum_what_lies_in_them_and_keep_the_last_edge() -> None:
    at = torch.tensor([0.0, 0.1, 0.5, 0.99, 1.0])
    found = binned(at, torch.tensor([1.0, 2.0, 3.0, 4.0, 6.0]), [0, 0.5, 0.9, 1])
    assert found.pixels == (2, 1, 2)
    assert found.mean == (1.5, 3.0, 5.0)
    assert found.share == (3 / 16, 3 / 16, 10 / 16)
    empty = binned(at[:1], torch.zeros(1), [0, 0.5, 1])
    assert empty.mean == (0.0, None)
    assert empty.share == (0.0, 0.0)


def test_rank_puts_the_worst_pixel_first_and_tells_saturated_ones_apart() -> None:
    # In float64, 1 - p of both of the right ones is 0.
    margins = torch.tensor([50.0, 60.0, -2.0, 1.0], dtype=torch.float64)
    logits = torch.stack([torch.zeros(4), margins]).reshape(1, 2, 1, 4).double()
    target = torch.ones((1, 1, 4), dtype=torch.int64)
    pixels = pixel_gradients(torch.ones((1, 1, 4)), logits, target, regions(target))
    assert pixels.rank.tolist() == [2, 3, 0, 1]


def test_rank_of_a_class_is_that_of_its_own_errors() -> None:
    logits = torch.tensor([[0.0, 0.0, 3.0], [0.0, 0.0, 0.0]], dtype=torch.float64)
    logits = logits.reshape(1, 2, 1, 3)
    logits = torch.cat([logits, logits[:, :1] + torch.tensor([5.0, 0.0, -9.0])], dim=1)
    target = torch.zeros((1, 1, 3), dtype=torch.int64)
    here, ones = regions(target), torch.ones((1, 1, 3))
    # The first pixel is taken for class 2, so class 1 is not what is wrong with it.
    assert pixel_gradients(ones, logits, target, here).rank.tolist() == [0, 1, 2]
    of_one = pixel_gradients(ones, logits, target, here, of_class=1)
    assert of_one.rank.tolist() == [2, 0, 1]


@every_loss
def test_figures_add_up_and_are_json(name: str) -> None:
    scene = page()
    figures = compare_gradients({name: LOSSES[name]}, scene)[name]
    for found in (figures.levels, figures.confidence, figures.rank):
        assert sum(found.pixels) == scene.target.numel()
        assert sum(found.share) == pytest.approx(1)
        sums = [
            mean * count
            for mean, count in zip(found.mean, found.pixels, strict=True)
            if mean is not None
        ]
        assert sum(sums) == pytest.approx(figures.total)
    assert sum(figures.regions.gradient.values()) == pytest.approx(1)
    assert figures.levels.edges == LEVELS
    assert figures.confidence.edges == FINE
    assert figures.rank.pixels[0] == 1
    text = json.dumps(dataclasses.asdict(figures), allow_nan=False)
    assert json.loads(text)["regions"]["gradient"]["band"] > 0


def test_gradient_of_a_pixel_loss_falls_with_the_rank() -> None:
    scene = page()
    _, magnitude = gradient_magnitude(CrossEntropyLoss(), scene.logits, scene.target)
    pixels = pixel_gradients(
        magnitude, scene.logits, scene.target, regions(scene.target)
    )
    means = [mean for mean in by_rank(pixels).mean if mean is not None]
    assert means == sorted(means, reverse=True)


def test_nothing_that_counts_has_no_shares() -> None:
    logits = torch.zeros((1, 2, 2, 2))
    target = torch.full((1, 2, 2), -100)
    _, magnitude = gradient_magnitude(DiceLoss(), logits, target)
    pixels = pixel_gradients(magnitude, logits, target, regions(target))
    assert region_shares(pixels).gradient == dict.fromkeys(REGIONS, 0.0)


def test_overlap_losses_spend_on_ink_what_cross_entropy_spends_on_paper() -> None:
    """At low confidence, as early in training, on a page of 97 % background."""
    figures = compare_gradients(LOSSES, page(0.5))
    on_ink = {n: f.regions.gradient["foreground"] for n, f in figures.items()}
    assert on_ink["cross-entropy"] < 0.2
    assert on_ink["cross-entropy"] < on_ink["dice"] < on_ink["tversky"]
    assert on_ink["lovasz"] == max(on_ink.values())
    assert on_ink["focal"] > 2 * on_ink["cross-entropy"]


# S7


@pytest.mark.parametrize("gamma", [0.0, 0.75, 1.0, 2.0, 5.0])
def test_focal_is_cross_entropy_times_the_factor_in_every_pixel(gamma: float) -> None:
    scene = page()
    p = scene.logits.softmax(1).gather(1, scene.target[:, None])[:, 0]
    _, plain = gradient_magnitude(CrossEntropyLoss(), scene.logits, scene.target)
    _, focal = gradient_magnitude(FocalLoss(gamma), scene.logits, scene.target)
    factor = torch.from_numpy(focal_factor(p.numpy(), gamma))
    torch.testing.assert_close(focal, plain * factor, rtol=1e-6, atol=1e-15)


def test_focal_factor_at_p_09_and_near_certainty() -> None:
    assert float(focal_factor(0.9, 2)) == pytest.approx(0.028964893, rel=1e-7)
    for gamma in (0.5, 1.0, 2.0, 5.0):
        left = 1e-6
        factor = float(focal_factor(1 - left, gamma))
        assert factor == pytest.approx((1 + gamma) * left**gamma, rel=1e-4)
    assert focal_factor([0.1, 0.5], 0).tolist() == [1.0, 1.0]


def test_s7_focal_takes_easy_pixels_out_of_the_gradient() -> None:
    found = focal_collapse(page())
    assert found.easy_pixels > 0.8
    assert found.easy_cross_entropy > 0.2
    assert found.easy_focal < 0.05 * found.easy_cross_entropy
    assert found.factor[4] == pytest.approx(2.896 * found.modulation[4], rel=1e-3)
    assert found.factor[0] > 1  # on pixels that are wrong it pulls harder
    json.dumps(dataclasses.asdict(found), allow_nan=False)


@pytest.mark.parametrize("side", ["curve", "background"])
@pytest.mark.parametrize("probability", [0.3, 0.7, 0.95])
def test_s7_rank_moves_lovasz_as_its_increments_do_and_focal_not_at_all(
    side: str, probability: float
) -> None:
    found = rank_response(side, probability)  # type: ignore[arg-type]
    slope = 2 * probability * (1 - probability)
    expected = [slope * lovasz_increment(found.side, 200, n) for n in WORSE]
    assert found.lovasz == pytest.approx(expected, rel=1e-9)
    plain = 2 * (1 - probability) / 4000
    assert found.focal == pytest.approx(
        [plain * float(focal_factor(probability, 2))] * len(WORSE), rel=1e-9
    )
    assert found.lovasz[0] > 5 * found.lovasz[-1]


# S8


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return {
        "logits": thin_and_thick(LOSSES, side=96),
        "probability": thin_and_thick(LOSSES, side=96, of_probability=True),
    }


def test_s8_nearly_all_of_a_thin_curve_moves_lovasz_and_little_of_a_disc(
    shapes: Shapes,
) -> None:
    found = shapes["logits"]
    thin, disc = found["stroke of 1 px"], found["disc"]
    assert thin["lovasz"].edge == 1
    assert thin["lovasz"].above[1] > 0.85
    assert disc["lovasz"].above[1] < 0.25
    effective = [shape["lovasz"].effective for shape in found.values()]
    assert effective == sorted(effective, reverse=True)


def test_s8_is_not_particular_to_lovasz(
    shapes: Shapes,
) -> None:
    """The interior of a disc is sure, and softmax holds what is sure under any loss."""
    for name in ("dice", "cross-entropy"):
        thin = shapes["logits"]["stroke of 1 px"][name]
        disc = shapes["logits"]["disc"][name]
        assert thin.above[1] > 0.8 > 3 * disc.above[1]


def test_s8_by_probability_every_pixel_of_any_shape_moves_lovasz(
    shapes: Shapes,
) -> None:
    """The increment of a pixel of the curve is 1 / (G + b): never nought."""
    for shape in shapes["probability"].values():
        assert shape["lovasz"].nonzero == 1
        assert shape["lovasz"].above[1] > 0.75
        assert shape["dice"].effective == pytest.approx(1)


def test_effective_share_counts_pixels_that_pull_alike() -> None:
    logits = torch.zeros((1, 2, 1, 4), dtype=torch.float64)
    logits[0, 1, 0, 2] = 60.0  # settled: its gradient is nothing beside the others'
    target = torch.tensor([[[1, 1, 1, 0]]])
    found = moved(CrossEntropyLoss(), Scene(logits, target))
    assert found.effective == pytest.approx(2 / 3)
    assert found.above == pytest.approx((2 / 3,) * 3)
    assert found.edge == pytest.approx(1 / 3)


# Refusals

TARGET = torch.zeros((1, 4, 4), dtype=torch.int64)
EMPTY = Scene(torch.zeros((1, 2, 4, 4), dtype=torch.float64), TARGET)
THREE = Scene(torch.zeros((1, 3, 4, 4), dtype=torch.float64), TARGET + 1)


def _scene_of(mask: object, **options: float) -> object:
    return frozen_scene(np.asarray(mask), np.random.default_rng(0), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw_strokes(9, 9, [0], np.random.default_rng(0)), "a stroke is 0 px"),
        (lambda: draw_strokes(9, 9, [9, 1], np.random.default_rng(0)), "give 1 to 4"),
        (lambda: draw_blob(20, 20, 0.9), "a disc of 0.9 of 20 x 20 px does not fit"),
        (lambda: _scene_of([1, 0]), r"a mask of shape \(2,\): give \(H, W\)"),
        (lambda: _scene_of([[-1]]), r"a mask of shape \(1, 1\)"),
        (lambda: _scene_of([[1]], confidence=-1), "confidence is -1: give 0 or more"),
        (lambda: _scene_of([[3]], classes=3), "the mask has class 3: 3 classes are"),
        (lambda: regions(TARGET, reach=-1), "reach is -1: give 0 or more"),
        (lambda: regions(TARGET[0]), r"target has shape \(4, 4\): give \(N, H, W\)"),
        (lambda: binned(torch.ones(1), torch.ones(1), [1, 0]), "edges of bins are"),
        (lambda: binned(torch.ones(1), torch.ones(1), [0, 0.5]), "from 1.0 to 1.0 are"),
        (lambda: focal_factor(0.5, -1), "gamma is -1: give 0 or more"),
        (lambda: focal_factor([0.5, 1.0], 2), r"probabilities are \[0.5, 1.0\]: give"),
        (lambda: rank_response(worse=[4000]), r"\[4000\] worse pixels: give 0 to 3799"),
        (lambda: rank_response(probability=1.0), "probability is 1.0: give more than"),
        (lambda: moved(DiceLoss(), EMPTY), "the scene has no foreground: give a mask"),
        (
            lambda: moved(DiceLoss(), THREE, of_probability=True),
            "the scene has 3 classes: the derivative by one probability needs two",
        ),
    ],
)
def test_wrong_input_is_refused(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()  # type: ignore[operator]


def test_logits_and_target_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="target has shape"):
        gradient_magnitude(DiceLoss(), torch.zeros(1, 2, 3, 3), TARGET)


def test_scene_is_a_batch_or_a_picture() -> None:
    mask = np.stack([draw_blob(20, 20, 0.1), draw_blob(20, 20, 0.2)])
    scene = frozen_scene(mask, np.random.default_rng(0), classes=3)
    shape: Tensor = scene.logits
    assert shape.shape == (2, 3, 20, 20)
    assert torch.equal(scene.target, torch.from_numpy(mask))
