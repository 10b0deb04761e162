"""A folder of small generated logs with registrations, a few bad ones among them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from veernet.synth.recipe import Recipe
from veernet.synth.write import write_set

ROWS, COLUMNS = 700, 330
"""Of a page: 20 to 60 ft of one track, that a laptop reads in a second or two."""

BAD = {
    "empty": "failed:decode",
    "junk": "failed:decode",
    "cut": "failed:decode",
    "html": "failed:decode",
    "blank": "refused:unread",
    "unregistered": "refused:registration",
    "wrong": "refused:registration",
    "beside": "refused:registration",
}
"""Bad logs, and how each must end."""


def write_logs(folder: Path, count: int, seed: int = 22) -> Path:
    """Write so many logs, those of `BAD` among them, and return the folder."""
    drawn = folder.with_name(f"{folder.name}-drawn")
    recipe = Recipe(
        rows=ROWS,
        columns=COLUMNS,
        lines=("solid", "broken"),
        whole_track=True,
        tilt=0.0,
        stretch=0.0,
    )
    write_set(drawn, count - len(BAD), seed, recipe=recipe)
    folder.mkdir(parents=True)
    for picture in sorted((drawn / "images").glob("*.png")):
        with Image.open(picture) as page:
            page.save(folder / f"{picture.stem}.tif", compression="tiff_lzw")
        shutil.copy(drawn / f"{picture.stem}.yaml", folder)
    shutil.rmtree(drawn)
    first = min(folder.glob("*.tif"))
    for kind in BAD:
        _write_bad(folder, kind, first)
    return folder


def _write_bad(folder: Path, kind: str, first: Path) -> None:
    scan = folder / f"bad_{kind}.tif"
    registration = first.with_suffix(".yaml").read_text(encoding="utf-8")
    content = first.read_bytes()
    match kind:
        case "empty":
            content = b""
        case "junk":
            content = np.random.default_rng(1).bytes(5000)
        case "cut":
            content = content[:300]
        case "html":
            content = b"<html><body>404 Not Found</body></html>"
        case "wrong":
            registration = registration.replace("unit: ft", "unit: fathoms", 1)
        case "beside":
            registration = registration.replace("column: ", "column: 9000")
    if kind == "blank":
        Image.new("L", (COLUMNS, ROWS), 255).save(scan)
    else:
        scan.write_bytes(content)
    if kind != "unregistered":
        scan.with_suffix(".yaml").write_text(registration, encoding="utf-8")
