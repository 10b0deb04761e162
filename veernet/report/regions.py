"""Six classes: the scores and the sheet of pictures that scripts/regions.py wrote."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image

from veernet.errors import InputError
from veernet.report.plain import plain

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


def read_regions(folder: Path | None) -> dict[str, Any] | None:
    """Return scores by run and class, and the sheet as a picture in text.

    Raises
    ------
    InputError
        If the folder holds no such table.
    """
    if folder is None:
        return None
    path = folder / "regions.csv"
    try:
        table = pd.read_csv(path)
        rows = [
            {"run": str(r["run"]), "class": str(r["class"])}
            | {name: plain(float(r[name]), 4) for name in SCORES}
            for _, r in table.iterrows()
        ]
    except (OSError, ValueError, KeyError) as error:
        msg = f"{path} is no table of regions: write it with scripts/regions.py"
        raise InputError(msg) from error
    return {"scores": SCORES, "rows": rows, "sheet": _sheet(folder / "regions.png")}


def _sheet(path: Path) -> str | None:
    if not path.is_file():
        return None
    with Image.open(path) as opened:
        sheet = opened.convert("RGB")
    if sheet.width > WIDEST:
        sheet = sheet.resize((WIDEST, round(sheet.height * WIDEST / sheet.width)))
    buffer = BytesIO()
    sheet.save(buffer, format="JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
