"""In which order the samples of a dataset without end are asked for."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch.utils.data import Sampler

UNLIMITED = 2**40
"""Length of a dataset that is drawn afresh for as long as training asks."""


class Draws(Sampler[int]):
    """Draws indices with replacement.

    Torch has a sampler that would do, but with several processes Lightning replaces it
    by one that permutes all indices of the dataset, which here have no end; a sampler
    that it does not know it divides as it is.
    """

    def __init__(self, population: int, samples: int, order: torch.Generator) -> None:
        self.population = population
        self.samples = samples
        self.order = order

    def __len__(self) -> int:
        return self.samples

    def __iter__(self) -> Iterator[int]:
        shape = (self.samples,)
        yield from torch.randint(self.population, shape, generator=self.order).tolist()


class Rounds(Sampler[int]):
    """Goes through all items in random order, under other numbers in every round.

    Number n stands for item n modulo their count, so a dataset can handle an item anew
    in each round though its workers never hear of rounds.
    """

    def __init__(self, items: int, order: torch.Generator) -> None:
        self.items = items
        self.order = order

    def __len__(self) -> int:
        return self.items

    def __iter__(self) -> Iterator[int]:
        turn = int(torch.randint(UNLIMITED // self.items, (), generator=self.order))
        items = torch.randperm(self.items, generator=self.order)
        yield from (turn * self.items + items).tolist()
