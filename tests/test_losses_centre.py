"""The loss of the centre: its label holds the column, and its least lies there."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from veernet.errors import InputError
from veernet.losses import CentreLoss, centre_loss, centre_target

NAN = float("nan")


@given(st.lists(st.floats(1, 18), min_size=1, max_size=6))
def test_the_centroid_of_the_label_is_the_column(columns: list[float]) -> None:
    true = torch.tensor(columns, dtype=torch.float64)
    target = centre_target(true[None, None], 20)[0]
    torch.testing.assert_close(target.sum(1), torch.ones_like(true))
    torch.testing.assert_close((target * torch.arange(20)).sum(1), true)


def test_nothing_is_labelled_beyond_the_picture_or_where_nothing_is_drawn() -> None:
    columns = torch.tensor([[[-4.0, 25.0, NAN, 3.0], [NAN, NAN, NAN, 3.5]]])
    target = centre_target(columns, 20)[0]
    assert target[:3].sum() == 0
    # The larger share where two curves meet.
    assert target[3].nonzero().flatten().tolist() == [3, 4]
    assert target[3, 3:5].tolist() == [1.0, 0.5]


def test_the_loss_is_by_hand_and_least_at_the_label() -> None:
    columns = torch.tensor([[[1.25]]], dtype=torch.float64)
    share = torch.tensor([1e-9, 0.75, 0.25, 1e-9], dtype=torch.float64)
    best = torch.logit(share)[None, None].requires_grad_()
    loss = centre_loss(best, columns)
    # Twice the entropy of a share of a quarter, for one row of one curve.
    entropy = -(0.75 * torch.log(share[1]) + 0.25 * torch.log(share[2]))
    assert loss.item() == pytest.approx(2 * entropy.item(), abs=1e-6)
    loss.backward()
    assert best.grad is not None
    assert best.grad.abs().max() < 1e-6


def test_the_loss_does_not_hang_on_the_width_of_certain_paper() -> None:
    columns = torch.full((1, 1, 5), 3.0)
    narrow, wide = torch.full((1, 5, 8), -30.0), torch.full((1, 5, 80), -30.0)
    narrow[..., 3] = wide[..., 3] = 0.3
    torch.testing.assert_close(centre_loss(narrow, columns), centre_loss(wide, columns))


def test_a_picture_without_curves_is_divided_by_its_rows() -> None:
    logits = torch.zeros(2, 5, 8)
    loss = centre_loss(logits, torch.full((2, 3, 5), NAN))
    assert loss.item() == pytest.approx(8 * math.log(2))


def test_the_weights_scale_it() -> None:
    logits, columns = torch.randn(1, 5, 8), torch.full((1, 1, 5), 3.0)
    torch.testing.assert_close(
        CentreLoss(weight=0.5)(logits, columns), 0.5 * centre_loss(logits, columns)
    )
    half = logits.bfloat16()
    assert centre_loss(half, columns).dtype == torch.float32
    with pytest.raises(InputError, match="weight"):
        CentreLoss(weight=-1.0)
