"""The script that measures what a loss costs a step, on a picture of no size."""

from __future__ import annotations

import pytest
import segmentation_models_pytorch as smp

from loss_cost import BASE, LOVASZ, PEER, Seconds, batch, configured, measure, summary
from loss_cost import table as lay_out


def test_every_loss_takes_its_turn_in_every_round() -> None:
    losses = configured([BASE, LOVASZ, "skeleton_recall"])
    losses[PEER] = smp.losses.LovaszLoss("multiclass")
    logits, target = batch(1, 3, 24, 40)
    assert target.unique().tolist() == [0, 1, 2]
    seconds = measure(losses, logits, target, rounds=2)
    assert [len(times) for times in seconds.values()] == [2, 2, 2, 2]
    figures = summary(seconds)
    assert figures[BASE]["to_cross_entropy"] == 1
    assert figures[PEER]["to_smp_lovasz"] == 1
    assert len(lay_out({"threads": 1}, figures).splitlines()) == 6


def test_ratios_are_taken_within_rounds() -> None:
    slow, fast = Seconds(4.0, 9.0), Seconds(1.0, 1.0)
    figures = summary(
        {
            BASE: [fast, slow, fast],
            PEER: [Seconds(2 * t.processor, 0.0) for t in (fast, slow, fast)],
            "dice": [Seconds(3 * t.processor, 0.0) for t in (fast, slow, fast)],
        }
    )
    assert figures["dice"]["to_cross_entropy"] == pytest.approx(3)
    assert figures["dice"]["to_smp_lovasz"] == pytest.approx(1.5)
    assert figures["dice"]["processor_ms"] == pytest.approx(3000)
