"""The release weights, and the names of the files that belong to any weights.

A network is three files with one stem: ``NAME.json`` says what it is, ``NAME.onnx``
runs without torch, and ``NAME.safetensors`` holds the weights for torch.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from veernet.errors import InputError

SUFFIXES = (".json", ".onnx", ".safetensors")

RELEASE = "release"
"""Stem of the weights that come with the package."""


def weights_stem(weights: Path | None = None) -> Path:
    """Return what the three files of a network have in common.

    Parameters
    ----------
    weights
        Any of the three files, or their stem; None stands for the release weights,
        which lie in the installed package.

    Raises
    ------
    InputError
        If none of the three files is there.
    """
    stem = _release() if weights is None else _without_suffix(weights)
    if any(weights_file(stem, suffix).is_file() for suffix in SUFFIXES):
        return stem
    if weights is None:
        msg = "no release weights came with this veernet: name a network by --weights"
    else:
        what = (
            f"{weights} is no network" if weights.exists() else f"there is no {weights}"
        )
        msg = f"{what}: name the .json, .onnx or .safetensors of a network"
    raise InputError(msg)


def weights_file(stem: Path, suffix: str) -> Path:
    """Return one of the three files; a stem may hold dots, as in epoch=3-iou=0.91."""
    return stem.with_name(stem.name + suffix)


def _without_suffix(path: Path) -> Path:
    return path.with_suffix("") if path.suffix in SUFFIXES else path


def _release() -> Path:
    # A wheel is always unpacked when it is installed, so the resource is a file.
    return Path(str(files(__package__) / RELEASE))
