"""Probes and the temperature against their definitions."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from veernet.errors import InputError
from veernet.losses import (
    CrossEntropyLoss,
    DiceLoss,
    LovaszSoftmaxLoss,
    TverskyLoss,
    cross_entropy_loss,
    dice_loss,
)
from veernet.study.landscape import Probes, fit_temperature, read, reader
from veernet.study.landscape.objective import COLDEST, HOTTEST
from veernet.study.landscape.probes import likeliest
from veernet.training.metrics import count_overlap, ratios

Batch = dict[str, Tensor]


class Shows(nn.Module):
    """Returns the picture, times a weight, as its logits."""

    def __init__(self) -> None:
        super().__init__()
        self.sureness = nn.Parameter(torch.ones((), dtype=torch.float64))

    def forward(self, image: Tensor) -> Tensor:
        return self.sureness * image


def bed(images: int, seed: int = 0, rows: int = 8, columns: int = 10) -> Batch:
    """Logits for pictures, and masks with curves of two classes."""
    generator = torch.Generator().manual_seed(seed)
    shape = (images, 3, rows, columns)
    logits = 2 * torch.randn(shape, generator=generator, dtype=torch.float64)
    mask = torch.zeros((images, rows, columns), dtype=torch.int64)
    mask[:, :, 3 + seed] = 1
    mask[:, ::2, 6] = 2
    return {"image": logits, "mask": mask}


def together(batches: list[Batch]) -> tuple[Tensor, Tensor]:
    return torch.cat([b["image"] for b in batches]), torch.cat(
        [b["mask"] for b in batches]
    )


UNEVEN = [bed(3), bed(1, seed=1), bed(2, seed=2)]


def test_cross_entropy_is_pooled_over_pixels_at_its_temperature() -> None:
    logits, mask = together(UNEVEN)
    found = read(Shows(), UNEVEN, Probes(3, temperature=1.7))
    expected = cross_entropy_loss(logits / 1.7, mask)
    assert found["matched_cross_entropy"] == pytest.approx(float(expected), rel=1e-12)


def test_iou_is_pooled_over_pictures_and_of_curves_alone() -> None:
    logits, mask = together(UNEVEN)
    iou, _ = ratios(count_overlap(logits.argmax(1), mask, 3).sum(0))
    found = read(Shows(), UNEVEN, Probes(3))["one_minus_miou"]
    assert found == pytest.approx(1 - float(iou[1:].mean()), rel=1e-12)


def test_iou_is_of_the_classes_of_the_truth_whatever_is_predicted() -> None:
    batch = bed(1)
    batch["mask"][batch["mask"] == 2] = 0
    iou, _ = ratios(count_overlap(batch["image"].argmax(1), batch["mask"], 3).sum(0))
    found = read(Shows(), [batch], Probes(3))["one_minus_miou"]
    assert found == pytest.approx(1 - float(iou[1]))


def test_a_loss_is_the_mean_over_the_batches_as_they_are_parted() -> None:
    losses = {
        "tversky": TverskyLoss(),
        "lovasz": LovaszSoftmaxLoss(),
        "ce": CrossEntropyLoss(),
    }
    found = read(Shows(), UNEVEN, Probes(3, losses=losses))
    for name, loss in losses.items():
        values = [float(loss(b["image"], b["mask"])) for b in UNEVEN]
        assert found[f"loss/{name}"] == pytest.approx(sum(values) / 3, rel=1e-12)


def test_a_loss_of_regions_changes_with_the_parting_and_the_common_probes_do_not() -> (
    None
):
    logits, mask = together(UNEVEN)
    whole = [{"image": logits, "mask": mask}]
    probes = Probes(3, losses={"dice": DiceLoss()})
    parted, pooled = read(Shows(), UNEVEN, probes), read(Shows(), whole, probes)
    assert pooled["loss/dice"] == pytest.approx(float(dice_loss(logits, mask)))
    assert parted["loss/dice"] != pytest.approx(pooled["loss/dice"], rel=1e-4)
    for probe in ("matched_cross_entropy", "one_minus_miou"):
        assert parted[probe] == pytest.approx(pooled[probe], rel=1e-12)


def with_columns(off: float) -> Batch:
    """Return a curve read ``off`` columns from its truth, and more not to count."""
    batch = bed(2, rows=6, columns=40)
    logits = torch.zeros(2, 3, 6, 40, dtype=torch.float64)
    logits[:, 1, :, 20] = 50
    columns = torch.full((2, 3, 6), 20 - off)
    columns[0, 0, :4] = math.nan  # not drawn
    columns[1, 0, 0] = 55.0  # beyond the picture
    classes = torch.tensor([[1, 2, 2], [1, 0, 0]])  # two of one class; padding
    return batch | {"image": logits, "columns": columns, "curve_class": classes}


@pytest.mark.parametrize("off", [0.0, 3.0, -7.5])
def test_curve_error_is_a_fraction_of_the_width(off: float) -> None:
    found = read(Shows(), [with_columns(off)], Probes(3))["curve_mae"]
    assert found == pytest.approx(abs(off) / 40, abs=1e-6)


def test_probes_without_truth_are_left_out() -> None:
    batch = bed(1)
    batch["mask"].zero_()
    assert set(read(Shows(), [batch], Probes(3))) == {"matched_cross_entropy"}
    curves = with_columns(0.0)
    curves["curve_class"].zero_()
    assert "curve_mae" not in read(Shows(), [curves], Probes(3))


def test_ignored_columns_have_the_effect_of_being_cut_off() -> None:
    batch = bed(2)
    ignored = {**batch, "mask": batch["mask"].clone()}
    ignored["mask"][:, :, 7:] = -100
    cut = {name: tensor[..., :7] for name, tensor in batch.items()}
    probes = Probes(3, losses={"dice": DiceLoss()})
    assert read(Shows(), [ignored], probes) == pytest.approx(
        read(Shows(), [cut], probes)
    )


def test_further_channels_are_not_looked_at() -> None:
    batch = bed(2)
    centre = {**batch, "image": functional.pad(batch["image"], (0, 0, 0, 0, 0, 1))}
    centre["image"][:, 3] = 99
    assert read(Shows(), [centre], Probes(3)) == read(Shows(), [batch], Probes(3))


def test_a_network_is_read_in_evaluation_mode_and_left_in_its_own() -> None:
    network = nn.Sequential(Shows(), nn.Dropout(0.9)).train()
    first, second = (reader([bed(1)], Probes(3))(network) for _ in range(2))
    assert first == second == read(Shows(), [bed(1)], Probes(3))
    assert network.training


def test_the_likeliest_class_is_the_argmax_and_the_first_of_equals() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randint(4, (2, 5, 20, 20), generator=generator).float()
    assert torch.equal(likeliest(logits), logits.argmax(1))


@pytest.mark.parametrize(
    ("batches", "classes", "message"),
    [
        ([], 3, "no batches"),
        ([{"image": torch.zeros(1, 3, 2, 2)}], 3, "batch 0 has no mask"),
        ([bed(1)], 4, "3 outputs for 4 classes"),
        ([bed(1) | {"mask": torch.full((1, 8, 10), -100)}], 3, "all are ignored"),
    ],
)
def test_batches_that_cannot_be_read_are_refused(
    batches: list[Batch], classes: int, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read(Shows(), batches, Probes(classes))


def test_probes_that_cannot_be_are_refused() -> None:
    with pytest.raises(InputError, match="1 classes"):
        Probes(1)
    with pytest.raises(InputError, match="temperature is 0"):
        Probes(3, temperature=0)


# Temperature


def coins(right: int, of: int, margin: float) -> Batch:
    """Pixels of two classes, each with the same margin, so many of them right."""
    logits = torch.zeros(1, 2, 1, of, dtype=torch.float64)
    logits[:, 0] = margin
    mask = torch.ones(1, 1, of, dtype=torch.int64)
    mask[..., :right] = 0
    return {"image": logits, "mask": mask}


@pytest.mark.parametrize("margin", [0.3, 2.0, 20.0])
def test_temperature_makes_the_confidence_the_share_that_is_right(
    margin: float,
) -> None:
    # sigmoid(margin / T) = 3 / 4
    found = fit_temperature(Shows(), [coins(75, 100, margin)], 2)
    assert found == pytest.approx(margin / math.log(3), rel=1e-5)


def test_temperature_weighs_pixels_alike_in_whatever_batches_they_are() -> None:
    parted = fit_temperature(Shows(), [coins(10, 10, 1.0), coins(65, 90, 1.0)], 2)
    assert parted == pytest.approx(1 / math.log(3), rel=1e-5)


def test_ignored_pixels_do_not_warm() -> None:
    batch = coins(75, 100, 1.0)
    batch["mask"][..., :50] = -100
    # Of those that count as many are right as wrong: nothing is known of them.
    assert fit_temperature(Shows(), [batch], 2) == pytest.approx(HOTTEST, rel=1e-3)


def test_a_network_without_an_error_is_cooled_until_it_is_certain() -> None:
    found = fit_temperature(Shows(), [coins(9, 9, 1.0)], 2)
    assert COLDEST <= found < 0.05


def test_a_sure_network_at_its_temperature_is_worth_what_an_unsure_one_is() -> None:
    batches = [bed(3), bed(1, seed=1)]
    for batch in batches:
        shown = functional.one_hot(batch["mask"], 3).movedim(-1, 1)
        batch["image"] += 3 * shown
    sure = Shows()
    with torch.no_grad():
        sure.sureness.fill_(10)
    worth = []
    for network in (Shows(), sure):
        temperature = fit_temperature(network, batches, 3)
        assert COLDEST < temperature < HOTTEST
        worth.append(read(network, batches, Probes(3, temperature)))
    assert worth[0] == pytest.approx(worth[1], rel=1e-9)
