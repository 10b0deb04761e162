"""Score the proposals of veernet register against what was measured by hand.

    VEERNET_REAL=DIR python scripts/score_register.py [--only NAME]
        [--without-legends] --out OUT

Every scan that a file in ``DIR/registrations`` is of, or a row of
``data/register/sections.csv``, is registered once.

For each registration the section is taken that holds the middle of its depths. Edges
are compared at forty rows: one is found if a proposed edge, which then counts for no
other, lies within 3 px of it at 90 % of them. Depths are compared at every depth point.

The table has the first and the last row of every section that was seen on the scans,
and two depths. A range is right if both its ends lie within half an inch of the
section's, or 1 % of its length; a depth within 0.5 ft or a row and a half. Depths that
lie beyond the points that are proposed are left open.

The table ``layouts.csv`` has the edges of tracks of scans of other layouts at a row, as
seen, and two depths; its tracks are found if both edges lie within 5 px at that row.

Writes ``edges.csv``, ``ranges.csv``, ``by_layout.csv`` and ``register.md``.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from by_hand import options_of, real_folder, registrations
from veernet.axes import DepthAxis, Edge
from veernet.errors import Refused
from veernet.files import write_text
from veernet.records import Registration
from veernet.register.ocr.reader import load_reader
from veernet.register.ocr.recognise import load_recogniser
from veernet.register.propose import ProposedSection, all_edges, propose
from veernet.scan import open_scan

FOUND_WITHIN = 3.0
"""Columns within which an edge is found."""

ROWS = 40
"""Rows at which edges are compared."""

HALF_INCH = 1 / 17
"""Of the columns of a page, as paper is 8.5 inches wide."""
PART = 0.01

RIGHT, RIGHT_ROWS = 0.5, 1.5
"""Depth units, and rows, within which a depth is right; the larger counts."""

DEPTH_FIELDS = ("confidence", "stated", "refusal")
EDGES = (
    "file",
    "section",
    "edges",
    "edges_found",
    "edges_proposed",
    *DEPTH_FIELDS,
    "depth_error_median",
    "depth_error_most",
)
BY_LAYOUT = (
    "file",
    "layout",
    "tracks",
    "tracks_found",
    "tracks_too_many",
    "depths_right",
    "depths_wrong",
    "depths_open",
)
RANGES = (
    "file",
    "seen",
    "section",
    "first_off",
    "last_off",
    "range_right",
    *DEPTH_FIELDS,
    "depth_error",
    "depths_right",
    "depths_wrong",
    "depths_open",
)
"""Columns of the tables: they have them where no section is found too."""

BEYOND = 2.5
"""Depth lines beyond the outermost depth points for which a depth is proposed."""

SEEN = 5.0
"""Columns within which an edge is that which was seen on a reduced picture."""

FLAGS = {
    "--without-legends": "leave legends unread, which takes a third of the time: edges "
    "of the parts of a track that have their own scales are then not found"
}

LAYOUTS = Path(__file__).parent.parent / "data" / "register" / "layouts.csv"
SECTIONS = Path(__file__).parent.parent / "data" / "register" / "sections.csv"


def main(argv: Sequence[str] | None = None) -> None:
    """Write the tables of all registrations and all sections."""
    options = options_of(__doc__, argv, FLAGS)
    proposals = Proposals(real_folder() / "scans", legends=not options.without_legends)
    edges = []
    for stem, registration, path in registrations(options.only):
        found = compare(registration, proposals.of(path.name))
        edges.append({"file": stem, **found})
        print(edges[-1], flush=True)
    ranges = []
    for seen in pd.read_csv(SECTIONS).to_dict("records"):
        if options.only in str(seen["file"]):
            name = f"{seen['file']}.tif"
            own = compare_range(seen, proposals.of(name), proposals.columns[name])
            ranges.append({"file": seen["file"], "seen": seen["section"], **own})
            print(ranges[-1], flush=True)
    layouts = []
    for seen in pd.read_csv(LAYOUTS).to_dict("records"):
        if options.only in str(seen["file"]):
            own = compare_layout(seen, proposals.of(f"{seen['file']}.tif"))
            layouts.append({"file": seen["file"], "layout": seen["layout"], **own})
            print(layouts[-1], flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    by_layout = pd.DataFrame(layouts, columns=BY_LAYOUT)
    write_text(options.out / "by_layout.csv", by_layout.to_csv(index=False))
    tables = pd.DataFrame(edges, columns=EDGES), pd.DataFrame(ranges, columns=RANGES)
    for name, table in zip(("edges", "ranges"), tables, strict=True):
        write_text(options.out / f"{name}.csv", table.round(3).to_csv(index=False))
    text = summary(*tables, proposals)
    if layouts:
        counts = by_layout.groupby("layout")[list(BY_LAYOUT[2:])].sum()
        text += f"\n{counts.to_string()}\n"
    write_text(options.out / "register.md", text)
    print(text)


class Proposals:
    """What is proposed for each scan, made once."""

    def __init__(self, folder: Path, *, legends: bool = True) -> None:
        self._folder = folder
        self._recognise = load_recogniser()
        self._read = load_reader() if legends else None
        self._made: dict[str, tuple[ProposedSection, ...]] = {}
        self.columns: dict[str, int] = {}
        self.seconds: dict[str, float] = {}
        self.refused: dict[str, str] = {}

    def of(self, name: str) -> tuple[ProposedSection, ...]:
        """Return the sections of a scan, none where it is refused."""
        if name not in self._made:
            begun = time.process_time()
            scan = open_scan(self._folder / name)
            self.columns[name] = scan.info.columns
            try:
                made = propose(scan, self._recognise, read=self._read)
            except Refused as error:
                self.refused[name] = str(error).rpartition(".tif: ")[2]
                made = ()
            self._made[name] = made
            self.seconds[name] = time.process_time() - begun
        return self._made[name]


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
        return {"edges": len(edges), "edges_found": 0}
    section = own[0]
    rows = np.linspace(*registration.depth.rows[[0, -1]], ROWS)
    # Curves may be drawn in the depth column too, whose edges are those of tracks.
    offered = [*all_edges(section), *section.found.depth_column]
    good = sum(_take(edge, offered, rows) for edge in edges)
    found: dict[str, Any] = {
        "section": section.name,
        "edges": len(edges),
        "edges_found": good,
        "edges_proposed": len(all_edges(section)),
        **_described(section),
    }
    if section.points:
        axis = DepthAxis(registration.depth.unit, section.points)
        # Nothing is said of rows beyond the points, and nothing extrapolated.
        at = registration.depth.rows
        reported = (at >= axis.rows[0]) & (at <= axis.rows[-1])
        if not reported.any():
            return found
        error = (axis.depth_at(at) - registration.depth.depths)[reported]
        found |= {
            "depth_error_median": float(np.median(np.abs(error))),
            "depth_error_most": float(np.abs(error).max()),
        }
    return found


def compare_layout(
    seen: Mapping[str, Any], proposed: Sequence[ProposedSection]
) -> dict[str, int]:
    """Compare tracks and depths that were seen at rows with those proposed there."""
    row = float(seen["row"])
    wanted = [
        tuple(map(float, pair.split("-"))) for pair in str(seen["tracks"]).split()
    ]
    own = [p for p in proposed if p.found.first_row <= row <= p.found.last_row]
    offered = [
        (float(t.left.column_at(row)), float(t.right.column_at(row)))
        for p in own
        for t in p.found.tracks
    ]
    good = sum(
        any(np.abs(np.subtract(pair, other)).max() <= SEEN for other in offered)
        for pair in wanted
    )
    reported = {
        "tracks": len(wanted),
        "tracks_found": good,
        "tracks_too_many": len(offered) - good,
        **dict.fromkeys(("depths_right", "depths_wrong", "depths_open"), 0),
    }
    for number in (1, 2):
        at, depth = float(seen[f"row_{number}"]), float(seen[f"depth_{number}"])
        if not np.isfinite(at):
            continue
        points = own[0].points if own else ()
        if not points or not points[0].row <= at <= points[-1].row:
            reported["depths_open"] += 1
            continue
        axis = DepthAxis("ft", points)
        a_row = abs(float(axis.depth_at(at + 1) - axis.depth_at(at - 1))) / 2
        error = abs(float(axis.depth_at(at)) - depth)
        right = error <= max(RIGHT, 3 * RIGHT_ROWS * a_row)
        reported["depths_right" if right else "depths_wrong"] += 1
    return reported


def _described(section: ProposedSection) -> dict[str, Any]:
    return {
        "confidence": section.depth.confidence,
        "stated": section.depth.stated,
        "refusal": section.depth.refusal or "",
    }


def compare_range(
    seen: Mapping[str, Any], proposed: Sequence[ProposedSection], columns: int
) -> dict[str, Any]:
    """Compare a section that was seen with the one that is proposed over most of it."""
    ends = np.array([seen["first_row"], seen["last_row"]], dtype=np.float64)

    def shared(section: ProposedSection) -> float:
        found = section.found
        return min(found.last_row, ends[1]) - max(found.first_row, ends[0])

    best = max(proposed, key=shared, default=None)
    if best is None or shared(best) <= 0:
        return {"range_right": False}
    off = np.array([best.found.first_row, best.found.last_row]) - ends
    near = max(HALF_INCH * columns, PART * (ends[1] - ends[0]))
    reported: dict[str, Any] = {
        "section": best.name,
        "first_off": off[0],
        "last_off": off[1],
        "range_right": bool(np.abs(off).max() <= near),
        **_described(best),
    }
    rows, depths = (
        np.array([seen[f"{what}_1"], seen[f"{what}_2"]], dtype=np.float64)
        for what in ("row", "depth")
    )
    if not np.isfinite(rows).all():
        return reported
    covered = np.zeros(len(rows), dtype=bool)
    if best.points:
        margin = BEYOND * best.found.lines.spacing
        covered = rows >= best.points[0].row - margin
        covered &= rows <= best.points[-1].row + margin
    reported["depths_open"] = int((~covered).sum())
    if covered.any():
        error = np.abs(DepthAxis("ft", best.points).depth_at(rows) - depths)[covered]
        a_row = abs(np.diff(depths)[0] / np.diff(rows)[0])
        reported["depth_error"] = float(error.max())
        reported["depths_right"] = int((error <= max(RIGHT, RIGHT_ROWS * a_row)).sum())
        reported["depths_wrong"] = int(covered.sum()) - reported["depths_right"]
    return reported


def _take(edge: Edge, offered: list[Edge], rows: np.ndarray) -> bool:
    """Take the nearest edge that is offered, if it is near enough."""
    wanted = edge.column_at(rows)
    off = [np.quantile(np.abs(own.column_at(rows) - wanted), 0.9) for own in offered]
    if not off or min(off) > FOUND_WITHIN:
        return False
    offered.pop(int(np.argmin(off)))
    return True


def summary(edges: pd.DataFrame, ranges: pd.DataFrame, proposals: Proposals) -> str:
    """Return the shares that count, and a line for each section."""
    lines = []
    if len(edges):
        lines.append(
            f"{edges['edges_found'].sum()} of {edges['edges'].sum()} edges within 3 px"
        )
        stated = edges[edges["stated"].eq(other=True)]
        lines.append(
            f"{len(stated)} of {len(edges)} registered sections with stated depths, "
            f"the largest error of one {stated['depth_error_most'].max():.2f} ft"
        )
    kept = ranges[~(ranges["file"] + ".tif").isin(proposals.refused)]
    lines.append(
        f"{kept['range_right'].sum()} of {len(kept)} section ranges right in the "
        f"{kept['file'].nunique()} files that are not refused"
    )
    sure = kept[kept["stated"].eq(other=True)]
    for what, own in (("all", kept), ("those of stated sections", sure)):
        right, wrong, left = (
            own[f"depths_{how}"].sum() for how in ("right", "wrong", "open")
        )
        lines.append(
            f"of {right + wrong + left:.0f} depths ({what}) {right:.0f} are right, "
            f"{wrong:.0f} wrong, {left:.0f} left open"
        )
    lines += [f"refused: {name}: {why}" for name, why in proposals.refused.items()]
    lines += ["", edges.round(2).to_string(index=False)]
    lines += ["", ranges.round(2).to_string(index=False)]
    lines += [
        "",
        *(f"{name} {s:.0f} s of a core" for name, s in proposals.seconds.items()),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
