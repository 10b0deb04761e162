"""What holds for every loss: precision, reduction, ignored pixels, absent classes."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest
import torch
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from torch import Tensor, nn

from veernet import losses
from veernet.errors import InputError
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
    WeightedSum,
)
from veernet.losses.inputs import on_logits

CONFIGS = sorted((Path(__file__).parents[1] / "configs/loss").glob("*.yaml"))

PIXEL = {
    "cross-entropy": CrossEntropyLoss(),
    "cross-entropy, soft": CrossEntropyLoss(label_smoothing=0.1),
    "focal": FocalLoss(),
    "focal, gamma below 1": FocalLoss(gamma=0.5),
}
WEIGHTED = {
    "cross-entropy, weighted": CrossEntropyLoss(class_weights=[0.2, 1, 2]),
    "cross-entropy, weighted and soft": CrossEntropyLoss([0.2, 1, 2], 0.1),
    "focal, weighted": FocalLoss(class_weights=[0.2, 1, 2]),
    "sum": WeightedSum(
        {"pixel": CrossEntropyLoss([0.2, 1, 2]), "region": TverskyLoss()},
        {"pixel": 0.5},
    ),
}
REGION = {
    "dice": DiceLoss(),
    "dice, per image": DiceLoss(per_image=True, smooth=1.0),
    "dice, squared": SquaredDiceLoss(),
    "dice, squared, per image": SquaredDiceLoss(per_image=True, smooth=1.0),
    "dice, generalised": GeneralisedDiceLoss(),
    "dice, generalised, all classes, per image": GeneralisedDiceLoss(
        classes="all", smooth=1.0, per_image=True
    ),
    "jaccard": JaccardLoss(),
    "jaccard, per image": JaccardLoss(per_image=True, smooth=1.0),
    "tversky": TverskyLoss(),
    "tversky, all classes": TverskyLoss(classes="all", smooth=1.0),
    "tversky, all classes, per image": TverskyLoss(
        classes="all", smooth=1.0, per_image=True
    ),
    "tversky, focal": TverskyLoss(gamma=0.75, per_image=True),
    "tversky, recall": TverskyLoss(alpha=0, beta=1),
    "tversky, precision": TverskyLoss(alpha=1, beta=0),
    "lovasz": LovaszSoftmaxLoss(),
    "lovasz, per image": LovaszSoftmaxLoss(per_image=True),
    "lovasz, all classes": LovaszSoftmaxLoss(classes="all"),
}
UNBOUNDED = {
    "dice, log": LogDiceLoss(),
    "dice, log, per image": LogDiceLoss(per_image=True, smooth=1.0),
    "size, KL": RegionSizeLoss("kl"),
    "size, KL, as it is": RegionSizeLoss("kl", sharpness=1.0),
}
SIZE = {
    "size, L1": RegionSizeLoss("l1"),
    "size, L1, as it is": RegionSizeLoss("l1", sharpness=1.0),
}
CURVES_ONLY = {
    "dice, curves only": DiceLoss(background=False),
    "dice, generalised, curves only": GeneralisedDiceLoss(background=False),
    "jaccard, curves only": JaccardLoss(background=False),
    "tversky, curves only": TverskyLoss(background=False, per_image=True),
    "lovasz, curves only": LovaszSoftmaxLoss(background=False),
}
SHAPE = {
    "boundary": BoundaryLoss(),
    "boundary, background too": BoundaryLoss(background=True),
    "cldice": CLDiceLoss(),
    "cldice, per image": CLDiceLoss(iterations=1, per_image=True, background=True),
    "skeleton recall": SkeletonRecallLoss(),
    "cldice, all": CLDiceLoss(classes="all"),
    "skeleton recall, per image": SkeletonRecallLoss(per_image=True, per_class=True),
    "skeleton recall, all": SkeletonRecallLoss(smooth=1.0, classes="all"),
}
SHARE = REGION | SIZE | CURVES_ONLY | SHAPE
POINTWISE = PIXEL | WEIGHTED | REGION | UNBOUNDED | SIZE | CURVES_ONLY
EVERY = POINTWISE | SHAPE

MAKES = (
    DiceLoss,
    GeneralisedDiceLoss,
    JaccardLoss,
    LogDiceLoss,
    LovaszSoftmaxLoss,
    SquaredDiceLoss,
    TverskyLoss,
)
"""Losses on regions that are scored by image or by batch."""

SHAPES = (BoundaryLoss, CLDiceLoss, SkeletonRecallLoss)

every_loss = pytest.mark.parametrize("name", EVERY)


def scene(
    images: int = 2, rows: int = 6, columns: int = 7, scale: float = 2.0
) -> tuple[Tensor, Tensor]:
    """Random logits in float64 and, on background, curves of two classes."""
    generator = torch.Generator().manual_seed(11)
    shape = (images, 3, rows, columns)
    logits = scale * torch.randn(shape, generator=generator, dtype=torch.float64)
    target = torch.zeros((images, rows, columns), dtype=torch.int64)
    target[:, :, 2] = 1
    target[:, ::2, 4] = 2
    return logits, target


def value_and_gradient(
    loss: nn.Module, logits: Tensor, target: Tensor
) -> tuple[Tensor, Tensor]:
    leaf = logits.detach().clone().requires_grad_()
    value = loss(leaf, target)
    (gradient,) = torch.autograd.grad(value, leaf)
    return value.detach(), gradient


@every_loss
def test_gradient_is_the_derivative_of_the_value(name: str) -> None:
    logits, target = scene(rows=3, columns=5)
    target[0, 1, 1] = -100
    assert torch.autograd.gradcheck(
        lambda leaf: EVERY[name](leaf, target), logits.requires_grad_()
    )


@every_loss
def test_second_derivative_is_the_derivative_of_the_gradient(name: str) -> None:
    logits, target = scene(images=1, rows=2, columns=5)
    target[0, 1, 1] = -100
    assert torch.autograd.gradgradcheck(
        lambda leaf: EVERY[name](leaf, target), logits.requires_grad_()
    )


@every_loss
def test_ignored_columns_have_the_effect_of_being_cut_off(name: str) -> None:
    logits, target = scene()
    ignored = target.clone()
    ignored[:, :, 5:] = -100
    value, gradient = value_and_gradient(EVERY[name], logits, ignored)
    cut, gradient_cut = value_and_gradient(
        EVERY[name], logits[..., :5], target[..., :5]
    )
    torch.testing.assert_close(value, cut)
    torch.testing.assert_close(gradient[..., :5], gradient_cut)
    assert not gradient[..., 5:].any()


@pytest.mark.parametrize("index", [0, 2, 255])
def test_any_label_can_be_the_ignored_one(index: int) -> None:
    logits, target = scene()
    moved = target.masked_fill(target == 2, index)
    usual = target.masked_fill(moved == index, -100)
    for make in (*MAKES, CrossEntropyLoss, FocalLoss, RegionSizeLoss, *SHAPES):
        other = make(ignore_index=index)
        torch.testing.assert_close(other(logits, moved), make()(logits, usual))


@every_loss
def test_an_ignored_image_has_the_effect_of_being_left_out(name: str) -> None:
    logits, target = scene(images=3)
    ignored = target.clone()
    ignored[1] = -100
    torch.testing.assert_close(
        EVERY[name](logits, ignored), EVERY[name](logits[[0, 2]], target[[0, 2]])
    )


@every_loss
def test_nothing_to_learn_from_is_zero_with_zero_gradient(name: str) -> None:
    logits, target = scene()
    value, gradient = value_and_gradient(
        EVERY[name], logits, torch.full_like(target, -100)
    )
    assert value == 0
    assert torch.equal(gradient, torch.zeros_like(gradient))


@pytest.mark.parametrize("name", POINTWISE)
def test_order_of_pixels_and_images_does_not_matter(name: str) -> None:
    logits, target = scene()
    value = EVERY[name](logits, target)
    generator = torch.Generator().manual_seed(3)
    pixels = torch.randperm(target[0].numel(), generator=generator)
    shuffled = logits.flatten(2)[..., pixels].reshape(logits.shape)
    labels = target.flatten(1)[:, pixels].reshape(target.shape)
    torch.testing.assert_close(EVERY[name](shuffled, labels), value)
    torch.testing.assert_close(EVERY[name](logits.flip(0), target.flip(0)), value)


@pytest.mark.parametrize("name", SHAPE)
def test_order_of_images_and_of_curves_does_not_matter(name: str) -> None:
    logits, target = scene()
    value = EVERY[name](logits, target)
    torch.testing.assert_close(EVERY[name](logits.flip(0), target.flip(0)), value)
    order = torch.tensor([0, 2, 1])
    torch.testing.assert_close(EVERY[name](logits[:, order], order[target]), value)


@pytest.mark.parametrize("name", SHAPE)
def test_a_picture_may_be_turned_over(name: str) -> None:
    logits, target = scene()
    value = EVERY[name](logits, target)
    for axis in (-1, -2):
        torch.testing.assert_close(
            EVERY[name](logits.flip(axis), target.flip(axis)), value
        )


@pytest.mark.parametrize("name", PIXEL | REGION | UNBOUNDED | SIZE)
def test_order_of_classes_does_not_matter(name: str) -> None:
    logits, target = scene()
    order = torch.tensor([2, 0, 1])
    relabelled = order.argsort()[target]
    torch.testing.assert_close(
        EVERY[name](logits[:, order], relabelled), EVERY[name](logits, target)
    )


@pytest.mark.parametrize("autocast", [False, True])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@every_loss
def test_half_precision_is_widened_before_anything_is_summed(
    name: str, dtype: torch.dtype, autocast: bool
) -> None:
    # Its 66,000 pixels of background are more than float16 can count.
    logits, target = scene(images=1, rows=256, columns=260)
    half = logits.to(dtype)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
        value, gradient = value_and_gradient(EVERY[name], half, target)
    wide, gradient_wide = value_and_gradient(EVERY[name], half.float(), target)
    assert value.dtype == torch.float32
    assert value == wide
    assert torch.equal(gradient, gradient_wide.to(dtype))


@every_loss
def test_float32_agrees_with_float64_under_autocast_too(name: str) -> None:
    logits, target = scene(images=2, rows=64, columns=64)
    exact, gradient_exact = value_and_gradient(EVERY[name], logits, target)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        value, gradient = value_and_gradient(EVERY[name], logits.float(), target)
    assert exact.dtype == torch.float64
    torch.testing.assert_close(value, exact.float(), rtol=2e-6, atol=0)
    # As a whole: two errors that are equal in float32 may swap ranks in Lovasz.
    assert (gradient - gradient_exact).norm() < 1e-4 * gradient_exact.norm()


def test_no_loss_computes_under_autocast() -> None:
    """Shown by a product of matrices, which autocast narrows even in float32."""

    @on_logits
    def product(logits: Tensor, target: Tensor) -> Tensor:
        return logits[0, 0] @ logits[0, 0].T

    logits, target = scene()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert product(logits.float(), target).dtype == torch.float32


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@every_loss
def test_autocast_of_a_graphics_card_changes_nothing(
    name: str, dtype: torch.dtype
) -> None:
    logits, target = scene(images=2, rows=160, columns=300)
    half = logits.to(dtype)
    value, gradient = value_and_gradient(EVERY[name], half, target)
    with torch.autocast("cuda", dtype=dtype):
        there, gradient_there = value_and_gradient(
            EVERY[name], half.cuda(), target.cuda()
        )
    torch.testing.assert_close(there.cpu(), value, rtol=1e-5, atol=0)
    torch.testing.assert_close(gradient_there.cpu(), gradient, rtol=1e-2, atol=1e-6)


@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("margin", [15, 18, 40, 110, 6e4])
@every_loss
def test_saturated_logits_leave_value_and_gradient_finite(
    name: str, margin: float, right: bool
) -> None:
    _, target = scene()
    shown = target if right else (target + 1) % 3
    certain = nn.functional.one_hot(shown, 3).movedim(-1, 1).float() * margin
    value, gradient = value_and_gradient(EVERY[name], certain, target)
    assert value.isfinite()
    assert gradient.isfinite().all()
    if right and "soft" not in name:
        # A divergence is a difference of logarithms, and 0 to within its rounding.
        assert (
            (-1e-6 if "KL" in name else 0) <= value < 1e-4
        )  # 3e-7 to the power of 0.75 at the margin of 15
    if not right:
        assert value > 0.3


@pytest.mark.parametrize("name", SHARE)
def test_a_region_loss_is_a_share(name: str) -> None:
    for scale in (0.1, 1.0, 10.0):
        logits, target = scene(scale=scale)
        assert 0 < EVERY[name](logits, target) < 1


def test_absent_classes_are_left_out_of_the_mean() -> None:
    logits, target = scene()
    target = target.clamp_max(1)
    probability = logits.softmax(1)
    shared = [(probability[:, c] * (target == c)).sum() for c in (0, 1)]
    sizes = [probability[:, c].sum() + (target == c).sum() for c in (0, 1)]
    dice = [2 * s / size for s, size in zip(shared, sizes, strict=True)]
    torch.testing.assert_close(DiceLoss()(logits, target), 1 - (dice[0] + dice[1]) / 2)
    torch.testing.assert_close(DiceLoss(background=False)(logits, target), 1 - dice[1])
    torch.testing.assert_close(
        DiceLoss(classes="all")(logits, target), 1 - (dice[0] + dice[1]) / 3
    )
    both = LovaszSoftmaxLoss()(logits, target)
    highest = probability[:, 2].max()
    torch.testing.assert_close(
        LovaszSoftmaxLoss(classes="all")(logits, target), (2 * both + highest) / 3
    )


@pytest.mark.parametrize("make", MAKES)
def test_false_ink_of_an_absent_class_is_still_punished(make: type[nn.Module]) -> None:
    logits, target = scene()
    _, gradient = value_and_gradient(make(), logits, torch.zeros_like(target))
    assert (gradient[:, 0] < 0).all()
    assert (gradient[:, 1:] > 0).all()


@pytest.mark.parametrize("make", sorted({*MAKES} - {GeneralisedDiceLoss}, key=str))
def test_per_image_is_the_mean_over_images_and_the_classes_they_show(
    make: type[nn.Module],
) -> None:
    logits, target = scene()
    target[1] = target[1].clamp_max(1)
    alone = [make()(logits[i : i + 1], target[i : i + 1]) for i in range(2)]
    mean = (3 * alone[0] + 2 * alone[1]) / 5
    torch.testing.assert_close(make(per_image=True)(logits, target), mean)
    assert abs(make()(logits, target) - mean) > 1e-4


@pytest.mark.parametrize("make", MAKES)
def test_without_the_background_an_empty_picture_teaches_nothing(
    make: type[nn.Module],
) -> None:
    logits, target = scene()
    value, gradient = value_and_gradient(
        make(background=False), logits, torch.zeros_like(target)
    )
    assert value == 0
    assert not gradient.any()


def test_a_sum_weighs_its_terms_and_names_them() -> None:
    logits, target = scene()
    parts = {"pixel": CrossEntropyLoss(), "region": DiceLoss()}
    criterion = WeightedSum(parts, {"pixel": 0.25})
    terms = criterion.terms(logits, target)
    assert list(terms) == ["pixel", "region"]
    for name, term in terms.items():
        assert term == parts[name](logits, target)
    expected = 0.25 * terms["pixel"] + terms["region"]
    torch.testing.assert_close(criterion(logits, target), expected)
    torch.testing.assert_close(criterion.combine(terms), expected)


@every_loss
def test_a_module_is_its_hyper_parameters_and_nothing_else(name: str) -> None:
    logits, target = scene()
    loss = EVERY[name]
    assert not loss.state_dict()
    for twin in (copy.deepcopy(loss), pickle.loads(pickle.dumps(loss))):
        assert repr(twin) == repr(loss)
        assert twin(logits, target) == loss(logits, target)


def _composed(path: Path) -> DictConfig:
    """Return a loss with what it takes from the outputs, as Hydra composes both."""
    outputs = OmegaConf.load(path.parents[1] / "outputs" / "lines.yaml")
    whole = OmegaConf.create({"loss": OmegaConf.load(path), "outputs": outputs})
    composed: DictConfig = whole.loss
    return composed


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_configured_loss_falls_under_gradient_steps(path: Path) -> None:
    assert path.read_text().startswith("# ")
    loss = instantiate(_composed(path))
    logits, target = scene()
    logits = logits.float().requires_grad_()
    optimizer = torch.optim.Adam([logits], lr=0.1)
    values = []
    for _ in range(8):
        value = loss(logits, target)
        optimizer.zero_grad()
        value.backward()
        assert logits.grad is not None
        assert logits.grad.isfinite().all()
        optimizer.step()
        values.append(value.item())
    assert values == sorted(values, reverse=True)
    assert values[-1] < values[0]


def _targets(node: object) -> set[str]:
    """Return what a configuration and the parts of it are made by."""
    if not isinstance(node, dict):
        return set()
    found = {node["_target_"]} if "_target_" in node else set()
    return found.union(*(_targets(part) for part in node.values()))


def test_every_loss_has_a_configuration() -> None:
    targets = set().union(
        *(_targets(OmegaConf.to_container(OmegaConf.load(path))) for path in CONFIGS)
    )
    # That of the centre belongs to the outputs.
    styles = OmegaConf.load(CONFIGS[0].parents[1] / "outputs" / "styles.yaml")
    targets.add(styles["centre_loss"]["_target_"])
    assert targets == {f"veernet.losses.{n}" for n in losses.__all__ if n[0].isupper()}


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_configuration_says_where_a_loss_comes_from_and_when_to_choose_it(
    path: Path,
) -> None:
    text = path.read_text()
    assert "# Source: " in text
    assert "# Choose it " in text


@pytest.mark.parametrize(
    "name", [n for n in losses.__all__ if n.endswith("Loss") and n != "CentreLoss"]
)
def test_a_loss_says_what_it_is_and_when_to_choose_it(name: str) -> None:
    text = getattr(losses, name).__doc__
    for part in (".. math::", "(N, C, H, W)", "hoose it ", ".. ["):
        assert part in text


def test_a_configuration_may_leave_containers_to_hydra() -> None:
    config = {"_target_": "veernet.losses.CrossEntropyLoss", "class_weights": [1, 2, 3]}
    logits, target = scene()
    loss = instantiate(OmegaConf.create(config))
    assert loss(logits, target) == CrossEntropyLoss([1, 2, 3])(logits, target)


LOGITS, TARGET = scene()


@pytest.mark.parametrize(
    ("logits", "target", "message"),
    [
        (LOGITS[0], TARGET, r"logits are torch.float64 of shape \(3, 6, 7\): give fl"),
        (LOGITS.long(), TARGET, r"logits are torch.int64 of shape \(2, 3, 6, 7\)"),
        (LOGITS[:, :1], TARGET, "logits have 1 class: softmax needs two or more"),
        (LOGITS, TARGET[:, None], r"target has shape \(2, 1, 6, 7\) .* \(2, 6, 7\)$"),
        (LOGITS, TARGET[..., 1:], r"target has shape \(2, 6, 6\) for logits"),
        (LOGITS, TARGET[:1], r"target has shape \(1, 6, 7\) for logits"),
        (LOGITS, TARGET.byte(), "target is torch.uint8: give class indices as torch.i"),
        (LOGITS, TARGET + 1, "label 3, which is neither one of the 3 classes nor"),
        (LOGITS, TARGET - 1, "label -1, which is neither one of the 3 classes nor"),
    ],
)
def test_wrong_tensors_are_refused(
    logits: Tensor, target: Tensor, message: str
) -> None:
    for loss in EVERY.values():
        with pytest.raises(InputError, match=message):
            loss(logits, target)


@pytest.mark.parametrize(
    ("make", "wrong", "message"),
    [
        (FocalLoss, {"gamma": -1}, "gamma is -1: give 0 or more"),
        (FocalLoss, {"gamma": float("nan")}, "gamma is nan: give 0 or more"),
        (TverskyLoss, {"alpha": -0.1}, "alpha is -0.1: give 0 or more"),
        (TverskyLoss, {"beta": -0.1}, "beta is -0.1: give 0 or more"),
        (TverskyLoss, {"gamma": 0}, "gamma is 0: give more than 0, or the loss is con"),
        (TverskyLoss, {"alpha": 0, "beta": 0}, r"alpha \+ beta is 0: give more than 0"),
        (DiceLoss, {"smooth": -1}, "smooth is -1: give 0 or more"),
        (DiceLoss, {"classes": "some"}, "classes is 'some': give 'present' or 'all'"),
        (LovaszSoftmaxLoss, {"classes": "1"}, "classes is '1': give 'present' or"),
        (CrossEntropyLoss, {"label_smoothing": 2}, "label_smoothing is 2: give a sha"),
        (FocalLoss, {"class_weights": [1, -2, 1]}, "the weight of class 1 is -2: giv"),
        (FocalLoss, {"class_weights": [0, 0, 0]}, "the sum of the class weights is 0:"),
        (CrossEntropyLoss, {"class_weights": [1, float("inf")]}, "give .* no infinity"),
        (DiceLoss, {"smooth": float("inf")}, "smooth is inf: give .* no infinity"),
        (RegionSizeLoss, {"sharpness": float("inf")}, "sharpness is inf: give no inf"),
        (WeightedSum, {"losses": {"loss": DiceLoss()}}, "'loss' cannot name a loss of"),
        (
            WeightedSum,
            {"losses": {"centre": DiceLoss()}},
            "'centre' cannot name a loss",
        ),
        (WeightedSum, {"losses": {"a.b": DiceLoss()}}, "'a.b' cannot name a loss of a"),
        (WeightedSum, {"losses": {"type": DiceLoss()}}, "'type' cannot name a loss of"),
        (JaccardLoss, {"smooth": -1}, "smooth is -1: give 0 or more"),
        (SquaredDiceLoss, {"classes": "1"}, "classes is '1': give 'present' or"),
        (GeneralisedDiceLoss, {"smooth": -1}, "smooth is -1: give 0 or more"),
        (LogDiceLoss, {"classes": "1"}, "classes is '1': give 'present' or"),
        (RegionSizeLoss, {"distance": "l2"}, "distance is 'l2': give 'l1' or 'kl'"),
        (RegionSizeLoss, {"sharpness": 0}, "sharpness is 0: give more than 0"),
        (CLDiceLoss, {"iterations": -1}, "iterations is -1: give 0 or more"),
        (CLDiceLoss, {"smooth": -1}, "smooth is -1: give 0 or more"),
        (SkeletonRecallLoss, {"smooth": -1}, "smooth is -1: give 0 or more"),
        (SkeletonRecallLoss, {"classes": "1"}, "classes is '1': give 'present' or"),
        (WeightedSum, {"losses": {}}, "a weighted sum has no losses: give one"),
        (
            WeightedSum,
            {"losses": {"a": DiceLoss()}, "weights": {"b": 1}},
            r"weights are given for \['b'\]: the losses are \['a'\]",
        ),
        (
            WeightedSum,
            {"losses": {"a": DiceLoss()}, "weights": {"a": -1}},
            "the weight of a is -1: give 0 or more",
        ),
    ],
)
def test_wrong_hyper_parameters_are_refused_before_training(
    make: type[nn.Module], wrong: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        make(**wrong)


@pytest.mark.parametrize("make", [CLDiceLoss, TverskyLoss])
@pytest.mark.parametrize("per_image", [False, True])
def test_false_ink_on_a_page_without_curves_counts_where_all_classes_do(
    make: type[nn.Module], per_image: bool
) -> None:
    target = torch.zeros((1, 16, 16), dtype=torch.int64)
    logits = torch.zeros((1, 3, 16, 16))
    logits[:, 0] = 9
    logits[:, 1, :, 7] = 18  # a line that is not there
    options = {"smooth": 1.0, "per_image": per_image, "background": False}
    present = make(classes="present", **options)
    value, gradient = value_and_gradient(make(classes="all", **options), logits, target)
    assert present(logits, target) == 0
    assert value > 0.3
    assert gradient[:, 1, :, 7].min() > 0


@pytest.mark.parametrize("per_image", [False, True])
def test_log_dice_pulls_at_a_curve_however_far_off_it_is(per_image: bool) -> None:
    logits, target = torch.zeros((2, 3, 64, 64)), torch.zeros((2, 64, 64)).long()
    target[:, 5, 5], target[:, 9, 9] = 1, 2
    loss = LogDiceLoss(per_image=per_image)
    values = []
    for margin in (30.0, 60.0, 3000.0):
        logits[:, 0] = margin
        value, gradient = value_and_gradient(loss, logits, target)
        values.append(float(value))
        assert gradient[:, 1, 5, 5].sum() == pytest.approx(-1 / 3, rel=0.01)
    # Two of three classes cost a nat more for each that they are off.
    assert values[1] - values[0] == pytest.approx(30 * 2 / 3, rel=1e-4)
    assert values[2] - values[1] == pytest.approx(2940 * 2 / 3, rel=1e-4)


def test_smoothed_labels_of_a_class_without_weight_are_no_loss() -> None:
    logits, target = scene()
    loss = CrossEntropyLoss([0, 1, 1], label_smoothing=0.1)
    value, gradient = value_and_gradient(loss, logits, torch.zeros_like(target))
    assert value == 0
    assert not gradient.any()
    assert loss(logits, target) > 0


@pytest.mark.parametrize("make", [CrossEntropyLoss, FocalLoss])
def test_only_the_ratios_of_class_weights_matter(make: type[nn.Module]) -> None:
    logits, target = scene(images=1, rows=1)
    value = make(class_weights=[0.2, 1, 2])(logits, target)
    for scale in (1e-3, 1e3):
        scaled = make(class_weights=[0.2 * scale, scale, 2 * scale])
        torch.testing.assert_close(scaled(logits, target), value)


def test_class_weights_are_one_per_class() -> None:
    with pytest.raises(InputError, match="2 class weights for 3 classes: give one per"):
        CrossEntropyLoss([1, 2])(*scene())
