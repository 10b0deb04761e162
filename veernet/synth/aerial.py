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

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from veernet.errors import InputError
from veernet.files import new_folder, replacing
from veernet.records import Grey
from veernet.synth.dataset import STREAMS, Stream, sample_rng
from veernet.synth.masks import MaskCode
from veernet.synth.town import SITE, draw_plan
from veernet.synth.townscape import (
    BUILDING,
    LAND,
    ROAD,
    UNLABELLED,
    VEGETATION,
    WATER,
    Town,
    draw_beyond,
    draw_town,
    paint,
    photograph,
)

NAMES = ("building", "land", "road", "vegetation", "water", "unlabelled")
PALETTE = ("#3c1098", "#8429f6", "#6ec1e4", "#fedd3a", "#e2a929", "#9b9b9b")
"""Of the Dubai set's masks."""

LEAST_SIDE = 64
"""Pixels: a smaller view holds no town."""


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
    shape = (rows, columns)
    plan = draw_plan(rng, shape, town.bearing)
    mask = np.full(shape, LAND, dtype=np.int64)
    mask[plan.kind == SITE] = UNLABELLED
    mask[plan.water] = WATER
    mask[plan.road] = ROAD
    mask[plan.trees & (mask != UNLABELLED)] = VEGETATION
    mask[plan.building] = BUILDING
    picture = paint(rng, town, plan, mask)
    beyond = draw_beyond(rng, shape)
    mask[beyond] = UNLABELLED
    return photograph(rng, picture, beyond), mask


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
