"""The network in training: loss, scores, learning rate and averaged weights."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from lightning import LightningModule
from lightning.pytorch.callbacks import Timer
from lightning.pytorch.core.optimizer import LightningOptimizer
from lightning.pytorch.utilities.types import (
    LRSchedulerConfigType,
    OptimizerLRScheduler,
)
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from veernet.errors import InputError
from veernet.losses import WeightedSum
from veernet.network import BACKGROUND
from veernet.optimisers import Wrapper
from veernet.training.averages import Averaging
from veernet.training.given import named_as
from veernet.training.metrics import CentreError, CurveError, OverlapMetric
from veernet.training.statistics import (
    has_statistics,
    renew_statistics,
    still_statistics,
)

Batch = dict[str, Tensor]
Schedule = Callable[[float], float]
MakeOptimizer = Callable[[Iterable[tuple[str, nn.Parameter]]], Optimizer]

SCORE = "val/score"
"""Mean over the classes, but a background, of F1 over all pixels: higher is better."""
RECENT = 16
"""Batches that the statistics of an averaged network are taken of."""


class Segmenter(LightningModule):
    """Trains a network on batches of pictures and masks, and scores it.

    Parameters
    ----------
    network
        Maps (N, 1, H, W) darkness, or (N, 3, H, W) colour, to (N, classes, H, W)
        logits, and one channel more where there is a centre.
    loss
        Maps logits and (N, H, W) class indices to a scalar; the terms of a weighted sum
        are logged by name.
    optimizer
        Makes the optimiser of pairs of name and parameter. One that evaluates the
        gradient at displaced weights too (:mod:`veernet.optimisers`) does so in passes
        that log nothing and leave the statistics of batch norms as they are.
    schedule
        Share of the run that is done to factor of the learning rate.
    classes
        Names of the classes, background first where there is one.
    centre_loss
        Maps the (N, H, W) logits of the centre and the (N, K, H) true columns to a
        scalar; None for a network without a centre.
    averaging
        Which average of the weights is validated and saved, from when on there is one;
        None for the weights themselves. Batch norms of the average take their
        statistics anew from the latest batches before a validation.
    """

    def __init__(
        self,
        network: nn.Module,
        loss: nn.Module,
        optimizer: MakeOptimizer,
        schedule: Schedule,
        classes: Sequence[str],
        centre_loss: nn.Module | None = None,
        averaging: Averaging | None = None,
    ) -> None:
        super().__init__()
        self.network = network
        self.loss = loss
        self.make_optimizer = optimizer
        self.schedule = schedule
        self.averaging = averaging
        self.averaged = None if averaging is None else averaging.begin(network)
        kept = RECENT if averaging is not None and has_statistics(network) else 0
        self.recent: deque[Tensor] = deque(maxlen=kept)
        self.displaced = False
        self.overlap = OverlapMetric(classes)
        self.classes = len(classes)
        self.centre_loss = centre_loss
        self.curve_error = CurveError(classes)
        self.centre_error = None if centre_loss is None else CentreError()
        self.planned_steps = float("inf")

    @property
    def best_network(self) -> nn.Module:
        """The network to validate and to save: the average where there is one."""
        if self.averaged is None or not self.averaged.n_averaged:
            return self.network
        averaged: nn.Module = self.averaged.module
        return averaged

    def forward(self, image: Tensor) -> Tensor:
        """Return the logits of (N, 1, H, W) darkness, those of the centre last."""
        logits: Tensor = self.best_network(image)
        return logits

    def training_step(self, batch: Batch, _index: int) -> Tensor:
        """Return the loss of a batch; log it where it is the loss at the weights."""
        logits, centres = self._parted(self.network(batch["image"]))
        parts: dict[str, Tensor] = {}
        loss: Tensor
        if isinstance(self.loss, WeightedSum):
            parts = self.loss.terms(logits, batch["mask"])
            loss = self.loss.combine(parts)
        else:
            loss = self.loss(logits, batch["mask"])
        if self.centre_loss is not None:
            centre = self.centre_loss(centres[:, 0], batch["columns"])
            parts = {**parts, "centre": centre}
            loss = loss + centre
        if not self.displaced:
            self.log_dict({f"train/{name}": v.detach() for name, v in parts.items()})
            self.log("train/loss", loss, prog_bar=True)
            self.recent.append(batch["image"])
        return loss

    def _parted(self, whole: Tensor) -> tuple[Tensor, Tensor]:
        """Part the scores of the classes from that of the centre, each as float32.

        Parted first, neither is copied twice, and their gradients are joined in one
        step.
        """
        sizes = [self.classes, whole.shape[1] - self.classes]
        logits, centres = torch.split(whole, sizes, dim=1)
        return logits.float(), centres.float()

    def on_validation_start(self) -> None:
        """Give the batch norms of the average the statistics of its own features."""
        if self.averaged is not None and self.averaged.n_averaged and self.recent:
            renew_statistics(self.averaged.module, self.recent)

    def validation_step(self, batch: Batch, _index: int) -> Tensor:
        """Add a batch to the scores; return (N, classes, H, W) probabilities."""
        whole = self(batch["image"]).float()
        logits = whole[:, : self.classes]
        probability = functional.softmax(logits, dim=1)
        if self.centre_error is not None:
            centre = whole[:, self.classes].sigmoid()
            self.centre_error.update(centre, batch["columns"])
        self.overlap.update(probability.argmax(dim=1), batch["mask"])
        self.curve_error.update(probability, batch["columns"], batch["curve_class"])
        self.log("val/loss", self.loss(logits, batch["mask"]), sync_dist=True)
        return probability

    def on_validation_epoch_end(self) -> None:
        """Log the scores and start counting anew."""
        scores: dict[str, Tensor] = {}
        for metric in (self.overlap, self.curve_error, self.centre_error):
            if metric is not None:
                scores |= metric.compute()
                metric.reset()
        named = [name for name in self.overlap.names if name != BACKGROUND]
        each = torch.stack([scores[f"f1/{name}"] for name in named])
        # A class that nobody drew says nothing of the network, so it is logged nowhere.
        known = {f"val/{k}": v for k, v in scores.items() if not v.isnan()}
        # Metrics are of the pictures of all processes already, so all have the same.
        self.log_dict(known, sync_dist=True)
        score = each.nanmean().nan_to_num(0.0)
        self.log(SCORE, score, prog_bar=True, sync_dist=True)

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """Make the optimiser, and a schedule that follows steps or the clock."""
        with named_as(
            "the optimiser cannot be made as it is set", ValueError, TypeError
        ):
            optimizer = self.make_optimizer(self.network.named_parameters())
        self._check_accumulation(optimizer)
        self.planned_steps = float(self.trainer.estimated_stepping_batches)
        if self.averaging is not None:
            self.averaging.check(self.planned_steps)
        scheduler = LambdaLR(
            optimizer, lambda _: self.schedule(self.share_done(self.global_step))
        )
        each_step: LRSchedulerConfigType = {"scheduler": scheduler, "interval": "step"}
        return {"optimizer": optimizer, "lr_scheduler": each_step}

    def _check_accumulation(self, optimizer: Optimizer) -> None:
        """Refuse to accumulate gradients where a step evaluates several."""
        accumulated = self.trainer.accumulate_grad_batches
        if isinstance(optimizer, Wrapper) and accumulated > 1:
            # The passes at displaced weights would see the last of the batches alone.
            msg = (
                f"{type(optimizer).__name__} with gradients accumulated over "
                f"{accumulated} batches: set accumulate_grad_batches to 1"
            )
            raise InputError(msg)

    def share_done(self, steps: int) -> float:
        """Return the share of the run that is done, the larger of steps' and time's."""
        share = steps / self.planned_steps
        for timer in self.trainer.callbacks:  # type: ignore[attr-defined]
            if (
                isinstance(timer, Timer)
                and (left := timer.time_remaining()) is not None
            ):
                elapsed = timer.time_elapsed()
                share = max(share, elapsed / max(elapsed + left, 1e-9))
        # Clocks of several processes differ, and with them their weights would.
        return min(float(self.trainer.strategy.broadcast(share)), 1.0)

    def optimizer_step(
        self,
        epoch: int,
        batch_idx: int,
        optimizer: Optimizer | LightningOptimizer,
        optimizer_closure: Callable[[], Any] | None = None,
    ) -> None:
        """Step, then take the new weights into the average where they are wanted."""
        closure = optimizer_closure and self._first_at_weights(optimizer_closure)
        super().optimizer_step(epoch, batch_idx, optimizer, closure)
        if self.averaging is None or self.averaged is None:
            return
        steps = self.global_step + 1  # the trainer counts this one later
        if self.averaging.takes(steps, self.share_done(steps)):
            self.averaged.update_parameters(self.network)

    def _first_at_weights(self, closure: Callable[[], Any]) -> Callable[[], Any]:
        """Mark every call of a closure but the first as one at displaced weights."""
        first = True

        def marked() -> Any:  # noqa: ANN401 - whatever Lightning's closure returns
            nonlocal first
            if first:
                first = False
                return closure()
            self.displaced = True
            try:
                with still_statistics(self.network):
                    return closure()
            finally:
                self.displaced = False

        return marked
