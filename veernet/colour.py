"""Colour of ink: what of it the network sees, and which curve it speaks for.

What a pixel lacks of the paper's light is its ink, (255 - R, 255 - G, 255 - B) once the
paper is white. A thin line covers a part of a pixel, which scales that vector and keeps
its direction: a pale tint and the full colour are the same ink. The direction has a hue
and a saturation, as any colour has, and those are kept as the *tint* of a pixel, one
byte for all curves of a panel; a table tells how well each tint agrees with each curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.records import Affinity, CurveSpec, Grey

NO_TINT = 0
"""Tint of paper: there is no ink to have a colour."""

HUES, SATURATIONS = 30, 8
"""Steps of the two; with `NO_TINT` they fit a byte."""

INK = 24
"""Light of 255 that must be missing before the colour of what is left means anything:
paper and its JPEG blocks vary by less."""

GREY_SHARE = 0.25
"""Weight of ink by its darkness beside that by its chroma. Around a thin coloured line
grid lines are darker; the fringes of a black line, red and blue, cancel as they are."""

PAPER = 255

PAPER_SHARE = 0.75
"""Share of pixels that may be darker than paper: tracks are printed densely."""

DIMMEST = 128
"""Paper is lighter than this in every channel; a band that shows none is left as is."""

SPREAD = 0.13
"""Standard deviation of the ink of one pen in the plane of hue and saturation."""

OFF_HUE = 0.2
"""As much of the hue of a full colour: print and scanner shift it, as they do not grey,
and a registration names it from memory."""

STRANGE = 0.09
"""Likelihood of ink that no curve has: what is 2.2 standard deviations from any."""

OVER_GRID, CROSSING = 1.0, 0.3
"""Prior of a curve's ink mixed with black, and of two curves', beside that of one pure
ink; all proportions together."""

SHARES = np.linspace(0.1, 0.9, 9)
"""Proportions at which two inks are taken to mix."""

NEUTRAL, DECISIVE = 128, 180
"""Weight where colour tells nothing, and from which the ink is the curve's own."""

BLACK = np.ones(3)

COMMON = 0.12
"""Share of a panel that the ink of one curve covers at the most, with the pixels beside
it: if more is of its colour, so are grid lines or a fill."""


def on_white(picture: Grey) -> Grey:
    """Return a picture as if its paper were white.

    Parameters
    ----------
    picture
        (rows, columns, 3) RGB, of which a quarter at least shows paper.

    Returns
    -------
    (rows, columns, 3) uint8
        Each channel stretched until its paper is 255; a picture that shows no paper
        comes back as it is.
    """
    paper = np.percentile(picture[::4, ::4].reshape(-1, 3), 100 * PAPER_SHARE, axis=0)
    if paper.min() < DIMMEST or paper.min() >= 255:
        return picture
    levels = np.minimum(np.arange(256)[:, None] * (255 / paper), 255)
    table = np.rint(levels).astype(np.uint8).reshape(1, 256, 3)
    stretched: Grey = cv2.LUT(picture, table)
    return stretched


def darkest(picture: Grey) -> Grey:
    """Return (rows, columns) grey in which ink of any colour is dark.

    Yellow lacks as much blue as black does, though hardly any luma.
    """
    red, green, blue = cv2.split(picture)
    scarcest: Grey = cv2.min(cv2.min(red, green), blue)
    return scarcest


def tints(picture: Grey) -> Grey:
    """Return the tint of the ink in and next to each pixel.

    Parameters
    ----------
    picture
        (rows, columns, 3) RGB on white paper.

    Returns
    -------
    (rows, columns) uint8
        `NO_TINT`, or one more than ``hue * SATURATIONS + saturation``, both in steps.
    """
    ink = 255 - picture
    red, green, blue = cv2.split(ink)
    most = cv2.max(cv2.max(red, green), blue)
    chroma = most - cv2.min(cv2.min(red, green), blue)
    weight = chroma + np.float32(GREY_SHARE) * most
    # A network draws its strokes three pixels wide, over lines of half a pixel.
    near = cv2.boxFilter(ink * weight[..., None], -1, (3, 3), normalize=False)
    hue, saturation, _ = cv2.split(cv2.cvtColor(near, cv2.COLOR_RGB2HSV))
    hue_step = np.rint(hue * np.float32(HUES / 360)) % HUES
    saturation_step = np.rint(saturation * np.float32(SATURATIONS - 1))
    tint = 1 + hue_step * SATURATIONS + saturation_step
    inked = cv2.dilate(most, np.ones((3, 3), np.uint8)) >= INK
    return np.where(inked, tint, NO_TINT).astype(np.uint8)


def affinity(tint: Grey | None, curves: Sequence[CurveSpec]) -> Affinity | None:
    """Say how well the ink of a panel agrees with the colour of each curve.

    Each tint may come of the ink of any curve, of black, which grids have, of two of
    these mixed, or of some other ink; the weight of a curve is the probability that its
    own is among them. Black is a curve's or the grid's, and so is a colour that much of
    the panel has: they speak for none, and only tell that other ink is not theirs.
    Colours that print and scanner may make of one another are one.

    Parameters
    ----------
    tint
        (rows, columns) of the panel, as `tints` gives it; None where it has no colour.
    curves
        Every curve of the panel.

    Returns
    -------
    Affinity or None
        None where colour is not known of the paper, or of any curve.
    """
    if tint is None or not any(spec.colour for spec in curves):
        return None
    inks = [BLACK]
    own = [
        None if s.colour is None else _found(inks, _ink_of(s.colour)) for s in curves
    ]
    present = _present(inks)
    # Not numpy's count, for which a tall panel would be copied as 64-bit integers.
    counts = cv2.calcHist([tint], [0], None, [256], [0, 256]).ravel()
    counts = counts[1 : 1 + present.shape[1]]
    weight = np.full((len(curves), 256), NEUTRAL, dtype=np.uint8)
    for index, ink in enumerate(own):
        if ink is None:
            continue
        chance = np.rint(255 * present[ink])
        covered = counts[chance >= DECISIVE].sum()
        if ink == 0 or covered > COMMON * own.count(ink) * tint.size:
            chance = np.minimum(chance, NEUTRAL)
        weight[index, 1 : 1 + chance.size] = chance
    return Affinity(tint, weight)


def _found(inks: list[Floats], ink: Floats) -> int:
    """Return the index of an ink among others, to which it is added if it is new."""
    place = _place(ink)[None]
    for index, other in enumerate(inks):
        if _likelihood(place, other)[0] > STRANGE:
            return index
    inks.append(ink)
    return len(inks) - 1


def _present(inks: Sequence[Floats]) -> Floats:
    """Return (inks, tints) the probability that each ink is in a pixel of each tint."""
    hue, saturation = np.divmod(np.arange(HUES * SATURATIONS), SATURATIONS)
    seen = _plane(hue * (2 * np.pi / HUES), saturation / (SATURATIONS - 1))
    held = np.zeros((len(inks), seen.shape[0]))
    total = np.full(seen.shape[0], STRANGE)
    pure = [(i,) for i in range(len(inks))]
    for members in (*pure, *combinations(range(len(inks)), 2)):
        if len(members) == 1:
            likelihood = _likelihood(seen, inks[members[0]])
        else:
            one, other = (inks[i] for i in members)
            prior = OVER_GRID if 0 in members else CROSSING
            likelihood = prior * np.mean(
                [_likelihood(seen, s * one + (1 - s) * other) for s in SHARES], axis=0
            )
        held[list(members)] += likelihood
        total += likelihood
    return np.asarray(held / total)


def _likelihood(seen: Floats, ink: Floats) -> Floats:
    """Return (tints,) how likely an ink gives each place of the plane, 1 at its own."""
    place = _place(ink)
    saturation = float(np.hypot(*place))
    toward = place / saturation if saturation > 0 else np.array([1.0, 0.0])
    along = seen @ toward - saturation
    across = seen @ np.array([-toward[1], toward[0]])
    away = (along / SPREAD) ** 2 + (
        across / np.hypot(SPREAD, OFF_HUE * saturation)
    ) ** 2
    return np.asarray(np.exp(-0.5 * away))


def _ink_of(colour: str) -> Floats:
    """Return the ink of a colour, #rrggbb, as light that is missing: 1 at the most."""
    light = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    missing = np.maximum(255.0 - light, 1e-3)
    return np.asarray(missing / missing.max())


def _place(ink: Floats) -> Floats:
    """Return the place of an ink in the plane of hue and saturation."""
    pixel = ink.astype(np.float32).reshape(1, 1, 3)
    hue, saturation, _ = cv2.cvtColor(pixel, cv2.COLOR_RGB2HSV)[0, 0]
    return _plane(np.radians(hue), saturation)


def _plane(
    hue: Floats | NDArray[np.float32], saturation: Floats | NDArray[np.float32]
) -> Floats:
    return np.stack([saturation * np.cos(hue), saturation * np.sin(hue)], axis=-1)
