"""Optimisers that seek flat minima, around any optimiser that takes the steps.

Each evaluates the gradient several times a step, at displaced weights, makes of it the
gradient of a flatter loss, and lets its base step with that. So rate, momentum, weight
decay and schedule are the base's, and a checkpoint holds no more than the base's own.
"""

from veernet.optimisers.entropy_sgd import EntropySGD
from veernet.optimisers.sam import SAM
from veernet.optimisers.wrapper import Wrapper

__all__ = ["SAM", "EntropySGD", "Wrapper"]
