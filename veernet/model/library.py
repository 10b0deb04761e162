"""The architectures of segmentation-models-pytorch, normalised for single pictures."""

from __future__ import annotations

from typing import Literal

import segmentation_models_pytorch as smp
from torch import nn

from veernet.errors import InputError
from veernet.model.normalise import with_group_norm


def make_smp(
    *,
    architecture: str,
    encoder_name: str,
    classes: int,
    encoder_weights: str | None = None,
    input_channels: int = 1,
    normalisation: Literal["group", "batch"] = "group",
    **options: object,
) -> nn.Module:
    """Build an architecture of the library by name.

    Parameters
    ----------
    architecture
        Unet, UnetPlusPlus, MAnet, Linknet, FPN, PSPNet, DeepLabV3, DeepLabV3Plus, PAN,
        UPerNet, Segformer or DPT, in any case.
    encoder_name, encoder_weights
        Of the library; None starts from random weights and downloads nothing.
    classes
        Outputs, background included.
    input_channels
        1 is darkness alone.
    normalisation
        Group works at batch size one; batch is what pretrained weights expect.
    **options
        Further arguments of the architecture.

    Raises
    ------
    InputError
        If the architecture, the encoder or an option is unknown.
    """
    try:
        network: nn.Module = smp.create_model(
            architecture,
            encoder_name=encoder_name,
            encoder_weights=encoder_weights,
            in_channels=input_channels,
            classes=classes,
            **options,
        )
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        msg = f"{architecture} with encoder {encoder_name!r}: {error.args[0]}"
        raise InputError(msg) from error
    return with_group_norm(network) if normalisation == "group" else network
