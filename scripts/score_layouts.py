"""Score the proposals of veernet register on generated pages of every layout.

    python scripts/score_layouts.py [--pages N] [--seed N] [--layout NAME] --out OUT

A track is found if a proposed one covers four fifths of both together; its edges are
right within 3 px at 90 % of the rows. A proposed track that covers no curve track is
one too many. A depth column is found if the middle of the proposed one lies in it, and
a depth is right within 0.5 of its unit or two rows.

Writes ``layouts.csv``, a line for each page, and ``layouts.md``, recall by layout.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from veernet.axes import DepthAxis, Edge, Floats
from veernet.errors import Refused
from veernet.files import write_text
from veernet.records import Scan
from veernet.register.ocr.recognise import Recogniser, load_recogniser
from veernet.register.propose import ProposedSection, propose
from veernet.synth.pages.layouts import LAYOUTS
from veernet.synth.pages.page import GeneratedPage, generate_page

RIGHT_WITHIN = 3.0
"""Columns within which an edge is right."""

COVERED = 0.8
"""Share of two tracks together that both have, if they are one."""

RIGHT, RIGHT_ROWS = 0.5, 2.0
"""Depth units, and rows, within which a depth is right; the larger counts."""


def main() -> None:
    """Score every layout in turn."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=5 * len(LAYOUTS))
    parser.add_argument("--seed", type=int, default=1000, help="of the first page")
    parser.add_argument("--layout", default="", help="only those that hold this")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    names = [name for name in LAYOUTS if options.layout in name]
    recognise = load_recogniser()
    lines = []
    for index in range(options.pages):
        seed, name = options.seed + index, names[index % len(names)]
        page = generate_page(name, np.random.default_rng(seed))
        lines.append({"layout": name, "seed": seed, **score(page, recognise)})
        print(lines[-1], flush=True)
    table = pd.DataFrame(lines)
    options.out.mkdir(parents=True, exist_ok=True)
    write_text(options.out / "layouts.csv", table.round(3).to_csv(index=False))
    text = summary(table)
    write_text(options.out / "layouts.md", text)
    print(text)


def score(page: GeneratedPage, recognise: Recogniser) -> dict[str, Any]:
    """Compare what is proposed of a page with its truth."""
    scan = Scan.from_array(page.image)
    wanted, columns = page.of("curves"), page.of("depth")
    reported: dict[str, Any] = {
        "tracks": len(wanted), "found": 0, "edges_right": 0, "too_many": 0,
        "columns": min(1, len(columns)), "columns_found": 0,
        "depths": "none", "sections": 0, "said": "",
    }  # fmt: skip
    begun = time.perf_counter()
    try:
        sections = propose(scan, recognise)
    except Refused as refused:
        return reported | {"said": str(refused)[:60]}
    reported["seconds"] = time.perf_counter() - begun
    reported["sections"] = len(sections)
    middle = float(page.rows.mean())
    own = [s for s in sections if s.found.first_row <= middle <= s.found.last_row]
    reported["too_many"] = sum(len(s.found.tracks) for s in sections if s not in own)
    if not own:
        return reported
    (section,) = own[:1]
    pairs = [
        (t.left.column_at(page.rows), t.right.column_at(page.rows))
        for t in section.found.tracks
    ]
    taken = set()
    for column in wanted:
        shares = [_shared(pair, (column.left, column.right)) for pair in pairs]
        best = int(np.argmax(shares)) if shares else -1
        if best >= 0 and shares[best] >= COVERED:
            taken.add(best)
            reported["found"] += 1
            ends = zip(pairs[best], (column.left, column.right), strict=True)
            reported["edges_right"] += sum(
                np.quantile(np.abs(a - b), 0.9) <= RIGHT_WITHIN for a, b in ends
            )
    reported["too_many"] += len(pairs) - len(taken)
    return reported | _depths(page, section)


def _shared(one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> float:
    """Return the share of two tracks together that both have."""
    both = np.minimum(one[1], other[1]) - np.maximum(one[0], other[0])
    either = np.maximum(one[1], other[1]) - np.minimum(one[0], other[0])
    return float(np.median(both / either))


def _depths(page: GeneratedPage, section: ProposedSection) -> dict[str, Any]:
    """Tell whether the depth column is found, and whether depths are right."""
    reported: dict[str, Any] = {}
    edges: tuple[Edge, Edge] | None = section.found.depth_column
    at = None
    if edges is not None:
        at = sum(edge.column_at(page.rows) for edge in edges) / 2
        reported["columns_found"] = int(
            any(
                bool(np.mean((at > c.left) & (at < c.right)) > 0.9)
                for c in page.of("depth")
            )
        )
    if not section.points:
        return reported | {"said": str(section.depth.refusal)[:60]}
    # Rows of the truth are at the middle column, those of the points at the depths.
    middle = (page.image.shape[1] - 1) / 2
    rows = page.rows + page.line_skew * ((middle if at is None else at) - middle)
    axis = DepthAxis("ft", section.points)
    inside = (rows >= section.points[0].row) & (rows <= section.points[-1].row)
    error = np.abs(axis.depth_at(rows) - page.depths)[inside]
    a_row = abs(np.diff(page.depths)[0] / np.diff(page.rows)[0])
    right = bool((error <= max(RIGHT, RIGHT_ROWS * a_row)).all())
    how = "stated" if section.depth.stated else "suggested"
    return reported | {"depths": f"{how} {'right' if right else 'wrong'}"}


def summary(table: pd.DataFrame) -> str:
    """Return recall by layout and over all."""
    counts = ["tracks", "found", "edges_right", "too_many", "columns", "columns_found"]
    by = table.groupby("layout", sort=False)[counts].sum()
    by.loc["all"] = by.sum()
    by["recall"] = by["found"] / by["tracks"]
    by["edges"] = by["edges_right"] / (2 * by["found"])
    by["depth columns"] = by["columns_found"] / by["columns"]
    depths = table["depths"].value_counts().to_dict()
    return f"{by.round(3).to_string()}\n\ndepths: {depths}\n"


if __name__ == "__main__":
    main()
