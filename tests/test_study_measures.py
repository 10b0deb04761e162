"""Figures draw by draw: as observed they are the tables', and arms are found."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.figures import curve_figures, mask_figures
from tests.studies import runs_only, study
from veernet.errors import InputError
from veernet.study.arms import (
    FIVE,
    Arm,
    arms_of,
    base_rate,
    best_profile,
    of_profile,
    profiles,
    provenance,
    runs_of,
    wanting,
)
from veernet.study.landscape import Landscape, Lines
from veernet.study.measures import MEANS, MEDIANS, OF_MASKS, Measure, Resampled
from veernet.study.results import Study, landscape_numbers

PLAIN = [Arm(loss) for loss in FIVE]


def uneven() -> Study:
    """Make a study of two runs without a pattern in it, and leave curves out."""
    rng = np.random.default_rng(0)
    made = study([Arm("dice")], lambda arm, seed: {}, seeds=(0, 1))
    masks = made.masks.copy()
    for name in ("both", "false", "missed"):
        masks[name] = rng.integers(50, size=len(masks))
    masks.loc[masks["label"] == "dashed", ["both", "false", "missed"]] *= (
        rng.random((int((masks["label"] == "dashed").sum()), 1)) < 0.7
    )
    masks["true"] = masks["both"] + masks["missed"] + 1
    curves = made.curves[rng.random(len(made.curves)) < 0.8].copy()
    for name in ("mae", "filled_px", "hit", "r_squared", "error_squared"):
        curves[name] = rng.random(len(curves))
    return Study(made.runs, masks, curves, made.history)


def test_as_observed_they_are_those_of_the_tables() -> None:
    made = uneven()
    found = Resampled(made, "test", np.random.default_rng(0), 5)
    masks = mask_figures(made.masks).xs("test", level="set")
    curves = curve_figures(made.curves).xs("test", level="set")
    for run in made.runs.index:
        for name in set(OF_MASKS) & set(masks.columns):
            for label in ("background", "dashed"):
                value = found.of_run(run, Measure(name, label))[0]
                assert value == pytest.approx(masks.loc[(run, label), name]), name
        for name in (*MEANS, *MEDIANS, "r_squared"):
            value = found.of_run(run, Measure(name, "solid", "dp"))[0]
            assert value == pytest.approx(curves.loc[(run, "solid", "dp"), name]), name


def test_draws_are_those_of_the_pictures_drawn() -> None:
    """Each draw is the table's figure of a study that repeats its pictures."""
    made = uneven()
    found = Resampled(made, "test", np.random.default_rng(0), 3)
    run = made.runs.index[1]
    for draw in (1, 2, 3):
        times = found.draws.pictures[draw].astype(int)
        kept = made.masks[(made.masks["run"] == run) & (made.masks["set"] == "test")]
        masks = kept.loc[kept.index.repeat(times[kept["picture"]])]
        kept = made.curves[(made.curves["run"] == run) & (made.curves["set"] == "test")]
        curves = kept.loc[kept.index.repeat(times[kept["picture"]])]
        of_masks = mask_figures(masks).loc[(run, "test", "dashed")]
        of_curves = curve_figures(curves).loc[(run, "test", "solid", "dp")]
        for name in ("iou", "image_iou", "precision"):
            value = found.of_run(run, Measure(name, "dashed"))[draw]
            assert value == pytest.approx(of_masks[name])
        for name in ("mae", "median_r_squared", "r_squared"):
            value = found.of_run(run, Measure(name, "solid", "dp"))[draw]
            assert value == pytest.approx(of_curves[name])


def test_no_label_is_the_mean_over_the_curves() -> None:
    made = study(PLAIN, lambda arm, seed: {"iou": (0.4, 0.2), "mae": (0.02, 0.04)})
    found = Resampled(made, "test", np.random.default_rng(0), 50)
    runs = runs_of(made.runs, Arm("dice"))
    iou = found.estimate(runs, Measure("iou"))
    assert (iou.value, iou.low, iou.high) == pytest.approx((0.3, 0.3, 0.3))
    assert (iou.spread, iou.seeds) == (pytest.approx(0), 3)
    mae = found.estimate(runs, Measure("mae", tracer="dp"))
    assert mae.value == pytest.approx(0.03)
    assert mae.low < 0.03 < mae.high
    same = [(1.0, runs), (-1.0, runs_of(made.runs, Arm("focal")))]
    twin = found.contrast(same, Measure("mae", tracer="dp"))
    assert (twin.low, twin.high) == pytest.approx((0, 0))


def test_seeds_are_paired() -> None:
    made = study(
        PLAIN, lambda arm, seed: {"iou": 0.3 + 0.1 * seed + 0.05 * (arm.loss == "dice")}
    )
    found = Resampled(made, "test", np.random.default_rng(0), 500)
    one, two = (runs_of(made.runs, Arm(loss)) for loss in ("dice", "focal"))
    assert found.estimate(one, Measure("iou")).low < 0.3
    pair = found.contrast([(1.0, one), (-1.0, two)], Measure("iou"))
    assert (pair.low, pair.high) == pytest.approx((0.05, 0.05))
    fewer = found.contrast(
        [(1.0, one), (-1.0, {seed: two[seed] for seed in (1, 2)})], Measure("iou")
    )
    assert fewer.seeds == 2
    with pytest.raises(InputError, match="no seed in common"):
        found.contrast([(1.0, {0: one[0]}), (1.0, {1: two[1]})], Measure("iou"))


def test_measures_that_are_none_are_refused() -> None:
    for arguments, message in (
        (("iuo",), "no figure is named iuo"),
        (("mae",), "mae read by None: figures of curves want a tracer"),
        (("iou", None, "dp"), "iou read by dp"),
    ):
        with pytest.raises(InputError, match=message):
            Measure(*arguments)
    assert not Measure("mae", tracer="dp").higher
    assert str(Measure("median_mae", "solid", "dp")) == "solid median mae (dp)"


def test_profiles_are_never_mixed() -> None:
    small, full = (
        study(PLAIN[:2], lambda arm, seed: {}, profile=name)
        for name in ("small", "full")
    )
    both = Study(
        pd.concat([small.runs, full.runs]),
        pd.concat([small.masks, full.masks]),
        pd.concat([small.curves, full.curves]),
        small.history,
    )
    assert profiles(both) == ["full", "small"]
    with pytest.raises(InputError, match="give one profile with scores"):
        Resampled(both, "test", np.random.default_rng(0), 5)
    own = of_profile(both, "full")
    assert set(own.masks["run"]) == set(full.runs.index)
    made = provenance(both.runs, list(own.runs.index))
    assert (made.profile, made.runs, made.seeds) == ("full", 6, (0, 1, 2))
    with pytest.raises(InputError, match="no run is of the profile medium"):
        of_profile(both, "medium")


def test_fewer_pictures_are_no_pair() -> None:
    made = study(PLAIN[:2], lambda arm, seed: {})
    dropped = (made.masks["run"] == made.runs.index[0]) & (made.masks["picture"] == 3)
    with pytest.raises(InputError, match=r"runs saw \[29, 30\] pictures"):
        Resampled(
            Study(made.runs, made.masks[~dropped], made.curves, made.history),
            "test",
            np.random.default_rng(0),
            5,
        )


def test_arms_are_found_by_their_labels() -> None:
    arms = [
        *PLAIN,
        *(Arm(loss, lr=rate) for loss in FIVE for rate in (1e-3, 8e-3)),
        Arm("tversky", alpha=0.5, beta=0.5),
        Arm("tversky", alpha=0.3, beta=0.7),
        Arm("dice", averaging="swa"),
        Arm("dice", label_width=1, blank=256),
        Arm("none"),
    ]
    runs = runs_only(arms)
    assert base_rate(runs, "dice") == 4e-3
    assert base_rate(runs, "dice", "sgd") is None
    for arm in arms:
        found = runs_of(runs, arm)
        wanted = "tversky" if (arm.alpha, arm.beta) == (0.3, 0.7) else arm.name
        assert set(found.values()) <= {f"small/{wanted},seed={s}" for s in range(3)}
        assert list(found) == ([0] if arm.loss == "none" else [0, 1, 2])
    assert runs_of(runs, Arm("dice", optimizer="sam")) == {}


def test_of_equally_tried_rates_the_middle_one_is_the_base() -> None:
    rates = [Arm(loss, lr=rate) for loss in FIVE for rate in (1e-3, 4e-3, 16e-3)]
    runs = runs_only(rates)
    assert {base_rate(runs, loss) for loss in FIVE} == {4e-3}


def test_the_plain_arm_of_a_loss_may_have_a_rate_of_its_own() -> None:
    rates = {"cross_entropy": 3.2e-2, "dice": 4e-3}
    runs = runs_only([Arm(loss, lr=rate) for loss, rate in rates.items()])
    runs["base_lr"] = runs["loss"].map(rates)
    assert {loss: base_rate(runs, loss) for loss in rates} == rates
    assert [len(own) for own in arms_of(runs).values()] == [3, 3]
    assert list(arms_of(runs)) == [Arm("cross_entropy"), Arm("dice")]


def test_missing_arms_are_named_by_their_experiment() -> None:
    made = study(PLAIN, lambda arm, seed: {})
    assert best_profile(made, PLAIN) == "small"
    wanted = [*PLAIN, Arm("dice", optimizer="sam"), Arm("dice", averaging="swa")]
    assert best_profile(made, wanted) is None
    assert wanting(made, wanted) == ("sam_small", "swa_small")
    every = {
        Arm("none"): "background_small",
        Arm("dice", lr=1e-3): "rates_small",
        Arm("tversky", alpha=0.1): "dial_small",
        Arm("dice", label_width=1, blank=256): "blank_small",
        Arm("dice", label_width=1): "imbalance_small",
        Arm("dice", averaging="ema"): "ema_small",
        Arm("dice", optimizer="sgd"): "optimizers_small",
        Arm("dice", optimizer="entropy_sgd"): "entropy_small",
        Arm("jaccard"): "losses_small",
        Arm("dice"): "five_losses_small",
    }
    assert {arm: arm.experiment for arm in every} == every


def test_landscapes_of_runs_are_a_table() -> None:
    numbers = {"temperature": 1.5, "basin/curve_mae/median": None}
    found = Landscape(numbers, Lines((0.0,), {}), None, {})
    table = landscape_numbers({"done": found})
    assert table["run"].tolist() == ["done"]
    assert table["temperature"].tolist() == [1.5]
    assert table["basin/curve_mae/median"].isna().all()
    assert landscape_numbers({}).empty


def test_runs_that_saw_other_curves_are_refused() -> None:
    own = study([Arm("dice"), Arm("focal")], lambda arm, seed: {})
    rounded = own.curves["truth_sum"].astype(np.float32)
    curves = own.curves.assign(truth_sum=rounded)
    at = (curves["run"] == "small/focal,seed=1") & (curves["picture"] == 7)
    Resampled(replace(own, curves=curves), "test", np.random.default_rng(0), 5)
    curves.loc[at, "truth_sum"] *= 1.1
    with pytest.raises(InputError, match=r"focal,seed=1 were scored on other curves"):
        Resampled(replace(own, curves=curves), "test", np.random.default_rng(0), 5)
