"""The edits: one frozen record for each action, as JSON objects hold them.

Rows are registered rows of the trace, the ends of a stretch included; columns are
unfolded columns of the scan on the depth line of their row. ``backups`` says whether
back-up curves of the curve take part in what happens to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

Points = tuple[tuple[float, float], ...]
Side = Literal["left", "right"]


@dataclass(frozen=True)
class Bend:
    """Drag a curve through a point; rows within reach follow, the farther the less."""

    action: ClassVar[str] = "bend"
    curve: str
    row: int
    column: float
    reach: int


@dataclass(frozen=True)
class Redraw:
    """Draw a curve anew from the first point to the last, straight between them.

    ``points`` are (row, column), or (row, value) if ``values``: those are straight on
    the curve's scale.
    """

    action: ClassVar[str] = "redraw"
    curve: str
    points: Points
    values: bool = False


@dataclass(frozen=True)
class Retrace:
    """Follow the ink again through every pick, (row, column) each, or straight.

    ``way`` above 0 takes another path than the likeliest; see `veernet.trace.retrace`.
    """

    action: ClassVar[str] = "retrace"
    curve: str
    picks: Points
    straight: bool = False
    way: int = 0


@dataclass(frozen=True)
class Cut:
    """Make a gap, off-scale rows included."""

    action: ClassVar[str] = "cut"
    curve: str
    row0: int
    row1: int
    backups: bool = True


@dataclass(frozen=True)
class Join:
    """Draw a straight line over each gap that the rows touch."""

    action: ClassVar[str] = "join"
    curve: str
    row0: int
    row1: int


@dataclass(frozen=True)
class Swap:
    """Exchange two curves, without ``row1`` as far as they next meet."""

    action: ClassVar[str] = "swap"
    curve: str
    other: str
    row0: int
    row1: int | None = None
    backups: bool = True


@dataclass(frozen=True)
class Hand:
    """Give what is read of a stretch to another curve; the giver gets a gap."""

    action: ClassVar[str] = "hand"
    curve: str
    to: str
    row0: int
    row1: int
    backups: bool = True


@dataclass(frozen=True)
class Wrap:
    """Move a stretch of a wrapping curve by whole widths of its track."""

    action: ClassVar[str] = "wrap"
    curve: str
    row0: int
    row1: int
    by: int


@dataclass(frozen=True)
class Off:
    """Say that a curve is off scale on one side."""

    action: ClassVar[str] = "off"
    curve: str
    row0: int
    row1: int
    side: Side


@dataclass(frozen=True)
class Shift:
    """Move a curve by a number of columns."""

    action: ClassVar[str] = "shift"
    curve: str
    row0: int
    row1: int
    by: float


@dataclass(frozen=True)
class Value:
    """Give a stretch, or a single row, a value in the curve's unit."""

    action: ClassVar[str] = "value"
    curve: str
    row0: int
    row1: int
    value: float


@dataclass(frozen=True)
class Accept:
    """Mark a stretch as reviewed, and change nothing else."""

    action: ClassVar[str] = "accept"
    curve: str
    row0: int
    row1: int


Edit = (
    Bend
    | Redraw
    | Retrace
    | Cut
    | Join
    | Swap
    | Hand
    | Wrap
    | Off
    | Shift
    | Value
    | Accept
)

ACTIONS: dict[str, type[Edit]] = {
    kind.action: kind
    for kind in (
        *(Bend, Redraw, Retrace, Cut, Join, Swap),
        *(Hand, Wrap, Off, Shift, Value, Accept),
    )
}
