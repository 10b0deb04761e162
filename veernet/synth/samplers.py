"""Samplers: the order of samples, which depends on the seed and the epoch alone."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator

import numpy as np
import torch
from torch.utils.data import Sampler

UNLIMITED = 2**40
"""Length of a dataset that is drawn afresh for as long as training asks."""


class SeededSampler(Sampler[int]):
    """Asks for samples in an order of its own for each epoch.

    Torch's samplers go on drawing from one generator, which a run that is resumed has
    not: it would see the order of its first epochs again. Here an epoch has the order
    that it has in an unbroken run, as Lightning says which it is; without Lightning
    each iteration is the next epoch.

    Parameters
    ----------
    samples
        In an epoch.
    seed
        Of the orders.
    """

    def __init__(self, samples: int, seed: int) -> None:
        self.samples = samples
        self.seed = seed
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Say which epoch comes next."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self.samples

    def __iter__(self) -> Iterator[int]:
        sequence = np.random.SeedSequence([self.seed, self.epoch])
        (state,) = sequence.generate_state(1, np.uint64)
        self.epoch += 1
        yield from self.order(torch.Generator().manual_seed(int(state)))

    @abstractmethod
    def order(self, generator: torch.Generator) -> list[int]:
        """Draw the indices of an epoch."""


class Shuffled(SeededSampler):
    """Goes through all samples in random order."""

    def order(self, generator: torch.Generator) -> list[int]:
        """Draw a permutation."""
        drawn: list[int] = torch.randperm(self.samples, generator=generator).tolist()
        return drawn


class Draws(SeededSampler):
    """Draws indices with replacement.

    Torch has a sampler that would do, but with several processes Lightning replaces it
    by one that permutes all indices of the dataset, which here have no end; a sampler
    that it does not know it divides as it is.

    Parameters
    ----------
    population
        Number of indices.
    samples, seed
        As in :class:`SeededSampler`.
    """

    def __init__(self, population: int, samples: int, seed: int) -> None:
        super().__init__(samples, seed)
        self.population = population

    def order(self, generator: torch.Generator) -> list[int]:
        """Draw from the whole population."""
        shape = (self.samples,)
        drawn: list[int] = torch.randint(
            self.population, shape, generator=generator
        ).tolist()
        return drawn


class Rounds(SeededSampler):
    """Goes through all items in random order, under other numbers in every round.

    Number n stands for item n modulo their count, so a dataset can handle an item anew
    in each round though its workers never hear of rounds.
    """

    def order(self, generator: torch.Generator) -> list[int]:
        """Draw a round and a permutation of the items."""
        epoch_start = int(
            torch.randint(UNLIMITED // self.samples, (), generator=generator)
        )
        items = torch.randperm(self.samples, generator=generator)
        numbers: list[int] = (epoch_start * self.samples + items).tolist()
        return numbers
