"""Corrections of what a TIFF page states of its samples, where its data disagree.

tifffile decodes by its own attributes of a page, so they are corrected there, before
its decoder is made.
"""

from __future__ import annotations

from math import ceil

import numpy as np
from tifffile import TiffPage

from veernet.scan.layout import JPEG, NONE

_JPEG_BITS = 8
"""Of a sample, in the JPEG that TIFF holds."""

_CHUNKY, _PLANES = 1, 2
"""Planar configurations of TIFF 6.0: colours together, or in strips of their own."""

_BLACK_IS_0 = 1
"""Photometric interpretation of TIFF 6.0: the least value of a sample is black."""


def mend_kind(page: TiffPage) -> tuple[str, ...]:
    """Correct a page of tifffile, and return notes on what was corrected."""
    notes: list[str] = []
    stated = page.bitspersample
    if int(page.compression) == JPEG and stated != _JPEG_BITS:
        notes.append(f"samples of JPEG are stated to have {stated} bits: taken as 8")
        page.bitspersample = _JPEG_BITS
        page.dtype = page._dtype = np.dtype(np.uint8)
    if int(page.planarconfig) == _PLANES and int(page.compression) == NONE:
        notes += _mend_planes(page)
    return tuple(notes)


def _mend_planes(page: TiffPage) -> list[str]:
    """Take a page whose planes are not all there for what its data are."""
    samples, rows = int(page.samplesperpixel), int(page.imagelength)
    if samples < 2 or page.is_tiled or not isinstance(page.bitspersample, int):
        return []
    height = min(int(page.rowsperstrip), rows)
    strips = ceil(rows / max(height, 1))
    if not strips <= len(page.dataoffsets) < strips * samples:
        return []
    _, depth, length, width, _ = page.shaped
    plane = height * ceil(int(page.imagewidth) * int(page.bitspersample) / 8)
    page.planarconfig = _CHUNKY
    if page.databytecounts and int(page.databytecounts[0]) >= plane * samples:
        page.shaped = (1, depth, length, width, samples)
        return [f"its {samples} planes are stated apart and stored as one: read so"]
    page.shaped = (1, depth, length, width, 1)
    page.samplesperpixel, page.photometric = 1, _BLACK_IS_0
    page.extrasamples = ()
    return [f"not all of its {samples} planes are there: the first is read, as grey"]
