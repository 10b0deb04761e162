"""The networks, and the only way in which a checkpoint may name one.

A network is described by plain values: ``target``, one of the names below, and the
keyword arguments of that function. A configuration, a checkpoint's JSON and a call in
Python are thus the same thing, and nothing that a stranger's checkpoint names is ever
imported or called.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from torch import nn

from veernet.errors import InputError
from veernet.model.dense import DenseNet, make_dense
from veernet.model.library import make_smp
from veernet.model.plain import PlainUnet, make_plain_unet
from veernet.model.veernet import VeerNet, make_veernet

__all__ = [
    "MAKERS",
    "DenseNet",
    "PlainUnet",
    "VeerNet",
    "build",
    "make_dense",
    "make_plain_unet",
    "make_smp",
    "make_veernet",
]

MAKERS: dict[str, Callable[..., nn.Module]] = {
    "veernet.model.make_veernet": make_veernet,
    "veernet.model.make_dense": make_dense,
    "veernet.model.make_smp": make_smp,
    "veernet.model.make_plain_unet": make_plain_unet,
}
"""What an architecture's ``target`` may be. A new network is one line here."""


def build(architecture: Mapping[str, Any]) -> nn.Module:
    """Build the network that an architecture describes.

    Parameters
    ----------
    architecture
        ``target`` and the keyword arguments of the function that it names.

    Raises
    ------
    InputError
        If the target is not allowed, or an argument is missing, unknown or wrong.
    """
    target = architecture.get("target")
    if target not in MAKERS:
        msg = f"architecture.target {target!r} is none of {', '.join(MAKERS)}"
        raise InputError(msg)
    values = {name: v for name, v in architecture.items() if name != "target"}
    try:
        inspect.signature(MAKERS[target]).bind(**values)
    except TypeError as error:
        msg = f"architecture of {target}: {error}"
        raise InputError(msg) from error
    return MAKERS[target](**values)
