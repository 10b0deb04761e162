"""Engines: they agree with each other and with plain arithmetic, and say what lacks."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.resources import files

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.signal import correlate2d

from veernet.engines import (
    DarknessEngine,
    OnnxEngine,
    OpenVinoEngine,
    TorchEngine,
    available_cores,
    load_engine,
)
from veernet.errors import InputError
from veernet.network import NetworkSpec, Output
from veernet.records import LINES
from veernet.weights import RELEASE

SPEC = NetworkSpec(
    "convolution",
    {},
    (
        Output("background"),
        Output("solid", ("solid",)),
        Output("dashed", ("long-dash", "short-dash", "dot", "dash-dot")),
    ),
    multiple=1,
)

KERNELS = np.random.default_rng(11).normal(0, 0.5, (3, 5, 5)).astype(np.float32)

CPU_ENGINES = [partial(OpenVinoEngine, exact=True), OnnxEngine]


def probabilities(darkness):
    """Return what the network of the fixture is by definition, (3, h, w)."""
    logits = np.array([correlate2d(darkness, k, mode="same") for k in KERNELS])
    powers = np.exp(logits)
    return powers / powers.sum(axis=0)


def darkness(rows=40, columns=64, tiles=1, seed=2):
    generator = np.random.default_rng(seed)
    return generator.random((tiles, 1, rows, columns), dtype=np.float32)


def write_graph(path, kernels):
    """Write a convolution and a softmax over (n, 1, h, w)."""
    onnx = pytest.importorskip("onnx")
    helper, float_ = onnx.helper, onnx.TensorProto.FLOAT
    count, _, size, _ = kernels.shape
    graph = helper.make_graph(
        [
            helper.make_node(
                "Conv", ["darkness", "kernels"], ["logits"], pads=[size // 2] * 4
            ),
            helper.make_node("Softmax", ["logits"], ["probability"], axis=1),
        ],
        "convolution",
        [helper.make_tensor_value_info("darkness", float_, ["n", 1, "h", "w"])],
        [helper.make_tensor_value_info("probability", float_, ["n", count, "h", "w"])],
        [onnx.numpy_helper.from_array(kernels, "kernels")],
    )
    opset = helper.make_opsetid("", 17)
    onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=8), path)


@pytest.fixture
def stem(tmp_path):
    """Write a network of one convolution, as JSON and ONNX."""
    write_graph(tmp_path / "conv.onnx", KERNELS[:, None])
    SPEC.save(tmp_path / "conv.json")
    return tmp_path / "conv"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Write the release architecture with random weights, all three files."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnxscript")
    checkpoint = pytest.importorskip("veernet.checkpoint")
    build = pytest.importorskip("veernet.model").build
    architecture = {
        "target": "veernet.model.make_veernet",
        "encoder_name": "tu-mobilenetv3_small_050",
        "classes": 3,
    }
    with torch.random.fork_rng():
        torch.manual_seed(4)
        model = build(architecture).eval()
    with torch.no_grad():
        # Untrained logits are nearly equal, and would hide what the engines differ in.
        for weights in model.head.parameters():
            weights.mul_(10)
    path = tmp_path_factory.mktemp("trained") / "random"
    spec = NetworkSpec("random", architecture, SPEC.outputs)
    checkpoint.save(path, model, spec)
    checkpoint.export_onnx(path, model, spec)
    return path


@pytest.mark.parametrize("make", CPU_ENGINES)
def test_an_engine_gives_what_the_arithmetic_gives(stem, make):
    tiles = darkness(tiles=2)
    found = make(stem)(tiles)
    assert found.dtype == np.float32
    for tile, probability in zip(tiles, found, strict=True):
        assert_allclose(probability, probabilities(tile[0]), atol=1e-5)


@pytest.mark.parametrize("make", CPU_ENGINES)
def test_an_engine_takes_tiles_of_any_size_in_any_order(stem, make):
    engine = make(stem)
    for rows, columns in [(32, 64), (96, 32), (32, 64), (7, 5)]:
        tiles = darkness(rows, columns)
        assert_allclose(engine(tiles)[0], probabilities(tiles[0, 0]), atol=1e-5)


@pytest.mark.parametrize("make", CPU_ENGINES)
def test_what_an_engine_gave_is_not_written_over_by_its_next_call(stem, make):
    engine = make(stem)
    first = engine(darkness())
    kept = first.copy()
    engine(1 - darkness())
    assert_array_equal(first, kept)


@pytest.mark.parametrize("make", CPU_ENGINES)
def test_an_engine_that_rested_gives_the_same_and_what_it_gave_stays(stem, make):
    engine = make(stem)
    first = engine(darkness())
    kept = first.copy()
    engine.rest()
    assert_array_equal(first, kept)
    assert_array_equal(engine(darkness()), kept)


@pytest.mark.parametrize("make", CPU_ENGINES)
def test_an_engine_may_be_called_from_several_threads(stem, make):
    engine = make(stem)
    tiles = [darkness(seed=seed) for seed in range(12)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(engine, tiles))
    for tile, probability in zip(tiles, found, strict=True):
        assert_allclose(probability[0], probabilities(tile[0, 0]), atol=1e-5)


@pytest.mark.slow
def test_the_engines_agree_to_a_thousandth(trained):
    tiles = darkness(256, 320)
    engines = [*(make(trained) for make in CPU_ENGINES), TorchEngine(trained)]
    one, *others = [engine(tiles) for engine in engines]
    assert one.std(axis=(2, 3)).max() > 0.05, "probabilities too even to compare"
    assert_allclose(one.sum(axis=1), 1, atol=1e-5)
    for other in others:
        assert_allclose(other, one, atol=1e-3)
    assert len({engine.spec.outputs for engine in engines}) == 1


@pytest.mark.skipif(
    not (files("veernet.weights") / f"{RELEASE}.onnx").is_file(),
    reason="no release weights yet: nothing to compare",
)
def test_the_engines_agree_on_the_release_weights():
    tiles = np.zeros((1, 1, 256, 320), np.float32)
    at = np.arange(256)
    tiles[0, 0, :, ::40] = tiles[0, 0, ::40] = 0.3
    for width, centre in [(9, 100), (31, 200)]:
        column = (centre + 40 * np.sin(at / width)).astype(int)
        tiles[0, 0, at, column] = tiles[0, 0, at, column + 1] = 1
    found = load_engine(engine="openvino", exact=True)(tiles)
    assert_allclose(load_engine(engine="onnx")(tiles), found, atol=1e-3)


@pytest.mark.gpu
def test_a_gpu_agrees_with_the_processor_to_a_thousandth(request):
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device here")
    trained = request.getfixturevalue("trained")
    tiles = darkness(256, 320)
    found = load_engine(trained, device="cuda")(tiles)
    assert_allclose(found, OpenVinoEngine(trained, exact=True)(tiles), atol=1e-3)


@pytest.mark.parametrize("suffix", ["", ".json", ".onnx", ".safetensors"])
def test_any_file_of_a_network_loads_it(stem, suffix):
    engine = load_engine(stem.with_name(stem.name + suffix) if suffix else stem)
    assert engine.spec == SPEC


def test_auto_takes_openvino(stem):
    assert isinstance(load_engine(stem), OpenVinoEngine)


def test_auto_takes_onnx_runtime_where_openvino_is_not_installed(stem, monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    assert isinstance(load_engine(stem), OnnxEngine)


@pytest.mark.slow
def test_auto_takes_torch_for_a_network_that_was_not_exported(trained, tmp_path):
    for suffix in (".json", ".safetensors"):
        (tmp_path / f"own{suffix}").write_bytes(
            trained.with_suffix(suffix).read_bytes()
        )
    engine = load_engine(tmp_path / "own.json")
    assert isinstance(engine, TorchEngine)


def test_no_engine_at_all_is_refused_with_what_to_install(stem, monkeypatch):
    for module in ("openvino", "onnxruntime", "torch"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InputError, match=r"no engine can run .*conv: .* pip install"):
        load_engine(stem)


@pytest.mark.parametrize(
    ("name", "module", "package"),
    [
        ("openvino", "openvino", "openvino"),
        ("onnx", "onnxruntime", "onnxruntime"),
        ("torch", "torch", r"veernet\[train\]"),
    ],
)
def test_an_engine_that_is_not_installed_says_what_to_install(
    stem, monkeypatch, name, module, package
):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InputError, match=f"{module} cannot .*pip install '{package}'"):
        load_engine(stem, name)


def test_the_core_runs_a_network_without_torch(stem):
    code = (
        "import sys; sys.modules['torch'] = sys.modules['veernet.checkpoint'] = None\n"
        "import numpy; from pathlib import Path\n"
        "from veernet.engines import load_engine\n"
        "tiles = numpy.zeros((1, 1, 32, 32), numpy.float32)\n"
        "for name in ('auto', 'openvino', 'onnx'):\n"
        "    print(load_engine(Path(sys.argv[1]), name)(tiles).shape)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(stem)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split("\n")[:3] == ["(1, 3, 32, 32)"] * 3, done.stderr


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (("tensorrt",), "engine 'tensorrt' is not known: use auto, openvino, onnx"),
        (("auto", "tpu"), "device 'tpu' is not known: use cpu or cuda"),
        (("openvino", "cuda"), "engine openvino runs on cpu only: for device cuda use"),
    ],
)
def test_an_engine_or_a_device_that_is_not_known_is_refused(stem, arguments, match):
    with pytest.raises(InputError, match=match):
        load_engine(stem, *arguments)


def test_a_gpu_that_is_not_there_is_refused(stem, monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(
        InputError, match="device cuda: torch sees no GPU here: use cpu"
    ):
        load_engine(stem, device="cuda")


def test_weights_that_are_missing_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"there is no .*none\.onnx"):
        load_engine(tmp_path / "none.onnx")


def test_weights_without_their_description_are_refused(stem):
    stem.with_suffix(".json").unlink()
    with pytest.raises(InputError, match=r"there is no file .*conv\.json"):
        load_engine(stem)


@pytest.mark.parametrize("make", CPU_ENGINES)
def test_a_network_that_was_not_exported_is_refused(stem, make):
    stem.with_suffix(".onnx").unlink()
    with pytest.raises(InputError, match=r"there is no .*conv\.onnx: put it beside"):
        make(stem)


@pytest.mark.parametrize("make", CPU_ENGINES)
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_weights_that_were_cut_off_are_refused(stem, make, share):
    path = stem.with_suffix(".onnx")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputError, match=r"conv\.onnx is not a network .* can run: \S"):
        make(stem)


@pytest.mark.parametrize("make", CPU_ENGINES)
def test_weights_beside_the_description_of_another_network_are_refused(stem, make):
    write_graph(stem.with_suffix(".onnx"), KERNELS[:2, None])
    with pytest.raises(
        InputError, match="maps 1 channels to 2 outputs, its JSON 1 to 3"
    ):
        make(stem)


@pytest.mark.parametrize(
    ("written", "cores"),
    [("100000 100000\n", 1), ("50000 100000\n", 1), ("max 100000\n", None)],
)
def test_a_container_runs_no_more_threads_than_its_share(tmp_path, written, cores):
    everything = available_cores(tmp_path / "none")
    assert everything >= 1
    quota = tmp_path / "cpu.max"
    quota.write_text(written)
    assert available_cores(quota) == (cores or everything)


def test_a_share_that_exceeds_the_machine_is_not_believed(tmp_path):
    quota = tmp_path / "cpu.max"
    quota.write_text("99900000 100000\n")
    assert available_cores(quota) == available_cores(tmp_path / "none")


def test_darkness_is_the_evidence_for_every_line_without_a_network():
    engine, tiles = DarknessEngine(), darkness(tiles=2)
    found = engine(tiles)
    assert engine.spec.lines == (LINES,)
    assert_array_equal(found[:, 1], tiles[:, 0])
    assert_array_equal(found[:, 0], 1 - tiles[:, 0])


def test_long_straight_runs_are_taken_out_as_grid_and_curves_stay():
    tile = np.zeros((60, 60), np.float32)
    tile[:, 20] = tile[30, :] = 0.5
    at = np.arange(60)
    tile[at, (at + 30) % 60] = 1
    tile[3:13, 50] = 1
    ink = DarknessEngine(longest_run=20)(tile[None, None])[0, 1]
    expected = np.zeros((60, 60), np.float32)
    expected[at, (at + 30) % 60] = 1
    expected[3:13, 50] = 1
    # Where a curve crosses the grid, it is only as dark as it is darker than the grid.
    expected[50, 20] = expected[30, 0] = 0.5
    assert_array_equal(ink, expected)


@pytest.mark.parametrize(("run", "kept"), [(20, True), (21, False)])
def test_a_run_is_grid_from_one_pixel_more_than_the_longest(run, kept):
    tile = np.zeros((90, 90), np.float32)
    tile[30 : 30 + run, 45] = 1
    ink = DarknessEngine(longest_run=20)(tile[None, None])[0, 1]
    assert_array_equal(ink, tile if kept else 0)


def test_a_longest_run_of_nothing_is_refused():
    with pytest.raises(InputError, match="longest_run 0 must be 1 pixel or more"):
        DarknessEngine(longest_run=0)
