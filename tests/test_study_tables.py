"""Tables as records: figures, ranks, chosen rates, and what is missing by name."""

from collections.abc import Callable
from itertools import chain
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
    runs_of,
)
from veernet.study.bench import READING, Bench
from veernet.study.budgets import gradients_a_step, sample_gradients
from veernet.study.measures import ALL, BACKGROUND, Measure
from veernet.study.published import PUBLISHED, beside_published, published
from veernet.study.standings import orders, rank_losses
from veernet.study.tables import (
    TABLES,
    all_losses,
    chosen_rate,
    dial,
    five_losses,
    imbalance,
    measures_of,
    optimisers,
    rates,
    tuned_losses,
)

EXPERIMENTS = Path(__file__).parents[1] / "configs" / "experiment"
PLAIN = [Arm(loss) for loss in FIVE]


def bench(
    arms: Any, told: Callable[[Arm, int], dict[str, Any]], count: int = 100, **more: Any
) -> Bench:
    return Bench(study(list(arms), told, **more), np.random.default_rng(0), count)


def by_loss(arm: Arm, seed: int) -> dict[str, Any]:
    """Rise in IoU and in error from loss to loss: they rank the other way round."""
    if arm.loss not in FIVE:
        return {"iou": 0.0, "mae": 0.25}
    own = FIVE.index(arm.loss)
    return {"iou": 0.3 + 0.1 * own + 0.001 * seed, "mae": 0.02 + 0.01 * own}


@pytest.fixture(scope="module")
def plain() -> Bench:
    return bench([*PLAIN, Arm("none")], by_loss)


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


def test_no_cell_of_the_five_losses_is_empty(plain: Bench) -> None:
    table = five_losses(plain, "small")
    assert [line.arm.loss for line in table.lines] == [*FIVE, "none"]
    assert table.missing == ()
    assert table.provenance is not None
    assert (table.provenance.profile, table.provenance.runs) == ("small", 16)
    for line in table.lines:
        assert tuple(line.cells) == table.measures
    frame = table.frame()
    trained = frame[frame["loss"] != "none"]
    assert len(frame) == 6 * len(table.measures)
    assert trained.notna().to_numpy().all()
    dice = table.lines[FIVE.index("dice")].cells
    assert dice[Measure("iou", "solid")].value == pytest.approx(0.401)
    assert dice[Measure("mae", "solid", "dp")].value == pytest.approx(0.03)
    paper = dice[Measure("iou", BACKGROUND)].value
    assert dice[Measure("iou", ALL)].value == pytest.approx((paper + 2 * 0.401) / 3)


def test_what_is_missing_is_named_and_has_no_line() -> None:
    made = bench([Arm("dice"), Arm("focal")], by_loss, seeds=(0, 2))
    table = five_losses(made, "small")
    assert [line.arm.loss for line in table.lines] == ["dice", "focal"]
    assert table.missing == (
        "cross_entropy: experiment=five_losses_small",
        "dice (seed 1): experiment=five_losses_small",
        "focal (seed 1): experiment=five_losses_small",
        "lovasz: experiment=five_losses_small",
        "tversky: experiment=five_losses_small",
        "none: experiment=background_small",
    )
    assert table.lines[0].seeds == (0, 2)


def test_ranks_and_whether_they_differ(plain: Bench) -> None:
    iou, error = Measure("iou"), Measure("mae", tracer=READING)
    found = rank_losses(plain, "small", [iou, error])
    assert [(r.rank, r.low, r.high) for r in found[:5]] == [
        (place, place, place) for place in (5, 4, 3, 2, 1)
    ]
    assert [r.best for r in found[:5]] == [0, 0, 0, 0, 1]
    assert orders(found) == {FIVE[::-1]: (iou,), FIVE: (error,)}
    everything = rank_losses(plain, "small")
    assert {r.measure for r in everything} < set(measures_of(plain.on("small", "test")))
    assert not any("share" in r.measure.name for r in everything)


def test_ranks_of_losses_that_seeds_do_not_tell_apart() -> None:
    rng = np.random.default_rng(0)
    noise = {loss: rng.normal(0, 0.1, 3) for loss in FIVE}
    made = bench(PLAIN, lambda arm, seed: {"iou": 0.5 + float(noise[arm.loss][seed])})
    found = rank_losses(made, "small", [Measure("iou")])
    assert sum(rank.best for rank in found) == pytest.approx(1)
    assert all(rank.low <= rank.rank <= rank.high for rank in found)
    assert min(rank.high - rank.low for rank in found) >= 1


def test_one_seed_ranks_by_pictures_and_none_not_at_all() -> None:
    made = bench(PLAIN, by_loss, seeds=(0,))
    assert [r.rank for r in rank_losses(made, "small", [Measure("iou")])] == [
        5,
        4,
        3,
        2,
        1,
    ]
    assert rank_losses(made, "small", losses=["jaccard"]) == ()


def test_the_rate_is_chosen_on_the_held_out_set() -> None:
    """Of three rates one is best there and another on the test set."""

    def told(arm: Arm, seed: int) -> dict[str, Any]:
        return {"iou": {None: 0.5, 1e-3: 0.6, 8e-3: 0.4}[arm.lr]}

    arms = [*PLAIN, *(Arm(loss, lr=rate) for loss in FIVE for rate in (1e-3, 8e-3))]
    made = study(arms, told)
    worse = (made.masks["set"] == "test") & made.masks["run"].str.contains("0.001")
    made.masks.loc[worse, "both"] /= 3
    own = Bench(made, np.random.default_rng(0), 20)
    assert chosen_rate(own, "small", "dice") == Arm("dice", lr=1e-3)
    table = tuned_losses(own, "small")
    assert [line.arm.lr for line in table.lines] == [1e-3] * 5
    assert table.lines[0].cells[Measure("iou")].value < 0.4
    assert "dice, rate 0.002: experiment=rates_small" in table.missing
    assert not any(name.startswith("dice, rate 0.001") for name in table.missing)
    shown = {(line.arm.loss, line.arm.lr) for line in rates(own, "small").lines}
    assert shown == {(loss, rate) for loss in FIVE for rate in (1e-3, 4e-3, 8e-3)}
    assert chosen_rate(own, "small", "jaccard") is None


def test_a_rate_with_fewer_seeds_is_not_chosen_for_them() -> None:
    made = study(
        [Arm("dice"), Arm("dice", lr=1e-3)],
        lambda arm, seed: {"iou": 0.9 if arm.lr else 0.5},
    )
    rest = without(made, Arm("dice", lr=1e-3), [2])
    own = Bench(rest, np.random.default_rng(0), 20)
    assert chosen_rate(own, "small", "dice") == Arm("dice", lr=4e-3)


def test_more_seeds_of_one_rate_leave_the_choice_where_it_was() -> None:
    """The rate that has more of them is worse, but would win by the seeds added."""

    def told(arm: Arm, seed: int) -> dict[str, Any]:
        return {"iou": 0.6 if arm.lr else (0.5 if seed < 3 else 0.9)}

    arms = [Arm("dice"), Arm("dice", lr=1e-3)]
    made = study(arms, told, seeds=range(8))
    rest = without(made, Arm("dice", lr=1e-3), range(3, 8))
    own = Bench(rest, np.random.default_rng(0), 20)
    assert chosen_rate(own, "small", "dice") == Arm("dice", lr=1e-3)
    everywhere = Bench(made, np.random.default_rng(0), 20)
    assert chosen_rate(everywhere, "small", "dice") == Arm("dice", lr=4e-3)


def test_a_rate_beyond_the_sweep_is_shown_for_the_loss_that_tried_it() -> None:
    own = bench([*PLAIN, Arm("cross_entropy", lr=3.2e-2)], by_loss, 10)
    table = rates(own, "small")
    beyond = [line.arm for line in table.lines if line.arm.lr not in (*RATES, 4e-3)]
    assert beyond == [Arm("cross_entropy", lr=3.2e-2)]
    assert not any("0.032" in name for name in table.missing)


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
    made = bench(arms, by_loss)
    runs = made.study.runs
    found = [sample_gradients(runs, runs_of(runs, arm).values()) for arm in arms]
    assert found == [16_000, 32_000, 0, 56_000, 16_000]
    unsaid = runs.assign(epochs=None)
    assert sample_gradients(unsaid, runs_of(unsaid, arms[0]).values()) is None
    others = [
        Arm("tversky", optimizer=name)
        for name in ("adamw", "sam", "asam", "entropy_sgd")
    ]
    assert optimisers(bench(others, by_loss), "small").note == (
        "One rate for each optimiser, whatever the loss. Gradients of a sample a run: "
        "adamw 16,000, sam 32,000, asam 32,000, entropy_sgd 56,000."
    )


def test_the_wider_sweeps_have_a_line_for_each_arm() -> None:
    others = [Arm(loss) for loss in OTHER_LOSSES]
    grid = [Arm("tversky", alpha=a, beta=b) for a in DIAL for b in DIAL]
    grid.append(Arm("tversky", alpha=0.5, beta=0.5))  # tried, though not of the grid
    wide = [Arm(loss, label_width=width) for loss in FIVE for width in WIDTHS]
    blank = [Arm(loss, label_width=1, blank=256) for loss in FIVE]
    averaged = [Arm(loss, averaging=n) for loss in FIVE for n in ("swa", "ema")]
    aware = [Arm(loss, optimizer="sam") for loss in FIVE]
    two = [
        Arm(x, optimizer=n) for n in OPTIMISERS for x in ("cross_entropy", "tversky")
    ]
    arms = chain(PLAIN, others, grid, wide, blank, averaged, aware, two, [Arm("none")])
    made = bench(arms, by_loss, 10)
    sizes = {
        all_losses: 5 + 16 + 1,
        optimisers: 5 + 10 + 5 + 8,
        dial: 10,
        imbalance: 25,
    }
    for make, size in sizes.items():
        table = make(made, "small")
        assert len(table.lines) == size
        assert table.missing == ()
        assert len({line.arm.name for line in table.lines}) == size
    named = tuned_losses(made, "small").missing
    assert len(named) == 5 * len(RATES)
    assert set(TABLES) >= {"five_losses", "rates", "dial", "imbalance"}


def test_published_figures_stand_beside_ours(plain: Bench) -> None:
    table = five_losses(plain, "small")
    found = beside_published(table, ("solid", "dashed"))
    assert len(found) == len(PUBLISHED) - 1 + 5  # one is of all losses
    mae = next(b for b in found if b.theirs.value == 0.0277)
    assert mae.measure == Measure("mae", "solid", READING)
    assert mae.ours.value == pytest.approx(0.06)
    assert published("lovasz", "mae", "curve 1") is None
    assert all(p.comparable and p.source for p in PUBLISHED)
