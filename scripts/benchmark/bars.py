"""Bars: what a figure of a set must reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from veernet.errors import InputError
from veernet.records import LINES, Line

GROUPS: dict[str, tuple[Line, ...]] = {
    "all": LINES,
    "solid": ("solid",),
    "dashed": ("long-dash", "short-dash", "dash-dot"),
    "dot": ("dot",),
    "solid+dashed": ("solid", "long-dash", "short-dash", "dash-dot"),
}
"""Styles of the curves that are summarised together."""

FIELDS = ("case", "variant", "level", "curve", "line", "scale", "own_colour")
"""Of a curve of a real plot, by which a bar chooses curves."""

BEST = "best"
"""Stands for the best of the baselines in ``against``."""

ERRORS = ("mae_px", "median_px", "filled_mae_px")
"""Figures that are infinite where nothing was read."""

Statistic = Literal["median", "mean", "least"]


@dataclass(frozen=True)
class Bar:
    """A bar that a figure must clear.

    Parameters
    ----------
    figure
        Name of the figure in the summary of the set.
    at_most, at_least
        The limit, one of them.
    statistic
        Over the curves. What is counted over the rows of all curves is a mean. The
        least is for differences on real plots: that of the curve that fares worst.
    group
        Of curves, by style.
    method
        Whose figure; this tool's unless given.
    where
        On real plots: only the curves of which these fields have these values; a case
        is named by how it begins.
    each
        On real plots: a bar of its own for each combination of what these fields hold.
    against
        On real plots: not the figure counts but how far it lies above that of a
        baseline on the same curves, ``best`` being the one with the highest.
    """

    figure: str
    at_most: float | None = None
    at_least: float | None = None
    statistic: Statistic = "median"
    group: str = "all"
    method: str | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    each: tuple[str, ...] = ()
    against: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "each", tuple(self.each))
        if self.group not in GROUPS:
            msg = f"group {self.group!r} is not known: use {', '.join(GROUPS)}"
            raise InputError(msg)
        if unknown := sorted({*self.where, *self.each} - set(FIELDS)):
            msg = f"{', '.join(unknown)}: curves are chosen by {', '.join(FIELDS)}"
            raise InputError(msg)
        if (self.at_most is None) == (self.at_least is None):
            msg = f"the bar for {self.figure} needs either at_most or at_least"
            raise InputError(msg)

    def met(self, value: float | None) -> bool:
        """Whether a value clears it; None, which stands for infinitely bad, does not.

        Of a bar that asks for a large error of a baseline, None does.
        """
        if value is None:
            return bool(self.method and self.at_least and self.figure in ERRORS)
        if self.at_most is not None:
            return value <= self.at_most
        return value >= float(self.at_least or 0.0)

    def words(self, *, over_curves: bool) -> str:
        """Return the bar as a line of the table, with its statistic if over curves."""
        limit = (
            f"<= {self.at_most:g}"
            if self.at_most is not None
            else f">= {self.at_least:g}"
        )
        group = "" if self.group == "all" else f", {self.group}"
        who = f"{self.method}: " if self.method else ""
        statistic = f"{self.statistic} " if over_curves else ""
        places = "".join(
            f", {key}" if value is True else f", {_named(key, value)}"
            for key, value in self.where.items()
        )
        least = "least of " if self.statistic == "least" else ""
        less = f" less that of {self.against}" if self.against else ""
        return f"{least}{who}{statistic}{self.figure}{group}{places}{less} {limit}"


def _named(key: str, value: object) -> str:
    """Return a value by which curves are chosen; a number needs its name."""
    return str(value) if isinstance(value, str) else f"{key} {value}"
