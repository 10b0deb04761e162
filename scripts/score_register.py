"""Score the proposals of veernet register against registrations made by hand.

    VEERNET_REAL=DIR python scripts/score_register.py [--only NAME] --out OUT

Every scan that a file in ``DIR/registrations`` is of is registered once. For each of
those files the section is taken that holds the middle of its depths. Edges are compared
at forty rows: one is found if a proposed edge, which then counts for no other, lies
within 3 px of it at 90 % of them; so many were proposed. Depths are compared at every
depth point.
Writes ``register.csv`` and ``register.md``.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from by_hand import options_of, registrations
from veernet.axes import DepthAxis, Edge
from veernet.errors import Refused
from veernet.files import write_text
from veernet.records import Registration
from veernet.register.propose import ProposedSection, all_edges, propose
from veernet.register.recognise import load_recogniser
from veernet.scan import open_scan

NEAR = 3.0
"""Columns within which an edge is found."""

COLUMNS = (
    "section",
    "edges",
    "edges_found",
    "edges_proposed",
    "lines",
    "confidence",
    "stated",
    "refusal",
    "depth_error_median",
    "depth_error_most",
)

ROWS = 40
"""Rows at which edges are compared."""


def main(argv: Sequence[str] | None = None) -> None:
    """Write the table of all registrations."""
    options = options_of(__doc__, argv)
    recognise = load_recogniser()
    proposals: dict[str, tuple[ProposedSection, ...]] = {}
    seconds: dict[str, float] = {}
    rows = []
    for stem, registration, path in registrations(options.only):
        name = path.name
        if name not in proposals:
            begun = time.perf_counter()
            try:
                proposals[name] = propose(open_scan(path), recognise)
            except Refused:
                proposals[name] = ()
            seconds[name] = time.perf_counter() - begun
        found = compare(registration, proposals[name])
        rows.append({"file": stem, **found, "seconds": seconds[name]})
        print(rows[-1], flush=True)
    table = pd.DataFrame(rows)
    options.out.mkdir(parents=True, exist_ok=True)
    write_text(options.out / "register.csv", table.to_csv(index=False))
    text = summary(table)
    write_text(options.out / "register.md", text)
    print(text)


def compare(
    registration: Registration, proposed: Sequence[ProposedSection]
) -> dict[str, Any]:
    """Compare a registration with the section of a proposal that holds its middle."""
    edges = [e for track in registration.tracks for e in (track.left, track.right)]
    middle = float(registration.depth.rows[[0, -1]].mean())
    own = [
        p for p in proposed if p.found.first_row - 1 <= middle <= p.found.last_row + 1
    ]
    if not own:
        none = dict.fromkeys(COLUMNS)
        return none | {"section": "none", "edges": len(edges), "edges_found": 0}
    section = own[0]
    rows = np.linspace(*registration.depth.rows[[0, -1]], ROWS)
    offered = list(all_edges(section.found))
    good = sum(_take(edge, offered, rows) for edge in edges)
    found: dict[str, Any] = {
        "section": section.name,
        "edges": len(edges),
        "edges_found": good,
        "edges_proposed": len(all_edges(section.found)),
        "lines": len(section.found.lines.rows),
        "confidence": section.depth.confidence,
        "stated": section.depth.stated,
        "refusal": section.depth.refusal or "",
    }
    found = dict.fromkeys(COLUMNS) | found
    if section.points:
        axis = DepthAxis(registration.depth.unit, section.points)
        error = axis.depth_at(registration.depth.rows) - registration.depth.depths
        found |= {
            "depth_error_median": float(np.median(np.abs(error))),
            "depth_error_most": float(np.abs(error).max()),
        }
    return found


def _take(edge: Edge, offered: list[Edge], rows: np.ndarray) -> bool:
    """Take the nearest edge that is offered, if it is near enough."""
    wanted = edge.column_at(rows)
    off = [np.quantile(np.abs(own.column_at(rows) - wanted), 0.9) for own in offered]
    if not off or min(off) > NEAR:
        return False
    offered.pop(int(np.argmin(off)))
    return True


def summary(table: pd.DataFrame) -> str:
    """Return the shares that count, and a line for each registration."""
    stated = table[table["stated"].eq(other=True)]
    lines = [
        f"{table['edges_found'].sum()} of {table['edges'].sum()} edges within 3 px, of "
        f"{table['edges_proposed'].sum():.0f} that were proposed",
        f"{len(stated)} of {len(table)} sections with stated depths, the largest error "
        f"of one {stated['depth_error_most'].max():.2f} depth units",
        "",
        table.round(2).to_string(index=False),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
