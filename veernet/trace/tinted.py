"""What the colour of ink adds to the evidence for one curve, and takes from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veernet.colour import DECISIVE, NEUTRAL
from veernet.compiled import compiled
from veernet.records import CurveSpec, Evidence, Grey, Panel

HIDDEN = 0.5
"""Share of the evidence that counts on the ink of another curve and colour: it may hide
the curve's own, and is worth just enough to be followed there."""

DRAWN = np.float32(255 * 0.7)
"""Evidence of ink of the curve's colour by itself, of 255, where the network sees no
line: there are labels of that colour, and fills."""

FULL = 64
"""Darkness, of 255, from which that ink counts in full: a line of half a pixel between
two columns is no darker."""


@dataclass(frozen=True)
class Tinted:
    """The colour of the ink of a panel, as one curve sees it.

    Parameters
    ----------
    image
        (rows, columns) of the panel, grey.
    tint
        As large, what colour the ink is of.
    weight
        (256,) how well each tint agrees with the curve; see `Affinity`.
    """

    image: Grey
    tint: Grey
    weight: NDArray[np.uint8]

    @property
    def appearance(self) -> bytes:
        """The same for curves that colour does not tell apart."""
        return self.weight.tobytes()

    def apply(
        self,
        weighed: NDArray[np.uint8],
        maps: NDArray[np.uint8],
        first: NDArray[np.int32],
        damping: NDArray[np.float32],
        occupied_ink: NDArray[np.int32],
        beside: int,
        hidden: float,
    ) -> None:
        """Change the evidence for the curve by the colour of the ink.

        Ink of its own colour counts whatever its style, and a little even where the
        network sees no line. Ink of another colour does not count, unless it is that of
        another curve, beneath which the own may lie.

        Parameters
        ----------
        weighed
            (rows, width) probability that the curve passes, which is changed.
        maps
            (styles, rows, columns) probability of each style.
        first, damping
            Of the corridor; see `Lane`.
        occupied_ink
            (others, rows, 2) ink of other curves, in columns of the corridor.
        beside
            Columns beside it that count as theirs still.
        hidden
            Share of the evidence that counts on it.
        """
        _apply(
            weighed,
            maps,
            first,
            damping,
            occupied_ink,
            beside,
            np.float32(hidden),
            self.image,
            self.tint,
            self.weight,
        )

    def shared(
        self,
        occupied_ink: NDArray[np.int32],
        related: NDArray[np.bool_],
        first: NDArray[np.int32],
    ) -> NDArray[np.int32]:
        """Leave out ink of others that nobody would take for the curve's own.

        Where it is that of a curve on the same scale: those may run together for long.
        """
        middle = first + occupied_ink.sum(axis=2) // 2
        at = np.clip(middle, 0, self.tint.shape[1] - 1)
        agrees = self.weight[self.tint[np.arange(first.size), at]]
        free = related[:, None] & (agrees < NEUTRAL // 2)
        return np.where(free[..., None], np.int32(-1), occupied_ink)


def tinted(panel: Panel, evidence: Evidence, spec: CurveSpec) -> Tinted | None:
    """Return the colour of a panel as a curve sees it, None where it tells nothing."""
    if evidence.affinity is None or spec.colour is None:
        return None
    weight = evidence.affinity.weight[panel.curves.index(spec)]
    return Tinted(panel.image, evidence.affinity.tint, weight)


@compiled()
def _apply(
    weighed: NDArray[np.uint8],
    maps: NDArray[np.uint8],
    first: NDArray[np.int32],
    damping: NDArray[np.float32],
    occupied_ink: NDArray[np.int32],
    beside: int,
    hidden: np.float32,
    image: NDArray[np.uint8],
    tint: NDArray[np.uint8],
    weight: NDArray[np.uint8],
) -> None:
    styles, rows, columns = maps.shape
    width = damping.size
    covered = np.empty(width, dtype=np.bool_)
    core = np.empty(width, dtype=np.bool_)
    for row in range(rows):
        covered[:] = False
        core[:] = False
        for other in range(occupied_ink.shape[0]):
            start, last = occupied_ink[other, row, 0], occupied_ink[other, row, 1]
            if start >= 0:
                covered[max(start - beside, 0) : last + beside + 1] = True
                core[max(start, 0) : last + 1] = True
        for c in range(max(-first[row], 0), min(width, columns - first[row])):
            at = first[row] + c
            agrees = weight[tint[row, at]]
            if NEUTRAL <= agrees < DECISIVE:
                continue
            share = min(agrees / np.float32(NEUTRAL), np.float32(1.0))
            if agrees < NEUTRAL and not covered[c]:
                weighed[row, c] = np.uint8(weighed[row, c] * share)
                continue
            seen = np.float32(0.0)
            for s in range(styles):
                seen += maps[s, row, at]
            strong = min(seen, np.float32(255.0)) * max(share, hidden) * damping[c]
            if core[c]:
                # Another path explains the ink, however sure the network is of it.
                strong = max(strong, np.float32(255.0) * hidden * damping[c])
            if agrees >= DECISIVE:
                # The tint is that of the pixels around: so is the ink.
                light = image[row, at]
                for k in range(max(row - 1, 0), min(row + 2, rows)):
                    light = min(light, image[k, at])
                strong = max(strong, DRAWN * min(255 - light, FULL) / FULL)
            weighed[row, c] = np.uint8(strong)
