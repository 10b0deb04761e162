"""What needs no training: gradients on a frozen scene, the dial, prevalence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

import numpy as np
from torch import nn

from veernet.losses import (
    CrossEntropyLoss,
    DiceLoss,
    FocalLoss,
    LovaszSoftmaxLoss,
    TverskyLoss,
)
from veernet.study.report.figures import plain
from veernet.study.theory.dial import Counts, flip_limit, picture_flip
from veernet.study.theory.gradient_claims import focal_factor, rank_response
from veernet.study.theory.gradients import compare_gradients
from veernet.study.theory.moved import thin_and_thick
from veernet.study.theory.prevalence import Rates, break_even, responses
from veernet.study.theory.scene import Scene, draw_strokes, frozen_scene

GAMMAS = (0.5, 0.75, 1.0, 2.0, 3.0, 5.0)
"""Focusing parameters of the focal loss that are drawn; 2 is the paper's."""

PROBABILITIES = tuple(np.linspace(0.01, 0.99, 99).tolist())
"""Probabilities of the true class at which factors are drawn."""

FOUND = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
FALSE = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
"""Shares of a curve that is found, and of the background that is called a curve."""

PREVALENCES = tuple(np.geomspace(0.002, 0.5, 33).tolist())
"""Shares of a picture's pixels that are ink."""

BETAS = tuple(beta / 20 for beta in range(1, 20))
"""Weights of false negatives in the Tversky index; false positives have the rest."""

LEVELS = tuple(np.linspace(0.02, 0.98, 49).tolist())
"""Odds of the pixels of the picture in which the dial is turned, as many of each."""


def five_losses() -> dict[str, nn.Module]:
    """Return the losses of the references, as the study trains them."""
    return {
        "cross_entropy": CrossEntropyLoss(),
        "dice": DiceLoss(),
        "focal": FocalLoss(2.0),
        "lovasz": LovaszSoftmaxLoss(),
        "tversky": TverskyLoss(0.3, 0.7),
    }


def make_scene(seed: int = 0) -> Scene:
    """Return the frozen scene: two strokes of 3 px on 128 x 128, a network unsure."""
    mask = draw_strokes(128, 128, (3, 3), np.random.default_rng(seed))
    return frozen_scene(mask, np.random.default_rng([seed, 1]))


@cache
def theory() -> dict[str, Any]:
    """Return the figures of theory and of frozen scenes, by section."""
    losses = five_losses()
    return dict(
        plain(
            {
                "gradients": gradients(losses),
                "dial": dial(),
                "arena": arena(),
            }
        )
    )


def gradients(losses: Mapping[str, nn.Module]) -> dict[str, Any]:
    """Return Focal's factors and every loss's gradients on one scene."""
    p = np.asarray(PROBABILITIES)
    scene = make_scene()
    moved = thin_and_thick(losses, widths=(1, 3, 9), side=96)
    return {
        "probability": p,
        "gammas": GAMMAS,
        "modulation": [(1 - p) ** gamma for gamma in GAMMAS],
        "factor": [focal_factor(p, gamma) for gamma in GAMMAS],
        "scene": {
            name: asdict(figures)
            for name, figures in compare_gradients(losses, scene).items()
        },
        "ink": float((scene.target > 0).double().mean()),
        "rank": {side: asdict(rank_response(side)) for side in ("curve", "background")},
        "moved": {
            shape: {name: asdict(one) for name, one in by_loss.items()}
            for shape, by_loss in moved.items()
        },
    }


def dial() -> dict[str, Any]:
    """Return where the dial flips a noisy pixel."""
    pixels = [400] * len(LEVELS)
    along = [picture_flip(LEVELS, pixels, 1 - beta, beta) for beta in BETAS]
    # A network that finds nine in ten and whose ink is right nine times in ten.
    counts = Counts(0.9, 0.1, 0.1)
    grid = [[flip_limit(counts, a, b) for b in BETAS] for a in BETAS]
    return {
        "betas": BETAS,
        "threshold": [point.threshold for point in along],
        "precision": [point.precision for point in along],
        "recall": [point.recall for point in along],
        "grid": grid,
    }


def arena() -> dict[str, Any]:
    """Return every response over prevalence on a grid of rates."""
    values: dict[str, list[list[Any]]] = {}
    empty: dict[str, Any] = {}
    for found in FOUND:
        columns: dict[str, list[Any]] = {}
        for false in FALSE:
            for name, response in responses(Rates(found, false), PREVALENCES).items():
                columns.setdefault(name, []).append(plain(response.value, 4))
                empty[name] = plain(response.empty, 4)
        for name, column in columns.items():
            values.setdefault(name, []).append(column)
    return {
        "found": FOUND,
        "false": FALSE,
        "prevalence": PREVALENCES,
        "values": values,
        "empty": empty,
        "even": [[break_even(Rates(r, f)) for f in FALSE] for r in FOUND],
    }
