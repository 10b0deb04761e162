"""Pictures of validation samples: what was given, what was asked, what came out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from lightning import Callback
from lightning.pytorch.loggers import TensorBoardLogger
from torch import Tensor

from veernet.network import BACKGROUND
from veernet.training.module import Segmenter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lightning import LightningModule, Trainer

COLOURS = torch.tensor(
    [
        [0.0, 0.0, 0.0],  # background takes none: the picture shows through
        [0.84, 0.15, 0.16],
        [0.12, 0.47, 0.71],
        [0.17, 0.63, 0.17],
        [1.0, 0.5, 0.05],
        [0.58, 0.4, 0.74],
        [0.55, 0.34, 0.29],
        [0.89, 0.47, 0.76],
        [0.5, 0.5, 0.5],
    ]
)
"""RGB of the classes, background first; they repeat after the last."""


def paint(image: Tensor, shares: Tensor) -> Tensor:
    """Tint a picture by how much each class owns of a pixel.

    Parameters
    ----------
    image : (H, W) float
        Darkness.
    shares : (C, H, W) float
        0 to 1, of every class, background first.

    Returns
    -------
    (3, H, W) float
        RGB in [0, 1]: pale paper, classes in their colours.
    """
    index = torch.arange(1, shares.shape[0]) - 1
    colours = COLOURS[1 + index % (len(COLOURS) - 1)]
    paper = 1 - 0.35 * image
    lines = shares[1:].clamp(0, 1)
    tint = torch.einsum("chw,cr->rhw", lines, colours)
    return (paper * (1 - lines.sum(0)).clamp(min=0) + tint).clamp(0, 1)


def blend(shares: Tensor, colours: Tensor | None = None) -> Tensor:
    """Mix the colours of the classes by how much each owns of a pixel.

    Parameters
    ----------
    shares : (C, H, W) float
        0 to 1, of every class; where all are 0 the pixel is black.
    colours : (C, 3) float
        RGB of every class; those of the house unless given.

    Returns
    -------
    (3, H, W) float
        RGB in [0, 1].
    """
    if colours is None:
        colours = COLOURS[1 + torch.arange(len(shares)) % (len(COLOURS) - 1)]
    return torch.einsum("chw,cr->rhw", shares, colours).clamp(0, 1)


def side_by_side(
    image: Tensor,
    mask: Tensor,
    *probabilities: Tensor,
    background: bool = True,
    colours: Tensor | None = None,
) -> Tensor:
    """Return picture, truth and one or more predictions beside each other.

    Parameters
    ----------
    image : (1, H, W) or (3, H, W) float
        Darkness, or red, green and blue.
    mask : (H, W) int64
        True class of each pixel; one that is none of them is ignored and has no colour.
    *probabilities : (C, H, W) float
        Predicted, of every class.
    background
        Whether the first class is what the picture shows through; else every class
        covers it in its colour.
    colours : (C, 3) float
        RGB of every class; those of the house unless given.

    Returns
    -------
    (3, H, (2 + predictions) W + 4 (1 + predictions)) float
        RGB in [0, 1].
    """
    light = 1 - image.expand(3, -1, -1) if len(image) == 1 else image
    classes = torch.arange(len(probabilities[0]))[:, None, None]
    truth = (mask == classes).float()
    shown = [
        paint(1 - light.mean(0), shares) if background else blend(shares, colours)
        for shares in (truth, *probabilities)
    ]
    return beside([light, *shown])


def beside(views: Sequence[Tensor]) -> Tensor:
    """Put (3, H, W) pictures beside each other, with a black rule between."""
    rule = torch.zeros(3, views[0].shape[1], 4)
    parts = [part for view in views for part in (rule, view)]
    return torch.cat(parts[1:], dim=2)


class SamplePictures(Callback):
    """Puts pictures of the first validation samples into TensorBoard.

    Parameters
    ----------
    count
        Pictures at most, from the first batch.
    """

    def __init__(self, count: int = 4) -> None:
        self.count = count

    def on_validation_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Tensor | Mapping[str, Any] | None,
        batch: Mapping[str, Tensor],
        batch_idx: int,
        dataloader_idx: int = 0,  # noqa: ARG002
    ) -> None:
        """Draw the first batch."""
        loggers = [x for x in trainer.loggers if isinstance(x, TensorBoardLogger)]
        if batch_idx or trainer.sanity_checking or not isinstance(outputs, Tensor):
            return
        names = pl_module.overlap.names if isinstance(pl_module, Segmenter) else ()
        background = names[:1] in {(), (BACKGROUND,)}
        for index in range(min(self.count, len(outputs))):
            parts = batch["image"][index], batch["mask"][index], outputs[index]
            shown = [part.detach().cpu() for part in parts]
            picture = side_by_side(*shown, background=background)
            for logger in loggers:
                name = f"validation/{index}"
                logger.experiment.add_image(name, picture, trainer.global_step)
