"""Checkpoints: what is written comes back, and what does not fit is refused."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import openvino
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from tests.networks import spec
from veernet.checkpoint import export_onnx, load, save
from veernet.engines import load_engine
from veernet.errors import InputError
from veernet.model import build

SIZES = [(1, 32, 32), (1, 64, 32), (2, 64, 96), (3, 32, 160)]


def network(seed: int = 0) -> nn.Module:
    """Build the small network with random weights, norms and biases included."""
    torch.manual_seed(seed)
    model = build(spec().architecture)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.2)
    return model.eval()


@pytest.fixture(name="written", scope="module")
def fixture_written(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, nn.Module]:
    """Write all three files of a network that is still in training, once."""
    stem = tmp_path_factory.mktemp("weights") / "folder" / "small"
    model = network().train()
    save(stem, model, spec())
    export_onnx(stem, model, spec())
    return stem, model


@pytest.fixture(name="stem")
def fixture_stem(written: tuple[Path, nn.Module]) -> Path:
    """Name the three files."""
    return written[0]


def test_writing_leaves_the_network_in_training(
    written: tuple[Path, nn.Module],
) -> None:
    assert all(module.training for module in written[1].modules())


def test_weights_come_back_bit_for_bit(stem: Path) -> None:
    model, found = load(stem)
    assert found == spec()
    expected = network().state_dict()
    assert list(model.state_dict()) == list(expected)
    for name, weights in model.state_dict().items():
        assert torch.equal(weights, expected[name]), name


def test_weights_in_half_precision_take_half_of_the_file(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = build(spec().architecture)
    save(tmp_path / "whole", model, spec())
    save(tmp_path / "half", model, spec(), half=True)
    sizes = [
        (tmp_path / f"{name}.safetensors").stat().st_size for name in ("half", "whole")
    ]
    assert sizes[0] < 0.6 * sizes[1]
    read = load(tmp_path / "half")[0].state_dict()
    for name, weight in model.state_dict().items():
        assert read[name].dtype == weight.dtype
        within = 0.0 if weight.ndim < 2 else 1e-3
        torch.testing.assert_close(read[name], weight, rtol=within, atol=1e-7)


def test_network_comes_back_in_evaluation_mode_with_the_same_output(stem: Path) -> None:
    model, _ = load(stem)
    assert not model.training
    image = torch.rand(1, 1, 64, 64)
    assert torch.equal(model(image), network()(image))


@pytest.mark.parametrize("suffix", [".json", ".safetensors", ".onnx"])
def test_any_file_of_the_three_names_the_network(stem: Path, suffix: str) -> None:
    model, _ = load(stem.with_name(stem.name + suffix))
    assert len(model.state_dict()) == len(network().state_dict())


def test_a_dot_in_the_name_is_not_a_suffix(tmp_path: Path) -> None:
    save(tmp_path / "v0.1", network(), spec())
    assert (tmp_path / "v0.1.safetensors").is_file()
    assert load(tmp_path / "v0.1")[1] == spec()


def test_new_weights_replace_the_old(tmp_path: Path) -> None:
    save(tmp_path / "net", network(0), spec())
    save(tmp_path / "net", network(1), spec())
    weights = next(iter(load(tmp_path / "net")[0].parameters()))
    assert torch.equal(weights, next(iter(network(1).parameters())))
    assert len(list(tmp_path.iterdir())) == 2


def test_pretrained_weights_are_not_asked_for_again(tmp_path: Path) -> None:
    # Random weights stand for those that a training has begun from and moved on.
    save(tmp_path / "net", network(), spec(encoder_weights="imagenet"))
    written = json.loads((tmp_path / "net.json").read_text())
    assert "encoder_weights" not in written["architecture"]


def test_a_strangers_json_downloads_nothing(
    stem: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = json.loads(stem.with_suffix(".json").read_text())
    document["architecture"]["encoder_weights"] = "imagenet"
    (tmp_path / "net.json").write_text(json.dumps(document))
    save_file(load_file(stem.with_suffix(".safetensors")), tmp_path / "net.safetensors")
    monkeypatch.setattr("socket.socket.connect", _refuse)
    assert load(tmp_path / "net")[1] == spec()


def _refuse(*_: object) -> None:
    pytest.fail("something is being downloaded")


def test_a_strangers_json_runs_nothing(stem: Path, tmp_path: Path) -> None:
    document = json.loads(stem.with_suffix(".json").read_text())
    document["architecture"] = {"target": "os.system", "command": "true"}
    (tmp_path / "net.json").write_text(json.dumps(document))
    with pytest.raises(InputError, match=r"architecture.target 'os.system' is none of"):
        load(tmp_path / "net")


def test_a_pickle_is_refused(tmp_path: Path) -> None:
    spec().save(tmp_path / "net.json")
    torch.save(network().state_dict(), tmp_path / "net.safetensors")
    with pytest.raises(InputError, match=r"net\.safetensors cannot be read as safet"):
        load(tmp_path / "net")


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no file .*net\.json"):
        load(tmp_path / "net")
    spec().save(tmp_path / "net.json")
    with pytest.raises(InputError, match=r"net\.safetensors cannot be read"):
        load(tmp_path / "net")


@pytest.mark.parametrize(
    ("name", "shape", "says"),
    [
        ("head.0.bias", None, r"head\.0\.bias is missing, wanted \(12,\)"),
        ("head.0.bias", (9,), r"head\.0\.bias is \(9,\), wanted \(12,\)"),
        ("tail.weight", (1,), r"tail\.weight is \(1,\), wanted nothing"),
    ],
)
def test_weights_that_do_not_fit_are_named(
    tmp_path: Path, name: str, shape: tuple[int, ...] | None, says: str
) -> None:
    weights = network().state_dict()
    weights.pop(name, None)
    if shape is not None:
        weights[name] = torch.zeros(shape)
    spec().save(tmp_path / "net.json")
    save_file(weights, tmp_path / "net.safetensors")
    with pytest.raises(InputError, match=says):
        load(tmp_path / "net")


@pytest.mark.parametrize("size", SIZES)
def test_onnx_agrees_with_torch_for_any_number_and_size(
    stem: Path, size: tuple[int, int, int]
) -> None:
    count, height, width = size
    darkness = torch.rand(count, 1, height, width)
    with torch.no_grad():
        expected = network()(darkness).softmax(dim=1).numpy()
    path = stem.with_suffix(".onnx")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (found,) = session.run(["probability"], {"darkness": darkness.numpy()})
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)
    compiled = openvino.Core().compile_model(
        path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
    )
    np.testing.assert_allclose(
        compiled(darkness.numpy())[0], expected, rtol=1e-3, atol=1e-4
    )


def test_engines_take_the_three_files(stem: Path) -> None:
    tiles = np.random.default_rng(0).random((1, 1, 64, 64), dtype=np.float32)
    by_torch = load_engine(stem, "torch")(tiles)
    for name in ("onnx", "openvino"):
        found = load_engine(stem, name, exact=True)(tiles)
        np.testing.assert_allclose(found, by_torch, rtol=1e-3, atol=1e-4)


def test_onnx_is_one_file_without_paths_of_this_machine(stem: Path) -> None:
    written = stem.with_suffix(".onnx").read_bytes()
    assert str(Path(__file__).parents[1]).encode() not in written
    assert b"stack_trace" not in written
    onnx.checker.check_model(onnx.load_from_string(written), full_check=True)


def test_what_was_made_of_it_travels_along(tmp_path: Path) -> None:
    scored = dataclasses.replace(spec(), scores={"val/score": 0.5}, made={"steps": 7})
    save(tmp_path / "net", network(), scored)
    assert load(tmp_path / "net")[1] == scored
