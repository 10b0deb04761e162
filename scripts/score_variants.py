"""Score the depths that veernet register proposes of parts of scans that were changed.

    VEERNET_REAL=DIR python scripts/score_variants.py [--only NAME] [--rows N] --out OUT

Of every section that is registered by hand a part is cut out and proposed as it is,
turned by a fraction of a degree either way, upside down, on its side, at half the size
and half as large again. Depth points are traced back to the scan, and compared with the
registration: one is right within half a unit, or two of the scan's rows, more than the
part as it is is off at most. Nothing may be stated wrong; upside down or on its side
nothing may be stated at all.

Writes ``variants.csv``, a line for each part and change, and ``variants.md``.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd

from by_hand import options_of, registrations
from veernet.axes import DepthAxis, Floats
from veernet.errors import Refused
from veernet.files import write_text
from veernet.records import Grey, Registration, Scan
from veernet.register.ocr.recognise import Recogniser, load_recogniser
from veernet.register.propose import ProposedSection, propose
from veernet.scan import open_scan

ROWS = 5000
"""Of a part unless given."""

CHANGES = {
    "as it is": (0.0, 1.0),
    "turned by .3": (0.3, 1.0),
    "turned by -.3": (-0.3, 1.0),
    "half the size": (0.0, 0.5),
    "half as large again": (0.0, 1.5),
    "upside down": (180.0, 1.0),
    "on its side": (90.0, 1.0),
}
"""Degrees anticlockwise, and size."""

UNREADABLE = {"upside down", "on its side"}
RIGHT, RIGHT_ROWS = 0.5, 2.0
"""Depth units, and rows, within which a depth is right; the larger counts."""

COLUMNS = ("file", "change", "tracks", "depths", "points", "most", "said", "seconds")


def main(argv: Sequence[str] | None = None) -> None:
    """Score every change of every registered section in turn."""
    options = options_of(__doc__, argv, numbers={"--rows": ROWS})
    recognise = load_recogniser()
    lines = []
    for stem, registration, path in registrations(options.only):
        usual = 0.0
        for change in CHANGES:
            reported = score(path, registration, change, recognise, options.rows, usual)
            if change == "as it is":
                usual = float(reported.get("most") or 0.0)
            lines.append({"file": stem, "change": change, **reported})
            print(lines[-1], flush=True)
    table = pd.DataFrame(lines, columns=COLUMNS)
    options.out.mkdir(parents=True, exist_ok=True)
    write_text(options.out / "variants.csv", table.round(2).to_csv(index=False))
    counts = pd.crosstab(table["change"], table["depths"]).loc[list(CHANGES)]
    text = f"{counts.to_string()}\n"
    write_text(options.out / "variants.md", text)
    print(text)


def changed(part: Grey, change: str) -> tuple[Grey, Floats]:
    """Return a part as it is changed, and where its pixels were.

    Returns
    -------
    image : (rows, columns)
        With blank paper where nothing was.
    back : (2, 3) float
        Takes column, row, 1 of the image to column and row of the part.
    """
    degrees, size = CHANGES[change]
    if degrees in (90.0, 180.0):
        image = np.ascontiguousarray(np.rot90(part, round(degrees / 90)))
        rows, columns = part.shape[:2]
        back = (
            [[-1, 0, columns - 1], [0, -1, rows - 1]]
            if degrees == 180.0
            else [[0, -1, columns - 1], [1, 0, 0]]
        )
        return image, np.array(back, dtype=np.float64)
    shape = round(part.shape[1] * size), round(part.shape[0] * size)
    middle = (part.shape[1] - 1) / 2, (part.shape[0] - 1) / 2
    there = cv2.getRotationMatrix2D(middle, degrees, size)
    there[:, 2] += (np.array(shape) - 1) / 2 - middle
    how = cv2.INTER_AREA if size < 1 else cv2.INTER_LINEAR
    if degrees:
        image = cv2.warpAffine(part, there, shape, flags=how, borderValue=255)
    else:
        image = cv2.resize(part, shape, interpolation=how)
    if len(np.unique(part[::97])) <= 2:
        image = np.where(image < 128, 0, 255).astype(np.uint8)
    return np.asarray(image), cv2.invertAffineTransform(there)


def score(
    path: Path,
    registration: Registration,
    change: str,
    recognise: Recogniser,
    rows: int,
    usual: float,
) -> dict[str, Any]:
    """Propose a part of a scan and compare its depths; ``usual`` is its error as is."""
    scan = open_scan(path)
    first, last = (int(row) for row in registration.depth.rows[[0, -1]])
    top = max(0, (first + min(last, first + rows)) // 2 - rows // 2)
    part = scan.read(top, min(scan.info.rows, top + rows))
    image, back = changed(part, change)
    begun = time.process_time()
    try:
        sections = propose(Scan.from_array(image), recognise)
    except Refused as refused:
        return {"depths": "refused", "said": str(refused)[:70]}
    found = max(sections, key=lambda s: len(s.points))
    reported = {
        "tracks": len(found.found.tracks),
        "points": len(found.points),
        "seconds": time.process_time() - begun,
    }
    if not found.points:
        return reported | {"depths": "open", "said": (found.depth.refusal or "")[:70]}
    how = "stated" if found.depth.stated else "suggested"
    if change in UNREADABLE:
        return reported | {"depths": f"{how} wrong", "most": float("nan")}
    error, a_row = errors(found, registration, back, top)
    most = float(np.abs(error).max()) if len(error) else float("nan")
    right = most <= max(RIGHT, RIGHT_ROWS * a_row) + usual * (change != "as it is")
    return reported | {"depths": f"{how} {'right' if right else 'wrong'}", "most": most}


def errors(
    section: ProposedSection, registration: Registration, back: Floats, top: int
) -> tuple[Floats, float]:
    """Return by how much depth points are off on the scan, and depth units a row."""
    at = np.array([point.row for point in section.points])
    depths = np.array([point.depth for point in section.points])
    places = np.stack([section.found.middle_at(at), at, np.ones(len(at))])
    rows = (back @ places)[1] + top
    axis: DepthAxis = registration.depth
    inside = (rows >= axis.rows[0]) & (rows <= axis.rows[-1])
    a_row = abs(np.diff(axis.depths)[0] / np.diff(axis.rows)[0])
    return np.asarray(depths - axis.depth_at(rows))[inside], float(a_row)


if __name__ == "__main__":
    main()
