"""Training: scores, schedules, averaged weights, and a run from start to resume."""

import functools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torchmetrics.functional import f1_score, jaccard_index

from tests.networks import ARCHITECTURE, BATCH_NORMALISED, OUTPUTS, TwoLines, spec
from tests.runs import by_hand, logged, run
from veernet.checkpoint import load, save
from veernet.errors import InputError
from veernet.losses import CentreLoss, CrossEntropyLoss, DiceLoss, WeightedSum
from veernet.losses.inputs import IGNORE_INDEX
from veernet.model import build
from veernet.model.probability import to_probability
from veernet.network import NetworkSpec, Output, picture_outputs
from veernet.training.averages import EMA
from veernet.training.metrics import (
    CentreError,
    CurveError,
    OverlapMetric,
    count_overlap,
    row_columns,
)
from veernet.training.pictures import paint, side_by_side
from veernet.training.schedule import constant, cosine, swa, trapezoid
from veernet.training.start import RARE, begin_from

NAMES = [output.name for output in OUTPUTS]


def test_overlap_agrees_with_torchmetrics_over_all_pixels() -> None:
    generator = torch.Generator().manual_seed(0)
    prediction = torch.randint(0, 3, (4, 16, 16), generator=generator)
    target = torch.randint(0, 3, (4, 16, 16), generator=generator)
    overlap = OverlapMetric(NAMES)
    overlap.update(prediction[:1], target[:1])
    overlap.update(prediction[1:], target[1:])
    scores = overlap.compute()
    options: dict[str, Any] = {
        "task": "multiclass",
        "num_classes": 3,
        "average": "none",
    }
    iou = jaccard_index(prediction, target, **options)
    f1 = f1_score(prediction, target, **options)
    for index, name in enumerate(NAMES):
        torch.testing.assert_close(scores[f"iou/{name}"], iou[index])
        torch.testing.assert_close(scores[f"f1/{name}"], f1[index])


def test_pixels_that_are_ignored_count_nowhere() -> None:
    generator = torch.Generator().manual_seed(1)
    prediction = torch.randint(0, 3, (2, 8, 8), generator=generator)
    target = torch.randint(0, 3, (2, 8, 8), generator=generator)
    whole = count_overlap(prediction[..., :5], target[..., :5], 3)
    target[..., 5:] = IGNORE_INDEX
    assert torch.equal(count_overlap(prediction, target, 3), whole)


def test_mean_over_pictures_counts_those_that_show_the_class() -> None:
    # Class 1: half right in the first picture, missing from both sides in the second,
    # dreamt up in the third. Class 2 is nowhere.
    target = torch.tensor([[[1, 1, 0, 0]], [[0, 0, 0, 0]], [[0, 0, 0, 0]]])
    prediction = torch.tensor([[[1, 0, 0, 0]], [[0, 0, 0, 0]], [[1, 0, 0, 0]]])
    overlap = OverlapMetric(NAMES)
    overlap.update(prediction, target)
    scores = overlap.compute()
    assert float(scores["image_iou/solid"]) == pytest.approx((1 / 2 + 0) / 2)
    assert float(scores["image_f1/solid"]) == pytest.approx((2 / 3 + 0) / 2)
    assert float(scores["iou/solid"]) == pytest.approx(1 / 3)
    assert scores["iou/dashed"].isnan()
    assert scores["image_f1/dashed"].isnan()


@given(st.floats(5, 25), st.floats(0.6, 2))
@settings(max_examples=25, deadline=None)
def test_a_blurred_line_is_read_between_the_columns(at: float, width: float) -> None:
    columns = torch.arange(32.0)
    line = torch.exp(-0.5 * ((columns - at) / width) ** 2)
    read = row_columns(line.expand(1, 4, 32))
    # The window is symmetric about a whole column, so a wide line is cut unevenly.
    np.testing.assert_allclose(read, at, atol=0.35)


def test_a_line_at_the_edge_is_read_there() -> None:
    line = torch.zeros(1, 2, 16)
    line[0, 0, 0] = line[0, 1, 15] = 1
    torch.testing.assert_close(row_columns(line), torch.tensor([[0.0, 15.0]]))


def test_curve_error_is_of_single_curves_where_they_are_drawn() -> None:
    probability = torch.zeros(2, 3, 4, 16)
    probability[:, 1, :, 5] = 1
    probability[:, 2, :, 10] = 1
    nan = float("nan")
    columns = torch.tensor(
        [
            # Class 1 once, 0 or 5 px off and not drawn in one row; class 2 twice.
            [[5.0, 5.0, 10.0, nan], [10.0] * 4, [12.0] * 4],
            # Class 1 once, out of the picture in two rows; then padding.
            [[7.0, 7.0, -4.0, 40.0], [nan] * 4, [nan] * 4],
        ]
    )
    curve_class = torch.tensor([[1, 2, 2], [1, 0, 0]])
    error = CurveError(NAMES)
    error.update(probability, columns, curve_class)
    scores = error.compute()
    assert float(scores["curve_mae/solid"]) == pytest.approx((0 + 0 + 5 + 2 + 2) / 5)
    assert float(scores["hit@3/solid"]) == pytest.approx(4 / 5)
    assert scores["curve_mae/dashed"].isnan()


@pytest.mark.parametrize(
    ("schedule", "at", "factor"),
    [
        (constant, 0.7, 1.0),
        (functools.partial(constant, warm_up=0.5), 0.25, 0.5),
        (functools.partial(cosine, warm_up=0.0), 0.0, 1.0),
        (functools.partial(cosine, warm_up=0.0), 0.5, 0.5),
        (functools.partial(cosine, warm_up=0.2), 0.1, 0.5),
        (functools.partial(cosine, warm_up=0.2), 0.2, 1.0),
        (functools.partial(cosine, floor=0.1), 1.0, 0.1),
        (functools.partial(swa, warm_up=0.0), 0.0, 1.0),
        (functools.partial(swa, start=0.6, factor=0.2, warm_up=0.0), 0.3, 0.6),
        (functools.partial(swa, start=0.6, factor=0.2), 0.6, 0.2),
        (functools.partial(swa, start=0.6, factor=0.2), 1.0, 0.2),
        (functools.partial(swa, start=0.5, warm_up=0.2), 0.1, 0.5),
        (functools.partial(swa, start=0.5, warm_up=0.2), 0.2, 1.0),
        (functools.partial(swa, start=0.0, factor=0.3), 0.0, 0.3),
        (functools.partial(trapezoid, decay=0.4), 0.6, 1.0),
        (functools.partial(trapezoid, decay=0.4), 0.8, 0.5),
        (functools.partial(trapezoid, decay=0.4, floor=0.2), 1.0, 0.2),
        (functools.partial(trapezoid, warm_up=0.1, decay=0.0), 1.0, 1.0),
    ],
)
def test_schedules_pass_through_known_points(
    schedule: Callable[[float], float], at: float, factor: float
) -> None:
    assert schedule(at) == pytest.approx(factor)


@given(st.floats(0, 1))
def test_no_schedule_leaves_its_bounds_or_wastes_the_first_step(share: float) -> None:
    for schedule in (cosine, trapezoid):
        assert 0 < schedule(share, floor=0.01) <= 1
    assert 0 < swa(share, factor=0.01) <= 1


def test_paint_shows_paper_ink_and_classes() -> None:
    image = torch.tensor([[0.0, 1.0, 0.0]])
    shares = torch.tensor([[[1.0, 1.0, 0.0]], [[0.0, 0.0, 1.0]]])
    painted = paint(image, shares)
    assert painted[:, 0, 0].tolist() == [1.0, 1.0, 1.0]
    assert painted[:, 0, 1].tolist() == pytest.approx([0.65] * 3)
    red, green, blue = painted[:, 0, 2].tolist()
    assert red > 2 * green
    assert red > 2 * blue


def test_picture_has_the_three_views_beside_each_other() -> None:
    sample = TwoLines(1)[0]
    probability = torch.nn.functional.one_hot(sample["mask"], 3).movedim(-1, 0).float()
    picture = side_by_side(sample["image"], sample["mask"], probability)
    assert picture.shape == (3, 64, 3 * 64 + 8)
    assert torch.equal(picture[..., 68:132], picture[..., 136:])


def test_run_writes_scores_networks_logs_and_pictures(tmp_path: Path) -> None:
    losses = WeightedSum({"cross_entropy": CrossEntropyLoss(), "dice": DiceLoss()})
    scores = run(tmp_path, loss=losses, averaging=EMA(0.9))
    assert {"val/score", "val/iou/solid", "val/curve_mae/dashed"} <= set(scores)
    assert (tmp_path / "resume.ckpt").is_file()
    for name in ("best", "last"):
        _, found = load(tmp_path / name)
        assert found.made["steps"] in {2, 4}
        assert found.scores["val/score"] <= scores["val/score"]
    table = logged(tmp_path)
    assert {"train/loss", "train/dice", "lr-AdamW", "val/hit@3/solid"} <= {*table}
    folder = next((tmp_path / "tensorboard").iterdir())
    events = EventAccumulator(str(folder))
    events.Reload()
    assert "validation/0" in events.Tags()["images"]
    assert "val/score" in events.Tags()["scalars"]


def test_the_same_seed_gives_the_same_network(tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        run(tmp_path / name, seed=seed, trainer={"max_epochs": 1})
    one, two, other = (
        (tmp_path / name / "last.safetensors").read_bytes()
        for name in ("one", "two", "other")
    )
    assert one == two
    assert one != other


def test_a_resumed_run_ends_where_an_unbroken_one_does(tmp_path: Path) -> None:
    half, whole = tmp_path / "half", tmp_path / "whole"
    options: dict[str, Any] = {"averaging": EMA(0.9), "schedule": by_hand}
    run(whole, trainer={"max_epochs": 4}, **options)
    run(half, trainer={"max_epochs": 2}, **options)
    run(half, trainer={"max_epochs": 4}, resume=half / "resume.ckpt", **options)
    one, other = load(half / "last"), load(whole / "last")
    for a, b in zip(one[0].parameters(), other[0].parameters(), strict=True):
        torch.testing.assert_close(a, b)
    assert one[1].made["steps"] == other[1].made["steps"] == 8


class _Dies(CrossEntropyLoss):
    """Ends the process, as it were, in the middle of the second epoch."""

    def forward(self, logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        self.left = getattr(self, "left", 10) - 1
        if not self.left:
            msg = "killed"
            raise OSError(msg)
        return super().forward(logits, target)


def test_a_killed_run_goes_on_from_its_last_validation(tmp_path: Path) -> None:
    # Each step calls the loss three times: once to train, twice to validate.
    each_step = {"max_epochs": 3, "val_check_interval": 1}
    with pytest.raises(OSError, match="killed"):
        run(tmp_path, trainer=each_step, loss=_Dies())
    with pytest.warns(UserWarning, match="resuming from a checkpoint that ended befo"):
        run(tmp_path, trainer=each_step, resume=tmp_path / "resume.ckpt")
    assert load(tmp_path / "last")[1].made["steps"] == 6
    steps = logged(tmp_path)["step"].drop_duplicates().tolist()
    assert steps == [0, 1, 2, 3, 4, 5, 6]  # the last is the closing validation


def test_few_pictures_are_learnt_by_heart(tmp_path: Path) -> None:
    once = {"max_epochs": 40, "check_val_every_n_epoch": 40}
    scores = run(tmp_path, trainer=once)
    assert scores["val/score"] > 0.9
    assert scores["val/curve_mae/solid"] < 1
    assert scores["val/curve_mae/dashed"] < 1


def test_best_network_is_kept_when_later_ones_are_worse(tmp_path: Path) -> None:
    def ruin_at_half(share: float) -> float:
        return 1.0 if share < 0.5 else 1e3

    scores = run(tmp_path, schedule=ruin_at_half, trainer={"max_epochs": 8})
    best, last = load(tmp_path / "best")[1], load(tmp_path / "last")[1]
    assert best.scores["val/score"] == pytest.approx(scores["val/score"])
    assert last.scores["val/score"] < best.scores["val/score"]
    assert best.made["steps"] < last.made["steps"]


def test_learning_rate_falls_with_the_clock_when_time_is_what_ends_a_run(
    tmp_path: Path,
) -> None:
    seconds = {"max_epochs": -1, "max_time": {"seconds": 3}}
    run(tmp_path, trainer=seconds, schedule=functools.partial(cosine, warm_up=0.0))
    rates = logged(tmp_path)["lr-AdamW"].dropna().to_numpy()
    assert rates[0] > 4.5e-3
    assert rates[-1] < 1e-3
    assert (np.diff(rates) <= 0).all()


def test_patience_ends_a_run_that_learns_nothing(tmp_path: Path) -> None:
    still = functools.partial(torch.optim.SGD, lr=0.0)
    run(tmp_path, optimizer=still, patience=2, trainer={"max_epochs": 9})
    assert load(tmp_path / "last")[1].made["steps"] == 3 * 2


def test_training_starts_from_a_checkpoint(tmp_path: Path) -> None:
    run(tmp_path / "first")
    still = functools.partial(torch.optim.SGD, lr=0.0)
    run(tmp_path / "second", optimizer=still, start=tmp_path / "first" / "last")
    first, second = (load(tmp_path / n / "last")[0] for n in ("first", "second"))
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(a, b)


def test_bf16_trains_on_the_cpu(tmp_path: Path) -> None:
    run(tmp_path, trainer={"precision": "bf16-mixed", "max_epochs": 1})
    weights = load(tmp_path / "last")[0].state_dict().values()
    assert all(weight.isfinite().all() for weight in weights)


def test_networks_of_the_library_are_trained_and_averaged(tmp_path: Path) -> None:
    scores = run(tmp_path, spec=BATCH_NORMALISED, averaging=EMA(0.9))
    assert load(tmp_path / "best")[1].scores == pytest.approx(scores)


def test_outputs_and_classes_must_agree(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="for each of background, solid, dashed"):
        run(tmp_path, spec=spec(classes=2))


def test_start_of_another_architecture_is_refused(tmp_path: Path) -> None:
    run(tmp_path / "first", trainer={"max_epochs": 1})
    with pytest.raises(InputError, match="weights of another architecture"):
        run(tmp_path, spec=spec(width=64), start=tmp_path / "first" / "last")


STYLES = (
    Output("background"),
    *(Output(line, (line,)) for line in ("solid", "long-dash", "short-dash")),
    Output("dotted", ("dot", "dash-dot")),
)


def styled() -> NetworkSpec:
    """Describe the small network with more styles and a centre."""
    architecture = {**ARCHITECTURE, "classes": len(STYLES) + 1}
    return NetworkSpec("styled", architecture, STYLES, centre=True)


def test_a_network_with_a_centre_begins_as_the_one_without(tmp_path: Path) -> None:
    run(tmp_path / "first", trainer={"max_epochs": 1})
    old, _ = load(tmp_path / "first" / "last")
    new = build(styled().architecture).eval()
    begin_from(new, styled(), tmp_path / "first" / "last")
    image = torch.rand(1, 1, 64, 64)
    with torch.no_grad():
        before = old.eval()(image).softmax(1)
        after = to_probability(new(image), len(STYLES))
    torch.testing.assert_close(after[:, :2], before[:, :2])
    for index in (2, 3, 4):  # what was dashed is shared evenly
        torch.testing.assert_close(after[:, index], before[:, 2] / 3)
    expected = torch.full((1, 64, 64), 1 / (1 + math.exp(-RARE)))
    torch.testing.assert_close(after[:, 5], expected)


def test_outputs_in_another_order_take_their_own_weights(tmp_path: Path) -> None:
    save(tmp_path / "old", build(ARCHITECTURE), spec())
    turned = NetworkSpec("turned", ARCHITECTURE, (OUTPUTS[0], OUTPUTS[2], OUTPUTS[1]))
    new = build(ARCHITECTURE).eval()
    begin_from(new, turned, tmp_path / "old")
    image = torch.rand(1, 1, 64, 64)
    with torch.no_grad():
        expected = load(tmp_path / "old")[0](image)[:, [0, 2, 1]]
        torch.testing.assert_close(new(image), expected)


def test_another_decoder_is_refused_also_with_other_outputs(tmp_path: Path) -> None:
    save(tmp_path / "old", build(ARCHITECTURE), spec())
    wider = {**styled().architecture, "decoder_channels": [32, 30, 16, 16]}
    with pytest.raises(InputError, match="weights of another architecture"):
        begin_from(build(wider), styled(), tmp_path / "old")


def test_an_output_without_forebear_is_refused(tmp_path: Path) -> None:
    outputs = (Output("background"), Output("solid", ("solid",)))
    fewer = NetworkSpec("fewer", {**ARCHITECTURE, "classes": 2}, outputs)
    save(tmp_path / "fewer", build(fewer.architecture), fewer)
    with pytest.raises(InputError, match="no output stands for long-dash lines"):
        begin_from(build(styled().architecture), styled(), tmp_path / "fewer")


def test_classes_of_pictures_begin_as_those_of_their_names(tmp_path: Path) -> None:
    before = NetworkSpec("old", ARCHITECTURE, picture_outputs(["land", "sea", "road"]))
    save(tmp_path / "old", build(ARCHITECTURE), before)
    fewer = {**ARCHITECTURE, "classes": 2}
    new = build(fewer).eval()
    turned = NetworkSpec("new", fewer, picture_outputs(["road", "land"]))
    begin_from(new, turned, tmp_path / "old")
    image = torch.rand(1, 1, 64, 64)
    with torch.no_grad():
        expected = load(tmp_path / "old")[0](image)[:, [2, 0]]
        torch.testing.assert_close(new(image), expected)
    other = NetworkSpec("new", fewer, picture_outputs(["road", "sky"]))
    with pytest.raises(InputError, match="no output stands for sky"):
        begin_from(build(fewer), other, tmp_path / "old")


def test_a_centre_is_trained_scored_and_exported(tmp_path: Path) -> None:
    scores = run(
        tmp_path,
        spec=styled(),
        centre_loss=CentreLoss(weight=0.5),
        trainer={"max_epochs": 4},
    )
    assert {"val/centre_found", "train/centre"} <= {*scores, *logged(tmp_path)}
    assert load(tmp_path / "best")[1].centre
    falling = logged(tmp_path)["train/centre"].dropna()
    assert falling.iloc[-1] < 0.9 * falling.iloc[0]


def test_a_centre_and_its_loss_belong_together(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match="the network has a centre and the training no"
    ):
        run(tmp_path, spec=styled())
    with pytest.raises(
        InputError, match="the network has no centre and the training a"
    ):
        run(tmp_path, centre_loss=CentreLoss())


def test_centre_error_is_of_the_rows_in_which_it_is_found() -> None:
    columns = torch.tensor([[[10.25, 20.5, float("nan"), 30.0, -3.0]]])
    centre = torch.zeros(1, 5, 40)
    centre[0, 0, 10:12] = torch.tensor([0.75, 0.25])  # exact
    centre[0, 1, 21] = 0.5  # half a pixel off
    centre[0, 2, 5] = 1.0  # no curve there
    centre[0, 3, 30] = 0.2  # not enough
    metric = CentreError()
    metric.update(centre, columns)
    scores = metric.compute()
    assert scores["centre_mae"].item() == pytest.approx(0.25)
    assert scores["centre_found"].item() == pytest.approx(2 / 3)


def test_names_of_scores_are_those_of_the_outputs(tmp_path: Path) -> None:
    outputs = (
        Output("background"),
        Output("ink", ("solid", "dot")),
        Output("long", ("long-dash",)),
    )
    renamed = NetworkSpec("small", ARCHITECTURE, outputs)
    scores = run(tmp_path, spec=renamed, trainer={"max_epochs": 1})
    assert {"val/iou/ink", "val/f1/long"} <= set(scores)
