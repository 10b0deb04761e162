"""Views of towns from above with masks of six classes, as a stand-in for real tiles.

They are simple but not easy: roofs have the tone of sand, shadows that of water, lawns
end raggedly, roads are thin bands, and the classes are far from balanced. Names,
colours and the layout of the folders are those of the Dubai set, so that what reads one
reads the other.

References
----------
.. [Hum20] Humans in the Loop with the Mohammed Bin Rashid Space Centre, Semantic
   segmentation of aerial imagery, 2020: 72 pictures in 8 tiles, six classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.files import new_folder, replacing
from veernet.records import Grey
from veernet.synth.dataset import STREAMS, Stream, sample_rng
from veernet.synth.masks import MaskCode

NAMES = ("building", "land", "road", "vegetation", "water", "unlabelled")
BUILDING, LAND, ROAD, VEGETATION, WATER, UNLABELLED = range(6)
"""Classes in the order of `NAMES`."""

PALETTE = ("#3c1098", "#8429f6", "#6ec1e4", "#fedd3a", "#e2a929", "#9b9b9b")
"""Of the Dubai set's masks."""

LEAST_SIDE = 64
"""Pixels: a smaller view holds no town."""

HOUSES, PARK, EMPTY, SITE = range(4)
"""What a block between streets may be: a site is under construction."""
SHARES = (0.42, 0.14, 0.39, 0.05)
"""Shares of the blocks that are houses, parks, empty lots and sites."""

BUILT = np.array([0.85, 0.05, 0.03, 0.0])
"""Share of the lots with a building, by the kind of block."""
PLANTED = np.array([1.4, 0.2, 2.1, 9.0])
"""Spreads of the field of plants above which they grow, by the kind of block."""

TABLE = 4096
"""Entries from which lots and blocks take what they are."""

COLOURS = np.array(
    [
        [0.72, 0.66, 0.57],
        [0.0, 0.0, 0.0],  # the sand of the town
        [0.46, 0.46, 0.47],
        [0.29, 0.38, 0.21],
        [0.19, 0.36, 0.42],
        [0.63, 0.58, 0.52],
    ]
)
"""Red, green and blue of the classes in the sun, 0 to 1."""


@dataclass(frozen=True)
class Town:
    """What the views of a town have in common.

    Parameters
    ----------
    bearing
        Of its streets, in radians.
    light
        Direction from which the sun shines, in radians.
    sand : (3,) float
        Colour of its ground, 0 to 1.
    """

    bearing: float
    light: float
    sand: Floats


def draw_town(rng: np.random.Generator) -> Town:
    """Draw a town."""
    sand = np.array([0.71, 0.62, 0.51]) + rng.normal(0, 0.03, 3)
    return Town(rng.uniform(0, np.pi / 2), rng.uniform(0, 2 * np.pi), sand)


def draw_mask(
    rng: np.random.Generator, shape: tuple[int, int], bearing: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw the plan of a part of a town.

    Streets are the lines of a grid in coordinates that a smooth field bends; a lot is a
    cell of a finer grid between them, and what it holds is looked up by its number.

    Parameters
    ----------
    rng
        Where every draw comes from.
    shape
        Rows and columns.
    bearing
        Of the streets, in radians.

    Returns
    -------
    mask : shape int64
        Index into ``NAMES``.
    lot : shape int64
        Number of each pixel's lot, less than ``TABLE``.
    """
    row, column = np.indices(shape, dtype=np.float64)
    bend = [9 * field(rng, shape, 260, 2) for _ in range(2)]
    u = np.cos(bearing) * column + np.sin(bearing) * row + bend[0]
    v = -np.sin(bearing) * column + np.cos(bearing) * row + bend[1]
    spans, halves = (
        rng.uniform(70, 150, 2),
        rng.choice([3.5, 5.0, 10.0], 2, p=[0.4, 0.45, 0.15]),
    )
    away = [
        np.abs((a + s / 2) % s - s / 2) - h
        for a, s, h in zip((u, v), spans, halves, strict=True)
    ]
    block = _number(u // spans[0], v // spans[1])
    kind = rng.choice(len(SHARES), TABLE, p=SHARES)[block]
    side = rng.uniform(24, 44, 2)
    lot = _number(block, (u % spans[0]) // side[0], (v % spans[1]) // side[1])
    kerb = np.minimum(*away)
    reach = rng.uniform(0.24, 0.42, (2, TABLE))
    within = [
        np.abs(a % s % d / d - 0.5) for a, s, d in zip((u, v), spans, side, strict=True)
    ]
    roof = (within[0] < reach[0][lot]) & (within[1] < reach[1][lot]) & (kerb > 3)
    roof &= rng.random(TABLE)[lot] < BUILT[kind]
    water = _water(rng, shape)
    plants = field(rng, shape, 22, 5) > PLANTED[kind]
    mask = np.full(shape, LAND, dtype=np.int64)
    mask[kind == SITE] = UNLABELLED
    mask[plants] = VEGETATION
    mask[roof] = BUILDING
    mask[water] = WATER
    # A wide street crosses water on a bridge, a narrow one ends at it.
    bridges = np.minimum(
        *(np.where(h > 9, a, 1.0) for a, h in zip(away, halves, strict=True))
    )
    mask[(kerb < 0) & ~water | (bridges < 0)] = ROAD
    return mask, lot


def field(
    rng: np.random.Generator, shape: tuple[int, int], cell: float, octaves: int
) -> Floats:
    """Draw a rough field of zero mean and unit spread, (rows, columns).

    Parameters
    ----------
    rng
        Of the field.
    shape
        Rows and columns.
    cell
        Pixels over which its largest features vary.
    octaves
        How many halvings of that are added, each weaker than the one before.
    """
    total = np.zeros(shape)
    for octave in range(octaves):
        size = max(cell / 2**octave, 1.0)
        coarse = rng.standard_normal([int(np.ceil(side / size)) + 3 for side in shape])
        grown = cv2.resize(
            coarse, None, fx=size, fy=size, interpolation=cv2.INTER_CUBIC
        )
        total += 0.6**octave * grown[: shape[0], : shape[1]]
    return np.asarray((total - total.mean()) / max(float(total.std()), 1e-6))


def draw_aerial(
    rng: np.random.Generator,
    rows: int = 512,
    columns: int = 512,
    town: Town | None = None,
) -> tuple[Grey, NDArray[np.int64]]:
    """Draw a view and its mask.

    Parameters
    ----------
    rng
        Where every draw comes from.
    rows, columns
        Size, 64 pixels or more.
    town
        Which it shows; one of its own unless given.

    Returns
    -------
    image : (rows, columns, 3) uint8
        Red, green and blue.
    mask : (rows, columns) int64
        Index into ``NAMES``.

    Raises
    ------
    InputError
        If a side is too short.
    """
    if min(rows, columns) < LEAST_SIDE:
        msg = f"a view of {rows} x {columns} is too small: give {LEAST_SIDE} or more"
        raise InputError(msg)
    town = town or draw_town(rng)
    mask, lot = draw_mask(rng, (rows, columns), town.bearing)
    return _photograph(rng, town, mask, lot), mask


def write_aerial(
    out: str | Path,
    count: int = 72,
    seed: int = 0,
    *,
    rows: int = 512,
    columns: int = 512,
    tiles: int = 8,
    stream: Stream = "test",
    overwrite: bool = True,
) -> None:
    """Write views and masks of colour, laid out as the Dubai set.

    ``Tile 1/images/image_part_001.jpg`` and ``Tile 1/masks/image_part_001.png``, and so
    on; the views of a folder show one town.

    Parameters
    ----------
    out
        Folder, made if need be.
    count, tiles
        How many views, and among how many folders they are divided.
    seed, stream
        The same ones give the same pictures.
    rows, columns
        Of a view.
    overwrite
        Whether the folder may hold files.

    Raises
    ------
    InputError
        If there are fewer views than folders, the stream is unknown, or the folder
        holds files that may not be written over.
    """
    if stream not in STREAMS:
        msg = f"stream {stream!r} is not known: use {', '.join(STREAMS)}"
        raise InputError(msg)
    if not 1 <= tiles <= count:
        msg = f"{count} views cannot fill {tiles} folders: give one or more for each"
        raise InputError(msg)
    new_folder(Path(out), overwrite=overwrite)
    code = MaskCode(names=NAMES, palette=PALETTE)
    for index in range(count):
        tile, part = index % tiles, index // tiles
        # Towns are numbered from the far end, so that none shares a draw with a view.
        town = draw_town(sample_rng(seed, stream, 2**40 + tile))
        view, mask = draw_aerial(sample_rng(seed, stream, index), rows, columns, town)
        name = f"image_part_{part + 1:03d}"
        folder = Path(out) / f"Tile {tile + 1}"
        options: dict[str, Any] = {"quality": 92, "subsampling": 0}
        _save(folder / "images" / f"{name}.jpg", Image.fromarray(view), **options)
        _save(folder / "masks" / f"{name}.png", code.write(mask))


def _save(path: Path, picture: Image.Image, **options: Any) -> None:  # noqa: ANN401
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        picture.save(temporary, **options)


def _number(*cells: NDArray[Any]) -> NDArray[np.int64]:
    """Scatter the cells of a grid over the entries of a table."""
    mixed = np.zeros(cells[0].shape, dtype=np.int64)
    for cell, prime in zip(cells, (73_856_093, 19_349_663, 83_492_791), strict=False):
        mixed ^= cell.astype(np.int64) * prime
    return np.asarray((mixed ^ (mixed >> 13)) % TABLE)


def _water(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Flood a coast, a lake or a creek, or nothing in four of ten parts."""
    row, column = np.indices(shape)
    turn, middle = rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 0.8, 2) * shape
    ramp = np.cos(turn) * (column - middle[1]) + np.sin(turn) * (row - middle[0])
    ramp += 22 * field(rng, shape, 180, 5)
    what = rng.choice(4, p=[0.4, 0.3, 0.15, 0.15])
    shore = rng.uniform(20, 0.35 * min(shape))
    lake = np.hypot(row - middle[0], column - middle[1]) + ramp / 6
    found = (ramp > np.inf, ramp > shore, np.abs(ramp) < 24, lake < 0.6 * shore)
    return np.asarray(found[what])


def _photograph(
    rng: np.random.Generator,
    town: Town,
    mask: NDArray[np.int64],
    lot: NDArray[np.int64],
) -> Grey:
    """Paint a plan, cast the shadows of its buildings, and take a picture of it."""
    colours = COLOURS.copy()
    colours[LAND] = town.sand
    seen = colours[mask]
    # Roofs are of sand, cement and tiles: some of them are told by their shape alone.
    roofs = (
        town.sand + rng.normal(0, 0.12, (TABLE, 1)) + rng.normal(0, 0.03, (TABLE, 3))
    )
    seen[mask == BUILDING] = roofs[lot[mask == BUILDING]]
    rough = field(rng, mask.shape, 12, 4)[..., None]
    seen *= 1 + np.array([0.04, 0.06, 0.03, 0.2, 0.05, 0.12])[mask][..., None] * rough
    built = (mask == BUILDING).astype(np.float32)
    shadow = np.zeros_like(built)
    for step in range(1, int(rng.integers(3, 9))):
        down, across = step * np.sin(town.light), step * np.cos(town.light)
        moved = np.array([[1, 0, across], [0, 1, down]])
        shadow = np.maximum(shadow, cv2.warpAffine(built, moved, mask.shape[::-1]))
    seen[(shadow > 0.5) & (built == 0)] *= np.array([0.5, 0.54, 0.62])
    seen = cv2.GaussianBlur(seen, (0, 0), float(rng.uniform(0.5, 0.9)))
    haze, light = rng.uniform(0, 0.1), rng.uniform(0.85, 1.1)
    seen = (1 - haze) * light * seen + haze * np.array([0.72, 0.76, 0.8])
    seen += rng.uniform(0.008, 0.025) * rng.standard_normal(seen.shape)
    return np.asarray(np.rint(255 * np.clip(seen, 0, 1)), dtype=np.uint8)
