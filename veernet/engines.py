"""Engines that run a network: OpenVINO and ONNX Runtime on CPU, torch on GPU.

An engine is built once and called any number of times, also from several threads. Each
engine is imported when it is asked for, and veernet needs only one of them.
"""

from __future__ import annotations

import importlib
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Literal, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from veernet.errors import InputError
from veernet.network import BACKGROUND, NetworkSpec, Output
from veernet.records import LINES
from veernet.weights import weights_file, weights_stem

Tiles = NDArray[np.float32]
EngineName = Literal["auto", "openvino", "onnx", "torch"]
Device = Literal["cpu", "cuda"]


class Engine(Protocol):
    """Maps darkness to the probability of each of a network's outputs."""

    @property
    def spec(self) -> NetworkSpec:
        """What the network takes and what its outputs mean."""

    def __call__(self, tiles: Tiles) -> Tiles:
        """Return probabilities.

        Parameters
        ----------
        tiles : (N, channels, h, w) float32
            Darkness, 0 paper to 1 ink; h and w are multiples of ``spec.multiple``.

        Returns
        -------
        (N, channels, h, w) float32
            Sums to 1 over the outputs; the centre, where there is one, comes last.
        """

    def rest(self) -> None:
        """Give back the memory that tiles took; the next one takes it anew."""


class OpenVinoEngine:
    """Runs ``NAME.onnx`` with OpenVINO, the faster engine on CPU.

    The graph is compiled once for all sizes: for convolutional networks that measured
    as fast as compiling it for each size of tile, and saves half a second for each.

    Parameters
    ----------
    stem
        Of the network's files.
    exact
        Compute in float32. Else, where the processor has it, OpenVINO takes bfloat16:
        half of the time, for probabilities that lie 0.001 away in the mean and 0.25 at
        worst, and curves that are read as well.
    threads
        As many as cores unless given.

    Raises
    ------
    InputError
        If OpenVINO is not installed, or a file is missing or broken.
    """

    def __init__(
        self, stem: Path, *, exact: bool = False, threads: int | None = None
    ) -> None:
        openvino = _import("openvino", "openvino")
        self.spec, path = _files(stem, ".onnx")
        config = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": threads or available_cores(),
        }
        if exact:
            config["INFERENCE_PRECISION_HINT"] = "f32"
        with _blaming(path):
            self._model = openvino.Core().compile_model(path, "CPU", config)
            channels = [
                port.partial_shape[1].get_length()
                for port in (self._model.input(), self._model.output())
            ]
        _check_channels(path, self.spec, *channels)
        # A compiled model keeps one request, and one already uses every core.
        self._lock = Lock()

    def __call__(self, tiles: Tiles) -> Tiles:
        """Return probabilities, see :class:`Engine`."""
        with self._lock:
            return np.asarray(self._model(tiles)[0], dtype=np.float32)

    def rest(self) -> None:
        """Give back the memory of the layers, see :class:`Engine`."""
        with self._lock:
            self._model.release_memory()


class OnnxEngine:
    """Runs ``NAME.onnx`` with ONNX Runtime, where OpenVINO has no build.

    Parameters
    ----------
    stem
        Of the network's files.
    threads
        As many as cores unless given.

    Raises
    ------
    InputError
        If ONNX Runtime is not installed, or a file is missing or broken.
    """

    def __init__(self, stem: Path, *, threads: int | None = None) -> None:
        onnxruntime = _import("onnxruntime", "onnxruntime")
        self.spec, path = _files(stem, ".onnx")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or available_cores()
        options.log_severity_level = 3
        # Threads that spin while they wait cost a tenth to a third on a busy machine.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        with _blaming(path):
            self._session = onnxruntime.InferenceSession(
                path, options, providers=["CPUExecutionProvider"]
            )
            (source,), (sink,) = self._session.get_inputs(), self._session.get_outputs()
        _check_channels(path, self.spec, source.shape[1], sink.shape[1])
        self._input = source.name

    def __call__(self, tiles: Tiles) -> Tiles:
        """Return probabilities, see :class:`Engine`."""
        (probability,) = self._session.run(None, {self._input: tiles})
        return np.asarray(probability, dtype=np.float32)

    def rest(self) -> None:
        """Do nothing: ONNX Runtime keeps its memory as long as the session lasts."""


class TorchEngine:
    """Runs ``NAME.safetensors`` with torch, on CPU or GPU.

    Parameters
    ----------
    stem
        Of the network's files.
    device
        cpu or cuda.

    Raises
    ------
    InputError
        If torch is not installed, there is no such device, or a file is missing or
        broken.
    """

    def __init__(self, stem: Path, device: Device = "cpu") -> None:
        self._torch = _import("torch", "veernet[train]")
        if device == "cuda" and not self._torch.cuda.is_available():
            msg = "device cuda: torch sees no GPU here: use cpu"
            raise InputError(msg)
        model, self.spec = _import("veernet.checkpoint", "veernet[train]").load(stem)
        self._model = model.to(device)
        self._normalise = _import("veernet.model.probability", "torch").to_probability
        self._device = device
        # The switch of TensorFloat-32 belongs to the process, not to a thread.
        self._lock = Lock()

    def __call__(self, tiles: Tiles) -> Tiles:
        """Return probabilities, see :class:`Engine`."""
        torch = self._torch
        # TensorFloat-32, cuDNN's default, has three digits: the engines would differ.
        exact = torch.backends.cudnn.flags(enabled=True, allow_tf32=False)
        with self._lock, exact, torch.inference_mode():
            logits = self._model(torch.from_numpy(tiles).to(self._device))
            probability = self._normalise(logits, len(self.spec.outputs)).cpu().numpy()
        return np.asarray(probability, dtype=np.float32)

    def rest(self) -> None:
        """Give back what torch keeps of a GPU's memory, see :class:`Engine`."""
        if self._device == "cuda":
            self._torch.cuda.empty_cache()


@dataclass(frozen=True)
class DarknessEngine:
    """No network: ink of any style is as probable as the paper is dark.

    The baseline that a network has to beat, and an engine for tests that need no
    weights. It tells neither styles apart nor curves from grid, unless the grid is
    taken out: long straight runs of ink, down or across, are then thought to be grid,
    and a curve loses its ink where it crosses one or stands still for as long.

    Parameters
    ----------
    longest_run
        Pixels: straight runs that are longer are taken out; None keeps everything. An
        overlap of four times as much keeps the tiling exact.
    """

    longest_run: int | None = None

    def __post_init__(self) -> None:
        if self.longest_run is not None and self.longest_run < 1:
            msg = f"longest_run {self.longest_run} must be 1 pixel or more"
            raise InputError(msg)

    @property
    def spec(self) -> NetworkSpec:
        """Two outputs: background, and ink that stands for every line style."""
        outputs = (Output(BACKGROUND), Output("ink", LINES))
        return NetworkSpec("darkness", {}, outputs, multiple=1)

    def __call__(self, tiles: Tiles) -> Tiles:
        """Return probabilities, see :class:`Engine`."""
        ink = np.stack([self._without_runs(tile) for tile in tiles[:, 0]])
        return np.stack([1 - ink, ink], axis=1)

    def rest(self) -> None:
        """Do nothing: nothing is kept."""

    def _without_runs(self, darkness: Tiles) -> Tiles:
        """Leave what rises above the straight runs through each pixel, (h, w)."""
        if self.longest_run is None:
            return darkness
        length = self.longest_run + 1
        down, across = (
            cv2.morphologyEx(darkness, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
            for shape in ((length, 1), (1, length))
        )
        return np.asarray(darkness - np.maximum(down, across), dtype=np.float32)


_ENGINES: dict[str, tuple[str, str]] = {
    "openvino": ("openvino", ".onnx"),
    "onnx": ("onnxruntime", ".onnx"),
    "torch": ("torch", ".safetensors"),
}
"""Module and file of each engine; on CPU the fastest stands first."""


def load_engine(
    weights: Path | None = None,
    engine: EngineName = "auto",
    device: Device = "cpu",
    *,
    exact: bool = False,
    threads: int | None = None,
) -> Engine:
    """Load a network into an engine.

    Parameters
    ----------
    weights
        Any of the network's three files, or their stem; the release weights if None.
    engine
        auto takes the fastest that is installed and that the network has a file for.
    device
        cuda runs torch.
    exact
        See :class:`OpenVinoEngine`; the others are.
    threads
        For a process among several: that it runs the network in. As many as cores
        unless given; torch has a setting of its own.

    Raises
    ------
    InputError
        If the weights are missing or broken, or the engine or the device is not there.
    """
    if engine not in {"auto", *_ENGINES}:
        msg = f"engine {engine!r} is not known: use auto, {', '.join(_ENGINES)}"
        raise InputError(msg)
    if device not in {"cpu", "cuda"}:
        msg = f"device {device!r} is not known: use cpu or cuda"
        raise InputError(msg)
    if device == "cuda" and engine not in {"auto", "torch"}:
        msg = f"engine {engine} runs on cpu only: for device cuda use torch"
        raise InputError(msg)
    stem = weights_stem(weights)
    if device == "cuda":
        return TorchEngine(stem, device)
    name = _fastest(stem) if engine == "auto" else engine
    if name == "openvino":
        return OpenVinoEngine(stem, exact=exact, threads=threads)
    if name == "onnx":
        return OnnxEngine(stem, threads=threads)
    return TorchEngine(stem)


def available_cores(quota: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """Return how many cores this process may use.

    Parameters
    ----------
    quota
        Where Linux says how much time of how long a period a container gets: without
        it, a container of two cores would run a thread for each core of its host.
    """
    cores = len(os.sched_getaffinity(0))
    try:
        allowed, period = quota.read_text("ascii").split()
    except (OSError, ValueError):
        return cores
    if allowed == "max":
        return cores
    return max(1, min(cores, math.ceil(int(allowed) / int(period))))


def _fastest(stem: Path) -> str:
    """Choose an engine that is installed and that the network has a file for."""
    for name, (module, suffix) in _ENGINES.items():
        if weights_file(stem, suffix).is_file() and _is_installed(module):
            return name
    msg = (
        f"no engine can run {stem}: its .onnx needs openvino or onnxruntime, its "
        ".safetensors needs veernet[train]: add the file, or pip install the engine"
    )
    raise InputError(msg)


def _is_installed(module: str) -> bool:
    """Tell whether a module imports, which a broken installation does not."""
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


def _import(module: str, package: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        msg = f"{module} cannot be imported ({error}): pip install '{package}'"
        raise InputError(msg) from error


def _files(stem: Path, suffix: str) -> tuple[NetworkSpec, Path]:
    """Return the description of a network and its file with a suffix."""
    path = weights_file(stem, suffix)
    if not path.is_file():
        msg = f"there is no {path}: put it beside the network's other files"
        raise InputError(msg)
    return NetworkSpec.load(weights_file(stem, ".json")), path


@contextmanager
def _blaming(path: Path) -> Iterator[None]:
    """Turn an engine's complaints about a file, of types of its own, into ours."""
    try:
        yield
    except Exception as error:
        reason = str(error).strip().splitlines()[-1]
        msg = f"{path} is not a network that {__package__} can run: {reason}"
        raise InputError(msg) from error


def _check_channels(path: Path, spec: NetworkSpec, taken: int, given: int) -> None:
    """Refuse weights that lie beside the description of another network."""
    wanted = len(spec.input_channels), spec.channels
    if (taken, given) != wanted:
        msg = (
            f"{path} maps {taken} channels to {given} outputs, its JSON {wanted[0]} to "
            f"{wanted[1]}: they belong to different networks"
        )
        raise InputError(msg)
