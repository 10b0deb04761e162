"""Logits and targets that the tests of the losses share."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional


def bed(images: int = 4, size: int = 64) -> tuple[Tensor, Tensor]:
    """Random logits on a page that is nearly all background, with two thin curves."""
    generator = torch.Generator().manual_seed(0)
    shape = (images, 3, size, size)
    logits = 2 * torch.randn(shape, generator=generator, dtype=torch.float64)
    target = torch.zeros((images, size, size), dtype=torch.int64)
    for image in range(images):
        target[image, :, size // 4 + image : size // 4 + image + 2] = 1
        target[image, :, size // 2 + image] = 2
    return logits, target


def certain(shown: Tensor) -> Tensor:
    """Return logits of a network that is certain of the classes it shows."""
    return 1e4 * functional.one_hot(shown, 3).movedim(-1, 1).double()


def jumbled(target: Tensor, share: float = 0.3) -> Tensor:
    """Return a hard prediction, wrong in a share of the pixels."""
    generator = torch.Generator().manual_seed(1)
    wrong = torch.rand(target.shape, generator=generator) < share
    other = torch.randint(3, target.shape, generator=generator)
    return torch.where(wrong, other, target)


def trace(width: int, size: int = 64) -> Tensor:
    """Return the target of one page: a wavy curve of so many columns in each row."""
    rows = torch.arange(size)
    middle = size / 2 + size / 6 * torch.sin(rows * 2 * math.pi / size * 1.5)
    left = (middle - width / 2).round()[:, None]
    columns = torch.arange(size)[None]
    return ((columns >= left) & (columns < left + width)).long()[None]


def close(value: Tensor, expected: Tensor | float, rtol: float = 1e-9) -> None:
    assert float(value) == pytest.approx(float(expected), rel=rtol)
