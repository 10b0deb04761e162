"""What an overlay is drawn with: its palette, its lettering, and its heading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from veernet.records import CurveSpec, Registration, Trace

Canvas: TypeAlias = NDArray[np.uint8]
FONT = cv2.FONT_HERSHEY_SIMPLEX

# Indices of the palette. Greys from BLACK up stand for themselves: lettering, and from
# INK up the paled scan.
EDGE, POINT, CURVE, INKS = 1, 2, 8, 18
BLACK, INK, PAPER = 40, 185, 255

COLOURS = (
    (213, 94, 0),
    (0, 114, 178),
    (0, 158, 115),
    (204, 121, 167),
    (51, 34, 136),
    (230, 159, 0),
    (136, 34, 85),
    (86, 180, 233),
    (153, 153, 51),
    (17, 119, 51),
)
"""Told apart by colour-blind eyes too: Okabe and Ito 2008, then Tol's muted set."""


LEAST_CHROMA = 60
"""Between the brightest and the darkest of red, green and blue, of 255: a colour with
less is no colour on a paled scan."""


@dataclass(frozen=True)
class Style:
    """Sizes that suit a page: pages are viewed at their own size.

    Parameters
    ----------
    scale
        Of the lettering, in cv2's unit.
    line
        Rows for a line of lettering.
    gutter
        Columns left of the page, for depths.
    thickness
        Of a curve, in pixels.
    """

    scale: float
    line: int
    gutter: int
    thickness: int


def style_of(columns: int) -> Style:
    """Choose the sizes for a page of so many columns."""
    scale = float(np.clip(columns / 2400, 0.45, 1.0))
    return Style(
        scale, int(34 * scale) + 4, int(120 * scale) + 20, 1 + (columns > 2400)
    )


def palette(registration: Registration) -> list[int]:
    """Return 256 colours as red, green, blue, red ...

    A curve whose ink has a colour that no other curve has is drawn in it, so that ink
    of another colour under it is seen at once.
    """
    colours = [(grey, grey, grey) for grey in range(256)]
    colours[EDGE], colours[POINT] = (90, 160, 200), (255, 0, 0)
    colours[CURVE : CURVE + len(COLOURS)] = COLOURS
    own = list(_inks(registration).values())
    colours[INKS : INKS + len(own)] = own
    return [part for colour in colours for part in colour]


def colour_of(registration: Registration, mnemonic: str) -> int:
    """Return the index of a curve's colour; ten curves go by before one comes again."""
    own = list(_inks(registration))
    if mnemonic in own:
        return INKS + own.index(mnemonic)
    names = [c.mnemonic for t in registration.tracks for c in t.curves]
    return CURVE + names.index(mnemonic) % len(COLOURS)


def _inks(registration: Registration) -> dict[str, tuple[int, int, int]]:
    """Return the colours of ink that are registered with one curve alone."""
    specs = [c for track in registration.tracks for c in track.curves if c.colour]
    often = Counter(spec.colour for spec in specs)
    found = {}
    for spec in specs:
        assert spec.colour is not None
        red, green, blue = (int(spec.colour[i : i + 2], 16) for i in (1, 3, 5))
        chroma = max(red, green, blue) - min(red, green, blue)
        if often[spec.colour] == 1 and chroma >= LEAST_CHROMA:
            found[spec.mnemonic] = red, green, blue
    return dict(list(found.items())[: BLACK - INKS])


def stamp(canvas: Canvas, text: str, row: int, column: int, scale: float) -> None:
    """Write a line of text in black from its base line, cut off at the canvas.

    What cv2's fonts do not hold is written as a question mark.
    """
    plain = text.translate({ord("µ"): "u", ord("°"): "deg"})
    plain = plain.encode("ascii", "replace").decode("ascii")
    rows, columns = _size(plain, scale)
    page = np.full((2 * rows + 8, columns + 8), PAPER, dtype=np.uint8)
    cv2.putText(page, plain, (2, rows + 4), FONT, scale, 0, 1, cv2.LINE_AA)
    top, left = row - rows - 4, max(column, 0)
    place = canvas[max(top, 0) : max(top + len(page), 0), left : left + page.shape[1]]
    cut = page[max(-top, 0) :][: place.shape[0], : place.shape[1]]
    # Smoothed lettering stays within the greys: below BLACK lie the colours.
    np.minimum(place, np.maximum(cut, BLACK), out=place)


def heading_rows(registration: Registration, style: Style) -> int:
    """Rows that the heading takes: the title, and a line for each layer of curves."""
    layers = 1 + max((layer for layer, *_ in _layout(registration)), default=0)
    return (1 + 2 * layers) * style.line + 8


def draw_heading(
    canvas: Canvas,
    registration: Registration,
    traces: Sequence[Trace],
    title: str,
    style: Style,
) -> None:
    """Draw the title, and each curve's name, unit and edge values over its track."""
    key = f"{title}   depth in {registration.depth.unit}   "
    stamp(canvas, key, style.line - 6, 4, style.scale)
    column = 8 + _size(key, style.scale)[1]
    for word, dash, thickness in (("read", 0, 1), ("bridged", 7, 1), ("by hand", 0, 3)):
        end = column + 3 * style.line
        at = style.line * 2 // 3
        _rule(canvas, at, (column, end), BLACK, thickness, dash)
        stamp(canvas, word, style.line - 6, end + 6, style.scale)
        column = end + _size(word, style.scale)[1] + 30
    read = {trace.mnemonic for trace in traces}
    for layer, spec, left, right in _layout(registration):
        base = (2 + 2 * layer) * style.line - 4
        span = (style.gutter + round(left), style.gutter + round(right))
        name = f"{spec.mnemonic} {spec.unit}" + (
            "" if spec.mnemonic in read else " (no trace)"
        )
        _draw_scale(canvas, name, spec, base, span, style)
        colour = colour_of(registration, spec.mnemonic)
        _rule(canvas, base + style.line // 2, span, colour, style.thickness + 1, 0)


def _draw_scale(
    canvas: Canvas,
    name: str,
    spec: CurveSpec,
    base: int,
    span: tuple[int, int],
    style: Style,
) -> None:
    """Write left value, name and right value over a track, smaller if it is tight."""
    words = (f"{spec.scale.left:g}", name, f"{spec.scale.right:g}")
    wanted = sum(_size(word, style.scale)[1] for word in words) + 40
    scale = style.scale * min(1.0, max((span[1] - span[0]) / wanted, 0.6))
    middle, right = (_size(word, scale)[1] for word in words[1:])
    starts = (span[0], (sum(span) - middle) // 2, span[1] - right - 4)
    for word, start in zip(words, starts, strict=True):
        stamp(canvas, word, base, start, scale)


def _rule(
    canvas: Canvas,
    row: int,
    span: tuple[int, int],
    colour: int,
    thickness: int,
    dash: int,
) -> None:
    """Draw a level line, dashed if so wished."""
    columns = np.arange(max(span[0], 0), min(span[1], canvas.shape[1]))
    if dash:
        columns = columns[(columns // dash) % 2 == 0]
    canvas[row : row + thickness, columns] = colour


def _size(text: str, scale: float) -> tuple[int, int]:
    """Rows above the base line and columns of a text."""
    (columns, rows), _ = cv2.getTextSize(text, FONT, scale, 1)
    return rows, columns


def _layout(
    registration: Registration,
) -> list[tuple[int, CurveSpec, float, float]]:
    """Place curves in layers, so that none lies over another: layer, curve, span."""
    top = registration.depth.rows[:1]
    taken: list[list[tuple[float, float]]] = []
    placed = []
    for track in registration.tracks:
        left, right = (float(edge[0]) for edge in registration.edges_at(track, top))
        for spec in track.curves:
            free = (n for n, spans in enumerate(taken) if _is_free(spans, left, right))
            layer = next(free, len(taken))
            if layer == len(taken):
                taken.append([])
            taken[layer].append((left, right))
            placed.append((layer, spec, left, right))
    return placed


def _is_free(spans: Sequence[tuple[float, float]], left: float, right: float) -> bool:
    return all(right <= a or left >= b for a, b in spans)
