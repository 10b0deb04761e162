"""Sets that are drawn once: the same samples, drawn anew when anything changes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from veernet.errors import InputError
from veernet.synth import kept
from veernet.synth.dataset import GeneratedDataset
from veernet.synth.generated import GeneratedData
from veernet.synth.kept import KeptDataset, digest, keep
from veernet.synth.recipe import Recipe
from veernet.synth.signals import RealShapes

TWO = Recipe(rows=64, columns=96, lines=("solid", "broken"), whole_track=True)


def test_kept_samples_are_those_that_would_be_drawn(tmp_path: Path) -> None:
    dataset = GeneratedDataset(TWO, 5, seed=3)
    found = keep(dataset, tmp_path, workers=0)
    assert len(found) == 5
    for index in range(5):
        drawn, read = dataset[index], found[index]
        assert drawn.keys() == read.keys()
        for name, values in drawn.items():
            torch.testing.assert_close(
                read[name], values, rtol=0, atol=0, equal_nan=True
            )


def test_processes_draw_what_one_draws(tmp_path: Path) -> None:
    dataset = GeneratedDataset(TWO, 3, seed=3)
    alone = keep(dataset, tmp_path / "alone", workers=0)
    shared = keep(dataset, tmp_path / "shared", workers=1)
    assert all(torch.equal(alone[i]["image"], shared[i]["image"]) for i in range(3))


def test_a_set_is_drawn_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = GeneratedDataset(TWO, 2)
    first = keep(dataset, tmp_path, workers=0)[1]["image"]
    monkeypatch.setattr(GeneratedDataset, "strip", None)  # would fail if it drew
    assert torch.equal(keep(dataset, tmp_path, workers=0)[1]["image"], first)


def test_a_drawing_that_was_cut_short_is_done_again(tmp_path: Path) -> None:
    dataset = GeneratedDataset(TWO, 2)
    keep(dataset, tmp_path, workers=0)
    (tmp_path / digest(dataset) / "set.json").unlink()
    (tmp_path / digest(dataset) / "image.npy").write_bytes(b"half")
    assert keep(dataset, tmp_path, workers=0)[1]["image"].shape == (1, 64, 96)


@pytest.mark.parametrize(
    "other",
    [
        GeneratedDataset(TWO, 3),
        GeneratedDataset(TWO, 2, seed=1),
        GeneratedDataset(TWO, 2, stream="test"),
        GeneratedDataset(TWO, 2, label_width=5),
        GeneratedDataset(TWO, 2, blank=32),
        GeneratedDataset(Recipe(rows=64, columns=96), 2),
    ],
)
def test_whatever_a_set_depends_on_is_in_its_name(other: GeneratedDataset) -> None:
    assert digest(other) != digest(GeneratedDataset(TWO, 2))


def test_shapes_from_files_are_refused(tmp_path: Path) -> None:
    shapes = RealShapes((), ())
    with pytest.raises(InputError, match="cannot be kept"):
        keep(GeneratedDataset(TWO, 2, shapes=shapes), tmp_path)


def test_blank_paper_follows_on_the_right() -> None:
    plain, wide = GeneratedDataset(TWO, 1)[0], GeneratedDataset(TWO, 1, blank=32)[0]
    assert wide["image"].shape == (1, 64, 128)
    assert torch.equal(wide["image"][..., :96], plain["image"])
    assert not wide["image"][..., 96:].any()
    assert not wide["mask"][..., 96:].any()
    torch.testing.assert_close(wide["columns"], plain["columns"], equal_nan=True)


def test_data_split_one_kept_set_and_test_on_another(tmp_path: Path) -> None:
    data = GeneratedData(
        TWO, 10, 0.8, batch_size=2, workers=0, test_samples=3, kept=tmp_path
    )
    loaders = data.train_dataloader(), data.val_dataloader(), data.test_dataloader()
    assert [len(loader.dataset) for loader in loaders] == [8, 2, 3]  # type: ignore[arg-type]
    assert isinstance(data.test_set, KeptDataset)
    known = [s["image"] for s in [*data.train_set, *data.val_set]]  # type: ignore[misc]
    assert not any(torch.equal(s["image"], k) for s in data.test_set for k in known)  # type: ignore[attr-defined]


def test_the_order_of_an_epoch_goes_with_its_own_seed() -> None:
    def first(order: int) -> torch.Tensor:
        data = GeneratedData(TWO, 10, 0.8, batch_size=8, workers=0, order=order)
        image: torch.Tensor = next(iter(data.train_dataloader()))["image"]
        return image

    assert torch.equal(first(1), first(1))
    assert not torch.equal(first(1), first(2))
    torch.testing.assert_close(first(1).sum(0), first(2).sum(0))  # the same samples


def test_the_name_knows_all_code_that_draws() -> None:
    code = {path.name for path in kept._drawing_code()}
    assert {"dataset.py", "strips.py", "dashes.py", "order.py", "axes.py"} <= code
    assert not {"composed.py", "kept.py", "aerial.py"} & code
