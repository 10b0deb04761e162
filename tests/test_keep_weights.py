"""Weights of an unfinished run, kept small: a training goes on from them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import yaml

import keep_weights
from tests.networks import spec
from tests.runs import run
from veernet.checkpoint import load, save
from veernet.errors import InputError
from veernet.model import build


def saved(stem: Path) -> Path:
    torch.manual_seed(0)
    save(stem, build(spec().architecture), spec())
    return stem


def test_kept_weights_are_half_as_large_and_nearly_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    best, out = saved(tmp_path / "best"), tmp_path / "kept" / "dense"
    keep_weights.main([str(best), "--out", str(out)])
    assert "MiB" in capsys.readouterr().out
    sizes = [p.with_suffix(".safetensors").stat().st_size for p in (out, best)]
    assert sizes[0] < 0.6 * sizes[1]
    image = torch.rand(1, 1, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(
            load(out)[0](image), load(best)[0](image), rtol=0.02, atol=0.02
        )


def test_a_training_goes_on_from_them(tmp_path: Path) -> None:
    keep_weights.keep(saved(tmp_path / "best"), tmp_path / "kept")
    run(tmp_path / "run", start=tmp_path / "kept", trainer={"max_epochs": 1})
    assert load(tmp_path / "run" / "last")[1].made["steps"] == 2


def test_what_is_too_large_to_keep_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep_weights, "LARGEST", 1000)
    with pytest.raises(InputError, match="more than 1000: keep a smaller network"):
        keep_weights.keep(saved(tmp_path / "best"), tmp_path / "kept")
    assert not (tmp_path / "kept.safetensors").exists()


def test_the_weights_in_the_repository_are_those_of_the_dense_network() -> None:
    root = Path(__file__).parents[1]
    network, found = load(root / "data" / "training" / "dense")
    described = yaml.safe_load((root / "configs/model/dense.yaml").read_text())
    plain = {k: v for k, v in described.items() if not str(v).startswith("${")}
    assert plain.items() <= found.architecture.items()
    assert found.scores["val/score"] > 0.2
    image = torch.zeros(1, 1, 64, 64)
    assert network(image).shape == (1, found.channels, 64, 64)
