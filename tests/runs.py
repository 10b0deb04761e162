"""Short trainings of the small network, as a user would run them."""

import functools
import math
from pathlib import Path
from typing import Any

import lightning
import pandas as pd
import torch

from tests.networks import TwoLinesData, spec
from veernet.losses import CrossEntropyLoss
from veernet.training import train
from veernet.training.schedule import constant


def run(out: Path, **changes: Any) -> dict[str, float]:
    """Train the small network on few pictures, as a user would."""
    options: dict[str, Any] = {
        "accelerator": "cpu",
        "devices": 1,
        "max_epochs": 2,
        "num_sanity_val_steps": 0,
        "log_every_n_steps": 1,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    options |= changes.pop("trainer", {})
    arguments: dict[str, Any] = {
        "spec": spec(),
        "loss": CrossEntropyLoss(),
        "data": TwoLinesData(),
        "trainer": functools.partial(lightning.Trainer, **options),
        "optimizer": functools.partial(torch.optim.AdamW, lr=5e-3),
        "schedule": constant,
        "out": out,
    }
    return train(**{**arguments, **changes})


def logged(out: Path) -> pd.DataFrame:
    """Read all CSV logs of a folder, in the order in which they were written."""
    files = sorted((out / "csv").glob("version_*/metrics.csv"))
    return pd.concat([pd.read_csv(file) for file in files])


def by_hand(share: float) -> float:
    """One rate whatever the length of the run, so that runs of any length compare."""
    return 1.0 if share <= 1 else math.nan
