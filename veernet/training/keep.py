"""Files of a training: its best network, and its state to go on from."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import Checkpoint
from lightning.pytorch.trainer.states import TrainerFn

from veernet.checkpoint import save
from veernet.network import NetworkSpec
from veernet.training.module import SCORE, Segmenter


class KeepBest(Callback):
    """Saves the network whenever a validation beats all before it.

    Parameters
    ----------
    stem
        Of the files, without a suffix.
    spec
        What the network is; scores and steps are added to it.
    """

    def __init__(self, stem: Path, spec: NetworkSpec) -> None:
        self.stem = stem
        self.spec = spec
        self.scores: dict[str, float] = {}

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Compare with the best so far, and save."""
        if trainer.sanity_checking or not isinstance(pl_module, Segmenter):
            return
        scores = validation_scores(trainer)
        if self.scores and scores[SCORE] <= self.scores[SCORE]:
            return
        self.scores = scores
        if trainer.is_global_zero:
            save_scored(self.stem, pl_module, self.spec, scores)

    def state_dict(self) -> dict[str, Any]:
        """Return the best scores, for a run that is resumed."""
        return {"scores": self.scores}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up the best scores of the run that is resumed."""
        self.scores = dict(state_dict["scores"])


class KeepState(Checkpoint):
    """Writes the whole state of the run after each validation, over the one before.

    Lightning's own checkpoint callback also ranks, names and removes files, and warns
    of a folder that is not empty; a run needs one file to go on from.

    Parameters
    ----------
    path
        To write.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Write the state within an epoch."""
        if trainer.state.fn == TrainerFn.FITTING and not trainer.sanity_checking:
            self.on_train_epoch_end(trainer, pl_module)

    def on_train_epoch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,  # noqa: ARG002 - the name is Lightning's
    ) -> None:
        """Write the state between two epochs."""
        trainer.save_checkpoint(self.path, weights_only=False)


def validation_scores(trainer: Trainer) -> dict[str, float]:
    """Return what the last validation logged, by name."""
    logged = trainer.callback_metrics.items()
    return {name: float(v) for name, v in logged if name.startswith("val/")}


def save_scored(
    stem: Path, module: Segmenter, spec: NetworkSpec, scores: dict[str, float]
) -> None:
    """Save a module's network, with its scores and steps in the JSON."""
    made = {**spec.made, "steps": module.trainer.global_step}
    scored = dataclasses.replace(spec, scores=scores, made=made)
    save(stem, module.best_network, scored)
