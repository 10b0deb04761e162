"""What the losses make of the same pictures: strips, masks and the curves read of them.

The networks lie where they were trained, and the pictures are the first of the test
set that their configuration describes.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from hydra.utils import instantiate
from numpy.typing import NDArray
from omegaconf import OmegaConf

from veernet.checkpoint import load
from veernet.errors import InputError
from veernet.study.arms import FIVE, Arm, runs_of
from veernet.study.report.losses import title
from veernet.study.results import Study
from veernet.study.scores import STYLES, compare, read_curve
from veernet.synth.dataset import Sample
from veernet.synth.generated import GeneratedData

COUNT = 3
"""Pictures."""

COLOURS = ("#0072b2", "#b35900")
"""Of the solid and of the broken curve."""


@dataclass(frozen=True)
class Trained:
    """Networks of one seed and profile, by the loss that they were trained with.

    Parameters
    ----------
    profile, seed
        Of the runs.
    runs
        Folders.
    """

    profile: str
    seed: int
    runs: dict[str, Path]


def find_networks(study: Study, folder: Path) -> Trained | None:
    """Find the networks of the plain arms of the five losses in a folder of runs.

    Returns
    -------
    Trained or None
        Of the first seed for which at least two losses have one, most losses first;
        None where there are no two.

    Raises
    ------
    InputError
        If the folder is not there.
    """
    if not folder.is_dir():
        msg = f"there is no folder {folder}: name the one that the runs were trained in"
        raise InputError(msg)
    found: dict[tuple[str, int], dict[str, Path]] = {}
    for profile, runs in study.runs.groupby("profile"):
        for loss in FIVE:
            for seed, name in runs_of(runs, Arm(loss)).items():
                path = folder / Path(name).name
                if (path / "last.safetensors").is_file():
                    found.setdefault((str(profile), seed), {})[loss] = path
    best = max(found, key=lambda key: (len(found[key]), -key[1]), default=None)
    if best is None or len(found[best]) < 2:
        return None
    ordered = {loss: found[best][loss] for loss in FIVE if loss in found[best]}
    return Trained(*best, ordered)


def strips_section(trained: Trained) -> dict[str, Any]:
    """Return the picture for the page, within an address, and what it shows."""
    image, size = draw_strips(trained)
    return {
        "image": "data:image/png;base64," + base64.b64encode(image).decode("ascii"),
        "width": size[0],
        "height": size[1],
        "says": (
            f"The first {COUNT} pictures of the test set, and what a network of each "
            f"loss (profile {trained.profile}, seed {trained.seed}) makes of them: "
            "what it calls the solid curve in blue, the dashed one in orange; in black "
            "the curves as a skeleton reads them. The number is their error, as a "
            "share of the track."
        ),
    }


def draw_strips(trained: Trained) -> tuple[bytes, tuple[int, int]]:
    """Draw pictures below each other: the strip with its truth, then each loss.

    Returns
    -------
    bytes, (int, int)
        A PNG, its width and height in pixels.

    Raises
    ------
    InputError
        If matplotlib is not installed, or a run was not trained on drawn strips.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - only pictures need it
    except ImportError as error:
        msg = "pictures need matplotlib: install veernet[dev]"
        raise InputError(msg) from error
    samples = _first(next(iter(trained.runs.values())))
    networks = {loss: load(run / "last")[0] for loss, run in trained.runs.items()}
    figure = Figure(figsize=(12.6, 3.6), dpi=100, layout="constrained")
    grid = figure.subplots(COUNT, 1 + len(networks), squeeze=False)
    for row, sample in zip(grid, samples, strict=True):
        paper = 1 - sample["image"][0].numpy()
        _panel(row[0], paper, sample["mask"].numpy())
        row[0].set_title("strip and truth", fontsize=8)
        for axes, (loss, network) in zip(row[1:], networks.items(), strict=True):
            with torch.inference_mode():
                network.eval()
                maps = network(sample["image"][None])[0].float().softmax(0)
            _panel(axes, paper, maps.argmax(0).numpy())
            mean = _curves(axes, maps, sample)
            axes.set_title(f"{title(loss)}: {mean:.3f}", fontsize=8)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    width, height = figure.get_size_inches() * figure.dpi
    return buffer.getvalue(), (int(width), int(height))


def _first(run: Path) -> list[Sample]:
    """Return the first pictures of the test set that a run was scored on."""
    path = run / ".hydra" / "config.yaml"
    if not path.is_file():
        msg = f"there is no {path}: name the folder that the runs were trained in"
        raise InputError(msg)
    reported: Any = OmegaConf.to_container(OmegaConf.load(path).data, resolve=True)
    # Nothing but parts of this package is called, whatever the file names.
    if not all(name.startswith("veernet.synth.") for name in _targets(reported)):
        msg = f"{run} was not trained on drawn strips: there is nothing to show"
        raise InputError(msg)
    own = {**reported, "kept": None, "workers": 0, "test_samples": COUNT}
    data: GeneratedData = instantiate(own)
    return [data.test_set[index] for index in range(COUNT)]


def _targets(node: object) -> list[str]:
    """Return all that a configuration would call."""
    if isinstance(node, dict):
        own = [str(node["_target_"])] if "_target_" in node else []
        return own + [name for part in node.values() for name in _targets(part)]
    if isinstance(node, list):
        return [name for part in node for name in _targets(part)]
    return []


def _panel(axes: Any, paper: NDArray[Any], mask: NDArray[Any]) -> None:  # noqa: ANN401 - of matplotlib
    """Show paper, paled, with the pixels of each curve in its colour."""
    shown = np.repeat(0.35 + 0.65 * paper[..., None], 3, axis=2)
    for label, colour in enumerate(COLOURS, start=1):
        shown[mask == label] = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    axes.imshow(shown, aspect="auto", interpolation="nearest")
    axes.set_axis_off()


def _curves(axes: Any, maps: torch.Tensor, sample: Mapping[str, Any]) -> float:  # noqa: ANN401 - of matplotlib
    """Draw the curves that are read of maps; return their mean error."""
    left, right = sample["edges"].numpy().astype(np.float64)
    likelihood = (255 * maps).round().to(torch.uint8).numpy()
    errors = []
    pairs = zip(sample["columns"].numpy(), sample["curve_class"].tolist(), strict=True)
    for column, label in pairs:
        if not label or not np.isfinite(column).any():
            continue
        read = read_curve(
            likelihood[label], (left, right), STYLES[label - 1], "skeleton"
        )
        axes.plot(read, np.arange(len(read)), color="black", linewidth=0.7)
        truth = (column.astype(np.float64) - left) / (right - left)
        truth[(truth < 0) | (truth > 1)] = np.nan
        if np.isfinite(truth).any():
            found = compare((read - left) / (right - left), truth, right - left)
            errors.append(found["mae"])
    return float(np.mean([error for error in errors if error is not None]))
