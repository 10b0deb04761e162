"""Pictures of validation samples: what was given, what was asked, what came out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from lightning import Callback
from lightning.pytorch.loggers import TensorBoardLogger
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lightning import LightningModule, Trainer

COLOURS = torch.tensor(
    [
        [0.0, 0.0, 0.0],  # background takes none: the picture shows through
        [0.84, 0.15, 0.16],
        [0.12, 0.47, 0.71],
        [0.17, 0.63, 0.17],
        [1.0, 0.5, 0.05],
        [0.58, 0.4, 0.74],
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


def side_by_side(image: Tensor, mask: Tensor, probability: Tensor) -> Tensor:
    """Return picture, truth and prediction beside each other.

    Parameters
    ----------
    image : (1, H, W) float
        Darkness.
    mask : (H, W) int64
        True class of each pixel.
    probability : (C, H, W) float
        Predicted, of every class.

    Returns
    -------
    (3, H, 3 W + 8) float
        RGB in [0, 1].
    """
    grey, classes = image[0], probability.shape[0]
    truth = torch.nn.functional.one_hot(mask, classes).movedim(-1, 0).float()
    rule = torch.zeros(3, grey.shape[0], 4)
    views = [(1 - grey).expand(3, -1, -1), rule, paint(grey, truth), rule]
    return torch.cat([*views, paint(grey, probability)], dim=2)


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
        pl_module: LightningModule,  # noqa: ARG002 - the name is Lightning's
        outputs: Tensor | Mapping[str, Any] | None,
        batch: Mapping[str, Tensor],
        batch_idx: int,
        dataloader_idx: int = 0,  # noqa: ARG002
    ) -> None:
        """Draw the first batch."""
        loggers = [x for x in trainer.loggers if isinstance(x, TensorBoardLogger)]
        if batch_idx or trainer.sanity_checking or not isinstance(outputs, Tensor):
            return
        for index in range(min(self.count, len(outputs))):
            parts = batch["image"][index], batch["mask"][index], outputs[index]
            picture = side_by_side(*(part.detach().cpu() for part in parts))
            for logger in loggers:
                name = f"validation/{index}"
                logger.experiment.add_image(name, picture, trainer.global_step)
