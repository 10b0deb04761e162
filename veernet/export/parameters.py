"""The ~Parameter section of a LAS: the paper that the curves were read from."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from veernet.export.provenance import UNKNOWN, Provenance
from veernet.records import Registration
from veernet.wellfields import ELEVATIONS, PARAMETERS, is_bare, split_unit

PAPER_SCALES = (20, 40, 48, 100, 120, 200, 240, 480, 500, 600, 1000, 1200, 2400)
"""One to so much: the depth scales that logs are printed on."""

NOMINAL = 0.025
"""Part by which a measured scale may miss the printed one: paper stretches, and a
scanner's resolution is true to a per cent. Of 17 sections of real scans 16 are within
2 % of a printed scale; the other, 4 % off, is a reduced copy (2026-11-30)."""

INCHES = {"ft": 12.0, "m": 1 / 0.0254}
"""In a unit of depth."""


@dataclass(frozen=True)
class Parameter:
    """A line of a LAS header: mnemonic, unit, value and what it is."""

    mnemonic: str
    unit: str
    value: str
    description: str


def resolution_text(dpi: tuple[float, float] | None) -> str:
    """Return a resolution (across, down) as provenance keeps it: ``200 x 200``."""
    return UNKNOWN if dpi is None else f"{dpi[0]:g} x {dpi[1]:g}"


def dpi_down(resolution: str) -> float | None:
    """Return the dots an inch along depth of ``200 x 200``, None where unknown."""
    found = re.fullmatch(r"[\d.]+ x (\d+\.?\d*)", resolution)
    down = float(found[1]) if found else 0.0
    return down or None


def paper_scale(registration: Registration, down: float) -> tuple[int, float]:
    """Return the depth scale of the paper, one to how much.

    Parameters
    ----------
    registration
        Its depth points give rows for a unit of depth.
    down
        Rows an inch.

    Returns
    -------
    printed, measured
        The scale of the trade within 2.5 % of the measured one, else that one rounded.
    """
    depth = registration.depth
    rows = np.diff(depth.rows) / np.diff(depth.depths)
    weights = np.diff(depth.depths)
    # The usual rows of a unit: a splice must not shift it.
    order = np.argsort(rows)
    middle = np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2)
    measured = float(INCHES[depth.unit] * down / rows[order][middle])
    nearest = min(PAPER_SCALES, key=lambda scale: abs(np.log(scale / measured)))
    near = abs(nearest / measured - 1) <= NOMINAL
    return (nearest if near else round(measured)), measured


def parameters(
    registration: Registration, provenance: Provenance
) -> tuple[Parameter, ...]:
    """Return what is known of the paper, and the fields of ``well:`` that belong here.

    What is not known is left out: no line says "unknown".
    """
    found = []
    for mnemonic, value, description in (
        ("SCAN", provenance.scan, "Scan that was read"),
        ("SHA256", provenance.scan_sha256, "SHA-256 of its bytes"),
    ):
        if value not in ("", UNKNOWN):
            found.append(Parameter(mnemonic, "", value, description))
    down = dpi_down(provenance.resolution)
    if down is not None:
        said = "Resolution, across x down"
        found.append(Parameter("RESO", "DPI", provenance.resolution, said))
        printed, measured = paper_scale(registration, down)
        said = (
            f"Depth scale of the paper as scanned, 1 to this; measured {measured:.1f}"
        )
        found.append(Parameter("PSCL", "", str(printed), said))
    found.append(Parameter("SECT", "", registration.section, "Section of the scan"))
    for key, value in registration.well.items():
        name = key.strip().upper()
        if name in PARAMETERS and str(value).strip():
            text, unit = split_unit(name, str(value))
            if name in ELEVATIONS and is_bare(text) and not unit:
                # Said where the registration is checked, and in the notes of a reading.
                unit = registration.depth.unit.upper()
            found.append(Parameter(name, unit, text, PARAMETERS[name]))
    return tuple(found)
