"""Look at generated strips: beside crops of real logs, or side by side for the README.

    VEERNET_REAL=FOLDER python scripts/look.py [--out runs/look] [--seed 0] [--blind]
    python scripts/look.py --figure data/strips.png

The first writes ``pairs.png``: windows of the scans and plots of the folder, each above
a generated strip of the same size, as darkness, which is what the network sees. With
``--blind`` they are shuffled, in ``blind.png``, and ``blind.txt`` says which is which.
Nothing of either belongs into the repository. The second draws the figure of generated
strips and needs no real logs.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from veernet.records import Grey
from veernet.scan import open_scan
from veernet.synth.dataset import sample_rng
from veernet.synth.recipe import Recipe
from veernet.synth.strips import draw_strip

ROWS, COLUMNS = 400, 300
GAP = 6
ACROSS = 6

FIGURE = (4, 8, 10, 12, 13)
"""Samples of the test stream that the figure shows."""

FIGURE_RECIPE = Recipe(rows=440, columns=240, curves=(2, 6), whole_track=True)


def main() -> None:
    """Write the pictures that the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("runs/look"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--blind", action="store_true", help="shuffle, with a key")
    parser.add_argument("--figure", type=Path, help="draw the README's figure instead")
    options = parser.parse_args()
    if options.figure is not None:
        strips = [
            draw_strip(FIGURE_RECIPE, sample_rng(0, "test", index)).image
            for index in FIGURE
        ]
        sheet(strips, len(strips)).save(options.figure, optimize=True)
        return
    folder = os.environ.get("VEERNET_REAL")
    if not folder:
        print("skipped: VEERNET_REAL is not set, it names the folder of real logs")
        return
    options.out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(options.seed)
    real = real_windows(Path(folder), rng)
    recipe = Recipe(rows=ROWS, columns=COLUMNS)
    made = [
        draw_strip(recipe, sample_rng(options.seed, "test", index)).image
        for index in range(len(real))
    ]
    if options.blind:
        mixed = [(name, image) for name, image in real]
        mixed += [("generated", image) for image in made]
        order = rng.permutation(len(mixed))
        sheet([mixed[i][1] for i in order], ACROSS).save(options.out / "blind.png")
        key = [f"{n // ACROSS} {n % ACROSS} {mixed[i][0]}" for n, i in enumerate(order)]
        (options.out / "blind.txt").write_text("\n".join(["row column what", *key, ""]))
        return
    rows = []
    for start in range(0, len(real), ACROSS):
        rows += [image for _, image in real[start : start + ACROSS]]
        rows += [blank()] * (-len(rows) % ACROSS)
        rows += made[start : start + ACROSS]
        rows += [blank()] * (-len(rows) % ACROSS)
    sheet(rows, ACROSS).save(options.out / "pairs.png")


def real_windows(
    folder: Path, rng: np.random.Generator, size: tuple[int, int] = (ROWS, COLUMNS)
) -> list[tuple[str, Grey]]:
    """Cut a window at random, with ink in it, out of every scan and plot of a folder.

    Returns
    -------
    list of (name, image)
        Images of the size asked for, (rows, columns) uint8, 255 less the darkness.
    """
    windows = []
    paths = sorted((*folder.glob("scans/*.tif"), *folder.glob("plots/*.png")))
    for path in paths:
        page = open_scan(path)
        spare = (page.info.rows - size[0], page.info.columns - size[1])
        if min(spare) < 1:
            continue
        for _ in range(30):
            row = int(rng.uniform(0.2, 0.95) * spare[0])
            column = int(rng.integers(spare[1]))
            band = page.read_colour(row, row + size[0])[:, column : column + size[1]]
            window = band.min(axis=2)
            if 0.04 < (window < 200).mean() < 0.5:
                windows.append((path.name, window))
                break
    return windows


def blank() -> Grey:
    """Return an empty place of a sheet."""
    return np.full((ROWS, COLUMNS), 128, dtype=np.uint8)


def sheet(pictures: Sequence[NDArray[np.uint8]], across: int) -> Image.Image:
    """Set pictures of one size side by side, so many in a row, grey between them."""
    rows, columns = pictures[0].shape
    down = -(-len(pictures) // across)
    page = np.full(
        (down * (rows + GAP) - GAP, across * (columns + GAP) - GAP), 128, np.uint8
    )
    for number, picture in enumerate(pictures):
        top = number // across * (rows + GAP)
        left = number % across * (columns + GAP)
        page[top : top + rows, left : left + columns] = picture
    return Image.fromarray(page)


if __name__ == "__main__":
    main()
