"""The dial of Tversky: the flip of a noisy pixel, by theory and by force."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from veernet.errors import InputError
from veernet.losses import tversky_loss
from veernet.study.theory.dial import Counts, flip, flip_limit, picture_flip

DIALS = [(0.9, 0.1), (0.7, 0.3), (0.5, 0.5), (0.3, 0.7), (0.1, 0.9), (1.0, 1.0)]
every_dial = pytest.mark.parametrize(("alpha", "beta"), DIALS)
REST = Counts(5, 3, 2, 20)

pixels = st.integers(0, 40)
some = st.integers(1, 40)
weight = st.floats(0.05, 1)


def by_the_loss(
    rest: Counts, odds: float, *, ink: bool, alpha: float, beta: float, background: bool
) -> float:
    """Return the expected loss of a picture that is drawn, the noisy pixel last."""
    found, false, missed, empty = (
        int(n) for n in (rest.found, rest.false, rest.missed, rest.empty)
    )
    shown = [1] * (found + false) + [0] * (missed + empty) + [int(ink)]
    truth = [1] * found + [0] * false + [1] * missed + [0] * empty
    logits = 200.0 * torch.tensor([shown], dtype=torch.float64)
    logits = torch.stack([100 - logits / 2, logits / 2], dim=1)[:, :, None]
    values = [
        float(
            tversky_loss(
                logits,
                torch.tensor([[[*truth, label]]]),
                alpha=alpha,
                beta=beta,
                background=background,
            )
        )
        for label in (0, 1)
    ]
    return (1 - odds) * values[0] + odds * values[1]


# One pixel


@pytest.mark.parametrize("background", [False, True])
@every_dial
def test_the_loss_itself_flips_where_theory_says(
    alpha: float, beta: float, background: bool
) -> None:
    at = flip(REST, alpha, beta, background=background)
    for odds, ink in ((at - 1e-6, False), (at + 1e-6, True)):
        better, worse = (
            by_the_loss(
                REST, odds, ink=i, alpha=alpha, beta=beta, background=background
            )
            for i in (ink, not ink)
        )
        assert better < worse


@every_dial
def test_the_exact_flip_tends_to_the_limit(alpha: float, beta: float) -> None:
    gaps = []
    for scale in (1, 10, 100, 1000):
        rest = Counts(*(scale * n for n in (5, 3, 2, 20)))
        for background in (False, True):
            limit = flip_limit(rest, alpha, beta, background=background)
            exact = flip(rest, alpha, beta, background=background)
            gaps.append(abs(exact - limit))
    assert max(gaps[-2:]) < 1e-3 * max(gaps[:2]) + 1e-4


@given(some, pixels, pixels, weight, weight)
def test_the_limit_in_both_forms(
    found: int, false: int, missed: int, alpha: float, beta: float
) -> None:
    counts = Counts(found, false, missed)
    index = counts.index(alpha, beta)
    limit = flip_limit(counts, alpha, beta)
    of_index = alpha * index / (1 + (alpha + beta - 1) * index)
    of_sizes = alpha * found / (alpha * (found + false) + beta * (found + missed))
    assert limit == pytest.approx(of_index)
    assert limit == pytest.approx(of_sizes)


def test_half_the_dice_and_the_share_of_jaccard() -> None:
    """The threshold of Lipton et al. for F1; Jaccard has it from its own index."""
    dice, jaccard = REST.index(0.5, 0.5), REST.index(1, 1)
    assert flip_limit(REST, 0.5, 0.5) == pytest.approx(dice / 2)
    assert flip_limit(REST, 1, 1) == pytest.approx(jaccard / (1 + jaccard))
    assert flip_limit(REST, 1, 1) == pytest.approx(dice / 2)


@given(some, pixels, pixels, weight, weight)
def test_the_flip_falls_with_beta_and_rises_with_alpha(
    found: int, false: int, missed: int, alpha: float, beta: float
) -> None:
    rest = Counts(found, false, missed)
    for at in (flip, flip_limit):
        assert at(rest, alpha, 1.2 * beta) < at(rest, alpha, beta)
        assert at(rest, 1.2 * alpha, beta) > at(rest, alpha, beta)


def test_precision_and_recall_are_the_ends_of_the_dial() -> None:
    assert flip(REST, 0, 1) == 0  # recall alone: everything is ink
    assert flip(REST, 1, 0) > REST.precision - 0.1  # no better than what is there
    assert flip_limit(REST, 1, 0) == REST.precision


def test_of_a_picture_with_nothing_found_every_pixel_is_worth_a_guess() -> None:
    """The loss pushes on false ink in proportion to what is found."""
    assert flip(Counts(0, 3, 4), 0.5, 0.5) == 0


def test_background_of_its_own_draws_the_flip_to_one_half() -> None:
    even = Counts(8, 2, 2, 8)
    assert flip_limit(even, 0.1, 0.9, background=True) == pytest.approx(0.5)
    alone = flip_limit(even, 0.1, 0.9)
    assert alone < 0.1
    rare = Counts(8, 2, 2, 20_000)
    assert flip_limit(rare, 0.1, 0.9, background=True) == pytest.approx(alone, abs=1e-2)


# Pictures


@every_dial
def test_by_force_the_best_masking_parts_the_levels_at_the_threshold(
    alpha: float, beta: float
) -> None:
    """All truths of a small picture with its odds, against all its maskings."""
    levels = np.array([0.04, 0.15, 0.27, 0.38, 0.51, 0.64, 0.77, 0.9])
    sure = 6  # pixels of ink that nobody doubts
    truths = np.array(list(itertools.product([0, 1], repeat=len(levels))))
    odds = np.where(truths == 1, levels, 1 - levels).prod(axis=1)
    found = truths @ truths.T + sure
    weighed = (
        found
        + alpha * (truths.sum(1)[:, None] + sure - found)
        + beta * (truths.sum(1)[None] + sure - found)
    )
    expected = (found / weighed) @ odds  # rows are maskings, columns truths
    best = truths[expected.argmax()]
    assert (np.diff(best) >= 0).all()  # the surer are ink, the others are not
    # The limit, with the expected index in the place of the index.
    index = float(expected.max())
    threshold = alpha * index / (1 + (alpha + beta - 1) * index)
    for level, ink in zip(levels, best, strict=True):
        if abs(level - threshold) > 0.06:  # of order 1 / pixels
            assert ink == (level > threshold)


@pytest.mark.parametrize("background", [False, True])
@every_dial
def test_the_best_cut_of_a_large_picture_is_its_own_threshold(
    alpha: float, beta: float, background: bool
) -> None:
    levels = np.linspace(0.0025, 0.9975, 200)
    point = picture_flip(
        levels.tolist(), [1.0] * 200, alpha, beta, background=background
    )
    assert levels[point.best - 1] <= point.threshold <= levels[point.best] + 1e-12


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Counts(0, 1, 0), r"counts are \(0, 1, 0, 0.0\): give 0 or more"),
        (lambda: Counts(1, -1, 0), r"counts are \(1, -1, 0, 0.0\)"),
        (lambda: flip(REST, 0, 0), r"alpha \+ beta is 0"),
        (lambda: flip(REST, -1, 2), "alpha is -1: give 0 or more"),
        (
            lambda: picture_flip([0.5, 0.1], [1, 1], 1, 1),
            r"levels are \[0.5, 0.1\]: gi",
        ),
        (lambda: picture_flip([0.1, 1.5], [1, 1], 1, 1), "that rise within 0 to 1"),
        (lambda: picture_flip([0.1, 0.5], [1, 0], 1, 1), r"pixels are \[1, 0\]: give"),
    ],
)
def test_wrong_input_is_refused(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()  # type: ignore[operator]
