"""Verdicts on made-up studies: either way, undecided, and without the runs."""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.studies import study
from veernet.errors import InputError
from veernet.study.arms import FIVE, OTHER_LOSSES, Arm
from veernet.study.claims import StudyComparison, all_claims, rows_of
from veernet.study.claims.curves import FIVE_ARMS, s4, s5, s6
from veernet.study.claims.gradients import s7, s8
from veernet.study.claims.imbalance import HEAVY, MILD, s1, s2, s3
from veernet.study.claims.landscape import (
    AVERAGED,
    AWARE,
    PLAIN,
    SHARPNESS,
    WIDTHS,
    s9,
    s10,
    s11,
)
from veernet.study.claims.record import (
    above,
    ahead_of_all,
    apart,
    below,
    opposite,
    settled,
    verdict,
)
from veernet.study.claims.regions import s13
from veernet.study.claims.sizes import CONTROLLED, s12
from veernet.study.landscape.record import Landscape
from veernet.study.landscape.slices import Lines
from veernet.study.measures import Resampled
from veernet.study.statistics import Estimate, t_interval

YES, NO, OPEN = "confirmed", "refuted", "not resolvable"

Scores = dict[str, Any]


def jitter(seed: int, size: float = 0.001) -> float:
    """Return what a seed adds to a score."""
    return size * (seed - 1)


def compare(
    arms: Any, scores_of: Callable[[Arm, int], Scores], **changes: Any
) -> StudyComparison:
    made = study(list(arms), scores_of, **changes)
    return StudyComparison(made, np.random.default_rng(0), 800)


def figure(low: float, high: float) -> Estimate:
    return Estimate((low + high) / 2, low, high, low, high, 0.1, 3)


@pytest.mark.parametrize(
    ("low", "high", "upwards", "downwards"),
    [
        (0.1, 0.2, "yes", "no"),
        (-0.2, -0.1, "no", "yes"),
        (-0.1, 0.2, "not resolvable", "not resolvable"),
        (-0.005, 0.008, "no", "no"),
        (0.001, 0.008, "no", "no"),  # above 0, and by next to nothing
        (0.001, 0.018, "yes", "no"),
        (math.nan, math.nan, "not resolvable", "not resolvable"),
    ],
)
def test_answers(low: float, high: float, upwards: str, downwards: str) -> None:
    assert above(figure(low, high), 0, 0.01) == upwards
    assert below(figure(low, high), 0, 0.01) == downwards
    assert above(figure(low + 3, high + 3), 3, 0.01) == upwards


def test_a_claim_of_parts_needs_them_all() -> None:
    assert verdict("yes", "yes") == YES
    assert verdict("yes", "not resolvable") == OPEN
    assert verdict("not resolvable", "no") == NO
    assert [settled(s) for s in (0.96, 0.5, 0.04)] == ["yes", "not resolvable", "no"]


def of_seeds(values: np.ndarray) -> Estimate:
    """Return a figure of three seeds that hangs on no picture."""
    low, high = t_interval(values.tolist())
    return Estimate(float(values.mean()), low, high, low, high, 0.1, len(values))


def test_losses_that_do_not_differ_seldom_get_a_verdict() -> None:
    rng = np.random.default_rng(0)
    found = []
    for _ in range(1000):
        five = rng.normal(0, 0.1, (5, 3))
        rivals = [of_seeds(five[0] - other) for other in five[1:]]
        pairs = [of_seeds(a - b) for a, b in combinations(five, 2)]
        found.append((ahead_of_all(rivals), apart(pairs, 0.0)))
    answers = list(zip(*found, strict=True))
    assert answers[0].count("no") < 40  # one interval for each: about 90
    assert answers[0].count("yes") < 10
    assert answers[1].count("yes") < 80  # one interval for each: about 360
    assert not answers[1].count("no")


def test_losses_that_differ_little_are_not_apart() -> None:
    rng = np.random.default_rng(0)
    five = rng.normal(0, 0.001, (5, 3))
    pairs = [of_seeds(a - b) for a, b in combinations(five, 2)]
    assert apart(pairs, 0.05) == "no"
    assert [opposite(a) for a in ("yes", "no")] == ["no", "yes"]
    five[3] += 0.1
    pairs = [of_seeds(a - b) for a, b in combinations(five, 2)]
    assert apart(pairs, 0.05) == "yes"


@pytest.mark.parametrize(
    ("mild", "heavy", "noise", "expected"),
    [
        (0.01, 0.4, 0.001, YES),
        (0.3, 0.1, 0.001, NO),
        (0.3, 0.4, 0.001, NO),  # apart already when mild
        (0.01, 0.02, 0.001, NO),  # not apart when heavy
        (0.01, 0.05, 0.2, OPEN),
    ],
)
def test_s1(mild: float, heavy: float, noise: float, expected: str) -> None:
    def scores_of(arm: Arm, seed: int) -> Scores:
        width = heavy if arm.blank else mild
        own = FIVE.index(arm.loss)
        return {"iou": 0.5 - width * own / 8 + jitter((seed + own) % 3, noise)}

    found = s1(compare([*MILD.values(), *HEAVY.values()], scores_of))
    assert found.verdict == expected
    assert found.figure is not None
    assert found.figure.seeds == 3


@pytest.mark.parametrize(
    ("falls", "noise", "expected"),
    [
        ((0.4, 0.1, 0.1, 0.1, 0.1), 0.001, YES),
        ((0.1, 0.1, 0.1, 0.1, 0.4), 0.001, NO),
        ((0.22, 0.2, 0.2, 0.2, 0.2), 0.1, OPEN),
    ],
)
def test_s2(falls: tuple[float, ...], noise: float, expected: str) -> None:
    def scores_of(arm: Arm, seed: int) -> Scores:
        own = FIVE.index(arm.loss)
        fall = falls[own] if arm.blank else 0.0
        return {"iou": 0.5 - fall + jitter((seed + own) % 3, noise)}

    found = s2(compare([*MILD.values(), *HEAVY.values()], scores_of))
    assert found.verdict == expected


@pytest.mark.parametrize(
    ("iou", "noise", "expected"),
    [(0.24, 0.001, YES), (0.95, 0.001, NO), (0.7, 0.1, OPEN)],
)
def test_s3(iou: float, noise: float, expected: str) -> None:
    found = s3(
        compare(
            [Arm("dice"), Arm("none")],
            lambda arm, seed: {
                "iou": 0.0 if arm.loss == "none" else iou + jitter(seed, noise)
            },
        )
    )
    assert found.verdict == expected
    # Of 10 000 pixels 300 are missed and 300 false, as the made-up masks have it.
    assert "its IoU is 0.940" in found.remark


@pytest.mark.parametrize(
    ("ahead", "noise", "expected"),
    [
        (-0.009, 0.0001, YES),
        (0.009, 0.0001, NO),
        (-0.0, 0.0001, NO),  # no difference to speak of
        (-0.009, 0.02, OPEN),
    ],
)
def test_s4(ahead: float, noise: float, expected: str) -> None:
    def scores_of(arm: Arm, seed: int) -> Scores:
        tversky = arm.loss == "tversky"
        return {"mae": 0.0367 + (ahead + jitter(seed, noise) if tversky else 0)}

    found = s4(compare(FIVE_ARMS.values(), scores_of))
    assert found.verdict == expected
    assert found.figure is not None
    assert found.figure.value == pytest.approx(ahead, abs=1e-9)
    assert found.remark == "The same however the curves are read."
    assert found.provenance is not None
    assert (found.provenance.profile, found.provenance.runs) == ("small", 6)


@pytest.mark.parametrize(
    ("behind", "noise", "expected"),
    [
        ((0.004, 0.025), 0.0001, YES),
        ((0.004, -0.025), 0.0001, NO),
        ((0.004, 0.0), 0.0001, NO),
        ((0.004, 0.025), 0.01, OPEN),
    ],
)
def test_s5(behind: tuple[float, float], noise: float, expected: str) -> None:
    def scores_of(arm: Arm, seed: int) -> Scores:
        focal = arm.loss == "focal"
        moved = [b + jitter(seed, noise) if focal else 0 for b in behind]
        return {"mae": (0.0367 + moved[0], 0.0774 + moved[1])}

    assert s5(compare(FIVE_ARMS.values(), scores_of)).verdict == expected


@pytest.mark.parametrize(
    ("mae", "noise", "expected", "tau"),
    [
        ((0.01, 0.02, 0.03, 0.04, 0.05), 0.001, YES, -1),
        ((0.05, 0.04, 0.03, 0.02, 0.01), 0.001, NO, 1),
        ((0.049, 0.04, 0.03, 0.011, 0.01), 0.03, OPEN, 1),
    ],
)
def test_s6(mae: Any, noise: float, expected: str, tau: float) -> None:
    def scores_of(arm: Arm, seed: int) -> Scores:
        own = FIVE.index(arm.loss)
        error = mae[own] + jitter((seed + own) % 3, noise)
        return {"iou": 0.3 + 0.05 * own + jitter(seed), "mae": error}

    found = s6(compare(FIVE_ARMS.values(), scores_of))
    assert found.verdict == expected
    assert "tau" in found.rows[1].what
    assert found.rows[1].figure.value == pytest.approx(tau)


def test_s7_and_s8_on_scenes() -> None:
    seven, eight = (test(np.random.default_rng(0)) for test in (s7, s8))
    assert seven.verdict == YES
    assert [row.answer for row in seven.rows[:3]] == ["yes"] * 3
    assert seven.rows[1].figure.value == pytest.approx(1)
    assert eight.figure is not None
    assert eight.figure.low < eight.figure.value < eight.figure.high
    assert [row.answer for row in eight.rows[:2]] == ["yes"] * 2
    assert eight.rows[1].over == "scenes"
    assert eight.verdict == YES


def surveyed(own: StudyComparison, width: Callable[[Any], float]) -> StudyComparison:
    """Return a comparison whose runs have basins as wide as told of their labels."""
    found = {}
    for run in own.study.runs.itertuples():
        wide = width(run)
        numbers = dict.fromkeys(WIDTHS, wide) | dict.fromkeys(SHARPNESS, 1 / wide)
        found[run.Index] = Landscape(numbers, Lines((0.0,), {}), None, {})
    return StudyComparison(
        replace(own.study, landscapes=found), np.random.default_rng(0)
    )


@pytest.mark.parametrize(("sign", "expected"), [(1, YES), (-1, NO)])
def test_s9(sign: int, expected: str) -> None:
    losses = [*FIVE, *OTHER_LOSSES[:5]]
    # Two ways to train under one loss are not two points, whatever they score.
    arms = [*map(Arm, losses), *AVERAGED.values()]
    own = compare(
        arms,
        lambda arm, seed: {
            "iou": 0.3
            + 0.05 * losses.index(arm.loss) * (arm.averaging == "none")
            + jitter(seed)
        },
    )
    found = s9(surveyed(own, lambda run: 1 + sign * 0.05 * losses.index(run.loss)))
    assert found.verdict == expected
    assert found.figure is not None
    assert found.figure.value == pytest.approx(sign)
    assert found.remark.startswith("30 runs of 10 losses")


def test_s9_without_an_order_is_open() -> None:
    own = compare(
        PLAIN.values(),
        lambda arm, seed: {"iou": 0.3 + 0.05 * FIVE.index(arm.loss) + jitter(seed)},
    )
    widths = dict(zip(FIVE, (0.3, 0.1, 0.5, 0.2, 0.4), strict=True))
    assert s9(surveyed(own, lambda run: widths[run.loss])).verdict == OPEN
    # Five in order by chance: two of 120 orders are as good.
    ordered = surveyed(own, lambda run: 1 + FIVE.index(run.loss) + jitter(run.seed))
    assert s9(ordered).verdict == YES


@pytest.mark.parametrize(
    ("widths", "noise", "expected"),
    [
        ((0.1, 0.2, 0.3, 0.4, 0.5), 0.001, YES),
        ((0.5, 0.4, 0.3, 0.2, 0.1), 0.001, NO),
        ((0.1, 0.41, 0.3, 0.2, 0.4), 0.01, OPEN),  # one of eight, by one interval
        ((0.2, 0.3, 0.4, 0.5, 0.51), 0.1, OPEN),
        ((0.3, 0.3, 0.3, 0.3, 0.3), 0.1, OPEN),  # no loss differs from another
    ],
)
def test_s10(widths: Any, noise: float, expected: str) -> None:
    own = compare(PLAIN.values(), lambda arm, seed: {})

    def width(run: Any) -> float:
        at = FIVE.index(run.loss)
        return widths[at] + np.random.default_rng([run.seed, at]).normal(0, noise)

    own = surveyed(own, width)
    found = s10(own)
    assert found.verdict == expected
    # Sharpness is the inverse of width here, and so all measures say the same.
    answers = {row.answer for row in found.rows if "is sharpest" in row.what}
    assert expected == OPEN or len(answers) == 1
    first = next(iter(own.study.landscapes.values()))
    first.numbers[SHARPNESS[0]] = None  # left out, not an error
    assert s10(own).verdict == expected


@pytest.mark.parametrize(
    ("gains", "noise", "expected"),
    [
        ((0.05, 0.04), 0.001, YES),
        ((0.05, -0.04), 0.001, NO),
        ((0.05, 0.0), 0.001, NO),
        ((0.05, 0.04), 0.1, OPEN),
    ],
)
def test_s11(gains: tuple[float, float], noise: float, expected: str) -> None:
    def scores_of(arm: Arm, seed: int) -> Scores:
        sharp = arm.loss != "tversky"
        gain = gains[0] * (arm.averaging == "swa") + gains[1] * (arm.optimizer == "sam")
        own = len(arm.name)  # another order of the seeds for each arm
        return {
            "iou": 0.5 - 0.1 * sharp + gain * sharp + jitter((seed + own) % 3, noise)
        }

    arms = [*PLAIN.values(), *AVERAGED.values(), *AWARE.values()]
    found = s11(compare(arms, scores_of))
    assert found.verdict == expected
    assert "4 of the other four are behind Tversky" in found.remark
    assert found.rows[0].figure.value == pytest.approx(gains[0], abs=3 * noise)
    assert found.rows[1].figure.value == pytest.approx(gains[1], abs=3 * noise)


@pytest.mark.parametrize(
    ("dice", "entropy", "size", "noise", "expected"),
    [
        (0.7, 1.0, 1.02, 0.001, YES),
        (1.3, 1.0, 1.0, 0.001, NO),
        (1.0, 1.0, 1.0, 0.001, NO),
        (0.93, 1.0, 1.0, 0.001, NO),  # within the tenth that is the true size
        (0.7, 0.7, 1.0, 0.001, NO),
        (0.7, 1.0, 0.8, 0.001, NO),
        (0.9, 1.0, 1.0, 0.3, OPEN),
    ],
)
def test_s12(
    dice: float, entropy: float, size: float, noise: float, expected: str
) -> None:
    sizes = {"dice": dice, "cross_entropy": entropy}
    found = s12(
        compare(
            [Arm("dice"), Arm("cross_entropy"), *CONTROLLED],
            lambda arm, seed: {"size": sizes.get(arm.loss, size) + jitter(seed, noise)},
        )
    )
    assert found.verdict == expected


def regions(full: Any, crisp: Any, noise: float) -> pd.DataFrame:
    losses = ("jaccard", "focal_075", "cross_entropy")
    return pd.DataFrame(
        [
            {
                "loss": loss,
                "seed": seed,
                "class": name,
                "coverage": full[place] + jitter((seed + place) % 3, noise),
                "edge_f1": crisp[place] + jitter((seed + place) % 3, noise),
                "holes": 0.1,
            }
            for place, loss in enumerate(losses)
            for seed in range(3)
            for name in ("road", "mean")
        ]
    )


@pytest.mark.parametrize(
    ("full", "crisp", "noise", "expected"),
    [
        ((0.9, 0.8, 0.7), (0.5, 0.7, 0.4), 0.001, YES),
        ((0.9, 0.8, 0.7), (0.5, 0.4, 0.7), 0.001, NO),
        ((0.9, 0.8, 0.7), (0.5, 0.7, 0.4), 0.2, OPEN),
        ((0.9, 0.8, 0.7), (0.5, 0.5, 0.5), 0.01, OPEN),
    ],
)
def test_s13(full: Any, crisp: Any, noise: float, expected: str) -> None:
    table = regions(full, crisp, noise)
    found = s13(table, np.random.default_rng(0))
    assert found.verdict == expected
    assert any(row.what.startswith("holes a region") for row in found.rows)
    assert found.remark.endswith("not drawn again.")
    known = s13(table.assign(steps=9, commit="c", device="d"), np.random.default_rng(0))
    assert known.remark.endswith("9 steps each on d, by c.")
    rng = np.random.default_rng(0)
    assert s13(table[table["seed"] == 0], rng).verdict == "not run"
    with pytest.raises(InputError, match="no column edge_f1"):
        s13(table.drop(columns="edge_f1"), rng)
    with pytest.raises(InputError, match="two rows score the regions of jaccard, seed"):
        s13(pd.concat([table, table]), rng)


def test_all_claims_of_a_study_that_has_little() -> None:
    made = study(FIVE_ARMS.values(), lambda arm, seed: {})  # type: ignore[arg-type]
    found = {
        claim.statement.id: claim
        for claim in all_claims(made, np.random.default_rng(0), count=100)
    }
    assert list(found) == [f"S{number}" for number in range(1, 14)]
    missing = {id_: claim.needs for id_, claim in found.items() if claim.needs}
    assert missing == {
        "S1": ("blank_small", "imbalance_small"),
        "S2": ("blank_small", "imbalance_small"),
        "S9": ("landscapes",),
        "S10": ("landscapes",),
        "S11": ("sam_small", "swa_small"),
        "S12": ("losses_small",),
        "S13": ("six_classes_small with these losses and two seeds",),
    }
    for claim in found.values():
        assert (claim.verdict == "not run") == bool(claim.needs)
        assert (claim.figure is None) == bool(claim.needs)
        assert len(rows_of(claim)) == len(claim.rows)
    assert (rows_of(found["S4"])["answer"] == "no").sum() == 3


def test_a_claim_is_computed_in_the_best_profile_that_has_its_arms() -> None:
    scores_of = {"small": -0.009, "full": 0.009}
    parts = {
        name: study(
            [FIVE_ARMS[loss] for loss in losses],
            lambda arm, seed, ahead=ahead: {
                "mae": 0.03 + ahead * (arm.loss == "tversky") + jitter(seed, 1e-5)
            },
            profile=name,
        )
        for (name, ahead), losses in zip(
            scores_of.items(), (FIVE, ("dice", "tversky")), strict=True
        )
    }
    both = type(parts["small"])(
        *(
            pd.concat([getattr(p, table) for p in parts.values()])
            for table in ("runs", "masks", "curves", "history")
        )
    )
    own = StudyComparison(both, np.random.default_rng(0), 400)
    four, five = s4(own), s5(own)
    assert four.provenance is not None
    assert five.provenance is not None
    assert (four.verdict, four.provenance.profile) == (NO, "full")
    assert five.provenance.profile == "small"


def test_the_same_seed_of_the_generator_gives_the_same_verdicts() -> None:
    def claims() -> list[str]:
        own = compare(
            FIVE_ARMS.values(), lambda arm, seed: {"mae": 0.03 + jitter(seed)}
        )
        return [repr(s5(own)), repr(s6(own))]  # NaN equals nothing

    assert claims() == claims()
    own = compare(FIVE_ARMS.values(), lambda arm, seed: {"mae": 0.03 + jitter(seed)})
    assert isinstance(own.on("small", "test"), Resampled)
    assert [repr(s6(own)), repr(s5(own))][::-1] == claims()


def test_of_equals_none_is_sharpest() -> None:
    own = surveyed(compare(PLAIN.values(), lambda arm, seed: {}), lambda run: 0.8)
    found = s10(own)
    assert found.verdict == OPEN
    assert found.figure is not None
    assert found.figure.value == 0
