"""Numbers as a page wants them: few digits, and nothing that JSON does not know."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

DIGITS = 5
"""Significant digits: more than any interval of the study resolves."""


def plain(value: Any, digits: int = DIGITS) -> Any:  # noqa: ANN401 - as JSON is
    """Return a value as JSON knows it, None where a number is not finite."""
    if isinstance(value, Mapping):
        return {str(key): plain(part, digits) for key, part in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist(), digits)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(part, digits) for part in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return rounded(value, digits)
    return value


def rounded(value: float, digits: int = DIGITS) -> float | int | None:
    """Return a number with so many significant digits, None if it is not finite."""
    if not math.isfinite(value):
        return None
    short = float(f"{value:.{digits}g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short
