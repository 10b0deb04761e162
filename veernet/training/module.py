"""The network in training: loss, scores, learning rate and averaged weights."""

from __future__ import annotations

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
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from veernet.losses import WeightedSum
from veernet.network import BACKGROUND
from veernet.training.metrics import CentreError, CurveError, Overlap

Batch = dict[str, Tensor]
Weights = tuple[Tensor, ...] | list[Tensor]
Schedule = Callable[[float], float]
MakeOptimizer = Callable[[Iterable[nn.Parameter]], Optimizer]

SCORE = "val/score"
"""Mean over the classes, but a background, of F1 over all pixels: higher is better."""


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
        Makes the optimiser of the parameters.
    schedule
        Share of the run that is done to factor of the learning rate.
    classes
        Names of the classes, background first where there is one.
    centre_loss
        Maps the (N, H, W) logits of the centre and the (N, K, H) true columns to a
        scalar; None for a network without a centre.
    averaging
        Decay of the exponential average of the weights, which is then what is validated
        and saved; None for no average.
    """

    def __init__(
        self,
        network: nn.Module,
        loss: nn.Module,
        optimizer: MakeOptimizer,
        schedule: Schedule,
        classes: Sequence[str],
        centre_loss: nn.Module | None = None,
        averaging: float | None = None,
    ) -> None:
        super().__init__()
        self.network = network
        self.loss = loss
        self.make_optimizer = optimizer
        self.schedule = schedule
        self.averaged = None if averaging is None else average(network, averaging)
        self.overlap = Overlap(classes)
        self.classes = len(classes)
        self.centre_loss = centre_loss
        self.curve_error = CurveError(classes)
        self.centre_error = None if centre_loss is None else CentreError()
        self.planned_steps = float("inf")

    @property
    def best_network(self) -> nn.Module:
        """The network to validate and to save: the average where there is one."""
        if self.averaged is None:
            return self.network
        averaged: nn.Module = self.averaged.module
        return averaged

    def forward(self, image: Tensor) -> Tensor:
        """Return the logits of (N, 1, H, W) darkness, those of the centre last."""
        logits: Tensor = self.best_network(image)
        return logits

    def training_step(self, batch: Batch, _index: int) -> Tensor:
        """Return the loss of a batch, and log it."""
        whole = self.network(batch["image"]).float()
        logits = whole[:, : self.classes]
        loss: Tensor
        if isinstance(self.loss, WeightedSum):
            terms = self.loss.terms(logits, batch["mask"])
            loss = self.loss.combine(terms)
            self.log_dict({f"train/{name}": v.detach() for name, v in terms.items()})
        else:
            loss = self.loss(logits, batch["mask"])
        if self.centre_loss is not None:
            centre = self.centre_loss(whole[:, self.classes], batch["columns"])
            self.log("train/centre", centre.detach())
            loss = loss + centre
        self.log("train/loss", loss, prog_bar=True)
        return loss

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
        self.log_dict(known)
        self.log(SCORE, each.nanmean().nan_to_num(0.0), prog_bar=True)

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """Make the optimiser, and a schedule that follows steps or the clock."""
        optimizer = self.make_optimizer(self.network.parameters())
        self.planned_steps = float(self.trainer.estimated_stepping_batches)
        scheduler = LambdaLR(optimizer, lambda _: self.schedule(self.share_done()))
        each_step: LRSchedulerConfigType = {"scheduler": scheduler, "interval": "step"}
        return {"optimizer": optimizer, "lr_scheduler": each_step}

    def share_done(self) -> float:
        """Share of the run that is done, by steps or time, whichever is further on."""
        share = self.global_step / self.planned_steps
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
        """Step, then take the new weights into the average."""
        super().optimizer_step(epoch, batch_idx, optimizer, optimizer_closure)
        if self.averaged is not None:
            self.averaged.update_parameters(self.network)


def average(network: nn.Module, decay: float) -> AveragedModel:
    """Return a running average of a network's weights, with a decay that warms up.

    The weights of a network that has just begun are forgotten quickly: after n steps
    the decay is at most (1 + n) / (10 + n).

    References
    ----------
    .. [Izm18] Izmailov et al., Averaging Weights Leads to Wider Optima, UAI 2018; the
       warm-up is that of TensorFlow's ExponentialMovingAverage.
    """

    def blend(averaged: Weights, current: Weights, count: Tensor | int) -> None:
        steps = float(count)
        now = min(decay, (1 + steps) / (10 + steps))
        get_ema_multi_avg_fn(now)(averaged, current, count)  # type: ignore[no-untyped-call]

    averaged = AveragedModel(network, multi_avg_fn=blend, use_buffers=True)
    return averaged.requires_grad_(requires_grad=False)
