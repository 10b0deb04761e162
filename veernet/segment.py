"""Segment: the picture of a panel to the probability of each line style, tile by tile.

A panel of any height streams through the network in tiles of full width. Neighbouring
tiles overlap, and an overlap has three zones. The quarter next to the edge of either
tile is thrown away, because that tile saw nothing beyond its edge; between the quarters
one tile fades out as the other fades in. Where a network looks no further than a
quarter of the overlap, the result is what the whole picture at once would give; where
it looks at the whole tile, as attention does, the seam is faded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from veernet.colour import affinity
from veernet.engines import Engine, Tiles
from veernet.errors import InputError
from veernet.network import NetworkSpec
from veernet.records import Evidence, Grey, Line, Panel

TILE_ROWS = 1024
"""Rows of a tile. Larger ones are no faster, and need more memory."""

OVERLAP = 192
"""Rows that neighbouring tiles share at the least."""

Progress = Callable[[int, int], None]
"""Called with the rows done and the rows in all."""


def segment(
    panel: Panel,
    engine: Engine,
    *,
    tile_rows: int = TILE_ROWS,
    overlap: int = OVERLAP,
    progress: Progress | None = None,
) -> Evidence:
    """Segment a panel.

    Beside the picture and the maps, both 8-bit, only a tile is held in memory.

    Parameters
    ----------
    panel
        Tracks with their picture.
    engine
        The network; it takes darkness alone.
    tile_rows
        Height of a tile; a lower panel is one tile.
    overlap
        Rows that neighbouring tiles share at the least; half of ``tile_rows`` at most.
        Both are rounded up to multiples of what the network takes.
    progress
        Told after each tile how many rows are done.

    Returns
    -------
    Evidence
        A map for each style of the panel's curves, one for the others together, the
        centre where the network tells it, and what colour says.

    Raises
    ------
    InputError
        If the panel is empty, the tiling is impossible, the network reads no lines or
        takes more than darkness, or what it gives is no probability.
    """
    spec = engine.spec
    if not spec.reads_lines:
        names = ", ".join(output.name for output in spec.outputs)
        msg = (
            f"network {spec.name!r} reads no lines, its classes are {names}: take "
            "one of line styles"
        )
        raise InputError(msg)
    if spec.input_channels != ("darkness",):
        msg = f"network {spec.name!r} takes {spec.input_channels}, not darkness alone"
        raise InputError(msg)
    if not panel.image.size:
        msg = f"a panel of {panel.image.shape} pixels is empty: nothing to segment"
        raise InputError(msg)
    tile_rows = _round_up(tile_rows, spec.multiple)
    overlap = _round_up(overlap, spec.multiple)
    _check_tiling(tile_rows, overlap)
    rows, columns = panel.image.shape
    groups = _group(spec, {curve.line for curve in panel.curves})
    seen_maps = np.empty((len(groups) + spec.centre, rows, columns), dtype=np.uint8)
    fading = np.empty((len(seen_maps), 0, columns), dtype=np.float32)
    for tile in _plan(rows, tile_rows, overlap, spec.multiple):
        seen = _join(_infer(panel.image, tile, engine), groups)
        own = _blend(fading, seen[:, tile.first - tile.start : tile.last - tile.start])
        # A sum of styles may be a rounding error above certainty.
        seen_maps[:, tile.first : tile.last] = np.rint(255 * np.clip(own, 0, 1))
        # A copy, since a view would hold the whole tile while the next one is made.
        fading = seen[:, tile.last - tile.start :][:, : tile.fade].copy()
        if progress is not None:
            progress(tile.last, rows)
    lines = tuple(tuple(x for i in g for x in spec.lines[i]) for g in groups)
    centre = seen_maps[-1] if spec.centre else None
    hue = affinity(panel.tint, panel.curves)
    return Evidence(seen_maps[: len(groups)], lines, centre, hue)


def _group(spec: NetworkSpec, drawn: set[Line]) -> list[list[int]]:
    """Join the styles that the network tells apart but that no curve is drawn in.

    What is called broken must be of a broken curve that there is: where only one style
    of those is drawn, it gets them all. A map that nobody asks for needs no memory.

    Returns
    -------
    list of list
        Indices of the network's styles, by map.
    """
    asked = [i for i, lines in enumerate(spec.lines) if drawn.intersection(lines)]
    broken = [i for i in asked if "solid" not in spec.lines[i]]
    others = [i for i in range(len(spec.lines)) if i not in asked]
    loose = [i for i in others if "solid" not in spec.lines[i]]
    groups = [[i] for i in range(len(spec.lines)) if i not in loose]
    if len(broken) == 1:
        groups[groups.index(broken)] += loose
    elif loose:
        groups.append(loose)
    return groups


def _join(seen: Tiles, groups: Sequence[Sequence[int]]) -> Tiles:
    """Add up the styles of each group, and keep what comes after the styles."""
    styles = sum(len(group) for group in groups)
    if [list(group) for group in groups] == [[style] for style in range(styles)]:
        return seen
    joined = [seen[list(group)].sum(axis=0) for group in groups]
    return np.stack([*joined, *seen[styles:]])


@dataclass(frozen=True)
class _Tile:
    """Rows of a panel that go through the network at once.

    It is read from ``start`` to ``stop``, which may lie below the panel, and gives the
    rows from ``first`` to ``last``. Of the ``fade`` rows from ``last`` on, its opinion
    is blended with the next tile's.
    """

    start: int
    stop: int
    first: int
    last: int
    fade: int


def _plan(rows: int, tile_rows: int, overlap: int, multiple: int) -> Iterator[_Tile]:
    """Spread tiles of one height evenly, at multiples so that strides agree."""
    padded = _round_up(rows, multiple)
    height = min(tile_rows, padded)
    gaps = -(-(padded - height) // (tile_rows - overlap))
    spare = (padded - height) // multiple
    starts = [spare * i // gaps * multiple for i in range(1, gaps + 1)]
    fade = overlap // 4 * 2
    start = first = 0
    for following in starts:
        last = (start + height + following - fade) // 2
        yield _Tile(start, start + height, first, last, fade)
        start, first = following, last
    yield _Tile(start, start + height, first, rows, 0)


def _infer(image: Grey, tile: _Tile, engine: Engine) -> Tiles:
    """Return (styles, tile rows, columns) probabilities of a tile."""
    grey = image[tile.start : tile.stop]
    rows, columns = grey.shape
    width = _round_up(columns, engine.spec.multiple)
    # Below its last row a panel goes on as in a mirror, since curves that all stopped
    # there would be no log; beside a panel there is white paper.
    grey = np.pad(grey, ((0, tile.stop - tile.start - rows), (0, 0)), mode="symmetric")
    grey = np.pad(grey, ((0, 0), (0, width - columns)), constant_values=255)
    darkness = 1 - grey.astype(np.float32) / np.float32(255)
    found = engine(darkness[None, None])
    wanted = (1, engine.spec.channels, *darkness.shape)
    if found.shape != wanted or not _are_probabilities(found):
        msg = (
            f"network {engine.spec.name!r} gave no probabilities of shape {wanted} for "
            f"rows {tile.start} to {tile.stop}, but {found.shape} from {found.min():g} "
            f"to {found.max():g}: are its weights whole?"
        )
        raise InputError(msg)
    return found[0, 1:, :, :columns]


def _are_probabilities(found: Tiles) -> bool:
    """Tell whether numbers lie between 0 and 1, but for rounding; NaN does not."""
    return bool(found.min() >= -1e-3 and found.max() <= 1.001)


def _blend(fading: Tiles, own: Tiles) -> Tiles:
    """Fade from the tile above into the first of a tile's own rows, all (S, H, W)."""
    fade = fading.shape[1]
    weight = ((np.arange(fade, dtype=np.float32) + 0.5) / fade)[:, None]
    mixed = (1 - weight) * fading + weight * own[:, :fade]
    return np.concatenate([mixed, own[:, fade:]], axis=1)


def _check_tiling(tile_rows: int, overlap: int) -> None:
    if tile_rows < 1 or not 0 <= overlap <= tile_rows // 2:
        msg = (
            f"tiles of {tile_rows} rows cannot overlap by {overlap}: choose from 0 to "
            "half of the tile"
        )
        raise InputError(msg)


def _round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple
