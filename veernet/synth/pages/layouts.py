"""Layouts of logs: which columns stand beside each other, and how wide they are.

Each is a layout that the field prints, by the name that it is scored under. Widths are
in inches at full size; a page draws them within a tenth of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "curves",
    "depth",
    "text",
    "lithology",
    "waveforms",
    "image",
    "arrows",
    "profile",
    "blank",
]
"""What a column shows: curves on a grid, depths, or what is no curve track."""


@dataclass(frozen=True)
class PageColumn:
    """A column of a layout.

    Parameters
    ----------
    kind
        What it shows.
    inches
        Its width.
    divisions
        Of a curve track; 0 for logarithmic decades, ``decades`` of them.
    decades
        Of a logarithmic track.
    crossed
        Whether depth lines cross it, as they cross the depth columns of some prints.
    """

    kind: Kind
    inches: float
    divisions: int = 10
    decades: int = 2
    crossed: bool = False


Columns = tuple[PageColumn, ...]


def _track(inches: float = 2.5, divisions: int = 10) -> PageColumn:
    return PageColumn("curves", inches, divisions)


def _log(inches: float = 5.0, decades: int = 4) -> PageColumn:
    return PageColumn("curves", inches, 0, decades)


_DEPTH = PageColumn("depth", 0.75)
_NARROW = PageColumn("depth", 0.22)
_CROSSED = PageColumn("depth", 0.6, crossed=True)
_TEXT = PageColumn("text", 2.6)
_GAP = PageColumn("blank", 0.12)
"""Columns that layouts have beside tracks; their widths are in inches."""

LAYOUTS: dict[str, Columns] = {
    "depth between": (_track(), _DEPTH, _track(5.0, 20)),
    "depth between, logarithmic": (_track(), _DEPTH, _log()),
    "two logarithmic tracks": (_log(2.5, 2), _DEPTH, _log(2.5, 2)),
    "three tracks": (_track(), _DEPTH, _track(), _GAP, _track()),
    "depth left": (_DEPTH, _track(), _GAP, _track(5.0, 20)),
    "depth right": (_track(), _GAP, _log(), _DEPTH),
    "one track, depth left": (_DEPTH, _track(4.0)),
    "one track, depth right": (_track(3.0), _DEPTH),
    "one track without depths": (_track(4.0),),
    "depth crossed by lines": (_track(), _CROSSED, _track(5.0, 20)),
    "coarse grid": (_track(2.5, 5), _CROSSED, _track(2.5, 5), _TEXT),
    "two depth columns": (_track(), _DEPTH, _track(), _DEPTH, _track()),
    "text beside": (_track(), _DEPTH, _track(), _TEXT),
    "mud log": (
        _track(3.5),
        _NARROW,
        _GAP,
        PageColumn("lithology", 0.6),
        PageColumn("text", 3.0),
    ),
    "mud log with gas": (
        _track(3.0),
        _NARROW,
        PageColumn("lithology", 0.25),
        PageColumn("text", 3.2),
        _log(1.5, 3),
    ),
    "mud log, depth left": (
        _NARROW,
        _track(2.5),
        PageColumn("lithology", 0.6),
        PageColumn("text", 2.4),
        _track(2.0),
    ),
    "bond log": (_track(), _DEPTH, _track(), PageColumn("waveforms", 2.5)),
    "bond log, waveforms on a grid": (
        _track(),
        _DEPTH,
        _track(),
        PageColumn("waveforms", 2.5, crossed=True),
    ),
    "image log": (_track(), _DEPTH, PageColumn("image", 2.5), PageColumn("image", 2.5)),
    "dipmeter with curves": (_track(), _DEPTH, PageColumn("arrows", 2.5), _track(2.0)),
    "borehole profile": (_track(), _DEPTH, PageColumn("profile", 5.0)),
    "lithology in the middle": (
        _track(),
        _DEPTH,
        PageColumn("lithology", 0.8),
        _track(),
    ),
}
"""By name, from left to right."""
