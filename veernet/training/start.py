"""Weights to begin a training from, also those of a network with other outputs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from veernet.checkpoint import load
from veernet.errors import InputError
from veernet.network import NetworkSpec, Output

RARE = -5.0
"""Logit that a fresh centre begins with: few pixels hold one."""


def begin_from(network: nn.Module, spec: NetworkSpec, start: Path) -> None:
    """Load the weights of a checkpoint into a network, in place.

    Where the outputs are others, the last layer is fitted: an output begins as the one
    that stood for its line styles, whose probability it shares with the others that
    come of it, and a centre begins anew. An output without lines begins as the one of
    its name.

    Parameters
    ----------
    network, spec
        To be trained, as it was built, and what it is.
    start
        Checkpoint.

    Raises
    ------
    InputError
        If the weights are those of another architecture, or an output has no forebear.
    """
    model, before = load(start)
    weights = model.state_dict()
    own = network.state_dict()
    if (spec.outputs, spec.centre) != (before.outputs, before.centre):
        sources = _forebears(spec, before, start)
        for name in _last_layer(own, weights):
            weights[name] = _fit(weights[name], own[name], sources, before, spec)
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        msg = f"{start}: weights of another architecture: choose the same model"
        raise InputError(msg) from error


def _last_layer(own: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> list[str]:
    """Return the parameters of the head by name, as each kind of network calls it."""
    return [n for n in own if "head" in n.partition(".")[0] and n in weights]


def _forebears(spec: NetworkSpec, before: NetworkSpec, start: Path) -> list[int]:
    """Return for each output the index of the one that stood for the same before."""
    sources = []
    for output in spec.outputs:
        what = f"{output.lines[0]} lines" if output.lines else output.name
        found = [i for i, old in enumerate(before.outputs) if _is_forebear(old, output)]
        if not found:
            msg = f"{start}: no output stands for {what}: begin from scratch"
            raise InputError(msg)
        sources += found
    return sources


def _is_forebear(old: Output, new: Output) -> bool:
    return new.lines[0] in old.lines if new.lines else new.name == old.name


def _fit(
    old: Tensor, new: Tensor, sources: list[int], before: NetworkSpec, spec: NetworkSpec
) -> Tensor:
    """Return a parameter of the last layer with as many parts as there are outputs."""
    # A sub-pixel head holds several channels for each output, side by side.
    parts = old.shape[0] // before.channels
    if old.shape[0] != parts * before.channels or old.shape[1:] != new.shape[1:]:
        return old  # another architecture: loading it will say so
    by_output = old.reshape(before.channels, parts, *old.shape[1:])
    fitted = by_output[sources].clone()
    if old.ndim == 1:
        shared = [math.log(sources.count(source)) for source in sources]
        fitted -= torch.tensor(shared)[:, None]
    if spec.centre:
        centre = by_output[-1:] if before.centre else torch.zeros_like(by_output[:1])
        if not before.centre and old.ndim == 1:
            centre += RARE
        fitted = torch.cat([fitted, centre])
    return fitted.reshape(new.shape) if fitted.numel() == new.numel() else old
