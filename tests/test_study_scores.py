"""The scores of the study: what is counted, and what a reading is worth."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from veernet.study.scores import ROWS, TRACERS, AllBackground, compare, score
from veernet.synth.dataset import GeneratedDataset, Sample, make_loader
from veernet.synth.degrade import Scanner
from veernet.synth.recipe import Recipe

NAMES = ("background", "solid", "dashed")
TWO = Recipe(
    rows=96,
    columns=128,
    lines=("solid", "broken"),
    whole_track=True,
    relation="separate",
    scanner=Scanner(severity=0.0),
)


class Oracle(nn.Module):
    """Knows the masks of the pictures that it will be shown, in their order."""

    def __init__(self, masks: torch.Tensor, sure: float) -> None:
        super().__init__()
        self.logits = sure * nn.functional.one_hot(masks, 3).movedim(-1, 1).float()

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        shown, self.logits = self.logits[: len(image)], self.logits[len(image) :]
        return shown


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return list(make_loader(GeneratedDataset(TWO, 6, stream="test"), 4, 0))


def masks_of(samples: list[Sample]) -> torch.Tensor:
    return torch.cat([batch["mask"] for batch in samples])


def test_the_truth_has_perfect_masks_and_curves_within_a_pixel(
    samples: list[Sample],
) -> None:
    masks = masks_of(samples)
    scores = score(Oracle(masks, 20.0), samples, NAMES)
    assert len(scores.masks) == 6 * 3
    assert (scores.masks[["false", "missed"]] == 0).all(axis=None)
    assert scores.masks["true"].sum() == masks.numel()
    np.testing.assert_allclose(scores.masks["expected"], scores.masks["true"], atol=1)
    assert scores.masks["nats"].sum() == pytest.approx(0, abs=1e-3)
    assert len(scores.curves) == 6 * 2 * 3
    assert set(scores.curves["tracer"]) == {ROWS, *TRACERS}
    by_tracer = scores.curves.groupby("tracer")["filled_px"].median()
    assert (by_tracer < 0.7).all()


def test_pictures_are_counted_through_the_batches(samples: list[Sample]) -> None:
    scores = score(AllBackground(3), samples, NAMES)
    assert sorted(set(scores.masks["picture"])) == list(range(6))
    assert sorted(set(scores.curves["picture"])) == list(range(6))


def test_doing_nothing_finds_the_paper_and_reads_no_curve(
    samples: list[Sample],
) -> None:
    scores = score(AllBackground(3), samples, NAMES)
    paper = scores.masks[scores.masks["label"] == "background"]
    lines = scores.masks[scores.masks["label"] != "background"]
    assert (paper["missed"] == 0).all()
    assert (lines["both"] == 0).all()
    assert lines["missed"].sum() == paper["false"].sum()
    assert (lines["nats"] / lines["true"]).mean() == pytest.approx(40, rel=1e-3)
    traced = scores.curves[scores.curves["tracer"] != ROWS]
    assert (traced["coverage"] == 0).all()
    assert traced["mae"].between(0, 0.5).all()  # mid-scale


def test_a_faint_map_is_read_by_its_darkest_column_alone(
    samples: list[Sample],
) -> None:
    """The curve is there to be seen, yet no pixel is more likely ink than not."""

    class Faint(Oracle):
        def forward(self, image: torch.Tensor) -> torch.Tensor:
            logits = super().forward(image)
            logits[:, 0] += 4.0
            return logits

    scores = score(Faint(masks_of(samples), 2.0), samples, NAMES)
    read = scores.curves.groupby("tracer")
    assert read["hit"].mean()[ROWS] > 0.95
    assert read["coverage"].mean()["skeleton"] == 0


ROWS_OF_A_CURVE = np.arange(101.0)
WIDTH = np.full(101, 200.0)


def test_a_curve_that_is_off_by_a_constant_has_closed_scores() -> None:
    truth = 0.2 + 0.004 * ROWS_OF_A_CURVE
    scores = compare(truth + 0.01, truth, WIDTH)
    assert scores["rows"] == 101
    assert scores["coverage"] == 1
    assert scores["filled_px"] == pytest.approx(2)
    assert scores["hit"] == 1
    assert scores["mae"] == pytest.approx(0.01)
    assert scores["error_squared"] / scores["points"] == pytest.approx(1e-4)
    even = np.linspace(0.2, 0.6, 300)
    r_squared = 1 - 1e-4 / even.var()
    assert scores["r_squared"] == pytest.approx(r_squared, abs=1e-6)
    pooled = scores["truth_squared"] - scores["truth_sum"] ** 2 / scores["points"]
    assert 1 - scores["error_squared"] / pooled == pytest.approx(r_squared, abs=1e-6)


def test_gaps_are_misses_and_are_filled_for_what_counts_all_rows() -> None:
    truth = np.full(101, 0.5)
    truth[0] = 0.52
    read = truth.copy()
    read[40:60] = np.nan
    read[60:] += 0.05  # 10 px
    scores = compare(read, truth, WIDTH)
    assert scores["coverage"] == pytest.approx(81 / 101)
    assert scores["hit"] == pytest.approx(40 / 101)
    bridged = np.arange(1, 21) / 21
    assert scores["filled_px"] == pytest.approx(10 * (41 + bridged.sum()) / 101)


def test_what_is_off_scale_is_not_asked_for() -> None:
    truth = np.full(101, np.nan)
    truth[10:30] = np.linspace(0.4, 0.6, 20)
    scores = compare(np.full(101, np.nan), truth, WIDTH)
    assert scores["rows"] == 20
    assert scores["points"] == 300
    assert scores["coverage"] == 0
    assert scores["mae"] == pytest.approx(0.05, rel=0.01)  # mid-scale for all of it
