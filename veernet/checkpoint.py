"""Networks on disk: weights as safetensors, what they are as JSON, and as ONNX.

Nothing is unpickled, and a network is built only by the functions that
:data:`veernet.model.MAKERS` names, so a checkpoint from a stranger can be opened.
"""

from __future__ import annotations

import copy
import dataclasses
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import onnx
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as to_bytes
from torch import Tensor, nn
from torch.export import Dim

from veernet.errors import InputError
from veernet.files import replacing
from veernet.model import build
from veernet.model.normalise import for_engines
from veernet.model.probability import to_probability
from veernet.network import NetworkSpec

INPUT, OUTPUT = "darkness", "probability"
"""Names of the input and the output of the ONNX graph."""

OPSET = 18
"""Of ONNX: what the exporter writes without a conversion, and every runtime reads."""


def save(
    stem: Path, model: nn.Module, spec: NetworkSpec, *, half: bool = False
) -> None:
    """Write ``stem.safetensors`` and ``stem.json``.

    Parameters
    ----------
    stem
        Of the files; the folder is made.
    model
        Built from the architecture of the specification.
    spec
        What it is. Pretrained weights that the training began from are struck out, as
        these replace them and reading a checkpoint downloads nothing.
    half
        Write matrices and kernels in float16, which halves the file; vectors, which
        hold the scales and statistics of norms, stay as they are. Reading widens them.
    """
    weights = {k: v.detach().cpu().contiguous() for k, v in model.state_dict().items()}
    if half:
        weights = {k: v.half() if v.ndim > 1 else v for k, v in weights.items()}
    stem.parent.mkdir(parents=True, exist_ok=True)
    with replacing(_beside(stem, ".safetensors")) as temporary:
        temporary.write_bytes(to_bytes(weights))
    _from_scratch(spec).save(_beside(stem, ".json"))


def load(stem: Path) -> tuple[nn.Module, NetworkSpec]:
    """Read what :func:`save` wrote.

    Parameters
    ----------
    stem
        Of the files, or the name of either.

    Returns
    -------
    Module, NetworkSpec
        The network, on the CPU and in evaluation mode, and what it is.

    Raises
    ------
    InputError
        If a file cannot be read, or the weights do not fit the architecture exactly.
    """
    path = _beside(stem, ".safetensors")
    spec = _from_scratch(NetworkSpec.load(_beside(stem, ".json")))
    model = build(spec.architecture)
    try:
        weights = load_file(path)
    except (OSError, SafetensorError) as error:
        msg = f"{path} cannot be read as safetensors: {error}"
        raise InputError(msg) from error
    _check_fit(path, weights, model.state_dict())
    model.load_state_dict(weights)
    return model.eval(), spec


def export_onnx(stem: Path, model: nn.Module, spec: NetworkSpec) -> None:
    """Write ``stem.onnx``: probabilities of any number of tiles of any size.

    Parameters
    ----------
    stem
        Of the file; the folder is made.
    model, spec
        As in a checkpoint. The graph maps ``darkness`` (N, channels, H, W) float32 to
        ``probability`` (N, channels, H, W) float32, for multiples of the
        specification's ``multiple``.
    """
    side = 2 * spec.multiple
    # One tile, or sides of one multiple, would be taken for constants that broadcast.
    tiles = torch.zeros(2, len(spec.input_channels), side, side + spec.multiple)
    with _quiet():
        program = torch.onnx.export(
            _Probability(for_engines(copy.deepcopy(model).cpu()), spec).eval(),
            (tiles,),
            dynamo=True,
            verbose=False,
            opset_version=OPSET,
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_shapes={INPUT: _free_sizes(spec.multiple)},
        )
    if program is None:  # as it is only without dynamo
        msg = "torch exported nothing"
        raise RuntimeError(msg)
    graph = program.model_proto
    _strike_notes(graph)
    path = _beside(stem, ".onnx")
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_bytes(graph.SerializeToString())


class _Probability(nn.Module):
    """A network with the softmax behind it."""

    def __init__(self, network: nn.Module, spec: NetworkSpec) -> None:
        super().__init__()
        self.network = network
        self.classes = len(spec.outputs)

    def forward(self, darkness: Tensor) -> Tensor:
        return to_probability(self.network(darkness), self.classes)


def _free_sizes(multiple: int) -> dict[int, Dim]:
    """Name the free sizes: any count, any sides that the multiple divides."""
    tall, wide = (Dim(name, min=1, max=2**16) for name in ("tall", "wide"))
    return {0: Dim("tiles", min=1), 2: multiple * tall, 3: multiple * wide}


def _strike_notes(graph: onnx.ModelProto) -> None:
    """Take out the exporter's notes: stack traces with the paths of this machine."""
    del graph.metadata_props[:]
    del graph.graph.metadata_props[:]
    for part in (*graph.graph.node, *graph.graph.value_info, *graph.graph.initializer):
        del part.metadata_props[:]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporter's own notes of what it does from the user's screen."""
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)


def _beside(stem: Path, suffix: str) -> Path:
    """Return the file with a suffix, for the stem or any file of its family."""
    known = {".json", ".safetensors", ".onnx"}
    base = stem.with_suffix("") if stem.suffix in known else stem
    return base.with_name(base.name + suffix)


def _from_scratch(spec: NetworkSpec) -> NetworkSpec:
    """Strike out the pretrained weights that an architecture asks for."""
    architecture = {
        k: v for k, v in spec.architecture.items() if k != "encoder_weights"
    }
    return dataclasses.replace(spec, architecture=architecture)


def _check_fit(
    path: Path, weights: Mapping[str, Tensor], wanted: Mapping[str, Tensor]
) -> None:
    """Refuse weights that do not fit, naming the first that does not."""
    found = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    needed = {name: tuple(tensor.shape) for name, tensor in wanted.items()}
    for name in sorted({*found, *needed}):
        if found.get(name) != needed.get(name):
            msg = (
                f"{path} does not fit the architecture of its JSON: {name} is "
                f"{found.get(name, 'missing')}, wanted {needed.get(name, 'nothing')}"
            )
            raise InputError(msg)
