"""How printed logs break their lines."""

from __future__ import annotations

from veernet.records import Line

DASHES: dict[Line, tuple[float, ...]] = {
    "long-dash": (51, 12),
    "short-dash": (26, 11),
    "dot": (7, 8),
    "dash-dot": (34, 9, 6, 9),
}
"""Pixels on, off, on ... along the curve, at 200 dots per inch."""
