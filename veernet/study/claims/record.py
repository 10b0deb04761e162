"""A claim of the references, its test and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Literal

import numpy as np

from veernet.axes import Floats
from veernet.study.arms import Arm, RunProvenance
from veernet.study.comparison import Field, StudyComparison
from veernet.study.statistics import Estimate, bare, share

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
    over
        What the figure's ``seeds`` are: what it is a mean of, in words.
    """

    what: str
    figure: Estimate
    answer: Answer | None = None
    over: str = "seeds"


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
    provenance: RunProvenance | None = None


def not_run(statement: Statement, needs: tuple[str, ...]) -> Claim:
    """Return a claim that waits for runs."""
    return Claim(statement, NOT_RUN, needs=needs)


def waits_for(
    statement: Statement, arms: Sequence[Arm]
) -> Callable[[Callable[[Field], Claim]], Callable[[StudyComparison], Claim]]:
    """Let a test of trained arms wait for them: it is given those with the same seeds.

    Where no profile has them all, the claim is not run, and says what to run first.
    """

    def waiting(test: Callable[[Field], Claim]) -> Callable[[StudyComparison], Claim]:
        @wraps(test)
        def claim(comparison: StudyComparison) -> Claim:
            field = comparison.field(arms)
            if not isinstance(field, Field):
                return not_run(statement, field)
            return replace(test(field), provenance=field.provenance)

        return claim

    return waiting


def above(figure: Estimate, border: float = 0.0, margin: float = 0.0) -> Answer:
    """Return whether a figure is above a border.

    No, where the whole interval is below, or within the margin about the border, which
    is then as good as none; yes, where else its whole interval is above.
    """
    if not np.isfinite([figure.low, figure.high]).all():
        return "not resolvable"
    alike = border - margin < figure.low and figure.high < border + margin
    if figure.high < border or alike:
        return "no"
    return "yes" if figure.low > border else "not resolvable"


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


def within(figure: Estimate, border: float) -> Answer:
    """Return whether a figure is within a border of 0, or no: beyond it, either way."""
    return every(below(figure, border), above(figure, -border))


def every(*answers: Answer) -> Answer:
    """Return whether all of several hold."""
    if "no" in answers:
        return "no"
    return "not resolvable" if "not resolvable" in answers else "yes"


def ahead_of_all(over: Sequence[Estimate], comparisons: int | None = None) -> Answer:
    """Return whether one is ahead of all its rivals, by its difference over each.

    Yes, where every difference is above 0 by its whole interval: all are needed, so
    none is chosen. No, where one is below 0 by an interval for all comparisons at once:
    that one is chosen after the fact.

    Parameters
    ----------
    over
        The differences.
    comparisons
        How many of them can refute the claim; those given, where it has one part.
    """
    count = len(over) if comparisons is None else comparisons
    return every(*(ahead_of(difference, count) for difference in over))


def ahead_of(difference: Estimate, comparisons: int) -> Answer:
    """Return whether one is ahead of one rival of several, as for ``ahead_of_all``."""
    if above(difference) == "yes":
        return "yes"
    return "no" if above(difference.for_all(comparisons)) == "no" else "not resolvable"


def apart(differences: Sequence[Estimate], border: float) -> Answer:
    """Return whether some two of several differ by more than a border.

    Yes, where one difference is beyond it, either way, by an interval for all of them
    at once; no, where each is within it by its own.
    """
    count = len(differences)
    if any(within(figure.for_all(count), border) == "no" for figure in differences):
        return "yes"
    alike = every(*(within(figure, border) for figure in differences)) == "yes"
    return "no" if alike else "not resolvable"


def opposite(answer: Answer) -> Answer:
    """Return the answer to the contrary."""
    turned: dict[Answer, Answer] = {"yes": "no", "no": "yes"}
    return turned.get(answer, answer)


def share_of(flags: Floats, seeds: int) -> Estimate:
    """Return the share of the draws in which something holds.

    It is itself the statement of how sure that is, and has no interval.
    """
    return bare(share(flags), seeds)


def settled(held: float) -> Answer:
    """Return whether an order holds, by the share of the draws in which it does."""
    if held >= SURE:
        return "yes"
    return "no" if held <= HARDLY else "not resolvable"


def verdict(*answers: Answer) -> Verdict:
    """Return the verdict on a claim of several parts, all of which it needs."""
    of: dict[Answer, Verdict] = {"yes": CONFIRMED, "no": REFUTED}
    return of.get(every(*answers), OPEN)
