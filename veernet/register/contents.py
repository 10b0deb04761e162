"""The table of contents of a proposal: what is where, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence

from veernet.register.legends.record import ACCEPTED
from veernet.register.naming import REPEAT
from veernet.register.propose import ProposedSection

_TITLES = ("section", "rows", "depths", "tracks", "curves", "how sure")


def contents_lines(sections: Sequence[ProposedSection]) -> list[str]:
    """Return comments with a line for each section of a proposal."""
    table = [_TITLES, *map(_row, sections)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["# " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in table] + [
        "#"
    ]


def _row(section: ProposedSection) -> tuple[str, ...]:
    found, depth = section.found, section.depth
    rows = f"{found.first_row:.0f} to {found.last_row:.0f}"
    depths = "none"
    sure = "depths to be given"
    if depth.points:
        first, last = depth.points[0].depth, depth.points[-1].depth
        depths = f"{first:.10g} to {last:.10g} {depth.unit or ''}".rstrip()
        word = "stated" if depth.stated else "suggested"
        sure = f"{word}, {depth.confidence:.2f}"
    if section.name.startswith(REPEAT):
        sure += "; repeats a part of main"
    names = [c.mnemonic for c in section.legend.curves if c.confidence >= ACCEPTED]
    curves = " ".join(names) or "to be given"
    return section.name, rows, depths, str(len(found.tracks)), curves, sure
