"""Pages of which nothing is proposed: each with the line that says why."""

from __future__ import annotations

from collections.abc import Sequence

from veernet.errors import Refused
from veernet.records import Scan
from veernet.register.geometry.page import FoundSection
from veernet.register.geometry.speckle import ruined_share
from veernet.register.geometry.survey import Survey
from veernet.register.plots import plot_of

MOST_RUINED = 0.5
"""Share of a page in speckle from which none of it is proposed."""


def refuse_without_a_log(scan: Scan, found: Sequence[FoundSection]) -> None:
    """Refuse a page on which no section was found."""
    if not found:
        what = "no track of curves was found on a grid"
        seen = f"{what}: blank, ruined, a table, a photograph or a plot without a grid"
        raise Refused(_where(scan) + seen)


def _where(scan: Scan) -> str:
    return f"{scan.info.path}: " if scan.info.path else ""


def refuse_ruined(scan: Scan, survey: Survey, dpi: float | None) -> None:
    """Refuse a page of which more than half is ruined by speckle."""
    share = ruined_share(survey.breaks, survey.columns, dpi)
    if share > MOST_RUINED:
        seen = f"ruined by speckle: on {share:.0%} of the page the paper is broken into"
        msg = f"{seen} ink: scan it again, in grey or with another threshold"
        raise Refused(_where(scan) + msg)


def refuse_other_plots(scan: Scan, words: Sequence[str]) -> None:
    """Refuse a page whose words name a plot without curves."""
    plot = plot_of(words)
    if plot is not None:
        what, signs = plot
        said = ", ".join(f'"{sign}"' for sign in signs)
        seen = f"this looks like {what}, which has no curves to digitise: it says "
        raise Refused(_where(scan) + seen + said)
