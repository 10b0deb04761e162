"""A claim of the references, its test and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from veernet.axes import Floats
from veernet.study.arms import Provenance
from veernet.study.statistics import Estimate, share

Verdict = Literal["confirmed", "refuted", "not resolvable", "not run"]
Answer = Literal["yes", "no", "not resolvable"]

CONFIRMED: Verdict = "confirmed"
REFUTED: Verdict = "refuted"
OPEN: Verdict = "not resolvable"
NOT_RUN: Verdict = "not run"

SURE, HARDLY = 0.95, 0.05
"""Shares of the draws from which, and to which, an order is taken as settled."""


@dataclass(frozen=True)
class Statement:
    """What is claimed, by whom, and how it is tested.

    Parameters
    ----------
    id
        S1 to S13.
    claim
        In our words.
    source
        Short name of the reference's file.
    test
        What is computed, and what decides.
    """

    id: str
    claim: str
    source: str
    test: str


@dataclass(frozen=True)
class Row:
    """One figure of the evidence.

    Parameters
    ----------
    what
        In words.
    figure
        With its intervals.
    answer
        Whether it by itself speaks for the claim, where it does either.
    """

    what: str
    figure: Estimate
    answer: Answer | None = None


@dataclass(frozen=True)
class Claim:
    """A claim and its verdict.

    Parameters
    ----------
    statement
        With the test.
    verdict
        ``not run`` where runs or tables are missing.
    figure
        What decides, None where nothing was run.
    unit
        Of the figure, in words.
    rows
        The evidence behind it.
    remark
        What a reader of the verdict should know.
    needs
        What to run first, where the verdict is ``not run``.
    provenance
        Of the runs, None for claims of theory.
    """

    statement: Statement
    verdict: Verdict
    figure: Estimate | None = None
    unit: str = ""
    rows: tuple[Row, ...] = ()
    remark: str = ""
    needs: tuple[str, ...] = ()
    provenance: Provenance | None = None


def not_run(statement: Statement, needs: tuple[str, ...]) -> Claim:
    """Return a claim that waits for runs."""
    return Claim(statement, NOT_RUN, needs=needs)


def above(figure: Estimate, border: float = 0.0, margin: float = 0.0) -> Answer:
    """Return whether a figure is above a border.

    Yes, where its whole interval is; no, where the whole interval is below, or within
    the margin about the border, which is then as good as none.
    """
    if not np.isfinite([figure.low, figure.high]).all():
        return "not resolvable"
    if figure.low > border:
        return "yes"
    alike = border - margin < figure.low and figure.high < border + margin
    return "no" if figure.high < border or alike else "not resolvable"


def below(figure: Estimate, border: float = 0.0, margin: float = 0.0) -> Answer:
    """Return whether a figure is below a border: as ``above``."""
    turned = Estimate(
        -figure.value,
        -figure.high,
        -figure.low,
        -figure.crossed_high,
        -figure.crossed_low,
        figure.spread,
        figure.seeds,
    )
    return above(turned, -border, margin)


def share_of(flags: Floats, seeds: int) -> Estimate:
    """Return the share of the draws in which something holds.

    It is itself the statement of how sure that is, and has no interval.
    """
    value, crossed = share(flags), float(np.mean(flags[1, 1:]))
    return Estimate(value, value, value, crossed, crossed, float("nan"), seeds)


def settled(held: float) -> Answer:
    """Return whether an order holds, by the share of the draws in which it does."""
    if held >= SURE:
        return "yes"
    return "no" if held <= HARDLY else "not resolvable"


def verdict(*answers: Answer) -> Verdict:
    """Return the verdict on a claim of several parts, all of which it needs."""
    if "no" in answers:
        return REFUTED
    return OPEN if "not resolvable" in answers else CONFIRMED
