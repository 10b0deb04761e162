"""Datasets keep the batch contract, and give the same samples whoever draws them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hydra.utils import instantiate
from omegaconf import OmegaConf
from torch.utils.data import DataLoader

from veernet.errors import InputError
from veernet.synth.dataset import (
    OUTPUTS,
    GeneratedDataset,
    class_of_line,
    make_loader,
    sample_rng,
    to_sample,
)
from veernet.synth.generated import GeneratedData
from veernet.synth.recipe import Recipe

CONFIGS = Path(__file__).parents[1] / "configs"
SMALL = Recipe(rows=64, columns=96, track_width=(60.0, 200.0))


def load(name: str):
    whole = OmegaConf.create(
        {"outputs": OmegaConf.load(CONFIGS / "outputs/lines.yaml"), "seed": 0}
    )
    whole.data = OmegaConf.load(CONFIGS / f"{name}.yaml")
    return whole.data


def test_a_sample_keeps_the_batch_contract():
    sample = GeneratedDataset(SMALL, 10)[3]
    assert {k: tuple(v.shape) for k, v in sample.items()} == {
        "image": (1, 64, 96),
        "mask": (64, 96),
        "columns": (6, 64),
        "curve_class": (6,),
        "edges": (2, 64),
    }
    assert sample["image"].dtype == torch.float32
    assert sample["mask"].dtype == torch.int64
    assert sample["columns"].dtype == torch.float32
    assert sample["curve_class"].dtype == torch.int64


def test_darkness_is_one_for_ink_and_padding_is_marked():
    image = np.array([[0, 255]], dtype=np.uint8)
    sample = to_sample(image, np.zeros((1, 2), np.int64), np.array([[0.5]]), [2], 3)
    assert sample["image"].tolist() == [[[1.0, 0.0]]]
    assert sample["curve_class"].tolist() == [2, 0, 0]
    assert torch.isnan(sample["columns"][1:]).all()
    assert sample["columns"][0].tolist() == [0.5]


def test_too_many_curves_for_a_sample_are_refused():
    image = np.zeros((2, 2), np.uint8)
    with pytest.raises(InputError, match="3 curves in a sample that has room for 2"):
        to_sample(image, image, np.zeros((3, 2)), [1, 1, 1], 2)


def test_every_style_needs_a_class():
    with pytest.raises(InputError, match="no class stands for dash-dot, dot"):
        class_of_line([["solid"], ["long-dash", "short-dash"]])


def test_an_index_beyond_the_set_ends_it():
    with pytest.raises(IndexError, match="sample 10 is not among the 10"):
        GeneratedDataset(SMALL, 10)[10]


def test_streams_and_seeds_never_share_a_draw():
    draws = {
        tuple(sample_rng(seed, stream, index).integers(2**32, size=4).tolist())
        for seed in range(3)
        for stream in ("train", "validation", "test")
        for index in range(50)
    }
    assert len(draws) == 3 * 3 * 50


def same(a, b):
    return all(torch.equal(a[k].nan_to_num(-1), b[k].nan_to_num(-1)) for k in a)


@pytest.mark.parametrize("fresh", [False, True])
def test_batches_do_not_hang_on_the_number_of_workers(fresh):
    def batches(workers):
        data = GeneratedData(
            SMALL, 20, fresh=fresh, batch_size=4, workers=workers, seed=5
        )
        return [*data.train_dataloader(), *data.val_dataloader()]

    alone, shared = batches(0), batches(2)
    assert len(alone) == len(shared) == 5
    assert all(same(a, b) for a, b in zip(alone, shared, strict=True))


def test_fresh_epochs_differ_and_fixed_ones_hold_the_same_samples():
    def epochs(fresh):
        loader = GeneratedData(
            SMALL, 20, fresh=fresh, batch_size=16, workers=0
        ).train_dataloader()
        return [next(iter(loader))["image"].sum(dim=(1, 2, 3)) for _ in range(2)]

    first, second = epochs(fresh=False)
    assert sorted(first.tolist()) == sorted(second.tolist())
    first, second = epochs(fresh=True)
    assert not set(first.tolist()) & set(second.tolist())


def test_the_set_is_divided_without_overlap_by_the_seed():
    def parts(seed):
        data = GeneratedData(SMALL, 100, workers=0, seed=seed)
        return set(data.train_set.indices), set(data.val_set.indices)

    train, validation = parts(0)
    assert len(train) == 80
    assert train | validation == set(range(100))
    assert not train & validation
    assert parts(0) == (train, validation)
    assert parts(1)[1] != validation


def test_a_loader_can_draw_from_an_unlimited_dataset():
    loader = make_loader(GeneratedDataset(SMALL), 2, 0, samples=6)
    assert len(list(loader)) == 3


def test_the_reference_set_is_as_stated():
    config = load("data/reference")
    config.workers = 0
    data = instantiate(config)
    assert len(data.train_set) == 12_000
    assert len(data.val_set) == 3_000
    samples = [data.val_set[i] for i in range(60)]
    background = np.mean([float((s["mask"] == 0).float().mean()) for s in samples])
    assert background == pytest.approx(0.97, abs=0.01)
    for sample in samples:
        assert tuple(sample["image"].shape) == (1, 512, 256)
        assert sample["curve_class"].tolist() == [1, 2]


def test_the_release_data_gives_batches():
    config = load("data/release")
    config.workers, config.samples, config.batch_size = 0, 20, 4
    batch = next(iter(instantiate(config).train_dataloader()))
    assert tuple(batch["image"].shape) == (4, 1, 256, 256)
    assert int(batch["mask"].max()) <= len(OUTPUTS)


def order_of(loader: DataLoader, epoch: int | None = None) -> list[int]:
    if epoch is not None:
        loader.sampler.set_epoch(epoch)
    return list(loader.sampler)


@pytest.mark.parametrize("kind", [{"shuffle": True}, {"samples": 6}, {"items": 6}])
def test_an_epoch_has_the_same_order_whichever_came_before(kind: dict) -> None:
    dataset = GeneratedDataset(SMALL, 30)
    loader = make_loader(dataset, 2, 0, seed=4, **kind)
    first, second, third = (order_of(loader) for _ in range(3))
    assert first != second != third
    # As a run that is resumed after two epochs has it.
    resumed = make_loader(dataset, 2, 0, seed=4, **kind)
    assert order_of(resumed, epoch=2) == third
    assert order_of(make_loader(dataset, 2, 0, seed=5, **kind)) != first
    assert len(loader.sampler) == len(first)


def test_another_order_draws_other_strips_and_validates_on_the_same():
    def first(part: str, order: int) -> torch.Tensor:
        data = GeneratedData(
            SMALL, 10, 0.8, fresh=True, batch_size=2, workers=0, order=order
        )
        loader = data.train_dataloader() if part == "train" else data.val_dataloader()
        return next(iter(loader))["image"]

    assert torch.equal(first("val", 1), first("val", 2))
    assert not torch.equal(first("train", 1), first("train", 2))
