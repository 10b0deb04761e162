"""Ranks of losses, chosen rates, what a step takes, and the arms of the sweeps."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tests.studies import study, without
from veernet.study.arms import (
    DIAL,
    FIVE,
    OPTIMISERS,
    OTHER_LOSSES,
    RATES,
    SEEDS,
    WIDTHS,
    Arm,
    gradients_a_step,
    runs_of,
    sample_gradients,
)
from veernet.study.comparison import READING, StudyComparison
from veernet.study.measures import OF_CURVES, OF_MASKS, Measure
from veernet.study.published import PUBLISHED, remarks
from veernet.study.ranking import agreement, chosen_rate, rank_losses, rates_of

EXPERIMENTS = Path(__file__).parents[1] / "configs" / "experiment"
PLAIN = [Arm(loss) for loss in FIVE]


def compare(
    arms: Any,
    scores_of: Callable[[Arm, int], dict[str, Any]],
    count: int = 100,
    **more: Any,
) -> StudyComparison:
    return StudyComparison(
        study(list(arms), scores_of, **more), np.random.default_rng(0), count
    )


def by_loss(arm: Arm, seed: int) -> dict[str, Any]:
    """Rise in IoU and in error from loss to loss: they rank the other way round."""
    if arm.loss not in FIVE:
        return {"iou": 0.0, "mae": 0.25}
    own = FIVE.index(arm.loss)
    return {"iou": 0.3 + 0.1 * own + 0.001 * seed, "mae": 0.02 + 0.01 * own}


@pytest.fixture(scope="module")
def plain() -> StudyComparison:
    return compare([*PLAIN, Arm("none")], by_loss)


def swept(name: str) -> dict[str, list[str]]:
    document = yaml.safe_load((EXPERIMENTS / f"{name}_small.yaml").read_text("utf-8"))
    params = document["hydra"]["sweeper"]["params"]
    return {
        key: str(value).replace(" ", "").split(",") for key, value in params.items()
    }


def test_the_arms_that_are_expected_are_those_of_the_experiments() -> None:
    assert tuple(swept("five_losses")["loss"]) == FIVE
    assert [int(seed) for seed in swept("five_losses")["seed"]] == list(SEEDS)
    assert tuple(swept("losses")["loss"]) == OTHER_LOSSES
    assert tuple(float(rate) for rate in swept("rates")["optimizer.lr"]) == RATES
    assert tuple(float(w) for w in swept("imbalance")["data.label_width"]) == WIDTHS
    apart = (*swept("optimizers")["optimizer"], *swept("entropy")["optimizer"])
    assert apart == OPTIMISERS
    for name in ("optimizers", "entropy"):
        assert swept(name)["loss"] == ["cross_entropy", "tversky"]
    for key in ("loss.alpha", "loss.beta"):
        assert tuple(float(value) for value in swept("dial")[key]) == DIAL


def test_ranks_and_whether_they_differ(plain: StudyComparison) -> None:
    iou, error = Measure("iou"), Measure("mae", tracer=READING)
    found = rank_losses(plain, "small", [iou, error])
    assert [(r.rank, r.low, r.high) for r in found[:5]] == [
        (place, place, place) for place in (5, 4, 3, 2, 1)
    ]
    assert [r.best for r in found[:5]] == [0, 0, 0, 0, 1]
    assert [r.rank for r in found[5:]] == [1, 2, 3, 4, 5]
    assert agreement(found, iou, error) == -1
    assert agreement(found, iou, iou) == 1


def test_ranks_of_losses_that_seeds_do_not_tell_apart() -> None:
    rng = np.random.default_rng(0)
    noise = {loss: rng.normal(0, 0.1, 3) for loss in FIVE}
    made = compare(PLAIN, lambda arm, seed: {"iou": 0.5 + float(noise[arm.loss][seed])})
    found = rank_losses(made, "small", [Measure("iou")])
    assert sum(rank.best for rank in found) == pytest.approx(1)
    assert all(rank.low <= rank.rank <= rank.high for rank in found)
    assert min(rank.high - rank.low for rank in found) >= 1


def test_one_seed_ranks_by_pictures_and_none_not_at_all() -> None:
    made = compare(PLAIN, by_loss, seeds=(0,))
    assert [r.rank for r in rank_losses(made, "small", [Measure("iou")])] == [
        5,
        4,
        3,
        2,
        1,
    ]
    assert rank_losses(made, "small", [Measure("iou")], ["jaccard"]) == ()


def test_the_rate_is_chosen_on_the_held_out_set() -> None:
    """Of three rates one is best there and another on the test set."""

    def scores_of(arm: Arm, seed: int) -> dict[str, Any]:
        return {"iou": {None: 0.5, 1e-3: 0.6, 8e-3: 0.4}[arm.lr]}

    arms = [*PLAIN, *(Arm(loss, lr=rate) for loss in FIVE for rate in (1e-3, 8e-3))]
    made = study(arms, scores_of)
    worse = (made.masks["set"] == "test") & made.masks["run"].str.contains("0.001")
    made.masks.loc[worse, "both"] /= 3
    own = StudyComparison(made, np.random.default_rng(0), 20)
    assert chosen_rate(own, "small", "dice") == Arm("dice", lr=1e-3)
    assert set(rates_of(made.runs, "dice")) == {1e-3, 4e-3, 8e-3}
    assert chosen_rate(own, "small", "jaccard") is None


def test_a_rate_with_fewer_seeds_is_not_chosen_for_them() -> None:
    made = study(
        [Arm("dice"), Arm("dice", lr=1e-3)],
        lambda arm, seed: {"iou": 0.9 if arm.lr else 0.5},
    )
    rest = without(made, Arm("dice", lr=1e-3), [2])
    own = StudyComparison(rest, np.random.default_rng(0), 20)
    assert chosen_rate(own, "small", "dice") == Arm("dice", lr=4e-3)


def test_more_seeds_of_one_rate_leave_the_choice_where_it_was() -> None:
    """The rate that has more of them is worse, but would win by the seeds added."""

    def scores_of(arm: Arm, seed: int) -> dict[str, Any]:
        return {"iou": 0.6 if arm.lr else (0.5 if seed < 3 else 0.9)}

    arms = [Arm("dice"), Arm("dice", lr=1e-3)]
    made = study(arms, scores_of, seeds=range(8))
    rest = without(made, Arm("dice", lr=1e-3), range(3, 8))
    own = StudyComparison(rest, np.random.default_rng(0), 20)
    assert chosen_rate(own, "small", "dice") == Arm("dice", lr=1e-3)
    everywhere = StudyComparison(made, np.random.default_rng(0), 20)
    assert chosen_rate(everywhere, "small", "dice") == Arm("dice", lr=4e-3)


def settings(optimizer: str) -> dict[str, Any]:
    """Return an optimiser's file over the one that it builds upon."""
    path = EXPERIMENTS.parent / "optimizer" / f"{optimizer}.yaml"
    own = yaml.safe_load(path.read_text("utf-8"))
    first = own.get("defaults", ["_self_"])[0]
    return own if first == "_self_" else settings(first) | own


def test_gradients_of_a_step_are_those_of_the_optimisers() -> None:
    taken = {}
    for path in (EXPERIMENTS.parent / "optimizer").glob("*.yaml"):
        own = settings(path.stem)
        name = own["_target_"].rpartition(".")[2]
        taken[path.stem] = {"SAM": 2, "EntropySGD": own.get("walk")}.get(name, 1)
    assert set(taken) == {"adamw", "sam", *OPTIMISERS}
    assert {name: gradients_a_step(name) for name in taken} == taken


def test_budgets_are_samples_epochs_and_gradients_a_step() -> None:
    arms = [Arm("dice"), Arm("dice", optimizer="sam"), Arm("none")]
    arms += [Arm("dice", optimizer=name) for name in ("entropy_sgd", "sgd")]
    made = compare(arms, by_loss)
    runs = made.study.runs
    found = [sample_gradients(runs, runs_of(runs, arm).values()) for arm in arms]
    assert found == [16_000, 32_000, 0, 56_000, 16_000]
    unsaid = runs.assign(epochs=None)
    assert sample_gradients(unsaid, runs_of(unsaid, arms[0]).values()) is None


def test_published_figures_say_whose_they_are_and_how_they_compare() -> None:
    assert all(one.comparable and one.source for one in PUBLISHED)
    known = {*OF_MASKS, *OF_CURVES}
    assert {one.figure for one in PUBLISHED} < known
    assert len(remarks()) == len(set(remarks())) >= 3
