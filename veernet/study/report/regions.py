"""Six classes: the scores and the sheet of pictures that scripts/regions.py wrote."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image

from veernet.errors import InputError
from veernet.study.claims.regions import made_of
from veernet.study.report.figures import plain

WIDEST = 1600
"""Columns of the sheet in the page: more than a screen shows, less than a file has."""

SCORES = {
    "iou": "IoU",
    "f1": "F1",
    "coverage": "share of a true region that is covered",
    "area_ratio": "predicted over true area",
    "holes": "holes in a region",
    "pieces": "pieces of a region",
    "edge_band": "band of doubt along edges, px",
    "edge_f1": "edges found within 2 px, F1",
}

KEYS = ("run", "loss", "seed", "class")
"""Columns that say what a row is of."""


@dataclass(frozen=True)
class Regions:
    """What runs on pictures with six classes score.

    Parameters
    ----------
    table
        A row for each run and class, and one of the class ``mean``: ``KEYS`` and the
        scores of :class:`veernet.evaluate.regions.RegionScores`.
    sheet
        Pictures, their truth and what each run says of them; None without.
    """

    table: pd.DataFrame
    sheet: Path | None


def read_regions(folder: Path) -> Regions:
    """Read what ``scripts/regions.py`` wrote into a folder.

    Raises
    ------
    InputError
        If the folder holds no such table.
    """
    path = folder / "regions.csv"
    try:
        table = pd.read_csv(path)
        scores = table[[*KEYS, *SCORES]].astype(dict.fromkeys(SCORES, float))
    except (OSError, ValueError, KeyError) as error:
        msg = f"{path} is no table of regions: write it with scripts/regions.py"
        raise InputError(msg) from error
    sheet = folder / "regions.png"
    return Regions(table.assign(**scores), sheet if sheet.is_file() else None)


def regions_section(regions: Regions | None) -> dict[str, Any] | None:
    """Return scores by run and class, and the sheet as a picture in text."""
    if regions is None:
        return None
    rows = [
        {name: str(row[name]) for name in KEYS}
        | {name: plain(float(row[name]), 4) for name in SCORES}
        for row in regions.table.to_dict("records")
    ]
    sheet = None if regions.sheet is None else _as_text(regions.sheet)
    made = made_of(regions.table)
    by = "{steps} steps a run; {device}; trained by {commit}"
    made_text = by.format_map(made) if made else ""
    return {"scores": SCORES, "rows": rows, "sheet": sheet, "made": made_text}


def _as_text(path: Path) -> str:
    with Image.open(path) as opened:
        sheet = opened.convert("RGB")
    if sheet.width > WIDEST:
        sheet = sheet.resize((WIDEST, round(sheet.height * WIDEST / sheet.width)))
    buffer = BytesIO()
    sheet.save(buffer, format="JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
