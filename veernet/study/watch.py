"""Watch where a loss puts its gradient while its network learns."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from lightning import Callback
from torch.utils.data import default_collate

from veernet.errors import InputError
from veernet.study.theory.gradients import (
    BAND_REACH,
    gradient_magnitude,
    pixel_gradients,
    region_shares,
    regions,
)
from veernet.training.module import Segmenter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lightning import LightningModule, Trainer
    from torch import Tensor, nn


class GradientShares(Callback):
    """Logs what foreground, hard band and easy background have of the gradient.

    The same few validation samples every time, so that what moves is the network. It is
    the gradient by the logits that the loss gives to a network that stands still: in
    evaluation mode, without augmentation, and nothing of it reaches the weights, the
    running statistics or the random numbers of the run. Steps are steps of the
    optimiser that were done; 0 is the network as it began.

    Parameters
    ----------
    every
        Steps between two measurements.
    count
        Samples in the batch, the first of the validation set.
    reach
        Pixels from the ink to which the band goes.

    Raises
    ------
    InputError
        If ``every`` or ``count`` is less than 1.
    """

    def __init__(
        self, every: int = 50, count: int = 4, reach: float = BAND_REACH
    ) -> None:
        for name, value in (("every", every), ("count", count)):
            if value < 1:
                msg = f"{name} is {value}: give 1 or more"
                raise InputError(msg)
        self.every = every
        self.count = count
        self.reach = reach
        self.batch: dict[str, Tensor] = {}
        self.region = torch.empty(0)
        self.measured = -1

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Take the batch, and measure before the first step."""
        data: Any = getattr(trainer, "datamodule", None)
        if data is None or not isinstance(pl_module, Segmenter):
            msg = (
                "gradient shares need a Segmenter and a data module with a validation "
                "set: give both, or leave the callback out"
            )
            raise InputError(msg)
        samples = data.val_dataloader().dataset
        count = min(self.count, len(samples))
        batch = default_collate([samples[index] for index in range(count)])
        self.batch = {key: batch[key].to(pl_module.device) for key in ("image", "mask")}
        self.region = regions(batch["mask"], self.reach)
        self._measure(trainer, pl_module)

    def on_train_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Tensor | Mapping[str, Any] | None,  # noqa: ARG002 - Lightning's names
        batch: object,  # noqa: ARG002
        batch_idx: int,  # noqa: ARG002
    ) -> None:
        """Measure, every so many steps."""
        # Batches that gather gradients end without a step.
        step = trainer.global_step
        if step % self.every == 0 and step != self.measured:
            self._measure(trainer, pl_module)

    def _measure(self, trainer: Trainer, module: LightningModule) -> None:
        """Log the shares of the fixed batch."""
        self.measured = trainer.global_step
        if not (trainer.is_global_zero and isinstance(module, Segmenter)):
            return
        image, mask = self.batch["image"], self.batch["mask"]
        with (
            evaluating(module.network),
            torch.no_grad(),
            trainer.precision_plugin.forward_context(),
        ):
            whole = module.network(image)
        logits = whole[:, : module.classes].float()
        _, magnitude = gradient_magnitude(module.loss, logits, mask)
        pixels = pixel_gradients(magnitude, logits, mask, self.region)
        shares = region_shares(pixels).gradient
        named = {f"gradient/{region}": share for region, share in shares.items()}
        # Not through the module: it drops what falls between two of its logging steps.
        for logger in trainer.loggers:
            logger.log_metrics(named, step=trainer.global_step)


@contextmanager
def evaluating(network: nn.Module) -> Iterator[None]:
    """Put a network into evaluation mode, and every part back into its own after."""
    before = [(part, part.training) for part in network.modules()]
    network.eval()
    try:
        yield
    finally:
        for part, training in before:
            part.training = training
