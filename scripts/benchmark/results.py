"""All that a run measured, and what follows from it: bars and paired comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from benchmark.agreement import Agreement, Identity
from benchmark.definitions import AnySet, Definition, IdentitySet, PairSet, SpeedSet
from benchmark.methods import OURS, WITH_NETWORK
from benchmark.paired import Errors, Paired, compare, errors_of, paired_verdicts
from benchmark.scoring import CurveScore
from benchmark.speed import Speed
from benchmark.summary import Summary, Verdict, judge, summarise, verdicts

ALL_PAIRS = "all pairs"

STUCK = 0.5
"""Share of this tool's spread below which the reading of a baseline is taken for stuck
on a line of the grid: it agrees with itself, and has read nothing."""

SAME_INK = 0.5
"""Share of its rows on the ink of another curve from which the reading of a baseline is
taken for that one's, where this tool's is not: it agrees, and has the wrong name."""


@dataclass(frozen=True)
class Results:
    """What was measured.

    Parameters
    ----------
    network
        Name of the network.
    sets
        That were run, in the order of the definitions.
    scores, agreements, identities, speeds
        Of curves with a truth, of pairs, of identities, of the whole command.
    """

    network: str
    sets: tuple[AnySet, ...]
    scores: tuple[CurveScore, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    identities: tuple[Identity, ...] = ()
    speeds: tuple[Speed, ...] = field(default=())

    @cached_property
    def summaries(self) -> list[Summary]:
        """Of the curves with a truth."""
        return summarise(self.scores)

    @cached_property
    def paired(self) -> list[Paired]:
        """Against the best baseline, on each set and on all pairs together."""
        return [each for each in self._paired() if each is not None]

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """Every bar, met or missed, set by set."""
        found = [verdict for given in self.sets for verdict in self._verdicts(given)]
        together = Definition(name=ALL_PAIRS, about="")
        for p in self.paired:
            if p.test == ALL_PAIRS:
                found += paired_verdicts(together, p)
        met = [self._meets(a) for a in self.agreements if a.method == OURS]
        if met:
            words = f"share of the {len(met)} curves that meet both bars >= 1"
            share = float(np.mean(met))
            found.append(Verdict(ALL_PAIRS, words, share, None, None, share == 1))
        return found

    def _meets(self, agreed: Agreement) -> bool:
        """Whether a curve of a pair meets all bars of the pair."""
        bars = next(s.bars for s in self.sets if s.name == agreed.test)
        return all(bar.met(_number(agreed, bar.figure)) for bar in bars)

    def _paired(self) -> Iterator[Paired | None]:
        for test, name, errors in self._errors():
            yield compare(test, name, errors)
            bare = {m: own for m, own in errors.items() if m not in WITH_NETWORK}
            yield compare(test, name, bare, among="without the network")

    def _errors(self) -> Iterator[tuple[str, str, Errors]]:
        """Yield a set, the name of an error, and it by method, page and curve."""
        for given in self.sets:
            for filled, name in ((False, "MAE"), (True, "MAE, gaps filled")):
                yield (
                    given.name,
                    name,
                    errors_of(self.scores, given.name, filled=filled),
                )
            found: Errors = {
                i.method: {(i.test, ""): i.median_px}
                for i in self.identities
                if i.test == given.name
            }
            yield given.name, "median difference", found
        ours = {(a.test, a.curve): a for a in self.agreements if a.method == OURS}
        found = {}
        for a in self.agreements:
            key = a.test, a.curve
            stuck = a.spread < STUCK * ours[key].spread
            borrowed = a.same_ink > SAME_INK >= ours[key].same_ink
            unread = stuck or borrowed
            found.setdefault(a.method, {})[key] = None if unread else a.median_px
        yield ALL_PAIRS, "median difference", found

    def _verdicts(self, given: AnySet) -> Iterator[Verdict]:
        if isinstance(given, PairSet):
            yield from self._of_pair(given)
        elif isinstance(given, IdentitySet):
            for i in self.identities:
                if (i.test, i.method) == (given.name, OURS):
                    yield from (
                        judge(given, b, _number(i, b.figure)) for b in given.bars
                    )
        elif isinstance(given, SpeedSet):
            for s in self.speeds:
                if s.test == given.name:
                    yield from (
                        judge(given, b, _number(s, b.figure)) for b in given.bars
                    )
        else:
            yield from verdicts(given, self.summaries)
        for p in self.paired:
            if p.test == given.name:
                yield from paired_verdicts(given, p)

    def _of_pair(self, given: PairSet) -> Iterator[Verdict]:
        for a in self.agreements:
            if (a.test, a.method) == (given.name, OURS):
                for bar in given.bars:
                    verdict = judge(given, bar, _number(a, bar.figure))
                    yield replace(verdict, bar=f"{a.curve}: {verdict.bar}")


def _number(record: object, figure: str) -> float | None:
    value = getattr(record, figure)
    return None if value is None else float(value)
