"""Conversion of samples, as a TIFF stores them, to grey and colour on white paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from tifffile import TiffPage

from veernet.errors import InputError
from veernet.records import Grey
from veernet.scan.layout import G3, G4, JPEG, RLE
from veernet.scan.segments import Samples

_WHITE_IS_0, _BLACK_IS_0, _RGB, _PALETTE, _CMYK, _YCBCR = 0, 1, 2, 3, 5, 6
"""Photometric interpretations, as TIFF 6.0 numbers them."""

_COLOURS = {_RGB: 3, _CMYK: 4, _YCBCR: 3}
"""Samples of a pixel that are colours; what is beyond them is transparency."""

_NAMES = {_RGB: "rgb", _PALETTE: "palette", _CMYK: "cmyk", _YCBCR: "rgb"}

_DIM = 4096
"""16-bit samples that all lie below, a sixteenth of white, were of fewer bits."""

Alpha = Literal["none", "straight", "premultiplied"]
Table = NDArray[np.uint8]
Notes = tuple[str, ...]


@dataclass(frozen=True)
class Range:
    """Smallest and largest value, (samples,) each, of the samples of a page."""

    lowest: NDArray[np.int64]
    highest: NDArray[np.int64]


@dataclass(frozen=True)
class Pixels:
    """How the stored samples of a page become a picture.

    Parameters
    ----------
    mode
        As in `veernet.records.ScanInfo`.
    colours
        How many samples are colour: 1, 3 or 4; any others follow them.
    table : (values,) or (values, 3)
        What each stored value stands for.
    alpha
        Whether the sample after the colours is opacity, and is multiplied in.
    opacity : (values,)
        What each value of that sample stands for.
    notes
        What was odd, and how it was taken.
    """

    mode: str
    colours: int
    table: Table
    alpha: Alpha
    opacity: Table
    notes: Notes = ()

    @property
    def has_colour(self) -> bool:
        """Whether pictures are (rows, columns, 3)."""
        return self.colours > 1 or self.table.ndim == 2

    def picture(self, samples: Samples) -> Grey:
        """Turn (rows, columns, samples) into (rows, columns[, 3]) on white paper."""
        if samples.dtype == np.bool_:
            samples = samples.view(np.uint8)
        if self.colours == 1:
            shown: Grey = self.table[samples[..., 0]]
        else:
            shown = self.table[samples[..., : self.colours]]
        if self.colours == 4:
            shown = _inks_on_paper(shown)
        if self.alpha == "none":
            return shown
        opacity = self.opacity[samples[..., self.colours]].astype(np.uint16)
        if self.has_colour:
            opacity = opacity[..., np.newaxis]
        paper = 255 - opacity
        if self.alpha == "premultiplied":
            lit = np.minimum(shown + paper, 255)
        else:
            lit = (shown * opacity + 255 * paper + 127) // 255
        on_paper: Grey = lit.astype(np.uint8)
        return on_paper


def pixels_of(page: TiffPage, values: Range, where: str) -> Pixels:
    """Find how the samples of a page are to be read.

    Parameters
    ----------
    page
        Of tifffile.
    values
        What the samples of the page are.
    where
        The file, for messages.

    Raises
    ------
    InputError
        If the colours are of a kind that is not read, or all of them black.
    """
    bits = int(page.bitspersample)
    photometric, notes = _photometric(page, where)
    colours = _COLOURS.get(photometric, 1)
    alpha, more = _alpha(page, colours, values, where)
    notes += more
    if photometric == _PALETTE:
        table, more = _palette(page.colormap, bits, where)
    else:
        table, more = _levels(photometric, bits, values.highest[:colours])
    notes += more
    used = [table[values.lowest[c] : values.highest[c] + 1] for c in range(colours)]
    if photometric != _CMYK and not any(shades.any() for shades in used):
        msg = f"{where}: is black all over: export it again from its source"
        raise InputError(msg)
    mode = _mode(photometric, bits, alpha)
    return Pixels(mode, colours, table, alpha, _ramp(bits), notes)


def _mode(photometric: int, bits: int, alpha: Alpha) -> str:
    name = _NAMES.get(photometric)
    if name is None:
        return "bilevel" if bits == 1 else "grey" if bits <= 8 else "grey16"
    return "rgba" if name == "rgb" and alpha != "none" else name


def _photometric(page: TiffPage, where: str) -> tuple[int, Notes]:
    """Return what the samples stand for, taking the likeliest where it is not said."""
    if "PhotometricInterpretation" not in page.tags:
        if int(page.samplesperpixel) >= 3:
            return _RGB, ("the file does not say what its samples are: taken as RGB",)
        if int(page.compression) in {RLE, G3, G4}:
            return _WHITE_IS_0, ("the file does not say so: 0 is taken as white",)
        return _BLACK_IS_0, ("the file does not say so: 0 is taken as black",)
    known = {_WHITE_IS_0, _BLACK_IS_0, _RGB, _PALETTE, _CMYK}
    # Only JPEG decoders turn YCbCr into RGB themselves.
    if int(page.compression) == JPEG:
        known.add(_YCBCR)
    if int(page.photometric) not in known:
        name = getattr(page.photometric, "name", page.photometric)
        msg = f"{where}: has colours of the kind {name}: save it as RGB or grey"
        raise InputError(msg)
    return int(page.photometric), ()


def _alpha(
    page: TiffPage,
    colours: int,
    values: Range,
    where: str,
) -> tuple[Alpha, Notes]:
    """Find whether the sample after the colours is opacity."""
    samples = int(page.samplesperpixel)
    if samples < colours:
        msg = f"{where}: has {samples} samples a pixel where its colours need {colours}"
        raise InputError(msg)
    if samples == colours:
        return "none", ()
    stated = np.atleast_1d(page.extrasamples or [])
    # RGB with a fourth sample that is not explained is RGBA to every common reader.
    kind = int(stated[0]) if stated.size else (2 if samples == 4 else 0)
    if kind not in {1, 2}:
        return "none", ("a sample beside the colours is of no stated kind: not used",)
    if values.highest[colours] == 0:
        return "none", ("every pixel is stated to be transparent: shown all the same",)
    return "premultiplied" if kind == 1 else "straight", ()


def _ramp(bits: int) -> Table:
    """Return the 8-bit level of each value of so many bits."""
    return np.rint(np.linspace(0, 255, 1 << bits)).astype(np.uint8)


def _levels(
    photometric: int, bits: int, highest: NDArray[np.int64]
) -> tuple[Table, Notes]:
    """Return the table of samples that are levels of light or of ink."""
    if photometric == _WHITE_IS_0:
        return _ramp(bits)[::-1], ()
    if photometric == _CMYK:
        return _ramp(bits), ()
    return grey_table(bits, int(highest.max()))


def grey_table(bits: int, highest: int) -> tuple[Table, Notes]:
    """Return the 8-bit level of each value of samples that are levels of light.

    Parameters
    ----------
    bits
        That a sample is stored in.
    highest
        Largest value on the page: scanners of 10 and 12 bits fill 16 only in part, and
        the page would come out black.
    """
    if bits <= 8 or not 0 < highest < _DIM:
        return _ramp(bits), ()
    held = max(8, highest.bit_length())
    table = np.full(1 << bits, 255, dtype=np.uint8)
    table[: 1 << held] = _ramp(held)
    note = f"{bits}-bit samples hold no value above {highest}: taken as {held}-bit ones"
    return table, (note,)


def _palette(
    stored: NDArray[np.uint16] | None, bits: int, where: str
) -> tuple[Table, Notes]:
    """Return the table of a colour map, one-dimensional if it is grey throughout."""
    if stored is None or np.shape(stored) != (3, 1 << bits):
        msg = f"{where}: its colour map is missing or damaged: save it as RGB or grey"
        raise InputError(msg)
    notes: Notes = ()
    shades = np.asarray(stored).T
    if shades.max() > 255:
        table = (shades >> 8).astype(np.uint8)
    else:
        table = shades.astype(np.uint8)
        notes = ("the colour map is stored as 0 to 255, not 0 to 65535: taken so",)
    if (table == table[:, :1]).all():
        return table[:, 0], notes
    return table, notes


def _inks_on_paper(inks: Grey) -> Grey:
    """Turn (rows, columns, 4) cyan, magenta, yellow and black into RGB."""
    light = 255 - inks.astype(np.uint16)
    return ((light[..., :3] * light[..., 3:] + 127) // 255).astype(np.uint8)
