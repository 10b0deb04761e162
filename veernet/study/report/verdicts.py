"""The claims of the references, each with its verdict, as page and README list them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from veernet.study.claims import Claim, all_claims
from veernet.study.report.figures import plain
from veernet.study.results import Study
from veernet.study.statistics import COUNT, Estimate

DIGITS = 3
"""Significant digits of a figure in a verdict."""


def judged(
    study: Study, regions: pd.DataFrame | None, seed: int = 0, count: int = COUNT
) -> tuple[Claim, ...]:
    """Return every claim with its verdict.

    Parameters
    ----------
    study
        The runs.
    regions
        From :func:`veernet.study.report.regions.read_regions`.
    seed
        Of the draws: the same runs give the same intervals.
    count
        Of draws.
    """
    return all_claims(
        study,
        np.random.default_rng(seed),
        regions=regions,
        count=count,
    )


def verdicts(claims: Sequence[Claim]) -> list[dict[str, Any]]:
    """Return a row for each claim."""
    return [
        {
            "id": claim.statement.id,
            "claim": claim.statement.claim,
            "source": claim.statement.source,
            "test": claim.statement.test,
            "verdict": claim.verdict,
            "figure": figure_text(claim.figure),
            "unit": claim.unit,
            "remark": claim.remark,
            "needs": list(claim.needs),
            "basis": _basis(claim),
            "rows": [
                [
                    row.what,
                    *plain(_ends(row.figure)),
                    f"{row.figure.seeds} {row.over}" if row.figure.seeds else "",
                    row.answer or "",
                ]
                for row in claim.rows
            ],
        }
        for claim in claims
    ]


def markdown(claims: Sequence[Claim]) -> str:
    """Return the claims as a table for a README."""
    lines = ["| claim | | verdict | figure, 95 % interval |", "|---|---|---|---|"]
    for claim in claims:
        figure = figure_text(claim.figure)
        if figure and claim.unit:
            figure = f"{figure} ({claim.unit})"
        said = str(claim.verdict)
        if claim.needs:
            said += f": needs {', '.join(claim.needs)}"
        cells = [claim.statement.id, claim.statement.claim, said, figure]
        lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def figure_text(figure: Estimate | None) -> str:
    """Return a figure with its interval, nothing where there is none."""
    if figure is None:
        return ""
    value, low, high = _ends(figure)
    if figure.low == figure.high or not np.isfinite(figure.low):
        return f"{value:.{DIGITS}g}"
    return f"{value:.{DIGITS}g} [{low:.{DIGITS}g}, {high:.{DIGITS}g}]"


def _ends(figure: Estimate) -> tuple[float, float, float]:
    return figure.value, figure.low, figure.high


def _basis(claim: Claim) -> str:
    made = claim.provenance
    if made is None:
        return ""
    seeds = f"{len(made.seeds)} seed{'' if len(made.seeds) == 1 else 's'}"
    where = f"profile {made.profile}, {', '.join(made.devices)}"
    return f"{made.runs} runs, {seeds}, {where}, {', '.join(made.commits)}"
